package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/agent"
	"github.com/aitbc/aitbc/client/hire"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	flagConfig = "config"
	flagName   = "name"
	flagSkill  = "skill"
	flagPrice  = "price"
	flagBond   = "bond"
	flagURL    = "url"
	flagListen = "listen"
	flagDir    = "dir"

	configName   = "agent.yaml"
	keyName      = "messaging.pem"
	defaultSkill = "text.summarize"
	defaultPrice = "0.5 AIT"
	defaultPlace = "127.0.0.1:8480"

	defaultWindow   = 24 * time.Hour
	defaultLiveJobs = 10
	// defaultMilestones is how many milestones a job of a new agent may have.
	defaultMilestones = 4
)

func newAgentCommand() *cobra.Command {
	cmd := group("agent", "Register an agent, run it, see how it does",
		`Register an agent, run it, see how it does.

An agent is a program that is hired and paid over the chain. This one does its work
with what it has built in, and needs no model and no account anywhere.`+chainHelp)
	addChainFlags(cmd)
	cmd.AddCommand(newAgentInitCommand(), newAgentPublishCommand(), newAgentRunCommand(), newAgentStatusCommand(),
		newAgentOperatorCommand(), newAgentConsentCommand())
	return cmd
}

func newAgentInitCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make an agent: configuration, keys, registration, bond and offer",
		Long: `Make an agent: write its configuration and the key that its clients encrypt to,
register it, put up its bond and publish an offer for each skill. The key of --from
owns the agent, pays, and signs its work; --operator lets another key sign the work, so
that the owner's need not be where the agent runs.

Registering costs a fee, which is burned. The bond stays yours: it is what clients get
if the agent does not deliver, and can be withdrawn later.

It can be repeated: what is there already is kept, and what is missing is done.`,
		Example: `  aitbc agent init --name Ada --from bob
  aitbc agent init --name Ada --from bob --price 0.25 --bond 100 --skill text.summarize,text.keywords
  aitbc agent init --name Ada --from bob --listen 0.0.0.0:8480 --url https://ada.example.org`,
		Args: arguments(),
		RunE: runAgentInit,
	}
	f := cmd.Flags()
	f.String(flagName, "", "the agent's name, 3 to 64 characters")
	f.StringSlice(flagSkill, []string{defaultSkill}, "what it can be hired for; separate several by commas")
	f.String(flagPrice, defaultPrice, "what one job pays")
	f.String(flagBond, "", "what is at stake (default: the least that the market allows)")
	f.String(flagListen, defaultPlace, "host:port at which clients hand over their input")
	f.String(flagURL, "", "the address under which clients find --listen (default: http://HOST:PORT of it)")
	f.String(flagOperator, "", "another key of the keyring that signs the agent's work (default: that of --from)")
	f.String(flagDir, "", "directory of the agent (default: agents/NAME OF THE KEY in --home)")
	return cmd
}

// initFlags are those of `agent init`, checked.
type initFlags struct {
	config agent.Config
	dir    string
	// hasBond says that the bond was given.
	hasBond bool
}

// readInitFlags checks everything that needs no chain.
func readInitFlags(cmd *cobra.Command) (initFlags, error) {
	get := func(name string) string { v, _ := cmd.Flags().GetString(name); return v }
	out := initFlags{config: agent.DefaultConfig(), dir: get(flagDir), hasBond: get(flagBond) != ""}
	c := &out.config
	if c.Agent.Name = strings.TrimSpace(get(flagName)); c.Agent.Name == "" {
		return out, fmt.Errorf("--%s: expected the agent's name, 3 to 64 characters, got nothing", flagName)
	}
	for _, name := range []string{flagPrice, flagBond} {
		if _, err := parseAmount(cmd, name); err != nil {
			return out, err
		}
	}
	c.Agent.Bond = agent.Amount(get(flagBond))
	host, port, err := net.SplitHostPort(get(flagListen))
	if err != nil || port == "" {
		return out, fmt.Errorf("--%s: expected host:port, such as %s, got %q", flagListen, defaultPlace, get(flagListen))
	}
	c.Listen, c.PublicURL = get(flagListen), get(flagURL)
	if c.PublicURL == "" {
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			return out, fmt.Errorf("--%s: expected the address under which clients find %s, such as https://agent.example.org", flagURL, c.Listen)
		}
		c.PublicURL = "http://" + c.Listen
	}
	skills, _ := cmd.Flags().GetStringSlice(flagSkill)
	if err := addOffers(c, skills, get(flagPrice)); err != nil {
		return out, err
	}
	return out, nil
}

