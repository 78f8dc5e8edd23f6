package cmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
)

// prepare gives a command its settings, from weakest to strongest: defaults,
// client.toml, environment, flags. It writes nothing, so that a query or a typing
// mistake never makes a home directory.
func prepare(cmd *cobra.Command, args []string, base client.Context) error {
	if err := flagsFromEnvironment(cmd.Flags()); err != nil {
		return err
	}
	home, err := homeOf(cmd.Flags())
	if err != nil {
		return err
	}
	// Some commands of the SDK read the flag and not the context.
	if err := cmd.Flags().Lookup(flags.FlagHome).Value.Set(home); err != nil {
		return err
	}
	config, err := readClientConfig(home)
	if err != nil {
		return err
	}
	ctx, err := clientContext(cmd, base, home, config)
	if err != nil {
		return err
	}
	if err := client.SetCmdClientContext(cmd, ctx); err != nil {
		return err
	}
	if strings.HasPrefix(cmd.CommandPath(), BinaryName+" tx ") {
		return applyTxDefaults(cmd.Flags(), config)
	}
	if !worksOnHome(cmd, args) {
		return nil
	}
	if err := requireNode(home); err != nil {
		return err
	}
	return serverContext(cmd)
}

// serverContext reads config.toml and app.toml. Only a running node logs to
// stdout; there the results of all other commands go.
func serverContext(cmd *cobra.Command) error {
	// Reading the files sets flags, so what the user gave is looked up before.
	chosen := cmd.Flags().Changed(flags.FlagLogLevel)
	ctx, err := server.InterceptConfigsAndCreateContext(cmd, "", nil, cmtcfg.DefaultConfig())
	if err != nil {
		return fmt.Errorf("config.toml or app.toml in %s can't be used: %w", filepath.Join(client.GetClientContextFromCmd(cmd).HomeDir, "config"), err)
	}
	out := cmd.ErrOrStderr()
	if cmd.Name() == startName {
		out = cmd.OutOrStdout()
	} else if !chosen {
		ctx.Viper.Set(flags.FlagLogLevel, "warn")
	}
	logger, err := server.CreateSDKLogger(ctx, out)
	if err != nil {
		return fmt.Errorf("--%s: %w", flags.FlagLogLevel, err)
	}
	ctx.Logger = logger.With(log.ModuleKey, "server")
	return server.SetCmdServerContext(cmd, ctx)
}

// flagsFromEnvironment sets the flags that were not given from AITBCD_<FLAG>.
func flagsFromEnvironment(set *pflag.FlagSet) error {
	var failed error
	set.VisitAll(func(f *pflag.Flag) {
		name := strings.ToUpper(BinaryName + "_" + strings.NewReplacer("-", "_", ".", "_").Replace(f.Name))
		value, ok := os.LookupEnv(name)
		if !ok || f.Changed || failed != nil {
			return
		}
		if err := set.Set(f.Name, value); err != nil {
			failed = fmt.Errorf("environment variable %s: not a value for --%s: %w", name, f.Name, err)
		}
	})
	return failed
}

func homeOf(set *pflag.FlagSet) (string, error) {
	home, err := set.GetString(flags.FlagHome)
	if err != nil {
		return "", err
	}
	if home == "" {
		return "", fmt.Errorf("--%s: expected a directory, got nothing", flags.FlagHome)
	}
	return filepath.Abs(home)
}

// clientContext returns what tx, query and keys work with.
func clientContext(cmd *cobra.Command, base client.Context, home string, config ClientConfig) (client.Context, error) {
	ctx := base.
		WithCmdContext(cmd.Context()).
		WithInput(cmd.InOrStdin()).
		WithOutput(cmd.OutOrStdout()).
		WithViper(BinaryName).
		WithHomeDir(home).
		WithKeyringDir(home).
		WithChainID(config.ChainID).
		WithKeyringDefaultKeyName(config.KeyringDefaultKeyName).
		WithOutputFormat(config.Output).
		WithBroadcastMode(config.BroadcastMode)
	set := cmd.Flags()
	if dir, err := set.GetString(flags.FlagKeyringDir); err == nil && dir != "" {
		ctx = ctx.WithKeyringDir(dir)
	}
	backend := config.KeyringBackend
	if set.Changed(flags.FlagKeyringBackend) {
		backend, _ = set.GetString(flags.FlagKeyringBackend)
	}
	keyring, err := client.NewKeyringFromBackend(ctx, backend)
	if err != nil {
		return ctx, fmt.Errorf("--%s: the keys in %q can't be opened: %w", flags.FlagKeyringBackend, backend, err)
	}
	node := config.Node
	if set.Changed(flags.FlagNode) {
		node, _ = set.GetString(flags.FlagNode)
	}
	rpc, err := client.NewClientFromNode(node)
	if strings.ContainsAny(node, " \t\n") {
		err = errors.New("it has spaces")
	}
	if err != nil {
		return ctx, fmt.Errorf("--%s: expected an address like tcp://localhost:26657, got %q: %w", flags.FlagNode, node, err)
	}
	offline, _ := set.GetBool(flags.FlagOffline)
	if unsigned, _ := set.GetBool(flags.FlagGenerateOnly); offline && unsigned {
		ctx = ctx.WithChainID("") // an unsigned transaction has none, and the SDK insists
	}
	return client.ReadPersistentCommandFlags(ctx.WithKeyring(keyring).WithNodeURI(node).WithClient(rpc), set)
}

// homeCommands work on the files of a node.
var homeCommands = []string{
	"start", "comet", "export", "rollback", "prune", "snapshots", "genesis", "module-hash-by-height",
}

// worksOnHome reports whether a command needs a home that init has made.
func worksOnHome(cmd *cobra.Command, args []string) bool {
	path := strings.Fields(cmd.CommandPath())
	if len(path) < 2 || !slices.Contains(homeCommands, path[1]) || !cmd.Runnable() {
		return false
	}
	switch strings.Join(path[1:], " ") {
	case "genesis", "comet", "comet version", "comet gen-cons-key", "snapshots":
		return false
	case "genesis validate":
		return len(args) == 0 // else a file is given
	}
	return true
}
