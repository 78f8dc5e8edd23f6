package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// PostJob hires an agent from a standing offer: the client's money is locked, the
// agent's bond reserved, the first delivery clock starts. It returns the client's
// number of the job. A client_ref that was used before changes nothing and
// returns the number of that job with existing set.
func (k *Keeper) PostJob(ctx context.Context, client sdk.AccAddress, msg *types.MsgPostJob) (types.MsgPostJobResponse, error) {
	none := types.MsgPostJobResponse{}
	earlier, found, err := k.findRef(ctx, client, msg.ClientRef)
	if err != nil || found {
		return types.MsgPostJobResponse{Sequence: earlier, Existing: found}, err
	}
	job, offer, err := k.plan(ctx, client, msg)
	if err != nil {
		return none, err
	}
	progress := job.Begin()
	id := types.NewJobID(client, job.Sequence)
	if err := k.fund(ctx, client, job, offer.MaxLiveJobs); err != nil {
		return none, err
	}
	if err := k.insert(ctx, id, job, progress); err != nil {
		return none, err
	}
	err = emit(ctx, &types.EventJobPosted{
		Client: job.Client, Sequence: job.Sequence, AgentId: job.AgentId, ClientRef: job.ClientRef,
		OfferId: job.OfferId, Skill: job.Skill,
		Budget:         registrytypes.Uait(types.Budget(job.Milestones)),
		DisputeDeposit: registrytypes.Uait(job.Terms.DisputeDeposit),
		PostingFee:     registrytypes.Uait(job.Terms.PostingFee),
		Reserved:       registrytypes.Uait(job.Terms.Reserved),
		Status:         progress.Status, Deadline: progress.Deadline,
	})
	if err != nil {
		return none, err
	}
	err = k.Hooks.AfterMilestoneChanged(ctx, client, job.Sequence, progress.Milestone, progress.Live())
	return types.MsgPostJobResponse{Sequence: job.Sequence}, err
}

// findRef returns the job that a client named so, if there is one.
func (k *Keeper) findRef(ctx context.Context, client sdk.AccAddress, ref string) (uint64, bool, error) {
	if ref == "" {
		return 0, false, nil
	}
	sequence, err := k.refs.Get(ctx, collections.Join(client, ref))
	if errors.Is(err, collections.ErrNotFound) {
		return 0, false, nil
	}
	return sequence, err == nil, err
}

// plan checks everything about a new job but the money, and returns it with the
// offer it is hired from. It writes nothing.
func (k *Keeper) plan(ctx context.Context, client sdk.AccAddress, msg *types.MsgPostJob) (types.Job, types.OfferTerms, error) {
	offer, err := k.Offer(ctx, msg.AgentId, msg.OfferId)
	if err != nil {
		return types.Job{}, offer, err
	}
	if err := k.checkParties(ctx, client, msg.AgentId); err != nil {
		return types.Job{}, offer, err
	}
	if err := k.checkSkill(ctx, msg.AgentId, offer.Skill); err != nil {
		return types.Job{}, offer, err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return types.Job{}, offer, err
	}
	review := msg.ReviewSeconds
	if review == 0 {
		review = min(params.DefaultReviewSeconds, offer.MaxReviewSeconds)
	}
	if err := params.CheckJob(msg.Milestones, review); err != nil {
		return types.Job{}, offer, err
	}
	if err := offer.Binds(msg.Milestones, review); err != nil {
		return types.Job{}, offer, err
	}
	now, err := k.now(ctx)
	if err != nil {
		return types.Job{}, offer, err
	}
	last, err := k.jobSequences.Get(ctx, client)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return types.Job{}, offer, err
	}
	return types.Job{
		// The text of the message may be another of the same address, in upper case.
		Client: client.String(), Sequence: last + 1, ClientRef: msg.ClientRef,
		Award: msg.Award, AgentId: msg.AgentId, OfferId: msg.OfferId, Skill: offer.Skill,
		Milestones: msg.Milestones, ReviewSeconds: review, MessagingKey: msg.MessagingKey,
		Terms: params.Terms(msg.Milestones), PostedAt: now,
	}, offer, nil
}

// checkParties returns an error unless the agent can be hired by this client,
// which must not be one of the agent's own.
func (k *Keeper) checkParties(ctx context.Context, client sdk.AccAddress, agentID uint64) error {
	parties, err := k.Registry.Parties(ctx, agentID)
	if err != nil {
		return err
	}
	if client.Equals(parties.Owner) || client.Equals(parties.Operator) || client.Equals(parties.Payout) {
		return types.ErrOwnAgent.Wrapf("client: expected somebody other than owner, operator and payout of agent %d, got %s", agentID, client)
	}
	return k.Registry.Hireable(ctx, agentID)
}

// fund takes the posting fee, locks the client's money and reserves the agent's
// bond. Its errors undo the transaction.
func (k *Keeper) fund(ctx context.Context, client sdk.AccAddress, job types.Job, maxLiveJobs uint32) error {
	ref := types.Reference(types.NewJobID(client, job.Sequence))
	if err := k.Registry.Reserve(ctx, job.AgentId, ref, registrytypes.Uait(job.Terms.Reserved), maxLiveJobs); err != nil {
		return err
	}
	err := k.Escrow.Lock(ctx, ref, client, sdk.NewCoins(registrytypes.Uait(job.Funded())), escrowtypes.Terms{FeeBps: job.Terms.FeeBps})
	if err != nil || job.Terms.PostingFee.IsZero() {
		return err
	}
	return k.Escrow.Burn(ctx, client, sdk.NewCoins(registrytypes.Uait(job.Terms.PostingFee)))
}

// insert stores a new job with its indexes.
func (k *Keeper) insert(ctx context.Context, id types.JobID, job types.Job, progress types.Progress) error {
	if err := k.jobSequences.Set(ctx, id.K1(), id.K2()); err != nil {
		return err
	}
	if err := k.jobs.Set(ctx, id, job); err != nil {
		return err
	}
	if err := k.progress.Set(ctx, id, progress); err != nil {
		return err
	}
	if job.ClientRef != "" {
		if err := k.refs.Set(ctx, collections.Join(id.K1(), job.ClientRef), id.K2()); err != nil {
			return err
		}
	}
	if progress.Ended() {
		return nil
	}
	if err := k.liveByAgent.Set(ctx, collections.Join3(job.AgentId, id.K1(), id.K2())); err != nil {
		return err
	}
	return k.enqueue(ctx, id, progress.Deadline)
}

func (k *Keeper) enqueue(ctx context.Context, id types.JobID, deadline uint64) error {
	return k.queue.Set(ctx, collections.Join3(deadline, id.K1(), id.K2()))
}
