package types

import (
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/legacy"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterLegacyAminoCodec registers the messages for amino JSON signing, which
// hardware wallets use.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgRegisterAgent{}, "aitbc/x/agentregistry/MsgRegisterAgent")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateAgent{}, "aitbc/x/agentregistry/MsgUpdateAgent")
	legacy.RegisterAminoMsg(cdc, &MsgSetOperator{}, "aitbc/x/agentregistry/MsgSetOperator")
	legacy.RegisterAminoMsg(cdc, &MsgBondAgent{}, "aitbc/x/agentregistry/MsgBondAgent")
	legacy.RegisterAminoMsg(cdc, &MsgUnbondAgent{}, "aitbc/x/agentregistry/MsgUnbondAgent")
	legacy.RegisterAminoMsg(cdc, &MsgCompleteUnbonding{}, "aitbc/x/agentregistry/MsgCompleteUnbond")
	legacy.RegisterAminoMsg(cdc, &MsgPauseAgent{}, "aitbc/x/agentregistry/MsgPauseAgent")
	legacy.RegisterAminoMsg(cdc, &MsgResumeAgent{}, "aitbc/x/agentregistry/MsgResumeAgent")
	legacy.RegisterAminoMsg(cdc, &MsgRetireAgent{}, "aitbc/x/agentregistry/MsgRetireAgent")
	legacy.RegisterAminoMsg(cdc, &MsgStartMaintenance{}, "aitbc/x/agentregistry/MsgMaintenance")
	legacy.RegisterAminoMsg(cdc, &MsgHeartbeat{}, "aitbc/x/agentregistry/MsgHeartbeat")
	legacy.RegisterAminoMsg(cdc, &MsgSetPayout{}, "aitbc/x/agentregistry/MsgSetPayout")
	legacy.RegisterAminoMsg(cdc, &MsgOfferTransfer{}, "aitbc/x/agentregistry/MsgOfferTransfer")
	legacy.RegisterAminoMsg(cdc, &MsgWithdrawTransfer{}, "aitbc/x/agentregistry/MsgWithdrawOffer")
	legacy.RegisterAminoMsg(cdc, &MsgAcceptTransfer{}, "aitbc/x/agentregistry/MsgAcceptTransfer")
	legacy.RegisterAminoMsg(cdc, &MsgTriggerTimer{}, "aitbc/x/agentregistry/MsgTriggerTimer")
	legacy.RegisterAminoMsg(cdc, &MsgAttest{}, "aitbc/x/agentregistry/MsgAttest")
	legacy.RegisterAminoMsg(cdc, &MsgRevokeAttestation{}, "aitbc/x/agentregistry/MsgRevokeAttest")
	legacy.RegisterAminoMsg(cdc, &MsgSuspendAgent{}, "aitbc/x/agentregistry/MsgSuspendAgent")
	legacy.RegisterAminoMsg(cdc, &MsgLiftSuspension{}, "aitbc/x/agentregistry/MsgLiftSuspension")
	legacy.RegisterAminoMsg(cdc, &MsgForceRetire{}, "aitbc/x/agentregistry/MsgForceRetire")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "aitbc/x/agentregistry/MsgUpdateParams")
}

// RegisterInterfaces registers the module's messages as sdk.Msg.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgRegisterAgent{}, &MsgUpdateAgent{}, &MsgSetOperator{}, &MsgBondAgent{}, &MsgUnbondAgent{},
		&MsgCompleteUnbonding{}, &MsgPauseAgent{}, &MsgResumeAgent{}, &MsgRetireAgent{},
		&MsgStartMaintenance{}, &MsgHeartbeat{}, &MsgSetPayout{}, &MsgOfferTransfer{}, &MsgWithdrawTransfer{}, &MsgAcceptTransfer{},
		&MsgTriggerTimer{}, &MsgAttest{}, &MsgRevokeAttestation{}, &MsgSuspendAgent{}, &MsgLiftSuspension{}, &MsgForceRetire{},
		&MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
