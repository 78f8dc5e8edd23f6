package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
)

// SetPayout lets another address receive what the agent earns, once the delay is over;
// till then the present one does, so that a stolen key can't take what is about to be
// paid. It replaces a change that is on its way, and the present address drops it. It
// returns when the change acts, in unix seconds of market time, or 0 if one was
// dropped. The signer must be the owner.
func (k *Keeper) SetPayout(ctx context.Context, signer sdk.AccAddress, agentID uint64, payout sdk.AccAddress) (uint64, error) {
	agent, err := k.Agent(ctx, agentID)
	if err != nil {
		return 0, err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return 0, err
	}
	now, err := k.Now(ctx)
	if err != nil {
		return 0, err
	}
	if err := k.authorise(agent, signer, ownerOnly); err != nil {
		return 0, err
	}
	if err := agent.Status.Allows(types.ActionSetPayout); err != nil {
		return 0, err
	}
	text, err := k.receiver(payout, "payout")
	if err != nil {
		return 0, err
	}
	if text == agent.Payout {
		if agent.PayoutChange == nil {
			return 0, types.ErrInvalidMessage.Wrapf("payout: expected another than the present one, got %s", text)
		}
		if agent, err = k.dropPayoutChange(ctx, agent); err != nil {
			return 0, err
		}
		return 0, k.agents.Set(ctx, agentID, agent)
	}
	change := &types.PayoutChange{Payout: text, ActsAt: now + params.PayoutDelaySeconds}
	if err := k.rearm(ctx, agentID, types.TIMER_KIND_PAYOUT, agent.TimerAt(types.TIMER_KIND_PAYOUT), change.ActsAt); err != nil {
		return 0, err
	}
	agent.PayoutChange = change
	if err := k.agents.Set(ctx, agentID, agent); err != nil {
		return 0, err
	}
	return change.ActsAt, emit(ctx, &types.EventPayoutChangeStarted{AgentId: agentID, Payout: text, ActsAt: change.ActsAt})
}

// changePayout puts the payout address that was announced into effect.
func (k *Keeper) changePayout(ctx context.Context, agent types.Agent) error {
	if err := k.rearm(ctx, agent.Id, types.TIMER_KIND_PAYOUT, agent.PayoutChange.ActsAt, 0); err != nil {
		return err
	}
	old := agent.Payout
	agent.Payout, agent.PayoutChange = agent.PayoutChange.Payout, nil
	if err := k.agents.Set(ctx, agent.Id, agent); err != nil {
		return err
	}
	return emit(ctx, &types.EventPayoutChanged{AgentId: agent.Id, OldPayout: old, NewPayout: agent.Payout})
}

// dropPayoutChange ends a payout change that is on its way, if there is one. The caller
// stores the agent.
func (k *Keeper) dropPayoutChange(ctx context.Context, agent types.Agent) (types.Agent, error) {
	change := agent.PayoutChange
	if change == nil {
		return agent, nil
	}
	if err := k.rearm(ctx, agent.Id, types.TIMER_KIND_PAYOUT, change.ActsAt, 0); err != nil {
		return agent, err
	}
	agent.PayoutChange = nil
	return agent, emit(ctx, &types.EventPayoutChangeDropped{AgentId: agent.Id, Payout: change.Payout})
}

// receiver returns the text of an address that can receive coins.
func (k *Keeper) receiver(addr sdk.AccAddress, field string) (string, error) {
	text, err := k.addresses.BytesToString(addr)
	if err != nil {
		return "", err
	}
	if k.bank.BlockedAddr(addr) || escrowtypes.IsVault(addr) {
		return "", sdkerrors.ErrInvalidAddress.Wrapf("%s: expected an address that can receive coins, got %s", field, text)
	}
	return text, nil
}
