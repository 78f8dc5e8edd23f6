package types

import (
	"maps"

	sdkmath "cosmossdk.io/math"
)

// Action is something that can happen to an agent.
type Action uint8

// Who acts stands behind each.
const (
	ActionUpdate         Action = iota + 1 // owner or operator
	ActionSetOperator                      // owner
	ActionSetPayout                        // owner
	ActionTransfer                         // owner, and the new owner
	ActionBond                             // owner
	ActionUnbond                           // owner
	ActionReserve                          // a higher module
	ActionDrain                            // a higher module that released the last reservation
	ActionHeartbeat                        // owner or operator
	ActionAttest                           // anybody
	ActionPause                            // owner or operator
	ActionResume                           // owner or operator
	ActionMaintain                         // owner or operator
	ActionEndMaintenance                   // a timer
	ActionFallSilent                       // a timer, or a higher module that missed a delivery
	ActionRemove                           // a timer
	ActionRetire                           // owner
	ActionForceRetire                      // the authority
	ActionSuspend                          // the authority
	ActionEndSuspension                    // a timer, or the authority
)

// verbs are the actions in words, in order.
var verbs = []string{
	"update", "set the operator", "set the payout", "transfer", "bond", "unbond", "reserve", "drain", "give a heartbeat",
	"attest", "pause", "resume", "start maintenance", "end maintenance", "fall silent", "remove", "retire", "force to retire",
	"suspend", "end the suspension",
}

// Actions returns all actions in order.
func Actions() []Action {
	actions := make([]Action, len(verbs))
	for i := range actions {
		actions[i] = Action(i + 1)
	}
	return actions
}

// String returns the verb.
func (a Action) String() string {
	if a == 0 || int(a) > len(verbs) {
		return "unknown action"
	}
	return verbs[a-1]
}

// State is where an agent stands: its status, and why it is paused.
type State struct {
	// Status is the status; AGENT_STATUS_UNSPECIFIED of an agent that is removed.
	Status AgentStatus
	// Reason is set exactly if the status is AGENT_STATUS_PAUSED.
	Reason PauseReason
}

// String returns the state in words, such as "paused (silence)".
func (s State) String() string {
	if s.Reason == PAUSE_REASON_UNSPECIFIED {
		return s.Status.Text()
	}
	return s.Status.Text() + " (" + s.Reason.Text() + ")"
}

// next is the state machine of an agent: what an action makes of a status. What is
// not in it can't happen. State.Next adds what depends on the bond.
var next = map[AgentStatus]map[Action]AgentStatus{
	AGENT_STATUS_PENDING: merge(keeps(AGENT_STATUS_PENDING,
		ActionUpdate, ActionSetOperator, ActionSetPayout, ActionTransfer, ActionBond, ActionUnbond, ActionHeartbeat, ActionFallSilent,
	), map[Action]AgentStatus{
		// A removed agent has no status.
		ActionRemove: AGENT_STATUS_UNSPECIFIED,
	}),
	AGENT_STATUS_ACTIVE: merge(keeps(AGENT_STATUS_ACTIVE, working...), keeps(AGENT_STATUS_ACTIVE,
		ActionTransfer, ActionUnbond,
	), map[Action]AgentStatus{
		ActionPause:       AGENT_STATUS_PAUSED,
		ActionFallSilent:  AGENT_STATUS_PAUSED,
		ActionMaintain:    AGENT_STATUS_MAINTENANCE,
		ActionRetire:      AGENT_STATUS_DRAINING,
		ActionForceRetire: AGENT_STATUS_DRAINING,
		ActionSuspend:     AGENT_STATUS_SUSPENDED,
	}),
	AGENT_STATUS_PAUSED: merge(keeps(AGENT_STATUS_PAUSED, working...), keeps(AGENT_STATUS_PAUSED,
		ActionTransfer, ActionUnbond, ActionFallSilent,
	), map[Action]AgentStatus{
		ActionResume:      AGENT_STATUS_ACTIVE,
		ActionRetire:      AGENT_STATUS_DRAINING,
		ActionForceRetire: AGENT_STATUS_DRAINING,
		ActionSuspend:     AGENT_STATUS_SUSPENDED,
	}),
	AGENT_STATUS_MAINTENANCE: merge(keeps(AGENT_STATUS_MAINTENANCE, working...), keeps(AGENT_STATUS_MAINTENANCE,
		ActionTransfer, ActionUnbond, ActionFallSilent,
	), map[Action]AgentStatus{
		ActionPause:          AGENT_STATUS_PAUSED,
		ActionResume:         AGENT_STATUS_ACTIVE,
		ActionEndMaintenance: AGENT_STATUS_ACTIVE,
		ActionRetire:         AGENT_STATUS_DRAINING,
		ActionForceRetire:    AGENT_STATUS_DRAINING,
		ActionSuspend:        AGENT_STATUS_SUSPENDED,
	}),
	AGENT_STATUS_DRAINING: merge(keeps(AGENT_STATUS_DRAINING, working...), keeps(AGENT_STATUS_DRAINING,
		ActionUnbond, ActionFallSilent,
	), map[Action]AgentStatus{
		ActionDrain:   AGENT_STATUS_RETIRED,
		ActionSuspend: AGENT_STATUS_SUSPENDED,
	}),
	AGENT_STATUS_SUSPENDED: merge(keeps(AGENT_STATUS_SUSPENDED, working...), keeps(AGENT_STATUS_SUSPENDED,
		ActionFallSilent,
	), map[Action]AgentStatus{
		ActionEndSuspension: AGENT_STATUS_PAUSED,
		ActionForceRetire:   AGENT_STATUS_DRAINING,
	}),
	AGENT_STATUS_RETIRED: keeps(AGENT_STATUS_RETIRED, ActionFallSilent),
}

