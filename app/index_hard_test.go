package app_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"modernc.org/sqlite"

	"github.com/aitbc/aitbc/index/feed"
	"github.com/aitbc/aitbc/index/query"
	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/gen"
)

const (
	// some is a number of blocks after which there are agents and jobs.
	some = 15
	// envPostgres is a connection string of a database in which tests may make schemas.
	envPostgres = "AITBC_TEST_POSTGRES"
)

// busy returns a chain with random traffic, the same for everybody.
func busy(t *testing.T, opts ...chain.Option) (*chain.Chain, *gen.Traffic) {
	t.Helper()
	c := chain.New(t, append(opts, chain.WithGenesis(restless), chain.WithAccounts(12))...)
	t.Cleanup(func() {
		if err := c.App.Close(); err != nil {
			t.Error(err)
		}
	})
	traffic := gen.NewTraffic(c, *trafficSeed)
	traffic.AddMarket()
	return c, traffic
}

// following returns a chain whose node follows it in a file, after some blocks.
func following(t *testing.T) (*chain.Chain, *gen.Traffic, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "index.db")
	c, traffic := busy(t, indexed(path)...)
	f := startIndex(t, c)
	blocks(c, traffic, some)
	expectRows(t, c, f)
	return c, traffic, path
}

// stopIndex does what a stopping node does.
func stopIndex(t *testing.T, c *chain.Chain) {
	t.Helper()
	if err := c.App.Index().Close(); err != nil {
		t.Fatal(err)
	}
}

