package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/client/card"
	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/index/query"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// indexServer is the read model of a fake node.
type indexServer struct {
	indexv1.UnimplementedQueryServer
	*fakeNode
}

func (s *indexServer) model() indexv1.QueryServer {
	if s.index == nil {
		return query.NewServer(query.Off())
	}
	return s.index
}

func (s *indexServer) SearchAgents(ctx context.Context, req *indexv1.QuerySearchAgentsRequest) (*indexv1.QuerySearchAgentsResponse, error) {
	return s.model().SearchAgents(ctx, req)
}

func (s *indexServer) MatchAgents(ctx context.Context, req *indexv1.QueryMatchAgentsRequest) (*indexv1.QueryMatchAgentsResponse, error) {
	return s.model().MatchAgents(ctx, req)
}

func (s *indexServer) AgentStats(ctx context.Context, req *indexv1.QueryAgentStatsRequest) (*indexv1.QueryAgentStatsResponse, error) {
	return s.model().AgentStats(ctx, req)
}

func (s *registryServer) Attestations(
	_ context.Context, req *registrytypes.QueryAttestationsRequest,
) (*registrytypes.QueryAttestationsResponse, error) {
	return &registrytypes.QueryAttestationsResponse{Attestations: []registrytypes.Attestation{
		{AgentId: req.AgentId, Issuer: s.keys["bob"], Type: registrytypes.ATTESTATION_TYPE_DNS, ExpiresAt: marketNow + 3600, Hash: make([]byte, 32)},
		{AgentId: req.AgentId, Issuer: s.keys["alice"], Type: registrytypes.ATTESTATION_TYPE_TEE, ExpiresAt: marketNow + 10},
		{AgentId: req.AgentId, Issuer: s.keys["alice"], Type: registrytypes.ATTESTATION_TYPE_AUDITOR, ExpiresAt: marketNow + 3600, Revoked: true},
	}}, nil
}

func (s *registryServer) AgentCard(_ context.Context, req *registrytypes.QueryAgentCardRequest) (*registrytypes.QueryAgentCardResponse, error) {
	return &registrytypes.QueryAgentCardResponse{AgentCard: fmt.Sprintf(`{"name":"Ada","id":%d}`, req.AgentId)}, nil
}

// canned is a read model that remembers what it was asked, and answers the same always.
type canned struct {
	indexv1.UnimplementedQueryServer
	searched *indexv1.QuerySearchAgentsRequest
	matched  *indexv1.QueryMatchAgentsRequest
	found    indexv1.QuerySearchAgentsResponse
	matches  indexv1.QueryMatchAgentsResponse
	stats    indexv1.QueryAgentStatsResponse
	err      error
}

func (c *canned) SearchAgents(_ context.Context, req *indexv1.QuerySearchAgentsRequest) (*indexv1.QuerySearchAgentsResponse, error) {
	c.searched = req
	return &c.found, c.err
}

func (c *canned) MatchAgents(_ context.Context, req *indexv1.QueryMatchAgentsRequest) (*indexv1.QueryMatchAgentsResponse, error) {
	c.matched = req
	return &c.matches, c.err
}

func (c *canned) AgentStats(context.Context, *indexv1.QueryAgentStatsRequest) (*indexv1.QueryAgentStatsResponse, error) {
	return &c.stats, c.err
}

