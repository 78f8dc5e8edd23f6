package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cometbft/cometbft/proto/tendermint/p2p"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
	"github.com/cosmos/cosmos-sdk/types/query"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/client/payload"
	"github.com/aitbc/aitbc/client/seal"
	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/internal/localnet"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	testChain = "test-1"
	testGas   = 100_000
	testFee   = 350 // of 1.4 x testGas at the floor price

	marketNow = 1_800_000_000
)

// fakeNode is a node whose chain has what a test puts there. Transactions take effect
// at once, and time stands still.
type fakeNode struct {
	t    *testing.T
	enc  app.Encoding
	addr string
	home string // of the keys
	keys map[string]string

	mu       sync.Mutex
	balances map[string]int64
	locked   map[string]int64
	owed     map[string][]int64
	agents   []registrytypes.AgentRecord
	offers   map[uint64][]jobmarkettypes.Offer
	jobs     []*jobmarkettypes.JobRecord
	txs      map[string]*sdk.TxResponse
	sent     []string
	refuse   string
	// index is the read model; without one it is off.
	index indexv1.QueryServer

	// agent's program
	endpoint *httptest.Server
	key      seal.PrivateKey
	results  map[string][]byte
}

// newNode starts a node with the keys alice and bob.
func newNode(t *testing.T) *fakeNode {
	t.Helper()
	enc, err := localnet.Encoding()
	if err != nil {
		t.Fatal(err)
	}
	n := &fakeNode{
		t: t, enc: enc, home: t.TempDir(), keys: map[string]string{}, balances: map[string]int64{}, locked: map[string]int64{},
		owed: map[string][]int64{}, offers: map[uint64][]jobmarkettypes.Offer{}, txs: map[string]*sdk.TxResponse{}, results: map[string][]byte{},
	}
	keys, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, n.home, nil, enc.Codec)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"alice", "bob"} {
		record, _, err := keys.NewMnemonic(name, keyring.English, sdk.FullFundraiserPath, "", hd.Secp256k1)
		if err != nil {
			t.Fatal(err)
		}
		address, err := record.GetAddress()
		if err != nil {
			t.Fatal(err)
		}
		n.keys[name], n.balances[address.String()] = address.String(), 1_000_000_000
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.addr = listener.Addr().String()
	server := grpc.NewServer(grpc.ForceServerCodec(codec.NewProtoCodec(enc.InterfaceRegistry).GRPCCodec()))
	cmtservice.RegisterServiceServer(server, &cometServer{fakeNode: n})
	txtypes.RegisterServiceServer(server, &txServer{fakeNode: n})
	authtypes.RegisterQueryServer(server, &authServer{fakeNode: n})
	banktypes.RegisterQueryServer(server, &bankServer{fakeNode: n})
	clocktypes.RegisterQueryServer(server, &clockServer{fakeNode: n})
	escrowtypes.RegisterQueryServer(server, &escrowServer{fakeNode: n})
	registrytypes.RegisterQueryServer(server, &registryServer{fakeNode: n})
	jobmarkettypes.RegisterQueryServer(server, &marketServer{fakeNode: n})
	indexv1.RegisterQueryServer(server, &indexServer{fakeNode: n})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return n
}

// aitbc runs a command against the node. It returns the result and the progress.
func (n *fakeNode) aitbc(args ...string) (string, string, error) {
	n.t.Helper()
	return execute(n.t, append(args, "--node-grpc", n.addr, "--node-rpc", "http://127.0.0.1:1", "--chain-id", testChain,
		"--home", n.home, "--keyring-backend", "test")...)
}

// must is aitbc for a command that has to succeed.
func (n *fakeNode) must(args ...string) string {
	n.t.Helper()
	stdout, stderr, err := n.aitbc(args...)
	if err != nil {
		n.t.Fatalf("aitbc %s: %v\n%s", strings.Join(args, " "), err, stderr)
	}
	return stdout
}

