package keeper_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/testutil/fakes"
	"github.com/aitbc/aitbc/x/escrow/keeper"
	"github.com/aitbc/aitbc/x/escrow/types"
)

// model is what escrow has to do, in plain numbers.
type model struct {
	balances   map[string]int64
	locks      map[lockName]*modelLock
	claimables map[claimName]int64
	failing    map[string]bool

	fees, burns int64 // collected in this block
	burned      int64 // since the start
	forwarded   int64
}

type lockName struct{ owner, ref string }

type modelLock struct {
	payer  string
	amount int64
	feeBps uint32
}

type claimName struct{ payee, payer string }

// pay is the model's delivery.
func (m *model) pay(payer, payee string, amount int64) {
	switch {
	case amount == 0:
	case m.failing[payee]:
		m.claimables[claimName{payee, payer}] += amount
	default:
		m.balances[payee] += amount
	}
}

// take removes an amount from a lock.
func (m *model) take(name lockName, amount int64) {
	m.locks[name].amount -= amount
	if m.locks[name].amount == 0 {
		delete(m.locks, name)
	}
}

// machine runs random verbs on the keeper and on the model.
type machine struct {
	*fixture
	model
	accounts []sdk.AccAddress
	modules  map[string]*keeper.ScopedKeeper
}

func newMachine(t *rapid.T) *machine {
	m := &machine{fixture: newFixture(t)}
	m.accounts = []sdk.AccAddress{alice, bob, carol, dave, frozen}
	m.modules = map[string]*keeper.ScopedKeeper{"jobmarket": m.jobs, "agentregistry": m.bonds}
	m.ledger.Fund(m.ctx, frozen, uait(funds))
	m.model = model{
		balances:   map[string]int64{},
		locks:      map[lockName]*modelLock{},
		claimables: map[claimName]int64{},
		failing:    map[string]bool{string(frozen): true},
	}
	for _, addr := range m.accounts {
		m.balances[string(addr)] = funds
	}
	return m
}

func (m *machine) account(t *rapid.T, label string) sdk.AccAddress {
	return rapid.SampledFrom(m.accounts).Draw(t, label)
}

// name draws a lock that may exist, and the keeper of its module.
func (m *machine) name(t *rapid.T) (lockName, *keeper.ScopedKeeper) {
	n := lockName{
		owner: rapid.SampledFrom([]string{"agentregistry", "jobmarket"}).Draw(t, "owner"),
		ref:   rapid.SampledFrom([]string{"a", "b", "ab"}).Draw(t, "ref"),
	}
	return n, m.modules[n.owner]
}

// amount draws from what a lock holds, a little more, and zero.
func (m *machine) amount(t *rapid.T, n lockName) int64 {
	held := int64(100)
	if l := m.locks[n]; l != nil {
		held = l.amount
	}
	return rapid.OneOf(rapid.Just(held), rapid.Int64Range(0, held+2)).Draw(t, "amount")
}

// refusal is the error that taking an amount from a lock has to end with, if any.
func (m *machine) refusal(n lockName, amount int64) error {
	switch l := m.locks[n]; {
	case l == nil:
		return types.ErrLockNotFound
	case amount == 0:
		return types.ErrInvalidAmount
	case amount > l.amount:
		return types.ErrInsufficientLock
	}
	return nil
}

// run runs a verb, which has to end with the error, and reports whether it succeeded.
func (m *machine) run(want error, do func(sdk.Context) error) bool {
	m.Helper()
	if err := m.try(do); !errors.Is(err, want) {
		m.Fatalf("expected %v, got %v", want, err)
	}
	return want == nil
}

func (m *machine) Lock(t *rapid.T) {
	n, module := m.name(t)
	payer, amount := m.account(t, "payer"), rapid.Int64Range(0, funds/2).Draw(t, "amount")
	fee := rapid.SampledFrom([]uint32{0, 250, 333, 2_000}).Draw(t, "fee")
	var want error
	switch {
	case amount == 0:
		want = types.ErrInvalidAmount
	case m.locks[n] != nil:
		want = types.ErrLockExists
	case amount > m.balances[string(payer)]:
		want = sdkerrors.ErrInsufficientFunds
	}
	if m.run(want, func(ctx sdk.Context) error {
		return module.Lock(ctx, []byte(n.ref), payer, uait(amount), types.Terms{FeeBps: fee})
	}) {
		m.balances[string(payer)] -= amount
		m.locks[n] = &modelLock{payer: string(payer), amount: amount, feeBps: fee}
	}
}

