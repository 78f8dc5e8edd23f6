package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/gen"
)

// lived returns a chain with a past: traffic, votes, unbondings, a jailed and a
// tombstoned validator, a clock that stood still.
func lived(t *testing.T, blocks int64, opts ...chain.Option) (*chain.Chain, *gen.Traffic) {
	t.Helper()
	opts = append([]chain.Option{chain.WithInvariants(), chain.WithGenesis(restless)}, opts...)
	c := chain.New(t, opts...)
	traffic := gen.NewTraffic(c, *trafficSeed)
	for c.Height() < blocks {
		switch c.Height() {
		case 20:
			c.SetOffline(c.Validator(2).ConsAddr(), true)
		case 50:
			c.Advance(2 * time.Hour)
		case blocks - 2:
			// So late that hardly a delegator has been paid since it was slashed.
			c.DoubleSign(c.Validator(3).ConsAddr(), blocks-4)
		}
		c.NextProposedBlock(traffic.Txs(15)...)
	}
	return c, traffic
}

// TestExportGoesOn exports a chain at its height, starts another from that
// genesis, gives both the same blocks and compares the whole state.
func TestExportGoesOn(t *testing.T) {
	c, traffic := lived(t, 80)
	exported := c.Export(false)
	if want := c.Height() + 1; exported.Height != want {
		t.Fatalf("height: expected %d, got %d", want, exported.Height)
	}
	other := c.StartFrom(exported)
	compareClocks(t, c, other)

	c.LikeAfterGenesis()
	for range 30 {
		// Only what a proposer would put into a block, made on the first chain.
		txs := c.Propose(traffic.Txs(10)...)
		// The validator that was offline goes on being so.
		other.SetOffline(c.Validator(2).ConsAddr(), true)
		a, b := c.NextBlock(txs...), other.NextBlock(txs...)
		if a.Height != b.Height || !a.Time.Equal(b.Time) {
			t.Fatalf("expected the same block, got height %d at %s and %d at %s", a.Height, a.Time, b.Height, b.Time)
		}
		for i := range a.Results {
			if x, y := code(a.Results[i]), code(b.Results[i]); x != y {
				t.Fatalf("height %d: transaction %d: expected %s as on the first chain, got %s: %s",
					a.Height, i, x, y, b.Results[i].Log)
			}
		}
	}
	compareClocks(t, c, other)
	compareStates(t, withoutIDs(t, c.Export(false).AppState), withoutIDs(t, other.Export(false).AppState))
}

// TestExportIsFixpoint imports an export and exports it again.
func TestExportIsFixpoint(t *testing.T) {
	c, _ := lived(t, 80)
	exported := c.Export(false)
	other := c.StartFrom(exported)
	genesis, err := other.App.Modules().ExportGenesis(other.Context(), other.App.AppCodec())
	if err != nil {
		t.Fatal(err)
	}
	state, err := json.Marshal(genesis)
	if err != nil {
		t.Fatal(err)
	}
	compareStates(t, exported.AppState, state)
}

func TestExportForZeroHeight(t *testing.T) {
	c, _ := lived(t, 80)
	before := c.Supply()
	exported := c.Export(true)
	if exported.Height != 0 {
		t.Fatalf("height: expected 0, got %d", exported.Height)
	}
	other := c.StartFrom(exported)
	other.NextBlocks(30)
	if other.Height() != 30 {
		t.Errorf("height: expected 30, got %d", other.Height())
	}
	if got := other.Supply(); got.Amount.LT(before.Amount) {
		t.Errorf("supply: expected %s or more, got %s", before, got)
	}
	alice := other.Account(0)
	other.Tx(alice, send(alice, other.Account(1), 1)).MustDeliver()

	// Only the operator that is allowed to goes on.
	alone := c.StartFrom(c.Export(true, c.Validator(0).ValAddr().String()))
	alone.NextBlocks(5)
	if n := alone.ValidatorSet().Size(); n != 1 {
		t.Errorf("validators: expected 1, got %d", n)
	}
}

// TestCrashBeforeCommit loses power between executing a block and committing it.
func TestCrashBeforeCommit(t *testing.T) {
	c := chain.NewLockstep(t, chain.WithInvariants())
	c.NextBlock()
	alice, bob := c.Account(0), c.Account(1)
	tx := c.Tx(alice, send(alice, bob, 5)).Bytes()
	before := c.Balance(bob.Addr)

	c.CrashBeforeCommit(tx)
	if got := c.Balance(bob.Addr); !got.Amount.Equal(before.Amount) {
		t.Fatalf("balance after the crash: expected %s, got %s", before, got)
	}
	c.NextBlock(tx)
	if got, want := c.Balance(bob.Addr), before.Add(chain.AIT(5)); !got.Amount.Equal(want.Amount) {
		t.Errorf("balance after the replay: expected %s, got %s", want, got)
	}
}

func compareClocks(t *testing.T, a, b *chain.Chain) {
	t.Helper()
	x, err := a.App.ClockKeeper.Clock(a.Context())
	if err != nil {
		t.Fatal(err)
	}
	y, err := b.App.ClockKeeper.Clock(b.Context())
	if err != nil {
		t.Fatal(err)
	}
	if x != y || x.Standstill() == 0 {
		t.Errorf("clock: expected %v with a standstill on both chains, got %v", x, y)
	}
}

// withoutIDs takes out the ids of unbonding entries: staking's genesis does not
// hold its counter, so a new chain numbers new entries from the highest id on
// that is still alive. Nothing but hooks of other chains reads them.
func withoutIDs(t *testing.T, state []byte) []byte {
	t.Helper()
	return regexp.MustCompile(`"unbonding_ids?": ("[0-9]+"|\[[^\]]*\])`).ReplaceAll(state, []byte(`"unbonding_id": ""`))
}

// compareStates compares two genesis files module by module and names the first
// place where they differ.
func compareStates(t *testing.T, a, b []byte) {
	t.Helper()
	var x, y map[string]any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatal(err)
	}
	for name := range x {
		if _, ok := y[name]; !ok {
			t.Errorf("module %s is missing in the second state", name)
		}
	}
	for name := range y {
		if diff := difference(name, x[name], y[name]); diff != "" {
			t.Errorf("states differ at %s", diff)
		}
	}
}

func difference(path string, a, b any) string {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			break
		}
		for _, key := range keysOf(x, y) {
			if diff := difference(path+"."+key, x[key], y[key]); diff != "" {
				return diff
			}
		}
		return ""
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			break
		}
		for i := range x {
			if diff := difference(fmt.Sprintf("%s[%d]", path, i), x[i], y[i]); diff != "" {
				return diff
			}
		}
		return ""
	}
	p, errP := json.Marshal(a)
	q, errQ := json.Marshal(b)
	if errP == nil && errQ == nil && bytes.Equal(p, q) {
		return ""
	}
	return fmt.Sprintf("%s: %.2000s against %.2000s", path, p, q)
}

func keysOf(a, b map[string]any) []string {
	var keys []string
	for key := range a {
		keys = append(keys, key)
	}
	for key := range b {
		if _, ok := a[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
