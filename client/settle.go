package client

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
)

// noIndex is what a node says that does not index transactions.
const noIndex = "transaction indexing is disabled"

// end is what became of a transaction: it is in a block, or dead, or neither yet.
type end struct {
	// dead says that no block has it or ever will.
	dead bool
	// height is that of the block, or 0.
	height    int64
	codespace string
	code      uint32
	log       string
	gasUsed   int64
	events    []abci.Event
	data      []byte
}

// used reports whether the block that has the transaction used up its sequence, so that
// no other block can have it. One that fails the checks before its messages does not use
// it up, and can come again.
func (e end) used(a *attempt) bool {
	if e.height == 0 {
		return false
	}
	if e.code == 0 {
		return true
	}
	want := fmt.Sprintf("%s/%d", a.address, a.sequence)
	for _, event := range e.events {
		for _, attr := range event.Attributes {
			if event.Type == sdk.EventTypeTx && attr.Key == sdk.AttributeKeyAccountSequence && attr.Value == want {
				return true
			}
		}
	}
	return false
}

func (e end) failed(reason *errorsmod.Error) bool {
	return e.codespace == reason.Codespace() && e.code == reason.ABCICode()
}

func (e end) refusal(a *attempt) *TxError {
	return &TxError{Codespace: e.codespace, Code: e.code, Log: e.log, Hash: a.hash}
}

func (e end) result(a *attempt) Result {
	r := Result{Hash: a.hash, Height: e.height, GasUsed: e.gasUsed, GasLimit: a.gas, Fee: a.fee, Events: e.events}
	var data sdk.TxMsgData
	// The transaction succeeded, whatever its answer looks like.
	if err := proto.Unmarshal(e.data, &data); err == nil {
		r.MsgResponses = data.MsgResponses
	}
	return r
}

// settle waits until it is certain what became of a transaction that was sent, or
// perhaps was. The error is a *PendingError.
func (c *Client) settle(ctx context.Context, a *attempt) (end, error) {
	pauses := c.backoff(c.options.SentPatience)
	pending := func(err error) (end, error) {
		return end{}, &PendingError{Hash: a.hash, TimeoutHeight: a.timeout, cause: err}
	}
	for height := a.since; ; {
		if a.due(height) {
			c.resend(ctx, a)
		}
		if err := c.options.Wait(ctx, c.options.PollInterval); err != nil {
			return pending(err)
		}
		e, at, err := c.look(ctx, a)
		if err != nil {
			if err := pauses.after(ctx, err); err != nil {
				return pending(err)
			}
			continue
		}
		if e.dead || e.used(a) {
			return e, nil
		}
		pauses.reset()
		height = at
	}
}

// look asks once what became of a transaction, and at which height. The index of a node
// tells most quickly, but may be missing or late. What is certain is the sequence of the
// account at a height.
func (c *Client) look(ctx context.Context, a *attempt) (end, int64, error) {
	e, err := c.indexed(ctx, a)
	if err != nil || e.used(a) {
		return e, 0, err
	}
	if e.height > 0 {
		a.heard(e.refusal(a))
	}
	acc, err := c.account(ctx, a.address)
	switch {
	case err != nil:
		return end{}, 0, err
	case acc.sequence > a.sequence:
		e, err = c.scan(ctx, a, acc.height)
		return e, acc.height, err
	default:
		return end{dead: acc.height >= a.timeout}, acc.height, nil
	}
}

// indexed asks for a transaction by its hash.
func (c *Client) indexed(ctx context.Context, a *attempt) (end, error) {
	res, err := txtypes.NewServiceClient(c.conn).GetTx(ctx, &txtypes.GetTxRequest{Hash: a.hash})
	switch {
	case status.Code(err) == codes.NotFound, err != nil && strings.Contains(err.Error(), noIndex):
		return end{}, nil
	case err != nil:
		return end{}, fmt.Errorf("ask for transaction %s: %w", a.hash, err)
	}
	r := res.TxResponse
	data, err := hex.DecodeString(r.Data)
	if err != nil {
		return end{}, fmt.Errorf("answer to transaction %s: %w", a.hash, err)
	}
	return end{
		height: r.Height, codespace: r.Codespace, code: r.Code, log: r.RawLog, gasUsed: r.GasUsed, events: r.Events, data: data,
	}, nil
}

// scan looks for a transaction, whose sequence is used up, in all blocks that can have
// it, up to a height. If none has it, another transaction took its place.
func (c *Client) scan(ctx context.Context, a *attempt, height int64) (end, error) {
	for h := a.since + 1; h <= min(height, a.timeout); h++ {
		e, err := c.inBlock(ctx, a, h)
		if err != nil || e.used(a) {
			return e, err
		}
	}
	return end{dead: true}, nil
}

// inBlock looks for a transaction in one block.
func (c *Client) inBlock(ctx context.Context, a *attempt, height int64) (end, error) {
	service := cmtservice.NewServiceClient(c.conn)
	res, err := service.GetBlockByHeight(ctx, &cmtservice.GetBlockByHeightRequest{Height: height})
	if err != nil {
		return end{}, fmt.Errorf("block %d: %w", height, err)
	}
	for i, raw := range res.SdkBlock.GetData().Txs {
		if !bytes.Equal(raw, a.raw) {
			continue
		}
		results, err := service.GetBlockResults(ctx, &cmtservice.GetBlockResultsRequest{Height: height})
		if err != nil {
			return end{}, fmt.Errorf("results of block %d: %w", height, err)
		}
		if i >= len(results.TxsResults) {
			return end{}, fmt.Errorf("results of block %d: expected more than %d", height, len(results.TxsResults))
		}
		r := results.TxsResults[i]
		return end{
			height: height, codespace: r.Codespace, code: r.Code, log: r.Log, gasUsed: r.GasUsed, events: r.Events, data: r.Data,
		}, nil
	}
	return end{}, nil
}
