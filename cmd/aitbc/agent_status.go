package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/agent"
	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// agentView is an agent in JSON.
type agentView struct {
	ID       uint64       `json:"id"`
	Name     string       `json:"name"`
	Status   string       `json:"status"`
	Owner    string       `json:"owner"`
	Operator string       `json:"operator"`
	Payout   string       `json:"payout"`
	Bond     bondView     `json:"bond"`
	Offers   []offerView  `json:"offers"`
	Endpoint endpointView `json:"endpoint"`
	Jobs     []jobView    `json:"live_jobs"`
}

type bondView struct {
	Bonded    amount `json:"bonded"`
	Reserved  amount `json:"reserved"`
	Unbonding amount `json:"unbonding"`
	Free      amount `json:"free"`
}

type offerView struct {
	ID              uint32 `json:"id"`
	Skill           string `json:"skill"`
	Price           amount `json:"price"`
	MaxDeliverySecs uint64 `json:"max_delivery_seconds"`
	MaxReviewSecs   uint64 `json:"max_review_seconds"`
	MaxLiveJobs     uint32 `json:"max_live_jobs"`
	MaxMilestones   uint32 `json:"max_milestones"`
}

// endpointView is what the agent's own program says.
type endpointView struct {
	URL     string `json:"url"`
	Ready   bool   `json:"ready"`
	Version string `json:"version,omitempty"`
	Problem string `json:"problem,omitempty"`
}

func newAgentStatusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show an agent: bond, offers, live jobs, and whether its program answers",
		Example: `  aitbc agent status --from bob
  aitbc agent status --agent 1`,
		Args: arguments(),
		RunE: runAgentStatus,
	}
	addConfigFlag(cmd)
	cmd.Flags().Uint64(flagAgent, 0, "the id of any agent, instead of the one of --config")
	return cmd
}

