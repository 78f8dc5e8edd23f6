package keeper

import (
	"context"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// emit publishes a typed event. All events of the module pass here.
func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}

// announce emits what a step came to: one event for the edge, one for the next
// milestone, one for the end of the job.
func (k *Keeper) announce(
	ctx context.Context, old types.JobRecord, step types.Step, detail StepDetail, out types.Outcome, moved movement,
) error {
	if err := emit(ctx, edgeEvent(old.Job, step, detail, out, moved)); err != nil {
		return err
	}
	job, progress := old.Job, out.Progress
	if out.Started {
		err := emit(ctx, &types.EventMilestoneStarted{
			Client: job.Client, Sequence: job.Sequence, AgentId: job.AgentId, Milestone: progress.Milestone,
			OldStatus: types.MILESTONE_STATUS_PENDING, NewStatus: progress.Live(), Deadline: progress.Deadline,
		})
		if err != nil {
			return err
		}
	}
	if !out.Ended {
		return nil
	}
	return emit(ctx, &types.EventJobEnded{
		Client: job.Client, Sequence: job.Sequence, AgentId: job.AgentId,
		OldStatus: old.Progress.Status, NewStatus: progress.Status, Ledger: progress.Ledger,
	})
}

// edgeEvent returns the event of the edge that a step took.
func edgeEvent(job types.Job, step types.Step, detail StepDetail, out types.Outcome, moved movement) proto.Message {
	client, sequence, agent, milestone := job.Client, job.Sequence, job.AgentId, out.Milestone
	switch {
	case out.To == types.MILESTONE_STATUS_SUBMITTED:
		return &types.EventMilestoneSubmitted{
			Client: client, Sequence: sequence, AgentId: agent, Milestone: milestone,
			Result: step.Result, OldStatus: out.From, NewStatus: out.To, Deadline: out.Progress.Deadline,
		}
	case out.To == types.MILESTONE_STATUS_PAID:
		return &types.EventMilestonePaid{
			Client: client, Sequence: sequence, AgentId: agent, Milestone: milestone,
			Silent: step.Action == types.ActionTimeout, Net: registrytypes.Uait(moved.net), Fee: registrytypes.Uait(moved.fee),
			OldStatus: out.From, NewStatus: out.To,
		}
	case out.To == types.MILESTONE_STATUS_CANCELLED:
		return &types.EventMilestoneCancelled{
			Client: client, Sequence: sequence, AgentId: agent, Milestone: milestone,
			Net: registrytypes.Uait(moved.net), Fee: registrytypes.Uait(moved.fee), OldStatus: out.From, NewStatus: out.To,
		}
	case out.To == types.MILESTONE_STATUS_MISSED:
		return &types.EventMilestoneMissed{
			Client: client, Sequence: sequence, AgentId: agent, Milestone: milestone,
			Quit: step.Action == types.ActionQuit, Slashed: registrytypes.Uait(out.Slash), Burned: registrytypes.Uait(out.Burn),
			OldStatus: out.From, NewStatus: out.To, Deadline: out.Progress.Deadline,
		}
	case step.Action == types.ActionReject:
		return &types.EventMilestoneRejected{
			Client: client, Sequence: sequence, AgentId: agent, Milestone: milestone,
			Reason: detail.Reason, ReasonHash: detail.ReasonHash, OldStatus: out.From, NewStatus: out.To,
		}
	default:
		return &types.EventMilestoneRefunded{
			Client: client, Sequence: sequence, AgentId: agent, Milestone: milestone,
			Waived: step.Action == types.ActionWaive, OldStatus: out.From, NewStatus: out.To,
		}
	}
}
