package agent_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/agent"
	"github.com/aitbc/aitbc/agent/executor"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// pointsOfDelivery are where a worker can be killed on the way to a submission, in
// order.
var pointsOfDelivery = []string{
	"input stored", "input noted", "executed", "result named", "result stored", "result noted",
	"before submitting", "submitted", "submission noted",
}

// killAt ends a worker at a point as SIGKILL would: nothing is written any more, and no
// step goes on.
func killAt(target string) func(*running, string) {
	var dead atomic.Bool
	return func(r *running, point string) {
		if point == target && !dead.Swap(true) {
			agent.Cut(r.Worker)
			r.stop()
		}
		if dead.Load() {
			runtime.Goexit()
		}
	}
}

// numbered is an executor whose results differ from run to run.
type numbered struct {
	mu   sync.Mutex
	runs int
}

func (n *numbered) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.runs
}

func (n *numbered) run(context.Context, executor.Task) (executor.Output, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.runs++
	return executor.Output{MediaType: "text/plain", Body: fmt.Appendf(nil, "run %d", n.runs)}, nil
}

// Killed anywhere and started anew over its files, a worker delivers once, and what it
// had made before it was killed.
func TestKilledAnywhere(t *testing.T) {
	for i, point := range pointsOfDelivery {
		t.Run(point, func(t *testing.T) {
			b := newBed(t)
			work := &numbered{}
			b.executor = fakeExecutor(work.run)
			r := b.start(killAt(point))
			h := b.hire(1, text)
			_ = h.put(r, 1) // the first two points break it off
			<-r.done

			r = b.start(nil)
			if point == "input stored" {
				// The client got no answer; but the input is there, so the worker
				// would not need it again.
				b.chain.await(t, h.is(submitted))
			}
			if err := h.put(r, 1); err != nil {
				t.Fatal(err)
			}
			b.chain.await(t, h.is(submitted))
			// From when the bytes of a result are stored, nothing is made again.
			got, runs := h.result(r, 1), work.count()
			if got != fmt.Sprintf("run %d", runs) || i >= slices.Index(pointsOfDelivery, "result stored") && runs != 1 {
				t.Errorf("delivered %q after %d runs", got, runs)
			}
			b.chain.act(t, h.name, jobmarkettypes.ActionAccept)
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			if n := b.chain.count("SubmitMilestone"); n != 1 || b.chain.refused != 0 {
				t.Errorf("step %d: %d submissions, %d refused", i, n, b.chain.refused)
			}
		})
	}
}

// The points above are all that a delivery passes. Work can begin before the one who
// brought the input knows that it is noted.
func TestPointsOfDelivery(t *testing.T) {
	b := newBed(t)
	var mu sync.Mutex
	var passed []string
	all := make(chan struct{})
	r := b.start(func(_ *running, point string) {
		mu.Lock()
		defer mu.Unlock()
		if passed = append(passed, point); len(passed) == len(pointsOfDelivery) {
			close(all)
		}
	})
	h := b.hire(1, text)
	if err := h.put(r, 1); err != nil {
		t.Fatal(err)
	}
	<-all
	mu.Lock()
	defer mu.Unlock()
	if got, want := slices.Sorted(slices.Values(passed)), slices.Sorted(slices.Values(pointsOfDelivery)); !slices.Equal(got, want) {
		t.Errorf("expected %v, got %v", want, got)
	}
}

func TestKilledWhileQuitting(t *testing.T) {
	for _, point := range []string{"refusal noted", "before quitting", "quit"} {
		t.Run(point, func(t *testing.T) {
			b := newBed(t)
			r := b.start(killAt(point))
			h := b.hire(1, "--- 12 34 ---")
			if err := h.put(r, 1); err != nil {
				t.Fatal(err)
			}
			<-r.done
			r = b.start(nil)
			b.chain.await(t, h.is(missed))
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			if n := b.chain.count("QuitMilestone"); n != 1 || b.chain.refused != 0 {
				t.Errorf("%d times given up, %d refused", n, b.chain.refused)
			}
		})
	}
}

// A transaction can have its effect although the sender hears of a failure.
func TestAnswerIsLost(t *testing.T) {
	b := newBed(t)
	b.chain.after = func(sdk.Msg) error { return errDown }
	r := b.start(nil)
	h := b.hire(1, text)
	if err := h.put(r, 1); err != nil {
		t.Fatal(err)
	}
	b.chain.await(t, h.is(submitted))
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = b.start(nil)
	if err := h.put(r, 1); err != nil { // it is there already
		t.Fatal(err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if n := b.chain.count("SubmitMilestone"); n != 1 || b.chain.refused != 0 {
		t.Errorf("%d submissions, %d refused", n, b.chain.refused)
	}
}
