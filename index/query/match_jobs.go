package query

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/types/match"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	// statusOpen is that of jobs that still look for an agent. The market keeps the
	// number free for them: until there are auctions, no job has it.
	statusOpen = 1
	// maxOpenJobs bounds how many jobs are judged for one agent.
	maxOpenJobs = 1_000
)

// MatchJobs implements indexv1.QueryServer.
func (s *server) MatchJobs(ctx context.Context, req *indexv1.QueryMatchJobsRequest) (*indexv1.QueryMatchJobsResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	limit, err := pageLimit(req.Limit)
	if err != nil {
		return nil, err
	}
	if err := checks(checkID("agent_id", req.AgentId), checkEnum("preset", req.Preset, indexv1.Preset_name)); err != nil {
		return nil, err
	}
	res := &indexv1.QueryMatchJobsResponse{}
	err = s.read(ctx, func(r *reading) error {
		res.Head = r.head
		agent, err := r.agentCandidate(req.AgentId)
		if err != nil {
			return err
		}
		found, considered, err := r.jobsFor(agent, presets[req.Preset])
		if err != nil {
			return err
		}
		res.Considered = uint32(considered)
		res.Matches = found[:min(limit, len(found))]
		return nil
	})
	if err != nil {
		return nil, err
	}
	return res, nil
}

// agentCandidate returns an agent with all its skills.
func (r *reading) agentCandidate(id uint64) (match.Candidate, error) {
	rows, err := r.agentRows([]int64{int64(id)})
	if err != nil {
		return match.Candidate{}, err
	}
	if len(rows) == 0 {
		return match.Candidate{}, noAgent(id)
	}
	a := rows[0]
	stake := a.Bonded.Sub(a.Unbonding)
	c := match.Candidate{
		ID: id, Owner: a.Owner, Reservations: uint64(a.Reservations), LastSeen: a.LastSeen, Free: stake.Sub(a.Reserved).Uint64(),
		Hireable: a.Status == registrytypes.AGENT_STATUS_ACTIVE && stake.GTE(sdkmath.NewIntFromUint64(r.minBond)),
	}
	for _, s := range a.Skills {
		c.Skills = append(c.Skills, match.Skill{
			ID: s.Id, Version: s.Version, PriceModel: priceModels[s.PriceModel], Price: s.Price.Uint64(),
			SLASeconds: s.SlaSeconds, MaxConcurrentJobs: uint64(s.MaxConcurrentJobs),
		})
	}
	return c, nil
}

func noAgent(id uint64) error {
	return status.Errorf(codes.NotFound, "agent_id: there is no agent %d", id)
}

// jobsFor returns the open jobs that an agent can do, the best match first, at equal
// matches the newest, and how many it looked at.
func (r *reading) jobsFor(agent match.Candidate, preset match.Preset) ([]indexv1.JobMatch, int, error) {
	skills := make([]string, len(agent.Skills))
	for i, s := range agent.Skills {
		skills[i] = s.ID
	}
	in, args := list(skills)
	s := r.statement().add(`SELECT `+jobColumns+`, j.record FROM jobs j WHERE j.status = ? AND j.skill IN `+in,
		append([]any{int64(statusOpen)}, args...)...)
	s.add(` ORDER BY j.posted_at DESC, j.client, j.sequence LIMIT ?`, maxOpenJobs)
	found, considered := []indexv1.JobMatch{}, 0
	err := r.each(s, func(rows *sql.Rows) error {
		considered++
		var raw []byte
		row, err := jobRow(rows, &raw)
		if err != nil {
			return err
		}
		var record jobmarkettypes.JobRecord
		if err := record.Unmarshal(raw); err != nil {
			return err
		}
		q, err := questionOfJob(record)
		if err != nil {
			return err
		}
		q.Units, q.Seconds, q.Now, q.Preset = 1, max(min(q.DeliverySeconds, match.MaxCount), 1), r.head.Time, preset
		if m, failed := q.Judge(agent); failed == match.Met {
			found = append(found, indexv1.JobMatch{
				Job: row, Price: sdkmath.NewIntFromUint64(m.Price), Match: uint32(m.Match), Terms: termsOf(q, agent, m),
			})
		}
		return nil
	})
	slices.SortStableFunc(found, func(a, b indexv1.JobMatch) int { return cmp.Compare(b.Match, a.Match) })
	return found, considered, err
}
