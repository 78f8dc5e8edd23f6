package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	grpcbackoff "google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/codec"
	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
)

const (
	// maxAnswer holds a block of the largest size that CometBFT allows.
	maxAnswer = 128 << 20
	// connectTimeout bounds one attempt to connect.
	connectTimeout = 5 * time.Second
	// momentTries and momentPause are for nodes that are between two blocks.
	momentTries = 5
	momentPause = 20 * time.Millisecond
)

// What nodes say that are up, but can't do what is asked yet. They have no code for it.
const (
	catchingUp    = "while node is catching up"
	betweenBlocks = "context did not contain latest block height"
	noBlockYet    = "please wait for first block"
)

// failover is a connection to several nodes. It asks the one that answered last.
type failover struct {
	chainID string
	timeout time.Duration
	wait    func(context.Context, time.Duration) error
	nodes   []*node
	// at is the index of the node that is asked.
	at atomic.Int64
}

type node struct {
	addr string
	conn *grpc.ClientConn
	// known says that the node follows the right chain. It is asked again after each
	// failure: another node may have come up at the address.
	known atomic.Bool
}

func newFailover(o Options) (*failover, error) {
	f := &failover{chainID: o.ChainID, timeout: o.CallTimeout, wait: o.Wait}
	for _, addr := range append([]string{o.GRPC}, o.Fallbacks...) {
		conn, err := grpc.NewClient(addr,
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			// With gRPC's own settings a node that was away for long would not be
			// tried for two minutes after its return.
			grpc.WithConnectParams(grpc.ConnectParams{
				Backoff:           grpcbackoff.Config{BaseDelay: firstPause, Multiplier: 2, Jitter: 0.2, MaxDelay: time.Second},
				MinConnectTimeout: connectTimeout,
			}),
			grpc.WithDefaultCallOptions(
				grpc.ForceCodec(codec.NewProtoCodec(o.Registry).GRPCCodec()),
				grpc.MaxCallRecvMsgSize(maxAnswer)))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("client: %s is not an address: %w", addr, err), f.Close())
		}
		f.nodes = append(f.nodes, &node{addr: addr, conn: conn})
	}
	return f, nil
}

// Close ends all connections.
func (f *failover) Close() error {
	errs := make([]error, 0, len(f.nodes))
	for _, n := range f.nodes {
		errs = append(errs, n.conn.Close())
	}
	return errors.Join(errs...)
}

// Invoke implements grpc.ClientConnInterface.
func (f *failover) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	for n := 1; ; n++ {
		err := f.once(ctx, method, args, reply, opts...)
		silent := (*NodeError)(nil)
		if ctx.Err() != nil || !errors.As(err, &silent) {
			return err
		}
		if n < len(f.nodes) {
			continue
		}
		if n >= len(f.nodes)+momentTries || !strings.Contains(err.Error(), betweenBlocks) {
			return err
		}
		if f.wait(ctx, momentPause) != nil {
			return err
		}
	}
}

// NewStream implements grpc.ClientConnInterface.
func (f *failover) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	var err error
	for range f.nodes {
		at, n := f.current()
		var stream grpc.ClientStream
		if err = f.recognise(ctx, n); err == nil {
			stream, err = n.conn.NewStream(ctx, desc, method, opts...)
		}
		if err == nil {
			return stream, nil
		}
		if err = f.judge(ctx, at, err); ctx.Err() != nil || status.Code(err) != codes.Unavailable {
			break
		}
	}
	return nil, err
}

// once asks one node, once. If that does not answer, the next question goes to the next
// one.
func (f *failover) once(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	at, n := f.current()
	limited, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	err := f.recognise(limited, n)
	if err == nil {
		err = n.conn.Invoke(limited, method, args, reply, opts...)
	}
	return f.judge(ctx, at, err)
}

func (f *failover) current() (int64, *node) {
	at := f.at.Load()
	return at, f.nodes[at]
}

// judge turns the failure of a node into a *NodeError and leaves the node. What a node
// answers stays as it is, and so does everything after the end of ctx.
func (f *failover) judge(ctx context.Context, at int64, err error) error {
	if err == nil || ctx.Err() != nil || !passing(err) {
		return err
	}
	f.nodes[at].known.Store(false)
	f.at.CompareAndSwap(at, (at+1)%int64(len(f.nodes)))
	return &NodeError{Addr: f.nodes[at].addr, cause: err}
}

// recognise returns a *WrongChainError if the node follows another chain.
func (f *failover) recognise(ctx context.Context, n *node) error {
	if n.known.Load() {
		return nil
	}
	info, err := cmtservice.NewServiceClient(n.conn).GetNodeInfo(ctx, &cmtservice.GetNodeInfoRequest{})
	if err != nil {
		return err
	}
	if got := info.DefaultNodeInfo.GetNetwork(); got != f.chainID {
		return &WrongChainError{Addr: n.addr, Expected: f.chainID, Got: got}
	}
	n.known.Store(true)
	return nil
}

// doubt makes the node that is asked next say again which chain it follows.
func (f *failover) doubt() {
	_, n := f.current()
	n.known.Store(false)
}

// single is a connection that asks one node once: for what must not be sent a second
// time unnoticed.
type single struct{ *failover }

// Invoke implements grpc.ClientConnInterface.
func (s single) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	return s.once(ctx, method, args, reply, opts...)
}

// passing reports whether a node gave no answer, but may later.
func passing(err error) bool {
	silence := []codes.Code{codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.Aborted}
	if slices.Contains(silence, status.Code(err)) {
		return true
	}
	text := err.Error()
	return strings.Contains(text, catchingUp) || strings.Contains(text, betweenBlocks) || strings.Contains(text, noBlockYet)
}

// HeightOf returns the height of the state that a query was answered from. It is in the
// header of the answer, which the option grpc.Header of a query gets:
//
//	var header metadata.MD
//	bank.Balance(ctx, request, grpc.Header(&header))
//	height, err := client.HeightOf(header)
func HeightOf(header metadata.MD) (int64, error) {
	values := header.Get(grpctypes.GRPCBlockHeightHeader)
	if len(values) == 0 {
		return 0, fmt.Errorf("expected the header %s in the answer of the node, got none", grpctypes.GRPCBlockHeightHeader)
	}
	height, err := strconv.ParseInt(values[0], 10, 64)
	if err != nil || height < 0 {
		return 0, fmt.Errorf("header %s: expected a height, got %q", grpctypes.GRPCBlockHeightHeader, values[0])
	}
	return height, nil
}
