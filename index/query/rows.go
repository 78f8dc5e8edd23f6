package query

import (
	"database/sql"
	"errors"
	"math"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/index/indexv1"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

var errRange = errors.New("a number of the read model is out of its range")

// numbers scans columns that are never negative into unsigned numbers.
type numbers struct{ failed bool }

func (n *numbers) unsigned(v int64) uint64 {
	n.failed = n.failed || v < 0
	return uint64(v)
}

func (n *numbers) small(v int64) uint32 {
	n.failed = n.failed || v < 0 || v > math.MaxUint32
	return uint32(v)
}

func (n *numbers) enum(v int64) int32 {
	n.failed = n.failed || v < 0 || v > math.MaxInt32
	return int32(v)
}

func (n *numbers) err() error {
	if n.failed {
		return errRange
	}
	return nil
}

// agentRows returns agents with their skills, in the order of the ids.
func (r *reading) agentRows(ids []int64) ([]indexv1.AgentRow, error) {
	in, args := list(ids)
	found := make(map[int64]*indexv1.AgentRow, len(ids))
	s := r.statement().add(`SELECT id, owner, status, type, name, description, version, bonded, reserved, unbonding, reservations,
		registered_at, last_seen, height FROM agents WHERE id IN `+in, args...)
	err := r.each(s, func(rows *sql.Rows) error {
		var id, status, kind, bonded, reserved, unbonding, reservations, registered, seen, height int64
		a := &indexv1.AgentRow{}
		if err := rows.Scan(&id, &a.Owner, &status, &kind, &a.Name, &a.Description, &a.Version, &bonded, &reserved, &unbonding,
			&reservations, &registered, &seen, &height); err != nil {
			return err
		}
		var n numbers
		a.Id, a.Status, a.Type = n.unsigned(id), registrytypes.AgentStatus(n.enum(status)), registrytypes.AgentType(n.enum(kind))
		a.Bonded, a.Reserved, a.Unbonding = sdkmath.NewInt(bonded), sdkmath.NewInt(reserved), sdkmath.NewInt(unbonding)
		a.Reservations, a.RegisteredAt, a.LastSeen, a.Height = n.small(reservations), n.unsigned(registered), n.unsigned(seen), n.unsigned(height)
		found[id] = a
		return n.err()
	})
	if err != nil {
		return nil, err
	}
	if err := r.addSkills(in, args, found); err != nil {
		return nil, err
	}
	out := make([]indexv1.AgentRow, 0, len(ids))
	for _, id := range ids {
		if a, ok := found[id]; ok {
			out = append(out, *a)
		}
	}
	return out, nil
}

func (r *reading) addSkills(in string, args []any, to map[int64]*indexv1.AgentRow) error {
	s := r.statement().add(`SELECT agent_id, skill, name, version, price_model, price_unit, price, sla_seconds, max_concurrent
		FROM skills WHERE agent_id IN `+in+` ORDER BY agent_id, skill`, args...)
	return r.each(s, func(rows *sql.Rows) error {
		var agent, model, price, sla, concurrent int64
		var skill indexv1.SkillRow
		if err := rows.Scan(&agent, &skill.Id, &skill.Name, &skill.Version, &model, &skill.PriceUnit, &price, &sla, &concurrent); err != nil {
			return err
		}
		var n numbers
		skill.PriceModel, skill.Price = registrytypes.PriceModel(n.enum(model)), sdkmath.NewInt(price)
		skill.SlaSeconds, skill.MaxConcurrentJobs = n.unsigned(sla), n.small(concurrent)
		if a, ok := to[agent]; ok {
			a.Skills = append(a.Skills, skill)
		}
		return n.err()
	})
}

// jobColumns are what jobRow scans, of a table or query j.
const jobColumns = `j.client, j.sequence, j.agent_id, j.skill, j.status, j.live, j.milestone, j.milestones, j.budget, j.posted_at,
	j.deadline, j.ended_at, j.funded, j.released, j.fees, j.refunded, j.slashed, j.height`

// jobRow scans jobColumns, and more columns behind them.
func jobRow(rows *sql.Rows, more ...any) (indexv1.JobRow, error) {
	var sequence, agent, status, live, milestone, milestones, budget, posted, deadline, ended int64
	var funded, released, fees, refunded, slashed, height int64
	var j indexv1.JobRow
	into := []any{
		&j.Client, &sequence, &agent, &j.Skill, &status, &live, &milestone, &milestones, &budget, &posted,
		&deadline, &ended, &funded, &released, &fees, &refunded, &slashed, &height,
	}
	if err := rows.Scan(append(into, more...)...); err != nil {
		return j, err
	}
	var n numbers
	j.Sequence, j.AgentId = n.unsigned(sequence), n.unsigned(agent)
	j.Status, j.Live = jobmarkettypes.JobStatus(n.enum(status)), jobmarkettypes.MilestoneStatus(n.enum(live))
	j.Milestone, j.Milestones = n.small(milestone), n.small(milestones)
	j.PostedAt, j.Deadline, j.EndedAt, j.Height = n.unsigned(posted), n.unsigned(deadline), n.unsigned(ended), n.unsigned(height)
	j.Budget, j.Funded, j.Released, j.Fees = sdkmath.NewInt(budget), sdkmath.NewInt(funded), sdkmath.NewInt(released), sdkmath.NewInt(fees)
	j.Refunded, j.Slashed = sdkmath.NewInt(refunded), sdkmath.NewInt(slashed)
	return j, n.err()
}
