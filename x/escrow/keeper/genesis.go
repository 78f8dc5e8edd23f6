package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/aitbc/aitbc/x/escrow/types"
)

// InitGenesis stores the genesis state. It runs after bank's, and returns ErrBroken
// if the coins are not where the books say, or an account stands where one of the
// module's pools must be: then no fee could ever leave it.
func (k *Keeper) InitGenesis(ctx context.Context, gs types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	for _, pool := range []string{types.FeePoolName, types.BurnPoolName} {
		if err := k.checkPool(ctx, pool); err != nil {
			return err
		}
	}
	if err := k.params.Set(ctx, gs.Params); err != nil {
		return err
	}
	for _, entry := range gs.Locks {
		ref, err := types.ParseReference(entry.Reference)
		if err != nil {
			return err
		}
		if err := k.locks.Set(ctx, collections.Join(entry.Owner, ref), entry.Lock); err != nil {
			return err
		}
	}
	for _, claimable := range gs.Claimables {
		key, err := k.claimKey(claimable)
		if err != nil {
			return err
		}
		if err := k.claimables.Set(ctx, key, claimable); err != nil {
			return err
		}
	}
	return k.checkVaults(ctx, &gs)
}

// checkPool returns ErrBroken unless a pool is a module account that may burn, or is
// still to be made, which bank does as the app has it wired.
func (k *Keeper) checkPool(ctx context.Context, pool string) error {
	account := k.accounts.GetAccount(ctx, authtypes.NewModuleAddress(pool))
	if account == nil {
		return nil
	}
	module, ok := account.(sdk.ModuleAccountI)
	if !ok || module.GetName() != pool || !module.HasPermission(authtypes.Burner) {
		return types.ErrBroken.Wrapf("account %s: expected the module account %s with the permission to burn, got %T",
			account.GetAddress(), pool, account)
	}
	return nil
}

// ExportGenesis returns the state in the form that InitGenesis accepts.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params(ctx)
	if err != nil {
		return nil, err
	}
	gs := &types.GenesisState{Params: params}
	err = k.locks.Walk(ctx, nil, func(key lockKey, lock types.Lock) (bool, error) {
		gs.Locks = append(gs.Locks, lockEntry(key, lock))
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.claimables.Walk(ctx, nil, func(_ claimKey, claimable types.Claimable) (bool, error) {
		gs.Claimables = append(gs.Claimables, claimable)
		return false, nil
	})
	return gs, err
}

// lockEntry returns a lock with its key.
func lockEntry(key lockKey, lock types.Lock) types.LockEntry {
	return types.LockEntry{Owner: key.K1(), Reference: types.FormatReference(key.K2()), Lock: lock}
}

// claimKey returns the key that a claimable is stored under.
func (k *Keeper) claimKey(c types.Claimable) (claimKey, error) {
	payee, err := k.addresses.StringToBytes(c.Payee)
	if err != nil {
		return claimKey{}, err
	}
	payer, err := k.addresses.StringToBytes(c.Payer)
	return collections.Join[sdk.AccAddress, sdk.AccAddress](payee, payer), err
}
