package types

import (
	"regexp"

	sdkmath "cosmossdk.io/math"
)

const (
	// MaxReferenceBytes bounds the name that a holder gives a reservation.
	MaxReferenceBytes = 64
	maxHolderChars    = 32
)

var holderPattern = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// ValidateHolder returns ErrInvalidReservation unless a text is the name of a
// module: 1 to 32 lower-case letters and digits.
func ValidateHolder(holder string) error {
	if len(holder) > maxHolderChars || !holderPattern.MatchString(holder) {
		return ErrInvalidReservation.Wrapf("holder: expected 1 to %d lower-case letters and digits, got %q", maxHolderChars, shorten(holder))
	}
	return nil
}

// ValidateReference returns ErrInvalidReservation unless a reference has 1 to 64
// bytes.
func ValidateReference(ref []byte) error {
	if n := len(ref); n < 1 || n > MaxReferenceBytes {
		return ErrInvalidReservation.Wrapf("reference: expected 1 to %d bytes, got %d", MaxReferenceBytes, n)
	}
	return nil
}

// Validate returns ErrInvalidReservation with the first field that is out of its
// bounds.
func (r Reservation) Validate() error {
	if err := ValidateHolder(r.Holder); err != nil {
		return err
	}
	if err := ValidateReference(r.Reference); err != nil {
		return err
	}
	if r.Amount.IsNil() || r.Amount.IsNegative() {
		return ErrInvalidReservation.Wrapf("amount: expected zero or more, got %s", AmountText(r.Amount))
	}
	return nil
}

// CheckSlash returns ErrInsufficientReservation if more is to be taken than is
// reserved.
func CheckSlash(reserved, amount sdkmath.Int) error {
	if amount.GT(reserved) {
		return ErrInsufficientReservation.Wrapf("amount: expected at most %s, which is reserved, got %s", Uait(reserved), Uait(amount))
	}
	return nil
}
