package client

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// Advice returns a sentence for the person in front of a program: what is wrong and what
// to do about it. It knows the errors that everybody meets, those of Send, of queries
// through Conn and of cursors, and returns "" for others.
func Advice(err error) string {
	var (
		refused *TxError
		pending *PendingError
		silent  *NodeError
		wrong   *WrongChainError
		unknown *NoAccountError
		pruned  *PrunedError
	)
	switch {
	case errors.As(err, &pending):
		return fmt.Sprintf("transaction %s may still get into a block up to height %d: look whether it has had its effect before you send the same again",
			pending.Hash, pending.TimeoutHeight)
	case errors.As(err, &unknown):
		return unfunded(unknown.Address)
	case errors.As(err, &wrong):
		return fmt.Sprintf("the node at %s follows chain %s, not %s: give its chain id, or the address of a node of %s",
			wrong.Addr, wrong.Got, wrong.Expected, wrong.Expected)
	case errors.As(err, &refused):
		return refused.advice()
	case errors.As(err, &silent):
		return silent.advice()
	case errors.As(err, &pruned):
		return fmt.Sprintf("no node has block %d any more: read the state, and follow from height %d or later", pruned.Height, pruned.Lowest)
	}
	return ""
}

func unfunded(address string) string {
	return fmt.Sprintf("account %s has never received coins; send it some AIT first", address)
}

func (e *NodeError) advice() string {
	if strings.Contains(e.cause.Error(), catchingUp) {
		return fmt.Sprintf("the node at %s is still catching up with the chain: wait until it has all blocks, or give the address of another", e.Addr)
	}
	if text := e.cause.Error(); strings.Contains(text, noBlockYet) || strings.Contains(text, betweenBlocks) {
		return fmt.Sprintf("the node at %s has just been started: try again in a moment", e.Addr)
	}
	return fmt.Sprintf("no node answers at %s (%s): start one, or give another address", e.Addr, reason(e.cause))
}

// missing is how the chain speaks of an account that it does not have.
var missing = regexp.MustCompile(`(\S+) does not exist`)

func (e *TxError) advice() string {
	switch {
	case e.is(sdkerrors.ErrInsufficientFunds):
		return "the account has less than the amount and the fee together (" + without(e.Log, sdkerrors.ErrInsufficientFunds) + "): send it more AIT, or spend less"
	case e.is(sdkerrors.ErrInsufficientFee):
		return "the fee is too low (" + without(e.Log, sdkerrors.ErrInsufficientFee) + "): offer a higher price of gas"
	case e.is(sdkerrors.ErrWrongSequence):
		return "another program sends with the same key, and its transactions are not in a block yet: wait for them and send again, or use a key for each program"
	case e.is(sdkerrors.ErrOutOfGas):
		return "the transaction needs more gas than was estimated, because of what others did meanwhile: send it again"
	case e.is(sdkerrors.ErrUnauthorized) && strings.Contains(e.Log, "signature verification failed"):
		return "the signature does not fit the chain: check the chain id, and that the key is the account's own"
	case e.is(sdkerrors.ErrUnknownAddress) && missing.MatchString(e.Log):
		return unfunded(missing.FindStringSubmatch(e.Log)[1])
	case e.is(sdkerrors.ErrMempoolIsFull):
		return "the node has more transactions than it can hold: send again later"
	case e.is(sdkerrors.ErrTxTooLarge):
		return "the transaction is larger than a node takes: send fewer messages at once"
	}
	return ""
}

var whichMessage = regexp.MustCompile(`^failed to execute message; message index: \d+: `)

// without returns the words of a node before the name of the error itself.
func without(log string, name error) string {
	return strings.TrimSuffix(strings.TrimSuffix(whichMessage.ReplaceAllString(log, ""), name.Error()), ": ")
}
