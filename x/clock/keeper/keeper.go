// Package keeper keeps market time: one record, advanced once per block.
package keeper

import (
	"context"
	"errors"
	"time"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/aitbc/aitbc/x/clock/types"
)

// Keeper owns the clock module's state. Other modules read market time from it
// and can't change it.
type Keeper struct {
	// authority is the bech32 address that may update the parameters, unless the
	// consensus parameters name another.
	authority string

	schema collections.Schema
	// params holds the governed parameters.
	params collections.Item[types.Params]
	// clock holds block time and market time.
	clock collections.Item[types.Clock]
}

// NewKeeper returns the keeper. It panics on a malformed authority, which only a
// wiring mistake can cause.
func NewKeeper(
	cdc codec.BinaryCodec,
	storeService store.KVStoreService,
	addressCodec address.Codec,
	authority string,
) *Keeper {
	if _, err := addressCodec.StringToBytes(authority); err != nil {
		panic("clock: authority is not a valid address: " + err.Error())
	}
	sb := collections.NewSchemaBuilder(storeService)
	k := &Keeper{
		authority: authority,
		params:    collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		clock:     collections.NewItem(sb, types.ClockKey, "clock", codec.CollValue[types.Clock](cdc)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.schema = schema
	return k
}

// Schema returns the collections schema, which the simulation's store decoder
// needs.
func (k *Keeper) Schema() collections.Schema { return k.schema }

// Clock returns the stored record, or ErrNotStarted before the first block of a
// chain.
func (k *Keeper) Clock(ctx context.Context) (types.Clock, error) {
	clock, err := k.clock.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Clock{}, types.ErrNotStarted.Wrap("expected a started clock, got none")
	}
	return clock, err
}

// MarketTime returns the instant in force in this block, UTC. An action is valid
// for MarketTime < deadline, its timeout for MarketTime >= deadline. Clock runs
// first in BeginBlock, so all other modules see the time of the block they are
// in.
func (k *Keeper) MarketTime(ctx context.Context) (time.Time, error) {
	clock, err := k.Clock(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return clock.MarketTime, nil
}

// Params returns the parameters in force, the defaults if none were ever stored
// (a chain that gets this module by an upgrade).
func (k *Keeper) Params(ctx context.Context) (types.Params, error) {
	params, err := k.params.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return types.DefaultParams(), nil
	}
	return params, err
}
