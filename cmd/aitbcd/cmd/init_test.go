package cmd_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/viper"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/cmd/aitbcd/cmd"
	"github.com/aitbc/aitbc/testutil/golden"
	"github.com/aitbc/aitbc/types"
)

// settings are those that decide about safety, cost and reach of a node.
var settings = map[string][]string{
	"config.toml": {
		"consensus.timeout_propose", "consensus.timeout_commit", "consensus.double_sign_check_height",
		"p2p.laddr", "p2p.pex", "p2p.seed_mode", "p2p.addr_book_strict", "p2p.allow_duplicate_ip",
		"p2p.max_num_inbound_peers", "p2p.max_num_outbound_peers", "p2p.send_rate", "p2p.recv_rate",
		"mempool.size", "mempool.max_txs_bytes", "mempool.max_tx_bytes", "mempool.cache_size",
		"rpc.laddr", "rpc.unsafe", "rpc.cors_allowed_origins", "rpc.pprof_laddr", "rpc.max_open_connections", "rpc.max_body_bytes",
		"rpc.max_subscription_clients", "rpc.max_subscriptions_per_client",
		"rpc.experimental_subscription_buffer_size", "rpc.experimental_close_on_slow_client",
		"tx_index.indexer", "storage.discard_abci_responses",
		"instrumentation.prometheus", "instrumentation.prometheus_listen_addr",
	},
	"app.toml": {
		"minimum-gas-prices", "query-gas-limit", "block-executor", "mempool.max-txs",
		"pruning", "pruning-keep-recent", "pruning-interval", "state-sync.snapshot-interval", "state-sync.snapshot-keep-recent",
		"api.enable", "api.swagger", "api.address", "api.enabled-unsafe-cors", "api.max-open-connections",
		"api.rpc-read-timeout", "api.rpc-write-timeout", "api.rpc-max-body-bytes",
		"grpc.enable", "grpc.address", "grpc.max-recv-msg-size", "grpc.max-send-msg-size", "grpc-web.enable",
	},
	"client.toml": {
		"chain-id", "node", "keyring-backend", "keyring-default-keyname", "output", "broadcast-mode", "wait",
		"gas", "gas-adjustment", "gas-prices",
	},
}

func TestProfilesWriteTheirSettings(t *testing.T) {
	var got strings.Builder
	for _, profile := range []string{"dev", "validator", "sentry", "rpc", "archive", "seed"} {
		home := newHome(t)
		mustRun(t, home, "init", "alice", "--profile", profile)
		fmt.Fprintf(&got, "== %s\n", profile)
		for _, file := range []string{"config.toml", "app.toml", "client.toml"} {
			v := viper.New()
			v.SetConfigFile(filepath.Join(home, "config", file))
			if err := v.ReadInConfig(); err != nil {
				t.Fatal(err)
			}
			for _, key := range settings[file] {
				if !v.IsSet(key) {
					t.Errorf("%s: %s is not in the file", file, key)
				}
				fmt.Fprintf(&got, "%s %s = %v\n", file, key, v.Get(key))
			}
			// Else no validator could start again on a halted chain, whatever the
			// golden file says.
			if file == "config.toml" && v.GetInt64("consensus.double_sign_check_height") != 0 {
				t.Errorf("%s: consensus.double_sign_check_height: want 0, got %v", profile, v.Get("consensus.double_sign_check_height"))
			}
		}
	}
	golden.Check(t, "profiles", got.String())
}

func TestInitWritesGenesisAndKeys(t *testing.T) {
	home := newHome(t)
	var report struct {
		ChainID string         `json:"chain_id"`
		NodeID  string         `json:"node_id"`
		PubKey  map[string]any `json:"consensus_pubkey"`
		Genesis string         `json:"genesis"`
	}
	out := mustRun(t, home, "init", "alice", "--chain-id", "aitbc-test-3", "--output", "json")
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("output is not JSON: %v", err)
	}
	if report.ChainID != "aitbc-test-3" || len(report.NodeID) != 40 || report.PubKey["@type"] != "/cosmos.crypto.ed25519.PubKey" {
		t.Errorf("report: got %s", out)
	}
	if report.Genesis != genesisPath(home) {
		t.Errorf("genesis: want %s, got %s", genesisPath(home), report.Genesis)
	}
	editJSON(t, genesisPath(home), func(g map[string]any) {
		if g["chain_id"] != "aitbc-test-3" || g["initial_height"] != float64(1) {
			t.Errorf("chain id and height: got %v, %v", g["chain_id"], g["initial_height"])
		}
		params := at(g, "consensus", "params")
		if got := at(params, "block"); got["max_bytes"] != fmt.Sprint(app.MaxBlockBytes) || got["max_gas"] != fmt.Sprint(app.MaxBlockGas) {
			t.Errorf("block limits: got %v", got)
		}
		if got := at(params, "evidence")["max_age_duration"]; got != "1814400000000000" {
			t.Errorf("age of evidence: want 21 days, got %v", got)
		}
		if got := at(g, "app_state", "staking", "params")["bond_denom"]; got != types.BaseDenom {
			t.Errorf("bond denom: want %s, got %v", types.BaseDenom, got)
		}
	})
	for _, name := range []string{"config/priv_validator_key.json", "config/node_key.json", "data/priv_validator_state.json", "config/client.toml"} {
		info, err := os.Stat(filepath.Join(home, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s: want mode 600, got %o", name, info.Mode().Perm())
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(home), ".aitbcd*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestInitKeepsKeysAndClientSettings(t *testing.T) {
	home := newHome(t)
	mustRun(t, home, "keys", "add", "alice", "--keyring-backend", "test")
	mine := "chain-id = \"aitbc-other-1\"\n"
	if err := os.MkdirAll(filepath.Join(home, "config"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "config", "client.toml"), []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, home, "init", "alice")
	if out := mustRun(t, home, "keys", "list", "--keyring-backend", "test"); !strings.Contains(out, "alice") {
		t.Errorf("the key is gone: %s", out)
	}
	if got, _ := os.ReadFile(filepath.Join(home, "config", "client.toml")); string(got) != mine {
		t.Errorf("client.toml: want mine, got %s", got)
	}
}

func TestInitMakesMlDsaKeys(t *testing.T) {
	home := newHome(t)
	mustRun(t, home, "init", "alice", "--consensus-key-algo", "ml_dsa_65")
	if out := mustRun(t, home, "comet", "show-validator"); !strings.Contains(out, "mldsa65") {
		t.Errorf("want an ML-DSA key, got %s", out)
	}
}

func TestInitRecoversTheSameKey(t *testing.T) {
	words := strings.Repeat("abandon ", 23) + "art\n"
	var keys []string
	for range 2 {
		home := newHome(t)
		var out, errOut strings.Builder
		if status := cmd.Main([]string{"init", "alice", "--recover", "--home", home}, strings.NewReader(words), &out, &errOut); status != 0 {
			t.Fatal(errOut.String())
		}
		keys = append(keys, mustRun(t, home, "comet", "show-validator"))
	}
	if keys[0] != keys[1] {
		t.Errorf("want one key from one mnemonic, got %s and %s", keys[0], keys[1])
	}
}
