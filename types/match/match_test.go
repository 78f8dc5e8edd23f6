package match_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aitbc/aitbc/types/match"
)

const now = 1_790_000_000

// question and candidate fit each other in every condition.
func question() match.Question {
	return match.Question{
		Key: []byte("key"), Skill: "text.summarize", MinVersion: "1.0.0",
		InputMediaTypes: []string{"text/plain"}, OutputMediaTypes: []string{"text/markdown"},
		Units: 3, Seconds: 60, Cap: 2_000_000, DeliverySeconds: 1_000, Reserve: 1_000_000, MinScore: 400_000,
		Client: "ait1client", Now: now, Preset: match.Balanced,
	}
}

func candidate() match.Candidate {
	return match.Candidate{
		ID: 7, Owner: "ait1owner", Hireable: true, Reservations: 2, Free: 25_000_000, Score: 412_000, Confidence: 730_000,
		LastSeen: now - 6048,
		Skills: []match.Skill{{ID: "text.translate"}, {
			ID: "text.summarize", Version: "1.2.0", InputMediaTypes: []string{"text/html", "text/plain"},
			OutputMediaTypes: []string{"text/markdown"}, PriceModel: match.Flat, Price: 1_000_000, SLASeconds: 600, MaxConcurrentJobs: 4,
		}},
	}
}

func TestJudge(t *testing.T) {
	// Of docs/matching.md: 1 - 1/2, 1 - 600/1000, 0.412 x 0.73, 1 - 1/25, 1 - 6048/604800.
	want := match.Match{AgentID: 7, Price: 1_000_000, Terms: [match.Terms]uint64{5000, 4000, 3007, 9600, 9900}}
	for preset, sum := range map[match.Preset]uint64{
		match.Balanced: (3*5000 + 2*4000 + 3*3007 + 9600 + 9900) / 10,
		match.Cheapest: (70*5000 + 5*4000 + 15*3007 + 5*9600 + 5*9900) / 100,
		match.Fastest:  (15*5000 + 60*4000 + 15*3007 + 5*9600 + 5*9900) / 100,
		match.Safest:   (10*5000 + 5*4000 + 50*3007 + 30*9600 + 5*9900) / 100,
	} {
		q := question()
		q.Preset, want.Match = preset, sum
		if got, failed := q.Judge(candidate()); failed != match.Met || got != want {
			t.Errorf("%s: expected %+v, got %+v, condition %d", preset, want, got, failed)
		}
		total := uint64(0)
		for _, w := range preset.Weights() {
			total += w
		}
		if total != match.Whole {
			t.Errorf("%s: expected weights of %d together, got %d", preset, match.Whole, total)
		}
	}
}

func TestJudge_Terms(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*match.Question, *match.Candidate)
		term   int
		want   uint64
	}{
		"free":          {func(_ *match.Question, c *match.Candidate) { c.Skills[1].Price = 0 }, match.Price, 10_000},
		"costs the cap": {func(_ *match.Question, c *match.Candidate) { c.Skills[1].Price = 2_000_000 }, match.Price, 0},
		"per unit": {func(_ *match.Question, c *match.Candidate) {
			s := &c.Skills[1]
			s.PriceModel, s.Price = match.PerUnit, 500_000
		}, match.Price, 2500},
		"per second": {func(_ *match.Question, c *match.Candidate) {
			s := &c.Skills[1]
			s.PriceModel, s.Price = match.PerSecond, 10_000
		}, match.Price, 7000},
		"promises nothing":      {func(_ *match.Question, c *match.Candidate) { c.Skills[1].SLASeconds = 0 }, match.Speed, 0},
		"takes all time":        {func(_ *match.Question, c *match.Candidate) { c.Skills[1].SLASeconds = 1000 }, match.Speed, 0},
		"rounded down":          {func(q *match.Question, c *match.Candidate) { q.DeliverySeconds, c.Skills[1].SLASeconds = 3, 1 }, match.Speed, 6666},
		"perfect":               {func(_ *match.Question, c *match.Candidate) { c.Score, c.Confidence = 1_000_000, 1_000_000 }, match.Reputation, 10_000},
		"unknown":               {func(_ *match.Question, c *match.Candidate) { c.Confidence = 0 }, match.Reputation, 0},
		"nothing to reserve":    {func(q *match.Question, c *match.Candidate) { q.Reserve, c.Free = 0, 0 }, match.Coverage, 10_000},
		"all of the bond":       {func(q *match.Question, c *match.Candidate) { c.Free = q.Reserve }, match.Coverage, 0},
		"seen now":              {func(_ *match.Question, c *match.Candidate) { c.LastSeen = now }, match.Recency, 10_000},
		"seen in the future":    {func(_ *match.Question, c *match.Candidate) { c.LastSeen = now + 99 }, match.Recency, 10_000},
		"seen just in a week":   {func(_ *match.Question, c *match.Candidate) { c.LastSeen = now - 604_799 }, match.Recency, 0},
		"seen a minute short":   {func(_ *match.Question, c *match.Candidate) { c.LastSeen = now - 604_800 + 61 }, match.Recency, 1},
		"seen a week ago":       {func(_ *match.Question, c *match.Candidate) { c.LastSeen = now - 604_800 }, match.Recency, 0},
		"never seen":            {func(_ *match.Question, c *match.Candidate) { c.LastSeen = 0 }, match.Recency, 0},
		"largest numbers":       {func(q *match.Question, c *match.Candidate) { q.Cap = 1e18; c.Skills[1].Price = 1 }, match.Price, 9999},
		"64 bits are too few":   {func(q *match.Question, c *match.Candidate) { q.Reserve, c.Free = 1e18, 1<<64-1 }, match.Coverage, 9457},
		"coverage of a quarter": {func(q *match.Question, c *match.Candidate) { q.Reserve, c.Free = 75e16, 1e18 }, match.Coverage, 2500},
	} {
		q, agent := question(), candidate()
		c.change(&q, &agent)
		if m, failed := q.Judge(agent); failed != match.Met || m.Terms[c.term] != c.want {
			t.Errorf("%s: expected %d, got %+v, condition %d", name, c.want, m, failed)
		}
	}
}

