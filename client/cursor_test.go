package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"

	"github.com/aitbc/aitbc/client"
)

// follower is a client of RPC nodes alone, and its clock.
type follower struct {
	*client.Client
	*client.Cursor
	clock *clock
	nodes []*rpcNode
}

// follow makes a cursor from a height on. each is called whenever it waits.
func follow(t *testing.T, next int64, each func(waits int), nodes ...*rpcNode) *follower {
	t.Helper()
	return followWith(t, func(*client.Options) {}, next, each, nodes...)
}

func followWith(t *testing.T, adjust func(*client.Options), next int64, each func(waits int), nodes ...*rpcNode) *follower {
	t.Helper()
	f := &follower{nodes: nodes, clock: &clock{each: func(_ context.Context, waits int) error {
		if each != nil {
			each(waits)
		}
		return nil
	}}}
	w := serve(t, 0, func(o *client.Options) {
		o.GRPC, o.RPC, o.Wait = "127.0.0.1:1", nodes[0].server.URL, f.clock.wait
		for _, n := range nodes[1:] {
			o.RPCFallbacks = append(o.RPCFallbacks, n.server.URL)
		}
		adjust(o)
	})
	var err error
	f.Client = w.Client
	if f.Cursor, err = w.Cursor(next); err != nil {
		t.Fatal(err)
	}
	return f
}

// heights returns those of so many blocks.
func (f *follower) heights(t *testing.T, blocks int) []int64 {
	t.Helper()
	out := make([]int64, 0, blocks)
	for range blocks {
		b, err := f.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want := genesisTime.Add(time.Duration(b.Height) * time.Second); !b.Time.Equal(want) || b.Time.Location() != time.UTC {
			t.Errorf("block %d: expected time %s, got %s", b.Height, want, b.Time)
		}
		out = append(out, b.Height)
	}
	return out
}

func expectHeights(t *testing.T, got []int64, want ...int64) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("expected blocks %v, got %v", want, got)
	}
}

func event(t *testing.T, grantee string, extra ...string) abci.Event {
	t.Helper()
	e, err := sdk.TypedEventToEvent(&authz.EventGrant{MsgTypeUrl: "/x", Granter: "g", Grantee: grantee})
	if err != nil {
		t.Fatal(err)
	}
	out := abci.Event(e)
	if len(extra) == 2 {
		out.Attributes = append(out.Attributes, abci.EventAttribute{Key: extra[0], Value: extra[1]})
	}
	return out
}

