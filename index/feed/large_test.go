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
	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/index/query"
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
// from the state, twice, the size, the time to follow blocks, and that of first pages.
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
			firstPages(t, n.feed)
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

// firstPages prints how long the first pages of some questions take, the middle one of five
// times. There are three skills and ten words here; more of them are in TestSpeed of
// index/query.
func firstPages(t *testing.T, source query.Source) {
	t.Helper()
	server := query.NewServer(source)
	search := func(req *indexv1.QuerySearchAgentsRequest) func() (int, error) {
		return func() (int, error) {
			res, err := server.SearchAgents(t.Context(), req)
			return len(res.GetAgents()), err
		}
	}
	skill := []string{"text.skill2"}
	for _, question := range []struct {
		name string
		ask  func() (int, error)
	}{
		{"newest agents", search(&indexv1.QuerySearchAgentsRequest{})},
		{"agents of a skill", search(&indexv1.QuerySearchAgentsRequest{SkillsAny: skill})},
		{"agents of a skill by price", search(&indexv1.QuerySearchAgentsRequest{SkillsAny: skill, Order: indexv1.AGENT_ORDER_PRICE})},
		{"agents by a word", search(&indexv1.QuerySearchAgentsRequest{Text: "résumé "})},
		{"agents by the beginning of a word", search(&indexv1.QuerySearchAgentsRequest{Text: "fac"})},
		{"agents by a word and a skill", search(&indexv1.QuerySearchAgentsRequest{Text: "faces ", SkillsAny: skill})},
		{"jobs of an agent", func() (int, error) {
			res, err := server.Jobs(t.Context(), &indexv1.QueryJobsRequest{AgentId: 7})
			return len(res.GetJobs()), err
		}},
		{"jobs by budget", func() (int, error) {
			res, err := server.Jobs(t.Context(), &indexv1.QueryJobsRequest{Order: indexv1.JOB_ORDER_BUDGET})
			return len(res.GetJobs()), err
		}},
	} {
		times, count := make([]time.Duration, 5), 0
		for i := range times {
			began := time.Now()
			n, err := question.ask()
			if err != nil {
				t.Fatalf("%s: %v", question.name, err)
			}
			times[i], count = time.Since(began), n
		}
		slices.Sort(times)
		t.Logf("%8.1f ms  %-40s %4d rows", times[2].Seconds()*1000, question.name, count)
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