// working are the actions of every agent that can have live work, whatever its
// status: what was begun can be finished, and may need more bond.
var working = []Action{
	ActionUpdate, ActionSetOperator, ActionSetPayout, ActionBond, ActionReserve, ActionDrain, ActionHeartbeat, ActionAttest,
}

func keeps(status AgentStatus, actions ...Action) map[Action]AgentStatus {
	m := make(map[Action]AgentStatus, len(actions))
	for _, a := range actions {
		m[a] = status
	}
	return m
}

// merge joins tables; of two entries for one action the later counts.
func merge(tables ...map[Action]AgentStatus) map[Action]AgentStatus {
	all := map[Action]AgentStatus{}
	for _, table := range tables {
		maps.Copy(all, table)
	}
	return all
}

// Standing is what the state machine needs to know of a bond.
type Standing struct {
	// Stake is Bond.Stake as it would be after the action, in uait.
	Stake sdkmath.Int
	// MinBond is the parameter, in uait.
	MinBond sdkmath.Int
	// Reservations is the number of live ones, after the action.
	Reservations uint32
}

// Sufficient reports whether the stake is enough to be hired.
func (s Standing) Sufficient() bool { return s.Stake.GTE(s.MinBond) }

// Allows returns ErrWrongStatus for an action that the status does not allow,
// whatever the bond.
func (s AgentStatus) Allows(action Action) error {
	if _, allowed := next[s][action]; !allowed {
		return ErrWrongStatus.Wrapf("the agent is %s, which does not allow to %s", s.Text(), action)
	}
	return nil
}

// Next returns the state after an action. It returns ErrWrongStatus for an action
// that the status does not allow, and ErrInsufficientBond for one that needs the
// minimum bond.
func (s State) Next(action Action, standing Standing) (State, error) {
	if err := s.Status.Allows(action); err != nil {
		return s, err
	}
	to, err := s.Status.target(action, standing)
	if err != nil {
		return s, err
	}
	if to == s.Status {
		return s, nil
	}
	return State{Status: to, Reason: reasonOf(to, action)}, nil
}

// target returns the status after an action that the status allows.
func (s AgentStatus) target(action Action, standing Standing) (AgentStatus, error) {
	to := next[s][action]
	switch {
	case action == ActionBond && s == AGENT_STATUS_PENDING && standing.Sufficient():
		return AGENT_STATUS_ACTIVE, nil
	case action == ActionUnbond && s == AGENT_STATUS_ACTIVE && !standing.Sufficient():
		return s, ErrInsufficientBond.Wrapf("amount: expected to leave an active agent at least %s, got %s left; pause it to take out more",
			Uait(standing.MinBond), Uait(standing.Stake))
	case action == ActionResume && !standing.Sufficient():
		return s, ErrInsufficientBond.Wrapf("expected a bond of at least %s, withdrawals not counted, got %s",
			Uait(standing.MinBond), Uait(standing.Stake))
	case action == ActionEndMaintenance && !standing.Sufficient():
		return AGENT_STATUS_PAUSED, nil
	case action == ActionDrain && standing.Reservations > 0:
		return s, nil
	case to == AGENT_STATUS_DRAINING && to != s && standing.Reservations == 0:
		return AGENT_STATUS_RETIRED, nil
	}
	return to, nil
}

// reasonOf returns why an action paused an agent.
func reasonOf(to AgentStatus, action Action) PauseReason {
	switch {
	case to != AGENT_STATUS_PAUSED:
		return PAUSE_REASON_UNSPECIFIED
	case action == ActionFallSilent:
		return PAUSE_REASON_SILENCE
	case action == ActionEndSuspension:
		return PAUSE_REASON_SUSPENSION
	case action == ActionEndMaintenance:
		return PAUSE_REASON_BOND
	default:
		return PAUSE_REASON_REQUESTED
	}
}
