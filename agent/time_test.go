package agent_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/agent"
	"github.com/aitbc/aitbc/agent/executor"
	"github.com/aitbc/aitbc/client"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// The tests of this file run in a bubble, where time passes only when everybody waits.
// Connections are pipes, because waiting for a network does not count there.

// pipes is a listener without a network.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes {
	return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (*pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "pipe"} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// inBubble is a worker that runs in a bubble.
type inBubble struct {
	*running
	bed  *bed
	http *http.Client
}

func (b *bed) bubble() *inBubble {
	p := newPipes()
	return &inBubble{
		running: b.begin(p, nil), bed: b,
		http: &http.Client{Transport: &http.Transport{DialContext: p.dial, DisableKeepAlives: true}},
	}
}

// ask returns status and body of an answer.
func (r *inBubble) ask(method, path string, body []byte) (int, string) {
	t := r.bed.t
	t.Helper()
	req, err := http.NewRequest(method, "http://agent"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := r.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

// put hands over the input of the first milestone.
func (r *inBubble) put(h *hire) {
	t := r.bed.t
	t.Helper()
	path := "/v1/jobs/" + h.name.client + "/1/milestones/1/input"
	if code, body := r.ask(http.MethodPut, path, h.inputs[0]); code != http.StatusCreated {
		t.Fatalf("got %d %s", code, body)
	}
}

func (r *inBubble) stopAndCheck() {
	r.bed.t.Helper()
	if err := r.end(); err != nil {
		r.bed.t.Fatal(err)
	}
}

// expect fails unless the live milestone of a job has a status once everybody waits.
func (h *hire) expect(status jobmarkettypes.MilestoneStatus) {
	h.bed.t.Helper()
	synctest.Wait()
	record := h.bed.chain.record(h.name)
	if got := record.Progress.Live(); got != status {
		h.bed.t.Fatalf("expected %s, got %s; log:\n%s", status, got, h.bed.log)
	}
}

func TestNodeIsDownAtFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		b.chain.setDown(true)
		r := b.bubble()
		time.Sleep(10 * time.Minute)
		if code, body := r.ask(http.MethodGet, "/healthz", nil); code != http.StatusServiceUnavailable || !strings.Contains(body, "expected a new height within 1m0s") {
			t.Errorf("got %d %s", code, body)
		}
		b.chain.setDown(false)
		time.Sleep(time.Minute)
		if code, body := r.ask(http.MethodGet, "/healthz", nil); code != http.StatusOK {
			t.Errorf("got %d %s", code, body)
		}
		h := b.hire(1, text)
		r.put(h)
		h.expect(submitted)
		r.stopAndCheck()
	})
}

func TestNodeGoesDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		r := b.bubble()
		h := b.hire(1, text)
		synctest.Wait()
		b.chain.setDown(true)
		// Known jobs go on without a node, as far as they can.
		r.put(h)
		h.expect(working)
		time.Sleep(2 * time.Minute)
		if code, body := r.ask(http.MethodGet, "/v1/health", nil); code != http.StatusOK || !strings.Contains(body, `"ready":false`) {
			t.Errorf("got %d %s", code, body)
		}
		// A client that asks for a job which nobody knows yet is told to come again.
		if code, body := r.ask(http.MethodPut, "/v1/jobs/ait1client/9/milestones/1/input", []byte("x")); code != http.StatusInternalServerError {
			t.Errorf("got %d %s", code, body)
		}
		b.chain.setDown(false)
		time.Sleep(10 * time.Minute)
		h.expect(submitted)
		r.stopAndCheck()
		if n := b.chain.count("SubmitMilestone"); n != 1 {
			t.Errorf("%d submissions", n)
		}
	})
}

func TestBlocksArePruned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		r := b.bubble()
		gone := b.hire(1, text)
		synctest.Wait()
		b.chain.setDown(true)
		// One job ends and one is posted in blocks that nobody has any more.
		synctest.Wait()
		b.chain.mu.Lock()
		err := b.chain.step(gone.name, jobmarkettypes.Step{Action: jobmarkettypes.ActionCancel, Milestone: 1})
		b.chain.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		h := b.hire(2, text)
		b.chain.with(func() { b.chain.height += 1000; b.chain.base = b.chain.height + 1 })
		b.chain.setDown(false)
		time.Sleep(2 * time.Minute)
		if !strings.Contains(b.log.String(), "listing jobs instead") || !strings.Contains(b.log.String(), "milestone is cancelled") {
			t.Errorf("log:\n%s", b.log)
		}
		path := "/v1/jobs/" + h.name.client + "/2/milestones/1/input"
		if code, body := r.ask(http.MethodPut, path, h.inputs[0]); code != http.StatusCreated {
			t.Fatalf("got %d %s", code, body)
		}
		h.expect(submitted)
		r.stopAndCheck()
	})
}

