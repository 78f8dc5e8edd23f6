package types

import (
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	chaintypes "github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
)

// Bounds that governance can't change.
const (
	// MaxBps is the whole in basis points.
	MaxBps = escrowtypes.BasisPoints
	// MaxFeeBps is the most that can be withheld from a worker: at least 80 % of
	// every release are its own.
	MaxFeeBps = escrowtypes.MaxWithheldBps
	// MaxMilestones is the most that a job can have.
	MaxMilestones = 16
	// MaxOffers is how many offers of one agent can stand at a time.
	MaxOffers = 32
	// MaxLiveJobs bounds OfferTerms.MaxLiveJobs.
	MaxLiveJobs = 1_000

	day = 24 * 60 * 60

	// LeastWindowSeconds bounds MinWindowSeconds from below: two blocks in each of
	// which market time advances by what the clock allows at most, 10 s.
	LeastWindowSeconds   = 20
	greatestMinWindow    = 60 * 60
	greatestReassign     = 14 * day
	greatestDelivery     = 365 * day
	greatestTimeouts     = 10_000
	greatestPanelSeats   = 31
	greatestDisputeTiers = 8
	greatestJurorFeeBps  = 1_000
	greatestStakeBps     = 2_000
)

// DefaultParams returns the parameters of a new chain.
func DefaultParams() Params {
	return Params{
		FeeBps:               250,
		PostingFee:           sdk.NewInt64Coin(chaintypes.BaseDenom, 1_000),
		MinAmount:            sdk.NewInt64Coin(chaintypes.BaseDenom, 1_000),
		PerformanceBondBps:   1_000,
		KillFeeBps:           2_000,
		MinWindowSeconds:     120,
		MaxDeliverySeconds:   90 * day,
		DefaultReviewSeconds: day,
		MaxReviewSeconds:     14 * day,
		ReassignSeconds:      day,
		HorizonSeconds:       180 * day,
		MaxTimeoutsPerBlock:  200,
		PanelSeats:           5,
		DisputeTiers:         defaultDisputeTiers(),
	}
}

func defaultDisputeTiers() []DisputeTier {
	ait := func(milli int64) sdkmath.Int { return sdkmath.NewInt(milli * chaintypes.UnitsPerAIT / 1_000) }
	return []DisputeTier{
		{From: ait(1_000), JurorFeeBps: 50, JurorFeeMin: ait(0), JurorFeeMax: ait(0), StakeBps: 550},
		{From: ait(100_000), JurorFeeBps: 40, JurorFeeMin: ait(500), JurorFeeMax: ait(0), StakeBps: 500},
		{From: ait(10_000_000), JurorFeeBps: 20, JurorFeeMin: ait(40_000), JurorFeeMax: ait(50_000), StakeBps: 500},
	}
}

// Validate returns ErrInvalidParams with the first field that is out of bounds.
func (p Params) Validate() error {
	for _, c := range []struct {
		field         string
		value, lo, hi uint64
	}{
		{"fee_bps", uint64(p.FeeBps), 0, MaxFeeBps},
		{"performance_bond_bps", uint64(p.PerformanceBondBps), 0, MaxBps},
		{"kill_fee_bps", uint64(p.KillFeeBps), 0, MaxBps},
		{"min_window_seconds", p.MinWindowSeconds, LeastWindowSeconds, greatestMinWindow},
		{"max_delivery_seconds", p.MaxDeliverySeconds, p.MinWindowSeconds, greatestDelivery},
		{"max_review_seconds", p.MaxReviewSeconds, p.MinWindowSeconds, greatestDelivery},
		{"default_review_seconds", p.DefaultReviewSeconds, p.MinWindowSeconds, p.MaxReviewSeconds},
		{"reassign_seconds", p.ReassignSeconds, p.MinWindowSeconds, greatestReassign},
		// Else no job would fit, not even one of one milestone with the shortest windows.
		{"horizon_seconds", p.HorizonSeconds, 2*p.MinWindowSeconds + p.ReassignSeconds, greatestDelivery},
		{"max_timeouts_per_block", uint64(p.MaxTimeoutsPerBlock), 1, greatestTimeouts},
		{"panel_seats", uint64(p.PanelSeats), 1, greatestPanelSeats},
		{"dispute_tiers", uint64(len(p.DisputeTiers)), 1, greatestDisputeTiers},
	} {
		if c.value < c.lo || c.value > c.hi {
			return ErrInvalidParams.Wrapf("%s: expected %d to %d, got %d", c.field, c.lo, c.hi, c.value)
		}
	}
	if err := registrytypes.ValidateCoin(p.PostingFee, "posting_fee", sdkmath.ZeroInt()); err != nil {
		return ErrInvalidParams.Wrap(err.Error())
	}
	if err := registrytypes.ValidateCoin(p.MinAmount, "min_amount", sdkmath.OneInt()); err != nil {
		return ErrInvalidParams.Wrap(err.Error())
	}
	return validateTiers(p.DisputeTiers)
}

func validateTiers(tiers []DisputeTier) error {
	last := sdkmath.ZeroInt()
	for i, t := range tiers {
		switch {
		case !isAmount(t.From) || t.From.LTE(last):
			return ErrInvalidParams.Wrapf("dispute_tiers[%d].from: expected more than %s and at most %s, got %s", i, last, registrytypes.MaxAmount(), registrytypes.AmountText(t.From))
		case t.JurorFeeBps > greatestJurorFeeBps:
			return ErrInvalidParams.Wrapf("dispute_tiers[%d].juror_fee_bps: expected 0 to %d, got %d", i, greatestJurorFeeBps, t.JurorFeeBps)
		case t.StakeBps > greatestStakeBps:
			return ErrInvalidParams.Wrapf("dispute_tiers[%d].stake_bps: expected 0 to %d, got %d", i, greatestStakeBps, t.StakeBps)
		case !isAmount(t.JurorFeeMin):
			return ErrInvalidParams.Wrapf("dispute_tiers[%d].juror_fee_min: expected 0 to %s, got %s", i, registrytypes.MaxAmount(), registrytypes.AmountText(t.JurorFeeMin))
		case !isAmount(t.JurorFeeMax) || (t.JurorFeeMax.IsPositive() && t.JurorFeeMax.LT(t.JurorFeeMin)):
			return ErrInvalidParams.Wrapf("dispute_tiers[%d].juror_fee_max: expected 0 for no limit, or %s (juror_fee_min) to %s, got %s",
				i, t.JurorFeeMin, registrytypes.MaxAmount(), registrytypes.AmountText(t.JurorFeeMax))
		}
		last = t.From
	}
	return nil
}
