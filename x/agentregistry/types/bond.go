package types

import (
	sdkmath "cosmossdk.io/math"
)

const (
	// MaxUnbondings is how many withdrawals an owner can have under way at a time.
	MaxUnbondings = 16
	// maxUnbondingsAtEnd has room for the withdrawal that retirement starts, which must
	// not fail because of others.
	maxUnbondingsAtEnd = MaxUnbondings + 1
)

// NewBond returns the bond of an agent with nothing at stake.
func NewBond() Bond {
	return Bond{Bonded: sdkmath.ZeroInt(), Reserved: sdkmath.ZeroInt(), Unbonding: sdkmath.ZeroInt()}
}

// Stake is what counts as the agent's bond, in uait: all but what is on its way
// out.
func (b Bond) Stake() sdkmath.Int { return b.Bonded.Sub(b.Unbonding) }

// Free is what can be reserved or withdrawn, in uait.
func (b Bond) Free() sdkmath.Int { return b.Stake().Sub(b.Reserved) }

// Standing returns what the state machine needs to know of the bond.
func (b Bond) Standing(minBond sdkmath.Int) Standing {
	return Standing{Stake: b.Stake(), MinBond: minBond, Reservations: b.Reservations}
}

// Validate returns ErrInvalidBond unless all amounts are there, none is negative,
// reserved + unbonding <= bonded and amounts that are not zero have an entry.
func (b Bond) Validate() error {
	for _, c := range []struct {
		field string
		value sdkmath.Int
	}{{"bonded", b.Bonded}, {"reserved", b.Reserved}, {"unbonding", b.Unbonding}} {
		if c.value.IsNil() || c.value.IsNegative() {
			return ErrInvalidBond.Wrapf("bond.%s: expected zero or more, got %s", c.field, AmountText(c.value))
		}
	}
	switch {
	case b.Free().IsNegative():
		return ErrInvalidBond.Wrapf("bond.bonded: expected at least %s (reserved and unbonding), got %s", b.Reserved.Add(b.Unbonding), b.Bonded)
	case b.Reserved.IsPositive() && b.Reservations == 0:
		return ErrInvalidBond.Wrapf("bond.reservations: expected some for %s reserved, got 0", b.Reserved)
	case b.Unbondings > maxUnbondingsAtEnd || b.Unbonding.IsPositive() != (b.Unbondings > 0):
		return ErrInvalidBond.Wrapf("bond.unbondings: expected 1 to %d exactly if coins are unbonding, got %d for %s",
			maxUnbondingsAtEnd, b.Unbondings, b.Unbonding)
	}
	return nil
}

// Add returns the bond with more at stake.
func (b Bond) Add(amount sdkmath.Int) Bond {
	b.Bonded = b.Bonded.Add(amount)
	return b
}

// Reserve returns the bond with one more reservation, of zero or more. It returns
// ErrAtCapacity if the agent has so many already (0 is no limit), and
// ErrInsufficientBond if less is free.
func (b Bond) Reserve(amount sdkmath.Int, maxReservations uint32) (Bond, error) {
	if maxReservations > 0 && b.Reservations >= maxReservations {
		return b, ErrAtCapacity.Wrapf("expected fewer than %d live reservations, got %d", maxReservations, b.Reservations)
	}
	if free := b.Free(); free.LT(amount) {
		return b, ErrInsufficientBond.Wrapf("expected %s free in the agent's bond, got %s", Uait(amount), Uait(free))
	}
	b.Reserved = b.Reserved.Add(amount)
	b.Reservations++
	return b, nil
}

// Release returns the bond with one reservation less, whose rest is free again.
func (b Bond) Release(amount sdkmath.Int) (Bond, error) {
	if b.Reservations == 0 {
		return b, ErrInvalidBond.Wrap("bond.reservations: expected one to release, got 0")
	}
	b.Reserved = b.Reserved.Sub(amount)
	b.Reservations--
	return b, b.Validate()
}

// Slash returns the bond without a reserved part that is taken away. The
// reservation stays.
func (b Bond) Slash(amount sdkmath.Int) (Bond, error) {
	b.Bonded, b.Reserved = b.Bonded.Sub(amount), b.Reserved.Sub(amount)
	return b, b.Validate()
}

// Unbond returns the bond with a free part on its way out, as a withdrawal of its
// own or as a part of one that completes at the same time. It returns
// ErrInsufficientBond if less is free, and ErrTooManyUnbondings.
func (b Bond) Unbond(amount sdkmath.Int, own bool) (Bond, error) {
	if free := b.Free(); free.LT(amount) {
		return b, ErrInsufficientBond.Wrapf("amount: expected at most %s, the free part of the bond, got %s", Uait(free), Uait(amount))
	}
	if own {
		if b.Unbondings >= MaxUnbondings {
			return b, ErrTooManyUnbondings.Wrapf("expected fewer than %d withdrawals under way, got %d", MaxUnbondings, b.Unbondings)
		}
		b.Unbondings++
	}
	b.Unbonding = b.Unbonding.Add(amount)
	return b, nil
}

// UnbondAll returns the bond with all that is free on its way out, as a withdrawal
// of its own or as a part of another. It is the last one, so it is not counted
// against MaxUnbondings.
func (b Bond) UnbondAll(own bool) Bond {
	b.Unbonding = b.Unbonding.Add(b.Free())
	if own {
		b.Unbondings++
	}
	return b
}

// Complete returns the bond after one withdrawal left.
func (b Bond) Complete(amount sdkmath.Int) (Bond, error) {
	if b.Unbondings == 0 {
		return b, ErrInvalidBond.Wrap("bond.unbondings: expected one to complete, got 0")
	}
	b.Bonded, b.Unbonding = b.Bonded.Sub(amount), b.Unbonding.Sub(amount)
	b.Unbondings--
	return b, b.Validate()
}
