package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/escrow/types"
)

// Reassign gives a lock another payer: all that is left of it moves to that payer's
// vault, on the same terms. Claimables stay where they are. It returns ErrLockNotFound,
// or ErrInvalidAddress for a payer that can't be one, or is the present one.
func (s *ScopedKeeper) Reassign(ctx context.Context, ref []byte, payer sdk.AccAddress) error {
	lock, old, err := s.load(ctx, ref)
	if err != nil {
		return err
	}
	if err := types.ValidatePayer(payer); err != nil {
		return err
	}
	text, err := s.keeper.addresses.BytesToString(payer)
	if err != nil {
		return err
	}
	if text == lock.Payer {
		return types.ErrInvalidAddress.Wrapf("payer: expected another than the present one, got %s", text)
	}

	if err := s.keeper.moveToVault(ctx, types.VaultAddress(old), payer, lock.Coins); err != nil {
		return err
	}
	was := lock.Payer
	lock.Payer = text
	if err := s.store(ctx, ref, lock); err != nil {
		return err
	}
	return emit(ctx, &types.EventReassigned{
		Owner: s.owner, Reference: types.FormatReference(ref), OldPayer: was, NewPayer: text, Coins: lock.Coins,
	})
}
