//go:build system

package system_test

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/aitbc/aitbc/internal/localnet"
)

// expectError runs aitbc, which must fail with one line that has the text.
func expectError(ctx context.Context, t *testing.T, text string, args ...string) {
	t.Helper()
	r := run(ctx, t, "aitbc", args...)
	if r.code == 0 {
		t.Fatalf("aitbc %v: expected a failure, got %s", args, r.stdout)
	}
	last := strings.TrimSpace(r.stderr)
	if at := strings.LastIndex(last, "\n"); at >= 0 {
		last = last[at+1:]
	}
	if !strings.HasPrefix(last, "Error: ") || !strings.Contains(last, text) {
		t.Errorf("aitbc %v: expected one sentence with %q, got %q", args, text, r.stderr)
	}
	if r.stdout != "" {
		t.Errorf("aitbc %v: expected no result, got %q", args, r.stdout)
	}
}

func TestBadInput(t *testing.T) {
	ctx := testContext(t)
	base := strconv.Itoa(freePorts(t, 4))
	fullHome := t.TempDir()
	must(t, os.WriteFile(filepath.Join(fullHome, "thesis.txt"), []byte("precious"), 0o600))

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = taken.Close() }()
	takenPort := taken.Addr().(*net.TCPAddr).Port
	// RPC of node1 is at base + 17.
	takenBase := strconv.Itoa(takenPort - 17)

	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no validators":       {[]string{"--validators", "0"}, "--validators: expected 1 to 10, got 0"},
		"eleven validators":   {[]string{"--validators", "11"}, "--validators: expected 1 to 10, got 11"},
		"validators no digit": {[]string{"--validators", "four"}, `--validators: expected a value of type int, got "four"`},
		"full nodes":          {[]string{"--full-nodes", "-1"}, "--full-nodes: expected 0 to 40, got -1"},
		"block time":          {[]string{"--block-time", "1ms"}, "--block-time: expected 50ms to 1m0s, got 1ms"},
		"chain id":            {[]string{"--chain-id", "No Name"}, "--chain-id: expected name-number"},
		"base port":           {[]string{"--base-port", "80"}, "--base-port: expected 1024 to"},
		"timeout":             {[]string{"--timeout", "0s"}, "--timeout: expected a positive time, got 0s"},
		"missing binary":      {[]string{"--binary", "/no/such/aitbcd"}, "--binary: expected an executable file, got /no/such/aitbcd"},
		"unknown flag":        {[]string{"--validator", "4"}, "unknown flag: --validator"},
		"argument":            {[]string{"now"}, `unknown command "now"`},
		"output":              {[]string{"--output", "xml"}, `--output: expected text or json, got "xml"`},
		"port in use": {
			[]string{"--base-port", takenBase},
			"port " + strconv.Itoa(takenPort) + " (RPC of node1) is in use",
		},
	} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			args := append([]string{
				"localnet", "up", "--home", filepath.Join(parent, "net"), "--binary", binary("aitbcd"), "--base-port", base,
			}, tc.args...)
			expectError(ctx, t, tc.want, args...)
			expectEmpty(t, parent)
		})
	}

	t.Run("home in use", func(t *testing.T) {
		expectError(ctx, t, "--home: expected an empty directory or a localnet, but "+fullHome+" holds thesis.txt",
			"localnet", "up", "--home", fullHome, "--binary", binary("aitbcd"), "--base-port", base)
		for _, command := range []string{"reset", "down", "status", "logs"} {
			expectError(ctx, t, "--home: there is no localnet in "+fullHome, "localnet", command, "--home", fullHome)
		}
		entries, err := os.ReadDir(fullHome)
		must(t, err)
		if len(entries) != 1 || entries[0].Name() != "thesis.txt" {
			t.Errorf("expected the directory as it was, got %v", entries)
		}
	})
	t.Run("unknown command", func(t *testing.T) {
		expectError(ctx, t, `expected one of`, "localnet", "sideways")
		expectError(ctx, t, `unknown command "sideways"`, "sideways")
	})
}

// TestBinaryNotFound runs aitbc where no aitbcd is beside it or in PATH.
func TestBinaryNotFound(t *testing.T) {
	dir := t.TempDir()
	lonely := filepath.Join(dir, "aitbc")
	must(t, os.Link(binary("aitbc"), lonely))
	cmd := exec.CommandContext(testContext(t), lonely, "localnet", "up", "--home", filepath.Join(dir, "net"))
	cmd.Env = append(os.Environ(), "PATH="+dir)
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "aitbcd is neither next to aitbc nor in PATH") {
		t.Errorf("expected a sentence about the missing binary, got %v and %s", err, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "net")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("expected nothing to be made, got %v", err)
	}
}

func expectEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 0 {
		t.Errorf("expected nothing to be left, got %v", entries)
	}
}

// TestInterruptedUp presses Ctrl-C while `up` waits for the first block: it must
// stop what it started, and the network must be there to be resumed.
func TestInterruptedUp(t *testing.T) {
	ctx := testContext(t)
	o := options(t, 4)
	cmd := exec.CommandContext(ctx, binary("aitbc"), "localnet", "up", "--home", o.Home, "--binary", o.Binary,
		"--base-port", strconv.Itoa(o.BasePort), "--block-time", "1m")
	stderr, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { stopIfThere(t, o.Home) })
	waitText(t, stderr, "started 4 nodes")
	must(t, cmd.Process.Signal(syscall.SIGINT))
	waitText(t, stderr, "interrupted")
	if err := cmd.Wait(); err == nil {
		t.Error("expected a failure")
	}
	n, err := localnet.Open(o.Home)
	must(t, err)
	for i := range n.State().Nodes {
		if n.Running(i) {
			t.Errorf("node%d runs after the interruption", i)
		}
	}
}

// TestForeignGenesis restarts a node whose genesis is not that of its data.
func TestForeignGenesis(t *testing.T) {
	ctx := testContext(t)
	n := newNetwork(t, options(t, 1))
	start(t, n)
	must(t, n.WaitHeight(ctx, 2))
	_, err := n.Stop()
	must(t, err)
	path := filepath.Join(n.NodeHome(0), "config", "genesis.json")
	good, err := os.ReadFile(path)
	must(t, err)

	for name, tc := range map[string]struct{ old, new, want string }{
		"tampered": {`"20000000000000"`, `"20000000000001"`, "is not the one that the data in this home began with"},
		"foreign":  {`"aitbc-local-1"`, `"aitbc-other-1"`, "is of chain aitbc-other-1, but the data in this home is of chain aitbc-local-1"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := strings.Replace(string(good), tc.old, tc.new, 1)
			if bad == string(good) {
				t.Fatalf("the genesis has no %s", tc.old)
			}
			must(t, os.WriteFile(path, []byte(bad), 0o600))
			r := run(ctx, t, "aitbcd", "start", "--home", n.NodeHome(0))
			if r.code == 0 || !strings.Contains(r.stderr, tc.want) {
				t.Errorf("expected a refusal with %q, got %d: %s", tc.want, r.code, r.stderr)
			}
		})
	}
	must(t, os.WriteFile(path, good, 0o600))
	start(t, n)
	must(t, n.WaitHeight(ctx, 4))
}
