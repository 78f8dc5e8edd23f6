package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aitbc/aitbc/x/clock/types"
)

type queryServer struct {
	keeper *Keeper
}

var _ types.QueryServer = (*queryServer)(nil)

// NewQueryServer returns the module's query service.
func NewQueryServer(k *Keeper) types.QueryServer { return &queryServer{keeper: k} }

// Clock implements types.QueryServer.
func (q *queryServer) Clock(ctx context.Context, req *types.QueryClockRequest) (*types.QueryClockResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "empty request")
	}
	clock, err := q.keeper.Clock(ctx)
	if errors.Is(err, types.ErrNotStarted) {
		return nil, status.Error(codes.NotFound, "the clock starts with the first block of the chain")
	}
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &types.QueryClockResponse{
		BlockTime:  clock.BlockTime,
		MarketTime: clock.MarketTime,
		Standstill: clock.Standstill(),
	}, nil
}

// Params implements types.QueryServer.
func (q *queryServer) Params(ctx context.Context, req *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	if req == nil {
		return nil, status.Error(codes.InvalidArgument, "empty request")
	}
	params, err := q.keeper.Params(ctx)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &types.QueryParamsResponse{Params: params}, nil
}
