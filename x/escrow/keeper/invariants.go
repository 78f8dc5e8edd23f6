package keeper

import (
	"context"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	chaintypes "github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/x/escrow/types"
)

// CheckInvariants returns an error if the stored state is not one that the module can
// reach between two blocks: parameters within bounds, every lock and claimable valid
// and positive, every vault with at least what is booked on it, both pools empty.
func (k *Keeper) CheckInvariants(ctx context.Context) error {
	gs, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := k.checkClaimKeys(ctx); err != nil {
		return err
	}
	if err := k.checkVaults(ctx, gs); err != nil {
		return err
	}
	for _, pool := range []string{types.FeePoolName, types.BurnPoolName} {
		if held := k.pooled(ctx, pool); !held.IsZero() {
			return types.ErrBroken.Wrapf("%s: expected it empty after the block, got %s", pool, held)
		}
	}
	return nil
}

// checkClaimKeys compares what claimables say of themselves with where they are.
func (k *Keeper) checkClaimKeys(ctx context.Context) error {
	return k.claimables.Walk(ctx, nil, func(stored claimKey, c types.Claimable) (bool, error) {
		own, err := k.claimKey(c)
		if err != nil {
			return true, err
		}
		if !own.K1().Equals(stored.K1()) || !own.K2().Equals(stored.K2()) {
			return true, types.ErrBroken.Wrapf("claimable: expected one of %s from %s, got %v", stored.K1(), stored.K2(), c)
		}
		return false, nil
	})
}

// checkVaults compares what rests at each vault with the locks and claimables of its
// payer. A vault may hold more: what was there before the first lock, for example.
func (k *Keeper) checkVaults(ctx context.Context, gs *types.GenesisState) error {
	booked := make(map[string]sdk.Coins)
	var payers []string
	add := func(payer string, coins sdk.Coins) {
		if _, seen := booked[payer]; !seen {
			payers = append(payers, payer)
		}
		booked[payer] = booked[payer].Add(coins...)
	}
	for _, entry := range gs.Locks {
		add(entry.Lock.Payer, entry.Lock.Coins)
	}
	for _, claimable := range gs.Claimables {
		add(claimable.Payer, claimable.Coins)
	}
	slices.Sort(payers)
	for _, payer := range payers {
		addr, err := k.addresses.StringToBytes(payer)
		if err != nil {
			return err
		}
		held := sdk.NewCoins(k.bank.GetBalance(ctx, types.VaultAddress(addr), chaintypes.BaseDenom))
		if !held.IsAllGTE(booked[payer]) {
			return types.ErrBroken.Wrapf("vault of %s: expected at least %s, the sum of its locks and claimables, got %q",
				payer, booked[payer], held)
		}
	}
	return nil
}
