package client_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/client"
)

func TestATransactionThatNoBlockTakesIsMadeAnew(t *testing.T) {
	w := serve(t, 2, func(o *client.Options) { o.TimeoutBlocks = 5 })
	w.chain.change(func() { w.nodes[0].cutOff = true })
	w.clock.each = func(context.Context, int) error {
		if w.chain.at() == firstHeight+4 { // too late: it has lost the transaction
			w.chain.change(func() { w.nodes[0].cutOff, w.nodes[0].pool = false, nil })
		}
		return nil
	}
	if _, err := w.Send(t.Context(), "alice", w.transfer(1)); err != nil {
		t.Fatal(err)
	}
	w.happened(t, 1)
}

// The last block that can have it does.
func TestATransactionInTheLastBlockIsNotMadeAnew(t *testing.T) {
	w := serve(t, 1, func(o *client.Options) { o.TimeoutBlocks = 5 })
	w.chain.change(func() { w.nodes[0].cutOff = true })
	w.clock.each = func(context.Context, int) error {
		if w.chain.at() == firstHeight+4 {
			w.chain.change(func() { w.nodes[0].cutOff = false })
		}
		return nil
	}
	got, err := w.Send(t.Context(), "alice", w.transfer(1))
	if err != nil || got.Height != firstHeight+5 {
		t.Fatalf("expected block %d to have it, got %d and %v", firstHeight+5, got.Height, err)
	}
	w.happened(t, 1)
}

func TestATransactionIsNotMadeAnewForEver(t *testing.T) {
	w := serve(t, 1, func(o *client.Options) { o.TimeoutBlocks = 5 })
	w.chain.change(func() { w.nodes[0].cutOff = true })
	_, err := w.Send(t.Context(), "alice", w.transfer(1))
	hasPrefix(t, err, "no block took the transaction, though it was made 4 times, each valid for 5 blocks; nothing was committed")
	if client.MayStillCommit(err) {
		t.Error("expected nothing to be left open")
	}
}

// Another program's transaction gets the sequence, though the node had taken ours.
func TestATransactionWhosePlaceIsTakenIsMadeAnew(t *testing.T) {
	for _, noIndex := range []bool{false, true} {
		w := serve(t, 1)
		w.chain.change(func() { w.nodes[0].noIndex = noIndex })
		w.clock.each = func(_ context.Context, waits int) error {
			if waits == 1 {
				w.chain.change(func() { w.chain.sequence++ })
			}
			return nil
		}
		if _, err := w.Send(t.Context(), "alice", w.transfer(1)); err != nil {
			t.Fatal(err)
		}
		w.happened(t, 1)
		if got := w.sequences(); !slices.Equal(got, []uint64{3, 4}) {
			t.Errorf("expected sequences 3 and 4, got %v", got)
		}
	}
}

// A transaction that fails before its messages pays nothing and uses up no sequence: any
// later block can have it. So it is not over before it succeeds, or its time is over.
func TestAFailureThatPaysNothingIsNotTheEnd(t *testing.T) {
	unpaid := &abci.ExecTxResult{Codespace: "sdk", Code: 5, Log: "poor"}
	t.Run("succeeds later", func(t *testing.T) {
		w := serve(t, 1)
		first := true
		w.chain.change(func() {
			w.chain.outcome = func(tx sdk.Tx) (*abci.ExecTxResult, bool) {
				if first {
					first = false
					return unpaid, true
				}
				return succeed(tx)
			}
		})
		if _, err := w.Send(t.Context(), "alice", w.transfer(1)); err != nil {
			t.Fatal(err)
		}
		w.happened(t, 1)
	})
	t.Run("never succeeds", func(t *testing.T) {
		w := serve(t, 1, func(o *client.Options) { o.TimeoutBlocks = 5 })
		w.chain.change(func() { w.chain.outcome = func(sdk.Tx) (*abci.ExecTxResult, bool) { return unpaid, true } })
		w.chain.change(func() { w.nodes[0].faults = append([]fault{nil}, slices.Repeat([]fault{refuse(5, "poor")}, 10)...) })
		_, err := w.Send(t.Context(), "alice", w.transfer(1))
		if refused := (*client.TxError)(nil); !errors.As(err, &refused) || refused.Code != 5 || w.chain.at() < firstHeight+5 {
			t.Errorf("expected a refusal from height %d on, got %v at %d", firstHeight+5, err, w.chain.at())
		}
	})
}