func runAgentStatus(cmd *cobra.Command, _ []string) error {
	id, _ := cmd.Flags().GetUint64(flagAgent)
	if cmd.Flags().Changed(flagAgent) && id == 0 {
		return fmt.Errorf("--%s: expected the id of an agent, from 1, got 0", flagAgent)
	}
	var conf agent.Config
	if id == 0 {
		path, err := agentConfig(cmd)
		if err != nil {
			return err
		}
		if conf, err = agent.LoadConfig(path); err != nil {
			return err
		}
		if id = conf.Agent.ID; id == 0 {
			return fmt.Errorf("%s: agent.id: expected a registered agent, got 0: `aitbc agent publish --config %s` registers it", path, quoted(path))
		}
	}
	c, err := openChain(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	if conf.ChainID != "" && conf.ChainID != c.chainID {
		return fmt.Errorf("--%s: expected %s, that of the configuration, got %s", flagChainID, conf.ChainID, c.chainID)
	}
	view, err := c.viewAgent(cmd.Context(), id)
	if err != nil {
		return err
	}
	return printResult(cmd, view, func(w io.Writer) error { return printAgent(w, view) })
}

// viewAgent asks the chain and the agent's endpoint.
func (c *chain) viewAgent(ctx context.Context, id uint64) (agentView, error) {
	market := hire.NewMarket(c.client.Conn())
	record, err := market.Agent(ctx, id)
	if errors.Is(err, hire.ErrNotFound) {
		return agentView{}, fmt.Errorf("--%s: expected the id of an agent of %s, got %d", flagAgent, c.chainID, id)
	}
	if err != nil {
		return agentView{}, err
	}
	offers, err := market.Offers(ctx, id)
	if err != nil {
		return agentView{}, err
	}
	now, err := market.Now(ctx)
	if err != nil {
		return agentView{}, err
	}
	jobs, _, err := c.jobs(ctx, "", id, maxLimit)
	if err != nil {
		return agentView{}, err
	}
	a, b := record.Agent, record.Bond
	v := agentView{
		ID: a.Id, Name: record.Profile.Name, Status: agentStatusText(a.Status), Owner: a.Owner, Operator: a.Operator, Payout: a.Payout,
		Bond: bondView{
			Bonded: amountOf(b.Bonded), Reserved: amountOf(b.Reserved), Unbonding: amountOf(b.Unbonding), Free: amountOf(b.Free()),
		},
		Offers: []offerView{}, Endpoint: c.askEndpoint(ctx, record), Jobs: []jobView{},
	}
	for _, o := range offers {
		v.Offers = append(v.Offers, viewOffer(o))
	}
	for _, j := range jobs {
		v.Jobs = append(v.Jobs, viewJob(j, record.Profile.Name, now))
	}
	return v, nil
}

func viewOffer(o jobmarkettypes.Offer) offerView {
	return offerView{
		ID: o.OfferId, Skill: o.Terms.Skill, Price: amountOf(o.Terms.Price.Amount.Amount),
		MaxDeliverySecs: o.Terms.MaxDeliverySeconds, MaxReviewSecs: o.Terms.MaxReviewSeconds, MaxLiveJobs: o.Terms.MaxLiveJobs, MaxMilestones: o.Terms.MaxMilestones,
	}
}

// askEndpoint asks the agent's program whether it is there.
func (c *chain) askEndpoint(ctx context.Context, record registrytypes.AgentRecord) endpointView {
	v := endpointView{}
	for _, i := range record.Profile.Interfaces {
		if i.Binding == agent.InterfaceBinding {
			v.URL = i.Url
			break
		}
	}
	if v.URL == "" {
		v.Problem = "the profile names none"
		return v
	}
	info, err := newTransport().Health(ctx, v.URL)
	switch {
	case err != nil:
		v.Problem = err.Error()
	case info.AgentID != record.Agent.Id || info.ChainID != c.chainID:
		v.Problem = fmt.Sprintf("agent %d of chain %s answers there", info.AgentID, info.ChainID)
	default:
		v.Ready, v.Version = info.Ready, info.Version
	}
	return v
}

func printAgent(w io.Writer, v agentView) error {
	program := "runs, and takes work"
	switch {
	case v.Endpoint.Problem != "":
		program = "not there: " + v.Endpoint.Problem
	case !v.Endpoint.Ready:
		program = "runs, and takes no work now"
	}
	head := [][]string{
		{"agent", fmt.Sprintf("%d (%s)", v.ID, v.Name)},
		{"status", v.Status},
		{"owner", v.Owner},
	}
	if v.Operator != v.Owner {
		head = append(head, []string{"operator", v.Operator})
	}
	if v.Payout != v.Owner {
		head = append(head, []string{"payout", v.Payout})
	}
	head = append(head, [][]string{
		{"program", program},
		{"endpoint", v.Endpoint.URL},
		{"bond", fmt.Sprintf("%s %s: %s hold live jobs, %s on the way out, %s free", v.Bond.Bonded.AIT, types.DisplayDenom,
			v.Bond.Reserved.AIT, v.Bond.Unbonding.AIT, v.Bond.Free.AIT)},
	}...)
	offers := [][]string{{"OFFER", "SKILL", types.DisplayDenom, "DELIVERY", "REVIEW", "JOBS AT A TIME"}}
	for _, o := range v.Offers {
		offers = append(offers, []string{
			strconv.FormatUint(uint64(o.ID), 10), o.Skill, o.Price.AIT, "up to " + lasting(o.MaxDeliverySecs),
			"up to " + lasting(o.MaxReviewSecs), strconv.FormatUint(uint64(o.MaxLiveJobs), 10),
		})
	}
	err := errors.Join(table(w, head), line(w, ""), table(w, offers), line(w, ""))
	if len(v.Jobs) == 0 {
		return errors.Join(err, line(w, "no live jobs"))
	}
	jobs := [][]string{{"LIVE JOB", "SKILL", types.DisplayDenom, "STATUS", "TIME LEFT"}}
	for _, j := range v.Jobs {
		m := j.Milestones[j.Milestone-1]
		jobs = append(jobs, []string{fmt.Sprintf("%s/%d", j.Client, j.Sequence), j.Skill, m.Amount.AIT, m.Status, lasting(j.SecondsLeft)})
	}
	return errors.Join(err, table(w, jobs))
}
