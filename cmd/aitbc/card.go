package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/client/card"
)

const (
	flagHash       = "hash"
	flagTrusted    = "keys"
	flagKeyHost    = "key-host"
	flagAllowLocal = "allow-local"
	flagCardKey    = "key"
	flagKeyID      = "kid"
	flagKeySetURL  = "jku"
)

func newCardCommand() *cobra.Command {
	cmd := group("card", "Hash, check and sign A2A agent cards",
		`Hash, check and sign agent cards of the A2A protocol, version 1.0. The chain keeps the
address and the hash of an agent's card; what is in the card is checked here. No command
needs a node or a key of the chain.`)
	cmd.AddCommand(newCardHashCommand(), newCardVerifyCommand(), newCardSignCommand(), newCardKeysCommand())
	return cmd
}

// cardHash is the JSON of `card hash`.
type cardHash struct {
	Hash string `json:"card_sha256"`
}

func newCardHashCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "hash FILE",
		Short: "Print the hash to register for a card",
		Long: `Print the hash to register for a card: the SHA-256 of its canonical form (RFC 8785),
signatures included. Layout and the order of members don't matter to it.`,
		Example: "  aitbc card hash card.json",
		Args:    arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := readCard(args[0])
			if err != nil {
				return err
			}
			hash, err := card.Hash(raw)
			if err != nil {
				return err
			}
			text := hex.EncodeToString(hash[:])
			return printResult(cmd, cardHash{Hash: text}, func(w io.Writer) error {
				_, err := fmt.Fprintln(w, text)
				return err
			})
		},
	}
}

// cardReport is the JSON of `card verify`.
type cardReport struct {
	Hash string `json:"card_sha256"`
	// Registered says whether the hash was compared with a registered one, and is it.
	Registered bool             `json:"registered"`
	Verified   int              `json:"verified_signatures"`
	Signatures []card.Signature `json:"signatures"`
	Card       card.Card        `json:"card"`
}

func newCardVerifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify FILE|URL",
		Short: "Check a card: its form, its hash and its signatures",
		Long: `Check a card: its form, its hash and its signatures.

With --hash, it must be the registered card. With --keys or --key-host, at least one
signature must be by a key that you trust, and none may be wrong. A signature by another
key proves nothing, and is shown as unchecked. Without these flags, only the form is
checked.`,
		Example: `  aitbc card verify card.json --keys keys.json
  aitbc card verify https://agent.example/.well-known/agent-card.json --hash 5b2e... --key-host agent.example`,
		Args: arguments("FILE|URL"),
		RunE: runCardVerify,
	}
	f := cmd.Flags()
	f.String(flagHash, "", "the registered hash: 64 hexadecimal digits")
	f.String(flagTrusted, "", "file with the keys that you trust: a JSON Web Key Set, or one key")
	f.StringSlice(flagKeyHost, nil, "host whose published keys you trust; a signature's jku is fetched from there only")
	f.Bool(flagAllowLocal, false, "fetch by http and from addresses that are not of the public internet, too")
	return cmd
}

func runCardVerify(cmd *cobra.Command, args []string) error {
	local, _ := cmd.Flags().GetBool(flagAllowLocal)
	limits := card.Limits{AllowHTTP: local, AllowInternal: local}
	keys, err := trustedKeys(cmd, limits)
	if err != nil {
		return err
	}
	want, err := registeredHash(cmd)
	if err != nil {
		return err
	}
	var raw []byte
	if strings.Contains(args[0], "://") {
		raw, err = card.Fetch(cmd.Context(), args[0], limits)
	} else {
		raw, err = readCard(args[0])
	}
	if err != nil {
		return err
	}
	var report card.Report
	if want != nil {
		report, err = card.Verify(cmd.Context(), raw, *want, keys)
	} else {
		report, err = card.Check(cmd.Context(), raw, keys)
	}
	if err != nil {
		return err
	}
	if keys != nil && report.Verified() == 0 {
		return unsigned(report)
	}
	parsed, err := card.Parse(raw)
	if err != nil {
		return err
	}
	result := cardReport{
		Hash: hex.EncodeToString(report.Hash[:]), Registered: want != nil, Verified: report.Verified(), Signatures: report.Signatures, Card: parsed,
	}
	if result.Signatures == nil {
		result.Signatures = []card.Signature{}
	}
	return printResult(cmd, result, result.print)
}

