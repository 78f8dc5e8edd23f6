package types_test

import (
	"slices"
	"testing"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	day  = 24 * 60 * 60
	year = 365 * day
)

// Each parameter at its bounds, and one past them.
func TestParams_Validate(t *testing.T) {
	most := registrytypes.MaxAmount()
	other := sdk.NewInt64Coin("uatom", 1_000)
	tiers := types.DefaultParams().DisputeTiers
	for _, tc := range []struct {
		name   string
		change func(*types.Params)
		field  string // of the error; empty for none
	}{
		{"defaults", func(*types.Params) {}, ""},
		{"fee_bps none", func(p *types.Params) { p.FeeBps = 0 }, ""},
		{"fee_bps most", func(p *types.Params) { p.FeeBps = 2_000 }, ""},
		{"fee_bps above", func(p *types.Params) { p.FeeBps = 2_001 }, "fee_bps"},
		{"posting_fee none", func(p *types.Params) { p.PostingFee = uait(0) }, ""},
		{"posting_fee most", func(p *types.Params) { p.PostingFee.Amount = most }, ""},
		{"posting_fee above", func(p *types.Params) { p.PostingFee.Amount = most.AddRaw(1) }, "posting_fee"},
		{"posting_fee negative", func(p *types.Params) { p.PostingFee.Amount = number(-1) }, "posting_fee"},
		{"posting_fee missing", func(p *types.Params) { p.PostingFee = sdk.Coin{} }, "posting_fee"},
		{"posting_fee of another kind", func(p *types.Params) { p.PostingFee = other }, "posting_fee"},
		{"min_amount least", func(p *types.Params) { p.MinAmount = uait(1) }, ""},
		{"min_amount below", func(p *types.Params) { p.MinAmount = uait(0) }, "min_amount"},
		{"min_amount most", func(p *types.Params) { p.MinAmount.Amount = most }, ""},
		{"min_amount above", func(p *types.Params) { p.MinAmount.Amount = most.AddRaw(1) }, "min_amount"},
		{"min_amount of another kind", func(p *types.Params) { p.MinAmount = other }, "min_amount"},
		{"performance_bond_bps none", func(p *types.Params) { p.PerformanceBondBps = 0 }, ""},
		{"performance_bond_bps most", func(p *types.Params) { p.PerformanceBondBps = 10_000 }, ""},
		{"performance_bond_bps above", func(p *types.Params) { p.PerformanceBondBps = 10_001 }, "performance_bond_bps"},
		{"kill_fee_bps none", func(p *types.Params) { p.KillFeeBps = 0 }, ""},
		{"kill_fee_bps most", func(p *types.Params) { p.KillFeeBps = 10_000 }, ""},
		{"kill_fee_bps above", func(p *types.Params) { p.KillFeeBps = 10_001 }, "kill_fee_bps"},
		{"min_window_seconds least", func(p *types.Params) { p.MinWindowSeconds = 20 }, ""},
		{"min_window_seconds below", func(p *types.Params) { p.MinWindowSeconds = 19 }, "min_window_seconds"},
		{"min_window_seconds most", func(p *types.Params) { p.MinWindowSeconds = 3_600 }, ""},
		{"min_window_seconds above", func(p *types.Params) { p.MinWindowSeconds = 3_601 }, "min_window_seconds"},
		{"max_delivery_seconds least", func(p *types.Params) { p.MaxDeliverySeconds = 120 }, ""},
		{"max_delivery_seconds below", func(p *types.Params) { p.MaxDeliverySeconds = 119 }, "max_delivery_seconds"},
		{"max_delivery_seconds most", func(p *types.Params) { p.MaxDeliverySeconds = year }, ""},
		{"max_delivery_seconds above", func(p *types.Params) { p.MaxDeliverySeconds = year + 1 }, "max_delivery_seconds"},
		{"default_review_seconds least", func(p *types.Params) { p.DefaultReviewSeconds = 120 }, ""},
		{"default_review_seconds below", func(p *types.Params) { p.DefaultReviewSeconds = 119 }, "default_review_seconds"},
		{"default_review_seconds most", func(p *types.Params) { p.DefaultReviewSeconds = 14 * day }, ""},
		{"default_review_seconds above", func(p *types.Params) { p.DefaultReviewSeconds = 14*day + 1 }, "default_review_seconds"},
		{"max_review_seconds least", func(p *types.Params) { p.MaxReviewSeconds, p.DefaultReviewSeconds = 120, 120 }, ""},
		{"max_review_seconds below", func(p *types.Params) { p.MaxReviewSeconds = 119 }, "max_review_seconds"},
		{"max_review_seconds most", func(p *types.Params) { p.MaxReviewSeconds = year }, ""},
		{"max_review_seconds above", func(p *types.Params) { p.MaxReviewSeconds = year + 1 }, "max_review_seconds"},
		{"reassign_seconds least", func(p *types.Params) { p.ReassignSeconds = 120 }, ""},
		{"reassign_seconds below", func(p *types.Params) { p.ReassignSeconds = 119 }, "reassign_seconds"},
		{"reassign_seconds most", func(p *types.Params) { p.ReassignSeconds = 14 * day }, ""},
		{"reassign_seconds above", func(p *types.Params) { p.ReassignSeconds = 14*day + 1 }, "reassign_seconds"},
		{"horizon_seconds least", func(p *types.Params) { p.HorizonSeconds = 2*120 + day }, ""},
		{"horizon_seconds below", func(p *types.Params) { p.HorizonSeconds = 2*120 + day - 1 }, "horizon_seconds"},
		{"horizon_seconds most", func(p *types.Params) { p.HorizonSeconds = year }, ""},
		{"horizon_seconds above", func(p *types.Params) { p.HorizonSeconds = year + 1 }, "horizon_seconds"},
		{"max_timeouts_per_block least", func(p *types.Params) { p.MaxTimeoutsPerBlock = 1 }, ""},
		{"max_timeouts_per_block below", func(p *types.Params) { p.MaxTimeoutsPerBlock = 0 }, "max_timeouts_per_block"},
		{"max_timeouts_per_block most", func(p *types.Params) { p.MaxTimeoutsPerBlock = 10_000 }, ""},
		{"max_timeouts_per_block above", func(p *types.Params) { p.MaxTimeoutsPerBlock = 10_001 }, "max_timeouts_per_block"},
		{"panel_seats least", func(p *types.Params) { p.PanelSeats = 1 }, ""},
		{"panel_seats below", func(p *types.Params) { p.PanelSeats = 0 }, "panel_seats"},
		{"panel_seats most", func(p *types.Params) { p.PanelSeats = 31 }, ""},
		{"panel_seats above", func(p *types.Params) { p.PanelSeats = 32 }, "panel_seats"},
		{"dispute_tiers least", func(p *types.Params) { p.DisputeTiers = tiers[:1] }, ""},
		{"dispute_tiers none", func(p *types.Params) { p.DisputeTiers = nil }, "dispute_tiers"},
		{"dispute_tiers most", func(p *types.Params) { p.DisputeTiers = rising(8) }, ""},
		{"dispute_tiers too many", func(p *types.Params) { p.DisputeTiers = rising(9) }, "dispute_tiers"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := types.DefaultParams()
			tc.change(&p)
			checkParams(t, p, tc.field)
		})
	}
}

