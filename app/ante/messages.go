package ante

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/authz"
)

// MaxMessages is the most messages that one transaction may carry, those inside
// an authz MsgExec included: large enough for an agent's batch of 25, with room
// for the envelope around each.
const MaxMessages = 50

// MessageRule decides on one message of a transaction, wherever in it the message
// stands. It returns an error to refuse the transaction.
type MessageRule func(ctx sdk.Context, msg sdk.Msg) error

// MessagesDecorator applies rules to every message of a transaction.
//
// Purpose: a rule that looks only at the top level can be walked around by
// wrapping the message in an authz MsgExec. This decorator sees through the
// wrapper: rules and the messages' own stateless checks apply to nested messages
// as to top-level ones. A MsgExec inside a MsgExec is refused: it has no use, and
// nesting is how checks were evaded and decoders exhausted on other chains.
// Side effects: none; it only refuses.
// Order: before fees are taken, so that a malformed transaction costs its sender
// nothing and a block nothing but the look.
type MessagesDecorator struct {
	rules []MessageRule
}

// NewMessagesDecorator returns the decorator with the given rules.
func NewMessagesDecorator(rules ...MessageRule) MessagesDecorator {
	return MessagesDecorator{rules: rules}
}

// AnteHandle implements sdk.AnteDecorator.
func (d MessagesDecorator) AnteHandle(ctx sdk.Context, tx sdk.Tx, simulate bool, next sdk.AnteHandler) (sdk.Context, error) {
	msgs, err := Flatten(tx.GetMsgs())
	if err != nil {
		return ctx, err
	}
	for _, msg := range msgs {
		for _, rule := range d.rules {
			if err := rule(ctx, msg); err != nil {
				return ctx, err
			}
		}
	}
	return next(ctx, tx, simulate)
}

// Flatten returns the messages of a transaction with those inside MsgExec, in
// order of execution; a MsgExec stands before its contents. It returns
// ErrInvalidRequest for a MsgExec inside a MsgExec and for more than MaxMessages.
func Flatten(msgs []sdk.Msg) ([]sdk.Msg, error) {
	flat := make([]sdk.Msg, 0, len(msgs))
	for _, msg := range msgs {
		flat = append(flat, msg)
		exec, ok := msg.(*authz.MsgExec)
		if !ok {
			continue
		}
		nested, err := exec.GetMessages()
		if err != nil {
			return nil, err
		}
		for _, inner := range nested {
			if _, ok := inner.(*authz.MsgExec); ok {
				return nil, sdkerrors.ErrInvalidRequest.Wrap("msgs: expected no MsgExec inside a MsgExec, got one")
			}
		}
		flat = append(flat, nested...)
	}
	if len(flat) > MaxMessages {
		return nil, sdkerrors.ErrInvalidRequest.Wrapf("messages: expected at most %d, nested ones included, got %d", MaxMessages, len(flat))
	}
	return flat, nil
}

// validateBasic is the rule that runs a message's own stateless check. The SDK's
// decorator does so for top-level messages only.
func validateBasic(_ sdk.Context, msg sdk.Msg) error {
	if m, ok := msg.(sdk.HasValidateBasic); ok {
		return m.ValidateBasic()
	}
	return nil
}
