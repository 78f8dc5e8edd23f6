package keeper_test

import (
	"testing"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/escrow/types"
)

func TestRelease_PaysFeePayeesAndWorker(t *testing.T) {
	f := newFixture(t).lock(1_000_000, 250)
	payout := f.release(1_000_000, bob, types.Share{Payee: carol, Bps: 1_000}, types.Share{Payee: dave, Bps: 1})
	f.expectEvents(&types.EventReleased{
		Owner: "jobmarket", Reference: "6a6f622031", Recipient: bob.String(),
		Gross: uait(1_000_000), Fee: uait(25_000), Net: uait(874_900),
		Payees: []types.Payment{{Payee: carol.String(), Coins: uait(100_000)}, {Payee: dave.String(), Coins: uait(100)}},
	})
	f.expect("bob", funds+874_900, f.balance(bob))
	f.expect("carol", funds+100_000, f.balance(carol))
	f.expect("dave", funds+100, f.balance(dave))
	f.expect("fees", 25_000, f.pending(types.FeePoolName))
	f.expect("burns", 0, f.pending(types.BurnPoolName))
	f.expect("vault", 0, f.vault(alice))
	if !payout.Net.Equal(uait(874_900)) || !payout.Fee.Equal(uait(25_000)) || len(payout.Payees) != 2 {
		t.Errorf("expected the payout that was made, got %v", payout)
	}
	if gs := f.export(); len(gs.Locks) != 0 {
		t.Errorf("expected the lock deleted, got %v", gs.Locks)
	}
	f.expectRefused(types.ErrLockNotFound, func(ctx sdk.Context) error {
		_, err := f.jobs.Release(ctx, ref, uait(1), bob)
		return err
	})
}

// Whatever is released in parts adds up to the lock: the terms stay, no dust.
func TestRelease_InParts(t *testing.T) {
	f := newFixture(t).lock(1_001, 250)
	f.release(39, bob)
	f.expect("fees", 0, f.pending(types.FeePoolName))
	f.release(961, bob)
	f.expect("fees", 24, f.pending(types.FeePoolName))
	f.expect("locked", 1, f.locked())
	f.release(1, bob)
	f.expect("locked", 0, f.locked())
	f.expect("vault", 0, f.vault(alice))
	f.expect("bob", funds+1_001-24, f.balance(bob))
}

func TestRelease_Bounds(t *testing.T) {
	nine := make([]types.Share, 9)
	for i := range nine {
		nine[i] = types.Share{Payee: carol, Bps: 1}
	}
	tests := []struct {
		name   string
		amount sdk.Coins
		to     sdk.AccAddress
		share  uint32
		payees []types.Share
		err    error
	}{
		{"success: all of it", uait(1_000), bob, 10_000, nil, nil},
		{"failure: one more", uait(1_001), bob, 10_000, nil, types.ErrInsufficientLock},
		{"failure: zero", uait(0), bob, 10_000, nil, types.ErrInvalidAmount},
		{"failure: foreign", sdk.NewCoins(sdk.NewInt64Coin("uatom", 1)), bob, 10_000, nil, types.ErrInvalidAmount},
		{"failure: nobody", uait(1), nil, 10_000, nil, types.ErrInvalidAddress},
		{"failure: nobody, share 0", uait(1), nil, 0, nil, types.ErrInvalidAddress},
		{"success: eight payees", uait(1_000), bob, 10_000, nine[:8], nil},
		{"failure: nine payees", uait(1_000), bob, 10_000, nine, types.ErrInvalidTerms},
		{"success: all that may be withheld", uait(1_000), bob, 10_000, []types.Share{{Payee: carol, Bps: 1_750}}, nil},
		{"failure: more", uait(1_000), bob, 10_000, []types.Share{{Payee: carol, Bps: 1_751}}, types.ErrInvalidTerms},
		{"failure: a payee of nothing", uait(1_000), bob, 10_000, []types.Share{{Payee: carol}}, types.ErrInvalidTerms},
		{"failure: a payee without address", uait(1_000), bob, 10_000, []types.Share{{Bps: 1}}, types.ErrInvalidAddress},
		{"failure: more than the whole", uait(1_000), bob, 10_001, nil, types.ErrInvalidTerms},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t).lock(1_000, 250)
			split := func(ctx sdk.Context) error {
				_, err := f.jobs.Split(ctx, ref, tc.amount, tc.to, tc.share, tc.payees...)
				return err
			}
			if tc.err == nil {
				f.must(split)
				return
			}
			f.expectRefused(tc.err, split)
		})
	}
}

