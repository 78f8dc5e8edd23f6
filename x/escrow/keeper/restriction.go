package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/escrow/types"
)

// moveKey marks the context of the keeper's own transfers to a vault. Nobody outside
// this package can set it.
type moveKey struct{}

// SendRestriction keeps vaults to what is in the books. The app appends it to bank's
// send restrictions, so that it sees every transfer of the chain; it reads no state.
//
// A transfer to a vault passes if it is the keeper's own. One by a module account is
// never refused, because modules pay outside of transactions too - rewards while a
// redelegation is slashed - where an error would halt the chain, and the recipient
// may be somebody's choice. It is redirected to the payer whom the vault is for; if
// that is an account that may not receive coins, they rest at the vault, where they
// are in nobody's books and harm nobody. Everybody else gets ErrVaultRecipient.
func (k *Keeper) SendRestriction(
	ctx context.Context, from, to sdk.AccAddress, _ sdk.Coins,
) (sdk.AccAddress, error) {
	if !types.IsVault(to) || ctx.Value(moveKey{}) != nil {
		return to, nil
	}
	if !k.modules[string(from)] && !types.IsVault(from) {
		return nil, types.ErrVaultRecipient.Wrapf(
			"to_address: expected an account, got %s, where the escrow of %s rests", to, types.VaultOwner(to))
	}
	if owner := types.VaultOwner(to); !k.bank.BlockedAddr(owner) {
		return owner, nil
	}
	return to, nil
}

// sendToVault moves coins of a payer to its vault.
func (k *Keeper) sendToVault(ctx context.Context, payer sdk.AccAddress, coins sdk.Coins) error {
	return k.moveToVault(ctx, payer, payer, coins)
}

// moveToVault moves coins to the vault of a payer.
func (k *Keeper) moveToVault(ctx context.Context, from, payer sdk.AccAddress, coins sdk.Coins) error {
	own := sdk.UnwrapSDKContext(ctx).WithValue(moveKey{}, true)
	return k.bank.SendCoins(own, from, types.VaultAddress(payer), coins)
}
