package query_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/index/query"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// fill makes the agents that the tests of searches look for.
func fill(w *world) {
	markdown := []string{"text/markdown"}
	w.agent(agent{
		id: 1, name: "Ada Summaries", text: "Condenses legal texts.", owner: addr(2), lastSeen: now - 10,
		skills: []skill{{id: "text.summarize", price: 2_000_000, tags: []string{"legal", "short"}, in: []string{"text/plain", "text/html"}, out: markdown}},
		labels: map[string]string{"region": "eu", "model": "m=1"}, attestedBy: []string{addr(7)},
	})
	w.agent(agent{
		id: 2, name: "Pixel", text: "Paints what you summarize.", bonded: 100_000_000, unbonding: 60_000_000,
		skills: []skill{{id: "image.generate", price: 500_000, tags: []string{"art"}, in: []string{"text/plain"}, out: []string{"image/png"}}},
		labels: map[string]string{"region": "us"}, attestedBy: []string{addr(8)}, attestedRevoked: true,
	})
	w.agent(agent{
		id: 3, name: "Polyglot", text: "Many languages", bonded: 70_000_000, lastSeen: now - 700_000,
		skills: []skill{
			{id: "text.summarize", price: 1_000_000, in: []string{"text/plain"}, out: []string{"text/plain"}},
			{id: "text.translate", price: 300_000, tags: []string{"legal"}, in: []string{"text/html"}, out: markdown},
		},
		labels: map[string]string{"region": "eu"}, attestedBy: []string{addr(7)}, attestedUntil: now,
	})
	w.agent(agent{id: 4, name: "Ada resting", status: registrytypes.AGENT_STATUS_PAUSED, skills: []skill{{id: "text.summarize", price: 1}}})
	w.agent(agent{id: 5, name: "100%_sure", text: "the Übersetzer; DROP TABLE agents", skills: []skill{{id: "text.translate", price: 300_000}}})
}

