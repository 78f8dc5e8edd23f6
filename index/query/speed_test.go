package query_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/index/query"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	manyAgents = 100_000
	manyJobs   = 200_000
	manySkills = 300
	manyWords  = 4_000
)

// bulk adds rows by prepared statements within one transaction.
type bulk struct {
	w          *world
	tx         *sql.Tx
	statements map[string]*sql.Stmt
}

func (b *bulk) add(table string, values ...any) {
	b.w.t.Helper()
	if b.statements[table] == nil {
		places := make([]string, len(values))
		for i := range places {
			if places[i] = "?"; b.w.dialect == query.Postgres {
				places[i] = "$" + strconv.Itoa(i+1)
			}
		}
		columns := columnsOf[table]
		s, err := b.tx.Prepare(`INSERT INTO ` + table + ` (` + columns + `) VALUES (` + strings.Join(places, ",") + `)`)
		b.statements[table] = must(b.w.t, s, err)
	}
	if _, err := b.statements[table].Exec(values...); err != nil {
		b.w.t.Fatalf("%s: %v", table, err)
	}
}

var columnsOf = map[string]string{
	"agents": "id, owner, operator, payout, status, pause_reason, type, name, description, version, registered_at, last_seen, bonded," +
		" reserved, unbonding, reservations, height",
	"skills":      "agent_id, skill, name, version, price_model, price_unit, price, sla_seconds, max_concurrent",
	"skill_tags":  "agent_id, skill, tag",
	"skill_media": "agent_id, skill, direction, media_type",
	"labels":      "agent_id, key, value",
	"terms":       "term, agent_id, weight",
	"jobs": "client, sequence, agent_id, skill, status, live, milestone, milestones, budget, deposit, posted_at, deadline, ended_at, funded," +
		" released, fees, refunded, slashed, record, height",
	"submissions": "client, sequence, milestone, submitted_at",
}

// few returns small numbers often and large ones seldom, below n.
func few(r *rand.Rand, n int) int {
	return min(r.IntN(n), r.IntN(n), r.IntN(n))
}

func skillName(n int) string { return fmt.Sprintf("work%d.skill%d", n%10, n) }

// wordName returns words that begin alike in groups.
func wordName(n int) string {
	syllables := []string{"sum", "tra", "gen", "ana", "cod", "rev", "dra", "pla", "mod", "ver"}
	return syllables[n%10] + syllables[n/10%10] + strconv.Itoa(n/100)
}

func (w *world) fillMany() {
	w.t.Helper()
	tx, err := w.db.Begin()
	b := &bulk{w: w, tx: must(w.t, tx, err), statements: map[string]*sql.Stmt{}}
	r := rand.New(rand.NewPCG(1, 2)) // the same agents each time
	media := []string{"text/plain", "text/markdown", "text/html", "image/png", "application/json"}
	for id := range manyAgents {
		status := registrytypes.AGENT_STATUS_ACTIVE
		if r.IntN(10) == 0 {
			status = registrytypes.AGENT_STATUS_PAUSED
		}
		terms := map[string]int{}
		text := make([]string, 20)
		for i := range text {
			text[i] = wordName(few(r, manyWords))
			terms[text[i]] = 1
		}
		for n := range 1 + r.IntN(4) {
			skill := skillName((few(r, manySkills) + n*7) % manySkills)
			if terms[skill] == 9 {
				continue
			}
			terms[skill] = 9
			b.add("skills", id+1, skill, skill, "1."+strconv.Itoa(r.IntN(5))+".0", 1+r.IntN(3), "", 1000+r.IntN(5_000_000), 60*r.IntN(60), 1+r.IntN(10))
			b.add("skill_tags", id+1, skill, "tag"+strconv.Itoa(few(r, 500)))
			b.add("skill_media", id+1, skill, 0, media[r.IntN(len(media))])
			b.add("skill_media", id+1, skill, 1, media[r.IntN(len(media))])
		}
		name := wordName(few(r, manyWords))
		for _, skill := range slices.Collect(keysOf(terms, 9)) {
			delete(terms, skill)
			for _, part := range strings.Split(skill, ".") {
				terms[part] = 2
			}
		}
		terms[name] = 3
		for term, weight := range terms {
			b.add("terms", term, id+1, weight)
		}
		b.add("labels", id+1, "region", []string{"eu", "us", "asia", "africa"}[r.IntN(4)])
		b.add("agents", id+1, addr(byte(r.IntN(200))), addr(1), addr(1), int64(status), 0, 1, name, strings.Join(text, " "), "1.0.0", now-id,
			now-r.IntN(700_000), minBond*(1+r.IntN(5)), r.IntN(minBond), 0, r.IntN(5), r.IntN(height))
	}
	w.fillManyJobs(b, r)
	if err := b.tx.Commit(); err != nil {
		w.t.Fatal(err)
	}
	if w.dialect == query.Postgres {
		w.exec(`ANALYZE`)
	}
}

