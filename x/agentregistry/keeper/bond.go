package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
)

// BondAgent puts more coins of the owner at stake and returns the agent's status.
// A pending agent that reaches the minimum becomes active. The signer must be the
// owner.
func (k *Keeper) BondAgent(ctx context.Context, signer sdk.AccAddress, agentID uint64, amount sdk.Coin) (types.AgentStatus, error) {
	agent, bond, err := k.agentAndBond(ctx, agentID)
	if err != nil {
		return types.AGENT_STATUS_UNSPECIFIED, err
	}
	if err := k.authorise(agent, signer, ownerOnly); err != nil {
		return agent.Status, err
	}
	if err := types.ValidateCoin(amount, "amount", sdkmath.OneInt()); err != nil {
		return agent.Status, err
	}
	agent, err = k.addBond(ctx, agent, bond, amount)
	return agent.Status, err
}

// addBond puts coins of the owner at stake. amount is valid and positive.
func (k *Keeper) addBond(ctx context.Context, agent types.Agent, bond types.Bond, amount sdk.Coin) (types.Agent, error) {
	params, err := k.Params(ctx)
	if err != nil {
		return agent, err
	}
	parties, err := k.parties(agent)
	if err != nil {
		return agent, err
	}
	after := bond.Add(amount.Amount)
	to, err := agent.State().Next(types.ActionBond, after.Standing(params.MinBond.Amount))
	if err != nil {
		return agent, err
	}
	ref, coins := lockOf(agent.Id, amount)
	if bond.Bonded.IsZero() {
		err = k.escrow.Lock(ctx, ref, parties.Owner, coins, escrowtypes.Terms{})
	} else {
		err = k.escrow.Increase(ctx, ref, coins)
	}
	if err != nil {
		return agent, err
	}
	if err := k.bonds.Set(ctx, agent.Id, after); err != nil {
		return agent, err
	}
	if err := emit(ctx, &types.EventBonded{AgentId: agent.Id, Amount: amount, Bonded: types.Uait(after.Bonded)}); err != nil {
		return agent, err
	}
	return k.moveTo(ctx, agent, to, agent.StatusUntil)
}

// UnbondAgent starts to withdraw a free part of the bond and returns when it
// leaves, in unix seconds of market time. An active agent keeps the minimum. The
// signer must be the owner.
func (k *Keeper) UnbondAgent(ctx context.Context, signer sdk.AccAddress, agentID uint64, amount sdk.Coin) (uint64, error) {
	agent, bond, err := k.agentAndBond(ctx, agentID)
	if err != nil {
		return 0, err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return 0, err
	}
	if err := k.authorise(agent, signer, ownerOnly); err != nil {
		return 0, err
	}
	if err := types.ValidateCoin(amount, "amount", sdkmath.OneInt()); err != nil {
		return 0, err
	}
	if err := agent.Status.Allows(types.ActionUnbond); err != nil {
		return 0, err
	}
	out, err := k.planWithdrawal(ctx, agentID, amount.Amount, params)
	if err != nil {
		return 0, err
	}
	if out.bond, err = bond.Unbond(amount.Amount, out.own); err != nil {
		return 0, err
	}
	if _, err := agent.State().Next(types.ActionUnbond, out.bond.Standing(params.MinBond.Amount)); err != nil {
		return 0, err
	}
	return out.completesAt, k.startWithdrawal(ctx, out)
}

// withdrawal is what it comes to if a part of a bond starts to leave.
type withdrawal struct {
	agentID     uint64
	completesAt uint64
	// amount leaves more than before.
	amount sdkmath.Int
	// total is the whole entry, with what was to leave at the same second already.
	total sdkmath.Int
	// own says that there is no such entry yet.
	own bool
	// bond is the bond afterwards.
	bond types.Bond
}

// planLastWithdrawal plans that all that is free of a bond leaves.
func (k *Keeper) planLastWithdrawal(ctx context.Context, agentID uint64, bond types.Bond) (withdrawal, error) {
	params, err := k.Params(ctx)
	if err != nil {
		return withdrawal{}, err
	}
	out, err := k.planWithdrawal(ctx, agentID, bond.Free(), params)
	out.bond = bond.UnbondAll(out.own)
	return out, err
}

// planWithdrawal returns a withdrawal without the bond afterwards, and writes nothing.
func (k *Keeper) planWithdrawal(ctx context.Context, agentID uint64, amount sdkmath.Int, params types.Params) (withdrawal, error) {
	now, err := k.Now(ctx)
	if err != nil {
		return withdrawal{}, err
	}
	out := withdrawal{agentID: agentID, completesAt: now + params.UnbondingSeconds, amount: amount, total: amount}
	earlier, err := k.unbondings.Get(ctx, collections.Join(agentID, out.completesAt))
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return out, err
	}
	if out.own = err != nil; !out.own {
		out.total = earlier.Add(amount)
	}
	return out, nil
}

// startWithdrawal stores a withdrawal that was planned.
func (k *Keeper) startWithdrawal(ctx context.Context, out withdrawal) error {
	if err := k.bonds.Set(ctx, out.agentID, out.bond); err != nil {
		return err
	}
	if err := k.unbondings.Set(ctx, collections.Join(out.agentID, out.completesAt), out.total); err != nil {
		return err
	}
	if out.own {
		if err := k.queue.Set(ctx, collections.Join(out.completesAt, out.agentID)); err != nil {
			return err
		}
	}
	return emit(ctx, &types.EventUnbondingStarted{
		AgentId: out.agentID, Amount: types.Uait(out.amount), CompletesAt: out.completesAt,
	})
}
