package query_test

import (
	"context"
	"slices"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/aitbc/aitbc/index/indexv1"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	completed = int64(jobmarkettypes.JOB_STATUS_COMPLETED)
	partial   = int64(jobmarkettypes.JOB_STATUS_PARTIAL)
	cancelled = int64(jobmarkettypes.JOB_STATUS_CANCELLED)
	refunded  = int64(jobmarkettypes.JOB_STATUS_REFUNDED)

	paid = jobmarkettypes.MILESTONE_STATUS_PAID
	back = jobmarkettypes.MILESTONE_STATUS_REFUNDED
)

// fillJobs gives agent 1 one job of each fate and agents 2 and 3 some completed ones.
func fillJobs(w *world) {
	for id := range int64(3) {
		w.agent(agent{id: id + 1, reservations: 2 * id, skills: []skill{{id: "text.summarize"}}})
	}
	w.agent(agent{id: 4, status: registrytypes.AGENT_STATUS_PAUSED, skills: []skill{{id: "text.summarize"}}})
	const day = 86_400
	w.job(job{client: 9, sequence: 1, agent: 1, status: completed, live: paid, posted: now - 40*day, submitted: now - 40*day + 300, released: 975_000, fees: 25_000, budget: 1_000_000})
	w.job(job{client: 9, sequence: 2, agent: 1, status: completed, live: paid, posted: now - 500, submitted: now - 400, released: 1_950_000, fees: 50_000})
	w.job(job{client: 8, sequence: 1, agent: 1, status: refunded, live: back, posted: now - 400, budget: 3_000_000, slashed: 300_000})
	w.job(job{client: 8, sequence: 2, agent: 1, status: refunded, live: back, posted: now - 300, submitted: now - 100, budget: 4_000_000})
	w.job(job{client: 8, sequence: 3, agent: 1, status: partial, live: back, milestone: 2, posted: now - 250, budget: 5_000_000, released: 1, fees: 1})
	w.job(job{client: 8, sequence: 4, agent: 1, status: cancelled, live: jobmarkettypes.MILESTONE_STATUS_CANCELLED, posted: now - 200, budget: 6_000_000})
	w.job(job{client: 7, sequence: 1, agent: 1, posted: now - 100, budget: 7_000_000, deadline: now + 50})
	w.job(job{client: 7, sequence: 2, agent: 2, status: completed, live: paid, posted: now - 90, released: 5, budget: 100})
	w.job(job{client: 7, sequence: 3, agent: 2, status: completed, live: paid, posted: now - 90, released: 5, budget: 100})
	w.job(job{client: 7, sequence: 4, agent: 3, status: completed, live: paid, posted: now - 80, released: 5, fees: 6, budget: 100})
	w.job(job{client: 7, sequence: 5, agent: 3, status: completed, live: paid, posted: now - 80, released: 5, budget: 100, skill: "text.translate"})
}

func TestAgentStats(t *testing.T) {
	everywhere(t, func(w *world) {
		fillJobs(w)
		res, err := w.server.AgentStats(context.Background(), &indexv1.QueryAgentStatsRequest{AgentId: 1})
		res = must(w.t, res, err)
		want := indexv1.JobCounts{Total: 7, Live: 1, Completed: 2, Partial: 1, Cancelled: 1, Refunded: 2, Missed: 2, Rejected: 1, CompletedBps: 3333}
		if res.Jobs != want || res.DistinctClients != 3 || res.MedianResponseSeconds != 200 || res.EarnedNet.Int64() != 2_925_001 ||
			res.EarnedGross.Int64() != 3_000_002 || res.Slashed.Int64() != 300_000 || res.Truncated || res.Head.Time != now {
			w.t.Errorf("unexpected statistics %+v", res)
		}
		res, err = w.server.AgentStats(context.Background(), &indexv1.QueryAgentStatsRequest{AgentId: 4})
		if res = must(w.t, res, err); res.Jobs != (indexv1.JobCounts{}) || !res.EarnedGross.IsZero() || res.MedianResponseSeconds != 0 {
			w.t.Errorf("expected nothing, got %+v", res)
		}
		if res, err = w.server.AgentStats(context.Background(), &indexv1.QueryAgentStatsRequest{AgentId: 3}); err != nil || res.Reservations != 4 {
			w.t.Errorf("expected a load of 4, got %+v, %v", res, err)
		}
		_, err = w.server.AgentStats(context.Background(), &indexv1.QueryAgentStatsRequest{AgentId: 99})
		expectError(w.t, err, codes.NotFound, "agent_id: there is no agent 99")
		_, err = w.server.AgentStats(context.Background(), &indexv1.QueryAgentStatsRequest{})
		expectError(w.t, err, codes.InvalidArgument, "agent_id: expected a number from 1")
	})
}

