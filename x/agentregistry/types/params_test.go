package types_test

import (
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

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
