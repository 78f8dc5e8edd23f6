package keeper

import (
	"context"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// PauseAgent stops new work. The signer must be the owner or the operator.
func (k *Keeper) PauseAgent(ctx context.Context, signer sdk.AccAddress, agentID uint64) error {
	return k.signedStep(ctx, signer, agentID, types.ActionPause, 0)
}

// ResumeAgent takes new work again and counts as a sign of life. The signer must be
// the owner or the operator, and the bond reach the minimum.
func (k *Keeper) ResumeAgent(ctx context.Context, signer sdk.AccAddress, agentID uint64) error {
	if err := k.signedStep(ctx, signer, agentID, types.ActionResume, 0); err != nil {
		return err
	}
	_, err := k.see(ctx, agentID)
	return err
}

// StartMaintenance takes no new work until a time, in unix seconds of market time:
// at most MaxMaintenanceSeconds ahead. The signer must be the owner or the operator.
func (k *Keeper) StartMaintenance(ctx context.Context, signer sdk.AccAddress, agentID, until uint64) error {
	now, err := k.Now(ctx)
	if err != nil {
		return err
	}
	if until <= now || until-now > types.MaxMaintenanceSeconds {
		return types.ErrInvalidMessage.Wrapf("until: expected %d to %d (up to 30 days after market time), got %d",
			now+1, now+types.MaxMaintenanceSeconds, until)
	}
	return k.signedStep(ctx, signer, agentID, types.ActionMaintain, until)
}

// Heartbeat notes that the agent is there. The signer must be the owner or the
// operator.
func (k *Keeper) Heartbeat(ctx context.Context, signer sdk.AccAddress, agentID uint64) error {
	agent, err := k.Agent(ctx, agentID)
	if err != nil {
		return err
	}
	if err := k.authorise(agent, signer, ownerOrOperator); err != nil {
		return err
	}
	if err := agent.Status.Allows(types.ActionHeartbeat); err != nil {
		return err
	}
	now, err := k.see(ctx, agentID)
	if err != nil {
		return err
	}
	return emit(ctx, &types.EventHeartbeat{AgentId: agentID, SeenAt: now})
}

// SuspendAgent stops an agent for so many seconds of market time, at most
// MaxSuspensionSeconds. It returns ErrUnauthorized for any signer but the authority.
func (k *Keeper) SuspendAgent(ctx context.Context, authority string, agentID, seconds uint64) error {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), k.authority, authority); err != nil {
		return err
	}
	if err := types.ValidateSuspension(seconds); err != nil {
		return err
	}
	agent, err := k.Agent(ctx, agentID)
	if err != nil {
		return err
	}
	now, err := k.Now(ctx)
	if err != nil {
		return err
	}
	return k.step(ctx, agent, types.ActionSuspend, now+seconds)
}

// LiftSuspension ends a suspension early: the agent is paused. It returns
// ErrUnauthorized for any signer but the authority.
func (k *Keeper) LiftSuspension(ctx context.Context, authority string, agentID uint64) error {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), k.authority, authority); err != nil {
		return err
	}
	agent, err := k.Agent(ctx, agentID)
	if err != nil {
		return err
	}
	return k.step(ctx, agent, types.ActionEndSuspension, 0)
}

// FallSilent pauses an active agent because it missed a delivery: it takes no new
// work until its owner or operator resumes it, so that one outage can't cost the
// whole bond. An agent of any other status stays as it is. It returns
// ErrAgentNotFound.
func (s *ScopedKeeper) FallSilent(ctx context.Context, agentID uint64) error {
	agent, err := s.keeper.Agent(ctx, agentID)
	if err != nil {
		return err
	}
	return s.keeper.step(ctx, agent, types.ActionFallSilent, 0)
}

// signedStep does what changes nothing but the status, for the owner or operator.
func (k *Keeper) signedStep(ctx context.Context, signer sdk.AccAddress, agentID uint64, action types.Action, until uint64) error {
	agent, err := k.Agent(ctx, agentID)
	if err != nil {
		return err
	}
	if err := k.authorise(agent, signer, ownerOrOperator); err != nil {
		return err
	}
	return k.step(ctx, agent, action, until)
}

// step does what changes nothing but the status; until is when a maintenance window
// or a suspension that begins is over.
func (k *Keeper) step(ctx context.Context, agent types.Agent, action types.Action, until uint64) error {
	bond, err := k.bonds.Get(ctx, agent.Id)
	if err != nil {
		return err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return err
	}
	to, err := agent.State().Next(action, bond.Standing(params.MinBond.Amount))
	if err != nil {
		return err
	}
	_, err = k.moveTo(ctx, agent, to, until)
	return err
}