// checkParams validates parameters by themselves, in a message and in a genesis.
func checkParams(t *testing.T, p types.Params, field string) {
	t.Helper()
	var want error
	if field != "" {
		want = types.ErrInvalidParams
	}
	expect(t, p.Validate(), want, field)
	expect(t, (&types.MsgUpdateParams{Params: p}).ValidateBasic(), want, field)
	expect(t, types.GenesisState{Params: p}.Validate(), want, field)
}

// rising returns n tiers from 1, 2, 3... uait on.
func rising(n int) []types.DisputeTier {
	tiers := make([]types.DisputeTier, n)
	for i := range tiers {
		tiers[i] = types.DisputeTier{From: number(int64(i + 1)), JurorFeeMin: number(0), JurorFeeMax: number(0)}
	}
	return tiers
}

// Each field of the second tier at its bounds, and one past them.
func TestParams_Validate_Tiers(t *testing.T) {
	most := registrytypes.MaxAmount()
	for _, tc := range []struct {
		name   string
		change func(*types.DisputeTier)
		field  string // below dispute_tiers[1]; empty for none
	}{
		{"from just above", func(d *types.DisputeTier) { d.From = number(ait + 1) }, ""},
		{"from equal", func(d *types.DisputeTier) { d.From = number(ait) }, "from"},
		{"from most", func(d *types.DisputeTier) { d.From = most }, ""},
		{"from above", func(d *types.DisputeTier) { d.From = most.AddRaw(1) }, "from"},
		{"from missing", func(d *types.DisputeTier) { d.From = sdkmath.Int{} }, "from"},
		{"juror_fee_bps none", func(d *types.DisputeTier) { d.JurorFeeBps = 0 }, ""},
		{"juror_fee_bps most", func(d *types.DisputeTier) { d.JurorFeeBps = 1_000 }, ""},
		{"juror_fee_bps above", func(d *types.DisputeTier) { d.JurorFeeBps = 1_001 }, "juror_fee_bps"},
		{"stake_bps none", func(d *types.DisputeTier) { d.StakeBps = 0 }, ""},
		{"stake_bps most", func(d *types.DisputeTier) { d.StakeBps = 2_000 }, ""},
		{"stake_bps above", func(d *types.DisputeTier) { d.StakeBps = 2_001 }, "stake_bps"},
		{"juror_fee_min none", func(d *types.DisputeTier) { d.JurorFeeMin = number(0) }, ""},
		{"juror_fee_min most", func(d *types.DisputeTier) { d.JurorFeeMin = most }, ""},
		{"juror_fee_min above", func(d *types.DisputeTier) { d.JurorFeeMin = most.AddRaw(1) }, "juror_fee_min"},
		{"juror_fee_min negative", func(d *types.DisputeTier) { d.JurorFeeMin = number(-1) }, "juror_fee_min"},
		{"juror_fee_min missing", func(d *types.DisputeTier) { d.JurorFeeMin = sdkmath.Int{} }, "juror_fee_min"},
		{"juror_fee_max no limit", func(d *types.DisputeTier) { d.JurorFeeMax = number(0) }, ""},
		{"juror_fee_max as the least", func(d *types.DisputeTier) { d.JurorFeeMax = d.JurorFeeMin }, ""},
		{"juror_fee_max below the least", func(d *types.DisputeTier) { d.JurorFeeMax = d.JurorFeeMin.SubRaw(1) }, "juror_fee_max"},
		{"juror_fee_max most", func(d *types.DisputeTier) { d.JurorFeeMax = most }, ""},
		{"juror_fee_max above", func(d *types.DisputeTier) { d.JurorFeeMax = most.AddRaw(1) }, "juror_fee_max"},
		{"juror_fee_max negative", func(d *types.DisputeTier) { d.JurorFeeMax = number(-1) }, "juror_fee_max"},
		{"juror_fee_max missing", func(d *types.DisputeTier) { d.JurorFeeMax = sdkmath.Int{} }, "juror_fee_max"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := types.DefaultParams()
			p.DisputeTiers = slices.Clone(p.DisputeTiers[:2])
			tc.change(&p.DisputeTiers[1])
			field := ""
			if tc.field != "" {
				field = "dispute_tiers[1]." + tc.field
			}
			checkParams(t, p, field)
		})
	}
	p := types.DefaultParams()
	p.DisputeTiers[0].From = number(0)
	checkParams(t, p, "dispute_tiers[0].from")
}
