package feed_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"cosmossdk.io/log/v2"

	"github.com/aitbc/aitbc/index/feed"
	"github.com/aitbc/aitbc/index/query"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// TestFeed_OverflowLocked: blocks that a locked database does not take are kept up to a
// bound only. What was forgotten is made good from the state, and the history says so.
func TestFeed_OverflowLocked(t *testing.T) {
	for name, open := range databases {
		for _, most := range []int{1_000, 1 << 20} {
			t.Run(fmt.Sprintf("%s, %d bytes", name, most), func(t *testing.T) {
				options, w := open(t), newWorld(16)
				n := startNode(t, w, feed.Options{Store: options, QueueBytes: most})
				n.blocks(1)
				n.expectCaughtUp()
				before := historyFrom(n)
				unlock := lock(t, options)
				n.blocks(few)
				unlock()
				n.expectCaughtUp()
				// 40 blocks are much more than 1,000 bytes and less than a MiB.
				if forgot := historyFrom(n) != before; forgot != (most == 1_000) {
					t.Errorf("expected that blocks are forgotten %t, got %t: history from %s, before from %s", most == 1_000, forgot, historyFrom(n), before)
				}
				n.blocks(1)
				n.expectCaughtUp()
			})
		}
	}
}

func historyFrom(n *node) string {
	n.t.Helper()
	reader, err := n.feed.Reader()
	if err != nil {
		n.t.Fatal(err)
	}
	found := rowsOf(n.t, reader.DB, "SELECT value FROM meta WHERE key = 'history_from'", "")
	if len(found) != 1 {
		n.t.Fatalf("expected one row, got %v", found)
	}
	return found[0]
}

// endless is a state with more agents than can ever be read.
type endless struct {
	// reached is closed once some thousands are read.
	reached chan struct{}
	// ended is why it was left.
	ended chan error
}

// At implements feed.State.
func (e endless) At(int64) (feed.View, error) { return e, nil }

// Iterate implements feed.View.
func (e endless) Iterate(name string, prefix []byte, each func(key, value []byte) error) error {
	if name != registrytypes.StoreKey || prefix[0] != registrytypes.AgentsKey.Bytes()[0] {
		return nil
	}
	for id := uint64(1); ; id++ {
		agent := registrytypes.Agent{Id: id, Status: registrytypes.AGENT_STATUS_ACTIVE}
		raw, err := agent.Marshal()
		if err != nil {
			return err
		}
		if err := each(binary.BigEndian.AppendUint64(prefix[:1:1], id), raw); err != nil {
			e.ended <- err
			return err
		}
		if id == 12_000 {
			close(e.reached)
		}
	}
}

// TestFeed_StoppedRebuild: a node that stops while the rows are made does not wait for the
// end, and what is left is not taken for a state by the next one.
func TestFeed_StoppedRebuild(t *testing.T) {
	if testing.Short() {
		t.Skip("a stop takes seconds")
	}
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			options, w := open(t), newWorld(17)
			for range few {
				w.next() // nobody listens
			}
			state := endless{reached: make(chan struct{}), ended: make(chan error, 1)}
			f := feed.New(feed.Options{Store: options, ChainID: func() string { return chainID }, Log: log.NewNopLogger()}, state)
			f.Start(w.height)
			<-state.reached
			if s := f.State(); s.Name != query.StateBuilding {
				t.Errorf("expected %s, got %+v", query.StateBuilding, s)
			}
			if err := errors.Join(f.Close(), f.Close()); err != nil {
				t.Fatal(err)
			}
			if err := <-state.ended; err == nil {
				t.Error("expected that the rebuild was broken off")
			}
			if at := heightOf(t, options); at != 0 {
				t.Errorf("expected rows of no height, got %d", at)
			}
			n := startNode(t, w, feed.Options{Store: options})
			n.expectCaughtUp() // none of those thousands
			n.blocks(few)
			n.expectCaughtUp()
		})
	}
}
