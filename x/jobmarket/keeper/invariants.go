package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	chaintypes "github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// CheckInvariants returns the first statement about the module's state that does
// not hold: records are ones that the state machine can reach; escrow holds for
// each job exactly what its ledger has left; the registry holds its reservation
// exactly while the agent works or waits for a review; each live job waits in
// exactly one place, under its deadline; indexes agree with the records.
func (k *Keeper) CheckInvariants(ctx context.Context) error {
	params, err := k.Params(ctx)
	if err != nil {
		return err
	}
	if err := params.Validate(); err != nil {
		return err
	}
	live := 0
	err = k.walkJobs(ctx, func(id types.JobID, r types.JobRecord) error {
		if !r.Progress.Ended() {
			live++
		}
		if err := r.Validate(); err != nil {
			return broken(id, err.Error())
		}
		if err := k.checkMoney(ctx, id, r); err != nil {
			return err
		}
		return k.checkPlaces(ctx, id, r)
	})
	if err != nil {
		return err
	}
	return k.checkCounts(ctx, live)
}

// checkMoney compares a job's ledger with escrow and its reservation with the
// registry.
func (k *Keeper) checkMoney(ctx context.Context, id types.JobID, r types.JobRecord) error {
	ref := types.Reference(id)
	locked, err := k.Escrow.Locked(ctx, ref)
	if err != nil {
		return err
	}
	if want, got := r.Progress.Ledger.Left(), locked.AmountOf(chaintypes.BaseDenom); !want.Equal(got) {
		return broken(id, "expected "+want.String()+" in escrow, got "+got.String())
	}
	works := r.Progress.Live() == types.MILESTONE_STATUS_WORKING || r.Progress.Live() == types.MILESTONE_STATUS_SUBMITTED
	got, err := k.Reservations.Reserved(ctx, r.Job.AgentId, ref)
	switch {
	case errors.Is(err, registrytypes.ErrReservationNotFound):
		if works {
			return broken(id, "expected a reservation while the agent works, got none")
		}
		return nil
	case err != nil:
		return err
	case !works || !got.Equal(r.Job.Terms.Reserved):
		return broken(id, "expected "+r.Job.Terms.Reserved.String()+" of the bond reserved while the agent works, got "+got.String())
	}
	return nil
}

// checkPlaces looks for a job where it must wait and be found.
func (k *Keeper) checkPlaces(ctx context.Context, id types.JobID, r types.JobRecord) error {
	queued, err := k.queue.Has(ctx, collections.Join3(r.Progress.Deadline, id.K1(), id.K2()))
	if err != nil {
		return err
	}
	parked, err := k.parked.Has(ctx, id)
	if err != nil {
		return err
	}
	indexed, err := k.liveByAgent.Has(ctx, collections.Join3(r.Job.AgentId, id.K1(), id.K2()))
	if err != nil {
		return err
	}
	lives := !r.Progress.Ended()
	if (queued != parked) != lives || (queued && parked) {
		return broken(id, "expected exactly one place to wait while it lives, and none afterwards")
	}
	if indexed != lives {
		return broken(id, "expected it among its agent's live jobs exactly while it lives")
	}
	sequence, err := k.jobSequences.Get(ctx, id.K1())
	if err != nil {
		return err
	}
	if id.K2() > sequence {
		return broken(id, "expected a number up to the client's sequence")
	}
	if r.Job.ClientRef == "" {
		return nil
	}
	named, found, err := k.findRef(ctx, id.K1(), r.Job.ClientRef)
	if err != nil {
		return err
	}
	if !found || named != id.K2() {
		return broken(id, "expected its client_ref to lead to it")
	}
	return nil
}

// checkCounts finds entries without a job: there are as many as live jobs.
func (k *Keeper) checkCounts(ctx context.Context, live int) error {
	waiting, indexed := 0, 0
	err := k.queue.Walk(ctx, nil, func(entry) (bool, error) { waiting++; return false, nil })
	if err != nil {
		return err
	}
	err = k.parked.Walk(ctx, nil, func(types.JobID) (bool, error) { waiting++; return false, nil })
	if err != nil {
		return err
	}
	err = k.liveByAgent.Walk(ctx, nil, func(entry) (bool, error) { indexed++; return false, nil })
	if err != nil {
		return err
	}
	if waiting != live || indexed != live {
		return types.ErrInvariantBroken.Wrapf("expected %d entries in the queue and in the index, got %d and %d", live, waiting, indexed)
	}
	return nil
}

func broken(id types.JobID, what string) error {
	return types.ErrInvariantBroken.Wrapf("job %s/%d: %s", id.K1(), id.K2(), what)
}