func TestSearchAgents_Filters(t *testing.T) {
	everywhere(t, func(w *world) {
		fill(w)
		paused := registrytypes.AGENT_STATUS_PAUSED
		for name, c := range map[string]struct {
			req  indexv1.QuerySearchAgentsRequest
			want []uint64
		}{
			"all":                     {indexv1.QuerySearchAgentsRequest{}, []uint64{5, 3, 2, 1}},
			"word":                    {indexv1.QuerySearchAgentsRequest{Text: "ada"}, []uint64{1}},
			"word in a skill's id":    {indexv1.QuerySearchAgentsRequest{Text: "image"}, []uint64{2}},
			"skill's id":              {indexv1.QuerySearchAgentsRequest{Text: "text.translate"}, []uint64{3, 5}},
			"name before text":        {indexv1.QuerySearchAgentsRequest{Text: "summ"}, []uint64{1, 3, 2}},
			"last word begins":        {indexv1.QuerySearchAgentsRequest{Text: "LEGAL summar"}, []uint64{1, 3}},
			"first word is whole":     {indexv1.QuerySearchAgentsRequest{Text: "leg summarize"}, []uint64{}},
			"two letters are a word":  {indexv1.QuerySearchAgentsRequest{Text: "ad"}, []uint64{}},
			"all words":               {indexv1.QuerySearchAgentsRequest{Text: "ada pixel"}, []uint64{}},
			"word twice":              {indexv1.QuerySearchAgentsRequest{Text: "Ada ADA"}, []uint64{1}},
			"other letters":           {indexv1.QuerySearchAgentsRequest{Text: "ÜBERSETZ"}, []uint64{5}},
			"wildcards are signs":     {indexv1.QuerySearchAgentsRequest{Text: "100%_"}, []uint64{5}},
			"statement":               {indexv1.QuerySearchAgentsRequest{Text: "'; DROP TABLE agents; --"}, []uint64{5}},
			"text by price":           {indexv1.QuerySearchAgentsRequest{Text: "summ", Order: indexv1.AGENT_ORDER_PRICE}, []uint64{3, 2, 1}},
			"text by age":             {indexv1.QuerySearchAgentsRequest{Text: "summ", Order: indexv1.AGENT_ORDER_NEWEST}, []uint64{3, 2, 1}},
			"skill":                   {indexv1.QuerySearchAgentsRequest{SkillsAny: []string{"text.summarize"}}, []uint64{3, 1}},
			"unknown skill":           {indexv1.QuerySearchAgentsRequest{SkillsAny: []string{"text.write"}}, []uint64{}},
			"any skill":               {indexv1.QuerySearchAgentsRequest{SkillsAny: []string{"image.generate", "text.translate"}}, []uint64{5, 3, 2}},
			"all skills":              {indexv1.QuerySearchAgentsRequest{SkillsAll: []string{"text.summarize", "text.translate"}}, []uint64{3}},
			"any and all":             {indexv1.QuerySearchAgentsRequest{SkillsAny: []string{"image.generate", "text.summarize"}, SkillsAll: []string{"text.translate"}}, []uint64{3}},
			"same in any and all":     {indexv1.QuerySearchAgentsRequest{SkillsAny: []string{"text.translate"}, SkillsAll: []string{"text.translate"}}, []uint64{5, 3}},
			"by price":                {indexv1.QuerySearchAgentsRequest{Order: indexv1.AGENT_ORDER_PRICE}, []uint64{3, 5, 2, 1}},
			"skill by price":          {indexv1.QuerySearchAgentsRequest{SkillsAny: []string{"text.summarize"}, Order: indexv1.AGENT_ORDER_PRICE}, []uint64{3, 1}},
			"any skill by price":      {indexv1.QuerySearchAgentsRequest{SkillsAny: []string{"text.summarize", "image.generate"}, Order: indexv1.AGENT_ORDER_PRICE}, []uint64{2, 3, 1}},
			"all skills by price":     {indexv1.QuerySearchAgentsRequest{SkillsAll: []string{"text.summarize", "text.translate"}, Order: indexv1.AGENT_ORDER_PRICE}, []uint64{3}},
			"by reputation":           {indexv1.QuerySearchAgentsRequest{Order: indexv1.AGENT_ORDER_REPUTATION}, []uint64{1, 2, 3, 5}},
			"price cap":               {indexv1.QuerySearchAgentsRequest{MaxPrice: 500_000}, []uint64{5, 3, 2}},
			"price cap of that skill": {indexv1.QuerySearchAgentsRequest{SkillsAny: []string{"text.summarize"}, MaxPrice: 999_999}, []uint64{}},
			"tag":                     {indexv1.QuerySearchAgentsRequest{Tags: []string{"legal"}}, []uint64{3, 1}},
			"tag of that skill":       {indexv1.QuerySearchAgentsRequest{Tags: []string{"legal"}, SkillsAny: []string{"text.summarize"}}, []uint64{1}},
			"tags":                    {indexv1.QuerySearchAgentsRequest{Tags: []string{"legal", "short"}}, []uint64{1}},
			"tags are whole":          {indexv1.QuerySearchAgentsRequest{Tags: []string{"leg"}}, []uint64{}},
			"tag with a wildcard":     {indexv1.QuerySearchAgentsRequest{Tags: []string{"%"}}, []uint64{}},
			"takes":                   {indexv1.QuerySearchAgentsRequest{InputMediaTypes: []string{"text/html", "text/plain"}}, []uint64{1}},
			"takes and gives":         {indexv1.QuerySearchAgentsRequest{InputMediaTypes: []string{"text/html"}, OutputMediaTypes: []string{"text/markdown"}}, []uint64{3, 1}},
			"one skill does both":     {indexv1.QuerySearchAgentsRequest{InputMediaTypes: []string{"text/html"}, OutputMediaTypes: []string{"text/plain"}}, []uint64{}},
			"bond without unbonding":  {indexv1.QuerySearchAgentsRequest{MinBond: 50_000_000}, []uint64{5, 3, 1}},
			"seen since":              {indexv1.QuerySearchAgentsRequest{SeenSince: now - 3600}, []uint64{5, 2, 1}},
			"label":                   {indexv1.QuerySearchAgentsRequest{Labels: []string{"region=eu"}}, []uint64{3, 1}},
			"labels":                  {indexv1.QuerySearchAgentsRequest{Labels: []string{"region=eu", "model=m=1"}}, []uint64{1}},
			"unrevoked and unexpired": {indexv1.QuerySearchAgentsRequest{Issuers: []string{addr(7), addr(8)}}, []uint64{1}},
			"statuses":                {indexv1.QuerySearchAgentsRequest{Statuses: []registrytypes.AgentStatus{paused}}, []uint64{4}},
			"two statuses":            {indexv1.QuerySearchAgentsRequest{Text: "ada", Statuses: []registrytypes.AgentStatus{paused, registrytypes.AGENT_STATUS_ACTIVE}}, []uint64{1, 4}},
			"nobody has a score":      {indexv1.QuerySearchAgentsRequest{MinScore: 1}, []uint64{}},
		} {
			if got := w.found(c.req); !slices.Equal(got, c.want) {
				w.t.Errorf("%s: expected %d, got %d", name, c.want, got)
			}
		}
		// Nothing was carried out of what was asked.
		if got := w.found(indexv1.QuerySearchAgentsRequest{}); len(got) != 4 {
			w.t.Errorf("expected four agents, got %d", got)
		}
	})
}

