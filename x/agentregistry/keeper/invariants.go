package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// CheckInvariants returns an error if the stored state is not one that the module
// can reach: what a genesis state must fulfil (bonds are the sums of their
// entries, reserved + unbonding <= bonded, statuses fit their bonds), and besides
// that escrow holds exactly the bonds, that the indexes say what the records say,
// and that each withdrawal and each timer waits in one place.
func (k *Keeper) CheckInvariants(ctx context.Context) error {
	gs, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := gs.Validate(); err != nil {
		return err
	}
	skills := 0
	for _, r := range gs.Agents {
		if err := k.checkLock(ctx, r.Agent.Id, r.Bond); err != nil {
			return err
		}
		n, err := k.checkIndexes(ctx, r)
		if err != nil {
			return err
		}
		skills += n
	}
	if err := k.checkWaiting(ctx, gs); err != nil {
		return err
	}
	if err := k.checkTimers(ctx, gs); err != nil {
		return err
	}
	// Every record has its entries; with as many entries as expected there are no
	// others.
	agents := len(gs.Agents)
	if err := checkSize(ctx, "agents_by_owner", k.byOwner, agents); err != nil {
		return err
	}
	if err := checkSize(ctx, "agents_by_operator", k.byOperator, agents); err != nil {
		return err
	}
	if err := checkSize(ctx, "agents_by_skill", k.bySkill, skills); err != nil {
		return err
	}
	if err := checkMapSize(ctx, "profiles", k.profiles, agents); err != nil {
		return err
	}
	if err := checkMapSize(ctx, "last_seen", k.lastSeen, agents); err != nil {
		return err
	}
	return checkMapSize(ctx, "bonds", k.bonds, agents)
}

// checkTimers checks that every timer that an agent has is either in the queue or
// parked, and that there are no others.
func (k *Keeper) checkTimers(ctx context.Context, gs *types.GenesisState) error {
	timers := 0
	for _, r := range gs.Agents {
		for _, timer := range r.Agent.Timers() {
			timers++
			queued, err := k.timers.Has(ctx, collections.Join3(timer.At, timer.AgentId, uint32(timer.Kind)))
			if err != nil {
				return err
			}
			parked, err := k.parkedTimers.Has(ctx, collections.Join(timer.AgentId, uint32(timer.Kind)))
			if err != nil {
				return err
			}
			if queued == parked {
				return types.ErrInvariantBroken.Wrapf("timers: expected %v in one place, got queued %t and parked %t", timer, queued, parked)
			}
		}
	}
	return checkSize(ctx, "timers", k.timers, timers-len(gs.ParkedTimers))
}

// checkLock compares a bond with what escrow holds for it.
func (k *Keeper) checkLock(ctx context.Context, agentID uint64, bond types.Bond) error {
	locked, err := k.escrow.Locked(ctx, types.Reference(agentID))
	if err != nil {
		return err
	}
	if want := sdk.NewCoins(types.Uait(bond.Bonded)); !locked.Equal(want) {
		return types.ErrInvariantBroken.Wrapf("bond of agent %d: expected %s in escrow, got %s", agentID, types.Uait(bond.Bonded), locked)
	}
	return nil
}

// checkIndexes checks that an agent is found by what it is, and returns in how
// many places of the skill index.
func (k *Keeper) checkIndexes(ctx context.Context, r types.AgentRecord) (int, error) {
	id := r.Agent.Id
	parties, err := k.parties(r.Agent)
	if err != nil {
		return 0, err
	}
	if found, err := k.byOwner.Has(ctx, collections.Join(parties.Owner, id)); err != nil || !found {
		return 0, missing("agents_by_owner", id, err)
	}
	if found, err := k.byOperator.Has(ctx, collections.Join(parties.Operator, id)); err != nil || !found {
		return 0, missing("agents_by_operator", id, err)
	}
	if r.Agent.Status == types.AGENT_STATUS_RETIRED {
		return 0, nil
	}
	for _, skill := range r.Profile.SkillIDs() {
		if found, err := k.bySkill.Has(ctx, collections.Join(skill, id)); err != nil || !found {
			return 0, missing("agents_by_skill", id, err)
		}
	}
	return len(r.Profile.Skills), nil
}

func missing(index string, id uint64, err error) error {
	if err != nil {
		return err
	}
	return types.ErrInvariantBroken.Wrapf("%s: expected an entry of agent %d, got none", index, id)
}

// checkWaiting checks that every withdrawal is either in the queue or parked.
func (k *Keeper) checkWaiting(ctx context.Context, gs *types.GenesisState) error {
	for _, u := range gs.Unbondings {
		queued, err := k.queue.Has(ctx, collections.Join(u.CompletesAt, u.AgentId))
		if err != nil || !queued {
			return missing("queue", u.AgentId, err)
		}
	}
	if err := checkSize(ctx, "queue", k.queue, len(gs.Unbondings)); err != nil {
		return err
	}
	return checkSize(ctx, "parked", k.parked, len(gs.ParkedUnbondings))
}

func checkSize[K any](ctx context.Context, name string, set collections.KeySet[K], want int) error {
	got := 0
	err := set.Walk(ctx, nil, func(K) (bool, error) { got++; return false, nil })
	return compareSizes(name, got, want, err)
}

func checkMapSize[V any](ctx context.Context, name string, records collections.Map[uint64, V], want int) error {
	got := 0
	err := records.Walk(ctx, nil, func(uint64, V) (bool, error) { got++; return false, nil })
	return compareSizes(name, got, want, err)
}

func compareSizes(name string, got, want int, err error) error {
	if err == nil && got != want {
		return types.ErrInvariantBroken.Wrapf("%s: expected %d entries, got %d", name, want, got)
	}
	return err
}
