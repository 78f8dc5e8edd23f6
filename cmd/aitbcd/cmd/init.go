package cmd

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cosmos/go-bip39"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/input"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	"github.com/cosmos/cosmos-sdk/telemetry"
	"github.com/cosmos/cosmos-sdk/version"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/index"
)

const (
	flagProfile = "profile"

	// firstHeight is where every new chain begins.
	firstHeight = 1
)

// chainIDPattern is name-number, the form that IBC and upgrades expect.
var chainIDPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*-[1-9][0-9]*$`)

// checkChainID returns an error unless the id is name-number, of at most 50
// characters, which is what block headers have room for.
func checkChainID(id string) error {
	if len(id) > 50 || !chainIDPattern.MatchString(id) {
		return fmt.Errorf("--chain-id: expected name-number in lower case, at most 50 characters, like %s, got %q", DefaultChainID, id)
	}
	return nil
}

// initReport is what init prints.
type initReport struct {
	Home      string          `json:"home"`
	ChainID   string          `json:"chain_id"`
	Moniker   string          `json:"moniker"`
	Profile   string          `json:"profile"`
	NodeID    string          `json:"node_id"`
	PubKey    json.RawMessage `json:"consensus_pubkey"`
	Genesis   string          `json:"genesis"`
	Recovered bool            `json:"recovered"`
}

func initCommand(reference *app.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init <moniker>",
		Short: "Make a new node's home directory: keys, genesis and safe settings",
		Long: `Make a new node's home directory: keys, genesis and safe settings.

The genesis is that of a new chain without accounts. To join a network, put its
genesis.json in place of it. A home that is in use is left alone.

