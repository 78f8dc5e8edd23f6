package cmd_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/cmd/aitbcd/cmd"
)

// fee is the fee section of an unsigned transaction.
type fee struct {
	Amount []struct{ Denom, Amount string }
	Gas    string `json:"gas_limit"`
}

// unsigned makes a transaction without a node.
func unsigned(t *testing.T, home string, args ...string) fee {
	t.Helper()
	mustRun(t, home, "keys", "add", "alice", "--keyring-backend", "test")
	address := strings.TrimSpace(mustRun(t, home, "keys", "show", "alice", "-a", "--keyring-backend", "test"))
	out := mustRun(t, home, append([]string{
		"tx", "bank", "send", address, "alice", "1uait", "--keyring-backend", "test",
		"--generate-only", "--offline", "-a", "0", "-s", "0",
	}, args...)...)
	var tx struct {
		AuthInfo struct{ Fee fee } `json:"auth_info"`
		Body     struct {
			Messages []map[string]any
		}
	}
	if err := json.Unmarshal([]byte(out), &tx); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if got := tx.Body.Messages[0]["to_address"]; got != address {
		t.Errorf("receiver: want the address of alice, got %v", got)
	}
	return tx.AuthInfo.Fee
}

func TestFeesComeFromClientToml(t *testing.T) {
	for _, c := range []struct {
		name, toml, gas, amount string
		args                    []string
	}{
		{"default", "", "200000", "500", nil},
		{"gas given", "", "400000", "1000", []string{"--gas", "400000"}},
		{"fees given", "", "200000", "7", []string{"--fees", "7uait"}},
		{"price given", "", "200000", "200000", []string{"--gas-prices", "1uait"}},
		{"price in file", "gas-prices = \"0.01uait\"", "200000", "2000", nil},
		{"fees win over the file", "gas-prices = \"0.01uait\"", "200000", "7", []string{"--fees", "7uait"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			home := newHome(t)
			if err := os.MkdirAll(filepath.Join(home, "config"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(home, "config", "client.toml"), []byte(c.toml), 0o600); err != nil {
				t.Fatal(err)
			}
			got := unsigned(t, home, c.args...)
			if got.Gas != c.gas || len(got.Amount) != 1 || got.Amount[0].Amount != c.amount || got.Amount[0].Denom != "uait" {
				t.Errorf("want %suait for %s gas, got %+v", c.amount, c.gas, got)
			}
		})
	}
}

func TestConsensusKeyIsNeverOverwritten(t *testing.T) {
	home := newHome(t)
	mustRun(t, home, "init", "alice")
	for algo, name := range map[string]string{"ed25519": "/cosmos.crypto.ed25519.PubKey", "ml_dsa_65": "/cosmos.crypto.mldsa65.PubKey"} {
		file := filepath.Join(filepath.Dir(home), algo)
		out := mustRun(t, home, "comet", "gen-cons-key", "--out", file, "--consensus-key-algo", algo)
		var pubKey struct {
			Type string `json:"@type"`
			Key  string
		}
		if err := json.Unmarshal([]byte(out), &pubKey); err != nil {
			t.Fatal(err)
		}
		if pubKey.Type != name || pubKey.Key == "" {
			t.Errorf("public key: want a %s, got %s", name, out)
		}
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("mode: want 600, got %o", info.Mode().Perm())
		}
		mustRefuse(t, home, "exists; a key is never overwritten", "comet", "gen-cons-key", "--out", file)

		// The file is what a node reads.
		if err := os.Rename(file, filepath.Join(home, "config", "priv_validator_key.json")); err != nil {
			t.Fatal(err)
		}
		if shown := mustRun(t, home, "comet", "show-validator"); shown != out {
			t.Errorf("want %s, got %s", out, shown)
		}
	}
	mustRefuse(t, home, "--out: expected the file", "comet", "gen-cons-key")
	mustRefuse(t, home, "--consensus-key-algo: expected ed25519 or ml_dsa_65", "comet", "gen-cons-key", "--out", filepath.Join(home, "x"), "--consensus-key-algo", "rsa")
}

func TestFailureSaysWhetherTheFeeIsGone(t *testing.T) {
	paid := []abci.Event{{Type: "tx", Attributes: []abci.EventAttribute{{Key: "fee", Value: "500uait"}}}}
	for want, events := range map[string][]abci.Event{
		"transaction AB failed in block 7 (fee paid): no":     paid,
		"transaction AB failed in block 7 (no fee taken): no": nil,
	} {
		err := cmd.Failure(&sdk.TxResponse{TxHash: "AB", Height: 7, Code: 5, RawLog: "no", Events: events})
		if err == nil || err.Error() != want {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestVersionNamesTheBinary(t *testing.T) {
	out := mustRun(t, newHome(t), "version", "--long")
	for _, want := range []string{"server_name: " + cmd.BinaryName, "name: aitbc"} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in the long version", want)
		}
	}
}

// TestTransferNamesTheArgument gives a transfer arguments that can't be, without a
// node: they are refused before anything is asked.
func TestTransferNamesTheArgument(t *testing.T) {
	home := newHome(t)
	mustRun(t, home, "keys", "add", "alice", "--keyring-backend", "test")
	for sentence, args := range map[string][]string{
		`to_address: expected an address that starts with ait1 or the name of a key, got "nobody"`:   {"send", "alice", "nobody", "1uait"},
		`to_address: expected an address that starts with ait1 or the name of a key, got "ait1xyz"`:  {"send", "alice", "ait1xyz", "1uait"},
		`to_address: expected an address that starts with ait1 or the name of a key, got "somebody"`: {"multi-send", "alice", "alice", "somebody", "1uait"},
		`amount: expected an amount like 1000uait, got "1xyz!!"`:                                     {"send", "alice", "alice", "1xyz!!"},
		`amount: expected an amount like 1000uait, got "1000"`:                                       {"send", "alice", "alice", "1000"},
	} {
		t.Run(sentence, func(t *testing.T) {
			mustRefuse(t, home, sentence, append([]string{"tx", "bank"}, append(args, "--keyring-backend", "test", "-y")...)...)
		})
	}
}
