package keeper_test

import (
	"testing"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

func TestKeeper_BondAgent_Refuses(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, 0)
	f.refused(sdkerrors.ErrInvalidCoins, "amount: expected 1 to", f.bond(alice, id, 0))
	f.refused(errNoFunds, "", f.bond(alice, id, wealth))
	f.refused(sdkerrors.ErrInvalidCoins, "amount: expected uait", func(ctx sdk.Context) error {
		_, err := f.msgs.BondAgent(ctx, &types.MsgBondAgent{Owner: alice.String(), AgentId: id, Amount: sdk.NewInt64Coin("uatom", 1)})
		return err
	})
	f.must(f.bond(alice, id, wealth-fee))
	f.expectBalance(alice, 0)
	f.expectBond(id, wealth-fee, 0, 0, 0, 0)
}

func TestKeeper_UnbondAgent_Refuses(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond+10)
	f.refused(sdkerrors.ErrInvalidCoins, "amount: expected 1 to", f.unbond(alice, id, 0))
	f.refused(sdkerrors.ErrInvalidCoins, "amount: expected uait", func(ctx sdk.Context) error {
		_, err := f.msgs.UnbondAgent(ctx, &types.MsgUnbondAgent{Owner: alice.String(), AgentId: id, Amount: sdk.NewInt64Coin("uatom", 1)})
		return err
	})
	f.refused(types.ErrInsufficientBond, "25000010uait", f.unbond(alice, id, minBond+11))
	// Active: the minimum stays.
	f.refused(types.ErrInsufficientBond, "pause it", f.unbond(alice, id, 11))
	f.must(f.unbond(alice, id, 10))
	f.refused(types.ErrInsufficientBond, "pause it", f.unbond(alice, id, 1))
	// Paused: what live work holds stays.
	f.must(f.reserve(id, "job", 7))
	f.must(f.pause(alice, id))
	f.refused(types.ErrInsufficientBond, "24999993uait", f.unbond(alice, id, minBond-6))
	f.must(f.unbond(alice, id, minBond-7))
	f.expectBond(id, minBond+10, 7, minBond+3, 1, 1)
}

// A withdrawal pays exactly when market time reaches its time, not a second before.
func TestKeeper_EndBlock_PaysWhenDue(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond+30)
	f.must(f.unbond(alice, id, 10))
	completesAt := f.now() + unbonding
	f.expectEvents(&types.EventUnbondingStarted{AgentId: id, Amount: uait(10), CompletesAt: completesAt})
	rest := f.balance(alice)

	f.endBlock(unbonding - 1)
	f.expectEvents()
	f.expectBond(id, minBond+30, 0, 10, 0, 1)
	f.refused(types.ErrNothingDue, "", f.complete(bob, id))

	f.endBlock(1)
	f.expectEvents(&types.EventUnbonded{AgentId: id, Amount: uait(10), Bonded: uait(minBond + 20)})
	f.expectBond(id, minBond+20, 0, 0, 0, 0)
	f.expectBalance(alice, rest+10)
	f.endBlock(unbonding)
	f.expectEvents()
	f.expectBalance(alice, rest+10)
}

// Withdrawals to the same second are one: one entry, one payment, one of sixteen.
func TestKeeper_UnbondAgent_SameSecond(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond+100)
	for range types.MaxUnbondings + 5 {
		f.must(f.unbond(alice, id, 1))
	}
	f.expectBond(id, minBond+100, 0, types.MaxUnbondings+5, 0, 1)
	f.endBlock(unbonding)
	f.expectEvents(&types.EventUnbonded{AgentId: id, Amount: uait(types.MaxUnbondings + 5), Bonded: uait(minBond + 100 - types.MaxUnbondings - 5)})
}

func TestKeeper_UnbondAgent_AtMostSixteen(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond+100)
	for range types.MaxUnbondings {
		f.must(f.unbond(alice, id, 1))
		f.endBlock(1)
	}
	f.refused(types.ErrTooManyUnbondings, "", f.unbond(alice, id, 1))
	f.endBlock(unbonding - types.MaxUnbondings)
	f.must(f.unbond(alice, id, 1))
	f.endBlock(1)
	f.must(f.unbond(alice, id, 1))
	// Retirement is never refused for them.
	f.must(f.retire(alice, id))
	f.expectBond(id, minBond+98, 0, minBond+98, 0, types.MaxUnbondings)
}

// Nor is it when all sixteen are taken.
func TestKeeper_RetireAgent_WithSixteenWithdrawals(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond+100)
	for range types.MaxUnbondings {
		f.must(f.unbond(alice, id, 1))
		f.endBlock(1)
	}
	f.must(f.retire(alice, id))
	f.expectBond(id, minBond+100, 0, minBond+100, 0, types.MaxUnbondings+1)
	f.endBlock(unbonding)
	f.expectBalance(alice, wealth-fee)
}

