package feed_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"modernc.org/sqlite"

	"github.com/aitbc/aitbc/index/feed"
	"github.com/aitbc/aitbc/index/query"
	"github.com/aitbc/aitbc/index/store"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// few is a number of blocks that a test makes at a time.
const few = 40

// TestFeed_Follows: what the blocks changed one after the other is what the state says,
// also after stops, missed blocks, and a chain that was set back.
func TestFeed_Follows(t *testing.T) {
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			options := open(t)
			w := newWorld(1)
			n := startNode(t, w, feed.Options{Store: options})
			if s := n.feed.State(); s.Name != query.StateBuilding {
				t.Errorf("expected %s before the first block, got %+v", query.StateBuilding, s)
			}
			for range 5 {
				n.blocks(few)
				n.expectCaughtUp()
			}
			n.stop()
			n = startNode(t, w, feed.Options{Store: options})
			n.expectCaughtUp()
			n.blocks(few)
			n.stop()
			for range few {
				w.next() // nobody listens
			}
			n = startNode(t, w, feed.Options{Store: options})
			n.expectCaughtUp()
			n.blocks(few)
			n.expectCaughtUp()
			n.stop()
			w.height -= 7 // as after aitbcd rollback
			n = startNode(t, w, feed.Options{Store: options})
			n.expectCaughtUp()
			n.blocks(few)
			n.expectCaughtUp()
		})
	}
}

// TestFeed_SetBack: blocks that come again with other contents, after a chain was set back,
// are not mistaken for those that were written, even if they come first.
func TestFeed_SetBack(t *testing.T) {
	w, options := newWorld(14), sqliteOptions(t)
	n := startNode(t, w, feed.Options{Store: options})
	n.blocks(few)
	n.expectCaughtUp()
	n.stop()
	w.height -= 5
	from := w.height
	n = newNode(t, w, feed.Options{Store: options})
	n.blocks(5)
	n.feed.Start(from)
	n.expectCaughtUp()
}

// TestFeed_Interrupted: rows that were not made to the end, here because the state was
// pruned under the reader, count as none.
func TestFeed_Interrupted(t *testing.T) {
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			options, w := open(t), newWorld(15)
			n := startNode(t, w, feed.Options{Store: options})
			n.blocks(few)
			n.expectCaughtUp()
			n.stop()
			w.next() // nobody listens
			w.reading = func(store string) error {
				if store == jobmarkettypes.StoreKey {
					return errors.New("pruned")
				}
				return nil
			}
			n = startNode(t, w, feed.Options{Store: options})
			n.awaitState(query.StateFailed)
			if _, err := n.feed.Reader(); err == nil || !strings.Contains(err.Error(), "pruned") {
				t.Errorf("expected that who asks is told why there is no answer, got %v", err)
			}
			n.stop()
			if at := heightOf(t, options); at != 0 {
				t.Errorf("expected rows of no height, got %d", at)
			}
			w.reading = nil
			n = startNode(t, w, feed.Options{Store: options})
			n.expectCaughtUp()
		})
	}
}

// TestFeed_OtherChain: rows of another chain are not taken for this one's.
func TestFeed_OtherChain(t *testing.T) {
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			options := open(t)
			other := newWorld(2)
			n := startNode(t, other, feed.Options{Store: options, ChainID: func() string { return "other-1" }})
			n.blocks(few)
			n.await("the newest block", func() bool { return n.feed.Height() == other.height })
			n.stop()
			w := newWorld(3)
			for range few {
				w.next()
			}
			n = startNode(t, w, feed.Options{Store: options})
			n.expectCaughtUp()
			reader, err := n.feed.Reader()
			if err != nil {
				t.Fatal(err)
			}
			if left := rowsOf(t, reader.DB, "SELECT * FROM history", "history"); len(left) > 0 {
				t.Errorf("expected no history of another chain, got %d events", len(left))
			}
		})
	}
}