func TestCursorReadsEvents(t *testing.T) {
	n := newRPCNode(t, 7)
	ok := cmttypes.Tx("two")
	plain := abci.Event{Type: "transfer", Attributes: []abci.EventAttribute{{Key: "amount", Value: "5uait"}}}
	changed := abci.Event{Type: "cosmos.authz.v1beta1.EventGrant", Attributes: []abci.EventAttribute{{Key: "granter", Value: "7 {"}}}
	unknown := abci.Event{Type: "aitbc.later.v9.EventUnheardOf"}
	n.blocks[7] = blockContent{
		txs: [][]byte{[]byte("one"), ok},
		txsRes: []*abci.ExecTxResult{
			{Code: 5, Events: []abci.Event{event(t, "failed")}},
			{Events: []abci.Event{plain, event(t, "tx", "msg_index", "0"), changed, unknown}},
		},
		events: []abci.Event{event(t, "before"), event(t, "begin", "mode", "BeginBlock"), event(t, "end", "mode", "EndBlock")},
	}
	f := follow(t, 7, nil, n)
	b, err := f.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range b.Events {
		grantee := "raw"
		if grant, ok := e.Message.(*authz.EventGrant); ok {
			grantee = grant.Grantee
		}
		got = append(got, fmt.Sprintf("%s %s %d %s", e.Type, grantee, e.TxIndex, e.TxHash))
	}
	grant, hash := "cosmos.authz.v1beta1.EventGrant", fmt.Sprintf("%X", ok.Hash())
	want := []string{
		grant + " before -1 ", grant + " begin -1 ",
		"transfer raw 1 " + hash, grant + " tx 1 " + hash, grant + " raw 1 " + hash, "aitbc.later.v9.EventUnheardOf raw 1 " + hash,
		grant + " end -1 ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("expected\n%s\ngot\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
	if a := b.Events[3].Attributes; a[len(a)-1].Key != "msg_index" || b.Events[2].Attributes[0].Value != "5uait" {
		t.Errorf("expected attributes as the node has them, got %v", a)
	}
	var grantees []string
	for _, e := range client.EventsOf[*authz.EventGrant](b) {
		grantees = append(grantees, e.Grantee)
	}
	if !slices.Equal(grantees, []string{"before", "begin", "tx", "end"}) {
		t.Errorf("expected all typed events in order, got %v", grantees)
	}
	if revoked := client.EventsOf[*authz.EventRevoke](b); revoked != nil {
		t.Errorf("expected none, got %v", revoked)
	}
}

func TestCursorWaitsForBlocks(t *testing.T) {
	n := newRPCNode(t, 5)
	f := follow(t, 4, func(waits int) {
		if waits%3 == 0 { // a block every third poll
			n.goOn(5 + int64(waits)/3)
		}
	}, n)
	expectHeights(t, f.heights(t, 4), 4, 5, 6, 7)
	if f.Cursor.Height() != 8 {
		t.Errorf("expected to store 8, got %d", f.Cursor.Height())
	}
	if len(f.clock.waits) != 6 || f.clock.waits[0] != client.DefaultPollInterval {
		t.Errorf("expected 6 waits of %s, got %v", client.DefaultPollInterval, f.clock.waits)
	}
	ctx, cancel := context.WithCancel(t.Context())
	f.clock.each = func(context.Context, int) error { cancel(); return nil }
	if _, err := f.Next(ctx); !errors.Is(err, context.Canceled) || f.Cursor.Height() != 8 {
		t.Errorf("expected to be called off at 8, got %v at %d", err, f.Cursor.Height())
	}
}

// A node has a block before it has executed it, and results before others see the state.
func TestCursorWaitsUntilABlockIsCarriedOut(t *testing.T) {
	n := newRPCNode(t, 5)
	n.change(func() { n.head = 6 })
	f := follow(t, 6, func(waits int) {
		n.mu.Lock()
		defer n.mu.Unlock()
		switch waits {
		case 2:
			n.executed = 6
		case 4:
			n.committed = 6
		}
	}, n)
	expectHeights(t, f.heights(t, 1), 6)
	if len(f.clock.waits) != 4 || n.count("block_results") != 1 {
		t.Errorf("expected to wait for the state, got %d waits and %d requests for results", len(f.clock.waits), n.count("block_results"))
	}
}

// The results may come after everything else says that the block is there.
func TestCursorWaitsForResults(t *testing.T) {
	n := newRPCNode(t, 6)
	n.change(func() { n.executed = 5 })
	f := follow(t, 6, func(waits int) {
		if waits == 3 {
			n.goOn(6)
		}
	}, n)
	expectHeights(t, f.heights(t, 1), 6)
	if len(f.clock.waits) != 3 {
		t.Errorf("expected 3 waits, got %v", f.clock.waits)
	}
}

func TestCursorComesBackAfterFailures(t *testing.T) {
	n := newRPCNode(t, 9)
	f := follow(t, 7, nil, n)
	n.change(func() { n.broken = 3 })
	expectHeights(t, f.heights(t, 2), 7, 8)
	if len(f.clock.waits) != 3 || f.clock.waits[2] <= f.clock.waits[0] {
		t.Errorf("expected 3 growing pauses, got %v", f.clock.waits)
	}
	n.change(func() { n.broken = 1000 })
	_, err := f.Next(t.Context())
	if silent := (*client.NodeError)(nil); !errors.As(err, &silent) || silent.Addr != n.server.URL || client.Advice(err) == "" {
		t.Errorf("expected a NodeError, got %v", err)
	}
	n.change(func() { n.broken = 0 })
	expectHeights(t, f.heights(t, 1), 9)
}

func TestCursorGoesOnToTheNextNode(t *testing.T) {
	for name, spoil := range map[string]func(n *rpcNode){
		"away":     func(n *rpcNode) { n.server.Close() },
		"pruned":   func(n *rpcNode) { n.change(func() { n.base = 8 }) },
		"snapshot": func(n *rpcNode) { n.change(func() { n.bare = 7 }) },
		"unsaved":  func(n *rpcNode) { n.change(func() { n.unsaved = true }) },
		"stuck":    func(n *rpcNode) { n.goOn(6) },
	} {
		t.Run(name, func(t *testing.T) {
			first, second := newRPCNode(t, 9), newRPCNode(t, 9)
			f := follow(t, 6, nil, first, second)
			expectHeights(t, f.heights(t, 1), 6)
			spoil(first)
			expectHeights(t, f.heights(t, 3), 7, 8, 9)
		})
	}
}

func TestCursorLeavesANodeThatHangs(t *testing.T) {
	first, second := newRPCNode(t, 9), newRPCNode(t, 9)
	first.change(func() { first.hung = true })
	hasty := func(o *client.Options) { o.CallTimeout = 100 * time.Millisecond }
	f := followWith(t, hasty, 6, nil, first, second)
	expectHeights(t, f.heights(t, 1), 6)
}

// A node that answers, but gets no blocks any more.
func TestCursorLeavesANodeThatIsStuck(t *testing.T) {
	f := follow(t, 7, nil, newRPCNode(t, 6), newRPCNode(t, 9))
	expectHeights(t, f.heights(t, 3), 7, 8, 9)
	if len(f.clock.waits) != 20 {
		t.Errorf("expected to wait for 20 polls, got %d", len(f.clock.waits))
	}
}

func TestCursorTellsOfPrunedBlocks(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil func(first, second *rpcNode)
		want  int64
	}{
		"pruned":               {func(a, b *rpcNode) { a.base, b.base = 8, 5 }, 5},
		"pruned and snapshot":  {func(a, b *rpcNode) { a.base, b.bare = 8, 7 }, 4},
		"pruned and not saved": {func(a, b *rpcNode) { a.base, b.unsaved = 8, true }, 8},
	} {
		t.Run(name, func(t *testing.T) {
			first, second := newRPCNode(t, 9), newRPCNode(t, 9)
			f := follow(t, 3, nil, first, second)
			tc.spoil(first, second)
			_, err := f.Next(t.Context())
			if pruned := (*client.PrunedError)(nil); !errors.As(err, &pruned) || pruned.Lowest != tc.want || pruned.Height != 3 {
				t.Fatalf("expected height 3 to be pruned and %d to be the lowest, got %v", tc.want, err)
			}
			// If the blocks come back, so does the cursor.
			first.change(func() { first.base = 1 })
			expectHeights(t, f.heights(t, 1), 3)
		})
	}
	n := newRPCNode(t, 9)
	n.change(func() { n.unsaved = true })
	_, err := follow(t, 3, nil, n).Next(t.Context())
	hasPrefix(t, err, "node "+n.server.URL+": expected a node that keeps the results of blocks")
}

