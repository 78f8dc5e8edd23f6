package cmd_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/cmd/aitbcd/cmd"
)

// A field of a message that is named like a standard flag panics when the command
// is built, one that clashes with a flag of the root when it is used.
func TestEveryCommandPrintsItsHelp(t *testing.T) {
	root, err := cmd.NewRootCmd()
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		count++
		var out bytes.Buffer
		c.SetOut(&out)
		if err := c.Help(); err != nil {
			t.Errorf("%s: help: %v", c.CommandPath(), err)
		}
		if c.Short == "" {
			t.Errorf("%s: has no description", c.CommandPath())
		}
		if err := c.ParseFlags(nil); err != nil {
			t.Errorf("%s: flags: %v", c.CommandPath(), err)
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
	if count < 200 {
		t.Errorf("want the commands of all modules, got %d commands", count)
	}
}

func TestRootHasTheNodesCommands(t *testing.T) {
	root, err := cmd.NewRootCmd()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"init", "start", "status", "export", "rollback", "prune", "version", "debug addr",
		"keys add", "genesis gentx", "genesis collect-gentxs", "genesis add-genesis-account", "genesis validate",
		"comet show-node-id", "comet gen-cons-key", "comet bootstrap-state", "comet unsafe-reset-all",
		"snapshots list", "snapshots restore", "query block", "query wait-tx", "query clock clock",
		"tx bank send", "tx sign", "tx staking rotate-cons-pub-key", "tx clock update-params-proposal",
	} {
		found, _, err := root.Find(strings.Fields(path))
		if err != nil || found.CommandPath() != cmd.BinaryName+" "+path {
			t.Errorf("no command %q", path)
		}
	}
}

func TestSendingCommandsWait(t *testing.T) {
	root, err := cmd.NewRootCmd()
	if err != nil {
		t.Fatal(err)
	}
	tx, _, err := root.Find([]string{"tx"})
	if err != nil {
		t.Fatal(err)
	}
	offline := []string{"sign", "sign-batch", "multi-sign", "multisign-batch", "validate-signatures", "encode", "decode", "simulate"}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if !c.HasSubCommands() && c.Flags().Lookup("broadcast-mode") != nil {
			waits := c.Flags().Lookup("wait") != nil
			if want := !slices.Contains(offline, c.Name()); waits != want {
				t.Errorf("%s: --wait: want %v, got %v", c.CommandPath(), want, waits)
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(tx)
}