func TestSplit(t *testing.T) {
	tests := []struct {
		name                       string
		share                      uint32
		fee, net, carolGets, alice int64
		events                     int
	}{
		{"all", 10_000, 25, 886, 90, 0, 1},
		{"half", 5_000, 12, 443, 45, 501, 2},
		{"a third", 3_333, 8, 296, 29, 668, 2},
		{"nothing", 0, 0, 0, 0, 1_001, 1},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t).lock(1_001, 250)
			var payout types.Payout
			f.must(func(ctx sdk.Context) error {
				var err error
				payout, err = f.jobs.Split(ctx, ref, uait(1_001), bob, tc.share, types.Share{Payee: carol, Bps: 900})
				return err
			})
			f.expect("fee", tc.fee, f.pending(types.FeePoolName))
			f.expect("bob", funds+tc.net, f.balance(bob))
			f.expect("carol", funds+tc.carolGets, f.balance(carol))
			f.expect("alice", funds-1_001+tc.alice, f.balance(alice))
			f.expect("vault", 0, f.vault(alice))
			if got := len(f.events()); got != tc.events {
				t.Errorf("expected %d events, got %v", tc.events, f.events())
			}
			if !payout.Refunded.Equal(uait(tc.alice)) || !payout.Gross.Add(payout.Refunded...).Equal(uait(1_001)) {
				t.Errorf("expected %d refunded of 1001, got %v", tc.alice, payout)
			}
		})
	}
}

func TestRefund_NeverHasAFee(t *testing.T) {
	f := newFixture(t).lock(1_000, 2_000)
	f.must(func(ctx sdk.Context) error { return f.jobs.Refund(ctx, ref, uait(999)) })
	f.expectEvents(&types.EventRefunded{Owner: "jobmarket", Reference: "6a6f622031", Payer: alice.String(), Coins: uait(999)})
	f.expect("alice", funds-1, f.balance(alice))
	f.expect("fees", 0, f.pending(types.FeePoolName))
	f.expect("locked", 1, f.locked())
	f.expectRefused(types.ErrInsufficientLock, func(ctx sdk.Context) error { return f.jobs.Refund(ctx, ref, uait(2)) })
	f.expectRefused(types.ErrInvalidAmount, func(ctx sdk.Context) error { return f.jobs.Refund(ctx, ref, uait(0)) })
	f.must(func(ctx sdk.Context) error { return f.jobs.Refund(ctx, ref, uait(1)) })
	f.expect("alice", funds, f.balance(alice))
	if gs := f.export(); len(gs.Locks) != 0 {
		t.Errorf("expected the lock deleted, got %v", gs.Locks)
	}
}

func TestSlash(t *testing.T) {
	f := newFixture(t).lock(1_000, 2_000)
	supply := f.supply()
	f.must(func(ctx sdk.Context) error { return f.jobs.Slash(ctx, ref, uait(600), bob) })
	f.expectEvents(&types.EventSlashed{
		Owner: "jobmarket", Reference: "6a6f622031", Payer: alice.String(), Recipient: bob.String(), Coins: uait(600),
	})
	f.expect("bob", funds+600, f.balance(bob))

	f.must(func(ctx sdk.Context) error { return f.jobs.Slash(ctx, ref, uait(399), nil) })
	f.expectEvents(&types.EventSlashed{Owner: "jobmarket", Reference: "6a6f622031", Payer: alice.String(), Coins: uait(399)})
	f.expect("burns", 399, f.pending(types.BurnPoolName))
	f.expect("fees", 0, f.pending(types.FeePoolName))
	f.expect("locked", 1, f.locked())

	f.expectRefused(types.ErrInsufficientLock, func(ctx sdk.Context) error { return f.jobs.Slash(ctx, ref, uait(2), nil) })
	f.expectRefused(types.ErrInvalidAmount, func(ctx sdk.Context) error { return f.jobs.Slash(ctx, ref, uait(0), bob) })
	f.expectRefused(types.ErrInvalidAddress, func(ctx sdk.Context) error {
		return f.jobs.Slash(ctx, ref, uait(1), sdk.AccAddress{})
	})
	f.must(func(ctx sdk.Context) error { return f.jobs.Slash(ctx, ref, uait(1), bob) })
	f.expect("vault", 0, f.vault(alice))
	f.endBlock().check()
	f.expect("burned", 399, supply-f.supply())
}

