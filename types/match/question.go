package match

import (
	"fmt"
	"math"
)

// Bounds of a question.
const (
	// MaxKeyBytes bounds Question.Key.
	MaxKeyBytes = 64
	// MaxCount bounds Question.Units and Question.Seconds.
	MaxCount uint64 = 1_000_000_000
	// MaxAmount bounds Question.Cap and Question.Reserve, in uait.
	MaxAmount uint64 = 1_000_000_000_000_000_000
	// MaxDeliverySeconds bounds Question.DeliverySeconds.
	MaxDeliverySeconds uint64 = math.MaxUint32
	// MaxScore bounds scores and confidences.
	MaxScore uint64 = 1_000_000
)

// Preset says how much each term of a match counts.
type Preset uint8

// The presets.
const (
	Balanced Preset = iota + 1
	Cheapest
	Fastest
	Safest
)

// String returns the name, such as BALANCED.
func (p Preset) String() string {
	switch p {
	case Balanced:
		return "BALANCED"
	case Cheapest:
		return "CHEAPEST"
	case Fastest:
		return "FASTEST"
	case Safest:
		return "SAFEST"
	}
	return fmt.Sprintf("Preset(%d)", uint8(p))
}

// Weights returns how much each term counts, in the order of Match.Terms; together
// they are 10,000. An unknown preset weighs nothing.
func (p Preset) Weights() [Terms]uint64 {
	switch p {
	case Balanced:
		return [Terms]uint64{3_000, 2_000, 3_000, 1_000, 1_000}
	case Cheapest:
		return [Terms]uint64{7_000, 500, 1_500, 500, 500}
	case Fastest:
		return [Terms]uint64{1_500, 6_000, 1_500, 500, 500}
	case Safest:
		return [Terms]uint64{1_000, 500, 5_000, 3_000, 500}
	}
	return [Terms]uint64{}
}

// Question is what a piece of work needs.
type Question struct {
	// Key names the question, so that equals take turns: for a job the client's address
	// followed by its sequence as 8 bytes, big-endian. 0 to MaxKeyBytes bytes.
	Key []byte
	// Skill is the id of the skill, matched exactly. Not empty.
	Skill string
	// MinVersion is the least version of the skill, a semantic version. Empty asks
	// nothing.
	MinVersion string
	// InputMediaTypes must all be among those that the skill takes.
	InputMediaTypes []string
	// OutputMediaTypes must all be among those that the skill gives.
	OutputMediaTypes []string
	// Units is how many units, for prices per unit. 1 to MaxCount.
	Units uint64
	// Seconds is how many seconds of work, for prices per second. 1 to MaxCount.
	Seconds uint64
	// Cap is the most that the work may cost, in uait. 1 to MaxAmount.
	Cap uint64
	// DeliverySeconds is the time until delivery. 1 to MaxDeliverySeconds.
	DeliverySeconds uint64
	// Reserve is what the agent must have free in its bond, in uait. 0 to MaxAmount.
	Reserve uint64
	// MinScore is the least reputation. 0 to MaxScore.
	MinScore uint64
	// Client is who asks, written as Candidate.Owner is.
	Client string
	// Now is market time in unix seconds.
	Now uint64
	// Preset says how much each term counts.
	Preset Preset
}

// Validate returns an error that names the first field out of its bounds. Rank and
// Judge expect a valid question; they never panic, but their answer to another one
// means nothing.
func (q Question) Validate() error {
	if n := len(q.Key); n > MaxKeyBytes {
		return fmt.Errorf("key: expected at most %d bytes, got %d", MaxKeyBytes, n)
	}
	if q.Skill == "" {
		return fmt.Errorf("skill: expected the id of a skill, got nothing")
	}
	if _, ok := parseVersion(q.MinVersion); q.MinVersion != "" && !ok {
		return fmt.Errorf("min_version: expected a semantic version such as 1.0.0, got %.80q", q.MinVersion)
	}
	for _, b := range []struct {
		field              string
		value, least, most uint64
	}{
		{"units", q.Units, 1, MaxCount},
		{"seconds", q.Seconds, 1, MaxCount},
		{"cap", q.Cap, 1, MaxAmount},
		{"delivery_seconds", q.DeliverySeconds, 1, MaxDeliverySeconds},
		{"reserve", q.Reserve, 0, MaxAmount},
		{"min_score", q.MinScore, 0, MaxScore},
	} {
		if b.value < b.least || b.value > b.most {
			return fmt.Errorf("%s: expected %d to %d, got %d", b.field, b.least, b.most, b.value)
		}
	}
	if q.Preset < Balanced || q.Preset > Safest {
		return fmt.Errorf("preset: expected a known one such as %s, got %s", Balanced, q.Preset)
	}
	return nil
}