// awaitFailed waits until a read model tells why it can't be used.
func awaitFailed(t *testing.T, f *feed.Feed, why string) {
	t.Helper()
	for {
		s := f.State()
		if s.Name == query.StateFailed && strings.Contains(s.Detail, why) {
			return
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("expected state %s with %q, got %+v", query.StateFailed, why, s)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// historyFrom returns since when the history is complete: a rebuild sets it.
func historyFrom(t *testing.T, c *chain.Chain) int64 {
	t.Helper()
	var text string
	row := awaitIndex(t, c, c.App.Index()).QueryRowContext(t.Context(), "SELECT value FROM meta WHERE key = 'history_from'")
	if err := row.Scan(&text); err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// connect opens a database as somebody else would.
func connect(t *testing.T, driver, source string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// lockIndex keeps a node from writing to its file.
func lockIndex(t *testing.T, path string) func() {
	t.Helper()
	tx, err := connect(t, "sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(60000)").BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// spoil overwrites a part of a file.
func spoil(t *testing.T, path string, from, most int64) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	n := min(most, info.Size()-from)
	if n <= 0 {
		t.Fatalf("expected more than %d bytes in %s, got %d", from, path, info.Size())
	}
	_, err = file.WriteAt(bytes.Repeat([]byte{0xAA}, int(n)), from)
	if err = errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestIndex_NoPartOfConsensus: whatever is done to the database while the node runs, its
// blocks have the results of a node without one, and none waits for it.
func TestIndex_NoPartOfConsensus(t *testing.T) {
	plain, same := busy(t)
	blocks(plain, same, 6*some)

	c, traffic, path := following(t)
	unlock := lockIndex(t, path)
	blocks(c, traffic, some) // were they to wait, they would for ever
	unlock()
	expectRows(t, c, c.App.Index())
	removeIndex(t, path)
	blocks(c, traffic, some)
	expectRows(t, c, c.App.Index())
	spoil(t, path, 0, math.MaxInt64)
	blocks(c, traffic, some)
	stopIndex(t, c)
	blocks(c, traffic, some) // nobody listens any more
	removeIndex(t, path)
	c.Restart()
	blocks(c, traffic, some)
	expectRows(t, c, c.App.Index())
	if c.Height() != plain.Height() || !bytes.Equal(c.AppHash(), plain.AppHash()) {
		t.Errorf("expected app hash %X at height %d, got %X at %d", plain.AppHash(), plain.Height(), c.AppHash(), c.Height())
	}
}

// TestIndex_Deleted: a file that is deleted while the node runs is noticed with the next
// block and made anew from the state.
func TestIndex_Deleted(t *testing.T) {
	c, traffic, path := following(t)
	removeIndex(t, path)
	c.NextBlock() // one is enough
	expectRows(t, c, c.App.Index())
	if _, err := os.Stat(path); err != nil {
		t.Errorf("expected a new file, got %v", err)
	}
	if from := historyFrom(t, c); from <= some {
		t.Errorf("expected history since the new file, got since %d", from)
	}
	blocks(c, traffic, some)
	expectRows(t, c, c.App.Index())
}

// TestIndex_Locked: while another process holds the file, the state tells so; afterwards
// what waited is written, and nothing of the history is missing.
func TestIndex_Locked(t *testing.T) {
	c, traffic, path := following(t)
	from := historyFrom(t, c)
	unlock := lockIndex(t, path)
	blocks(c, traffic, some)
	awaitFailed(t, c.App.Index(), "locked")
	if _, err := c.App.Index().Reader(); err == nil || !strings.Contains(err.Error(), "locked") {
		t.Errorf("expected that who asks is told why there is no answer, got %v", err)
	}
	unlock()
	expectRows(t, c, c.App.Index())
	if now := historyFrom(t, c); now != from {
		t.Errorf("expected that the blocks that waited were written, with history since %d, got since %d", from, now)
	}
}

// room bounds the pages of SQLite files of this process; 0 does not.
var room atomic.Int64

func init() { //nolint:gochecknoinits // hooks come before the first connection
	sqlite.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, _ string) error {
		n := room.Load()
		if n == 0 {
			return nil
		}
		_, err := conn.ExecContext(context.Background(), fmt.Sprintf("PRAGMA max_page_count = %d", n), nil)
		return err
	})
}

// TestIndex_Full: a full disk is told, and when there is room again the read model goes on.
func TestIndex_Full(t *testing.T) {
	const pages = 80
	room.Store(pages)
	t.Cleanup(func() { room.Store(0) })
	c, traffic := busy(t, indexed(filepath.Join(t.TempDir(), "index.db"))...)
	f := startIndex(t, c)
	for f.State().Name != query.StateFailed {
		blocks(c, traffic, 1)
	}
	awaitFailed(t, f, "full")
	blocks(c, traffic, some)
	room.Store(0)
	expectRows(t, c, f)
}

// TestIndex_Corrupt: a damaged file is set aside, and a new one made.
func TestIndex_Corrupt(t *testing.T) {
	const page = 4096
	for name, part := range map[string]struct{ from, most int64 }{
		"header": {0, 100}, "middle": {page, math.MaxInt64}, "all": {0, math.MaxInt64},
	} {
		t.Run(name, func(t *testing.T) {
			c, traffic, path := following(t)
			stopIndex(t, c)
			spoil(t, path, part.from, part.most)
			c.Restart()
			expectRowsMended(t, c)
			found, err := filepath.Glob(path + ".corrupt-*Z")
			if err != nil || len(found) != 1 {
				t.Errorf("expected the damaged file to be set aside, got %v, %v", found, err)
			}
			blocks(c, traffic, some)
			expectRows(t, c, c.App.Index())
		})
	}
}

// expectRowsMended is expectRows for damage that only questions meet: they tell of it, as
// the query server does, until there is an answer.
func expectRowsMended(t *testing.T, c *chain.Chain) {
	t.Helper()
	f := c.App.Index()
	for t.Context().Err() == nil {
		if askAll(t, awaitIndex(t, c, f), f) {
			break
		}
	}
	expectRows(t, c, f)
}

// askAll reads every table and tells of what is wrong.
func askAll(t *testing.T, db *sql.DB, f *feed.Feed) bool {
	t.Helper()
	for _, table := range []string{"meta", "agents", "skills", "terms", "attestations", "offers", "jobs", "submissions", "history"} {
		var n int
		if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table+" NOT INDEXED").Scan(&n); err != nil {
			f.Report(err)
			return false
		}
	}
	return true
}

// TestIndex_ForeignRows: rows that are not of this chain's state are made anew.
func TestIndex_ForeignRows(t *testing.T) {
	for name, change := range map[string]string{
		"of another chain":        "UPDATE meta SET value = 'other-1' WHERE key = 'chain_id'",
		"of a later height":       "UPDATE meta SET value = '1000000' WHERE key = 'height'",
		"of a wrong height":       "UPDATE meta SET value = 'many' WHERE key = 'height'",
		"of a broken-off rebuild": "DELETE FROM meta WHERE key = 'height'; DELETE FROM jobs; DELETE FROM agents WHERE id > 2",
	} {
		t.Run(name, func(t *testing.T) {
			c, traffic, path := following(t)
			stopIndex(t, c)
			if _, err := connect(t, "sqlite", path).ExecContext(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			c.Restart()
			expectRows(t, c, c.App.Index())
			if from := historyFrom(t, c); from != c.Height()+1 {
				t.Errorf("expected rows from the state of height %d, got history since %d", c.Height(), from)
			}
			blocks(c, traffic, 3)
			expectRows(t, c, c.App.Index())
		})
	}
}

// TestIndex_BlockSTM: the parallel executor tells of the same changes and the same events.
func TestIndex_BlockSTM(t *testing.T) {
	rows := func(opts ...chain.Option) ([]string, []string) {
		c, traffic := busy(t, append(opts, indexed(filepath.Join(t.TempDir(), "index.db"))...)...)
		f := startIndex(t, c)
		blocks(c, traffic, 2*some)
		expectRows(t, c, f)
		db := awaitIndex(t, c, f)
		return dump(t, db), rowsOf(t, db, "history", "height, tx, n, time, kind, agent_id, client, sequence, type, data")
	}
	want, wantHistory := rows()
	if len(wantHistory) < some {
		t.Fatalf("expected a history, got %d events", len(wantHistory))
	}
	for _, estimate := range []bool{false, true} {
		got, history := rows(chain.WithBlockSTM(4, estimate))
		if !slices.Equal(got, want) || !slices.Equal(history, wantHistory) {
			t.Errorf("pre-estimates %t: expected %d rows and %d events of the sequential executor, got %d and %d that differ",
				estimate, len(want), len(wantHistory), len(got), len(history))
		}
	}
}

// TestIndex_History: the history has the market's events of all blocks that name an agent or
// a job, in their order: those of the beginning of a block, of its transactions, of its end.
func TestIndex_History(t *testing.T) {
	c, traffic := busy(t, indexed(filepath.Join(t.TempDir(), "index.db"))...)
	f := startIndex(t, c)
	want := map[int64][]string{}
	for range 3 * some {
		b := c.NextBlock(traffic.Txs(10)...)
		var begin, end []string
		for _, e := range b.Events {
			list := &begin
			if slices.ContainsFunc(e.Attributes, func(a abci.EventAttribute) bool { return a.Key == "mode" && a.Value == "EndBlock" }) {
				list = &end
			}
			*list = append(*list, ofMarket(e)...)
		}
		for _, tx := range b.Results {
			for _, e := range tx.Events {
				begin = append(begin, ofMarket(e)...)
			}
		}
		want[b.Height] = append(begin, end...)
	}
	rows, err := awaitIndex(t, c, f).QueryContext(t.Context(), "SELECT height, type FROM history ORDER BY height, tx, n")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got, events := map[int64][]string{}, 0
	for ; rows.Next(); events++ {
		var height int64
		var name string
		if err := rows.Scan(&height, &name); err != nil {
			t.Fatal(err)
		}
		got[height] = append(got[height], name)
	}
	if err := rows.Err(); err != nil || events < some {
		t.Fatalf("expected a history, got %d events, %v", events, err)
	}
	for height := int64(1); height <= c.Height(); height++ {
		if !slices.Equal(got[height], want[height]) {
			t.Errorf("block %d: expected %v, got %v", height, want[height], got[height])
		}
	}
}

// ofMarket returns the type of an event of the market that names an agent or a job.
func ofMarket(e abci.Event) []string {
	if !strings.HasPrefix(e.Type, "aitbc.agentregistry.") && !strings.HasPrefix(e.Type, "aitbc.jobmarket.") {
		return nil
	}
	if !slices.ContainsFunc(e.Attributes, func(a abci.EventAttribute) bool { return a.Key == "agent_id" || a.Key == "client" }) {
		return nil
	}
	return []string{e.Type}
}

// TestIndex_Postgres: rows in PostgreSQL equal the state, also after others had locked them
// and after a restart.
func TestIndex_Postgres(t *testing.T) {
	server := os.Getenv(envPostgres)
	if server == "" {
		t.Skipf("%s: expected a connection string of a PostgreSQL database for tests; `make test-postgres` starts one", envPostgres)
	}
	schema := fmt.Sprintf("app_%d", os.Getpid())
	admin := connect(t, "pgx", server)
	if _, err := admin.ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.WithoutCancel(t.Context()), "DROP SCHEMA "+schema+" CASCADE"); err != nil {
			t.Error(err)
		}
	})
	separator := "?"
	if strings.Contains(server, "?") {
		separator = "&"
	}
	c, traffic := busy(t, append(indexed(server+separator+"search_path="+schema), chain.WithAppOption("index.backend", "postgres"))...)
	f := startIndex(t, c)
	blocks(c, traffic, some)
	expectRows(t, c, f)
	tx, err := admin.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "LOCK TABLE "+schema+".meta IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	blocks(c, traffic, some)
	if s := f.State(); s.Name == query.StateReady {
		t.Errorf("expected that a locked database is not ready %d blocks later, got %+v", some, s)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	expectRows(t, c, f)
	stopIndex(t, c)
	blocks(c, traffic, 3) // nobody follows
	c.Restart()
	expectRows(t, c, c.App.Index())
	blocks(c, traffic, some)
	expectRows(t, c, c.App.Index())
}

// TestIndex_BadSettings: a node with a setting that makes no sense does not start, and says
// which one it is, without a password.
func TestIndex_BadSettings(t *testing.T) {
	for _, test := range []struct {
		names    string
		settings map[string]any
	}{
		{"index.enable", map[string]any{"index.enable": "maybe"}},
		{"index.backend", map[string]any{"index.backend": "oracle"}},
		{"index.source", map[string]any{"index.source": ""}},
		{"index.source", map[string]any{"index.source": "index.db?mode=memory"}},
		{"index.history-blocks", map[string]any{"index.history-blocks": -1}},
		{"index.source", map[string]any{"index.backend": "postgres", "index.source": "password=hunter2 garbage"}},
		{"index.source", map[string]any{"index.backend": "postgres", "index.source": "postgres://user:hunter2@host:port/db"}},
	} {
		opts := []chain.Option{chain.WithAppOption("index.enable", true)}
		for key, value := range test.settings {
			opts = append(opts, chain.WithAppOption(key, value))
		}
		failure := refusal(t, opts)
		if !strings.Contains(failure, test.names) || strings.Contains(failure, "hunter2") {
			t.Errorf("%v: expected an error that names %s and no password, got %q", test.settings, test.names, failure)
		}
	}
}

// refusal returns why a node does not start, nothing if it does.
func refusal(t *testing.T, opts []chain.Option) string {
	t.Helper()
	failure := ""
	func() {
		defer func() {
			if r := recover(); r != nil {
				failure = fmt.Sprint(r)
			}
		}()
		chain.New(t, opts...)
	}()
	return failure
}
