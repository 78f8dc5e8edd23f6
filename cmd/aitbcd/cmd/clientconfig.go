package cmd

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"text/template"

	"github.com/spf13/viper"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/app/ante"
)

// DefaultChainID is the chain that `init` makes and that clients talk to when
// nothing else is said.
const DefaultChainID = "aitbc-local-1"

// ClientConfig is client.toml: what tx, query and keys use when no flag says
// otherwise.
type ClientConfig struct {
	// ChainID is the chain that transactions are signed for.
	ChainID string `mapstructure:"chain-id"`
	// KeyringBackend is where keys are stored: os, file, kwallet, pass, test, memory.
	KeyringBackend string `mapstructure:"keyring-backend"`
	// KeyringDefaultKeyName is the key that signs when --from is not given.
	KeyringDefaultKeyName string `mapstructure:"keyring-default-keyname"`
	// Output is text or json.
	Output string `mapstructure:"output"`
	// Node is the RPC address of a node, as tcp://host:port.
	Node string `mapstructure:"node"`
	// BroadcastMode is sync or async.
	BroadcastMode string `mapstructure:"broadcast-mode"`
	// Wait makes tx commands end when the transaction is in a block.
	Wait bool `mapstructure:"wait"`
	// Gas is "auto" or a number.
	Gas string `mapstructure:"gas"`
	// GasAdjustment is what an estimate is multiplied by.
	GasAdjustment string `mapstructure:"gas-adjustment"`
	// GasPrices is what a unit of gas is paid.
	GasPrices string `mapstructure:"gas-prices"`
}

// DefaultClientConfig returns the settings of a client without client.toml.
func DefaultClientConfig() ClientConfig {
	return ClientConfig{
		ChainID:        DefaultChainID,
		KeyringBackend: flags.DefaultKeyringBackend,
		Output:         flags.OutputFormatText,
		Node:           "tcp://localhost:26657",
		BroadcastMode:  flags.BroadcastSync,
		Wait:           true,
		Gas:            flags.GasFlagAuto,
		GasAdjustment:  "1.4",
		GasPrices:      ante.FloorPrice.String(),
	}
}

const clientTemplate = `# Settings of aitbcd tx, query and keys. A flag of the same name wins, and so
# does an environment variable: AITBCD_NODE for node.

# The chain that transactions are signed for.
chain-id = "{{ .ChainID }}"
# RPC address of the node to talk to, tcp://host:port or https://host.
node = "{{ .Node }}"
# Where keys are kept: os, file, kwallet, pass, test (no password), memory.
keyring-backend = "{{ .KeyringBackend }}"
# The key that signs when --from is not given.
keyring-default-keyname = "{{ .KeyringDefaultKeyName }}"
# How results are printed: text or json.
output = "{{ .Output }}"
# sync returns after the node has checked the transaction, async at once.
broadcast-mode = "{{ .BroadcastMode }}"
# With broadcast-mode sync: return only when the transaction is in a block.
wait = {{ .Wait }}
# Gas limit: a number, or auto for an estimate times gas-adjustment.
gas = "{{ .Gas }}"
gas-adjustment = "{{ .GasAdjustment }}"
# What a unit of gas is paid. --fees, a fixed amount, wins over it.
gas-prices = "{{ .GasPrices }}"
`

func clientConfigPath(home string) string { return filepath.Join(home, "config", "client.toml") }

// write writes client.toml.
func (c ClientConfig) write(path string) error {
	var text bytes.Buffer
	if err := template.Must(template.New("client.toml").Parse(clientTemplate)).Execute(&text, c); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o600)
}

// readClientConfig returns the settings of a home, which need not exist: reading
// never writes. Errors name the file and the setting.
func readClientConfig(home string) (ClientConfig, error) {
	path := clientConfigPath(home)
	config := DefaultClientConfig()
	if _, err := os.Stat(path); os.IsNotExist(err) {
		return config, nil
	}
	v := viper.New()
	v.SetConfigFile(path)
	if err := v.ReadInConfig(); err != nil {
		return config, fmt.Errorf("%s is not readable as TOML: %w", path, err)
	}
	if err := v.UnmarshalExact(&config); err != nil {
		return config, fmt.Errorf("%s holds a setting that is unknown or of the wrong type: %w", path, err)
	}
	if err := config.validate(); err != nil {
		return config, fmt.Errorf("%s: %w", path, err)
	}
	return config, nil
}

func (c ClientConfig) validate() error {
	if err := oneOf("output", c.Output, flags.OutputFormatText, flags.OutputFormatJSON); err != nil {
		return err
	}
	if err := oneOf("broadcast-mode", c.BroadcastMode, flags.BroadcastSync, flags.BroadcastAsync); err != nil {
		return err
	}
	if c.Gas != "" {
		if _, err := flags.ParseGasSetting(c.Gas); err != nil {
			return fmt.Errorf("gas: expected auto or a whole number, got %q", c.Gas)
		}
	}
	if f, err := strconv.ParseFloat(c.GasAdjustment, 64); err != nil || f < 1 {
		return fmt.Errorf("gas-adjustment: expected a number of at least 1, got %q", c.GasAdjustment)
	}
	if _, err := sdk.ParseDecCoins(c.GasPrices); err != nil {
		return fmt.Errorf("gas-prices: expected a price like %s, got %q", ante.FloorPrice.String(), c.GasPrices)
	}
	return nil
}

func oneOf(name, got string, allowed ...string) error {
	for _, a := range allowed {
		if got == a {
			return nil
		}
	}
	return fmt.Errorf("%s: expected one of %v, got %q", name, allowed, got)
}
