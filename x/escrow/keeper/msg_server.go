package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/escrow/types"
)

type msgServer struct {
	keeper *Keeper
}

var _ types.MsgServer = (*msgServer)(nil)

// NewMsgServer returns the module's transaction service.
func NewMsgServer(k *Keeper) types.MsgServer { return &msgServer{keeper: k} }

// Claim implements types.MsgServer.
func (m *msgServer) Claim(ctx context.Context, msg *types.MsgClaim) (*types.MsgClaimResponse, error) {
	payee, err := m.keeper.address("payee", msg.Payee)
	if err != nil {
		return nil, err
	}
	recipient := payee
	if msg.Recipient != "" {
		if recipient, err = m.keeper.address("recipient", msg.Recipient); err != nil {
			return nil, err
		}
	}
	coins, more, err := m.keeper.Claim(ctx, payee, recipient)
	if err != nil {
		return nil, err
	}
	return &types.MsgClaimResponse{Coins: coins, More: more}, nil
}

// UpdateParams implements types.MsgServer.
func (m *msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := m.keeper.UpdateParams(ctx, msg.Authority, msg.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, nil
}

// address parses an address, or returns ErrInvalidAddress with the name of the field.
func (k *Keeper) address(field, text string) (sdk.AccAddress, error) {
	addr, err := k.addresses.StringToBytes(text)
	if err != nil {
		return nil, types.ErrInvalidAddress.Wrapf("%s: expected an address, got %q", field, text)
	}
	return addr, types.ValidateAddress(field, addr)
}
