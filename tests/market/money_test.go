package market_test

import (
	"crypto/sha256"
	"maps"
	"slices"
)

// address is the bytes of an account's address.
type address = string

// claim names coins that could not be delivered: who gets them, in whose vault they
// are.
type claim struct{ payee, payer address }

// money is all coins of the chain as the READMEs of escrow and registry tell of
// them. All amounts are uait.
type money struct {
	balances map[address]int64
	supply   int64
	// fees and burns are what the block under way has collected.
	fees, burns int64
	claims      map[claim]int64
	feeBurnBps  int64

	// broken are the accounts that bank refuses to credit; jammed says that it
	// refuses the pool of the market fees. Tests make them so.
	broken map[address]bool
	jammed bool

	feePool, burnPool, collector address
}

// vault is where the coins of a payer rest.
func vault(payer address) address {
	sum := sha256.Sum256([]byte("aitbc/escrow/vault"))
	return string(sum[:12]) + payer
}

func (m *money) add(to address, n int64) {
	m.balances[to] += n
	if m.balances[to] < 0 {
		panic("the model paid what it does not have")
	}
	if m.balances[to] == 0 {
		delete(m.balances, to)
	}
}

func (m *money) move(from, to address, n int64) {
	m.add(from, -n)
	m.add(to, n)
}

// deliver pays out of a payer's vault. Who can't receive it can claim it.
func (m *money) deliver(payer, payee address, n int64) {
	switch {
	case n == 0:
	case m.broken[payee]:
		m.claims[claim{payee, payer}] += n
	default:
		m.move(vault(payer), payee, n)
	}
}

// collectFee takes a market fee out of a payer's vault.
func (m *money) collectFee(payer address, n int64) {
	m.add(vault(payer), -n)
	m.fees += n
}

// burn takes what a message burns from an account.
func (m *money) burn(from address, n int64) {
	m.add(from, -n)
	m.burns += n
}

// claimsOf returns the payers from whose vaults somebody can claim, in order.
func (m *money) claimsOf(payee address) []address {
	var payers []address
	for c := range m.claims {
		if c.payee == payee {
			payers = append(payers, c.payer)
		}
	}
	slices.Sort(payers)
	return payers
}

// payees returns everybody who can claim something, in order.
func (m *money) payees() []address {
	var found []address
	for c := range m.claims {
		found = append(found, c.payee)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// endBlock carries out what the block has collected: a part of the fees is burned,
// the rest goes to the fee collector, all burns are burned.
func (m *money) endBlock() {
	burned := down(m.fees, m.feeBurnBps)
	m.add(m.collector, m.fees-burned)
	m.supply -= burned + m.burns
	m.fees, m.burns = 0, 0
}

// held is the sum of all accounts and of what the block has collected.
func (m *money) held() int64 {
	sum := m.fees + m.burns
	for n := range maps.Values(m.balances) {
		sum += n
	}
	return sum
}

// down is a share in basis points, rounded down.
func down(n, bps int64) int64 { return n * bps / 10_000 }

// up is a share in basis points, rounded up.
func up(n, bps int64) int64 { return (n*bps + 9_999) / 10_000 }