Profiles:
` + profileHelp(),
		Example: "aitbcd init alice\naitbcd init alice --chain-id aitbc-test-3 --profile validator",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runInit(cmd, args[0], reference)
		},
	}
	f := cmd.Flags()
	f.String(flags.FlagChainID, DefaultChainID, "id of the chain: name-number")
	f.String(flagProfile, profiles[0].name, "role of the node: "+strings.Join(profileNames(), ", "))
	f.Int64(flags.FlagInitHeight, firstHeight, "height of the first block, which is 1 for a new chain")
	f.Bool(genutilcli.FlagRecover, false, "ask for the mnemonic of an existing consensus key instead of making a new one")
	f.String(genutilcli.FlagConsensusKeyAlgo, ed25519.KeyType, "type of the consensus key: ed25519 or ml_dsa_65")
	f.StringP(flags.FlagOutput, "o", flags.OutputFormatText, "format of the result: text or json")
	return cmd
}

// initPlan is everything init needs to know, checked before it writes.
type initPlan struct {
	report   initReport
	keyType  string
	mnemonic string
	profile  profile
}

func runInit(cmd *cobra.Command, moniker string, reference *app.App) error {
	plan, err := planInit(cmd, moniker)
	if err != nil {
		return err
	}
	if err := plan.carryOut(reference); err != nil {
		return err
	}
	return printInit(cmd, plan.report)
}

// planInit checks every input. It writes nothing.
func planInit(cmd *cobra.Command, moniker string) (*initPlan, error) {
	if strings.TrimSpace(moniker) == "" || len(moniker) > 70 {
		return nil, fmt.Errorf("moniker: expected 1 to 70 characters, got %q", moniker)
	}
	f := cmd.Flags()
	chainID, _ := f.GetString(flags.FlagChainID)
	if err := checkChainID(chainID); err != nil {
		return nil, err
	}
	height, _ := f.GetInt64(flags.FlagInitHeight)
	if height != firstHeight {
		return nil, fmt.Errorf("--%s: expected %d, got %d: the founders' transactions are valid only where a chain begins with it, "+
			"and an export sets the height of its genesis itself", flags.FlagInitHeight, firstHeight, height)
	}
	keyType, _ := f.GetString(genutilcli.FlagConsensusKeyAlgo)
	if err := oneOf("--"+genutilcli.FlagConsensusKeyAlgo, keyType, app.DefaultConsensusParams().Validator.PubKeyTypes...); err != nil {
		return nil, err
	}
	name, _ := f.GetString(flagProfile)
	role, err := profileByName(name)
	if err != nil {
		return nil, err
	}
	home := client.GetClientContextFromCmd(cmd).HomeDir
	entry, err := used(home)
	if err != nil {
		return nil, err
	}
	if entry != "" {
		return nil, fmt.Errorf("--home: %s is in use (it holds %s): give another --home, or remove it first", home, entry)
	}
	mnemonic, err := readMnemonic(cmd)
	if err != nil {
		return nil, err
	}
	return &initPlan{
		report: initReport{
			Home: home, ChainID: chainID, Moniker: moniker, Profile: role.name,
			Genesis: filepath.Join(home, "config", "genesis.json"), Recovered: mnemonic != "",
		},
		keyType: keyType, mnemonic: mnemonic, profile: role,
	}, nil
}

func readMnemonic(cmd *cobra.Command) (string, error) {
	if recovering, _ := cmd.Flags().GetBool(genutilcli.FlagRecover); !recovering {
		return "", nil
	}
	mnemonic, err := input.GetString("Enter the mnemonic of the consensus key", bufio.NewReader(cmd.InOrStdin()))
	if err != nil {
		return "", fmt.Errorf("--%s: no mnemonic could be read: %w", genutilcli.FlagRecover, err)
	}
	if !bip39.IsMnemonicValid(mnemonic) {
		return "", fmt.Errorf("--%s: expected a BIP-39 mnemonic, got words that are none", genutilcli.FlagRecover)
	}
	return mnemonic, nil
}

// carryOut makes the home in a folder beside it and moves it into place when it
// is complete, so that a failure leaves nothing behind.
func (p *initPlan) carryOut(reference *app.App) (err error) {
	parent := filepath.Dir(p.report.Home)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return fmt.Errorf("--home: %s can't be made: %w", p.report.Home, err)
	}
	stage, err := os.MkdirTemp(parent, ".aitbcd-init-")
	if err != nil {
		return fmt.Errorf("--home: nothing can be written beside %s: %w", p.report.Home, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()

	if err := p.fill(stage, reference); err != nil {
		return fmt.Errorf("prepare the home: %w", err)
	}
	return moveInto(stage, p.report.Home)
}

// fill writes a complete home into an empty folder.
func (p *initPlan) fill(stage string, reference *app.App) error {
	for _, dir := range []string{"config", "data"} {
		if err := os.Mkdir(filepath.Join(stage, dir), 0o700); err != nil {
			return err
		}
	}
	comet, node := p.profile.configs()
	comet.SetRoot(stage)
	comet.Moniker = p.report.Moniker
	nodeID, pubKey, err := genutil.InitializeNodeValidatorFilesFromMnemonicWithKeyType(comet, p.mnemonic, p.keyType)
	if err != nil {
		return err
	}
	p.report.NodeID = nodeID
	if p.report.PubKey, err = reference.AppCodec().MarshalInterfaceJSON(pubKey); err != nil {
		return err
	}
	if err := p.writeGenesis(comet.GenesisFile(), reference); err != nil {
		return err
	}
	config := filepath.Join(stage, "config")
	cmtcfg.WriteConfigFile(filepath.Join(config, "config.toml"), comet)
	serverconfig.WriteConfigFile(filepath.Join(config, "app.toml"), node)
	readModel := index.DefaultConfig()
	readModel.Enable = p.profile.readModel
	if err := index.AppendConfig(filepath.Join(config, "app.toml"), readModel); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(config, telemetry.OtelFileName), nil, 0o600); err != nil {
		return err
	}
	settings := DefaultClientConfig()
	settings.ChainID = p.report.ChainID
	return settings.write(clientConfigPath(stage))
}

func (p *initPlan) writeGenesis(path string, reference *app.App) error {
	state, err := json.MarshalIndent(reference.DefaultGenesis(), "", "  ")
	if err != nil {
		return err
	}
	return genutil.ExportGenesisFile(&genutiltypes.AppGenesis{
		AppName:       version.AppName,
		AppVersion:    version.Version,
		ChainID:       p.report.ChainID,
		InitialHeight: firstHeight,
		AppState:      state,
		Consensus:     &genutiltypes.ConsensusGenesis{Params: app.DefaultConsensusParams()},
	}, path)
}

// moveInto moves a complete home to its place, beside keys that are there already.
// A client.toml of the user stays.
func moveInto(stage, home string) error {
	if err := os.MkdirAll(filepath.Join(home, "config"), 0o700); err != nil {
		return fmt.Errorf("--home: %s can't be made: %w", home, err)
	}
	if _, err := os.Stat(clientConfigPath(home)); err == nil {
		if err := os.Remove(clientConfigPath(stage)); err != nil {
			return err
		}
	}
	files, err := os.ReadDir(filepath.Join(stage, "config"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.Rename(filepath.Join(stage, "config", f.Name()), filepath.Join(home, "config", f.Name())); err != nil {
			return err
		}
	}
	return os.Rename(filepath.Join(stage, "data"), filepath.Join(home, "data"))
}

func printInit(cmd *cobra.Command, r initReport) error {
	if format, _ := cmd.Flags().GetString(flags.FlagOutput); format == flags.OutputFormatJSON {
		text, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), string(text))
		return err
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), `home      %s
chain id  %s
moniker   %s
profile   %s
node id   %s
pubkey    %s
genesis   %s
`, r.Home, r.ChainID, r.Moniker, r.Profile, r.NodeID, r.PubKey, r.Genesis)
	return err
}
