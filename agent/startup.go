package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aitbc/aitbc/internal/pause"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

const (
	firstPause = time.Second
	longPause  = time.Minute

	// overlap is how many heights before the newest are read again after listing: the
	// node that listed may have been behind the one that told the height.
	overlap = 10
)

// backoff returns how long to wait after so many failures in a row, from 1.
func backoff(failures int, first, longest time.Duration) time.Duration {
	return min(first<<min(max(failures-1, 0), 20), longest)
}

// persist calls f until it succeeds, with growing pauses. It gives up with ctx, or with
// an error that is a *fatalError.
func (w *Worker) persist(ctx context.Context, what string, f func(context.Context) error) error {
	for failures := 1; ; failures++ {
		err := f(ctx)
		var fatal *fatalError
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &fatal):
			return err
		}
		w.metrics.nodeErrors.Inc()
		w.log.Warn("the node does not answer", "while", what, "failures", failures, "error", err)
		if err := pause.For(ctx, backoff(failures, firstPause, longPause)); err != nil {
			return err
		}
	}
}

// fatalError is one that asking again does not change.
type fatalError struct{ cause error }

// Error implements error.
func (e *fatalError) Error() string { return e.cause.Error() }

// Unwrap returns the cause.
func (e *fatalError) Unwrap() error { return e.cause }

func fatalf(format string, args ...any) error { return &fatalError{fmt.Errorf(format, args...)} }

// begin checks that the configuration fits the chain and learns what there is to do.
func (w *Worker) begin(ctx context.Context) error {
	if err := w.persist(ctx, "start", w.checkChain); err != nil {
		return err
	}
	if err := w.persist(ctx, "start", w.checkAgent); err != nil {
		return err
	}
	// The list says all that the blocks since the last run could; reading them would
	// only keep new jobs waiting.
	if err := w.sync(ctx, overlap); err != nil {
		return err
	}
	return w.findInputs(ctx)
}

func (w *Worker) checkChain(ctx context.Context) error {
	id, err := w.deps.Chain.ChainID(ctx)
	if err != nil {
		return err
	}
	if id != w.config.ChainID {
		return fatalf("chain_id: expected that of the node, %s, got %s", id, w.config.ChainID)
	}
	return nil
}

// checkAgent reads the agent. What clients would suffer from is an error; that nobody
// can hire it now is a warning.
func (w *Worker) checkAgent(ctx context.Context) error {
	record, err := w.deps.Chain.Agent(ctx, w.config.Agent.ID)
	if errors.Is(err, ErrNotFound) {
		return fatalf("agent.id: expected an agent of chain %s, got %d", w.config.ChainID, w.config.Agent.ID)
	}
	if err != nil {
		return err
	}
	agent := record.Agent
	if w.deps.Signer != agent.Operator && w.deps.Signer != agent.Owner {
		return fatalf("key.name: expected the key of agent %d's operator %s or owner %s, got %s, which is %s",
			agent.Id, agent.Operator, agent.Owner, w.config.Key.Name, w.deps.Signer)
	}
	if err := w.checkMessagingKeys(record.Profile); err != nil {
		return err
	}
	active := agent.Status == registrytypes.AGENT_STATUS_ACTIVE
	if was := w.now(); !active {
		w.log.Warn("the agent is not active: nobody can hire it", "agent", agent.Id, "status", agent.Status.String())
	} else if was.synced && !was.active {
		w.log.Info("the agent is active again", "agent", agent.Id)
	}
	w.checkPublished(record)
	w.checkCard(record.Profile)
	w.update(func(s *state) { s.active = active })
	return nil
}

// checkMessagingKeys makes sure that whatever clients seal to can be opened.
func (w *Worker) checkMessagingKeys(p registrytypes.Profile) error {
	if len(p.MessagingKeys) == 0 {
		return fatalf("messaging_keys: expected a key in the profile of agent %d, got none: clients have nothing to seal inputs to; publish the configuration",
			w.config.Agent.ID)
	}
	ours := publicKeys(w.deps.Keys)
	for _, registered := range p.MessagingKeys {
		key, err := sealKey(registered)
		if err != nil || !slices.ContainsFunc(ours, key.Equal) {
			return fatalf("messaging_keys: expected the private key to the published %s key of agent %d among the files, got others: inputs could not be opened",
				registered.Suite, w.config.Agent.ID)
		}
	}
	return nil
}

// checkPublished warns if the agent is not found as it is configured.
func (w *Worker) checkPublished(record registrytypes.AgentRecord) {
	here := func(i registrytypes.Interface) bool {
		return i.Binding == InterfaceBinding && i.Url == w.config.endpointURL()
	}
	if !slices.ContainsFunc(record.Profile.Interfaces, here) {
		w.log.Warn("the profile does not name this endpoint: publish the configuration", "public_url", w.config.endpointURL())
	}
	wanted, err := w.config.Agent.Bond.Uait()
	stake := record.Bond.Bonded.Sub(record.Bond.Unbonding)
	if err == nil && stake.LT(wanted) {
		w.log.Warn("less is at stake than configured, and below the market's minimum nobody can hire the agent: publish the configuration to add to it",
			"bond", registrytypes.Uait(stake).String(), "configured", registrytypes.Uait(wanted).String())
	}
}

// sync lists the live jobs, and asks for those that were live and are not any more. The
// height is read first: what happens meanwhile is in the blocks after it. Blocks are
// then read from so many before it.
func (w *Worker) sync(ctx context.Context, back int64) error {
	return w.persist(ctx, "list jobs", func(ctx context.Context) error {
		height, err := w.deps.Chain.Height(ctx)
		if err != nil {
			return err
		}
		if read := w.table.readTo(); height < read {
			return fmt.Errorf("expected height %d, which was read before, or later, got %d: the node is behind, or its chain only has the same name and data_dir is of no use",
				read, height)
		}
		if err := w.refreshMarket(ctx); err != nil {
			return err
		}
		records, err := w.deps.Chain.LiveJobs(ctx, w.config.Agent.ID)
		if err != nil {
			return err
		}
		listed := map[jobKey]bool{}
		for _, record := range records {
			if err := w.enter(record); err != nil {
				return err
			}
			listed[keyOf(record)] = true
		}
		for _, j := range w.table.all() {
			if j.Record.Progress.Ended() || listed[j.key()] {
				continue
			}
			if err := w.refresh(ctx, j.key()); err != nil {
				return err
			}
		}
		if err := w.table.setHeight(max(height-back, 0), true); err != nil {
			return &fatalError{err}
		}
		w.saw(height)
		w.update(func(s *state) { s.synced = true })
		w.log.Info("jobs are known", "height", height, "live", len(records))
		return nil
	})
}

// findInputs looks for inputs that were stored just before a kill.
func (w *Worker) findInputs(ctx context.Context) error {
	for _, j := range w.table.all() {
		for m := uint32(1); int(m) <= len(j.Work); m++ {
			hash, ok := j.inputHash(m)
			if !ok || j.work(m).Stage != stageAwaitInput {
				continue
			}
			ref, err := w.payloads.Stat(ctx, hash)
			if err != nil {
				continue // the client will send it
			}
			if err := w.noteInput(j.key(), m, ref); err != nil {
				return err
			}
		}
	}
	return nil
}
