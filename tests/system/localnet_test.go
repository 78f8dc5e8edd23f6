//go:build system

package system_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aitbc/aitbc/internal/localnet"
	"github.com/aitbc/aitbc/types"
)

// TestLocalnetLife takes a network of four through its whole life by the command
// line: up, a crash, down, resumed, reset.
func TestLocalnetLife(t *testing.T) {
	ctx := testContext(t)
	o := options(t, 4)
	n, report := up(ctx, t, o)
	t.Logf("4 validators: time to first block %s, all nodes %s", report.FirstBlock, report.Ready)
	if report.Resumed || len(report.Started) != 4 {
		t.Fatalf("expected 4 started nodes of a new network, got %+v", report)
	}

	t.Run("supply", func(t *testing.T) {
		var total int64
		for _, a := range n.State().Accounts {
			total += a.Balance
		}
		if total != 1_000_000_000*types.UnitsPerAIT {
			t.Errorf("expected accounts of 1,000,000,000 AIT, got %d uait", total)
		}
		res, err := banktypes.NewQueryClient(newClient(t, n).Conn()).SupplyOf(ctx, &banktypes.QuerySupplyOfRequest{Denom: types.BaseDenom})
		must(t, err)
		if minted := res.Amount.Amount.Int64() - total; minted < 0 || minted > types.UnitsPerAIT*1000 {
			t.Errorf("expected a supply of the accounts and a little inflation, got %s", res.Amount)
		}
	})

	t.Run("keys", func(t *testing.T) {
		var keys []struct{ Name, Address string }
		succeed(ctx, t, &keys, "aitbcd", "keys", "list", "--home", n.NodeHome(0), "--keyring-backend", "test", "--output", "json")
		have := make(map[string]string, len(keys))
		for _, k := range keys {
			have[k.Name] = k.Address
		}
		for _, a := range n.State().Accounts {
			if have[a.Name] != a.Address {
				t.Errorf("key %s: expected %s, got %q", a.Name, a.Address, have[a.Name])
			}
		}
	})

	t.Run("one crash", func(t *testing.T) {
		must(t, n.Kill(3))
		from := height(ctx, t, n, 0)
		must(t, n.WaitHeight(ctx, from+3, 0, 1, 2))
		var status struct {
			Down  []string              `json:"down"`
			Nodes []localnet.NodeStatus `json:"nodes"`
		}
		succeed(ctx, t, &status, "aitbc", "localnet", "status", "--home", o.Home, "--output", "json")
		if len(status.Down) != 1 || status.Down[0] != "node3" || status.Nodes[3].Running || !status.Nodes[0].Answering {
			t.Errorf("expected node3 to be down alone, got %+v", status)
		}
	})

	t.Run("down", func(t *testing.T) {
		var down struct {
			Nodes []localnet.Stopped `json:"nodes"`
		}
		succeed(ctx, t, &down, "aitbc", "localnet", "down", "--home", o.Home, "--output", "json")
		for i, s := range down.Nodes {
			if s.Killed || s.Running != (i != 3) {
				t.Errorf("%s: expected it to stop by itself if it ran, got %+v", s.Name, s)
			}
			if n.Running(i) {
				t.Errorf("%s runs after down", s.Name)
			}
		}
	})

	t.Run("resumed", func(t *testing.T) {
		again, report := up(ctx, t, o)
		if !report.Resumed || len(report.Started) != 4 || report.Height < 3 {
			t.Errorf("expected all nodes to go on with the same chain, got %+v", report)
		}
		_, err := again.CheckAgreement(ctx, report.Height)
		must(t, err)
	})

	t.Run("other flags are refused", func(t *testing.T) {
		expectError(ctx, t, "--validators: the network in "+o.Home+" has 4, not 7",
			"localnet", "up", "--home", o.Home, "--validators", "7")
	})

	t.Run("reset", func(t *testing.T) {
		var reset struct{ Deleted bool }
		succeed(ctx, t, &reset, "aitbc", "localnet", "reset", "--home", o.Home, "--output", "json")
		if _, err := os.Stat(o.Home); !reset.Deleted || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("expected %s to be gone, got %+v and %v", o.Home, reset, err)
		}
	})
}

