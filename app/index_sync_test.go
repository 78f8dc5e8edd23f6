package app_test

import (
	"os"
	"path/filepath"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	"github.com/cosmos/cosmos-sdk/store/v2/snapshots"
	snapshottypes "github.com/cosmos/cosmos-sdk/store/v2/snapshots/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/index/query"
	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/gen"
)

// settings implements servertypes.AppOptions.
type settings map[string]any

// Get implements servertypes.AppOptions.
func (s settings) Get(key string) any { return s[key] }

// withSnapshots lets an application make and restore snapshots.
func withSnapshots(t *testing.T) func(*baseapp.BaseApp) {
	t.Helper()
	store, err := snapshots.NewStore(dbm.NewMemDB(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return baseapp.SetSnapshot(store, snapshottypes.NewSnapshotOptions(1_000_000, 1))
}

// TestIndex_StateSync: a node that took its state from a snapshot, and saw none of the
// blocks before, has the rows of that state and follows from there.
func TestIndex_StateSync(t *testing.T) {
	c := chain.New(t, chain.WithGenesis(restless), chain.WithAccounts(12), chain.WithBaseApp(withSnapshots(t)))
	traffic := gen.NewTraffic(c, *trafficSeed)
	traffic.AddMarket()
	blocks(c, traffic, 40)
	from := c.App.SnapshotManager()
	snapshot, err := from.Create(uint64(c.Height()))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "index.db")
	c.Restart(chain.WithBuilder(func(logger log.Logger, _ dbm.DB, opts servertypes.AppOptions, _ ...func(*baseapp.BaseApp)) *app.App {
		o := settings{"index.enable": true, "index.source": path}
		for _, key := range []string{"home", "block-executor"} {
			o[key] = opts.Get(key)
		}
		synced := app.New(logger, dbm.NewMemDB(), true, o, baseapp.SetChainID(chain.ID), withSnapshots(t))
		restore(t, synced, from, *snapshot)
		return synced
	}))
	t.Cleanup(func() {
		if err := c.App.Close(); err != nil {
			t.Error(err)
		}
	})
	blocks(c, traffic, 3)
	expectRows(t, c, c.App.Index())
	blocks(c, traffic, 10)
	expectRows(t, c, c.App.Index())
}

// restore does what a starting node with state sync does.
func restore(t *testing.T, to *app.App, from *snapshots.Manager, snapshot snapshottypes.Snapshot) {
	t.Helper()
	if _, err := to.Info(&abci.RequestInfo{}); err != nil {
		t.Fatal(err)
	}
	manager := to.SnapshotManager()
	if err := manager.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	for i := range snapshot.Chunks {
		chunk, err := from.LoadChunk(snapshot.Height, snapshot.Format, i)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := manager.RestoreChunk(chunk); err != nil {
			t.Fatal(err)
		}
	}
}

// TestIndex_NoDatabase: a node whose database can't be made says so, and makes blocks.
func TestIndex_NoDatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := chain.New(t, indexed(filepath.Join(file, "index.db"))...)
	f := startIndex(t, c)
	for f.State().Name != query.StateFailed {
		c.NextBlock()
	}
	c.NextBlock()
	if _, err := f.Reader(); err == nil {
		t.Error("expected that who asks is told that there is none")
	}
	if err := c.App.Close(); err != nil {
		t.Error(err)
	}
}
