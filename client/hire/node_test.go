package hire_test

import (
	"context"
	"errors"
	"net"
	"strconv"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/client/hire"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// manyAgents is more than a client looks at.
const manyAgents = 730

type registryNode struct {
	registrytypes.UnimplementedQueryServer
}

func (*registryNode) Params(context.Context, *registrytypes.QueryParamsRequest) (*registrytypes.QueryParamsResponse, error) {
	return &registrytypes.QueryParamsResponse{Params: registrytypes.DefaultParams()}, nil
}

func (*registryNode) Agent(context.Context, *registrytypes.QueryAgentRequest) (*registrytypes.QueryAgentResponse, error) {
	return nil, status.Error(codes.NotFound, "no agent 7")
}

func (*registryNode) AgentsBySkill(
	_ context.Context, req *registrytypes.QueryAgentsBySkillRequest,
) (*registrytypes.QueryAgentsBySkillResponse, error) {
	from, _ := strconv.ParseUint(string(req.Pagination.Key), 10, 64)
	res := &registrytypes.QueryAgentsBySkillResponse{Pagination: &query.PageResponse{}}
	for id := from; id < min(from+req.Pagination.Limit, manyAgents); id++ {
		res.Agents = append(res.Agents, registrytypes.AgentRecord{Agent: registrytypes.Agent{Id: id + 1}})
	}
	if next := from + req.Pagination.Limit; next < manyAgents {
		res.Pagination.NextKey = strconv.AppendUint(nil, next, 10)
	}
	return res, nil
}

type marketNode struct {
	jobmarkettypes.UnimplementedQueryServer
}

func (*marketNode) Params(context.Context, *jobmarkettypes.QueryParamsRequest) (*jobmarkettypes.QueryParamsResponse, error) {
	return &jobmarkettypes.QueryParamsResponse{Params: jobmarkettypes.DefaultParams()}, nil
}

func (*marketNode) Offers(_ context.Context, req *jobmarkettypes.QueryOffersRequest) (*jobmarkettypes.QueryOffersResponse, error) {
	return &jobmarkettypes.QueryOffersResponse{Offers: []jobmarkettypes.Offer{{AgentId: req.AgentId, OfferId: 3}}}, nil
}

func (*marketNode) JobByRef(_ context.Context, req *jobmarkettypes.QueryJobByRefRequest) (*jobmarkettypes.QueryJobByRefResponse, error) {
	if req.ClientRef == "broken" {
		return nil, status.Error(codes.Internal, "the store is broken")
	}
	return nil, status.Error(codes.NotFound, "no such job")
}

type clockNode struct {
	clocktypes.UnimplementedQueryServer
}

func (*clockNode) Clock(context.Context, *clocktypes.QueryClockRequest) (*clocktypes.QueryClockResponse, error) {
	return &clocktypes.QueryClockResponse{MarketTime: time.Unix(1234, 999_999_999)}, nil
}

func TestMarketOfANode(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	registrytypes.RegisterQueryServer(server, &registryNode{})
	jobmarkettypes.RegisterQueryServer(server, &marketNode{})
	clocktypes.RegisterQueryServer(server, &clockNode{})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	market, ctx := hire.NewMarket(conn), t.Context()

	if agents, err := market.AgentsBySkill(ctx, skill); err != nil || len(agents) != 500 || agents[499].Agent.Id != 500 {
		t.Errorf("expected the first 500 agents, got %d and %v", len(agents), err)
	}
	if offers, err := market.Offers(ctx, 7); err != nil || len(offers) != 1 || offers[0].AgentId != 7 {
		t.Errorf("expected one offer, got %v and %v", offers, err)
	}
	if rules, err := market.Rules(ctx); err != nil || rules.Market.FeeBps != 250 || rules.MinBond.Int64() != 25_000_000 {
		t.Errorf("expected the parameters of both modules, got %v and %v", rules, err)
	}
	if now, err := market.Now(ctx); err != nil || now != 1234 {
		t.Errorf("expected market time rounded down, got %d and %v", now, err)
	}
	if _, err := market.Agent(ctx, 7); !errors.Is(err, hire.ErrNotFound) {
		t.Errorf("expected no such agent, got %v", err)
	}
	if _, err := market.JobByRef(ctx, me, "missing"); !errors.Is(err, hire.ErrNotFound) {
		t.Errorf("expected no such job, got %v", err)
	}
	if _, err := market.JobByRef(ctx, me, "broken"); err == nil || err.Error() != "the node answers: the store is broken" {
		t.Errorf("expected the node's words, got %v", err)
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := market.Now(over); !errors.Is(err, context.Canceled) {
		t.Errorf("expected the context's error, got %v", err)
	}
}