// The node that is asked may be behind the one that told of a job.
func TestNodeIsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		b.chain.hidden[jobName{"ait1client", 1}] = 3
		r := b.bubble()
		synctest.Wait()
		h := b.hire(1, text)
		time.Sleep(10 * time.Second)
		r.put(h)
		h.expect(submitted)
		r.stopAndCheck()
	})
}

func TestExecutorHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		b.config.Limits.JobTime = time.Minute
		attempts := 0
		b.executor = fakeExecutor(func(ctx context.Context, task executor.Task) (executor.Output, error) {
			if attempts++; attempts < 3 {
				<-ctx.Done()
				return executor.Output{}, ctx.Err()
			}
			return executor.Output{MediaType: "text/plain", Body: task.Input}, nil
		})
		r := b.bubble()
		h := b.hire(1, text)
		synctest.Wait()
		r.put(h)
		time.Sleep(59 * time.Second)
		h.expect(working)
		time.Sleep(2 * time.Minute)
		h.expect(submitted)
		_, metrics := r.ask(http.MethodGet, "/metrics", nil)
		if want := `aitbc_agent_executions_total{outcome="timeout",skill="text.summarize"} 2`; !strings.Contains(metrics, want) {
			t.Errorf("expected %s in\n%s", want, metrics)
		}
		r.stopAndCheck()
	})
}

// An executor that does not stop keeps its room, and is seen.
func TestExecutorDoesNotStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		b.config.Limits.Concurrency, b.config.Limits.JobTime, b.config.Grace = 1, time.Minute, time.Minute
		release := make(chan struct{})
		b.executor = fakeExecutor(func(context.Context, executor.Task) (executor.Output, error) {
			<-release
			return executor.Output{}, errors.New("too late")
		})
		r := b.bubble()
		h := b.hire(1, text)
		synctest.Wait()
		r.put(h)
		for range 10 {
			time.Sleep(30 * time.Second)
			b.chain.with(func() {})
		}
		code, body := r.ask(http.MethodGet, "/healthz", nil)
		if code != http.StatusServiceUnavailable || !strings.Contains(body, "1 go on and there is no room for others") {
			t.Errorf("got %d %s", code, body)
		}
		began := time.Now()
		r.stopAndCheck()
		if took := time.Since(began); took > 2*time.Minute {
			t.Errorf("expected it to be left behind after the time of grace, waited %s", took)
		}
		close(release)
		synctest.Wait()
	})
}

func TestExecutorPanicsAndFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		attempts := 0
		b.executor = fakeExecutor(func(_ context.Context, task executor.Task) (executor.Output, error) {
			switch attempts++; attempts {
			case 1:
				panic("out of range")
			case 2:
				return executor.Output{}, errors.New("the model is busy")
			case 3:
				return executor.Output{MediaType: "no media type"}, nil
			case 4:
				return executor.Output{}, context.Canceled // its own, not ours
			}
			return executor.Output{MediaType: "text/plain", Body: task.Input}, nil
		})
		r := b.bubble()
		h := b.hire(1, text)
		synctest.Wait()
		r.put(h)
		h.expect(working)
		time.Sleep(2*time.Second + 4*time.Second + 8*time.Second)
		h.expect(working)
		time.Sleep(16 * time.Second)
		h.expect(submitted)
		for _, want := range []string{"the executor panicked: out of range", "the model is busy", "seal the result: media type"} {
			if !strings.Contains(b.log.String(), want) {
				t.Errorf("expected %q in\n%s", want, b.log)
			}
		}
		r.stopAndCheck()
	})
}

func TestConcurrencyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		b.config.Limits.Concurrency = 3
		var mu sync.Mutex
		now, most := 0, 0
		b.executor = fakeExecutor(func(_ context.Context, task executor.Task) (executor.Output, error) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			return executor.Output{MediaType: "text/plain", Body: task.Input}, nil
		})
		r := b.bubble()
		b.hireAll(r, 10)
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := b.chain.count("SubmitMilestone"); n != 10 || most != 3 {
			t.Errorf("%d submissions, %d at a time", n, most)
		}
		r.stopAndCheck()
	})
}

// hireAll posts so many jobs and stores their inputs.
func (b *bed) hireAll(r *inBubble, n uint64) {
	for i := range n {
		h := b.hire(i+1, text)
		synctest.Wait()
		path := "/v1/jobs/" + h.name.client + "/" + string(rune('0'+(i+1)/10)) + string(rune('0'+(i+1)%10)) + "/milestones/1/input"
		if code, body := r.ask(http.MethodPut, path, h.inputs[0]); code != http.StatusCreated {
			b.t.Fatalf("got %d %s", code, body)
		}
	}
}

// Nothing is begun, and nothing submitted, once the deadline has passed.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		b.config.Limits.JobTime = 24 * time.Hour
		runs, took := 0, time.Duration(0)
		b.executor = fakeExecutor(func(ctx context.Context, _ executor.Task) (executor.Output, error) {
			runs++
			began := time.Now()
			<-ctx.Done()
			took = time.Since(began)
			return executor.Output{}, ctx.Err()
		})
		r := b.bubble()
		h := b.hire(1, text)
		synctest.Wait()
		r.put(h)
		synctest.Wait()
		if runs != 1 {
			t.Fatalf("%d runs", runs)
		}
		// It is stopped at the last call, though its own limit is a day.
		b.chain.with(func() { b.chain.market += delivery })
		time.Sleep(time.Duration(delivery+10) * time.Second)
		synctest.Wait()
		b.chain.with(func() {})
		time.Sleep(time.Hour)
		if limit := time.Duration(delivery-60) * time.Second; runs != 1 || took > limit || took < limit-10*time.Second {
			t.Errorf("expected no run after the deadline, got %d, the first until %s", runs, took)
		}
		// Nor is an input taken any more.
		if code, body := r.ask(http.MethodPut, "/v1/jobs/ait1client/1/milestones/1/input", h.inputs[0]); code != http.StatusNotFound {
			t.Errorf("got %d %s", code, body)
		}
		b.chain.act(t, h.name, jobmarkettypes.ActionTimeout)
		h.expect(missed)
		if n := b.chain.count("SubmitMilestone"); n != 0 || b.chain.refused != 0 {
			t.Errorf("%d submissions, %d refused", n, b.chain.refused)
		}
		r.stopAndCheck()
	})
}

func TestCancelledJobIsCalledOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		stopped := false
		b.executor = fakeExecutor(func(ctx context.Context, _ executor.Task) (executor.Output, error) {
			<-ctx.Done()
			stopped = true
			return executor.Output{}, ctx.Err()
		})
		r := b.bubble()
		h := b.hire(1, text)
		synctest.Wait()
		r.put(h)
		synctest.Wait()
		b.chain.act(t, h.name, jobmarkettypes.ActionCancel)
		synctest.Wait()
		if !stopped {
			t.Error("expected the execution to be stopped")
		}
		r.stopAndCheck()
	})
}

func TestGrace(t *testing.T) {
	for name, tc := range map[string]struct {
		grace time.Duration
		want  jobmarkettypes.MilestoneStatus
	}{
		"enough":     {time.Minute, submitted},
		"not enough": {10 * time.Second, working},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBed(t)
				b.config.Grace = tc.grace
				b.executor = fakeExecutor(func(ctx context.Context, task executor.Task) (executor.Output, error) {
					select {
					case <-ctx.Done():
						return executor.Output{}, ctx.Err()
					case <-time.After(30 * time.Second):
						return executor.Output{MediaType: "text/plain", Body: task.Input}, nil
					}
				})
				r := b.bubble()
				h := b.hire(1, text)
				synctest.Wait()
				r.put(h)
				synctest.Wait()
				began := time.Now()
				r.stopAndCheck()
				if took := time.Since(began); took > min(tc.grace, 30*time.Second)+time.Second {
					t.Errorf("took %s", took)
				}
				h.expect(tc.want)
				// The next run does what this one did not.
				r = b.bubble()
				time.Sleep(time.Minute)
				h.expect(submitted)
				r.stopAndCheck()
				if n := b.chain.count("SubmitMilestone"); n != 1 {
					t.Errorf("%d submissions", n)
				}
			})
		})
	}
}

