package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	flagMilestone = "milestone"
	flagReason    = "reason"
	flagLimit     = "limit"
	flagAgent     = "agent"

	defaultLimit = 20
	maxLimit     = 100
)

func newJobsCommand() *cobra.Command {
	cmd := group("jobs", "Show, accept, reject and fetch your jobs",
		`Show, accept, reject and fetch your jobs. A job is named by its client and the
client's own number: ait1.../3, or just 3 for a job of --from.`+chainHelp)
	addChainFlags(cmd)
	cmd.AddCommand(newJobsShowCommand(), newJobsListCommand(), newJobsFetchCommand(),
		newJobsAcceptCommand(), newJobsRejectCommand(), newJobsCancelCommand(), newJobsWaiveCommand())
	return cmd
}

// jobName is a client and its number of a job.
type jobName struct {
	client   string
	sequence uint64
}

// parseJob reads CLIENT/SEQ, or SEQ of the key that acts.
func (c *chain) parseJob(cmd *cobra.Command, text string) (jobName, error) {
	client, number, ok := strings.Cut(text, "/")
	if !ok {
		number = text
	}
	sequence, err := strconv.ParseUint(number, 10, 64)
	if err != nil || sequence == 0 {
		return jobName{}, fmt.Errorf("job: expected a number such as 3, or client and number such as ait1.../3, got %q", text)
	}
	if !ok {
		me, err := c.signer(cmd)
		return jobName{client: me.address, sequence: sequence}, err
	}
	who, err := c.lookUp(client)
	if err != nil {
		return jobName{}, fmt.Errorf("job: %w", err)
	}
	return jobName{client: who.address, sequence: sequence}, nil
}

func (c *chain) job(ctx context.Context, n jobName) (jobmarkettypes.JobRecord, error) {
	res, err := jobmarkettypes.NewQueryClient(c.client.Conn()).Job(ctx,
		&jobmarkettypes.QueryJobRequest{Client: n.client, Sequence: n.sequence})
	if err != nil {
		if err = hire.PlainError(err); errors.Is(err, hire.ErrNotFound) {
			return jobmarkettypes.JobRecord{}, fmt.Errorf("job: %s has no job %d on %s", n.client, n.sequence, c.chainID)
		}
		return jobmarkettypes.JobRecord{}, fmt.Errorf("ask for job %s/%d: %w", n.client, n.sequence, err)
	}
	return res.Record, nil
}

func newJobsShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "show JOB",
		Short:   "Show one job: status, money, time left, what can be done next",
		Example: "  aitbc jobs show 3 --from alice\n  aitbc jobs show alice/3\n  aitbc jobs show ait1.../3 --output json",
		Args:    arguments("JOB"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := openChain(cmd)
			if err != nil {
				return err
			}
			defer c.close()
			name, err := c.parseJob(cmd, args[0])
			if err != nil {
				return err
			}
			record, err := c.job(cmd.Context(), name)
			if err != nil {
				return err
			}
			return c.showJob(cmd, record)
		},
	}
}

// nowFor returns the market time, as far as it matters to a job.
func (c *chain) nowFor(ctx context.Context, r jobmarkettypes.JobRecord) (uint64, error) {
	if r.Progress.Ended() {
		return r.Progress.EndedAt, nil
	}
	return hire.NewMarket(c.client.Conn()).Now(ctx)
}

// showJob prints a job with what can be learned about it.
func (c *chain) showJob(cmd *cobra.Command, record jobmarkettypes.JobRecord) error {
	now, err := c.nowFor(cmd.Context(), record)
	if err != nil {
		return err
	}
	agent, err := hire.NewMarket(c.client.Conn()).Agent(cmd.Context(), record.Job.AgentId)
	if err != nil {
		return err
	}
	mine, err := c.lookUp(record.Job.Client)
	if err != nil {
		return err
	}
	view := viewJob(record, agent.Profile.Name, now)
	return printResult(cmd, view, func(w io.Writer) error {
		return printJob(w, view, record, mine.name != "", sameChain(cmd))
	})
}

// listResult is the JSON of `jobs list`.
type listResult struct {
	Client string    `json:"client,omitempty"`
	Agent  uint64    `json:"agent_id,omitempty"`
	Jobs   []jobView `json:"jobs"`
	// More says that there are others, which --limit left out.
	More bool `json:"more"`
}

func newJobsListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List your jobs, the newest first, or the live ones of an agent",
		Example: "  aitbc jobs list --from alice\n  aitbc jobs list --agent 1",
		Args:    arguments(),
		RunE:    runJobsList,
	}
	cmd.Flags().Int(flagLimit, defaultLimit, fmt.Sprintf("how many at most, 1 to %d", maxLimit))
	cmd.Flags().Uint64(flagAgent, 0, "list the live jobs of this agent instead")
	return cmd
}

func runJobsList(cmd *cobra.Command, _ []string) error {
	limit, _ := cmd.Flags().GetInt(flagLimit)
	if limit < 1 || limit > maxLimit {
		return fmt.Errorf("--%s: expected 1 to %d, got %d", flagLimit, maxLimit, limit)
	}
	c, err := openChain(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	result := listResult{Jobs: []jobView{}}
	result.Agent, _ = cmd.Flags().GetUint64(flagAgent)
	if result.Agent == 0 {
		if cmd.Flags().Changed(flagAgent) {
			return fmt.Errorf("--%s: expected the id of an agent, from 1, got 0", flagAgent)
		}
		me, err := c.signer(cmd)
		if err != nil {
			return err
		}
		result.Client = me.address
	}
	records, more, err := c.jobs(cmd.Context(), result.Client, result.Agent, uint64(limit))
	if err != nil {
		return err
	}
	now, err := hire.NewMarket(c.client.Conn()).Now(cmd.Context())
	if err != nil {
		return err
	}
	result.More = more
	for _, r := range records {
		result.Jobs = append(result.Jobs, viewJob(r, "", now))
	}
	return printResult(cmd, result, func(w io.Writer) error { return printJobs(w, result) })
}

// jobs returns the newest jobs of a client, or live ones of an agent.
func (c *chain) jobs(ctx context.Context, client string, agent, limit uint64) ([]jobmarkettypes.JobRecord, bool, error) {
	jobs := jobmarkettypes.NewQueryClient(c.client.Conn())
	if agent > 0 {
		res, err := jobs.JobsByAgent(ctx, &jobmarkettypes.QueryJobsByAgentRequest{
			AgentId: agent, Pagination: &query.PageRequest{Limit: limit},
		})
		if err != nil {
			return nil, false, fmt.Errorf("ask for the jobs of agent %d: %w", agent, hire.PlainError(err))
		}
		return res.Jobs, hasMore(res.Pagination), nil
	}
	res, err := jobs.Jobs(ctx, &jobmarkettypes.QueryJobsRequest{
		Client: client, Pagination: &query.PageRequest{Limit: limit, Reverse: true},
	})
	if err != nil {
		return nil, false, fmt.Errorf("ask for the jobs of %s: %w", client, hire.PlainError(err))
	}
	return res.Jobs, hasMore(res.Pagination), nil
}

func hasMore(p *query.PageResponse) bool { return p != nil && len(p.NextKey) > 0 }

func printJobs(w io.Writer, r listResult) error {
	if len(r.Jobs) == 0 {
		if r.Agent > 0 {
			return line(w, "agent %d has no live jobs", r.Agent)
		}
		return line(w, "%s has no jobs yet: aitbc hire SKILL FILE", r.Client)
	}
	rows := [][]string{{"JOB", "SKILL", "AGENT", types.DisplayDenom, "STATUS", "TIME LEFT"}}
	for _, j := range r.Jobs {
		name, state, left := strconv.FormatUint(j.Sequence, 10), j.Status, ""
		if r.Agent > 0 {
			name = j.Client + "/" + name
		}
		if j.EndedAt == 0 {
			state, left = j.Milestones[j.Milestone-1].Status, lasting(j.SecondsLeft)
		}
		rows = append(rows, []string{
			name, j.Skill, strconv.FormatUint(j.AgentID, 10), j.Milestones[j.Milestone-1].Amount.AIT, state, left,
		})
	}
	err := table(w, rows)
	if r.More {
		err = errors.Join(err, line(w, ""), line(w, "there are more: --%s %d", flagLimit, min(2*len(r.Jobs), maxLimit)))
	}
	return err
}
