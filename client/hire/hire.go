package hire

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aitbc/aitbc/client/seal"
	"github.com/aitbc/aitbc/internal/pause"
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
		c.Wait = pause.For
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Hirer{config: c}, nil
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