func TestKeeper_RetireAgent(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond+10)
	f.must(f.unbond(alice, id, 10))
	f.must(f.reserve(id, "job", 0))
	f.must(func(ctx sdk.Context) error { return f.jobs.Release(ctx, id, []byte("job")) })
	f.endBlock(5)

	f.must(func(ctx sdk.Context) error {
		res, err := f.msgs.RetireAgent(ctx, &types.MsgRetireAgent{Owner: alice.String(), AgentId: id})
		if err == nil && res.CompletesAt != f.now()+unbonding {
			t.Errorf("expected %d, got %d", f.now()+unbonding, res.CompletesAt)
		}
		return err
	})
	f.expectEvents(
		&types.EventAgentStatusChanged{AgentId: id, OldStatus: types.AGENT_STATUS_ACTIVE, NewStatus: types.AGENT_STATUS_RETIRED},
		&types.EventUnbondingStarted{AgentId: id, Amount: uait(minBond), CompletesAt: f.now() + unbonding},
	)
	f.expectBond(id, minBond+10, 0, minBond+10, 0, 2)
	f.endBlock(unbonding)
	f.expectBond(id, 0, 0, 0, 0, 0)
	f.expectBalance(alice, wealth-fee)
}

func TestKeeper_RetireAgent_WithNothing(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	f.must(f.pause(alice, id))
	f.must(f.unbond(alice, id, minBond))
	f.endBlock(unbonding)
	f.must(func(ctx sdk.Context) error {
		res, err := f.msgs.RetireAgent(ctx, &types.MsgRetireAgent{Owner: alice.String(), AgentId: id})
		if err == nil && res.CompletesAt != 0 {
			t.Errorf("expected no time, got %d", res.CompletesAt)
		}
		return err
	})
	f.expectEvents(&types.EventAgentStatusChanged{AgentId: id, OldStatus: types.AGENT_STATUS_PAUSED, NewStatus: types.AGENT_STATUS_RETIRED})
}

// After everything left, the next bond starts anew.
func TestKeeper_BondAgent_AfterTheLastLeft(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, 10)
	f.must(f.unbond(alice, id, 10))
	f.endBlock(unbonding)
	f.expectBond(id, 0, 0, 0, 0, 0)
	f.must(f.bond(alice, id, minBond))
	f.expectStatus(id, types.AGENT_STATUS_ACTIVE)
}

// One block pays at most max_completions_per_block, those due first and then by
// agent; the others wait for the next.
func TestKeeper_EndBlock_IsBounded(t *testing.T) {
	f := newFixture(t)
	params := patient()
	params.UnbondingSeconds, params.MaxCompletionsPerBlock = 60, 2
	must(t, f.keeper.UpdateParams(f.ctx, f.authority, params))
	var ids []uint64
	for range 5 {
		ids = append(ids, f.register(alice, 10))
	}
	f.must(f.unbond(alice, ids[4], 1))
	f.endBlock(1)
	for _, id := range ids[:4] {
		f.must(f.unbond(alice, id, 2))
	}
	paid := func(id uint64, amount int64) *types.EventUnbonded {
		return &types.EventUnbonded{AgentId: id, Amount: uait(amount), Bonded: uait(10 - amount)}
	}
	f.endBlock(100)
	f.expectEvents(paid(ids[4], 1), paid(ids[0], 2))
	f.must(f.complete(mallory, ids[3])) // does not wait
	f.endBlock(0)
	f.expectEvents(paid(ids[1], 2), paid(ids[2], 2))
	f.endBlock(0)
	f.expectEvents()
}

// A withdrawal that can't be paid is parked, stops nobody, and is paid when
// somebody asks once it can be.
func TestKeeper_EndBlock_Parks(t *testing.T) {
	breaks := map[string]struct{ do, mend func(*fixture) }{
		"error": {func(f *fixture) { f.ledger.Fail(alice) }, func(f *fixture) { f.ledger.Mend(alice) }},
		"panic": {func(f *fixture) { f.escrow.panics = true }, func(f *fixture) { f.escrow.panics = false }},
	}
	for name, broken := range breaks {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			first, second := f.register(alice, 20), f.register(bob, 20)
			f.must(f.unbond(alice, first, 3))
			f.must(f.unbond(bob, second, 4))
			completesAt := f.now() + unbonding
			broken.do(f)
			f.endBlock(unbonding)
			parked := &types.EventUnbondingParked{AgentId: first, CompletesAt: completesAt, Codespace: "sdk", Code: 4}
			if name == "error" {
				f.expectEvents(parked, &types.EventUnbonded{AgentId: second, Amount: uait(4), Bonded: uait(16)})
			} else {
				parked.Codespace, parked.Code = types.ModuleName, 22
				other := *parked
				other.AgentId = second
				f.expectEvents(parked, &other)
			}
			f.expectBond(first, 20, 0, 3, 0, 1)

			f.endBlock(10) // it is tried once
			f.expectEvents()
			broken.mend(f)
			f.endBlock(10)
			f.expectEvents()
			f.must(f.unbond(alice, first, 5))
			rest := f.balance(alice)
			f.must(func(ctx sdk.Context) error {
				res, err := f.msgs.CompleteUnbonding(ctx, &types.MsgCompleteUnbonding{Sender: mallory.String(), AgentId: first})
				if err == nil && !res.Amount.Equal(uait(3)) {
					t.Errorf("expected 3uait, got %s", res.Amount)
				}
				return err
			})
			f.expectEvents(&types.EventUnbonded{AgentId: first, Amount: uait(3), Bonded: uait(17)})
			f.expectBalance(alice, rest+3)
			f.refused(types.ErrNothingDue, "", f.complete(mallory, first))
		})
	}
}

