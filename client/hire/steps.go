package hire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/client"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// uploads counts the attempts to hand over the input.
type uploads struct {
	done bool
	// polls are left until the next attempt, and next is their number after that.
	polls, next int
}

// upload tries to hand over the input. The agent may be away for a while; it is tried
// again until the delivery deadline ends it.
func (r *run) upload(ctx context.Context) error {
	if r.uploads.done {
		return nil
	}
	if r.uploads.polls > 0 {
		r.uploads.polls--
		return nil
	}
	sealed, err := os.ReadFile(r.files.path(inputFile))
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	o := r.files.order
	err = r.config.Transport.PutInput(ctx, r.agentURL(ctx), o.Client, r.job.Job.Sequence, milestone, o.input(), bytes.NewReader(sealed))
	switch {
	case err == nil:
		r.uploads.done = true
		r.tell(Event{Step: StepUploaded, Job: &r.job})
		return nil
	case ctx.Err() != nil:
		return err
	}
	r.waiting(fmt.Errorf("hand the input to agent %d: %w", o.AgentID, err))
	r.uploads.next = min(2*r.uploads.next+1, int(maxPause/pollInterval))
	r.uploads.polls = r.uploads.next
	return nil
}

// agentURL is where the agent was when it was hired, or where its profile says it is
// now, if it was not to be found there.
func (r *run) agentURL(ctx context.Context) string {
	if r.uploads.next > 0 {
		agent, err := r.config.Market.Agent(ctx, r.files.order.AgentID)
		if url := endpointOf(agent.Profile); err == nil && url != "" {
			return url
		}
	}
	return r.files.order.AgentURL
}

// review gets the result and does what the client decides, once.
func (r *run) review(ctx context.Context) error {
	if r.reviewed {
		return nil // too late for a decision; the end of the job is due
	}
	r.reviewed = true
	r.tell(Event{Step: StepSubmitted, Job: &r.job})
	if err := r.receive(ctx); err != nil {
		return err
	}
	now, err := ask(ctx, r, r.config.Market.Now)
	if err != nil {
		return err
	}
	deadline := r.job.Progress.Deadline
	if now >= deadline {
		return nil
	}
	decision, err := r.config.Decide(ctx, Review{
		Ref: r.files.order.ClientRef, Job: r.job, Place: r.files.state.Place, Problem: r.problem, SecondsLeft: deadline - now,
	})
	switch {
	case err != nil:
		return err
	case decision == Leave:
		r.left = true
		return nil
	default:
		return r.decide(ctx, decision)
	}
}

// decide carries out a decision. If the time for it runs out meanwhile, the job has
// ended by silence, and that is no error here.
func (r *run) decide(ctx context.Context, d Decision) error {
	j := r.job.Job
	step, msg := StepAccepted, sdk.Msg(&jobmarkettypes.MsgAcceptMilestone{Client: j.Client, Sequence: j.Sequence, Milestone: milestone})
	if d == Reject {
		reason := jobmarkettypes.REJECT_REASON_INCORRECT
		if r.problem != nil {
			reason = r.problem.Reason
		}
		step = StepRejected
		msg = &jobmarkettypes.MsgRejectMilestone{Client: j.Client, Sequence: j.Sequence, Milestone: milestone, Reason: reason}
	}
	_, err := r.act(ctx, step, msg, r.ended)
	return err
}

func (r *run) ended() bool { return r.job.Progress.Ended() }

// waive takes the refund of a missed delivery. If the chain refuses, it refunds by
// itself a little later.
func (r *run) waive(ctx context.Context) error {
	if r.missed {
		return nil
	}
	r.missed = true
	r.tell(Event{Step: StepMissed, Job: &r.job})
	j := r.job.Job
	_, err := r.act(ctx, StepWaived, &jobmarkettypes.MsgWaiveMilestone{
		Client: j.Client, Sequence: j.Sequence, Milestone: milestone,
	}, r.ended)
	refused := (*client.TxError)(nil)
	if errors.As(err, &refused) {
		r.waiting(fmt.Errorf("take the refund at once: %w", err))
		return nil
	}
	return err
}