// TestFeed_History: history is kept in order, tells since when it is complete, and only as
// long as asked for.
func TestFeed_History(t *testing.T) {
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			options := open(t)
			w := newWorld(4)
			n := startNode(t, w, feed.Options{Store: options})
			n.blocks(few)
			n.expectCaughtUp()
			reader, err := n.feed.Reader()
			if err != nil {
				t.Fatal(err)
			}
			events := rowsOf(t, reader.DB, "SELECT height AS at, tx, n, kind, agent_id, client, sequence, type, data FROM history ORDER BY height, tx, n", "history")
			if len(events) < few/2 {
				t.Fatalf("expected events of %d blocks, got %d", few, len(events))
			}
			n.stop()
			n = startNode(t, w, feed.Options{Store: options, HistoryBlocks: 10})
			n.blocks(200)
			n.expectCaughtUp()
			if reader, err = n.feed.Reader(); err != nil {
				t.Fatal(err)
			}
			// The newest multiple of 100 that was passed is 200: there, blocks up to 190 went.
			if old := rowsOf(t, reader.DB, "SELECT height AS at FROM history WHERE height <= 190", "history"); len(old) > 0 {
				t.Errorf("expected no old history, got %v", old)
			}
			from := rowsOf(t, reader.DB, "SELECT value FROM meta WHERE key = 'history_from'", "")
			if len(from) != 1 || from[0] != "|191" {
				t.Errorf("expected history from 191, got %v", from)
			}
		})
	}
}

// TestFeed_Overflow: when more waits than may, the rows are made from the state.
func TestFeed_Overflow(t *testing.T) {
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			options := open(t)
			w := newWorld(5)
			n := startNode(t, w, feed.Options{Store: options, QueueBytes: 20_000})
			for range 20 {
				n.blocks(20)
			}
			n.expectCaughtUp()
		})
	}
}

// TestFeed_Deleted: a file that is deleted while it is written to is made anew.
func TestFeed_Deleted(t *testing.T) {
	w, options := newWorld(6), sqliteOptions(t)
	n := startNode(t, w, feed.Options{Store: options})
	n.blocks(few)
	n.expectCaughtUp()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(options.Source + suffix); err != nil {
			t.Fatal(err)
		}
	}
	n.blocks(few)
	n.await("a new file", func() bool { _, err := os.Stat(options.Source); return err == nil })
	n.expectCaughtUp()
}

// TestFeed_Corrupt: a file that is damaged while it is written to or before it is opened is
// set aside and made anew. What is not noticed, because it is in memory, is right.
func TestFeed_Corrupt(t *testing.T) {
	for name, offset := range map[string]int64{"all of it": 0, "all but the first page": pageBytes} {
		for _, running := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, running %t", name, running), func(t *testing.T) {
				w, options := newWorld(7), sqliteOptions(t)
				n := startNode(t, w, feed.Options{Store: options})
				n.blocks(3 * few)
				n.expectCaughtUp()
				if !running {
					n.stop()
				}
				overwrite(t, options.Source, offset, math.MaxInt64)
				if running {
					n.blocks(few)
					n.expectCaughtUp()
					n.stop()
				}
				n = startNode(t, w, feed.Options{Store: options})
				n.blocks(few)
				n.expectCaughtUp()
				if !running && len(setAside(t, options.Source)) != 1 {
					t.Error("expected the damaged file to be set aside")
				}
			})
		}
	}
}

// TestFeed_CorruptWhereRead: damage that only a question meets is mended too.
func TestFeed_CorruptWhereRead(t *testing.T) {
	w, options := newWorld(8), sqliteOptions(t)
	n := startNode(t, w, feed.Options{Store: options})
	n.blocks(3 * few)
	n.expectCaughtUp()
	reader, err := n.feed.Reader()
	if err != nil {
		t.Fatal(err)
	}
	var page int64
	if err := reader.DB.QueryRowContext(t.Context(), "SELECT rootpage FROM sqlite_master WHERE name = 'jobs'").Scan(&page); err != nil {
		t.Fatal(err)
	}
	n.stop()
	overwrite(t, options.Source, (page-1)*pageBytes, pageBytes)
	n = startNode(t, w, feed.Options{Store: options})
	n.expectCaughtUp() // without a block
	if len(setAside(t, options.Source)) != 1 {
		t.Error("expected the damaged file to be set aside")
	}
}

