//go:build system

package system_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/internal/localnet"
	"github.com/aitbc/aitbc/types"
)

const (
	// planName is the upgrade that the binary built with nextTag knows and the
	// default one doesn't.
	planName = "v2"
	nextTag  = "aitbc_v2"
	// planDistance is in blocks. At a second or more each, the vote of 20 s ends
	// long before the plan's height, and votes have time to be sent.
	planDistance = 40
)

// TestUpgrade takes two validators under cosmovisor from the default build to the
// one that knows the plan: proposal, votes, halt at its height, switch, and on.
func TestUpgrade(t *testing.T) {
	heavy(t)
	ctx := testContext(t)
	o := options(t, 2)
	next := nextRelease(ctx, t)
	n := newNetwork(t, o)
	for i := range n.State().Nodes {
		runCosmovisor(t, n, i, o.Binary, next)
	}
	must(t, n.WaitHeight(ctx, 2))
	c := newClient(t, n)

	plan := upgradetypes.Plan{Name: planName, Height: height(ctx, t, n, 0) + planDistance}
	id := proposeUpgrade(ctx, t, n, c, plan)
	for i := range n.State().Validators {
		name := localnet.ValidatorName(i)
		voter, err := n.Account(name)
		must(t, err)
		_, err = c.Send(ctx, name, govv1.NewMsgVote(sdk.MustAccAddressFromBech32(voter.Address), id, govv1.OptionYes, ""))
		must(t, err)
	}

	// The plan's height has no block before the switch: the old binary halts there.
	must(t, n.WaitHeight(ctx, plan.Height-1))
	must(t, n.WaitHeight(ctx, plan.Height+3))
	for i := range n.State().Nodes {
		checkSwitched(t, n, i)
	}
	applied, err := upgradetypes.NewQueryClient(c.Conn()).AppliedPlan(ctx, &upgradetypes.QueryAppliedPlanRequest{Name: planName})
	must(t, err)
	if applied.Height != plan.Height {
		t.Errorf("expected the plan to be applied at height %d, got %d", plan.Height, applied.Height)
	}
	r := run(ctx, t, "aitbcd", "query", "upgrade", "applied", planName, "--home", n.NodeHome(0), "--output", "json")
	if r.code != 0 || !strings.Contains(r.stdout, strconv.FormatInt(plan.Height, 10)) {
		t.Errorf("query upgrade applied: expected height %d, got %d %s %s", plan.Height, r.code, r.stdout, r.stderr)
	}
	_, err = n.CheckAgreement(ctx, plan.Height+3)
	must(t, err)
}

// nextRelease builds the binary that carries out the upgrade.
func nextRelease(ctx context.Context, t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "aitbcd")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", nextTag, "-ldflags", "-s -w", "-o", path, "./cmd/aitbcd")
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the next release: %v: %s", err, out)
	}
	return path
}

// runCosmovisor starts a node under cosmovisor, in whose folder both binaries lie
// as an operator puts them, and stops it when the test ends.
func runCosmovisor(t *testing.T, n *localnet.Network, index int, old, next string) {
	t.Helper()
	cosmovisor, err := filepath.Abs(filepath.Join("..", "..", ".tools", "cosmovisor"))
	must(t, err)
	if _, err := os.Stat(cosmovisor); err != nil {
		t.Fatalf("the upgrade test needs %s: run `make cosmovisor`", cosmovisor)
	}
	home := n.NodeHome(index)
	for dir, target := range map[string]string{"genesis": old, filepath.Join("upgrades", planName): next} {
		bin := filepath.Join(home, "cosmovisor", dir, "bin")
		must(t, os.MkdirAll(bin, 0o750))
		must(t, os.Symlink(target, filepath.Join(bin, "aitbcd")))
	}
	logFile, err := os.Create(localnet.LogPath(home))
	must(t, err)
	cmd := exec.Command(cosmovisor, "run", "start", "--home", home, "--log_no_color")
	cmd.Env = append(os.Environ(),
		"DAEMON_HOME="+home,
		"DAEMON_NAME=aitbcd",
		"DAEMON_ALLOW_DOWNLOAD_BINARIES=false",
		"DAEMON_RESTART_AFTER_UPGRADE=true",
		"DAEMON_POLL_INTERVAL=300ms",
		"UNSAFE_SKIP_BACKUP=true",
	)
	cmd.Stdout, cmd.Stderr = logFile, logFile
	// cosmovisor does not take its node with it when it is killed: the group does.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		_ = logFile.Close()
	})
}

// proposeUpgrade returns the number of a proposal with its whole deposit.
func proposeUpgrade(ctx context.Context, t *testing.T, n *localnet.Network, c *client.Client, plan upgradetypes.Plan) uint64 {
	t.Helper()
	alice, err := n.Account("alice")
	must(t, err)
	msg, err := govv1.NewMsgSubmitProposal(
		[]sdk.Msg{&upgradetypes.MsgSoftwareUpgrade{
			Authority: authtypes.NewModuleAddress(govtypes.ModuleName).String(), Plan: plan,
		}},
		sdk.NewCoins(sdk.NewInt64Coin(types.BaseDenom, 10*types.UnitsPerAIT)),
		alice.Address, "", "Upgrade to v2", "The first coordinated upgrade.", false)
	must(t, err)
	res, err := c.Send(ctx, "alice", msg)
	must(t, err)
	for _, event := range res.Events {
		for _, attr := range event.Attributes {
			if event.Type == govtypes.EventTypeSubmitProposal && attr.Key == govtypes.AttributeKeyProposalID {
				id, err := strconv.ParseUint(attr.Value, 10, 64)
				must(t, err)
				return id
			}
		}
	}
	t.Fatal("the proposal has no id")
	return 0
}

// checkSwitched proves that the old binary halted for the plan and that
// cosmovisor runs the new one.
func checkSwitched(t *testing.T, n *localnet.Network, index int) {
	t.Helper()
	raw, err := os.ReadFile(localnet.LogPath(n.NodeHome(index)))
	must(t, err)
	if want := `UPGRADE "` + planName + `" NEEDED`; !strings.Contains(string(raw), want) {
		t.Errorf("node%d: expected the old binary to halt with %s", index, want)
	}
	current, err := filepath.EvalSymlinks(filepath.Join(n.NodeHome(index), "cosmovisor", "current"))
	must(t, err)
	if filepath.Base(current) != planName {
		t.Errorf("node%d: expected cosmovisor to run %s, got %s", index, planName, current)
	}
}
