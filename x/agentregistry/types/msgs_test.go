package types_test

import (
	"strings"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

func TestMessages_ValidateBasic(t *testing.T) {
	profile := newProfile(t)
	bad := newProfile(t)
	bad.Name = ""
	other := sdk.NewInt64Coin("uatom", 1)
	tests := []struct {
		name  string
		msg   sdk.HasValidateBasic
		err   error
		field string
	}{
		{"register", &types.MsgRegisterAgent{Owner: owner, Operator: operator, Payout: owner, Profile: profile, Bond: uait(5)}, nil, ""},
		{"register alone", &types.MsgRegisterAgent{Owner: owner, Profile: profile, Bond: uait(0)}, nil, ""},
		{"register without bond", &types.MsgRegisterAgent{Owner: owner, Profile: profile}, nil, ""},
		{"register: owner", &types.MsgRegisterAgent{Owner: "x", Profile: profile}, sdkerrors.ErrInvalidAddress, "owner"},
		{"register: operator", &types.MsgRegisterAgent{Owner: owner, Operator: "x", Profile: profile}, sdkerrors.ErrInvalidAddress, "operator"},
		{"register: payout", &types.MsgRegisterAgent{Owner: owner, Payout: "x", Profile: profile}, sdkerrors.ErrInvalidAddress, "payout"},
		{"register: profile", &types.MsgRegisterAgent{Owner: owner, Profile: bad}, types.ErrInvalidProfile, "profile.name"},
		{"register: denom", &types.MsgRegisterAgent{Owner: owner, Profile: profile, Bond: other}, sdkerrors.ErrInvalidCoins, "bond"},
		{"register: negative", &types.MsgRegisterAgent{Owner: owner, Profile: profile, Bond: sdk.Coin{Denom: "uait", Amount: number(-1)}}, sdkerrors.ErrInvalidCoins, "bond"},
		{"register: no number", &types.MsgRegisterAgent{Owner: owner, Profile: profile, Bond: sdk.Coin{Denom: "uait"}}, sdkerrors.ErrInvalidCoins, "bond"},
		{"register: no denom", &types.MsgRegisterAgent{Owner: owner, Profile: profile, Bond: sdk.Coin{Amount: number(1)}}, sdkerrors.ErrInvalidCoins, "bond"},

		{"update", &types.MsgUpdateAgent{Signer: owner, AgentId: 1, Profile: profile}, nil, ""},
		{"update: signer", &types.MsgUpdateAgent{AgentId: 1, Profile: profile}, sdkerrors.ErrInvalidAddress, "signer"},
		{"update: agent", &types.MsgUpdateAgent{Signer: owner, Profile: profile}, types.ErrInvalidMessage, "agent_id"},
		{"update: profile", &types.MsgUpdateAgent{Signer: owner, AgentId: 1, Profile: bad}, types.ErrInvalidProfile, "profile.name"},

		{"set operator", &types.MsgSetOperator{Owner: owner, AgentId: 1, Operator: operator}, nil, ""},
		{"set operator: owner", &types.MsgSetOperator{AgentId: 1, Operator: operator}, sdkerrors.ErrInvalidAddress, "owner"},
		{"set operator: agent", &types.MsgSetOperator{Owner: owner, Operator: operator}, types.ErrInvalidMessage, "agent_id"},
		{"set operator: operator", &types.MsgSetOperator{Owner: owner, AgentId: 1}, sdkerrors.ErrInvalidAddress, "operator"},

		{"bond", &types.MsgBondAgent{Owner: owner, AgentId: 1, Amount: uait(1)}, nil, ""},
		{"bond: owner", &types.MsgBondAgent{AgentId: 1, Amount: uait(1)}, sdkerrors.ErrInvalidAddress, "owner"},
		{"bond: agent", &types.MsgBondAgent{Owner: owner, Amount: uait(1)}, types.ErrInvalidMessage, "agent_id"},
		{"bond: nothing", &types.MsgBondAgent{Owner: owner, AgentId: 1, Amount: uait(0)}, sdkerrors.ErrInvalidCoins, "amount"},
		{"bond: not given", &types.MsgBondAgent{Owner: owner, AgentId: 1}, sdkerrors.ErrInvalidCoins, "amount"},
		{"bond: denom", &types.MsgBondAgent{Owner: owner, AgentId: 1, Amount: other}, sdkerrors.ErrInvalidCoins, "amount"},
		{"bond: most", &types.MsgBondAgent{Owner: owner, AgentId: 1, Amount: types.Uait(types.MaxAmount())}, nil, ""},
		{"bond: above", &types.MsgBondAgent{Owner: owner, AgentId: 1, Amount: types.Uait(types.MaxAmount().AddRaw(1))}, sdkerrors.ErrInvalidCoins, "amount"},

		{"unbond", &types.MsgUnbondAgent{Owner: owner, AgentId: 1, Amount: uait(1)}, nil, ""},
		{"unbond: owner", &types.MsgUnbondAgent{AgentId: 1, Amount: uait(1)}, sdkerrors.ErrInvalidAddress, "owner"},
		{"unbond: nothing", &types.MsgUnbondAgent{Owner: owner, AgentId: 1, Amount: uait(0)}, sdkerrors.ErrInvalidCoins, "amount"},
		{"unbond: denom", &types.MsgUnbondAgent{Owner: owner, AgentId: 1, Amount: other}, sdkerrors.ErrInvalidCoins, "amount"},

		{"complete", &types.MsgCompleteUnbonding{Sender: owner, AgentId: 1}, nil, ""},
		{"complete: sender", &types.MsgCompleteUnbonding{AgentId: 1}, sdkerrors.ErrInvalidAddress, "sender"},
		{"complete: agent", &types.MsgCompleteUnbonding{Sender: owner}, types.ErrInvalidMessage, "agent_id"},
		{"pause", &types.MsgPauseAgent{Signer: owner, AgentId: 1}, nil, ""},
		{"pause: signer", &types.MsgPauseAgent{AgentId: 1}, sdkerrors.ErrInvalidAddress, "signer"},
		{"resume", &types.MsgResumeAgent{Signer: owner, AgentId: 1}, nil, ""},
		{"resume: agent", &types.MsgResumeAgent{Signer: owner}, types.ErrInvalidMessage, "agent_id"},
		{"retire", &types.MsgRetireAgent{Owner: owner, AgentId: 1}, nil, ""},
		{"retire: owner", &types.MsgRetireAgent{Owner: strings.Repeat("x", 1_000), AgentId: 1}, sdkerrors.ErrInvalidAddress, "owner"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) { expect(t, tc.msg.ValidateBasic(), tc.err, tc.field) })
	}
}
