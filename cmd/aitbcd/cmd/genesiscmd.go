package cmd

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/aitbc/aitbc/app"
)

// genesisCommand returns the SDK's genesis tools with two of our own: validate
// starts the chain in memory, collect-gentxs says what it did.
func genesisCommand(reference *app.App) *cobra.Command {
	cmd := genutilcli.Commands(reference.TxConfig(), reference.Basics(), app.DefaultNodeHome)
	cmd.Short = "Build and check the genesis of a chain"
	for _, theirs := range cmd.Commands() {
		if name := theirs.Name(); name == "validate" || name == "collect-gentxs" {
			cmd.RemoveCommand(theirs)
		}
	}
	cmd.AddCommand(validateCommand(reference), collectCommand(reference))
	return cmd
}

func validateCommand(reference *app.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "validate [file]",
		Aliases: []string{"validate-genesis"},
		Short:   "Check a genesis file, by default that of the home, by starting its chain in memory",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := server.GetServerContextFromCmd(cmd).Config.GenesisFile()
			if len(args) > 0 {
				path = args[0]
			}
			genesis, err := readGenesis(path)
			if err != nil {
				return err
			}
			if err := checkState(genesis, reference); err != nil {
				return fmt.Errorf("genesis %s is not valid: %w", path, err)
			}
			verdict := "valid"
			if !hasValidators(genesis, reference) {
				verdict = "valid so far: it has no validator yet"
			} else if err := rehearse(genesis); err != nil {
				return fmt.Errorf("genesis %s is not valid: %w", path, err)
			}
			return printResult(cmd, map[string]string{"genesis": path, "chain_id": genesis.ChainID, "verdict": verdict},
				fmt.Sprintf("genesis %s of chain %s is %s", path, genesis.ChainID, verdict))
		},
	}
	cmd.Flags().StringP(flags.FlagOutput, "o", flags.OutputFormatText, "format of the result: text or json")
	return cmd
}

const flagGentxDir = "gentx-dir"

func collectCommand(reference *app.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "collect-gentxs",
		Short: "Put the validators' genesis transactions into the genesis of the home",
		Long: `Put the validators' genesis transactions into the genesis of the home, and their
nodes into persistent_peers of config.toml.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runCollect(cmd, reference) },
	}
	cmd.Flags().String(flagGentxDir, "", "directory of the transactions (default <home>/config/gentx)")
	cmd.Flags().StringP(flags.FlagOutput, "o", flags.OutputFormatText, "format of the result: text or json")
	return cmd
}

func runCollect(cmd *cobra.Command, reference *app.App) error {
	config := server.GetServerContextFromCmd(cmd).Config
	ctx := client.GetClientContextFromCmd(cmd)
	genesis, err := readGenesis(config.GenesisFile())
	if err != nil {
		return err
	}
	dir, _ := cmd.Flags().GetString(flagGentxDir)
	if dir == "" {
		dir = filepath.Join(config.RootDir, "config", "gentx")
	}
	nodeID, pubKey, err := genutil.InitializeNodeValidatorFiles(config)
	if err != nil {
		return err
	}
	genutilBasic, ok := reference.Basics()[genutiltypes.ModuleName].(genutil.AppModuleBasic)
	if !ok {
		return fmt.Errorf("genutil is not wired")
	}
	if _, err := genutil.GenAppStateFromConfig(ctx.Codec, ctx.TxConfig, config,
		genutiltypes.NewInitConfig(genesis.ChainID, dir, nodeID, pubKey), genesis,
		banktypes.GenesisBalancesIterator{}, genutilBasic.GenTxValidator,
		ctx.TxConfig.SigningContext().ValidatorAddressCodec()); err != nil {
		return fmt.Errorf("--%s: the transactions in %s can't be collected: %w", flagGentxDir, dir, err)
	}
	var state app.GenesisState
	if err := json.Unmarshal(genesis.AppState, &state); err != nil {
		return err
	}
	count := len(genutiltypes.GetGenesisStateFromAppState(reference.AppCodec(), state).GenTxs)
	peers := strings.Split(config.P2P.PersistentPeers, ",")
	if config.P2P.PersistentPeers == "" {
		peers = []string{}
	}
	return printResult(cmd, map[string]any{
		"genesis": config.GenesisFile(), "chain_id": genesis.ChainID, "gentxs": count, "persistent_peers": peers,
	}, fmt.Sprintf("%d genesis transactions are now in %s; persistent peers: %d", count, config.GenesisFile(), len(peers)))
}

// printResult prints a value as JSON, or a sentence, as --output says.
func printResult(cmd *cobra.Command, value any, sentence string) error {
	if format, _ := cmd.Flags().GetString(flags.FlagOutput); format == flags.OutputFormatJSON {
		text, err := json.MarshalIndent(value, "", "  ")
		if err != nil {
			return err
		}
		sentence = string(text)
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), sentence)
	return err
}