func TestWhy(t *testing.T) {
	skill := func(change func(*match.Skill)) func(*match.Question, *match.Candidate) {
		return func(_ *match.Question, c *match.Candidate) { change(&c.Skills[1]) }
	}
	for name, c := range map[string]struct {
		change func(*match.Question, *match.Candidate)
		want   match.Condition
	}{
		"fits":                 {func(*match.Question, *match.Candidate) {}, match.Met},
		"not hireable":         {func(_ *match.Question, c *match.Candidate) { c.Hireable = false }, match.Hireable},
		"own agent":            {func(q *match.Question, c *match.Candidate) { c.Owner = q.Client }, match.OtherOwner},
		"other skill":          {func(q *match.Question, _ *match.Candidate) { q.Skill = "text.summarise" }, match.HasSkill},
		"part of a skill":      {func(q *match.Question, _ *match.Candidate) { q.Skill = "text" }, match.HasSkill},
		"older version":        {skill(func(s *match.Skill) { s.Version = "0.9.9" }), match.VersionReached},
		"pre-release":          {skill(func(s *match.Skill) { s.Version = "1.0.0-rc.1" }), match.VersionReached},
		"no version":           {skill(func(s *match.Skill) { s.Version = "one" }), match.VersionReached},
		"same version":         {skill(func(s *match.Skill) { s.Version = "1.0.0+build" }), match.Met},
		"any version":          {func(q *match.Question, c *match.Candidate) { q.MinVersion, c.Skills[1].Version = "", "one" }, match.Met},
		"takes something else": {func(q *match.Question, _ *match.Candidate) { q.InputMediaTypes = []string{"text/plain", "image/png"} }, match.MediaTypesFit},
		"gives something else": {func(q *match.Question, _ *match.Candidate) { q.OutputMediaTypes = []string{"text/plain"} }, match.MediaTypesFit},
		"any media types":      {func(q *match.Question, _ *match.Candidate) { q.InputMediaTypes, q.OutputMediaTypes = nil, nil }, match.Met},
		"busy":                 {func(_ *match.Question, c *match.Candidate) { c.Reservations = 4 }, match.HasCapacity},
		"one place":            {func(_ *match.Question, c *match.Candidate) { c.Reservations = 3 }, match.Met},
		"bond short":           {func(_ *match.Question, c *match.Candidate) { c.Free = 999_999 }, match.BondFree},
		"bond enough":          {func(_ *match.Question, c *match.Candidate) { c.Free = 1_000_000 }, match.Met},
		"too dear":             {skill(func(s *match.Skill) { s.Price = 2_000_001 }), match.PriceFits},
		"too dear per unit":    {skill(func(s *match.Skill) { s.PriceModel, s.Price = match.PerUnit, 666_667 }), match.PriceFits},
		"units fit":            {skill(func(s *match.Skill) { s.PriceModel, s.Price = match.PerUnit, 666_666 }), match.Met},
		"too dear per second":  {skill(func(s *match.Skill) { s.PriceModel, s.Price = match.PerSecond, 33_334 }), match.PriceFits},
		"unknown model":        {skill(func(s *match.Skill) { s.PriceModel = 9 }), match.PriceFits},
		"price beyond 64 bits": {func(q *match.Question, c *match.Candidate) {
			q.Units = 1e9
			s := &c.Skills[1]
			s.PriceModel, s.Price = match.PerUnit, 1<<63
		}, match.PriceFits},
		"product wraps to zero": {func(q *match.Question, c *match.Candidate) {
			q.Units = 2
			s := &c.Skills[1]
			s.PriceModel, s.Price = match.PerUnit, 1<<63
		}, match.PriceFits},
		"too slow":             {skill(func(s *match.Skill) { s.SLASeconds = 1001 }), match.TimeFits},
		"says no time":         {skill(func(s *match.Skill) { s.SLASeconds = 0 }), match.Met},
		"score short":          {func(q *match.Question, c *match.Candidate) { c.Score = q.MinScore - 1 }, match.ScoreReached},
		"score enough":         {func(q *match.Question, c *match.Candidate) { c.Score = q.MinScore }, match.Met},
		"the first one counts": {func(_ *match.Question, c *match.Candidate) { c.Hireable, c.Score, c.Free = false, 0, 0 }, match.Hireable},
	} {
		q, agent := question(), candidate()
		c.change(&q, &agent)
		got := q.Why(agent)
		if got != c.want {
			t.Errorf("%s: expected condition %d, got %d", name, c.want, got)
		}
		if m, failed := q.Judge(agent); failed != got || failed != match.Met && m != (match.Match{}) {
			t.Errorf("%s: expected that Judge says the same, got %+v, %d", name, m, failed)
		}
		if ranked := match.Rank(q, []match.Candidate{agent}); (len(ranked) == 1) != (got == match.Met) {
			t.Errorf("%s: expected Rank to agree with Why, got %+v", name, ranked)
		}
	}
}

