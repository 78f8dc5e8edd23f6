package query_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/index/indexv1"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// fillMatch makes an agent that can do the work of requirement, and one for each
// condition that fails it, whose id is 10 more than the condition.
func fillMatch(w *world) {
	fit := func() agent {
		return agent{
			id: 1, name: "Fit", owner: addr(2), lastSeen: now - 60, bonded: 60_000_000, reserved: 10_000_000, unbonding: 10_000_000,
			skills: []skill{{
				id: "text.summarize", version: "1.2.0", price: 1_000_000, sla: 600, in: []string{"text/html", "text/plain"}, out: []string{"text/markdown"},
			}},
		}
	}
	a := fit()
	w.agent(a)
	a.id, a.name, a.skills[0].price = 2, "Cheap", 500_000
	w.agent(a)
	for condition, change := range map[int64]func(*agent){
		1:  func(a *agent) { a.status = registrytypes.AGENT_STATUS_PAUSED },
		2:  func(a *agent) { a.owner = addr(9) },
		3:  func(a *agent) { a.skills[0].id = "text.summarize2" },
		4:  func(a *agent) { a.skills[0].version = "1.0.9" },
		5:  func(a *agent) { a.skills[0].out = []string{"text/plain"} },
		6:  func(a *agent) { a.reservations = 4 },
		7:  func(a *agent) { a.reserved = 45_000_001 },
		8:  func(a *agent) { a.skills[0].price = 2_000_001 },
		9:  func(a *agent) { a.skills[0].sla = 3601 },
		21: func(a *agent) { a.unbonding = 36_000_000 }, // stake below the minimum
		28: func(a *agent) { a.skills[0].model, a.skills[0].price = registrytypes.PRICE_MODEL_PER_UNIT, 666_667 },
		38: func(a *agent) { a.skills[0].model, a.skills[0].price = registrytypes.PRICE_MODEL_PER_SECOND, 556 },
	} {
		a := fit()
		a.id, a.name = 10+condition, fmt.Sprintf("Fails %d", condition)
		change(&a)
		w.agent(a)
	}
}

func requirement() indexv1.Requirement {
	return indexv1.Requirement{
		Skill: "text.summarize", MinVersion: "1.1.0", InputMediaTypes: []string{"text/plain"}, OutputMediaTypes: []string{"text/markdown"},
		Units: 3, Cap: 2_000_000, DeliverySeconds: 3600, Reserve: 5_000_000, Client: addr(9),
	}
}

func TestMatchAgents(t *testing.T) {
	everywhere(t, func(w *world) {
		fillMatch(w)
		req := &indexv1.QueryMatchAgentsRequest{Requirement: requirement(), Explain: true, Limit: 100}
		res, err := w.server.MatchAgents(context.Background(), req)
		res = must(w.t, res, err)
		if len(res.Matches) != 2 || res.Matches[0].Agent.Id != 2 || res.Matches[1].Agent.Id != 1 || res.Candidates != 2 || res.Truncated ||
			res.Head.Height != height {
			w.t.Fatalf("unexpected matches %+v", res.Matches)
		}
		m := res.Matches[1]
		// 1/2 x 0.3 + 5/6 x 0.2 + 7/8 x 0.1 + 0.9999 x 0.1
		values, reasons := []uint32{}, []string{}
		for _, term := range m.Terms {
			values, reasons = append(values, term.Value), append(reasons, term.Name+" "+term.Reason)
		}
		if !slices.Equal(values, []uint32{5000, 8333, 0, 8750, 9999}) || m.Match != 5041 || m.Price.Int64() != 1_000_000 || m.Terms[0].Weight != 3000 {
			w.t.Errorf("unexpected match %+v", m)
		}
		if got, want := strings.Join(reasons, "\n"), strings.Join([]string{
			"price costs 1 AIT of at most 2 AIT", "speed takes 10 min of at most 1 h 0 min", "reputation has no reputation yet",
			"coverage 40 AIT of its bond are free, 5 AIT are needed", "recency was seen 1 min ago",
		}, "\n"); got != want {
			w.t.Errorf("expected\n%s\ngot\n%s", want, got)
		}
		failed := map[uint64]uint32{}
		for _, e := range res.Excluded {
			failed[e.AgentId] = e.Condition
			if e.Name == "" || e.Reason == "" {
				w.t.Errorf("expected a name and a reason, got %+v", e)
			}
		}
		want := map[uint64]uint32{11: 1, 12: 2, 14: 4, 15: 5, 16: 6, 17: 7, 18: 8, 19: 9, 31: 1, 38: 8, 48: 8}
		if fmt.Sprint(failed) != fmt.Sprint(want) {
			w.t.Errorf("expected %v, got %v", want, failed)
		}
		// Who can't is not named without being asked for, and the limit holds for both lists.
		req.Explain, req.Limit = false, 1
		if res, err = w.server.MatchAgents(context.Background(), req); err != nil || len(res.Matches) != 1 || res.Candidates != 2 || len(res.Excluded) != 0 {
			w.t.Errorf("unexpected answer %+v, %v", res, err)
		}
		req.Requirement.MinScore = 1
		if res, err = w.server.MatchAgents(context.Background(), req); err != nil || len(res.Matches) != 0 {
			w.t.Errorf("expected that nobody has a score, got %+v, %v", res, err)
		}
	})
}

