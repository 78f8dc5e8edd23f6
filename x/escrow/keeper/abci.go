package keeper

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	chaintypes "github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/x/escrow/types"
)

// EndBlock burns and forwards what the block's messages and timeouts collected. It
// runs after bank's end blocker, which is what brings the coins to the two pools. A
// pool that can't be settled does not stop the chain: it is logged, seen by the
// invariants, and tried again in the next block. A block without fees and burns costs
// two reads.
func (k *Keeper) EndBlock(ctx context.Context) error {
	settled := &types.EventBlockSettled{}
	k.settle(ctx, types.FeePoolName, func(ctx context.Context, fees sdk.Coins) error {
		params, err := k.Params(ctx)
		if err != nil {
			return err
		}
		burned := types.Portion(fees, params.FeeBurnBps)
		forwarded := fees.Sub(burned...)
		if err := k.burnFrom(ctx, types.FeePoolName, burned); err != nil {
			return err
		}
		if err := k.forwardFees(ctx, forwarded); err != nil {
			return err
		}
		settled.Fees, settled.Forwarded, settled.Burned = fees, forwarded, burned
		return nil
	})
	k.settle(ctx, types.BurnPoolName, func(ctx context.Context, collected sdk.Coins) error {
		if err := k.burnFrom(ctx, types.BurnPoolName, collected); err != nil {
			return err
		}
		settled.Burned = settled.Burned.Add(collected...)
		return nil
	})
	if settled.Fees.IsZero() && settled.Burned.IsZero() {
		return nil
	}
	return emit(ctx, settled)
}

// settle hands what is in a pool to do, in a context that is kept only if it succeeds.
func (k *Keeper) settle(ctx context.Context, pool string, do func(context.Context, sdk.Coins) error) {
	held := k.pooled(ctx, pool)
	if held.IsZero() {
		return
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	cached, write := sdkCtx.CacheContext()
	if err := guarded(cached, held, do); err != nil {
		sdkCtx.Logger().Error("escrow: pool not settled, left to the next block",
			"pool", pool, "coins", held.String(), "err", err)
		return
	}
	write()
}

// guarded turns a panic into an error. Bank panics where it finds a module account that
// it did not expect, and no coin is worth a halted chain. Block execution has no gas
// limit here, so a panic is the same on every node.
func guarded(ctx context.Context, held sdk.Coins, do func(context.Context, sdk.Coins) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = types.ErrSettlementPanicked.Wrap(fmt.Sprint(r))
		}
	}()
	return do(ctx, held)
}

// pooled returns what one of the module's pools holds.
func (k *Keeper) pooled(ctx context.Context, pool string) sdk.Coins {
	return sdk.NewCoins(k.bank.GetBalance(ctx, authtypes.NewModuleAddress(pool), chaintypes.BaseDenom))
}

func (k *Keeper) burnFrom(ctx context.Context, pool string, coins sdk.Coins) error {
	if coins.IsZero() {
		return nil
	}
	return k.bank.BurnCoins(ctx, pool, coins)
}

func (k *Keeper) forwardFees(ctx context.Context, coins sdk.Coins) error {
	if coins.IsZero() {
		return nil
	}
	return k.bank.SendCoinsFromModuleToModule(ctx, types.FeePoolName, authtypes.FeeCollectorName, coins)
}
