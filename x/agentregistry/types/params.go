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
	// MaxTimersPerBlock bounds Params.MaxTimersPerBlock.
	MaxTimersPerBlock = 10_000
	// MinDelaySeconds is a minute, the least of the delays below, so that a timer
	// never fires in the block that sets it.
	MinDelaySeconds = 60
	// MaxPayoutDelaySeconds is 30 days.
	MaxPayoutDelaySeconds = 30 * day
	// MaxPendingSeconds is 365 days.
	MaxPendingSeconds = 365 * day
	// MaxSilenceSeconds is 90 days.
	MaxSilenceSeconds = 90 * day
	// MaxIssuers bounds Params.Issuers.
	MaxIssuers = 64

	maxIssuerNameChars = 64

	defaultRegistrationFee  = 1 * chaintypes.UnitsPerAIT
	defaultMinBond          = 25 * chaintypes.UnitsPerAIT
	defaultUnbondingSeconds = 21 * day
	defaultCompletions      = 100
	defaultTimers           = 100
	defaultPayoutDelay      = day
	defaultPendingSeconds   = 30 * day
	defaultSilenceSeconds   = 7 * day
)

// DefaultParams returns the parameters of a new chain.
func DefaultParams() Params {
	return Params{
		RegistrationFee:        sdk.NewInt64Coin(chaintypes.BaseDenom, defaultRegistrationFee),
		MinBond:                sdk.NewInt64Coin(chaintypes.BaseDenom, defaultMinBond),
		UnbondingSeconds:       defaultUnbondingSeconds,
		MaxCompletionsPerBlock: defaultCompletions,
		MaxTimersPerBlock:      defaultTimers,
		PayoutDelaySeconds:     defaultPayoutDelay,
		PendingSeconds:         defaultPendingSeconds,
		SilenceSeconds:         defaultSilenceSeconds,
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
	for _, c := range []struct {
		field              string
		value, least, most uint64
	}{
		{"unbonding_seconds", p.UnbondingSeconds, MinUnbondingSeconds, MaxUnbondingSeconds},
		{"max_completions_per_block", uint64(p.MaxCompletionsPerBlock), 1, MaxCompletionsPerBlock},
		{"max_timers_per_block", uint64(p.MaxTimersPerBlock), 1, MaxTimersPerBlock},
		{"payout_delay_seconds", p.PayoutDelaySeconds, MinDelaySeconds, MaxPayoutDelaySeconds},
		{"pending_seconds", p.PendingSeconds, MinDelaySeconds, MaxPendingSeconds},
		{"silence_seconds", p.SilenceSeconds, MinDelaySeconds, MaxSilenceSeconds},
	} {
		if c.value < c.least || c.value > c.most {
			return ErrInvalidParams.Wrapf("%s: expected %d to %d, got %d", c.field, c.least, c.most, c.value)
		}
	}
	return validateIssuers(p.Issuers)
}

func validateIssuers(issuers []Issuer) error {
	if n := len(issuers); n > MaxIssuers {
		return ErrInvalidParams.Wrapf("issuers: expected at most %d, got %d", MaxIssuers, n)
	}
	seen := make(map[string]bool, len(issuers))
	for i, issuer := range issuers {
		field := at("issuers", i)
		addr, err := sdk.AccAddressFromBech32(issuer.Address)
		// Addresses are compared as texts, so there must be one text of each.
		if err != nil || addr.String() != issuer.Address {
			return ErrInvalidParams.Wrapf("%s.address: expected an address in lower case, got %q", field, shorten(issuer.Address))
		}
		if seen[issuer.Address] {
			return ErrInvalidParams.Wrapf("%s.address: expected one that is not listed twice, got %s", field, issuer.Address)
		}
		seen[issuer.Address] = true
		if err := validateText(issuer.Name, field+".name", 1, maxIssuerNameChars, false); err != nil {
			return ErrInvalidParams.Wrap(err.Error())
		}
	}
	return nil
}
