package app

import (
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/aitbc/aitbc/app/ante"
	"github.com/aitbc/aitbc/app/upgrades"
)

// Variant is an application that differs from the released one in what a test
// needs; everything else goes the released way.
type Variant struct {
	// Floor is the floor price, ante.FloorPrice if zero.
	Floor ante.GasPrice
	// Upgrades replace the released upgrades.
	Upgrades []upgrades.Upgrade
	// Stores are mounted in addition.
	Stores []string
	// Change runs before the state is loaded.
	Change func(*App)
}

// New builds the application of the variant over the latest state of db.
func (v Variant) New(
	logger log.Logger, db dbm.DB, appOpts servertypes.AppOptions, baseAppOptions ...func(*baseapp.BaseApp),
) *App {
	rel := release{floor: v.Floor, upgrades: v.Upgrades}
	if rel.floor == (ante.GasPrice{}) {
		rel.floor = ante.FloorPrice
	}
	app := newUnsealed(logger, db, appOpts, rel, baseAppOptions...)
	app.MountKVStores(storetypes.NewKVStoreKeys(v.Stores...))
	if v.Change != nil {
		v.Change(app)
	}
	if err := app.LoadLatestVersion(); err != nil {
		panic(err)
	}
	return app
}

// Configurator returns what modules register their services and migrations with.
func (app *App) Configurator() module.Configurator { return app.configurator }
