package feed_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"cosmossdk.io/collections"
	"cosmossdk.io/collections/codec"
	"cosmossdk.io/log/v2"
	sdkmath "cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/index/feed"
	"github.com/aitbc/aitbc/index/query"
	"github.com/aitbc/aitbc/index/store"
	"github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	chainID = "feed-1"
	// envPostgres is a connection string of a database in which tests may make schemas.
	envPostgres = "AITBC_TEST_POSTGRES"
)

// world is a chain reduced to what the read model sees: the pairs of every height, and
// blocks that change them. The same seed gives the same blocks.
type world struct {
	mu     sync.Mutex
	height int64
	states map[int64]map[string][]byte // by height; keys are store/key
	random *rand.Rand
	agents uint64
	jobs   map[string]uint64
	// reading is asked before a store is read; its error is that of the state.
	reading func(store string) error
}

func newWorld(seed uint64) *world {
	return &world{
		states: map[int64]map[string][]byte{0: {}}, random: rand.New(rand.NewPCG(seed, 1)),
		jobs: map[string]uint64{},
	}
}

// At implements feed.State.
func (w *world) At(height int64) (feed.View, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	state, known := w.states[height]
	if !known {
		return nil, fmt.Errorf("no state of height %d", height)
	}
	return pairs{state, w.reading}, nil
}

type pairs struct {
	state   map[string][]byte
	reading func(store string) error
}

// Iterate implements feed.View.
func (p pairs) Iterate(name string, prefix []byte, each func(key, value []byte) error) error {
	if p.reading != nil {
		if err := p.reading(name); err != nil {
			return err
		}
	}
	for _, k := range slices.Sorted(maps.Keys(p.state)) {
		if key, ours := strings.CutPrefix(k, name+"/"); ours && bytes.HasPrefix([]byte(key), prefix) {
			if err := each([]byte(key), p.state[k]); err != nil {
				return err
			}
		}
	}
	return nil
}

// block is what a height changed.
type block struct {
	height int64
	pairs  []*storetypes.StoreKVPair
	events []abci.Event
}

// next makes the next block: agents come, change and go, jobs begin and end.
func (w *world) next() block {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := block{height: w.height + 1}
	changes := map[string][]byte{}
	w.tick(changes, b.height)
	for range 1 + w.random.IntN(4) {
		switch w.random.IntN(6) {
		case 0, 1:
			w.agents++
			w.agent(changes, w.agents)
			b.events = append(b.events, event("aitbc.agentregistry.v1.EventAgentRegistered", "agent_id", fmt.Sprintf("%q", fmt.Sprint(w.agents))))
		case 2:
			if w.agents > 0 {
				w.agent(changes, 1+w.random.Uint64N(w.agents))
			}
		case 3:
			if w.agents > 3 && w.random.IntN(3) == 0 {
				w.remove(changes, 1+w.random.Uint64N(w.agents))
			}
		default:
			client, sequence := w.job(changes)
			b.events = append(b.events, event("aitbc.jobmarket.v1.EventJobPosted", "client", fmt.Sprintf("%q", client), "sequence", fmt.Sprintf("%q", fmt.Sprint(sequence))))
		}
	}
	state := maps.Clone(w.states[w.height])
	for _, k := range slices.Sorted(maps.Keys(changes)) {
		name, key, _ := strings.Cut(k, "/")
		value := changes[k]
		b.pairs = append(b.pairs, &storetypes.StoreKVPair{StoreKey: name, Key: []byte(key), Value: value, Delete: value == nil})
		if state[k] = value; value == nil {
			delete(state, k)
		}
	}
	w.height = b.height
	w.states[w.height] = state
	delete(w.states, w.height-200) // pruned
	return b
}

func event(name string, attributes ...string) abci.Event {
	e := abci.Event{Type: name}
	for i := 0; i < len(attributes); i += 2 {
		e.Attributes = append(e.Attributes, abci.EventAttribute{Key: attributes[i], Value: attributes[i+1]})
	}
	return e
}

// message is a value of a store.
type message interface{ Marshal() ([]byte, error) }

func put(changes map[string][]byte, name string, prefix collections.Prefix, key []byte, m message) {
	raw, err := m.Marshal()
	if err != nil {
		panic(err)
	}
	changes[name+"/"+string(prefix.Bytes())+string(key)] = append([]byte{}, raw...)
}

