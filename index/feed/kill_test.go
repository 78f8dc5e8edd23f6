package feed_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"cosmossdk.io/log/v2"

	"github.com/aitbc/aitbc/index/feed"
	"github.com/aitbc/aitbc/index/store"
)

const (
	// envVictim tells a process of this test that it is the one to be killed.
	envVictim = "AITBC_FEED_VICTIM"
	// ahead is how many blocks a victim makes that are not written yet: enough that it
	// writes all the time.
	ahead = 20
)

// victim is what a process that will be killed is told.
type victim struct {
	Options store.Options
	Seed    uint64
	// Height is the newest height of its chain when it starts.
	Height int64
}

// TestMain is the victim, if it is told so.
func TestMain(m *testing.M) {
	order := os.Getenv(envVictim)
	if order == "" {
		os.Exit(m.Run())
	}
	var v victim
	if err := json.Unmarshal([]byte(order), &v); err != nil {
		panic(err)
	}
	v.live()
}

// live makes blocks until it is killed, and tells how far the read model is.
func (v victim) live() {
	w := worldAt(v.Seed, v.Height)
	f := feed.New(feed.Options{Store: v.Options, ChainID: func() string { return chainID }, Log: log.NewNopLogger()}, w)
	f.Start(w.height)
	for ; ; fmt.Println(f.Height()) {
		for w.height-max(f.Height(), v.Height) > ahead {
			time.Sleep(time.Millisecond)
		}
		if err := commit(f, w.next()); err != nil {
			panic(err)
		}
	}
}

func worldAt(seed uint64, height int64) *world {
	w := newWorld(seed)
	for w.height < height {
		w.next()
	}
	return w
}

// TestFeed_Kill: whenever the process is killed, the rows are those of the height that they
// say, or say none, and the next process goes on from there.
func TestFeed_Kill(t *testing.T) {
	rounds := 15
	if testing.Short() {
		rounds = 8
	}
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			options := open(t)
			const seed = 12
			random := rand.New(rand.NewPCG(seed, 2))
			var height int64
			consistent := 0
			for range rounds {
				v := victim{Options: options, Seed: seed, Height: height + random.Int64N(3)}
				lines := 1 + random.IntN(150)
				v.kill(t, lines)
				known := heightOf(t, options)
				if known == 0 {
					continue // killed while the rows were made from the state
				}
				if known < height {
					t.Errorf("expected that rows of height %d stay, got %d", height, known)
				}
				height = known
				expectRowsOf(t, options, worldAt(seed, height))
				consistent++
			}
			if consistent < rounds/2 {
				t.Errorf("expected most of %d rounds to reach a height, got %d", rounds, consistent)
			}
			n := startNode(t, worldAt(seed, height+2), feed.Options{Store: options})
			n.expectCaughtUp()
		})
	}
}

// kill starts a victim and kills it after so many lines.
func (v victim) kill(t *testing.T, lines int) {
	t.Helper()
	order, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envVictim+"="+string(order))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// Counted are lines that show progress: a victim may need long to open the database.
	scanner := bufio.NewScanner(out)
	for left := lines; left > 0 && scanner.Scan(); {
		if at, err := strconv.ParseInt(scanner.Text(), 10, 64); err != nil || at > v.Height {
			left--
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
}

// heightOf returns the height of the rows, 0 if they have none.
func heightOf(t *testing.T, options store.Options) int64 {
	t.Helper()
	s := openStore(t, options)
	defer closeStore(t, s)
	found := rowsOf(t, s.Reader(), "SELECT value FROM meta WHERE key = 'height'", "")
	if len(found) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(found[0][1:], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if later := rowsOf(t, s.Reader(), fmt.Sprintf("SELECT * FROM history WHERE height > %d", n), "history"); len(later) > 0 {
		t.Errorf("expected no history after height %d, got %v", n, later)
	}
	return n
}

func expectRowsOf(t *testing.T, options store.Options, w *world) {
	t.Helper()
	s := openStore(t, options)
	expectSame(t, fresh(t, w), dump(t, s.Reader()))
	closeStore(t, s)
}

func openStore(t *testing.T, options store.Options) *store.Store {
	t.Helper()
	for {
		s, err := store.Open(t.Context(), options)
		if err == nil {
			return s
		}
		// A server needs a moment to notice that the one who had the lock is gone.
		if !errors.Is(err, store.ErrInUse) || t.Context().Err() != nil {
			t.Fatal(err)
		}
	}
}

func closeStore(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
