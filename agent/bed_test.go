package agent_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/agent"
	"github.com/aitbc/aitbc/agent/executor"
	"github.com/aitbc/aitbc/client/payload"
	"github.com/aitbc/aitbc/client/seal"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const text = "The bridge was closed in spring. Engineers found cracks in two of its pillars. " +
	"The city will repair the bridge before winter. Drivers use the old road until then."

// bed is a chain, an agent on it and a client.
type bed struct {
	t         *testing.T
	chain     *fakeChain
	config    agent.Config
	executor  executor.Executor
	key       seal.PrivateKey // the agent's
	clientKey seal.PrivateKey
	log       *logLines
}

func newBed(t *testing.T) *bed {
	t.Helper()
	b := &bed{t: t, chain: newFakeChain(), executor: executor.Embedded{}, log: &logLines{}}
	for _, key := range []*seal.PrivateKey{&b.key, &b.clientKey} {
		var err error
		if *key, err = seal.GenerateKey(seal.DefaultSuite); err != nil {
			t.Fatal(err)
		}
	}
	b.config = testConfig(t.TempDir())
	profile, err := b.config.Profile([]seal.PublicKey{b.key.Public()})
	if err != nil {
		t.Fatal(err)
	}
	b.chain.agents[agentID] = newAgent(agentID, owner, profile, sdkmath.NewInt(25_000_000))
	return b
}

func testConfig(dir string) agent.Config {
	c := agent.DefaultConfig()
	c.ChainID = chainID
	c.Nodes = agent.NodesConfig{GRPC: []string{"127.0.0.1:9090"}, RPC: []string{"http://127.0.0.1:26657"}}
	c.Agent.ID, c.Agent.Name, c.Agent.Bond = agentID, "Summaries", "25 AIT"
	c.Key = agent.KeyConfig{Name: "agent", Backend: "test", Dir: dir}
	c.MessagingKeys = []string{filepath.Join(dir, "hpke.pem")}
	c.DataDir = filepath.Join(dir, "data")
	c.Listen, c.PublicURL = "127.0.0.1:0", "http://agent.example/base/"
	c.Offers = []agent.OfferConfig{{Skill: "text.summarize", Price: "1 AIT"}}
	c.Grace = 0
	return c
}

// running is a worker that runs.
type running struct {
	*agent.Worker
	url  string
	stop context.CancelFunc
	done chan error
}

// start runs a worker and returns when it follows the chain. trip may be nil.
func (b *bed) start(trip func(*running, string)) *running {
	b.t.Helper()
	b.chain.mu.Lock()
	before := b.chain.follows
	b.chain.mu.Unlock()
	r := b.launch(trip)
	b.chain.await(b.t, func() bool { return b.chain.follows > before })
	return r
}

// launch builds a worker over the bed's files and runs it.
func (b *bed) launch(trip func(*running, string)) *running {
	b.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	r := b.begin(listener, trip)
	r.url = "http://" + listener.Addr().String()
	return r
}

func (b *bed) begin(listener net.Listener, trip func(*running, string)) *running {
	b.t.Helper()
	w, err := agent.New(b.config, b.deps(listener))
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &running{Worker: w, stop: stop, done: make(chan error, 1)}
	if trip != nil {
		agent.OnTrip(w, func(point string) { trip(r, point) })
	}
	go func() {
		var err error
		defer func() { r.done <- err }() // also when it is killed
		err = w.Run(ctx)
	}()
	b.t.Cleanup(stop)
	return r
}

func (b *bed) deps(listener net.Listener) agent.Deps {
	return agent.Deps{
		Chain: b.chain, Signer: owner, Executor: b.executor, Keys: []seal.PrivateKey{b.key},
		Log: slog.New(slog.NewTextHandler(b.log, nil)), Version: "v1", Listener: listener,
	}
}

// end stops a worker and returns what it says.
func (r *running) end() error {
	r.stop()
	return <-r.done
}

// hire is a job as its client sees it.
type hire struct {
	bed    *bed
	name   jobName
	ref    string
	inputs [][]byte // sealed, of each milestone
}

// hire posts a job with these texts, one for each milestone.
func (b *bed) hire(sequence uint64, texts ...string) *hire {
	b.t.Helper()
	h := &hire{bed: b, name: jobName{"ait1client", sequence}, ref: fmt.Sprintf("ref-%d", sequence)}
	var hashes [][32]byte
	for i, text := range texts {
		sealed, digest, err := seal.SealBytes(b.key.Public(), h.binding(uint32(i+1), seal.RoleInput), "text/plain", []byte(text))
		if err != nil {
			b.t.Fatal(err)
		}
		h.inputs, hashes = append(h.inputs, sealed), append(hashes, digest.SHA256)
	}
	b.chain.post(h.name, h.ref, b.messagingKey(), hashes...)
	return h
}

func (b *bed) messagingKey() registrytypes.MessagingKey {
	key := b.clientKey.Public()
	return registrytypes.MessagingKey{Suite: registrytypes.HpkeSuite(key.Suite()), PublicKey: key.Bytes()}
}

func (h *hire) binding(milestone uint32, role seal.Role) seal.Binding {
	return seal.Binding{ChainID: chainID, Client: h.name.client, ClientRef: h.ref, Milestone: milestone, Role: role}
}

// once is a client that asks once.
var once = payload.NewClient(payload.Options{Attempts: 1})

// put hands over the input of a milestone.
func (h *hire) put(r *running, milestone uint32) error {
	data := h.inputs[milestone-1]
	return once.PutInput(context.Background(), r.url, h.name.client, h.name.sequence, milestone, payload.RefOf(data), bytes.NewReader(data))
}

// is reports whether the live milestone has a status. The chain is locked.
func (h *hire) is(status jobmarkettypes.MilestoneStatus) func() bool {
	return func() bool { return h.bed.chain.live(h.name) == status }
}

// result fetches and opens the result of a milestone.
func (h *hire) result(r *running, milestone uint32) string {
	t := h.bed.t
	t.Helper()
	for _, s := range h.bed.chain.record(h.name).Progress.Submissions {
		if s.Milestone != milestone {
			continue
		}
		ref := payload.Ref{SHA256: [32]byte(s.Result.Sha256), Size: int64(s.Result.Size_)}
		path, ok := strings.CutPrefix(s.Result.Uri, "http://agent.example/base/")
		if !ok {
			t.Fatalf("expected an address below the public one, got %s", s.Result.Uri)
		}
		sealed, err := once.Fetch(context.Background(), r.url+"/"+path, ref, payload.MaxBytes)
		if err != nil {
			t.Fatal(err)
		}
		opened, mediaType, err := seal.OpenBytes(h.bed.clientKey, h.binding(milestone, seal.RoleResult), sealed)
		if err != nil || mediaType != s.Result.MediaType {
			t.Fatalf("opened as %s, announced as %s: %v", mediaType, s.Result.MediaType, err)
		}
		return string(opened)
	}
	t.Fatalf("milestone %d has no submission", milestone)
	return ""
}

// logLines keeps what is logged.
type logLines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// fakeExecutor does what a function says.
type fakeExecutor func(ctx context.Context, task executor.Task) (executor.Output, error)

func (fakeExecutor) Name() string     { return "fake" }
func (fakeExecutor) Skills() []string { return []string{"text.summarize"} }
func (f fakeExecutor) Run(ctx context.Context, task executor.Task) (executor.Output, error) {
	return f(ctx, task)
}
