package agent_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aitbc/aitbc/client/payload"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	working   = jobmarkettypes.MILESTONE_STATUS_WORKING
	submitted = jobmarkettypes.MILESTONE_STATUS_SUBMITTED
	missed    = jobmarkettypes.MILESTONE_STATUS_MISSED
	paid      = jobmarkettypes.MILESTONE_STATUS_PAID
)

func TestWholeJob(t *testing.T) {
	b := newBed(t)
	r := b.start(nil)
	h := b.hire(1, text)
	if err := h.put(r, 1); err != nil {
		t.Fatal(err)
	}
	b.chain.await(t, h.is(submitted))
	if got := h.result(r, 1); !strings.Contains(got, "bridge") {
		t.Errorf("got %s", got)
	}
	b.chain.act(t, h.name, jobmarkettypes.ActionAccept)
	if got := h.result(r, 1); got == "" {
		t.Error("expected the result to stay for a while after the end")
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if n := b.chain.count("SubmitMilestone"); n != 1 || b.chain.refused != 0 {
		t.Errorf("%d submissions, %d refused", n, b.chain.refused)
	}
}

func TestSecondMilestone(t *testing.T) {
	b := newBed(t)
	r := b.start(nil)
	h := b.hire(1, text, "Ships may not pass the lock at night. The lock opens at six in the morning.")
	if err := h.put(r, 1); err != nil {
		t.Fatal(err)
	}
	b.chain.await(t, h.is(submitted))
	// The second input may come before its milestone begins.
	if err := h.put(r, 2); err != nil {
		t.Fatal(err)
	}
	b.chain.act(t, h.name, jobmarkettypes.ActionAccept)
	b.chain.await(t, func() bool { return len(b.chain.jobs[h.name].Progress.Submissions) == 2 })
	if got := h.result(r, 2); !strings.Contains(got, "lock") {
		t.Errorf("got %s", got)
	}
	if got := h.result(r, 1); !strings.Contains(got, "bridge") {
		t.Errorf("got %s", got)
	}
}

// A client may be faster than the worker's view of the chain.
func TestJobThatIsNotSeenYet(t *testing.T) {
	b := newBed(t)
	b.chain.silent = true
	r := b.start(nil)
	h := b.hire(1, text)
	if err := h.put(r, 1); err != nil {
		t.Fatal(err)
	}
	b.chain.await(t, h.is(submitted))
}

func TestInputsThatAreRefused(t *testing.T) {
	b := newBed(t)
	r := b.start(nil)
	h := b.hire(1, text)
	other := b.hire(2, "Something else was written here. It is of no use.")
	var refused *payload.StatusError
	h.inputs[0], other.inputs[0] = other.inputs[0], h.inputs[0]
	if err := h.put(r, 1); !errors.As(err, &refused) || refused.Code != http.StatusUnprocessableEntity {
		t.Errorf("wrong bytes: got %v", err)
	}
	for _, name := range []jobName{{"ait1client", 3}, {"ait1nobody", 1}} {
		h.name = name
		if err := h.put(r, 1); !errors.As(err, &refused) || refused.Code != http.StatusNotFound {
			t.Errorf("%v: got %v", name, err)
		}
	}
	b.chain.hires = 8
	if err := b.hire(4, text).put(r, 1); !errors.As(err, &refused) || refused.Code != http.StatusNotFound {
		t.Errorf("another agent's job: got %v", err)
	}
	if n := b.chain.count("SubmitMilestone"); n != 0 {
		t.Errorf("%d submissions", n)
	}
}

func TestBadInput(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil func(b *bed, h *hire)
		log   string
	}{
		"not sealed":      {func(_ *bed, h *hire) { h.inputs[0] = []byte(strings.Repeat("plain ", 100)) }, "not a sealed payload"},
		"for another job": {func(_ *bed, h *hire) { h.ref = "ref-9" }, "does not open with this key and binding"},
		"no ref":          {func(_ *bed, h *hire) { h.ref = "" }, "client_ref: expected 1 to 64 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			r := b.start(nil)
			sealed := b.hire(1, text)
			tc.spoil(b, sealed)
			h := &hire{bed: b, name: jobName{"ait1client", 2}, inputs: sealed.inputs}
			b.chain.post(h.name, sealed.ref, b.messagingKey(), payload.RefOf(h.inputs[0]).SHA256)
			if err := h.put(r, 1); err != nil {
				t.Fatal(err)
			}
			b.chain.await(t, h.is(missed))
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			if n := b.chain.count("QuitMilestone"); n != 1 || !strings.Contains(b.log.String(), tc.log) {
				t.Errorf("%d times given up, log:\n%s", n, b.log)
			}
		})
	}
}

func TestExecutorRefusesInput(t *testing.T) {
	b := newBed(t)
	r := b.start(nil)
	h := b.hire(1, "--- 12 34 ---")
	if err := h.put(r, 1); err != nil {
		t.Fatal(err)
	}
	b.chain.await(t, h.is(missed))
	if n := b.chain.count("QuitMilestone"); n != 1 {
		t.Errorf("%d times given up", n)
	}
}

