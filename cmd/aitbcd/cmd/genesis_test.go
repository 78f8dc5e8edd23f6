package cmd_test

import (
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cmtcfg "github.com/cometbft/cometbft/config"
	cmtjson "github.com/cometbft/cometbft/libs/json"

	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
)

func TestValidateStartsTheChainInMemory(t *testing.T) {
	home := newHome(t)
	mustRun(t, home, "init", "alice")
	if out := mustRun(t, home, "genesis", "validate"); !strings.Contains(out, "no validator yet") {
		t.Errorf("without validators: got %s", out)
	}
	home = newChain(t)
	var verdict map[string]string
	if err := json.Unmarshal([]byte(mustRun(t, home, "genesis", "validate", "-o", "json")), &verdict); err != nil {
		t.Fatal(err)
	}
	if verdict["verdict"] != "valid" || verdict["chain_id"] != "aitbc-local-1" {
		t.Errorf("verdict: got %v", verdict)
	}
	// A file needs no home.
	mustRun(t, newHome(t), "genesis", "validate", genesisPath(home))
}

func TestTamperedGenesisIsRefused(t *testing.T) {
	home := newChain(t)
	original, err := os.ReadFile(genesisPath(home))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		edit     func(g map[string]any)
		sentence string
	}{
		"supply": {func(g map[string]any) {
			at(g, "app_state", "bank")["supply"].([]any)[0].(map[string]any)["amount"] = "5"
		}, "app_state.bank: genesis supply is incorrect, expected 5uait, got 10000000000uait"},
		"unknown module": {func(g map[string]any) {
			at(g, "app_state")["nft"] = map[string]any{}
		}, `app_state: module "nft" is not part of this chain`},
		"missing module": {func(g map[string]any) {
			delete(at(g, "app_state"), "clock")
		}, `app_state: module "clock" is missing`},
		"unknown field": {func(g map[string]any) {
			at(g, "app_state", "clock")["bogus"] = 1
		}, `unknown field "bogus"`},
		"parameter out of range": {func(g map[string]any) {
			at(g, "app_state", "clock", "params")["max_step"] = "-1s"
		}, "app_state.clock: max_step: expected 1s to 10s"},
		"foreign chain id": {func(g map[string]any) {
			g["chain_id"] = "other-1"
		}, "a genesis transaction fails: signature verification failed"},
		"no validator": {func(g map[string]any) {
			at(g, "app_state", "genutil")["gen_txs"] = []any{}
		}, "validator set is empty"},
		"block limits": {func(g map[string]any) {
			at(g, "consensus", "params", "block")["max_gas"] = "-5"
		}, "block.MaxGas must be greater or equal to -1"},
		"no time": {func(g map[string]any) {
			delete(g, "genesis_time")
		}, "genesis_time: expected a time, the same for all nodes, got none"},
		"first block at another height": {func(g map[string]any) {
			g["initial_height"] = 7
		}, "a genesis transaction fails: "},
		"supply that can't grow": {func(g map[string]any) {
			most := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)).String()
			bank := at(g, "app_state", "bank")
			bank["supply"].([]any)[0].(map[string]any)["amount"] = most
			bank["balances"].([]any)[0].(map[string]any)["coins"].([]any)[0].(map[string]any)["amount"] = most
		}, "the chain does not make its first block from it: integer overflow"},
		"state of another kind": {func(g map[string]any) {
			g["app_state"] = 5
		}, "app_state: expected an object of modules"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(genesisPath(home), original, 0o600); err != nil {
				t.Fatal(err)
			}
			editJSON(t, genesisPath(home), c.edit)
			if name != "no validator" { // which is no fault before they are collected
				mustRefuse(t, home, c.sentence, "genesis", "validate")
			}
			mustRefuse(t, home, c.sentence, "start")
		})
	}
	t.Run("not JSON", func(t *testing.T) {
		if err := os.WriteFile(genesisPath(home), original[:len(original)/2], 0o600); err != nil {
			t.Fatal(err)
		}
		mustRefuse(t, home, "is not readable", "start")
		mustRefuse(t, home, "is not readable", "genesis", "validate")
	})
	t.Run("missing", func(t *testing.T) {
		if err := os.Remove(genesisPath(home)); err != nil {
			t.Fatal(err)
		}
		mustRefuse(t, home, "no genesis at "+genesisPath(home)+": run aitbcd init first", "start")
	})
}

