package query_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/bech32"

	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/index/query"
	"github.com/aitbc/aitbc/index/words"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	now     = 1_790_000_000
	height  = 4711
	minBond = 25_000_000
)

// envPostgres is a connection string of a database in which tests may make schemas.
const envPostgres = "AITBC_TEST_POSTGRES"

// schemas counts the schemas that tests made, which have to differ.
var schemas atomic.Int64

// world is a read model with what a test puts there.
type world struct {
	t        *testing.T
	db       *sql.DB
	dialect  query.Dialect
	server   indexv1.QueryServer
	reported []error
	// closed says that there is none.
	closed error
}

// Reader implements query.Source.
func (w *world) Reader() (query.Reader, error) {
	return query.Reader{DB: w.db, Dialect: w.dialect}, w.closed
}

// State implements query.Source.
func (w *world) State() query.State { return query.State{Name: query.StateReady} }

// Report implements query.Source.
func (w *world) Report(err error) { w.reported = append(w.reported, err) }

// everywhere runs a test with each database that there is.
func everywhere(t *testing.T, test func(*world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(newSQLite(t)) })
	if os.Getenv(envPostgres) != "" {
		t.Run("postgres", func(t *testing.T) { test(newPostgres(t)) })
	}
}

func newSQLite(t *testing.T) *world {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "index.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=cache_size(-200000)")
	if err != nil {
		t.Fatal(err)
	}
	return newWorld(t, db, query.SQLite)
}

func newPostgres(t *testing.T) *world {
	t.Helper()
	name := fmt.Sprintf("query_%d_%d", os.Getpid(), schemas.Add(1))
	admin, err := sql.Open("pgx", os.Getenv(envPostgres))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := admin.Exec(`DROP SCHEMA ` + name + ` CASCADE`)
		if err = errors.Join(err, admin.Close()); err != nil {
			t.Error(err)
		}
	})
	if _, err := admin.Exec(`CREATE SCHEMA ` + name); err != nil {
		t.Fatal(err)
	}
	separator := "?"
	if strings.Contains(os.Getenv(envPostgres), "?") {
		separator = "&"
	}
	db, err := sql.Open("pgx", os.Getenv(envPostgres)+separator+"search_path="+name)
	if err != nil {
		t.Fatal(err)
	}
	return newWorld(t, db, query.Postgres)
}

func newWorld(t *testing.T, db *sql.DB, dialect query.Dialect) *world {
	t.Helper()
	w := &world{t: t, db: db, dialect: dialect}
	t.Cleanup(func() { _ = db.Close() })
	for _, text := range tables(t, dialect) {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	for key, value := range map[string]uint64{"height": height, "time": now, "history_from": 17, "min_bond": minBond, "version": 1} {
		w.insert("meta", "key", key, "value", strconv.FormatUint(value, 10))
	}
	w.insert("meta", "key", "chain_id", "value", "test-1")
	w.server = query.NewServer(w)
	return w
}

// tables returns the statements that make the tables, from the migrations of the store.
func tables(t *testing.T, dialect query.Dialect) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", "store", "schema", "*.sql"))
	if err != nil || len(names) == 0 {
		t.Fatalf("expected migrations, got %v and %v", names, err)
	}
	dialects := strings.NewReplacer("/* BYTES */", "BLOB", "/* WITHOUT ROWID */", "WITHOUT ROWID")
	if dialect == query.Postgres {
		dialects = strings.NewReplacer("/* BYTES */", "BYTEA", "/* WITHOUT ROWID */", "")
	}
	all := make([]string, len(names))
	for i, name := range names { // in the order of their names
		raw, err := os.ReadFile(name)
		all[i] = dialects.Replace(string(must(t, raw, err)))
	}
	return all
}

// insert adds a row of columns and values in turn.
func (w *world) insert(table string, pairs ...any) {
	w.t.Helper()
	columns, places, values := []string{}, []string{}, []any{}
	for i := 0; i < len(pairs); i += 2 {
		columns, values = append(columns, pairs[i].(string)), append(values, pairs[i+1])
		place := "?"
		if w.dialect == query.Postgres {
			place = "$" + strconv.Itoa(len(values))
		}
		places = append(places, place)
	}
	w.exec(`INSERT INTO `+table+` (`+strings.Join(columns, ",")+`) VALUES (`+strings.Join(places, ",")+`)`, values...)
}

func (w *world) exec(text string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Exec(text, args...); err != nil {
		w.t.Fatalf("%s: %v", text, err)
	}
}

// skill is one of an agent.
type skill struct {
	id, version string
	price       int64
	model       registrytypes.PriceModel
	sla         int64
	concurrent  int64
	tags        []string
	in, out     []string
}

// agent is what a test says of one; the rest is as usual.
type agent struct {
	id              int64
	name, text      string
	owner           string
	status          registrytypes.AgentStatus
	bonded          int64
	reserved        int64
	unbonding       int64
	reservations    int64
	lastSeen        int64
	skills          []skill
	labels          map[string]string
	attestedBy      []string
	attestedRevoked bool
	attestedUntil   int64
}

func or[T comparable](v, usual T) T {
	var zero T
	if v == zero {
		return usual
	}
	return v
}

