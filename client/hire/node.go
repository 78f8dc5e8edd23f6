package hire

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/client"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	// pageSize is how many entries one question asks for.
	pageSize = 100
	// maxAgents is how many agents with a skill are looked at.
	maxAgents = 500
)

// NewMarket returns the Market behind a connection to a node.
func NewMarket(conn grpc.ClientConnInterface) Market {
	return nodeMarket{
		registry: registrytypes.NewQueryClient(conn),
		jobs:     jobmarkettypes.NewQueryClient(conn),
		clock:    clocktypes.NewQueryClient(conn),
	}
}

type nodeMarket struct {
	registry registrytypes.QueryClient
	jobs     jobmarkettypes.QueryClient
	clock    clocktypes.QueryClient
}

// Rules implements Market.
func (m nodeMarket) Rules(ctx context.Context) (Rules, error) {
	market, err := m.jobs.Params(ctx, &jobmarkettypes.QueryParamsRequest{})
	if err != nil {
		return Rules{}, PlainError(err)
	}
	registry, err := m.registry.Params(ctx, &registrytypes.QueryParamsRequest{})
	if err != nil {
		return Rules{}, PlainError(err)
	}
	return Rules{Market: market.Params, MinBond: registry.Params.MinBond.Amount}, nil
}

// Now implements Market.
func (m nodeMarket) Now(ctx context.Context) (uint64, error) {
	res, err := m.clock.Clock(ctx, &clocktypes.QueryClockRequest{})
	if err != nil {
		return 0, PlainError(err)
	}
	return uint64(max(res.MarketTime.Unix(), 0)), nil
}

// Agent implements Market.
func (m nodeMarket) Agent(ctx context.Context, id uint64) (registrytypes.AgentRecord, error) {
	res, err := m.registry.Agent(ctx, &registrytypes.QueryAgentRequest{AgentId: id})
	if err != nil {
		return registrytypes.AgentRecord{}, PlainError(err)
	}
	return res.Agent, nil
}

// AgentsBySkill implements Market. It returns at most 500.
func (m nodeMarket) AgentsBySkill(ctx context.Context, skill string) ([]registrytypes.AgentRecord, error) {
	return pages(maxAgents, func(page *query.PageRequest) ([]registrytypes.AgentRecord, *query.PageResponse, error) {
		res, err := m.registry.AgentsBySkill(ctx, &registrytypes.QueryAgentsBySkillRequest{Skill: skill, Pagination: page})
		return res.GetAgents(), res.GetPagination(), err
	})
}

// Offers implements Market.
func (m nodeMarket) Offers(ctx context.Context, agentID uint64) ([]jobmarkettypes.Offer, error) {
	return pages(jobmarkettypes.MaxOffers, func(page *query.PageRequest) ([]jobmarkettypes.Offer, *query.PageResponse, error) {
		res, err := m.jobs.Offers(ctx, &jobmarkettypes.QueryOffersRequest{AgentId: agentID, Pagination: page})
		return res.GetOffers(), res.GetPagination(), err
	})
}

// JobByRef implements Market.
func (m nodeMarket) JobByRef(ctx context.Context, client, clientRef string) (jobmarkettypes.JobRecord, error) {
	res, err := m.jobs.JobByRef(ctx, &jobmarkettypes.QueryJobByRefRequest{Client: client, ClientRef: clientRef})
	if err != nil {
		return jobmarkettypes.JobRecord{}, PlainError(err)
	}
	return res.Record, nil
}

// pages asks for page after page, until there are no more or there are enough.
func pages[T any](most int, ask func(*query.PageRequest) ([]T, *query.PageResponse, error)) ([]T, error) {
	var all []T
	request := &query.PageRequest{Limit: pageSize}
	for {
		part, response, err := ask(request)
		if err != nil {
			return nil, PlainError(err)
		}
		all = append(all, part...)
		if response == nil || len(response.NextKey) == 0 || len(all) >= most {
			return all[:min(len(all), most)], nil
		}
		request = &query.PageRequest{Limit: pageSize, Key: response.NextKey}
	}
}

// PlainError returns what a node answered to a query, without the words of the
// transport. What was not found is ErrNotFound.
func PlainError(err error) error {
	silent, wrong := (*client.NodeError)(nil), (*client.WrongChainError)(nil)
	s, ok := status.FromError(err)
	switch {
	case errors.As(err, &silent) || errors.As(err, &wrong) || !ok:
		return err
	case s.Code() == codes.NotFound:
		return fmt.Errorf("%w: %s", ErrNotFound, s.Message())
	case s.Code() == codes.Canceled:
		return context.Canceled
	case s.Code() == codes.DeadlineExceeded:
		return context.DeadlineExceeded
	}
	return fmt.Errorf("the node answers: %s", s.Message())
}
