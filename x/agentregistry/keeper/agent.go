package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// NextAgentID returns the id that the next registration gets.
func (k *Keeper) NextAgentID(ctx context.Context) (uint64, error) {
	id, err := k.nextAgentID.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return types.FirstAgentID, nil
	}
	return id, err
}

// Agent returns an agent's identity, or ErrAgentNotFound.
func (k *Keeper) Agent(ctx context.Context, agentID uint64) (types.Agent, error) {
	agent, err := k.agents.Get(ctx, agentID)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Agent{}, types.ErrAgentNotFound.Wrapf("agent_id: expected a registered agent, got %d", agentID)
	}
	return agent, err
}

// AgentRecord returns everything about an agent, or ErrAgentNotFound.
func (k *Keeper) AgentRecord(ctx context.Context, agentID uint64) (types.AgentRecord, error) {
	agent, bond, err := k.agentAndBond(ctx, agentID)
	if err != nil {
		return types.AgentRecord{}, err
	}
	profile, err := k.profiles.Get(ctx, agentID)
	if err != nil {
		return types.AgentRecord{}, err
	}
	seen, err := k.seen(ctx, agentID)
	return types.AgentRecord{Agent: agent, Profile: profile, Bond: bond, LastSeen: seen}, err
}

// agentAndBond returns the two small records of an agent, or ErrAgentNotFound.
func (k *Keeper) agentAndBond(ctx context.Context, agentID uint64) (types.Agent, types.Bond, error) {
	agent, err := k.Agent(ctx, agentID)
	if err != nil {
		return agent, types.Bond{}, err
	}
	bond, err := k.bonds.Get(ctx, agentID)
	return agent, bond, err
}

// Registration is what somebody registers an agent with.
type Registration struct {
	// Owner controls the agent and pays.
	Owner sdk.AccAddress
	// Operator signs for it; the owner if it is empty.
	Operator sdk.AccAddress
	// Payout receives what it earns; the owner if it is empty.
	Payout sdk.AccAddress
	// Profile is what it tells about itself.
	Profile types.Profile
	// Bond is put at stake at once, zero or more uait.
	Bond sdk.Coin
	// Consent is the operator's, for agent 0; nil if the operator is the owner.
	Consent *types.OperatorConsent
}

// RegisterAgent gives an agent its id, burns the registration fee and puts a bond of
// zero or more at stake. The agent is active at once if the bond reaches the minimum,
// else pending.
func (k *Keeper) RegisterAgent(ctx context.Context, r Registration) (types.Agent, error) {
	id, err := k.NextAgentID(ctx)
	if err != nil {
		return types.Agent{}, err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return types.Agent{}, err
	}
	if err := checkProfile(r.Profile, params); err != nil {
		return types.Agent{}, err
	}
	if err := types.ValidateCoin(r.Bond, "bond", sdkmath.ZeroInt()); err != nil {
		return types.Agent{}, err
	}
	agent, err := k.newAgent(ctx, id, r, params)
	if err != nil {
		return agent, err
	}
	if params.RegistrationFee.IsPositive() {
		if err := k.escrow.Burn(ctx, r.Owner, sdk.NewCoins(params.RegistrationFee)); err != nil {
			return agent, err
		}
	}
	record := types.AgentRecord{
		Agent: agent, Profile: r.Profile, Bond: types.NewBond(), LastSeen: uint64(agent.RegisteredAt.Unix()),
	}
	if err := k.insert(ctx, record); err != nil {
		return agent, err
	}
	if err := k.nextAgentID.Set(ctx, id+1); err != nil {
		return agent, err
	}
	if err := emit(ctx, &types.EventAgentRegistered{
		AgentId: id, Owner: agent.Owner, Operator: agent.Operator, Payout: agent.Payout, Fee: params.RegistrationFee,
	}); err != nil || r.Bond.IsZero() {
		return agent, err
	}
	return k.addBond(ctx, agent, record.Bond, r.Bond)
}

// checkProfile returns ErrInvalidProfile for a profile that is out of bounds, or names
// hosts that it may not.
func checkProfile(p types.Profile, params types.Params) error {
	if err := p.Validate(); err != nil || params.AllowInternalUrls {
		return err
	}
	return p.CheckPublic()
}

