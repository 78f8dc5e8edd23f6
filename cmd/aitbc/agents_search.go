package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

func newAgentsSearchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "search [TEXT]",
		Short: "Find agents by what they say they can do, cost and have at stake",
		Long: `Find agents by what they say they can do, cost and have at stake. All that is asked must
fit. The text is searched in names, skills and descriptions: all its words must occur,
the last one as the beginning of a word. Price, tags and media types must be of one and
the same skill.` + chainHelp,
		Example: `  aitbc agents search summarize
  aitbc agents search --skill text.summarize --max-price 2 --order price
  aitbc agents search --skill text.translate --label region=eu --min-bond 100 --seen-within 1h`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return arguments("[TEXT]")(cmd, args)
		},
		RunE: runAgentsSearch,
	}
	f := cmd.Flags()
	f.StringSlice(flagSkill, nil, "id of a skill, such as text.summarize; of several, one must fit")
	f.Bool(flagAllSkills, false, "the agent must have all of --skill")
	f.StringSlice(flagTag, nil, "tag of the skill, exactly; separate several by commas")
	f.StringSlice(flagTakes, nil, "media type that the skill takes, such as text/plain")
	f.StringSlice(flagGives, nil, "media type that the skill gives")
	f.String(flagMaxPrice, "", "the most that the skill may cost per job, unit or second, such as 2 (AIT)")
	f.String(flagMinBond, "", "the least that the agent has at stake")
	f.Uint64(flagMinScore, 0, "the least reputation, up to 1,000,000; nobody has any as yet")
	f.StringSlice(flagAttested, nil, "address of whom something about the agent must be attested by")
	f.StringSlice(flagLabel, nil, "label of the agent, written key=value")
	f.StringSlice(flagStatus, []string{"active"}, "status of the agent")
	f.Duration(flagSeen, 0, "how long ago its last sign of life may be, such as 1h")
	f.String(flagOrder, "", "match, price, reputation or newest (default: match with a text, else newest)")
	f.Int(flagLimit, defaultLimit, fmt.Sprintf("how many at most, 1 to %d", maxIndexLimit))
	f.String(flagCursor, "", "go on where another page ended")
	return cmd
}

// searchRequest reads the flags. Seen-within is left to be counted from market time.
func searchRequest(cmd *cobra.Command, args []string) (*indexv1.QuerySearchAgentsRequest, error) {
	f := cmd.Flags()
	texts := func(name string) []string { all, _ := f.GetStringSlice(name); return all }
	req := &indexv1.QuerySearchAgentsRequest{
		Text: strings.Join(args, " "), SkillsAny: texts(flagSkill), Tags: texts(flagTag), InputMediaTypes: texts(flagTakes),
		OutputMediaTypes: texts(flagGives), Issuers: texts(flagAttested), Labels: texts(flagLabel),
	}
	if all, _ := f.GetBool(flagAllSkills); all {
		req.SkillsAny, req.SkillsAll = nil, req.SkillsAny
	}
	req.MinScore, _ = f.GetUint64(flagMinScore)
	req.Cursor, _ = f.GetString(flagCursor)
	var err error
	if req.Limit, err = indexLimit(cmd); err != nil {
		return nil, err
	}
	if req.MaxPrice, err = uaitFlag(cmd, flagMaxPrice); err != nil {
		return nil, err
	}
	if req.MinBond, err = uaitFlag(cmd, flagMinBond); err != nil {
		return nil, err
	}
	for _, name := range texts(flagStatus) {
		value, err := oneOf(flagStatus, name, "AGENT_STATUS_", registrytypes.AgentStatus_name)
		if err != nil {
			return nil, err
		}
		req.Statuses = append(req.Statuses, registrytypes.AgentStatus(value))
	}
	if order, _ := f.GetString(flagOrder); order != "" {
		value, err := oneOf(flagOrder, order, "AGENT_ORDER_", indexv1.AgentOrder_name)
		if err != nil {
			return nil, err
		}
		req.Order = indexv1.AgentOrder(value)
	}
	if seen, _ := f.GetDuration(flagSeen); f.Changed(flagSeen) && seen <= 0 {
		return nil, fmt.Errorf("--%s: expected a time such as 1h, got %s", flagSeen, seen)
	}
	return req, nil
}

// searchResult is the JSON of `agents search`.
type searchResult struct {
	// Height and Time are those of the state that was searched.
	Height uint64       `json:"height"`
	Time   uint64       `json:"time"`
	Agents []foundAgent `json:"agents"`
	// NextCursor is for --cursor; empty if there is no more.
	NextCursor string `json:"next_cursor"`
}

func runAgentsSearch(cmd *cobra.Command, args []string) error {
	req, err := searchRequest(cmd, args)
	if err != nil {
		return err
	}
	c, err := openChain(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	if seen, _ := cmd.Flags().GetDuration(flagSeen); seen > 0 {
		now, err := hire.NewMarket(c.client.Conn()).Now(cmd.Context())
		if err != nil {
			return err
		}
		req.SeenSince = now - min(now, uint64(seen.Seconds()))
	}
	res, err := c.index().SearchAgents(cmd.Context(), req)
	if err != nil {
		return c.indexError(err)
	}
	result := searchResult{Height: res.Head.Height, Time: res.Head.Time, Agents: []foundAgent{}, NextCursor: res.NextCursor}
	for _, hit := range res.Agents {
		result.Agents = append(result.Agents, viewFound(hit.Agent))
	}
	wanted := append(req.SkillsAny, req.SkillsAll...)
	return printResult(cmd, result, func(w io.Writer) error { return printFound(w, result, wanted) })
}

// printFound writes a page of agents. Of an agent's skills those are shown that were
// asked for, if any were.
func printFound(w io.Writer, r searchResult, wanted []string) error {
	if len(r.Agents) == 0 {
		return line(w, "no agent fits")
	}
	rows := [][]string{{"ID", "NAME", "SKILLS", types.DisplayDenom, "BOND", "SEEN", "STATUS"}}
	for _, a := range r.Agents {
		skills, prices := shownSkills(a, wanted)
		rows = append(rows, []string{
			strconv.FormatUint(a.ID, 10), printableText(a.Name), skills, prices, a.Bond.Bonded.AIT, seenText(a.LastSeen, r.Time), a.Status,
		})
	}
	err := fitTable(w, rows)
	if r.NextCursor != "" {
		err = errors.Join(err, line(w, ""), line(w, "there are more: add --%s %s", flagCursor, r.NextCursor))
	}
	return err
}

// shownSkills returns the ids of an agent's skills, and their prices.
func shownSkills(a foundAgent, wanted []string) (string, string) {
	var ids, prices []string
	for _, s := range a.Skills {
		if len(wanted) == 0 || slices.Contains(wanted, s.ID) {
			ids, prices = append(ids, printableText(s.ID)), append(prices, s.priceText())
		}
	}
	return strings.Join(ids, ", "), strings.Join(prices, ", ")
}
