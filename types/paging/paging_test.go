package paging_test

import (
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/types/paging"
)

func TestBounded(t *testing.T) {
	key := []byte{7}
	for _, tc := range []struct {
		name  string
		asked *query.PageRequest
		limit uint64 // 0: refused
	}{
		{"nothing asked", nil, paging.Max},
		{"no limit", &query.PageRequest{Key: key}, paging.Max},
		{"one", &query.PageRequest{Key: key, Limit: 1}, 1},
		{"the most", &query.PageRequest{Key: key, Limit: paging.Max, Reverse: true}, paging.Max},
		{"more than the most", &query.PageRequest{Key: key, Limit: 1 << 40}, paging.Max},
		{"an offset", &query.PageRequest{Offset: 1, Limit: 1}, 0},
		{"a total", &query.PageRequest{CountTotal: true}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := paging.Bounded(tc.asked)
			if tc.limit == 0 {
				if status.Code(err) != codes.InvalidArgument {
					t.Fatalf("expected InvalidArgument, got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Limit != tc.limit || got.Reverse != (tc.asked != nil && tc.asked.Reverse) {
				t.Errorf("expected limit %d in the direction asked, got %v", tc.limit, got)
			}
			if tc.asked != nil && string(got.Key) != string(tc.asked.Key) {
				t.Errorf("key: expected %X, got %X", tc.asked.Key, got.Key)
			}
		})
	}
}
