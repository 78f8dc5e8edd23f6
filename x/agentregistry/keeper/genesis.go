package keeper

import (
	"context"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

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
	for _, timer := range gs.ParkedTimers {
		if err := k.timers.Remove(ctx, collections.Join3(timer.At, timer.AgentId, uint32(timer.Kind))); err != nil {
			return err
		}
		if err := k.parkedTimers.Set(ctx, collections.Join(timer.AgentId, uint32(timer.Kind)), timer.At); err != nil {
			return err
		}
	}
	if err := k.initSaid(ctx, gs); err != nil {
		return err
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

// initSaid stores what others than the owners said.
func (k *Keeper) initSaid(ctx context.Context, gs types.GenesisState) error {
	for _, a := range gs.Attestations {
		issuer, err := k.addresses.StringToBytes(a.Issuer)
		if err != nil {
			return err
		}
		if err := k.attestations.Set(ctx, collections.Join3(a.AgentId, sdk.AccAddress(issuer), uint32(a.Type)), a); err != nil {
			return err
		}
	}
	for _, c := range gs.UsedConsents {
		operator, err := k.addresses.StringToBytes(c.Operator)
		if err != nil {
			return err
		}
		if err := k.consents.Set(ctx, operator, c.Deadline); err != nil {
			return err
		}
	}
	return nil
}

// exportSaid adds what others than the owners said.
func (k *Keeper) exportSaid(ctx context.Context, gs *types.GenesisState) error {
	err := k.attestations.Walk(ctx, nil, func(_ attestationKey, a types.Attestation) (bool, error) {
		gs.Attestations = append(gs.Attestations, a)
		return false, nil
	})
	if err != nil {
		return err
	}
	return k.consents.Walk(ctx, nil, func(operator sdk.AccAddress, deadline uint64) (bool, error) {
		text, err := k.addresses.BytesToString(operator)
		gs.UsedConsents = append(gs.UsedConsents, types.UsedConsent{Operator: text, Deadline: deadline})
		return false, err
	})
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
	if err != nil {
		return nil, err
	}
	err = k.parkedTimers.Walk(ctx, nil, func(key collections.Pair[uint64, uint32], at uint64) (bool, error) {
		gs.ParkedTimers = append(gs.ParkedTimers, types.Timer{AgentId: key.K1(), Kind: types.TimerKind(key.K2()), At: at})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	return gs, k.exportSaid(ctx, gs)
}
