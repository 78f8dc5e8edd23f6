// Package client talks to nodes of the chain from Go programs: typed queries over
// gRPC, transactions that are priced, signed, sent and awaited, and the committed
// blocks with their events, in order.
//
// A client knows one node or several. It asks the one that answered last, and goes on
// to the next when that one does not answer. Nodes may be some blocks apart, so what
// is read may go backwards when the client changes nodes: HeightOf tells which height
// an answer is of. Before a node is asked for anything else, it must say that it
// follows the right chain.
package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/client"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/internal/pause"
)

// Defaults of Options.
const (
	// DefaultTimeoutBlocks is Options.TimeoutBlocks if that is zero.
	DefaultTimeoutBlocks = 60
	// DefaultCallTimeout is Options.CallTimeout if that is zero.
	DefaultCallTimeout = 10 * time.Second
	// DefaultPollInterval is Options.PollInterval if that is zero.
	DefaultPollInterval = 250 * time.Millisecond
	// DefaultPatience is Options.Patience if that is zero.
	DefaultPatience = 10 * time.Second
	// DefaultSentPatience is Options.SentPatience if that is zero.
	DefaultSentPatience = 2 * time.Minute
)

// Options say which nodes and chain a client talks to, as whom, and how patiently.
// GRPC, ChainID, Registry and TxConfig are required; Keys and Fee are for sending, RPC
// is for cursors. Zero values of the others mean their defaults.
type Options struct {
	// GRPC is host:port of the node's gRPC server. The connection is not
	// encrypted: use a node of your own.
	GRPC string
	// Fallbacks are host:port of gRPC servers of other nodes, for when the one
	// before does not answer.
	Fallbacks []string
	// RPC is the URL of the node's CometBFT RPC, such as http://127.0.0.1:26657.
	RPC string
	// RPCFallbacks are those of other nodes, for when the one before does not answer
	// or does not have a block any more.
	RPCFallbacks []string
	// ChainID is the chain that transactions are signed for.
	ChainID string
	// Registry and TxConfig are the chain's codecs.
	Registry codectypes.InterfaceRegistry
	TxConfig client.TxConfig
	// Keys holds the keys that sign.
	Keys keyring.Keyring
	// Fee returns what so much gas costs.
	Fee func(gas uint64) sdk.Coin

	// TimeoutBlocks is for how many blocks after it was signed a transaction is
	// valid: 60. A longer time keeps a lost transaction undecided for longer.
	TimeoutBlocks uint64
	// CallTimeout bounds one question to one node: 10 s.
	CallTimeout time.Duration
	// PollInterval is how often nodes are asked for a sent transaction, and for the
	// next block: 250 ms.
	PollInterval time.Duration
	// Patience bounds the sum of the pauses for which nodes that don't answer, or
	// can't take a transaction yet, are asked again: 10 s. Cursors have it too.
	Patience time.Duration
	// SentPatience is the same once a transaction may be on its way, and to give up
	// leaves its fate open: 2 min.
	SentPatience time.Duration
	// Wait waits, or returns the context's error: a timer. Tests replace it.
	Wait func(ctx context.Context, d time.Duration) error
	// Seed is where the jitter of pauses starts: at random.
	Seed uint64
}

func (o Options) withDefaults() Options {
	if o.TimeoutBlocks == 0 {
		o.TimeoutBlocks = DefaultTimeoutBlocks
	}
	if o.CallTimeout <= 0 {
		o.CallTimeout = DefaultCallTimeout
	}
	if o.PollInterval <= 0 {
		o.PollInterval = DefaultPollInterval
	}
	if o.Patience <= 0 {
		o.Patience = DefaultPatience
	}
	if o.SentPatience <= 0 {
		o.SentPatience = DefaultSentPatience
	}
	if o.Wait == nil {
		o.Wait = pause.For
	}
	return o
}

func (o Options) validate() error {
	if o.GRPC == "" || o.ChainID == "" || o.Registry == nil || o.TxConfig == nil {
		return errors.New("client: expected an address, a chain id and codecs")
	}
	if o.RPC == "" && len(o.RPCFallbacks) > 0 {
		return errors.New("client: expected an RPC address before its fallbacks")
	}
	if o.TimeoutBlocks > math.MaxInt32 {
		return fmt.Errorf("client: expected a timeout of at most %d blocks, got %d", math.MaxInt32, o.TimeoutBlocks)
	}
	return nil
}

// Client is safe for use by several goroutines.
type Client struct {
	options Options
	conn    *failover
	rpcs    []*rpcNode
	jitter  *source

	mu sync.Mutex
	// signers are by address.
	signers map[string]*signer
}

// New returns a client. It does not connect before it is used.
func New(o Options) (*Client, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	rpcs, err := newRPCNodes(o)
	if err != nil {
		return nil, err
	}
	conn, err := newFailover(o)
	if err != nil {
		return nil, err
	}
	return &Client{
		options: o, conn: conn, rpcs: rpcs, jitter: newSource(o.Seed), signers: map[string]*signer{},
	}, nil
}

// Conn is the connection for the query clients that the modules generate, as in
// banktypes.NewQueryClient(c.Conn()). A question that a node does not answer is asked
// of the next one; if none answers, the error is a *NodeError with the gRPC status
// Unavailable. A stream stays with the node that it was opened at.
func (c *Client) Conn() grpc.ClientConnInterface { return c.conn }

// Close ends all connections.
func (c *Client) Close() error {
	for _, n := range c.rpcs {
		n.http.CloseIdleConnections()
	}
	return c.conn.Close()
}