func TestMarketStats(t *testing.T) {
	everywhere(t, func(w *world) {
		fillJobs(w)
		ask := func(skill string, window uint64) *indexv1.QueryMarketStatsResponse {
			res, err := w.server.MarketStats(context.Background(), &indexv1.QueryMarketStatsRequest{Skill: skill, WindowSeconds: window})
			return must(w.t, res, err)
		}
		// Without the job of 40 days ago: 100 x 3, 2, 3, 4, 5, 6 and 7 million.
		res := ask("text.summarize", 0)
		if res.Jobs.Total != 9 || res.Jobs.Completed != 4 || res.Jobs.Missed != 2 || res.Jobs.Rejected != 1 || res.Jobs.CompletedBps != 5000 ||
			res.MedianPrice.Int64() != 3_000_000 || res.MedianResponseSeconds != 100 || res.ActiveAgents != 3 || res.From != now-30*86_400 {
			w.t.Errorf("unexpected statistics %+v", res)
		}
		if res := ask("text.summarize", 31_536_000); res.Jobs.Total != 10 || res.MedianPrice.Int64() != 2_000_000 {
			w.t.Errorf("unexpected statistics of a year %+v", res)
		}
		if res := ask("text.summarize", 100); res.Jobs.Total != 4 || res.MedianPrice.Int64() != 100 {
			w.t.Errorf("unexpected statistics of the last seconds %+v", res)
		}
		if res := ask("text.write", 0); res.Jobs.Total != 0 || !res.MedianPrice.IsZero() || res.ActiveAgents != 0 {
			w.t.Errorf("expected nothing, got %+v", res)
		}
		for want, req := range map[string]*indexv1.QueryMarketStatsRequest{
			"skill: expected the id of a skill such as text.summarize, got \"\"": {},
			"skill: expected no control characters, got U+0000":                  {Skill: "\x00"},
			"window_seconds: expected at most 31536000, got 31536001":            {Skill: "a.b", WindowSeconds: 31_536_001},
		} {
			_, err := w.server.MarketStats(context.Background(), req)
			expectError(w.t, err, codes.InvalidArgument, want)
		}
	})
}

func TestLeaderboard(t *testing.T) {
	everywhere(t, func(w *world) {
		fillJobs(w)
		res, err := w.server.Leaderboard(context.Background(), &indexv1.QueryLeaderboardRequest{Skill: "text.summarize"})
		res = must(w.t, res, err)
		ids := []uint64{}
		for _, l := range res.Leaders {
			ids = append(ids, l.AgentId)
		}
		// Agents 1 and 2 completed two, 1 for more money; 3 completed one of this skill.
		if !slices.Equal(ids, []uint64{1, 2, 3}) || res.Leaders[0].Jobs.Completed != 2 || res.Leaders[2].EarnedGross.Int64() != 11 ||
			res.Leaders[2].Name != "Agent 3" || res.Leaders[0].Jobs.Total != 7 {
			w.t.Errorf("unexpected leaders %+v", res)
		}
		res, err = w.server.Leaderboard(context.Background(), &indexv1.QueryLeaderboardRequest{Skill: "text.summarize", Limit: 1})
		if res = must(w.t, res, err); len(res.Leaders) != 1 || res.Leaders[0].AgentId != 1 {
			w.t.Errorf("unexpected leader %+v", res)
		}
		for want, req := range map[string]*indexv1.QueryLeaderboardRequest{
			"skill: expected the id of a skill":    {Skill: "a"},
			"limit: expected 1 to 100, got 101":    {Skill: "a.b", Limit: 101},
			"skill: expected at most 200 characte": {Skill: string(make([]byte, 300))},
		} {
			_, err := w.server.Leaderboard(context.Background(), req)
			expectError(w.t, err, codes.InvalidArgument, want)
		}
	})
}

