package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// An agent has at most one timer of each kind, and its record says when each fires:
// Agent.TimerAt. The queue holds the same times in their order; it is changed only
// by rearm, together with the record.

// rearm moves a timer of an agent from one time to another; 0 is no timer.
func (k *Keeper) rearm(ctx context.Context, agentID uint64, kind types.TimerKind, from, to uint64) error {
	if from == to {
		return nil
	}
	if from != 0 {
		if err := k.disarm(ctx, agentID, kind, from); err != nil {
			return err
		}
	}
	if to == 0 {
		return nil
	}
	return k.timers.Set(ctx, collections.Join3(to, agentID, uint32(kind)))
}

// disarm takes a timer out of the queue, or from among the parked ones.
func (k *Keeper) disarm(ctx context.Context, agentID uint64, kind types.TimerKind, at uint64) error {
	entry := collections.Join3(at, agentID, uint32(kind))
	queued, err := k.timers.Has(ctx, entry)
	if err != nil {
		return err
	}
	if queued {
		return k.timers.Remove(ctx, entry)
	}
	return k.parkedTimers.Remove(ctx, collections.Join(agentID, uint32(kind)))
}

// TriggerTimer does what should have happened to an agent by itself, whether the
// timer waits in the queue or is parked. It returns ErrNothingDue if the agent has no
// timer of the kind, or before its time. Anybody may call it.
func (k *Keeper) TriggerTimer(ctx context.Context, agentID uint64, kind types.TimerKind) error {
	agent, err := k.Agent(ctx, agentID)
	if err != nil {
		return err
	}
	now, err := k.Now(ctx)
	if err != nil {
		return err
	}
	at := agent.TimerAt(kind)
	if at == 0 {
		return types.ErrNothingDue.Wrapf("kind: expected a timer that agent %d has, got %s", agentID, kind)
	}
	if now < at {
		return types.ErrNothingDue.Wrapf("expected market time %d or later, got %d", at, now)
	}
	return k.fire(ctx, agent, kind, now)
}

// fire does what a timer is for. Its time has come.
func (k *Keeper) fire(ctx context.Context, agent types.Agent, kind types.TimerKind, now uint64) error {
	switch kind {
	case types.TIMER_KIND_STATUS:
		return k.endStatus(ctx, agent, now)
	case types.TIMER_KIND_PAYOUT:
		return k.changePayout(ctx, agent)
	case types.TIMER_KIND_TRANSFER:
		return k.endOffer(ctx, agent, true)
	case types.TIMER_KIND_UNSPECIFIED:
	}
	return types.ErrInvalidMessage.Wrapf("kind: expected a known kind such as %s, got %s", types.TIMER_KIND_STATUS, kind)
}

// endStatus does what the agent's status ends with.
func (k *Keeper) endStatus(ctx context.Context, agent types.Agent, now uint64) error {
	switch agent.Status {
	case types.AGENT_STATUS_PENDING:
		return k.removeAgent(ctx, agent)
	case types.AGENT_STATUS_ACTIVE:
		return k.lookAfter(ctx, agent, now)
	case types.AGENT_STATUS_MAINTENANCE:
		return k.step(ctx, agent, types.ActionEndMaintenance, 0)
	case types.AGENT_STATUS_SUSPENDED:
		return k.step(ctx, agent, types.ActionEndSuspension, 0)
	case types.AGENT_STATUS_UNSPECIFIED, types.AGENT_STATUS_PAUSED, types.AGENT_STATUS_DRAINING, types.AGENT_STATUS_RETIRED:
	}
	return types.ErrWrongStatus.Wrapf("expected a status that ends by itself, got %s", agent.Status.Text())
}

// lookAfter pauses an active agent that was not seen for too long. One that was seen
// gets a new time to be looked after: heartbeats never touch the queue.
func (k *Keeper) lookAfter(ctx context.Context, agent types.Agent, now uint64) error {
	params, err := k.Params(ctx)
	if err != nil {
		return err
	}
	seen, err := k.seen(ctx, agent.Id)
	if err != nil {
		return err
	}
	again := seen + params.SilenceSeconds
	if again <= now {
		return k.step(ctx, agent, types.ActionFallSilent, 0)
	}
	if err := k.rearm(ctx, agent.Id, types.TIMER_KIND_STATUS, agent.StatusUntil, again); err != nil {
		return err
	}
	agent.StatusUntil = again
	return k.agents.Set(ctx, agent.Id, agent)
}

// seen returns an agent's last sign of life, in unix seconds of market time.
func (k *Keeper) seen(ctx context.Context, agentID uint64) (uint64, error) {
	at, err := k.lastSeen.Get(ctx, agentID)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return at, err
}

// see notes a sign of life.
func (k *Keeper) see(ctx context.Context, agentID uint64) (uint64, error) {
	now, err := k.Now(ctx)
	if err != nil {
		return 0, err
	}
	return now, k.lastSeen.Set(ctx, agentID, now)
}

// ParkedTimers returns the timers of an agent that failed and wait for TriggerTimer.
func (k *Keeper) ParkedTimers(ctx context.Context, agent types.Agent) ([]types.Timer, error) {
	var parked []types.Timer
	for _, timer := range agent.Timers() {
		waits, err := k.parkedTimers.Has(ctx, collections.Join(agent.Id, uint32(timer.Kind)))
		if err != nil {
			return nil, err
		}
		if waits {
			parked = append(parked, timer)
		}
	}
	return parked, nil
}
