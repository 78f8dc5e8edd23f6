package client

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// TxError is the chain's refusal of a transaction: it has had no effect, and never will
// have another than to cost its fee. Hash is set if it got into a block and failed
// there, which costs the fee.
type TxError struct {
	Codespace string
	Code      uint32
	Log       string
	Hash      string
	// Estimated says that the node found out while it estimated the gas: nothing was
	// sent. Codespace and Code are those of the most common errors, or "undefined"
	// and 1, because the node says no more than Log.
	Estimated bool
}

// Error implements error.
func (e *TxError) Error() string {
	where := "refused by the node"
	switch {
	case e.Estimated:
		where = "would fail"
	case e.Hash != "":
		where = "failed in its block"
	}
	return fmt.Sprintf("transaction %s with %s code %d: %s", where, e.Codespace, e.Code, e.Log)
}

// PendingError says that nobody waits any longer for a transaction that was sent, or
// perhaps was: it may still get into a block, up to TimeoutHeight, and never after.
// Who wants to send the same again should look first whether it has had its effect, or
// wait until the chain is past that height.
type PendingError struct {
	Hash          string
	TimeoutHeight int64
	cause         error
}

// Error implements error.
func (e *PendingError) Error() string {
	return fmt.Sprintf("transaction %s may still get into a block up to height %d: %s", e.Hash, e.TimeoutHeight, e.cause)
}

// Unwrap returns why nobody waits any longer.
func (e *PendingError) Unwrap() error { return e.cause }

// MayStillCommit reports whether err leaves open what becomes of a transaction. It is
// false for every other error of Send.
func MayStillCommit(err error) bool {
	pending := (*PendingError)(nil)
	return errors.As(err, &pending)
}

// NodeError says that a node gave no answer, or can't give one yet. The same may be
// asked again later.
type NodeError struct {
	// Addr is the address of the node that was asked last.
	Addr  string
	cause error
}

// Error implements error.
func (e *NodeError) Error() string {
	return fmt.Sprintf("node %s does not answer: %s", e.Addr, reason(e.cause))
}

// Unwrap returns what happened.
func (e *NodeError) Unwrap() error { return e.cause }

// GRPCStatus has the code Unavailable, for those who look at codes.
func (e *NodeError) GRPCStatus() *status.Status { return status.New(codes.Unavailable, e.Error()) }

// reason returns the words of an error that say what happened, without those that a
// transport puts around them.
func reason(err error) string {
	wrapped := (*url.Error)(nil)
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	text := status.Convert(err).Message()
	if _, after, found := strings.Cut(text, "while dialing: "); found {
		text = strings.TrimSuffix(after, `"`)
	}
	return text
}

// WrongChainError says that a node follows another chain than the client is for.
type WrongChainError struct {
	Addr          string
	Expected, Got string
}

// Error implements error.
func (e *WrongChainError) Error() string {
	return fmt.Sprintf("node %s: expected chain %s, got %s", e.Addr, e.Expected, e.Got)
}

// NoAccountError says that the chain does not know an address: it never received coins.
type NoAccountError struct{ Address string }

// Error implements error.
func (e *NoAccountError) Error() string {
	return fmt.Sprintf("account %s has never received coins", e.Address)
}

// PrunedError says that no node has a block any more. Who follows blocks has to look at
// the state, and can follow again from a height of Lowest or later.
type PrunedError struct {
	Height int64
	// Lowest is the lowest height that a node says it has.
	Lowest int64
}

// Error implements error.
func (e *PrunedError) Error() string {
	return fmt.Sprintf("block %d is pruned: the lowest that a node has is %d", e.Height, e.Lowest)
}
