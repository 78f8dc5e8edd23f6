package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// InitGenesis stores the genesis state and rebuilds the queue and the indexes. Escrow
// and the registry must have theirs already: a job for which they don't hold what it
// says is refused with ErrInvariantBroken.
func (k *Keeper) InitGenesis(ctx context.Context, gs types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := k.params.Set(ctx, gs.Params); err != nil {
		return err
	}
	for _, s := range gs.OfferSequences {
		if err := k.offerSequences.Set(ctx, s.AgentId, s.Last); err != nil {
			return err
		}
	}
	for _, o := range gs.Offers {
		if err := k.offers.Set(ctx, collections.Join(o.AgentId, o.OfferId), o.Terms); err != nil {
			return err
		}
	}
	return k.initJobs(ctx, gs)
}

func (k *Keeper) initJobs(ctx context.Context, gs types.GenesisState) error {
	for _, r := range gs.Jobs {
		client, err := k.address(r.Job.Client, "client")
		if err != nil {
			return err
		}
		id := types.NewJobID(client, r.Job.Sequence)
		if err := k.checkMoney(ctx, id, r); err != nil {
			return err
		}
		if err := k.insert(ctx, id, r.Job, r.Progress); err != nil {
			return err
		}
	}
	// After the jobs, whose insertion counts too: some may be gone.
	for _, s := range gs.JobSequences {
		client, err := k.address(s.Client, "client")
		if err != nil {
			return err
		}
		if err := k.jobSequences.Set(ctx, client, s.Last); err != nil {
			return err
		}
	}
	for _, p := range gs.Parked {
		client, err := k.address(p.Client, "client")
		if err != nil {
			return err
		}
		if err := k.park(ctx, types.NewJobID(client, p.Sequence)); err != nil {
			return err
		}
	}
	return nil
}

// park takes a live job from the queue and leaves it to TriggerTimeout.
func (k *Keeper) park(ctx context.Context, id types.JobID) error {
	progress, err := k.progress.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := k.queue.Remove(ctx, collections.Join3(progress.Deadline, id.K1(), id.K2())); err != nil {
		return err
	}
	return k.parked.Set(ctx, id)
}

// ExportGenesis returns the state in the form that InitGenesis accepts.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params(ctx)
	if err != nil {
		return nil, err
	}
	gs := &types.GenesisState{Params: params}
	err = k.offerSequences.Walk(ctx, nil, func(agent uint64, last uint32) (bool, error) {
		gs.OfferSequences = append(gs.OfferSequences, types.OfferSequence{AgentId: agent, Last: last})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.offers.Walk(ctx, nil, func(key collections.Pair[uint64, uint32], terms types.OfferTerms) (bool, error) {
		gs.Offers = append(gs.Offers, types.Offer{AgentId: key.K1(), OfferId: key.K2(), Terms: terms})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	return gs, k.exportJobs(ctx, gs)
}

func (k *Keeper) exportJobs(ctx context.Context, gs *types.GenesisState) error {
	err := k.jobSequences.Walk(ctx, nil, func(client sdk.AccAddress, last uint64) (bool, error) {
		gs.JobSequences = append(gs.JobSequences, types.JobSequence{Client: client.String(), Last: last})
		return false, nil
	})
	if err != nil {
		return err
	}
	err = k.walkJobs(ctx, func(_ types.JobID, r types.JobRecord) error {
		gs.Jobs = append(gs.Jobs, r)
		return nil
	})
	if err != nil {
		return err
	}
	return k.parked.Walk(ctx, nil, func(id types.JobID) (bool, error) {
		gs.Parked = append(gs.Parked, types.JobKey{Client: id.K1().String(), Sequence: id.K2()})
		return false, nil
	})
}

// walkJobs calls do with every job in order and stops at its first error.
func (k *Keeper) walkJobs(ctx context.Context, do func(types.JobID, types.JobRecord) error) error {
	return k.jobs.Walk(ctx, nil, func(id types.JobID, job types.Job) (bool, error) {
		progress, err := k.progress.Get(ctx, id)
		if err != nil {
			return true, err
		}
		return false, do(id, types.JobRecord{Job: job, Progress: progress})
	})
}
