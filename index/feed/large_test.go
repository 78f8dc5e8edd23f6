package feed_test

import (
	"bytes"
	"database/sql"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"cosmossdk.io/log/v2"

	"github.com/aitbc/aitbc/index/feed"
	"github.com/aitbc/aitbc/index/store"
)

const (
	largeAgents = 100_000
	largeJobs   = 20_000
)

// large is the state of one height of a chain with many agents, in order.
type large struct {
	names []string
	pairs map[string][]byte
}

func newLarge(agents, jobs int) (large, *world) {
	w, pairs := newWorld(13), map[string][]byte{}
	w.tick(pairs, 1)
	for id := range agents {
		w.agent(pairs, uint64(id+1))
	}
	for range jobs {
		w.job(pairs)
	}
	return large{names: slices.Sorted(maps.Keys(pairs)), pairs: pairs}, w
}

// At implements feed.State.
func (l large) At(int64) (feed.View, error) { return l, nil }

// Iterate implements feed.View.
func (l large) Iterate(name string, prefix []byte, each func(key, value []byte) error) error {
	from := name + "/" + string(prefix)
	at, _ := slices.BinarySearch(l.names, from)
	for ; at < len(l.names) && strings.HasPrefix(l.names[at], from); at++ {
		_, key, _ := bytes.Cut([]byte(l.names[at]), []byte("/"))
		if err := each(key, l.pairs[l.names[at]]); err != nil {
			return err
		}
	}
	return nil
}

// TestFeed_Large prints what 100,000 agents and 20,000 jobs take: the time to make the rows
// from the state, twice, the size, and the time to follow blocks.
func TestFeed_Large(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	state, w := newLarge(largeAgents, largeJobs)
	bytesOfState := 0
	for name, value := range state.pairs {
		bytesOfState += len(name) + len(value)
	}
	t.Logf("state: %d agents, %d pairs, %.0f MB", largeAgents, len(state.pairs), float64(bytesOfState)/1e6)
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			options := open(t)
			w.height = 1
			n := startLarge(t, state, w, options)
			began := time.Now()
			n.feed.Start(1)
			n.await("the rows", func() bool { return n.feed.Height() == 1 })
			t.Logf("%s: made from the state in %.1f s, %.0f MB", options.Backend, time.Since(began).Seconds(), float64(sizeOf(t, options))/1e6)
			n.stop()

			w.height = 2 // a block was missed
			n = startLarge(t, state, w, options)
			began = time.Now()
			n.feed.Start(2)
			n.await("the rows", func() bool { return n.feed.Height() == 2 })
			t.Logf("%s: made again over the old rows in %.1f s, %.0f MB", options.Backend, time.Since(began).Seconds(), float64(sizeOf(t, options))/1e6)

			const blocks = 200
			began = time.Now()
			n.blocks(blocks)
			n.await("the newest block", func() bool { return n.feed.Height() == w.height })
			t.Logf("%s: followed %d blocks in %.2f s", options.Backend, blocks, time.Since(began).Seconds())
		})
	}
}

// startLarge returns a read model that is not started.
func startLarge(t *testing.T, state large, w *world, options store.Options) *node {
	t.Helper()
	w.states = map[int64]map[string][]byte{w.height: {}} // what follows is small
	o := feed.Options{Store: options, ChainID: func() string { return chainID }, Log: log.NewNopLogger()}
	n := &node{t: t, world: w, feed: feed.New(o, state), patience: 10 * time.Minute}
	t.Cleanup(n.stop)
	return n
}

// sizeOf returns the bytes of a database.
func sizeOf(t *testing.T, options store.Options) int64 {
	t.Helper()
	if options.Backend == store.Postgres {
		db, err := sql.Open("pgx", options.Source)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var size int64
		if err := db.QueryRowContext(t.Context(), `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
			JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relkind = 'r'`).Scan(&size); err != nil {
			t.Fatal(err)
		}
		return size
	}
	var size int64
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(options.Source + suffix); err == nil {
			size += info.Size()
		}
	}
	return size
}
