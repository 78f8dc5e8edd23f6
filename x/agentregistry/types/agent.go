package types

import (
	"strings"

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

// Text returns the reason in words, such as "silence".
func (r PauseReason) Text() string {
	return strings.ToLower(strings.TrimPrefix(r.String(), "PAUSE_REASON_"))
}

// State returns the agent's status with the reason why it is paused.
func (a Agent) State() State { return State{Status: a.Status, Reason: a.PauseReason} }

// HasStatusTimer reports whether agents of a status have a timer that ends it, or
// that looks after them.
func (s AgentStatus) HasStatusTimer() bool {
	switch s {
	case AGENT_STATUS_PENDING, AGENT_STATUS_ACTIVE, AGENT_STATUS_MAINTENANCE, AGENT_STATUS_SUSPENDED:
		return true
	case AGENT_STATUS_UNSPECIFIED, AGENT_STATUS_PAUSED, AGENT_STATUS_DRAINING, AGENT_STATUS_RETIRED:
	}
	return false
}

// Timers returns the timers that the agent has, by kind: at most one of each.
func (a Agent) Timers() []Timer {
	var timers []Timer
	for _, kind := range []TimerKind{TIMER_KIND_STATUS, TIMER_KIND_PAYOUT, TIMER_KIND_TRANSFER} {
		if at := a.TimerAt(kind); at > 0 {
			timers = append(timers, Timer{AgentId: a.Id, Kind: kind, At: at})
		}
	}
	return timers
}

// TimerAt returns when a timer of the agent fires, in unix seconds of market time;
// 0 if it has none of the kind.
func (a Agent) TimerAt(kind TimerKind) uint64 {
	switch {
	case kind == TIMER_KIND_STATUS:
		return a.StatusUntil
	case kind == TIMER_KIND_PAYOUT && a.PayoutChange != nil:
		return a.PayoutChange.ActsAt
	case kind == TIMER_KIND_TRANSFER && a.Transfer != nil:
		return a.Transfer.ExpiresAt
	}
	return 0
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
