package feed

import (
	abci "github.com/cometbft/cometbft/abci/types"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// Stores returns the names of the stores that the rows are a projection of.
func Stores() []string {
	return []string{clocktypes.StoreKey, registrytypes.StoreKey, jobmarkettypes.StoreKey}
}

// Pair is a change of one key, or what stands under it.
type Pair struct {
	Store      string
	Key, Value []byte
	Delete     bool
}

// size is about what a pair takes in memory.
func (p Pair) size() int { return len(p.Store) + len(p.Key) + len(p.Value) + 64 }

// Event is one of the market's events, with its place in the block.
type Event struct {
	// Tx is 0 before the transactions, n for the nth, and one more than there are after
	// them. N counts within it.
	Tx, N int
	abci.Event
}

// Block is what one block changed.
type Block struct {
	Height int64
	Pairs  []Pair
	Events []Event
}

func (b Block) size() int {
	n := 64
	for _, p := range b.Pairs {
		n += p.size()
	}
	for _, e := range b.Events {
		for _, a := range e.Attributes {
			n += len(a.Key) + len(a.Value) + 32
		}
	}
	return n
}
