package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/tmhash"
	"github.com/cometbft/cometbft/proto/tendermint/p2p"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

const (
	chainID      = "test-1"
	simulatedGas = 100_001
	firstHeight  = 100
)

// chain is a chain in memory with the account of alice. It goes on when mine is called.
type chain struct {
	decode sdk.TxDecoder
	alice  string

	mu       sync.Mutex
	height   int64
	sequence uint64
	blocks   map[int64][]included
	nodes    []*node
	// outcome is what becomes of a transaction in a block. It uses up its sequence
	// unless unpaid is true. By default all succeed.
	outcome func(tx sdk.Tx) (result *abci.ExecTxResult, unpaid bool)
	// perBlock bounds the transactions of a block, if it is not 0.
	perBlock int
	unfunded bool
}

type included struct {
	raw    []byte
	result *abci.ExecTxResult
}

// change calls f while no node answers.
func (c *chain) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// at returns the height.
func (c *chain) at() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.height
}

// mine makes a block of what the nodes have that are not cut off.
func (c *chain) mine() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.height++
	for _, n := range c.nodes {
		if n.cutOff {
			continue
		}
		left := n.pool[:0:0]
		for _, raw := range n.pool {
			if !c.include(raw) {
				left = append(left, raw)
			}
		}
		n.pool = left
	}
	for _, n := range c.nodes {
		n.pool = slices.DeleteFunc(n.pool, c.outdated)
	}
}

// include puts a transaction into the block if its turn has come.
func (c *chain) include(raw []byte) bool {
	tx := c.mustDecode(raw)
	full := c.perBlock > 0 && len(c.blocks[c.height]) == c.perBlock
	if sequenceOf(tx) != c.sequence || c.outdated(raw) || full {
		return false
	}
	result, unpaid := c.outcome(tx)
	if !unpaid {
		result.Events = append(result.Events, abci.Event{Type: "tx", Attributes: []abci.EventAttribute{
			{Key: "acc_seq", Value: fmt.Sprintf("%s/%d", c.alice, c.sequence)},
		}})
		c.sequence++
	}
	c.blocks[c.height] = append(c.blocks[c.height], included{raw, result})
	return true
}

// outdated reports whether no later block can have a transaction.
func (c *chain) outdated(raw []byte) bool {
	tx := c.mustDecode(raw)
	return sequenceOf(tx) < c.sequence || int64(tx.(sdk.TxWithTimeoutHeight).GetTimeoutHeight()) < c.height
}

func (c *chain) mustDecode(raw []byte) sdk.Tx {
	tx, err := c.decode(raw)
	if err != nil {
		panic(err)
	}
	return tx
}

func sequenceOf(tx sdk.Tx) uint64 {
	signatures, err := tx.(authsigning.SigVerifiableTx).GetSignaturesV2()
	if err != nil {
		panic(err)
	}
	return signatures[0].Sequence
}

// amountOf returns the uait that a transfer moves, by which tests know it.
func amountOf(tx sdk.Tx) int64 {
	return tx.GetMsgs()[0].(*banktypes.MsgSend).Amount.AmountOf("uait").Int64()
}

// transfers returns the amounts of the transfers that succeeded, in their order.
func (c *chain) transfers() []int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []int64
	for h := int64(firstHeight); h <= c.height; h++ {
		for _, tx := range c.blocks[h] {
			if tx.result.Code == 0 {
				out = append(out, amountOf(c.mustDecode(tx.raw)))
			}
		}
	}
	return out
}

// succeed is an outcome.
func succeed(sdk.Tx) (*abci.ExecTxResult, bool) {
	answer, err := codectypes.NewAnyWithValue(&banktypes.MsgSendResponse{})
	if err != nil {
		panic(err)
	}
	data, err := (&sdk.TxMsgData{MsgResponses: []*codectypes.Any{answer}}).Marshal()
	if err != nil {
		panic(err)
	}
	return &abci.ExecTxResult{GasUsed: 99, Data: data}, false
}

// fault is what a node does with a transaction instead of what it should.
type fault func(n *node, raw []byte) (*txtypes.BroadcastTxResponse, error)

// refuse answers with a code of the SDK.
func refuse(code uint32, log string) fault {
	return func(*node, []byte) (*txtypes.BroadcastTxResponse, error) {
		return &txtypes.BroadcastTxResponse{TxResponse: &sdk.TxResponse{Codespace: "sdk", Code: code, RawLog: log}}, nil
	}
}

// fail answers with a gRPC status and forgets the transaction.
func fail(code codes.Code, text string) fault {
	return func(*node, []byte) (*txtypes.BroadcastTxResponse, error) { return nil, status.Error(code, text) }
}

