package hire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/client/seal"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	// pollInterval is how often the chain is asked where a job stands.
	pollInterval = time.Second
	// maxPause bounds the pause between two attempts, which doubles each time.
	maxPause = 30 * time.Second
	// DefaultPatience is Config.Patience when it is zero.
	DefaultPatience = 2 * time.Minute
)

// Config is what a Hirer works with. Market, Wallet, Transport, Journal, ChainID,
// Deliver and Decide are required.
type Config struct {
	Market    Market
	Wallet    Wallet
	Transport Transport
	Journal   *Journal
	// ChainID is the chain that Market and Wallet talk to.
	ChainID string

	// Deliver puts an opened result where the client wants it, and returns where that
	// is. It may be called again with the same result after a crash.
	Deliver func(context.Context, Delivery) (place string, err error)
	// Decide says what becomes of a result.
	Decide func(context.Context, Review) (Decision, error)
	// Progress hears of each step; it may be nil.
	Progress func(Event)

	// Patience is how long a node that doesn't answer is asked again before it is an
	// error; 0 means DefaultPatience.
	Patience time.Duration
	// Wait waits, or returns the context's error; nil means a timer. Now is the wall
	// clock, which only dates the journal; nil means time.Now.
	Wait func(context.Context, time.Duration) error
	Now  func() time.Time
}

// Hirer hires agents for one client. Its methods may be called by several goroutines
// if Config's functions may.
type Hirer struct{ config Config }