func TestSearchAgents_Answer(t *testing.T) {
	everywhere(t, func(w *world) {
		fill(w)
		res := w.search(indexv1.QuerySearchAgentsRequest{Text: "ada summ"})
		hit := res.Agents[0]
		if res.Head.Height != height || res.Head.Time != now || res.NextCursor != "" || hit.Relevance != 6 || !hit.Price.IsZero() {
			w.t.Errorf("unexpected answer %+v", res)
		}
		a := hit.Agent
		if a.Name != "Ada Summaries" || a.Owner != addr(2) || a.Status != registrytypes.AGENT_STATUS_ACTIVE || a.Bonded.Int64() != 50_000_000 ||
			a.LastSeen != now-10 || a.Height != height-1 || len(a.Skills) != 1 || a.Skills[0].Price.Int64() != 2_000_000 ||
			a.Skills[0].PriceModel != registrytypes.PRICE_MODEL_FLAT || a.Skills[0].MaxConcurrentJobs != 4 {
			w.t.Errorf("unexpected agent %+v", a)
		}
		cheapest := w.search(indexv1.QuerySearchAgentsRequest{Order: indexv1.AGENT_ORDER_PRICE, Limit: 1}).Agents[0]
		if cheapest.Agent.Id != 3 || cheapest.Price.Int64() != 300_000 || len(cheapest.Agent.Skills) != 2 || cheapest.Agent.Skills[0].Id != "text.summarize" {
			w.t.Errorf("unexpected agent %+v", cheapest)
		}
	})
}

// orders are requests whose pages are walked through, each by its own order.
var orders = map[string]indexv1.QuerySearchAgentsRequest{
	"newest":     {Order: indexv1.AGENT_ORDER_NEWEST},
	"reputation": {Order: indexv1.AGENT_ORDER_REPUTATION},
	"price":      {Order: indexv1.AGENT_ORDER_PRICE},
	"skill":      {SkillsAny: []string{"a.b"}},
	"skill, price": {
		SkillsAny: []string{"a.b"}, Order: indexv1.AGENT_ORDER_PRICE,
	},
	"match": {Text: "common", Order: indexv1.AGENT_ORDER_MATCH},
}

func (w *world) many(n int64) {
	for i := range n {
		a := agent{id: i + 1, text: "common", skills: []skill{{id: "a.b", price: 100 + i%3}, {id: "c.d", price: 99 + i%5}}}
		if i%4 == 0 {
			a.name = fmt.Sprintf("common %d", i)
		}
		w.agent(a)
	}
}

// walk returns the ids of all pages, with something done after the first.
func (w *world) walk(req indexv1.QuerySearchAgentsRequest, limit uint32, after func()) []uint64 {
	w.t.Helper()
	var all []uint64
	for page := 0; ; page++ {
		req.Limit = limit
		res := w.search(req)
		all = append(all, idsOf(res)...)
		if res.NextCursor == "" {
			return all
		}
		if len(res.Agents) != int(limit) {
			w.t.Fatalf("expected a full page before the last, got %d", len(res.Agents))
		}
		if page == 0 && after != nil {
			after()
		}
		req.Cursor = res.NextCursor
	}
}

func TestSearchAgents_Pages(t *testing.T) {
	everywhere(t, func(w *world) {
		w.many(23)
		for name, req := range orders {
			whole := w.walk(req, 100, nil)
			if len(whole) != 23 {
				w.t.Fatalf("%s: expected 23 agents, got %d", name, whole)
			}
			for _, limit := range []uint32{1, 7, 22, 23} {
				if got := w.walk(req, limit, nil); !slices.Equal(got, whole) {
					w.t.Errorf("%s, pages of %d: expected %d, got %d", name, limit, whole, got)
				}
			}
		}
	})
}

