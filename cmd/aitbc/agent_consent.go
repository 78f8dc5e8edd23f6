package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	"github.com/aitbc/aitbc/agent"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

const (
	flagKey      = "key"
	flagOwner    = "owner"
	flagValid    = "valid"
	flagOperator = "operator"

	defaultValid = time.Hour
)

func newAgentConsentCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "consent",
		Short: "Agree to sign for somebody's agent",
		Long: `Agree to sign for somebody's agent: make the signature that its owner needs to set your
key as operator. It is for one agent of one owner on this chain, can be used once, and
expires. Nothing is sent.

The owner hands it to the chain:

  aitbcd tx agentregistry set-operator AGENT OPERATOR consent.json --from OWNER`,
		Example: `  aitbc agent consent --key worker --agent 7 --owner ait1... --output json > consent.json
  aitbc agent consent --key worker --agent 0 --owner ait1... --valid 24h   # for a registration`,
		Args: arguments(),
		RunE: runAgentConsent,
	}
	f := cmd.Flags()
	f.String(flagKey, "", "the operator's key: who agrees")
	f.Uint64(flagAgent, 0, "the agent; 0 for one that is being registered")
	f.String(flagOwner, "", "the agent's owner")
	f.Duration(flagValid, defaultValid, "how long the owner can use it, at most 168h")
	return cmd
}

// consentJSON is a consent in the JSON of its message, as aitbcd reads it.
type consentJSON struct {
	PublicKey string `json:"public_key"`
	Deadline  string `json:"deadline"`
	Signature string `json:"signature"`
}

func runAgentConsent(cmd *cobra.Command, _ []string) error {
	name, _ := cmd.Flags().GetString(flagKey)
	owner, _ := cmd.Flags().GetString(flagOwner)
	id, _ := cmd.Flags().GetUint64(flagAgent)
	valid, _ := cmd.Flags().GetDuration(flagValid)
	if name == "" {
		return fmt.Errorf("--%s: expected the operator's key, got nothing", flagKey)
	}
	if _, err := sdk.AccAddressFromBech32(owner); err != nil {
		return fmt.Errorf("--%s: expected an address that starts with ait1, got %q", flagOwner, owner)
	}
	if err := checkValid(valid); err != nil {
		return err
	}
	c, err := openChain(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	operator, err := c.lookUp(name)
	if err != nil || operator.name == "" {
		return fmt.Errorf("--%s: expected a key of the keyring in %s, got %q", flagKey, c.keyDir, name)
	}
	consent, err := makeConsent(cmd.Context(), agent.NewChain(c.client, operator.name), c.keys, operator, id, owner, valid)
	if err != nil {
		return fmt.Errorf("--%s: %w", flagKey, err)
	}
	result := consentJSON{
		PublicKey: base64.StdEncoding.EncodeToString(consent.PublicKey),
		Deadline:  strconv.FormatUint(consent.Deadline, 10),
		Signature: base64.StdEncoding.EncodeToString(consent.Signature),
	}
	return printResult(cmd, result, func(w io.Writer) error {
		return table(w, [][]string{
			{"operator", operator.address},
			{"agent", fmt.Sprintf("%d of %s on %s", id, owner, c.chainID)},
			{"until", time.Unix(int64(consent.Deadline), 0).UTC().Format(time.DateTime) + " UTC"},
			{"public_key", result.PublicKey},
			{"deadline", result.Deadline},
			{"signature", result.Signature},
		})
	})
}

func checkValid(valid time.Duration) error {
	if valid < time.Second || valid > registrytypes.MaxConsentSeconds*time.Second {
		return fmt.Errorf("--%s: expected 1s to 168h, got %s", flagValid, valid)
	}
	return nil
}

// makeConsent signs an operator's consent, valid for a time from market time on.
func makeConsent(
	ctx context.Context, node agent.Chain, keys keyring.Keyring, operator signer, agentID uint64, owner string, valid time.Duration,
) (*registrytypes.OperatorConsent, error) {
	chainID, err := node.ChainID(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask for the chain: %w", err)
	}
	now, err := node.MarketTime(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask for the market time: %w", err)
	}
	terms := registrytypes.ConsentTerms{
		ChainID: chainID, AgentID: agentID, Owner: owner, Operator: operator.address, Deadline: uint64(now.Add(valid).Unix()),
	}
	signature, key, err := keys.Sign(operator.name, terms.SignBytes(), signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON)
	if err != nil {
		return nil, fmt.Errorf("sign with key %s: %w", operator.name, err)
	}
	consent := &registrytypes.OperatorConsent{PublicKey: key.Bytes(), Deadline: terms.Deadline, Signature: signature}
	address, err := sdk.AccAddressFromBech32(operator.address)
	if err != nil {
		return nil, err
	}
	if err := consent.Verify(terms, address); err != nil {
		return nil, fmt.Errorf("expected a secp256k1 key, which %s is not: %w", operator.name, err)
	}
	return consent, nil
}

func newAgentOperatorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "operator KEY",
		Short: "Let another key sign an agent's work",
		Long: `Let another key sign an agent's work from now on, and write it into the agent's
configuration. The key that signed before can no longer do so, and a running worker
has to be started again.

The new key must be in the agent's keyring and can't touch the bond: keep the owner's
elsewhere. --from is the owner's key, if the configuration has another by now.`,
		Example: `  aitbc keys add worker
  aitbc agent operator worker --config agent.yaml
  aitbc agent operator bob --config agent.yaml --from bob   # back to the owner`,
		Args: arguments("KEY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := agentConfig(cmd)
			if err != nil {
				return err
			}
			done, err := setOperator(cmd, path, args[0])
			if err != nil {
				return err
			}
			return printResult(cmd, done, func(w io.Writer) error {
				return table(w, [][]string{
					{"agent", strconv.FormatUint(done.AgentID, 10)}, {"operator", done.Operator}, {"key", done.Key}, {"tx", done.Tx}, {"config", path},
				})
			})
		},
	}
	addConfigFlag(cmd)
	return cmd
}

