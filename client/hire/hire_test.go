package hire_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/client/payload"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const postingFee = 1_000

// spent is what a hire has cost so far, coins in escrow included.
func (w *world) spent() int64 { return wealth - w.balance.Int64() }

func TestHire(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	got, err := w.start(dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := "chosen posted uploaded submitted fetched opened accepted ended"; w.steps() != want {
		t.Errorf("expected the steps %s, got %s", want, w.steps())
	}
	if !got.Ended || got.Receipt.Status != jobmarkettypes.JOB_STATUS_COMPLETED || got.Problem != nil || got.Place != "text.result.md" {
		t.Errorf("unexpected outcome %+v", got)
	}
	if len(w.delivered) != 1 || !bytes.Equal(w.delivered[0], result) {
		t.Errorf("expected the result once, got %q", w.delivered)
	}
	// The agent's fee is its own; the deposit came back.
	if want := int64(price + postingFee + 2*gasFee); w.spent() != want {
		t.Errorf("expected %d uait spent, got %d", want, w.spent())
	}
	if e := latest(t, dir); e.Ref != got.Ref || e.Sequence != 1 || e.Ended != "completed" || e.Place != "text.result.md" {
		t.Errorf("unexpected entry %+v", e)
	}
	if left := leftovers(t, dir); len(left) > 0 {
		t.Errorf("expected nothing left behind, got %v", left)
	}
	if got.Txs[hire.StepPosted].Hash != "TX1" || got.Txs[hire.StepAccepted].Hash != "TX2" {
		t.Errorf("expected both transactions, got %v", got.Txs)
	}

	again, err := w.hirer(dir).Resume(t.Context(), got.Ref)
	if err != nil || !again.Ended || len(w.sent) != 2 || len(w.delivered) != 1 {
		t.Errorf("expected that resuming an ended hire does nothing, got %+v, %v and %v", again, w.sent, err)
	}
}

// A program can be killed around each call to the outside. Whenever it is, the next
// one brings the hire to its end, and everything happens once.
func TestKilledAnywhere(t *testing.T) {
	for name, story := range map[string]struct {
		prepare   func(w *world)
		sent      string
		spent     int64
		delivered bool
	}{
		"accepted": {func(*world) {}, "PostJob AcceptMilestone", price + postingFee + 2*gasFee, true},
		"missed": {
			func(w *world) { w.down["agent"] = true },
			"PostJob WaiveMilestone", postingFee + 2*gasFee - price/20, false,
		},
		"rejected": {
			func(w *world) { w.answer = func(jobmarkettypes.Job, []byte) []byte { return []byte("not sealed") } },
			"PostJob unreadable RejectMilestone", postingFee + 2*gasFee, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			full := newWorld(t)
			story.prepare(full)
			if _, err := full.start(t.TempDir()); err != nil {
				t.Fatal(err)
			}
			// Most calls are polls that wait for a deadline: their middle is all alike.
			for at := 1; at <= full.calls; at++ {
				if at > 25 && at < full.calls-12 {
					continue
				}
				for _, after := range []bool{false, true} {
					w, dir := newWorld(t), t.TempDir()
					story.prepare(w)
					w.killAt, w.killAfter = at, after
					if !killed(func() { _, _ = w.start(dir) }) {
						t.Fatalf("expected a kill at call %d", at)
					}
					w.killAt = -1
					finishAfterKill(t, w, dir)
					if got := strings.Join(w.sent, " "); got != story.sent {
						t.Errorf("killed at call %d (after: %v): expected %s, got %s", at, after, story.sent, got)
					}
					if len(w.jobs) != 1 || w.spent() != story.spent {
						t.Errorf("killed at call %d (after: %v): expected one job for %d uait, got %d for %d",
							at, after, story.spent, len(w.jobs), w.spent())
					}
					if n := len(w.delivered); (n > 0) != story.delivered || n > 0 && !bytes.Equal(w.delivered[n-1], result) {
						t.Errorf("killed at call %d (after: %v): unexpected result %q", at, after, w.delivered)
					}
				}
			}
		})
	}
}

