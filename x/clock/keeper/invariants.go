package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/clock/types"
)

// CheckInvariants returns an error if the stored state is not one that the
// module can reach: parameters within bounds, a valid clock, and the clock not
// behind the block it is read in.
func (k *Keeper) CheckInvariants(ctx context.Context) error {
	params, err := k.Params(ctx)
	if err != nil {
		return err
	}
	if err := params.Validate(); err != nil {
		return err
	}
	clock, err := k.Clock(ctx)
	if err != nil {
		return err
	}
	if err := clock.Validate(); err != nil {
		return err
	}
	if blockTime := sdk.UnwrapSDKContext(ctx).BlockTime(); clock.BlockTime.Before(blockTime) {
		return types.ErrInvalidClock.Wrapf("block_time: expected %s or later, got %s", blockTime, clock.BlockTime)
	}
	return nil
}
