package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/escrow/types"
)

// Claim pays up to types.MaxClaims claimables of the payee to the recipient, which may be
// another address. It returns what was paid and whether more is left. It returns
// ErrNothingToClaim, ErrInvalidAddress if the recipient may not receive coins, or
// bank's error if it can't; then nothing changes.
func (k *Keeper) Claim(ctx context.Context, payee, recipient sdk.AccAddress) (sdk.Coins, bool, error) {
	claims, more, err := k.firstClaimables(ctx, payee)
	if err != nil {
		return nil, false, err
	}
	payeeText, err := k.addresses.BytesToString(payee)
	if err != nil {
		return nil, false, err
	}
	recipientText, err := k.addresses.BytesToString(recipient)
	if err != nil {
		return nil, false, err
	}
	if len(claims) == 0 {
		return nil, false, types.ErrNothingToClaim.Wrapf("payee: expected an account with claimables, got %s", payeeText)
	}
	if !k.canReceive(recipient) {
		return nil, false, types.ErrInvalidAddress.Wrapf("recipient: expected an account that may receive coins, got %s", recipientText)
	}

	paid, err := k.payClaims(ctx, claims, recipient)
	if err != nil {
		return nil, false, err
	}
	event := &types.EventClaimed{Payee: payeeText, Recipient: recipientText, Coins: paid}
	return paid, more, emit(ctx, event)
}

// firstClaimables returns the payee's first types.MaxClaims claimables, and whether there
// are more.
func (k *Keeper) firstClaimables(
	ctx context.Context, payee sdk.AccAddress,
) ([]collections.KeyValue[claimKey, types.Claimable], bool, error) {
	var claims []collections.KeyValue[claimKey, types.Claimable]
	more := false
	ofPayee := collections.NewPrefixedPairRange[sdk.AccAddress, sdk.AccAddress](payee)
	err := k.claimables.Walk(ctx, ofPayee, func(key claimKey, claimable types.Claimable) (bool, error) {
		if more = len(claims) == types.MaxClaims; more {
			return true, nil
		}
		claims = append(claims, collections.KeyValue[claimKey, types.Claimable]{Key: key, Value: claimable})
		return false, nil
	})
	return claims, more, err
}

// payClaims pays all claims, or none.
func (k *Keeper) payClaims(
	ctx context.Context, claims []collections.KeyValue[claimKey, types.Claimable], recipient sdk.AccAddress,
) (sdk.Coins, error) {
	cached, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	paid := sdk.NewCoins()
	for _, claim := range claims {
		if err := k.claimables.Remove(cached, claim.Key); err != nil {
			return nil, err
		}
		vault := types.VaultAddress(claim.Key.K2())
		if err := k.bank.SendCoins(cached, vault, recipient, claim.Value.Coins); err != nil {
			return nil, err
		}
		paid = paid.Add(claim.Value.Coins...)
	}
	write()
	return paid, nil
}