// A worker that was told to stop finishes what it has begun, and begins nothing.
func TestStopBeginsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		b.config.Grace, b.config.Limits.Concurrency = time.Hour, 1
		runs := 0
		b.executor = fakeExecutor(func(_ context.Context, task executor.Task) (executor.Output, error) {
			runs++
			time.Sleep(time.Minute)
			return executor.Output{MediaType: "text/plain", Body: task.Input}, nil
		})
		r := b.bubble()
		b.hireAll(r, 2)
		synctest.Wait()
		r.stopAndCheck()
		if n := b.chain.count("SubmitMilestone"); n != 1 || runs != 1 {
			t.Errorf("%d submissions after %d runs", n, runs)
		}
	})
}

// Payloads stay for a day after the end.
func TestSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		r := b.bubble()
		h := b.hire(1, text)
		synctest.Wait()
		r.put(h)
		h.expect(submitted)
		b.chain.act(t, h.name, jobmarkettypes.ActionAccept)
		synctest.Wait()
		files := func() int {
			entries, err := os.ReadDir(filepath.Join(b.config.DataDir, "payloads"))
			if err != nil {
				t.Fatal(err)
			}
			return len(entries)
		}
		b.chain.with(func() { b.chain.market += 24*60*60 - 10 })
		time.Sleep(time.Hour)
		if n := files(); n != 2 {
			t.Errorf("expected input and result, got %d files", n)
		}
		b.chain.with(func() { b.chain.market += 10 })
		time.Sleep(time.Hour)
		if n := files(); n != 0 {
			t.Errorf("expected nothing, got %d files", n)
		}
		r.stopAndCheck()
	})
}

func TestAgentIsPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		r := b.bubble()
		synctest.Wait()
		ready := func() bool {
			synctest.Wait()
			_, body := r.ask(http.MethodGet, "/v1/health", nil)
			return strings.Contains(body, `"ready":true`)
		}
		if !ready() {
			t.Error("expected it to be ready")
		}
		set := func(status registrytypes.AgentStatus) {
			b.chain.mu.Lock()
			defer b.chain.mu.Unlock()
			record := b.chain.agents[agentID]
			old := record.Agent.Status
			record.Agent.Status = status
			b.chain.agents[agentID] = record
			b.chain.block(&registrytypes.EventAgentStatusChanged{AgentId: agentID, OldStatus: old, NewStatus: status})
		}
		set(registrytypes.AGENT_STATUS_PAUSED)
		if ready() || !strings.Contains(b.log.String(), "the agent is not active") {
			t.Error("expected a paused agent not to be ready")
		}
		set(registrytypes.AGENT_STATUS_ACTIVE)
		if !ready() {
			t.Error("expected it to be ready again")
		}
		b.chain.with(func() {
			record := b.chain.agents[agentID]
			record.Bond.Bonded = record.Bond.Bonded.SubRaw(1)
			b.chain.agents[agentID] = record
			b.chain.block(&registrytypes.EventReservationSlashed{AgentId: agentID, Holder: "jobmarket", Amount: registrytypes.Uait(sdkmath.OneInt())})
		})
		synctest.Wait()
		if !strings.Contains(b.log.String(), "less is at stake than configured") {
			t.Errorf("log:\n%s", b.log)
		}
		r.stopAndCheck()
	})
}

// A refusal for a reason that may pass, such as an empty account, is tried again.
func TestSubmissionIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		tries := 0
		b.chain.before = func(sdk.Msg) error {
			if tries++; tries < 4 {
				return errors.New("insufficient funds")
			}
			return nil
		}
		r := b.bubble()
		h := b.hire(1, text)
		synctest.Wait()
		r.put(h)
		time.Sleep(time.Minute)
		h.expect(submitted)
		if tries != 4 {
			t.Errorf("%d tries", tries)
		}
		r.stopAndCheck()
	})
}

