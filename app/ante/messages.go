package ante

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/authz"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
)

// MaxMessages is the most messages that one transaction may carry, those inside
// an authz MsgExec included: large enough for an agent's batch of 25, with room
// for the envelope around each.
const MaxMessages = 50

// MessageRule decides on one message of a transaction, wherever in it the message
// stands. It returns an error to refuse the transaction.
type MessageRule func(ctx sdk.Context, msg sdk.Msg) error

// Message is one message of a transaction and where it stands.
type Message struct {
	sdk.Msg
	// Nested is true inside an authz MsgExec or a governance proposal.
	Nested bool
}

// MessagesDecorator applies rules to every message of a transaction.
//
// Purpose: a rule that looks only at the top level can be walked around by
// wrapping the message in an authz MsgExec or in a proposal. This decorator sees
// through the wrapper: rules and the messages' own stateless checks apply to
// nested messages as to top-level ones. A MsgExec inside a MsgExec is refused: it
// has no use, and nesting is how checks were evaded and decoders exhausted on
// other chains.
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
		if err := d.check(ctx, msg); err != nil {
			return ctx, err
		}
	}
	return next(ctx, tx, simulate)
}

func (d MessagesDecorator) check(ctx sdk.Context, msg Message) error {
	// BaseApp has run this check on top-level messages before the ante chain.
	if m, ok := msg.Msg.(sdk.HasValidateBasic); ok && msg.Nested && !ctx.IsReCheckTx() {
		if err := m.ValidateBasic(); err != nil {
			return err
		}
	}
	for _, rule := range d.rules {
		if err := rule(ctx, msg.Msg); err != nil {
			return err
		}
	}
	return nil
}

// Flatten returns the messages of a transaction with those inside MsgExec and
// MsgSubmitProposal, each container before its contents. It returns
// ErrInvalidRequest for a MsgExec anywhere inside a MsgExec, a proposal anywhere
// inside a proposal, and more than MaxMessages in all.
func Flatten(msgs []sdk.Msg) ([]Message, error) {
	return flatten(make([]Message, 0, len(msgs)), msgs, nesting{})
}

// nesting is what the messages being looked at stand in.
type nesting struct{ exec, proposal bool }

func flatten(flat []Message, msgs []sdk.Msg, in nesting) ([]Message, error) {
	for _, msg := range msgs {
		if len(flat) == MaxMessages {
			return nil, sdkerrors.ErrInvalidRequest.Wrapf("messages: expected at most %d, nested ones included, got more", MaxMessages)
		}
		flat = append(flat, Message{Msg: msg, Nested: in.exec || in.proposal})

		inner, within, err := contents(msg, in)
		if err != nil {
			return nil, err
		}
		if flat, err = flatten(flat, inner, within); err != nil {
			return nil, err
		}
	}
	return flat, nil
}

// contents returns the messages that a container carries, none for any other
// message. Each kind of container may be entered once, which bounds the depth.
func contents(msg sdk.Msg, in nesting) ([]sdk.Msg, nesting, error) {
	switch m := msg.(type) {
	case *authz.MsgExec:
		if in.exec {
			return nil, in, sdkerrors.ErrInvalidRequest.Wrap("messages: expected no MsgExec inside a MsgExec, got one")
		}
		in.exec = true
		inner, err := m.GetMessages()
		return inner, in, err
	case *govv1.MsgSubmitProposal:
		if in.proposal {
			return nil, in, sdkerrors.ErrInvalidRequest.Wrap("messages: expected no proposal inside a proposal, got one")
		}
		in.proposal = true
		inner, err := m.GetMsgs()
		return inner, in, err
	default:
		return nil, in, nil
	}
}
