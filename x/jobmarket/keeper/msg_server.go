package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/jobmarket/types"
)

type msgServer struct{ keeper *Keeper }

// NewMsgServer returns the transaction service. The message router has called
// each message's ValidateBasic before it gets here.
func NewMsgServer(k *Keeper) types.MsgServer { return msgServer{keeper: k} }

// PublishOffer implements types.MsgServer.
func (s msgServer) PublishOffer(ctx context.Context, msg *types.MsgPublishOffer) (*types.MsgPublishOfferResponse, error) {
	signer, err := s.keeper.address(msg.Signer, "signer")
	if err != nil {
		return nil, err
	}
	id, err := s.keeper.PublishOffer(ctx, signer, msg.AgentId, msg.Terms)
	if err != nil {
		return nil, err
	}
	return &types.MsgPublishOfferResponse{OfferId: id}, nil
}

// WithdrawOffer implements types.MsgServer.
func (s msgServer) WithdrawOffer(ctx context.Context, msg *types.MsgWithdrawOffer) (*types.MsgWithdrawOfferResponse, error) {
	signer, err := s.keeper.address(msg.Signer, "signer")
	if err != nil {
		return nil, err
	}
	if err := s.keeper.WithdrawOffer(ctx, signer, msg.AgentId, msg.OfferId); err != nil {
		return nil, err
	}
	return &types.MsgWithdrawOfferResponse{}, nil
}

// PostJob implements types.MsgServer.
func (s msgServer) PostJob(ctx context.Context, msg *types.MsgPostJob) (*types.MsgPostJobResponse, error) {
	client, err := s.keeper.address(msg.Client, "client")
	if err != nil {
		return nil, err
	}
	res, err := s.keeper.PostJob(ctx, client, msg)
	if err != nil {
		return nil, err
	}
	return &res, nil
}

// SubmitMilestone implements types.MsgServer.
func (s msgServer) SubmitMilestone(ctx context.Context, msg *types.MsgSubmitMilestone) (*types.MsgSubmitMilestoneResponse, error) {
	step := types.Step{Action: types.ActionSubmit, Milestone: msg.Milestone, Result: msg.Result}
	if err := s.agentStep(ctx, msg.Signer, msg.Client, msg.Sequence, step); err != nil {
		return nil, err
	}
	return &types.MsgSubmitMilestoneResponse{}, nil
}

// AcceptMilestone implements types.MsgServer.
func (s msgServer) AcceptMilestone(ctx context.Context, msg *types.MsgAcceptMilestone) (*types.MsgAcceptMilestoneResponse, error) {
	step := types.Step{Action: types.ActionAccept, Milestone: msg.Milestone}
	if err := s.clientStep(ctx, msg.Client, msg.Sequence, step, StepDetail{}); err != nil {
		return nil, err
	}
	return &types.MsgAcceptMilestoneResponse{}, nil
}

// RejectMilestone implements types.MsgServer.
func (s msgServer) RejectMilestone(ctx context.Context, msg *types.MsgRejectMilestone) (*types.MsgRejectMilestoneResponse, error) {
	step := types.Step{Action: types.ActionReject, Milestone: msg.Milestone}
	detail := StepDetail{Reason: msg.Reason, ReasonHash: msg.ReasonHash}
	if err := s.clientStep(ctx, msg.Client, msg.Sequence, step, detail); err != nil {
		return nil, err
	}
	return &types.MsgRejectMilestoneResponse{}, nil
}

// CancelMilestone implements types.MsgServer.
func (s msgServer) CancelMilestone(ctx context.Context, msg *types.MsgCancelMilestone) (*types.MsgCancelMilestoneResponse, error) {
	step := types.Step{Action: types.ActionCancel, Milestone: msg.Milestone}
	if err := s.clientStep(ctx, msg.Client, msg.Sequence, step, StepDetail{}); err != nil {
		return nil, err
	}
	return &types.MsgCancelMilestoneResponse{}, nil
}

// QuitMilestone implements types.MsgServer.
func (s msgServer) QuitMilestone(ctx context.Context, msg *types.MsgQuitMilestone) (*types.MsgQuitMilestoneResponse, error) {
	step := types.Step{Action: types.ActionQuit, Milestone: msg.Milestone}
	if err := s.agentStep(ctx, msg.Signer, msg.Client, msg.Sequence, step); err != nil {
		return nil, err
	}
	return &types.MsgQuitMilestoneResponse{}, nil
}

// WaiveMilestone implements types.MsgServer.
func (s msgServer) WaiveMilestone(ctx context.Context, msg *types.MsgWaiveMilestone) (*types.MsgWaiveMilestoneResponse, error) {
	step := types.Step{Action: types.ActionWaive, Milestone: msg.Milestone}
	if err := s.clientStep(ctx, msg.Client, msg.Sequence, step, StepDetail{}); err != nil {
		return nil, err
	}
	return &types.MsgWaiveMilestoneResponse{}, nil
}

// TriggerTimeout implements types.MsgServer.
func (s msgServer) TriggerTimeout(ctx context.Context, msg *types.MsgTriggerTimeout) (*types.MsgTriggerTimeoutResponse, error) {
	client, err := s.keeper.address(msg.Client, "client")
	if err != nil {
		return nil, err
	}
	if err := s.keeper.Timeout(ctx, types.NewJobID(client, msg.Sequence)); err != nil {
		return nil, err
	}
	return &types.MsgTriggerTimeoutResponse{}, nil
}

// UpdateParams implements types.MsgServer.
func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := s.keeper.UpdateParams(ctx, msg.Authority, msg.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, nil
}

// clientStep takes a step that the client has signed.
func (s msgServer) clientStep(ctx context.Context, client string, sequence uint64, step types.Step, detail StepDetail) error {
	addr, err := s.keeper.address(client, "client")
	if err != nil {
		return err
	}
	return s.keeper.ClientStep(ctx, types.NewJobID(addr, sequence), step, detail)
}

// agentStep takes a step that somebody of the agent's has signed.
func (s msgServer) agentStep(ctx context.Context, signer, client string, sequence uint64, step types.Step) error {
	by, err := s.keeper.address(signer, "signer")
	if err != nil {
		return err
	}
	addr, err := s.keeper.address(client, "client")
	if err != nil {
		return err
	}
	return s.keeper.AgentStep(ctx, by, types.NewJobID(addr, sequence), step)
}

// address decodes an address; the error names the field.
func (k *Keeper) address(text, field string) (sdk.AccAddress, error) {
	addr, err := k.addresses.StringToBytes(text)
	if err != nil {
		return nil, types.ErrInvalidMessage.Wrapf("%s: expected an address, got %q: %s", field, text, err)
	}
	return addr, nil
}
