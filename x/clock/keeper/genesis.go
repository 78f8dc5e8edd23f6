package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/clock/types"
)

// InitGenesis stores the genesis state. A new chain's clock starts at the genesis
// time; an exported one goes on from where it stood, and the gap to the new
// genesis time counts as standstill like any other halt.
func (k *Keeper) InitGenesis(ctx context.Context, gs types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := k.params.Set(ctx, gs.Params); err != nil {
		return err
	}
	clock := types.NewClock(sdk.UnwrapSDKContext(ctx).BlockTime())
	if gs.Clock != nil {
		clock = *gs.Clock
	}
	return k.clock.Set(ctx, clock)
}

// ExportGenesis returns the state in the form that InitGenesis accepts.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params(ctx)
	if err != nil {
		return nil, err
	}
	clock, err := k.Clock(ctx)
	if err != nil {
		return nil, err
	}
	return &types.GenesisState{Params: params, Clock: &clock}, nil
}
