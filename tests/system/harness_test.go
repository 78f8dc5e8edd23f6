//go:build system

package system_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/internal/localnet"
)

const (
	// portsFrom is below the range from which the kernel gives ports to outgoing
	// connections, and above the ports of a developer's own localnet.
	portsFrom = 28000

	// patience bounds a whole test, so that one that hangs says where.
	patience = 5 * time.Minute
)

// TestMain refuses to run without binaries: a system test that has nothing to
// start must not look like one that passed.
func TestMain(m *testing.M) {
	for _, name := range []string{"aitbcd", "aitbc"} {
		if _, err := os.Stat(binary(name)); err != nil {
			_, _ = os.Stderr.WriteString("system tests need " + binary(name) + ": run `make build`, or set AITBC_BIN\n")
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// binary is the path of a program that was built from this repository.
func binary(name string) string {
	dir := os.Getenv("AITBC_BIN")
	if dir == "" {
		dir = filepath.Join("..", "..", "build")
	}
	path, err := filepath.Abs(filepath.Join(dir, name))
	if err != nil {
		panic(err)
	}
	return path
}

// heavy skips a test that takes longer than some seconds if -short is given.
func heavy(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes long: not with -short")
	}
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// within bounds one step of a test.
func within(ctx context.Context, t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, limit)
	t.Cleanup(cancel)
	return ctx
}

// options describe a network in a folder of the test, on free ports.
func options(t *testing.T, validators int) localnet.Options {
	t.Helper()
	o := localnet.DefaultOptions()
	o.Home = filepath.Join(t.TempDir(), "net")
	o.Validators = validators
	o.Binary = binary("aitbcd")
	o.BasePort = freePorts(t, validators+1)
	return o
}

func freePorts(t *testing.T, nodes int) int {
	t.Helper()
	base, err := localnet.FreeBasePort(portsFrom, nodes)
	must(t, err)
	return base
}

// newNetwork makes a network that is stopped when the test ends. If the test
// failed, the ends of all logs are printed.
func newNetwork(t *testing.T, o localnet.Options) *localnet.Network {
	t.Helper()
	n, err := localnet.New(o)
	must(t, err)
	stopAtEnd(t, n)
	return n
}

func stopAtEnd(t *testing.T, n *localnet.Network) {
	t.Helper()
	t.Cleanup(func() {
		if _, err := n.Stop(); err != nil && !errors.Is(err, localnet.ErrNoNetwork) {
			t.Errorf("stop the network: %v", err)
		}
		if t.Failed() {
			_ = n.Logs(context.Background(), 20, false, func(l localnet.LogLine) error {
				t.Logf("%s | %s", l.Node, l.Line)
				return nil
			})
		}
	})
}

func start(t *testing.T, n *localnet.Network, indexes ...int) {
	t.Helper()
	_, err := n.Start(indexes...)
	must(t, err)
}

func newClient(t *testing.T, n *localnet.Network) *client.Client {
	t.Helper()
	c, err := n.Client()
	must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func height(ctx context.Context, t *testing.T, n *localnet.Network, index int) int64 {
	t.Helper()
	h, err := n.Height(ctx, index)
	must(t, err)
	return h
}

// result is how a program ended.
type result struct {
	code           int
	stdout, stderr string
}

// run runs a program to its end.
func run(ctx context.Context, t *testing.T, name string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, binary(name), args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// succeed runs a program that must exit with status 0 and print JSON.
func succeed(ctx context.Context, t *testing.T, into any, name string, args ...string) {
	t.Helper()
	r := run(ctx, t, name, args...)
	if r.code != 0 {
		t.Fatalf("%s %v: expected exit status 0, got %d: %s", name, args, r.code, r.stderr)
	}
	if err := json.Unmarshal([]byte(r.stdout), into); err != nil {
		t.Fatalf("%s %v: expected JSON, got %q: %v", name, args, r.stdout, err)
	}
}

// up runs `aitbc localnet up` and returns the network.
func up(ctx context.Context, t *testing.T, o localnet.Options, more ...string) (*localnet.Network, localnet.UpReport) {
	t.Helper()
	args := append([]string{
		"localnet", "up", "--output", "json", "--home", o.Home, "--binary", o.Binary,
		"--validators", strconv.Itoa(o.Validators), "--base-port", strconv.Itoa(o.BasePort),
	}, more...)
	var report localnet.UpReport
	// A failing `up` must not leave processes behind either, so look before.
	t.Cleanup(func() { stopIfThere(t, o.Home) })
	succeed(ctx, t, &report, "aitbc", args...)
	n, err := localnet.Open(o.Home)
	must(t, err)
	stopAtEnd(t, n)
	return n, report
}

func stopIfThere(t *testing.T, home string) {
	t.Helper()
	n, err := localnet.Open(home)
	if errors.Is(err, localnet.ErrNoNetwork) {
		return
	}
	must(t, err)
	_, err = n.Stop()
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// waitText reads until the text has come.
func waitText(t *testing.T, r io.Reader, text string) {
	t.Helper()
	var seen strings.Builder
	chunk := make([]byte, 256)
	for !strings.Contains(seen.String(), text) {
		n, err := r.Read(chunk)
		seen.Write(chunk[:n])
		if err != nil && !strings.Contains(seen.String(), text) {
			t.Fatalf("expected %q, got %q and %v", text, seen.String(), err)
		}
	}
}
