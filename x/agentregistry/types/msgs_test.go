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
		{"register", &types.MsgRegisterAgent{Owner: owner, Operator: operator, Payout: owner, Profile: profile, Bond: uait(5), Consent: consent()}, nil, ""},
		{"register: no consent", &types.MsgRegisterAgent{Owner: owner, Operator: operator, Profile: profile}, types.ErrConsentRequired, "consent"},
		{"register: own consent", &types.MsgRegisterAgent{Owner: owner, Profile: profile, Consent: consent()}, types.ErrInvalidMessage, "consent"},
		{"register: own consent by name", &types.MsgRegisterAgent{Owner: owner, Operator: owner, Profile: profile, Consent: consent()}, types.ErrInvalidMessage, "consent"},
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

		{"set operator", &types.MsgSetOperator{Owner: owner, AgentId: 1, Operator: operator, Consent: consent()}, nil, ""},
		{"set operator: back", &types.MsgSetOperator{Owner: owner, AgentId: 1, Operator: owner}, nil, ""},
		{"set operator: no consent", &types.MsgSetOperator{Owner: owner, AgentId: 1, Operator: operator}, types.ErrConsentRequired, "consent"},
		{"set operator: key", &types.MsgSetOperator{Owner: owner, AgentId: 1, Operator: operator, Consent: &types.OperatorConsent{}}, types.ErrConsentKey, "consent.public_key"},
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

		{"maintenance", &types.MsgStartMaintenance{Signer: owner, AgentId: 1, Until: 1}, nil, ""},
		{"maintenance: signer", &types.MsgStartMaintenance{AgentId: 1, Until: 1}, sdkerrors.ErrInvalidAddress, "signer"},
		{"maintenance: until", &types.MsgStartMaintenance{Signer: owner, AgentId: 1}, types.ErrInvalidMessage, "until"},
		{"heartbeat", &types.MsgHeartbeat{Signer: owner, AgentId: 1}, nil, ""},
		{"heartbeat: signer", &types.MsgHeartbeat{AgentId: 1}, sdkerrors.ErrInvalidAddress, "signer"},
		{"heartbeat: agent", &types.MsgHeartbeat{Signer: owner}, types.ErrInvalidMessage, "agent_id"},
		{"payout", &types.MsgSetPayout{Owner: owner, AgentId: 1, Payout: operator}, nil, ""},
		{"payout: owner", &types.MsgSetPayout{AgentId: 1, Payout: operator}, sdkerrors.ErrInvalidAddress, "owner"},
		{"payout: payout", &types.MsgSetPayout{Owner: owner, AgentId: 1, Payout: "'--"}, sdkerrors.ErrInvalidAddress, "payout"},
		{"offer", &types.MsgOfferTransfer{Owner: owner, AgentId: 1, NewOwner: operator}, nil, ""},
		{"offer: agent", &types.MsgOfferTransfer{Owner: owner, NewOwner: operator}, types.ErrInvalidMessage, "agent_id"},
		{"offer: new owner", &types.MsgOfferTransfer{Owner: owner, AgentId: 1}, sdkerrors.ErrInvalidAddress, "new_owner"},
		{"withdraw", &types.MsgWithdrawTransfer{Owner: owner, AgentId: 1}, nil, ""},
		{"withdraw: owner", &types.MsgWithdrawTransfer{AgentId: 1}, sdkerrors.ErrInvalidAddress, "owner"},
		{"accept", &types.MsgAcceptTransfer{NewOwner: owner, AgentId: 1}, nil, ""},
		{"accept: new owner", &types.MsgAcceptTransfer{AgentId: 1}, sdkerrors.ErrInvalidAddress, "new_owner"},
		{"trigger", &types.MsgTriggerTimer{Sender: owner, AgentId: 1, Kind: 3}, nil, ""},
		{"trigger: sender", &types.MsgTriggerTimer{AgentId: 1, Kind: 3}, sdkerrors.ErrInvalidAddress, "sender"},
		{"trigger: no kind", &types.MsgTriggerTimer{Sender: owner, AgentId: 1}, types.ErrInvalidMessage, "kind"},
		{"trigger: unknown kind", &types.MsgTriggerTimer{Sender: owner, AgentId: 1, Kind: 4}, types.ErrInvalidMessage, "kind"},
		{"attest", &types.MsgAttest{Issuer: owner, AgentId: 1, Type: 6, Hash: make([]byte, 32)}, nil, ""},
		{"attest: issuer", &types.MsgAttest{AgentId: 1, Type: 6, Hash: make([]byte, 32)}, sdkerrors.ErrInvalidAddress, "issuer"},
		{"attest: agent", &types.MsgAttest{Issuer: owner, Type: 6, Hash: make([]byte, 32)}, types.ErrInvalidMessage, "agent_id"},
		{"attest: no type", &types.MsgAttest{Issuer: owner, AgentId: 1, Hash: make([]byte, 32)}, types.ErrInvalidAttestation, "type"},
		{"attest: unknown type", &types.MsgAttest{Issuer: owner, AgentId: 1, Type: 7, Hash: make([]byte, 32)}, types.ErrInvalidAttestation, "type"},
		{"attest: short hash", &types.MsgAttest{Issuer: owner, AgentId: 1, Type: 6, Hash: make([]byte, 31)}, types.ErrInvalidAttestation, "hash"},
		{"attest: long hash", &types.MsgAttest{Issuer: owner, AgentId: 1, Type: 6, Hash: make([]byte, 33)}, types.ErrInvalidAttestation, "hash"},
		{"revoke", &types.MsgRevokeAttestation{Issuer: owner, AgentId: 1, Type: 1}, nil, ""},
		{"revoke: issuer", &types.MsgRevokeAttestation{AgentId: 1, Type: 1}, sdkerrors.ErrInvalidAddress, "issuer"},
		{"revoke: type", &types.MsgRevokeAttestation{Issuer: owner, AgentId: 1}, types.ErrInvalidAttestation, "type"},
		{"suspend", &types.MsgSuspendAgent{Authority: owner, AgentId: 1, Seconds: 2_592_000}, nil, ""},
		{"suspend: authority", &types.MsgSuspendAgent{AgentId: 1, Seconds: 1}, sdkerrors.ErrInvalidAddress, "authority"},
		{"suspend: no time", &types.MsgSuspendAgent{Authority: owner, AgentId: 1}, types.ErrInvalidMessage, "seconds"},
		{"suspend: too long", &types.MsgSuspendAgent{Authority: owner, AgentId: 1, Seconds: 2_592_001}, types.ErrInvalidMessage, "seconds"},
		{"lift", &types.MsgLiftSuspension{Authority: owner, AgentId: 1}, nil, ""},
		{"lift: agent", &types.MsgLiftSuspension{Authority: owner}, types.ErrInvalidMessage, "agent_id"},
		{"force", &types.MsgForceRetire{Authority: owner, AgentId: 1}, nil, ""},
		{"force: authority", &types.MsgForceRetire{Authority: "'; DROP TABLE agents", AgentId: 1}, sdkerrors.ErrInvalidAddress, "authority"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) { expect(t, tc.msg.ValidateBasic(), tc.err, tc.field) })
	}
}

// consent returns one of the right form.
func consent() *types.OperatorConsent {
	return &types.OperatorConsent{PublicKey: append([]byte{2}, make([]byte, 32)...), Deadline: 1, Signature: make([]byte, 64)}
}
