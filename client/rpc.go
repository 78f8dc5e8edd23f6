package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	rpctypes "github.com/cometbft/cometbft/rpc/jsonrpc/types"
)

// What the RPC of a node says in words only.
const (
	noResults       = "could not find results for height"
	resultsNotSaved = "node is not persisting finalize block responses"
)

var (
	// errNotYet says that a node does not have a block yet.
	errNotYet = errors.New("the block is not there yet")
	// errNotSaved says that a node never has what cursors need.
	errNotSaved = errors.New("expected a node that keeps the results of blocks (storage.discard_abci_responses = false in config.toml)")
)

// goneError says that one node does not have a block any more.
type goneError struct {
	// lowest is the lowest height that it may have.
	lowest int64
}

// Error implements error.
func (e *goneError) Error() string { return fmt.Sprintf("the lowest block is %d", e.lowest) }

// rpcNode is the CometBFT RPC of a node.
type rpcNode struct {
	addr string
	rpc  *rpchttp.HTTP
	http *http.Client
}

// newRPCNodes returns the nodes of the options; none if there is no address.
func newRPCNodes(o Options) ([]*rpcNode, error) {
	if o.RPC == "" {
		return nil, nil
	}
	nodes := make([]*rpcNode, 0, 1+len(o.RPCFallbacks))
	for _, addr := range append([]string{o.RPC}, o.RPCFallbacks...) {
		u, err := url.Parse(addr)
		if err != nil || !slices.Contains([]string{"http", "https", "tcp"}, u.Scheme) || u.Host == "" {
			return nil, fmt.Errorf("client: RPC address: expected one like http://127.0.0.1:26657, got %q", addr)
		}
		hc := &http.Client{Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: connectTimeout}).DialContext,
			TLSHandshakeTimeout: connectTimeout,
			IdleConnTimeout:     time.Minute,
			// An answer that is unpacked on the way could be of any size.
			DisableCompression: true,
		}}
		rpc, err := rpchttp.NewWithClient(addr, "/websocket", hc)
		if err != nil {
			return nil, fmt.Errorf("client: RPC address %s: %w", addr, err)
		}
		nodes = append(nodes, &rpcNode{addr: addr, rpc: rpc, http: hc})
	}
	return nodes, nil
}

// recognise returns a *WrongChainError if the node follows another chain.
func (n *rpcNode) recognise(ctx context.Context, chainID string) error {
	res, err := n.rpc.Status(ctx)
	if err != nil {
		return n.failed(err)
	}
	if got := res.NodeInfo.Network; got != chainID {
		return &WrongChainError{Addr: n.addr, Expected: chainID, Got: got}
	}
	return nil
}

// head returns the newest height whose state the node has committed. The results of all
// blocks up to it are there, and queries see their effects.
func (n *rpcNode) head(ctx context.Context) (int64, error) {
	res, err := n.rpc.ABCIInfo(ctx)
	if err != nil {
		return 0, n.failed(err)
	}
	return res.Response.LastBlockHeight, nil
}

// block returns a block and its results. It returns a *goneError if the node has them no
// more.
func (n *rpcNode) block(ctx context.Context, height int64) (*coretypes.ResultBlock, *coretypes.ResultBlockResults, error) {
	block, err := n.rpc.Block(ctx, &height)
	if err == nil && (block.Block == nil || block.Block.Height != height) {
		err = fmt.Errorf("expected block %d, got another", height)
	}
	if err != nil {
		return nil, nil, n.lacking(ctx, height, err)
	}
	results, err := n.rpc.BlockResults(ctx, &height)
	switch {
	case err == nil && len(results.TxsResults) == len(block.Block.Txs):
		return block, results, nil
	case err == nil:
		return nil, nil, n.failed(fmt.Errorf("block %d: expected results of %d transactions, got %d", height, len(block.Block.Txs), len(results.TxsResults)))
	case strings.Contains(err.Error(), resultsNotSaved):
		return nil, nil, fmt.Errorf("node %s: %w", n.addr, errNotSaved)
	case strings.Contains(err.Error(), noResults):
		return nil, nil, n.withoutResults(ctx, height)
	default:
		return nil, nil, n.lacking(ctx, height, err)
	}
}

// lacking finds out whether a node did not give a block because it has pruned it.
func (n *rpcNode) lacking(ctx context.Context, height int64, cause error) error {
	if !errors.As(cause, new(*rpctypes.RPCError)) {
		return n.failed(cause)
	}
	res, err := n.rpc.Status(ctx)
	if err != nil {
		return n.failed(err)
	}
	if lowest := res.SyncInfo.EarliestBlockHeight; lowest > height {
		return &goneError{lowest: lowest}
	}
	return n.failed(cause)
}

// withoutResults tells of a block without results: those of the newest one come a moment
// after it, but a node that has gone on and has none was set up from a snapshot.
func (n *rpcNode) withoutResults(ctx context.Context, height int64) error {
	head, err := n.head(ctx)
	if err != nil {
		return err
	}
	if head > height {
		return &goneError{lowest: height + 1}
	}
	return errNotYet
}

// failed returns the error for a node that gave no answer, or none that can be used.
func (n *rpcNode) failed(err error) error {
	answered := (*rpctypes.RPCError)(nil)
	if errors.As(err, &answered) {
		err = errors.New(strings.TrimPrefix(answered.Message+": "+answered.Data, "Internal error: "))
	}
	return &NodeError{Addr: n.addr, cause: err}
}
