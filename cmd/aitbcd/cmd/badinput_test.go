package cmd_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"

	"github.com/aitbc/aitbc/cmd/aitbcd/cmd"
)

func TestInitRefusesBadInput(t *testing.T) {
	for sentence, args := range map[string][]string{
		"accepts 1 arg(s), received 0; usage: aitbcd init <moniker>": {"init"},
		"moniker: expected 1 to 70 characters":                       {"init", " "},
		`--chain-id: expected name-number in lower case`:             {"init", "alice", "--chain-id", "Foo"},
		`got "aitbc-0"`: {"init", "alice", "--chain-id", "aitbc-0"},
		"--profile: expected one of dev, validator": {"init", "alice", "--profile", "king"},
		"--initial-height: expected 1, got 0":       {"init", "alice", "--initial-height", "0"},
		"--initial-height: expected 1, got 7":       {"init", "alice", "--initial-height", "7"},
		"--consensus-key-algo: expected one of":     {"init", "alice", "--consensus-key-algo", "rsa"},
		"unknown flag: --foo; --help lists":         {"init", "alice", "--foo"},
		"--initial-height: \"x\"":                   {"init", "alice", "--initial-height", "x"},
		"--recover: no mnemonic could be read":      {"init", "alice", "--recover"},
	} {
		t.Run(sentence, func(t *testing.T) { mustRefuse(t, newHome(t), sentence, args...) })
	}
}

func TestInitRefusesAHomeInUse(t *testing.T) {
	home := newHome(t)
	mustRun(t, home, "init", "alice")
	mustRefuse(t, home, "is in use (it holds config/", "init", "alice")

	for _, file := range []string{"config/genesis.json", "data/x", "notes.txt"} {
		home := newHome(t)
		if err := os.MkdirAll(filepath.Dir(filepath.Join(home, file)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(home, file), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		mustRefuse(t, home, "is in use", "init", "alice")
	}

	file := newHome(t)
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, file, "not a directory", "init", "alice")
}

// Commands on a home that is none must not make one.
func TestNothingIsMadeByTheWay(t *testing.T) {
	missing := "run aitbcd init first"
	for _, args := range [][]string{
		{"start"},
		{"export"},
		{"rollback"},
		{"prune", "everything"},
		{"snapshots", "list"},
		{"genesis", "add-genesis-account", "alice", "1uait"},
		{"genesis", "validate"},
		{"genesis", "collect-gentxs"},
		{"comet", "show-node-id"},
		{"comet", "show-validator"},
		{"comet", "unsafe-reset-all"},
		{"module-hash-by-height", "1"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) { mustRefuse(t, newHome(t), missing, args...) })
	}
	home := newHome(t)
	mustRun(t, home, "version")
	mustRun(t, home, "keys", "list", "--keyring-backend", "memory")
	if _, err := os.Stat(home); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a home was made: %v", err)
	}
}

func TestUnknownThings(t *testing.T) {
	for sentence, args := range map[string][]string{
		`unknown command "foo" for "aitbcd"; --help lists`: {"foo"},
		`unknown command "foo" for "query"`:                {"query", "foo"},
		`unknown command "sendd" for "bank"; did you mean`: {"tx", "bank", "sendd"},
		`usage: aitbcd tx bank send`:                       {"tx", "bank", "send", "a"},
		"unknown flag: --foo; --help lists the flags":      {"query", "bank", "total", "--foo"},
	} {
		t.Run(sentence, func(t *testing.T) { mustRefuse(t, newHome(t), sentence, args...) })
	}
}

