package types_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aitbc/aitbc/testutil/golden"
	"github.com/aitbc/aitbc/x/agentregistry/types"
)

func statuses() []types.AgentStatus {
	return []types.AgentStatus{
		types.AGENT_STATUS_UNSPECIFIED, types.AGENT_STATUS_PENDING, types.AGENT_STATUS_ACTIVE, types.AGENT_STATUS_PAUSED,
		types.AGENT_STATUS_MAINTENANCE, types.AGENT_STATUS_DRAINING, types.AGENT_STATUS_SUSPENDED, types.AGENT_STATUS_RETIRED,
	}
}

// The whole state machine: each status and action, with a stake one below the
// minimum, at it, and at it with live work.
func TestState_Next_Golden(t *testing.T) {
	cases := []types.Standing{
		{Stake: number(24), MinBond: number(25)},
		{Stake: number(25), MinBond: number(25)},
		{Stake: number(25), MinBond: number(25), Reservations: 1},
	}
	var table strings.Builder
	row := func(cells ...any) { fmt.Fprintf(&table, "%-12s| %-19s| %-28s| %-28s| %s\n", cells...) }
	row("status", "action", "below the minimum", "at the minimum", "at the minimum, live work")
	for _, status := range statuses() {
		for _, action := range types.Actions() {
			cells := []any{status.Text(), action.String()}
			for _, standing := range cases {
				cells = append(cells, outcome(t, status, action, standing))
			}
			row(cells...)
		}
	}
	golden.Check(t, "machine", table.String())
}

func outcome(t *testing.T, status types.AgentStatus, action types.Action, standing types.Standing) string {
	t.Helper()
	from := types.State{Status: status}
	if status == types.AGENT_STATUS_PAUSED {
		from.Reason = types.PAUSE_REASON_REQUESTED
	}
	got, err := from.Next(action, standing)
	if err != nil {
		if got != from {
			t.Errorf("%s %s: expected the state unchanged with an error, got %s", status, action, got)
		}
		return "! " + reason(err)
	}
	if (got.Status == types.AGENT_STATUS_PAUSED) != (got.Reason != types.PAUSE_REASON_UNSPECIFIED) {
		t.Errorf("%s %s: expected a reason exactly if it is paused, got %s", status, action, got)
	}
	if got.Status == types.AGENT_STATUS_UNSPECIFIED {
		return "removed"
	}
	return got.String()
}

func reason(err error) string {
	for _, known := range []error{types.ErrWrongStatus, types.ErrInsufficientBond} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return err.Error()
}

func TestAgentStatus_CheckHireable(t *testing.T) {
	for _, status := range statuses() {
		for _, stake := range []int64{24, 25} {
			err := status.CheckHireable(7, types.Standing{Stake: number(stake), MinBond: number(25)})
			hireable := status == types.AGENT_STATUS_ACTIVE && stake == 25
			if hireable && err != nil {
				t.Errorf("%s with %d: expected no error, got %v", status, stake, err)
			}
			if !hireable && (!errors.Is(err, types.ErrNotHireable) || !strings.Contains(err.Error(), "agent 7")) {
				t.Errorf("%s with %d: expected %v about agent 7, got %v", status, stake, types.ErrNotHireable, err)
			}
		}
	}
}

func TestAction_String(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range types.Actions() {
		if seen[a.String()] || strings.HasPrefix(a.String(), "unknown") {
			t.Errorf("action %d: expected a name of its own, got %q", a, a)
		}
		seen[a.String()] = true
	}
	if got := types.Action(0).String(); got != "unknown action" {
		t.Errorf("expected an unknown action, got %q", got)
	}
}
