package market_test

import (
	"math/rand/v2"
	"slices"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	chaintypes "github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	ait = 1_000_000
	day = 24 * 60 * 60
)

func uait(n int64) sdk.Coin { return sdk.NewInt64Coin(chaintypes.BaseDenom, n) }

// tier is a row of the README's table of deposits.
type tier struct{ from, feeBps, feeMin, feeMax, stakeBps int64 }

// rules are the parameters of the job market.
type rules struct {
	feeBps, postingFee, minAmount, bondBps, killBps                     int64
	minWindow, maxDelivery, defaultReview, maxReview, reassign, horizon int64
	timeouts                                                            int
	seats                                                               int64
	tiers                                                               []tier
}

// standardRules are the defaults of the README.
func standardRules() rules {
	return rules{
		feeBps: 250, postingFee: 1_000, minAmount: 1_000, bondBps: 1_000, killBps: 2_000,
		minWindow: 120, maxDelivery: 90 * day, defaultReview: day, maxReview: 14 * day, reassign: day, horizon: 180 * day,
		timeouts: 200, seats: 5,
		tiers: []tier{
			{1 * ait, 50, 0, 0, 550},
			{100 * ait, 40, ait / 2, 0, 500},
			{10_000 * ait, 20, 40 * ait, 50 * ait, 500},
		},
	}
}

