package types_test

import (
	"testing"

	"pgregory.net/rapid"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// Each bound that the parameters set for offers, at it and one past it.
func TestOfferTerms_Within(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*types.OfferTerms)
		field  string // empty for none
	}{
		{"as it is", func(*types.OfferTerms) {}, ""},
		{"min_amount below", func(o *types.OfferTerms) { o.MinAmount = uait(999) }, "terms.min_amount"},
		{"min_delivery_seconds below", func(o *types.OfferTerms) { o.MinDeliverySeconds = 119 }, "terms.min_delivery_seconds"},
		{"max_delivery_seconds most", func(o *types.OfferTerms) { o.MaxDeliverySeconds = 90 * day }, ""},
		{"max_delivery_seconds above", func(o *types.OfferTerms) { o.MaxDeliverySeconds = 90*day + 1 }, "terms.max_delivery_seconds"},
		{"max_review_seconds least", func(o *types.OfferTerms) { o.MaxReviewSeconds = 120 }, ""},
		{"max_review_seconds below", func(o *types.OfferTerms) { o.MaxReviewSeconds = 119 }, "terms.max_review_seconds"},
		{"max_review_seconds most", func(o *types.OfferTerms) { o.MaxReviewSeconds = 14 * day }, ""},
		{"max_review_seconds above", func(o *types.OfferTerms) { o.MaxReviewSeconds = 14*day + 1 }, "terms.max_review_seconds"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			terms := offerTerms()
			tc.change(&terms)
			expect(t, terms.Within(types.DefaultParams()), errorOf(tc.field, types.ErrOutsideMarket), tc.field)
		})
	}
}

func errorOf(field string, err error) error {
	if field == "" {
		return nil
	}
	return err
}

// Each bound that an offer sets for jobs, at it and one past it.
func TestOfferTerms_Binds(t *testing.T) {
	flat := func(least int64) func(*types.OfferTerms) {
		return func(o *types.OfferTerms) { o.Price.Amount = uait(least) }
	}
	none := func(*types.OfferTerms) {}
	for _, tc := range []struct {
		name   string
		offer  func(*types.OfferTerms)
		job    func(*types.MilestoneTerms)
		review uint64
		field  string // empty for none
	}{
		{"as it is", none, func(*types.MilestoneTerms) {}, 86_400, ""},
		{"amount least", none, func(m *types.MilestoneTerms) { m.Amount = uait(1_000) }, 1, ""},
		{"amount below", none, func(m *types.MilestoneTerms) { m.Amount = uait(999) }, 1, "milestones[1].amount"},
		{"amount most", none, func(m *types.MilestoneTerms) { m.Amount = uait(100 * ait) }, 1, ""},
		{"amount above", none, func(m *types.MilestoneTerms) { m.Amount = uait(100*ait + 1) }, 1, "milestones[1].amount"},
		{"the flat price", flat(2_000), func(m *types.MilestoneTerms) { m.Amount = uait(2_000) }, 1, ""},
		{"below the flat price", flat(2_000), func(m *types.MilestoneTerms) { m.Amount = uait(1_999) }, 1, "milestones[1].amount"},
		{"a flat price below the least amount", flat(1), func(m *types.MilestoneTerms) { m.Amount = uait(999) }, 1, "milestones[1].amount"},
		{
			"other prices inform only",
			func(o *types.OfferTerms) {
				o.Price = registrytypes.Price{Model: registrytypes.PRICE_MODEL_PER_SECOND, Amount: uait(5_000)}
			},
			func(m *types.MilestoneTerms) { m.Amount = uait(1_000) }, 1, "",
		},
		{"delivery_seconds least", none, func(m *types.MilestoneTerms) { m.DeliverySeconds = 120 }, 1, ""},
		{"delivery_seconds below", none, func(m *types.MilestoneTerms) { m.DeliverySeconds = 119 }, 1, "milestones[1].delivery_seconds"},
		{"delivery_seconds most", none, func(m *types.MilestoneTerms) { m.DeliverySeconds = 86_400 }, 1, ""},
		{"delivery_seconds above", none, func(m *types.MilestoneTerms) { m.DeliverySeconds = 86_401 }, 1, "milestones[1].delivery_seconds"},
		{"review_seconds above", none, func(*types.MilestoneTerms) {}, 86_401, "review_seconds"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			terms, list := offerTerms(), milestones(ait, ait)
			tc.offer(&terms)
			tc.job(&list[1])
			expect(t, terms.Binds(list, tc.review), errorOf(tc.field, types.ErrOutsideOffer), tc.field)
		})
	}
}

