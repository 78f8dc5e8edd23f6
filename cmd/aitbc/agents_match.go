package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	flagCap        = "cap"
	flagDeliver    = "deliver"
	flagUnits      = "units"
	flagSeconds    = "seconds"
	flagReserve    = "reserve"
	flagMinVersion = "min-version"
	flagPreset     = "preset"
	flagJob        = "job"
	flagWhy        = "why"
)

func newAgentsMatchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "match",
		Short: "Rank the agents that can do a piece of work, and say why",
		Long: `Rank the agents that can do a piece of work, and say why. The work is what --skill,
--cap and --deliver say, or a job that exists. Every node ranks alike: the rules are in
docs/matching.md.` + chainHelp,
		Example: `  aitbc agents match --skill text.summarize --cap 1AIT --deliver 10m
  aitbc agents match --skill text.summarize --cap 2 --deliver 1h --preset safest --why
  aitbc agents match --job alice/3`,
		Args: arguments(),
		RunE: runAgentsMatch,
	}
	f := cmd.Flags()
	f.String(flagSkill, "", "id of the skill, such as text.summarize")
	f.String(flagCap, "", "the most that the work may cost, such as 1 (AIT)")
	f.Duration(flagDeliver, 0, "the time until delivery, such as 10m")
	f.Uint64(flagUnits, 1, "how many units, for prices per unit")
	f.Uint64(flagSeconds, 0, "how many seconds of work, for prices per second (default: as long as --deliver)")
	f.String(flagReserve, "", "what the agent must have free in its bond (default: what the market wants for a job of --cap)")
	f.String(flagMinVersion, "", "the least version of the skill, such as 1.2.0")
	f.Uint64(flagMinScore, 0, "the least reputation, up to 1,000,000; nobody has any as yet")
	f.StringSlice(flagTakes, nil, "media type that the skill takes, such as text/plain")
	f.StringSlice(flagGives, nil, "media type that the skill gives")
	f.String(flagPreset, "balanced", "what counts most: balanced, cheapest, fastest or safest")
	f.String(flagJob, "", "a job instead: CLIENT/NUMBER, or NUMBER of --from")
	f.Bool(flagWhy, false, "show what each match is made of, and who has the skill and can't")
	f.Int(flagLimit, defaultLimit, fmt.Sprintf("how many at most, 1 to %d", maxIndexLimit))
	return cmd
}

// matchRequest reads the flags that need no chain.
func matchRequest(cmd *cobra.Command) (*indexv1.QueryMatchAgentsRequest, error) {
	f := cmd.Flags()
	req := &indexv1.QueryMatchAgentsRequest{}
	q := &req.Requirement
	var err error
	if req.Limit, err = indexLimit(cmd); err != nil {
		return nil, err
	}
	req.Explain, _ = f.GetBool(flagWhy)
	q.MinVersion, _ = f.GetString(flagMinVersion)
	q.MinScore, _ = f.GetUint64(flagMinScore)
	q.InputMediaTypes, _ = f.GetStringSlice(flagTakes)
	q.OutputMediaTypes, _ = f.GetStringSlice(flagGives)
	q.Units, _ = f.GetUint64(flagUnits)
	q.Seconds, _ = f.GetUint64(flagSeconds)
	preset, _ := f.GetString(flagPreset)
	value, err := oneOf(flagPreset, preset, "PRESET_", indexv1.Preset_name)
	if err != nil {
		return nil, err
	}
	q.Preset = indexv1.Preset(value)
	if f.Changed(flagJob) {
		for _, name := range []string{flagSkill, flagCap, flagDeliver, flagReserve} {
			if f.Changed(name) {
				return nil, fmt.Errorf("--%s: expected nothing with --%s, which says it", name, flagJob)
			}
		}
		return req, nil
	}
	for _, name := range []string{flagSkill, flagCap, flagDeliver} {
		if !f.Changed(name) {
			return nil, fmt.Errorf("--%s: expected what the work needs: --%s, --%s and --%s, or --%s", name, flagSkill, flagCap, flagDeliver, flagJob)
		}
	}
	q.Skill, _ = f.GetString(flagSkill)
	if err := registrytypes.ValidateSkillID(q.Skill, "--"+flagSkill); err != nil {
		return nil, fmt.Errorf("--%s: expected the id of a skill such as text.summarize, got %q", flagSkill, q.Skill)
	}
	deliver, _ := f.GetDuration(flagDeliver)
	if deliver.Seconds() < 1 {
		return nil, fmt.Errorf("--%s: expected a second or more, got %s", flagDeliver, deliver)
	}
	q.DeliverySeconds = uint64(deliver.Seconds())
	if q.Cap, err = uaitFlag(cmd, flagCap); err != nil {
		return nil, err
	}
	if q.Cap == 0 {
		return nil, fmt.Errorf("--%s: expected an amount such as 1 AIT, got nothing", flagCap)
	}
	return req, nil
}