func TestClientTomlIsChecked(t *testing.T) {
	for sentence, line := range map[string]string{
		"client.toml is not readable as TOML": "[[[",
		"setting that is unknown":             "chainid = \"x\"",
		"output: expected one of":             "output = \"xml\"",
		"gas: expected auto or a whole":       "gas = \"much\"",
		"gas-adjustment: expected a number":   "gas-adjustment = \"0.5\"",
		"gas-prices: expected a price like":   "gas-prices = \"cheap\"",
		"broadcast-mode: expected one of":     "broadcast-mode = \"block\"",
	} {
		t.Run(sentence, func(t *testing.T) {
			home := newHome(t)
			mustRun(t, home, "init", "alice")
			if err := os.WriteFile(filepath.Join(home, "config", "client.toml"), []byte(line), 0o600); err != nil {
				t.Fatal(err)
			}
			mustRefuse(t, home, sentence, "keys", "list")
		})
	}
}

// fakeNode answers /status as a node of the given chain.
func fakeNode(t *testing.T, chainID string, catchingUp bool) string {
	t.Helper()
	status := coretypes.ResultStatus{SyncInfo: coretypes.SyncInfo{CatchingUp: catchingUp, LatestBlockHeight: 5}}
	status.NodeInfo.Network = chainID
	result, err := cmtjson.Marshal(status)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":0,"result":%s}`, result)
	}))
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "http://", "tcp://", 1)
}

func TestTransactionsCheckTheNodeFirst(t *testing.T) {
	home := newHome(t)
	mustRun(t, home, "keys", "add", "alice", "--keyring-backend", "test")
	send := []string{"tx", "bank", "send", "alice", "alice", "1uait", "-y", "--keyring-backend", "test"}

	mustRefuse(t, home, "is of chain other-1, but the transaction would be signed for aitbc-local-1",
		append(send, "--node", fakeNode(t, "other-1", false))...)
	mustRefuse(t, home, "is still catching up, at height 5",
		append(send, "--node", fakeNode(t, cmd.DefaultChainID, true))...)
	mustRefuse(t, home, "no node answers at tcp://127.0.0.1:1 (connection refused)",
		append(send, "--node", "tcp://127.0.0.1:1")...)
	mustRefuse(t, home, "no node answers at http://127.0.0.1:1 (connection refused)",
		"query", "bank", "balances", "alice", "--keyring-backend", "test", "--node", "tcp://127.0.0.1:1")
	mustRefuse(t, home, "no node answers at http://127.0.0.1:1 (connection refused)", "status", "--node", "tcp://127.0.0.1:1")
	mustRefuse(t, home, `expected an address like tcp://localhost:26657, got "foo bar"`, "status", "--node", "foo bar")
}

func TestTransactionsCheckTheirInput(t *testing.T) {
	home := newHome(t)
	mustRun(t, home, "keys", "add", "alice", "--keyring-backend", "test")
	node := fakeNode(t, cmd.DefaultChainID, false)
	send := func(args ...string) []string {
		return append([]string{"tx", "bank", "send", "-y", "--keyring-backend", "test", "--node", node}, args...)
	}
	for sentence, args := range map[string][]string{
		`no key named "bob"; aitbcd keys list`:      send("bob", "alice", "1uait"),
		"expected an address that starts with ait1": send("alice", "ait1xyz", "1uait"),
		"expected an amount like 1000uait":          send("alice", "alice", "1"),
		`--gas: expected auto or a whole number`:    send("alice", "alice", "1uait", "--gas", "lots"),
		`--fees: expected an amount like 500uait`:   send("alice", "alice", "1uait", "--fees", "five"),
		`--gas-prices: expected a price like`:       send("alice", "alice", "1uait", "--gas-prices", "cheap"),
		"--fees and --gas-prices: give one of them": send("alice", "alice", "1uait", "--fees", "1uait", "--gas-prices", "1uait"),
		"--broadcast-mode: expected one of":         send("alice", "alice", "1uait", "-b", "block"),
		`argument "nobody": invalid account address or key name`: {
			"query", "bank", "balances", "nobody", "--keyring-backend", "test", "--node", node,
		},
	} {
		t.Run(sentence, func(t *testing.T) { mustRefuse(t, home, sentence, args...) })
	}
}