func TestCursorKnowsItsChain(t *testing.T) {
	n := newRPCNode(t, 9)
	f := follow(t, 3, nil, n)
	expectHeights(t, f.heights(t, 1), 3)
	n.change(func() { n.network = "other-1" }) // the same address, another chain
	for range 2 {
		_, err := f.Next(t.Context())
		hasPrefix(t, err, "node "+n.server.URL+": expected chain test-1, got other-1")
	}
	_, err := follow(t, 3, nil, n).Next(t.Context())
	hasPrefix(t, err, "node "+n.server.URL+": expected chain test-1, got other-1")
}

func TestCursorNeedsAnAddressAndAHeight(t *testing.T) {
	_, err := serve(t, 1).Cursor(1)
	hasPrefix(t, err, "client: expected the address of a CometBFT RPC for a cursor")
	_, err = follow(t, 1, nil, newRPCNode(t, 1)).Client.Cursor(0)
	hasPrefix(t, err, "cursor: expected a height of at least 1, got 0")
}

// Everything that a cursor uses ends with Close: each connection is served by
// goroutines, at both ends.
func TestCursorLeavesNothingBehind(t *testing.T) {
	n := newRPCNode(t, 9)
	f := follow(t, 1, nil, n)
	expectHeights(t, f.heights(t, 3), 1, 2, 3)
	if err := f.Client.Close(); err != nil {
		t.Fatal(err)
	}
	n.open.Wait() // hangs if a connection stays
}
