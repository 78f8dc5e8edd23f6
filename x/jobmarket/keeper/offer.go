package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// Offer returns a standing offer, or ErrOfferNotFound.
func (k *Keeper) Offer(ctx context.Context, agentID uint64, offerID uint32) (types.OfferTerms, error) {
	terms, err := k.offers.Get(ctx, collections.Join(agentID, offerID))
	if errors.Is(err, collections.ErrNotFound) {
		return types.OfferTerms{}, types.ErrOfferNotFound.Wrapf("offer_id: expected a standing offer of agent %d, got %d", agentID, offerID)
	}
	return terms, err
}

// PublishOffer makes a standing offer of an agent and returns its number. The
// signer must be the agent's operator or owner, and the agent have the skill.
func (k *Keeper) PublishOffer(ctx context.Context, signer sdk.AccAddress, agentID uint64, terms types.OfferTerms) (uint32, error) {
	if err := k.authoriseAgent(ctx, signer, agentID); err != nil {
		return 0, err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return 0, err
	}
	if err := terms.Within(params); err != nil {
		return 0, err
	}
	if err := k.checkSkill(ctx, agentID, terms.Skill); err != nil {
		return 0, err
	}
	standing, err := k.Offers(ctx, agentID)
	if err != nil {
		return 0, err
	}
	if len(standing) >= types.MaxOffers {
		return 0, types.ErrTooManyOffers.Wrapf("expected fewer than %d standing offers of agent %d, got %d", types.MaxOffers, agentID, len(standing))
	}
	last, err := k.offerSequences.Get(ctx, agentID)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return 0, err
	}
	id := last + 1
	if err := k.offerSequences.Set(ctx, agentID, id); err != nil {
		return 0, err
	}
	if err := k.offers.Set(ctx, collections.Join(agentID, id), terms); err != nil {
		return 0, err
	}
	return id, emit(ctx, &types.EventOfferPublished{Offer: types.Offer{AgentId: agentID, OfferId: id, Terms: terms}})
}

// WithdrawOffer closes an offer. The signer must be the agent's operator or owner.
func (k *Keeper) WithdrawOffer(ctx context.Context, signer sdk.AccAddress, agentID uint64, offerID uint32) error {
	if err := k.authoriseAgent(ctx, signer, agentID); err != nil {
		return err
	}
	if _, err := k.Offer(ctx, agentID, offerID); err != nil {
		return err
	}
	if err := k.offers.Remove(ctx, collections.Join(agentID, offerID)); err != nil {
		return err
	}
	return emit(ctx, &types.EventOfferWithdrawn{AgentId: agentID, OfferId: offerID})
}

// checkSkill returns ErrSkillNotFound unless the agent says that it has the skill.
func (k *Keeper) checkSkill(ctx context.Context, agentID uint64, skill string) error {
	has, err := k.Registry.HasSkill(ctx, agentID, skill)
	if err != nil {
		return err
	}
	if !has {
		return types.ErrSkillNotFound.Wrapf("skill: expected one that agent %d has, got %q", agentID, skill)
	}
	return nil
}

// authoriseAgent returns ErrWrongSigner unless the signer acts for the agent.
func (k *Keeper) authoriseAgent(ctx context.Context, signer sdk.AccAddress, agentID uint64) error {
	parties, err := k.Registry.Parties(ctx, agentID)
	if err != nil {
		return err
	}
	if !signer.Equals(parties.Operator) && !signer.Equals(parties.Owner) {
		return types.ErrWrongSigner.Wrapf("signer: expected operator %s or owner %s of agent %d, got %s",
			parties.Operator, parties.Owner, agentID, signer)
	}
	return nil
}

// Offers returns the standing offers of an agent in order, at most MaxOffers.
func (k *Keeper) Offers(ctx context.Context, agentID uint64) ([]types.Offer, error) {
	var offers []types.Offer
	err := k.offers.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint32](agentID),
		func(key collections.Pair[uint64, uint32], terms types.OfferTerms) (bool, error) {
			offers = append(offers, types.Offer{AgentId: agentID, OfferId: key.K2(), Terms: terms})
			return false, nil
		})
	return offers, err
}