func TestRank_Order(t *testing.T) {
	cheap, dear, twin := candidate(), candidate(), candidate()
	cheap.ID, dear.ID, twin.ID = 1, 2, 3
	// Dearer, and made up for by coverage to the same match: the cheaper ones come first.
	q := question()
	q.Reserve, q.Preset = 7, match.Balanced
	cheap.Skills[1].Price, cheap.Free = 1_000_000, 7 // 5,000 x 0.3 + 0 x 0.1
	dear.Skills[1].Price, dear.Free = 1_200_000, 10  // 4,000 x 0.3 + 3,000 x 0.1
	twin.Skills[1].Price, twin.Free = 1_000_000, 7
	for i := range byte(50) {
		q.Key = []byte{i}
		ranked := match.Rank(q, []match.Candidate{dear, cheap, twin})
		if len(ranked) != 3 || ranked[2].AgentID != 2 || ranked[0].Match != ranked[2].Match {
			t.Fatalf("expected equal matches and agent 2 last, got %+v", ranked)
		}
	}
	// Equals take turns from key to key.
	first := map[uint64]int{}
	for i := range 200 {
		q.Key = binary.BigEndian.AppendUint64(nil, uint64(i))
		got := match.Rank(q, []match.Candidate{cheap, twin})
		hash := func(id uint64) []byte {
			h := sha256.Sum256(slices.Concat([]byte("aitbc/match/v1"), []byte{0}, q.Key, binary.BigEndian.AppendUint64(nil, id)))
			return h[:]
		}
		if want := bytes.Compare(hash(1), hash(3)) < 0; (got[0].AgentID == 1) != want {
			t.Fatalf("key %d: expected the smaller hash first, got %+v", i, got)
		}
		first[got[0].AgentID]++
	}
	if first[1] < 70 || first[3] < 70 {
		t.Errorf("expected that equals take turns, got %v", first)
	}
	if got := match.Rank(q, nil); len(got) != 0 {
		t.Errorf("expected nobody, got %+v", got)
	}
}

