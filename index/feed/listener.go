package feed

import (
	"context"
	"slices"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// families are the events that history keeps.
var families = []string{"aitbc.agentregistry.v1.", "aitbc.jobmarket.v1."}

// listener is what the chain tells of its blocks. It hands over and returns at once, and
// it never fails: what is lost is made good from the state.
type listener struct {
	queue *queue
	// height and events are of the block that is being finalised.
	height int64
	events []Event
}

var _ storetypes.ABCIListener = (*listener)(nil)

// ListenFinalizeBlock implements storetypes.ABCIListener. The calls of a block come one
// after the other.
func (l *listener) ListenFinalizeBlock(_ context.Context, req abci.RequestFinalizeBlock, res abci.ResponseFinalizeBlock) error {
	l.height, l.events = req.Height, eventsOf(res)
	return nil
}

// ListenCommit implements storetypes.ABCIListener.
func (l *listener) ListenCommit(ctx context.Context, _ abci.ResponseCommit, changes []*storetypes.StoreKVPair) error {
	b := Block{Height: sdk.UnwrapSDKContext(ctx).BlockHeight()}
	if b.Height == l.height {
		b.Events = l.events
	}
	l.events = nil
	for _, c := range changes {
		b.Pairs = append(b.Pairs, Pair{Store: c.StoreKey, Key: c.Key, Value: c.Value, Delete: c.Delete})
	}
	l.queue.add(b)
	return nil
}

// eventsOf returns the market's events of a block, in the order in which they happened.
func eventsOf(res abci.ResponseFinalizeBlock) []Event {
	var out []Event
	n := map[int]int{}
	add := func(tx int, e abci.Event) {
		if slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(e.Type, f) }) {
			out = append(out, Event{Tx: tx, N: n[tx], Event: e})
			n[tx]++
		}
	}
	isEnd := func(e abci.Event) bool {
		return slices.ContainsFunc(e.Attributes, func(a abci.EventAttribute) bool { return a.Key == "mode" && a.Value == "EndBlock" })
	}
	for _, e := range res.Events {
		if !isEnd(e) {
			add(0, e)
		}
	}
	for i, tx := range res.TxResults {
		for _, e := range tx.Events {
			add(i+1, e)
		}
	}
	for _, e := range res.Events {
		if isEnd(e) {
			add(len(res.TxResults)+1, e)
		}
	}
	return out
}
