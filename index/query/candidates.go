package query

import (
	"database/sql"

	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/types/match"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

const (
	// maxCandidates bounds how many agents are ranked for one question.
	maxCandidates = 10_000
	// maxExplained bounds how many agents are looked at to say why they can't.
	maxExplained = 1_000
)

// candidateColumns are what scanCandidate scans, of skills s and agents a.
const candidateColumns = `a.id, a.name, a.owner, a.status, a.bonded, a.reserved, a.unbonding, a.reservations, a.last_seen,
	s.version, s.price_model, s.price, s.sla_seconds, s.max_concurrent`

// candidate is an agent with the one skill that is asked for.
type candidate struct {
	match.Candidate
	name string
}

func (r *reading) scanCandidate(rows *sql.Rows, q match.Question) (candidate, error) {
	var id, status, bonded, reserved, unbonding, reservations, seen, model, price, sla, concurrent int64
	var c candidate
	skill := match.Skill{ID: q.Skill}
	if err := rows.Scan(&id, &c.name, &c.Owner, &status, &bonded, &reserved, &unbonding, &reservations, &seen,
		&skill.Version, &model, &price, &sla, &concurrent); err != nil {
		return c, err
	}
	var n numbers
	c.ID, c.Reservations, c.LastSeen = n.unsigned(id), n.unsigned(reservations), n.unsigned(seen)
	c.Free = n.unsigned(bonded - reserved - unbonding)
	stake := n.unsigned(bonded - unbonding)
	c.Hireable = status == int64(registrytypes.AGENT_STATUS_ACTIVE) && stake >= r.minBond
	skill.PriceModel, skill.Price = priceModels[registrytypes.PriceModel(model)], n.unsigned(price)
	skill.SLASeconds, skill.MaxConcurrentJobs = n.unsigned(sla), n.unsigned(concurrent)
	c.Skills = []match.Skill{skill}
	return c, n.err()
}

// priceModels are match's, by the registry's.
var priceModels = map[registrytypes.PriceModel]match.PriceModel{
	registrytypes.PRICE_MODEL_FLAT:       match.Flat,
	registrytypes.PRICE_MODEL_PER_UNIT:   match.PerUnit,
	registrytypes.PRICE_MODEL_PER_SECOND: match.PerSecond,
}

// candidates returns the agents that meet what the database can judge of a question, the
// cheapest first, and whether there are more. They have the media types that are asked
// for, and no others. The question's own judgement stands above: this only keeps those
// away that are certain to fail.
func (r *reading) candidates(q match.Question) ([]match.Candidate, bool, error) {
	s := r.statement().add(`SELECT `+candidateColumns+` FROM skills s JOIN agents a ON a.id = s.agent_id
		WHERE s.skill = ? AND a.status = ? AND a.owner <> ? AND a.reservations < s.max_concurrent
		AND a.bonded - a.unbonding >= ? AND a.bonded - a.unbonding - a.reserved >= ? AND s.sla_seconds <= ?`,
		q.Skill, int64(registrytypes.AGENT_STATUS_ACTIVE), q.Client, int64(r.minBond), int64(q.Reserve), int64(q.DeliverySeconds))
	// p x n <= cap, divided, so that no product is too large.
	s.add(` AND (s.price_model = ? AND s.price <= ? OR s.price_model = ? AND s.price <= ? OR s.price_model = ? AND s.price <= ?)`,
		int64(registrytypes.PRICE_MODEL_FLAT), int64(q.Cap),
		int64(registrytypes.PRICE_MODEL_PER_UNIT), int64(q.Cap/q.Units),
		int64(registrytypes.PRICE_MODEL_PER_SECOND), int64(q.Cap/q.Seconds))
	addMedia(s, "s", mediaIn, q.InputMediaTypes)
	addMedia(s, "s", mediaOut, q.OutputMediaTypes)
	s.addIf(q.MinScore > 0, ` AND 1 = 0`) // every score is 0
	s.add(` ORDER BY s.price, s.agent_id LIMIT ?`, maxCandidates+1)
	var out []match.Candidate
	err := r.each(s, func(rows *sql.Rows) error {
		c, err := r.scanCandidate(rows, q)
		c.Skills[0].InputMediaTypes, c.Skills[0].OutputMediaTypes = q.InputMediaTypes, q.OutputMediaTypes
		out = append(out, c.Candidate)
		return err
	})
	if len(out) > maxCandidates {
		return out[:maxCandidates], true, err
	}
	return out, false, err
}

// exclusions returns agents that have the skill and can't do the work, and why.
func (r *reading) exclusions(q match.Question, limit int) ([]indexv1.Exclusion, error) {
	s := r.statement().add(`SELECT `+candidateColumns+` FROM skills s JOIN agents a ON a.id = s.agent_id
		WHERE s.skill = ? ORDER BY s.price, s.agent_id LIMIT ?`, q.Skill, maxExplained)
	var all []candidate
	if err := r.each(s, func(rows *sql.Rows) error {
		c, err := r.scanCandidate(rows, q)
		all = append(all, c)
		return err
	}); err != nil {
		return nil, err
	}
	if err := r.addMediaTypes(q, all); err != nil {
		return nil, err
	}
	out := []indexv1.Exclusion{}
	for _, c := range all {
		if failed := q.Why(c.Candidate); failed != match.Met && len(out) < limit {
			out = append(out, indexv1.Exclusion{
				AgentId: c.ID, Name: c.name, Condition: uint32(failed), Reason: reasonAgainst(q, c.Candidate, failed),
			})
		}
	}
	return out, nil
}

// addMediaTypes reads what the question's skill of each takes and gives.
func (r *reading) addMediaTypes(q match.Question, to []candidate) error {
	if len(q.InputMediaTypes)+len(q.OutputMediaTypes) == 0 {
		return nil
	}
	ids := make([]int64, len(to))
	byID := make(map[int64]*match.Skill, len(to))
	for i, c := range to {
		ids[i] = int64(c.ID)
		byID[ids[i]] = &to[i].Skills[0]
	}
	in, args := list(ids)
	s := r.statement().add(`SELECT agent_id, direction, media_type FROM skill_media WHERE skill = ? AND agent_id IN `+in,
		append([]any{q.Skill}, args...)...)
	return r.each(s, func(rows *sql.Rows) error {
		var agent, direction int64
		var mediaType string
		if err := rows.Scan(&agent, &direction, &mediaType); err != nil {
			return err
		}
		if direction == mediaIn {
			byID[agent].InputMediaTypes = append(byID[agent].InputMediaTypes, mediaType)
		} else {
			byID[agent].OutputMediaTypes = append(byID[agent].OutputMediaTypes, mediaType)
		}
		return nil
	})
}