// Two workers with one key must not both deliver.
func TestTwoWorkers(t *testing.T) {
	b := newBed(t)
	first := b.start(nil)
	h := b.hire(1, text)
	// The second one has its own files, and waits right before it submits.
	waiting, goOn := make(chan struct{}), make(chan struct{})
	b.config.DataDir += "-second"
	second := b.start(func(_ *running, point string) {
		if point == "before submitting" {
			close(waiting)
			<-goOn
		}
	})
	if err := h.put(second, 1); err != nil {
		t.Fatal(err)
	}
	<-waiting
	if err := h.put(first, 1); err != nil {
		t.Fatal(err)
	}
	b.chain.await(t, h.is(submitted))
	close(goOn)
	b.chain.await(t, func() bool { return b.chain.refused == 1 })
	if err := errors.Join(first.end(), second.end()); err != nil {
		t.Fatal(err)
	}
	if n := b.chain.count("SubmitMilestone"); n != 1 {
		t.Errorf("%d submissions", n)
	}
}

func TestRestartWithLiveJobs(t *testing.T) {
	b := newBed(t)
	r := b.start(nil)
	done, waiting := b.hire(1, text), b.hire(2, text)
	if err := done.put(r, 1); err != nil {
		t.Fatal(err)
	}
	b.chain.await(t, done.is(submitted))
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	// While it is away, one job ends and one is posted; their blocks are pruned.
	b.chain.act(t, done.name, jobmarkettypes.ActionAccept)
	posted := b.hire(3, text)
	b.chain.with(func() { b.chain.height += 1000; b.chain.base = b.chain.height })
	r = b.start(nil)
	for _, h := range []*hire{waiting, posted} {
		if err := h.put(r, 1); err != nil {
			t.Fatal(err)
		}
		b.chain.await(t, h.is(submitted))
	}
	if got := done.result(r, 1); !strings.Contains(got, "bridge") {
		t.Error("expected the result of the ended job to be there still")
	}
	if n := b.chain.count("SubmitMilestone"); n != 3 {
		t.Errorf("%d submissions", n)
	}
}

func TestStartupErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*bed)
		want   string
	}{
		"chain": {func(b *bed) { b.config.ChainID = "other-1" }, "chain_id: expected that of the node, aitbc-test-1, got other-1"},
		"agent": {func(b *bed) { b.config.Agent.ID = 8 }, "agent.id: expected an agent of chain aitbc-test-1, got 8"},
		"signer": {func(b *bed) {
			b.setAgent(func(a *registrytypes.AgentRecord) { a.Agent.Owner, a.Agent.Operator = "a", "b" })
		}, "key.name: expected the key of agent 7's operator b or owner a, got agent, which is ait1owner"},
		"no keys":   {func(b *bed) { b.setAgent(func(a *registrytypes.AgentRecord) { a.Profile.MessagingKeys = nil }) }, "messaging_keys: expected a key in the profile of agent 7, got none"},
		"other key": {func(b *bed) { b.key = b.clientKey }, "messaging_keys: expected the private key to the published HPKE_SUITE_X25519_MLKEM768 key of agent 7 among the files"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			tc.change(b)
			if err := <-b.launch(nil).done; err == nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("expected %q, got %v", tc.want, err)
			}
		})
	}
}

func (b *bed) setAgent(f func(*registrytypes.AgentRecord)) {
	record := b.chain.agents[agentID]
	f(&record)
	b.chain.agents[agentID] = record
}

func TestDataDirOfAnother(t *testing.T) {
	b := newBed(t)
	first := b.start(nil)
	h := b.hire(1, text)
	if err := h.put(first, 1); err != nil { // it has opened its files
		t.Fatal(err)
	}
	if err := <-b.launch(nil).done; err == nil || !strings.Contains(err.Error(), "another process uses it") {
		t.Errorf("got %v", err)
	}
	if err := first.end(); err != nil {
		t.Fatal(err)
	}
	b.config.Agent.ID = 8
	if err := <-b.launch(nil).done; err == nil || !strings.Contains(err.Error(), "expected the file of agent 8, got that of 7") {
		t.Errorf("got %v", err)
	}
}

func TestHealthAndMetrics(t *testing.T) {
	b := newBed(t)
	r := b.start(nil)
	h := b.hire(1, text)
	if err := h.put(r, 1); err != nil {
		t.Fatal(err)
	}
	b.chain.await(t, h.is(submitted))
	info, err := once.Health(t.Context(), r.url)
	if want := (payload.Info{AgentID: agentID, ChainID: chainID, Version: "v1", Ready: true}); err != nil || info != want {
		t.Errorf("got %+v, %v", info, err)
	}
	var healthy struct {
		Healthy bool  `json:"healthy"`
		Height  int64 `json:"height"`
	}
	if err := json.Unmarshal([]byte(get(t, r.url+"/healthz")), &healthy); err != nil || !healthy.Healthy || healthy.Height < 100 {
		t.Errorf("got %+v, %v", healthy, err)
	}
	metrics := get(t, r.url+"/metrics")
	for _, want := range []string{
		"aitbc_agent_inputs_total 1", `aitbc_agent_executions_total{outcome="done",skill="text.summarize"} 1`,
		"aitbc_agent_ready 1", "aitbc_agent_height ", "go_goroutines ",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("expected %s in\n%s", want, metrics)
		}
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
