package client

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/cometbft/cometbft/crypto/tmhash"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	errorsmod "cosmossdk.io/errors"

	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
)

const (
	// An estimate is multiplied by 1.4: gas depends on what others do meanwhile.
	gasMarginNumerator   = 14
	gasMarginDenominator = 10

	// resendBlocks is how long a transaction may stay out of blocks before it is sent
	// again: the node that took it may have lost it.
	resendBlocks = 3
)

func withMargin(gas uint64) uint64 { return gas * gasMarginNumerator / gasMarginDenominator }

// attempt is a signed transaction.
type attempt struct {
	address  string
	sequence uint64
	raw      []byte
	hash     string
	gas      uint64
	fee      sdk.Coin
	// since is a height that the chain had before the transaction was signed; it is
	// in no block up to there.
	since int64
	// timeout is the last height that can have it.
	timeout int64

	mu sync.Mutex
	// taken says that a node took it, at the height sentAt or before.
	taken  bool
	sentAt int64
	// refusal is what was said against it last, after it was sent.
	refusal *TxError
}

// due reports whether the transaction has to be sent again at a height.
func (a *attempt) due(height int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if answered := a.taken || a.refusal != nil; answered && height < a.sentAt+resendBlocks {
		return false
	}
	a.sentAt = height
	return true
}

// heard takes note of what a node said.
func (a *attempt) heard(err error) {
	refused := (*TxError)(nil)
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case err == nil:
		a.taken, a.refusal = true, nil
	case !errors.As(err, &refused):
	case refused.is(sdkerrors.ErrWrongSequence), refused.is(sdkerrors.ErrTxTimeoutHeight), refused.is(sdkerrors.ErrMempoolIsFull):
		// This says nothing about the transaction itself.
	default:
		a.refusal = refused
	}
}

// refused returns why the transaction is not wanted, or nil.
func (a *attempt) refused() *TxError {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.refusal
}

// draft returns what the next transaction is made with, apart from its gas, and a height
// that the chain has.
func (s *signer) draft(ctx context.Context) (clienttx.Factory, int64, error) {
	acc, err := s.client.account(ctx, s.address)
	if err != nil {
		return clienttx.Factory{}, 0, err
	}
	o := s.client.options
	s.next = max(s.next, acc.sequence)
	timeout := acc.height + int64(o.TimeoutBlocks)
	if s.next < s.unsigned {
		// The same messages with the same sequence and timeout would be the same
		// transaction: it would happen once, for two that want it.
		timeout = max(timeout, s.latest+1)
	}
	return clienttx.Factory{}.
		WithTxConfig(o.TxConfig).
		WithKeybase(o.Keys).
		WithFromName(s.name).
		WithSimulateAndExecute(true). // the estimate counts the key's own type
		WithChainID(o.ChainID).
		WithSignMode(signing.SignMode_SIGN_MODE_DIRECT).
		WithTimeoutHeight(uint64(timeout)).
		WithAccountNumber(acc.number).
		WithSequence(s.next), acc.height, nil
}

// sign makes a transaction with the next sequence and at least so much gas.
func (s *signer) sign(ctx context.Context, msgs []sdk.Msg, leastGas uint64) (*attempt, error) {
	draft, height, err := s.draft(ctx)
	if err != nil {
		return nil, err
	}
	gas, err := s.client.estimate(ctx, draft, msgs)
	if err != nil {
		return nil, err
	}
	gas = max(gas, leastGas)
	fee := s.client.options.Fee(gas)
	draft = draft.WithGas(gas).WithFees(fee.String())
	builder, err := draft.BuildUnsignedTx(msgs...)
	if err != nil {
		return nil, fmt.Errorf("build the transaction: %w", err)
	}
	if err := clienttx.Sign(ctx, draft, s.name, builder, true); err != nil {
		return nil, fmt.Errorf("sign as %s: %w", s.name, err)
	}
	raw, err := s.client.options.TxConfig.TxEncoder()(builder.GetTx())
	if err != nil {
		return nil, fmt.Errorf("build the transaction: %w", err)
	}
	timeout := int64(draft.TimeoutHeight())
	s.unsigned, s.latest = max(s.unsigned, s.next+1), max(s.latest, timeout)
	return &attempt{
		address: s.address, sequence: s.next, raw: raw, hash: fmt.Sprintf("%X", tmhash.Sum(raw)), gas: gas, fee: fee,
		since: height, timeout: timeout, sentAt: height,
	}, nil
}

