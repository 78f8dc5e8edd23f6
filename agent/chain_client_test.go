package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/p2p"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	rpctypes "github.com/cometbft/cometbft/rpc/jsonrpc/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
	"github.com/cosmos/cosmos-sdk/types/query"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"

	"github.com/aitbc/aitbc/agent"
	"github.com/aitbc/aitbc/client"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// node answers as a node's gRPC and CometBFT servers would.
type node struct {
	cmtservice.UnimplementedServiceServer
	registrytypes.UnimplementedQueryServer
	network string
	height  int64
	lowest  int64
	event   sdk.Event
	jobs    int // live ones
	pages   int // asked for
}

type marketOf struct {
	jobmarkettypes.UnimplementedQueryServer
	*node
}

type clockOf struct {
	clocktypes.UnimplementedQueryServer
}

func (n *node) GetNodeInfo(context.Context, *cmtservice.GetNodeInfoRequest) (*cmtservice.GetNodeInfoResponse, error) {
	info := p2p.DefaultNodeInfo{Network: n.network}.ToProto()
	return &cmtservice.GetNodeInfoResponse{DefaultNodeInfo: info}, nil
}

func (n *node) GetSyncing(ctx context.Context, _ *cmtservice.GetSyncingRequest) (*cmtservice.GetSyncingResponse, error) {
	err := grpc.SetHeader(ctx, metadata.Pairs(grpctypes.GRPCBlockHeightHeader, fmt.Sprint(n.height)))
	return &cmtservice.GetSyncingResponse{}, err
}

func (*node) Agent(_ context.Context, req *registrytypes.QueryAgentRequest) (*registrytypes.QueryAgentResponse, error) {
	if req.AgentId != agentID {
		return nil, status.Error(codes.NotFound, "agent not found")
	}
	return &registrytypes.QueryAgentResponse{Agent: newAgent(agentID, owner, registrytypes.Profile{}, sdkmath.OneInt())}, nil
}

func (*node) AgentsByOwner(context.Context, *registrytypes.QueryAgentsByOwnerRequest) (*registrytypes.QueryAgentsByOwnerResponse, error) {
	return &registrytypes.QueryAgentsByOwnerResponse{
		Agents: []registrytypes.AgentRecord{newAgent(agentID, owner, registrytypes.Profile{}, sdkmath.OneInt())},
	}, nil
}

func (*marketOf) Offers(context.Context, *jobmarkettypes.QueryOffersRequest) (*jobmarkettypes.QueryOffersResponse, error) {
	return nil, status.Error(codes.Internal, "something broke")
}

func (*marketOf) Job(_ context.Context, req *jobmarkettypes.QueryJobRequest) (*jobmarkettypes.QueryJobResponse, error) {
	switch {
	case !strings.HasPrefix(req.Client, "ait1"):
		return nil, status.Error(codes.InvalidArgument, "client: expected an address")
	case req.Sequence != 1:
		return nil, status.Error(codes.NotFound, "job not found")
	}
	job := newJob(1)
	return &jobmarkettypes.QueryJobResponse{Record: jobmarkettypes.JobRecord{Job: job, Progress: job.Begin()}}, nil
}

// JobsByAgent has pages of 2.
func (m *marketOf) JobsByAgent(_ context.Context, req *jobmarkettypes.QueryJobsByAgentRequest) (*jobmarkettypes.QueryJobsByAgentResponse, error) {
	m.pages++
	from := 0
	if key := req.Pagination.Key; len(key) == 1 {
		from = int(key[0])
	}
	res := &jobmarkettypes.QueryJobsByAgentResponse{Pagination: &query.PageResponse{}}
	for i := from; i < min(from+2, m.jobs); i++ {
		job := newJob(1)
		job.Sequence = uint64(i + 1)
		res.Jobs = append(res.Jobs, jobmarkettypes.JobRecord{Job: job, Progress: job.Begin()})
	}
	if from+2 < m.jobs {
		res.Pagination.NextKey = []byte{byte(from + 2)}
	}
	return res, nil
}

func (*clockOf) Clock(context.Context, *clocktypes.QueryClockRequest) (*clocktypes.QueryClockResponse, error) {
	return &clocktypes.QueryClockResponse{MarketTime: time.Unix(int64(genesis), 0).UTC()}, nil
}

// ServeHTTP answers as CometBFT does.
func (n *node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req rpctypes.RPCRequest
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		panic(err)
	}
	var params struct {
		Height int64 `json:"height,string"`
	}
	_ = json.Unmarshal(req.Params, &params) // there is none for a status
	var result any
	switch req.Method {
	case "status":
		result = &coretypes.ResultStatus{
			NodeInfo: p2p.DefaultNodeInfo{Network: n.network},
			SyncInfo: coretypes.SyncInfo{LatestBlockHeight: n.height, EarliestBlockHeight: n.lowest},
		}
	case "abci_info":
		result = &coretypes.ResultABCIInfo{Response: abci.ResponseInfo{LastBlockHeight: n.height}}
	case "block":
		if params.Height < n.lowest {
			answer := rpctypes.RPCInternalError(req.ID, fmt.Errorf("height %d is not available, lowest height is %d", params.Height, n.lowest))
			_ = json.NewEncoder(w).Encode(answer)
			return
		}
		block := &cmttypes.Block{Header: cmttypes.Header{ChainID: n.network, Height: params.Height}}
		block.Txs = cmttypes.Txs{cmttypes.Tx("tx")}
		result = &coretypes.ResultBlock{Block: block}
	case "block_results":
		event := abci.Event(n.event)
		event.Attributes = append(event.Attributes, abci.EventAttribute{Key: "msg_index", Value: "0"})
		result = &coretypes.ResultBlockResults{Height: params.Height, TxsResults: []*abci.ExecTxResult{{Events: []abci.Event{event}}}}
	}
	if err := json.NewEncoder(w).Encode(rpctypes.NewRPCSuccessResponse(req.ID, result)); err != nil {
		panic(err)
	}
}

