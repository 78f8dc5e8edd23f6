package types_test

import (
	"fmt"
	"strings"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

func issuers(n int) func(*types.Params) {
	return func(p *types.Params) {
		for i := range n {
			p.Issuers = append(p.Issuers, types.Issuer{Address: sdk.AccAddress(fmt.Sprintf("issuer%014d", i)).String(), Name: "x"})
		}
	}
}

func TestParams_Validate(t *testing.T) {
	most := sdk.NewCoin("uait", types.MaxAmount())
	above := sdk.NewCoin("uait", types.MaxAmount().AddRaw(1))
	tests := []struct {
		name   string
		change func(*types.Params)
		field  string
	}{
		{"default", func(*types.Params) {}, ""},
		{"no fee", func(p *types.Params) { p.RegistrationFee = uait(0) }, ""},
		{"greatest fee", func(p *types.Params) { p.RegistrationFee = most }, ""},
		{"fee above", func(p *types.Params) { p.RegistrationFee = above }, "registration_fee"},
		{"negative fee", func(p *types.Params) { p.RegistrationFee.Amount = number(-1) }, "registration_fee"},
		{"fee in another coin", func(p *types.Params) { p.RegistrationFee.Denom = "uatom" }, "registration_fee"},
		{"fee not given", func(p *types.Params) { p.RegistrationFee = sdk.Coin{} }, "registration_fee"},
		{"least bond", func(p *types.Params) { p.MinBond = uait(1) }, ""},
		{"no bond", func(p *types.Params) { p.MinBond = uait(0) }, "min_bond"},
		{"greatest bond", func(p *types.Params) { p.MinBond = most }, ""},
		{"bond above", func(p *types.Params) { p.MinBond = above }, "min_bond"},
		{"bond in another coin", func(p *types.Params) { p.MinBond.Denom = "uatom" }, "min_bond"},
		{"shortest unbonding", func(p *types.Params) { p.UnbondingSeconds = 60 }, ""},
		{"unbonding too short", func(p *types.Params) { p.UnbondingSeconds = 59 }, "unbonding_seconds"},
		{"longest unbonding", func(p *types.Params) { p.UnbondingSeconds = 7_776_000 }, ""},
		{"unbonding too long", func(p *types.Params) { p.UnbondingSeconds = 7_776_001 }, "unbonding_seconds"},
		{"one completion", func(p *types.Params) { p.MaxCompletionsPerBlock = 1 }, ""},
		{"no completion", func(p *types.Params) { p.MaxCompletionsPerBlock = 0 }, "max_completions_per_block"},
		{"most completions", func(p *types.Params) { p.MaxCompletionsPerBlock = 10_000 }, ""},
		{"too many completions", func(p *types.Params) { p.MaxCompletionsPerBlock = 10_001 }, "max_completions_per_block"},
		{"one timer", func(p *types.Params) { p.MaxTimersPerBlock = 1 }, ""},
		{"no timer", func(p *types.Params) { p.MaxTimersPerBlock = 0 }, "max_timers_per_block"},
		{"most timers", func(p *types.Params) { p.MaxTimersPerBlock = 10_000 }, ""},
		{"too many timers", func(p *types.Params) { p.MaxTimersPerBlock = 10_001 }, "max_timers_per_block"},
		{"shortest delay", func(p *types.Params) { p.PayoutDelaySeconds = 60 }, ""},
		{"delay too short", func(p *types.Params) { p.PayoutDelaySeconds = 59 }, "payout_delay_seconds"},
		{"longest delay", func(p *types.Params) { p.PayoutDelaySeconds = 2_592_000 }, ""},
		{"delay too long", func(p *types.Params) { p.PayoutDelaySeconds = 2_592_001 }, "payout_delay_seconds"},
		{"pending too short", func(p *types.Params) { p.PendingSeconds = 59 }, "pending_seconds"},
		{"pending longest", func(p *types.Params) { p.PendingSeconds = 31_536_000 }, ""},
		{"pending too long", func(p *types.Params) { p.PendingSeconds = 31_536_001 }, "pending_seconds"},
		{"silence too short", func(p *types.Params) { p.SilenceSeconds = 59 }, "silence_seconds"},
		{"silence longest", func(p *types.Params) { p.SilenceSeconds = 7_776_000 }, ""},
		{"silence too long", func(p *types.Params) { p.SilenceSeconds = 7_776_001 }, "silence_seconds"},
		{"most issuers", issuers(64), ""},
		{"too many issuers", issuers(65), "issuers"},
		{"issuer of no address", func(p *types.Params) { p.Issuers = []types.Issuer{{Address: "x", Name: "x"}} }, "issuers[0].address"},
		{"issuer in upper case", func(p *types.Params) { p.Issuers = []types.Issuer{{Address: strings.ToUpper(owner), Name: "x"}} }, "issuers[0].address"},
		{"issuer twice", func(p *types.Params) {
			p.Issuers = []types.Issuer{{Address: owner, Name: "x"}, {Address: owner, Name: "y"}}
		}, "issuers[1].address"},
		{"issuer without name", func(p *types.Params) { p.Issuers = []types.Issuer{{Address: owner}} }, "issuers[0].name"},
		{"issuer with a long name", func(p *types.Params) {
			p.Issuers = []types.Issuer{{Address: owner, Name: strings.Repeat("x", 65)}}
		}, "issuers[0].name"},
		{"issuer with a control", func(p *types.Params) { p.Issuers = []types.Issuer{{Address: owner, Name: "a\nb"}} }, "issuers[0].name"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			p := types.DefaultParams()
			tc.change(&p)
			var want error
			if tc.field != "" {
				want = types.ErrInvalidParams
			}
			expect(t, (&types.MsgUpdateParams{Params: p}).ValidateBasic(), want, tc.field)
		})
	}
}
