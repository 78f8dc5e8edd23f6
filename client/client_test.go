package client_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/std"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aitbc/aitbc/client"
)

const simulatedGas = 100_001

// node answers as a node would, and keeps what it was sent.
type node struct {
	txtypes.UnimplementedServiceServer
	authtypes.UnimplementedQueryServer

	decode    sdk.TxDecoder
	simulated error
	refusal   *sdk.TxResponse
	outcome   *sdk.TxResponse
	asked     int // how often GetTx was asked
	sent      sdk.Tx
}

func (n *node) AccountInfo(context.Context, *authtypes.QueryAccountInfoRequest) (*authtypes.QueryAccountInfoResponse, error) {
	return &authtypes.QueryAccountInfoResponse{Info: &authtypes.BaseAccount{AccountNumber: 7, Sequence: 3}}, nil
}

func (n *node) Simulate(context.Context, *txtypes.SimulateRequest) (*txtypes.SimulateResponse, error) {
	if n.simulated != nil {
		return nil, n.simulated
	}
	return &txtypes.SimulateResponse{GasInfo: &sdk.GasInfo{GasUsed: simulatedGas}}, nil
}

func (n *node) BroadcastTx(_ context.Context, req *txtypes.BroadcastTxRequest) (*txtypes.BroadcastTxResponse, error) {
	if n.refusal != nil {
		return &txtypes.BroadcastTxResponse{TxResponse: n.refusal}, nil
	}
	tx, err := n.decode(req.TxBytes)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	n.sent = tx
	return &txtypes.BroadcastTxResponse{TxResponse: &sdk.TxResponse{TxHash: "AB"}}, nil
}

// GetTx finds the transaction when it is asked for the second time.
func (n *node) GetTx(context.Context, *txtypes.GetTxRequest) (*txtypes.GetTxResponse, error) {
	if n.asked++; n.asked < 2 {
		return nil, status.Error(codes.NotFound, "tx not found")
	}
	return &txtypes.GetTxResponse{TxResponse: n.outcome}, nil
}

// serve starts the node and returns a client of it with the key alice.
func serve(t *testing.T, n *node) (*client.Client, *banktypes.MsgSend) {
	t.Helper()
	registry := codectypes.NewInterfaceRegistry()
	std.RegisterInterfaces(registry)
	authtypes.RegisterInterfaces(registry)
	banktypes.RegisterInterfaces(registry)
	cdc := codec.NewProtoCodec(registry)
	txConfig := authtx.NewTxConfig(cdc, authtx.DefaultSignModes)
	n.decode = txConfig.TxDecoder()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.ForceServerCodec(cdc.GRPCCodec()))
	txtypes.RegisterServiceServer(server, n)
	authtypes.RegisterQueryServer(server, n)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)

	keys := keyring.NewInMemory(cdc)
	record, _, err := keys.NewMnemonic("alice", keyring.English, sdk.FullFundraiserPath, "", hd.Secp256k1)
	if err != nil {
		t.Fatal(err)
	}
	alice, err := record.GetAddress()
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(client.Options{
		GRPC: listener.Addr().String(), ChainID: "test-1", Registry: registry, TxConfig: txConfig, Keys: keys,
		Fee: func(gas uint64) sdk.Coin { return sdk.NewInt64Coin("uait", int64(gas)/100) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c, banktypes.NewMsgSend(alice, alice, sdk.NewCoins(sdk.NewInt64Coin("uait", 1)))
}

func TestSend(t *testing.T) {
	n := &node{outcome: &sdk.TxResponse{TxHash: "AB", Height: 12, GasUsed: 99}}
	c, msg := serve(t, n)
	got, err := c.Send(t.Context(), "alice", msg)
	if err != nil {
		t.Fatal(err)
	}
	// 100,001 x 1.4, rounded down; the fee is a hundredth of it.
	if got.Hash != "AB" || got.Height != 12 || got.GasUsed != 99 || got.GasLimit != 140_001 || got.Fee.String() != "1400uait" {
		t.Errorf("unexpected result %+v", got)
	}
	fee := n.sent.(sdk.FeeTx)
	if fee.GetGas() != got.GasLimit || fee.GetFee().String() != "1400uait" {
		t.Errorf("expected what was reported to be what was sent, got %d and %s", fee.GetGas(), fee.GetFee())
	}
	if n.asked != 2 {
		t.Errorf("expected to be asked until the transaction is found, got %d times", n.asked)
	}
}

func TestSendFailures(t *testing.T) {
	for name, tc := range map[string]struct {
		node *node
		from string
		want string
		code uint32
	}{
		"estimate": {
			node: &node{simulated: status.Error(codes.Unknown, "insufficient funds")}, from: "alice",
			want: "estimate gas: insufficient funds",
		},
		"refused": {
			node: &node{refusal: &sdk.TxResponse{Codespace: "sdk", Code: 13, RawLog: "fee too low"}}, from: "alice",
			want: "transaction refused by the node with sdk code 13: fee too low", code: 13,
		},
		"failed": {
			node: &node{outcome: &sdk.TxResponse{TxHash: "AB", Codespace: "sdk", Code: 11, RawLog: "out of gas"}}, from: "alice",
			want: "transaction failed in its block with sdk code 11: out of gas", code: 11,
		},
		"unknown key": {node: &node{}, from: "mallory", want: "key mallory: "},
	} {
		t.Run(name, func(t *testing.T) {
			c, msg := serve(t, tc.node)
			_, err := c.Send(t.Context(), tc.from, msg)
			if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Fatalf("expected %q, got %v", tc.want, err)
			}
			if refused := (*client.TxError)(nil); tc.code != 0 && (!errors.As(err, &refused) || refused.Code != tc.code) {
				t.Errorf("expected a TxError with code %d, got %v", tc.code, err)
			}
		})
	}
}

func TestNewNeedsItsOptions(t *testing.T) {
	if _, err := client.New(client.Options{}); err == nil {
		t.Error("expected an error")
	}
}
