package app_test

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/index/feed"
	"github.com/aitbc/aitbc/index/query"
	"github.com/aitbc/aitbc/index/words"
	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/gen"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// indexed returns the options of a chain whose node has a read model in a file.
func indexed(path string) []chain.Option {
	return []chain.Option{chain.WithAppOption("index.enable", true), chain.WithAppOption("index.source", path)}
}

// startIndex does what a starting node does.
func startIndex(t *testing.T, c *chain.Chain) *feed.Feed {
	t.Helper()
	if _, err := c.App.Info(&abci.RequestInfo{}); err != nil {
		t.Fatal(err)
	}
	return c.App.Index()
}

// awaitIndex waits until a read model has caught up with the chain. How long that takes
// says nothing; the test's own time limit ends a wait that is in vain.
func awaitIndex(t *testing.T, c *chain.Chain, f *feed.Feed) *sql.DB {
	t.Helper()
	for {
		reader, err := f.Reader()
		if err == nil && f.Height() == c.App.LastBlockHeight() {
			return reader.DB
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("expected height %d, got %d: %v, %v", c.App.LastBlockHeight(), f.Height(), f.State(), err)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// dump returns the rows of the tables as sorted lines, without heights and records.
func dump(t *testing.T, db *sql.DB) []string {
	t.Helper()
	var out []string
	for _, table := range []struct{ name, columns string }{
		{"agents", "id, owner, operator, payout, status, pause_reason, status_until, type, name, description, version, card_uri, card_hash, registered_at, last_seen, bonded, reserved, unbonding, reservations"},
		{"skills", "agent_id, skill, name, version, price_model, price_unit, price, sla_seconds, max_concurrent"},
		{"skill_tags", "agent_id, skill, tag"},
		{"skill_media", "agent_id, skill, direction, media_type"},
		{"labels", "agent_id, key, value"},
		{"terms", "agent_id, term, weight"},
		{"attestations", "agent_id, issuer, type, hash, issued_at, expires_at, revoked"},
		{"offers", "agent_id, offer_id, skill, price, min_amount, max_amount, min_delivery_seconds, max_delivery_seconds, max_review_seconds, max_live_jobs, max_milestones"},
		{"jobs", "client, sequence, agent_id, skill, status, live, milestone, milestones, budget, deposit, posted_at, deadline, ended_at, funded, released, fees, refunded, slashed, burned, record"},
		{"submissions", "client, sequence, milestone, submitted_at"},
	} {
		out = append(out, rowsOf(t, db, table.name, table.columns)...)
	}
	slices.Sort(out)
	return out
}

func rowsOf(t *testing.T, db *sql.DB, table, columns string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT "+columns+" FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := strings.Count(columns, ",") + 1
	var out []string
	for rows.Next() {
		values, into := make([]any, n), make([]any, n)
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		out = append(out, line(table, values...))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func line(table string, values ...any) string {
	parts := []string{table}
	for _, v := range values {
		if raw, ok := v.([]byte); ok {
			v = hex.EncodeToString(raw)
		}
		parts = append(parts, fmt.Sprint(v))
	}
	return strings.Join(parts, "|")
}

// walk returns what the rows must be, from what the modules export: written for this test
// and as plain as can be.
func walk(t *testing.T, c *chain.Chain) []string {
	t.Helper()
	registry, err := c.App.AgentRegistryKeeper.ExportGenesis(c.Context())
	if err != nil {
		t.Fatal(err)
	}
	market, err := c.App.JobMarketKeeper.ExportGenesis(c.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	add := func(table string, values ...any) { out = append(out, line(table, values...)) }
	for _, r := range registry.Agents {
		walkAgent(r, add)
	}
	for _, a := range registry.Attestations {
		revoked := 0
		if a.Revoked {
			revoked = 1
		}
		add("attestations", a.AgentId, a.Issuer, int(a.Type), hex.EncodeToString(a.Hash), a.IssuedAt, a.ExpiresAt, revoked)
	}
	for _, o := range market.Offers {
		x := o.Terms
		add("offers", o.AgentId, o.OfferId, x.Skill, x.Price.Amount.Amount, x.MinAmount.Amount, x.MaxAmount.Amount, x.MinDeliverySeconds,
			x.MaxDeliverySeconds, x.MaxReviewSeconds, x.MaxLiveJobs, x.MaxMilestones)
	}
	for _, r := range market.Jobs {
		walkJob(t, r, add)
	}
	slices.Sort(out)
	return out
}

func walkAgent(r registrytypes.AgentRecord, add func(table string, values ...any)) {
	a, p, b := r.Agent, r.Profile, r.Bond
	uri, hash := "", ""
	if p.Card != nil {
		uri, hash = p.Card.Uri, hex.EncodeToString(p.Card.Sha256)
	}
	add("agents", a.Id, a.Owner, a.Operator, a.Payout, int(a.Status), int(a.PauseReason), a.StatusUntil, int(p.Type), p.Name, p.Description, p.Version,
		uri, hash, a.RegisteredAt.Unix(), r.LastSeen, b.Bonded, b.Reserved, b.Unbonding, b.Reservations)
	weights := map[string]int{}
	count := func(weight int, texts ...string) {
		for _, text := range texts {
			for _, w := range words.Of(text) {
				weights[w] = max(weights[w], weight)
			}
		}
	}
	count(3, p.Name)
	count(1, p.Description)
	for _, s := range p.Skills {
		count(2, append([]string{s.Id, s.Name}, s.Tags...)...)
		add("skills", a.Id, s.Id, s.Name, s.Version, int(s.Price.Model), s.Price.Unit, s.Price.Amount.Amount, s.SlaSeconds, s.MaxConcurrentJobs)
		for _, tag := range s.Tags {
			add("skill_tags", a.Id, s.Id, tag)
		}
		for direction, list := range [][]string{s.InputMediaTypes, s.OutputMediaTypes} {
			for _, m := range list {
				add("skill_media", a.Id, s.Id, direction, m)
			}
		}
	}
	for _, l := range p.Labels {
		add("labels", a.Id, l.Key, l.Value)
	}
	for w, weight := range weights {
		add("terms", a.Id, w, weight)
	}
}

func walkJob(t *testing.T, r jobmarkettypes.JobRecord, add func(table string, values ...any)) {
	t.Helper()
	raw, err := r.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	j, p, l := r.Job, r.Progress, r.Progress.Ledger
	budget := sdkmath.ZeroInt()
	for _, m := range j.Milestones {
		budget = budget.Add(m.Amount.Amount)
	}
	add("jobs", j.Client, j.Sequence, j.AgentId, j.Skill, int(p.Status), int(p.Milestones[p.Milestone-1]), p.Milestone, len(j.Milestones), budget,
		j.Terms.DisputeDeposit, j.PostedAt, p.Deadline, p.EndedAt, l.Funded, l.Released, l.Fees, l.Refunded, l.Slashed, l.Burned, hex.EncodeToString(raw))
	for _, s := range p.Submissions {
		add("submissions", j.Client, j.Sequence, s.Milestone, s.SubmittedAt)
	}
}

func expectRows(t *testing.T, c *chain.Chain, f *feed.Feed) {
	t.Helper()
	got, want := dump(t, awaitIndex(t, c, f)), walk(t, c)
	for _, l := range want {
		if _, found := slices.BinarySearch(got, l); !found {
			t.Errorf("missing: %s", l)
		}
	}
	for _, l := range got {
		if _, found := slices.BinarySearch(want, l); !found {
			t.Errorf("too much: %s", l)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

// blocks makes random market blocks.
func blocks(c *chain.Chain, traffic *gen.Traffic, n int) {
	for range n {
		c.NextBlock(traffic.Txs(5 + traffic.Rand().Intn(10))...)
	}
}

// TestIndex_EqualsState follows 1,000 random blocks, closes in between, and makes the rows
// again from the state: all three ways to them agree.
func TestIndex_EqualsState(t *testing.T) {
	rounds, each := 10, 100
	if testing.Short() {
		rounds, each = 2, 30
	}
	path := filepath.Join(t.TempDir(), "index.db")
	c := chain.New(t, append(indexed(path), chain.WithGenesis(restless), chain.WithAccounts(12))...)
	traffic := gen.NewTraffic(c, *trafficSeed)
	traffic.AddMarket()
	f := startIndex(t, c)
	for range rounds {
		blocks(c, traffic, each)
		expectRows(t, c, f)
	}
	followed := dump(t, awaitIndex(t, c, f))
	if len(followed) < 100 {
		t.Fatalf("expected the blocks to leave agents and jobs, got %d rows", len(followed))
	}
	var events int
	if err := awaitIndex(t, c, f).QueryRowContext(t.Context(), "SELECT count(*) FROM history").Scan(&events); err != nil || events < rounds*each/10 {
		t.Errorf("expected a history, got %d events, %v", events, err)
	}
	// A node whose database was deleted makes it anew.
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	removeIndex(t, path)
	c.Restart()
	if rebuilt := dump(t, awaitIndex(t, c, startIndex(t, c))); !slices.Equal(followed, rebuilt) {
		t.Errorf("expected the same %d rows from the state, got %d", len(followed), len(rebuilt))
	}
	// One that was stopped between two blocks goes on, also when it missed some.
	blocks(c, traffic, 3)
	expectRows(t, c, c.App.Index())
	if err := c.App.Index().Close(); err != nil {
		t.Fatal(err)
	}
	blocks(c, traffic, 3) // nobody follows
	c.Restart()
	expectRows(t, c, startIndex(t, c))
	blocks(c, traffic, 3)
	expectRows(t, c, c.App.Index())
}

// removeIndex deletes a database.
func removeIndex(t *testing.T, path string) {
	t.Helper()
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}

// TestIndex_Off: a node without a read model says so, and works.
func TestIndex_Off(t *testing.T) {
	c := chain.New(t)
	if c.App.Index() != nil {
		t.Fatal("expected no read model")
	}
	c.NextBlock()
	if s := query.Off().State(); s.Name != query.StateOff {
		t.Errorf("expected %s, got %v", query.StateOff, s)
	}
}