func TestJobs(t *testing.T) {
	everywhere(t, func(w *world) {
		fillJobs(w)
		ask := func(req indexv1.QueryJobsRequest) []string {
			res, err := w.server.Jobs(context.Background(), &req)
			return namesOf(must(w.t, res, err))
		}
		for name, c := range map[string]struct {
			req  indexv1.QueryJobsRequest
			want []string
		}{
			"all":                {indexv1.QueryJobsRequest{}, []string{"7/5", "7/4", "7/3", "7/2", "7/1", "8/4", "8/3", "8/2", "8/1", "9/2", "9/1"}},
			"agent":              {indexv1.QueryJobsRequest{AgentId: 2}, []string{"7/3", "7/2"}},
			"client":             {indexv1.QueryJobsRequest{Client: addr(9)}, []string{"9/2", "9/1"}},
			"skill":              {indexv1.QueryJobsRequest{Skill: "text.translate"}, []string{"7/5"}},
			"statuses":           {indexv1.QueryJobsRequest{Statuses: []jobmarkettypes.JobStatus{5, 6}}, []string{"8/4", "8/3"}},
			"budget range":       {indexv1.QueryJobsRequest{MinBudget: 3_000_000, MaxBudget: 5_000_000}, []string{"8/3", "8/2", "8/1"}},
			"by budget":          {indexv1.QueryJobsRequest{MinBudget: 5_000_000, Order: indexv1.JOB_ORDER_BUDGET}, []string{"7/1", "8/4", "8/3"}},
			"by deadline":        {indexv1.QueryJobsRequest{Order: indexv1.JOB_ORDER_DEADLINE}, []string{"7/1"}},
			"deadline from":      {indexv1.QueryJobsRequest{DeadlineFrom: now}, []string{"7/1"}},
			"deadline to":        {indexv1.QueryJobsRequest{DeadlineTo: now + 50}, []string{"7/1"}},
			"deadline too early": {indexv1.QueryJobsRequest{DeadlineTo: now + 49}, []string{}},
		} {
			if got := ask(c.req); !slices.Equal(got, c.want) {
				w.t.Errorf("%s: expected %s, got %s", name, c.want, got)
			}
		}
		for _, order := range []indexv1.JobOrder{indexv1.JOB_ORDER_NEWEST, indexv1.JOB_ORDER_BUDGET} {
			whole, pages := ask(indexv1.QueryJobsRequest{Order: order, Limit: 100}), []string{}
			for req := (indexv1.QueryJobsRequest{Order: order, Limit: 2}); ; {
				res, err := w.server.Jobs(context.Background(), &req)
				pages = append(pages, namesOf(must(w.t, res, err))...)
				if req.Cursor = res.NextCursor; req.Cursor == "" {
					break
				}
			}
			if !slices.Equal(pages, whole) {
				w.t.Errorf("%s: expected %s, got %s", order, whole, pages)
			}
		}
		res, err := w.server.Jobs(context.Background(), &indexv1.QueryJobsRequest{AgentId: 1, Order: indexv1.JOB_ORDER_DEADLINE})
		if j := must(w.t, res, err).Jobs[0]; j.Budget.Int64() != 7_000_000 || j.Deadline != now+50 || j.Live != jobmarkettypes.MILESTONE_STATUS_WORKING ||
			j.Height != height-2 || j.AgentId != 1 || j.Status != jobmarkettypes.JOB_STATUS_ACTIVE {
			w.t.Errorf("unexpected job %+v", j)
		}
		for want, req := range map[string]*indexv1.QueryJobsRequest{
			"skill: expected the id of a skill":                      {Skill: "' OR 1=1"},
			"client: expected an address":                            {Client: "ait1"},
			"client: expected valid UTF-8":                           {Client: "\xff"},
			"agent_id: expected a number from 1":                     {AgentId: 1 << 63},
			"statuses: expected at most 16, got 17":                  {Statuses: make([]jobmarkettypes.JobStatus, 17)},
			"statuses[0]: expected a known value, got 77":            {Statuses: []jobmarkettypes.JobStatus{77}},
			"deadline_from: expected at most":                        {DeadlineFrom: 1 << 63},
			"deadline_to: expected at most":                          {DeadlineTo: 1 << 63},
			"deadline_to: expected at least deadline_from, 5, got 4": {DeadlineFrom: 5, DeadlineTo: 4},
			"min_budget: expected at most 1000000000000000000":       {MinBudget: 1e18 + 1},
			"max_budget: expected at most 1000000000000000000":       {MaxBudget: 1e18 + 1},
			"max_budget: expected at least min_budget, 5, got 4":     {MinBudget: 5, MaxBudget: 4},
			"order: expected a known value, got 9":                   {Order: 9},
			"limit: expected 1 to 100, got 4294967295":               {Limit: 1<<32 - 1},
			"cursor: expected next_cursor of an answer, unchanged":   {Cursor: "?"},
		} {
			_, err := w.server.Jobs(context.Background(), req)
			expectError(w.t, err, codes.InvalidArgument, want)
		}
	})
}