// What changes between two pages neither repeats nor hides what stays.
func TestSearchAgents_StablePages(t *testing.T) {
	for name, req := range orders {
		t.Run(name, func(t *testing.T) { everywhere(t, func(w *world) { stablePages(w, req) }) })
	}
}

func stablePages(w *world, req indexv1.QuerySearchAgentsRequest) {
	w.t.Helper()
	w.many(20)
	before := w.walk(req, 100, nil)
	gone, moved := before[4], before[9] // the last of the first page, and one of the next
	got := w.walk(req, 5, func() {
		w.exec(fmt.Sprintf(`UPDATE agents SET status = 3 WHERE id = %d`, gone))
		w.exec(fmt.Sprintf(`UPDATE skills SET price = 1 WHERE agent_id = %d`, moved))
		w.exec(fmt.Sprintf(`UPDATE terms SET weight = 9 WHERE agent_id = %d AND term = 'common'`, moved))
		w.agent(agent{id: 99, name: "common", skills: []skill{{id: "a.b", price: 1}}})
	})
	kept := func(ids []uint64) []uint64 {
		return slices.DeleteFunc(slices.Clone(ids), func(id uint64) bool { return id == moved || id == 99 })
	}
	if !slices.Equal(kept(got), kept(before)) {
		w.t.Errorf("expected %d, got %d", kept(before), kept(got))
	}
}

func TestCursor_Refused(t *testing.T) {
	w := newSQLite(t)
	w.many(5)
	req := indexv1.QuerySearchAgentsRequest{SkillsAny: []string{"a.b"}, Limit: 2}
	good := w.search(req).NextCursor
	raw, err := base64.RawURLEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	const unchanged, same = "cursor: expected next_cursor of an answer, unchanged", "cursor: expected one of the same question"
	for name, c := range map[string]struct {
		cursor string
		change func(*indexv1.QuerySearchAgentsRequest)
		want   string
	}{
		"other filter":     {good, func(r *indexv1.QuerySearchAgentsRequest) { r.SkillsAny = []string{"c.d"} }, same},
		"more filters":     {good, func(r *indexv1.QuerySearchAgentsRequest) { r.MinBond = 1 }, same},
		"other order":      {good, func(r *indexv1.QuerySearchAgentsRequest) { r.Order = indexv1.AGENT_ORDER_PRICE }, same},
		"cut":              {good[:len(good)-4], nil, unchanged},
		"extended":         {good + "AAAA", nil, unchanged},
		"not base64url":    {good[:len(good)-1] + "+", nil, unchanged},
		"statement":        {"' OR 1=1 --", nil, unchanged},
		"control":          {"\x00", nil, unchanged},
		"long":             {strings.Repeat("A", 10_000), nil, unchanged},
		"nothing in it":    {"AA", nil, unchanged},
		"a later version":  {seal(append([]byte{2}, raw[1:len(raw)-4]...)), nil, "cursor: expected one of this version of the node"},
		"too few numbers":  {seal(append(slices.Clone(raw[:9]), 1, 0, 0, 0, 0, 0, 0, 0, 0)), nil, unchanged},
		"too many numbers": {seal(append(slices.Clone(raw[:9]), 9, 0, 0, 0, 0, 0, 0, 0, 0)), nil, unchanged},
		"no numbers":       {seal(append(slices.Clone(raw[:9]), 2)), nil, unchanged},
		"control inside":   {seal(append(slices.Clone(raw[:len(raw)-4]), 0)), nil, unchanged},
	} {
		asked := req
		asked.Cursor = c.cursor
		if c.change != nil {
			c.change(&asked)
		}
		_, err := w.server.SearchAgents(context.Background(), &asked)
		expectError(t, err, codes.InvalidArgument, c.want)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	for i := range raw {
		changed := slices.Clone(raw)
		changed[i] ^= 1
		asked := req
		asked.Cursor = base64.RawURLEncoding.EncodeToString(changed)
		_, err := w.server.SearchAgents(context.Background(), &asked)
		expectError(t, err, codes.InvalidArgument, unchanged)
	}
	_, err = w.server.Jobs(context.Background(), &indexv1.QueryJobsRequest{Cursor: good})
	expectError(t, err, codes.InvalidArgument, same)
	// The size of pages may change, and the usual order be named.
	req.Cursor, req.Limit, req.Order = good, 100, indexv1.AGENT_ORDER_NEWEST
	if got := w.found(req); !slices.Equal(got, []uint64{3, 2, 1}) {
		t.Errorf("expected the rest, got %d", got)
	}
}

// seal is how cursors end.
func seal(raw []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(raw, query.Checksum(raw)...))
}

