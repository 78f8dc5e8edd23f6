package types

import (
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	chaintypes "github.com/aitbc/aitbc/types"
)

// maxAmount is 10^18 uait: a thousand times the supply of a new chain.
const maxAmount = 1_000_000_000_000_000_000

// MaxAmount is the greatest amount that a message or a parameter can name, in
// uait: 10^18.
func MaxAmount() sdkmath.Int { return sdkmath.NewInt(maxAmount) }

// Uait returns an amount in the base unit.
func Uait(n sdkmath.Int) sdk.Coin { return sdk.NewCoin(chaintypes.BaseDenom, n) }

// ValidateCoin returns ErrInvalidCoins unless a coin is uait, at least the given
// amount and at most MaxAmount. The error names the field.
func ValidateCoin(c sdk.Coin, field string, least sdkmath.Int) error {
	if c.Denom != chaintypes.BaseDenom {
		return sdkerrors.ErrInvalidCoins.Wrapf("%s: expected %s, got %q", field, chaintypes.BaseDenom, c.Denom)
	}
	if c.Amount.IsNil() || c.Amount.LT(least) || c.Amount.GT(MaxAmount()) {
		return sdkerrors.ErrInvalidCoins.Wrapf("%s: expected %s to %s %s, got %s",
			field, least, MaxAmount(), chaintypes.BaseDenom, AmountText(c.Amount))
	}
	return nil
}

// OptionalCoin returns a coin, or zero uait if it was not given at all.
func OptionalCoin(c sdk.Coin) sdk.Coin {
	if c.Denom == "" && (c.Amount.IsNil() || c.Amount.IsZero()) {
		return Uait(sdkmath.ZeroInt())
	}
	return c
}

// AmountText returns a number for an error; one that is missing is "nothing".
func AmountText(n sdkmath.Int) string {
	if n.IsNil() {
		return "nothing"
	}
	return n.String()
}