// execute runs a command without a terminal and without a localnet. It returns the
// result and the progress.
func execute(t *testing.T, args ...string) (string, string, error) {
	t.Helper()
	for _, name := range chainFlags {
		t.Setenv(envName(name), "")
	}
	t.Setenv("HOME", t.TempDir())
	cmd := newRootCommand()
	var out, progress bytes.Buffer
	cmd.SetIn(strings.NewReader(""))
	cmd.SetOut(&out)
	cmd.SetErr(&progress)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), progress.String(), err
}

// height answers with the header that names the state's height.
func (n *fakeNode) height(ctx context.Context) {
	_ = grpc.SetHeader(ctx, metadata.Pairs(grpctypes.GRPCBlockHeightHeader, "100"))
}

type cometServer struct {
	cmtservice.UnimplementedServiceServer
	*fakeNode
}

func (s *cometServer) GetNodeInfo(context.Context, *cmtservice.GetNodeInfoRequest) (*cmtservice.GetNodeInfoResponse, error) {
	return &cmtservice.GetNodeInfoResponse{DefaultNodeInfo: &p2p.DefaultNodeInfo{Network: testChain}}, nil
}

func (s *cometServer) GetSyncing(ctx context.Context, _ *cmtservice.GetSyncingRequest) (*cmtservice.GetSyncingResponse, error) {
	s.height(ctx)
	return &cmtservice.GetSyncingResponse{}, nil
}

type authServer struct {
	authtypes.UnimplementedQueryServer
	*fakeNode
}

func (s *authServer) AccountInfo(ctx context.Context, _ *authtypes.QueryAccountInfoRequest) (*authtypes.QueryAccountInfoResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.height(ctx)
	return &authtypes.QueryAccountInfoResponse{Info: &authtypes.BaseAccount{Sequence: uint64(len(s.txs))}}, nil
}

type txServer struct {
	txtypes.UnimplementedServiceServer
	*fakeNode
}

func (s *txServer) Simulate(context.Context, *txtypes.SimulateRequest) (*txtypes.SimulateResponse, error) {
	if s.refuse != "" {
		return nil, status.Error(codes.Unknown, s.refuse)
	}
	return &txtypes.SimulateResponse{GasInfo: &sdk.GasInfo{GasUsed: testGas}}, nil
}

func (s *txServer) BroadcastTx(_ context.Context, req *txtypes.BroadcastTxRequest) (*txtypes.BroadcastTxResponse, error) {
	tx, err := s.enc.TxConfig.TxDecoder()(req.TxBytes)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, msg := range tx.GetMsgs() {
		if err := s.carryOut(msg); err != nil {
			return &txtypes.BroadcastTxResponse{TxResponse: &sdk.TxResponse{Codespace: "test", Code: 9, RawLog: err.Error()}}, nil
		}
		s.sent = append(s.sent, sdk.MsgTypeURL(msg))
	}
	hash := fmt.Sprintf("%X", sha256.Sum256(req.TxBytes))
	s.txs[hash] = &sdk.TxResponse{TxHash: hash, Height: 101, GasUsed: testGas}
	return &txtypes.BroadcastTxResponse{TxResponse: &sdk.TxResponse{TxHash: hash}}, nil
}

func (s *txServer) GetTx(_ context.Context, req *txtypes.GetTxRequest) (*txtypes.GetTxResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.txs[req.Hash]; ok {
		return &txtypes.GetTxResponse{TxResponse: r}, nil
	}
	return nil, status.Error(codes.NotFound, "tx not found")
}

