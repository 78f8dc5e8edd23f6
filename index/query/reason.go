package query

import (
	"fmt"
	"time"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/types/match"
)

// termNames are those of docs/matching.md.
var termNames = [match.Terms]string{"price", "speed", "reputation", "coverage", "recency"}

// termsOf returns the parts of a match with their reasons.
func termsOf(q match.Question, c match.Candidate, m match.Match) []indexv1.Term {
	skill, _ := c.Skill(q.Skill)
	reasons := [match.Terms]string{
		match.Price:      fmt.Sprintf("costs %s of at most %s", ait(m.Price), ait(q.Cap)),
		match.Speed:      speedReason(skill, q),
		match.Reputation: reputationReason(c),
		match.Coverage:   coverageReason(c, q),
		match.Recency:    recencyReason(c, q),
	}
	weights := q.Preset.Weights()
	out := make([]indexv1.Term, match.Terms)
	for i, name := range termNames {
		out[i] = indexv1.Term{Name: name, Value: uint32(m.Terms[i]), Weight: uint32(weights[i]), Reason: reasons[i]}
	}
	return out
}

func speedReason(s match.Skill, q match.Question) string {
	if s.SLASeconds == 0 {
		return "promises no time"
	}
	return fmt.Sprintf("takes %s of at most %s", lasting(s.SLASeconds), lasting(q.DeliverySeconds))
}

func reputationReason(c match.Candidate) string {
	if c.Confidence == 0 {
		return "has no reputation yet"
	}
	return fmt.Sprintf("score %d at confidence %d, of %d each", c.Score, c.Confidence, match.MaxScore)
}

func coverageReason(c match.Candidate, q match.Question) string {
	if q.Reserve == 0 {
		return "nothing of its bond is needed"
	}
	return fmt.Sprintf("%s of its bond are free, %s are needed", ait(c.Free), ait(q.Reserve))
}

func recencyReason(c match.Candidate, q match.Question) string {
	switch {
	case c.LastSeen == 0:
		return "was never seen"
	case c.LastSeen >= q.Now:
		return "was seen just now"
	}
	return fmt.Sprintf("was seen %s ago", lasting(q.Now-c.LastSeen))
}

// reasonAgainst says in words which condition an agent does not meet.
func reasonAgainst(q match.Question, c match.Candidate, failed match.Condition) string {
	s, _ := c.Skill(q.Skill)
	switch failed {
	case match.Met:
		return "can do it"
	case match.Hireable:
		return "is not active, or its stake is below the market's minimum"
	case match.OtherOwner:
		return "belongs to the client"
	case match.HasSkill:
		return "does not have the skill " + q.Skill
	case match.VersionReached:
		return fmt.Sprintf("has version %s of the skill, %s is needed", s.Version, q.MinVersion)
	case match.MediaTypesFit:
		return "does not take or give the media types"
	case match.HasCapacity:
		return fmt.Sprintf("is busy: %d reservations, %d jobs at a time", c.Reservations, s.MaxConcurrentJobs)
	case match.BondFree:
		return coverageReason(c, q)
	case match.PriceFits:
		price, ok := s.PriceFor(q)
		if !ok {
			return fmt.Sprintf("costs more than %s", ait(q.Cap))
		}
		return fmt.Sprintf("costs %s, at most %s are offered", ait(price), ait(q.Cap))
	case match.TimeFits:
		return fmt.Sprintf("takes %s, there are %s", lasting(s.SLASeconds), lasting(q.DeliverySeconds))
	case match.ScoreReached:
		return fmt.Sprintf("has the score %d, %d is needed", c.Score, q.MinScore)
	}
	return "can't do it"
}

func ait(uait uint64) string {
	return types.FormatAIT(sdkmath.NewIntFromUint64(uait)) + " " + types.DisplayDenom
}

// lasting writes seconds as people say them.
func lasting(seconds uint64) string {
	const day = 24 * 60 * 60
	switch {
	case seconds == day:
		return "1 day"
	case seconds > day:
		return fmt.Sprintf("%d days", seconds/day)
	}
	d := time.Duration(seconds) * time.Second
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	case d >= time.Minute:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", seconds)
}
