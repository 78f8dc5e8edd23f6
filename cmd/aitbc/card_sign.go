package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/client/card"
)

// signedCard is the JSON of `card sign`.
type signedCard struct {
	Hash      string          `json:"card_sha256"`
	Algorithm card.Algorithm  `json:"alg"`
	KeyID     string          `json:"kid"`
	File      string          `json:"file,omitempty"`
	Card      json.RawMessage `json:"card"`
}

func newCardSignCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sign FILE --key KEYFILE",
		Short: "Sign a card, and print it with its new hash",
		Long: `Sign a card with EdDSA, ES256 or ES256K, whichever the key is for, and print it. The new
hash, which is the one to register, goes to standard error, or into the JSON.

The key is a JSON Web Key or PEM, in a file that only you can read. A signature that the
same kid made before is replaced; signatures by other keys stay, but are good for the
card as it is only.`,
		Example: `  openssl genpkey -algorithm ed25519 -out card-key.pem
  aitbc card sign card.json --key card-key.pem --out agent-card.json
  aitbc card keys card-key.pem > keys.json`,
		Args: arguments("FILE"),
		RunE: runCardSign,
	}
	f := cmd.Flags()
	addCardKeyFlags(cmd)
	f.String(flagCardKey, "", "file with the private key: a JSON Web Key or PEM on Ed25519, P-256 or secp256k1")
	f.String(flagKeySetURL, "", "https URL where you publish the key (aitbc card keys)")
	f.String(flagOut, "", "file for the signed card (default: standard output)")
	f.Bool(flagForce, false, "replace the file of --out")
	return cmd
}

func addCardKeyFlags(cmd *cobra.Command) {
	cmd.Flags().String(flagKeyID, "", "name of the key (default: that of a JSON Web Key, or else its RFC 7638 thumbprint)")
}

func runCardSign(cmd *cobra.Command, args []string) error {
	out := hireFlags{}
	out.out, _ = cmd.Flags().GetString(flagOut)
	out.force, _ = cmd.Flags().GetBool(flagForce)
	if err := out.checkOut(cmd.Flags().Changed(flagOut)); err != nil {
		return err
	}
	path, _ := cmd.Flags().GetString(flagCardKey)
	if path == "" {
		return fmt.Errorf("--%s: expected the file of a private key, got nothing", flagCardKey)
	}
	key, err := loadCardKey(cmd, path)
	if err != nil {
		return fmt.Errorf("--%s: %w", flagCardKey, err)
	}
	raw, err := readCard(args[0])
	if err != nil {
		return err
	}
	if _, err := card.Parse(raw); err != nil {
		return err
	}
	jku, _ := cmd.Flags().GetString(flagKeySetURL)
	canonical, err := card.Sign(raw, key, card.SignOptions{KeySetURL: jku})
	if err != nil {
		return err
	}
	hash, err := card.Hash(canonical)
	if err != nil {
		return err
	}
	result := signedCard{Hash: hex.EncodeToString(hash[:]), Algorithm: key.Algorithm(), KeyID: key.ID()}
	if result.Card, err = indented(canonical); err != nil {
		return err
	}
	if out.out != "" {
		if result.File, err = writeResult(out.out, append(result.Card, '\n'), out.force); err != nil {
			return err
		}
	}
	return printResult(cmd, result, func(w io.Writer) error { return result.print(cmd, w) })
}

func (s signedCard) print(cmd *cobra.Command, w io.Writer) error {
	if s.File != "" {
		return table(w, [][]string{{"sha256", s.Hash}, {"signed", string(s.Algorithm) + "  " + printableText(s.KeyID)}, {"file", s.File}})
	}
	cmd.PrintErrln("sha256", s.Hash)
	_, err := fmt.Fprintln(w, string(s.Card))
	return err
}

func loadCardKey(cmd *cobra.Command, path string) (card.PrivateKey, error) {
	key, err := card.LoadPrivateKey(path)
	if err != nil {
		return card.PrivateKey{}, err
	}
	if cmd.Flags().Changed(flagKeyID) {
		id, _ := cmd.Flags().GetString(flagKeyID)
		if printableText(id) != id || id == "" {
			return card.PrivateKey{}, fmt.Errorf("--%s: expected a name, got %q", flagKeyID, id)
		}
		key = key.WithID(id)
	}
	return key, nil
}

func newCardKeysCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys KEYFILE",
		Short: "Print the public half of a key, for those who verify",
		Long: `Print the public half of a key as a JSON Web Key Set: what to publish at the --jku of
your signatures, and what others give to aitbc card verify --keys.`,
		Example: "  aitbc card keys card-key.pem > keys.json",
		Args:    arguments("KEYFILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := loadCardKey(cmd, args[0])
			if err != nil {
				return err
			}
			canonical, err := key.PublicKeySet()
			if err != nil {
				return err
			}
			set, err := indented(canonical)
			if err != nil {
				return err
			}
			return printResult(cmd, set, func(w io.Writer) error {
				_, err := fmt.Fprintln(w, string(set))
				return err
			})
		},
	}
	addCardKeyFlags(cmd)
	return cmd
}
