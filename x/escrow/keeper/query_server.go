package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	chaintypes "github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/types/paging"
	"github.com/aitbc/aitbc/x/escrow/types"
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
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &types.QueryParamsResponse{Params: params}, nil
}

// Lock implements types.QueryServer.
func (q *queryServer) Lock(ctx context.Context, req *types.QueryLockRequest) (*types.QueryLockResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	if err := checkOwner(req.Owner); err != nil {
		return nil, err
	}
	ref, err := types.ParseReference(req.Reference)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	lock, err := q.keeper.Lock(ctx, req.Owner, ref)
	if errors.Is(err, types.ErrLockNotFound) {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &types.QueryLockResponse{Lock: lock}, nil
}

// Locks implements types.QueryServer.
func (q *queryServer) Locks(ctx context.Context, req *types.QueryLocksRequest) (*types.QueryLocksResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	asked, err := paging.Bounded(req.Pagination)
	if err != nil {
		return nil, err
	}
	var opts []func(*query.CollectionsPaginateOptions[lockKey])
	if req.Owner != "" {
		if err := checkOwner(req.Owner); err != nil {
			return nil, err
		}
		opts = append(opts, query.WithCollectionPaginationPairPrefix[string, []byte](req.Owner))
	}
	locks, page, err := query.CollectionPaginate(ctx, q.keeper.locks, asked,
		func(key lockKey, lock types.Lock) (types.LockEntry, error) { return lockEntry(key, lock), nil }, opts...)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryLocksResponse{Locks: locks, Pagination: page}, nil
}

// Vault implements types.QueryServer.
func (q *queryServer) Vault(ctx context.Context, req *types.QueryVaultRequest) (*types.QueryVaultResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	payer, err := q.keeper.address("payer", req.Payer)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	vault := types.VaultAddress(payer)
	text, err := q.keeper.addresses.BytesToString(vault)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	balance := sdk.NewCoins(q.keeper.bank.GetBalance(ctx, vault, chaintypes.BaseDenom))
	return &types.QueryVaultResponse{Address: text, Balance: balance}, nil
}

// Claimables implements types.QueryServer.
func (q *queryServer) Claimables(ctx context.Context, req *types.QueryClaimablesRequest) (*types.QueryClaimablesResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	asked, err := paging.Bounded(req.Pagination)
	if err != nil {
		return nil, err
	}
	var opts []func(*query.CollectionsPaginateOptions[claimKey])
	if req.Payee != "" {
		payee, err := q.keeper.address("payee", req.Payee)
		if err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
		opts = append(opts, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, sdk.AccAddress](payee))
	}
	claimables, page, err := query.CollectionPaginate(ctx, q.keeper.claimables, asked,
		func(_ claimKey, c types.Claimable) (types.Claimable, error) { return c, nil }, opts...)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryClaimablesResponse{Claimables: claimables, Pagination: page}, nil
}

func checkOwner(owner string) error {
	if !types.ValidOwner(owner) {
		return status.Errorf(codes.InvalidArgument, "owner: expected the name of a module, got %q", owner)
	}
	return nil
}
