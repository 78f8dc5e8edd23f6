package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/escrow/types"
)

// Lock moves coins of the payer to its vault under a new reference. The terms bind
// every release of this lock. It returns ErrLockExists if the reference is in use,
// ErrInvalidReference, ErrInvalidAddress, ErrInvalidAmount or ErrInvalidTerms, and
// bank's ErrInsufficientFunds if the payer can't spend so much.
func (s *ScopedKeeper) Lock(
	ctx context.Context, ref []byte, payer sdk.AccAddress, coins sdk.Coins, terms types.Terms,
) error {
	if err := types.ValidateReference(ref); err != nil {
		return err
	}
	if err := types.ValidatePayer(payer); err != nil {
		return err
	}
	payerText, err := s.keeper.addresses.BytesToString(payer)
	if err != nil {
		return err
	}
	lock := types.Lock{Payer: payerText, Coins: coins, Terms: terms}
	if err := lock.Validate(); err != nil {
		return err
	}
	exists, err := s.keeper.locks.Has(ctx, collections.Join(s.owner, ref))
	if err != nil {
		return err
	}
	if exists {
		return types.ErrLockExists.Wrapf("reference: expected one that %s has no lock for, got %s",
			s.owner, types.FormatReference(ref))
	}

	if err := s.keeper.sendToVault(ctx, payer, coins); err != nil {
		return err
	}
	return s.enter(ctx, ref, lock, coins)
}

// Increase adds coins of the same payer to a lock, on the terms that it has. It
// returns ErrLockNotFound, ErrInvalidAmount or bank's ErrInsufficientFunds.
func (s *ScopedKeeper) Increase(ctx context.Context, ref []byte, coins sdk.Coins) error {
	lock, payer, err := s.load(ctx, ref)
	if err != nil {
		return err
	}
	if err := types.ValidateAmount(coins); err != nil {
		return err
	}
	if err := s.keeper.sendToVault(ctx, payer, coins); err != nil {
		return err
	}
	lock.Coins = lock.Coins.Add(coins...)
	return s.enter(ctx, ref, lock, coins)
}

// Locked returns what is left of a lock: no coins if there is no such lock.
func (s *ScopedKeeper) Locked(ctx context.Context, ref []byte) (sdk.Coins, error) {
	lock, err := s.keeper.Lock(ctx, s.owner, ref)
	if errors.Is(err, types.ErrLockNotFound) {
		return sdk.NewCoins(), nil
	}
	return lock.Coins, err
}

// Lock returns the lock of a module. It returns ErrLockNotFound if it never was, or
// nothing is left of it.
func (k *Keeper) Lock(ctx context.Context, owner string, ref []byte) (types.Lock, error) {
	lock, err := k.locks.Get(ctx, collections.Join(owner, ref))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Lock{}, types.ErrLockNotFound.Wrapf("reference: expected a lock of %s, got %s",
			owner, types.FormatReference(ref))
	}
	return lock, err
}

// load returns a lock and its payer.
func (s *ScopedKeeper) load(ctx context.Context, ref []byte) (types.Lock, sdk.AccAddress, error) {
	lock, err := s.keeper.Lock(ctx, s.owner, ref)
	if err != nil {
		return types.Lock{}, nil, err
	}
	payer, err := s.keeper.addresses.StringToBytes(lock.Payer)
	return lock, payer, err
}

// enter stores a lock to which coins were added.
func (s *ScopedKeeper) enter(ctx context.Context, ref []byte, lock types.Lock, added sdk.Coins) error {
	if err := s.store(ctx, ref, lock); err != nil {
		return err
	}
	return emit(ctx, &types.EventLocked{
		Owner: s.owner, Reference: types.FormatReference(ref), Payer: lock.Payer, Coins: added, Locked: lock.Coins,
	})
}

// store keeps a lock, or deletes it when nothing is left.
func (s *ScopedKeeper) store(ctx context.Context, ref []byte, lock types.Lock) error {
	key := collections.Join(s.owner, ref)
	if lock.Coins.IsZero() {
		return s.keeper.locks.Remove(ctx, key)
	}
	return s.keeper.locks.Set(ctx, key, lock)
}
