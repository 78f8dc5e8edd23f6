package query

import (
	"context"

	"github.com/aitbc/aitbc/index/indexv1"
)

// AgentStats implements indexv1.QueryServer.
func (s *server) AgentStats(ctx context.Context, req *indexv1.QueryAgentStatsRequest) (*indexv1.QueryAgentStatsResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	if err := checkID("agent_id", req.AgentId); err != nil {
		return nil, err
	}
	res := &indexv1.QueryAgentStatsResponse{AgentId: req.AgentId}
	err := s.read(ctx, func(r *reading) error {
		res.Head = r.head
		var load int64
		found, err := r.one(r.statement().add(`SELECT reservations FROM agents WHERE id = ?`, int64(req.AgentId)), &load)
		if err != nil {
			return err
		}
		if !found {
			return noAgent(req.AgentId)
		}
		res.Reservations = uint32(load)
		return r.agentStats(sample{where: `agent_id = ?`, args: []any{int64(req.AgentId)}}, res)
	})
	if err != nil {
		return nil, err
	}
	return res, nil
}

func (r *reading) agentStats(jobs sample, into *indexv1.QueryAgentStatsResponse) error {
	t, err := r.tally(jobs)
	if err != nil {
		return err
	}
	into.Jobs, into.EarnedNet, into.EarnedGross, into.Slashed = t.done(), t.released, t.released.Add(t.fees), t.slashed
	if into.MedianResponseSeconds, err = r.medianResponse(jobs); err != nil {
		return err
	}
	var clients int64
	if _, err := r.one(jobs.addTo(r.statement().add(`SELECT COUNT(DISTINCT j.client) FROM `)), &clients); err != nil {
		return err
	}
	into.DistinctClients = uint64(clients)
	into.Truncated, err = r.truncated(jobs)
	return err
}
