package client

import (
	"context"
	"fmt"
	"reflect"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// maxRebuilds is how often a transaction is made anew that no block took.
const maxRebuilds = 3

// Result is a transaction that succeeded in a block.
type Result struct {
	Hash    string
	Height  int64
	GasUsed int64
	// GasLimit is what was paid for.
	GasLimit uint64
	Fee      sdk.Coin
	Events   []abci.Event
	// MsgResponses are the answers to the messages, in their order; Response reads
	// them.
	MsgResponses []*codectypes.Any
}

// Response returns the answer to the message at an index of a transaction, as in
//
//	posted, err := client.Response[*jobmarkettypes.MsgPostJobResponse](result, 0)
//
// T is a pointer to the type of the answer. It is an error if there is no such answer, or
// one of another type.
func Response[T proto.Message](r Result, index int) (T, error) {
	var none T
	pointer := reflect.TypeFor[T]()
	if pointer.Kind() != reflect.Pointer {
		return none, fmt.Errorf("response %d of transaction %s: expected a pointer type, got %s", index, r.Hash, pointer)
	}
	if index < 0 || index >= len(r.MsgResponses) {
		return none, fmt.Errorf("response %d of transaction %s: expected one of %d", index, r.Hash, len(r.MsgResponses))
	}
	answer, name := r.MsgResponses[index], proto.MessageName(none)
	if answer.TypeUrl != "/"+name {
		return none, fmt.Errorf("response %d of transaction %s: expected a %s, got %s", index, r.Hash, name, answer.TypeUrl)
	}
	msg := reflect.New(pointer.Elem()).Interface().(T)
	if err := proto.Unmarshal(answer.Value, msg); err != nil {
		return none, fmt.Errorf("response %d of transaction %s: %w", index, r.Hash, err)
	}
	return msg, nil
}

// Send makes one transaction of the messages, signed by the named key, and returns when
// it is in a block. It may be called by several goroutines with one key: the
// transactions get consecutive sequences, in no particular order, and wait for their
// blocks together.
//
// The messages take effect once or not at all. As long as a transaction with them may
// get into a block, no other is made; nodes that don't answer are asked again, with the
// same bytes; and since each transaction has a timeout height, there is a time from
// which on one that is in no block never will be. Only then it is made anew, and so is,
// once, one that ran out of gas. This holds within one client: after a restart, look
// for the effect of what was under way.
//
// A refusal or failure is a *TxError. A *PendingError says that the transaction may
// still get into a block: when ctx ended, or no node answered for a long time. After
// every other error nothing was and will be committed.
func (c *Client) Send(ctx context.Context, from string, msgs ...sdk.Msg) (Result, error) {
	s, err := c.signer(from)
	if err != nil {
		return Result{}, err
	}
	var leastGas uint64
	for rebuilds := 0; ; {
		a, err := s.launch(ctx, msgs, leastGas)
		if err != nil {
			return Result{}, err
		}
		end, err := c.settle(ctx, a)
		s.land(a)
		switch {
		case err != nil:
			return Result{}, err
		case end.dead && a.refused() != nil:
			return Result{}, a.refused()
		case end.dead && rebuilds == maxRebuilds:
			return Result{}, fmt.Errorf("no block took the transaction, though it was made %d times, each valid for %d blocks; nothing was committed",
				rebuilds+1, c.options.TimeoutBlocks)
		case end.dead:
			rebuilds++
		case end.failed(sdkerrors.ErrOutOfGas) && leastGas == 0:
			leastGas = withMargin(a.gas)
		case end.code != 0:
			return Result{}, end.refusal(a)
		default:
			return end.result(a), nil
		}
	}
}

// Estimate returns what a transaction of the messages, signed by the named key, would
// need if it was sent now. A *TxError says that the chain would refuse it.
func (c *Client) Estimate(ctx context.Context, from string, msgs ...sdk.Msg) (uint64, sdk.Coin, error) {
	s, err := c.signer(from)
	if err != nil {
		return 0, sdk.Coin{}, err
	}
	var gas uint64
	err = s.inTurn(ctx, func() error {
		draft, _, err := s.draft(ctx)
		if err == nil {
			gas, err = c.estimate(ctx, draft, msgs)
		}
		return err
	})
	if err != nil {
		return 0, sdk.Coin{}, err
	}
	return gas, c.options.Fee(gas), nil
}
