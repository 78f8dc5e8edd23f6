package feed

import (
	"errors"

	"cosmossdk.io/collections"

	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

func (p *projection) offer(key, value []byte) error {
	_, id, err := collections.PairKeyCodec(collections.Uint64Key, collections.Uint32Key).Decode(key)
	if err != nil {
		return err
	}
	agent, offer := int64(id.K1()), int64(id.K2())
	if err := p.forget("offers", "agent_id = ? AND offer_id = ?", agent, offer); err != nil || value == nil {
		return err
	}
	var t jobmarkettypes.OfferTerms
	if err := t.Unmarshal(value); err != nil {
		return err
	}
	return p.tx.Add(p.ctx, `offers (agent_id, offer_id, skill, price_model, price_unit, price, min_amount, max_amount,
		min_delivery_seconds, max_delivery_seconds, max_review_seconds, max_live_jobs, max_milestones)`,
		agent, offer, t.Skill, int32(t.Price.Model), t.Price.Unit, uait(t.Price.Amount.Amount), uait(t.MinAmount.Amount), uait(t.MaxAmount.Amount),
		int64(t.MinDeliverySeconds), int64(t.MaxDeliverySeconds), int64(t.MaxReviewSeconds), int64(t.MaxLiveJobs), int64(t.MaxMilestones))
}

// job writes what was agreed. It comes before the progress: in a block by the order of the
// keys, and in the state likewise.
func (p *projection) job(key, value []byte) error {
	client, sequence, err := jobKey(key)
	if err != nil {
		return err
	}
	if value == nil {
		const it = "client = ? AND sequence = ?"
		return errors.Join(p.tx.Delete(p.ctx, "submissions", it, client, sequence), p.tx.Delete(p.ctx, "jobs", it, client, sequence))
	}
	var record jobmarkettypes.JobRecord
	if err := record.Job.Unmarshal(value); err != nil {
		return err
	}
	raw, err := record.Marshal()
	if err != nil {
		return err
	}
	j := record.Job
	return p.exec(`INSERT INTO jobs (client, sequence, agent_id, skill, milestones, budget, deposit, posted_at, record, height)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (client, sequence) DO UPDATE SET agent_id = excluded.agent_id,
		skill = excluded.skill, milestones = excluded.milestones, budget = excluded.budget, deposit = excluded.deposit,
		posted_at = excluded.posted_at, record = excluded.record, height = excluded.height`,
		client, sequence, int64(j.AgentId), j.Skill, len(j.Milestones), uait(jobmarkettypes.Budget(j.Milestones)),
		uait(j.Terms.DisputeDeposit), int64(j.PostedAt), raw, p.height)
}

// progress writes where a job stands, and adds it to its record.
func (p *projection) progress(key, value []byte) error {
	client, sequence, err := jobKey(key)
	if err != nil || value == nil {
		return err // the job is gone with it
	}
	var record jobmarkettypes.JobRecord
	var raw []byte
	found, err := p.tx.Row(p.ctx, `SELECT record FROM jobs WHERE client = ? AND sequence = ?`, []any{client, sequence}, &raw)
	if err != nil {
		return err
	}
	if found {
		if err := record.Unmarshal(raw); err != nil {
			return err
		}
	}
	record.Progress = jobmarkettypes.Progress{}
	if err := record.Progress.Unmarshal(value); err != nil {
		return err
	}
	if raw, err = record.Marshal(); err != nil {
		return err
	}
	at, l := record.Progress, record.Progress.Ledger
	live := jobmarkettypes.MILESTONE_STATUS_UNSPECIFIED
	if n := int(at.Milestone); n >= 1 && n <= len(at.Milestones) {
		live = at.Live()
	}
	err = p.exec(`UPDATE jobs SET status = ?, live = ?, milestone = ?, deadline = ?, ended_at = ?, funded = ?, released = ?, fees = ?,
		refunded = ?, slashed = ?, burned = ?, record = ?, height = ? WHERE client = ? AND sequence = ?`,
		int32(at.Status), int32(live), int64(at.Milestone), int64(at.Deadline), int64(at.EndedAt), uait(l.Funded), uait(l.Released),
		uait(l.Fees), uait(l.Refunded), uait(l.Slashed), uait(l.Burned), raw, p.height, client, sequence)
	if err != nil {
		return err
	}
	if err := p.forget("submissions", "client = ? AND sequence = ?", client, sequence); err != nil {
		return err
	}
	for _, s := range at.Submissions {
		if err := p.tx.Add(p.ctx, `submissions (client, sequence, milestone, submitted_at)`, client, sequence, int64(s.Milestone), int64(s.SubmittedAt)); err != nil {
			return err
		}
	}
	return nil
}
