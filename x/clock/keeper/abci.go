package keeper

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/clock/types"
)

// BeginBlock advances market time to this block: one read, one write. It runs
// before every other module. A store error is returned, because a chain that
// can't read its own clock must not go on; nothing else can fail.
func (k *Keeper) BeginBlock(ctx context.Context) error {
	blockTime := sdk.UnwrapSDKContext(ctx).BlockTime()

	clock, err := k.Clock(ctx)
	if errors.Is(err, types.ErrNotStarted) {
		return k.clock.Set(ctx, types.NewClock(blockTime))
	}
	if err != nil {
		return err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return err
	}

	next, skipped := clock.Advance(blockTime, params.MaxStep)
	if next == clock {
		return nil
	}
	if err := k.clock.Set(ctx, next); err != nil {
		return err
	}
	if skipped == 0 {
		return nil
	}
	return emit(ctx, &types.EventClockStoodStill{
		BlockTime:  next.BlockTime,
		MarketTime: next.MarketTime,
		Skipped:    skipped,
	})
}