func newCanned() *canned {
	skill := indexv1.SkillRow{Id: "text.summarize", Name: "Sum", Version: "1.0.0", PriceModel: registrytypes.PRICE_MODEL_FLAT, Price: sdkmath.NewInt(500_000)}
	pages := indexv1.SkillRow{
		Id: "text.translate", Version: "1.0.0", PriceModel: registrytypes.PRICE_MODEL_PER_UNIT, PriceUnit: "page", Price: sdkmath.NewInt(10_000),
	}
	ada := indexv1.AgentRow{
		Id: 7, Name: "Ada\x1b[31m", Status: registrytypes.AGENT_STATUS_ACTIVE, Skills: []indexv1.SkillRow{skill, pages}, Bonded: sdkmath.NewInt(50_000_000),
		Reserved: sdkmath.NewInt(1_000_000), Unbonding: sdkmath.ZeroInt(), LastSeen: marketNow - 90, Height: 98,
	}
	head := indexv1.Head{Height: 99, Time: marketNow}
	term := func(name string, value, weight uint32, reason string) indexv1.Term {
		return indexv1.Term{Name: name, Value: value, Weight: weight, Reason: reason}
	}
	return &canned{
		found: indexv1.QuerySearchAgentsResponse{Head: head, Agents: []indexv1.AgentHit{{Agent: ada, Price: sdkmath.ZeroInt()}}, NextCursor: "next-one"},
		matches: indexv1.QueryMatchAgentsResponse{
			Head: head, Candidates: 3,
			Matches: []indexv1.AgentMatch{{
				Agent: ada, Price: sdkmath.NewInt(500_000), Match: 4321,
				Terms: []indexv1.Term{term("price", 5000, 3000, "costs 0.5 AIT of at most 1 AIT"), term("speed", 0, 2000, "promises no time")},
			}},
			Excluded: []indexv1.Exclusion{{AgentId: 8, Name: "Bob", Condition: 8, Reason: "costs 9 AIT, at most 1 AIT are offered"}},
		},
		stats: indexv1.QueryAgentStatsResponse{
			Head: head, Jobs: indexv1.JobCounts{Total: 5, Live: 1, Completed: 3, Refunded: 1, Missed: 1, CompletedBps: 7500}, DistinctClients: 2,
			MedianResponseSeconds: 65, EarnedGross: sdkmath.NewInt(6_000_000), EarnedNet: sdkmath.NewInt(5_850_000), Slashed: sdkmath.ZeroInt(),
		},
	}
}

func TestAgentsSearch(t *testing.T) {
	n := newNode(t)
	model := newCanned()
	n.index = model
	contains(t, n.must("agents", "search", "summ"), "ID  NAME", "text.summarize, text.translate", "0.5, 0.01/page", "1m 30s ago", "active",
		"there are more: add --cursor next-one")
	if out := n.must("agents", "search", "--skill", "text.translate"); strings.Contains(out, "text.summarize") || strings.Contains(out, "\x1b") {
		t.Errorf("expected the skill that was asked for, and no escape sequence, got %q", out)
	}
	var got searchResult
	decode(t, n.must("agents", "search", "long text", "--skill", "text.summarize,text.translate", "--tag", "a", "--takes", "text/plain", "--gives", "text/html",
		"--max-price", "2AIT", "--min-bond", "100", "--min-score", "5", "--attested-by", n.keys["bob"], "--label", "region=eu",
		"--status", "active,paused", "--seen-within", "1h", "--order", "price", "--limit", "3", "--cursor", "abc", "-o", "json"), &got)
	want := indexv1.QuerySearchAgentsRequest{
		Text: "long text", SkillsAny: []string{"text.summarize", "text.translate"}, Tags: []string{"a"}, InputMediaTypes: []string{"text/plain"},
		OutputMediaTypes: []string{"text/html"}, MaxPrice: 2_000_000, MinBond: 100_000_000, MinScore: 5, Issuers: []string{n.keys["bob"]},
		Labels: []string{"region=eu"}, SeenSince: marketNow + 10 - 3600, Order: indexv1.AGENT_ORDER_PRICE, Limit: 3, Cursor: "abc",
		Statuses: []registrytypes.AgentStatus{registrytypes.AGENT_STATUS_ACTIVE, registrytypes.AGENT_STATUS_PAUSED},
	}
	if !reflect.DeepEqual(*model.searched, want) {
		t.Errorf("expected the question\n%+v\ngot\n%+v", want, *model.searched)
	}
	if a := got.Agents[0]; got.Height != 99 || got.NextCursor != "next-one" || a.ID != 7 || a.Bond.Free.AIT != "49" || a.Skills[1].CountedBy != "page" ||
		a.Skills[0].CountedBy != "job" || a.Skills[0].Price.Uait != "500000" {
		t.Errorf("unexpected result %+v", got)
	}
	n.must("agents", "search", "--skill", "text.summarize,text.translate", "--all-skills")
	if len(model.searched.SkillsAll) != 2 || len(model.searched.SkillsAny) != 0 || model.searched.Limit != defaultLimit {
		t.Errorf("expected all skills, got %+v", model.searched)
	}
	model.found.Agents, model.found.NextCursor = nil, ""
	contains(t, n.must("agents", "search", "nothing"), "no agent fits")
}

