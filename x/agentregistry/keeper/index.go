package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// insert stores a new agent's records, its timers and its index entries.
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
	if err := k.lastSeen.Set(ctx, id, r.LastSeen); err != nil {
		return err
	}
	for _, timer := range r.Agent.Timers() {
		if err := k.rearm(ctx, id, timer.Kind, 0, timer.At); err != nil {
			return err
		}
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

// lockOf returns the name of an agent's bond in escrow and an amount as coins.
func lockOf(agentID uint64, amount sdk.Coin) ([]byte, sdk.Coins) {
	return types.Reference(agentID), sdk.NewCoins(amount)
}
