package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// insert stores a new agent's three records and its index entries.
func (k *Keeper) insert(ctx context.Context, r types.AgentRecord) error {
	id := r.Agent.Id
	if err := k.agents.Set(ctx, id, r.Agent); err != nil {
		return err
	}
	if err := k.profiles.Set(ctx, id, r.Profile); err != nil {
		return err
	}
	if err := k.bonds.Set(ctx, id, r.Bond); err != nil {
		return err
	}
	parties, err := k.parties(r.Agent)
	if err != nil {
		return err
	}
	if err := k.byOwner.Set(ctx, collections.Join(parties.Owner, id)); err != nil {
		return err
	}
	if err := k.byOperator.Set(ctx, collections.Join(parties.Operator, id)); err != nil {
		return err
	}
	if r.Agent.Status == types.AGENT_STATUS_RETIRED {
		return nil
	}
	return k.replaceSkills(ctx, id, types.Profile{}, r.Profile)
}

// replaceSkills moves the skill index from one profile of an agent to another.
// Skills that stay are not written.
func (k *Keeper) replaceSkills(ctx context.Context, agentID uint64, from, to types.Profile) error {
	old, kept := from.SkillIDs(), make(map[string]bool, len(to.Skills))
	for _, skill := range to.SkillIDs() {
		kept[skill] = true
	}
	had := make(map[string]bool, len(old))
	for _, skill := range old {
		had[skill] = true
		if kept[skill] {
			continue
		}
		if err := k.bySkill.Remove(ctx, collections.Join(skill, agentID)); err != nil {
			return err
		}
	}
	for _, skill := range to.SkillIDs() {
		if had[skill] {
			continue
		}
		if err := k.bySkill.Set(ctx, collections.Join(skill, agentID)); err != nil {
			return err
		}
	}
	return nil
}

// parties returns the keys of an agent as addresses.
func (k *Keeper) parties(agent types.Agent) (types.Parties, error) {
	owner, err := k.addresses.StringToBytes(agent.Owner)
	if err != nil {
		return types.Parties{}, err
	}
	operator, err := k.addresses.StringToBytes(agent.Operator)
	if err != nil {
		return types.Parties{}, err
	}
	payout, err := k.addresses.StringToBytes(agent.Payout)
	return types.Parties{Owner: owner, Operator: operator, Payout: payout}, err
}

// moveTo stores an agent's new status, with the reason if it is a pause, and tells it;
// the same status changes nothing.
func (k *Keeper) moveTo(
	ctx context.Context, agent types.Agent, status types.AgentStatus, reason types.PauseReason,
) (types.Agent, error) {
	old := agent.Status
	if status == old {
		return agent, nil
	}
	agent.Status, agent.PauseReason = status, reason
	if err := k.agents.Set(ctx, agent.Id, agent); err != nil {
		return agent, err
	}
	return agent, emit(ctx, &types.EventAgentStatusChanged{AgentId: agent.Id, OldStatus: old, NewStatus: status, Reason: reason})
}

// lockOf returns the name of an agent's bond in escrow and an amount as coins.
func lockOf(agentID uint64, amount sdk.Coin) ([]byte, sdk.Coins) {
	return types.Reference(agentID), sdk.NewCoins(amount)
}
