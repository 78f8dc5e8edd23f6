package hire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// run sees a hire through.
func (h *Hirer) run(ctx context.Context, f *files) (Outcome, error) {
	r := &run{Hirer: h, files: f}
	err := r.post(ctx)
	if err == nil {
		err = r.follow(ctx)
	}
	if over := ctx.Err(); err != nil && over != nil && !errors.Is(err, over) {
		err = fmt.Errorf("%w: %w", over, err)
	}
	return r.outcome(), err
}

// run is a hire under way.
type run struct {
	*Hirer
	files *files
	// job is where it stood when the chain was last asked.
	job jobmarkettypes.JobRecord

	uploads  uploads
	told     string       // the last reason to wait
	missed   bool         // the missed delivery was dealt with
	reviewed bool         // the result was
	problem  *ResultError // why there is no result
	left     bool         // the client decided nothing
}

func (r *run) outcome() Outcome {
	o := Outcome{
		Ref: r.files.order.ClientRef, Job: r.job, Place: r.files.state.Place, Problem: r.problem, Txs: r.files.state.Txs,
	}
	if r.job.Job.Sequence > 0 && r.job.Progress.Ended() {
		o.Ended, o.Receipt = true, jobmarkettypes.NewReceipt(r.job)
	}
	return o
}

func (r *run) tell(e Event) {
	e.Ref = r.files.order.ClientRef
	r.config.Progress(e)
}

// waiting tells why something is tried again, once for each reason.
func (r *run) waiting(err error) {
	if text := err.Error(); text != r.told {
		r.told = text
		r.tell(Event{Step: StepWaiting, Err: err})
	}
}

// post makes sure that the job is on the chain, once.
func (r *run) post(ctx context.Context) error {
	err := r.refresh(ctx)
	known := err == nil
	switch {
	case errors.Is(err, ErrNotFound) && r.files.state.Sequence > 0:
		return fmt.Errorf("hire %s: expected job %d of %s on chain %s, which doesn't know it: the node is behind, or the chain was begun anew",
			r.files.order.ClientRef, r.files.state.Sequence, r.files.order.Client, r.files.order.ChainID)
	case errors.Is(err, ErrNotFound):
		if err = r.stillThere(ctx); err == nil {
			known, err = r.act(ctx, StepPosted, r.files.order.message(), func() bool { return r.job.Job.Sequence > 0 })
		}
	}
	if err != nil {
		return err
	}
	if known {
		r.tell(Event{Step: StepPosted, Job: &r.job})
	}
	return r.files.note(func(s *state) { s.Sequence = r.job.Job.Sequence })
}

// stillThere returns an error unless the agent can still open the input: it was sealed
// before, perhaps long ago.
func (r *run) stillThere(ctx context.Context) error {
	o := r.files.order
	agent, err := ask(ctx, r, func(ctx context.Context) (registrytypes.AgentRecord, error) {
		return r.config.Market.Agent(ctx, o.AgentID)
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	hasKey := func(k registrytypes.MessagingKey) bool { return bytes.Equal(k.PublicKey, o.AgentKey) }
	if err != nil || !slices.ContainsFunc(agent.Profile.MessagingKeys, hasKey) {
		return fmt.Errorf("hire %s: agent %d has not the key any more that the input is sealed to; nothing was posted: hire again",
			o.ClientRef, o.AgentID)
	}
	return nil
}

// follow goes on until the job has ended, or the client has left it undecided.
func (r *run) follow(ctx context.Context) error {
	for !r.left {
		if r.job.Progress.Ended() {
			return r.finish(ctx)
		}
		if err := r.stepOn(ctx); err != nil {
			return err
		}
		if r.left || r.job.Progress.Ended() {
			continue
		}
		if err := r.config.Wait(ctx, pollInterval); err != nil {
			return err
		}
		if err := r.refresh(ctx); err != nil {
			return err
		}
	}
	return nil
}

// stepOn does what there is to do in the present state.
func (r *run) stepOn(ctx context.Context) error {
	switch r.job.Progress.Live() {
	case jobmarkettypes.MILESTONE_STATUS_WORKING:
		return r.upload(ctx)
	case jobmarkettypes.MILESTONE_STATUS_SUBMITTED:
		return r.review(ctx)
	case jobmarkettypes.MILESTONE_STATUS_MISSED:
		return r.waive(ctx)
	case jobmarkettypes.MILESTONE_STATUS_UNSPECIFIED, jobmarkettypes.MILESTONE_STATUS_PENDING,
		jobmarkettypes.MILESTONE_STATUS_PAID, jobmarkettypes.MILESTONE_STATUS_CANCELLED,
		jobmarkettypes.MILESTONE_STATUS_REFUNDED:
	}
	return nil // it has ended, or is of a release that knows more states
}

// finish tells how the job ended, and sees to it that what was paid for is here.
func (r *run) finish(ctx context.Context) error {
	receipt := jobmarkettypes.NewReceipt(r.job)
	r.tell(Event{Step: StepEnded, Job: &r.job, Receipt: &receipt})
	if r.job.Progress.Live() == jobmarkettypes.MILESTONE_STATUS_PAID && r.files.state.Place == "" {
		if err := r.receive(ctx); err != nil {
			return err
		}
	}
	if err := r.files.note(func(s *state) { s.Ended = r.job.Progress.Status.Text() }); err != nil {
		return err
	}
	// The result may be wanted again, the input never.
	if err := os.Remove(r.files.path(inputFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}