// connect starts a node and returns the chain as a client of it sees it.
func connect(t *testing.T, n *node) *agent.ClientChain {
	t.Helper()
	registry := codectypes.NewInterfaceRegistry()
	cdc := codec.NewProtoCodec(registry)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.ForceServerCodec(cdc.GRPCCodec()))
	cmtservice.RegisterServiceServer(server, n)
	registrytypes.RegisterQueryServer(server, n)
	jobmarkettypes.RegisterQueryServer(server, &marketOf{node: n})
	clocktypes.RegisterQueryServer(server, &clockOf{})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	rpc := httptest.NewServer(n)
	t.Cleanup(rpc.Close)
	c, err := client.New(client.Options{
		GRPC: listener.Addr().String(), RPC: rpc.URL, ChainID: chainID,
		Registry: registry, TxConfig: authtx.NewTxConfig(cdc, authtx.DefaultSignModes),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return agent.NewChain(c, "agent")
}

func TestClientChain(t *testing.T) {
	n := &node{network: chainID, height: 12, lowest: 1, jobs: 5}
	c, ctx := connect(t, n), t.Context()
	if id, err := c.ChainID(ctx); err != nil || id != chainID {
		t.Errorf("chain id: got %s, %v", id, err)
	}
	if height, err := c.Height(ctx); err != nil || height != 12 {
		t.Errorf("height: got %d, %v", height, err)
	}
	if now, err := c.MarketTime(ctx); err != nil || uint64(now.Unix()) != genesis {
		t.Errorf("market time: got %s, %v", now, err)
	}
	if record, err := c.Agent(ctx, agentID); err != nil || record.Agent.Owner != owner {
		t.Errorf("agent: got %v, %v", record, err)
	}
	if _, err := c.Agent(ctx, 8); !errors.Is(err, agent.ErrNotFound) {
		t.Errorf("no agent: got %v", err)
	}
	if agents, err := c.AgentsByOwner(ctx, owner); err != nil || len(agents) != 1 {
		t.Errorf("agents: got %v, %v", agents, err)
	}
	if _, err := c.Offers(ctx, agentID); err == nil || errors.Is(err, agent.ErrNotFound) {
		t.Errorf("offers: got %v", err)
	}
	if record, err := c.Job(ctx, "ait1client", 1); err != nil || record.Job.Sequence != 1 {
		t.Errorf("job: got %v, %v", record, err)
	}
	for client, sequence := range map[string]uint64{"ait1client": 2, "nobody": 1} {
		if _, err := c.Job(ctx, client, sequence); !errors.Is(err, agent.ErrNotFound) {
			t.Errorf("no job: got %v", err)
		}
	}
	jobs, err := c.LiveJobs(ctx, agentID)
	if err != nil || len(jobs) != 5 || jobs[4].Job.Sequence != 5 || n.pages != 3 {
		t.Errorf("jobs: got %d on %d pages, %v", len(jobs), n.pages, err)
	}
	if _, err := c.Send(ctx); err == nil {
		t.Error("expected an error without keys")
	}
}

func TestClientChainOfAnother(t *testing.T) {
	c := connect(t, &node{network: "other-1", height: 12})
	if id, err := c.ChainID(t.Context()); err != nil || id != "other-1" {
		t.Errorf("got %s, %v", id, err)
	}
}

func TestClientChainFollows(t *testing.T) {
	n := &node{network: chainID, height: 12, lowest: 10}
	var err error
	if n.event, err = sdk.TypedEventToEvent(&jobmarkettypes.EventMilestoneStarted{Client: "ait1client", Sequence: 3, AgentId: agentID}); err != nil {
		t.Fatal(err)
	}
	c := connect(t, n)
	if err := c.Follow(t.Context(), 9, nil); !errors.Is(err, agent.ErrPruned) {
		t.Errorf("got %v", err)
	}
	enough := errors.New("enough")
	var heights []int64
	err = c.Follow(t.Context(), 10, func(b client.Block) error {
		heights = append(heights, b.Height)
		if got := agent.Mentions(b.Events, agentID); len(got) != 1 || got[0] != "ait1client/3" {
			t.Errorf("block %d: got %v", b.Height, got)
		}
		if got := agent.Mentions(b.Events, 8); len(got) != 0 {
			t.Errorf("block %d: another agent's: got %v", b.Height, got)
		}
		if b.Height == 12 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || fmt.Sprint(heights) != "[10 11 12]" {
		t.Errorf("got %v, %v", heights, err)
	}
}
