package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
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
	return types.AgentRecord{Agent: agent, Profile: profile, Bond: bond}, err
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

// RegisterAgent gives an agent its id, burns the registration fee and puts a bond
// of zero or more at stake. An empty operator or payout means the owner. The agent
// is active at once if the bond reaches the minimum, else pending.
func (k *Keeper) RegisterAgent(
	ctx context.Context, owner, operator, payout sdk.AccAddress, profile types.Profile, amount sdk.Coin,
) (types.Agent, error) {
	id, err := k.NextAgentID(ctx)
	if err != nil {
		return types.Agent{}, err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return types.Agent{}, err
	}
	if err := profile.Validate(); err != nil {
		return types.Agent{}, err
	}
	if err := types.ValidateCoin(amount, "bond", sdkmath.ZeroInt()); err != nil {
		return types.Agent{}, err
	}
	agent, err := k.newAgent(ctx, id, owner, operator, payout)
	if err != nil {
		return agent, err
	}
	if params.RegistrationFee.IsPositive() {
		if err := k.escrow.Burn(ctx, owner, sdk.NewCoins(params.RegistrationFee)); err != nil {
			return agent, err
		}
	}
	record := types.AgentRecord{Agent: agent, Profile: profile, Bond: types.NewBond()}
	if err := k.insert(ctx, record); err != nil {
		return agent, err
	}
	if err := k.nextAgentID.Set(ctx, id+1); err != nil {
		return agent, err
	}
	if err := emit(ctx, &types.EventAgentRegistered{
		AgentId: id, Owner: agent.Owner, Operator: agent.Operator, Payout: agent.Payout, Fee: params.RegistrationFee,
	}); err != nil || amount.IsZero() {
		return agent, err
	}
	return k.addBond(ctx, agent, record.Bond, amount)
}

// newAgent returns a pending agent with its keys, or an error for a payout that
// can't receive coins.
func (k *Keeper) newAgent(ctx context.Context, id uint64, owner, operator, payout sdk.AccAddress) (types.Agent, error) {
	if operator.Empty() {
		operator = owner
	}
	if payout.Empty() {
		payout = owner
	}
	now, err := k.clock.MarketTime(ctx)
	if err != nil {
		return types.Agent{}, err
	}
	agent := types.Agent{Id: id, Status: types.AGENT_STATUS_PENDING, RegisteredAt: now.UTC()}
	if agent.Owner, err = k.addresses.BytesToString(owner); err != nil {
		return agent, err
	}
	if agent.Operator, err = k.addresses.BytesToString(operator); err != nil {
		return agent, err
	}
	if agent.Payout, err = k.addresses.BytesToString(payout); err != nil {
		return agent, err
	}
	if k.bank.BlockedAddr(payout) || escrowtypes.IsVault(payout) {
		return agent, sdkerrors.ErrInvalidAddress.Wrapf("payout: expected an address that can receive coins, got %s", agent.Payout)
	}
	return agent, nil
}

// UpdateAgent replaces an agent's profile. The signer must be the owner or the
// operator.
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
	if err := profile.Validate(); err != nil {
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
	return emit(ctx, &types.EventAgentUpdated{AgentId: agentID, Signer: text})
}

// SetOperator lets another key sign for the agent from now on. The signer must be
// the owner.
func (k *Keeper) SetOperator(ctx context.Context, signer sdk.AccAddress, agentID uint64, operator sdk.AccAddress) error {
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
	old := agent.Operator
	oldAddress, err := k.addresses.StringToBytes(old)
	if err != nil {
		return err
	}
	if operator.Equals(sdk.AccAddress(oldAddress)) {
		return types.ErrInvalidMessage.Wrapf("operator: expected another than the present one, got %s", old)
	}
	if agent.Operator, err = k.addresses.BytesToString(operator); err != nil {
		return err
	}
	if err := k.byOperator.Remove(ctx, collections.Join(sdk.AccAddress(oldAddress), agentID)); err != nil {
		return err
	}
	if err := k.byOperator.Set(ctx, collections.Join(operator, agentID)); err != nil {
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
