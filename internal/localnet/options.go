package localnet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Limits and defaults of a network.
const (
	// MaxValidators is the most validators a network can have.
	MaxValidators = 10
	// MaxFullNodes is the most nodes without a vote a network can have.
	MaxFullNodes = 40
	// DefaultValidators is the smallest number that tolerates a faulty one.
	DefaultValidators = 4
	// DefaultChainID is the chain id of a network that is given none.
	DefaultChainID = "aitbc-local-1"
	// DefaultBlockTime is the pause between a block and the next.
	DefaultBlockTime = time.Second

	minBlockTime = 50 * time.Millisecond
	maxBlockTime = time.Minute

	// binaryName is the program that every node runs.
	binaryName = "aitbcd"
)

// Options say what a network looks like.
type Options struct {
	// Home is the directory of the network. It must not exist, be empty, or hold
	// a network.
	Home string
	// ChainID is the chain id in the genesis.
	ChainID string
	// Validators is the number of voting nodes, 1 to MaxValidators.
	Validators int
	// FullNodes is the number of further nodes, 0 to MaxFullNodes.
	FullNodes int
	// BlockTime is timeout_commit: the pause after each block.
	BlockTime time.Duration
	// BasePort is where the ports of node0 start; see PortsOf.
	BasePort int
	// Binary is the path of aitbcd; FindBinary finds the usual one.
	Binary string
}

// DefaultHome is ~/.aitbc-localnet, or the same below the working directory for
// a user without a home.
func DefaultHome() string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "."
	}
	return filepath.Join(home, ".aitbc-localnet")
}

// DefaultOptions returns what `aitbc localnet up` uses when no flag is given,
// without the binary.
func DefaultOptions() Options {
	return Options{
		Home:       DefaultHome(),
		ChainID:    DefaultChainID,
		Validators: DefaultValidators,
		BlockTime:  DefaultBlockTime,
		BasePort:   DefaultBasePort,
	}
}

// Nodes is the number of all nodes.
func (o Options) Nodes() int { return o.Validators + o.FullNodes }

// maxChainID is what block headers have room for.
const maxChainID = 50

// chainIDPattern is name-number, the form that IBC and upgrades expect.
var chainIDPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*-[1-9][0-9]*$`)

// Validate returns an error that names the first wrong option by its flag. It
// does not look at the file system; Create does.
func (o Options) Validate() error {
	switch {
	case o.Validators < 1 || o.Validators > MaxValidators:
		return fmt.Errorf("--validators: expected 1 to %d, got %d", MaxValidators, o.Validators)
	case o.FullNodes < 0 || o.FullNodes > MaxFullNodes:
		return fmt.Errorf("--full-nodes: expected 0 to %d, got %d", MaxFullNodes, o.FullNodes)
	case o.BlockTime < minBlockTime || o.BlockTime > maxBlockTime:
		return fmt.Errorf("--block-time: expected %s to %s, got %s", minBlockTime, maxBlockTime, o.BlockTime)
	case len(o.ChainID) > maxChainID || !chainIDPattern.MatchString(o.ChainID):
		return fmt.Errorf("--chain-id: expected name-number in lower case, at most %d characters, like %s, got %q",
			maxChainID, DefaultChainID, o.ChainID)
	case o.Home == "":
		return errors.New("--home: expected a directory, got nothing")
	case o.BasePort < 1024 || o.BasePort+o.Nodes()*portStride >= 1<<16:
		return fmt.Errorf("--base-port: expected 1024 to %d for %d nodes, got %d",
			1<<16-1-o.Nodes()*portStride, o.Nodes(), o.BasePort)
	}
	return nil
}

// FindBinary returns the path of aitbcd. A given path must be an executable
// file; with none it is looked for next to the running program, then in PATH.
func FindBinary(given string) (string, error) {
	if given != "" {
		path, err := filepath.Abs(given)
		if err != nil {
			return "", fmt.Errorf("--binary: %w", err)
		}
		if !isExecutable(path) {
			return "", fmt.Errorf("--binary: expected an executable file, got %s", given)
		}
		return path, nil
	}
	if self, err := os.Executable(); err == nil {
		if path := filepath.Join(filepath.Dir(self), binaryName); isExecutable(path) {
			return path, nil
		}
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if path := filepath.Join(dir, binaryName); filepath.IsAbs(path) && isExecutable(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is neither next to aitbc nor in PATH: run `make build`, or say where it is with --binary", binaryName)
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
