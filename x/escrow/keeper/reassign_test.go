package keeper_test

import (
	"errors"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/x/escrow/types"
)

// All that is locked moves to the new payer's vault; what follows is paid from there,
// and refunded to the new payer.
func TestReassign(t *testing.T) {
	f := newFixture(t).lock(1_000, 250)
	f.must(func(ctx sdk.Context) error { return f.bonds.Lock(ctx, ref, alice, uait(500), types.Terms{}) })
	f.must(func(ctx sdk.Context) error { return f.jobs.Reassign(ctx, ref, bob) })
	f.expectEvents(&types.EventReassigned{
		Owner: "jobmarket", Reference: "6a6f622031", OldPayer: alice.String(), NewPayer: bob.String(), Coins: uait(1_000),
	})
	f.expect("the old vault: another module's lock stays", 500, f.vault(alice))
	f.expect("the new vault", 1_000, f.vault(bob))
	f.expect("locked", 1_000, f.locked())
	f.expect("alice", funds-1_500, f.balance(alice))
	f.expect("bob", funds, f.balance(bob))

	lock, err := f.keeper.Lock(f.ctx, "jobmarket", ref)
	if err != nil || lock.Terms.FeeBps != 250 || lock.Payer != bob.String() {
		t.Errorf("expected the terms kept and another payer, got %v (%v)", lock, err)
	}
	f.must(func(ctx sdk.Context) error { return f.jobs.Increase(ctx, ref, uait(10)) })
	f.expect("more of the new payer", funds-10, f.balance(bob))
	f.must(func(ctx sdk.Context) error { return f.jobs.Slash(ctx, ref, uait(10), carol) })
	f.must(func(ctx sdk.Context) error { return f.jobs.Refund(ctx, ref, uait(1_000)) })
	f.expect("refunded", funds-10+1_000, f.balance(bob))
	f.expect("the new vault", 0, f.vault(bob))
}

func TestReassign_Refuses(t *testing.T) {
	f := newFixture(t).lock(1_000, 0)
	to := func(payer sdk.AccAddress) func(sdk.Context) error {
		return func(ctx sdk.Context) error { return f.jobs.Reassign(ctx, ref, payer) }
	}
	f.expectRefused(types.ErrInvalidAddress, to(alice))
	f.expectRefused(types.ErrInvalidAddress, to(nil))
	f.expectRefused(types.ErrInvalidAddress, to(make([]byte, 256)))
	f.expectRefused(types.ErrInvalidAddress, to(types.VaultAddress(bob)))
	f.expectRefused(types.ErrLockNotFound, func(ctx sdk.Context) error { return f.bonds.Reassign(ctx, ref, bob) })
	f.expectRefused(types.ErrLockNotFound, func(ctx sdk.Context) error { return f.jobs.Reassign(ctx, []byte("other"), bob) })

	f.ledger.Fail(types.VaultAddress(bob))
	if err := f.try(to(bob)); !errors.Is(err, sdkerrors.ErrUnauthorized) {
		t.Errorf("expected bank's error, got %v", err)
	}
	f.expect("locked", 1_000, f.locked())
	f.expect("the old vault", 1_000, f.vault(alice))
}
