package types

import (
	"strings"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Parties are the keys of an agent as addresses.
type Parties struct {
	// Owner controls the agent and owns its bond.
	Owner sdk.AccAddress
	// Operator signs the daily work.
	Operator sdk.AccAddress
	// Payout receives what the agent earns.
	Payout sdk.AccAddress
}

// Text returns the status in words, such as "active".
func (s AgentStatus) Text() string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "AGENT_STATUS_"))
}

// Action is something that can happen to an agent.
type Action uint8

// Who acts stands behind each.
const (
	ActionUpdate      Action = iota + 1 // owner or operator
	ActionSetOperator                   // owner
	ActionBond                          // owner
	ActionUnbond                        // owner
	ActionReserve                       // a higher module
	ActionPause                         // owner or operator
	ActionResume                        // owner or operator
	ActionRetire                        // owner
	ActionFallSilent                    // a higher module that waited in vain
)

// Actions returns all actions in order.
func Actions() []Action {
	return []Action{
		ActionUpdate, ActionSetOperator, ActionBond, ActionUnbond, ActionReserve, ActionPause, ActionResume, ActionRetire,
		ActionFallSilent,
	}
}

// String returns the verb.
func (a Action) String() string {
	switch a {
	case ActionUpdate:
		return "update"
	case ActionSetOperator:
		return "set the operator"
	case ActionBond:
		return "bond"
	case ActionUnbond:
		return "unbond"
	case ActionReserve:
		return "reserve"
	case ActionPause:
		return "pause"
	case ActionResume:
		return "resume"
	case ActionRetire:
		return "retire"
	case ActionFallSilent:
		return "fall silent"
	default:
		return "unknown action"
	}
}

// next is the state machine of an agent: what an action makes of a status. What is
// not in it can't happen. Next adds what depends on the bond.
var next = map[AgentStatus]map[Action]AgentStatus{
	AGENT_STATUS_PENDING: {
		ActionUpdate:      AGENT_STATUS_PENDING,
		ActionSetOperator: AGENT_STATUS_PENDING,
		ActionBond:        AGENT_STATUS_PENDING,
		ActionUnbond:      AGENT_STATUS_PENDING,
		ActionRetire:      AGENT_STATUS_RETIRED,
		ActionFallSilent:  AGENT_STATUS_PENDING,
	},
	AGENT_STATUS_ACTIVE: {
		ActionUpdate:      AGENT_STATUS_ACTIVE,
		ActionSetOperator: AGENT_STATUS_ACTIVE,
		ActionBond:        AGENT_STATUS_ACTIVE,
		ActionUnbond:      AGENT_STATUS_ACTIVE,
		ActionReserve:     AGENT_STATUS_ACTIVE,
		ActionPause:       AGENT_STATUS_PAUSED,
		ActionRetire:      AGENT_STATUS_RETIRED,
		ActionFallSilent:  AGENT_STATUS_PAUSED,
	},
	// What a paused agent has begun it can finish, and that may need more bond.
	AGENT_STATUS_PAUSED: {
		ActionUpdate:      AGENT_STATUS_PAUSED,
		ActionSetOperator: AGENT_STATUS_PAUSED,
		ActionBond:        AGENT_STATUS_PAUSED,
		ActionUnbond:      AGENT_STATUS_PAUSED,
		ActionReserve:     AGENT_STATUS_PAUSED,
		ActionResume:      AGENT_STATUS_ACTIVE,
		ActionRetire:      AGENT_STATUS_RETIRED,
		ActionFallSilent:  AGENT_STATUS_PAUSED,
	},
	AGENT_STATUS_RETIRED: {
		ActionFallSilent: AGENT_STATUS_RETIRED,
	},
}

// Standing is what the state machine needs to know of a bond.
type Standing struct {
	// Stake is Bond.Stake as it would be after the action, in uait.
	Stake sdkmath.Int
	// MinBond is the parameter, in uait.
	MinBond sdkmath.Int
	// Reservations is the number of live ones.
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

// Next returns the status after an action. It returns ErrWrongStatus for an action
// that the status does not allow, ErrInsufficientBond for one that needs the
// minimum bond, and ErrLiveReservations for the end of an agent with live work.
func (s AgentStatus) Next(action Action, standing Standing) (AgentStatus, error) {
	if err := s.Allows(action); err != nil {
		return s, err
	}
	to := next[s][action]
	switch action {
	case ActionBond:
		if s == AGENT_STATUS_PENDING && standing.Sufficient() {
			to = AGENT_STATUS_ACTIVE
		}
	case ActionUnbond:
		if s == AGENT_STATUS_ACTIVE && !standing.Sufficient() {
			return s, ErrInsufficientBond.Wrapf("amount: expected to leave an active agent at least %s, got %s left; pause it to take out more",
				Uait(standing.MinBond), Uait(standing.Stake))
		}
	case ActionResume:
		if !standing.Sufficient() {
			return s, ErrInsufficientBond.Wrapf("expected a bond of at least %s, withdrawals not counted, got %s",
				Uait(standing.MinBond), Uait(standing.Stake))
		}
	case ActionRetire:
		if standing.Reservations != 0 {
			return s, ErrLiveReservations.Wrapf("expected no live reservations, got %d; pause the agent and finish its work first",
				standing.Reservations)
		}
	case ActionUpdate, ActionSetOperator, ActionReserve, ActionPause, ActionFallSilent:
	}
	return to, nil
}

// CheckHireable returns ErrNotHireable with the reason why an agent can't be
// hired, or nil.
func (s AgentStatus) CheckHireable(agentID uint64, standing Standing) error {
	if s != AGENT_STATUS_ACTIVE {
		return ErrNotHireable.Wrapf("expected agent %d to be active, got %s", agentID, s.Text())
	}
	if !standing.Sufficient() {
		return ErrNotHireable.Wrapf("expected agent %d to have a bond of at least %s, withdrawals not counted, got %s",
			agentID, Uait(standing.MinBond), Uait(standing.Stake))
	}
	return nil
}
