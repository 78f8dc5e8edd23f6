package hire

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/client/seal"
	"github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// askedAtOnce is how many endpoints are asked at the same time.
const askedAtOnce = 8

// candidate is an agent that can carry out the order if its endpoint answers.
type candidate struct {
	agent     Agent
	quote     Quote
	mediaType string
}

// consider returns the agent's cheapest offer that fits the order, or the reason why
// the agent is passed over.
func (h *Hirer) consider(ctx context.Context, o Order, rules Rules, record registrytypes.AgentRecord) (candidate, string, error) {
	agent, mediaType, reason := h.eligible(o, rules, record)
	if reason != "" {
		return candidate{}, reason, nil
	}
	offers, err := h.config.Market.Offers(ctx, agent.ID)
	if err != nil {
		return candidate{}, "", fmt.Errorf("ask for the offers of agent %d: %w", agent.ID, err)
	}
	best, reason := candidate{}, "has no standing offer for "+o.Skill
	for _, offer := range offers {
		if offer.Terms.Skill != o.Skill {
			continue
		}
		quote, why := quoteOf(o, rules.Market, offer.Terms, record.Bond)
		switch {
		case why != "":
			if best.agent.ID == 0 {
				reason = why
			}
		case best.agent.ID == 0 || quote.Amount.LT(best.quote.Amount):
			agent.OfferID = offer.OfferId
			best, reason = candidate{agent: agent, quote: quote, mediaType: mediaType}, ""
		}
	}
	return best, reason, nil
}

// eligible checks what concerns the agent itself, as the chain would, and whether an
// input can get to it.
func (h *Hirer) eligible(o Order, rules Rules, record registrytypes.AgentRecord) (Agent, string, string) {
	a := record.Agent
	agent := Agent{ID: a.Id, Name: record.Profile.Name}
	me := h.config.Wallet.Address()
	skill := slices.IndexFunc(record.Profile.Skills, func(s registrytypes.Skill) bool { return s.Id == o.Skill })
	switch {
	case a.Status != registrytypes.AGENT_STATUS_ACTIVE:
		return agent, "", "is " + statusText(a.Status)
	case me == a.Owner || me == a.Operator || me == a.Payout:
		return agent, "", "is your own"
	case record.Bond.Stake().LT(rules.MinBond):
		return agent, "", "has less at stake than the market demands"
	case skill < 0:
		return agent, "", "does not offer " + o.Skill
	}
	mediaType, ok := o.pickMediaType(record.Profile.Skills[skill].InputMediaTypes)
	if !ok {
		return agent, "", fmt.Sprintf("takes %s, not %s", strings.Join(record.Profile.Skills[skill].InputMediaTypes, ", "), o.MediaType)
	}
	if agent.URL = endpointOf(record.Profile); agent.URL == "" {
		return agent, "", "publishes no endpoint with the binding " + endpointBinding
	}
	key, err := keyOf(record.Profile)
	if err != nil {
		return agent, "", err.Error()
	}
	agent.Key = key
	return agent, mediaType, ""
}

func statusText(s registrytypes.AgentStatus) string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "AGENT_STATUS_"))
}

// endpointBinding is what the protocol of payloads is called in a profile.
const endpointBinding = "HTTP+JSON"

func endpointOf(p registrytypes.Profile) string {
	for _, i := range p.Interfaces {
		if i.Binding == endpointBinding {
			return i.Url
		}
	}
	return ""
}

// keyOf returns the agent's key to seal to: of the strongest suite it has.
func keyOf(p registrytypes.Profile) (registrytypes.MessagingKey, error) {
	for _, suite := range []seal.Suite{seal.X25519MLKEM768, seal.X25519} {
		for _, k := range p.MessagingKeys {
			if seal.Suite(k.Suite) != suite {
				continue
			}
			if _, err := seal.ParsePublicKey(suite, k.PublicKey); err == nil {
				return k, nil
			}
		}
	}
	return registrytypes.MessagingKey{}, errors.New("publishes no key to seal an input to")
}

// quoteOf returns what an offer comes to for an order, or why it does not fit.
func quoteOf(o Order, p jobmarkettypes.Params, offer jobmarkettypes.OfferTerms, bond registrytypes.Bond) (Quote, string) {
	if offer.Price.Model != registrytypes.PRICE_MODEL_FLAT {
		return Quote{}, "has no flat price for " + o.Skill
	}
	amount := sdkmath.MaxInt(sdkmath.MaxInt(offer.Price.Amount.Amount, offer.MinAmount.Amount), p.MinAmount.Amount)
	if o.hasBudget() && amount.GT(o.Budget) {
		return Quote{}, fmt.Sprintf("asks %s %s, which is over the budget", types.FormatAIT(amount), types.DisplayDenom)
	}
	delivery, review := o.windows(
		bounds{max(offer.MinDeliverySeconds, p.MinWindowSeconds), min(offer.MaxDeliverySeconds, p.MaxDeliverySeconds)},
		bounds{p.MinWindowSeconds, min(offer.MaxReviewSeconds, p.MaxReviewSeconds)}, p.DefaultReviewSeconds)
	milestones := []jobmarkettypes.MilestoneTerms{{
		Amount: registrytypes.Uait(amount), DeliverySeconds: delivery, DescriptionHash: make([]byte, sha256.Size),
	}}
	if err := offer.Binds(milestones, review); err != nil {
		return Quote{}, "does not agree: " + reasonOf(err)
	}
	if err := p.CheckJob(milestones, review); err != nil {
		return Quote{}, "can't be hired so: " + reasonOf(err)
	}
	terms := p.Terms(milestones)
	if _, err := bond.Reserve(terms.Reserved, offer.MaxLiveJobs); err != nil {
		return Quote{}, "is busy: " + reasonOf(err)
	}
	return Quote{
		Amount: amount, AgentFee: jobmarkettypes.BpsDown(amount, p.FeeBps),
		DisputeDeposit: terms.DisputeDeposit, PostingFee: p.PostingFee.Amount,
		TxFee: sdkmath.ZeroInt(), DeliverySeconds: delivery, ReviewSeconds: review,
	}, ""
}

// reasonOf strips what names the milestone, of which there is only one, and the
// class of the error.
func reasonOf(err error) string {
	text := strings.TrimPrefix(err.Error(), "milestones[0].")
	if at := strings.LastIndex(text, ": "); at > 0 && strings.Contains(text, "expected") {
		return text[:at]
	}
	return text
}

// answers asks the endpoints of candidates at the same time, so that those that never
// answer don't keep the client waiting one by one. It returns a reason for each: "" if
// the endpoint says that it is the agent and takes work.
func (h *Hirer) answers(ctx context.Context, candidates []candidate) []string {
	reasons := make([]string, len(candidates))
	var asked sync.WaitGroup
	for i, c := range candidates[1:] {
		asked.Go(func() { reasons[i+1] = h.answer(ctx, c.agent) })
	}
	reasons[0] = h.answer(ctx, candidates[0].agent)
	asked.Wait()
	return reasons
}

func (h *Hirer) answer(ctx context.Context, a Agent) string {
	info, err := h.config.Transport.Health(ctx, a.URL)
	switch {
	case err != nil:
		return "is away: " + err.Error()
	case info.AgentID != a.ID || info.ChainID != h.config.ChainID:
		return fmt.Sprintf("is not at %s: agent %d of chain %s answers there", a.URL, info.AgentID, info.ChainID)
	case !info.Ready:
		return "takes no work now"
	}
	return ""
}
