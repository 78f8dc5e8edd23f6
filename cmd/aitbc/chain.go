package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/internal/localnet"
)

const (
	flagNodeGRPC       = "node-grpc"
	flagNodeRPC        = "node-rpc"
	flagKeyringBackend = "keyring-backend"
	flagFrom           = "from"
	flagLocalnet       = "localnet"

	// envPrefix is of the environment variables that set the flags below.
	envPrefix = "AITBC_"
)

// chainHelp is what every command that talks to a chain tells about how it finds one.
const chainHelp = `

The chain: --node-grpc and --chain-id say where it is, --home where your keys are
(aitbc keys) and --from which one to use. On a localnet (aitbc localnet up) all but
--from is known: a localnet in its default place is used when nothing else is said,
--localnet=DIR names another. Each of these flags can be set for good by an
environment variable: AITBC_FROM=alice, AITBC_LOCALNET=DIR, AITBC_NODE_GRPC=...`

// addChainFlags adds the flags that say which chain a command talks to, and as whom.
func addChainFlags(cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	f.String(flagNodeGRPC, "", "gRPC address of a node, host:port")
	f.String(flagNodeRPC, "", "RPC address of a node, http://host:port, which an agent follows")
	f.String(flagChainID, "", "chain that transactions are signed for")
	f.String(flagHome, app.DefaultNodeHome, "directory of your keys and hires")
	f.String(flagKeyringBackend, keyring.BackendOS, "where keys are kept: os, file, test (no password), kwallet, pass")
	f.String(flagFrom, "", "the key to act with: a name or an address")
	f.String(flagLocalnet, "", "use the localnet in --localnet=DIR, with its keys")
	f.Lookup(flagLocalnet).NoOptDefVal = localnet.DefaultHome()
}

// chainFlags are those that environment variables can set.
var chainFlags = []string{flagNodeGRPC, flagNodeRPC, flagChainID, flagHome, flagKeyringBackend, flagFrom, flagLocalnet}

// flagsFromEnvironment sets the flags of a chain that were not given. A flag that
// names the chain makes variables void that would name another.
func flagsFromEnvironment(f *pflag.FlagSet) error {
	var void []string
	switch {
	case f.Changed(flagLocalnet):
		void = chainFlags[:slices.Index(chainFlags, flagFrom)]
	case f.Changed(flagNodeGRPC):
		void = []string{flagLocalnet}
	}
	for _, name := range chainFlags {
		flag := f.Lookup(name)
		value := os.Getenv(envName(name))
		if flag == nil || flag.Changed || value == "" || slices.Contains(void, name) {
			continue
		}
		// Not through the set, which would mark the flag as given.
		if err := flag.Value.Set(value); err != nil {
			return fmt.Errorf("%s: %w", envName(name), err)
		}
	}
	return nil
}

func envName(flag string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// place is where a command finds a chain, before it talks to it.
type place struct {
	grpc, rpc, chainID string
	// home holds hires; the keys are in keyDir.
	home, keyDir, backend string
	// localnet is the network's directory; empty on other chains.
	localnet string
}

// findPlace reads the flags. An error names the one that is missing or wrong.
func findPlace(f *pflag.FlagSet) (place, error) {
	if err := flagsFromEnvironment(f); err != nil {
		return place{}, err
	}
	p, err := homePlace(f)
	if err != nil {
		return place{}, err
	}
	get := func(name string) string { v, _ := f.GetString(name); return v }
	p.grpc, p.rpc, p.chainID = get(flagNodeGRPC), get(flagNodeRPC), get(flagChainID)
	net := get(flagLocalnet)
	switch {
	case net != "" && p.grpc != "":
		return place{}, fmt.Errorf("--%s and --%s: give one of them", flagLocalnet, flagNodeGRPC)
	case net != "":
		return onLocalnet(f, p, net)
	case p.grpc == "":
		p, err := onLocalnet(f, p, localnet.DefaultHome())
		if errors.Is(err, localnet.ErrNoNetwork) {
			return place{}, fmt.Errorf("--%s: expected the address of a node, such as localhost:9090, with its --%s; "+
				"or a network of your own: `aitbc localnet up` makes one", flagNodeGRPC, flagChainID)
		}
		return p, err
	}
	return p, p.check()
}

// homePlace is where hires and keys are when no localnet is used.
func homePlace(f *pflag.FlagSet) (place, error) {
	dir, _ := f.GetString(flagHome)
	home, err := filepath.Abs(dir)
	if dir == "" || err != nil {
		return place{}, fmt.Errorf("--%s: expected a directory, got nothing", flagHome)
	}
	backend, _ := f.GetString(flagKeyringBackend)
	return place{home: home, keyDir: home, backend: backend}, nil
}

// onLocalnet fills in what a localnet knows. Flags that were given win.
func onLocalnet(f *pflag.FlagSet, p place, dir string) (place, error) {
	n, err := localnet.Open(dir)
	if errors.Is(err, localnet.ErrNoNetwork) {
		return place{}, fmt.Errorf("--%s: expected a directory with a localnet, got %s: %w: `aitbc localnet up%s` makes one",
			flagLocalnet, dir, err, homeFlag(dir))
	}
	if err != nil {
		return place{}, err
	}
	// By a flag or a variable.
	changed := func(name string) bool {
		flag := f.Lookup(name)
		return flag.Changed || flag.Value.String() != flag.DefValue
	}
	s := n.State()
	p.localnet, p.grpc = n.Home(), n.GRPCAddress(0)
	if p.rpc == "" {
		p.rpc = fmt.Sprintf("http://127.0.0.1:%d", s.Nodes[0].Ports.RPC)
	}
	if p.chainID != "" && p.chainID != s.ChainID {
		return place{}, fmt.Errorf("--%s: expected %s, the localnet's, got %s", flagChainID, s.ChainID, p.chainID)
	}
	p.chainID = s.ChainID
	if !changed(flagHome) {
		// What belongs to a network goes with it when it is deleted.
		p.home, p.keyDir = n.Home(), n.NodeHome(0)
	}
	if !changed(flagKeyringBackend) {
		p.backend = keyring.BackendTest
	}
	return p, nil
}

func (p place) check() error {
	if _, _, err := net.SplitHostPort(p.grpc); err != nil {
		return fmt.Errorf("--%s: expected host:port, such as localhost:9090, got %q", flagNodeGRPC, p.grpc)
	}
	if p.chainID == "" {
		return fmt.Errorf("--%s: expected the id of the chain of %s, got nothing", flagChainID, p.grpc)
	}
	return nil
}

// hires is the directory of the journal.
func (p place) hires() string { return filepath.Join(p.home, "hires") }

// keyringBackends are those that keep keys for the next command.
var keyringBackends = []string{keyring.BackendOS, keyring.BackendFile, keyring.BackendTest, keyring.BackendKWallet, keyring.BackendPass}

// openKeys opens the keyring.
func (p place) openKeys(cmd *cobra.Command, enc app.Encoding) (keyring.Keyring, error) {
	if !slices.Contains(keyringBackends, p.backend) {
		return nil, fmt.Errorf("--%s: expected one of %s, got %q", flagKeyringBackend, strings.Join(keyringBackends, ", "), p.backend)
	}
	keys, err := keyring.New(sdk.KeyringServiceName(), p.backend, p.keyDir, cmd.InOrStdin(), enc.Codec)
	if err != nil {
		return nil, fmt.Errorf("--%s: the keyring %s in %s can't be opened: %w", flagKeyringBackend, p.backend, p.keyDir, err)
	}
	return keys, nil
}
