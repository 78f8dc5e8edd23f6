package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aitbc/aitbc/agent/executor"
	"github.com/aitbc/aitbc/client/payload"
	"github.com/aitbc/aitbc/client/seal"
)

// Names within the data directory.
const (
	tableFile  = "worker.db"
	payloadDir = "payloads"

	dataMode = 0o700
)

// Deps are what a worker needs besides its configuration. Chain, Signer, Executor and
// Keys are required.
type Deps struct {
	Chain Chain
	// Signer is the bech32 address that Chain.Send signs as.
	Signer   string
	Executor executor.Executor
	// Keys open inputs: those that Config.LoadMessagingKeys returns.
	Keys []seal.PrivateKey
	// Log hears what happens; nil for nobody.
	Log *slog.Logger
	// Version is the program's, for those who ask the endpoint.
	Version string
	// Listener and MetricsListener serve instead of those that the configuration
	// names, if they are not nil. The worker closes them.
	Listener, MetricsListener net.Listener
}

// Worker works for one agent. It is used once: New, then Run.
type Worker struct {
	config  Config
	deps    Deps
	log     *slog.Logger
	metrics *metrics
	started atomic.Bool

	table    *table
	payloads *payload.Dir
	// card is the agent's; nil if it has none.
	card *ownCard
	// trip is called between steps; tests replace it to stop there.
	trip func(point string)

	// wake tells the dispatcher that there may be something to do.
	wake chan struct{}

	mu sync.Mutex
	// tasks are the jobs with a step under way.
	tasks map[jobKey]*task
	// retries are the jobs whose last step failed.
	retries map[jobKey]retry
	// state is what the worker tells about itself.
	state state
}

// state is what Health and Ready are made of.
type state struct {
	// seenAt is when a new height was last seen; the start counts as one.
	seenAt time.Time
	height int64
	// market is the market time in unix seconds at marketAt.
	market   uint64
	marketAt time.Time
	// synced says that the live jobs are known, active that the agent can be hired.
	synced, active, draining bool
}

// New returns a worker. It reads and writes nothing; an error is about the
// configuration or what is missing.
func New(c Config, d Deps) (*Worker, error) {
	c.Offers = slices.Clone(c.Offers)
	for i, o := range c.Offers {
		if c.Offers[i] = o.withDefaults(c); d.Executor != nil && !slices.Contains(d.Executor.Skills(), o.Skill) {
			return nil, fmt.Errorf("offers[%d].skill: expected one that executor %s has (%v), got %q",
				i, d.Executor.Name(), d.Executor.Skills(), o.Skill)
		}
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	switch {
	case c.Agent.ID == 0:
		return nil, errors.New("agent.id: expected a registered agent, got 0")
	case d.Chain == nil || d.Signer == "" || d.Executor == nil || len(d.Keys) == 0:
		return nil, errors.New("agent: expected a chain, a signer, an executor and keys")
	}
	w := &Worker{
		config: c, deps: d, log: d.Log,
		trip:    func(string) {},
		wake:    make(chan struct{}, 1),
		tasks:   map[jobKey]*task{},
		retries: map[jobKey]retry{},
	}
	if c.Card != "" {
		var err error
		if w.card, err = loadCard(c.Card, c.registration()); err != nil {
			return nil, err
		}
	}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	w.metrics = newMetrics(w)
	return w, nil
}

// Run works until ctx ends, and then for at most the time of grace that is configured.
// It returns nil when it was told to stop, and an error when it can't work: the
// configuration does not fit the chain, or the data directory or an address can't be
// used. While no node answers, it waits.
func (w *Worker) Run(ctx context.Context) error {
	if w.started.Swap(true) {
		return errors.New("agent: expected a worker that did not run before")
	}
	w.update(func(s *state) { s.seenAt = time.Now() })
	if err := w.open(); err != nil {
		return err
	}
	defer func() { _ = w.table.close() }() // all is on disk already
	stop, err := w.serve()
	if err != nil {
		return err
	}
	defer stop()
	w.log.Info("worker started", "agent", w.config.Agent.ID, "chain", w.config.ChainID,
		"executor", w.deps.Executor.Name(), "version", w.deps.Version)
	if err := w.begin(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	return w.work(ctx)
}

// open opens what is in the data directory. The table comes first: it is locked, and the
// store tidies up what it takes for left behind.
func (w *Worker) open() error {
	if err := os.MkdirAll(w.config.DataDir, dataMode); err != nil {
		return fmt.Errorf("data_dir: %w", err)
	}
	var err error
	if w.table, err = openTable(filepath.Join(w.config.DataDir, tableFile), w.config.ChainID, w.config.Agent.ID); err != nil {
		return fmt.Errorf("data_dir: %w", err)
	}
	if w.payloads, err = payload.OpenDir(filepath.Join(w.config.DataDir, payloadDir), 0); err != nil {
		return fmt.Errorf("data_dir: %w", errors.Join(err, w.table.close()))
	}
	return nil
}

// work follows, dispatches and sweeps until ctx ends, and then drains.
func (w *Worker) work(ctx context.Context) error {
	// What is under way outlives ctx by the time of grace.
	working, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	following, stopFollowing := context.WithCancelCause(ctx)
	defer stopFollowing(nil)
	var loops sync.WaitGroup
	loops.Go(func() { stopFollowing(w.follow(following)) })
	loops.Go(func() { w.sweepAlways(following) })
	loops.Go(func() { w.beatAlways(following) })
	w.dispatch(following, working)
	w.drain(working, abandon)
	loops.Wait()
	if err := w.table.flush(); err != nil {
		return fmt.Errorf("data_dir: %w", err)
	}
	w.log.Info("worker stopped", "agent", w.config.Agent.ID)
	if cause := context.Cause(following); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// update changes what the worker tells about itself.
func (w *Worker) update(f func(*state)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(&w.state)
}

// now returns what the worker tells about itself.
func (w *Worker) now() state {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}