func encode[K any](c codec.KeyCodec[K], key K) []byte {
	buffer := make([]byte, c.Size(key))
	n, err := c.Encode(buffer, key)
	if err != nil {
		panic(err)
	}
	return buffer[:n]
}

func (w *world) tick(changes map[string][]byte, height int64) {
	at := time.Unix(1_800_000_000+height, 0).UTC()
	put(changes, clocktypes.StoreKey, clocktypes.ClockKey, nil, &clocktypes.Clock{BlockTime: at, MarketTime: at})
}

func (w *world) amount() sdkmath.Int { return sdkmath.NewInt(w.random.Int64N(1_000_000_000)) }

func (w *world) coin() sdk.Coin { return sdk.NewCoin(types.BaseDenom, w.amount().AddRaw(1)) }

func (w *world) word() string {
	return []string{"text", "summarize", "translate", "image", "résumé", "faces", "日本", "x' OR 1=1 --", "ünïcode", "\"quoted\""}[w.random.IntN(10)]
}

// address returns one of a few addresses.
func (w *world) address() sdk.AccAddress { return bytes.Repeat([]byte{byte(1 + w.random.IntN(6))}, 20) }

// agent writes all pairs of an agent anew.
func (w *world) agent(changes map[string][]byte, id uint64) {
	key := encode(collections.Uint64Key, id)
	put(changes, registrytypes.StoreKey, registrytypes.AgentsKey, key, &registrytypes.Agent{
		Id: id, Owner: w.address().String(), Operator: w.address().String(), Payout: w.address().String(),
		Status: registrytypes.AgentStatus(1 + w.random.IntN(7)), RegisteredAt: time.Unix(int64(1_700_000_000+id), 0).UTC(),
	})
	profile := registrytypes.Profile{Name: w.word() + " " + w.word(), Description: w.word() + "\n" + w.word(), Version: "1.0.0"}
	for i := range w.random.IntN(4) {
		profile.Skills = append(profile.Skills, registrytypes.Skill{
			Id: fmt.Sprintf("text.skill%d", i), Name: w.word(), Version: "1.2.3", Tags: []string{w.word()},
			InputMediaTypes: []string{"text/plain"}, OutputMediaTypes: []string{"text/plain", "image/png"},
			Price: registrytypes.Price{Model: registrytypes.PRICE_MODEL_FLAT, Amount: w.coin()}, SlaSeconds: 60, MaxConcurrentJobs: 2,
		})
	}
	if w.random.IntN(2) == 0 {
		profile.Labels = []registrytypes.Label{{Key: "region", Value: w.word()}}
		profile.Card = &registrytypes.CardRef{Uri: "https://example.com/card", Sha256: bytes.Repeat([]byte{7}, 32)}
	}
	put(changes, registrytypes.StoreKey, registrytypes.ProfilesKey, key, &profile)
	put(changes, registrytypes.StoreKey, registrytypes.BondsKey, key, &registrytypes.Bond{
		Bonded: w.amount(), Reserved: w.amount(), Unbonding: w.amount(), Reservations: uint32(w.random.IntN(9)),
	})
	seen, err := collections.Uint64Value.Encode(w.random.Uint64N(1_800_000_000))
	if err != nil {
		panic(err)
	}
	changes[registrytypes.StoreKey+"/"+string(registrytypes.LastSeenKey.Bytes())+string(key)] = seen
	put(changes, registrytypes.StoreKey, registrytypes.AttestationsKey,
		encode(collections.TripleKeyCodec(collections.Uint64Key, sdk.AccAddressKey, collections.Uint32Key), collections.Join3(id, w.address(), uint32(1))),
		&registrytypes.Attestation{AgentId: id, Hash: bytes.Repeat([]byte{9}, 32), IssuedAt: 5, Revoked: w.random.IntN(2) == 0})
	put(changes, jobmarkettypes.StoreKey, jobmarkettypes.OffersKey,
		encode(collections.PairKeyCodec(collections.Uint64Key, collections.Uint32Key), collections.Join(id, uint32(1+w.random.IntN(3)))),
		&jobmarkettypes.OfferTerms{Skill: "text.skill1", Price: registrytypes.Price{Amount: w.coin()}, MinAmount: w.coin(), MaxAmount: w.coin(), MaxLiveJobs: 3})
}

