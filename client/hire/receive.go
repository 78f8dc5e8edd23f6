package hire

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"

	"github.com/aitbc/aitbc/client/payload"
	"github.com/aitbc/aitbc/client/seal"
	"github.com/aitbc/aitbc/internal/durable"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	// mismatchAttempts is how often wrong bytes are fetched before they are believed
	// to be what the agent has.
	mismatchAttempts = 3
	// maxFetching bounds how long a result is asked for, in seconds of market time.
	// Half of the time for the review bounds it too, so that there is time to reject.
	maxFetching = 30 * 60
)

// Receive gets, opens and delivers the result of a hire of the journal, and decides
// nothing. It returns ErrNoHire for one that the journal doesn't have. What is wrong
// with the result is in the Outcome's Problem.
func (h *Hirer) Receive(ctx context.Context, ref string) (Outcome, error) {
	f, err := h.mine(ref)
	if err != nil {
		return Outcome{}, err
	}
	r := &run{Hirer: h, files: f}
	switch err := r.refresh(ctx); {
	case errors.Is(err, ErrNotFound):
		return r.outcome(), fmt.Errorf("hire %s: expected a job on chain %s, but none is posted: resume the hire", ref, f.order.ChainID)
	case err != nil:
		return r.outcome(), err
	case len(r.job.Progress.Submissions) == 0:
		return r.outcome(), fmt.Errorf("job %d: expected a submitted result, but the milestone is %s",
			r.job.Job.Sequence, r.job.Progress.Live().Text())
	}
	err = r.receive(ctx)
	return r.outcome(), err
}

// receive gets, opens and delivers the result. What the agent did wrong becomes the
// run's problem; an error is of this side.
func (r *run) receive(ctx context.Context) error {
	r.problem = nil
	err := r.deliver(ctx)
	if errors.As(err, &r.problem) {
		return nil
	}
	return err
}

func (r *run) deliver(ctx context.Context) error {
	sealed, err := r.sealedResult(ctx)
	if err != nil {
		return err
	}
	key, err := seal.LoadPrivateKey(r.files.path(keyFile))
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	plain, mediaType, err := seal.OpenBytes(key, r.files.order.binding(seal.RoleResult), sealed)
	if err != nil {
		return unreadable(fmt.Errorf("the result can't be opened: %w", err))
	}
	place, err := r.config.Deliver(ctx, Delivery{
		Ref: r.files.order.ClientRef, InputName: r.files.order.InputName, Plain: plain, MediaType: mediaType, Job: r.job.Job,
	})
	if err != nil {
		return err
	}
	if err := r.files.note(func(s *state) { s.Place = place }); err != nil {
		return err
	}
	r.tell(Event{Step: StepOpened, Place: place, Job: &r.job})
	return nil
}

// sealedResult returns the bytes that the chain names: from the journal, or else from
// the agent. What is wrong with them is a *ResultError.
func (r *run) sealedResult(ctx context.Context) ([]byte, error) {
	submissions := r.job.Progress.Submissions
	result := submissions[len(submissions)-1].Result
	if len(result.Sha256) != sha256.Size || result.Size_ > uint64(payload.MaxBytes) {
		return nil, unreadable(fmt.Errorf("the result: expected at most %d bytes, got %d", payload.MaxBytes, result.Size_))
	}
	want := payload.Ref{SHA256: [sha256.Size]byte(result.Sha256), Size: int64(result.Size_)}
	kept, err := os.ReadFile(r.files.path(resultFile))
	if err == nil && payload.RefOf(kept) == want {
		return kept, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("journal: %w", err)
	}
	data, err := r.fetch(ctx, result.Uri, want)
	if err != nil {
		return nil, err
	}
	if err := durable.Replace(r.files.path(resultFile), data); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	r.tell(Event{Step: StepFetched, Job: &r.job})
	return data, nil
}

// fetch asks the agent for its result. Wrong bytes are asked for a few times, and an
// agent that is away for as long as there is time.
func (r *run) fetch(ctx context.Context, uri string, want payload.Ref) ([]byte, error) {
	begin, err := ask(ctx, r, r.config.Market.Now)
	if err != nil {
		return nil, err
	}
	until := begin + min(maxFetching, r.job.Job.ReviewSeconds/2)
	pauses, mismatches := newBackoff(), 0
	for now := begin; ; {
		data, err := r.config.Transport.Fetch(ctx, uri, want, payload.MaxBytes)
		if err == nil {
			return data, nil
		}
		if ctx.Err() != nil {
			return nil, err
		}
		mismatch := (*payload.MismatchError)(nil)
		if errors.As(err, &mismatch) {
			if mismatches++; mismatches == mismatchAttempts {
				return nil, unreadable(fmt.Errorf("the result is not the one that the agent committed to: %w", err))
			}
		}
		if now >= until {
			reason := jobmarkettypes.REJECT_REASON_NOT_DELIVERED
			return nil, &ResultError{Reason: reason, Err: fmt.Errorf("the result can't be fetched: %w", err)}
		}
		r.waiting(fmt.Errorf("fetch the result: %w", err))
		if err := r.config.Wait(ctx, pauses.next()); err != nil {
			return nil, err
		}
		if now, err = ask(ctx, r, r.config.Market.Now); err != nil {
			return nil, err
		}
	}
}

func unreadable(err error) *ResultError {
	return &ResultError{Reason: jobmarkettypes.REJECT_REASON_UNREADABLE, Err: err}
}
