package chain

import (
	"bytes"
	"fmt"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cosmos/gogoproto/proto"
)

// Block is a committed block with what came of it.
type Block struct {
	Height int64
	Time   time.Time
	Txs    [][]byte
	// Results has one entry per transaction, in order.
	Results []*abci.ExecTxResult
	// Events are those of begin and end blockers.
	Events           []abci.Event
	ValidatorUpdates []abci.ValidatorUpdate
	// AppHash is the hash of the state after the block, ResultsHash that of codes,
	// data and gas of its transactions: the next header holds both.
	AppHash     []byte
	ResultsHash []byte
}

// NextBlock commits a block of exactly these transactions, whatever they are:
// proposals are not consulted, as when a node replays a decided block.
func (c *Chain) NextBlock(txs ...[]byte) *Block {
	c.tb.Helper()
	block, err := c.TryNextBlock(txs...)
	if err != nil {
		c.tb.Fatal(err)
	}
	return block
}

// TryNextBlock is NextBlock for blocks that the application may refuse to
// execute, which halts a real node. After an error the chain stands where it
// stood, and only Restart may follow.
func (c *Chain) TryNextBlock(txs ...[]byte) (*Block, error) {
	c.tb.Helper()
	req := c.request(txs)
	res, err := c.finalize(req)
	if err != nil {
		return nil, err
	}
	for _, n := range c.nodes {
		if _, err := n.app.Commit(); err != nil {
			return nil, fmt.Errorf("commit of height %d on %s: %w", req.Height, n.name, err)
		}
	}
	if err := c.comet.apply(req, res); err != nil {
		return nil, fmt.Errorf("height %d: %w", req.Height, err)
	}
	c.gap = 0
	clear(c.signed)
	c.checkInvariants()
	return &Block{
		Height: req.Height, Time: req.Time, Txs: req.Txs,
		Results: res.TxResults, Events: res.Events, ValidatorUpdates: res.ValidatorUpdates,
		AppHash: res.AppHash, ResultsHash: c.comet.resultsHash,
	}, nil
}

// NextBlocks commits n empty blocks.
func (c *Chain) NextBlocks(n int) {
	c.tb.Helper()
	for range n {
		c.NextBlock()
	}
}

// Propose returns what the application makes of a mempool: the transactions of
// the block that this node would propose.
func (c *Chain) Propose(mempool ...[]byte) [][]byte {
	c.tb.Helper()
	req := c.request(nil)
	res, err := c.App.PrepareProposal(&abci.RequestPrepareProposal{
		MaxTxBytes:         cmttypes.MaxDataBytes(c.comet.params.Block.MaxBytes, 0, c.comet.last.Size()),
		Txs:                mempool,
		LocalLastCommit:    c.comet.extendedLastCommit(),
		Misbehavior:        req.Misbehavior,
		Height:             req.Height,
		Time:               req.Time,
		NextValidatorsHash: req.NextValidatorsHash,
		ProposerAddress:    req.ProposerAddress,
	})
	if err != nil {
		c.tb.Fatalf("PrepareProposal: %v", err)
	}
	return res.Txs
}

// Accepts reports whether honest validators vote for a block of exactly these
// transactions. The test fails if the executors disagree.
func (c *Chain) Accepts(txs ...[]byte) bool {
	c.tb.Helper()
	req := c.request(txs)
	var accepted bool
	for i, n := range c.nodes {
		res, err := n.app.ProcessProposal(&abci.RequestProcessProposal{
			Txs: req.Txs, ProposedLastCommit: req.DecidedLastCommit, Misbehavior: req.Misbehavior,
			Hash: req.Hash, Height: req.Height, Time: req.Time,
			NextValidatorsHash: req.NextValidatorsHash, ProposerAddress: req.ProposerAddress,
		})
		if err != nil {
			c.tb.Fatalf("ProcessProposal on %s: %v", n.name, err)
		}
		if i > 0 && res.IsAccepted() != accepted {
			c.tb.Fatalf("height %d: %s and %s disagree on a proposal", req.Height, c.nodes[0].name, n.name)
		}
		accepted = res.IsAccepted()
	}
	return accepted
}

// NextProposedBlock goes the whole way of a block: the mempool is offered to
// PrepareProposal, what that selects must pass ProcessProposal on every node, and
// is then committed.
func (c *Chain) NextProposedBlock(mempool ...[]byte) *Block {
	c.tb.Helper()
	txs := c.Propose(mempool...)
	if !c.Accepts(txs...) {
		c.tb.Fatalf("height %d: the application refuses its own proposal of %d transactions", c.Height()+1, len(txs))
	}
	return c.NextBlock(txs...)
}

// CrashBeforeCommit executes a block without committing it and starts the nodes
// anew, as when power fails in between. The chain stands where it stood.
func (c *Chain) CrashBeforeCommit(txs ...[]byte) {
	c.tb.Helper()
	if _, err := c.finalize(c.request(txs)); err != nil {
		c.tb.Fatal(err)
	}
	c.Restart()
}

func (c *Chain) request(txs [][]byte) *abci.RequestFinalizeBlock {
	gap := c.gap
	if gap == 0 {
		gap = c.interval
	}
	return c.comet.request(c.comet.time.Add(gap), txs)
}

// finalize executes a block on every node and compares what a header would hold,
// and then everything else that clients see.
func (c *Chain) finalize(req *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	c.tb.Helper()
	var first *abci.ResponseFinalizeBlock
	for _, n := range c.nodes {
		res, err := n.app.FinalizeBlock(req)
		if err != nil {
			return nil, fmt.Errorf("FinalizeBlock of height %d on %s: %w", req.Height, n.name, err)
		}
		if first == nil {
			first = res
			continue
		}
		if diff := compare(first, res); diff != "" {
			c.tb.Fatalf("height %d: %s and %s disagree: %s", req.Height, c.nodes[0].name, n.name, diff)
		}
	}
	return first, nil
}

// compare names the first difference of two executions of one block, or returns
// the empty string.
func compare(a, b *abci.ResponseFinalizeBlock) string {
	if len(a.TxResults) != len(b.TxResults) {
		return fmt.Sprintf("%d results against %d", len(a.TxResults), len(b.TxResults))
	}
	for i := range a.TxResults {
		if x, y := a.TxResults[i], b.TxResults[i]; !equal(x, y) {
			return fmt.Sprintf("result of transaction %d: %s against %s", i, summary(x), summary(y))
		}
	}
	if x, y := cmttypes.NewResults(a.TxResults).Hash(), cmttypes.NewResults(b.TxResults).Hash(); !bytes.Equal(x, y) {
		return fmt.Sprintf("last results hash %X against %X", x, y)
	}
	if !bytes.Equal(a.AppHash, b.AppHash) {
		return fmt.Sprintf("app hash %X against %X", a.AppHash, b.AppHash)
	}
	if !equal(a, b) {
		return "events or updates of the block"
	}
	return ""
}

func equal(a, b proto.Message) bool {
	x, errX := proto.Marshal(a)
	y, errY := proto.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func summary(r *abci.ExecTxResult) string {
	return fmt.Sprintf("{code %s/%d, gas wanted %d used %d, %d events, data %X, log %q}",
		r.Codespace, r.Code, r.GasWanted, r.GasUsed, len(r.Events), r.Data, r.Log)
}

func (c *Chain) checkInvariants() {
	c.tb.Helper()
	if !c.cfg.invariants {
		return
	}
	for _, n := range c.nodes {
		if err := n.app.CheckInvariants(n.context(c)); err != nil {
			c.tb.Fatalf("height %d on %s: invariant broken: %v", c.Height(), n.name, err)
		}
	}
}