// operatorResult is the JSON of `agent operator`.
type operatorResult struct {
	AgentID  uint64 `json:"agent_id"`
	Operator string `json:"operator"`
	Key      string `json:"key"`
	Tx       string `json:"tx"`
}

// setOperator makes a key of the agent's keyring its operator, with the owner's key, and
// notes it in the configuration. What is so already is left as it is.
func setOperator(cmd *cobra.Command, path, name string) (operatorResult, error) {
	conf, err := agent.LoadConfig(path)
	if err != nil {
		return operatorResult{}, err
	}
	if conf.Agent.ID == 0 {
		return operatorResult{}, fmt.Errorf("%s: agent.id: expected a registered agent, got 0: `aitbc agent publish` registers it", path)
	}
	if from, _ := cmd.Flags().GetString(flagFrom); from != "" {
		conf.Key.Name = from
	}
	node, err := openAgentChain(cmd, conf)
	if err != nil {
		return operatorResult{}, fmt.Errorf("%s: %w", path, err)
	}
	defer node.close()
	operator, err := (&chain{place: place{keyDir: conf.Key.Dir}, keys: node.keys}).lookUp(name)
	if err != nil || operator.name == "" {
		return operatorResult{}, fmt.Errorf("KEY: expected a key of the keyring in %s, got %q", conf.Key.Dir, name)
	}
	record, err := node.Agent(cmd.Context(), conf.Agent.ID)
	if err != nil {
		return operatorResult{}, fmt.Errorf("ask for agent %d: %w", conf.Agent.ID, err)
	}
	out := operatorResult{AgentID: conf.Agent.ID, Operator: operator.address, Key: operator.name}
	if record.Agent.Operator != operator.address {
		if out.Tx, err = node.rotate(cmd.Context(), record.Agent, operator); err != nil {
			return out, err
		}
	}
	return out, agent.WriteKeyName(path, operator.name)
}

// rotate sends the change of an agent's operator, signed by its owner.
func (a *agentChain) rotate(ctx context.Context, of registrytypes.Agent, operator signer) (string, error) {
	if a.signer.address != of.Owner {
		return "", fmt.Errorf("--%s: expected the key of agent %d's owner %s, got %s", flagFrom, of.Id, of.Owner, a.signer.address)
	}
	msg := &registrytypes.MsgSetOperator{Owner: of.Owner, AgentId: of.Id, Operator: operator.address}
	if operator.address != of.Owner {
		consent, err := makeConsent(ctx, a, a.keys, operator, of.Id, of.Owner, defaultValid)
		if err != nil {
			return "", errors.Join(errors.New("KEY can't agree"), err)
		}
		msg.Consent = consent
	}
	hash, err := a.Send(ctx, msg)
	if err != nil {
		return "", fmt.Errorf("set the operator: %w", err)
	}
	return hash, nil
}
