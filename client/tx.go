package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
)

const (
	// An estimate is multiplied by 1.4: gas depends on what others do meanwhile.
	gasMarginNumerator   = 14
	gasMarginDenominator = 10

	// pollInterval is how often a sent transaction is asked for.
	pollInterval = 200 * time.Millisecond
)

// Result is a transaction that succeeded in a block.
type Result struct {
	Hash    string
	Height  int64
	GasUsed int64
	// GasLimit is what was paid for.
	GasLimit uint64
	Fee      sdk.Coin
	Events   []abci.Event
}

// TxError is the chain's refusal of a transaction. Hash is set if it got into a
// block and failed there, which costs its fee.
type TxError struct {
	Codespace string
	Code      uint32
	Log       string
	Hash      string
}

// Error implements error.
func (e *TxError) Error() string {
	where := "refused by the node"
	if e.Hash != "" {
		where = "failed in its block"
	}
	return fmt.Sprintf("transaction %s with %s code %d: %s", where, e.Codespace, e.Code, e.Log)
}

// Send makes one transaction of the messages, signed by the named key, and
// returns when it is in a block. Gas is estimated by the node. The node must
// index transactions. A refusal or failure is a *TxError; when ctx ends first,
// the transaction may still get into a block.
func (c *Client) Send(ctx context.Context, from string, msgs ...sdk.Msg) (Result, error) {
	if c.options.Keys == nil || c.options.Fee == nil {
		return Result{}, errors.New("client: expected keys and a price of gas for sending")
	}
	factory, err := c.prepare(ctx, from)
	if err != nil {
		return Result{}, err
	}
	service := txtypes.NewServiceClient(c.conn)
	gas, err := estimate(ctx, service, factory, msgs)
	if err != nil {
		return Result{}, err
	}
	fee := c.options.Fee(gas)
	raw, err := sign(ctx, factory.WithGas(gas).WithFees(fee.String()), from, c, msgs)
	if err != nil {
		return Result{}, err
	}
	sent, err := service.BroadcastTx(ctx, &txtypes.BroadcastTxRequest{TxBytes: raw, Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC})
	if err != nil {
		return Result{}, fmt.Errorf("send the transaction: %w", err)
	}
	if r := sent.TxResponse; r.Code != 0 {
		return Result{}, &TxError{Codespace: r.Codespace, Code: r.Code, Log: r.RawLog}
	}
	done, err := await(ctx, service, sent.TxResponse.TxHash)
	if err != nil {
		return Result{}, err
	}
	if done.Code != 0 {
		return Result{}, &TxError{Codespace: done.Codespace, Code: done.Code, Log: done.RawLog, Hash: done.TxHash}
	}
	return Result{
		Hash: done.TxHash, Height: done.Height, GasUsed: done.GasUsed, GasLimit: gas, Fee: fee, Events: done.Events,
	}, nil
}

// prepare asks the chain for the number and sequence of the key's account.
func (c *Client) prepare(ctx context.Context, from string) (clienttx.Factory, error) {
	record, err := c.options.Keys.Key(from)
	if err != nil {
		return clienttx.Factory{}, fmt.Errorf("key %s: %w", from, err)
	}
	addr, err := record.GetAddress()
	if err != nil {
		return clienttx.Factory{}, err
	}
	res, err := authtypes.NewQueryClient(c.conn).AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: addr.String()})
	if err != nil {
		return clienttx.Factory{}, fmt.Errorf("account of %s: %w", from, err)
	}
	return clienttx.Factory{}.
		WithTxConfig(c.options.TxConfig).
		WithKeybase(c.options.Keys).
		WithFromName(from).
		WithSimulateAndExecute(true). // the estimate counts the key's own type
		WithChainID(c.options.ChainID).
		WithSignMode(signing.SignMode_SIGN_MODE_DIRECT).
		WithAccountNumber(res.Info.AccountNumber).
		WithSequence(res.Info.Sequence), nil
}

func estimate(ctx context.Context, service txtypes.ServiceClient, f clienttx.Factory, msgs []sdk.Msg) (uint64, error) {
	raw, err := f.BuildSimTx(msgs...)
	if err != nil {
		return 0, fmt.Errorf("build the transaction: %w", err)
	}
	res, err := service.Simulate(ctx, &txtypes.SimulateRequest{TxBytes: raw})
	if err != nil {
		return 0, fmt.Errorf("estimate gas: %s", status.Convert(err).Message())
	}
	return res.GasInfo.GasUsed * gasMarginNumerator / gasMarginDenominator, nil
}

func sign(ctx context.Context, f clienttx.Factory, from string, c *Client, msgs []sdk.Msg) ([]byte, error) {
	builder, err := f.BuildUnsignedTx(msgs...)
	if err != nil {
		return nil, fmt.Errorf("build the transaction: %w", err)
	}
	if err := clienttx.Sign(ctx, f, from, builder, true); err != nil {
		return nil, fmt.Errorf("sign as %s: %w", from, err)
	}
	return c.options.TxConfig.TxEncoder()(builder.GetTx())
}

// await asks for the transaction until it is in a block.
func await(ctx context.Context, service txtypes.ServiceClient, hash string) (*sdk.TxResponse, error) {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		res, err := service.GetTx(ctx, &txtypes.GetTxRequest{Hash: hash})
		switch {
		case err == nil:
			return res.TxResponse, nil
		case status.Code(err) != codes.NotFound:
			return nil, fmt.Errorf("ask for transaction %s: %w", hash, err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("transaction %s is not in a block yet: %w", hash, ctx.Err())
		case <-ticker.C:
		}
	}
}
