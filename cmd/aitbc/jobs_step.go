package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

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
