// Package cmd is the command line of aitbcd. It holds no rules of the chain: it
// prepares a home directory, starts the node, and turns what people type into
// transactions and queries. Every error it prints is one sentence.
package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/debug"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/keys"
	"github.com/cosmos/cosmos-sdk/client/pruning"
	"github.com/cosmos/cosmos-sdk/client/rpc"
	"github.com/cosmos/cosmos-sdk/client/snapshot"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/server"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/version"
	authcmd "github.com/cosmos/cosmos-sdk/x/auth/client/cli"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/types"
)

// BinaryName is the name of the program, and with _ appended the prefix of the
// environment variables that set its flags: AITBCD_HOME sets --home.
const BinaryName = "aitbcd"

// NewRootCmd returns the command line of aitbcd with all its subcommands. An
// error means that the commands of two modules, or their flags, clash.
func NewRootCmd() (*cobra.Command, error) {
	nameBuild()
	// The commands are generated from its modules and codecs.
	reference, err := app.NewInMemory()
	if err != nil {
		return nil, err
	}
	root := &cobra.Command{
		Use:   BinaryName,
		Short: "A node of the AITBC chain, and the tool to operate it",
		Long: `A node of the AITBC chain, and the tool to operate it.

A first node:   aitbcd init, aitbcd keys add, aitbcd genesis, aitbcd start
Transactions:   aitbcd tx <module> <message> --from <key>
Queries:        aitbcd query <module> <query>

Every flag can also be set by an environment variable: AITBCD_HOME sets --home,
AITBCD_KEYRING_BACKEND sets --keyring-backend.`,
		SilenceErrors: true, // Main prints them, once and in one sentence
		SilenceUsage:  true,
	}
	addRootFlags(root)

	base := client.Context{}.
		WithCodec(reference.AppCodec()).
		WithInterfaceRegistry(reference.InterfaceRegistry()).
		WithTxConfig(reference.TxConfig()).
		WithLegacyAmino(reference.LegacyAmino()).
		WithAccountRetriever(authtypes.AccountRetriever{}).
		WithHomeDir(app.DefaultNodeHome)
	root.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		return prepare(cmd, args, base)
	}

	addNodeCommands(root, reference)
	root.AddCommand(txCommand(), queryCommand(), keys.Commands(), debug.Cmd(), server.StatusCommand())

	auto := reference.AutoCLIOptions()
	auto.AddressCodec = addresscodec.NewBech32Codec(sdk.GetConfig().GetBech32AccountAddrPrefix())
	auto.ValidatorAddressCodec = addresscodec.NewBech32Codec(sdk.GetConfig().GetBech32ValidatorAddrPrefix())
	auto.ConsensusAddressCodec = addresscodec.NewBech32Codec(sdk.GetConfig().GetBech32ConsensusAddrPrefix())
	auto.ClientCtx = base
	if err := auto.EnhanceRootCommand(root); err != nil {
		return nil, fmt.Errorf("generate the commands of the modules: %w", err)
	}
	tx, _, err := root.Find([]string{"tx"})
	if err != nil {
		return nil, err
	}
	guardTx(tx)
	rotate, _, err := root.Find([]string{"tx", "staking", rotateCommand})
	if err != nil {
		return nil, err
	}
	rotate.Long = rotationHelp
	return root, nil
}

// nameBuild names a binary that was built without the Makefile's flags.
func nameBuild() {
	if version.Name == "" {
		version.Name = types.AppName
	}
	if version.AppName == "" || version.AppName == "<appd>" {
		version.AppName = BinaryName
	}
	if version.Version == "" {
		version.Version = "dev"
	}
}

func addRootFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.String(flags.FlagHome, app.DefaultNodeHome, "directory of the node's configuration, data and keys")
	f.String(flags.FlagLogLevel, "info", "lowest level that is logged: trace, debug, info, warn, error, disabled, or pairs like '*:warn,consensus:info'")
	f.String(flags.FlagLogFormat, "plain", "format of the log: plain or json")
	f.Bool(flags.FlagLogNoColor, false, "log without colours")
	f.String(flags.FlagVerboseLogLevel, "debug", "level used while an upgrade runs")
	f.Bool(server.FlagTrace, false, "print where in the source an error arose")
	for _, name := range []string{flags.FlagVerboseLogLevel, server.FlagTrace} {
		_ = f.MarkHidden(name) // fails only for a flag that is not there
	}
}

// addNodeCommands adds what works on a node's home directory.
func addNodeCommands(root *cobra.Command, reference *app.App) {
	root.AddCommand(
		initCommand(reference),
		genesisCommand(reference),
		pruning.Cmd(newApp, app.DefaultNodeHome),
		snapshot.Cmd(newApp),
	)
	server.AddCommandsWithStartCmdOptions(root, app.DefaultNodeHome, newApp, exportApp, server.StartCmdOptions{})
	root.AddCommand(server.ModuleHashByHeightQuery(newApp))
	for _, c := range root.Commands() {
		switch c.Name() {
		case startName:
			guardStart(c, reference)
		case "comet":
			c.AddCommand(genConsKeyCommand())
		case "prune", "snapshots":
			hideDebug(c)
		}
	}
}

func queryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:                        "query",
		Aliases:                    []string{"q"},
		Short:                      "Read the state of the chain, blocks and transactions",
		SuggestionsMinimumDistance: 2,
		RunE:                       client.ValidateCmd,
	}
	cmd.AddCommand(
		rpc.ValidatorCommand(),
		rpc.WaitTxCmd(),
		server.QueryBlockCmd(),
		server.QueryBlocksCmd(),
		server.QueryBlockResultsCmd(),
		authcmd.QueryTxsByEventsCmd(),
		authcmd.QueryTxCmd(),
	)
	return cmd
}

func txCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:                        "tx",
		Short:                      "Make, sign and send transactions",
		SuggestionsMinimumDistance: 2,
		RunE:                       client.ValidateCmd,
	}
	cmd.AddCommand(
		authcmd.GetSignCommand(),
		authcmd.GetSignBatchCommand(),
		authcmd.GetMultiSignCommand(),
		authcmd.GetMultiSignBatchCmd(),
		authcmd.GetValidateSignaturesCommand(),
		authcmd.GetBroadcastCommand(),
		authcmd.GetEncodeCommand(),
		authcmd.GetDecodeCommand(),
		authcmd.GetSimulateCmd(),
	)
	return cmd
}