// A message that can't pay changes nothing: the withdrawal stays where it is.
func TestKeeper_CompleteUnbonding_FailsWhole(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, 20)
	f.must(f.unbond(alice, id, 3))
	f.clock.Advance(unbonding * 1e9)
	f.ledger.Fail(alice)
	f.refused(sdkerrors.ErrUnauthorized, "", f.complete(bob, id))
	f.expectBond(id, 20, 0, 3, 0, 1)
	f.ledger.Mend(alice)
	f.endBlock(0)
	f.expectBond(id, 17, 0, 0, 0, 0)
}

// All that is due is paid at once, queued and parked, and nothing else.
func TestKeeper_CompleteUnbonding_PaysAllThatIsDue(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, 20)
	f.refused(types.ErrNothingDue, "got none", f.complete(bob, id))
	f.must(f.unbond(alice, id, 3))
	f.ledger.Fail(alice)
	f.endBlock(unbonding)
	f.ledger.Mend(alice)
	f.must(f.unbond(alice, id, 4))
	f.clock.Advance(1e9)
	f.must(f.unbond(alice, id, 5))
	f.clock.Advance((unbonding - 1) * 1e9)
	f.must(func(ctx sdk.Context) error {
		res, err := f.msgs.CompleteUnbonding(ctx, &types.MsgCompleteUnbonding{Sender: bob.String(), AgentId: id})
		if err == nil && !res.Amount.Equal(uait(7)) {
			t.Errorf("expected 7uait, got %s", res.Amount)
		}
		return err
	})
	f.expectBond(id, 13, 0, 5, 0, 1)
}

// What an exported chain had parked for later stays parked when more is withdrawn
// to the same second.
func TestKeeper_UnbondAgent_IntoAParkedOne(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, 20)
	f.must(f.unbond(alice, id, 3))
	gs, err := f.keeper.ExportGenesis(f.ctx)
	must(t, err)
	gs.ParkedUnbondings, gs.Unbondings = gs.Unbondings, nil
	f.reset()
	must(t, f.keeper.InitGenesis(f.ctx, *gs))
	f.must(f.unbond(alice, id, 4))
	f.endBlock(unbonding)
	f.expectBond(id, 20, 0, 7, 0, 1)
	f.must(f.complete(bob, id))
	f.expectBond(id, 13, 0, 0, 0, 0)
}

// A new wait holds for new withdrawals only.
func TestKeeper_UpdateParams_KeepsTimes(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, 20)
	f.must(f.unbond(alice, id, 3))
	params := patient()
	params.UnbondingSeconds = 60
	must(t, f.keeper.UpdateParams(f.ctx, f.authority, params))
	f.endBlock(1)
	f.must(f.unbond(alice, id, 4))
	f.endBlock(60)
	f.expectBond(id, 16, 0, 3, 0, 1)
	f.endBlock(unbonding - 61)
	f.expectBond(id, 13, 0, 0, 0, 0)
}

// The queue's keys are in the order of time, then agent.
func TestQueueKey_Order(t *testing.T) {
	codec := collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)
	var last []byte
	for _, key := range []collections.Pair[uint64, uint64]{
		collections.Join[uint64, uint64](1, 1<<63), collections.Join[uint64, uint64](255, 2), collections.Join[uint64, uint64](256, 1),
		collections.Join[uint64, uint64](256, 2), collections.Join[uint64, uint64](1<<40, 0),
	} {
		bz := make([]byte, codec.Size(key))
		_, err := codec.Encode(bz, key)
		must(t, err)
		if string(bz) <= string(last) {
			t.Errorf("%v: expected a key after the one before", key)
		}
		last = bz
	}
}

// One that can't be paid doesn't hold up the others.
func TestKeeper_CompleteUnbonding_OneFails(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, 20)
	f.must(f.unbond(alice, id, 3))
	f.endBlock(1)
	f.must(f.unbond(alice, id, 4))
	f.clock.Advance(unbonding * 1e9)
	f.escrow.refuses = 3
	f.must(f.complete(bob, id))
	f.expectEvents(&types.EventUnbonded{AgentId: id, Amount: uait(4), Bonded: uait(16)})
	f.expectBond(id, 16, 0, 3, 0, 1)
	f.refused(errNoFunds, "", f.complete(bob, id))
	f.escrow.refuses = 0
	f.must(f.complete(bob, id))
	f.expectBond(id, 13, 0, 0, 0, 0)
}