func TestEnvironmentSetsFlags(t *testing.T) {
	home := newHome(t)
	t.Setenv("AITBCD_PROFILE", "king")
	mustRefuse(t, home, `got "king"`, "init", "alice")
	t.Setenv("AITBCD_PROFILE", "seed")
	if out := mustRun(t, home, "init", "alice"); !strings.Contains(out, "seed") {
		t.Errorf("want profile seed, got %s", out)
	}
	t.Setenv("AITBCD_INITIAL_HEIGHT", "x")
	mustRefuse(t, newHome(t), "environment variable AITBCD_INITIAL_HEIGHT", "init", "alice")
}

func TestStartRefusesPortsInUse(t *testing.T) {
	home := newChain(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	address := taken.Addr().String()
	mustRefuse(t, home, "rpc.laddr in config.toml: "+address+" is not free (address already in use)",
		"start", "--rpc.laddr", "tcp://"+address)
	free := "tcp://127.0.0.1:0" // any port
	mustRefuse(t, home, "p2p.laddr in config.toml: "+address+" is not free",
		"start", "--rpc.laddr", free, "--p2p.laddr", "tcp://"+address)
	mustRefuse(t, home, "grpc.address in app.toml: "+address+" is not free",
		"start", "--rpc.laddr", free, "--p2p.laddr", free, "--api.enable=false", "--grpc.address", address)
}

// The chain takes fees in one denom: a price in another would be passed over.
func TestStartRefusesPricesThatNobodyIsAsked(t *testing.T) {
	home := newChain(t)
	for _, price := range []string{"", "1uatom", "0.0025uait,1uatom", "cheap"} {
		t.Run(price, func(t *testing.T) {
			mustRefuse(t, home, `minimum-gas-prices in config/app.toml: expected one price in uait, like 0.0025`,
				"start", "--minimum-gas-prices", price)
		})
	}
}

func TestExplainIsOneSentenceWithAdvice(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{
			"rpc error: code = Unknown desc = account sequence mismatch, expected 5, got 4 [cosmos/cosmos-sdk@v0.55.0/x/auth/ante/sigverify.go:290] with gas used: '35369'",
			"account sequence mismatch, expected 5, got 4; another transaction of this account is on its way; wait for its block and send again",
		},
		{
			"out of gas in location: ReadFlat; gasWanted: 1, gasUsed: 2: out of gas",
			"out of gas in location: ReadFlat; gasWanted: 1, gasUsed: 2: out of gas; raise --gas, or leave it away for an estimate, with a larger --gas-adjustment",
		},
		{
			"failed to convert address field to address: bob.info: key not found",
			`no key named "bob"; aitbcd keys list shows the keys there are; name another keyring with --keyring-backend or --keyring-dir`,
		},
		{
			"unknown command \"tz\" for \"aitbcd\"\n\nDid you mean this?\n\ttx\n",
			`unknown command "tz" for "aitbcd"; did you mean tx; --help lists the commands`,
		},
		{
			`post failed: Post "http://localhost:26657": dial tcp 127.0.0.1:26657: connect: connection refused`,
			"--node: no node answers at http://localhost:26657 (connection refused): start one, or give another address",
		},
		{
			"error in json rpc client, with http response metadata: (Status: 200 OK, Protocol HTTP/1.1). RPC error -32603 - Internal error: tx (AB) not found",
			"tx (AB) not found",
		},
		{
			"found signature from the same key",
			"found signature from the same key; if no other node has this key, set consensus.double_sign_check_height in config.toml to 0; otherwise stop the other one first",
		},
		{`invalid argument "{\"a\":1}" for "--0" flag: proto: unknown field "a"`, `argument "{\"a\":1}": proto: unknown field "a"`},
		{"failed to execute DeliverTx for '{\"a\": \"b\"}': insufficient funds", "a genesis transaction fails: insufficient funds; the account has less than the amount and the fee together"},
	} {
		if got := cmd.Explain(errors.New(c.text)); got != c.want {
			t.Errorf("want %q\ngot  %q", c.want, got)
		}
	}
}
