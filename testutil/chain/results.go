package chain

import (
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Unpack decodes the data of a transaction's result into the responses of its
// messages, one per message and in order.
func (c *Chain) Unpack(data []byte, responses ...proto.Message) {
	c.tb.Helper()
	var all sdk.TxMsgData
	if err := proto.Unmarshal(data, &all); err != nil {
		c.tb.Fatalf("result data: %v", err)
	}
	if len(all.MsgResponses) != len(responses) {
		c.tb.Fatalf("result data: expected %d responses, got %d", len(responses), len(all.MsgResponses))
	}
	for i, packed := range all.MsgResponses {
		if err := proto.Unmarshal(packed.Value, responses[i]); err != nil {
			c.tb.Fatalf("response %d: %v", i, err)
		}
	}
}

// Events returns the typed events of one kind, decoded: those of T's message
// name among the given ones.
func Events[T proto.Message](c *Chain, events []abci.Event) []T {
	c.tb.Helper()
	var (
		zero  T
		found []T
	)
	for _, e := range events {
		if e.Type != proto.MessageName(zero) {
			continue
		}
		// Begin and end blockers mark their events with an attribute "mode", messages
		// with "msg_index"; neither is a field.
		plain := abci.Event{Type: e.Type}
		for _, attr := range e.Attributes {
			if attr.Key != "mode" && attr.Key != "msg_index" {
				plain.Attributes = append(plain.Attributes, attr)
			}
		}
		msg, err := sdk.ParseTypedEvent(plain)
		if err != nil {
			c.tb.Fatalf("event %s: %v", e.Type, err)
		}
		typed, ok := msg.(T)
		if !ok {
			c.tb.Fatalf("event %s: expected %T, got %T", e.Type, zero, msg)
		}
		found = append(found, typed)
	}
	return found
}
