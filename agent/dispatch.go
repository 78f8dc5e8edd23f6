package agent

import (
	"context"
	"errors"
	"time"

	"github.com/aitbc/aitbc/client"
)

const (
	// maxSending bounds the transactions under way at once.
	maxSending = 16

	firstRetry = 2 * time.Second
	longRetry  = 5 * time.Minute
	// idleWait is how long the dispatcher sleeps when nothing is due. It is woken by
	// whatever changes a job.
	idleWait = time.Minute
	// abandonWait is how long steps have to end after they were called off.
	abandonWait = 5 * time.Second
)

// action is what a job needs next.
type action string

const (
	actionNone    action = ""
	actionExecute action = "execute"
	actionSubmit  action = "submit"
	actionQuit    action = "quit"
)

// task is a step under way.
type task struct {
	action    action
	milestone uint32
	// stop calls it off.
	stop context.CancelFunc
	// until is when an execution should have ended; zero while it is not known.
	until time.Time
}

// overdue reports whether the executor does not stop.
func (t *task) overdue(now time.Time) bool { return !t.until.IsZero() && now.After(t.until) }

// retry is when a job may be tried again.
type retry struct {
	failures int
	at       time.Time
	// past is a height that the chain has to be past, because until then a transaction
	// may still get into a block.
	past int64
}

// need returns what a job needs now, in market time. Nothing is begun once the deadline
// has passed: the chain would not take it. What can't be delivered is given up before,
// whatever the reason: that costs nothing and frees client and bond, while silence
// costs a part of the bond.
func (w *Worker) need(j job, market uint64) action {
	if !j.working() || market >= j.Record.Progress.Deadline {
		return actionNone
	}
	late := market+lastCall(j.terms(j.live()).DeliverySeconds) >= j.Record.Progress.Deadline
	switch s := j.work(j.live()); s.Stage {
	case stageExecuted:
		return actionSubmit
	case stageRefused:
		return actionQuit
	case stageReady:
		if late && s.Result == nil {
			return actionQuit
		}
		return actionExecute
	case stageAwaitInput:
		if late {
			return actionQuit
		}
	case stageSubmitted, stageDone:
	}
	return actionNone
}

// lastCall returns how long before its deadline a milestone without a result is given
// up, in seconds: a fifth of the time for delivery, so that there is time for a
// transaction to fail and be sent again, but no longer than it takes on a slow network.
func lastCall(deliverySeconds uint64) uint64 { return min(max(deliverySeconds/5, 4), 60) }

// dispatch begins steps until following ends. Steps themselves end with working.
func (w *Worker) dispatch(following, working context.Context) {
	for {
		wait := w.beginDue(working)
		select {
		case <-following.Done():
			return
		case <-w.wake:
		case <-time.After(wait):
		}
	}
}

// drain lets what is under way end, and sends what is finished, for at most the time of
// grace. Then it calls off the rest.
func (w *Worker) drain(working context.Context, abandon context.CancelFunc) {
	w.update(func(s *state) { s.draining = true })
	grace := time.After(w.config.Grace)
	for out := false; !out; {
		w.beginDue(working)
		if w.busy() == 0 {
			return
		}
		select {
		case <-w.wake:
		case <-grace:
			out = true
		}
	}
	w.log.Warn("the time of grace is over: calling off what is under way", "steps", w.busy())
	abandon()
	last := time.After(abandonWait)
	for w.busy() > 0 {
		select {
		case <-w.wake:
		case <-last:
			w.log.Error("some steps do not stop", "steps", w.busy())
			return
		}
	}
}

// busy returns how many steps are under way.
func (w *Worker) busy() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.tasks)
}

// beginDue begins the steps that are due, those first whose deadline is first, as far
// as there is room. It returns how long nothing else will be due by itself.
func (w *Worker) beginDue(working context.Context) time.Duration {
	jobs := w.table.all()
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	wait := idleWait
	room := map[action]int{actionExecute: w.config.Limits.Concurrency, actionSubmit: maxSending}
	for _, t := range w.tasks {
		room[t.action.pool()]--
	}
	if w.state.draining {
		room[actionExecute] = 0
	}
	for _, j := range jobs {
		key, next := j.key(), w.need(j, w.state.market)
		if next == actionNone || w.tasks[key] != nil {
			continue
		}
		again := w.retries[key]
		if until := again.at.Sub(now); until > 0 {
			wait = min(wait, until)
			continue
		}
		if again.past > 0 && w.state.height <= again.past {
			continue // the block that brings it on wakes us
		}
		if room[next.pool()] <= 0 {
			continue
		}
		room[next.pool()]--
		ctx, stop := context.WithCancel(working)
		t := &task{action: next, milestone: j.live(), stop: stop}
		w.tasks[key] = t
		go w.run(ctx, t, j)
	}
	return wait
}

// pool is what an action takes room of.
func (a action) pool() action {
	if a == actionQuit {
		return actionSubmit
	}
	return a
}

// run does one step of a job and notes how it went.
func (w *Worker) run(ctx context.Context, t *task, seen job) {
	var err error
	defer func() { w.ended(t, seen, err) }()
	// What the dispatcher saw may be from before the last step ended.
	j, known := w.table.get(seen.key())
	if !known || j.live() != t.milestone || w.need(j, w.now().market) != t.action {
		return
	}
	switch t.action {
	case actionExecute:
		err = w.execute(ctx, t, j)
	case actionSubmit:
		err = w.submit(ctx, j)
	case actionQuit:
		err = w.quit(ctx, j)
	case actionNone:
	}
}

// ended makes room, and says when a step that failed may be tried again.
func (w *Worker) ended(t *task, j job, err error) {
	t.stop()
	key := j.key()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.tasks, key)
	if err == nil {
		delete(w.retries, key)
	} else {
		r := w.retries[key]
		r.failures++
		pause := backoff(r.failures, firstRetry, longRetry)
		r.at, r.past = time.Now().Add(pause), 0
		if pending := (*client.PendingError)(nil); errors.As(err, &pending) {
			r.past = pending.TimeoutHeight
		}
		w.retries[key] = r
		w.logOf(j).Warn("a step failed and will be tried again", "step", string(t.action), "failures", r.failures,
			"after", pause.String(), "error", err)
	}
	w.nudge()
}

// callOff stops the execution of a job that stands elsewhere by now: nobody waits for
// its result. A transaction is not stopped, it is on its way.
func (w *Worker) callOff(j job) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.tasks[j.key()]
	if !j.working() {
		delete(w.retries, j.key())
	}
	if t != nil && t.action == actionExecute && (!j.working() || t.milestone != j.live()) {
		t.stop()
	}
}
