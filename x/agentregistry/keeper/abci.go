package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// EndBlock pays out the withdrawals that are due, in order of (completes_at,
// agent), at most max_completions_per_block of them. Each runs in a cached context:
// one that fails or panics is parked and changes nothing, and the next goes on. An
// error of the store itself is returned: a chain that can't read its queue must
// not go on.
func (k *Keeper) EndBlock(ctx context.Context) error {
	now, err := k.now(ctx)
	if err != nil {
		return err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return err
	}
	due, err := k.due(ctx, now, int(params.MaxCompletionsPerBlock))
	if err != nil {
		return err
	}
	for _, entry := range due {
		if err := k.completeOrPark(ctx, entry.K2(), entry.K1()); err != nil {
			return err
		}
	}
	return nil
}

// due returns the first entries of the queue whose time is not after now.
func (k *Keeper) due(ctx context.Context, now uint64, limit int) ([]collections.Pair[uint64, uint64], error) {
	var found []collections.Pair[uint64, uint64]
	err := k.queue.Walk(ctx, collections.NewPrefixUntilPairRange[uint64, uint64](now),
		func(entry collections.Pair[uint64, uint64]) (bool, error) {
			found = append(found, entry)
			return len(found) == limit, nil
		})
	return found, err
}

// completeOrPark pays out one withdrawal, or takes it out of the queue.
func (k *Keeper) completeOrPark(ctx context.Context, agentID, completesAt uint64) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	cached, write := sdkCtx.CacheContext()
	err := k.guardedComplete(cached, agentID, completesAt)
	if err == nil {
		write()
		return nil
	}
	sdkCtx.Logger().Error("a withdrawal of a bond is parked", "agent", agentID, "completes_at", completesAt, "error", err.Error())
	if err := k.queue.Remove(ctx, collections.Join(completesAt, agentID)); err != nil {
		return err
	}
	if err := k.parked.Set(ctx, collections.Join(agentID, completesAt)); err != nil {
		return err
	}
	return emit(ctx, &types.EventUnbondingParked{AgentId: agentID, CompletesAt: completesAt})
}

// guardedComplete turns a panic of one item into an error of that item. Block
// execution has no gas limit here, so a panic is a bug, the same on every node.
func (k *Keeper) guardedComplete(ctx context.Context, agentID, completesAt uint64) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = types.ErrCompletionPanicked.Wrap(fmt.Sprint(r))
		}
	}()
	return k.complete(ctx, agentID, completesAt)
}
