package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/escrow/types"
)

// payOut moves the coins of a payout out of the payer's vault: the fee first, then
// the recipient, the payees in their order, and the payer.
func (k *Keeper) payOut(
	ctx context.Context, payer, to sdk.AccAddress, payout types.Payout, payees []types.Share,
) error {
	if err := k.collect(ctx, types.VaultAddress(payer), types.FeePoolName, payout.Fee); err != nil {
		return err
	}
	if err := k.deliver(ctx, payer, to, payout.Net); err != nil {
		return err
	}
	for i, share := range payees {
		if err := k.deliver(ctx, payer, share.Payee, payout.Payees[i]); err != nil {
			return err
		}
	}
	return k.deliver(ctx, payer, payer, payout.Refunded)
}

// collect sends coins to one of the module's pools, which has them at the end of the
// block. It does nothing for no coins.
func (k *Keeper) collect(ctx context.Context, from sdk.AccAddress, pool string, coins sdk.Coins) error {
	if coins.IsZero() {
		return nil
	}
	return k.bank.SendCoinsFromAccountToModuleVirtual(ctx, from, pool, coins)
}

// deliver pays coins from the payer's vault to the payee. If the payee can't receive
// them they stay where they are, and become its claimable: one payee must not stop a
// settlement that others wait for. It does nothing for no coins.
func (k *Keeper) deliver(ctx context.Context, payer, payee sdk.AccAddress, coins sdk.Coins) error {
	if coins.IsZero() || k.tryDeliver(ctx, payer, payee, coins) {
		return nil
	}
	claimable, err := k.claimable(ctx, payee, payer)
	if err != nil {
		return err
	}
	claimable.Coins = claimable.Coins.Add(coins...)
	if err := k.claimables.Set(ctx, collections.Join(payee, payer), claimable); err != nil {
		return err
	}
	return emit(ctx, &types.EventPayoutFailed{Payee: claimable.Payee, Payer: claimable.Payer, Coins: coins})
}

// tryDeliver reports whether the payee was paid. Running out of gas is not a failure
// of the payee: it panics through, and the transaction ends.
func (k *Keeper) tryDeliver(ctx context.Context, payer, payee sdk.AccAddress, coins sdk.Coins) bool {
	if !k.canReceive(payee) {
		return false
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	cached, write := sdkCtx.CacheContext()
	if err := k.bank.SendCoins(cached, types.VaultAddress(payer), payee, coins); err != nil {
		sdkCtx.Logger().Error("escrow: payout not delivered, its payee can claim it",
			"payee", payee.String(), "payer", payer.String(), "coins", coins.String(), "err", err)
		return false
	}
	write()
	return true
}

// canReceive reports whether an address may be paid from a vault.
func (k *Keeper) canReceive(addr sdk.AccAddress) bool {
	return !k.bank.BlockedAddr(addr) && !types.IsVault(addr)
}

// claimable returns what a payee can claim from the vault of a payer, with no coins if
// that is nothing yet.
func (k *Keeper) claimable(ctx context.Context, payee, payer sdk.AccAddress) (types.Claimable, error) {
	claimable, err := k.claimables.Get(ctx, collections.Join(payee, payer))
	if err == nil || !errors.Is(err, collections.ErrNotFound) {
		return claimable, err
	}
	payeeText, err := k.addresses.BytesToString(payee)
	if err != nil {
		return types.Claimable{}, err
	}
	payerText, err := k.addresses.BytesToString(payer)
	return types.Claimable{Payee: payeeText, Payer: payerText}, err
}

// emitPayout tells of a payout: what was released, and what was refunded.
func (s *ScopedKeeper) emitPayout(
	ctx context.Context, ref []byte, payer string, to sdk.AccAddress, payout types.Payout, payees []types.Share,
) error {
	if !payout.Gross.IsZero() {
		recipient, err := s.keeper.addresses.BytesToString(to)
		if err != nil {
			return err
		}
		event := &types.EventReleased{
			Owner: s.owner, Reference: types.FormatReference(ref), Recipient: recipient,
			Gross: payout.Gross, Fee: payout.Fee, Net: payout.Net,
		}
		for i, share := range payees {
			payee, err := s.keeper.addresses.BytesToString(share.Payee)
			if err != nil {
				return err
			}
			event.Payees = append(event.Payees, types.Payment{Payee: payee, Coins: payout.Payees[i]})
		}
		if err := emit(ctx, event); err != nil {
			return err
		}
	}
	if payout.Refunded.IsZero() {
		return nil
	}
	return s.emitRefund(ctx, ref, payer, payout.Refunded)
}

func (s *ScopedKeeper) emitRefund(ctx context.Context, ref []byte, payer string, coins sdk.Coins) error {
	return emit(ctx, &types.EventRefunded{
		Owner: s.owner, Reference: types.FormatReference(ref), Payer: payer, Coins: coins,
	})
}
