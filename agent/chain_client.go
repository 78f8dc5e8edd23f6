package agent

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/client"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// ClientChain is the chain as a client of its nodes sees it.
type ClientChain struct {
	client   *client.Client
	key      string
	registry registrytypes.QueryClient
	market   jobmarkettypes.QueryClient
	clock    clocktypes.QueryClient
}

var _ Registry = (*ClientChain)(nil)

// NewChain returns the chain that a client talks to. Transactions are signed by the
// named key of the client's keyring; the client needs RPC addresses to follow blocks.
func NewChain(c *client.Client, key string) *ClientChain {
	return &ClientChain{
		client: c, key: key,
		registry: registrytypes.NewQueryClient(c.Conn()),
		market:   jobmarkettypes.NewQueryClient(c.Conn()),
		clock:    clocktypes.NewQueryClient(c.Conn()),
	}
}

// ChainID implements Chain.
func (c *ClientChain) ChainID(ctx context.Context) (string, error) {
	s, err := c.client.Status(ctx)
	if other := (*client.WrongChainError)(nil); errors.As(err, &other) {
		return other.Got, nil
	}
	return s.ChainID, err
}

// Height implements Chain.
func (c *ClientChain) Height(ctx context.Context) (int64, error) { return c.client.Height(ctx) }

// MarketTime implements Chain.
func (c *ClientChain) MarketTime(ctx context.Context) (time.Time, error) {
	res, err := c.clock.Clock(ctx, &clocktypes.QueryClockRequest{})
	if err != nil {
		return time.Time{}, err
	}
	return res.MarketTime, nil
}

// Agent implements Chain.
func (c *ClientChain) Agent(ctx context.Context, id uint64) (registrytypes.AgentRecord, error) {
	res, err := c.registry.Agent(ctx, &registrytypes.QueryAgentRequest{AgentId: id})
	if err != nil {
		return registrytypes.AgentRecord{}, notFound(err)
	}
	return res.Agent, nil
}

// AgentsByOwner implements Registry.
func (c *ClientChain) AgentsByOwner(ctx context.Context, owner string) ([]registrytypes.AgentRecord, error) {
	return client.All(func(page *query.PageRequest) ([]registrytypes.AgentRecord, *query.PageResponse, error) {
		res, err := c.registry.AgentsByOwner(ctx, &registrytypes.QueryAgentsByOwnerRequest{Owner: owner, Pagination: page})
		return res.GetAgents(), res.GetPagination(), err
	})
}

// Offers implements Registry.
func (c *ClientChain) Offers(ctx context.Context, agentID uint64) ([]jobmarkettypes.Offer, error) {
	return client.All(func(page *query.PageRequest) ([]jobmarkettypes.Offer, *query.PageResponse, error) {
		res, err := c.market.Offers(ctx, &jobmarkettypes.QueryOffersRequest{AgentId: agentID, Pagination: page})
		return res.GetOffers(), res.GetPagination(), err
	})
}

// Job implements Chain. What is no address names no job either.
func (c *ClientChain) Job(ctx context.Context, client string, sequence uint64) (jobmarkettypes.JobRecord, error) {
	res, err := c.market.Job(ctx, &jobmarkettypes.QueryJobRequest{Client: client, Sequence: sequence})
	if status.Code(err) == codes.InvalidArgument {
		return jobmarkettypes.JobRecord{}, ErrNotFound
	}
	if err != nil {
		return jobmarkettypes.JobRecord{}, notFound(err)
	}
	return res.Record, nil
}

// LiveJobs implements Chain.
func (c *ClientChain) LiveJobs(ctx context.Context, agentID uint64) ([]jobmarkettypes.JobRecord, error) {
	return client.All(func(page *query.PageRequest) ([]jobmarkettypes.JobRecord, *query.PageResponse, error) {
		res, err := c.market.JobsByAgent(ctx, &jobmarkettypes.QueryJobsByAgentRequest{AgentId: agentID, Pagination: page})
		return res.GetJobs(), res.GetPagination(), err
	})
}

// Follow implements Chain.
func (c *ClientChain) Follow(ctx context.Context, from int64, f func(client.Block) error) error {
	cursor, err := c.client.Cursor(from)
	if err != nil {
		return err
	}
	for {
		block, err := cursor.Next(ctx)
		if pruned := (*client.PrunedError)(nil); errors.As(err, &pruned) {
			return errors.Join(ErrPruned, err)
		}
		if err != nil {
			return err
		}
		if err := f(block); err != nil {
			return err
		}
	}
}

// Send implements Chain.
func (c *ClientChain) Send(ctx context.Context, msgs ...sdk.Msg) (string, error) {
	res, err := c.client.Send(ctx, c.key, msgs...)
	return res.Hash, err
}

// notFound returns ErrNotFound for a node's answer that there is no such thing.
func notFound(err error) error {
	if status.Code(err) == codes.NotFound {
		return ErrNotFound
	}
	return err
}
