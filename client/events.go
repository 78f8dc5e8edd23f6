package client

import (
	"fmt"
	"slices"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// NoTx is Event.TxIndex of what happens by itself, at the begin or end of a block.
const NoTx = -1

// Attributes that the SDK appends to those of an event.
const (
	modeAttribute     = "mode"
	msgIndexAttribute = "msg_index"
	beginBlock        = "BeginBlock"
	endBlock          = "EndBlock"
)

// Block is what happened in a committed block.
type Block struct {
	Height int64
	// Time is the block's own: UTC, never before that of the block before.
	Time time.Time
	// Events are in the order in which they happened. Those of transactions that
	// failed are left out: what they tell of was undone.
	Events []Event
}

// Event is one event of a block.
type Event struct {
	// Type is the full name of the proto message, as in aitbc.jobmarket.v1.EventJobPosted,
	// or a word of the SDK, as in transfer.
	Type string
	// Attributes are as the node has them. The SDK adds msg_index, the index of the
	// message in the transaction, and mode, BeginBlock or EndBlock.
	Attributes []abci.EventAttribute
	// Message is the event as its proto message; nil if it is none, or of a type that
	// this program does not know, or of a later release that has changed it.
	Message proto.Message
	// TxIndex is the index of the transaction in the block, or NoTx.
	TxIndex int
	// TxHash is the hash of the transaction as in Result.Hash; empty for NoTx.
	TxHash string
}

// EventsOf returns all events of a block that are messages of one type, in their order:
//
//	for _, posted := range client.EventsOf[*jobmarkettypes.EventJobPosted](block) {
func EventsOf[T proto.Message](b Block) []T {
	var out []T
	for _, e := range b.Events {
		if msg, ok := e.Message.(T); ok {
			out = append(out, msg)
		}
	}
	return out
}

// newBlock makes a block of what a node answered.
func newBlock(b *coretypes.ResultBlock, r *coretypes.ResultBlockResults) Block {
	out := Block{Height: b.Block.Height, Time: b.Block.Time.UTC()}
	// The node has what happens at the begin and at the end in one list.
	end := slices.IndexFunc(r.FinalizeBlockEvents, func(e abci.Event) bool { return hasMode(e, endBlock) })
	if end < 0 {
		end = len(r.FinalizeBlockEvents)
	}
	out.add(r.FinalizeBlockEvents[:end], NoTx, "")
	for i, result := range r.TxsResults {
		if result.Code == abci.CodeTypeOK {
			out.add(result.Events, i, fmt.Sprintf("%X", b.Block.Txs[i].Hash()))
		}
	}
	out.add(r.FinalizeBlockEvents[end:], NoTx, "")
	return out
}

func (b *Block) add(events []abci.Event, txIndex int, txHash string) {
	for _, e := range events {
		b.Events = append(b.Events, Event{
			Type: e.Type, Attributes: e.Attributes, Message: typed(e), TxIndex: txIndex, TxHash: txHash,
		})
	}
}

func hasMode(e abci.Event, mode string) bool {
	n := len(e.Attributes)
	return n > 0 && e.Attributes[n-1].Key == modeAttribute && e.Attributes[n-1].Value == mode
}

// typed returns the proto message of an event, or nil. What the SDK appended is not part
// of it, and not even JSON.
func typed(e abci.Event) proto.Message {
	n := len(e.Attributes)
	if hasMode(e, beginBlock) || hasMode(e, endBlock) || (n > 0 && e.Attributes[n-1].Key == msgIndexAttribute) {
		e.Attributes = e.Attributes[:n-1]
	}
	msg, err := sdk.ParseTypedEvent(e)
	if err != nil {
		return nil
	}
	return msg
}
