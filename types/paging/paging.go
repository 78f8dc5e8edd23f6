// Package paging bounds what a list query reads.
package paging

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"
)

// Max is the most that one page has, and what it has if the caller does not say.
const Max = 100

// Bounded returns the page to read for what was asked: by key and limit, in either
// direction, of at most Max entries. It returns InvalidArgument for an offset or a
// total, because both read as much of the store as the caller likes.
func Bounded(asked *query.PageRequest) (*query.PageRequest, error) {
	if asked == nil {
		return &query.PageRequest{Limit: Max}, nil
	}
	if asked.Offset != 0 || asked.CountTotal {
		return nil, status.Error(codes.InvalidArgument, "pagination: expected a key and a limit, got an offset or count_total")
	}
	limit := asked.Limit
	if limit == 0 || limit > Max {
		limit = Max
	}
	return &query.PageRequest{Key: asked.Key, Limit: limit, Reverse: asked.Reverse}, nil
}
