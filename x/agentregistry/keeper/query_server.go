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

	"github.com/aitbc/aitbc/types/paging"
	"github.com/aitbc/aitbc/x/agentregistry/types"
)

type queryServer struct {
	keeper *Keeper
}

var _ types.QueryServer = (*queryServer)(nil)

// NewQueryServer returns the module's query service.
func NewQueryServer(k *Keeper) types.QueryServer { return &queryServer{keeper: k} }

var errEmptyRequest = status.Error(codes.InvalidArgument, "empty request")

// Params implements types.QueryServer.
func (q *queryServer) Params(ctx context.Context, req *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
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
		return nil, errEmptyRequest
	}
	record, err := q.keeper.AgentRecord(ctx, req.AgentId)
	if err != nil {
		return nil, failure(err)
	}
	unbondings, err := q.keeper.Unbondings(ctx, req.AgentId)
	if err != nil {
		return nil, failure(err)
	}
	parked, err := q.keeper.ParkedTimers(ctx, record.Agent)
	if err != nil {
		return nil, failure(err)
	}
	return &types.QueryAgentResponse{Agent: record, Unbondings: unbondings, ParkedTimers: parked}, nil
}

// Agents implements types.QueryServer.
func (q *queryServer) Agents(ctx context.Context, req *types.QueryAgentsRequest) (*types.QueryAgentsResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	asked, err := paging.Bounded(req.Pagination)
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
		return nil, errEmptyRequest
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
		return nil, errEmptyRequest
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
		return nil, errEmptyRequest
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
		return nil, errEmptyRequest
	}
	if _, err := q.keeper.Agent(ctx, req.AgentId); err != nil {
		return nil, failure(err)
	}
	asked, err := paging.Bounded(req.Pagination)
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

// Attestations implements types.QueryServer.
func (q *queryServer) Attestations(ctx context.Context, req *types.QueryAttestationsRequest) (*types.QueryAttestationsResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	if _, err := q.keeper.Agent(ctx, req.AgentId); err != nil {
		return nil, failure(err)
	}
	asked, err := paging.Bounded(req.Pagination)
	if err != nil {
		return nil, err
	}
	prefix := collections.TriplePrefix[uint64, sdk.AccAddress, uint32](req.AgentId)
	found, next, err := query.CollectionPaginate(ctx, q.keeper.attestations, asked,
		func(_ attestationKey, a types.Attestation) (types.Attestation, error) { return a, nil },
		func(o *query.CollectionsPaginateOptions[attestationKey]) { o.Prefix = &prefix })
	if err != nil {
		return nil, failure(err)
	}
	return &types.QueryAttestationsResponse{Attestations: found, Pagination: next}, nil
}

// AgentCard implements types.QueryServer.
func (q *queryServer) AgentCard(ctx context.Context, req *types.QueryAgentCardRequest) (*types.QueryAgentCardResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	record, err := q.keeper.AgentRecord(ctx, req.AgentId)
	if err != nil {
		return nil, failure(err)
	}
	card, err := record.AgentCard(sdk.UnwrapSDKContext(ctx).ChainID())
	if err != nil {
		return nil, failure(err)
	}
	return &types.QueryAgentCardResponse{AgentCard: card}, nil
}

// Erc8004 implements types.QueryServer.
func (q *queryServer) Erc8004(ctx context.Context, req *types.QueryErc8004Request) (*types.QueryErc8004Response, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	record, err := q.keeper.AgentRecord(ctx, req.AgentId)
	if err != nil {
		return nil, failure(err)
	}
	registration, err := record.Erc8004(sdk.UnwrapSDKContext(ctx).ChainID())
	if err != nil {
		return nil, failure(err)
	}
	return &types.QueryErc8004Response{Registration: registration}, nil
}

func newReservation(key reservationKey, amount sdkmath.Int) types.Reservation {
	return types.Reservation{AgentId: key.K1(), Holder: key.K2(), Reference: key.K3(), Amount: amount}
}

// agentsOf returns a page of the agents under one value of an index.
func agentsOf[T any](
	ctx context.Context, k *Keeper, index collections.KeySet[collections.Pair[T, uint64]], of T, asked *query.PageRequest,
) ([]types.AgentRecord, *query.PageResponse, error) {
	asked, err := paging.Bounded(asked)
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