// addOffers makes an offer for each skill at the same price.
func addOffers(c *agent.Config, skills []string, price string) error {
	if price == "" {
		return fmt.Errorf("--%s: expected an amount such as %s, got nothing", flagPrice, defaultPrice)
	}
	runner, err := c.NewExecutor()
	if err != nil {
		return err
	}
	for i, skill := range skills {
		if !slices.Contains(runner.Skills(), skill) || slices.Contains(skills[:i], skill) {
			return fmt.Errorf("--%s: expected each at most once of %s, got %q", flagSkill, strings.Join(runner.Skills(), ", "), skill)
		}
		// Written out, so that whoever edits the file sees what there is to set.
		c.Offers = append(c.Offers, agent.OfferConfig{
			Skill: skill, Name: skill, Version: c.Agent.Version, Price: agent.Amount(price),
			InputMediaTypes: []string{"text/plain", "text/markdown"}, OutputMediaTypes: []string{"text/markdown"},
			MaxDelivery: defaultWindow, MaxReview: defaultWindow, MaxLiveJobs: defaultLiveJobs, MaxMilestones: defaultMilestones,
		})
	}
	if len(c.Offers) == 0 {
		return fmt.Errorf("--%s: expected at least one of %s, got nothing", flagSkill, strings.Join(runner.Skills(), ", "))
	}
	return nil
}

func runAgentInit(cmd *cobra.Command, _ []string) error {
	flags, err := readInitFlags(cmd)
	if err != nil {
		return err
	}
	c, err := openChain(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	me, err := c.signer(cmd)
	if err != nil {
		return err
	}
	if c.rpc == "" {
		return fmt.Errorf("--%s: expected the RPC address of a node, such as http://localhost:26657, which the agent follows", flagNodeRPC)
	}
	dir := flags.dir
	if dir == "" {
		dir = filepath.Join(c.home, "agents", me.name)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return fmt.Errorf("--%s: %w", flagDir, err)
	}
	progress := newProgress(cmd)
	path, err := c.writeAgent(cmd.Context(), dir, me, flags, progress)
	if err != nil {
		return err
	}
	if err := publish(cmd, path, progress); err != nil {
		return err
	}
	operator, _ := cmd.Flags().GetString(flagOperator)
	if operator == "" {
		return nil
	}
	progress("letting " + operator + " sign the agent's work")
	if _, err := setOperator(cmd, path, operator); err != nil {
		return fmt.Errorf("--%s: %w", flagOperator, err)
	}
	return nil
}

// writeAgent writes what is missing of an agent's directory, and returns the path of
// its configuration.
func (c *chain) writeAgent(ctx context.Context, dir string, me signer, flags initFlags, progress func(string)) (string, error) {
	path := filepath.Join(dir, configName)
	if _, err := os.Stat(path); err == nil {
		there, err := agent.LoadConfig(path)
		if err != nil {
			return "", err
		}
		if there.Agent.Name != flags.config.Agent.Name || there.ChainID != c.chainID {
			return "", fmt.Errorf("--%s: %s has agent %s of chain %s already: take another directory, or edit %s and run `aitbc agent publish`",
				flagDir, dir, there.Agent.Name, there.ChainID, path)
		}
		progress("keeping the configuration in " + path)
		return path, nil
	}
	conf := flags.config
	rules, err := hire.NewMarket(c.client.Conn()).Rules(ctx)
	if err != nil {
		return "", fmt.Errorf("ask for the market's rules: %w", err)
	}
	if !flags.hasBond {
		conf.Agent.Bond = agent.Amount(amountOf(rules.MinBond).AIT + " AIT")
	}
	if err := fitOffers(conf.Offers, rules.Market); err != nil {
		return "", err
	}
	conf.ChainID = c.chainID
	conf.Nodes = agent.NodesConfig{GRPC: []string{c.grpc}, RPC: []string{c.rpc}}
	conf.Key = agent.KeyConfig{Name: me.name, Backend: c.backend, Dir: c.keyDir}
	conf.MessagingKeys = []string{keyName}
	conf.DataDir = "data"
	if err := conf.Validate(); err != nil {
		return "", asFlag(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("--%s: %w", flagDir, err)
	}
	if err := makeMessagingKey(filepath.Join(dir, keyName)); err != nil {
		return "", err
	}
	if err := agent.WriteConfig(path, conf); err != nil {
		return "", err
	}
	progress("wrote the configuration and a key for inputs to " + dir)
	return path, nil
}

// fitOffers puts the windows of offers within what the market allows, and refuses a
// price that it does not: nothing is registered yet.
func fitOffers(offers []agent.OfferConfig, p jobmarkettypes.Params) error {
	for i := range offers {
		o := &offers[i]
		price, err := o.Price.Uait()
		if err != nil {
			return fmt.Errorf("--%s: %w", flagPrice, err)
		}
		if price.LT(p.MinAmount.Amount) {
			return fmt.Errorf("--%s: expected at least %s, the market's minimum, got %s", flagPrice, ait(p.MinAmount.Amount), ait(price))
		}
		o.MinDelivery = hire.Duration(p.MinWindowSeconds)
		o.MaxDelivery = min(o.MaxDelivery, hire.Duration(p.MaxDeliverySeconds))
		o.MaxReview = min(o.MaxReview, hire.Duration(p.MaxReviewSeconds))
	}
	return nil
}
