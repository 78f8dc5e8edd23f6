package agent

import (
	"context"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/internal/pause"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

const (
	// heartbeatAfter is how long an agent goes unseen, in seconds of market time,
	// before the worker says that it is there. The chain pauses agents that are silent
	// for several times as long.
	heartbeatAfter = 24 * 60 * 60
	heartbeatEvery = 10 * time.Minute
	// resumeAtMost is how often a worker resumes its agent, so that one that runs and
	// still misses its deliveries is not hired again and again.
	resumeAtMost = 24 * time.Hour
)

// beatAlways keeps the agent from being taken for gone, until ctx ends.
func (w *Worker) beatAlways(ctx context.Context) {
	var resumed time.Time
	for {
		if err := w.beat(ctx, &resumed); err != nil && ctx.Err() == nil {
			w.log.Warn("the chain was not told that the agent is there", "error", err)
		}
		if err := pause.For(ctx, heartbeatEvery); err != nil {
			return
		}
	}
}

// beat tells the chain that the agent is there, if it was not seen for a day, and
// resumes it if it was paused because nobody saw it or it missed a delivery. An agent
// that somebody paused stays so. Several workers of one agent do no harm: each looks
// first at what the chain has seen.
func (w *Worker) beat(ctx context.Context, resumed *time.Time) error {
	record, err := w.deps.Chain.Agent(ctx, w.config.Agent.ID)
	if err != nil {
		return err
	}
	market, err := w.deps.Chain.MarketTime(ctx)
	if err != nil {
		return err
	}
	agent := record.Agent
	var msg sdk.Msg
	switch silent := agent.PauseReason == registrytypes.PAUSE_REASON_SILENCE; {
	case agent.Status == registrytypes.AGENT_STATUS_RETIRED:
		return nil
	case silent && time.Since(*resumed) >= resumeAtMost:
		msg = &registrytypes.MsgResumeAgent{Signer: w.deps.Signer, AgentId: agent.Id}
	case uint64(max(market.Unix(), 0)) >= record.LastSeen+heartbeatAfter:
		msg = &registrytypes.MsgHeartbeat{Signer: w.deps.Signer, AgentId: agent.Id}
	default:
		return nil
	}
	if _, err := w.deps.Chain.Send(ctx, msg); err != nil {
		return err
	}
	if _, ok := msg.(*registrytypes.MsgResumeAgent); !ok {
		w.log.Info("told the chain that the agent is there", "agent", agent.Id)
		return nil
	}
	*resumed = time.Now()
	w.log.Warn("the agent was paused for its silence, and is resumed", "agent", agent.Id)
	return w.recheckAgent(ctx)
}
