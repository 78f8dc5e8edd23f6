package localnet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"

	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"

	"github.com/aitbc/aitbc/types"
)

// build makes a complete network beside o.Home and renames it to o.Home as its
// last step: there is never a half-made one.
func build(o Options) (State, error) {
	if err := requireUnused(o.Home); err != nil {
		return State{}, err
	}
	nodes := plan(o)
	for _, n := range nodes {
		if err := n.Ports.checkFree(n.Name); err != nil {
			return State{}, err
		}
	}
	parent := filepath.Dir(o.Home)
	if err := os.MkdirAll(parent, 0o750); err != nil {
		return State{}, fmt.Errorf("--home: can't make %s: %w", parent, err)
	}
	stage, err := os.MkdirTemp(parent, ".localnet-")
	if err != nil {
		return State{}, fmt.Errorf("--home: can't write to %s: %w", parent, err)
	}
	state, err := fill(stage, o, nodes)
	if err == nil {
		err = moveTo(stage, o.Home)
	}
	// After the move there is nothing left to remove.
	return state, errors.Join(err, os.RemoveAll(stage))
}

// moveTo puts a complete network into its place. An empty directory must make
// room; one that is empty no more refuses to.
func moveTo(stage, home string) error {
	if err := os.Remove(home); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--home: can't put the network into %s: %w", home, err)
	}
	if err := os.Rename(stage, home); err != nil {
		return fmt.Errorf("--home: can't put the network into %s: %w", home, err)
	}
	return nil
}

// plan lists the nodes: validators first.
func plan(o Options) []Node {
	nodes := make([]Node, o.Nodes())
	for i := range nodes {
		nodes[i] = Node{Index: i, Name: nodeName(i), Validator: i < o.Validators, Ports: PortsOf(o.BasePort, i)}
	}
	return nodes
}

// fill writes the network into an empty directory.
func fill(dir string, o Options, nodes []Node) (State, error) {
	ref, err := reference()
	if err != nil {
		return State{}, err
	}
	accounts := accountTable(o.Validators)
	keys, err := openKeyring(filepath.Join(dir, nodeName(0)), ref.enc.Codec)
	if err != nil {
		return State{}, err
	}
	if err := createKeys(keys, accounts); err != nil {
		return State{}, err
	}

	seats := make([]validatorSeat, 0, o.Validators)
	for i := range nodes {
		pubKey, err := createNodeKeys(filepath.Join(dir, nodes[i].Name), &nodes[i])
		if err != nil {
			return State{}, err
		}
		if !nodes[i].Validator {
			continue
		}
		operator, err := sdk.AccAddressFromBech32(accounts[i].Address)
		if err != nil {
			return State{}, err
		}
		nodes[i].Operator = sdk.ValAddress(operator).String()
		seats = append(seats, validatorSeat{
			name: accounts[i].Name, pubKey: pubKey, bond: accounts[i].Bonded,
			memo: nodes[i].NodeID + "@" + hostPort(nodes[i].Ports.P2P),
		})
	}

	now := time.Now().UTC()
	genesis, err := buildGenesis(o, accounts, seats, keys, now)
	if err != nil {
		return State{}, err
	}
	for _, n := range nodes {
		home := filepath.Join(dir, n.Name)
		if err := writeConfigs(o, home, n, peersOf(nodes, n.Index)); err != nil {
			return State{}, err
		}
		if err := genesis.SaveAs(filepath.Join(home, "config", "genesis.json")); err != nil {
			return State{}, fmt.Errorf("write the genesis of %s: %w", n.Name, err)
		}
	}
	state := State{
		Format: stateFormat, ChainID: o.ChainID, Binary: o.Binary,
		Validators: o.Validators, BlockTime: o.BlockTime, BasePort: o.BasePort,
		CreatedAt: now, GenesisTime: now, Nodes: nodes, Accounts: accounts,
	}
	return state, errors.Join(checkSupply(state), writeState(dir, state))
}

// createNodeKeys makes a node's home with its network and consensus keys.
func createNodeKeys(home string, n *Node) (cryptotypes.PubKey, error) {
	c := cmtcfg.DefaultConfig()
	c.SetRoot(home)
	for _, sub := range []string{"config", "data"} {
		if err := os.MkdirAll(filepath.Join(home, sub), 0o750); err != nil {
			return nil, fmt.Errorf("make the home of %s: %w", n.Name, err)
		}
	}
	nodeID, pubKey, err := genutil.InitializeNodeValidatorFiles(c)
	if err != nil {
		return nil, fmt.Errorf("make the keys of %s: %w", n.Name, err)
	}
	n.NodeID = nodeID
	return pubKey, nil
}

// checkSupply guards the promise of the account table.
func checkSupply(s State) error {
	var total int64
	for _, a := range s.Accounts {
		total += a.Balance
	}
	if want := TotalSupply * types.UnitsPerAIT; total != want {
		return fmt.Errorf("genesis: expected accounts to hold %d uait, got %d", want, total)
	}
	return nil
}