func (m *machine) Increase(t *rapid.T) {
	n, module := m.name(t)
	amount := rapid.Int64Range(0, funds/2).Draw(t, "amount")
	l := m.locks[n]
	var want error
	switch {
	case l == nil:
		want = types.ErrLockNotFound
	case amount == 0:
		want = types.ErrInvalidAmount
	case amount > m.balances[l.payer]:
		want = sdkerrors.ErrInsufficientFunds
	}
	if m.run(want, func(ctx sdk.Context) error { return module.Increase(ctx, []byte(n.ref), uait(amount)) }) {
		m.balances[l.payer] -= amount
		l.amount += amount
	}
}

func (m *machine) Split(t *rapid.T) {
	n, module := m.name(t)
	amount, to := m.amount(t, n), m.account(t, "to")
	share := rapid.SampledFrom([]uint32{0, 1, 3_333, 5_000, 10_000}).Draw(t, "share")
	var payees []types.Share
	for range rapid.IntRange(0, 3).Draw(t, "payees") {
		payees = append(payees, types.Share{Payee: m.account(t, "payee"), Bps: rapid.Uint32Range(1, 700).Draw(t, "bps")})
	}
	want, l := m.refusal(n, amount), m.locks[n]
	if want == nil {
		withheld := l.feeBps
		for _, p := range payees {
			withheld += p.Bps
		}
		if withheld > 2_000 {
			want = types.ErrInvalidTerms
		}
	}
	if !m.run(want, func(ctx sdk.Context) error {
		_, err := module.Split(ctx, []byte(n.ref), uait(amount), to, share, payees...)
		return err
	}) {
		return
	}
	gross := amount * int64(share) / 10_000
	fee := gross * int64(l.feeBps) / 10_000
	m.fees += fee
	net := gross - fee
	for _, p := range payees {
		part := gross * int64(p.Bps) / 10_000
		m.pay(l.payer, string(p.Payee), part)
		net -= part
	}
	m.pay(l.payer, string(to), net)
	m.pay(l.payer, l.payer, amount-gross)
	m.take(n, amount)
}

func (m *machine) Refund(t *rapid.T) {
	n, module := m.name(t)
	amount := m.amount(t, n)
	want, l := m.refusal(n, amount), m.locks[n]
	if m.run(want, func(ctx sdk.Context) error { return module.Refund(ctx, []byte(n.ref), uait(amount)) }) {
		m.pay(l.payer, l.payer, amount)
		m.take(n, amount)
	}
}

func (m *machine) Slash(t *rapid.T) {
	n, module := m.name(t)
	amount := m.amount(t, n)
	var to sdk.AccAddress
	if rapid.Bool().Draw(t, "pay") {
		to = m.account(t, "to")
	}
	want, l := m.refusal(n, amount), m.locks[n]
	if !m.run(want, func(ctx sdk.Context) error { return module.Slash(ctx, []byte(n.ref), uait(amount), to) }) {
		return
	}
	if to == nil {
		m.burns += amount
	} else {
		m.pay(l.payer, string(to), amount)
	}
	m.take(n, amount)
}

func (m *machine) Reassign(t *rapid.T) {
	n, module := m.name(t)
	payer := m.account(t, "payer")
	l := m.locks[n]
	var want error
	switch {
	case l == nil:
		want = types.ErrLockNotFound
	case l.payer == string(payer):
		want = types.ErrInvalidAddress
	}
	if m.run(want, func(ctx sdk.Context) error { return module.Reassign(ctx, []byte(n.ref), payer) }) {
		l.payer = string(payer)
	}
}

func (m *machine) Burn(t *rapid.T) {
	payer, amount := m.account(t, "payer"), rapid.Int64Range(1, funds/10).Draw(t, "amount")
	var want error
	if amount > m.balances[string(payer)] {
		want = sdkerrors.ErrInsufficientFunds
	}
	if m.run(want, func(ctx sdk.Context) error { return m.jobs.Burn(ctx, payer, uait(amount)) }) {
		m.balances[string(payer)] -= amount
		m.burns += amount
	}
}

