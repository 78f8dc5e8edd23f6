// Package fakes stands in for what a market module needs of its neighbours, so that
// its keeper can be tested alone: Ledger for bank, Clock for market time. They keep
// the promises that modules rely on and can be told to break them.
//
//	ledger := fakes.NewLedger()
//	ctx := fakes.NewContext(ledger.StoreKey(), key)
//	ledger.Fund(ctx, alice, coins)
//	k := keeper.NewKeeper(cdc, runtime.NewKVStoreService(key), addresses, ledger, ...)
//	...
//	if err := ledger.Check(ctx); err != nil { t.Fatal(err) }
package fakes

import (
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// NewContext returns a context of block 1 over empty stores in memory. It panics if
// they can't be mounted, such as when two keys have one name.
func NewContext(keys ...*storetypes.KVStoreKey) sdk.Context {
	db := dbm.NewMemDB()
	stores := store.NewCommitMultiStore(db, log.NewNopLogger())
	for _, key := range keys {
		stores.MountStoreWithDB(key, storetypes.StoreTypeIAVL, db)
	}
	if err := stores.LoadLatestVersion(); err != nil {
		panic(err)
	}
	return sdk.NewContext(stores, cmtproto.Header{Height: 1}, false, log.NewNopLogger())
}