// A transaction whose fate is open is not sent again before it is decided.
func TestPendingTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		tries := 0
		b.chain.before = func(sdk.Msg) error {
			if tries++; tries == 1 {
				return &client.PendingError{Hash: "AB", TimeoutHeight: 110}
			}
			return nil
		}
		r := b.bubble()
		h := b.hire(1, text)
		synctest.Wait()
		r.put(h)
		time.Sleep(time.Hour)
		b.chain.with(func() { b.chain.height = 109 }) // makes 110
		time.Sleep(time.Hour)
		if synctest.Wait(); tries != 1 {
			t.Errorf("expected no other try, got %d", tries)
		}
		b.chain.with(func() {})
		h.expect(submitted)
		r.stopAndCheck()
	})
}

// What has no result shortly before its deadline is given up, whoever is to blame:
// silence would cost a part of the bond.
func TestGivesUpBeforeTheDeadline(t *testing.T) {
	const lastCall = 60 // of a delivery time of 5 minutes or more
	for name, tc := range map[string]struct {
		input  bool
		reason string
	}{
		"no input":          {false, "no input came in time"},
		"executor too slow": {true, "the work was not done in time"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBed(t)
				b.config.Limits.JobTime = 24 * time.Hour
				b.executor = fakeExecutor(func(ctx context.Context, _ executor.Task) (executor.Output, error) {
					<-ctx.Done()
					return executor.Output{}, ctx.Err()
				})
				r := b.bubble()
				h := b.hire(1, text)
				synctest.Wait()
				if tc.input {
					r.put(h)
				}
				goTo := func(market uint64) {
					b.chain.mu.Lock()
					ahead := market - b.chain.market
					b.chain.mu.Unlock()
					time.Sleep(time.Duration(ahead) * time.Second)
					b.chain.with(func() { b.chain.market = market - blockGap })
					time.Sleep(time.Minute) // a step that failed is tried again
				}
				deadline := b.chain.record(h.name).Progress.Deadline
				goTo(deadline - lastCall - 1)
				h.expect(working)
				goTo(deadline - lastCall)
				h.expect(missed)
				if l := b.chain.record(h.name).Progress.Ledger; !l.Slashed.IsZero() {
					t.Errorf("expected it to cost nothing, got %s", l.Slashed)
				}
				if !strings.Contains(b.log.String(), tc.reason) {
					t.Errorf("expected the log to say %q, got %s", tc.reason, b.log)
				}
				r.stopAndCheck()
			})
		})
	}
}

// When the disk fails, the worker ends with an error instead of going on blindly.
func TestDiskFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		r := b.bubble()
		synctest.Wait()
		agent.Cut(r.Worker)
		b.hire(1, text)
		if err := <-r.done; err == nil || !strings.Contains(err.Error(), "database not open") {
			t.Errorf("got %v", err)
		}
	})
}

// What was lost of the files is made good, as far as the client can help.
func TestLostFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		b.executor = fakeExecutor(func(_ context.Context, task executor.Task) (executor.Output, error) {
			return executor.Output{MediaType: "text/plain", Body: task.Input}, nil
		})
		b.chain.before = func(sdk.Msg) error { return errDown }
		r := b.bubble()
		h := b.hire(1, text)
		synctest.Wait()
		r.put(h)
		synctest.Wait()
		r.stopAndCheck()
		// Input and result are gone.
		dir := filepath.Join(b.config.DataDir, "payloads")
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		b.chain.before = nil
		r = b.bubble()
		h.expect(working)
		if !strings.Contains(b.log.String(), "the result is lost") || !strings.Contains(b.log.String(), "the input is lost") {
			t.Errorf("log:\n%s", b.log)
		}
		r.put(h)
		h.expect(submitted)
		r.stopAndCheck()
	})
}

func TestSeparateMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		inside, outside := newPipes(), newPipes()
		d := b.deps(outside)
		d.MetricsListener = inside
		w, err := agent.New(b.config, d)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.Run(ctx) }()
		for _, c := range []struct {
			at   *pipes
			code int
		}{{inside, http.StatusOK}, {outside, http.StatusNotFound}} {
			r := &inBubble{bed: b, http: &http.Client{Transport: &http.Transport{DialContext: c.at.dial, DisableKeepAlives: true}}}
			for _, path := range []string{"/metrics", "/healthz"} {
				if code, _ := r.ask(http.MethodGet, path, nil); code != c.code {
					t.Errorf("%s: expected %d, got %d", path, c.code, code)
				}
			}
		}
		stop()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}