func TestValidate(t *testing.T) {
	if err := question().Validate(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*match.Question){
		"key: expected at most 64 bytes, got 65":                          func(q *match.Question) { q.Key = make([]byte, 65) },
		"skill: expected the id of a skill":                               func(q *match.Question) { q.Skill = "" },
		"min_version: expected a semantic version":                        func(q *match.Question) { q.MinVersion = "1.0" },
		"units: expected 1 to 1000000000, got 0":                          func(q *match.Question) { q.Units = 0 },
		"units: expected 1 to 1000000000, got 1000000001":                 func(q *match.Question) { q.Units = 1e9 + 1 },
		"seconds: expected 1 to":                                          func(q *match.Question) { q.Seconds = 0 },
		"cap: expected 1 to 1000000000000000000, got 0":                   func(q *match.Question) { q.Cap = 0 },
		"cap: expected 1 to 1000000000000000000, got 1000000000000000001": func(q *match.Question) { q.Cap = 1e18 + 1 },
		"delivery_seconds: expected 1 to 4294967295, got 4294967296":      func(q *match.Question) { q.DeliverySeconds = 1 << 32 },
		"reserve: expected 0 to":                                          func(q *match.Question) { q.Reserve = 1e18 + 1 },
		"min_score: expected 0 to 1000000":                                func(q *match.Question) { q.MinScore = 1_000_001 },
		"preset: expected a known one such as BALANCED, got Preset(0)":    func(q *match.Question) { q.Preset = 0 },
		"preset: expected a known one such as BALANCED, got Preset(5)":    func(q *match.Question) { q.Preset = 5 },
	} {
		q := question()
		change(&q)
		if err := q.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("expected %q, got %v", want, err)
		}
	}
}

// Section 11 of Semantic Versioning 2.0.0, and what is special about it.
func TestVersions(t *testing.T) {
	rising := []string{
		"", "0.0.0-0", "0.0.0", "0.0.1", "0.9.0", "0.10.0", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-99999999999999999999999",
		"1.0.0--", "1.0.0-1a", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
		"1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1", "99999999999999999999999.0.0",
	}
	for i, a := range rising {
		for j, b := range rising {
			if got := match.Lower(a, b); got != (i < j) {
				t.Errorf("%q < %q: expected %v, got %v", a, b, i < j, got)
			}
		}
	}
	for _, same := range [][2]string{{"1.0.0", "1.0.0+1"}, {"1.0.0+a", "1.0.0+b"}, {"1.0.0-rc+a", "1.0.0-rc"}} {
		if match.Lower(same[0], same[1]) || match.Lower(same[1], same[0]) {
			t.Errorf("expected %q and %q to be equal", same[0], same[1])
		}
	}
	for _, none := range []string{"1", "1.0", "01.0.0", "1.0.0-01", "1.0.0-", "v1.0.0", "1.0.0 ", "1.0.0-a..b", "1.0.0-\x00"} {
		if !match.Lower(none, "0.0.0-0") || match.Lower(none, none) {
			t.Errorf("expected %q to be no version", none)
		}
	}
}

func drawQuestion(t *rapid.T) match.Question {
	return match.Question{
		Key: rapid.SliceOfN(rapid.Byte(), 0, match.MaxKeyBytes).Draw(t, "key"), Skill: "a.b",
		Units: rapid.Uint64Range(1, match.MaxCount).Draw(t, "units"), Seconds: rapid.Uint64Range(1, match.MaxCount).Draw(t, "seconds"),
		Cap:             rapid.Uint64Range(1, match.MaxAmount).Draw(t, "cap"),
		DeliverySeconds: rapid.Uint64Range(1, match.MaxDeliverySeconds).Draw(t, "delivery"),
		Reserve:         rapid.Uint64Range(0, match.MaxAmount).Draw(t, "reserve"),
		Client:          rapid.SampledFrom([]string{"a", "b"}).Draw(t, "client"), Now: rapid.Uint64().Draw(t, "now"),
		Preset: match.Preset(rapid.IntRange(1, 4).Draw(t, "preset")),
	}
}