// hangUp takes the transaction and drops the connection instead of answering.
func hangUp(n *node, raw []byte) (*txtypes.BroadcastTxResponse, error) {
	n.pool = append(n.pool, raw)
	n.listener.hangUp()
	return nil, errors.New("nobody hears this")
}

// forget drops the transaction and says that it was taken.
func forget(*node, []byte) (*txtypes.BroadcastTxResponse, error) {
	return &txtypes.BroadcastTxResponse{TxResponse: &sdk.TxResponse{}}, nil
}

// node answers as a node of the chain would. The chain's mutex guards it.
type node struct {
	txtypes.UnimplementedServiceServer
	authtypes.UnimplementedQueryServer

	*chain
	addr     string
	listener *listener
	network  string
	syncing  bool
	// noIndex is for a node that does not index transactions.
	noIndex bool
	// cutOff is for one whose transactions don't reach the others.
	cutOff bool
	// hung is for one that does not answer.
	hung bool
	// between is how often it is between two blocks when it is asked.
	between int
	pool    [][]byte
	faults  []fault
	// estimates is how often gas was estimated; simulated is what it answers instead.
	estimates int
	simulated error
	// sent are all transactions that arrived, in their order.
	sent [][]byte
}

// comet is the part of a node that knows blocks.
type comet struct {
	cmtservice.UnimplementedServiceServer
	*node
}

// received returns all transactions that arrived, in their order.
func (n *node) received() [][]byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.sent)
}

// lock begins a call of a node: it returns the error of one that can't answer.
func (n *node) lock(ctx context.Context) (func(), error) {
	n.mu.Lock()
	if n.hung {
		n.mu.Unlock()
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if n.between > 0 {
		n.between--
		n.mu.Unlock()
		return nil, status.Error(codes.Unknown, "context did not contain latest block height in either check state or finalize block state (7): invalid height")
	}
	header := metadata.Pairs(grpctypes.GRPCBlockHeightHeader, strconv.FormatInt(n.height, 10))
	_ = grpc.SetHeader(ctx, header) // an error says that nobody waits for the answer
	return n.mu.Unlock, nil
}

func (n *node) AccountInfo(ctx context.Context, r *authtypes.QueryAccountInfoRequest) (*authtypes.QueryAccountInfoResponse, error) {
	unlock, err := n.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if n.unfunded {
		return nil, status.Errorf(codes.NotFound, "account %s not found", r.Address)
	}
	return &authtypes.QueryAccountInfoResponse{Info: &authtypes.BaseAccount{AccountNumber: 7, Sequence: n.sequence}}, nil
}

// wanted is the sequence that the node accepts next.
func (n *node) wanted() uint64 {
	next := n.sequence
	for _, raw := range n.pool {
		if sequenceOf(n.mustDecode(raw)) == next {
			next++
		}
	}
	return next
}

func (n *node) mismatch(tx sdk.Tx) error {
	if got, want := sequenceOf(tx), n.wanted(); got != want {
		return fmt.Errorf("account sequence mismatch, expected %d, got %d: incorrect account sequence", want, got)
	}
	return nil
}

func (n *node) Simulate(ctx context.Context, req *txtypes.SimulateRequest) (*txtypes.SimulateResponse, error) {
	unlock, err := n.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	n.estimates++
	if n.simulated != nil {
		return nil, n.simulated
	}
	if err := n.mismatch(n.mustDecode(req.TxBytes)); err != nil {
		return nil, status.Errorf(codes.Unknown, "%s with gas used: '0'", err)
	}
	return &txtypes.SimulateResponse{GasInfo: &sdk.GasInfo{GasUsed: simulatedGas}}, nil
}

func (n *node) BroadcastTx(ctx context.Context, req *txtypes.BroadcastTxRequest) (*txtypes.BroadcastTxResponse, error) {
	unlock, err := n.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	n.sent = append(n.sent, req.TxBytes)
	if n.syncing {
		return nil, status.Error(codes.Unknown, "endpoint is closed while node is catching up")
	}
	if len(n.faults) > 0 {
		f := n.faults[0]
		n.faults = n.faults[1:]
		if f != nil {
			return f(n, req.TxBytes)
		}
	}
	if slices.ContainsFunc(n.pool, func(raw []byte) bool { return bytes.Equal(raw, req.TxBytes) }) {
		return refuse(sdkerrors.ErrTxInMempoolCache.ABCICode(), "")(n, req.TxBytes)
	}
	if err := n.mismatch(n.mustDecode(req.TxBytes)); err != nil {
		return refuse(sdkerrors.ErrWrongSequence.ABCICode(), err.Error())(n, req.TxBytes)
	}
	n.pool = append(n.pool, req.TxBytes)
	return forget(n, req.TxBytes)
}

func (n *node) GetTx(ctx context.Context, req *txtypes.GetTxRequest) (*txtypes.GetTxResponse, error) {
	unlock, err := n.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if n.noIndex {
		return nil, status.Error(codes.Unknown, "transaction indexing is disabled")
	}
	var found *sdk.TxResponse
	for height, txs := range n.blocks {
		for _, tx := range txs {
			hash := fmt.Sprintf("%X", tmhash.Sum(tx.raw))
			if hash != req.Hash || (found != nil && found.Height > height) {
				continue
			}
			found = &sdk.TxResponse{
				TxHash: hash, Height: height, Codespace: tx.result.Codespace, Code: tx.result.Code, RawLog: tx.result.Log,
				GasUsed: tx.result.GasUsed, Events: tx.result.Events, Data: fmt.Sprintf("%X", tx.result.Data),
			}
		}
	}
	if found == nil {
		return nil, status.Errorf(codes.NotFound, "tx not found: %s", req.Hash)
	}
	return &txtypes.GetTxResponse{TxResponse: found}, nil
}

func (n *comet) GetNodeInfo(ctx context.Context, _ *cmtservice.GetNodeInfoRequest) (*cmtservice.GetNodeInfoResponse, error) {
	unlock, err := n.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	return &cmtservice.GetNodeInfoResponse{DefaultNodeInfo: &p2p.DefaultNodeInfo{Network: n.network}}, nil
}

func (n *comet) GetSyncing(ctx context.Context, _ *cmtservice.GetSyncingRequest) (*cmtservice.GetSyncingResponse, error) {
	unlock, err := n.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	// The newest block has not been executed yet.
	return &cmtservice.GetSyncingResponse{Syncing: n.syncing, EarliestBlockHeight: 1, LatestBlockHeight: n.height + 1}, nil
}

func (n *comet) GetBlockByHeight(ctx context.Context, req *cmtservice.GetBlockByHeightRequest) (*cmtservice.GetBlockByHeightResponse, error) {
	unlock, err := n.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	block := &cmtservice.Block{}
	for _, tx := range n.blocks[req.Height] {
		block.Data.Txs = append(block.Data.Txs, tx.raw)
	}
	return &cmtservice.GetBlockByHeightResponse{SdkBlock: block}, nil
}

func (n *comet) GetBlockResults(ctx context.Context, req *cmtservice.GetBlockResultsRequest) (*cmtservice.GetBlockResultsResponse, error) {
	unlock, err := n.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	res := &cmtservice.GetBlockResultsResponse{Height: req.Height}
	for _, tx := range n.blocks[req.Height] {
		res.TxsResults = append(res.TxsResults, tx.result)
	}
	return res, nil
}

// listener can hang up on all its connections.
type listener struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
}