// carryOut is what the chain does with a message.
func (n *fakeNode) carryOut(msg sdk.Msg) error {
	switch m := msg.(type) {
	case *registrytypes.MsgRegisterAgent:
		n.agents = append(n.agents, registrytypes.AgentRecord{
			Agent: registrytypes.Agent{
				Id: uint64(len(n.agents) + 1), Owner: m.Owner, Operator: m.Owner, Payout: m.Owner,
				Status: registrytypes.AGENT_STATUS_ACTIVE,
			},
			Profile: m.Profile,
			Bond:    registrytypes.Bond{Bonded: m.Bond.Amount, Reserved: sdkmath.ZeroInt(), Unbonding: sdkmath.ZeroInt()},
		})
	case *registrytypes.MsgSetOperator:
		return n.setOperator(m)
	case *jobmarkettypes.MsgPublishOffer:
		n.offers[m.AgentId] = append(n.offers[m.AgentId], jobmarkettypes.Offer{AgentId: m.AgentId, OfferId: 1, Terms: m.Terms})
	case *jobmarkettypes.MsgPostJob:
		j := jobmarkettypes.Job{
			Client: m.Client, Sequence: uint64(len(n.jobs) + 1), ClientRef: m.ClientRef, AgentId: m.AgentId, OfferId: m.OfferId,
			Skill: "text.summarize", Milestones: m.Milestones, ReviewSeconds: m.ReviewSeconds, MessagingKey: m.MessagingKey,
			Terms: jobmarkettypes.DefaultParams().Terms(m.Milestones), PostedAt: marketNow,
		}
		n.jobs = append(n.jobs, &jobmarkettypes.JobRecord{Job: j, Progress: j.Begin()})
	case *jobmarkettypes.MsgAcceptMilestone:
		return n.step(m.Sequence, jobmarkettypes.Step{Action: jobmarkettypes.ActionAccept, Milestone: m.Milestone})
	case *jobmarkettypes.MsgRejectMilestone:
		return n.step(m.Sequence, jobmarkettypes.Step{Action: jobmarkettypes.ActionReject, Milestone: m.Milestone})
	case *jobmarkettypes.MsgCancelMilestone:
		return n.step(m.Sequence, jobmarkettypes.Step{Action: jobmarkettypes.ActionCancel, Milestone: m.Milestone})
	case *jobmarkettypes.MsgWaiveMilestone:
		return n.step(m.Sequence, jobmarkettypes.Step{Action: jobmarkettypes.ActionWaive, Milestone: m.Milestone})
	case *escrowtypes.MsgClaim:
		delete(n.owed, m.Payee)
	default:
		return fmt.Errorf("unexpected message %T", msg)
	}
	return nil
}

// step moves a job by the market's own machine.
func (n *fakeNode) step(sequence uint64, s jobmarkettypes.Step) error {
	j := n.jobs[sequence-1]
	if s.Now == 0 {
		s.Now = marketNow + 5
	}
	out, err := j.Job.Next(j.Progress, s)
	if err != nil {
		return err
	}
	l := out.Progress.Ledger
	if out.Pay.IsPositive() {
		fee := j.Job.Fee(out.Pay)
		l = l.WithPay(out.Pay.Sub(fee), fee)
	}
	l = l.WithSlash(out.Slash, out.Burn)
	if left := l.Left(); out.Ended && left.IsPositive() {
		l = l.WithRefund(left)
	}
	j.Progress = out.Progress
	j.Progress.Ledger = l
	return nil
}

type bankServer struct {
	banktypes.UnimplementedQueryServer
	*fakeNode
}

func (s *bankServer) SpendableBalanceByDenom(
	_ context.Context, req *banktypes.QuerySpendableBalanceByDenomRequest,
) (*banktypes.QuerySpendableBalanceByDenomResponse, error) {
	coin := sdk.NewInt64Coin(req.Denom, s.balances[req.Address])
	return &banktypes.QuerySpendableBalanceByDenomResponse{Balance: &coin}, nil
}

type clockServer struct {
	clocktypes.UnimplementedQueryServer
	*fakeNode
}

func (s *clockServer) Clock(context.Context, *clocktypes.QueryClockRequest) (*clocktypes.QueryClockResponse, error) {
	return &clocktypes.QueryClockResponse{MarketTime: time.Unix(marketNow+10, 0), BlockTime: time.Unix(marketNow+10, 0)}, nil
}

type escrowServer struct {
	escrowtypes.UnimplementedQueryServer
	*fakeNode
}