func keysOf(m map[string]int, value int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k, v := range m {
			if v == value && !yield(k) {
				return
			}
		}
	}
}

func (w *world) fillManyJobs(b *bulk, r *rand.Rand) {
	w.t.Helper()
	for n := range manyJobs {
		status, live := jobmarkettypes.JOB_STATUS_COMPLETED, jobmarkettypes.MILESTONE_STATUS_PAID
		switch r.IntN(10) {
		case 0:
			status, live = jobmarkettypes.JOB_STATUS_ACTIVE, jobmarkettypes.MILESTONE_STATUS_WORKING
		case 1:
			status, live = jobmarkettypes.JOB_STATUS_REFUNDED, jobmarkettypes.MILESTONE_STATUS_REFUNDED
		}
		posted := now - r.IntN(90*86_400)
		client := addr(byte(r.IntN(200)))
		b.add("jobs", client, n, 1+few(r, manyAgents), skillName(few(r, manySkills)), int64(status), int64(live), 1, 1, 1000+r.IntN(9_000_000), 0,
			posted, posted+86_400, 0, 0, r.IntN(9_000_000), 1, 0, 0, []byte{}, height)
		b.add("submissions", client, n, 1, posted+r.IntN(3600))
	}
}

// Prints what the first pages of typical questions take.
func TestSpeed(t *testing.T) {
	if testing.Short() {
		t.Skip("fills 100,000 agents")
	}
	everywhere(t, func(w *world) {
		begin := time.Now()
		w.fillMany()
		w.t.Logf("%d agents and %d jobs written in %s", manyAgents, manyJobs, time.Since(begin).Round(time.Millisecond))
		common, rare := skillName(3), skillName(manySkills-9)
		price, newest := indexv1.AGENT_ORDER_PRICE, indexv1.AGENT_ORDER_NEWEST
		for _, c := range []struct {
			name string
			req  indexv1.QuerySearchAgentsRequest
		}{
			{"newest", indexv1.QuerySearchAgentsRequest{}},
			{"all by price", indexv1.QuerySearchAgentsRequest{Order: price}},
			{"common skill", indexv1.QuerySearchAgentsRequest{SkillsAny: []string{common}}},
			{"rare skill", indexv1.QuerySearchAgentsRequest{SkillsAny: []string{rare}}},
			{"unknown skill", indexv1.QuerySearchAgentsRequest{SkillsAny: []string{"no.such"}}},
			{"common skill by price", indexv1.QuerySearchAgentsRequest{SkillsAny: []string{common}, Order: price}},
			{"common skill by price, bond, cap, label", indexv1.QuerySearchAgentsRequest{
				SkillsAny: []string{common}, Order: price, MinBond: 3 * minBond, MaxPrice: 2_000_000, Labels: []string{"region=eu"},
			}},
			{"three skills", indexv1.QuerySearchAgentsRequest{SkillsAny: []string{common, skillName(5), rare}}},
			{"three skills by price", indexv1.QuerySearchAgentsRequest{SkillsAny: []string{common, skillName(5), rare}, Order: price}},
			{"two rare skills by price", indexv1.QuerySearchAgentsRequest{SkillsAny: []string{rare, skillName(manySkills - 8)}, Order: price}},
			{"both of two skills", indexv1.QuerySearchAgentsRequest{SkillsAll: []string{common, skillName(10)}}},
			{"common tag", indexv1.QuerySearchAgentsRequest{Tags: []string{"tag1"}}},
			{"rare tag", indexv1.QuerySearchAgentsRequest{Tags: []string{"tag450"}}},
			{"label", indexv1.QuerySearchAgentsRequest{Labels: []string{"region=eu"}}},
			{"label and media types", indexv1.QuerySearchAgentsRequest{Labels: []string{"region=eu"}, InputMediaTypes: []string{"image/png"}}},
			{"price cap that few reach", indexv1.QuerySearchAgentsRequest{MaxPrice: 1100}},
			{"common word", indexv1.QuerySearchAgentsRequest{Text: wordName(3) + " "}},
			{"rare word", indexv1.QuerySearchAgentsRequest{Text: wordName(3500)}},
			{"two words", indexv1.QuerySearchAgentsRequest{Text: wordName(300) + " " + wordName(41)}},
			{"word and skill's id", indexv1.QuerySearchAgentsRequest{Text: wordName(30) + " " + common}},
			{"beginning of many words", indexv1.QuerySearchAgentsRequest{Text: "sum"}},
			{"beginning of a group of words", indexv1.QuerySearchAgentsRequest{Text: "sumtra"}},
			{"skill's id as text", indexv1.QuerySearchAgentsRequest{Text: common}},
			{"word by price", indexv1.QuerySearchAgentsRequest{Text: wordName(200), Order: price}},
			{"word, newest", indexv1.QuerySearchAgentsRequest{Text: wordName(200), Order: newest}},
			{"rare word by price", indexv1.QuerySearchAgentsRequest{Text: wordName(3500), Order: price}},
			{"word and skill", indexv1.QuerySearchAgentsRequest{Text: wordName(100), SkillsAny: []string{common}}},
		} {
			w.timed("search: "+c.name, func() (int, error) {
				res, err := w.server.SearchAgents(context.Background(), &c.req)
				return len(res.GetAgents()), err
			})
		}
		need := indexv1.Requirement{Skill: common, Cap: 5_000_000, DeliverySeconds: 3600, Reserve: 1_000_000}
		for name, ask := range map[string]func() (int, error){
			"match: common skill": func() (int, error) {
				res, err := w.server.MatchAgents(context.Background(), &indexv1.QueryMatchAgentsRequest{Requirement: need})
				return int(res.GetCandidates()), err
			},
			"match: common skill, explained": func() (int, error) {
				res, err := w.server.MatchAgents(context.Background(), &indexv1.QueryMatchAgentsRequest{Requirement: need, Explain: true})
				return len(res.GetExcluded()), err
			},
			"agent's statistics": func() (int, error) {
				res, err := w.server.AgentStats(context.Background(), &indexv1.QueryAgentStatsRequest{AgentId: 5})
				return int(res.GetJobs().Total), err
			},
			"market's statistics": func() (int, error) {
				res, err := w.server.MarketStats(context.Background(), &indexv1.QueryMarketStatsRequest{Skill: common})
				return int(res.GetJobs().Total), err
			},
			"leaderboard": func() (int, error) {
				res, err := w.server.Leaderboard(context.Background(), &indexv1.QueryLeaderboardRequest{Skill: common})
				return len(res.GetLeaders()), err
			},
			"jobs of a skill": func() (int, error) {
				res, err := w.server.Jobs(context.Background(), &indexv1.QueryJobsRequest{Skill: common, Statuses: []jobmarkettypes.JobStatus{3}})
				return len(res.GetJobs()), err
			},
			"jobs of a skill by budget": func() (int, error) {
				res, err := w.server.Jobs(context.Background(), &indexv1.QueryJobsRequest{Skill: common, Order: indexv1.JOB_ORDER_BUDGET})
				return len(res.GetJobs()), err
			},
			"jobs of an agent": func() (int, error) {
				res, err := w.server.Jobs(context.Background(), &indexv1.QueryJobsRequest{AgentId: 7})
				return len(res.GetJobs()), err
			},
		} {
			w.timed(name, ask)
		}
	})
}

// timed prints the middle one of five times.
func (w *world) timed(name string, ask func() (int, error)) {
	w.t.Helper()
	times, count := make([]time.Duration, 5), 0
	for i := range times {
		begin := time.Now()
		n, err := ask()
		if err != nil {
			w.t.Errorf("%s: %v: %v", name, err, w.reported)
			return
		}
		times[i], count = time.Since(begin), n
	}
	slices.Sort(times)
	w.t.Logf("%8.1f ms  %-50s %6d", times[2].Seconds()*1000, name, count)
}
