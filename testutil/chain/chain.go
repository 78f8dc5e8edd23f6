package chain

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/app"
)

// Chain is a running chain. Any failure of the machinery itself, such as an error
// from ABCI, ends the test at once; results of transactions are returned.
type Chain struct {
	// App is the application of the first node. It changes with Restart.
	App *app.App

	tb         testing.TB
	cfg        config
	nodes      []*node
	accounts   []*Account
	validators []*Validator

	comet    *consensus
	interval time.Duration
	gap      time.Duration // added to the next interval only
	// signed counts the transactions that each account signed since the last block.
	signed map[string]uint64
}

// New returns a chain that stands at its genesis; the first NextBlock makes block
// 1. The test fails if it can't start.
func New(tb testing.TB, opts ...Option) *Chain {
	tb.Helper()
	cfg := newConfig(opts)
	c := &Chain{tb: tb, cfg: cfg, interval: cfg.interval, signed: map[string]uint64{}}
	for i := range cfg.accounts {
		c.accounts = append(c.accounts, NewAccount(fmt.Sprintf("user%d", i)))
	}
	for i, stake := range cfg.stakes {
		c.validators = append(c.validators, newValidator(i, stake))
	}
	c.startNodes()

	params := app.DefaultConsensusParams()
	for _, change := range cfg.consensus {
		change(params)
	}
	state, err := json.Marshal(newGenesis(tb, cfg, c.App, c.accounts, c.validators))
	if err != nil {
		tb.Fatalf("genesis: %v", err)
	}
	pb := params.ToProto()
	c.initChain(&abci.RequestInitChain{
		Time: GenesisTime, ChainId: ID, ConsensusParams: &pb, InitialHeight: 1, AppStateBytes: state,
	})
	return c
}

// FromInitChain returns a chain that starts from a request made elsewhere, such as
// by a simulation. It has no accounts and validators of its own; the request must
// be for the chain id ID.
func FromInitChain(tb testing.TB, req *abci.RequestInitChain, opts ...Option) *Chain {
	tb.Helper()
	cfg := newConfig(opts)
	c := &Chain{tb: tb, cfg: cfg, interval: cfg.interval, signed: map[string]uint64{}}
	c.startNodes()
	first := *req
	first.InitialHeight = max(req.InitialHeight, 1)
	c.initChain(&first)
	return c
}

// NewLockstep returns a chain that runs on one node per block executor and fails
// the test when they disagree.
func NewLockstep(tb testing.TB, opts ...Option) *Chain {
	tb.Helper()
	return New(tb, append([]Option{WithLockstep()}, opts...)...)
}

func (c *Chain) startNodes() {
	c.tb.Helper()
	for _, exec := range c.cfg.executors {
		c.nodes = append(c.nodes, newNode(c.tb, c.cfg, exec))
	}
	c.App = c.nodes[0].app
	c.tb.Cleanup(func() {
		for _, n := range c.nodes {
			if err := n.app.Close(); err != nil {
				c.tb.Errorf("close %s: %v", n.name, err)
			}
		}
	})
}

func (c *Chain) initChain(req *abci.RequestInitChain) {
	c.tb.Helper()
	if err := c.tryInitChain(req); err != nil {
		c.tb.Fatal(err)
	}
}

func (c *Chain) tryInitChain(req *abci.RequestInitChain) error {
	for i, n := range c.nodes {
		res, err := n.app.InitChain(req)
		if err != nil {
			return fmt.Errorf("InitChain on %s: %w", n.name, err)
		}
		if i > 0 {
			continue
		}
		if c.comet, err = newConsensus(req, res); err != nil {
			return err
		}
	}
	return nil
}

// Account returns the i-th funded account.
func (c *Chain) Account(i int) *Account { return c.accounts[i] }

// Accounts returns all funded accounts but the validators' operators.
func (c *Chain) Accounts() []*Account { return c.accounts }

// Validator returns the i-th validator of the genesis.
func (c *Chain) Validator(i int) *Validator { return c.validators[i] }

// Validators returns the validators of the genesis.
func (c *Chain) Validators() []*Validator { return c.validators }

// Height returns the height of the last block, and the initial height less one
// before the first.
func (c *Chain) Height() int64 { return c.comet.height }

// Time returns the time of the last block, or of the genesis.
func (c *Chain) Time() time.Time { return c.comet.time }

// SetInterval sets the time between two blocks from the next one on.
func (c *Chain) SetInterval(d time.Duration) { c.interval = d }

// Advance lets the next block come d after the last one instead of an interval.
// Calls add up.
func (c *Chain) Advance(d time.Duration) { c.gap += d }

// Context returns the committed state as of the last block, with its height and
// time. Writes to it are lost.
func (c *Chain) Context() sdk.Context { return c.nodes[0].context(c) }

func (n *node) context(c *Chain) sdk.Context {
	c.tb.Helper()
	header := cmtproto.Header{ChainID: ID, Height: c.comet.height, Time: c.comet.time}
	if n.app.LastBlockHeight() == 0 {
		// The genesis state is committed by the first block only.
		ctx, _ := n.app.NewContextLegacy(false, header).CacheContext()
		return ctx.WithConsensusParams(n.app.GetConsensusParams(ctx))
	}
	ctx, err := n.app.CreateQueryContextWithCheckHeader(0, false, false)
	if err != nil {
		c.tb.Fatalf("state of %s at height %d: %v", n.name, c.Height(), err)
	}
	return ctx.WithBlockHeader(header).WithConsensusParams(n.app.GetConsensusParams(ctx))
}

// CheckTx hands a transaction to the mempool check of the first node.
func (c *Chain) CheckTx(tx []byte) *abci.ResponseCheckTx {
	c.tb.Helper()
	res, err := c.App.CheckTx(&abci.RequestCheckTx{Tx: tx, Type: abci.CheckTxType_New})
	if err != nil {
		c.tb.Fatalf("CheckTx: %v", err)
	}
	return res
}

// Restart builds every application anew over its database, as after a crash. The
// options change what runs from then on, such as the builder; those that concern
// the genesis have no effect. It fails the test if the state is not that of the
// last block.
func (c *Chain) Restart(opts ...Option) {
	c.tb.Helper()
	for _, opt := range opts {
		opt(&c.cfg)
	}
	for _, n := range c.nodes {
		n.start(c.cfg)
		info, err := n.app.Info(&abci.RequestInfo{})
		if err != nil {
			c.tb.Fatalf("Info of %s: %v", n.name, err)
		}
		if info.LastBlockHeight != c.comet.height || string(info.LastBlockAppHash) != string(c.comet.appHash) {
			c.tb.Fatalf("restart of %s: expected height %d with app hash %X, got %d with %X",
				n.name, c.comet.height, c.comet.appHash, info.LastBlockHeight, info.LastBlockAppHash)
		}
	}
	c.App = c.nodes[0].app
}
