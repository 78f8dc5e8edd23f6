package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// EndBlock carries out the timeouts that are due, in order of (deadline, client,
// sequence), at most max_timeouts_per_block of them. Each runs in a cached context:
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
	due, err := k.due(ctx, now, int(params.MaxTimeoutsPerBlock))
	if err != nil {
		return err
	}
	for _, entry := range due {
		if err := k.expire(ctx, entry); err != nil {
			return err
		}
	}
	return nil
}

// entry is an entry of the queue - deadline, client, sequence - or of the index of
// live jobs, which has the agent in front.
type entry = collections.Triple[uint64, sdk.AccAddress, uint64]

// due returns the first entries of the queue whose deadline is not after now.
func (k *Keeper) due(ctx context.Context, now uint64, limit int) ([]entry, error) {
	until := collections.NewPrefixUntilTripleRange[uint64, sdk.AccAddress, uint64](now)
	var found []entry
	err := k.queue.Walk(ctx, until, func(e entry) (bool, error) {
		found = append(found, e)
		return len(found) == limit, nil
	})
	return found, err
}

// expire carries out one timeout, or parks it.
func (k *Keeper) expire(ctx context.Context, e entry) error {
	id := types.NewJobID(e.K2(), e.K3())
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	cached, write := sdkCtx.CacheContext()
	failed := k.guardedTimeout(cached, id)
	if failed == nil {
		write()
		return nil
	}
	sdkCtx.Logger().Error("a timeout of a job is parked", "client", e.K2().String(), "sequence", e.K3(), "error", failed.Error())
	if err := k.queue.Remove(ctx, e); err != nil {
		return err
	}
	if err := k.parked.Set(ctx, id); err != nil {
		return err
	}
	codespace, code, _ := errorsmod.ABCIInfo(failed, false)
	return emit(ctx, &types.EventTimeoutParked{
		Client: e.K2().String(), Sequence: e.K3(), Deadline: e.K1(), Codespace: codespace, Code: code,
	})
}

// guardedTimeout turns a panic of one item into an error of that item. Block
// execution has no gas limit here, so a panic is a bug, the same on every node.
func (k *Keeper) guardedTimeout(ctx context.Context, id types.JobID) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = types.ErrTimeoutPanicked.Wrap(fmt.Sprint(r))
		}
	}()
	return k.Timeout(ctx, id)
}
