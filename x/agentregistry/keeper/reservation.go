package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// ScopedKeeper is the registry as a higher module sees it: it reads all agents,
// and sees and moves its own reservations only.
type ScopedKeeper struct {
	keeper *Keeper
	holder string
}

// Scoped returns the registry for the module with the given name. It panics on a
// name that is malformed or handed out already, which only a wiring mistake can
// cause.
func (k *Keeper) Scoped(holder string) *ScopedKeeper {
	if err := types.ValidateHolder(holder); err != nil {
		panic("agentregistry: " + err.Error())
	}
	if k.holders[holder] {
		panic("agentregistry: " + holder + " has its reservations already")
	}
	k.holders[holder] = true
	return &ScopedKeeper{keeper: k, holder: holder}
}

// Parties returns the keys of an agent, or ErrAgentNotFound.
func (s *ScopedKeeper) Parties(ctx context.Context, agentID uint64) (types.Parties, error) {
	agent, err := s.keeper.Agent(ctx, agentID)
	if err != nil {
		return types.Parties{}, err
	}
	return s.keeper.parties(agent)
}

// Hireable returns nil if an agent is active and its bond, withdrawals not counted,
// reaches the minimum; else ErrNotHireable with the reason, or ErrAgentNotFound.
func (s *ScopedKeeper) Hireable(ctx context.Context, agentID uint64) error {
	agent, bond, err := s.keeper.agentAndBond(ctx, agentID)
	if err != nil {
		return err
	}
	params, err := s.keeper.Params(ctx)
	if err != nil {
		return err
	}
	return agent.Status.CheckHireable(agentID, bond.Standing(params.MinBond.Amount))
}

// HasSkill reports whether an agent says that it has a skill. A retired agent has
// none, nor has one that does not exist.
func (s *ScopedKeeper) HasSkill(ctx context.Context, agentID uint64, skill string) (bool, error) {
	if err := types.ValidateSkillID(skill, "skill"); err != nil {
		return false, err
	}
	return s.keeper.bySkill.Has(ctx, collections.Join(skill, agentID))
}

// Reserve holds a free part of an agent's bond, zero or more uait, under a
// reference of 1 to 64 bytes. It returns ErrReservationExists for a reference in
// use, ErrAtCapacity if the agent has maxReservations live ones of all holders (0
// is no limit), ErrInsufficientBond if less is free, and ErrWrongStatus for an
// agent that is pending or retired.
func (s *ScopedKeeper) Reserve(ctx context.Context, agentID uint64, ref []byte, amount sdk.Coin, maxReservations uint32) error {
	k := s.keeper
	agent, bond, err := k.agentAndBond(ctx, agentID)
	if err != nil {
		return err
	}
	if err := types.ValidateReference(ref); err != nil {
		return err
	}
	if err := types.ValidateCoin(amount, "amount", sdkmath.ZeroInt()); err != nil {
		return err
	}
	key := s.key(agentID, ref)
	taken, err := k.reservations.Has(ctx, key)
	if err != nil {
		return err
	}
	if taken {
		return types.ErrReservationExists.Wrapf("reference: expected one that %s does not use for agent %d, got %X", s.holder, agentID, ref)
	}
	if err := agent.Status.Allows(types.ActionReserve); err != nil {
		return err
	}
	after, err := bond.Reserve(amount.Amount, maxReservations)
	if err != nil {
		return err
	}
	if err := k.bonds.Set(ctx, agentID, after); err != nil {
		return err
	}
	if err := k.reservations.Set(ctx, key, amount.Amount); err != nil {
		return err
	}
	return emit(ctx, &types.EventReserved{AgentId: agentID, Holder: s.holder, Reference: ref, Amount: amount})
}

// Release ends a reservation: what is left of it is free again. A draining agent whose
// last one it was is retired. It returns ErrReservationNotFound for a reference that is
// not in use.
func (s *ScopedKeeper) Release(ctx context.Context, agentID uint64, ref []byte) error {
	k := s.keeper
	rest, err := s.Reserved(ctx, agentID, ref)
	if err != nil {
		return err
	}
	bond, err := k.bonds.Get(ctx, agentID)
	if err != nil {
		return err
	}
	after, err := bond.Release(rest)
	if err != nil {
		return err
	}
	if err := k.bonds.Set(ctx, agentID, after); err != nil {
		return err
	}
	if err := k.reservations.Remove(ctx, s.key(agentID, ref)); err != nil {
		return err
	}
	if err := emit(ctx, &types.EventReservationReleased{
		AgentId: agentID, Holder: s.holder, Reference: ref, Amount: types.Uait(rest),
	}); err != nil || after.Reservations > 0 {
		return err
	}
	return k.finishDraining(ctx, agentID, after)
}

// Slash takes a positive part of a reservation out of the bond and gives it to an
// address, or burns it if there is none. The reservation stays with its rest, zero
// or more, until it is released. It returns ErrReservationNotFound, or
// ErrInsufficientReservation if less is reserved. The agent keeps its status; with
// less than the minimum it is not hired again.
func (s *ScopedKeeper) Slash(ctx context.Context, agentID uint64, ref []byte, amount sdk.Coin, to sdk.AccAddress) error {
	k := s.keeper
	reserved, err := s.Reserved(ctx, agentID, ref)
	if err != nil {
		return err
	}
	bond, err := k.bonds.Get(ctx, agentID)
	if err != nil {
		return err
	}
	if err := types.ValidateCoin(amount, "amount", sdkmath.OneInt()); err != nil {
		return err
	}
	if err := types.CheckSlash(reserved, amount.Amount); err != nil {
		return err
	}
	after, err := bond.Slash(amount.Amount)
	if err != nil {
		return err
	}
	recipient := ""
	if !to.Empty() {
		if recipient, err = k.addresses.BytesToString(to); err != nil {
			return err
		}
	}
	lock, coins := lockOf(agentID, amount)
	if err := k.escrow.Slash(ctx, lock, coins, to); err != nil {
		return err
	}
	if err := k.bonds.Set(ctx, agentID, after); err != nil {
		return err
	}
	if err := k.reservations.Set(ctx, s.key(agentID, ref), reserved.Sub(amount.Amount)); err != nil {
		return err
	}
	return emit(ctx, &types.EventReservationSlashed{
		AgentId: agentID, Holder: s.holder, Reference: ref, Amount: amount, Recipient: recipient,
	})
}

// Reserved returns what is left of a reservation, in uait, or
// ErrReservationNotFound.
func (s *ScopedKeeper) Reserved(ctx context.Context, agentID uint64, ref []byte) (sdkmath.Int, error) {
	amount, err := s.keeper.reservations.Get(ctx, s.key(agentID, ref))
	if errors.Is(err, collections.ErrNotFound) {
		return sdkmath.ZeroInt(), types.ErrReservationNotFound.Wrapf("reference: expected a reservation of %s for agent %d, got %X", s.holder, agentID, ref)
	}
	return amount, err
}

func (s *ScopedKeeper) key(agentID uint64, ref []byte) reservationKey {
	return collections.Join3(agentID, s.holder, ref)
}
