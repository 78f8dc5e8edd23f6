package types

import (
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	chaintypes "github.com/aitbc/aitbc/types"
)

// Bounds and defaults of the parameters.
const (
	day = 24 * 60 * 60

	// MinUnbondingSeconds is a minute: several blocks, so that a withdrawal never
	// completes in the block it starts in.
	MinUnbondingSeconds = 60
	// MaxUnbondingSeconds is 90 days.
	MaxUnbondingSeconds = 90 * day
	// MaxCompletionsPerBlock bounds Params.MaxCompletionsPerBlock.
	MaxCompletionsPerBlock = 10_000

	defaultRegistrationFee  = 1 * chaintypes.UnitsPerAIT
	defaultMinBond          = 25 * chaintypes.UnitsPerAIT
	defaultUnbondingSeconds = 21 * day
	defaultCompletions      = 100
)

// DefaultParams returns the parameters of a new chain.
func DefaultParams() Params {
	return Params{
		RegistrationFee:        sdk.NewInt64Coin(chaintypes.BaseDenom, defaultRegistrationFee),
		MinBond:                sdk.NewInt64Coin(chaintypes.BaseDenom, defaultMinBond),
		UnbondingSeconds:       defaultUnbondingSeconds,
		MaxCompletionsPerBlock: defaultCompletions,
	}
}

// Validate returns ErrInvalidParams with the first field that is out of bounds.
func (p Params) Validate() error {
	if err := ValidateCoin(p.RegistrationFee, "registration_fee", sdkmath.ZeroInt()); err != nil {
		return ErrInvalidParams.Wrap(err.Error())
	}
	if err := ValidateCoin(p.MinBond, "min_bond", sdkmath.OneInt()); err != nil {
		return ErrInvalidParams.Wrap(err.Error())
	}
	if n := p.UnbondingSeconds; n < MinUnbondingSeconds || n > MaxUnbondingSeconds {
		return ErrInvalidParams.Wrapf("unbonding_seconds: expected %d to %d, got %d", MinUnbondingSeconds, MaxUnbondingSeconds, n)
	}
	if n := p.MaxCompletionsPerBlock; n < 1 || n > MaxCompletionsPerBlock {
		return ErrInvalidParams.Wrapf("max_completions_per_block: expected 1 to %d, got %d", MaxCompletionsPerBlock, n)
	}
	return nil
}
