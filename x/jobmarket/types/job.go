package types

import (
	"crypto/sha256"

	sdkmath "cosmossdk.io/math"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

const (
	maxRefLength  = 64
	maxResultSize = 1 << 40
)

// validateMilestones checks what no parameter decides.
func validateMilestones(milestones []MilestoneTerms) error {
	if n := len(milestones); n < 1 || n > MaxMilestones {
		return ErrInvalidMessage.Wrapf("milestones: expected 1 to %d, got %d", MaxMilestones, n)
	}
	for i, m := range milestones {
		if err := registrytypes.ValidateCoin(m.Amount, "amount", sdkmath.OneInt()); err != nil {
			return ErrInvalidMessage.Wrapf("milestones[%d].%s", i, err)
		}
		if m.DeliverySeconds == 0 {
			return ErrInvalidMessage.Wrapf("milestones[%d].delivery_seconds: expected a positive time, got 0", i)
		}
		if len(m.DescriptionHash) != sha256.Size {
			return ErrInvalidMessage.Wrapf("milestones[%d].description_hash: expected %d bytes, got %d", i, sha256.Size, len(m.DescriptionHash))
		}
	}
	return nil
}

// CheckJob returns ErrOutsideMarket with the first field of a job that the
// parameters don't allow.
func (p Params) CheckJob(milestones []MilestoneTerms, reviewSeconds uint64) error {
	for i, m := range milestones {
		if m.Amount.Amount.LT(p.MinAmount.Amount) {
			return ErrOutsideMarket.Wrapf("milestones[%d].amount: expected at least %s, got %s", i, p.MinAmount, m.Amount)
		}
		if m.DeliverySeconds < p.MinWindowSeconds || m.DeliverySeconds > p.MaxDeliverySeconds {
			return ErrOutsideMarket.Wrapf("milestones[%d].delivery_seconds: expected %d to %d, got %d",
				i, p.MinWindowSeconds, p.MaxDeliverySeconds, m.DeliverySeconds)
		}
	}
	if reviewSeconds < p.MinWindowSeconds || reviewSeconds > p.MaxReviewSeconds {
		return ErrOutsideMarket.Wrapf("review_seconds: expected %d to %d, got %d", p.MinWindowSeconds, p.MaxReviewSeconds, reviewSeconds)
	}
	if longest := Longest(milestones, reviewSeconds, p.ReassignSeconds); longest > p.HorizonSeconds {
		return ErrOutsideMarket.Wrapf("milestones: expected all windows to end within %d seconds, got %d", p.HorizonSeconds, longest)
	}
	return nil
}

// Validate returns ErrInvalidMessage with the first field that is wrong.
func (r Result) Validate() error {
	if len(r.Sha256) != sha256.Size {
		return ErrInvalidMessage.Wrapf("result.sha256: expected %d bytes, got %d", sha256.Size, len(r.Sha256))
	}
	if r.Size_ == 0 || r.Size_ > maxResultSize {
		return ErrInvalidMessage.Wrapf("result.size: expected 1 to %d bytes, got %d", uint64(maxResultSize), r.Size_)
	}
	if !registrytypes.IsMediaType(r.MediaType) {
		return ErrInvalidMessage.Wrapf("result.media_type: expected one such as text/markdown, 128 characters at most, got %q", r.MediaType)
	}
	if !registrytypes.IsURL(r.Uri) {
		return ErrInvalidMessage.Wrapf("result.uri: expected an http or https address of at most 256 bytes without credentials and fragment, got %q", r.Uri)
	}
	return nil
}

// validateRef checks a client's own name for a job; empty is fine.
func validateRef(ref string) error {
	if len(ref) > maxRefLength {
		return ErrInvalidMessage.Wrapf("client_ref: expected at most %d characters, got %d", maxRefLength, len(ref))
	}
	for i := range len(ref) {
		c := ref[i]
		ok := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_'
		if !ok {
			return ErrInvalidMessage.Wrapf("client_ref: expected letters, digits, dot, hyphen and underscore, got %q", ref)
		}
	}
	return nil
}

// NewReceipt returns what became of a job. It means something once the job has
// ended.
func NewReceipt(r JobRecord) Receipt {
	j, p := r.Job, r.Progress
	return Receipt{
		Client: j.Client, Sequence: j.Sequence, AgentId: j.AgentId, Skill: j.Skill,
		Status: p.Status, Milestones: p.Milestones, Ledger: p.Ledger,
		PostingFee: j.Terms.PostingFee, PostedAt: j.PostedAt, EndedAt: p.EndedAt,
	}
}
