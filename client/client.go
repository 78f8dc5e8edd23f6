// Package client talks to a node of the chain from Go programs: typed queries
// over one gRPC connection, and transactions that are priced, signed, sent and
// awaited.
package client

import (
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Options say which node and chain a client talks to, and as whom. All fields
// are required, except Keys for a client that only queries.
type Options struct {
	// GRPC is host:port of the node's gRPC server. The connection is not
	// encrypted: use a node of your own.
	GRPC string
	// ChainID is the chain that transactions are signed for.
	ChainID string
	// Registry and TxConfig are the chain's codecs.
	Registry codectypes.InterfaceRegistry
	TxConfig client.TxConfig
	// Keys holds the keys that sign.
	Keys keyring.Keyring
	// Fee returns what so much gas costs.
	Fee func(gas uint64) sdk.Coin
}

// Client is safe for use by several goroutines; transactions of one key must be
// sent one after the other.
type Client struct {
	options Options
	conn    *grpc.ClientConn
}

// New returns a client. It does not connect before it is used.
func New(o Options) (*Client, error) {
	if o.GRPC == "" || o.ChainID == "" || o.Registry == nil || o.TxConfig == nil {
		return nil, errors.New("client: expected an address, a chain id and codecs")
	}
	conn, err := grpc.NewClient(o.GRPC,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(codec.NewProtoCodec(o.Registry).GRPCCodec())))
	if err != nil {
		return nil, fmt.Errorf("client: %s is not an address: %w", o.GRPC, err)
	}
	return &Client{options: o, conn: conn}, nil
}

// Conn is the connection for the query clients that the modules generate, as in
// banktypes.NewQueryClient(c.Conn()).
func (c *Client) Conn() grpc.ClientConnInterface { return c.conn }

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }
