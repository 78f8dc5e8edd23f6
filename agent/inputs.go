package agent

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aitbc/aitbc/client/payload"
	"github.com/aitbc/aitbc/client/payload/payloadhttp"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// inputs tells the endpoint which inputs jobs wait for.
type inputs struct{ w *Worker }

var _ payloadhttp.Inputs = inputs{}

// announcedKey is where a request's context has the announced size of its body.
type announcedKey struct{}

// withAnnounced keeps the size that a request announces: the chain has an input's hash
// only, and the endpoint wants to know its size beforehand too.
func withAnnounced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(rw, r.WithContext(context.WithValue(r.Context(), announcedKey{}, r.ContentLength)))
	})
}

// Accept implements payloadhttp.Inputs. A job that is not known yet may just have been
// posted, so the chain is asked.
func (i inputs) Accept(ctx context.Context, client string, sequence uint64, milestone uint32) (payload.Ref, error) {
	key := jobKey{client: client, sequence: sequence}
	j, known := i.w.table.get(key)
	if !known {
		if err := i.w.look(ctx, key); err != nil {
			return payload.Ref{}, err
		}
		if j, known = i.w.table.get(key); !known {
			return payload.Ref{}, payloadhttp.ErrUnknownJob
		}
	}
	if !j.has(milestone) || !i.w.expectsInput(j, milestone) {
		return payload.Ref{}, payloadhttp.ErrUnknownJob
	}
	if input := j.work(milestone).Input; input != nil {
		return input.ref(), nil
	}
	hash, ok := j.inputHash(milestone)
	if !ok {
		return payload.Ref{}, payloadhttp.ErrUnknownJob
	}
	if ref, err := i.w.payloads.Stat(ctx, hash); err == nil {
		return ref, nil
	}
	size, _ := ctx.Value(announcedKey{}).(int64)
	return payload.Ref{SHA256: hash, Size: size}, nil
}

// look asks the chain for a job that a client says it has posted.
func (w *Worker) look(ctx context.Context, key jobKey) error {
	record, err := w.deps.Chain.Job(ctx, key.client, key.sequence)
	switch {
	case errors.Is(err, ErrNotFound):
		return payloadhttp.ErrUnknownJob
	case err != nil:
		return fmt.Errorf("ask for job %d of %s: %w", key.sequence, key.client, err)
	case record.Progress.Ended() || keyOf(record) != key:
		return payloadhttp.ErrUnknownJob
	}
	return w.enter(record)
}

// expectsInput reports whether an input of a milestone is of use, or is there already.
// It may come before work on the milestone begins.
func (w *Worker) expectsInput(j job, milestone uint32) bool {
	if j.Record.Progress.Ended() {
		return false
	}
	switch j.status(milestone) {
	case jobmarkettypes.MILESTONE_STATUS_PENDING:
		return true
	case jobmarkettypes.MILESTONE_STATUS_WORKING:
		return w.now().market < j.Record.Progress.Deadline
	case jobmarkettypes.MILESTONE_STATUS_SUBMITTED:
		return j.work(milestone).Input != nil
	case jobmarkettypes.MILESTONE_STATUS_UNSPECIFIED, jobmarkettypes.MILESTONE_STATUS_PAID,
		jobmarkettypes.MILESTONE_STATUS_MISSED, jobmarkettypes.MILESTONE_STATUS_CANCELLED,
		jobmarkettypes.MILESTONE_STATUS_REFUNDED:
	}
	return false
}

// Stored implements payloadhttp.Inputs.
func (i inputs) Stored(_ context.Context, client string, sequence uint64, milestone uint32, ref payload.Ref) error {
	i.w.trip("input stored")
	return i.w.noteInput(jobKey{client: client, sequence: sequence}, milestone, ref)
}

// noteInput notes that an input is in the store.
func (w *Worker) noteInput(key jobKey, milestone uint32, ref payload.Ref) error {
	moved, err := w.table.advance(key, milestone, func(s work) (work, bool) { return s.inputStored(ref) })
	if err != nil || !moved {
		return err
	}
	w.metrics.inputs.Inc()
	w.log.Info("input is here", "client", key.client, "job", key.sequence, "milestone", milestone, "bytes", ref.Size)
	w.trip("input noted")
	w.nudge()
	return nil
}