func (l *listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.mu.Lock()
		l.conns = append(l.conns, conn)
		l.mu.Unlock()
	}
	return conn, err
}

func (l *listener) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range l.conns {
		_ = conn.Close()
	}
	l.conns = nil
}

// stop ends the node: nobody listens at its address any more.
func (n *node) stop() {
	_ = n.listener.Close()
	n.listener.hangUp()
}

// node adds a node to the chain.
func (c *chain) node(t *testing.T, cdc *codec.ProtoCodec) *node {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &node{chain: c, network: chainID, listener: &listener{Listener: l}, addr: l.Addr().String()}
	server := grpc.NewServer(grpc.ForceServerCodec(cdc.GRPCCodec()))
	txtypes.RegisterServiceServer(server, n)
	authtypes.RegisterQueryServer(server, n)
	cmtservice.RegisterServiceServer(server, &comet{node: n})
	go func() { _ = server.Serve(n.listener) }()
	t.Cleanup(server.Stop)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nodes = append(c.nodes, n)
	return n
}

// clock is the time of a test: it passes when somebody waits, and with it a block.
type clock struct {
	chain *chain
	mu    sync.Mutex
	waits []time.Duration
	// each is called with every wait, before the block; it may be nil.
	each func(ctx context.Context, waits int) error
}

func (c *clock) wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	c.waits = append(c.waits, d)
	each, waits := c.each, len(c.waits)
	c.mu.Unlock()
	if each != nil {
		if err := each(ctx, waits); err != nil {
			return err
		}
	}
	if ctx.Err() == nil && c.chain != nil {
		c.chain.mine()
	}
	return ctx.Err()
}

func hasPrefix(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Fatalf("expected %q, got %v", want, err)
	}
}
