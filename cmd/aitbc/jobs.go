package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"
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
	maxLimit     = 1_000
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
		return jobmarkettypes.JobRecord{}, fmt.Errorf("job %s/%d: %w", n.client, n.sequence, hire.PlainError(err))
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

// showJob prints a job with what can be learned about it.
func (c *chain) showJob(cmd *cobra.Command, record jobmarkettypes.JobRecord) error {
	market := hire.NewMarket(c.client.Conn())
	now, err := market.Now(cmd.Context())
	if err != nil {
		return err
	}
	agent, err := market.Agent(cmd.Context(), record.Job.AgentId)
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

// step is something that a client does with a job.
type step struct {
	status jobmarkettypes.MilestoneStatus // that it needs
	done   string                         // what it is called when it is done
	msg    func(n jobName, milestone uint32) sdk.Msg
}

// stepResult is the JSON of `jobs accept` and the like.
type stepResult struct {
	Done string  `json:"done"`
	Tx   txView  `json:"tx"`
	Job  jobView `json:"job"`
}

// newStepCommand returns a command that takes a step of the client.
func newStepCommand(name, short, long string, prepare func(cmd *cobra.Command) (step, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use: name + " JOB", Short: short, Long: long, Args: arguments("JOB"),
		Example: fmt.Sprintf("  aitbc jobs %s 3 --from alice", name),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := prepare(cmd)
			if err != nil {
				return err
			}
			return runStep(cmd, args[0], s)
		},
	}
	cmd.Flags().Uint32(flagMilestone, 0, "which one, from 1 (default: the live one)")
	return cmd
}

func runStep(cmd *cobra.Command, job string, s step) error {
	c, err := openChain(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	name, err := c.parseJob(cmd, job)
	if err != nil {
		return err
	}
	me, err := c.lookUp(name.client)
	if err != nil {
		return err
	}
	if me.name == "" {
		return fmt.Errorf("job: expected one of yours, but the key of %s is not in %s", name.client, c.keyDir)
	}
	record, err := c.job(cmd.Context(), name)
	if err != nil {
		return err
	}
	milestone, err := s.check(cmd, record)
	if err != nil {
		return err
	}
	tx, err := c.send(cmd.Context(), me, s.msg(name, milestone))
	if err != nil {
		return err
	}
	if record, err = c.job(cmd.Context(), name); err != nil {
		return err
	}
	result := stepResult{Done: s.done, Tx: viewTx(tx), Job: viewJob(record, "", 0)}
	return printResult(cmd, result, func(w io.Writer) error {
		l := record.Progress.Ledger
		return errors.Join(
			line(w, "job %d: milestone %d is %s (%s)", name.sequence, milestone, s.done, txText(tx)),
			line(w, "paid to agent %d %s, fees %s, back to you %s, still locked %s", record.Job.AgentId,
				ait(l.Released), ait(l.Fees), ait(l.Refunded), ait(l.Left())))
	})
}

// check finds the milestone, and refuses what the chain would refuse for a fee.
func (s step) check(cmd *cobra.Command, r jobmarkettypes.JobRecord) (uint32, error) {
	live := r.Progress.Milestone
	milestone, _ := cmd.Flags().GetUint32(flagMilestone)
	switch {
	case r.Progress.Ended():
		return 0, fmt.Errorf("job %d: expected a live one, but it has ended: %s", r.Job.Sequence, r.Progress.Status.Text())
	case cmd.Flags().Changed(flagMilestone) && milestone != live:
		return 0, fmt.Errorf("--%s: expected %d, the live one, got %d", flagMilestone, live, milestone)
	case r.Progress.Live() != s.status:
		return 0, fmt.Errorf("job %d: expected milestone %d to be %s, but it is %s", r.Job.Sequence, live, s.status.Text(), r.Progress.Live().Text())
	}
	return live, nil
}

func newJobsAcceptCommand() *cobra.Command {
	return newStepCommand("accept", "Accept a result: the agent is paid",
		`Accept a result: the agent is paid. Look at the result first: there is no way back.`,
		func(*cobra.Command) (step, error) {
			return step{
				status: jobmarkettypes.MILESTONE_STATUS_SUBMITTED, done: "accepted",
				msg: func(n jobName, m uint32) sdk.Msg {
					return &jobmarkettypes.MsgAcceptMilestone{Client: n.client, Sequence: n.sequence, Milestone: m}
				},
			}, nil
		})
}

// reasons are what a result can be rejected for.
var reasons = []jobmarkettypes.RejectReason{
	jobmarkettypes.REJECT_REASON_NOT_DELIVERED, jobmarkettypes.REJECT_REASON_UNREADABLE,
	jobmarkettypes.REJECT_REASON_INCOMPLETE, jobmarkettypes.REJECT_REASON_INCORRECT,
}

func reasonName(r jobmarkettypes.RejectReason) string { return strings.ReplaceAll(r.Text(), " ", "-") }

func newJobsRejectCommand() *cobra.Command {
	names := make([]string, len(reasons))
	for i, r := range reasons {
		names[i] = reasonName(r)
	}
	cmd := newStepCommand("reject", "Reject a result: the money comes back",
		`Reject a result: the money comes back. The reason is public, and counts for the
agent as well as for you.`,
		func(cmd *cobra.Command) (step, error) {
			given, _ := cmd.Flags().GetString(flagReason)
			at := slices.Index(names, given)
			if at < 0 {
				return step{}, fmt.Errorf("--%s: expected one of %s, got %q", flagReason, strings.Join(names, ", "), given)
			}
			return step{
				status: jobmarkettypes.MILESTONE_STATUS_SUBMITTED, done: "rejected",
				msg: func(n jobName, m uint32) sdk.Msg {
					return &jobmarkettypes.MsgRejectMilestone{Client: n.client, Sequence: n.sequence, Milestone: m, Reason: reasons[at]}
				},
			}, nil
		})
	cmd.Example = "  aitbc jobs reject 3 --reason incomplete --from alice"
	cmd.Flags().String(flagReason, "", "why: "+strings.Join(names, ", "))
	return cmd
}

func newJobsCancelCommand() *cobra.Command {
	return newStepCommand("cancel", "Call off work under way: the agent gets a part, the rest comes back",
		`Call off work under way. The agent gets the kill fee (aitbc jobs show tells how
much), the rest comes back.`,
		func(*cobra.Command) (step, error) {
			return step{
				status: jobmarkettypes.MILESTONE_STATUS_WORKING, done: "cancelled",
				msg: func(n jobName, m uint32) sdk.Msg {
					return &jobmarkettypes.MsgCancelMilestone{Client: n.client, Sequence: n.sequence, Milestone: m}
				},
			}, nil
		})
}

func newJobsWaiveCommand() *cobra.Command {
	return newStepCommand("waive", "Take the refund of a missed delivery at once",
		`Take the refund of a missed delivery at once, instead of a little later by itself.`,
		func(*cobra.Command) (step, error) {
			return step{
				status: jobmarkettypes.MILESTONE_STATUS_MISSED, done: "refunded",
				msg: func(n jobName, m uint32) sdk.Msg {
					return &jobmarkettypes.MsgWaiveMilestone{Client: n.client, Sequence: n.sequence, Milestone: m}
				},
			}, nil
		})
}
