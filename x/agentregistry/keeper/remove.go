package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// removeAgent deletes an agent that never became active and gives its bond back. It
// never worked, so nothing of the bond has to wait, not even what is on its way out.
// The id is not used again.
func (k *Keeper) removeAgent(ctx context.Context, agent types.Agent) error {
	if err := agent.Status.Allows(types.ActionRemove); err != nil {
		return err
	}
	bond, err := k.bonds.Get(ctx, agent.Id)
	if err != nil {
		return err
	}
	if bond.Bonded.IsPositive() {
		ref, coins := lockOf(agent.Id, types.Uait(bond.Bonded))
		if err := k.escrow.Refund(ctx, ref, coins); err != nil {
			return err
		}
	}
	if err := k.removeUnbondings(ctx, agent.Id); err != nil {
		return err
	}
	if err := k.delete(ctx, agent); err != nil {
		return err
	}
	return emit(ctx, &types.EventAgentRemoved{AgentId: agent.Id, Owner: agent.Owner, Refunded: types.Uait(bond.Bonded)})
}

// removeUnbondings forgets the withdrawals of an agent.
func (k *Keeper) removeUnbondings(ctx context.Context, agentID uint64) error {
	unbondings, err := k.Unbondings(ctx, agentID)
	if err != nil {
		return err
	}
	for _, u := range unbondings {
		if err := k.forgetUnbonding(ctx, u.AgentId, u.CompletesAt); err != nil {
			return err
		}
	}
	return nil
}

// forgetUnbonding takes a withdrawal out of where it waits.
func (k *Keeper) forgetUnbonding(ctx context.Context, agentID, completesAt uint64) error {
	entry := collections.Join(agentID, completesAt)
	if err := k.unbondings.Remove(ctx, entry); err != nil {
		return err
	}
	if err := k.queue.Remove(ctx, collections.Join(completesAt, agentID)); err != nil {
		return err
	}
	return k.parked.Remove(ctx, entry)
}

// delete deletes the records, timers and index entries of an agent.
func (k *Keeper) delete(ctx context.Context, agent types.Agent) error {
	profile, err := k.profiles.Get(ctx, agent.Id)
	if err != nil {
		return err
	}
	parties, err := k.parties(agent)
	if err != nil {
		return err
	}
	for _, timer := range agent.Timers() {
		if err := k.rearm(ctx, agent.Id, timer.Kind, timer.At, 0); err != nil {
			return err
		}
	}
	if err := k.replaceSkills(ctx, agent.Id, profile, types.Profile{}); err != nil {
		return err
	}
	if err := k.byOwner.Remove(ctx, collections.Join(parties.Owner, agent.Id)); err != nil {
		return err
	}
	if err := k.byOperator.Remove(ctx, collections.Join(parties.Operator, agent.Id)); err != nil {
		return err
	}
	for _, remove := range []func(context.Context, uint64) error{
		k.agents.Remove, k.profiles.Remove, k.bonds.Remove, k.lastSeen.Remove,
	} {
		if err := remove(ctx, agent.Id); err != nil {
			return err
		}
	}
	return nil
}

// dropOpen ends the payout change and the offer of ownership that an agent has under
// way, and stores nothing but their timers.
func (k *Keeper) dropOpen(ctx context.Context, agent types.Agent) (types.Agent, error) {
	agent, err := k.dropPayoutChange(ctx, agent)
	if err != nil || agent.Transfer == nil {
		return agent, err
	}
	if err := k.rearm(ctx, agent.Id, types.TIMER_KIND_TRANSFER, agent.Transfer.ExpiresAt, 0); err != nil {
		return agent, err
	}
	to := agent.Transfer.NewOwner
	agent.Transfer = nil
	return agent, emit(ctx, &types.EventTransferEnded{AgentId: agent.Id, NewOwner: to})
}

// moveIndex moves an agent from one key of an index to another.
func moveIndex(
	ctx context.Context, index collections.KeySet[collections.Pair[sdk.AccAddress, uint64]], agentID uint64, from, to sdk.AccAddress,
) error {
	if from.Equals(to) {
		return nil
	}
	if err := index.Remove(ctx, collections.Join(from, agentID)); err != nil {
		return err
	}
	return index.Set(ctx, collections.Join(to, agentID))
}
