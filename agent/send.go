package agent

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/client"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// How a transaction can end, in metrics.
const (
	outcomeCommitted = "committed"
	outcomeRefused   = "refused"
	outcomeUnknown   = "unknown"
)

// submit commits to the stored result on the chain.
func (w *Worker) submit(ctx context.Context, j job) error {
	m := j.live()
	result := j.work(m).Result.ref()
	if !w.stored(ctx, result) {
		w.logOf(j).Error("the result is lost: making it anew", "sha256", result.String())
		_, err := w.table.advance(j.key(), m, work.resultLost)
		return err
	}
	msg := &jobmarkettypes.MsgSubmitMilestone{
		Signer: w.deps.Signer, Client: j.Record.Job.Client, Sequence: j.Record.Job.Sequence, Milestone: m,
		Result: jobmarkettypes.Result{
			Sha256: result.SHA256[:], Size_: uint64(result.Size), MediaType: j.work(m).MediaType,
			Uri: w.config.endpointURL() + payloadPath + result.String(),
		},
	}
	w.trip("before submitting")
	sent, err := w.send(ctx, j, actionSubmit, msg)
	if err != nil || !sent {
		return err
	}
	w.trip("submitted")
	if _, err := w.table.advance(j.key(), m, work.submitted); err != nil {
		return err
	}
	w.trip("submission noted")
	return nil
}

// quit gives the live milestone up.
func (w *Worker) quit(ctx context.Context, j job) error {
	m := j.live()
	reason := j.work(m).Reason
	switch j.work(m).Stage {
	case stageAwaitInput:
		reason = "no input came in time"
	case stageReady:
		reason = "the work was not done in time"
	case stageRefused, stageExecuted, stageSubmitted, stageDone:
	}
	w.logOf(j).Warn("giving the milestone up", "reason", reason)
	w.trip("before quitting")
	sent, err := w.send(ctx, j, actionQuit, &jobmarkettypes.MsgQuitMilestone{
		Signer: w.deps.Signer, Client: j.Record.Job.Client, Sequence: j.Record.Job.Sequence, Milestone: m,
	})
	if err != nil || !sent {
		return err
	}
	w.trip("quit")
	_, err = w.table.advance(j.key(), m, func(s work) (work, bool) { return s.done(reason) })
	return err
}

// send sends a message about the live milestone of a job. If that fails, the chain is
// asked where the job stands: perhaps the message got into a block after all, perhaps
// another worker was faster, perhaps the deadline has passed. It reports false if
// there is nothing left to send.
func (w *Worker) send(ctx context.Context, j job, what action, msg sdk.Msg) (bool, error) {
	hash, err := w.deps.Chain.Send(ctx, msg)
	if err == nil {
		w.metrics.transactions.WithLabelValues(string(what), outcomeCommitted).Inc()
		w.logOf(j).Info("sent", "what", string(what), "tx", hash)
		return true, nil
	}
	outcome := outcomeFailed
	switch refused := (*client.TxError)(nil); {
	case errors.As(err, &refused):
		outcome = outcomeRefused
	case client.MayStillCommit(err):
		outcome = outcomeUnknown
	}
	w.metrics.transactions.WithLabelValues(string(what), outcome).Inc()
	record, askErr := w.deps.Chain.Job(ctx, j.Record.Job.Client, j.Record.Job.Sequence)
	if askErr == nil {
		askErr = w.enter(record)
	}
	if askErr != nil {
		return false, fmt.Errorf("%s: %w", what, errors.Join(err, askErr))
	}
	now, known := w.table.get(j.key())
	if known && now.working() && now.live() == j.live() {
		return false, fmt.Errorf("%s: %w", what, err)
	}
	w.logOf(j).Warn("not sent, and nothing is left to send", "what", string(what), "error", err)
	return false, nil
}