// drawCandidates draws few different values, so that there are equals.
func drawCandidates(t *rapid.T, q match.Question) []match.Candidate {
	draw := rapid.Custom(func(t *rapid.T) match.Candidate {
		return match.Candidate{
			ID: rapid.Uint64().Draw(t, "id"), Owner: rapid.SampledFrom([]string{"c", "d", "a"}).Draw(t, "owner"), Hireable: true,
			Free:  rapid.SampledFrom([]uint64{0, 1, q.Reserve, 2 * q.Reserve, 1<<64 - 1}).Draw(t, "free"),
			Score: rapid.Uint64Range(0, match.MaxScore).Draw(t, "score"), Confidence: rapid.Uint64Range(0, match.MaxScore).Draw(t, "confidence"),
			LastSeen: rapid.OneOf(rapid.Uint64(), rapid.Just(q.Now), rapid.Just(q.Now-1000)).Draw(t, "seen"),
			Skills: []match.Skill{{
				ID: "a.b", PriceModel: match.PriceModel(rapid.IntRange(1, 3).Draw(t, "model")),
				Price:      rapid.OneOf(rapid.Uint64Range(0, 5), rapid.Uint64Range(0, q.Cap)).Draw(t, "price"),
				SLASeconds: rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64Range(0, q.DeliverySeconds)).Draw(t, "sla"), MaxConcurrentJobs: 1,
			}},
		}
	})
	return rapid.SliceOfNDistinct(draw, 0, 20, func(c match.Candidate) uint64 { return c.ID }).Draw(t, "candidates")
}

func TestRank_Properties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuestion(t)
		if err := q.Validate(); err != nil {
			t.Fatal(err)
		}
		candidates := drawCandidates(t, q)
		ranked := match.Rank(q, candidates)
		fitting := 0
		for _, c := range candidates {
			if q.Why(c) == match.Met {
				fitting++
			}
		}
		if len(ranked) != fitting {
			t.Fatalf("expected %d matches, got %d", fitting, len(ranked))
		}
		for i, m := range ranked {
			if m.Price > q.Cap || m.Match > match.Whole || slices.Max(m.Terms[:]) > match.Whole {
				t.Fatalf("out of bounds: %+v", m)
			}
			if i > 0 && (ranked[i-1].Match < m.Match || ranked[i-1].Match == m.Match && ranked[i-1].Price > m.Price) {
				t.Fatalf("not in order: %+v before %+v", ranked[i-1], m)
			}
		}
		// The order in which they come does not matter: the order of the answer is total.
		for range 3 {
			shuffled := rapid.Permutation(candidates).Draw(t, "shuffled")
			if got := match.Rank(q, shuffled); !slices.Equal(got, ranked) {
				t.Fatalf("expected %+v, got %+v", ranked, got)
			}
		}
		// Who is not there changes nothing between the others.
		if n := len(candidates); n > 0 {
			gone := candidates[rapid.IntRange(0, n-1).Draw(t, "gone")].ID
			rest := slices.DeleteFunc(slices.Clone(candidates), func(c match.Candidate) bool { return c.ID == gone })
			want := slices.DeleteFunc(slices.Clone(ranked), func(m match.Match) bool { return m.AgentID == gone })
			if got := match.Rank(q, rest); !slices.Equal(got, want) {
				t.Fatalf("without %d: expected %+v, got %+v", gone, want, got)
			}
		}
	})
}

// The terms are those of big numbers, which never overflow.
func TestJudge_Exact(t *testing.T) {
	whole := big.NewInt(10_000)
	share := func(part, of uint64) uint64 {
		n := new(big.Int).Mul(whole, new(big.Int).SetUint64(part))
		return n.Quo(n, new(big.Int).SetUint64(of)).Uint64()
	}
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuestion(t)
		for _, c := range drawCandidates(t, q) {
			m, failed := q.Judge(c)
			if failed != match.Met {
				continue
			}
			s := c.Skills[0]
			count := map[match.PriceModel]uint64{match.Flat: 1, match.PerUnit: q.Units, match.PerSecond: q.Seconds}[s.PriceModel]
			if price := new(big.Int).Mul(new(big.Int).SetUint64(s.Price), new(big.Int).SetUint64(count)); price.Cmp(new(big.Int).SetUint64(m.Price)) != 0 {
				t.Fatalf("expected the price %s, got %d", price, m.Price)
			}
			want := [match.Terms]uint64{share(q.Cap-m.Price, q.Cap), 0, share(c.Score*c.Confidence, 1e12), 10_000, m.Terms[match.Recency]}
			if s.SLASeconds > 0 {
				want[match.Speed] = share(q.DeliverySeconds-s.SLASeconds, q.DeliverySeconds)
			}
			if q.Reserve > 0 {
				want[match.Coverage] = share(c.Free-q.Reserve, c.Free)
			}
			if m.Terms != want {
				t.Fatalf("expected %v, got %v", want, m.Terms)
			}
		}
	})
}
