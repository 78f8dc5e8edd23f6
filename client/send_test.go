package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aitbc/aitbc/client"
)

// happened checks which transfers succeeded, in whatever order.
func (w *world) happened(t *testing.T, want ...int64) {
	t.Helper()
	got := w.chain.transfers()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("expected transfers of %v to succeed, got %v", want, got)
	}
}

// sequences returns those of all that nodes received, without repetitions.
func (w *world) sequences() []uint64 {
	var out []uint64
	for _, n := range w.nodes {
		for _, raw := range n.received() {
			out = append(out, sequenceOf(w.chain.mustDecode(raw)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestSend(t *testing.T) {
	w := serve(t, 1)
	got, err := w.Send(t.Context(), "alice", w.transfer(1))
	if err != nil {
		t.Fatal(err)
	}
	// 100,001 x 1.4, rounded down; the fee is a hundredth of it.
	if len(got.Hash) != 64 || got.Height != firstHeight+1 || got.GasUsed != 99 || got.GasLimit != 140_001 || got.Fee.String() != "1400uait" {
		t.Errorf("unexpected result %+v", got)
	}
	tx := w.chain.mustDecode(w.nodes[0].received()[0])
	if fee := tx.(sdk.FeeTx); fee.GetGas() != got.GasLimit || fee.GetFee().String() != "1400uait" {
		t.Errorf("expected what was reported to be what was sent, got %d and %s", fee.GetGas(), fee.GetFee())
	}
	if timeout := tx.(sdk.TxWithTimeoutHeight).GetTimeoutHeight(); timeout != firstHeight+client.DefaultTimeoutBlocks {
		t.Errorf("expected a timeout after %d blocks, got height %d", client.DefaultTimeoutBlocks, timeout)
	}
	if len(got.Events) != 1 || len(got.MsgResponses) != 1 {
		t.Errorf("expected events and responses, got %v and %v", got.Events, got.MsgResponses)
	}
}

func TestResponse(t *testing.T) {
	w := serve(t, 1)
	result, err := w.Send(t.Context(), "alice", w.transfer(1))
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := client.Response[*banktypes.MsgSendResponse](result, 0); err != nil || answer == nil {
		t.Errorf("expected a response, got %v and %v", answer, err)
	}
	_, err = client.Response[*banktypes.MsgMultiSendResponse](result, 0)
	hasPrefix(t, err, "response 0 of transaction "+result.Hash+": expected a cosmos.bank.v1beta1.MsgMultiSendResponse, got /cosmos.bank.v1beta1.MsgSendResponse")
	for _, index := range []int{-1, 1} {
		_, err = client.Response[*banktypes.MsgSendResponse](result, index)
		hasPrefix(t, err, fmt.Sprintf("response %d of transaction %s: expected one of 1", index, result.Hash))
	}
	_, err = client.Response[proto.Message](result, 0)
	hasPrefix(t, err, "response 0 of transaction "+result.Hash+": expected a pointer type")
	result.MsgResponses[0].Value = []byte{0xff}
	if _, err = client.Response[*banktypes.MsgSendResponse](result, 0); err == nil {
		t.Error("expected an error for a response that can't be read")
	}
}

func TestSendFailures(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil func(w *world)
		from  string
		want  string
		code  uint32
	}{
		"estimate": {
			spoil: func(w *world) {
				w.nodes[0].simulated = status.Error(codes.Unknown, "1uait is smaller than 2uait: insufficient funds [cosmos/bank/keeper.go:12] with gas used: '7'")
			},
			want: "transaction would fail with sdk code 5: 1uait is smaller than 2uait: insufficient funds", code: 5,
		},
		"estimate, module's own error": {
			spoil: func(w *world) { w.nodes[0].simulated = status.Error(codes.Unknown, "job 7 is gone: no such job") },
			want:  "transaction would fail with undefined code 1: job 7 is gone: no such job", code: 1,
		},
		"refused": {
			spoil: func(w *world) { w.nodes[0].faults = []fault{refuse(13, "fee too low")} },
			want:  "transaction refused by the node with sdk code 13: fee too low", code: 13,
		},
		"failed": {
			spoil: func(w *world) {
				w.chain.outcome = func(sdk.Tx) (*abci.ExecTxResult, bool) {
					return &abci.ExecTxResult{Codespace: "bank", Code: 9, Log: "no"}, false
				}
			},
			want: "transaction failed in its block with bank code 9: no", code: 9,
		},
		"no account":    {spoil: func(w *world) { w.chain.unfunded = true }, want: "account cosmos1"},
		"unknown key":   {from: "mallory", want: "key mallory: "},
		"not a service": {spoil: func(w *world) { w.nodes[0].faults = []fault{fail(codes.Unimplemented, "what?")} }, want: "rpc error: code = Unimplemented"},
	} {
		t.Run(name, func(t *testing.T) {
			w := serve(t, 1)
			if tc.spoil != nil {
				w.chain.change(func() { tc.spoil(w) })
			}
			if tc.from == "" {
				tc.from = "alice"
			}
			_, err := w.Send(t.Context(), tc.from, w.transfer(1))
			hasPrefix(t, err, tc.want)
			refused := (*client.TxError)(nil)
			if tc.code != 0 && (!errors.As(err, &refused) || refused.Code != tc.code) {
				t.Errorf("expected a TxError with code %d, got %v", tc.code, err)
			}
			if client.MayStillCommit(err) {
				t.Error("expected nothing to be left open")
			}
			w.happened(t)
			// Nothing of it is in the way of the next one.
			w.chain.change(func() {
				w.nodes[0].faults, w.nodes[0].simulated, w.chain.unfunded, w.chain.outcome = nil, nil, false, succeed
			})
			if _, err := w.Send(t.Context(), "alice", w.transfer(2)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestConcurrentSendsGetConsecutiveSequences(t *testing.T) {
	for _, noIndex := range []bool{false, true} {
		t.Run(fmt.Sprintf("without index %t", noIndex), func(t *testing.T) {
			w := serve(t, 1)
			w.chain.change(func() { w.nodes[0].noIndex = noIndex })
			w.chain.change(func() { w.chain.perBlock = 3 })
			var wg sync.WaitGroup
			var want []int64
			for i := range int64(10) {
				want = append(want, 10*i+1, 10*i+2)
				wg.Go(func() {
					for n := range int64(2) {
						if _, err := w.Send(t.Context(), "alice", w.transfer(10*i+n+1)); err != nil {
							t.Errorf("transfer %d: %v", 10*i+n+1, err)
						}
					}
				})
			}
			wg.Wait()
			w.happened(t, want...)
			if got := w.sequences(); len(got) != 20 || got[0] != 3 || got[19] != 22 {
				t.Errorf("expected sequences 3 to 22, got %v", got)
			}
		})
	}
}

// Two that want the same are two, even if one takes the place of the other.
func TestTheSameMessagesAreAnotherTransaction(t *testing.T) {
	w := serve(t, 1)
	w.chain.change(func() { w.nodes[0].faults = []fault{forget} })
	enough := errors.New("enough")
	w.clock.each = func(context.Context, int) error { return enough }
	_, err := w.Send(t.Context(), "alice", w.transfer(1))
	pending := (*client.PendingError)(nil)
	if !errors.As(err, &pending) {
		t.Fatalf("expected a PendingError, got %v", err)
	}
	// The node wants the same sequence again, at the same height. Time goes on only for
	// the pause after that.
	w.chain.change(func() { w.chain.height-- })
	w.clock.each = nil
	got, err := w.Send(t.Context(), "alice", w.transfer(1))
	if err != nil || got.Hash == pending.Hash {
		t.Errorf("expected another transaction than %s, got %s and %v", pending.Hash, got.Hash, err)
	}
	if sequences := w.sequences(); !slices.Equal(sequences, []uint64{3}) {
		t.Errorf("expected the same sequence twice, got %v", sequences)
	}
}

// The node got the transaction and dropped the connection: nobody knows whether it has
// it.
func TestALostAnswerDoesNotLeadToASecondTransaction(t *testing.T) {
	for name, f := range map[string]fault{
		"taken":     hangUp,
		"not taken": fail(codes.Unavailable, "going away"),
		"forgotten": forget,
		"confused":  fail(codes.Unknown, "broadcast confirmation not received"),
	} {
		t.Run(name, func(t *testing.T) {
			w := serve(t, 1)
			w.chain.change(func() { w.nodes[0].faults = []fault{f} })
			if _, err := w.Send(t.Context(), "alice", w.transfer(1)); err != nil {
				t.Fatal(err)
			}
			w.happened(t, 1)
			for _, raw := range w.nodes[0].received() {
				if string(raw) != string(w.nodes[0].received()[0]) {
					t.Error("expected the same bytes each time")
				}
			}
		})
	}
}

// What the first node has and the second one refuses may still get into a block.
func TestARefusalAfterALostAnswerDecidesNothing(t *testing.T) {
	w := serve(t, 2)
	w.chain.change(func() { w.nodes[0].faults = []fault{hangUp} })
	w.chain.change(func() {
		w.nodes[1].faults = []fault{refuse(13, "my price is higher"), refuse(13, "my price is higher")}
	})
	if _, err := w.Send(t.Context(), "alice", w.transfer(1)); err != nil {
		t.Fatal(err)
	}
	w.happened(t, 1)
}

// If it does not get into one until its time is over, the refusal stands.
func TestARefusalStandsWhenTheTimeIsOver(t *testing.T) {
	w := serve(t, 2, func(o *client.Options) { o.TimeoutBlocks = 5 })
	w.chain.change(func() { w.nodes[0].faults = []fault{fail(codes.Unavailable, "going away")} })
	w.chain.change(func() { w.nodes[1].faults = slices.Repeat([]fault{refuse(13, "my price is higher")}, 10) })
	_, err := w.Send(t.Context(), "alice", w.transfer(1))
	hasPrefix(t, err, "transaction refused by the node with sdk code 13: my price is higher")
	if w.chain.at() < firstHeight+5 {
		t.Errorf("expected no verdict before height %d, got one at %d", firstHeight+5, w.chain.at())
	}
	w.happened(t)
}

func TestWhatPassesIsTriedAgain(t *testing.T) {
	for name, faults := range map[string][]fault{
		"full mempool":         {refuse(sdkerrors.ErrMempoolIsFull.ABCICode(), ""), refuse(sdkerrors.ErrMempoolIsFull.ABCICode(), "")},
		"node of a late chain": {refuse(sdkerrors.ErrTxTimeoutHeight.ABCICode(), "")},
		"in the cache already": {func(n *node, raw []byte) (*txtypes.BroadcastTxResponse, error) {
			n.pool = append(n.pool, raw)
			return refuse(sdkerrors.ErrTxInMempoolCache.ABCICode(), "")(n, raw)
		}},
		"catching up": {fail(codes.Unknown, "endpoint is closed while node is catching up")},
	} {
		t.Run(name, func(t *testing.T) {
			w := serve(t, 1)
			w.chain.change(func() { w.nodes[0].faults = faults })
			if _, err := w.Send(t.Context(), "alice", w.transfer(1)); err != nil {
				t.Fatal(err)
			}
			w.happened(t, 1)
		})
	}
}

// A node that is catching up has taken nothing, so the error leaves nothing open.
func TestPatienceEnds(t *testing.T) {
	w := serve(t, 1, func(o *client.Options) { o.Patience = time.Second })
	w.chain.change(func() { w.nodes[0].syncing = true })
	_, err := w.Send(t.Context(), "alice", w.transfer(1))
	hasPrefix(t, err, "node "+w.nodes[0].addr+" does not answer: endpoint is closed while node is catching up")
	if client.MayStillCommit(err) || len(w.nodes[0].received()) < 3 {
		t.Errorf("expected some attempts that leave nothing open, got %d and %v", len(w.nodes[0].received()), err)
	}
}

// Another program sends with the same key: the sequence that was kept is used up.
func TestSequenceMismatchIsMended(t *testing.T) {
	w := serve(t, 1)
	if _, err := w.Send(t.Context(), "alice", w.transfer(1)); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name   string
		change func()
	}{
		{"in a block", func() { w.chain.sequence += 4 }},
		{"wrong advice", func() { w.nodes[0].faults = []fault{refuse(32, "account sequence mismatch, expected 99, got 9")} }},
		{"no advice", func() { w.nodes[0].faults = []fault{refuse(32, "incorrect account sequence")} }},
		{"chain went back", func() { w.chain.sequence -= 2 }},
	} {
		w.chain.change(step.change)
		if _, err := w.Send(t.Context(), "alice", w.transfer(2)); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
	}
}

// The second node has not heard of the first transaction when the next one comes.
func TestTheNextNodeGetsWhatItMisses(t *testing.T) {
	w := serve(t, 2)
	w.chain.change(func() { w.nodes[0].cutOff = true }) // it has the first one, but nobody else will get it
	var once sync.Once
	var second sync.WaitGroup
	w.clock.each = func(context.Context, int) error {
		once.Do(func() {
			w.nodes[0].stop()
			second.Go(func() {
				if _, err := w.Send(t.Context(), "alice", w.transfer(2)); err != nil {
					t.Error(err)
				}
			})
		})
		return nil
	}
	if _, err := w.Send(t.Context(), "alice", w.transfer(1)); err != nil {
		t.Fatal(err)
	}
	second.Wait()
	w.happened(t, 1, 2)
	if got := w.sequences(); !slices.Equal(got, []uint64{3, 4}) {
		t.Errorf("expected sequences 3 and 4, got %v", got)
	}
}

func TestEstimate(t *testing.T) {
	w := serve(t, 1)
	gas, fee, err := w.Estimate(t.Context(), "alice", w.transfer(1))
	if err != nil || gas != 140_001 || fee.String() != "1400uait" {
		t.Errorf("expected 140001 gas for 1400uait, got %d, %s and %v", gas, fee, err)
	}
	w.chain.change(func() {
		w.nodes[0].simulated = status.Error(codes.Unknown, "poor: insufficient funds with gas used: '7'")
	})
	_, _, err = w.Estimate(t.Context(), "alice", w.transfer(1))
	if refused := (*client.TxError)(nil); !errors.As(err, &refused) || !refused.Estimated || refused.Log != "poor: insufficient funds" {
		t.Errorf("expected a refusal, got %v", err)
	}
	if _, _, err = w.Estimate(t.Context(), "mallory", w.transfer(1)); err == nil {
		t.Error("expected an error for an unknown key")
	}
	if len(w.nodes[0].received()) != 0 {
		t.Error("expected nothing to be sent")
	}
}

func TestAClientWithoutKeysOnlyQueries(t *testing.T) {
	w := serve(t, 1, func(o *client.Options) { o.Keys = nil })
	_, err := w.Send(t.Context(), "alice", w.transfer(1))
	hasPrefix(t, err, "client: expected keys and a price of gas for sending")
	if _, err := authtypes.NewQueryClient(w.Conn()).AccountInfo(t.Context(), &authtypes.QueryAccountInfoRequest{Address: "x"}); err != nil {
		t.Error(err)
	}
}
