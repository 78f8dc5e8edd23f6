package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// EndBlock pays out the withdrawals that are due, in order of (completes_at, agent),
// at most max_completions_per_block of them, and then fires the timers that are due,
// in order of (at, agent, kind), at most max_timers_per_block. Each runs in a cached
// context: one that fails or panics is parked and changes nothing, and the next goes
// on. An error of the store itself is returned: a chain that can't read its queues
// must not go on.
func (k *Keeper) EndBlock(ctx context.Context) error {
	now, err := k.Now(ctx)
	if err != nil {
		return err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return err
	}
	withdrawals, err := firstOf(ctx, k.queue, collections.NewPrefixUntilPairRange[uint64, uint64](now), params.MaxCompletionsPerBlock)
	if err != nil {
		return err
	}
	for _, entry := range withdrawals {
		if err := k.completeOrPark(ctx, entry.K2(), entry.K1()); err != nil {
			return err
		}
	}
	due, err := firstOf(ctx, k.timers, collections.NewPrefixUntilTripleRange[uint64, uint64, uint32](now), params.MaxTimersPerBlock)
	if err != nil {
		return err
	}
	for _, entry := range due {
		if err := k.fireOrPark(ctx, entry, now); err != nil {
			return err
		}
	}
	return nil
}

// firstOf returns the first entries of a queue in a range.
func firstOf[K any](ctx context.Context, queue collections.KeySet[K], due collections.Ranger[K], limit uint32) ([]K, error) {
	var found []K
	err := queue.Walk(ctx, due, func(entry K) (bool, error) {
		found = append(found, entry)
		return len(found) == int(limit), nil
	})
	return found, err
}

// completeOrPark pays out one withdrawal, or takes it out of the queue.
func (k *Keeper) completeOrPark(ctx context.Context, agentID, completesAt uint64) error {
	failed := attempt(ctx, func(ctx context.Context) error { return k.complete(ctx, agentID, completesAt) })
	if failed == nil {
		return nil
	}
	sdk.UnwrapSDKContext(ctx).Logger().Error("a withdrawal of a bond is parked",
		"agent", agentID, "completes_at", completesAt, "error", failed.Error())
	if err := k.queue.Remove(ctx, collections.Join(completesAt, agentID)); err != nil {
		return err
	}
	if err := k.parked.Set(ctx, collections.Join(agentID, completesAt)); err != nil {
		return err
	}
	codespace, code, _ := errorsmod.ABCIInfo(failed, false)
	return emit(ctx, &types.EventUnbondingParked{AgentId: agentID, CompletesAt: completesAt, Codespace: codespace, Code: code})
}

// fireOrPark fires one timer, or takes it out of the queue. What went before in the same
// block may have ended a timer; then there is nothing to do.
func (k *Keeper) fireOrPark(ctx context.Context, entry timerKey, now uint64) error {
	waits, err := k.timers.Has(ctx, entry)
	if err != nil || !waits {
		return err
	}
	at, agentID, kind := entry.K1(), entry.K2(), types.TimerKind(entry.K3())
	failed := attempt(ctx, func(ctx context.Context) error {
		agent, err := k.Agent(ctx, agentID)
		if err != nil {
			return err
		}
		return k.fire(ctx, agent, kind, now)
	})
	if failed == nil {
		return nil
	}
	sdk.UnwrapSDKContext(ctx).Logger().Error("a timer of an agent is parked",
		"agent", agentID, "kind", kind.String(), "at", at, "error", failed.Error())
	if err := k.timers.Remove(ctx, entry); err != nil {
		return err
	}
	if err := k.parkedTimers.Set(ctx, collections.Join(agentID, entry.K3()), at); err != nil {
		return err
	}
	codespace, code, _ := errorsmod.ABCIInfo(failed, false)
	return emit(ctx, &types.EventTimerParked{AgentId: agentID, Kind: kind, At: at, Codespace: codespace, Code: code})
}

// attempt does one item, or changes nothing and returns its error. A panic is an error
// of that item: block execution has no gas limit here, so it is a bug, the same on
// every node.
func attempt(ctx context.Context, item func(ctx context.Context) error) (err error) {
	cached, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	defer func() {
		if r := recover(); r != nil {
			err = types.ErrTimerPanicked.Wrap(fmt.Sprint(r))
		}
	}()
	if err := item(cached); err != nil {
		return err
	}
	write()
	return nil
}