// remove takes an agent away.
func (w *world) remove(changes map[string][]byte, id uint64) {
	key := string(encode(collections.Uint64Key, id))
	for _, prefix := range []collections.Prefix{registrytypes.AgentsKey, registrytypes.ProfilesKey, registrytypes.BondsKey, registrytypes.LastSeenKey} {
		changes[registrytypes.StoreKey+"/"+string(prefix.Bytes())+key] = nil
	}
}

// job posts a job, or takes one a step further.
func (w *world) job(changes map[string][]byte) (string, uint64) {
	client := w.address()
	name := client.String()
	sequence := w.jobs[name]
	if sequence == 0 || w.random.IntN(2) == 0 {
		sequence++
		w.jobs[name] = sequence
	}
	key := encode(collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint64Key), collections.Join(client, sequence))
	put(changes, jobmarkettypes.StoreKey, jobmarkettypes.JobsKey, key, &jobmarkettypes.Job{
		Client: name, Sequence: sequence, AgentId: 1 + w.random.Uint64N(50), Skill: "text.skill1", PostedAt: 1_800_000_000,
		Milestones: []jobmarkettypes.MilestoneTerms{{Amount: w.coin()}, {Amount: w.coin()}},
		Terms:      jobmarkettypes.Terms{DisputeDeposit: w.amount()},
	})
	progress := jobmarkettypes.Progress{
		Status: jobmarkettypes.JobStatus(1 + w.random.IntN(5)), Milestone: 1, Deadline: w.random.Uint64N(1_900_000_000),
		Milestones: []jobmarkettypes.MilestoneStatus{jobmarkettypes.MilestoneStatus(1 + w.random.IntN(6)), 1},
		Ledger: jobmarkettypes.Ledger{
			Funded: w.amount(), Released: w.amount(), Fees: w.amount(), Refunded: w.amount(), Slashed: w.amount(), Burned: w.amount(),
		},
	}
	if w.random.IntN(2) == 0 {
		progress.Submissions = []jobmarkettypes.Submission{{Milestone: 1, SubmittedAt: w.random.Uint64N(1_900_000_000)}}
	}
	put(changes, jobmarkettypes.StoreKey, jobmarkettypes.ProgressKey, key, &progress)
	return name, sequence
}

// node is a read model that follows a world.
type node struct {
	t     *testing.T
	world *world
	feed  *feed.Feed
	// patience ends a wait that is in vain. How long a wait takes says nothing.
	patience time.Duration
}

// newNode returns a read model that is not started.
func newNode(t *testing.T, w *world, options feed.Options) *node {
	t.Helper()
	if options.ChainID == nil {
		options.ChainID = func() string { return chainID }
	}
	options.Log = log.NewNopLogger()
	n := &node{t: t, world: w, feed: feed.New(options, w), patience: time.Minute}
	t.Cleanup(n.stop)
	return n
}

// startNode starts a read model.
func startNode(t *testing.T, w *world, options feed.Options) *node {
	t.Helper()
	n := newNode(t, w, options)
	n.feed.Start(w.height)
	return n
}

func (n *node) stop() {
	if err := n.feed.Close(); err != nil {
		n.t.Error(err)
	}
}

// commit tells of a block as baseapp does.
func commit(f *feed.Feed, b block) error {
	ctx := sdk.NewContext(nil, cmtproto.Header{Height: b.height}, false, log.NewNopLogger())
	err := f.Listener().ListenFinalizeBlock(ctx, abci.RequestFinalizeBlock{Height: b.height}, abci.ResponseFinalizeBlock{Events: b.events})
	return errors.Join(err, f.Listener().ListenCommit(ctx, abci.ResponseCommit{}, b.pairs))
}

// blocks makes blocks. None of them may wait for the read model.
func (n *node) blocks(count int) {
	n.t.Helper()
	for range count {
		if err := commit(n.feed, n.world.next()); err != nil {
			n.t.Fatalf("expected that a listener never fails, got %v", err)
		}
	}
}

// await waits until something holds.
func (n *node) await(what string, holds func() bool) {
	n.t.Helper()
	end := time.After(n.patience)
	for !holds() {
		select {
		case <-end:
			n.t.Fatalf("waited in vain for: %s; state %+v, height %d of %d", what, n.feed.State(), n.feed.Height(), n.world.height)
		case <-time.After(time.Millisecond):
		}
	}
}

func (n *node) awaitState(name string) {
	n.t.Helper()
	n.await("state "+name, func() bool { return n.feed.State().Name == name })
}