func (s *escrowServer) Vault(_ context.Context, req *escrowtypes.QueryVaultRequest) (*escrowtypes.QueryVaultResponse, error) {
	return &escrowtypes.QueryVaultResponse{Balance: sdk.NewCoins(sdk.NewInt64Coin("uait", s.locked[req.Payer]))}, nil
}

// Claimables answers one at a time, so that pages have to be asked for.
func (s *escrowServer) Claimables(_ context.Context, req *escrowtypes.QueryClaimablesRequest) (*escrowtypes.QueryClaimablesResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	owed := s.owed[req.Payee]
	at, _ := strconv.Atoi(string(req.Pagination.GetKey()))
	res := &escrowtypes.QueryClaimablesResponse{Pagination: &query.PageResponse{}}
	if at < len(owed) {
		res.Claimables = []escrowtypes.Claimable{{Payee: req.Payee, Coins: sdk.NewCoins(sdk.NewInt64Coin("uait", owed[at]))}}
	}
	if at+1 < len(owed) {
		res.Pagination.NextKey = []byte(strconv.Itoa(at + 1))
	}
	return res, nil
}

type registryServer struct {
	registrytypes.UnimplementedQueryServer
	*fakeNode
}

func (s *registryServer) Params(context.Context, *registrytypes.QueryParamsRequest) (*registrytypes.QueryParamsResponse, error) {
	return &registrytypes.QueryParamsResponse{Params: registrytypes.DefaultParams()}, nil
}

func (s *registryServer) Agent(_ context.Context, req *registrytypes.QueryAgentRequest) (*registrytypes.QueryAgentResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if req.AgentId > uint64(len(s.agents)) {
		return nil, status.Error(codes.NotFound, "no such agent")
	}
	return &registrytypes.QueryAgentResponse{Agent: s.agents[req.AgentId-1]}, nil
}

func (s *registryServer) AgentsBySkill(context.Context, *registrytypes.QueryAgentsBySkillRequest) (*registrytypes.QueryAgentsBySkillResponse, error) {
	return &registrytypes.QueryAgentsBySkillResponse{Agents: s.agents}, nil
}

func (s *registryServer) AgentsByOwner(
	_ context.Context, req *registrytypes.QueryAgentsByOwnerRequest,
) (*registrytypes.QueryAgentsByOwnerResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	res := &registrytypes.QueryAgentsByOwnerResponse{}
	for _, a := range s.agents {
		if a.Agent.Owner == req.Owner {
			res.Agents = append(res.Agents, a)
		}
	}
	return res, nil
}

type marketServer struct {
	jobmarkettypes.UnimplementedQueryServer
	*fakeNode
}

func (s *marketServer) Params(context.Context, *jobmarkettypes.QueryParamsRequest) (*jobmarkettypes.QueryParamsResponse, error) {
	return &jobmarkettypes.QueryParamsResponse{Params: jobmarkettypes.DefaultParams()}, nil
}

func (s *marketServer) Offers(_ context.Context, req *jobmarkettypes.QueryOffersRequest) (*jobmarkettypes.QueryOffersResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &jobmarkettypes.QueryOffersResponse{Offers: s.offers[req.AgentId]}, nil
}

func (s *marketServer) find(pick func(jobmarkettypes.Job) bool) []jobmarkettypes.JobRecord {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []jobmarkettypes.JobRecord
	for _, j := range s.jobs {
		if pick(j.Job) {
			out = append(out, *j)
		}
	}
	return out
}

func (s *marketServer) Job(_ context.Context, req *jobmarkettypes.QueryJobRequest) (*jobmarkettypes.QueryJobResponse, error) {
	found := s.find(func(j jobmarkettypes.Job) bool { return j.Client == req.Client && j.Sequence == req.Sequence })
	if len(found) == 0 {
		return nil, status.Error(codes.NotFound, "no such job")
	}
	return &jobmarkettypes.QueryJobResponse{Record: found[0]}, nil
}

