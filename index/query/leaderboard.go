package query

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/index/indexv1"
)

// Leaderboard implements indexv1.QueryServer.
func (s *server) Leaderboard(ctx context.Context, req *indexv1.QueryLeaderboardRequest) (*indexv1.QueryLeaderboardResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	limit, err := pageLimit(req.Limit)
	if err != nil {
		return nil, err
	}
	if err := checkSkill("skill", req.Skill); err != nil {
		return nil, err
	}
	res := &indexv1.QueryLeaderboardResponse{}
	err = s.read(ctx, func(r *reading) error {
		res.Head = r.head
		jobs := sample{where: `skill = ?`, args: []any{req.Skill}}
		var err error
		if res.Leaders, err = r.leaders(jobs, limit); err != nil {
			return err
		}
		res.Truncated, err = r.truncated(jobs)
		return err
	})
	if err != nil {
		return nil, err
	}
	return res, nil
}

// leaders returns the agents with most completed jobs.
func (r *reading) leaders(jobs sample, limit int) ([]indexv1.Leader, error) {
	tallies := map[int64]*tally{}
	s := jobs.addTo(r.statement().add(`SELECT j.agent_id, ` + tallyColumns + ` FROM `)).add(` GROUP BY 1, 2, 3, 4`)
	err := r.each(s, func(rows *sql.Rows) error {
		var agent int64
		var g tallyGroup
		if err := rows.Scan(append([]any{&agent}, g.targets()...)...); err != nil {
			return err
		}
		if agent == 0 {
			return nil // looks for one
		}
		if tallies[agent] == nil {
			t := newTally()
			tallies[agent] = &t
		}
		tallies[agent].add(g)
		return nil
	})
	if err != nil {
		return nil, err
	}
	type place struct {
		agent  int64
		counts indexv1.JobCounts
		earned sdkmath.Int
	}
	places := make([]place, 0, len(tallies))
	for agent, t := range tallies {
		if t.counts.Completed > 0 {
			places = append(places, place{agent: agent, counts: t.done(), earned: t.released.Add(t.fees)})
		}
	}
	slices.SortFunc(places, func(a, b place) int {
		if c := cmp.Compare(b.counts.Completed, a.counts.Completed); c != 0 {
			return c
		}
		if !a.earned.Equal(b.earned) {
			if a.earned.GT(b.earned) {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.agent, b.agent)
	})
	places = places[:min(limit, len(places))]
	ids := make([]int64, len(places))
	for i, p := range places {
		ids[i] = p.agent
	}
	rows, err := r.agentRows(ids)
	if err != nil {
		return nil, err
	}
	out := []indexv1.Leader{}
	for i, p := range places {
		l := indexv1.Leader{AgentId: uint64(p.agent), Jobs: p.counts, EarnedGross: p.earned}
		if i < len(rows) && rows[i].Id == l.AgentId {
			l.Name, l.Status = rows[i].Name, rows[i].Status
		}
		out = append(out, l)
	}
	return out, nil
}
