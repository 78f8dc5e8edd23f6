package cmd

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/app/ante"
)

const (
	flagWait        = "wait"
	flagWaitTimeout = "wait-timeout"
)

// offlineTools are the tx commands that work on a file and send nothing.
var offlineTools = []string{
	"sign", "sign-batch", "multi-sign", "multisign-batch", "validate-signatures", "encode", "decode", "simulate",
}

// guardTx makes every command that sends a transaction check the chain id first
// and wait for the transaction's block after.
func guardTx(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		guardTx(c)
	}
	if cmd.HasSubCommands() || cmd.RunE == nil || slices.Contains(offlineTools, cmd.Name()) {
		return
	}
	if cmd.Flags().Lookup(flags.FlagBroadcastMode) == nil {
		return
	}
	f := cmd.Flags()
	f.Bool(flagWait, true, "return when the transaction is in a block; --wait=false: when the node has taken it")
	f.Duration(flagWaitTimeout, time.Minute, "longest time to wait for the block")
	describeDefaults(f)
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return send(cmd, args, run) }
}

// describeDefaults makes the help of a tx command tell our defaults, which come
// from client.toml and not from the flags.
func describeDefaults(f *pflag.FlagSet) {
	config := DefaultClientConfig()
	for name, text := range map[string]struct{ usage, value string }{
		flags.FlagGas:           {"gas limit: a number, or auto for an estimate", config.Gas},
		flags.FlagGasAdjustment: {"what an estimate of gas is multiplied by", config.GasAdjustment},
		flags.FlagGasPrices:     {"what a unit of gas is paid", config.GasPrices},
		flags.FlagFees:          {"fee as a fixed amount, instead of --gas-prices", ""},
		flags.FlagOutput:        {"format of the result: text or json", config.Output},
		flags.FlagChainID:       {"chain to sign for (default from client.toml)", ""},
		flags.FlagNode:          {"RPC address of a node", config.Node},
	} {
		if flag := f.Lookup(name); flag != nil {
			flag.Usage, flag.DefValue = text.usage, text.value
		}
	}
}

// applyTxDefaults gives the flags of a tx command the values of client.toml.
// Values are set without marking the flags as given by the user.
func applyTxDefaults(set *pflag.FlagSet, config ClientConfig) error {
	values := map[string]string{
		flagWait:                strconv.FormatBool(config.Wait),
		flags.FlagGasAdjustment: config.GasAdjustment,
	}
	given := func(name string) bool { return set.Changed(name) }
	on := func(name string) bool { v, _ := set.GetBool(name); return v }
	if !given(flags.FlagFees) {
		values[flags.FlagGasPrices] = config.GasPrices
	}
	// An estimate needs the node, and a key that is here; a dry run is one itself.
	if !on(flags.FlagOffline) && !on(flags.FlagGenerateOnly) && !on(flags.FlagAux) && !on(flags.FlagDryRun) {
		values[flags.FlagGas] = config.Gas
	}
	for name, value := range values {
		f := set.Lookup(name)
		if f == nil || f.Changed {
			continue
		}
		if err := f.Value.Set(value); err != nil {
			return fmt.Errorf("client.toml: %s: %w", name, err)
		}
	}
	return nil
}

// checkTxFlags finds what the SDK would ignore or answer with a panic.
func checkTxFlags(set *pflag.FlagSet) error {
	if gas, err := set.GetString(flags.FlagGas); err == nil && gas != "" {
		if _, err := flags.ParseGasSetting(gas); err != nil {
			return fmt.Errorf("--%s: expected auto or a whole number, got %q", flags.FlagGas, gas)
		}
	}
	if fees, err := set.GetString(flags.FlagFees); err == nil {
		if _, err := sdk.ParseCoinsNormalized(fees); err != nil {
			return fmt.Errorf("--%s: expected an amount like 500uait, got %q", flags.FlagFees, fees)
		}
	}
	if prices, err := set.GetString(flags.FlagGasPrices); err == nil {
		if _, err := sdk.ParseDecCoins(prices); err != nil {
			return fmt.Errorf("--%s: expected a price like %s, got %q", flags.FlagGasPrices, ante.FloorPrice.String(), prices)
		}
	}
	if set.Changed(flags.FlagFees) && set.Changed(flags.FlagGasPrices) {
		return fmt.Errorf("--%s and --%s: give one of them", flags.FlagFees, flags.FlagGasPrices)
	}
	if mode, err := set.GetString(flags.FlagBroadcastMode); err == nil {
		if err := oneOf("--"+flags.FlagBroadcastMode, mode, flags.BroadcastSync, flags.BroadcastAsync); err != nil {
			return err
		}
	}
	return nil
}

