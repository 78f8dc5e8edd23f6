package types

import (
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	chaintypes "github.com/aitbc/aitbc/types"
)

// BasisPoints are the parts of a whole.
const BasisPoints = 10_000

// ValidateAmount returns ErrInvalidAmount unless the coins are one positive amount
// of uait, the only denomination that can be locked.
func ValidateAmount(coins sdk.Coins) error {
	for _, c := range coins {
		if c.Denom != chaintypes.BaseDenom {
			return ErrInvalidAmount.Wrapf("amount: expected %s, got %s", chaintypes.BaseDenom, c.Denom)
		}
	}
	if len(coins) != 1 || coins[0].IsNil() || !coins[0].IsPositive() {
		return ErrInvalidAmount.Wrapf("amount: expected one positive amount of %s, got %q", chaintypes.BaseDenom, coins)
	}
	return nil
}

// Portion returns floor(coins * bps / 10,000) of each coin; what comes to nothing is
// left out. bps is 0 to 10,000 and the coins are valid. It works for every amount
// that a coin can hold.
func Portion(coins sdk.Coins, bps uint32) sdk.Coins {
	part := sdk.NewCoins()
	for _, c := range coins {
		part = part.Add(sdk.NewCoin(c.Denom, PortionOf(c.Amount, bps)))
	}
	return part
}

// PortionOf returns floor(amount * bps / 10,000), for bps of 0 to 10,000 and an amount
// of zero or more. It avoids the product, which could pass the 256 bits of an Int:
// with amount = 10,000 q + r it is q * bps + floor(r * bps / 10,000), exactly.
func PortionOf(amount sdkmath.Int, bps uint32) sdkmath.Int {
	whole := sdkmath.NewInt(BasisPoints)
	parts := sdkmath.NewInt(int64(bps))
	return amount.Quo(whole).Mul(parts).Add(amount.Mod(whole).Mul(parts).Quo(whole))
}
