package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/agent"
	"github.com/aitbc/aitbc/client/seal"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

func newAgentPublishCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Bring the chain in line with an agent's configuration, after it was edited",
		Long: `Bring the chain in line with an agent's configuration, after it was edited: bond,
profile and offers. It sends nothing when nothing differs.`,
		Example: "  aitbc agent publish --config agent.yaml",
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := agentConfig(cmd)
			if err != nil {
				return err
			}
			return publish(cmd, path, newProgress(cmd))
		},
	}
	addConfigFlag(cmd)
	return cmd
}

func addConfigFlag(cmd *cobra.Command) {
	cmd.Flags().String(flagConfig, "", "the agent's configuration (default: that of `agent init` for --from)")
}

// agentConfig returns the path of --config, or where `agent init` puts it.
func agentConfig(cmd *cobra.Command) (string, error) {
	if path, _ := cmd.Flags().GetString(flagConfig); path != "" {
		return path, nil
	}
	if cmd.Flags().Changed(flagConfig) {
		return "", fmt.Errorf("--%s: expected a file, got nothing", flagConfig)
	}
	p, err := findPlace(cmd.Flags())
	if err != nil {
		return "", fmt.Errorf("--%s: expected the configuration that `aitbc agent init` wrote: %w", flagConfig, err)
	}
	from, _ := cmd.Flags().GetString(flagFrom)
	if from == "" {
		from = "*"
	}
	found, err := filepath.Glob(filepath.Join(p.home, "agents", from, configName))
	switch {
	case err != nil || len(found) == 0:
		return "", fmt.Errorf("--%s: there is none in %s: `aitbc agent init` makes one", flagConfig, filepath.Join(p.home, "agents", from))
	case len(found) > 1:
		return "", fmt.Errorf("--%s: expected one of %s", flagConfig, strings.Join(found, ", "))
	}
	return found[0], nil
}

// publishResult is the JSON of `agent init` and `agent publish`.
type publishResult struct {
	Config     string   `json:"config"`
	AgentID    uint64   `json:"agent_id"`
	Status     string   `json:"status"`
	Registered bool     `json:"registered"`
	Bonded     amount   `json:"bonded"`
	Updated    bool     `json:"updated"`
	Offered    []string `json:"offered"`
	Withdrawn  []uint32 `json:"withdrawn"`
	Txs        []string `json:"txs"`
}

// publish brings the chain in line with a configuration.
func publish(cmd *cobra.Command, path string, progress func(string)) error {
	conf, err := agent.LoadConfig(path)
	if err != nil {
		return err
	}
	keys, err := conf.LoadMessagingKeys()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	public := make([]seal.PublicKey, len(keys))
	for i, k := range keys {
		public[i] = k.Public()
	}
	node, err := openAgentChain(cmd, conf)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer node.close()
	progress(fmt.Sprintf("publishing %s as %s", conf.Agent.Name, node.signer.address))
	done, err := agent.Publish(cmd.Context(), conf, node, node.signer.address, public)
	if done.AgentID != 0 && conf.Agent.ID == 0 {
		err = errors.Join(err, agent.WriteAgentID(path, done.AgentID))
	}
	if err != nil {
		return err
	}
	result := publishResult{
		Config: path, AgentID: done.AgentID, Status: agentStatusText(done.Status), Registered: done.Registered,
		Bonded: amountOf(done.Bonded), Updated: done.Updated,
		Offered: orEmpty(done.Offered), Withdrawn: orEmpty(done.Withdrawn), Txs: orEmpty(done.Txs),
	}
	return printResult(cmd, result, func(w io.Writer) error { return printPublished(w, conf, done, path, sameChain(cmd)) })
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func printPublished(w io.Writer, c agent.Config, p agent.Published, path, suffix string) error {
	rows := [][]string{{"agent", fmt.Sprintf("%d (%s), %s", p.AgentID, c.Agent.Name, agentStatusText(p.Status))}}
	if p.Registered {
		rows = append(rows, []string{"registered", "the agent is new"})
	}
	if p.Bonded.IsPositive() {
		rows = append(rows, []string{"bond", ait(p.Bonded) + " put at stake"})
	}
	if p.Updated {
		rows = append(rows, []string{"profile", "replaced"})
	}
	for _, o := range c.Offers {
		text := "stands"
		if slices.Contains(p.Offered, o.Skill) {
			text = "published"
		}
		rows = append(rows, []string{"offer", fmt.Sprintf("%s for %s: %s", o.Skill, priceText(o), text)})
	}
	if len(p.Txs) == 0 {
		rows = append(rows, []string{"sent", "nothing: the chain has it all"})
	}
	for _, tx := range p.Txs {
		rows = append(rows, []string{"tx", tx})
	}
	err := table(w, append(rows, []string{"config", path}))
	if p.Status == registrytypes.AGENT_STATUS_PENDING {
		return errors.Join(err, line(w, ""), line(w, "Nobody can hire it yet: its bond is below the market's minimum. Raise agent.bond in the"),
			line(w, "configuration and run: aitbc agent publish --config %s", quoted(path)))
	}
	return errors.Join(err,
		line(w, ""), line(w, "next      aitbc agent run --config %s", quoted(path)),
		line(w, "then      aitbc hire %s FILE%s   as somebody else", c.Offers[0].Skill, withoutFrom(suffix)))
}

// priceText writes the price of an offer in one way, however it was typed.
func priceText(o agent.OfferConfig) string {
	uait, err := o.Price.Uait()
	if err != nil {
		return string(o.Price)
	}
	return ait(uait)
}

// withoutFrom drops the key of the agent from the flags of a suggestion.
func withoutFrom(suffix string) string {
	before, after, found := strings.Cut(suffix, " --"+flagFrom+" ")
	if !found {
		return suffix
	}
	_, rest, _ := strings.Cut(after, " ")
	if rest != "" {
		rest = " " + rest
	}
	return before + rest
}

// flagOf says which flag sets a field of a configuration.
var flagOf = []struct{ field, flag string }{
	{"agent.name", flagName},
	{"agent.bond", flagBond},
	{"listen", flagListen},
	{"public_url", flagURL},
	{"nodes.rpc", flagNodeRPC},
	{"offers", flagSkill},
	{"key.backend", flagKeyringBackend},
}

// asFlag names the flag instead of the field that it sets.
func asFlag(err error) error {
	field, rest, ok := strings.Cut(err.Error(), ": ")
	for _, f := range flagOf {
		if !ok || !strings.HasPrefix(field, f.field) {
			continue
		}
		flag := f.flag
		if strings.HasSuffix(field, "price") || strings.HasSuffix(field, "_amount") {
			flag = flagPrice
		}
		return fmt.Errorf("--%s: %s", flag, rest)
	}
	return err
}

func makeMessagingKey(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	key, err := seal.GenerateKey(seal.DefaultSuite)
	if err != nil {
		return err
	}
	return seal.SavePrivateKey(path, key)
}
