package types

import (
	sdkmath "cosmossdk.io/math"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// NewLedger returns the books of a job whose client locked so much.
func NewLedger(funded sdkmath.Int) Ledger {
	zero := sdkmath.ZeroInt()
	return Ledger{Funded: funded, Released: zero, Fees: zero, Refunded: zero, Slashed: zero, Burned: zero}
}

// Left is what escrow must still hold for the job.
func (l Ledger) Left() sdkmath.Int {
	return l.Funded.Sub(l.Released).Sub(l.Fees).Sub(l.Refunded)
}

// WithPay returns the ledger after a release.
func (l Ledger) WithPay(net, fee sdkmath.Int) Ledger {
	l.Released, l.Fees = l.Released.Add(net), l.Fees.Add(fee)
	return l
}

// WithRefund returns the ledger after a refund.
func (l Ledger) WithRefund(amount sdkmath.Int) Ledger {
	l.Refunded = l.Refunded.Add(amount)
	return l
}

// WithSlash returns the ledger after the client got a part of the agent's bond and
// another was burned.
func (l Ledger) WithSlash(amount, burned sdkmath.Int) Ledger {
	l.Slashed, l.Burned = l.Slashed.Add(amount), l.Burned.Add(burned)
	return l
}

// Validate returns ErrInvalidGenesis if an amount is missing or negative or more
// went out than in.
func (l Ledger) Validate() error {
	for _, c := range []struct {
		field string
		value sdkmath.Int
	}{
		{"funded", l.Funded}, {"released", l.Released}, {"fees", l.Fees}, {"refunded", l.Refunded}, {"slashed", l.Slashed}, {"burned", l.Burned},
	} {
		if c.value.IsNil() || c.value.IsNegative() {
			return ErrInvalidGenesis.Wrapf("ledger.%s: expected zero or more, got %s", c.field, registrytypes.AmountText(c.value))
		}
	}
	if l.Left().IsNegative() {
		return ErrInvalidGenesis.Wrapf("ledger: expected at most %s (funded) to have left, got %s more", l.Funded, l.Left().Neg())
	}
	return nil
}

// isAmount reports whether a number is 0 to the greatest amount of the chain.
func isAmount(n sdkmath.Int) bool {
	return !n.IsNil() && !n.IsNegative() && n.LTE(registrytypes.MaxAmount())
}
