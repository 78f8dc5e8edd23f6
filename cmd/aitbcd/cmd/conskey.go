package cmd

import (
	"fmt"
	"os"

	cmtcrypto "github.com/cometbft/cometbft/crypto"
	cmted25519 "github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/crypto/mldsa65"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/privval"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"
)

const (
	rotateCommand = "rotate-cons-pub-key"

	rotationHelp = `How to rotate the consensus key of a running validator:

 1. aitbcd comet gen-cons-key --out next_key.json
    makes the new key and prints its public key. The node keeps running.
 2. aitbcd tx staking rotate-cons-pub-key '<that public key>' --from <operator>
    burns the rotation fee. Note the height H of the block it lands in.
 3. The old key signs up to block H+1, the new one from block H+2 on. Once block
    H+1 is there, stop the node, put next_key.json in place of
    config/priv_validator_key.json (keep a copy of the old file), and start it.
    Leave data/priv_validator_state.json as it is.

Between the two the validator only misses blocks: it can't sign twice, because the
two keys never belong to one height, as long as each key is on one node only. The
old key stays slashable until its evidence expires, so destroy it only then. The
only validator of a chain stops it at block H+1 until the new key is in place. A
validator can rotate once per unbonding time.`
)

// genConsKeyCommand returns the command that makes a consensus key for a rotation.
func genConsKeyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "gen-cons-key",
		Short: "Make a new consensus key, to rotate to, and print its public key",
		Long:  "Make a new consensus key in a file of its own, and print its public key.\n\n" + rotationHelp,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, _ := cmd.Flags().GetString("out")
			keyType, _ := cmd.Flags().GetString(genutilcli.FlagConsensusKeyAlgo)
			pubKey, err := generateConsKey(client.GetClientContextFromCmd(cmd), path, keyType)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), string(pubKey))
			return err
		},
	}
	cmd.Flags().String("out", "", "file to write the key to; it must not exist")
	cmd.Flags().String(genutilcli.FlagConsensusKeyAlgo, cmted25519.KeyType, "type of the key: ed25519 or ml_dsa_65")
	return cmd
}

// generateConsKey writes a new key to a new file, readable by its owner only, in
// the format of priv_validator_key.json, and returns its public key as JSON.
func generateConsKey(ctx client.Context, path, keyType string) ([]byte, error) {
	if path == "" {
		return nil, fmt.Errorf("--out: expected the file to write the key to, got nothing")
	}
	key, err := newConsKey(keyType)
	if err != nil {
		return nil, err
	}
	pubKey, err := cryptocodec.FromCmtPubKeyInterface(key.PubKey())
	if err != nil {
		return nil, err
	}
	pubKeyJSON, err := ctx.Codec.MarshalInterfaceJSON(pubKey)
	if err != nil {
		return nil, err
	}
	text, err := cmtjson.MarshalIndent(privval.FilePVKey{
		Address: key.PubKey().Address(), PubKey: key.PubKey(), PrivKey: key,
	}, "", "  ")
	if err != nil {
		return nil, err
	}
	return pubKeyJSON, writeNew(path, text)
}

func newConsKey(keyType string) (cmtcrypto.PrivKey, error) {
	switch keyType {
	case cmted25519.KeyType:
		return cmted25519.GenPrivKey(), nil
	case mldsa65.KeyType:
		return mldsa65.GenPrivKey()
	}
	return nil, fmt.Errorf("--%s: expected ed25519 or ml_dsa_65, got %q", genutilcli.FlagConsensusKeyAlgo, keyType)
}

// writeNew writes a file that must not exist.
func writeNew(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return fmt.Errorf("--out: %s exists; a key is never overwritten", path)
	}
	if err != nil {
		return fmt.Errorf("--out: %s can't be written: %w", path, err)
	}
	_, err = f.Write(content)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
