package chain

import (
	"fmt"
	"maps"
	"testing"

	dbm "github.com/cosmos/cosmos-db"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"

	"github.com/aitbc/aitbc/app"
)

// lockstepWorkers is more than the cores of a small machine, so that workers are
// interleaved there too.
const lockstepWorkers = 4

// executor is how a node runs the transactions of a block.
type executor struct {
	name    string
	options map[string]any
}

func sequential() executor {
	return executor{
		name:    "sequential",
		options: map[string]any{server.FlagBlockExecutor: serverconfig.BlockExecutorSequential},
	}
}

func blockSTM(workers int, preEstimate bool) executor {
	name := fmt.Sprintf("block-stm with %d workers", workers)
	if preEstimate {
		name += " and pre-estimates"
	}
	return executor{name: name, options: map[string]any{
		server.FlagBlockExecutor:       serverconfig.BlockExecutorBlockSTM,
		server.FlagBlockSTMWorkers:     workers,
		server.FlagBlockSTMPreEstimate: preEstimate,
	}}
}

// node is one application with its disk.
type node struct {
	name string
	db   dbm.DB
	opts appOptions
	app  *app.App
}

// appOptions implements servertypes.AppOptions.
type appOptions map[string]any

// Get implements servertypes.AppOptions.
func (o appOptions) Get(key string) any { return o[key] }

func newNode(tb testing.TB, cfg config, exec executor) *node {
	tb.Helper()
	opts := appOptions{flags.FlagHome: tb.TempDir()}
	maps.Copy(opts, exec.options)
	maps.Copy(opts, cfg.appOptions)
	n := &node{name: exec.name, db: dbm.NewMemDB(), opts: opts}
	n.start(cfg)
	return n
}

// start builds the application over the node's database, as a starting process
// would.
func (n *node) start(cfg config) {
	baseApp := append([]func(*baseapp.BaseApp){baseapp.SetChainID(ID)}, cfg.baseApp...)
	n.app = cfg.build(cfg.logger, n.db, n.opts, baseApp...)
}
