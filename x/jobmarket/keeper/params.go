package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// UpdateParams replaces the parameters. Jobs that were posted before keep their
// terms. It returns ErrUnauthorized for any signer but the authority and
// ErrInvalidParams for a value out of bounds; in both cases nothing changes.
func (k *Keeper) UpdateParams(ctx context.Context, authority string, params types.Params) error {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), k.authority, authority); err != nil {
		return err
	}
	if err := params.Validate(); err != nil {
		return err
	}
	old, err := k.Params(ctx)
	if err != nil {
		return err
	}
	if err := k.params.Set(ctx, params); err != nil {
		return err
	}
	return emit(ctx, &types.EventParamsUpdated{OldParams: old, NewParams: params})
}
