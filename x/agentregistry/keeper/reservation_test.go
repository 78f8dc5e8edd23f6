package keeper_test

import (
	"bytes"
	"errors"
	"testing"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

func TestScopedKeeper_ReserveAndRelease(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	ref := []byte{0, 0xff}
	f.must(func(ctx sdk.Context) error { return f.jobs.Reserve(ctx, id, ref, uait(10), 1) })
	f.expectEvents(&types.EventReserved{AgentId: id, Holder: "jobmarket", Reference: ref, Amount: uait(10)})
	f.expectBond(id, minBond, 10, 0, 1, 0)
	if got, err := f.jobs.Reserved(f.ctx, id, ref); err != nil || !got.Equal(sdkmath.NewInt(10)) {
		t.Errorf("expected 10, got %s (%v)", got, err)
	}
	f.must(func(ctx sdk.Context) error { return f.jobs.Release(ctx, id, ref) })
	f.expectEvents(&types.EventReservationReleased{AgentId: id, Holder: "jobmarket", Reference: ref, Amount: uait(10)})
	f.expectBond(id, minBond, 0, 0, 0, 0)
	f.expectBalance(alice, wealth-fee-minBond)
	if _, err := f.jobs.Reserved(f.ctx, id, ref); !errors.Is(err, types.ErrReservationNotFound) {
		t.Errorf("expected %v, got %v", types.ErrReservationNotFound, err)
	}
}

func TestScopedKeeper_Reserve_Refuses(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond+30)
	f.must(f.unbond(alice, id, 30))
	f.must(f.reserve(id, "taken", 5))
	reserve := func(ref []byte, amount sdk.Coin, most uint32) func(sdk.Context) error {
		return func(ctx sdk.Context) error { return f.jobs.Reserve(ctx, id, ref, amount, most) }
	}
	f.refused(types.ErrReservationExists, "reference:", reserve([]byte("taken"), uait(1), 0))
	f.refused(types.ErrInvalidReservation, "reference:", reserve(nil, uait(1), 0))
	f.refused(types.ErrInvalidReservation, "reference:", reserve(make([]byte, 65), uait(1), 0))
	f.refused(sdkerrors.ErrInvalidCoins, "amount: expected uait", reserve([]byte("a"), sdk.NewInt64Coin("uatom", 1), 0))
	f.refused(sdkerrors.ErrInvalidCoins, "amount:", reserve([]byte("a"), sdk.Coin{Denom: "uait", Amount: sdkmath.NewInt(-1)}, 0))
	f.refused(types.ErrAtCapacity, "fewer than 1", reserve([]byte("a"), uait(1), 1))
	// What is on its way out can't be reserved.
	f.refused(types.ErrInsufficientBond, "24999995uait", reserve([]byte("a"), uait(minBond-4), 0))
	f.must(reserve(make([]byte, 64), uait(minBond-5), 2))
	// A reservation of nothing needs nothing, but counts.
	f.must(reserve([]byte("a"), uait(0), 3))
	f.refused(types.ErrAtCapacity, "fewer than 3", reserve([]byte("b"), uait(0), 3))
	f.expectBond(id, minBond+30, minBond, 30, 3, 1)
}

// Work that has begun goes on while the agent is paused, and may need more.
func TestScopedKeeper_Reserve_WhilePaused(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	f.must(f.pause(alice, id))
	f.must(f.reserve(id, "dispute", 10))
}

// Each holder sees its own reservations only; their names don't collide.
func TestScopedKeeper_HoldersAreApart(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	auction := f.keeper.Scoped("auction")
	ref := []byte("x")
	f.must(f.reserve(id, "x", 10))
	f.refused(types.ErrReservationNotFound, "auction", func(ctx sdk.Context) error { return auction.Release(ctx, id, ref) })
	f.refused(types.ErrReservationNotFound, "auction", func(ctx sdk.Context) error { return auction.Slash(ctx, id, ref, uait(1), bob) })
	f.must(func(ctx sdk.Context) error { return auction.Reserve(ctx, id, ref, uait(20), 0) })
	f.must(func(ctx sdk.Context) error { return auction.Slash(ctx, id, ref, uait(20), bob) })
	f.must(func(ctx sdk.Context) error { return auction.Release(ctx, id, ref) })
	f.expectBond(id, minBond-20, 10, 0, 1, 0)
	// Capacity counts the work of all.
	f.refused(types.ErrAtCapacity, "", func(ctx sdk.Context) error { return auction.Reserve(ctx, id, ref, uait(0), 1) })
}