// moveTo stores an agent's new state and tells it; the same state changes nothing.
// until is when the new status ends by itself, if it does; of an active agent it
// follows from the parameters.
func (k *Keeper) moveTo(ctx context.Context, agent types.Agent, to types.State, until uint64) (types.Agent, error) {
	from := agent.State()
	if to == from {
		return agent, nil
	}
	if to.Status == types.AGENT_STATUS_ACTIVE {
		params, err := k.Params(ctx)
		if err != nil {
			return agent, err
		}
		now, err := k.Now(ctx)
		if err != nil {
			return agent, err
		}
		until = now + params.SilenceSeconds
	}
	if err := k.rearm(ctx, agent.Id, types.TIMER_KIND_STATUS, agent.StatusUntil, until); err != nil {
		return agent, err
	}
	agent.Status, agent.PauseReason, agent.StatusUntil = to.Status, to.Reason, until
	if err := k.agents.Set(ctx, agent.Id, agent); err != nil {
		return agent, err
	}
	return agent, emit(ctx, &types.EventAgentStatusChanged{
		AgentId: agent.Id, OldStatus: from.Status, NewStatus: to.Status, Reason: to.Reason, StatusUntil: until,
	})
}

// RetireAgent ends an agent for good: at once if it has no live work, else with its
// last reservation, and till then it drains. It returns the agent as it is now and
// when the rest of its bond leaves, in unix seconds of market time, or 0 if it drains
// or there is nothing. The signer must be the owner.
func (k *Keeper) RetireAgent(ctx context.Context, signer sdk.AccAddress, agentID uint64) (types.Agent, uint64, error) {
	agent, err := k.Agent(ctx, agentID)
	if err != nil {
		return agent, 0, err
	}
	if err := k.authorise(agent, signer, ownerOnly); err != nil {
		return agent, 0, err
	}
	return k.retire(ctx, agent, types.ActionRetire)
}

// ForceRetire ends an agent as RetireAgent does, for the authority. It returns
// ErrUnauthorized for any other signer.
func (k *Keeper) ForceRetire(ctx context.Context, authority string, agentID uint64) (types.Agent, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), k.authority, authority); err != nil {
		return types.Agent{}, err
	}
	agent, err := k.Agent(ctx, agentID)
	if err != nil {
		return agent, err
	}
	agent, _, err = k.retire(ctx, agent, types.ActionForceRetire)
	return agent, err
}

func (k *Keeper) retire(ctx context.Context, agent types.Agent, action types.Action) (types.Agent, uint64, error) {
	bond, err := k.bonds.Get(ctx, agent.Id)
	if err != nil {
		return agent, 0, err
	}
	to, err := agent.State().Next(action, bond.Standing(sdkmath.ZeroInt()))
	if err != nil {
		return agent, 0, err
	}
	if to.Status != types.AGENT_STATUS_RETIRED {
		agent, err = k.moveTo(ctx, agent, to, 0)
		return agent, 0, err
	}
	return k.end(ctx, agent, bond)
}

// end makes an agent a retired one: it can't be found by its skills any more, what it
// had open is dropped, and all that is free of its bond starts to leave. It returns
// when, or 0 if there is nothing.
func (k *Keeper) end(ctx context.Context, agent types.Agent, bond types.Bond) (types.Agent, uint64, error) {
	profile, err := k.profiles.Get(ctx, agent.Id)
	if err != nil {
		return agent, 0, err
	}
	if err := k.replaceSkills(ctx, agent.Id, profile, types.Profile{}); err != nil {
		return agent, 0, err
	}
	if agent, err = k.dropOpen(ctx, agent); err != nil {
		return agent, 0, err
	}
	if agent, err = k.moveTo(ctx, agent, types.State{Status: types.AGENT_STATUS_RETIRED}, 0); err != nil {
		return agent, 0, err
	}
	if !bond.Free().IsPositive() {
		return agent, 0, nil
	}
	out, err := k.planLastWithdrawal(ctx, agent.Id, bond)
	if err != nil {
		return agent, 0, err
	}
	return agent, out.completesAt, k.startWithdrawal(ctx, out)
}

// finishDraining retires a draining agent whose last reservation was released.
func (k *Keeper) finishDraining(ctx context.Context, agentID uint64, bond types.Bond) error {
	agent, err := k.Agent(ctx, agentID)
	if err != nil {
		return err
	}
	to, err := agent.State().Next(types.ActionDrain, bond.Standing(sdkmath.ZeroInt()))
	if err != nil || to.Status != types.AGENT_STATUS_RETIRED {
		return err
	}
	_, _, err = k.end(ctx, agent, bond)
	return err
}
