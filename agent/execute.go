package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/aitbc/aitbc/agent/executor"
	"github.com/aitbc/aitbc/client/payload"
	"github.com/aitbc/aitbc/client/seal"
)

// How an execution can end, in metrics.
const (
	outcomeDone     = "done"
	outcomeBadInput = "bad_input"
	outcomeFailed   = "failed"
	outcomeTimeout  = "timeout"
	outcomePanic    = "panic"
	outcomeStopped  = "stopped"
)

// stopTime is how long an executor has to stop when its time is over.
const stopTime = 5 * time.Second

// badInputError is for a job that can never be delivered, whoever is to blame.
type badInputError struct{ cause error }

// Error implements error.
func (e *badInputError) Error() string { return e.cause.Error() }

// Unwrap returns the cause.
func (e *badInputError) Unwrap() error { return e.cause }

var (
	errTimeUp   = errors.New("the time limit is over")
	errPanicked = errors.New("the executor panicked")
)

// logOf returns a log about a job's live milestone.
func (w *Worker) logOf(j job) *slog.Logger {
	return w.log.With("client", j.Record.Job.Client, "job", j.Record.Job.Sequence, "milestone", j.live(), "skill", j.Record.Job.Skill)
}

// execute makes the sealed result of the live milestone, or finds the one that an
// earlier run has made.
func (w *Worker) execute(ctx context.Context, t *task, j job) error {
	m := j.live()
	if result := j.work(m).Result; result != nil && w.stored(ctx, result.ref()) {
		return w.noteExecuted(j, m)
	}
	made, err := w.produce(ctx, t, j)
	var bad *badInputError
	switch {
	case errors.As(err, &bad):
		return w.noteRefused(j, m, bad)
	case errors.Is(err, payload.ErrNotFound) || errors.Is(err, payload.ErrCorrupt):
		w.logOf(j).Error("the input is lost: waiting for the client to send it again", "error", err)
		_, err := w.table.advance(j.key(), m, work.inputLost)
		return err
	case err != nil && ctx.Err() != nil:
		return nil //nolint:nilerr // called off: nobody waits for it, or the worker ends
	case err != nil:
		return err
	}
	w.trip("executed")
	ref := payload.RefOf(made.body)
	moved, err := w.table.advance(j.key(), m, func(s work) (work, bool) { return s.sealed(ref, made.mediaType) })
	if err != nil || !moved {
		return err // or nobody waits for it any more
	}
	w.trip("result named")
	if _, err := w.payloads.Put(ctx, bytes.NewReader(made.body)); err != nil {
		return fmt.Errorf("store the result: %w", err)
	}
	w.trip("result stored")
	return w.noteExecuted(j, m)
}

// stored reports whether a payload is there, intact.
func (w *Worker) stored(ctx context.Context, ref payload.Ref) bool {
	file, err := w.payloads.Get(ctx, ref)
	if err != nil {
		return false
	}
	return file.Close() == nil
}

func (w *Worker) noteExecuted(j job, m uint32) error {
	if _, err := w.table.advance(j.key(), m, work.executed); err != nil {
		return err
	}
	w.trip("result noted")
	return nil
}

func (w *Worker) noteRefused(j job, m uint32, bad *badInputError) error {
	w.logOf(j).Error("the input can't be used: giving the milestone up", "error", bad)
	if _, err := w.table.advance(j.key(), m, func(s work) (work, bool) { return s.refused(bad.Error()) }); err != nil {
		return err
	}
	w.trip("refusal noted")
	return nil
}

// content is an opened input, or a sealed result with the media type of what is in it.
type content struct {
	body      []byte
	mediaType string
}