func (s *marketServer) JobByRef(_ context.Context, req *jobmarkettypes.QueryJobByRefRequest) (*jobmarkettypes.QueryJobByRefResponse, error) {
	found := s.find(func(j jobmarkettypes.Job) bool { return j.Client == req.Client && j.ClientRef == req.ClientRef })
	if len(found) == 0 {
		return nil, status.Error(codes.NotFound, "no such job")
	}
	return &jobmarkettypes.QueryJobByRefResponse{Record: found[0]}, nil
}

func (s *marketServer) Jobs(_ context.Context, req *jobmarkettypes.QueryJobsRequest) (*jobmarkettypes.QueryJobsResponse, error) {
	found := s.find(func(j jobmarkettypes.Job) bool { return j.Client == req.Client })
	res := &jobmarkettypes.QueryJobsResponse{Pagination: &query.PageResponse{}}
	for i := len(found) - 1; i >= 0; i-- {
		if uint64(len(res.Jobs)) == req.Pagination.Limit {
			res.Pagination.NextKey = []byte("more")
			break
		}
		res.Jobs = append(res.Jobs, found[i])
	}
	return res, nil
}

func (s *marketServer) JobsByAgent(_ context.Context, req *jobmarkettypes.QueryJobsByAgentRequest) (*jobmarkettypes.QueryJobsByAgentResponse, error) {
	found := s.find(func(j jobmarkettypes.Job) bool { return j.AgentId == req.AgentId })
	return &jobmarkettypes.QueryJobsByAgentResponse{Jobs: found}, nil
}

// runAgent registers an agent of bob and runs its endpoint, which answers an input
// with a result at once.
func (n *fakeNode) runAgent(result string) {
	n.t.Helper()
	mux := http.NewServeMux()
	n.endpoint = httptest.NewServer(mux)
	n.t.Cleanup(n.endpoint.Close)
	dir := filepath.Join(n.home, "agent")
	n.must("agent", "init", "--name", "Ada", "--from", "bob", "--price", "2", "--bond", "50", "--url", n.endpoint.URL, "--dir", dir)
	var err error
	if n.key, err = seal.LoadPrivateKey(filepath.Join(dir, "messaging.pem")); err != nil {
		n.t.Fatal(err)
	}
	mux.HandleFunc("GET /v1/health", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"agent_id":1,"chain_id":%q,"ready":true}`, testChain)
	})
	mux.HandleFunc("PUT /v1/jobs/{client}/{sequence}/milestones/1/input", func(w http.ResponseWriter, r *http.Request) {
		var sealed bytes.Buffer
		_, _ = sealed.ReadFrom(r.Body)
		sequence, _ := strconv.ParseUint(r.PathValue("sequence"), 10, 64)
		if err := n.deliver(sequence, sealed.Bytes(), result); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			n.t.Error(err)
		}
	})
	mux.HandleFunc("GET /v1/payloads/{sha256}", func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		defer n.mu.Unlock()
		_, _ = w.Write(n.results[r.PathValue("sha256")])
	})
}

// deliver opens an input, seals the result and submits it.
func (n *fakeNode) deliver(sequence uint64, input []byte, result string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	j := n.jobs[sequence-1].Job
	b := seal.Binding{ChainID: testChain, Client: j.Client, ClientRef: j.ClientRef, Milestone: 1, Role: seal.RoleInput}
	if _, _, err := seal.OpenBytes(n.key, b, input); err != nil {
		return err
	}
	to, err := seal.ParsePublicKey(seal.Suite(j.MessagingKey.Suite), j.MessagingKey.PublicKey)
	if err != nil {
		return err
	}
	b.Role = seal.RoleResult
	sealed, _, err := seal.SealBytes(to, b, "text/markdown", []byte(result))
	if err != nil {
		return err
	}
	ref := payload.RefOf(sealed)
	n.results[ref.String()] = sealed
	return n.step(sequence, jobmarkettypes.Step{Action: jobmarkettypes.ActionSubmit, Milestone: 1, Result: jobmarkettypes.Result{
		Sha256: ref.SHA256[:], Size_: uint64(ref.Size), MediaType: "text/markdown", Uri: n.endpoint.URL + "/v1/payloads/" + ref.String(),
	}})
}
