package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/types/paging"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

type queryServer struct{ keeper *Keeper }

// NewQueryServer returns the query service.
func NewQueryServer(k *Keeper) types.QueryServer { return queryServer{keeper: k} }

var errEmptyRequest = status.Error(codes.InvalidArgument, "empty request")

// Params implements types.QueryServer.
func (s queryServer) Params(ctx context.Context, req *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	params, err := s.keeper.Params(ctx)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryParamsResponse{Params: params}, nil
}

// Offer implements types.QueryServer.
func (s queryServer) Offer(ctx context.Context, req *types.QueryOfferRequest) (*types.QueryOfferResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	terms, err := s.keeper.Offer(ctx, req.AgentId, req.OfferId)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryOfferResponse{Offer: types.Offer{AgentId: req.AgentId, OfferId: req.OfferId, Terms: terms}}, nil
}

// Offers implements types.QueryServer.
func (s queryServer) Offers(ctx context.Context, req *types.QueryOffersRequest) (*types.QueryOffersResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	asked, err := paging.Bounded(req.Pagination)
	if err != nil {
		return nil, err
	}
	offers, page, err := query.CollectionPaginate(ctx, s.keeper.offers, asked,
		func(key collections.Pair[uint64, uint32], terms types.OfferTerms) (types.Offer, error) {
			return types.Offer{AgentId: key.K1(), OfferId: key.K2(), Terms: terms}, nil
		}, query.WithCollectionPaginationPairPrefix[uint64, uint32](req.AgentId))
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryOffersResponse{Offers: offers, Pagination: page}, nil
}

// Job implements types.QueryServer.
func (s queryServer) Job(ctx context.Context, req *types.QueryJobRequest) (*types.QueryJobResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	record, err := s.record(ctx, req.Client, req.Sequence)
	if err != nil {
		return nil, err
	}
	return &types.QueryJobResponse{Record: record}, nil
}

// JobByRef implements types.QueryServer.
func (s queryServer) JobByRef(ctx context.Context, req *types.QueryJobByRefRequest) (*types.QueryJobByRefResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	client, err := s.address(req.Client)
	if err != nil {
		return nil, err
	}
	sequence, found, err := s.keeper.findRef(ctx, client, req.ClientRef)
	if err != nil {
		return nil, grpcError(err)
	}
	if !found {
		return nil, status.Errorf(codes.NotFound, "client_ref: expected one that %s has used, got %q", req.Client, req.ClientRef)
	}
	record, err := s.keeper.JobRecord(ctx, types.NewJobID(client, sequence))
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryJobByRefResponse{Record: record}, nil
}

// Jobs implements types.QueryServer.
func (s queryServer) Jobs(ctx context.Context, req *types.QueryJobsRequest) (*types.QueryJobsResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	client, err := s.address(req.Client)
	if err != nil {
		return nil, err
	}
	asked, err := paging.Bounded(req.Pagination)
	if err != nil {
		return nil, err
	}
	jobs, page, err := query.CollectionPaginate(ctx, s.keeper.jobs, asked,
		func(id types.JobID, _ types.Job) (types.JobRecord, error) { return s.keeper.JobRecord(ctx, id) },
		query.WithCollectionPaginationPairPrefix[sdk.AccAddress, uint64](client))
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryJobsResponse{Jobs: jobs, Pagination: page}, nil
}

// JobsByAgent implements types.QueryServer.
func (s queryServer) JobsByAgent(ctx context.Context, req *types.QueryJobsByAgentRequest) (*types.QueryJobsByAgentResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	asked, err := paging.Bounded(req.Pagination)
	if err != nil {
		return nil, err
	}
	jobs, page, err := query.CollectionPaginate(ctx, s.keeper.liveByAgent, asked,
		func(key entry, _ collections.NoValue) (types.JobRecord, error) {
			return s.keeper.JobRecord(ctx, types.NewJobID(key.K2(), key.K3()))
		}, func(o *query.CollectionsPaginateOptions[entry]) {
			agent := collections.TriplePrefix[uint64, sdk.AccAddress, uint64](req.AgentId)
			o.Prefix = &agent
		})
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryJobsByAgentResponse{Jobs: jobs, Pagination: page}, nil
}

// Receipt implements types.QueryServer.
func (s queryServer) Receipt(ctx context.Context, req *types.QueryReceiptRequest) (*types.QueryReceiptResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	record, err := s.record(ctx, req.Client, req.Sequence)
	if err != nil {
		return nil, err
	}
	if !record.Progress.Ended() {
		return nil, grpcError(types.ErrReceiptNotIssued.Wrapf("expected a job that has ended, got one that is %s", record.Progress.Status.Text()))
	}
	return &types.QueryReceiptResponse{Receipt: types.NewReceipt(record)}, nil
}

// Parked implements types.QueryServer.
func (s queryServer) Parked(ctx context.Context, req *types.QueryParkedRequest) (*types.QueryParkedResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	asked, err := paging.Bounded(req.Pagination)
	if err != nil {
		return nil, err
	}
	jobs, page, err := query.CollectionPaginate(ctx, s.keeper.parked, asked,
		func(id types.JobID, _ collections.NoValue) (types.JobKey, error) {
			return types.JobKey{Client: id.K1().String(), Sequence: id.K2()}, nil
		})
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryParkedResponse{Jobs: jobs, Pagination: page}, nil
}

// record returns a job, or a gRPC status.
func (s queryServer) record(ctx context.Context, client string, sequence uint64) (types.JobRecord, error) {
	addr, err := s.address(client)
	if err != nil {
		return types.JobRecord{}, err
	}
	record, err := s.keeper.JobRecord(ctx, types.NewJobID(addr, sequence))
	if err != nil {
		return types.JobRecord{}, grpcError(err)
	}
	return record, nil
}

func (s queryServer) address(client string) (sdk.AccAddress, error) {
	addr, err := s.keeper.address(client, "client")
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return addr, nil
}

// grpcError gives an error the status that tells callers what to do about it.
func grpcError(err error) error {
	switch {
	case errors.Is(err, types.ErrJobNotFound), errors.Is(err, types.ErrOfferNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrReceiptNotIssued):
		return status.Error(codes.FailedPrecondition, err.Error())
	default:
		return status.Error(codes.Internal, err.Error())
	}
}
