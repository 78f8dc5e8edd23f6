package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

type msgServer struct {
	keeper *Keeper
}

var _ types.MsgServer = (*msgServer)(nil)

// NewMsgServer returns the module's transaction service.
func NewMsgServer(k *Keeper) types.MsgServer { return &msgServer{keeper: k} }

// RegisterAgent implements types.MsgServer.
func (m *msgServer) RegisterAgent(ctx context.Context, msg *types.MsgRegisterAgent) (*types.MsgRegisterAgentResponse, error) {
	owner, err := m.address(msg.Owner, "owner")
	if err != nil {
		return nil, err
	}
	operator, err := m.addressOr(owner, msg.Operator, "operator")
	if err != nil {
		return nil, err
	}
	payout, err := m.addressOr(owner, msg.Payout, "payout")
	if err != nil {
		return nil, err
	}
	agent, err := m.keeper.RegisterAgent(ctx, owner, operator, payout, msg.Profile, types.OptionalCoin(msg.Bond))
	if err != nil {
		return nil, err
	}
	return &types.MsgRegisterAgentResponse{AgentId: agent.Id, Status: agent.Status}, nil
}

// UpdateAgent implements types.MsgServer.
func (m *msgServer) UpdateAgent(ctx context.Context, msg *types.MsgUpdateAgent) (*types.MsgUpdateAgentResponse, error) {
	signer, err := m.address(msg.Signer, "signer")
	if err != nil {
		return nil, err
	}
	if err := m.keeper.UpdateAgent(ctx, signer, msg.AgentId, msg.Profile); err != nil {
		return nil, err
	}
	return &types.MsgUpdateAgentResponse{}, nil
}

// SetOperator implements types.MsgServer.
func (m *msgServer) SetOperator(ctx context.Context, msg *types.MsgSetOperator) (*types.MsgSetOperatorResponse, error) {
	owner, err := m.address(msg.Owner, "owner")
	if err != nil {
		return nil, err
	}
	operator, err := m.address(msg.Operator, "operator")
	if err != nil {
		return nil, err
	}
	if err := m.keeper.SetOperator(ctx, owner, msg.AgentId, operator); err != nil {
		return nil, err
	}
	return &types.MsgSetOperatorResponse{}, nil
}

// BondAgent implements types.MsgServer.
func (m *msgServer) BondAgent(ctx context.Context, msg *types.MsgBondAgent) (*types.MsgBondAgentResponse, error) {
	owner, err := m.address(msg.Owner, "owner")
	if err != nil {
		return nil, err
	}
	status, err := m.keeper.BondAgent(ctx, owner, msg.AgentId, msg.Amount)
	if err != nil {
		return nil, err
	}
	return &types.MsgBondAgentResponse{Status: status}, nil
}

// UnbondAgent implements types.MsgServer.
func (m *msgServer) UnbondAgent(ctx context.Context, msg *types.MsgUnbondAgent) (*types.MsgUnbondAgentResponse, error) {
	owner, err := m.address(msg.Owner, "owner")
	if err != nil {
		return nil, err
	}
	completesAt, err := m.keeper.UnbondAgent(ctx, owner, msg.AgentId, msg.Amount)
	if err != nil {
		return nil, err
	}
	return &types.MsgUnbondAgentResponse{CompletesAt: completesAt}, nil
}

// CompleteUnbonding implements types.MsgServer.
func (m *msgServer) CompleteUnbonding(ctx context.Context, msg *types.MsgCompleteUnbonding) (*types.MsgCompleteUnbondingResponse, error) {
	amount, err := m.keeper.CompleteUnbonding(ctx, msg.AgentId)
	if err != nil {
		return nil, err
	}
	return &types.MsgCompleteUnbondingResponse{Amount: amount}, nil
}

// PauseAgent implements types.MsgServer.
func (m *msgServer) PauseAgent(ctx context.Context, msg *types.MsgPauseAgent) (*types.MsgPauseAgentResponse, error) {
	signer, err := m.address(msg.Signer, "signer")
	if err != nil {
		return nil, err
	}
	if err := m.keeper.PauseAgent(ctx, signer, msg.AgentId); err != nil {
		return nil, err
	}
	return &types.MsgPauseAgentResponse{}, nil
}

// ResumeAgent implements types.MsgServer.
func (m *msgServer) ResumeAgent(ctx context.Context, msg *types.MsgResumeAgent) (*types.MsgResumeAgentResponse, error) {
	signer, err := m.address(msg.Signer, "signer")
	if err != nil {
		return nil, err
	}
	if err := m.keeper.ResumeAgent(ctx, signer, msg.AgentId); err != nil {
		return nil, err
	}
	return &types.MsgResumeAgentResponse{}, nil
}

// RetireAgent implements types.MsgServer.
func (m *msgServer) RetireAgent(ctx context.Context, msg *types.MsgRetireAgent) (*types.MsgRetireAgentResponse, error) {
	owner, err := m.address(msg.Owner, "owner")
	if err != nil {
		return nil, err
	}
	completesAt, err := m.keeper.RetireAgent(ctx, owner, msg.AgentId)
	if err != nil {
		return nil, err
	}
	return &types.MsgRetireAgentResponse{CompletesAt: completesAt}, nil
}

// UpdateParams implements types.MsgServer.
func (m *msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := m.keeper.UpdateParams(ctx, msg.Authority, msg.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, nil
}

// address parses a field of a message.
func (m *msgServer) address(text, field string) (sdk.AccAddress, error) {
	addr, err := m.keeper.addresses.StringToBytes(text)
	if err != nil {
		return nil, sdkerrors.ErrInvalidAddress.Wrapf("%s: expected an address, got %q: %s", field, text, err)
	}
	return addr, nil
}

// addressOr parses a field that may be empty.
func (m *msgServer) addressOr(standard sdk.AccAddress, text, field string) (sdk.AccAddress, error) {
	if text == "" {
		return standard, nil
	}
	return m.address(text, field)
}
