package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

type queryServer struct {
	keeper *Keeper
}

var _ types.QueryServer = (*queryServer)(nil)

// NewQueryServer returns the module's query service.
func NewQueryServer(k *Keeper) types.QueryServer { return &queryServer{keeper: k} }

// Params implements types.QueryServer.
func (q *queryServer) Params(ctx context.Context, req *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "empty request")
	}
	params, err := q.keeper.Params(ctx)
	if err != nil {
		return nil, failure(err)
	}
	return &types.QueryParamsResponse{Params: params}, nil
}

// Agent implements types.QueryServer.
func (q *queryServer) Agent(ctx context.Context, req *types.QueryAgentRequest) (*types.QueryAgentResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "empty request")
	}
	record, err := q.keeper.AgentRecord(ctx, req.AgentId)
	if err != nil {
		return nil, failure(err)
	}
	unbondings, err := q.keeper.Unbondings(ctx, req.AgentId)
	if err != nil {
		return nil, failure(err)
	}
	return &types.QueryAgentResponse{Agent: record, Unbondings: unbondings}, nil
}

// Agents implements types.QueryServer.
func (q *queryServer) Agents(ctx context.Context, req *types.QueryAgentsRequest) (*types.QueryAgentsResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "empty request")
	}
	asked, err := page(req.Pagination)
	if err != nil {
		return nil, err
	}
	agents, next, err := query.CollectionPaginate(ctx, q.keeper.agents, asked,
		func(id uint64, _ types.Agent) (types.AgentRecord, error) { return q.keeper.AgentRecord(ctx, id) })
	if err != nil {
		return nil, failure(err)
	}
	return &types.QueryAgentsResponse{Agents: agents, Pagination: next}, nil
}

// AgentsByOwner implements types.QueryServer.
func (q *queryServer) AgentsByOwner(ctx context.Context, req *types.QueryAgentsByOwnerRequest) (*types.QueryAgentsByOwnerResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "empty request")
	}
	owner, err := q.address(req.Owner, "owner")
	if err != nil {
		return nil, err
	}
	agents, next, err := agentsOf(ctx, q.keeper, q.keeper.byOwner, owner, req.Pagination)
	if err != nil {
		return nil, err
	}
	return &types.QueryAgentsByOwnerResponse{Agents: agents, Pagination: next}, nil
}

// AgentsByOperator implements types.QueryServer.
func (q *queryServer) AgentsByOperator(ctx context.Context, req *types.QueryAgentsByOperatorRequest) (*types.QueryAgentsByOperatorResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "empty request")
	}
	operator, err := q.address(req.Operator, "operator")
	if err != nil {
		return nil, err
	}
	agents, next, err := agentsOf(ctx, q.keeper, q.keeper.byOperator, operator, req.Pagination)
	if err != nil {
		return nil, err
	}
	return &types.QueryAgentsByOperatorResponse{Agents: agents, Pagination: next}, nil
}

// AgentsBySkill implements types.QueryServer.
func (q *queryServer) AgentsBySkill(ctx context.Context, req *types.QueryAgentsBySkillRequest) (*types.QueryAgentsBySkillResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "empty request")
	}
	if err := types.ValidateSkillID(req.Skill, "skill"); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	agents, next, err := agentsOf(ctx, q.keeper, q.keeper.bySkill, req.Skill, req.Pagination)
	if err != nil {
		return nil, err
	}
	return &types.QueryAgentsBySkillResponse{Agents: agents, Pagination: next}, nil
}

// Reservations implements types.QueryServer.
func (q *queryServer) Reservations(ctx context.Context, req *types.QueryReservationsRequest) (*types.QueryReservationsResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "empty request")
	}
	if _, err := q.keeper.Agent(ctx, req.AgentId); err != nil {
		return nil, failure(err)
	}
	asked, err := page(req.Pagination)
	if err != nil {
		return nil, err
	}
	prefix := collections.TriplePrefix[uint64, string, []byte](req.AgentId)
	found, next, err := query.CollectionPaginate(ctx, q.keeper.reservations, asked,
		func(key reservationKey, amount sdkmath.Int) (types.Reservation, error) {
			return newReservation(key, amount), nil
		},
		func(o *query.CollectionsPaginateOptions[reservationKey]) { o.Prefix = &prefix })
	if err != nil {
		return nil, failure(err)
	}
	return &types.QueryReservationsResponse{Reservations: found, Pagination: next}, nil
}

func newReservation(key reservationKey, amount sdkmath.Int) types.Reservation {
	return types.Reservation{AgentId: key.K1(), Holder: key.K2(), Reference: key.K3(), Amount: amount}
}

// agentsOf returns a page of the agents under one value of an index.
func agentsOf[T any](
	ctx context.Context, k *Keeper, index collections.KeySet[collections.Pair[T, uint64]], of T, asked *query.PageRequest,
) ([]types.AgentRecord, *query.PageResponse, error) {
	asked, err := page(asked)
	if err != nil {
		return nil, nil, err
	}
	agents, next, err := query.CollectionPaginate(ctx, index, asked,
		func(key collections.Pair[T, uint64], _ collections.NoValue) (types.AgentRecord, error) {
			return k.AgentRecord(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[T, uint64](of))
	if err != nil {
		return nil, nil, failure(err)
	}
	return agents, next, nil
}

// maxPage is the most that one page has. Profiles are large.
const maxPage = 100

// page returns what of a page request is answered. Offsets and totals are refused:
// both read as much of the store as somebody likes.
func page(asked *query.PageRequest) (*query.PageRequest, error) {
	if asked == nil {
		return &query.PageRequest{Limit: maxPage}, nil
	}
	if asked.Offset != 0 || asked.CountTotal {
		return nil, status.Error(codes.InvalidArgument, "pagination: expected a key and a limit, got an offset or count_total")
	}
	limit := asked.Limit
	if limit == 0 || limit > maxPage {
		limit = maxPage
	}
	return &query.PageRequest{Key: asked.Key, Limit: limit, Reverse: asked.Reverse}, nil
}

func (q *queryServer) address(text, field string) (sdk.AccAddress, error) {
	addr, err := q.keeper.addresses.StringToBytes(text)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "%s: expected an address, got %q: %s", field, text, err)
	}
	return addr, nil
}

// failure returns the answer to a question that could not be answered.
func failure(err error) error {
	if errors.Is(err, types.ErrAgentNotFound) {
		return status.Error(codes.NotFound, err.Error())
	}
	return status.Error(codes.Internal, err.Error())
}