func setAside(t *testing.T, path string) []string {
	t.Helper()
	found, err := filepath.Glob(path + ".corrupt-*")
	if err != nil {
		t.Fatal(err)
	}
	// Their companions are no files of their own.
	return slices.DeleteFunc(found, func(f string) bool { return strings.HasSuffix(f, "-wal") || strings.HasSuffix(f, "-shm") })
}

// pageBytes is the size of a page of SQLite.
const pageBytes = 4096

// overwrite fills a part of a file with rubbish, and of its log.
func overwrite(t *testing.T, path string, offset, most int64) {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		file, err := os.OpenFile(path+suffix, os.O_RDWR, 0)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		info, err := file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		if n := min(info.Size()-offset, most); n > 0 {
			if _, err := file.WriteAt([]byte(strings.Repeat("rubbish!", int(n)/8)), offset); err != nil {
				t.Fatal(err)
			}
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFeed_Locked: while another process holds the database, blocks go on, the state says
// so, and it recovers by itself.
func TestFeed_Locked(t *testing.T) {
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			options := open(t)
			w := newWorld(9)
			n := startNode(t, w, feed.Options{Store: options})
			n.blocks(few)
			n.expectCaughtUp()
			unlock := lock(t, options)
			n.blocks(few)
			n.await("a state that is not ready", func() bool {
				name := n.feed.State().Name
				return name == query.StateFailed || name == query.StateBehind
			})
			unlock()
			n.expectCaughtUp()
		})
	}
}

// lock keeps everybody else from writing.
func lock(t *testing.T, options store.Options) func() {
	t.Helper()
	driver, address := "sqlite", "file:"+options.Source+"?_txlock=exclusive&_pragma=busy_timeout(60000)"
	if options.Backend == store.Postgres {
		driver, address = "pgx", options.Source
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if options.Backend == store.Postgres {
		if _, err := tx.ExecContext(t.Context(), "LOCK TABLE agents, jobs, meta, history IN ACCESS EXCLUSIVE MODE"); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// pages bounds the SQLite files of this process; 0 does not.
var pages atomic.Int64

func init() { //nolint:gochecknoinits // hooks come before the first connection
	sqlite.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, _ string) error {
		if n := pages.Load(); n > 0 {
			_, err := conn.ExecContext(context.Background(), fmt.Sprintf("PRAGMA max_page_count = %d", n), nil)
			return err
		}
		return nil
	})
}

// TestFeed_Full: with no room left blocks go on, the state says so, and when there is room
// again it goes on.
func TestFeed_Full(t *testing.T) {
	w, options := newWorld(10), sqliteOptions(t)
	pages.Store(60)
	defer pages.Store(0)
	n := startNode(t, w, feed.Options{Store: options})
	n.blocks(10 * few)
	n.awaitState(query.StateFailed)
	if s := n.feed.State(); !strings.Contains(s.Detail, "full") {
		t.Errorf("expected that the state tells what is wrong, got %+v", s)
	}
	n.blocks(few)
	pages.Store(0)
	n.expectCaughtUp()
}

// TestFeed_WrongRows: rows that somebody else wrote, which those of a block collide with,
// don't stop it for ever.
func TestFeed_WrongRows(t *testing.T) {
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			options := open(t)
			w := newWorld(11)
			n := startNode(t, w, feed.Options{Store: options})
			n.blocks(few)
			n.expectCaughtUp()
			n.stop()
			s, err := store.Open(t.Context(), options)
			if err != nil {
				t.Fatal(err)
			}
			tx, err := s.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for at := w.height + 1; at < w.height+few; at++ {
				for i := range 3 {
					if err := tx.Add(t.Context(), "history (height, tx, n, time, kind, agent_id, client, sequence, type, data)", at, 0, i, 0, "agent", 1, "", 0, "x", "{}"); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			n = startNode(t, w, feed.Options{Store: options})
			n.blocks(few)
			n.expectCaughtUp()
		})
	}
}
