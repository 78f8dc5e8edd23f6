package agent_test

import (
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/agent"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// What a worker tells the chain: that the agent is there, if nobody saw
// it for a day, and that it takes work again, if it was paused for its silence.
func TestHeartbeat(t *testing.T) {
	const day = 24 * 60 * 60
	paused := func(reason registrytypes.PauseReason) func(*registrytypes.AgentRecord) {
		return func(a *registrytypes.AgentRecord) {
			a.Agent.Status, a.Agent.PauseReason = registrytypes.AGENT_STATUS_PAUSED, reason
		}
	}
	const beat, resume = "/aitbc.agentregistry.v1.MsgHeartbeat", "/aitbc.agentregistry.v1.MsgResumeAgent"
	for name, tc := range map[string]struct {
		change      func(*registrytypes.AgentRecord)
		later       uint64
		justResumed bool
		want        string
	}{
		"seen today":            {func(*registrytypes.AgentRecord) {}, day - 1, false, ""},
		"unseen for a day":      {func(*registrytypes.AgentRecord) {}, day, false, beat},
		"silent":                {paused(registrytypes.PAUSE_REASON_SILENCE), 0, false, resume},
		"silent again":          {paused(registrytypes.PAUSE_REASON_SILENCE), 0, true, ""},
		"paused by somebody":    {paused(registrytypes.PAUSE_REASON_REQUESTED), 0, false, ""},
		"paused, and long ago":  {paused(registrytypes.PAUSE_REASON_REQUESTED), 8 * day, false, beat},
		"after a suspension":    {paused(registrytypes.PAUSE_REASON_SUSPENSION), 0, false, ""},
		"retired and forgotten": {func(a *registrytypes.AgentRecord) { a.Agent.Status = registrytypes.AGENT_STATUS_RETIRED }, 8 * day, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.setAgent(tc.change)
			b.chain.market += tc.later
			w, err := agent.New(b.config, b.deps(nil))
			if err != nil {
				t.Fatal(err)
			}
			if err := agent.Beat(t.Context(), w, tc.justResumed); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, msg := range b.chain.sent {
				got = append(got, sdk.MsgTypeURL(msg))
			}
			if tc.want == "" && len(got) > 0 || tc.want != "" && (len(got) != 1 || got[0] != tc.want) {
				t.Errorf("expected %q and no more, got %v", tc.want, got)
			}
			// Once it is told, there is nothing to tell.
			if err := agent.Beat(t.Context(), w, tc.justResumed); err != nil || len(b.chain.sent) != len(got) {
				t.Errorf("expected no more to be sent, got %v (%v)", b.chain.sent, err)
			}
		})
	}
}

// A node that does not answer is asked again later.
func TestHeartbeat_NoAnswer(t *testing.T) {
	b := newBed(t)
	w, err := agent.New(b.config, b.deps(nil))
	if err != nil {
		t.Fatal(err)
	}
	b.chain.setDown(true)
	if err := agent.Beat(t.Context(), w, false); err == nil {
		t.Error("expected an error")
	}
}
