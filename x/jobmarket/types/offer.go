package types

import (
	sdkmath "cosmossdk.io/math"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// Validate returns ErrInvalidMessage or an error of the registry with the first
// field that can't be right under any parameters.
func (t OfferTerms) Validate() error {
	if err := registrytypes.ValidateSkillID(t.Skill, "terms.skill"); err != nil {
		return err
	}
	if err := t.Price.Validate("terms.price"); err != nil {
		return err
	}
	if err := registrytypes.ValidateCoin(t.MinAmount, "terms.min_amount", sdkmath.OneInt()); err != nil {
		return err
	}
	if err := registrytypes.ValidateCoin(t.MaxAmount, "terms.max_amount", t.MinAmount.Amount); err != nil {
		return err
	}
	switch {
	case t.MinDeliverySeconds == 0:
		return ErrInvalidMessage.Wrap("terms.min_delivery_seconds: expected a positive time, got 0")
	case t.MaxDeliverySeconds < t.MinDeliverySeconds:
		return ErrInvalidMessage.Wrapf("terms.max_delivery_seconds: expected at least %d (min_delivery_seconds), got %d",
			t.MinDeliverySeconds, t.MaxDeliverySeconds)
	case t.MaxReviewSeconds == 0:
		return ErrInvalidMessage.Wrap("terms.max_review_seconds: expected a positive time, got 0")
	case t.MaxLiveJobs == 0 || t.MaxLiveJobs > MaxLiveJobs:
		return ErrInvalidMessage.Wrapf("terms.max_live_jobs: expected 1 to %d, got %d", MaxLiveJobs, t.MaxLiveJobs)
	}
	if t.MaxMilestones == 0 || t.MaxMilestones > MaxMilestones {
		return ErrInvalidMessage.Wrapf("terms.max_milestones: expected 1 to %d, got %d", MaxMilestones, t.MaxMilestones)
	}
	if t.Price.Model == registrytypes.PRICE_MODEL_FLAT && t.Price.Amount.Amount.GT(t.MaxAmount.Amount) {
		return ErrInvalidMessage.Wrapf("terms.price.amount: expected at most %s (max_amount) for the whole of a milestone, got %s", t.MaxAmount, t.Price.Amount)
	}
	return nil
}

// Within returns ErrOutsideMarket with the first field of an offer that no job
// under these parameters could use.
func (t OfferTerms) Within(p Params) error {
	switch {
	case t.MinAmount.Amount.LT(p.MinAmount.Amount):
		return ErrOutsideMarket.Wrapf("terms.min_amount: expected at least %s, got %s", p.MinAmount, t.MinAmount)
	case t.MinDeliverySeconds < p.MinWindowSeconds:
		return ErrOutsideMarket.Wrapf("terms.min_delivery_seconds: expected at least %d, got %d", p.MinWindowSeconds, t.MinDeliverySeconds)
	case t.MaxDeliverySeconds > p.MaxDeliverySeconds:
		return ErrOutsideMarket.Wrapf("terms.max_delivery_seconds: expected at most %d, got %d", p.MaxDeliverySeconds, t.MaxDeliverySeconds)
	case t.MaxReviewSeconds < p.MinWindowSeconds || t.MaxReviewSeconds > p.MaxReviewSeconds:
		return ErrOutsideMarket.Wrapf("terms.max_review_seconds: expected %d to %d, got %d",
			p.MinWindowSeconds, p.MaxReviewSeconds, t.MaxReviewSeconds)
	}
	return nil
}

// Binds returns ErrOutsideOffer with the first field in which a job leaves what
// the agent has bound itself to.
func (t OfferTerms) Binds(milestones []MilestoneTerms, reviewSeconds uint64) error {
	if n := len(milestones); n > int(t.MaxMilestones) {
		return ErrOutsideOffer.Wrapf("milestones: expected at most %d, got %d", t.MaxMilestones, n)
	}
	least := t.MinAmount.Amount
	if t.Price.Model == registrytypes.PRICE_MODEL_FLAT {
		least = sdkmath.MaxInt(least, t.Price.Amount.Amount)
	}
	for i, m := range milestones {
		amount := m.Amount.Amount
		switch {
		case amount.LT(least) || amount.GT(t.MaxAmount.Amount):
			return ErrOutsideOffer.Wrapf("milestones[%d].amount: expected %s to %s, got %s", i, registrytypes.Uait(least), t.MaxAmount, m.Amount)
		case m.DeliverySeconds < t.MinDeliverySeconds || m.DeliverySeconds > t.MaxDeliverySeconds:
			return ErrOutsideOffer.Wrapf("milestones[%d].delivery_seconds: expected %d to %d, got %d",
				i, t.MinDeliverySeconds, t.MaxDeliverySeconds, m.DeliverySeconds)
		}
	}
	if reviewSeconds > t.MaxReviewSeconds {
		return ErrOutsideOffer.Wrapf("review_seconds: expected at most %d, got %d", t.MaxReviewSeconds, reviewSeconds)
	}
	return nil
}