// matchResult is the JSON of `agents match`.
type matchResult struct {
	// Height and Time are those of the state that was asked.
	Height uint64      `json:"height"`
	Time   uint64      `json:"time"`
	Agents []matchView `json:"agents"`
	// Candidates is how many can do it. Truncated says that there are still more.
	Candidates uint32        `json:"candidates"`
	Truncated  bool          `json:"truncated"`
	Excluded   []excludeView `json:"excluded,omitempty"`
}

// matchView is an agent that can do the work.
type matchView struct {
	Agent foundAgent `json:"agent"`
	Price amount     `json:"price"`
	// Match is 0 to 10,000.
	Match uint32     `json:"match"`
	Terms []termView `json:"terms"`
}

// termView is a part of a match.
type termView struct {
	Name   string `json:"name"`
	Value  uint32 `json:"value"`
	Weight uint32 `json:"weight"`
	Reason string `json:"reason"`
}

// excludeView is an agent that has the skill and can't do the work.
type excludeView struct {
	ID        uint64 `json:"id"`
	Name      string `json:"name"`
	Condition uint32 `json:"condition"`
	Reason    string `json:"reason"`
}

func runAgentsMatch(cmd *cobra.Command, _ []string) error {
	req, err := matchRequest(cmd)
	if err != nil {
		return err
	}
	c, err := openChain(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.completeMatch(cmd, req); err != nil {
		return err
	}
	res, err := c.index().MatchAgents(cmd.Context(), req)
	if err != nil {
		return c.indexError(err)
	}
	result := viewMatches(res)
	return printResult(cmd, result, func(w io.Writer) error { return printMatches(w, result, req.Explain) })
}

// completeMatch adds what the chain and the keys say.
func (c *chain) completeMatch(cmd *cobra.Command, req *indexv1.QueryMatchAgentsRequest) error {
	if job, _ := cmd.Flags().GetString(flagJob); cmd.Flags().Changed(flagJob) {
		name, err := c.parseJob(cmd, job)
		if err != nil {
			return fmt.Errorf("--%s: %w", flagJob, err)
		}
		req.Client, req.Sequence = name.client, name.sequence
		return nil
	}
	if from, _ := cmd.Flags().GetString(flagFrom); from != "" {
		me, err := c.signer(cmd)
		if err != nil {
			return err
		}
		req.Requirement.Client = me.address
	}
	var err error
	if cmd.Flags().Changed(flagReserve) {
		req.Requirement.Reserve, err = uaitFlag(cmd, flagReserve)
	} else {
		req.Requirement.Reserve, err = c.reserveFor(cmd.Context(), req.Requirement.Cap)
	}
	return err
}

// reserveFor returns what the market wants of an agent's bond for a job of one milestone
// that pays so much.
func (c *chain) reserveFor(ctx context.Context, uait uint64) (uint64, error) {
	rules, err := hire.NewMarket(c.client.Conn()).Rules(ctx)
	if err != nil {
		return 0, err
	}
	milestone := jobmarkettypes.MilestoneTerms{}
	milestone.Amount.Denom, milestone.Amount.Amount = types.BaseDenom, sdkmath.NewIntFromUint64(uait)
	reserved := rules.Market.Terms([]jobmarkettypes.MilestoneTerms{milestone}).Reserved
	if !reserved.IsUint64() {
		return 0, fmt.Errorf("--%s: expected an amount that there is, got %s", flagCap, ait(milestone.Amount.Amount))
	}
	return reserved.Uint64(), nil
}

func viewMatches(res *indexv1.QueryMatchAgentsResponse) matchResult {
	out := matchResult{
		Height: res.Head.Height, Time: res.Head.Time, Agents: []matchView{}, Candidates: res.Candidates, Truncated: res.Truncated,
	}
	for _, m := range res.Matches {
		v := matchView{Agent: viewFound(m.Agent), Price: amountOf(m.Price), Match: m.Match}
		for _, t := range m.Terms {
			v.Terms = append(v.Terms, termView{Name: t.Name, Value: t.Value, Weight: t.Weight, Reason: t.Reason})
		}
		out.Agents = append(out.Agents, v)
	}
	for _, e := range res.Excluded {
		out.Excluded = append(out.Excluded, excludeView{ID: e.AgentId, Name: e.Name, Condition: e.Condition, Reason: e.Reason})
	}
	return out
}