// send runs a tx command around a client that watches what it broadcasts.
func send(cmd *cobra.Command, args []string, run func(*cobra.Command, []string) error) error {
	f := cmd.Flags()
	if err := checkTxFlags(f); err != nil {
		return err
	}
	ctx := client.GetClientContextFromCmd(cmd)
	args, err := namesToAddresses(cmd, ctx, args)
	if err != nil {
		return err
	}
	for _, offline := range []string{flags.FlagOffline, flags.FlagGenerateOnly, flags.FlagAux} {
		if on, _ := f.GetBool(offline); on {
			return run(cmd, args)
		}
	}
	if err := checkNode(cmd, ctx); err != nil {
		return err
	}
	wait, _ := f.GetBool(flagWait)
	timeout, _ := f.GetDuration(flagWaitTimeout)
	if mode, _ := f.GetString(flags.FlagBroadcastMode); ctx.BroadcastMode == flags.BroadcastAsync || mode == flags.BroadcastAsync {
		wait = false
	}
	w := &watcher{CometRPC: ctx.Client, node: ctx.NodeURI, wait: wait, timeout: timeout, progress: cmd.ErrOrStderr()}
	out := &gate{out: cmd.OutOrStdout(), shut: w.broadcast}
	cmd.SetOut(out)
	// The context already has the node's client; the flag would replace it.
	if node := f.Lookup(flags.FlagNode); node != nil {
		node.Changed = false
	}
	if err := client.SetCmdClientContext(cmd, ctx.WithClient(w).WithOutput(out)); err != nil {
		return err
	}
	err = run(cmd, args)
	cmd.SetOut(out.out)
	if err != nil {
		return err
	}
	return w.report(ctx.WithOutput(out.out), out)
}

// namesToAddresses puts addresses in place of names of keys where the SDK wants
// addresses: for the receiver of a bank transfer, and for the sender of a dry run.
func namesToAddresses(cmd *cobra.Command, ctx client.Context, args []string) ([]string, error) {
	f := cmd.Flags()
	dryRun, _ := f.GetBool(flags.FlagDryRun)
	if from, _ := f.GetString(flags.FlagFrom); dryRun && from != "" {
		if err := f.Set(flags.FlagFrom, addressOf(ctx, from)); err != nil {
			return nil, err
		}
	}
	if parent := cmd.Parent(); parent == nil || parent.Name() != "bank" {
		return args, nil
	}
	args = slices.Clone(args)
	for i := range max(0, len(args)-1) { // the last is the amount
		if i > 0 || dryRun {
			args[i] = addressOf(ctx, args[i])
		}
	}
	if name := cmd.Name(); name != "send" && name != "multi-send" {
		return args, nil
	}
	return args, checkTransfer(args)
}

// checkTransfer names the argument of a bank transfer that is wrong; the SDK tells
// only what is wrong with it.
func checkTransfer(args []string) error {
	if len(args) < 3 {
		return nil // cobra has refused it, or will
	}
	for _, to := range args[1 : len(args)-1] {
		if _, err := sdk.AccAddressFromBech32(to); err != nil {
			return fmt.Errorf("to_address: expected an address that starts with ait1 or the name of a key, got %q", to)
		}
	}
	amount := args[len(args)-1]
	if coins, err := sdk.ParseCoinsNormalized(amount); err != nil || coins.Empty() {
		return fmt.Errorf("amount: expected an amount like 1000uait, got %q", amount)
	}
	return nil
}

// addressOf returns the address of a key, or what was given if it is no key.
func addressOf(ctx client.Context, nameOrAddress string) string {
	if _, err := sdk.AccAddressFromBech32(nameOrAddress); err == nil || ctx.Keyring == nil {
		return nameOrAddress
	}
	key, err := ctx.Keyring.Key(nameOrAddress)
	if err != nil {
		return nameOrAddress
	}
	address, err := key.GetAddress()
	if err != nil {
		return nameOrAddress
	}
	return address.String()
}

// checkNode returns an error unless the node answers, is of the chain that the
// transaction is going to be signed for, and knows its present state.
func checkNode(cmd *cobra.Command, ctx client.Context) error {
	status, err := ctx.Client.Status(cmd.Context())
	if err != nil {
		return unreachable(ctx.NodeURI, err)
	}
	chainID := ctx.ChainID
	if id, err := cmd.Flags().GetString(flags.FlagChainID); err == nil && id != "" {
		chainID = id
	}
	if status.NodeInfo.Network != chainID {
		return fmt.Errorf("--%s: the node at %s is of chain %s, but the transaction would be signed for %s: "+
			"give the right --%s or --%s, or set them in client.toml",
			flags.FlagChainID, ctx.NodeURI, status.NodeInfo.Network, chainID, flags.FlagChainID, flags.FlagNode)
	}
	if status.SyncInfo.CatchingUp {
		return fmt.Errorf("--%s: the node at %s is still catching up, at height %d: wait until aitbcd status says catching_up false, or use another node",
			flags.FlagNode, ctx.NodeURI, status.SyncInfo.LatestBlockHeight)
	}
	return nil
}

func unreachable(node string, err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return fmt.Errorf("--%s: no node answers at %s (%w): start one, or give another address", flags.FlagNode, node, err)
}

// gate lets output through until a transaction is broadcast. What the SDK prints
// then is only that the node has taken it; the caller prints what became of it.
type gate struct {
	out  io.Writer
	shut func() bool
	held []byte
}

// Write implements io.Writer.
func (g *gate) Write(p []byte) (int, error) {
	if g.shut() {
		g.held = append(g.held, p...)
		return len(p), nil
	}
	return g.out.Write(p)
}