func one[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// randomRules are valid, and often at a bound.
func randomRules(r *rand.Rand) rules {
	p := standardRules()
	p.feeBps, p.postingFee, p.minAmount = one[int64](r, 0, 1, 250, 333, 2_000), one[int64](r, 0, 7, 1_000), one[int64](r, 1, 1_000)
	p.bondBps, p.killBps = one[int64](r, 0, 500, 1_001, 10_000), one[int64](r, 0, 2_000, 3_333, 10_000)
	p.minWindow = one[int64](r, 20, 60, 120)
	p.maxDelivery, p.maxReview = one[int64](r, 600, 90*day), one[int64](r, 600, 14*day)
	p.defaultReview, p.reassign = one(r, p.minWindow, 300, 600), one(r, p.minWindow, 300, day)
	if p.horizon = one[int64](r, 5_000, 180*day, 180*day); p.horizon == 5_000 {
		p.reassign = min(p.reassign, 300)
	}
	p.timeouts = one(r, 1, 2, 3, 200)
	p.seats = one[int64](r, 1, 5, 31)
	p.tiers = nil
	from := int64(0)
	for range 1 + r.IntN(4) {
		from += 1 + r.Int64N(4*ait)
		t := tier{from: from, feeBps: r.Int64N(101), feeMin: one(r, 0, r.Int64N(ait)), stakeBps: r.Int64N(2_001)}
		if r.IntN(2) == 0 {
			t.feeMax = max(1, t.feeMin+r.Int64N(ait))
		}
		p.tiers = append(p.tiers, t)
	}
	return p
}

// message returns the parameters as the module knows them.
func (p rules) message() jobmarkettypes.Params {
	m := jobmarkettypes.Params{
		FeeBps: uint32(p.feeBps), PostingFee: uait(p.postingFee), MinAmount: uait(p.minAmount),
		PerformanceBondBps: uint32(p.bondBps), KillFeeBps: uint32(p.killBps),
		MinWindowSeconds: uint64(p.minWindow), MaxDeliverySeconds: uint64(p.maxDelivery),
		DefaultReviewSeconds: uint64(p.defaultReview), MaxReviewSeconds: uint64(p.maxReview),
		ReassignSeconds: uint64(p.reassign), HorizonSeconds: uint64(p.horizon),
		MaxTimeoutsPerBlock: uint32(p.timeouts), PanelSeats: uint32(p.seats),
	}
	for _, t := range p.tiers {
		m.DisputeTiers = append(m.DisputeTiers, jobmarkettypes.DisputeTier{
			From: sdkmath.NewInt(t.from), JurorFeeBps: uint32(t.feeBps), JurorFeeMin: sdkmath.NewInt(t.feeMin),
			JurorFeeMax: sdkmath.NewInt(t.feeMax), StakeBps: uint32(t.stakeBps),
		})
	}
	return m
}

// deposit is what each side puts up over an amount: the seats' fees and the stake of
// its tier, each rounded up, but no less than what the tiers before come to where
// its own begins.
func (p rules) deposit(amount int64) int64 { return depositOf(p.tiers, p.seats, amount) }

func depositOf(tiers []tier, seats, amount int64) int64 {
	last := len(tiers) - 1
	for last >= 0 && tiers[last].from > amount {
		last--
	}
	if last < 0 {
		return 0
	}
	t := tiers[last]
	fee := max(up(amount, t.feeBps), t.feeMin)
	if t.feeMax > 0 {
		fee = min(fee, t.feeMax)
	}
	return max(seats*fee+up(amount, t.stakeBps), depositOf(tiers[:last], seats, t.from))
}

// agencyRules are the parameters of the registry.
type agencyRules struct {
	fee, minBond, unbonding int64
	pending, silence        int64
	payoutDelay             int64
	completions, timers     int
}

func standardAgencyRules() agencyRules {
	return agencyRules{fee: ait, minBond: 25 * ait, unbonding: 21 * day, pending: 30 * day, silence: 7 * day, payoutDelay: day, completions: 100, timers: 100}
}

func randomAgencyRules(r *rand.Rand) agencyRules {
	return agencyRules{
		fee: one[int64](r, 0, ait), minBond: one[int64](r, 1, 10*ait, 25*ait),
		unbonding: one[int64](r, 60, 60, 3_600, 21*day), completions: one(r, 1, 2, 100),
		pending: one[int64](r, 3_600, 30*day), silence: one[int64](r, 3_600, 7*day, 7*day, 90*day, 90*day), timers: one(r, 1, 2, 100),
		payoutDelay: one[int64](r, 60, 3_600, day),
	}
}

func (p agencyRules) message() registrytypes.Params {
	return registrytypes.Params{
		RegistrationFee: uait(p.fee), MinBond: uait(p.minBond),
		UnbondingSeconds: uint64(p.unbonding), MaxCompletionsPerBlock: uint32(p.completions),
		PendingSeconds: uint64(p.pending), SilenceSeconds: uint64(p.silence), MaxTimersPerBlock: uint32(p.timers), PayoutDelaySeconds: uint64(p.payoutDelay),
	}
}

// offer is what an agent binds itself to. live says that it stands.
type offer struct {
	id                                       uint32
	stands                                   bool
	skill                                    string
	flat, price, minAmount, maxAmount        int64
	minDelivery, maxDelivery, maxReview, cap int64
	maxMilestones                            int
}

// randomOffer is one that the rules allow, most of the time.
func randomOffer(r *rand.Rand, p rules, list []string) offer {
	o := offer{
		skill: one(r, list...), flat: r.Int64N(2), price: one[int64](r, 1, 1_000, 5_000),
		minAmount: p.minAmount + one[int64](r, 0, 0, 500), maxAmount: one[int64](r, 5*ait, 100*ait),
		minDelivery: p.minWindow, maxDelivery: p.maxDelivery, maxReview: p.maxReview, cap: one[int64](r, 1, 2, 3, 1_000, 1_000),
		maxMilestones: one(r, 1, 2, 16, 16, 16),
	}
	switch r.IntN(60) {
	case 0:
		o.minAmount = max(1, p.minAmount-1)
	case 1:
		o.minDelivery = p.minWindow - 1
	case 2:
		o.maxDelivery = p.maxDelivery + 1
	case 3:
		o.maxReview = p.maxReview + 1
	case 4:
		o.maxReview = p.minWindow - 1
	case 5:
		o.skill = "image.draw" // nobody's
	}
	return o
}

// fits reports whether the rules allow an offer.
func (o *offer) fits(p rules) bool {
	return o.minAmount >= p.minAmount && o.minDelivery >= p.minWindow && o.maxDelivery <= p.maxDelivery &&
		o.maxReview >= p.minWindow && o.maxReview <= p.maxReview
}

func (o *offer) terms() jobmarkettypes.OfferTerms {
	price := registrytypes.Price{Model: registrytypes.PRICE_MODEL_PER_SECOND, Amount: uait(o.price)}
	if o.flat == 1 {
		price.Model = registrytypes.PRICE_MODEL_FLAT
	}
	return jobmarkettypes.OfferTerms{
		Skill: o.skill, Price: price, MinAmount: uait(o.minAmount), MaxAmount: uait(o.maxAmount),
		MinDeliverySeconds: uint64(o.minDelivery), MaxDeliverySeconds: uint64(o.maxDelivery),
		MaxReviewSeconds: uint64(o.maxReview), MaxLiveJobs: uint32(o.cap), MaxMilestones: uint32(o.maxMilestones),
	}
}

// least is the least that a milestone of the offer may pay.
func (o *offer) least() int64 {
	if o.flat == 1 {
		return max(o.minAmount, o.price)
	}
	return o.minAmount
}

// skills are those that agents of these tests may have.
var skills = []string{"text.summarize", "text.translate"}

func hasSkill(list []string, skill string) bool { return slices.Contains(list, skill) }