// Whoever can't be paid gets a claimable; everybody else is paid in the same release.
func TestRelease_FailingPayees(t *testing.T) {
	tests := []struct {
		name    string
		failing sdk.AccAddress
		prepare func(*fixture)
	}{
		{"the recipient's account fails", bob, func(f *fixture) { f.ledger.Fail(bob) }},
		{"the recipient is blocked", frozen, func(*fixture) {}},
		{"the recipient is a vault", types.VaultAddress(dave), func(*fixture) {}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t).lock(2_000, 250)
			tc.prepare(f)
			f.release(1_000, tc.failing, types.Share{Payee: carol, Bps: 100})
			f.expectEvents(
				&types.EventPayoutFailed{Payee: tc.failing.String(), Payer: alice.String(), Coins: uait(965)},
				&types.EventReleased{
					Owner: "jobmarket", Reference: "6a6f622031", Recipient: tc.failing.String(),
					Gross: uait(1_000), Fee: uait(25), Net: uait(965),
					Payees: []types.Payment{{Payee: carol.String(), Coins: uait(10)}},
				},
			)
			f.expect("carol", funds+10, f.balance(carol))
			f.expect("fees", 25, f.pending(types.FeePoolName))
			f.expect("claimable", 965, f.claimable(tc.failing, alice))
			f.expect("vault", 1_965, f.vault(alice))

			// A second failure adds to the first; a payee's failure is no different.
			f.must(func(ctx sdk.Context) error {
				_, err := f.jobs.Release(ctx, ref, uait(1_000), dave, types.Share{Payee: tc.failing, Bps: 1_000})
				return err
			})
			f.expect("dave", funds+875, f.balance(dave))
			f.expect("claimable", 1_065, f.claimable(tc.failing, alice))
			f.expect("vault", 1_065, f.vault(alice))
		})
	}
}

func TestRefund_ToAPayerWhoCannotReceive(t *testing.T) {
	f := newFixture(t).lock(1_000, 250)
	f.ledger.Fail(alice)
	f.must(func(ctx sdk.Context) error { return f.jobs.Refund(ctx, ref, uait(400)) })
	f.expectEvents(
		&types.EventPayoutFailed{Payee: alice.String(), Payer: alice.String(), Coins: uait(400)},
		&types.EventRefunded{Owner: "jobmarket", Reference: "6a6f622031", Payer: alice.String(), Coins: uait(400)},
	)
	f.must(func(ctx sdk.Context) error {
		_, err := f.jobs.Split(ctx, ref, uait(600), bob, 5_000)
		return err
	})
	f.expect("bob", funds+293, f.balance(bob))
	f.expect("claimable", 700, f.claimable(alice, alice))
	f.expect("vault", 700, f.vault(alice))
}

func TestSlash_ToAPayeeWhoCannotReceive(t *testing.T) {
	f := newFixture(t).lock(1_000, 250)
	f.must(func(ctx sdk.Context) error { return f.jobs.Slash(ctx, ref, uait(1_000), frozen) })
	f.expect("claimable", 1_000, f.claimable(frozen, alice))
	f.expect("vault", 1_000, f.vault(alice))
}

// A transaction that runs out of gas in the middle of a payout ends there: it must
// not pass as a payee who can't be paid, or anybody could choose that outcome.
func TestRelease_OutOfGasEndsTheTransaction(t *testing.T) {
	f := newFixture(t).lock(1_000, 0)
	const plenty, steps = 1_000_000, 50
	enough := f.releaseWithin(plenty)
	if enough == outOfGas {
		t.Fatalf("expected %d gas to be enough", plenty)
	}
	for i := range uint64(steps) {
		if got := f.releaseWithin(enough * i / steps); got != outOfGas {
			t.Errorf("with %d of %d gas: expected the transaction to end", enough*i/steps, enough)
		}
	}
}

const outOfGas = ^uint64(0)

// releaseWithin releases the lock with so much gas, for nothing, and returns how much
// it used: outOfGas if that was not enough.
func (f *fixture) releaseWithin(gas uint64) uint64 {
	f.Helper()
	ctx, _ := f.ctx.CacheContext()
	ctx = ctx.WithGasMeter(storetypes.NewGasMeter(gas))
	var ended any
	func() {
		defer func() { ended = recover() }()
		if _, err := f.jobs.Release(ctx, ref, uait(1_000), bob); err != nil {
			f.Errorf("with %d gas: expected success or the end, got %v", gas, err)
		}
	}()
	switch r := ended.(type) {
	case nil:
		return ctx.GasMeter().GasConsumed()
	case storetypes.ErrorOutOfGas:
		return outOfGas
	default:
		panic(r)
	}
}
