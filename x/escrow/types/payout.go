package types

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// MaxWithheldBps is the most that fee and payees may take of a release together:
	// at least 80 % is the worker's.
	MaxWithheldBps = 2_000
	// MaxPayees is the most payees that one release may have.
	MaxPayees = 8
)

// Share is a payee's part of a release, in basis points of the gross amount.
type Share struct {
	// Payee is who gets it.
	Payee sdk.AccAddress
	// Bps is how much: 1 to 2,000, with the fee and all other payees at most 2,000.
	Bps uint32
}

// Payout is what became of coins that left a lock. Gross is the sum of Fee, Net and
// Payees, exactly; Gross and Refunded are what left the lock.
type Payout struct {
	// Gross is what was released.
	Gross sdk.Coins
	// Fee is what the market withheld.
	Fee sdk.Coins
	// Net is what the worker got: at least 80 % of Gross.
	Net sdk.Coins
	// Refunded is what went back to the payer, without a fee.
	Refunded sdk.Coins
	// Payees are what the payees got, in the order of the shares. An amount too
	// small for a share gives an empty one.
	Payees []sdk.Coins
}

// ValidateShares returns ErrInvalidTerms if there are too many payees, one of them
// gets nothing, or they take more than 2,000 basis points together with the fee. It
// returns ErrInvalidAddress for a payee without an address.
func ValidateShares(terms Terms, shares []Share) error {
	if err := terms.Validate(); err != nil {
		return err
	}
	if len(shares) > MaxPayees {
		return ErrInvalidTerms.Wrapf("payees: expected at most %d, got %d", MaxPayees, len(shares))
	}
	left := MaxWithheldBps - terms.FeeBps
	for i, s := range shares {
		if err := ValidateAddress(fmt.Sprintf("payees[%d]", i), s.Payee); err != nil {
			return err
		}
		if s.Bps == 0 || s.Bps > left {
			return ErrInvalidTerms.Wrapf("payees[%d].bps: expected 1 to %d, what fee and payees before leave of %d, got %d",
				i, left, MaxWithheldBps, s.Bps)
		}
		left -= s.Bps
	}
	return nil
}

// NewPayout divides the gross amount of a release: the fee and each payee's share
// are rounded down, the rest is the worker's. It returns what ValidateAmount and
// ValidateShares return.
func NewPayout(gross sdk.Coins, terms Terms, shares []Share) (Payout, error) {
	return NewSplit(gross, BasisPoints, terms, shares)
}

// NewSplit divides an amount between the worker and the payer: floor(coins *
// shareBps / 10,000) is paid out as NewPayout says, the rest is refunded. shareBps
// is 0 to 10,000, otherwise ErrInvalidTerms.
func NewSplit(coins sdk.Coins, shareBps uint32, terms Terms, shares []Share) (Payout, error) {
	if err := ValidateAmount(coins); err != nil {
		return Payout{}, err
	}
	if shareBps > BasisPoints {
		return Payout{}, ErrInvalidTerms.Wrapf("share_bps: expected 0 to %d, got %d", BasisPoints, shareBps)
	}
	if err := ValidateShares(terms, shares); err != nil {
		return Payout{}, err
	}
	gross := Portion(coins, shareBps)
	p := Payout{Gross: gross, Fee: Portion(gross, terms.FeeBps), Refunded: coins.Sub(gross...)}
	p.Net = gross.Sub(p.Fee...)
	for _, s := range shares {
		part := Portion(gross, s.Bps)
		p.Payees = append(p.Payees, part)
		p.Net = p.Net.Sub(part...)
	}
	return p, nil
}