func TestAgentsShow(t *testing.T) {
	n := newNode(t)
	n.runAgent("short")
	model := newCanned()
	n.index = model
	n.agents[0].LastSeen = marketNow - 50
	n.agents[0].Profile.Labels = []registrytypes.Label{{Key: "region", Value: "eu"}}
	contains(t, n.must("agents", "show", "1"), "1 (Ada)", "active", "1m ago", "region=eu", "50 AIT: 0 hold live jobs", "text.summarize",
		"dns", "2027-01-15", "expired", "revoked", "3 (75.00 % of those that ended)", "1m 5s", "6 AIT, 5.85 after fees")
	var got shownAgent
	decode(t, n.must("agents", "show", "1", "-o", "json"), &got)
	if got.SecondsSince != 60 || got.Stats == nil || got.Stats.Missed != 1 || got.NoStats != "" || len(got.Attestations) != 3 || !got.Attestations[0].Valid ||
		got.Attestations[1].Valid || got.Attestations[2].Valid || got.Labels[0] != "region=eu" {
		t.Errorf("unexpected agent %+v", got)
	}
	// The state is shown without a read model too.
	n.index = nil
	contains(t, n.must("agents", "show", "1"), "1 (Ada)", "how its jobs went is not known: --node-grpc: "+n.addr+": the read model of this node is off")
	var without shownAgent
	decode(t, n.must("agents", "show", "1", "-o", "json"), &without)
	if without.Stats != nil || without.NoStats == "" {
		t.Errorf("expected the reason, got %+v", without)
	}
}

