package agent

import (
	"context"
	"errors"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/client"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

var (
	// ErrNotFound is for what the chain does not have.
	ErrNotFound = errors.New("not found on the chain")
	// ErrPruned is for blocks that no node has any more.
	ErrPruned = errors.New("the block is pruned")
)

// Chain is what a worker asks of the chain and tells it. It is safe for use by several
// goroutines. An error that is none of the named ones means that there was no answer,
// and that the same may be asked again.
type Chain interface {
	// ChainID returns the id of the chain that the node follows.
	ChainID(ctx context.Context) (string, error)
	// Height returns the newest height.
	Height(ctx context.Context) (int64, error)
	// MarketTime returns the clock of all deadlines.
	MarketTime(ctx context.Context) (time.Time, error)
	// Agent returns one agent, or ErrNotFound.
	Agent(ctx context.Context, id uint64) (registrytypes.AgentRecord, error)
	// Job returns one job, or ErrNotFound.
	Job(ctx context.Context, client string, sequence uint64) (jobmarkettypes.JobRecord, error)
	// LiveJobs returns all live jobs of an agent.
	LiveJobs(ctx context.Context, agentID uint64) ([]jobmarkettypes.JobRecord, error)
	// Follow calls f with each block from a height on, in order, each once, and goes
	// on until f fails, which it returns, or ctx ends. ErrPruned if no node has the
	// block at the height.
	Follow(ctx context.Context, from int64, f func(client.Block) error) error
	// Send signs messages, sends them in one transaction and returns its hash when it
	// is in a block. After a *client.PendingError they may still get into one, up to
	// its height; after every other error they had no effect and will have none.
	Send(ctx context.Context, msgs ...sdk.Msg) (string, error)
}

// Registry is what Publish needs of the chain besides.
type Registry interface {
	Chain
	// AgentsByOwner returns all agents of an owner, retired ones too, ordered by id.
	AgentsByOwner(ctx context.Context, owner string) ([]registrytypes.AgentRecord, error)
	// Offers returns all standing offers of an agent, ordered by number.
	Offers(ctx context.Context, agentID uint64) ([]jobmarkettypes.Offer, error)
}