// record is a job of two milestones over 2 AIT and an hour in all.
func record(client byte, sequence uint64) *jobmarkettypes.JobRecord {
	half := jobmarkettypes.MilestoneTerms{Amount: sdk.NewInt64Coin("uait", 1_000_000), DeliverySeconds: 1800, DescriptionHash: make([]byte, 32)}
	zero := sdkmath.ZeroInt()
	j := jobmarkettypes.Job{
		Client: addr(client), Sequence: sequence, AgentId: 1, Skill: "text.summarize", Milestones: []jobmarkettypes.MilestoneTerms{half, half},
		Terms: jobmarkettypes.Terms{PostingFee: zero, DisputeDeposit: zero, Reserved: sdkmath.NewInt(5_000_000)},
	}
	return &jobmarkettypes.JobRecord{Job: j, Progress: jobmarkettypes.Progress{Ledger: jobmarkettypes.Ledger{
		Funded: zero, Released: zero, Fees: zero, Refunded: zero, Slashed: zero, Burned: zero,
	}}}
}

func TestMatchAgents_Job(t *testing.T) {
	everywhere(t, func(w *world) {
		fillMatch(w)
		w.job(job{client: 9, sequence: 3, record: record(9, 3)})
		byRequirement := requirement()
		job := byRequirement
		job.Skill, job.Cap, job.DeliverySeconds, job.Reserve, job.Client = "", 0, 0, 0, ""
		ask := func(req *indexv1.QueryMatchAgentsRequest) *indexv1.QueryMatchAgentsResponse {
			res, err := w.server.MatchAgents(context.Background(), req)
			return must(w.t, res, err)
		}
		want := ask(&indexv1.QueryMatchAgentsRequest{Requirement: byRequirement})
		got := ask(&indexv1.QueryMatchAgentsRequest{Requirement: job, Client: addr(9), Sequence: 3})
		if len(got.Matches) != 2 || got.String() != want.String() {
			w.t.Errorf("expected\n%+v\ngot\n%+v", want, got)
		}
		_, err := w.server.MatchAgents(context.Background(), &indexv1.QueryMatchAgentsRequest{Client: addr(9), Sequence: 4})
		expectError(w.t, err, codes.NotFound, "job: "+addr(9)+" has no job 4")
	})
}