func (w *world) agent(a agent) {
	w.t.Helper()
	a.name = or(a.name, fmt.Sprintf("Agent %d", a.id))
	w.insert("agents", "id", a.id, "owner", or(a.owner, addr(1)), "operator", addr(1), "payout", addr(1),
		"status", int64(or(a.status, registrytypes.AGENT_STATUS_ACTIVE)), "pause_reason", 0, "type", 1, "name", a.name, "description", a.text,
		"version", "1.0.0", "registered_at", now-1000+a.id, "last_seen", or(a.lastSeen, now-3600), "bonded", or(a.bonded, 2*minBond),
		"reserved", a.reserved, "unbonding", a.unbonding, "reservations", a.reservations, "height", height-1)
	weights := map[string]int{}
	weigh := func(text string, weight int) {
		for _, word := range words.Of(text) {
			weights[word] = max(weights[word], weight)
		}
	}
	weigh(a.text, 1)
	for _, s := range a.skills {
		w.insert("skills", "agent_id", a.id, "skill", s.id, "name", s.id, "version", or(s.version, "1.0.0"),
			"price_model", int64(or(s.model, registrytypes.PRICE_MODEL_FLAT)), "price_unit", "", "price", or(s.price, 1_000_000),
			"sla_seconds", s.sla, "max_concurrent", or(s.concurrent, 4))
		weigh(s.id, 2)
		for _, tag := range s.tags {
			w.insert("skill_tags", "agent_id", a.id, "skill", s.id, "tag", tag)
			weigh(tag, 2)
		}
		for direction, all := range [][]string{s.in, s.out} {
			for _, m := range all {
				w.insert("skill_media", "agent_id", a.id, "skill", s.id, "direction", direction, "media_type", m)
			}
		}
	}
	weigh(a.name, 3)
	for word, weight := range weights {
		w.insert("terms", "term", word, "agent_id", a.id, "weight", weight)
	}
	for key, value := range a.labels {
		w.insert("labels", "agent_id", a.id, "key", key, "value", value)
	}
	for _, issuer := range a.attestedBy {
		w.insert("attestations", "agent_id", a.id, "issuer", issuer, "type", 1, "hash", "", "issued_at", now-10, "expires_at", or(a.attestedUntil, now+1),
			"revoked", map[bool]int{true: 1}[a.attestedRevoked])
	}
}

// addr is an address of the chain.
func addr(n byte) string {
	text, err := bech32.ConvertAndEncode("ait", slices.Repeat([]byte{n}, 20))
	if err != nil {
		panic(err)
	}
	return text
}

// job is what a test says of one; the rest is as usual.
type job struct {
	client           byte
	sequence         int64
	agent            int64
	skill            string
	status           int64
	live             jobmarkettypes.MilestoneStatus
	milestone        int64
	budget           int64
	posted, deadline int64
	submitted        int64
	released, fees   int64
	slashed          int64
	record           *jobmarkettypes.JobRecord
}

func (w *world) job(j job) {
	w.t.Helper()
	raw := []byte{}
	if j.record != nil {
		var err error
		if raw, err = j.record.Marshal(); err != nil {
			w.t.Fatal(err)
		}
	}
	w.insert("jobs", "client", addr(or(j.client, 9)), "sequence", j.sequence, "agent_id", j.agent, "skill", or(j.skill, "text.summarize"),
		"status", or(j.status, int64(jobmarkettypes.JOB_STATUS_ACTIVE)), "live", int64(or(j.live, jobmarkettypes.MILESTONE_STATUS_WORKING)),
		"milestone", or(j.milestone, 1), "milestones", 1, "budget", or(j.budget, 2_000_000), "deposit", 0, "posted_at", or(j.posted, now-100),
		"deadline", j.deadline, "ended_at", 0, "funded", or(j.budget, 2_000_000), "released", j.released, "fees", j.fees, "refunded", 0,
		"slashed", j.slashed, "record", raw, "height", height-2)
	if j.submitted > 0 {
		w.insert("submissions", "client", addr(or(j.client, 9)), "sequence", j.sequence, "milestone", or(j.milestone, 1), "submitted_at", j.submitted)
	}
}

// must fails the test for an error.
func must[T any](t *testing.T, answer T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func (w *world) search(req indexv1.QuerySearchAgentsRequest) *indexv1.QuerySearchAgentsResponse {
	w.t.Helper()
	res, err := w.server.SearchAgents(context.Background(), &req)
	return must(w.t, res, err)
}

// found are the ids of a search's page.
func (w *world) found(req indexv1.QuerySearchAgentsRequest) []uint64 {
	w.t.Helper()
	return idsOf(w.search(req))
}

func idsOf(res *indexv1.QuerySearchAgentsResponse) []uint64 {
	ids := []uint64{}
	for _, hit := range res.Agents {
		ids = append(ids, hit.Agent.Id)
	}
	return ids
}

// expectError wants a status and the beginning of its text.
func expectError(t *testing.T, err error, code codes.Code, prefix string) {
	t.Helper()
	s, _ := status.FromError(err)
	if err == nil || s.Code() != code || !strings.HasPrefix(s.Message(), prefix) {
		t.Errorf("expected %s with %q, got %v", code, prefix, err)
	}
}
