//go:build system

package system_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aitbc/aitbc/internal/localnet"
)

// TestAgentsByHand walks through an agent's life as its owner does it: with aitbcd and
// REST on real nodes, the read model included.
func TestAgentsByHand(t *testing.T) {
	ctx := testContext(t)
	n := newNetwork(t, options(t, 1))
	start(t, n)
	must(t, n.WaitHeight(ctx, 2))
	w := &walk{t: t, ctx: ctx, n: n, rest: n.RESTAddress(0)}
	bob, carol := w.address("bob"), w.address("carol")
	profile, err := filepath.Abs("../../x/agentregistry/testdata/profile.json")
	must(t, err)

	w.sign("bob", "", "register", profile, "25000000uait")
	w.expectStatus("AGENT_STATUS_ACTIVE")
	w.expectFound("summa", "1")
	w.expectFound("nobody-has-this", "")

	consent := filepath.Join(t.TempDir(), "consent.json")
	out := run(ctx, t, "aitbc", "agent", "consent", "--key", "carol", "--agent", "1", "--owner", bob, "--output", "json", "--localnet="+n.Home())
	if out.code != 0 {
		t.Fatal(out.stderr)
	}
	must(t, os.WriteFile(consent, []byte(out.stdout), 0o600))
	w.sign("bob", "", "set-operator", "1", carol, consent)
	w.sign("carol", "", "heartbeat", "1")
	w.sign("carol", "expected owner "+bob, "retire", "1")
	w.sign("bob", "", "set-operator", "1", bob)
	w.sign("carol", "wrong signer", "heartbeat", "1")
	w.sign("bob", "consent was used", "set-operator", "1", carol, consent)
	w.sign("dave", "wrong signer", "pause", "1")

	w.sign("bob", "", "retire", "1")
	w.expectStatus("AGENT_STATUS_RETIRED")
	w.expectFound("summa", "")
	w.sign("bob", "retired", "resume", "1")
	for _, path := range []string{"/aitbc/agentregistry/v1/agents/1/card", "/aitbc/index/v1/agents/1/stats", "/aitbc/index/v1/timeline?agent_id=1"} {
		var answer map[string]json.RawMessage
		readJSON(ctx, t, w.rest+path, &answer)
	}
}

// walk is somebody with a localnet.
type walk struct {
	t    *testing.T
	ctx  context.Context
	n    *localnet.Network
	rest string
}

func (w *walk) address(name string) string {
	w.t.Helper()
	a, err := w.n.Account(name)
	must(w.t, err)
	return a.Address
}

// sign sends a message of the registry and waits for its block. With a refusal, the text
// must be in what it answers.
func (w *walk) sign(by, refusal string, args ...string) {
	w.t.Helper()
	home := []string{"--home", w.n.NodeHome(0), "--output", "json"}
	r := run(w.ctx, w.t, "aitbcd", append(append([]string{"tx", "agentregistry"}, args...), append(home, "--from", by, "--yes")...)...)
	if refusal != "" {
		if r.code == 0 || !strings.Contains(r.stderr, refusal) {
			w.t.Fatalf("%v: expected a refusal with %q, got %d %s%s", args, refusal, r.code, r.stdout, r.stderr)
		}
		return
	}
	var sent struct {
		Code   uint32 `json:"code"`
		TxHash string `json:"txhash"`
		RawLog string `json:"raw_log"`
	}
	if r.code != 0 || json.Unmarshal([]byte(r.stdout), &sent) != nil || sent.Code != 0 {
		w.t.Fatalf("%v: expected a transaction, got %d %s%s", args, r.code, r.stdout, r.stderr)
	}
	var done struct {
		Code   uint32 `json:"code"`
		RawLog string `json:"raw_log"`
	}
	succeed(w.ctx, w.t, &done, "aitbcd", append([]string{"query", "wait-tx", sent.TxHash, "--timeout", "1m"}, home...)...)
	if done.Code != 0 {
		w.t.Fatalf("%v: expected success, got %d %s", args, done.Code, done.RawLog)
	}
}

func (w *walk) expectStatus(want string) {
	w.t.Helper()
	var got struct {
		Agent struct {
			Agent struct {
				Status string `json:"status"`
			} `json:"agent"`
		} `json:"agent"`
	}
	readJSON(w.ctx, w.t, w.rest+"/aitbc/agentregistry/v1/agents/1", &got)
	if got.Agent.Agent.Status != want {
		w.t.Fatalf("expected %s, got %s", want, got.Agent.Agent.Status)
	}
}

// expectFound searches once the read model is at the node's height; an empty id means that
// nobody is found.
func (w *walk) expectFound(text, id string) {
	w.t.Helper()
	node := height(w.ctx, w.t, w.n, 0)
	var found struct {
		Head struct {
			Height int64 `json:"height,string"`
		} `json:"head"`
		Agents []struct {
			Agent struct {
				ID string `json:"id"`
			} `json:"agent"`
		} `json:"agents"`
	}
	for found.Head.Height < node && w.ctx.Err() == nil {
		readJSON(w.ctx, w.t, fmt.Sprintf("%s/aitbc/index/v1/agents?text=%s", w.rest, text), &found)
	}
	var ids []string
	for _, a := range found.Agents {
		ids = append(ids, a.Agent.ID)
	}
	if got := strings.Join(slices.Sorted(slices.Values(ids)), " "); got != id {
		w.t.Fatalf("search for %q: expected %q, got %q", text, id, got)
	}
}