func TestScopedKeeper_Slash(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	ref := []byte("job")
	slash := func(amount sdk.Coin, to sdk.AccAddress) func(sdk.Context) error {
		return func(ctx sdk.Context) error { return f.jobs.Slash(ctx, id, ref, amount, to) }
	}
	f.refused(types.ErrReservationNotFound, "reference:", slash(uait(1), bob))
	f.must(f.reserve(id, "job", 10))
	f.must(f.reserve(id, "other", 50))

	f.must(slash(uait(4), bob))
	f.expectEvents(&types.EventReservationSlashed{AgentId: id, Holder: "jobmarket", Reference: ref, Amount: uait(4), Recipient: bob.String()})
	f.expectBond(id, minBond-4, 56, 0, 2, 0)
	f.expectBalance(bob, wealth+4)
	// It stays active, but is not hired any more until its bond is whole again.
	f.expectStatus(id, types.AGENT_STATUS_ACTIVE)
	if err := f.jobs.Hireable(f.ctx, id); !errors.Is(err, types.ErrNotHireable) {
		t.Errorf("expected %v, got %v", types.ErrNotHireable, err)
	}
	f.must(f.bond(alice, id, 4))
	must(t, f.jobs.Hireable(f.ctx, id))

	f.refused(types.ErrInsufficientReservation, "at most 6uait", slash(uait(7), bob))
	f.refused(sdkerrors.ErrInvalidCoins, "amount:", slash(uait(0), bob))
	f.refused(sdkerrors.ErrInvalidCoins, "amount: expected uait", slash(sdk.NewInt64Coin("uatom", 1), bob))
	before := f.burned()
	f.must(slash(uait(6), nil))
	f.expectEvents(&types.EventReservationSlashed{AgentId: id, Holder: "jobmarket", Reference: ref, Amount: uait(6)})
	if got := f.burned() - before; got != 6 {
		t.Errorf("expected 6 to be burned, got %d", got)
	}
	// An empty reservation still counts until it is released.
	if got := f.record(id).Bond.Reservations; got != 2 {
		t.Errorf("expected 2 reservations, got %d", got)
	}
	f.must(func(ctx sdk.Context) error { return f.jobs.Release(ctx, id, ref) })
	f.expectEvents(&types.EventReservationReleased{AgentId: id, Holder: "jobmarket", Reference: ref, Amount: uait(0)})
	f.expectBond(id, minBond-6, 50, 0, 1, 0)
}

// A slash never reaches what is leaving, and what is leaving still leaves.
func TestScopedKeeper_Slash_BesidesAWithdrawal(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	f.must(f.reserve(id, "job", minBond-10))
	f.must(f.pause(alice, id))
	f.must(f.unbond(alice, id, 10))
	f.must(func(ctx sdk.Context) error { return f.jobs.Slash(ctx, id, []byte("job"), uait(minBond-10), bob) })
	f.must(func(ctx sdk.Context) error { return f.jobs.Release(ctx, id, []byte("job")) })
	f.expectBond(id, 10, 0, 10, 0, 1)
	f.must(f.retire(alice, id))
	f.endBlock(unbonding)
	f.expectBond(id, 0, 0, 0, 0, 0)
	f.expectBalance(alice, wealth-fee-minBond+10)
	f.expectBalance(bob, wealth+minBond-10)
}

func TestScopedKeeper_Slash_ThatCantBeDelivered(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	f.must(f.reserve(id, "job", 10))
	f.ledger.Fail(bob)
	f.refused(sdkerrors.ErrUnauthorized, "", func(ctx sdk.Context) error {
		return f.jobs.Slash(ctx, id, []byte("job"), uait(4), bob)
	})
	f.expectBond(id, minBond, 10, 0, 1, 0)
}

func TestReference(t *testing.T) {
	if got := types.Reference(0x0102); !bytes.Equal(got, []byte{0, 0, 0, 0, 0, 0, 1, 2}) {
		t.Errorf("expected 8 bytes, big-endian, got %X", got)
	}
}
