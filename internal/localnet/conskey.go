package localnet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/privval"
	cmttypes "github.com/cometbft/cometbft/types"

	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
)

const (
	consKeyName = "priv_validator_key.json"
	// oldConsKeyName is where SwapConsensusKey keeps the key before.
	oldConsKeyName = "priv_validator_key.old.json"
)

func (n *Network) consKeyPath(index int) string {
	return filepath.Join(n.NodeHome(index), "config", consKeyName)
}

// ConsensusAddress is the address of the key that a node would sign with now, as
// it stands in commits.
func (n *Network) ConsensusAddress(index int) (cmttypes.Address, error) {
	path := n.consKeyPath(index)
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	return privval.LoadFilePVEmptyState(path, "").GetAddress(), nil
}

// NewConsensusKey writes a new key beside the one that a node signs with, and
// returns its public part.
func (n *Network) NewConsensusKey(index int) (string, cryptotypes.PubKey, error) {
	path := n.consKeyPath(index) + ".new"
	pv := privval.NewFilePV(ed25519.GenPrivKey(), path, "")
	pv.Key.Save()
	pubKey, err := cryptocodec.FromCmtPubKeyInterface(pv.Key.PubKey)
	return path, pubKey, err
}

// SwapConsensusKey makes a node that does not run sign with another key from its
// next start on. The record of what it signed last stays.
func (n *Network) SwapConsensusKey(index int, keyFile string) error {
	if n.Running(index) {
		return fmt.Errorf("%s runs: it must be stopped before its key is changed", nodeName(index))
	}
	path := n.consKeyPath(index)
	return errors.Join(
		os.Rename(path, filepath.Join(filepath.Dir(path), oldConsKeyName)),
		os.Rename(keyFile, path),
	)
}

// SignedBy tells whether the commit of a block has a signature for it (not for
// nil) by the key with the address.
func (n *Network) SignedBy(ctx context.Context, height int64, addr cmttypes.Address) (bool, error) {
	rpc, err := n.RPC(0)
	if err != nil {
		return false, err
	}
	res, err := rpc.Commit(ctx, &height)
	if err != nil {
		return false, fmt.Errorf("commit of block %d: %w", height, err)
	}
	for _, sig := range res.Commit.Signatures {
		if sig.BlockIDFlag == cmttypes.BlockIDFlagCommit && sig.ValidatorAddress.String() == addr.String() {
			return true, nil
		}
	}
	return false, nil
}

// WaitSignature returns the first height from a given one on whose commit has a
// signature by the key with the address.
func (n *Network) WaitSignature(ctx context.Context, from int64, addr cmttypes.Address) (int64, error) {
	for height := from; ; height++ {
		// The commit of a block is final once the next one is there.
		if err := n.WaitHeight(ctx, height+1, 0); err != nil {
			return 0, fmt.Errorf("signature by %s: %w", addr, err)
		}
		if signed, err := n.SignedBy(ctx, height, addr); signed || err != nil {
			return height, err
		}
	}
}