// finishAfterKill does what a person would: hire again if there is nothing to resume.
func finishAfterKill(t *testing.T, w *world, dir string) {
	t.Helper()
	entries, err := hire.OpenJournal(dir).Entries()
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) == 0 {
		if len(w.jobs) > 0 {
			t.Fatal("a job was posted that the journal doesn't know")
		}
		_, err = w.start(dir)
	} else {
		_, err = w.hirer(dir).Resume(t.Context(), entries[0].Ref)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// killed runs f and reports whether it was killed.
func killed(f func()) bool {
	end := make(chan any)
	go func() {
		defer func() { end <- recover() }()
		f()
	}()
	why := <-end
	if err, ok := why.(error); why != nil && (!ok || !errors.Is(err, errKilled)) {
		panic(why)
	}
	return why != nil
}

// A transaction whose sender heard nothing may be in a block all the same.
func TestPostedWithoutAnswer(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	h := w.hirer(dir)
	plan, err := h.Plan(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	lost := &losing{world: w, lose: 2}
	got, err := with(t, w, dir, lost).Start(t.Context(), plan)
	if err != nil || !got.Ended {
		t.Fatalf("expected an end, got %+v and %v", got, err)
	}
	if got := strings.Join(w.sent, " "); got != "PostJob AcceptMilestone" {
		t.Errorf("expected each once, got %s", got)
	}
}

// losing is a wallet whose answers get lost, that many times.
type losing struct {
	*world
	lose int
}

func (l *losing) Send(ctx context.Context, msg sdkMsg) (hire.Tx, error) {
	tx, err := l.world.Send(ctx, msg)
	if l.lose > 0 && err == nil {
		l.lose--
		return hire.Tx{}, errDown
	}
	return tx, err
}

func with(t *testing.T, w *world, dir string, wallet hire.Wallet) *hire.Hirer {
	t.Helper()
	h, err := hire.New(hire.Config{
		Market: w, Wallet: wallet, Transport: w, Journal: hire.OpenJournal(dir), ChainID: chainID,
		Deliver: w.deliver, Decide: w.decide, Wait: w.wait, Progress: func(e hire.Event) { w.events = append(w.events, e) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAgentDownBeforePost(t *testing.T) {
	w, dir := newWorld(t), filepath.Join(t.TempDir(), "hires")
	w.down["endpoint"] = true
	_, err := w.start(dir)
	nobody := (*hire.NoAgentError)(nil)
	if !errors.As(err, &nobody) || !strings.Contains(err.Error(), "agent 1 (Agent 1) is away") {
		t.Fatalf("expected that nobody can be hired, got %v", err)
	}
	if _, err := os.Stat(dir); len(w.sent) != 0 || !os.IsNotExist(err) {
		t.Errorf("expected nothing posted and no journal, got %v and %v", w.sent, err)
	}
}

func TestAgentDownAfterPost(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	h := w.hirer(dir)
	plan, err := h.Plan(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	w.down["endpoint"] = true
	begin := w.now
	got, err := h.Start(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	if want := "chosen posted waiting missed waived ended"; w.steps() != want {
		t.Errorf("expected the steps %s, got %s", want, w.steps())
	}
	if !got.Ended || got.Receipt.Status != jobmarkettypes.JOB_STATUS_REFUNDED {
		t.Errorf("expected a refund, got %+v", got)
	}
	if passed := w.now - begin; passed < plan.Quote.DeliverySeconds || passed > plan.Quote.DeliverySeconds+2 {
		t.Errorf("expected to try for the %d s of the delivery, got %d", plan.Quote.DeliverySeconds, passed)
	}
	// Half of the agent's performance bond of 10 % is the client's now.
	if want := int64(postingFee + 2*gasFee - price/20); w.spent() != want {
		t.Errorf("expected %d uait spent, got %d", want, w.spent())
	}
}

func TestAgentComesBack(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	h := w.hirer(dir)
	plan, err := h.Plan(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	w.down["endpoint"] = true
	w.answer = func(j jobmarkettypes.Job, plain []byte) []byte {
		w.down["fetch"] = true // and goes again after its submission
		return w.sealed(j, plain)
	}
	back := w.now + 100
	w.onWait(func() {
		if w.now >= back {
			w.down["endpoint"] = false
		}
		if w.now >= back+200 {
			w.down["fetch"] = false
		}
	})
	got, err := w.hirer(dir).Start(t.Context(), plan)
	if err != nil || got.Receipt.Status != jobmarkettypes.JOB_STATUS_COMPLETED || len(w.delivered) != 1 {
		t.Fatalf("expected a completed job, got %+v and %v", got, err)
	}
	if want := "chosen posted waiting uploaded submitted waiting fetched opened accepted ended"; w.steps() != want {
		t.Errorf("expected the steps %s, got %s", want, w.steps())
	}
}

// An agent that moved after it was hired is found at its new address.
func TestAgentMoves(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	plan, err := w.hirer(dir).Plan(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	w.down[endpoint+"/1"] = true
	w.agents[0].Profile.Interfaces = []registrytypes.Interface{{Url: "https://elsewhere.test", Binding: "HTTP+JSON"}}
	got, err := w.hirer(dir).Start(t.Context(), plan)
	if err != nil || got.Receipt.Status != jobmarkettypes.JOB_STATUS_COMPLETED {
		t.Fatalf("expected a completed job, got %+v and %v", got, err)
	}
}

// What can't get better is not tried again.
func TestLastingErrors(t *testing.T) {
	for _, lasting := range []error{&client.NoAccountError{Address: me}, &client.WrongChainError{Expected: chainID, Got: "other-1"}} {
		w, dir := newWorld(t), t.TempDir()
		h := with(t, w, dir, failing{world: w, err: lasting})
		plan, err := h.Plan(t.Context(), order())
		if err != nil {
			t.Fatal(err)
		}
		begin := w.now
		if got, err := h.Start(t.Context(), plan); !errors.Is(err, lasting) || got.Ref == "" || w.now != begin {
			t.Errorf("expected %v at once, got %v after %d s", lasting, err, w.now-begin)
		}
	}
}

// failing is a wallet that sends nothing.
type failing struct {
	*world
	err error
}

func (f failing) Send(context.Context, sdkMsg) (hire.Tx, error) { return hire.Tx{}, f.err }

// What the agent delivered is not what it committed to, or nobody can open it. The
// client hears what is wrong, and the reason for which it rejects fits.
func TestBadResults(t *testing.T) {
	for name, tc := range map[string]struct {
		answer func(w *world, j jobmarkettypes.Job) []byte
		after  func(w *world)
		want   string
		reason string
	}{
		"other bytes": {
			after: func(w *world) {
				for uri, data := range w.results {
					w.results[uri] = append([]byte("x"), data[1:]...)
				}
			},
			want: "not the one that the agent committed to", reason: "unreadable",
		},
		"other size": {
			after: func(w *world) {
				for uri, data := range w.results {
					w.results[uri] = data[:len(data)-1]
				}
			},
			want: "not the one that the agent committed to", reason: "unreadable",
		},
		"wrong key": {
			answer: func(w *world, j jobmarkettypes.Job) []byte { return w.sealFor(j, w.keys[1].Public().Bytes()) },
			want:   "can't be opened", reason: "unreadable",
		},
		"of another job": {
			answer: func(w *world, j jobmarkettypes.Job) []byte {
				j.ClientRef = "another"
				return w.sealFor(j, j.MessagingKey.PublicKey)
			},
			want: "can't be opened", reason: "unreadable",
		},
		"changed before the commitment": {
			answer: func(w *world, j jobmarkettypes.Job) []byte {
				data := w.sealFor(j, j.MessagingKey.PublicKey)
				data[len(data)-1] ^= 1
				return data
			},
			want: "can't be opened", reason: "unreadable",
		},
		"not sealed at all": {
			answer: func(*world, jobmarkettypes.Job) []byte { return []byte("plain text") },
			want:   "can't be opened", reason: "unreadable",
		},
		"never served": {
			after: func(w *world) { w.down["fetch"] = true },
			want:  "can't be fetched", reason: "not delivered",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, dir := newWorld(t), t.TempDir()
			if tc.answer != nil {
				w.answer = func(j jobmarkettypes.Job, _ []byte) []byte { return tc.answer(w, j) }
			}
			if tc.after != nil {
				w.onWait(func() { tc.after(w) })
			}
			got, err := w.start(dir)
			if err != nil {
				t.Fatal(err)
			}
			if len(w.reviews) != 1 || w.reviews[0].Problem == nil || !strings.Contains(w.reviews[0].Problem.Error(), tc.want) {
				t.Fatalf("expected a problem with %q, got %+v", tc.want, w.reviews)
			}
			if w.reviews[0].SecondsLeft == 0 || len(w.delivered) != 0 || got.Place != "" || got.Problem == nil {
				t.Errorf("expected no result and time to decide, got %+v", got)
			}
			if got.Receipt.Status != jobmarkettypes.JOB_STATUS_REFUNDED || w.sent[1] != tc.reason {
				t.Errorf("expected a rejection as %s, got %v and %v", tc.reason, w.sent, got.Receipt.Status)
			}
			if want := int64(postingFee + 2*gasFee); w.spent() != want {
				t.Errorf("expected %d uait spent, got %d", want, w.spent())
			}
		})
	}
}

// onWait calls f after each second that passes.
func (w *world) onWait(f func()) { w.each = append(w.each, f) }

// Without a decision the result is left, and silence pays. A later run says so, with
// the result.
func TestSilence(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	w.decision = hire.Leave
	got, err := w.start(dir)
	if err != nil || got.Ended || got.Place == "" {
		t.Fatalf("expected an open result, got %+v and %v", got, err)
	}
	if w.reviews[0].SecondsLeft == 0 || w.reviews[0].Place != "text.result.md" {
		t.Errorf("expected to be asked with the result in hand, got %+v", w.reviews)
	}
	w.pass(86_400)
	if got, err = w.hirer(dir).Resume(t.Context(), got.Ref); err != nil || got.Receipt.Status != jobmarkettypes.JOB_STATUS_COMPLETED {
		t.Fatalf("expected a completed job, got %+v and %v", got, err)
	}
	if strings.Join(w.sent, " ") != "PostJob" || len(w.delivered) != 1 {
		t.Errorf("expected nothing more to be sent or delivered, got %v and %d", w.sent, len(w.delivered))
	}
}

// A program that was away until silence paid still gets the result.
func TestPaidWhileAway(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	w.down["fetch"] = true
	ctx, stop := context.WithCancel(t.Context())
	w.onWait(func() {
		if w.jobs != nil && w.jobs[0].Progress.Live() == jobmarkettypes.MILESTONE_STATUS_SUBMITTED {
			stop()
		}
	})
	h := w.hirer(dir)
	plan, err := h.Plan(ctx, order())
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.Start(ctx, plan)
	if !errors.Is(err, context.Canceled) || got.Ref == "" {
		t.Fatalf("expected an interruption that can be resumed, got %+v and %v", got, err)
	}
	w.each = nil
	w.pass(86_400)
	w.down["fetch"] = false
	if got, err = w.hirer(dir).Resume(t.Context(), got.Ref); err != nil || !got.Ended || len(w.delivered) != 1 {
		t.Fatalf("expected the result, got %+v and %v", got, err)
	}
	if len(w.reviews) != 0 || got.Receipt.Status != jobmarkettypes.JOB_STATUS_COMPLETED {
		t.Errorf("expected that there is nothing to decide any more, got %+v", got)
	}
}

// A decision that comes too late is no error: silence was faster.
func TestDecisionTooLate(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	h, err := hire.New(hire.Config{
		Market: w, Wallet: w, Transport: w, Journal: hire.OpenJournal(dir), ChainID: chainID, Deliver: w.deliver, Wait: w.wait,
		Decide: func(context.Context, hire.Review) (hire.Decision, error) {
			w.pass(86_400) // a long coffee
			return hire.Reject, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := h.Plan(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.Start(t.Context(), plan)
	if err != nil || got.Receipt.Status != jobmarkettypes.JOB_STATUS_COMPLETED {
		t.Errorf("expected that the agent was paid by silence, got %+v and %v", got, err)
	}
}

func TestRejectedByTheClient(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	w.decision = hire.Reject
	got, err := w.start(dir)
	if err != nil || got.Receipt.Status != jobmarkettypes.JOB_STATUS_REFUNDED {
		t.Fatalf("expected a refund, got %+v and %v", got, err)
	}
	if strings.Join(w.sent, " ") != "PostJob incorrect RejectMilestone" {
		t.Errorf("expected a rejection as incorrect, got %v", w.sent)
	}
}

// An agent that gives up is refunded at once, without waiting for the deadline.
func TestAgentQuits(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	w.down["agent"] = true
	begin := w.now
	w.onWait(func() {
		if len(w.inputs) == 1 && w.now >= begin+5 {
			_ = w.step(w.jobs[0], jobmarkettypes.Step{Action: jobmarkettypes.ActionQuit, Milestone: 1})
		}
	})
	got, err := w.start(dir)
	if err != nil || got.Receipt.Status != jobmarkettypes.JOB_STATUS_REFUNDED || w.now > begin+10 {
		t.Fatalf("expected a quick refund, got %+v after %d s, %v", got, w.now-begin, err)
	}
	if want := int64(postingFee + 2*gasFee); w.spent() != want {
		t.Errorf("expected %d uait spent, got %d", want, w.spent())
	}
}

// The chain refunds by itself when the client can't even pay the fee of waiving.
func TestWaiveRefused(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	w.down["agent"] = true
	refusing := &refusing{world: w, what: &jobmarkettypes.MsgWaiveMilestone{}}
	h := with(t, w, dir, refusing)
	plan, err := h.Plan(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.Start(t.Context(), plan)
	if err != nil || got.Receipt.Status != jobmarkettypes.JOB_STATUS_REFUNDED {
		t.Fatalf("expected a refund, got %+v and %v", got, err)
	}
	if want := "chosen posted uploaded missed waiting ended"; w.steps() != want {
		t.Errorf("expected the steps %s, got %s", want, w.steps())
	}
}

// refusing is a wallet whose messages of one type the chain refuses.
type refusing struct {
	*world
	what sdkMsg
}

func (r *refusing) Send(ctx context.Context, msg sdkMsg) (hire.Tx, error) {
	if sameType(msg, r.what) {
		return hire.Tx{}, &client.TxError{Codespace: "sdk", Code: 5, Log: "insufficient funds"}
	}
	return r.world.Send(ctx, msg)
}

func TestPostRefused(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	h := with(t, w, dir, &refusing{world: w, what: &jobmarkettypes.MsgPostJob{}})
	plan, err := h.Plan(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.Start(t.Context(), plan)
	refused := (*client.TxError)(nil)
	if !errors.As(err, &refused) || got.Ref == "" || len(w.jobs) != 0 {
		t.Fatalf("expected the chain's refusal, got %+v and %v", got, err)
	}
	// The reason may pass: the same hire can go on.
	if got, err = w.hirer(dir).Resume(t.Context(), got.Ref); err != nil || !got.Ended {
		t.Errorf("expected the hire to go on, got %+v and %v", got, err)
	}
}

func TestNodeDown(t *testing.T) {
	w, dir := newWorld(t), filepath.Join(t.TempDir(), "hires")
	w.down["node"] = true
	if _, err := w.start(dir); !errors.Is(err, errDown) {
		t.Errorf("expected the node's error, got %v", err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Error("expected no journal before there is a plan")
	}

	// During a hire the node is asked again, for as long as patience lasts.
	w.down["node"] = false
	plan, err := w.hirer(dir).Plan(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	begin := w.now
	w.onWait(func() { w.down["node"] = w.now >= begin+2 && w.now < begin+60 })
	got, err := w.hirer(dir).Start(t.Context(), plan)
	if err != nil || !got.Ended {
		t.Fatalf("expected that a minute without a node is survived, got %+v and %v", got, err)
	}

	w = newWorld(t)
	if plan, err = w.hirer(dir).Plan(t.Context(), order()); err != nil {
		t.Fatal(err)
	}
	begin = w.now
	w.onWait(func() { w.down["node"] = w.now >= begin+2 })
	got, err = w.hirer(dir).Start(t.Context(), plan)
	if !errors.Is(err, errDown) || got.Ref == "" || w.now > begin+uint64(2*hire.DefaultPatience/time.Second) {
		t.Fatalf("expected to give up after a while, got %+v and %v after %d s", got, err, w.now-begin)
	}
	w.each, w.down["node"] = nil, false
	if got, err = w.hirer(dir).Resume(t.Context(), got.Ref); err != nil || !got.Ended || len(w.jobs) != 1 {
		t.Errorf("expected the hire to go on, got %+v and %v", got, err)
	}
}

func TestForeignHires(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	w.decision = hire.Leave
	got, err := w.start(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(c *hire.Config){
		"expected chain test-1":        func(c *hire.Config) { c.ChainID = "test-2" },
		"expected the key of ait1clie": func(c *hire.Config) { c.Wallet = stranger{w} },
		"which doesn't know it":        func(c *hire.Config) { c.Market = newWorld(t) }, // the chain was begun anew
	} {
		c := hire.Config{
			Market: w, Wallet: w, Transport: w, Journal: hire.OpenJournal(dir), ChainID: chainID,
			Deliver: w.deliver, Decide: w.decide, Wait: w.wait,
		}
		change(&c)
		h, err := hire.New(c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Resume(t.Context(), got.Ref); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("expected an error with %q, got %v", name, err)
		}
	}
	for _, ref := range []string{"", "..", strings.Repeat("a", 26)} {
		if _, err := w.hirer(dir).Resume(t.Context(), ref); !errors.Is(err, hire.ErrNoHire) {
			t.Errorf("%q: expected no such hire, got %v", ref, err)
		}
	}
	if len(w.jobs) != 1 {
		t.Errorf("expected one job, got %d", len(w.jobs))
	}
}

type stranger struct{ *world }

func (stranger) Address() string { return "ait1stranger" }

// An agent that changed its key before the job was posted could not open the input.
func TestAgentChangedItsKey(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	plan, err := w.hirer(dir).Plan(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	w.agents[0].Profile.MessagingKeys[0].PublicKey = make([]byte, 32)
	if _, err := w.hirer(dir).Start(t.Context(), plan); err == nil || !strings.Contains(err.Error(), "hire again") || len(w.jobs) != 0 {
		t.Errorf("expected that nothing is posted, got %v", err)
	}
}

func TestReceive(t *testing.T) {
	w, dir := newWorld(t), t.TempDir()
	w.decision = hire.Leave
	got, err := w.start(dir)
	if err != nil {
		t.Fatal(err)
	}
	w.down["endpoint"] = true // it is in the journal
	again, err := w.hirer(dir).Receive(t.Context(), got.Ref)
	if err != nil || again.Place != "text.result.md" || len(w.delivered) != 2 || len(w.reviews) != 1 {
		t.Errorf("expected the result again and no question, got %+v and %v", again, err)
	}
	damaged := filepath.Join(dir, got.Ref, "result.sealed")
	if err := os.WriteFile(damaged, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.down["endpoint"] = false
	if _, err := w.hirer(dir).Receive(t.Context(), got.Ref); err != nil || len(w.delivered) != 3 {
		t.Errorf("expected the result to be fetched again, got %v", err)
	}
}

func TestTheCheapestIsHired(t *testing.T) {
	w := newWorld(t)
	w.addAgent(price / 2)
	w.addAgent(price * 2)
	plan, err := w.hirer(t.TempDir()).Plan(t.Context(), order())
	if err != nil || plan.Agent.ID != 2 || !plan.Quote.Amount.Equal(sdkmath.NewInt(price/2)) {
		t.Fatalf("expected agent 2, got %+v and %v", plan.Agent, err)
	}
	q := plan.Quote
	// 1 AIT: 2.5 % for the market; a deposit of five juror fees of 0.5 % and 5.5 %.
	if q.AgentFee.Int64() != 25_000 || q.DisputeDeposit.Int64() != 80_000 || q.PostingFee.Int64() != postingFee ||
		q.Needed().Int64() != 1_000_000+80_000+postingFee+gasFee || q.Gas != 200_000 {
		t.Errorf("unexpected quote %+v", q)
	}
	if q.DeliverySeconds != 600 || q.ReviewSeconds != 86_400 {
		t.Errorf("expected ten minutes and a day, got %d and %d", q.DeliverySeconds, q.ReviewSeconds)
	}
	w.down[endpoint+"/2"] = true
	if plan, err = w.hirer(t.TempDir()).Plan(t.Context(), order()); err != nil || plan.Agent.ID != 1 || len(plan.Skipped) != 1 {
		t.Errorf("expected agent 1 while 2 does not answer, got %+v and %v", plan.Agent, err)
	}
	one := order()
	one.AgentID = 3
	if plan, err = w.hirer(t.TempDir()).Plan(t.Context(), one); err != nil || plan.Agent.ID != 3 {
		t.Errorf("expected the agent that was asked for, got %+v and %v", plan.Agent, err)
	}
	one.AgentID = 9
	if _, err = w.hirer(t.TempDir()).Plan(t.Context(), one); !errors.Is(err, hire.ErrNotFound) {
		t.Errorf("expected that there is no agent 9, got %v", err)
	}
}

func TestWhoCantBeHired(t *testing.T) {
	for want, change := range map[string]func(w *world, o *hire.Order){
		"is paused":                       func(w *world, _ *hire.Order) { w.agents[0].Agent.Status = registrytypes.AGENT_STATUS_PAUSED },
		"is your own":                     func(w *world, _ *hire.Order) { w.agents[0].Agent.Payout = me },
		"has less at stake":               func(w *world, _ *hire.Order) { w.agents[0].Bond.Bonded = sdkmath.NewInt(24_999_999) },
		"free in the agent's bond":        func(w *world, _ *hire.Order) { w.agents[0].Bond.Reserved = sdkmath.NewInt(24_000_000) },
		"is busy: expected fewer than 3":  func(w *world, _ *hire.Order) { w.agents[0].Bond.Reservations = 3 },
		"publishes no endpoint":           func(w *world, _ *hire.Order) { w.agents[0].Profile.Interfaces = nil },
		"publishes no key":                func(w *world, _ *hire.Order) { w.agents[0].Profile.MessagingKeys = nil },
		"has no standing offer":           func(w *world, _ *hire.Order) { w.offers[1] = nil },
		"has no flat price":               func(w *world, _ *hire.Order) { w.offers[1][0].Terms.Price.Model = registrytypes.PRICE_MODEL_PER_UNIT },
		"asks 2 AIT, which is over":       func(_ *world, o *hire.Order) { o.Budget = sdkmath.NewInt(price - 1) },
		"expected 60 to 86400, got 30":    func(_ *world, o *hire.Order) { o.Delivery = 30 * time.Second },
		"review_seconds: expected at mos": func(_ *world, o *hire.Order) { o.Review = 48 * time.Hour },
		"takes text/plain, text/markdown": func(_ *world, o *hire.Order) { o.MediaType = "image/png" },
		"agent 5 of chain test-1 answers": func(w *world, _ *hire.Order) {
			w.health[endpoint+"/1"] = payload.Info{AgentID: 5, ChainID: chainID, Ready: true}
		},
		"of chain other-1 answers": func(w *world, _ *hire.Order) {
			w.health[endpoint+"/1"] = payload.Info{AgentID: 1, ChainID: "other-1", Ready: true}
		},
		"takes no work now":       func(w *world, _ *hire.Order) { w.health[endpoint+"/1"] = payload.Info{AgentID: 1, ChainID: chainID} },
		"no agent on this chain":  func(w *world, _ *hire.Order) { w.agents = nil },
		"balance: expected at le": func(w *world, _ *hire.Order) { w.balance = sdkmath.NewInt(price) },
		"2.1615 AIT at ait1clien": func(w *world, _ *hire.Order) { w.balance = sdkmath.NewInt(price + 160_000 + postingFee) },
	} {
		w, o := newWorld(t), order()
		change(w, &o)
		if _, err := w.hirer(t.TempDir()).Plan(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("expected an error with %q, got %v", want, err)
		}
	}
}

// Any text is plain text to an agent that takes nothing more special.
func TestTextAsPlainText(t *testing.T) {
	w, o := newWorld(t), order()
	w.agents[0].Profile.Skills[0].InputMediaTypes = []string{"text/plain"}
	if _, err := w.hirer(t.TempDir()).Plan(t.Context(), o); err != nil {
		t.Error(err)
	}
}

func TestOrders(t *testing.T) {
	for want, change := range map[string]func(o *hire.Order){
		"skill: expected":      func(o *hire.Order) { o.Skill = "Summarize" },
		"input: expected at l": func(o *hire.Order) { o.Input = nil },
		"input: expected at m": func(o *hire.Order) { o.Input = make([]byte, 64<<20+1) },
		"media type: expected": func(o *hire.Order) { o.MediaType = "markdown" },
		"budget: expected":     func(o *hire.Order) { o.Budget = sdkmath.NewInt(-1) },
		"delivery: expected":   func(o *hire.Order) { o.Delivery = time.Millisecond },
		"review: expected":     func(o *hire.Order) { o.Review = -time.Second },
		"input name: expected": func(o *hire.Order) { o.InputName = strings.Repeat("a", 256) },
	} {
		o := order()
		change(&o)
		if err := o.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("expected an error with %q, got %v", want, err)
		}
	}
}

func TestJournal(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "hires")
	if entries, err := hire.OpenJournal(dir).Entries(); err != nil || len(entries) != 0 {
		t.Errorf("expected an empty journal, got %v and %v", entries, err)
	}
	w := newWorld(t)
	var refs []string
	for range 3 {
		got, err := w.start(dir)
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, got.Ref)
	}
	// What isn't a hire, or can't be read, is left alone.
	for _, name := range []string{".new-aaaaaaaaaaaaaaaaaaaaaaaaaa", "notes", strings.Repeat("b", 26)} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := hire.OpenJournal(dir).Entries()
	if err != nil || len(entries) != 3 || entries[0].Ref != refs[2] || entries[2].Ref != refs[0] {
		t.Errorf("expected three hires, the newest first, got %+v and %v", entries, err)
	}
	for _, e := range entries {
		for name, mode := range map[string]os.FileMode{"": 0o700, "order.json": 0o600, "key.pem": 0o600, "state.json": 0o600, "result.sealed": 0o600} {
			info, err := os.Stat(filepath.Join(dir, e.Ref, name))
			if err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s: expected permissions %o, got %v and %v", name, mode, info, err)
			}
		}
	}
	order := filepath.Join(dir, refs[0], "order.json")
	for _, broken := range []string{"{", `{"format":9}`, `{"format":1}`} {
		if err := os.WriteFile(order, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := w.hirer(dir).Resume(t.Context(), refs[0]); err == nil || !strings.Contains(err.Error(), "order.json") {
			t.Errorf("%s: expected the broken file to be named, got %v", broken, err)
		}
	}
}

func TestNewNeedsItsParts(t *testing.T) {
	if _, err := hire.New(hire.Config{}); err == nil {
		t.Error("expected an error")
	}
}
