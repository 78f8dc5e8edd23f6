package match

import (
	"fmt"
	"math/bits"
	"slices"
)

// PriceModel says what a price is counted by.
type PriceModel uint8

// The price models.
const (
	Flat PriceModel = iota + 1
	PerUnit
	PerSecond
)

// String returns the name, such as PER_UNIT.
func (m PriceModel) String() string {
	switch m {
	case Flat:
		return "FLAT"
	case PerUnit:
		return "PER_UNIT"
	case PerSecond:
		return "PER_SECOND"
	}
	return fmt.Sprintf("PriceModel(%d)", uint8(m))
}

// Skill is one thing that an agent says it can do.
type Skill struct {
	// ID is dotted, such as text.summarize, unique within the agent.
	ID string
	// Version is a semantic version.
	Version string
	// InputMediaTypes are what it takes, OutputMediaTypes what it gives.
	InputMediaTypes, OutputMediaTypes []string
	// PriceModel says what Price is counted by.
	PriceModel PriceModel
	// Price is of the whole, of one unit or of one second, in uait.
	Price uint64
	// SLASeconds is how long it usually takes. 0 says nothing.
	SLASeconds uint64
	// MaxConcurrentJobs is how many jobs it does at a time.
	MaxConcurrentJobs uint64
}

// Candidate is an agent that may be able to do the work.
type Candidate struct {
	// ID is the agent's, unique among the candidates.
	ID uint64
	// Owner is who controls the agent, as text.
	Owner string
	// Hireable says that it is active, and that its stake, withdrawals not counted,
	// reaches the market's minimum.
	Hireable bool
	// Reservations is the number of live reservations of its bond: its load.
	Reservations uint64
	// Free is the part of its bond that is neither reserved nor on its way out, in uait.
	Free uint64
	// Score and Confidence are its reputation. 0 to MaxScore each.
	Score, Confidence uint64
	// LastSeen is its last sign of life, in unix seconds of market time.
	LastSeen uint64
	// Skills are what it can do.
	Skills []Skill
}

// Skill returns the skill with an id.
func (c Candidate) Skill(id string) (Skill, bool) {
	i := slices.IndexFunc(c.Skills, func(s Skill) bool { return s.ID == id })
	if i < 0 {
		return Skill{}, false
	}
	return c.Skills[i], true
}

// PriceFor returns what the work costs, in uait. It is false if 64 bits don't hold it:
// then it is more than any cap. An unknown model has no price.
func (s Skill) PriceFor(q Question) (uint64, bool) {
	count := uint64(1)
	switch s.PriceModel {
	case Flat:
	case PerUnit:
		count = q.Units
	case PerSecond:
		count = q.Seconds
	default:
		return 0, false
	}
	high, low := bits.Mul64(s.Price, count)
	return low, high == 0
}

// Condition is one of those that a candidate must meet, by its number in
// docs/matching.md.
type Condition uint8

// The conditions, in the order in which they are checked.
const (
	// Met is no condition: all are met.
	Met Condition = iota
	// Hireable is being active with a sufficient stake.
	Hireable
	// OtherOwner is not to belong to the client.
	OtherOwner
	// HasSkill is to have the skill.
	HasSkill
	// VersionReached is to have it in the version or a later one.
	VersionReached
	// MediaTypesFit is that it takes and gives what is asked.
	MediaTypesFit
	// HasCapacity is to have fewer reservations than jobs at a time.
	HasCapacity
	// BondFree is to have enough free in the bond.
	BondFree
	// PriceFits is not to cost more than the cap.
	PriceFits
	// TimeFits is not to take longer than until delivery.
	TimeFits
	// ScoreReached is to have the least reputation.
	ScoreReached
)

// Why returns the first condition that the candidate does not meet, or Met.
func (q Question) Why(c Candidate) Condition {
	s, has := c.Skill(q.Skill)
	switch {
	case !c.Hireable:
		return Hireable
	case q.Client == c.Owner:
		return OtherOwner
	case !has:
		return HasSkill
	case q.MinVersion != "" && lower(s.Version, q.MinVersion):
		return VersionReached
	case !includes(s.InputMediaTypes, q.InputMediaTypes), !includes(s.OutputMediaTypes, q.OutputMediaTypes):
		return MediaTypesFit
	case c.Reservations >= s.MaxConcurrentJobs:
		return HasCapacity
	case c.Free < q.Reserve:
		return BondFree
	}
	if price, ok := s.PriceFor(q); !ok || price > q.Cap {
		return PriceFits
	}
	switch {
	case s.SLASeconds > q.DeliverySeconds:
		return TimeFits
	case c.Score < q.MinScore:
		return ScoreReached
	}
	return Met
}

func includes(all, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(all, w) })
}
