package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// Unbondings returns an agent's withdrawals under way, parked ones included, in
// the order in which they complete: at most MaxUnbondings and the last one of a retired
// agent.
func (k *Keeper) Unbondings(ctx context.Context, agentID uint64) ([]types.Unbonding, error) {
	var found []types.Unbonding
	err := k.unbondings.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint64](agentID),
		func(key collections.Pair[uint64, uint64], amount sdkmath.Int) (bool, error) {
			found = append(found, types.Unbonding{AgentId: key.K1(), CompletesAt: key.K2(), Amount: amount})
			return false, nil
		})
	return found, err
}

// CompleteUnbonding pays out an agent's withdrawals that are due, queued or parked,
// and returns their sum. One that fails stays where it is and doesn't hold up the
// others; if all fail, the error of the first is returned. It returns ErrNothingDue if
// there is none. Anybody may call it.
func (k *Keeper) CompleteUnbonding(ctx context.Context, agentID uint64) (sdk.Coin, error) {
	sum := types.Uait(sdkmath.ZeroInt())
	if _, err := k.Agent(ctx, agentID); err != nil {
		return sum, err
	}
	now, err := k.Now(ctx)
	if err != nil {
		return sum, err
	}
	unbondings, err := k.Unbondings(ctx, agentID)
	if err != nil {
		return sum, err
	}
	if len(unbondings) == 0 {
		return sum, types.ErrNothingDue.Wrapf("expected a withdrawal of agent %d, got none", agentID)
	}
	if first := unbondings[0].CompletesAt; first > now {
		return sum, types.ErrNothingDue.Wrapf("expected market time %d or later, got %d", first, now)
	}
	var first error
	for _, u := range unbondings {
		if u.CompletesAt > now {
			break
		}
		if err := k.tryComplete(ctx, agentID, u.CompletesAt); err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		sum = sum.AddAmount(u.Amount)
	}
	if sum.IsZero() {
		return sum, first
	}
	return sum, nil
}

// tryComplete pays out one withdrawal, or changes nothing.
func (k *Keeper) tryComplete(ctx context.Context, agentID, completesAt uint64) error {
	cached, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	if err := k.complete(cached, agentID, completesAt); err != nil {
		return err
	}
	write()
	return nil
}

// complete pays out one withdrawal. It returns ErrNothingDue before its time.
func (k *Keeper) complete(ctx context.Context, agentID, completesAt uint64) error {
	bond, err := k.bonds.Get(ctx, agentID)
	if err != nil {
		return err
	}
	entry := collections.Join(agentID, completesAt)
	amount, err := k.unbondings.Get(ctx, entry)
	if errors.Is(err, collections.ErrNotFound) {
		return types.ErrUnbondingNotFound.Wrapf("expected a withdrawal of agent %d at %d, got none", agentID, completesAt)
	}
	if err != nil {
		return err
	}
	now, err := k.Now(ctx)
	if err != nil {
		return err
	}
	if now < completesAt {
		return types.ErrNothingDue.Wrapf("expected market time %d or later, got %d", completesAt, now)
	}
	after, err := bond.Complete(amount)
	if err != nil {
		return err
	}
	ref, coins := lockOf(agentID, types.Uait(amount))
	if err := k.escrow.Refund(ctx, ref, coins); err != nil {
		return err
	}
	if err := k.bonds.Set(ctx, agentID, after); err != nil {
		return err
	}
	if err := k.forgetUnbonding(ctx, agentID, completesAt); err != nil {
		return err
	}
	return emit(ctx, &types.EventUnbonded{AgentId: agentID, Amount: types.Uait(amount), Bonded: types.Uait(after.Bonded)})
}
