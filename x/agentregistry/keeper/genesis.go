package keeper

import (
	"context"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// InitGenesis stores the genesis state. Escrow must have its locks already: an
// agent without the coins that its bond claims is refused.
func (k *Keeper) InitGenesis(ctx context.Context, gs types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := k.params.Set(ctx, gs.Params); err != nil {
		return err
	}
	if err := k.nextAgentID.Set(ctx, gs.NextAgentId); err != nil {
		return err
	}
	for _, r := range gs.Agents {
		if err := k.checkLock(ctx, r.Agent.Id, r.Bond); err != nil {
			return err
		}
		if err := k.insert(ctx, r); err != nil {
			return err
		}
	}
	for _, r := range gs.Reservations {
		if err := k.reservations.Set(ctx, collections.Join3(r.AgentId, r.Holder, r.Reference), r.Amount); err != nil {
			return err
		}
	}
	for _, u := range gs.Unbondings {
		if err := k.queue.Set(ctx, collections.Join(u.CompletesAt, u.AgentId)); err != nil {
			return err
		}
	}
	for _, u := range gs.ParkedUnbondings {
		if err := k.parked.Set(ctx, collections.Join(u.AgentId, u.CompletesAt)); err != nil {
			return err
		}
	}
	for _, list := range [][]types.Unbonding{gs.Unbondings, gs.ParkedUnbondings} {
		for _, u := range list {
			if err := k.unbondings.Set(ctx, collections.Join(u.AgentId, u.CompletesAt), u.Amount); err != nil {
				return err
			}
		}
	}
	return nil
}

// ExportGenesis returns the state in the form that InitGenesis accepts.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params(ctx)
	if err != nil {
		return nil, err
	}
	next, err := k.NextAgentID(ctx)
	if err != nil {
		return nil, err
	}
	gs := &types.GenesisState{Params: params, NextAgentId: next}
	err = k.agents.Walk(ctx, nil, func(id uint64, _ types.Agent) (bool, error) {
		record, err := k.AgentRecord(ctx, id)
		gs.Agents = append(gs.Agents, record)
		return false, err
	})
	if err != nil {
		return nil, err
	}
	err = k.reservations.Walk(ctx, nil, func(key reservationKey, amount sdkmath.Int) (bool, error) {
		gs.Reservations = append(gs.Reservations, newReservation(key, amount))
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.unbondings.Walk(ctx, nil, func(key collections.Pair[uint64, uint64], amount sdkmath.Int) (bool, error) {
		u := types.Unbonding{AgentId: key.K1(), CompletesAt: key.K2(), Amount: amount}
		parked, err := k.parked.Has(ctx, key)
		if parked {
			gs.ParkedUnbondings = append(gs.ParkedUnbondings, u)
		} else {
			gs.Unbondings = append(gs.Unbondings, u)
		}
		return false, err
	})
	return gs, err
}