// expectCaughtUp waits for the newest block and compares the rows with those that a new
// read model makes from the state.
func (n *node) expectCaughtUp() {
	n.t.Helper()
	want := fresh(n.t, n.world)
	var got []string
	n.await("the newest block", func() bool {
		reader, err := n.feed.Reader()
		if err != nil || n.feed.Height() != n.world.height || n.feed.State().Name != query.StateReady {
			return false
		}
		if got, err = tryDump(n.t.Context(), reader.DB); err != nil {
			n.feed.Report(err) // as the query server does
		}
		return err == nil
	})
	expectSame(n.t, want, got)
}

// fresh returns the rows that are made from the newest state.
func fresh(t *testing.T, w *world) []string {
	t.Helper()
	n := startNode(t, w, feed.Options{Store: store.Options{Backend: store.SQLite, Source: filepath.Join(t.TempDir(), "fresh.db")}})
	n.await("rows from the state", func() bool { return n.feed.Height() == w.height })
	reader, err := n.feed.Reader()
	if err != nil {
		t.Fatal(err)
	}
	rows := dump(t, reader.DB)
	n.stop()
	return rows
}

func expectSame(t *testing.T, want, got []string) {
	t.Helper()
	for _, l := range want {
		if _, found := slices.BinarySearch(got, l); !found {
			t.Errorf("missing: %s", l)
		}
	}
	for _, l := range got {
		if _, found := slices.BinarySearch(want, l); !found {
			t.Errorf("too much: %s", l)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

// projected are the tables that the state determines.
var projected = []string{"agents", "skills", "skill_tags", "skill_media", "labels", "terms", "attestations", "offers", "jobs", "submissions"}

func dump(t *testing.T, db *sql.DB) []string {
	t.Helper()
	out, err := tryDump(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// tryDump returns the rows that the state determines, sorted, and the height. The column
// height of a row tells when it was written, which a rebuild can't know.
func tryDump(ctx context.Context, db *sql.DB) ([]string, error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	out, err := read(ctx, tx, "SELECT key, value FROM meta WHERE key IN ('chain_id', 'height', 'time')", "meta")
	for _, table := range projected {
		rows, failure := read(ctx, tx, "SELECT * FROM "+table, table)
		out, err = append(out, rows...), errors.Join(err, failure)
	}
	slices.Sort(out)
	return out, err
}

func rowsOf(t *testing.T, db *sql.DB, question, table string) []string {
	t.Helper()
	out, err := read(t.Context(), db, question, table)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// asked is a database or a transaction.
type asked interface {
	QueryContext(ctx context.Context, question string, args ...any) (*sql.Rows, error)
}

func read(ctx context.Context, db asked, question, table string) ([]string, error) {
	rows, err := db.QueryContext(ctx, question)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out []string
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		line := table
		for i, v := range values {
			switch raw, isBytes := v.([]byte); {
			case names[i] == "height":
			case isBytes:
				line += fmt.Sprintf("|%X", raw)
			default:
				line += fmt.Sprintf("|%v", v)
			}
		}
		out = append(out, line)
	}
	return out, rows.Err()
}

// databases are those that tests run with.
var databases = map[string]func(*testing.T) store.Options{"sqlite": sqliteOptions, "postgres": postgresOptions}

func sqliteOptions(t *testing.T) store.Options {
	t.Helper()
	return store.Options{Backend: store.SQLite, Source: filepath.Join(t.TempDir(), "index.db")}
}

// postgresOptions returns a schema of its own for a test.
func postgresOptions(t *testing.T) store.Options {
	t.Helper()
	server := os.Getenv(envPostgres)
	if server == "" {
		t.Skipf("%s: expected a connection string of a PostgreSQL database for tests; `make test-postgres` starts one", envPostgres)
	}
	name := fmt.Sprintf("feed_%d_%d", os.Getpid(), time.Now().UnixNano())
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.ExecContext(t.Context(), "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := admin.ExecContext(context.WithoutCancel(t.Context()), "DROP SCHEMA "+name+" CASCADE")
		if err := errors.Join(err, admin.Close()); err != nil {
			t.Error(err)
		}
	})
	separator := "?"
	if strings.Contains(server, "?") {
		separator = "&"
	}
	return store.Options{Backend: store.Postgres, Source: server + separator + "search_path=" + name}
}
