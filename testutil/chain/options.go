package chain

import (
	"time"

	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/codec"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/aitbc/aitbc/app"
)

// Defaults of a new chain.
const (
	// ID is the chain id that transactions are signed for.
	ID = "aitbc-test-1"
	// DefaultInterval is the time between two blocks, that of a healthy network.
	DefaultInterval = 1200 * time.Millisecond
	// DefaultStake is what each validator delegates to itself, in AIT.
	DefaultStake int64 = 100_000
	// DefaultBalance is what each account holds, in AIT.
	DefaultBalance int64 = 1_000_000
)

// GenesisTime is the time of every chain's genesis.
var GenesisTime = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// Builder returns an application that has loaded the latest state of db.
type Builder func(logger log.Logger, db dbm.DB, appOpts servertypes.AppOptions, baseAppOptions ...func(*baseapp.BaseApp)) *app.App

// config is what the options set.
type config struct {
	stakes     []int64
	accounts   int
	interval   time.Duration
	invariants bool
	logger     log.Logger
	build      Builder
	baseApp    []func(*baseapp.BaseApp)
	appOptions map[string]any
	executors  []executor
	genesis    []func(codec.Codec, app.GenesisState)
	consensus  []func(*cmttypes.ConsensusParams)
}

// Option changes how a chain is set up.
type Option func(*config)

func newConfig(opts []Option) config {
	cfg := config{
		stakes:     []int64{DefaultStake, DefaultStake, DefaultStake, DefaultStake},
		accounts:   6,
		interval:   DefaultInterval,
		logger:     log.NewNopLogger(),
		executors:  []executor{sequential()},
		appOptions: map[string]any{},
		build: func(logger log.Logger, db dbm.DB, appOpts servertypes.AppOptions, baseAppOptions ...func(*baseapp.BaseApp)) *app.App {
			return app.New(logger, db, true, appOpts, baseAppOptions...)
		},
	}
	for _, opt := range opts {
		opt(&cfg)
	}
	return cfg
}

// WithValidators sets the validators by what each delegates to itself, in AIT.
func WithValidators(stakes ...int64) Option {
	return func(c *config) { c.stakes = stakes }
}

// WithAccounts sets the number of funded accounts.
func WithAccounts(n int) Option { return func(c *config) { c.accounts = n } }

// WithInterval sets the time between two blocks.
func WithInterval(d time.Duration) Option { return func(c *config) { c.interval = d } }

// WithInvariants checks app.CheckInvariants after every block.
func WithInvariants() Option { return func(c *config) { c.invariants = true } }

// WithLogger shows what the application logs; the default is silence.
func WithLogger(logger log.Logger) Option { return func(c *config) { c.logger = logger } }

// WithBuilder replaces app.New, for applications that differ in a detail.
func WithBuilder(build Builder) Option { return func(c *config) { c.build = build } }

// WithBaseApp adds options of baseapp, such as an application mempool.
func WithBaseApp(opts ...func(*baseapp.BaseApp)) Option {
	return func(c *config) { c.baseApp = append(c.baseApp, opts...) }
}

// WithAppOption sets what a node would read from app.toml or a flag.
func WithAppOption(key string, value any) Option {
	return func(c *config) { c.appOptions[key] = value }
}

// WithGenesis changes the genesis state before the chain starts. Functions run in
// the order they were given.
func WithGenesis(change func(cdc codec.Codec, genesis app.GenesisState)) Option {
	return func(c *config) { c.genesis = append(c.genesis, change) }
}

// WithConsensusParams changes the consensus parameters of the genesis.
func WithConsensusParams(change func(*cmttypes.ConsensusParams)) Option {
	return func(c *config) { c.consensus = append(c.consensus, change) }
}

// WithBlockSTM runs the chain on the parallel executor alone.
func WithBlockSTM(workers int, preEstimate bool) Option {
	return func(c *config) { c.executors = []executor{blockSTM(workers, preEstimate)} }
}

// WithLockstep runs every block on the sequential executor and on Block-STM with
// and without pre-estimates, and compares.
func WithLockstep() Option {
	return func(c *config) {
		c.executors = []executor{sequential(), blockSTM(lockstepWorkers, false), blockSTM(lockstepWorkers, true)}
	}
}
