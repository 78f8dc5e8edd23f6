package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/client"
)

// Each error comes about as it would in earnest, where that is possible.
func TestAdvice(t *testing.T) {
	estimate := func(text string) func(*world) {
		return func(w *world) { w.nodes[0].simulated = status.Error(codes.Unknown, text+" with gas used: '7'") }
	}
	answer := func(code uint32, log string) func(*world) {
		return func(w *world) { w.nodes[0].faults = slices.Repeat([]fault{refuse(code, log)}, 100) }
	}
	for name, tc := range map[string]struct {
		spoil func(w *world)
		// want has NODE for the address of the node and ALICE for that of the account.
		want string
	}{
		"insufficient funds": {
			spoil: estimate("failed to execute message; message index: 0: spendable balance 5uait is smaller than 10uait: insufficient funds"),
			want:  "the account has less than the amount and the fee together (spendable balance 5uait is smaller than 10uait): send it more AIT, or spend less",
		},
		"insufficient fee": {
			spoil: answer(13, "fee: expected at least 275uait for 110000 gas at 0.0025uait, got none: insufficient fee"),
			want:  "the fee is too low (fee: expected at least 275uait for 110000 gas at 0.0025uait, got none): offer a higher price of gas",
		},
		"wrong chain": {
			spoil: func(w *world) { w.nodes[0].network = "other-1" },
			want:  "the node at NODE follows chain other-1, not test-1: give its chain id, or the address of a node of test-1",
		},
		"wrong signature": {
			spoil: answer(4, "signature verification failed; please verify account number (7) and chain-id (test-1): unauthorized"),
			want:  "the signature does not fit the chain: check the chain id, and that the key is the account's own",
		},
		"no account": {
			spoil: func(w *world) { w.chain.unfunded = true },
			want:  "account ALICE has never received coins; send it some AIT first",
		},
		"no account, says the chain": {
			spoil: estimate("fee payer address: ait1xyz does not exist: unknown address"),
			want:  "account ait1xyz has never received coins; send it some AIT first",
		},
		"sequence": {
			spoil: answer(32, "account sequence mismatch, expected 3, got 3: incorrect account sequence"),
			want:  "another program sends with the same key, and its transactions are not in a block yet: wait for them and send again, or use a key for each program",
		},
		"out of gas": {
			spoil: func(w *world) {
				w.chain.outcome = func(sdk.Tx) (*abci.ExecTxResult, bool) {
					return &abci.ExecTxResult{Codespace: "sdk", Code: 11}, false
				}
			},
			want: "the transaction needs more gas than was estimated, because of what others did meanwhile: send it again",
		},
		"mempool full": {
			spoil: answer(20, ""),
			want:  "the node has more transactions than it can hold: send again later",
		},
		"too large": {
			spoil: answer(21, ""),
			want:  "the transaction is larger than a node takes: send fewer messages at once",
		},
		"no node": {
			spoil: func(w *world) { w.nodes[0].stop() },
			want:  "no node answers at NODE (dial tcp NODE: connect: connection refused): start one, or give another address",
		},
		"catching up": {
			spoil: func(w *world) { w.nodes[0].syncing = true },
			want:  "the node at NODE is still catching up with the chain: wait until it has all blocks, or give the address of another",
		},
		"no block yet": {
			spoil: func(w *world) {
				w.nodes[0].simulated = status.Error(codes.Unknown, "aitbc is not ready; please wait for first block: invalid height")
			},
			want: "the node at NODE has just been started: try again in a moment",
		},
		"a module's own error": {spoil: estimate("job 7 is gone: no such job"), want: ""},
		"pending": {
			spoil: func(w *world) {
				w.clock.each = func(context.Context, int) error { return errors.New("enough") }
			},
			want: "transaction HASH may still get into a block up to height 160: look whether it has had its effect before you send the same again",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := serve(t, 1)
			w.chain.change(func() { tc.spoil(w) })
			_, err := w.Send(t.Context(), "alice", w.transfer(1))
			if err == nil {
				t.Fatal("expected an error")
			}
			want := strings.NewReplacer("NODE", w.nodes[0].addr, "ALICE", w.alice.String()).Replace(tc.want)
			if pending := (*client.PendingError)(nil); errors.As(err, &pending) {
				want = strings.Replace(want, "HASH", pending.Hash, 1)
			}
			if got := client.Advice(fmt.Errorf("hire: %w", err)); got != want {
				t.Errorf("%v:\nexpected %s\ngot      %s", err, want, got)
			}
		})
	}
	for _, err := range []error{nil, errors.New("something else")} {
		if got := client.Advice(err); got != "" {
			t.Errorf("%v: expected no advice, got %s", err, got)
		}
	}
	pruned := client.Advice(&client.PrunedError{Height: 7, Lowest: 12})
	if want := "no node has block 7 any more: read the state, and follow from height 12 or later"; pruned != want {
		t.Errorf("expected %s, got %s", want, pruned)
	}
}
