package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/escrow/types"
)

// Release pays a part of a lock to the recipient, less the fee of the lock's terms
// and the shares of the payees, each rounded down. Whoever can't be paid gets a
// claimable; that is no error. It returns ErrLockNotFound, ErrInvalidAmount,
// ErrInsufficientLock, ErrInvalidAddress, or ErrInvalidTerms if the shares take too
// much.
func (s *ScopedKeeper) Release(
	ctx context.Context, ref []byte, coins sdk.Coins, to sdk.AccAddress, payees ...types.Share,
) (types.Payout, error) {
	return s.Split(ctx, ref, coins, to, types.BasisPoints, payees...)
}

// Split pays floor(coins * shareBps / 10,000) of a lock as Release does, and refunds
// the rest of the coins to the payer. shareBps is 0 to 10,000, otherwise
// ErrInvalidTerms; the other errors are those of Release.
func (s *ScopedKeeper) Split(
	ctx context.Context, ref []byte, coins sdk.Coins, to sdk.AccAddress, shareBps uint32, payees ...types.Share,
) (types.Payout, error) {
	lock, payer, err := s.load(ctx, ref)
	if err != nil {
		return types.Payout{}, err
	}
	if err := types.ValidateAddress("recipient", to); err != nil {
		return types.Payout{}, err
	}
	rest, err := lock.Take(coins)
	if err != nil {
		return types.Payout{}, err
	}
	payout, err := types.NewSplit(coins, shareBps, lock.Terms, payees)
	if err != nil {
		return types.Payout{}, err
	}

	if err := s.store(ctx, ref, rest); err != nil {
		return types.Payout{}, err
	}
	if err := s.keeper.payOut(ctx, payer, to, payout, payees); err != nil {
		return types.Payout{}, err
	}
	return payout, s.emitPayout(ctx, ref, lock.Payer, to, payout, payees)
}

// Refund pays a part of a lock back to its payer, never with a fee. A payer who can't
// receive gets a claimable. It returns ErrLockNotFound, ErrInvalidAmount or
// ErrInsufficientLock.
func (s *ScopedKeeper) Refund(ctx context.Context, ref []byte, coins sdk.Coins) error {
	lock, payer, err := s.load(ctx, ref)
	if err != nil {
		return err
	}
	rest, err := lock.Take(coins)
	if err != nil {
		return err
	}
	if err := s.store(ctx, ref, rest); err != nil {
		return err
	}
	if err := s.keeper.deliver(ctx, payer, payer, coins); err != nil {
		return err
	}
	return s.emitRefund(ctx, ref, lock.Payer, coins)
}

// Slash takes a part of a lock from its payer, without a fee: it is paid to the
// recipient, or burned at the end of the block if that is nil. It returns
// ErrLockNotFound, ErrInvalidAmount, ErrInsufficientLock or ErrInvalidAddress.
func (s *ScopedKeeper) Slash(ctx context.Context, ref []byte, coins sdk.Coins, to sdk.AccAddress) error {
	lock, payer, err := s.load(ctx, ref)
	if err != nil {
		return err
	}
	recipient := ""
	if to != nil {
		if err := types.ValidateAddress("recipient", to); err != nil {
			return err
		}
		if recipient, err = s.keeper.addresses.BytesToString(to); err != nil {
			return err
		}
	}
	rest, err := lock.Take(coins)
	if err != nil {
		return err
	}

	if err := s.store(ctx, ref, rest); err != nil {
		return err
	}
	if to == nil {
		err = s.keeper.collect(ctx, types.VaultAddress(payer), types.BurnPoolName, coins)
	} else {
		err = s.keeper.deliver(ctx, payer, to, coins)
	}
	if err != nil {
		return err
	}
	return emit(ctx, &types.EventSlashed{
		Owner: s.owner, Reference: types.FormatReference(ref), Payer: lock.Payer, Recipient: recipient, Coins: coins,
	})
}

// Burn takes coins of an account, without a lock, to be burned at the end of the
// block. It returns ErrInvalidAddress, ErrInvalidAmount or bank's
// ErrInsufficientFunds.
func (s *ScopedKeeper) Burn(ctx context.Context, payer sdk.AccAddress, coins sdk.Coins) error {
	if err := types.ValidatePayer(payer); err != nil {
		return err
	}
	if err := types.ValidateAmount(coins); err != nil {
		return err
	}
	payerText, err := s.keeper.addresses.BytesToString(payer)
	if err != nil {
		return err
	}
	if err := s.keeper.collect(ctx, payer, types.BurnPoolName, coins); err != nil {
		return err
	}
	return emit(ctx, &types.EventBurnCollected{Owner: s.owner, Payer: payerText, Coins: coins})
}