func TestAgentsCard(t *testing.T) {
	n := newNode(t)
	n.runAgent("short")
	contains(t, n.must("agents", "card", "1"), "{\n  \"name\": \"Ada\",\n  \"id\": 1\n}")

	refused := func(want string, args ...string) {
		t.Helper()
		if _, _, err := n.aitbc(append([]string{"agents", "card"}, args...)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("agents card %s: expected an error with %q, got %v", args, want, err)
		}
	}
	refused("agent: expected one that registered a card, but 1 has none", "1", "--verify")
	i := n.agents[0].Profile.Interfaces[0]
	text := fmt.Sprintf(`{"name":"Ada","description":"d","version":"1.0.0","capabilities":{},"defaultInputModes":["text/plain"],
		"defaultOutputModes":["text/plain"],"skills":[{"id":"text.summarize","name":"s","description":"d","tags":["t"]}],
		"supportedInterfaces":[{"url":%q,"protocolBinding":%q,"protocolVersion":%q}]}`, i.Url, i.Binding, i.ProtocolVersion)
	cards := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(cards.Close)
	hash, err := card.Hash([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	n.agents[0].Profile.Card = &registrytypes.CardRef{Uri: cards.URL + "/card.json", Sha256: hash[:]}
	contains(t, n.must("agents", "card", "1", "--verify", "--allow-local"), "Ada", "as registered", "signature", "none")
	var got cardReport
	decode(t, n.must("agents", "card", "1", "--verify", "--allow-local", "-o", "json"), &got)
	if !got.Registered || got.Card.Name != "Ada" || got.Verified != 0 {
		t.Errorf("unexpected report %+v", got)
	}
	refused("https", "1", "--verify")
	refused("expected a signature by a key that you trust", "1", "--verify", "--allow-local", "--key-host", "example.org")
	n.agents[0].Profile.Name = "Eve"
	refused("card: name: expected", "1", "--verify", "--allow-local")
	n.agents[0].Profile.Card.Sha256 = make([]byte, sha256.Size)
	refused("as registered, got", "1", "--verify", "--allow-local")
	n.agents[0].Profile.Card.Sha256 = nil
	refused("expected a registered hash of 32 bytes, got 0", "1", "--verify", "--allow-local")
	refused("--keys: expected --verify with it", "1", "--keys", "x")
	refused("agent: expected the id of an agent of test-1, got 9", "9")
}

func TestAgentsMatch(t *testing.T) {
	n := newNode(t)
	model := newCanned()
	n.index = model
	contains(t, n.must("agents", "match", "--skill", "text.summarize", "--cap", "1AIT", "--deliver", "10m"), "MATCH", "43.21 %", "49", "1m 30s ago",
		"3 agents can do it: --limit shows more")
	// A job of 1 AIT wants 1 AIT, or bond and deposit if they are more.
	if q := model.matched.Requirement; q.Skill != "text.summarize" || q.Cap != 1_000_000 || q.DeliverySeconds != 600 || q.Reserve < 1_000_000 ||
		q.Units != 1 || q.Preset != indexv1.PRESET_BALANCED || q.Client != "" || model.matched.Explain || model.matched.Limit != 20 {
		t.Errorf("unexpected question %+v", model.matched)
	}
	contains(t, n.must("agents", "match", "--skill", "text.summarize", "--cap", "1", "--deliver", "1h", "--preset", "safest", "--why", "--from", "alice",
		"--reserve", "3", "--min-version", "1.2.0", "--takes", "text/plain", "--units", "4", "--seconds", "5"),
		"50.00 %", "costs 0.5 AIT of at most 1 AIT", "promises no time", "30.00 %", "8   Bob", "costs 9 AIT, at most 1 AIT are offered")
	if q := model.matched.Requirement; q.Client != n.keys["alice"] || q.Reserve != 3_000_000 || q.Preset != indexv1.PRESET_SAFEST || q.MinVersion != "1.2.0" ||
		q.InputMediaTypes[0] != "text/plain" || q.Units != 4 || q.Seconds != 5 || !model.matched.Explain {
		t.Errorf("unexpected question %+v", model.matched)
	}
	n.must("agents", "match", "--job", "alice/3")
	if m := model.matched; m.Client != n.keys["alice"] || m.Sequence != 3 || m.Requirement.Skill != "" || m.Requirement.Reserve != 0 {
		t.Errorf("unexpected question %+v", m)
	}
	var got matchResult
	decode(t, n.must("agents", "match", "--job", "3", "--from", "bob", "-o", "json"), &got)
	if model.matched.Client != n.keys["bob"] || got.Candidates != 3 || got.Agents[0].Match != 4321 || got.Agents[0].Terms[1].Reason != "promises no time" ||
		got.Excluded[0].Condition != 8 || got.Agents[0].Price.AIT != "0.5" {
		t.Errorf("unexpected result %+v", got)
	}
	model.matches = indexv1.QueryMatchAgentsResponse{}
	contains(t, n.must("agents", "match", "--job", "alice/3"), "no agent can do it")
}

func TestAgents_Refused(t *testing.T) {
	n := newNode(t)
	n.runAgent("short")
	off := "--node-grpc: " + n.addr + ": the read model of this node is off; enable [index] in app.toml or ask another node"
	const work = "match --skill text.summarize --cap 1 --deliver 10m"
	for command, want := range map[string]string{
		"search summ":                            off,
		work:                                     off,
		"match --job alice/3":                    off,
		"search a b":                             "aitbc agents search: expected [TEXT], got 2 arguments",
		"search --limit 0":                       "--limit: expected 1 to 100, got 0",
		"search --limit 101":                     "--limit: expected 1 to 100, got 101",
		"search --max-price x":                   "--max-price: expected an amount of AIT",
		"search --max-price 0":                   "--max-price: expected more than 0, got 0",
		"search --min-bond 99999999999999999999": "--min-bond: expected an amount that there is",
		"search --status asleep":                 "--status: expected one of pending, active, paused, retired",
		"search --order best":                    "--order: expected one of match, price, reputation, newest, got \"best\"",
		"search --seen-within -1h":               "--seen-within: expected a time such as 1h, got -1h0m0s",
		"show x":                                 "agent: expected the id of an agent, a number from 1, got \"x\"",
		"show 0":                                 "agent: expected the id of an agent, a number from 1, got \"0\"",
		"show 9":                                 "agent: expected the id of an agent of test-1, got 9",
		"show":                                   "aitbc agents show: expected AGENT, got 0 arguments",
		"match":                                  "--skill: expected what the work needs: --skill, --cap and --deliver, or --job",
		"match --skill a.b --cap 1":              "--deliver: expected what the work needs",
		"match --skill a --cap 1 --deliver 1m":   "--skill: expected the id of a skill such as text.summarize, got \"a\"",
		"match --skill a.b --cap 1 --deliver 1ms": "--deliver: expected a second or more, got 1ms",
		"match --skill a.b --cap 0 --deliver 1m":  "--cap: expected more than 0, got 0",
		"match --skill a.b --cap= --deliver 1m":   "--cap: expected an amount such as 1 AIT, got nothing",
		"match --job alice/3 --cap 1":             "--cap: expected nothing with --job, which says it",
		"match --job eve/3":                       "--job: job: expected the name of a key",
		work + " --preset best":                   "--preset: expected one of balanced, cheapest, fastest, safest, got \"best\"",
		work + " --reserve x":                     "--reserve: expected an amount of AIT",
		work + " --from eve":                      "--from: expected the name of a key",
		"":                                        "aitbc agents: expected one of card, match, search, show",
		"find":                                    "aitbc agents: expected one of card, match, search, show, got \"find\"",
	} {
		if _, _, err := n.aitbc(append([]string{"agents"}, strings.Fields(command)...)...); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("agents %s: expected an error with %q, got %v", command, want, err)
		}
	}
	// What the read model refuses is said with the name of the flag.
	model := newCanned()
	n.index = model
	for answer, want := range map[string]string{
		"skills_any[1]: expected the id of a skill":              "--skill: expected the id of a skill",
		"requirement.input_media_types[0]: expected a type":      "--takes: expected a type",
		"cursor: expected one of the same question":              "--cursor: expected one of the same question",
		"something: expected nothing that the command knows":     "ask the read model: the node answers: something: expected",
		"text: expected at most 200 characters, got 201: really": "text: expected at most 200 characters, got 201: really",
	} {
		model.err = status.Error(codes.InvalidArgument, answer)
		if _, _, err := n.aitbc("agents", "search", "x"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("expected an error with %q, got %v", want, err)
		}
	}
	model.err = status.Error(codes.NotFound, "job: ait1 has no job 3")
	if _, _, err := n.aitbc("agents", "match", "--job", "alice/3"); err == nil || err.Error() != "--job: ait1 has no job 3" {
		t.Errorf("expected that there is no job, got %v", err)
	}
	n.index = &indexv1.UnimplementedQueryServer{}
	if _, _, err := n.aitbc("agents", "search", "x"); err == nil || !strings.Contains(err.Error(), "has no read model, because it runs an older version") {
		t.Errorf("expected that the node is too old, got %v", err)
	}
}

func TestFit(t *testing.T) {
	rows := [][]string{{"ID", "NAME", "TEXT"}, {"1", "Übersetzerin", strings.Repeat("x", 30)}, {"22", "Ada", "short"}}
	for width, want := range map[int][]string{
		0:   {"1", "Übersetzerin", strings.Repeat("x", 30)},
		200: {"1", "Übersetzerin", strings.Repeat("x", 30)},
		48:  {"1", "Übersetzerin", strings.Repeat("x", 30)},
		40:  {"1", "Übersetzerin", strings.Repeat("x", 21) + "…"},
		10:  {"1", "Überset…", strings.Repeat("x", 7) + "…"},
	} {
		got := fit(rows, width)
		if !reflect.DeepEqual(got[0], rows[0]) || !reflect.DeepEqual(got[2], rows[2]) {
			t.Errorf("width %d: expected that short texts stay, got %q", width, got)
		}
		if !reflect.DeepEqual(got[1], want) {
			t.Errorf("width %d: expected %q, got %q", width, want, got[1])
		}
		if text := strings.Join(got[1], "  "); width >= 22 && len([]rune(text)) > width {
			t.Errorf("width %d: expected a row that fits, got %q", width, text)
		}
	}
	if got := fit(nil, 10); len(got) != 0 {
		t.Errorf("expected nothing, got %q", got)
	}
}
