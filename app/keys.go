package app

import (
	"maps"
	"slices"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	epochstypes "github.com/cosmos/cosmos-sdk/x/epochs/types"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// storeKeys are all stores of the app.
type storeKeys struct {
	kv map[string]*storetypes.KVStoreKey
	// object stores live for one block. Bank collects fees there, so that the
	// transactions of a block do not all write the fee collector's balance.
	object map[string]*storetypes.ObjectStoreKey
}

func newStoreKeys() storeKeys {
	return storeKeys{
		kv: storetypes.NewKVStoreKeys(
			authtypes.StoreKey, banktypes.StoreKey, stakingtypes.StoreKey,
			minttypes.StoreKey, distrtypes.StoreKey, slashingtypes.StoreKey,
			govtypes.StoreKey, upgradetypes.StoreKey, feegrant.StoreKey,
			evidencetypes.StoreKey, authzkeeper.StoreKey, epochstypes.StoreKey,
			consensustypes.StoreKey,
			clocktypes.StoreKey, escrowtypes.StoreKey, registrytypes.StoreKey, jobmarkettypes.StoreKey,
		),
		object: storetypes.NewObjectStoreKeys(banktypes.ObjectStoreKey),
	}
}

// all returns every store key ordered by name. The parallel executor must be
// given each of them.
func (k storeKeys) all() []storetypes.StoreKey {
	keys := make([]storetypes.StoreKey, 0, len(k.kv)+len(k.object))
	for _, name := range slices.Sorted(maps.Keys(k.kv)) {
		keys = append(keys, k.kv[name])
	}
	for _, name := range slices.Sorted(maps.Keys(k.object)) {
		keys = append(keys, k.object[name])
	}
	return keys
}
