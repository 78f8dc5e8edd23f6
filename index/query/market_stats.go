package query

import (
	"context"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/index/indexv1"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// How far back a market statistic looks, in seconds: 30 and 365 days.
const (
	defaultWindow = 30 * 24 * 60 * 60
	maxWindow     = 365 * 24 * 60 * 60
)

// MarketStats implements indexv1.QueryServer.
func (s *server) MarketStats(ctx context.Context, req *indexv1.QueryMarketStatsRequest) (*indexv1.QueryMarketStatsResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	if err := checks(checkSkill("skill", req.Skill), checkNumber("window_seconds", req.WindowSeconds, maxWindow)); err != nil {
		return nil, err
	}
	window := req.WindowSeconds
	if window == 0 {
		window = defaultWindow
	}
	res := &indexv1.QueryMarketStatsResponse{Skill: req.Skill}
	err := s.read(ctx, func(r *reading) error {
		res.Head, res.From = r.head, r.head.Time-min(window, r.head.Time)
		return r.marketStats(sample{where: `skill = ? AND posted_at >= ?`, args: []any{req.Skill, int64(res.From)}}, res)
	})
	if err != nil {
		return nil, err
	}
	return res, nil
}

func (r *reading) marketStats(jobs sample, into *indexv1.QueryMarketStatsResponse) error {
	t, err := r.tally(jobs)
	if err != nil {
		return err
	}
	into.Jobs = t.done()
	price, err := r.median(jobs, `j.budget`, false)
	if err != nil {
		return err
	}
	into.MedianPrice = sdkmath.NewIntFromUint64(price)
	if into.MedianResponseSeconds, err = r.medianResponse(jobs); err != nil {
		return err
	}
	var agents int64
	s := r.statement().add(`SELECT COUNT(*) FROM skills s JOIN agents a ON a.id = s.agent_id WHERE s.skill = ? AND a.status = ?`,
		into.Skill, int64(registrytypes.AGENT_STATUS_ACTIVE))
	if _, err := r.one(s, &agents); err != nil {
		return err
	}
	into.ActiveAgents = uint64(agents)
	into.Truncated, err = r.truncated(jobs)
	return err
}