// TestTenValidatorsThreeCrash is the promise of Byzantine fault tolerance: with
// three of ten gone the chain goes on, and they come back to the same state.
func TestTenValidatorsThreeCrash(t *testing.T) {
	heavy(t)
	ctx := testContext(t)
	n, report := up(ctx, t, options(t, 10))
	t.Logf("10 validators: time to first block %s, all nodes %s", report.FirstBlock, report.Ready)
	must(t, n.WaitHeight(ctx, 20))

	crashed, others := []int{7, 8, 9}, []int{0, 1, 2, 3, 4, 5, 6}
	must(t, n.Kill(crashed...))
	from := height(ctx, t, n, 0)
	must(t, n.WaitHeight(ctx, from+5, others...))

	start(t, n, crashed...)
	begin := time.Now()
	must(t, n.WaitCaughtUp(ctx, crashed...))
	t.Logf("three restarted nodes were in step after %s", time.Since(begin))
	at := height(ctx, t, n, 0)
	must(t, n.WaitHeight(ctx, at+2))
	common, err := n.CheckAgreement(ctx, at+2)
	must(t, err)
	t.Logf("all ten agree at height %d: app hash %s", common.Height, common.AppHash)
	for _, i := range crashed {
		signsAgain(t, n, i, at+2)
	}
	noEvidence(ctx, t, n, at+2)
}

// noEvidence proves that no validator signed two blocks of one height, which its
// peers would have reported in a block.
func noEvidence(ctx context.Context, t *testing.T, n *localnet.Network, until int64) {
	t.Helper()
	rpc, err := n.RPC(0)
	must(t, err)
	for h := int64(1); h <= until; h++ {
		block, err := rpc.Block(ctx, &h)
		must(t, err)
		if evidence := block.Block.Evidence.Evidence; len(evidence) > 0 {
			t.Errorf("block %d: expected no evidence, got %v", h, evidence)
		}
	}
}

// signsAgain waits for a block with the signature of a node's validator.
func signsAgain(t *testing.T, n *localnet.Network, index int, from int64) {
	t.Helper()
	addr, err := n.ConsensusAddress(index)
	must(t, err)
	_, err = n.WaitSignature(testContext(t), from, addr)
	must(t, err)
}

// TestHaltWithoutQuorum: with two of four gone nobody may decide, and nothing is
// lost when they come back.
func TestHaltWithoutQuorum(t *testing.T) {
	heavy(t)
	ctx := testContext(t)
	n := newNetwork(t, options(t, 4))
	start(t, n)
	must(t, n.WaitHeight(ctx, 2))
	must(t, n.Kill(2, 3))

	// A block that was being decided may still come, with the votes there were.
	// After that there is nothing to wait for: ten times the block time must do.
	stuck := height(ctx, t, n, 0) + 1
	if err := n.WaitHeight(within(ctx, t, 10*time.Second), stuck+1, 0); err == nil {
		t.Fatalf("half of the power made block %d", stuck+1)
	}
	start(t, n, 2, 3)
	must(t, n.WaitHeight(ctx, stuck+2))
	_, err := n.CheckAgreement(ctx, stuck+2)
	must(t, err)
	noEvidence(ctx, t, n, stuck+2)
}

// TestPausedNode stops a process where it is, as a machine that hangs.
func TestPausedNode(t *testing.T) {
	heavy(t)
	ctx := testContext(t)
	n := newNetwork(t, options(t, 4))
	start(t, n)
	must(t, n.WaitHeight(ctx, 2))
	must(t, n.Pause(2))
	from := height(ctx, t, n, 0)
	must(t, n.WaitHeight(ctx, from+4, 0, 1, 3))
	must(t, n.Resume(2))
	must(t, n.WaitHeight(ctx, from+6))
	_, err := n.CheckAgreement(ctx, from+6)
	must(t, err)
	signsAgain(t, n, 2, from+6)
}

// TestLateFullNode joins a running network with nothing but its genesis.
func TestLateFullNode(t *testing.T) {
	heavy(t)
	ctx := testContext(t)
	n := newNetwork(t, options(t, 4))
	start(t, n)
	must(t, n.WaitHeight(ctx, 10))
	late, err := n.AddFullNode()
	must(t, err)
	must(t, n.WaitCaughtUp(ctx, late))
	at := height(ctx, t, n, 0)
	_, err = n.CheckAgreement(ctx, at+1)
	must(t, err)
	if s := n.Status(ctx)[late]; s.VotingPower != 0 || s.Validator {
		t.Errorf("expected a node without a vote, got %+v", s)
	}
}
