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
	agent, err := m.keeper.RegisterAgent(ctx, Registration{
		Owner: owner, Operator: operator, Payout: payout, Profile: msg.Profile, Bond: types.OptionalCoin(msg.Bond), Consent: msg.Consent,
	})
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
	if err := m.keeper.SetOperator(ctx, owner, msg.AgentId, operator, msg.Consent); err != nil {
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
	agent, completesAt, err := m.keeper.RetireAgent(ctx, owner, msg.AgentId)
	if err != nil {
		return nil, err
	}
	return &types.MsgRetireAgentResponse{CompletesAt: completesAt, Status: agent.Status}, nil
}

// StartMaintenance implements types.MsgServer.
func (m *msgServer) StartMaintenance(ctx context.Context, msg *types.MsgStartMaintenance) (*types.MsgStartMaintenanceResponse, error) {
	signer, err := m.address(msg.Signer, "signer")
	if err != nil {
		return nil, err
	}
	if err := m.keeper.StartMaintenance(ctx, signer, msg.AgentId, msg.Until); err != nil {
		return nil, err
	}
	return &types.MsgStartMaintenanceResponse{}, nil
}

// Heartbeat implements types.MsgServer.
func (m *msgServer) Heartbeat(ctx context.Context, msg *types.MsgHeartbeat) (*types.MsgHeartbeatResponse, error) {
	signer, err := m.address(msg.Signer, "signer")
	if err != nil {
		return nil, err
	}
	if err := m.keeper.Heartbeat(ctx, signer, msg.AgentId); err != nil {
		return nil, err
	}
	return &types.MsgHeartbeatResponse{}, nil
}

// SetPayout implements types.MsgServer.
func (m *msgServer) SetPayout(ctx context.Context, msg *types.MsgSetPayout) (*types.MsgSetPayoutResponse, error) {
	owner, err := m.address(msg.Owner, "owner")
	if err != nil {
		return nil, err
	}
	payout, err := m.address(msg.Payout, "payout")
	if err != nil {
		return nil, err
	}
	actsAt, err := m.keeper.SetPayout(ctx, owner, msg.AgentId, payout)
	if err != nil {
		return nil, err
	}
	return &types.MsgSetPayoutResponse{ActsAt: actsAt}, nil
}

// OfferTransfer implements types.MsgServer.
func (m *msgServer) OfferTransfer(ctx context.Context, msg *types.MsgOfferTransfer) (*types.MsgOfferTransferResponse, error) {
	owner, err := m.address(msg.Owner, "owner")
	if err != nil {
		return nil, err
	}
	newOwner, err := m.address(msg.NewOwner, "new_owner")
	if err != nil {
		return nil, err
	}
	expiresAt, err := m.keeper.OfferTransfer(ctx, owner, msg.AgentId, newOwner)
	if err != nil {
		return nil, err
	}
	return &types.MsgOfferTransferResponse{ExpiresAt: expiresAt}, nil
}

// WithdrawTransfer implements types.MsgServer.
func (m *msgServer) WithdrawTransfer(ctx context.Context, msg *types.MsgWithdrawTransfer) (*types.MsgWithdrawTransferResponse, error) {
	owner, err := m.address(msg.Owner, "owner")
	if err != nil {
		return nil, err
	}
	if err := m.keeper.WithdrawTransfer(ctx, owner, msg.AgentId); err != nil {
		return nil, err
	}
	return &types.MsgWithdrawTransferResponse{}, nil
}

// AcceptTransfer implements types.MsgServer.
func (m *msgServer) AcceptTransfer(ctx context.Context, msg *types.MsgAcceptTransfer) (*types.MsgAcceptTransferResponse, error) {
	newOwner, err := m.address(msg.NewOwner, "new_owner")
	if err != nil {
		return nil, err
	}
	if err := m.keeper.AcceptTransfer(ctx, newOwner, msg.AgentId); err != nil {
		return nil, err
	}
	return &types.MsgAcceptTransferResponse{}, nil
}

// TriggerTimer implements types.MsgServer.
func (m *msgServer) TriggerTimer(ctx context.Context, msg *types.MsgTriggerTimer) (*types.MsgTriggerTimerResponse, error) {
	if err := m.keeper.TriggerTimer(ctx, msg.AgentId, msg.Kind); err != nil {
		return nil, err
	}
	return &types.MsgTriggerTimerResponse{}, nil
}

// Attest implements types.MsgServer.
func (m *msgServer) Attest(ctx context.Context, msg *types.MsgAttest) (*types.MsgAttestResponse, error) {
	issuer, err := m.address(msg.Issuer, "issuer")
	if err != nil {
		return nil, err
	}
	if err := m.keeper.Attest(ctx, issuer, types.Attestation{
		AgentId: msg.AgentId, Type: msg.Type, Hash: msg.Hash, ExpiresAt: msg.ExpiresAt,
	}); err != nil {
		return nil, err
	}
	return &types.MsgAttestResponse{}, nil
}

// RevokeAttestation implements types.MsgServer.
func (m *msgServer) RevokeAttestation(ctx context.Context, msg *types.MsgRevokeAttestation) (*types.MsgRevokeAttestationResponse, error) {
	issuer, err := m.address(msg.Issuer, "issuer")
	if err != nil {
		return nil, err
	}
	if err := m.keeper.RevokeAttestation(ctx, issuer, msg.AgentId, msg.Type); err != nil {
		return nil, err
	}
	return &types.MsgRevokeAttestationResponse{}, nil
}

// SuspendAgent implements types.MsgServer.
func (m *msgServer) SuspendAgent(ctx context.Context, msg *types.MsgSuspendAgent) (*types.MsgSuspendAgentResponse, error) {
	if err := m.keeper.SuspendAgent(ctx, msg.Authority, msg.AgentId, msg.Seconds); err != nil {
		return nil, err
	}
	return &types.MsgSuspendAgentResponse{}, nil
}

// LiftSuspension implements types.MsgServer.
func (m *msgServer) LiftSuspension(ctx context.Context, msg *types.MsgLiftSuspension) (*types.MsgLiftSuspensionResponse, error) {
	if err := m.keeper.LiftSuspension(ctx, msg.Authority, msg.AgentId); err != nil {
		return nil, err
	}
	return &types.MsgLiftSuspensionResponse{}, nil
}

// ForceRetire implements types.MsgServer.
func (m *msgServer) ForceRetire(ctx context.Context, msg *types.MsgForceRetire) (*types.MsgForceRetireResponse, error) {
	agent, err := m.keeper.ForceRetire(ctx, msg.Authority, msg.AgentId)
	if err != nil {
		return nil, err
	}
	return &types.MsgForceRetireResponse{Status: agent.Status}, nil
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
