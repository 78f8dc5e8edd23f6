package types_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aitbc/aitbc/x/clock/types"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestClock_Advance(t *testing.T) {
	const cap10 = 10 * time.Second
	stopped := types.Clock{BlockTime: start, MarketTime: start.Add(-time.Hour)}

	tests := []struct {
		name    string
		clock   types.Clock
		block   time.Time
		market  time.Time
		skipped time.Duration
	}{
		{"success: short interval counts whole", types.NewClock(start), start.Add(time.Second), start.Add(time.Second), 0},
		{"success: one nanosecond", types.NewClock(start), start.Add(1), start.Add(1), 0},
		{"success: exactly the cap", types.NewClock(start), start.Add(cap10), start.Add(cap10), 0},
		{"success: one nanosecond over the cap", types.NewClock(start), start.Add(cap10 + 1), start.Add(cap10), 1},
		{"success: a halt of two hours", types.NewClock(start), start.Add(2 * time.Hour), start.Add(cap10), 2*time.Hour - cap10},
		{"success: after an earlier standstill", stopped, start.Add(time.Second), start.Add(time.Second - time.Hour), 0},
		{"success: block time in another zone", types.NewClock(start), start.Add(time.Second).In(time.FixedZone("x", 3600)), start.Add(time.Second), 0},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			next, skipped := tc.clock.Advance(tc.block, cap10)
			if !next.BlockTime.Equal(tc.block) || next.BlockTime.Location() != time.UTC {
				t.Errorf("block time: expected %s in UTC, got %s", tc.block, next.BlockTime)
			}
			if next.MarketTime != tc.market {
				t.Errorf("market time: expected %s, got %s", tc.market, next.MarketTime)
			}
			if skipped != tc.skipped {
				t.Errorf("skipped: expected %s, got %s", tc.skipped, skipped)
			}
		})
	}
}

func TestClock_Advance_NeverTurnsBack(t *testing.T) {
	clock := types.Clock{BlockTime: start, MarketTime: start.Add(-time.Minute)}
	for _, block := range []time.Time{start, start.Add(-1), start.Add(-24 * time.Hour), time.Unix(1, 0)} {
		next, skipped := clock.Advance(block, types.DefaultMaxStep)
		if next != clock || skipped != 0 {
			t.Errorf("block at %s: expected the clock unchanged, got %v, skipped %s", block, next, skipped)
		}
	}
}

// An interval beyond the range of time.Duration (292 years) must not wrap around
// or slip in as market time.
func TestClock_Advance_BeyondDurationRange(t *testing.T) {
	clock := types.NewClock(start)
	next, _ := clock.Advance(start.AddDate(1000, 0, 0), types.DefaultMaxStep)
	if want := start.Add(types.DefaultMaxStep); next.MarketTime != want {
		t.Errorf("market time: expected %s, got %s", want, next.MarketTime)
	}
	if next.Standstill() <= 0 {
		t.Errorf("standstill: expected a positive duration, got %s", next.Standstill())
	}
}

// For any sequence of block times: market time never runs back, never moves by
// more than the cap, and market time plus standstill is block time.
func TestClock_Advance_Properties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		maxStep := time.Duration(rapid.Int64Range(int64(types.MinMaxStep), int64(types.MaxMaxStep)).Draw(t, "maxStep"))
		clock := types.NewClock(start)
		var totalSkipped time.Duration
		intervals := rapid.SliceOfN(rapid.Int64Range(-int64(time.Hour), int64(3*time.Hour)), 1, 60).Draw(t, "intervals")
		now := start
		for _, d := range intervals {
			now = now.Add(time.Duration(d))
			next, skipped := clock.Advance(now, maxStep)
			step := next.MarketTime.Sub(clock.MarketTime)
			if step < 0 || step > maxStep {
				t.Fatalf("market time moved by %s with a cap of %s", step, maxStep)
			}
			if skipped < 0 || (skipped > 0 && step != maxStep) {
				t.Fatalf("skipped %s although market time moved by only %s of %s", skipped, step, maxStep)
			}
			totalSkipped += skipped
			if next.Standstill() != totalSkipped {
				t.Fatalf("standstill: expected the sum of all skipped parts %s, got %s", totalSkipped, next.Standstill())
			}
			if err := next.Validate(); err != nil {
				t.Fatal(err)
			}
			clock = next
		}
	})
}

func TestClock_Validate(t *testing.T) {
	tests := []struct {
		name  string
		clock types.Clock
		valid bool
	}{
		{"success: fresh", types.NewClock(start), true},
		{"success: standstill", types.Clock{BlockTime: start, MarketTime: start.Add(-time.Hour)}, true},
		{"failure: empty", types.Clock{}, false},
		{"failure: market time at the epoch", types.Clock{BlockTime: start, MarketTime: time.Unix(0, 0)}, false},
		{"success: one second after the epoch", types.Clock{BlockTime: start, MarketTime: time.Unix(1, 0)}, true},
		{"failure: market time ahead of block time", types.Clock{BlockTime: start, MarketTime: start.Add(1)}, false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.clock.Validate()
			if tc.valid && err != nil {
				t.Fatalf("expected no error, got %v", err)
			}
			if !tc.valid && !errors.Is(err, types.ErrInvalidClock) {
				t.Fatalf("expected %v, got %v", types.ErrInvalidClock, err)
			}
		})
	}
}

func TestParams_Validate(t *testing.T) {
	tests := []struct {
		name    string
		maxStep time.Duration
		valid   bool
	}{
		{"success: default", types.DefaultMaxStep, true},
		{"success: lowest", types.MinMaxStep, true},
		{"success: highest", types.MaxMaxStep, true},
		{"failure: below the lowest", types.MinMaxStep - 1, false},
		{"failure: above the highest", types.MaxMaxStep + 1, false},
		{"failure: zero", 0, false},
		{"failure: negative", -time.Second, false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			err := types.Params{MaxStep: tc.maxStep}.Validate()
			if tc.valid && err != nil {
				t.Fatalf("expected no error, got %v", err)
			}
			if !tc.valid && !errors.Is(err, types.ErrInvalidParams) {
				t.Fatalf("expected %v, got %v", types.ErrInvalidParams, err)
			}
		})
	}
}

func TestGenesisState_Validate(t *testing.T) {
	valid := types.NewClock(start)
	tests := []struct {
		name string
		gs   types.GenesisState
		err  error
	}{
		{"success: default", *types.DefaultGenesisState(), nil},
		{"success: exported", types.GenesisState{Params: types.DefaultParams(), Clock: &valid}, nil},
		{"failure: params", types.GenesisState{Clock: &valid}, types.ErrInvalidParams},
		{"failure: clock", types.GenesisState{Params: types.DefaultParams(), Clock: &types.Clock{}}, types.ErrInvalidClock},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if err := tc.gs.Validate(); !errors.Is(err, tc.err) {
				t.Fatalf("expected %v, got %v", tc.err, err)
			}
		})
	}
}