// estimate asks a node how much gas messages need. A *TxError says that they would fail.
func (c *Client) estimate(ctx context.Context, draft clienttx.Factory, msgs []sdk.Msg) (uint64, error) {
	raw, err := draft.BuildSimTx(msgs...)
	if err != nil {
		return 0, fmt.Errorf("build the transaction: %w", err)
	}
	res, err := txtypes.NewServiceClient(c.conn).Simulate(ctx, &txtypes.SimulateRequest{TxBytes: raw})
	switch code := status.Code(err); {
	case err == nil:
		return withMargin(res.GasInfo.GasUsed), nil
	case errors.As(err, new(*WrongChainError)):
		return 0, err
	case code == codes.Unknown || code == codes.InvalidArgument:
		return 0, estimated(status.Convert(err).Message())
	default:
		return 0, fmt.Errorf("estimate gas: %w", err)
	}
}

// remarks are what a node adds to the reason of a refusal for its own developers.
var remarks = regexp.MustCompile(`\s*\[[^\[\]\s]*\.go:\d+\]| with gas used: '\d+'`)

// usual are the errors that a refusal while estimating is recognised as.
var usual = []*errorsmod.Error{
	sdkerrors.ErrInsufficientFunds, sdkerrors.ErrInsufficientFee, sdkerrors.ErrWrongSequence, sdkerrors.ErrOutOfGas,
	sdkerrors.ErrUnknownAddress, sdkerrors.ErrUnauthorized, sdkerrors.ErrInvalidRequest, sdkerrors.ErrInvalidAddress,
}

// estimated returns the refusal that a node put in words only.
func estimated(text string) *TxError {
	text = remarks.ReplaceAllString(text, "")
	e := &TxError{Codespace: errorsmod.UndefinedCodespace, Code: 1, Log: text, Estimated: true}
	for _, known := range usual {
		if strings.HasSuffix(text, known.Error()) {
			e.Codespace, e.Code = known.Codespace(), known.ABCICode()
		}
	}
	return e
}

// is reports whether the refusal is for a reason that the SDK has a code for.
func (e *TxError) is(reason *errorsmod.Error) bool {
	return e.Codespace == reason.Codespace() && e.Code == reason.ABCICode()
}

// broadcast sends a transaction to one node, once. A *TxError says that the node refused
// it. After another error the node may have taken it, unless nowhere says otherwise.
func (c *Client) broadcast(ctx context.Context, a *attempt) error {
	res, err := txtypes.NewServiceClient(single{c.conn}).BroadcastTx(ctx, &txtypes.BroadcastTxRequest{
		TxBytes: a.raw, Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC,
	})
	if err == nil && res.TxResponse == nil {
		err = status.Error(codes.Unknown, "the node answers without a response")
	}
	if err == nil && res.TxResponse.Code != 0 {
		r := res.TxResponse
		if refused := (&TxError{Codespace: r.Codespace, Code: r.Code, Log: r.RawLog}); !refused.is(sdkerrors.ErrTxInMempoolCache) {
			err = refused
		}
	}
	a.heard(err)
	return err
}

// resend sends a transaction again that may have been lost. What comes of it is seen in
// blocks.
func (c *Client) resend(ctx context.Context, a *attempt) { _ = c.broadcast(ctx, a) }

// nowhere reports whether a transaction that was sent for the first time did certainly
// not leave the node, given what broadcast returned.
func nowhere(err error) bool {
	switch {
	case err == nil:
		return false
	case errors.As(err, new(*TxError)), errors.As(err, new(*WrongChainError)):
		return true
	case strings.Contains(err.Error(), catchingUp):
		return true
	}
	refusals := []codes.Code{
		codes.InvalidArgument, codes.Unimplemented, codes.PermissionDenied, codes.Unauthenticated, codes.ResourceExhausted,
	}
	return slices.Contains(refusals, status.Code(err))
}
