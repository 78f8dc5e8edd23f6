package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/internal/localnet"
)

// refuses runs a command that must fail with one sentence that begins so.
func refuses(t *testing.T, want string, args ...string) {
	t.Helper()
	stdout, _, err := execute(t, args...)
	switch {
	case err == nil:
		t.Errorf("aitbc %s: expected an error with %q, got %s", strings.Join(args, " "), want, stdout)
	case !strings.HasPrefix(err.Error(), want):
		t.Errorf("aitbc %s: expected an error with %q, got %v", strings.Join(args, " "), want, err)
	case strings.Contains(err.Error(), "\n") || stdout != "":
		t.Errorf("aitbc %s: expected one line and no result, got %q and %q", strings.Join(args, " "), err, stdout)
	}
}

// What is wrong is told before anybody is asked: there is no node in these tests.
func TestBadInput(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{"a.md": "text", "empty.md": ""} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hired := []string{"hire", "text.summarize", "a.md"}
	made := []string{"agent", "init", "--name", "Ada"}
	for _, tc := range []struct {
		want string
		base []string
		args string
	}{
		{"aitbc hire: expected SKILL FILE, got 0 arguments", []string{"hire"}, ""},
		{"aitbc hire: expected SKILL FILE, got 1 arguments", []string{"hire"}, "text.summarize"},
		{"skill: expected a dotted id", []string{"hire"}, "Summarize a.md"},
		{"file: expected one that can be read", []string{"hire"}, "text.summarize nothing.md"},
		{"file: expected a file, but . is a directory", []string{"hire"}, "text.summarize ."},
		{"file: expected at least one byte, but empty.md is empty", []string{"hire"}, "text.summarize empty.md"},
		{"--budget: expected an amount", hired, "--budget much"},
		{"--budget: expected an amount without separators", hired, "--budget 1,000"},
		{"--budget: expected more than 0", hired, "--budget 0"},
		{"--agent: expected the id of an agent, from 1, got 0", hired, "--agent 0"},
		{"--agent: expected a value of type uint64", hired, "--agent Ada"},
		{"--delivery: expected whole seconds", hired, "--delivery 100ms"},
		{"--delivery: expected whole seconds", hired, "--delivery -5m"},
		{"--delivery: expected a value of type duration", hired, "--delivery soon"},
		{"--review: expected whole seconds", hired, "--review 0s"},
		{"--media-type: expected one such as text/markdown", hired, "--media-type Markdown"},
		{"--out: expected a file, got nothing", hired, "--out="},
		{"--out: expected a file, but . is a directory", hired, "--out ."},
		{"--out: a.md exists; --force replaces it", hired, "--out a.md"},
		{"--out: there is no directory no/where", hired, "--out no/where/result.md"},
		{"--force: expected --out with it", hired, "--force"},
		{"--resume: expected the name of a hire or latest", []string{"hire"}, "--resume="},
		{"--agent: expected nothing with --resume", []string{"hire"}, "--resume latest --agent 1"},
		{"aitbc hire: expected no arguments, got 2 arguments", hired, "--resume latest"},
		{"--output: expected text or json", hired, "--output yaml"},
		{"unknown flag: --fast", hired, "--fast"},

		{"--node-grpc: expected the address of a node", hired, ""},
		{"--node-grpc: expected host:port", hired, "--node-grpc localhost --chain-id a-1"},
		{"--chain-id: expected the id of the chain", hired, "--node-grpc localhost:1"},
		{"--localnet and --node-grpc: give one of them", hired, "--node-grpc localhost:1 --localnet"},
		{"--localnet: expected a directory with a localnet", hired, "--localnet=nowhere"},
		{"--home: expected a directory", hired, "--home="},
		{"--keyring-backend: expected one of os, file, test", hired, "--node-grpc localhost:1 --chain-id a-1 --keyring-backend paper"},
		{"--node-grpc: node 127.0.0.1:1 does not answer", hired, "--node-grpc 127.0.0.1:1 --chain-id a-1 --keyring-backend test --home ."},

		{"aitbc wallet: expected one of balance, claim", []string{"wallet"}, ""},
		{"aitbc wallet balance: expected [NAME|ADDRESS], got 2 arguments", []string{"wallet", "balance"}, "a b"},
		{"aitbc wallet claim: expected no arguments", []string{"wallet", "claim"}, "all"},
		{"aitbc jobs: expected one of accept", []string{"jobs"}, "shou"},
		{"aitbc keys: expected one of add", []string{"keys"}, "lst"},
		{"--localnet: expected a directory with a localnet", []string{"keys", "list"}, "--localnet"},

		{"--name: expected the agent's name", []string{"agent", "init"}, ""},
		{"--price: expected an amount", made, "--price cheap"},
		{"--price: expected an amount such as", made, "--price="},
		{"--price: expected more than 0", made, "--price 0"},
		{"--bond: expected an amount", made, "--bond all"},
		{"--listen: expected host:port", made, "--listen 8480"},
		{"--url: expected the address under which clients find 0.0.0.0:8480", made, "--listen 0.0.0.0:8480"},
		{"--url: expected the address under which clients find :8480", made, "--listen :8480"},
		{"--skill: expected each at most once of", made, "--skill text.translate"},
		{"--skill: expected each at most once of", made, "--skill text.summarize,text.summarize"},
		{"--skill: expected at least one of", made, "--skill="},
		{"configuration: open nothing.yaml", []string{"agent", "run"}, "--config nothing.yaml"},
		{"--config: expected a file, got nothing", []string{"agent", "run"}, "--config="},
		{"--config: expected the configuration that `aitbc agent init` wrote", []string{"agent", "run"}, ""},
		{"a.md: ", []string{"agent", "publish"}, "--config a.md"},
		{"--agent: expected the id of an agent, from 1, got 0", []string{"agent", "status"}, "--agent 0"},
	} {
		refuses(t, tc.want, append(append([]string{}, tc.base...), strings.Fields(tc.args)...)...)
	}
}