// unsigned says why no signature counts.
func unsigned(r card.Report) error {
	if len(r.Signatures) == 0 {
		return errors.New("card: expected a signature by a key that you trust, but it has none")
	}
	return fmt.Errorf("card: expected a signature by a key that you trust, got %d others: %s", len(r.Signatures), r.Signatures[0].Reason)
}

// trustedKeys is nil without the flags.
func trustedKeys(cmd *cobra.Command, l card.Limits) (card.KeySource, error) {
	var sources []card.KeySource
	if path, _ := cmd.Flags().GetString(flagTrusted); path != "" {
		raw, err := readBounded(path, card.MaxKeySetBytes)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flagTrusted, err)
		}
		set, err := card.ParseKeySet(raw)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flagTrusted, err)
		}
		if set.Len() == 0 {
			return nil, fmt.Errorf("--%s: expected at least one key for signatures with a kid, got none", flagTrusted)
		}
		sources = append(sources, set)
	} else if cmd.Flags().Changed(flagTrusted) {
		return nil, fmt.Errorf("--%s: expected a file, got nothing", flagTrusted)
	}
	if hosts, _ := cmd.Flags().GetStringSlice(flagKeyHost); len(hosts) > 0 {
		for _, host := range hosts {
			if host == "" || strings.ContainsAny(host, "/@ ") {
				return nil, fmt.Errorf("--%s: expected a host, such as agent.example or agent.example:8443, got %q", flagKeyHost, host)
			}
		}
		sources = append(sources, card.NewRemoteKeys(l, hosts...))
	}
	if len(sources) == 0 {
		return nil, nil //nolint:nilnil // no keys is an answer
	}
	return card.FirstOf(sources...), nil
}

// registeredHash is nil without --hash.
func registeredHash(cmd *cobra.Command) (*[sha256.Size]byte, error) {
	text, _ := cmd.Flags().GetString(flagHash)
	if !cmd.Flags().Changed(flagHash) {
		return nil, nil //nolint:nilnil // no hash is an answer
	}
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != sha256.Size {
		return nil, fmt.Errorf("--%s: expected 64 hexadecimal digits, got %q", flagHash, text)
	}
	return (*[sha256.Size]byte)(raw), nil
}

func (r cardReport) print(w io.Writer) error {
	registered := "not compared (--hash)"
	if r.Registered {
		registered = "as registered"
	}
	rows := [][]string{
		{"name", printableText(r.Card.Name)},
		{"version", printableText(r.Card.Version)},
		{"sha256", r.Hash + "  " + registered},
	}
	for _, in := range r.Card.Interfaces {
		rows = append(rows, []string{"interface", printableText(in.URL + "  " + in.Binding + " " + in.ProtocolVersion)})
	}
	for _, s := range r.Card.Skills {
		rows = append(rows, []string{"skill", printableText(s.ID + "  " + s.Name)})
	}
	for _, s := range r.Signatures {
		text := string(s.Header.Algorithm) + "  " + printableText(s.Header.KeyID) + "  " + string(s.Status)
		if s.Reason != "" {
			text += " (" + s.Reason + ")"
		}
		rows = append(rows, []string{"signature", text})
	}
	if len(r.Signatures) == 0 {
		rows = append(rows, []string{"signature", "none"})
	}
	return table(w, rows)
}

// readCard reads the card of an argument.
func readCard(path string) ([]byte, error) {
	raw, err := readBounded(path, card.MaxBytes)
	if err != nil {
		return nil, fmt.Errorf("file: %w", err)
	}
	return raw, nil
}

// readBounded reads a file that has at most so many bytes.
func readBounded(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("expected one that can be read: %w", err)
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("expected a file, but %s is a directory", path)
	}
	raw, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, fmt.Errorf("expected one that can be read: %w", err)
	}
	if int64(len(raw)) > most {
		return nil, fmt.Errorf("expected at most %d bytes, but %s has more", most, path)
	}
	return raw, nil
}

// printableText is a stranger's text without what could control a terminal.
func printableText(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s)
}

// indented lays out canonical JSON for people, unless that makes it too large for a card.
func indented(canonical []byte) (json.RawMessage, error) {
	raw, err := json.MarshalIndent(json.RawMessage(canonical), "", "  ")
	if err != nil || len(raw) >= card.MaxBytes {
		return canonical, err
	}
	return raw, nil
}