// namesOf writes jobs as test clients and sequences.
func namesOf(res *indexv1.QueryJobsResponse) []string {
	names := []string{}
	for _, j := range res.Jobs {
		for n := range byte(10) {
			if j.Client == addr(n) {
				names = append(names, string('0'+n)+"/"+string('0'+byte(j.Sequence)))
			}
		}
	}
	return names
}

func TestTimeline(t *testing.T) {
	everywhere(t, func(w *world) {
		event := func(height, tx, n, agent int64, client string, sequence int64) {
			kind := map[bool]string{true: "agent", false: "job"}[client == ""]
			w.insert("history", "height", height, "tx", tx, "n", n, "time", now-100+height, "kind", kind, "agent_id", agent,
				"client", client, "sequence", sequence, "type", "aitbc.test.v1.EventSomething", "data", `{"a":"'"}`)
		}
		event(20, 0, 0, 1, "", 0)
		event(20, 0, 1, 1, addr(9), 3)
		event(21, -1, 0, 1, addr(9), 3)
		event(21, 0, 0, 2, addr(9), 4)
		event(21, 2, 5, 1, addr(9), 4)
		event(30, 0, 0, 2, "", 0)
		ask := func(req indexv1.QueryTimelineRequest) []int64 {
			places := []int64{}
			for {
				res, err := w.server.Timeline(context.Background(), &req)
				if must(w.t, res, err); res.HistoryFrom != 17 || res.Head.Height != height {
					w.t.Errorf("unexpected answer %+v", res)
				}
				for _, e := range res.Events {
					places = append(places, int64(e.Height)*100+e.Tx*10+int64(e.Index))
				}
				if req.Cursor = res.NextCursor; req.Cursor == "" {
					return places
				}
			}
		}
		for _, limit := range []uint32{1, 2, 100} {
			if got := ask(indexv1.QueryTimelineRequest{AgentId: 1, Limit: limit}); !slices.Equal(got, []int64{2125, 2090, 2001, 2000}) {
				w.t.Errorf("unexpected events of an agent %d", got)
			}
			if got := ask(indexv1.QueryTimelineRequest{Client: addr(9), Sequence: 3, Limit: limit}); !slices.Equal(got, []int64{2090, 2001}) {
				w.t.Errorf("unexpected events of a job %d", got)
			}
		}
		res, err := w.server.Timeline(context.Background(), &indexv1.QueryTimelineRequest{AgentId: 1, Limit: 2})
		if e := must(w.t, res, err).Events[1]; e.Tx != -1 || e.Kind != "job" || e.Client != addr(9) || e.Sequence != 3 || e.Time != now-79 ||
			e.Type != "aitbc.test.v1.EventSomething" || e.Data != `{"a":"'"}` || e.AgentId != 1 {
			w.t.Errorf("unexpected event %+v", e)
		}
		for want, req := range map[string]*indexv1.QueryTimelineRequest{
			"agent_id: expected an agent, or client and sequence of a job": {},
			"agent_id: expected an agent or a job, got both":               {AgentId: 1, Client: addr(9), Sequence: 1},
			"agent_id: expected a number from 1":                           {AgentId: 1 << 63},
			"client: expected an address":                                  {Sequence: 3},
			"sequence: expected a number from 1, got 0":                    {Client: addr(9)},
			"limit: expected 1 to 100":                                     {AgentId: 1, Limit: 101},
			"cursor: expected next_cursor":                                 {AgentId: 1, Cursor: "\x1b"},
		} {
			_, err := w.server.Timeline(context.Background(), req)
			expectError(w.t, err, codes.InvalidArgument, want)
		}
	})
}
