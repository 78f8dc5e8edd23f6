package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/p2p"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	rpctypes "github.com/cometbft/cometbft/rpc/jsonrpc/types"
	cmttypes "github.com/cometbft/cometbft/types"
)

// genesisTime is that of block 0; blocks are a second apart.
var genesisTime = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// rpcNode answers as the CometBFT RPC of a node would.
type rpcNode struct {
	server *httptest.Server
	// open is done when all connections are closed.
	open sync.WaitGroup

	mu      sync.Mutex
	network string
	// base and head are the lowest and the highest block.
	base, head int64
	// executed is the newest block whose results are there, committed that whose state
	// is.
	executed, committed int64
	// bare is up to where blocks have no results, because of a snapshot.
	bare    int64
	unsaved bool
	// broken is how many requests get no answer.
	broken int
	hung   bool
	blocks map[int64]blockContent
	asked  map[string]int
}

type blockContent struct {
	txs    [][]byte
	txsRes []*abci.ExecTxResult
	events []abci.Event
}

// goOn makes the node have all up to a height.
func (n *rpcNode) goOn(height int64) {
	n.change(func() { n.head, n.executed, n.committed = height, height, height })
}

// change calls f while the node does not answer.
func (n *rpcNode) change(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	f()
}

// count returns how often something was asked.
func (n *rpcNode) count(method string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked[method]
}

func (n *rpcNode) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req rpctypes.RPCRequest
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		panic(err)
	}
	n.mu.Lock()
	if n.hung {
		n.mu.Unlock()
		<-r.Context().Done()
		return
	}
	defer n.mu.Unlock()
	n.asked[req.Method]++
	if n.broken > 0 {
		n.broken--
		panic(http.ErrAbortHandler)
	}
	result, err := n.answer(req)
	response := rpctypes.NewRPCSuccessResponse(req.ID, result)
	if err != nil {
		response = rpctypes.RPCInternalError(req.ID, err)
		w.WriteHeader(http.StatusInternalServerError)
	}
	if err := json.NewEncoder(w).Encode(response); err != nil {
		panic(err)
	}
}

func (n *rpcNode) answer(req rpctypes.RPCRequest) (any, error) {
	var params struct{ Height string }
	if err := json.Unmarshal(req.Params, &params); err != nil {
		panic(err)
	}
	height, _ := strconv.ParseInt(params.Height, 10, 64)
	switch req.Method {
	case "status":
		return &coretypes.ResultStatus{
			NodeInfo: p2p.DefaultNodeInfo{Network: n.network},
			SyncInfo: coretypes.SyncInfo{LatestBlockHeight: n.head, EarliestBlockHeight: n.base},
		}, nil
	case "abci_info":
		return &coretypes.ResultABCIInfo{Response: abci.ResponseInfo{LastBlockHeight: n.committed}}, nil
	}
	if height > n.head {
		return nil, fmt.Errorf("height %d must be less than or equal to the current blockchain height %d", height, n.head)
	}
	if height < n.base {
		return nil, fmt.Errorf("height %d is not available, lowest height is %d", height, n.base)
	}
	content := n.blocks[height]
	switch {
	case req.Method == "block":
		block := &cmttypes.Block{Header: cmttypes.Header{
			ChainID: n.network, Height: height, Time: genesisTime.Add(time.Duration(height) * time.Second),
		}}
		for _, tx := range content.txs {
			block.Txs = append(block.Txs, tx)
		}
		return &coretypes.ResultBlock{Block: block}, nil
	case req.Method != "block_results":
		panic(req.Method)
	case n.unsaved:
		return nil, errors.New("node is not persisting finalize block responses")
	case height > n.executed || height <= n.bare:
		return nil, fmt.Errorf("could not find results for height #%d", height)
	}
	return &coretypes.ResultBlockResults{
		Height: height, TxsResults: content.txsRes, FinalizeBlockEvents: content.events, AppHash: []byte{1},
	}, nil
}

// newRPCNode starts a node with blocks up to a height.
func newRPCNode(t *testing.T, height int64) *rpcNode {
	t.Helper()
	n := &rpcNode{network: chainID, base: 1, blocks: map[int64]blockContent{}, asked: map[string]int{}}
	n.goOn(height)
	n.server = httptest.NewUnstartedServer(n)
	n.server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			n.open.Add(1)
		case http.StateClosed, http.StateHijacked:
			n.open.Done()
		case http.StateActive, http.StateIdle:
		}
	}
	n.server.Start()
	t.Cleanup(n.server.Close)
	return n
}
