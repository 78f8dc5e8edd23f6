package types

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// DefaultGenesisState returns the state of a new chain: default parameters, no
// offers, no jobs.
func DefaultGenesisState() *GenesisState {
	return &GenesisState{Params: DefaultParams()}
}

// Validate returns the first error found in the genesis state by itself. Whether
// escrow and the registry hold what the jobs say is an invariant.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	if err := gs.validateOffers(); err != nil {
		return err
	}
	return gs.validateJobs()
}

func (gs GenesisState) validateOffers() error {
	last := make(map[uint64]uint32, len(gs.OfferSequences))
	for i, s := range gs.OfferSequences {
		if s.AgentId == 0 || last[s.AgentId] != 0 {
			return ErrInvalidGenesis.Wrapf("offer_sequences[%d]: expected an agent that is not listed twice, got %d", i, s.AgentId)
		}
		last[s.AgentId] = s.Last
	}
	seen := make(map[string]bool, len(gs.Offers))
	for i, o := range gs.Offers {
		key := fmt.Sprint(o.AgentId, "/", o.OfferId)
		if seen[key] || o.OfferId == 0 || o.OfferId > last[o.AgentId] {
			return ErrInvalidGenesis.Wrapf("offers[%d]: expected a number up to the agent's offer sequence, once, got %s", i, key)
		}
		seen[key] = true
		if err := o.Terms.Validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("offers[%d]: %s", i, err)
		}
	}
	return nil
}

func (gs GenesisState) validateJobs() error {
	last := make(map[string]uint64, len(gs.JobSequences))
	for i, s := range gs.JobSequences {
		if err := validateAddress(s.Client, "client"); err != nil {
			return ErrInvalidGenesis.Wrapf("job_sequences[%d]: %s", i, err)
		}
		if last[s.Client] != 0 {
			return ErrInvalidGenesis.Wrapf("job_sequences[%d]: expected a client that is not listed twice, got %s", i, s.Client)
		}
		last[s.Client] = s.Last
	}
	live, refs := make(map[string]bool), make(map[string]bool)
	for i, r := range gs.Jobs {
		key := jobText(r.Job.Client, r.Job.Sequence)
		if _, twice := live[key]; twice || r.Job.Sequence == 0 || r.Job.Sequence > last[r.Job.Client] {
			return ErrInvalidGenesis.Wrapf("jobs[%d]: expected a number up to the client's job sequence, once, got %s", i, key)
		}
		live[key] = !r.Progress.Ended()
		if ref := r.Job.Client + "/" + r.Job.ClientRef; r.Job.ClientRef != "" {
			if refs[ref] {
				return ErrInvalidGenesis.Wrapf("jobs[%d].client_ref: expected one that the client did not use before, got %s", i, r.Job.ClientRef)
			}
			refs[ref] = true
		}
		if err := r.Validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("jobs[%d]: %s", i, err)
		}
	}
	for i, k := range gs.Parked {
		key := jobText(k.Client, k.Sequence)
		if !live[key] {
			return ErrInvalidGenesis.Wrapf("parked[%d]: expected a live job, once, got %s", i, key)
		}
		live[key] = false
	}
	return nil
}

func jobText(client string, sequence uint64) string { return fmt.Sprint(client, "/", sequence) }

// Validate returns an error if the record is not one that the state machine can
// reach.
func (r JobRecord) Validate() error {
	j, p := r.Job, r.Progress
	client, err := sdk.AccAddressFromBech32(j.Client)
	if err != nil {
		return ErrInvalidGenesis.Wrapf("job.client: %s", err)
	}
	if client.String() != j.Client {
		return ErrInvalidGenesis.Wrapf("job.client: expected %s, got %s", client, j.Client)
	}
	if err := validateRef(j.ClientRef); err != nil {
		return err
	}
	if err := validateMilestones(j.Milestones); err != nil {
		return err
	}
	if j.AgentId == 0 {
		return ErrInvalidGenesis.Wrap("job.agent_id: expected a positive number, got 0")
	}
	if !isAmount(j.Terms.PostingFee) || !isAmount(j.Terms.PerformanceBond) || !isAmount(j.Terms.DisputeDeposit) || !isAmount(j.Terms.Reserved) {
		return ErrInvalidGenesis.Wrap("job.terms: expected all amounts to be there")
	}
	if j.Terms.FeeBps > MaxFeeBps || j.Terms.KillFeeBps > MaxBps {
		return ErrInvalidGenesis.Wrapf("job.terms: expected a fee of at most %d and a kill fee of at most %d basis points, got %d and %d",
			MaxFeeBps, MaxBps, j.Terms.FeeBps, j.Terms.KillFeeBps)
	}
	if err := p.Ledger.Validate(); err != nil {
		return err
	}
	if !p.Ledger.Funded.Equal(j.Funded()) {
		return ErrInvalidGenesis.Wrapf("ledger.funded: expected %s (budget and deposit), got %s", j.Funded(), p.Ledger.Funded)
	}
	if len(p.Milestones) != len(j.Milestones) || p.Milestone < 1 || int(p.Milestone) > len(p.Milestones) {
		return ErrInvalidGenesis.Wrapf("progress: expected the statuses of %d milestones and a live one among them, got %d and %d",
			len(j.Milestones), len(p.Milestones), p.Milestone)
	}
	return p.validateStatuses()
}

// validateStatuses checks that milestones before the live one are paid, those
// after it have not begun, and that the job lives exactly while the live one does.
func (p Progress) validateStatuses() error {
	for i, s := range p.Milestones {
		n := uint32(i + 1)
		ok := true
		switch {
		case n < p.Milestone:
			ok = s == MILESTONE_STATUS_PAID
		case n > p.Milestone && !p.Ended():
			ok = s == MILESTONE_STATUS_PENDING
		case n > p.Milestone:
			ok = s == p.Live()
		}
		if !ok {
			return ErrInvalidGenesis.Wrapf("progress.milestones[%d]: %s does not fit the live milestone %d", i, s, p.Milestone)
		}
	}
	switch p.Live() {
	case MILESTONE_STATUS_WORKING, MILESTONE_STATUS_SUBMITTED, MILESTONE_STATUS_MISSED:
		if p.Ended() || p.Deadline == 0 {
			return ErrInvalidGenesis.Wrapf("progress: expected an active job with a deadline while its milestone is %s", p.Live())
		}
	case MILESTONE_STATUS_PAID, MILESTONE_STATUS_CANCELLED, MILESTONE_STATUS_REFUNDED:
		if p.Status != endOf(p.Live(), p.Milestone) || (p.Live() == MILESTONE_STATUS_PAID && int(p.Milestone) != len(p.Milestones)) {
			return ErrInvalidGenesis.Wrapf("progress.status: %s does not fit a job whose milestone %d of %d ended %s",
				p.Status, p.Milestone, len(p.Milestones), p.Live())
		}
		if p.Deadline != 0 || !p.Ledger.Left().IsZero() {
			return ErrInvalidGenesis.Wrapf("progress: expected an ended job that holds nothing when its milestone is %s", p.Live())
		}
	case MILESTONE_STATUS_UNSPECIFIED, MILESTONE_STATUS_PENDING:
		fallthrough
	default:
		return ErrInvalidGenesis.Wrapf("progress: %s can't be the status of a live milestone", p.Live())
	}
	return nil
}
