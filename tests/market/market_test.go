package market_test

import (
	"flag"
	"runtime/debug"
	"testing"
)

var (
	histories = flag.Int("histories", 0, "how many random histories; 0 for 20,000, or 400 with -short")
	seed      = flag.Uint64("seed", 1, "the first seed; each history has the next one")
)

// TestHistories plays random histories of the market on the real keepers, and
// compares every answer, all balances and all state with the model after each step.
func TestHistories(t *testing.T) {
	n := *histories
	if n == 0 {
		n = 20_000
		if testing.Short() {
			n = 400
		}
	}
	// Histories leave little behind: collecting that less often is twice as fast.
	defer debug.SetGCPercent(debug.SetGCPercent(800))
	b, counts := newBed(t), newTally()
	for i := range n {
		h := newHistory(t, b, *seed+uint64(i), counts)
		h.thorough = n == 1
		h.run()
		for e, taken := range h.s.taken {
			counts.taken[e] += taken
		}
		for name, times := range h.s.happened {
			counts.happened[name] += times
		}
	}
	t.Logf("%d histories from seed %d, %d steps", n, *seed, counts.steps)
	t.Log(counts.report())
	if n < 400 {
		return
	}
	for e := range diagram {
		if counts.taken[e] == 0 {
			t.Errorf("expected %s of a %s milestone to be taken, got never", e.by, e.from)
		}
	}
	for _, name := range byItself {
		if counts.happened[name] == 0 {
			t.Errorf("expected that once %s, got never", name)
		}
	}
}
