package localnet_test

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aitbc/aitbc/internal/localnet"
	"github.com/aitbc/aitbc/types"
)

// options describe a network that is made and never started.
func options(t *testing.T) localnet.Options {
	t.Helper()
	o := localnet.DefaultOptions()
	o.Home = filepath.Join(t.TempDir(), "net")
	o.Validators = 2
	o.Binary = fakeBinary(t)
	base, err := localnet.FreeBasePort(29000, 3)
	if err != nil {
		t.Fatal(err)
	}
	o.BasePort = base
	return o
}

func fakeBinary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "aitbcd")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPortsDiffer(t *testing.T) {
	for _, base := range []int{localnet.DefaultBasePort, 30000} {
		seen := make(map[int]int)
		for i := range localnet.MaxValidators + localnet.MaxFullNodes {
			p := localnet.PortsOf(base, i)
			for _, port := range []int{p.P2P, p.RPC, p.REST, p.GRPC, p.Metrics} {
				if other, taken := seen[port]; taken {
					t.Errorf("base %d: node%d and node%d share port %d", base, other, i, port)
				}
				seen[port] = i
			}
		}
	}
	if p := localnet.PortsOf(localnet.DefaultBasePort, 0); p != (localnet.Ports{P2P: 26656, RPC: 26657, REST: 1317, GRPC: 9090, Metrics: 26660}) {
		t.Errorf("expected the usual ports for node0, got %+v", p)
	}
}

func TestValidate(t *testing.T) {
	for want, change := range map[string]func(*localnet.Options){
		"--validators": func(o *localnet.Options) { o.Validators = 11 },
		"--full-nodes": func(o *localnet.Options) { o.FullNodes = 41 },
		"--block-time": func(o *localnet.Options) { o.BlockTime = time.Hour },
		"--chain-id":   func(o *localnet.Options) { o.ChainID = "x" },
		"--home":       func(o *localnet.Options) { o.Home = "" },
		"--base-port":  func(o *localnet.Options) { o.BasePort = 65530 },
	} {
		o := localnet.DefaultOptions()
		if err := o.Validate(); err != nil {
			t.Fatalf("defaults: %v", err)
		}
		change(&o)
		if err := o.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("expected an error about %s, got %v", want, err)
		}
	}
}

func TestGenesis(t *testing.T) {
	o := options(t)
	n, err := localnet.New(o)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := genutiltypes.AppGenesisFromFile(filepath.Join(n.NodeHome(1), "config", "genesis.json"))
	if err != nil {
		t.Fatal(err)
	}
	state, err := genutiltypes.GenesisStateFromAppGenesis(doc)
	if err != nil {
		t.Fatal(err)
	}
	enc, err := localnet.Encoding()
	if err != nil {
		t.Fatal(err)
	}

	var gov govv1.GenesisState
	enc.Codec.MustUnmarshalJSON(state[govtypes.ModuleName], &gov)
	if *gov.Params.VotingPeriod != localnet.VotingPeriod || *gov.Params.ExpeditedVotingPeriod >= localnet.VotingPeriod {
		t.Errorf("expected quick votes, got %+v", gov.Params)
	}

	txs := genutiltypes.GetGenesisStateFromAppState(enc.Codec, state).GenTxs
	if len(txs) != 2 {
		t.Fatalf("expected 2 genesis transactions, got %d", len(txs))
	}
	for i, raw := range txs {
		tx, err := genutiltypes.ValidateAndGetGenTx(raw, enc.TxConfig.TxJSONDecoder(), genutiltypes.DefaultMessageValidator)
		if err != nil {
			t.Fatal(err)
		}
		msg := tx.GetMsgs()[0].(*stakingtypes.MsgCreateValidator)
		got := []string{
			msg.Commission.Rate.String(), msg.Commission.MaxRate.String(), msg.Commission.MaxChangeRate.String(),
			msg.MinSelfDelegation.String(), msg.Value.String(), msg.ValidatorAddress,
		}
		want := []string{
			"0.050000000000000000", "0.100000000000000000", "0.010000000000000000",
			"1000000000", "10000000000000uait", n.State().Nodes[i].Operator,
		}
		for j := range want {
			if got[j] != want[j] {
				t.Errorf("validator %d: expected %v, got %v", i, want, got)
				break
			}
		}
	}
}

func TestSupplyIsExact(t *testing.T) {
	for validators := 1; validators <= localnet.MaxValidators; validators += 3 {
		o := options(t)
		o.Validators = validators
		base, err := localnet.FreeBasePort(29000, validators)
		if err != nil {
			t.Fatal(err)
		}
		o.BasePort = base
		n, err := localnet.New(o)
		if err != nil {
			t.Fatal(err)
		}
		var total int64
		for _, a := range n.State().Accounts {
			total += a.Balance
		}
		if want := localnet.TotalSupply * types.UnitsPerAIT; total != want {
			t.Errorf("%d validators: expected %d uait, got %d", validators, want, total)
		}
	}
}

func TestNewLeavesNothingBehind(t *testing.T) {
	o := options(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	o.BasePort = taken.Addr().(*net.TCPAddr).Port - 7 // RPC of node0
	if _, err = localnet.New(o); err == nil || !strings.Contains(err.Error(), "RPC of node0") {
		t.Errorf("expected the taken port to be named, got %v", err)
	}
	entries, err := os.ReadDir(filepath.Dir(o.Home))
	if err != nil || len(entries) != 0 {
		t.Errorf("expected nothing, got %v and %v", entries, err)
	}
}

func TestOpen(t *testing.T) {
	o := options(t)
	if _, err := localnet.Open(o.Home); !errors.Is(err, localnet.ErrNoNetwork) {
		t.Errorf("expected no network, got %v", err)
	}
	made, err := localnet.New(o)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := localnet.Open(o.Home)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(made.State())
	b, _ := json.Marshal(opened.State())
	if string(a) != string(b) {
		t.Errorf("expected the same network, got\n%s\n%s", a, b)
	}
	if _, err := localnet.New(o); err == nil || !strings.Contains(err.Error(), "expected an empty directory") {
		t.Errorf("expected a second network to be refused, got %v", err)
	}

	marker := filepath.Join(o.Home, "localnet.json")
	for _, broken := range []string{"{", `{"format":99}`, `{"format":1}`} {
		if err := os.WriteFile(marker, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := localnet.Open(o.Home); err == nil || errors.Is(err, localnet.ErrNoNetwork) {
			t.Errorf("marker %s: expected it to be refused, got %v", broken, err)
		}
	}
}

// TestForeignProcess proves that a process number that now belongs to another
// program is neither taken for a node nor signalled.
func TestForeignProcess(t *testing.T) {
	o := options(t)
	n, err := localnet.New(o)
	if err != nil {
		t.Fatal(err)
	}
	state := n.State()
	state.Nodes[0].PID = os.Getpid() // a signal would end this test
	raw, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(o.Home, "localnet.json"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err = localnet.Open(o.Home); err != nil {
		t.Fatal(err)
	}
	if n.Running(0) {
		t.Error("this test was taken for a node")
	}
	stopped, err := n.Stop()
	if err != nil || stopped[0].Running || stopped[0].Killed {
		t.Errorf("expected nothing to stop, got %+v and %v", stopped, err)
	}
	if err := n.Kill(0); err != nil {
		t.Error(err)
	}
	if err := n.Remove(); err != nil {
		t.Error(err)
	}
}
