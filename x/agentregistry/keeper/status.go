package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// PauseAgent stops new work. The signer must be the owner or the operator.
func (k *Keeper) PauseAgent(ctx context.Context, signer sdk.AccAddress, agentID uint64) error {
	return k.turn(ctx, signer, agentID, types.ActionPause, types.PAUSE_REASON_REQUESTED)
}

// ResumeAgent takes new work again. The signer must be the owner or the operator,
// and the bond reach the minimum.
func (k *Keeper) ResumeAgent(ctx context.Context, signer sdk.AccAddress, agentID uint64) error {
	return k.turn(ctx, signer, agentID, types.ActionResume, types.PAUSE_REASON_UNSPECIFIED)
}

// turn does what changes nothing but the status.
func (k *Keeper) turn(ctx context.Context, signer sdk.AccAddress, agentID uint64, action types.Action, reason types.PauseReason) error {
	agent, bond, err := k.agentAndBond(ctx, agentID)
	if err != nil {
		return err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return err
	}
	if err := k.authorise(agent, signer, ownerOrOperator); err != nil {
		return err
	}
	status, err := agent.Status.Next(action, bond.Standing(params.MinBond.Amount))
	if err != nil {
		return err
	}
	_, err = k.moveTo(ctx, agent, status, reason)
	return err
}

// FallSilent pauses an active agent, because a module waited in vain for it. Agents of
// other statuses stay as they are. It returns ErrAgentNotFound.
func (s *ScopedKeeper) FallSilent(ctx context.Context, agentID uint64) error {
	agent, bond, err := s.keeper.agentAndBond(ctx, agentID)
	if err != nil {
		return err
	}
	params, err := s.keeper.Params(ctx)
	if err != nil {
		return err
	}
	status, err := agent.Status.Next(types.ActionFallSilent, bond.Standing(params.MinBond.Amount))
	if err != nil {
		return err
	}
	_, err = s.keeper.moveTo(ctx, agent, status, types.PAUSE_REASON_SILENCE)
	return err
}

// RetireAgent ends an agent without live work for good: it can't be found by its
// skills any more, and all that is free of its bond starts to leave. It returns
// when, in unix seconds of market time, or 0 if there is nothing. The signer must
// be the owner.
func (k *Keeper) RetireAgent(ctx context.Context, signer sdk.AccAddress, agentID uint64) (uint64, error) {
	agent, bond, err := k.agentAndBond(ctx, agentID)
	if err != nil {
		return 0, err
	}
	profile, err := k.profiles.Get(ctx, agentID)
	if err != nil {
		return 0, err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return 0, err
	}
	if err := k.authorise(agent, signer, ownerOnly); err != nil {
		return 0, err
	}
	status, err := agent.Status.Next(types.ActionRetire, bond.Standing(params.MinBond.Amount))
	if err != nil {
		return 0, err
	}
	out := withdrawal{}
	if free := bond.Free(); free.IsPositive() {
		if out, err = k.planWithdrawal(ctx, agentID, bond, free, params); err != nil {
			return 0, err
		}
	}
	if err := k.replaceSkills(ctx, agentID, profile, types.Profile{}); err != nil {
		return 0, err
	}
	if _, err := k.moveTo(ctx, agent, status, types.PAUSE_REASON_UNSPECIFIED); err != nil {
		return 0, err
	}
	if out.completesAt == 0 {
		return 0, nil
	}
	return out.completesAt, k.startWithdrawal(ctx, out)
}