// An offer says how many milestones a job may have.
func TestOfferTerms_Binds_Milestones(t *testing.T) {
	terms := offerTerms()
	expect(t, terms.Binds(milestones(ait, ait, ait), 120), nil, "")
	expect(t, terms.Binds(milestones(ait, ait, ait, ait), 120), types.ErrOutsideOffer, "milestones")
}

// Whatever the parameters are, there is a job that they allow: the smallest one.
func TestParams_CheckJob_SmallestJob(t *testing.T) {
	window := func(t *rapid.T, name string, lo, hi uint64) uint64 { return rapid.Uint64Range(lo, hi).Draw(t, name) }
	rapid.Check(t, func(t *rapid.T) {
		p := types.DefaultParams()
		p.MinWindowSeconds = window(t, "min_window_seconds", types.LeastWindowSeconds, 3_600)
		p.MaxDeliverySeconds = window(t, "max_delivery_seconds", p.MinWindowSeconds, year)
		p.MaxReviewSeconds = window(t, "max_review_seconds", p.MinWindowSeconds, year)
		p.DefaultReviewSeconds = window(t, "default_review_seconds", p.MinWindowSeconds, p.MaxReviewSeconds)
		p.ReassignSeconds = window(t, "reassign_seconds", p.MinWindowSeconds, 14*day)
		p.HorizonSeconds = window(t, "horizon_seconds", 1, year)
		if p.Validate() != nil {
			t.Skip()
		}
		list := milestones(p.MinAmount.Amount.Int64())
		list[0].DeliverySeconds = p.MinWindowSeconds
		if err := p.CheckJob(list, p.MinWindowSeconds); err != nil {
			t.Fatalf("expected the smallest job to fit, got %v", err)
		}
	})
}

// Each bound that the parameters set for jobs, at it and one past it.
func TestParams_CheckJob(t *testing.T) {
	for _, tc := range []struct {
		name   string
		params func(*types.Params)
		job    func(*types.MilestoneTerms)
		review uint64
		field  string // empty for none
	}{
		{"as it is", nil, nil, review, ""},
		{"amount least", nil, func(m *types.MilestoneTerms) { m.Amount = uait(1_000) }, review, ""},
		{"amount below", nil, func(m *types.MilestoneTerms) { m.Amount = uait(999) }, review, "milestones[1].amount"},
		{"delivery_seconds least", nil, func(m *types.MilestoneTerms) { m.DeliverySeconds = 120 }, review, ""},
		{"delivery_seconds below", nil, func(m *types.MilestoneTerms) { m.DeliverySeconds = 119 }, review, "milestones[1].delivery_seconds"},
		{"delivery_seconds most", nil, func(m *types.MilestoneTerms) { m.DeliverySeconds = 90 * day }, review, ""},
		{"delivery_seconds above", nil, func(m *types.MilestoneTerms) { m.DeliverySeconds = 90*day + 1 }, review, "milestones[1].delivery_seconds"},
		{"delivery_seconds of no measure", nil, func(m *types.MilestoneTerms) { m.DeliverySeconds = 1<<64 - 1 }, review, "milestones[1].delivery_seconds"},
		{"review_seconds least", nil, nil, 120, ""},
		{"review_seconds below", nil, nil, 119, "review_seconds"},
		{"review_seconds most", nil, nil, 14 * day, ""},
		{"review_seconds above", nil, nil, 14*day + 1, "review_seconds"},
		// Two deliveries of 600 s, two reviews of 1,200 s, a day to reassign.
		{"horizon reached", func(p *types.Params) { p.HorizonSeconds = 3_600 + day }, nil, review, ""},
		{"horizon passed", func(p *types.Params) { p.HorizonSeconds = 3_600 + day - 1 }, nil, review, "milestones"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, list := types.DefaultParams(), milestones(ait, ait)
			if tc.params != nil {
				tc.params(&p)
			}
			if tc.job != nil {
				tc.job(&list[1])
			}
			expect(t, p.CheckJob(list, tc.review), errorOf(tc.field, types.ErrOutsideMarket), tc.field)
		})
	}
}
