package app

import (
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/spf13/cast"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aitbc/aitbc/index"
	"github.com/aitbc/aitbc/index/feed"
	"github.com/aitbc/aitbc/index/query"
	"github.com/aitbc/aitbc/index/store"
)

// newIndex makes the read model, if the settings want one: it listens to commits, and
// runs once the node asks for its height (Info).
func (app *App) newIndex(logger log.Logger, opts servertypes.AppOptions) error {
	config, err := index.ReadConfig(opts.Get, cast.ToString(opts.Get(flags.FlagHome)))
	if err != nil || !config.Enable {
		return err
	}
	if len(cast.ToStringMap(opts.Get(baseapp.StreamingTomlKey))) > 0 && cast.ToString(opts.Get("streaming.abci.plugin")) != "" {
		return fmt.Errorf("index.enable in app.toml: expected false while [%s] has a plugin: a node has one listener", baseapp.StreamingTomlKey)
	}
	app.index = feed.New(feed.Options{
		Store:   store.Options{Backend: config.Backend, Source: config.Source},
		ChainID: app.ChainID, HistoryBlocks: config.HistoryBlocks,
		Log: logger.With(log.ModuleKey, "index"),
	}, committed{app})
	keys := make([]storetypes.StoreKey, 0, len(feed.Stores()))
	for _, name := range feed.Stores() {
		keys = append(keys, app.keys.kv[name])
	}
	app.CommitMultiStore().AddListeners(keys)
	app.SetStreamingManager(storetypes.StreamingManager{ABCIListeners: []storetypes.ABCIListener{app.index.Listener()}})
	return nil
}

// indexSource is where questions to the read model go, also on nodes without one.
func (app *App) indexSource() query.Source {
	if app.index == nil {
		return query.Off()
	}
	return app.index
}

// Index returns the read model, nil on nodes without one.
func (app *App) Index() *feed.Feed { return app.index }

// Info implements the ABCI. It is the first thing that a starting node asks, and no other
// command does: then the read model begins to follow.
func (app *App) Info(req *abci.RequestInfo) (*abci.ResponseInfo, error) {
	if app.index != nil {
		app.indexStart.Do(func() { app.index.Start(app.LastBlockHeight()) })
	}
	return app.BaseApp.Info(req)
}

// committed is the state of heights that are committed, for the read model.
type committed struct{ app *App }

// At implements feed.State.
func (c committed) At(height int64) (feed.View, error) {
	state, err := c.app.CommitMultiStore().CacheMultiStoreWithVersion(height)
	if err != nil {
		return nil, err
	}
	return view{state: state, keys: c.app.keys.kv}, nil
}

// view is the state of one height.
type view struct {
	state storetypes.CacheMultiStore
	keys  map[string]*storetypes.KVStoreKey
}

// Iterate implements feed.View. A store whose height is pruned while it is read panics;
// that becomes an error here, for this is no part of consensus.
func (v view) Iterate(name string, prefix []byte, each func(key, value []byte) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the state can't be read: %v", r)
		}
	}()
	entries := storetypes.KVStorePrefixIterator(v.state.GetKVStore(v.keys[name]), prefix)
	defer func() { _ = entries.Close() }() // it only read
	for ; entries.Valid(); entries.Next() {
		if err := each(entries.Key(), entries.Value()); err != nil {
			return err
		}
	}
	return nil // its Error is one at the end of any iteration
}
