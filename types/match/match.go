package match

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"
)

// The terms of a match, as indexes of Match.Terms.
const (
	Price = iota
	Speed
	Reputation
	Coverage
	Recency
	// Terms is how many there are.
	Terms
)

const (
	// Whole is what shares are of.
	Whole uint64 = 10_000
	// scoreSquared is of the largest score and the largest confidence.
	scoreSquared = MaxScore * MaxScore
	// recentSeconds is after how long without a sign of life recency is gone: 7 days.
	recentSeconds uint64 = 7 * 24 * 60 * 60
	// tieDomain separates the hash that decides between equals from all others.
	tieDomain = "aitbc/match/v1\x00"
)

// Match is a candidate that can do the work.
type Match struct {
	// AgentID is which agent.
	AgentID uint64
	// Price is what the work costs, in uait. At most Question.Cap.
	Price uint64
	// Terms are price, speed, reputation, coverage and recency, each 0 to Whole.
	Terms [Terms]uint64
	// Match is their weighted sum, 0 to Whole.
	Match uint64
}

// Judge returns the candidate's match, or the first condition that it does not meet.
func (q Question) Judge(c Candidate) (Match, Condition) {
	if failed := q.Why(c); failed != Met {
		return Match{}, failed
	}
	s, _ := c.Skill(q.Skill)
	price, _ := s.PriceFor(q)
	m := Match{AgentID: c.ID, Price: price}
	m.Terms[Price] = share(q.Cap-price, q.Cap)
	if s.SLASeconds > 0 {
		m.Terms[Speed] = share(q.DeliverySeconds-s.SLASeconds, q.DeliverySeconds)
	}
	m.Terms[Reputation] = share(min(c.Score, MaxScore)*min(c.Confidence, MaxScore), scoreSquared)
	m.Terms[Coverage] = Whole
	if q.Reserve > 0 {
		m.Terms[Coverage] = share(c.Free-q.Reserve, c.Free)
	}
	m.Terms[Recency] = recency(q.Now, c.LastSeen)
	for i, weight := range q.Preset.Weights() {
		m.Match += weight * m.Terms[i]
	}
	m.Match /= Whole
	return m, Met
}

// recency falls from Whole to 0 within recentSeconds.
func recency(now, lastSeen uint64) uint64 {
	age := uint64(0)
	if lastSeen < now {
		age = now - lastSeen
	}
	if age >= recentSeconds {
		return 0
	}
	return share(recentSeconds-age, recentSeconds)
}

// share returns Whole x part / of, rounded down. A share of nothing is 0.
func share(part, of uint64) uint64 {
	if of == 0 || part > of {
		return 0
	}
	// The quotient is at most Whole, because part <= of: Div64 can't overflow.
	high, low := bits.Mul64(Whole, part)
	quotient, _ := bits.Div64(high, low, of)
	return quotient
}

// Rank returns the candidates that can do the work, the best first: by match, then by
// lower price, then by a hash of key and id, so that equals take turns. The order does
// not depend on that of the candidates, whose ids must differ.
func Rank(q Question, candidates []Candidate) []Match {
	type entry struct {
		match Match
		tie   [sha256.Size]byte
	}
	entries := make([]entry, 0, len(candidates))
	for _, c := range candidates {
		if m, failed := q.Judge(c); failed == Met {
			entries = append(entries, entry{match: m, tie: q.tie(c.ID)})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(
			cmp.Compare(b.match.Match, a.match.Match),
			cmp.Compare(a.match.Price, b.match.Price),
			bytes.Compare(a.tie[:], b.tie[:]),
		)
	})
	ranked := make([]Match, len(entries))
	for i, e := range entries {
		ranked[i] = e.match
	}
	return ranked
}

// tie returns what decides between equals, the smaller first. Nobody can choose an id
// that always wins, because the key is different each time.
func (q Question) tie(agentID uint64) [sha256.Size]byte {
	in := make([]byte, 0, len(tieDomain)+len(q.Key)+8)
	in = append(in, tieDomain...)
	in = append(in, q.Key...)
	in = binary.BigEndian.AppendUint64(in, agentID)
	return sha256.Sum256(in)
}