func TestMatchAgents_BadInput(t *testing.T) {
	w := newSQLite(t)
	w.job(job{client: 9, sequence: 3, record: record(9, 3)})
	of := func(change func(*indexv1.Requirement)) *indexv1.QueryMatchAgentsRequest {
		r := requirement()
		change(&r)
		return &indexv1.QueryMatchAgentsRequest{Requirement: r}
	}
	for want, req := range map[string]*indexv1.QueryMatchAgentsRequest{
		"requirement.skill: expected the id of a skill such as text.summarize, got \"\"": {},
		"requirement.skill: expected no control characters":                              of(func(r *indexv1.Requirement) { r.Skill = "a.b\x00" }),
		"requirement.skill: expected the id of a skill such as text.summarize, got \"'":  of(func(r *indexv1.Requirement) { r.Skill = "' OR ''='" }),
		"requirement.min_version: expected a semantic version":                           of(func(r *indexv1.Requirement) { r.MinVersion = "1" }),
		"requirement.min_version: expected at most 32 characters":                        of(func(r *indexv1.Requirement) { r.MinVersion = strings.Repeat("1", 33) }),
		"requirement.input_media_types[0]: expected a media type":                        of(func(r *indexv1.Requirement) { r.InputMediaTypes = []string{"%"} }),
		"requirement.output_media_types: expected at most 16, got 17":                    of(func(r *indexv1.Requirement) { r.OutputMediaTypes = make([]string, 17) }),
		"requirement.units: expected 1 to 1000000000":                                    of(func(r *indexv1.Requirement) { r.Units = 1e9 + 1 }),
		"requirement.seconds: expected 1 to 1000000000":                                  of(func(r *indexv1.Requirement) { r.Seconds = 1e9 + 1 }),
		"requirement.cap: expected 1 to 1000000000000000000, got 0":                      of(func(r *indexv1.Requirement) { r.Cap = 0 }),
		"requirement.delivery_seconds: expected 1 to 4294967295, got 0":                  of(func(r *indexv1.Requirement) { r.DeliverySeconds = 0 }),
		"requirement.delivery_seconds: expected 1 to 4294967295, got 4294967296":         of(func(r *indexv1.Requirement) { r.DeliverySeconds = 1 << 32 }),
		"requirement.reserve: expected 0 to":                                             of(func(r *indexv1.Requirement) { r.Reserve = 1<<64 - 1 }),
		"requirement.min_score: expected 0 to 1000000":                                   of(func(r *indexv1.Requirement) { r.MinScore = 1e6 + 1 }),
		"requirement.client: expected an address":                                        of(func(r *indexv1.Requirement) { r.Client = "'" }),
		"requirement.preset: expected a known value, got 9":                              of(func(r *indexv1.Requirement) { r.Preset = 9 }),
		"requirement.cap: expected nothing with a job, which says it": {
			Requirement: indexv1.Requirement{Cap: 1}, Client: addr(9), Sequence: 3,
		},
		"sequence: expected the number of a job of the client, got 0": {Client: addr(9)},
		"sequence: expected a number from 1":                          {Client: addr(9), Sequence: 1 << 63},
		"client: expected an address":                                 {Client: "bob", Sequence: 1},
		"limit: expected 1 to 100, got 101":                           {Limit: 101},
	} {
		_, err := w.server.MatchAgents(context.Background(), req)
		expectError(t, err, codes.InvalidArgument, want)
	}
}

// Until there are auctions no job is open. What comes then is answered already.
func TestMatchJobs(t *testing.T) {
	everywhere(t, func(w *world) {
		fillMatch(w)
		w.job(job{client: 9, sequence: 1, record: record(9, 1)})
		ask := func(id uint64) *indexv1.QueryMatchJobsResponse {
			res, err := w.server.MatchJobs(context.Background(), &indexv1.QueryMatchJobsRequest{AgentId: id})
			return must(w.t, res, err)
		}
		if res := ask(1); len(res.Matches) != 0 || res.Considered != 0 || res.Head.Height != height {
			w.t.Errorf("expected no open job, got %+v", res)
		}
		const open = 1
		rich := record(9, 3)
		rich.Job.Milestones[0].Amount = sdk.NewInt64Coin("uait", 9_000_000)
		w.job(job{client: 9, sequence: 2, status: open, record: record(9, 2)})
		w.job(job{client: 9, sequence: 3, status: open, record: rich, budget: 10_000_000})
		w.job(job{client: 2, sequence: 4, status: open, record: record(2, 4)}) // the agent's owner asks
		w.job(job{client: 9, sequence: 5, status: open, skill: "image.generate", record: record(9, 5)})
		res := ask(1)
		if len(res.Matches) != 2 || res.Considered != 3 || res.Matches[0].Job.Sequence != 3 || res.Matches[1].Job.Sequence != 2 ||
			res.Matches[0].Terms[0].Value != 9000 || res.Matches[0].Price.Int64() != 1_000_000 {
			w.t.Errorf("unexpected matches %+v", res)
		}
		if res := ask(11); len(res.Matches) != 0 || res.Considered != 3 {
			w.t.Errorf("expected nothing for a paused agent, got %+v", res)
		}
		for want, req := range map[string]*indexv1.QueryMatchJobsRequest{
			"agent_id: expected a number from 1, got 0":    {},
			"agent_id: expected a number from 1, got 9223": {AgentId: 1 << 63},
			"preset: expected a known value, got 5":        {AgentId: 1, Preset: 5},
			"limit: expected 1 to 100":                     {AgentId: 1, Limit: 1000},
		} {
			_, err := w.server.MatchJobs(context.Background(), req)
			expectError(w.t, err, codes.InvalidArgument, want)
		}
		_, err := w.server.MatchJobs(context.Background(), &indexv1.QueryMatchJobsRequest{AgentId: 999})
		expectError(w.t, err, codes.NotFound, "agent_id: there is no agent 999")
	})
}
