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
	legacy.RegisterAminoMsg(cdc, &MsgPublishOffer{}, "aitbc/x/jobmarket/MsgPublishOffer")
	legacy.RegisterAminoMsg(cdc, &MsgWithdrawOffer{}, "aitbc/x/jobmarket/MsgWithdrawOffer")
	legacy.RegisterAminoMsg(cdc, &MsgPostJob{}, "aitbc/x/jobmarket/MsgPostJob")
	legacy.RegisterAminoMsg(cdc, &MsgSubmitMilestone{}, "aitbc/x/jobmarket/MsgSubmitMilestone")
	legacy.RegisterAminoMsg(cdc, &MsgAcceptMilestone{}, "aitbc/x/jobmarket/MsgAcceptMilestone")
	legacy.RegisterAminoMsg(cdc, &MsgRejectMilestone{}, "aitbc/x/jobmarket/MsgRejectMilestone")
	legacy.RegisterAminoMsg(cdc, &MsgCancelMilestone{}, "aitbc/x/jobmarket/MsgCancelMilestone")
	legacy.RegisterAminoMsg(cdc, &MsgQuitMilestone{}, "aitbc/x/jobmarket/MsgQuitMilestone")
	legacy.RegisterAminoMsg(cdc, &MsgWaiveMilestone{}, "aitbc/x/jobmarket/MsgWaiveMilestone")
	legacy.RegisterAminoMsg(cdc, &MsgTriggerTimeout{}, "aitbc/x/jobmarket/MsgTriggerTimeout")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "aitbc/x/jobmarket/MsgUpdateParams")
}

// RegisterInterfaces registers the module's messages as sdk.Msg.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgPublishOffer{}, &MsgWithdrawOffer{}, &MsgPostJob{}, &MsgSubmitMilestone{}, &MsgAcceptMilestone{},
		&MsgRejectMilestone{}, &MsgCancelMilestone{}, &MsgQuitMilestone{}, &MsgWaiveMilestone{},
		&MsgTriggerTimeout{}, &MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
