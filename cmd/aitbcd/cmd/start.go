package cmd

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	cmtcfg "github.com/cometbft/cometbft/config"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/privval"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/app/ante"
	"github.com/aitbc/aitbc/index"
	"github.com/aitbc/aitbc/types"
)

const startName = "start"

// guardStart makes `start` check everything that it needs before it starts: the
// genesis, the keys, the settings and the ports. What the libraries below would
// answer with a panic, or not at all, is one sentence here.
func guardStart(start *cobra.Command, reference *app.App) {
	run := start.RunE
	start.Args = cobra.NoArgs
	start.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := server.GetServerContextFromCmd(cmd)
		settings, err := serverconfig.GetConfig(ctx.Viper)
		if err != nil {
			return fmt.Errorf("config/app.toml is not valid: %w", err)
		}
		if err := checkStart(ctx.Config, settings, reference); err != nil {
			return err
		}
		if _, err := index.ReadConfig(ctx.Viper.Get, ctx.Config.RootDir); err != nil {
			return err
		}
		return run(cmd, args)
	}
}

func checkStart(config *cmtcfg.Config, settings serverconfig.Config, reference *app.App) error {
	if err := config.ValidateBasic(); err != nil {
		return fmt.Errorf("config/config.toml is not valid: %w", err)
	}
	if price, err := sdk.ParseDecCoin(settings.MinGasPrices); err != nil || price.Denom != types.BaseDenom {
		// Fees are in one denom, so that a price in another would never be asked.
		return fmt.Errorf("minimum-gas-prices in config/app.toml: expected one price in %s, like %s, got %q",
			types.BaseDenom, ante.FloorPrice.String(), settings.MinGasPrices)
	}
	if err := settings.ValidateBasic(); err != nil {
		return fmt.Errorf("config/app.toml is not valid: %w", err)
	}
	if err := checkGenesis(config, reference); err != nil {
		return err
	}
	if err := checkConsensusKey(config); err != nil {
		return err
	}
	return checkPorts(listeners(config, settings))
}

// checkConsensusKey returns an error if the key is missing or broken: the node
// would otherwise make a new one and never sign a block again.
func checkConsensusKey(config *cmtcfg.Config) error {
	if config.PrivValidatorListenAddr != "" {
		return nil // a remote signer has it
	}
	for path, into := range map[string]any{
		config.PrivValidatorKeyFile():   &privval.FilePVKey{},
		config.PrivValidatorStateFile(): &privval.FilePVLastSignState{},
	} {
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("%s is missing: put it back from your copy; without it this node may sign twice or not at all", path)
		}
		if err := cmtjson.Unmarshal(text, into); err != nil {
			return fmt.Errorf("%s is broken: put it back from your copy: %w", path, err)
		}
	}
	return nil
}

// listener is an address that the node is going to listen on, and the setting
// that says so.
type listener struct{ setting, address string }

// listeners returns every address of the settings that is switched on.
func listeners(config *cmtcfg.Config, settings serverconfig.Config) []listener {
	all := []listener{
		{"rpc.laddr in config.toml", config.RPC.ListenAddress},
		{"p2p.laddr in config.toml", config.P2P.ListenAddress},
		{"rpc.pprof_laddr in config.toml", config.RPC.PprofListenAddress},
		{"rpc.grpc_laddr in config.toml", config.RPC.GRPCListenAddress},
		{"priv_validator_laddr in config.toml", config.PrivValidatorListenAddr},
	}
	if config.Instrumentation.Prometheus {
		all = append(all, listener{"instrumentation.prometheus_listen_addr in config.toml", config.Instrumentation.PrometheusListenAddr})
	}
	if settings.API.Enable {
		all = append(all, listener{"api.address in app.toml", settings.API.Address})
	}
	if settings.GRPC.Enable {
		all = append(all, listener{"grpc.address in app.toml", settings.GRPC.Address})
	}
	return all
}

// checkPorts listens on every address for a moment, on all at once, so that two
// settings with one port are found too.
func checkPorts(all []listener) (err error) {
	var open []net.Listener
	defer func() {
		for _, socket := range open {
			err = errors.Join(err, socket.Close())
		}
	}()
	for _, l := range all {
		address := strings.TrimPrefix(l.address, "tcp://")
		if address == "" || strings.Contains(address, "://") { // off, or not TCP
			continue
		}
		socket, failed := net.Listen("tcp", address)
		if failed != nil {
			return fmt.Errorf("%s: %s is not free (%w): stop what uses it, or change the setting", l.setting, address, reason(failed))
		}
		open = append(open, socket)
	}
	return nil
}

// reason returns the last part of a network error, without the call and address.
func reason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err
	}
	return err
}