// produce opens the input, has the work done and seals what comes out.
func (w *Worker) produce(ctx context.Context, t *task, j job) (content, error) {
	m := j.live()
	if skill := j.Record.Job.Skill; !slices.Contains(w.deps.Executor.Skills(), skill) {
		// This is the operator's doing: the job may have been hired with another
		// configuration, and it is not for the client to lose it.
		return content{}, fmt.Errorf("skill: expected one that executor %s has, got %q", w.deps.Executor.Name(), skill)
	}
	// Whether the result can reach the client is known before the work is done.
	to, err := sealKey(j.Record.Job.MessagingKey)
	if err != nil {
		return content{}, &badInputError{fmt.Errorf("messaging_key of the job: %w", err)}
	}
	binding := w.binding(j, m, seal.RoleResult)
	if err := binding.Validate(); err != nil {
		return content{}, &badInputError{err}
	}
	input, err := w.openInput(ctx, j, m)
	if err != nil {
		return content{}, err
	}
	out, err := w.attempt(ctx, t, j, executor.Task{Skill: j.Record.Job.Skill, MediaType: input.mediaType, Input: input.body})
	if err != nil {
		return content{}, err
	}
	sealed, _, err := seal.SealBytes(to, binding, out.MediaType, out.Body)
	if err != nil {
		return content{}, fmt.Errorf("seal the result: %w", err)
	}
	return content{body: sealed, mediaType: out.MediaType}, nil
}

func (w *Worker) binding(j job, m uint32, role seal.Role) seal.Binding {
	return seal.Binding{
		ChainID: w.config.ChainID, Client: j.Record.Job.Client, ClientRef: j.Record.Job.ClientRef, Milestone: m, Role: role,
	}
}

// openInput reads and opens the sealed input with the key that it was sealed to.
func (w *Worker) openInput(ctx context.Context, j job, m uint32) (content, error) {
	file, err := w.payloads.Get(ctx, j.work(m).Input.ref())
	if err != nil {
		return content{}, err
	}
	raw, err := io.ReadAll(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return content{}, fmt.Errorf("read the input: %w", err)
	}
	var input content
	limit := seal.WithMaxPlaintext(w.config.Limits.MaxInputBytes)
	for _, key := range w.deps.Keys {
		input.body, input.mediaType, err = seal.OpenBytes(key, w.binding(j, m, seal.RoleInput), raw, limit)
		if !errors.Is(err, seal.ErrWrongKey) {
			break
		}
	}
	for _, never := range []error{seal.ErrFormat, seal.ErrWrongKey, seal.ErrTampered, seal.ErrTruncated, seal.ErrTooLarge} {
		if errors.Is(err, never) {
			return content{}, &badInputError{fmt.Errorf("input: %w", err)}
		}
	}
	return input, err
}

// attempt runs the executor within its time.
func (w *Worker) attempt(ctx context.Context, t *task, j job, task executor.Task) (executor.Output, error) {
	// What is not there by the last call is not waited for.
	last := time.Duration(lastCall(j.terms(j.live()).DeliverySeconds)) * time.Second
	limit := min(w.config.Limits.JobTime, w.timeLeft(j)-last)
	began := time.Now()
	running, stop := context.WithTimeoutCause(ctx, limit, errTimeUp)
	defer stop()
	w.mu.Lock()
	t.until = began.Add(limit + stopTime)
	w.mu.Unlock()
	out, err := w.contained(running, task)
	var input *executor.InputError
	outcome := outcomeDone
	switch {
	case err == nil:
	case errors.As(err, &input):
		outcome, err = outcomeBadInput, &badInputError{err}
	case errors.Is(err, errPanicked):
		outcome = outcomePanic
	case errors.Is(context.Cause(running), errTimeUp):
		outcome, err = outcomeTimeout, fmt.Errorf("%w after %s", errTimeUp, limit)
	case ctx.Err() != nil:
		outcome, err = outcomeStopped, ctx.Err()
	default:
		outcome = outcomeFailed
	}
	took := time.Since(began)
	w.metrics.executions.WithLabelValues(task.Skill, outcome).Inc()
	w.metrics.executionSeconds.WithLabelValues(task.Skill).Observe(took.Seconds())
	w.logOf(j).Info("executed", "outcome", outcome, "took", took.String(), "input_bytes", len(task.Input), "result_bytes", len(out.Body))
	return out, err
}

// timeLeft estimates how long it is until the deadline. Market time never runs faster
// than time.
func (w *Worker) timeLeft(j job) time.Duration {
	s := w.now()
	left := time.Duration(j.Record.Progress.Deadline-min(s.market, j.Record.Progress.Deadline)) * time.Second
	return left - time.Since(s.marketAt)
}

// contained runs the executor. A panic in it fails this job and not the worker.
func (w *Worker) contained(ctx context.Context, task executor.Task) (executor.Output, error) {
	var out executor.Output
	var err error
	func() {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("%w: %v", errPanicked, r)
			}
		}()
		out, err = w.deps.Executor.Run(ctx, task)
	}()
	return out, err
}