// Consensus keeps its own copy of the genesis and would go on with it.
func TestGenesisMustBeTheOneTheDataBeganWith(t *testing.T) {
	home := newChain(t)
	storeGenesis(t, home)
	editJSON(t, genesisPath(home), func(g map[string]any) {
		at(g, "app_state", "clock", "params")["max_step"] = "5s"
	})
	mustRefuse(t, home, "is not the one that the data in this home began with", "start")
	editJSON(t, genesisPath(home), func(g map[string]any) {
		at(g, "app_state", "clock", "params")["max_step"] = "10s" // as it was, in another layout
	})
	// It gets as far as the next check.
	key := filepath.Join(home, "config", "priv_validator_key.json")
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, home, key+" is missing", "start")

	editJSON(t, genesisPath(home), func(g map[string]any) { g["chain_id"] = "other-1" })
	mustRefuse(t, home, "is of chain other-1, but the data in this home is of chain aitbc-local-1", "start")
}

// storeGenesis writes the genesis where consensus keeps it after the first start.
func storeGenesis(t *testing.T, home string) {
	t.Helper()
	genesis, err := genutiltypes.AppGenesisFromFile(genesisPath(home))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := genesis.ToGenesisDoc()
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.ValidateAndComplete(); err != nil {
		t.Fatal(err)
	}
	text, err := cmtjson.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	config := cmtcfg.DefaultConfig()
	config.SetRoot(home)
	db, err := cmtcfg.DefaultDBProvider(&cmtcfg.DBContext{ID: "state", Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Set([]byte("genesisDoc"), text); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// A node that takes its state from a snapshot may have a newer set of modules than
// the network's genesis.
func TestStateSyncTakesAnOlderGenesis(t *testing.T) {
	home := newChain(t)
	editJSON(t, genesisPath(home), func(g map[string]any) { delete(at(g, "app_state"), "clock") })
	key := filepath.Join(home, "config", "priv_validator_key.json")
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(home, "config", "config.toml")
	replaceInFile(t, config, "enable = false\n\n# RPC servers", "enable = true\n\n# RPC servers")
	replaceInFile(t, config, `rpc_servers = ""`, `rpc_servers = "127.0.0.1:1,127.0.0.1:2"`)
	replaceInFile(t, config, "trust_height = 0", "trust_height = 5")
	replaceInFile(t, config, `trust_hash = ""`, `trust_hash = "`+strings.Repeat("AB", 32)+`"`)
	mustRefuse(t, home, key+" is missing", "start")
}

func TestCollectGentxsReports(t *testing.T) {
	home := newHome(t)
	mustRun(t, home, "init", "alice")
	mustRefuse(t, home, "--gentx-dir: the transactions in", "genesis", "collect-gentxs")

	home = newChain(t)
	var report struct {
		Gentxs int      `json:"gentxs"`
		Peers  []string `json:"persistent_peers"`
	}
	if err := json.Unmarshal([]byte(mustRun(t, home, "genesis", "collect-gentxs", "--output", "json")), &report); err != nil {
		t.Fatal(err)
	}
	if report.Gentxs != 1 || len(report.Peers) != 0 {
		t.Errorf("want 1 transaction and no peer, got %+v", report)
	}
}

func TestBrokenConsensusKeyIsRefused(t *testing.T) {
	home := newChain(t)
	key := filepath.Join(home, "config", "priv_validator_key.json")
	if err := os.WriteFile(key, []byte("xx"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, home, key+" is broken", "start")
}