// madeLocalnet returns the directory of a network that is never started.
func madeLocalnet(t *testing.T) string {
	t.Helper()
	o := localnet.DefaultOptions()
	o.Home, o.Validators = filepath.Join(t.TempDir(), "net"), 1
	o.Binary = filepath.Join(t.TempDir(), "aitbcd")
	if err := os.WriteFile(o.Binary, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	var err error
	if o.BasePort, err = localnet.FreeBasePort(29500, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := localnet.New(o); err != nil {
		t.Fatal(err)
	}
	return o.Home
}

func TestPlaces(t *testing.T) {
	dir := madeLocalnet(t)
	n, err := localnet.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	onNet := place{
		grpc: n.GRPCAddress(0), rpc: "http://127.0.0.1:" + strings.TrimPrefix(n.GRPCAddress(0), "127.0.0.1:"), chainID: "aitbc-local-1",
		home: dir, keyDir: n.NodeHome(0), backend: "test", localnet: dir,
	}
	for name, tc := range map[string]struct {
		env  map[string]string
		args []string
		want func(p place) bool
	}{
		"a localnet":          {args: []string{"--localnet=" + dir}, want: func(p place) bool { p.rpc = onNet.rpc; return p == onNet }},
		"one of the variable": {env: map[string]string{"AITBC_LOCALNET": dir}, want: func(p place) bool { return p.localnet == dir }},
		"with keys of one's own": {
			args: []string{"--localnet=" + dir, "--home", home, "--keyring-backend", "file"},
			want: func(p place) bool {
				return p.keyDir == home && p.home == home && p.backend == "file" && p.localnet == dir
			},
		},
		"a flag against a variable": {
			env:  map[string]string{"AITBC_LOCALNET": dir},
			args: []string{"--node-grpc", "a:1", "--chain-id", "b-1"},
			want: func(p place) bool { return p.localnet == "" && p.grpc == "a:1" && p.chainID == "b-1" },
		},
		"a flag against variables": {
			env:  map[string]string{"AITBC_NODE_GRPC": "a:1", "AITBC_CHAIN_ID": "b-1", "AITBC_HOME": home, "AITBC_KEYRING_BACKEND": "file"},
			args: []string{"--localnet=" + dir},
			want: func(p place) bool { p.rpc = onNet.rpc; return p == onNet },
		},
		"variables alone": {
			env: map[string]string{"AITBC_NODE_GRPC": "a:1", "AITBC_CHAIN_ID": "b-1", "AITBC_HOME": home, "AITBC_KEYRING_BACKEND": "file"},
			want: func(p place) bool {
				return p == place{grpc: "a:1", chainID: "b-1", home: home, keyDir: home, backend: "file"}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("HOME", t.TempDir())
			for _, flag := range chainFlags {
				t.Setenv(envName(flag), tc.env[envName(flag)])
			}
			cmd := &cobra.Command{}
			addChainFlags(cmd)
			if err := cmd.ParseFlags(tc.args); err != nil {
				t.Fatal(err)
			}
			if p, err := findPlace(cmd.Flags()); err != nil || !tc.want(p) {
				t.Errorf("unexpected place %+v and %v", p, err)
			}
		})
	}
	refuses(t, "--chain-id: expected aitbc-local-1, the localnet's, got other-1", "wallet", "balance", "--localnet="+dir, "--chain-id", "other-1")
	refuses(t, "the localnet in "+dir+" does not answer: `aitbc localnet up --home "+dir+"` starts it", "wallet", "balance", "--localnet="+dir)
	refuses(t, "--localnet: write --localnet="+dir+", with an equals sign", "hire", "text.summarize", "a.md", "--localnet", dir)

	// The keys of a localnet are those of its users.
	stdout, _, err := execute(t, "keys", "list", "--localnet="+dir, "-o", "json")
	var keys []struct{ Name string }
	if err != nil {
		t.Fatal(err)
	}
	if decode(t, stdout, &keys); len(keys) != 7 || keys[0].Name != "alice" {
		t.Errorf("unexpected keys %v", keys)
	}
}

func TestSuggestedFlags(t *testing.T) {
	cmd := &cobra.Command{}
	addChainFlags(cmd)
	if err := cmd.ParseFlags([]string{"--from", "alice", "--home", "/my home", "--localnet=/x"}); err != nil {
		t.Fatal(err)
	}
	if got := sameChain(cmd); got != " --home '/my home' --from alice --localnet=/x" {
		t.Errorf("unexpected flags %s", got)
	}
	if got := withoutFrom(sameChain(cmd)); got != " --home '/my home' --localnet=/x" {
		t.Errorf("unexpected flags %s", got)
	}
}

func TestLasting(t *testing.T) {
	for seconds, want := range map[uint64]string{
		0: "0s", 59: "59s", 60: "1m", 90: "1m 30s", 3600: "1h", 3660: "1h 1m", 86_400: "1d", 90_000: "1d 1h", 1 << 63: "106751d 23h",
	} {
		if got := lasting(seconds); got != want {
			t.Errorf("%d s: expected %s, got %s", seconds, want, got)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	for name, want := range map[string]string{"a.md": "text/markdown", "A.TXT": "text/plain", "noext": "text/plain", "b.json": "application/json"} {
		if got := mediaTypeOf(name, []byte("text")); got != want {
			t.Errorf("%s: expected %s, got %s", name, want, got)
		}
	}
	if got := mediaTypeOf("x", []byte{0, 1, 2}); got != "application/octet-stream" {
		t.Errorf("unexpected type %s", got)
	}
	for mediaType, want := range map[string]string{"text/markdown": ".md", "text/plain; charset=utf-8": ".txt", "x/y": ".bin"} {
		if got := extensionOf(mediaType); got != want {
			t.Errorf("%s: expected %s, got %s", mediaType, want, got)
		}
	}
}

// A result gets a place of its own; the same result, written again after a crash, the
// same place.
func TestDeliver(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	d := &desk{}
	deliver := func(text string) string {
		t.Helper()
		place, err := d.deliver(t.Context(), hire.Delivery{InputName: "a.txt", Plain: []byte(text), MediaType: "text/markdown"})
		if err != nil {
			t.Fatal(err)
		}
		return filepath.Base(place)
	}
	for i, tc := range []struct{ text, want string }{
		{"one", "a.result.md"}, {"one", "a.result.md"}, {"two", "a.result-2.md"}, {"three", "a.result-3.md"}, {"two", "a.result-2.md"},
	} {
		if got := deliver(tc.text); got != tc.want {
			t.Errorf("%d: expected %s, got %s", i, tc.want, got)
		}
	}
	d.flags.out = "a.result.md"
	if _, err := d.deliver(t.Context(), hire.Delivery{Plain: []byte("four")}); err == nil || !strings.HasPrefix(err.Error(), "--out: write ") {
		t.Errorf("expected that nothing is replaced, got %v", err)
	}
	d.flags.force = true
	if got := deliver("four"); got != "a.result.md" {
		t.Errorf("expected the file to be replaced, got %s", got)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 3 {
		t.Errorf("expected three files, got %v and %v", left, err)
	}
}
