package localnet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/aitbc/aitbc/internal/durable"
)

const (
	// markerName is the file that makes a directory a network of ours.
	markerName = "localnet.json"
	// stateFormat is the version of the marker's fields.
	stateFormat = 1
)

// ErrNoNetwork is returned for a directory without a network.
var ErrNoNetwork = errors.New("no localnet here")

// State is what localnet.json holds: the network's description and its processes.
type State struct {
	Format      int           `json:"format"`
	ChainID     string        `json:"chain_id"`
	Binary      string        `json:"binary"`
	Validators  int           `json:"validators"`
	BlockTime   time.Duration `json:"block_time_ns"`
	BasePort    int           `json:"base_port"`
	CreatedAt   time.Time     `json:"created_at"`
	GenesisTime time.Time     `json:"genesis_time"`
	Nodes       []Node        `json:"nodes"`
	Accounts    []Account     `json:"accounts"`
}

// Node is one process of the network.
type Node struct {
	Index     int    `json:"index"`
	Name      string `json:"name"` // node0, node1 ... also its directory
	Validator bool   `json:"validator"`
	NodeID    string `json:"node_id"`
	// Operator is the aitvaloper address; empty for a full node.
	Operator string `json:"operator,omitempty"`
	Ports    Ports  `json:"ports"`
	// PID is the process last started for the node, 0 if it was stopped.
	PID       int       `json:"pid"`
	StartedAt time.Time `json:"started_at,omitzero"`
}

// nodeName is the name of the node with the given index.
func nodeName(index int) string { return fmt.Sprintf("node%d", index) }

// FullNodes is the number of nodes without a vote.
func (s State) FullNodes() int { return len(s.Nodes) - s.Validators }

func markerPath(home string) string { return filepath.Join(home, markerName) }

// readState returns the network of a directory, or ErrNoNetwork.
func readState(home string) (State, error) {
	var s State
	raw, err := os.ReadFile(markerPath(home))
	if errors.Is(err, fs.ErrNotExist) {
		return s, ErrNoNetwork
	}
	if err != nil {
		return s, fmt.Errorf("read the network in %s: %w", home, err)
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, fmt.Errorf("%s is not readable: %w", markerPath(home), err)
	}
	if s.Format != stateFormat {
		return s, fmt.Errorf("%s has format %d, expected %d: it was made by another release of aitbc", markerPath(home), s.Format, stateFormat)
	}
	if len(s.Nodes) == 0 || s.Validators < 1 || s.Validators > len(s.Nodes) {
		return s, fmt.Errorf("%s is not readable: it names %d nodes and %d validators", markerPath(home), len(s.Nodes), s.Validators)
	}
	return s, nil
}

// writeState replaces the marker in one step.
func writeState(home string, s State) error {
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	path := markerPath(home)
	if err := durable.Replace(path, append(raw, '\n')); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// requireUnused returns an error unless a directory is absent or empty.
func requireUnused(home string) error {
	entries, err := os.ReadDir(home)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("--home: expected a directory, and %s can't be read as one", home)
	}
	if len(entries) > 0 {
		return fmt.Errorf("--home: expected an empty directory or a localnet, but %s holds %s", home, entries[0].Name())
	}
	return nil
}