func TestSearchAgents_BadInput(t *testing.T) {
	everywhere(t, func(w *world) {
		fill(w)
		long := make([]string, 17)
		for i := range long {
			long[i] = "a.b"
		}
		for want, req := range map[string]indexv1.QuerySearchAgentsRequest{
			"text: expected at most 200 characters, got 201":                            {Text: strings.Repeat("é", 201)},
			"text: expected at most 16 words, got 17":                                   {Text: "a b c d e f g h i j k l m n o p q"},
			"text: expected valid UTF-8":                                                {Text: "bad\xff"},
			"text: expected no control characters, got U+0000":                          {Text: "a\x00b"},
			"text: expected no control characters, got U+001B":                          {Text: "a\x1b[2Jb"},
			"text: expected no control characters, got U+000A":                          {Text: "a\nb"},
			"text: expected words, got only signs":                                      {Text: "%'\"_"},
			"skills_any[1]: expected the id of a skill such as text.summarize, got \"x": {SkillsAny: []string{"a.b", "x"}},
			"skills_any: expected at most 16, got 17":                                   {SkillsAny: long},
			"skills_all[0]: expected the id of a skill":                                 {SkillsAll: []string{"a.b' OR '1'='1"}},
			"skills_all[0]: expected no control characters":                             {SkillsAll: []string{"a.b\x00"}},
			"tags[0]: expected at most 32 characters, got 33":                           {Tags: []string{strings.Repeat("t", 33)}},
			"tags[0]: expected a tag, got nothing":                                      {Tags: []string{""}},
			"tags[0]: expected no control characters":                                   {Tags: []string{"a\x7f"}},
			"input_media_types[0]: expected a media type such as text/plain, got \"t\"": {InputMediaTypes: []string{"t"}},
			"output_media_types[0]: expected a media type":                              {OutputMediaTypes: []string{"text/plain; DROP"}},
			"issuers[0]: expected an address such as ait1..., got \"bob\"":              {Issuers: []string{"bob"}},
			"issuers[0]: expected an address such as ait1..., got \"cosmos1":            {Issuers: []string{"cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a"}},
			"labels[0]: expected key=value, got \"region\"":                             {Labels: []string{"region"}},
			"labels[0]: expected key=value, got \"=eu\"":                                {Labels: []string{"=eu"}},
			"labels[0]: expected no control characters":                                 {Labels: []string{"a=\x00"}},
			"max_price: expected at most 1000000000000000000, got":                      {MaxPrice: 1<<64 - 1},
			"min_bond: expected at most 1000000000000000000":                            {MinBond: 1e18 + 1},
			"min_score: expected at most 1000000, got 1000001":                          {MinScore: 1_000_001},
			"seen_since: expected at most 9223372036854775807":                          {SeenSince: 1 << 63},
			"statuses[0]: expected a known value, got 99":                               {Statuses: []registrytypes.AgentStatus{99}},
			"order: expected a known value, got -1":                                     {Order: -1},
			"order: expected a text to order by match":                                  {Order: indexv1.AGENT_ORDER_MATCH, Text: " "},
			"limit: expected 1 to 100, got 101":                                         {Limit: 101},
		} {
			_, err := w.server.SearchAgents(context.Background(), &req)
			expectError(w.t, err, codes.InvalidArgument, want)
		}
		if len(w.reported) != 0 {
			w.t.Errorf("expected that the database was not asked, got %v", w.reported)
		}
		// What is odd but right does no harm: it is only ever a value.
		for _, text := range []string{`'`, `"; --`, `\`, `a' UNION SELECT 1,2 --`, `$1`, `?`, `%`, `_`, "\u202e", "\U0010FFFF"} {
			for _, req := range []indexv1.QuerySearchAgentsRequest{
				{Tags: []string{text}}, {Labels: []string{text + "=" + text}}, {Text: "a " + text}, {Text: text + " a", Order: indexv1.AGENT_ORDER_PRICE},
			} {
				if got := w.found(req); len(got) != 0 {
					w.t.Errorf("%q: expected nobody, got %d", text, got)
				}
			}
		}
	})
}