// New returns a Hirer, or an error if something that it needs is missing.
func New(c Config) (*Hirer, error) {
	if c.Market == nil || c.Wallet == nil || c.Transport == nil || c.Journal == nil || c.ChainID == "" ||
		c.Deliver == nil || c.Decide == nil {
		return nil, errors.New("hire: expected market, wallet, transport, journal, chain id, deliver and decide")
	}
	if c.Progress == nil {
		c.Progress = func(Event) {}
	}
	if c.Patience <= 0 {
		c.Patience = DefaultPatience
	}
	if c.Wait == nil {
		c.Wait = wait
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Hirer{config: c}, nil
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Start hires the agent of a plan and sees the job through: until it has ended, or
// Decide leaves the result undecided. Before anything is paid, all that is needed to
// go on is in the journal; after an error, or when ctx ends, Resume continues. The
// Outcome's Ref is set as soon as there is something to resume.
func (h *Hirer) Start(ctx context.Context, p Plan) (Outcome, error) {
	f, err := h.prepare(p)
	if err != nil {
		return Outcome{}, err
	}
	h.config.Progress(Event{Step: StepChosen, Ref: f.order.ClientRef, Plan: &p})
	return h.run(ctx, f)
}

// Resume continues a hire of the journal, wherever it stands. It returns ErrNoHire for
// one that the journal doesn't have.
func (h *Hirer) Resume(ctx context.Context, ref string) (Outcome, error) {
	f, err := h.mine(ref)
	if err != nil {
		return Outcome{}, err
	}
	return h.run(ctx, f)
}

// mine opens a hire of this client on this chain.
func (h *Hirer) mine(ref string) (*files, error) {
	f, err := h.config.Journal.open(ref)
	if err != nil {
		return nil, err
	}
	switch {
	case f.order.ChainID != h.config.ChainID:
		return nil, fmt.Errorf("hire %s: expected chain %s, on which it was made, got %s", ref, f.order.ChainID, h.config.ChainID)
	case f.order.Client != h.config.Wallet.Address():
		return nil, fmt.Errorf("hire %s: expected the key of %s, who made it, got that of %s", ref, f.order.Client, h.config.Wallet.Address())
	}
	return f, nil
}

// prepare seals the input and writes the journal. Nothing has been paid yet.
func (h *Hirer) prepare(p Plan) (*files, error) {
	suite := seal.Suite(p.Agent.Key.Suite)
	agentKey, err := seal.ParsePublicKey(suite, p.Agent.Key.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("agent %d: %w", p.Agent.ID, err)
	}
	key, err := seal.GenerateKey(suite)
	if err != nil {
		return nil, err
	}
	place := record{ChainID: h.config.ChainID, Client: h.config.Wallet.Address(), ClientRef: newRef()}
	sealed, digest, err := seal.SealBytes(agentKey, place.binding(seal.RoleInput), p.mediaType, p.Order.Input)
	if err != nil {
		return nil, fmt.Errorf("seal the input: %w", err)
	}
	r := newRecord(p, place.ChainID, place.Client, place.ClientRef, key.Public(), digest.SHA256)
	r.CreatedAt, r.InputSize = h.config.Now().UTC(), digest.Size
	return h.config.Journal.add(r, key, sealed)
}

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
	told     string   // the last reason to wait
	missed   bool     // the missed delivery was dealt with
	reviewed bool     // the result was
	problem  *Problem // why there is no result
	left     bool     // the client decided nothing
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
	if err := r.files.note(func(s *state) { s.Ended = r.job.Progress.Status.Text() }); err != nil {
		return err
	}
	receipt := jobmarkettypes.NewReceipt(r.job)
	r.tell(Event{Step: StepEnded, Job: &r.job, Receipt: &receipt})
	if r.job.Progress.Live() == jobmarkettypes.MILESTONE_STATUS_PAID && r.files.state.Place == "" {
		if err := r.receive(ctx); err != nil {
			return err
		}
	}
	// The result may be wanted again, the input never.
	if err := os.Remove(r.files.path(inputFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// act sends a message until it has had its effect, which done tells from the job. It
// returns true if the effect was there without a message of this run: somebody else,
// or this program in an earlier life, was faster. A refusal is an error otherwise.
func (r *run) act(ctx context.Context, step Step, msg sdk.Msg, done func() bool) (bool, error) {
	pauses := newBackoff()
	for {
		tx, err := r.config.Wallet.Send(ctx, msg)
		if err == nil {
			return false, r.acted(ctx, step, tx, done)
		}
		if ctx.Err() != nil {
			return false, err
		}
		refused := (*client.TxError)(nil)
		final := errors.As(err, &refused) || pauses.spent() >= r.config.Patience
		if !final {
			r.waiting(err)
			if err := r.config.Wait(ctx, pauses.next()); err != nil {
				return false, err
			}
		}
		// Whatever was said, the chain knows whether it happened.
		if askErr := r.refresh(ctx); askErr != nil && !errors.Is(askErr, ErrNotFound) {
			return false, errors.Join(err, askErr)
		}
		if done() {
			return true, nil
		}
		if final {
			return false, err
		}
	}
}

// acted keeps the transaction and waits until the node that answers questions has seen
// its effect: it may be another than the one that took it.
func (r *run) acted(ctx context.Context, step Step, tx Tx, done func() bool) error {
	if err := r.files.noteTx(step, tx); err != nil {
		return err
	}
	for pauses := newBackoff(); ; {
		err := r.refresh(ctx)
		if err == nil && done() {
			r.tell(Event{Step: step, Tx: &tx, Job: &r.job})
			return nil
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if pauses.spent() >= r.config.Patience {
			return fmt.Errorf("transaction %s is in block %d, but the node doesn't show what it did: it is behind", tx.Hash, tx.Height)
		}
		if err := r.config.Wait(ctx, pauses.next()); err != nil {
			return err
		}
	}
}

// refresh asks where the job stands. It returns ErrNotFound if there is none.
func (r *run) refresh(ctx context.Context) error {
	o := r.files.order
	found, err := ask(ctx, r, func(ctx context.Context) (jobmarkettypes.JobRecord, error) {
		return r.config.Market.JobByRef(ctx, o.Client, o.ClientRef)
	})
	if err != nil {
		return err
	}
	if !o.posted(found.Job) {
		return fmt.Errorf("hire %s: expected the job that the journal has, got another of the same name on chain %s", o.ClientRef, o.ChainID)
	}
	r.job = found
	return nil
}

// ask asks until there is an answer, or patience ends.
func ask[T any](ctx context.Context, r *run, question func(context.Context) (T, error)) (T, error) {
	pauses := newBackoff()
	for {
		answer, err := question(ctx)
		if err == nil || errors.Is(err, ErrNotFound) || ctx.Err() != nil {
			return answer, err
		}
		if pauses.spent() >= r.config.Patience {
			return answer, fmt.Errorf("the node gives no answer: %w", err)
		}
		r.waiting(err)
		if err := r.config.Wait(ctx, pauses.next()); err != nil {
			return answer, err
		}
	}
}