func (m *machine) Claim(t *rapid.T) {
	payee, recipient := m.account(t, "payee"), m.account(t, "recipient")
	var owed int64
	var names []claimName
	for name, amount := range m.claimables {
		if name.payee == string(payee) {
			owed += amount
			names = append(names, name)
		}
	}
	var want error
	switch {
	case owed == 0:
		want = types.ErrNothingToClaim
	case recipient.Equals(frozen):
		want = types.ErrInvalidAddress
	case m.failing[string(recipient)]:
		want = sdkerrors.ErrUnauthorized
	}
	if m.run(want, func(ctx sdk.Context) error {
		_, err := m.msgs.Claim(ctx, &types.MsgClaim{Payee: payee.String(), Recipient: recipient.String()})
		return err
	}) {
		m.balances[string(recipient)] += owed
		for _, name := range names {
			delete(m.claimables, name)
		}
	}
}

// Fail lets an account fail, or mends it.
func (m *machine) Fail(t *rapid.T) {
	addr := rapid.SampledFrom([]sdk.AccAddress{bob, carol}).Draw(t, "account")
	if m.failing[string(addr)] {
		m.ledger.Mend(addr)
	} else {
		m.ledger.Fail(addr)
	}
	m.failing[string(addr)] = !m.failing[string(addr)]
}

func (m *machine) EndBlock(*rapid.T) {
	m.endBlock()
	feesBurned := m.fees / 2
	m.burned += feesBurned + m.burns
	m.forwarded += m.fees - feesBurned
	m.fees, m.burns = 0, 0
}

// Check compares the whole state with the model. It runs after every step, and with
// it M1, no vault holds less than is booked on it, and M4, the supply is the sum of
// all balances and changes by counted burns only.
func (m *machine) Check(*rapid.T) {
	m.check()
	for _, addr := range m.accounts {
		m.expect("balance of "+string(addr), m.balances[string(addr)], m.balance(addr))
	}
	m.expect("fees", m.fees, m.pending(types.FeePoolName))
	m.expect("burns", m.burns, m.pending(types.BurnPoolName))
	m.expect("forwarded", m.forwarded, m.balance(fakes.ModuleAddress(feeCollector)))
	m.expect("supply", funds*int64(len(m.accounts))-m.burned, m.supply())

	gs := m.export()
	if len(gs.Locks) != len(m.locks) || len(gs.Claimables) != len(m.claimables) {
		m.Fatalf("expected %d locks and %d claimables, got %v", len(m.locks), len(m.claimables), gs)
	}
	booked := map[string]int64{}
	for _, e := range gs.Locks {
		ref, _ := types.ParseReference(e.Reference)
		l := m.locks[lockName{e.Owner, string(ref)}]
		if l == nil || sdk.AccAddress(l.payer).String() != e.Lock.Payer || l.feeBps != e.Lock.Terms.FeeBps {
			m.Fatalf("expected lock %v, got %v", l, e)
		}
		m.expect("lock", l.amount, e.Lock.Coins.AmountOf("uait").Int64())
		booked[l.payer] += l.amount
	}
	for _, c := range gs.Claimables {
		name := claimName{string(sdk.MustAccAddressFromBech32(c.Payee)), string(sdk.MustAccAddressFromBech32(c.Payer))}
		m.expect("claimable", m.claimables[name], c.Coins.AmountOf("uait").Int64())
		booked[name.payer] += m.claimables[name]
	}
	for _, addr := range m.accounts {
		m.expect("vault of "+string(addr), booked[string(addr)], m.vault(addr))
	}
}

// For any sequence of verbs, with payees that fail and recover: escrow does what the
// model does, and nothing is lost or made.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		t.Repeat(map[string]func(*rapid.T){
			"lock": m.Lock, "increase": m.Increase, "split": m.Split, "refund": m.Refund, "slash": m.Slash,
			"burn": m.Burn, "claim": m.Claim, "fail": m.Fail, "end block": m.EndBlock, "": m.Check,
		})
	})
}
