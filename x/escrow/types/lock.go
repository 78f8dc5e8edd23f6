package types

import (
	"encoding/hex"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// MaxReferenceLength is the most bytes that an owner may name a lock with.
	MaxReferenceLength = 64
	// MaxOwnerLength is the most characters that a module's name may have.
	MaxOwnerLength = 32
	// MaxClaims is the most claimables that one claim pays out.
	MaxClaims = 100
)

// ValidateReference returns ErrInvalidReference unless the reference has 1 to 64
// bytes.
func ValidateReference(ref []byte) error {
	if len(ref) == 0 || len(ref) > MaxReferenceLength {
		return ErrInvalidReference.Wrapf("reference: expected 1 to %d bytes, got %d", MaxReferenceLength, len(ref))
	}
	return nil
}

// FormatReference returns a reference as people see it: lower-case hexadecimal.
func FormatReference(ref []byte) string { return hex.EncodeToString(ref) }

// ParseReference reads what FormatReference wrote; upper case is accepted too. It
// returns ErrInvalidReference for anything that is not 1 to 64 bytes in
// hexadecimal.
func ParseReference(s string) ([]byte, error) {
	ref, err := hex.DecodeString(s)
	if err != nil {
		return nil, ErrInvalidReference.Wrapf("reference: expected 1 to %d bytes in hexadecimal, got %q", MaxReferenceLength, s)
	}
	return ref, ValidateReference(ref)
}

// ValidOwner reports whether a name can own locks: 1 to 32 lower-case letters,
// digits and underscores, as modules are named.
func ValidOwner(name string) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return name != "" && len(name) <= MaxOwnerLength
}

// Validate returns ErrInvalidTerms if the fee alone passes what may be withheld.
func (t Terms) Validate() error {
	if t.FeeBps > MaxWithheldBps {
		return ErrInvalidTerms.Wrapf("fee_bps: expected 0 to %d, got %d", MaxWithheldBps, t.FeeBps)
	}
	return nil
}

// Validate returns the first error found in what a lock holds and on which terms.
// It does not look at the payer, whose address only a codec can read.
func (l Lock) Validate() error {
	if err := ValidateAmount(l.Coins); err != nil {
		return err
	}
	return l.Terms.Validate()
}

// Take returns the lock without the coins. It returns ErrInvalidAmount for an amount
// that can't be locked at all and ErrInsufficientLock for more than is left.
func (l Lock) Take(coins sdk.Coins) (Lock, error) {
	if err := ValidateAmount(coins); err != nil {
		return Lock{}, err
	}
	rest, short := l.Coins.SafeSub(coins...)
	if short {
		return Lock{}, ErrInsufficientLock.Wrapf("amount: expected at most %s, which is locked, got %s", l.Coins, coins)
	}
	l.Coins = rest
	return l, nil
}