// newAgent returns a pending agent with its keys. It returns an error for a payout that
// can't receive coins, and for an operator without a consent.
func (k *Keeper) newAgent(ctx context.Context, id uint64, r Registration, params types.Params) (types.Agent, error) {
	operator, payout := r.Operator, r.Payout
	if operator.Empty() {
		operator = r.Owner
	}
	if payout.Empty() {
		payout = r.Owner
	}
	now, err := k.clock.MarketTime(ctx)
	if err != nil {
		return types.Agent{}, err
	}
	agent := types.Agent{
		Id: id, Status: types.AGENT_STATUS_PENDING, RegisteredAt: now.UTC(),
		StatusUntil: uint64(now.Unix()) + params.PendingSeconds,
	}
	if agent.Owner, err = k.addresses.BytesToString(r.Owner); err != nil {
		return agent, err
	}
	if agent.Operator, err = k.addresses.BytesToString(operator); err != nil {
		return agent, err
	}
	if agent.Payout, err = k.receiver(payout, "payout"); err != nil {
		return agent, err
	}
	return agent, k.useConsent(ctx, 0, agent.Owner, operator, r.Consent)
}

// UpdateAgent replaces an agent's profile and counts as a sign of life. The signer must
// be the owner or the operator.
func (k *Keeper) UpdateAgent(ctx context.Context, signer sdk.AccAddress, agentID uint64, profile types.Profile) error {
	agent, err := k.Agent(ctx, agentID)
	if err != nil {
		return err
	}
	old, err := k.profiles.Get(ctx, agentID)
	if err != nil {
		return err
	}
	if err := k.authorise(agent, signer, ownerOrOperator); err != nil {
		return err
	}
	if err := agent.Status.Allows(types.ActionUpdate); err != nil {
		return err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return err
	}
	if err := checkProfile(profile, params); err != nil {
		return err
	}
	text, err := k.addresses.BytesToString(signer)
	if err != nil {
		return err
	}
	if err := k.replaceSkills(ctx, agentID, old, profile); err != nil {
		return err
	}
	if err := k.profiles.Set(ctx, agentID, profile); err != nil {
		return err
	}
	if _, err := k.see(ctx, agentID); err != nil {
		return err
	}
	return emit(ctx, &types.EventAgentUpdated{AgentId: agentID, Signer: text})
}

// SetOperator lets another key sign for the agent from now on. A key other than the
// owner's must have agreed to it. The signer must be the owner.
func (k *Keeper) SetOperator(
	ctx context.Context, signer sdk.AccAddress, agentID uint64, operator sdk.AccAddress, consent *types.OperatorConsent,
) error {
	agent, err := k.Agent(ctx, agentID)
	if err != nil {
		return err
	}
	if err := k.authorise(agent, signer, ownerOnly); err != nil {
		return err
	}
	if err := agent.Status.Allows(types.ActionSetOperator); err != nil {
		return err
	}
	parties, err := k.parties(agent)
	if err != nil {
		return err
	}
	old := agent.Operator
	if operator.Equals(parties.Operator) {
		return types.ErrInvalidMessage.Wrapf("operator: expected another than the present one, got %s", old)
	}
	if agent.Operator, err = k.addresses.BytesToString(operator); err != nil {
		return err
	}
	if err := k.useConsent(ctx, agentID, agent.Owner, operator, consent); err != nil {
		return err
	}
	if err := moveIndex(ctx, k.byOperator, agentID, parties.Operator, operator); err != nil {
		return err
	}
	if err := k.agents.Set(ctx, agentID, agent); err != nil {
		return err
	}
	return emit(ctx, &types.EventOperatorChanged{AgentId: agentID, OldOperator: old, NewOperator: agent.Operator})
}

// role is who may act for an agent.
type role uint8

const (
	ownerOnly role = iota
	ownerOrOperator
)

// authorise returns ErrWrongSigner unless the signer may act for the agent.
func (k *Keeper) authorise(agent types.Agent, signer sdk.AccAddress, who role) error {
	text, err := k.addresses.BytesToString(signer)
	if err != nil {
		return err
	}
	switch {
	case text == agent.Owner, who == ownerOrOperator && text == agent.Operator:
		return nil
	case who == ownerOrOperator:
		return types.ErrWrongSigner.Wrapf("signer: expected owner %s or operator %s of agent %d, got %s",
			agent.Owner, agent.Operator, agent.Id, text)
	default:
		return types.ErrWrongSigner.Wrapf("signer: expected owner %s of agent %d, got %s", agent.Owner, agent.Id, text)
	}
}
