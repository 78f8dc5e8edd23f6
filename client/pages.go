package client

import (
	"errors"

	"github.com/cosmos/cosmos-sdk/types/query"
)

const (
	// pageSize is the most that a list query of the chain answers at once.
	pageSize = 100
	// maxPages keeps a node that never ends a list from holding a caller for ever.
	maxPages = 10_000
)

// All reads a list page by page. ask gets the page to ask for and returns what is on it.
func All[T any](ask func(*query.PageRequest) ([]T, *query.PageResponse, error)) ([]T, error) {
	var all []T
	request := &query.PageRequest{Limit: pageSize}
	for range maxPages {
		items, next, err := ask(request)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
		if len(next.GetNextKey()) == 0 {
			return all, nil
		}
		request = &query.PageRequest{Key: next.NextKey, Limit: pageSize}
	}
	return nil, errors.New("expected a list that ends, got one that goes on and on")
}
