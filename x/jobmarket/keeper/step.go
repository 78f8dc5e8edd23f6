package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// JobRecord returns a job and where it stands, or ErrJobNotFound.
func (k *Keeper) JobRecord(ctx context.Context, id types.JobID) (types.JobRecord, error) {
	job, err := k.jobs.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return types.JobRecord{}, types.ErrJobNotFound.Wrapf("expected a job of %s, got %d", id.K1(), id.K2())
	}
	if err != nil {
		return types.JobRecord{}, err
	}
	progress, err := k.progress.Get(ctx, id)
	return types.JobRecord{Job: job, Progress: progress}, err
}

// LiveJobs returns the live jobs of an agent, ordered by client and number. They are
// not bounded: those it missed still wait for their clients. For tests and
// simulations; queries have pages.
func (k *Keeper) LiveJobs(ctx context.Context, agentID uint64) ([]types.JobRecord, error) {
	var records []types.JobRecord
	err := k.liveByAgent.Walk(ctx, collections.NewPrefixedTripleRange[uint64, sdk.AccAddress, uint64](agentID),
		func(e entry) (bool, error) {
			r, err := k.JobRecord(ctx, types.NewJobID(e.K2(), e.K3()))
			records = append(records, r)
			return err != nil, err
		})
	return records, err
}

// ClientStep takes a step of the client. id.K1 must have signed.
func (k *Keeper) ClientStep(ctx context.Context, id types.JobID, step types.Step, detail StepDetail) error {
	record, err := k.JobRecord(ctx, id)
	if err != nil {
		return err
	}
	return k.step(ctx, id, record, step, detail)
}

// AgentStep takes a step of the agent. The signer must be its operator or owner,
// whatever the agent's status: what was begun can be finished.
func (k *Keeper) AgentStep(ctx context.Context, signer sdk.AccAddress, id types.JobID, step types.Step) error {
	record, err := k.JobRecord(ctx, id)
	if err != nil {
		return err
	}
	if err := k.authoriseAgent(ctx, signer, record.Job.AgentId); err != nil {
		return err
	}
	return k.step(ctx, id, record, step, StepDetail{})
}

// Timeout carries out the timeout that is due for a job, queued or parked. It
// returns ErrDeadlineNotYet before the deadline.
func (k *Keeper) Timeout(ctx context.Context, id types.JobID) error {
	record, err := k.JobRecord(ctx, id)
	if err != nil {
		return err
	}
	return k.step(ctx, id, record, types.Step{Action: types.ActionTimeout}, StepDetail{})
}

// StepDetail is what a step says beyond what the machine needs.
type StepDetail struct {
	Reason     types.RejectReason
	ReasonHash []byte
}

// step asks the machine, moves the money, stores the outcome and tells it. step.Now
// is filled in here.
func (k *Keeper) step(ctx context.Context, id types.JobID, old types.JobRecord, step types.Step, detail StepDetail) error {
	now, err := k.now(ctx)
	if err != nil {
		return err
	}
	step.Now = now
	out, err := old.Job.Next(old.Progress, step)
	if err != nil {
		return err
	}
	moved, err := k.settle(ctx, id, old.Job, &out)
	if err != nil {
		return err
	}
	if err := k.replace(ctx, id, old, out); err != nil {
		return err
	}
	if err := k.announce(ctx, old, step, detail, out, moved); err != nil {
		return err
	}
	return k.report(ctx, id, old.Job, out)
}

// movement is what a step paid.
type movement struct {
	net, fee sdkmath.Int
}

// settle moves the money of an outcome, in the outcome's order, and enters it into
// the ledger. A payee who can't receive never makes it fail: escrow keeps the
// coins for it.
func (k *Keeper) settle(ctx context.Context, id types.JobID, job types.Job, out *types.Outcome) (movement, error) {
	ref, moved := types.Reference(id), movement{net: sdkmath.ZeroInt(), fee: sdkmath.ZeroInt()}
	ledger := &out.Progress.Ledger
	if out.Pay.IsPositive() {
		parties, err := k.Registry.Parties(ctx, job.AgentId)
		if err != nil {
			return moved, err
		}
		gross := registrytypes.Uait(out.Pay)
		payout, err := k.Escrow.Release(ctx, ref, sdk.NewCoins(gross), parties.Payout)
		if err != nil {
			return moved, err
		}
		moved = movement{net: payout.Net.AmountOf(gross.Denom), fee: payout.Fee.AmountOf(gross.Denom)}
		*ledger = ledger.WithPay(moved.net, moved.fee)
	}
	if out.Slash.IsPositive() {
		if err := k.Registry.Slash(ctx, job.AgentId, ref, registrytypes.Uait(out.Slash), id.K1()); err != nil {
			return moved, err
		}
	}
	if out.Burn.IsPositive() {
		if err := k.Registry.Slash(ctx, job.AgentId, ref, registrytypes.Uait(out.Burn), nil); err != nil {
			return moved, err
		}
	}
	*ledger = ledger.WithSlash(out.Slash, out.Burn)
	if out.FreeBond {
		if err := k.Registry.Release(ctx, job.AgentId, ref); err != nil {
			return moved, err
		}
	}
	if left := ledger.Left(); out.Ended && left.IsPositive() {
		if err := k.Escrow.Refund(ctx, ref, sdk.NewCoins(registrytypes.Uait(left))); err != nil {
			return moved, err
		}
		*ledger = ledger.WithRefund(left)
	}
	return moved, nil
}

// replace stores the new progress and moves the job's one queue entry.
func (k *Keeper) replace(ctx context.Context, id types.JobID, old types.JobRecord, out types.Outcome) error {
	if err := k.progress.Set(ctx, id, out.Progress); err != nil {
		return err
	}
	if err := k.dequeue(ctx, id, old.Progress.Deadline); err != nil {
		return err
	}
	if out.Ended {
		return k.liveByAgent.Remove(ctx, collections.Join3(old.Job.AgentId, id.K1(), id.K2()))
	}
	return k.enqueue(ctx, id, out.Progress.Deadline)
}

// dequeue removes a job from where it waits: the queue, or else the parked ones.
func (k *Keeper) dequeue(ctx context.Context, id types.JobID, deadline uint64) error {
	key := collections.Join3(deadline, id.K1(), id.K2())
	queued, err := k.queue.Has(ctx, key)
	if err != nil {
		return err
	}
	if queued {
		return k.queue.Remove(ctx, key)
	}
	return k.parked.Remove(ctx, id)
}

// report tells the registry, reputation and the modules above what happened.
func (k *Keeper) report(ctx context.Context, id types.JobID, job types.Job, out types.Outcome) error {
	if out.Silent {
		if err := k.Registry.FallSilent(ctx, job.AgentId); err != nil {
			return err
		}
	}
	if out.Fact != types.FactNone {
		err := k.Reputation.RecordFact(ctx, job.AgentId, id.K1(), job.Skill, string(out.Fact), job.Fee(out.FactAmount))
		if err != nil {
			return err
		}
	}
	if err := k.Hooks.AfterMilestoneChanged(ctx, id.K1(), id.K2(), out.Milestone, out.To); err != nil {
		return err
	}
	if out.Started {
		p := out.Progress
		if err := k.Hooks.AfterMilestoneChanged(ctx, id.K1(), id.K2(), p.Milestone, p.Live()); err != nil {
			return err
		}
	}
	if !out.Ended {
		return nil
	}
	return k.Hooks.AfterJobEnded(ctx, id.K1(), id.K2(), out.Progress.Status)
}
