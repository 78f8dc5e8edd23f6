package types

import (
	"fmt"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
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
	if err := j.validate(); err != nil {
		return err
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
	if err := p.validateStatuses(); err != nil {
		return err
	}
	return p.validateSubmissions()
}

// validate checks what was agreed, apart from who the client is.
func (j Job) validate() error {
	if err := validateMilestones(j.Milestones); err != nil {
		return err
	}
	if err := registrytypes.ValidateSkillID(j.Skill, "job.skill"); err != nil {
		return ErrInvalidGenesis.Wrap(err.Error())
	}
	if err := j.MessagingKey.Validate("job.messaging_key"); err != nil {
		return ErrInvalidGenesis.Wrap(err.Error())
	}
	for _, c := range []struct {
		field string
		value uint64
	}{
		{"agent_id", j.AgentId},
		{"offer_id", uint64(j.OfferId)},
		{"review_seconds", j.ReviewSeconds},
		{"posted_at", j.PostedAt},
		{"terms.reassign_seconds", j.Terms.ReassignSeconds},
	} {
		if c.value == 0 {
			return ErrInvalidGenesis.Wrapf("job.%s: expected a positive number, got 0", c.field)
		}
	}
	if j.Award != AWARD_MODE_OFFER {
		return ErrInvalidGenesis.Wrapf("job.award: expected %s, got %s", AWARD_MODE_OFFER, j.Award)
	}
	return j.Terms.validate(j.Milestones)
}

// validate checks the rules of a job with these milestones.
func (t Terms) validate(milestones []MilestoneTerms) error {
	for _, c := range []struct {
		field string
		value sdkmath.Int
	}{{"posting_fee", t.PostingFee}, {"dispute_deposit", t.DisputeDeposit}, {"reserved", t.Reserved}} {
		if !isAmount(c.value) {
			return ErrInvalidGenesis.Wrapf("job.terms.%s: expected 0 to %s, got %s", c.field, registrytypes.MaxAmount(), registrytypes.AmountText(c.value))
		}
	}
	for _, c := range []struct {
		field      string
		value, max uint32
	}{
		{"fee_bps", t.FeeBps, MaxFeeBps},
		{"kill_fee_bps", t.KillFeeBps, MaxBps},
		{"performance_bond_bps", t.PerformanceBondBps, MaxBps},
	} {
		if c.value > c.max {
			return ErrInvalidGenesis.Wrapf("job.terms.%s: expected 0 to %d, got %d", c.field, c.max, c.value)
		}
	}
	// What a missed delivery takes must be there to be taken, or its timeout would fail
	// for ever.
	if want := reservation(Largest(milestones), t.PerformanceBondBps, t.DisputeDeposit); !t.Reserved.Equal(want) {
		return ErrInvalidGenesis.Wrapf("job.terms.reserved: expected %s for these milestones, got %s", want, t.Reserved)
	}
	return nil
}

// validateSubmissions checks that each milestone that was submitted has its result,
// once and in order, and no other has one.
func (p Progress) validateSubmissions() error {
	last := uint32(0)
	for i, s := range p.Submissions {
		if s.Milestone != last+1 || s.Milestone > p.Milestone || s.SubmittedAt == 0 {
			return ErrInvalidGenesis.Wrapf("progress.submissions[%d]: expected the result of milestone %d with its time, got milestone %d at %d",
				i, last+1, s.Milestone, s.SubmittedAt)
		}
		if err := s.Result.Validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("progress.submissions[%d]: %s", i, err)
		}
		last = s.Milestone
	}
	least, most := p.Milestone-1, p.Milestone
	switch p.Live() {
	case MILESTONE_STATUS_SUBMITTED, MILESTONE_STATUS_PAID:
		least = p.Milestone
	case MILESTONE_STATUS_WORKING, MILESTONE_STATUS_MISSED, MILESTONE_STATUS_CANCELLED:
		most = p.Milestone - 1
	case MILESTONE_STATUS_REFUNDED: // after a rejection with a result, after a miss without
	case MILESTONE_STATUS_UNSPECIFIED, MILESTONE_STATUS_PENDING: // refused before
	}
	if last < least || last > most {
		return ErrInvalidGenesis.Wrapf("progress.submissions: expected %d to %d results when milestone %d is %s, got %d",
			least, most, p.Milestone, p.Live().Text(), last)
	}
	return nil
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
		if p.Ended() || p.Deadline == 0 || p.EndedAt != 0 {
			return ErrInvalidGenesis.Wrapf("progress: expected an active job with a deadline and no end while its milestone is %s", p.Live())
		}
	case MILESTONE_STATUS_PAID, MILESTONE_STATUS_CANCELLED, MILESTONE_STATUS_REFUNDED:
		if p.Status != endOf(p.Live(), p.Milestone) || (p.Live() == MILESTONE_STATUS_PAID && int(p.Milestone) != len(p.Milestones)) {
			return ErrInvalidGenesis.Wrapf("progress.status: %s does not fit a job whose milestone %d of %d ended %s",
				p.Status, p.Milestone, len(p.Milestones), p.Live())
		}
		if p.Deadline != 0 || p.EndedAt == 0 || !p.Ledger.Left().IsZero() {
			return ErrInvalidGenesis.Wrapf("progress: expected an ended job with the time of its end that holds nothing when its milestone is %s", p.Live())
		}
	case MILESTONE_STATUS_UNSPECIFIED, MILESTONE_STATUS_PENDING:
		fallthrough
	default:
		return ErrInvalidGenesis.Wrapf("progress: %s can't be the status of a live milestone", p.Live())
	}
	return nil
}
