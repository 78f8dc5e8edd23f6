// Package keeper keeps the books of locked money: who locked what for which module,
// and what is owed to whom. The coins rest in bank, at one vault per payer.
package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/escrow/types"
)

// lockKey is (owner, reference).
type lockKey = collections.Pair[string, []byte]

// claimKey is (payee, payer).
type claimKey = collections.Pair[sdk.AccAddress, sdk.AccAddress]

// Keeper owns the escrow module's state. Locks can be moved through a ScopedKeeper
// only, by the module that made them.
type Keeper struct {
	// authority is the bech32 address that may update the parameters, unless the
	// consensus parameters name another.
	authority string
	addresses address.Codec
	accounts  types.AccountKeeper
	bank      types.BankKeeper
	// modules are the addresses of module accounts, whose transfers must not fail.
	modules map[string]bool
	// scopes are the names that Scoped has handed out. It is complete when the app is
	// wired, and only guards against a mistake there.
	scopes map[string]bool

	schema collections.Schema
	// params holds the governed parameters.
	params collections.Item[types.Params]
	// locks holds what is locked: (owner, reference) -> Lock.
	locks collections.Map[lockKey, types.Lock]
	// claimables holds what could not be delivered: (payee, payer) -> Claimable.
	claimables collections.Map[claimKey, types.Claimable]
}

// NewKeeper returns the keeper. moduleAccounts are the addresses of all module
// accounts of the chain. It panics on a malformed authority, which only a wiring
// mistake can cause.
func NewKeeper(
	cdc codec.BinaryCodec,
	storeService store.KVStoreService,
	addressCodec address.Codec,
	accounts types.AccountKeeper,
	bank types.BankKeeper,
	moduleAccounts []sdk.AccAddress,
	authority string,
) *Keeper {
	if _, err := addressCodec.StringToBytes(authority); err != nil {
		panic("escrow: authority is not a valid address: " + err.Error())
	}
	sb := collections.NewSchemaBuilder(storeService)
	k := &Keeper{
		authority: authority,
		addresses: addressCodec,
		accounts:  accounts,
		bank:      bank,
		modules:   make(map[string]bool, len(moduleAccounts)),
		scopes:    make(map[string]bool),
		params:    collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		locks: collections.NewMap(sb, types.LocksKey, "locks",
			collections.PairKeyCodec(collections.StringKey, collections.BytesKey), codec.CollValue[types.Lock](cdc)),
		claimables: collections.NewMap(sb, types.ClaimablesKey, "claimables",
			collections.PairKeyCodec(sdk.AccAddressKey, sdk.AccAddressKey), codec.CollValue[types.Claimable](cdc)),
	}
	for _, addr := range moduleAccounts {
		k.modules[string(addr)] = true
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

// Params returns the parameters in force, the defaults if none were ever stored
// (a chain that gets this module by an upgrade).
func (k *Keeper) Params(ctx context.Context) (types.Params, error) {
	params, err := k.params.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return types.DefaultParams(), nil
	}
	return params, err
}

// UpdateParams replaces the parameters and emits EventParamsUpdated. It returns
// ErrUnauthorized for any signer but the authority and ErrInvalidParams for a
// value out of bounds; in both cases nothing changes.
func (k *Keeper) UpdateParams(ctx context.Context, authority string, params types.Params) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if err := sdk.ValidateAuthority(sdkCtx, k.authority, authority); err != nil {
		return err
	}
	if err := params.Validate(); err != nil {
		return err
	}
	old, err := k.Params(ctx)
	if err != nil {
		return err
	}
	if err := k.params.Set(ctx, params); err != nil {
		return err
	}
	return emit(ctx, &types.EventParamsUpdated{OldParams: old, NewParams: params})
}
