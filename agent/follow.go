package agent

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/internal/pause"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	marketEvents   = "aitbc.jobmarket.v1."
	registryEvents = "aitbc.agentregistry.v1."

	// missingTries is how often a job that a block mentions is asked for before it is
	// taken for gone: the node that answers may be behind the one that told.
	missingTries = 5
)

// follow reads blocks until ctx ends. Another error means that the worker can't go on.
func (w *Worker) follow(ctx context.Context) error {
	for failures := 1; ; failures++ {
		from := w.table.readTo() + 1
		err := w.deps.Chain.Follow(ctx, from, func(b client.Block) error {
			failures = 0
			return w.read(ctx, b)
		})
		var fatal *fatalError
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &fatal):
			return err
		case errors.Is(err, ErrPruned):
			w.log.Warn("no node has the next block any more: listing jobs instead", "height", from)
			if err := w.sync(ctx, 0); err != nil {
				return err
			}
			if failures <= 1 {
				continue
			}
		default:
			w.log.Warn("the node does not answer", "while", "follow", "failures", failures, "error", err)
		}
		w.metrics.nodeErrors.Inc()
		if err := pause.For(ctx, backoff(failures, firstPause, longPause)); err != nil {
			return err
		}
	}
}

// read takes in what a block says of our jobs: it looks at the state of each job that
// it mentions. So a block may be read twice, and events need no order.
func (w *Worker) read(ctx context.Context, b client.Block) error {
	seen := mentions(b.Events, w.config.Agent.ID)
	if err := w.refreshMarket(ctx); err != nil {
		return err
	}
	for _, key := range seen.jobs {
		if err := w.refresh(ctx, key); err != nil {
			return err
		}
	}
	if seen.agent {
		if err := w.recheckAgent(ctx); err != nil {
			return err
		}
	}
	if err := w.table.setHeight(b.Height, len(seen.jobs) > 0); err != nil {
		return &fatalError{err}
	}
	w.saw(b.Height)
	w.nudge()
	return nil
}

// recheckAgent reads the agent again. What would have kept the worker from starting does
// not stop it: it can still finish what it has.
func (w *Worker) recheckAgent(ctx context.Context) error {
	err := w.checkAgent(ctx)
	var fatal *fatalError
	if errors.As(err, &fatal) {
		w.log.Error("the configuration does not fit the chain any more", "error", err)
		w.update(func(s *state) { s.active = false })
		return nil
	}
	return err
}

// everyJob are the events of the registry that come with every job and change nothing
// else.
var everyJob = []string{"EventReserved", "EventReservationReleased"}

// mentioned is what a block says about one agent.
type mentioned struct {
	jobs []jobKey
	// agent says that its registration changed.
	agent bool
}

// mentions returns the jobs of an agent that the events are about, each once.
func mentions(events []client.Event, agentID uint64) mentioned {
	var out mentioned
	known := map[jobKey]bool{}
	for _, event := range events {
		if !strings.HasPrefix(event.Type, marketEvents) && !strings.HasPrefix(event.Type, registryEvents) {
			continue
		}
		attributes := textAttributes(event)
		if attributes["agent_id"] != strconv.FormatUint(agentID, 10) {
			continue
		}
		if strings.HasPrefix(event.Type, registryEvents) {
			out.agent = out.agent || !slices.Contains(everyJob, strings.TrimPrefix(event.Type, registryEvents))
			continue
		}
		sequence, err := strconv.ParseUint(attributes["sequence"], 10, 64)
		key := jobKey{client: attributes["client"], sequence: sequence}
		if err != nil || key.client == "" || known[key] {
			continue
		}
		known[key] = true
		out.jobs = append(out.jobs, key)
	}
	return out
}

// textAttributes returns the attributes of a typed event that are texts in JSON, as
// addresses and 64-bit numbers are. They are there for events of later releases too,
// which this program can't read as a whole.
func textAttributes(event client.Event) map[string]string {
	out := make(map[string]string, len(event.Attributes))
	for _, a := range event.Attributes {
		var text string
		if err := json.Unmarshal([]byte(a.Value), &text); err == nil {
			out[a.Key] = text
		}
	}
	return out
}

// refresh asks for a job and enters what it is told.
func (w *Worker) refresh(ctx context.Context, key jobKey) error {
	for missing := 1; ; missing++ {
		record, err := w.deps.Chain.Job(ctx, key.client, key.sequence)
		if err == nil {
			return w.enter(record)
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		if missing == missingTries {
			w.log.Error("the chain does not have a job that it mentions", "client", key.client, "job", key.sequence)
			return nil
		}
		if err := pause.For(ctx, backoff(missing, firstPause, longPause)); err != nil {
			return err
		}
	}
}

// enter takes in what the chain shows of a job, if it is one of ours.
func (w *Worker) enter(record jobmarkettypes.JobRecord) error {
	if record.Job.AgentId != w.config.Agent.ID || !wellFormed(record) {
		return nil
	}
	change, err := w.table.merge(record)
	if err != nil {
		return &fatalError{err}
	}
	w.tell(change)
	w.callOff(change.after)
	w.nudge()
	return nil
}

// tell logs and counts what is new about a job.
func (w *Worker) tell(c change) {
	before, after := c.before, c.after
	log := w.log.With("client", after.Record.Job.Client, "job", after.Record.Job.Sequence)
	if before == nil {
		log.Info("hired", "skill", after.Record.Job.Skill, "milestones", len(after.Work), "deadline", after.Record.Progress.Deadline)
	}
	for m := uint32(1); int(m) <= len(after.Work); m++ {
		now := after.status(m)
		if now == jobmarkettypes.MILESTONE_STATUS_PENDING || before != nil && before.status(m) == now {
			continue
		}
		log.Info("milestone is "+now.Text(), "milestone", m)
		w.metrics.milestones.WithLabelValues(now.Text()).Inc()
	}
}

// refreshMarket asks for the market time.
func (w *Worker) refreshMarket(ctx context.Context) error {
	t, err := w.deps.Chain.MarketTime(ctx)
	if err != nil {
		return err
	}
	at := time.Now()
	w.update(func(s *state) { s.market, s.marketAt = uint64(max(t.Unix(), 0)), at })
	return nil
}

// saw notes that the chain goes on.
func (w *Worker) saw(height int64) {
	at := time.Now()
	w.update(func(s *state) {
		if height > s.height {
			s.height, s.seenAt = height, at
		}
	})
}

// nudge makes the dispatcher look for something to do.
func (w *Worker) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}
