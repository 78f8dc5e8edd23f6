package match_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/aitbc/aitbc/types/match"
)

// amount is a number of 64 bits in a JSON text.
type amount uint64

// UnmarshalJSON implements json.Unmarshaler.
func (a *amount) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	n, err := strconv.ParseUint(text, 10, 64)
	*a = amount(n)
	return err
}

type goldenSkill struct {
	ID                string   `json:"id"`
	Version           string   `json:"version"`
	InputMediaTypes   []string `json:"input_media_types"`
	OutputMediaTypes  []string `json:"output_media_types"`
	PriceModel        string   `json:"price_model"`
	Price             amount   `json:"price"`
	SLASeconds        uint64   `json:"sla_seconds"`
	MaxConcurrentJobs uint64   `json:"max_concurrent_jobs"`
}

type goldenAgent struct {
	ID           uint64        `json:"id"`
	Owner        string        `json:"owner"`
	Hireable     bool          `json:"hireable"`
	Reservations uint64        `json:"reservations"`
	Free         amount        `json:"free"`
	Score        uint64        `json:"score"`
	Confidence   uint64        `json:"confidence"`
	LastSeen     uint64        `json:"last_seen"`
	Skills       []goldenSkill `json:"skills"`
}

type goldenJob struct {
	Key              string   `json:"key"`
	Skill            string   `json:"skill"`
	MinVersion       string   `json:"min_version"`
	InputMediaTypes  []string `json:"input_media_types"`
	OutputMediaTypes []string `json:"output_media_types"`
	Units            uint64   `json:"units"`
	Seconds          uint64   `json:"seconds"`
	Cap              amount   `json:"cap"`
	DeliverySeconds  uint64   `json:"delivery_seconds"`
	Reserve          amount   `json:"reserve"`
	MinScore         uint64   `json:"min_score"`
	Client           string   `json:"client"`
	Now              uint64   `json:"now"`
	Preset           string   `json:"preset"`
}

type goldenMatch struct {
	AgentID uint64              `json:"agent_id"`
	Price   amount              `json:"price"`
	Terms   [match.Terms]uint64 `json:"terms"`
	Match   uint64              `json:"match"`
}

func load[T any](t *testing.T, name string) []T {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	var out []T
	if err := decoder.Decode(&out); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func (a goldenAgent) candidate(t *testing.T) match.Candidate {
	t.Helper()
	c := match.Candidate{
		ID: a.ID, Owner: a.Owner, Hireable: a.Hireable, Reservations: a.Reservations, Free: uint64(a.Free),
		Score: a.Score, Confidence: a.Confidence, LastSeen: a.LastSeen,
	}
	for _, s := range a.Skills {
		c.Skills = append(c.Skills, match.Skill{
			ID: s.ID, Version: s.Version, InputMediaTypes: s.InputMediaTypes, OutputMediaTypes: s.OutputMediaTypes,
			PriceModel: named(t, s.PriceModel, match.Flat, match.PerUnit, match.PerSecond),
			Price:      uint64(s.Price), SLASeconds: s.SLASeconds, MaxConcurrentJobs: s.MaxConcurrentJobs,
		})
	}
	return c
}

func (j goldenJob) question(t *testing.T) match.Question {
	t.Helper()
	key, err := hex.DecodeString(j.Key)
	if err != nil {
		t.Fatal(err)
	}
	q := match.Question{
		Key: key, Skill: j.Skill, MinVersion: j.MinVersion, InputMediaTypes: j.InputMediaTypes, OutputMediaTypes: j.OutputMediaTypes,
		Units: j.Units, Seconds: j.Seconds, Cap: uint64(j.Cap), DeliverySeconds: j.DeliverySeconds, Reserve: uint64(j.Reserve),
		MinScore: j.MinScore, Client: j.Client, Now: j.Now,
		Preset: named(t, j.Preset, match.Balanced, match.Cheapest, match.Fastest, match.Safest),
	}
	if err := q.Validate(); err != nil {
		t.Fatal(err)
	}
	return q
}

func named[T interface{ String() string }](t *testing.T, name string, all ...T) T {
	t.Helper()
	i := slices.IndexFunc(all, func(v T) bool { return v.String() == name })
	if i < 0 {
		t.Fatalf("expected one of %v, got %q", all, name)
	}
	return all[i]
}

// The expected ranks come from testdata/reference.py, which was written from
// docs/matching.md alone.
func TestRank_Golden(t *testing.T) {
	agents := load[goldenAgent](t, "agents.json")
	jobs := load[goldenJob](t, "jobs.json")
	expected := load[[]goldenMatch](t, "expected.json")
	if len(agents) < 50 || len(jobs) < 10 || len(expected) != len(jobs) {
		t.Fatalf("expected 50 agents, 10 jobs and an answer to each, got %d, %d and %d", len(agents), len(jobs), len(expected))
	}
	candidates := make([]match.Candidate, len(agents))
	for i, a := range agents {
		candidates[i] = a.candidate(t)
	}
	for i, job := range jobs {
		ranked := match.Rank(job.question(t), candidates)
		got := make([]goldenMatch, len(ranked))
		for i, m := range ranked {
			got[i] = goldenMatch{AgentID: m.AgentID, Price: amount(m.Price), Terms: m.Terms, Match: m.Match}
		}
		if !slices.Equal(got, expected[i]) {
			t.Errorf("job %d: expected\n%v\ngot\n%v", i, expected[i], got)
		}
	}
}
