package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// OfferTransfer offers an agent with its bond to somebody, for TransferSeconds of
// market time, and returns when the offer lapses. An earlier offer ends. It returns
// ErrUnbondingUnderWay for an agent with withdrawals: those belong to the old owner.
// The signer must be the owner.
func (k *Keeper) OfferTransfer(ctx context.Context, signer sdk.AccAddress, agentID uint64, newOwner sdk.AccAddress) (uint64, error) {
	agent, bond, err := k.agentAndBond(ctx, agentID)
	if err != nil {
		return 0, err
	}
	now, err := k.Now(ctx)
	if err != nil {
		return 0, err
	}
	if err := k.authorise(agent, signer, ownerOnly); err != nil {
		return 0, err
	}
	if err := checkTransfer(agent, bond); err != nil {
		return 0, err
	}
	text, err := k.receiver(newOwner, "new_owner")
	if err != nil {
		return 0, err
	}
	if text == agent.Owner {
		return 0, types.ErrInvalidMessage.Wrapf("new_owner: expected another than the owner, got %s", text)
	}
	offer := &types.Transfer{NewOwner: text, ExpiresAt: now + types.TransferSeconds}
	if err := k.rearm(ctx, agentID, types.TIMER_KIND_TRANSFER, agent.TimerAt(types.TIMER_KIND_TRANSFER), offer.ExpiresAt); err != nil {
		return 0, err
	}
	agent.Transfer = offer
	if err := k.agents.Set(ctx, agentID, agent); err != nil {
		return 0, err
	}
	return offer.ExpiresAt, emit(ctx, &types.EventTransferOffered{
		AgentId: agentID, Owner: agent.Owner, NewOwner: text, ExpiresAt: offer.ExpiresAt,
	})
}

// checkTransfer returns an error if an agent can't change hands.
func checkTransfer(agent types.Agent, bond types.Bond) error {
	if err := agent.Status.Allows(types.ActionTransfer); err != nil {
		return err
	}
	if bond.Unbondings > 0 {
		return types.ErrUnbondingUnderWay.Wrapf("expected no withdrawals under way, which belong to the present owner, got %d", bond.Unbondings)
	}
	return nil
}

// WithdrawTransfer takes an offer of ownership back. It returns ErrTransferNotOffered
// if there is none. The signer must be the owner.
func (k *Keeper) WithdrawTransfer(ctx context.Context, signer sdk.AccAddress, agentID uint64) error {
	agent, err := k.Agent(ctx, agentID)
	if err != nil {
		return err
	}
	if err := k.authorise(agent, signer, ownerOnly); err != nil {
		return err
	}
	if agent.Transfer == nil {
		return types.ErrTransferNotOffered.Wrapf("expected an offer of agent %d, got none", agentID)
	}
	return k.endOffer(ctx, agent, false)
}

// endOffer ends an offer of ownership that nobody accepted.
func (k *Keeper) endOffer(ctx context.Context, agent types.Agent, lapsed bool) error {
	if err := k.rearm(ctx, agent.Id, types.TIMER_KIND_TRANSFER, agent.Transfer.ExpiresAt, 0); err != nil {
		return err
	}
	to := agent.Transfer.NewOwner
	agent.Transfer = nil
	if err := k.agents.Set(ctx, agent.Id, agent); err != nil {
		return err
	}
	return emit(ctx, &types.EventTransferEnded{AgentId: agent.Id, NewOwner: to, Lapsed: lapsed})
}

// AcceptTransfer makes the signer the owner, operator and payout address of an agent
// that was offered to it. The bond stays at stake and belongs to the new owner, and so
// does what is reserved of it. It returns ErrTransferNotOffered if there is no offer to
// the signer, or it lapsed, and ErrUnbondingUnderWay.
func (k *Keeper) AcceptTransfer(ctx context.Context, signer sdk.AccAddress, agentID uint64) error {
	agent, bond, err := k.agentAndBond(ctx, agentID)
	if err != nil {
		return err
	}
	now, err := k.Now(ctx)
	if err != nil {
		return err
	}
	text, err := k.addresses.BytesToString(signer)
	if err != nil {
		return err
	}
	switch offer := agent.Transfer; {
	case offer == nil || offer.NewOwner != text:
		return types.ErrTransferNotOffered.Wrapf("new_owner: expected somebody whom agent %d is offered to, got %s", agentID, text)
	case offer.ExpiresAt <= now:
		return types.ErrTransferNotOffered.Wrapf("expected to accept before market time %d, got %d", offer.ExpiresAt, now)
	}
	if err := checkTransfer(agent, bond); err != nil {
		return err
	}
	if bond.Bonded.IsPositive() {
		if err := k.escrow.Reassign(ctx, types.Reference(agentID), signer); err != nil {
			return err
		}
	}
	return k.handOver(ctx, agent, signer, text)
}

// handOver stores an agent with its new owner, whose address and text are given.
func (k *Keeper) handOver(ctx context.Context, agent types.Agent, owner sdk.AccAddress, text string) error {
	old, err := k.parties(agent)
	if err != nil {
		return err
	}
	if agent, err = k.dropPayoutChange(ctx, agent); err != nil {
		return err
	}
	if err := k.rearm(ctx, agent.Id, types.TIMER_KIND_TRANSFER, agent.Transfer.ExpiresAt, 0); err != nil {
		return err
	}
	if err := moveIndex(ctx, k.byOwner, agent.Id, old.Owner, owner); err != nil {
		return err
	}
	if err := moveIndex(ctx, k.byOperator, agent.Id, old.Operator, owner); err != nil {
		return err
	}
	was := agent.Owner
	agent.Owner, agent.Operator, agent.Payout, agent.Transfer = text, text, text, nil
	if err := k.agents.Set(ctx, agent.Id, agent); err != nil {
		return err
	}
	return emit(ctx, &types.EventOwnerChanged{AgentId: agent.Id, OldOwner: was, NewOwner: text})
}