func TestOutOfGasGetsMoreOnce(t *testing.T) {
	outOfGas := func(sdk.Tx) (*abci.ExecTxResult, bool) {
		return &abci.ExecTxResult{Codespace: "sdk", Code: 11, Log: "out of gas"}, false
	}
	w := serve(t, 1)
	w.chain.change(func() {
		w.chain.outcome = func(tx sdk.Tx) (*abci.ExecTxResult, bool) {
			if tx.(sdk.FeeTx).GetGas() == 140_001 {
				return outOfGas(tx)
			}
			return succeed(tx)
		}
	})
	got, err := w.Send(t.Context(), "alice", w.transfer(1))
	if err != nil || got.GasLimit != 196_001 || got.Fee.String() != "1960uait" {
		t.Errorf("expected 140,001 x 1.4 gas, got %+v and %v", got, err)
	}
	w.chain.change(func() { w.chain.outcome = outOfGas })
	before := len(w.nodes[0].received())
	_, err = w.Send(t.Context(), "alice", w.transfer(2))
	hasPrefix(t, err, "transaction failed in its block with sdk code 11: out of gas")
	if sent := len(w.nodes[0].received()) - before; sent != 2 {
		t.Errorf("expected 2 transactions, got %d", sent)
	}
	w.happened(t, 1)
}

func TestWhenTheContextEnds(t *testing.T) {
	t.Run("before anything is sent", func(t *testing.T) {
		w := serve(t, 1)
		w.chain.change(func() { w.nodes[0].syncing = true })
		ctx, cancel := context.WithCancel(t.Context())
		w.clock.each = func(_ context.Context, waits int) error {
			if waits == 3 {
				cancel()
			}
			return nil
		}
		_, err := w.Send(ctx, "alice", w.transfer(1))
		if !errors.Is(err, context.Canceled) || client.MayStillCommit(err) {
			t.Errorf("expected that nothing is left open, got %v", err)
		}
	})
	t.Run("while it is on its way", func(t *testing.T) {
		w := serve(t, 1)
		ctx, cancel := context.WithCancel(t.Context())
		w.clock.each = func(context.Context, int) error { cancel(); return nil }
		_, err := w.Send(ctx, "alice", w.transfer(1))
		pending := (*client.PendingError)(nil)
		if !errors.As(err, &pending) || !errors.Is(err, context.Canceled) || !client.MayStillCommit(err) {
			t.Fatalf("expected a PendingError, got %v", err)
		}
		if len(pending.Hash) != 64 || pending.TimeoutHeight != firstHeight+client.DefaultTimeoutBlocks {
			t.Errorf("expected hash and timeout, got %+v", pending)
		}
		// The next one comes after it, and both get into blocks.
		w.clock.each = nil
		if _, err := w.Send(t.Context(), "alice", w.transfer(2)); err != nil {
			t.Fatal(err)
		}
		w.happened(t, 1, 2)
	})
	t.Run("before its turn", func(t *testing.T) {
		w := serve(t, 1)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := w.Send(ctx, "alice", w.transfer(1)); !errors.Is(err, context.Canceled) || client.MayStillCommit(err) {
			t.Errorf("expected that nothing is left open, got %v", err)
		}
	})
}

// All nodes are gone after the transaction was sent.
func TestWhenNobodyAnswersAnyMore(t *testing.T) {
	w := serve(t, 1, func(o *client.Options) { o.SentPatience = time.Second })
	w.clock.each = func(context.Context, int) error { w.nodes[0].stop(); return nil }
	_, err := w.Send(t.Context(), "alice", w.transfer(1))
	if silent := (*client.NodeError)(nil); !client.MayStillCommit(err) || !errors.As(err, &silent) {
		t.Errorf("expected a PendingError because of a NodeError, got %v", err)
	}
}
