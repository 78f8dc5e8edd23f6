package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/client/card"
	"github.com/aitbc/aitbc/client/hire"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

const flagVerify = "verify"

func newAgentsCardCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "card AGENT",
		Short: "Print an agent's A2A card as the chain makes it, or check the one that it registered",
		Long: `Print an agent's A2A card, version 1.0, as the chain makes it of the agent's profile.

With --verify, the card is fetched from the address that the agent registered. It must
have the registered hash, and name the agent and its interfaces as the chain does. With
--keys or --key-host, at least one signature must be by a key that you trust.` + chainHelp,
		Example: `  aitbc agents card 1
  aitbc agents card 1 --verify --key-host agent.example`,
		Args: arguments("AGENT"),
		RunE: runAgentsCard,
	}
	f := cmd.Flags()
	f.Bool(flagVerify, false, "fetch the registered card and check it")
	f.String(flagTrusted, "", "file with the keys that you trust: a JSON Web Key Set, or one key")
	f.StringSlice(flagKeyHost, nil, "host whose published keys you trust; a signature's jku is fetched from there only")
	f.Bool(flagAllowLocal, false, "fetch by http and from addresses that are not of the public internet, too")
	return cmd
}

func runAgentsCard(cmd *cobra.Command, args []string) error {
	id, err := parseAgentID(args[0])
	if err != nil {
		return err
	}
	verify, _ := cmd.Flags().GetBool(flagVerify)
	for _, name := range []string{flagTrusted, flagKeyHost, flagAllowLocal} {
		if !verify && cmd.Flags().Changed(name) {
			return fmt.Errorf("--%s: expected --%s with it", name, flagVerify)
		}
	}
	c, err := openChain(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	record, err := c.agentRecord(cmd.Context(), id)
	if err != nil {
		return err
	}
	if verify {
		return verifyRegistered(cmd, record)
	}
	res, err := registrytypes.NewQueryClient(c.client.Conn()).AgentCard(cmd.Context(), &registrytypes.QueryAgentCardRequest{AgentId: id})
	if err != nil {
		return fmt.Errorf("ask for the card of agent %d: %w", id, hire.PlainError(err))
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(res.AgentCard), "", "  "); err != nil {
		return fmt.Errorf("the node answers with a card that is no JSON: %w", err)
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), pretty.String())
	return err
}

// verifyRegistered fetches and checks the card that an agent registered.
func verifyRegistered(cmd *cobra.Command, record registrytypes.AgentRecord) error {
	ref := record.Profile.Card
	if ref == nil || ref.Uri == "" {
		return fmt.Errorf("agent: expected one that registered a card, but %d has none", record.Agent.Id)
	}
	if len(ref.Sha256) != sha256.Size {
		return fmt.Errorf("agent: expected a registered hash of %d bytes, got %d", sha256.Size, len(ref.Sha256))
	}
	local, _ := cmd.Flags().GetBool(flagAllowLocal)
	limits := card.Limits{AllowHTTP: local, AllowInternal: local}
	keys, err := trustedKeys(cmd, limits)
	if err != nil {
		return err
	}
	raw, err := card.Fetch(cmd.Context(), ref.Uri, limits)
	if err != nil {
		return err
	}
	report, err := card.Verify(cmd.Context(), raw, [sha256.Size]byte(ref.Sha256), keys)
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
	registered := card.Registration{Name: record.Profile.Name}
	for _, i := range record.Profile.Interfaces {
		registered.Interfaces = append(registered.Interfaces, card.Interface{URL: i.Url, Binding: i.Binding, ProtocolVersion: i.ProtocolVersion})
	}
	if err := parsed.Match(registered); err != nil {
		return err
	}
	result := cardReport{
		Hash: hex.EncodeToString(report.Hash[:]), Registered: true, Verified: report.Verified(), Signatures: report.Signatures, Card: parsed,
	}
	if result.Signatures == nil {
		result.Signatures = []card.Signature{}
	}
	return printResult(cmd, result, result.print)
}
