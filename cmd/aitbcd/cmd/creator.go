package cmd

import (
	"fmt"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/aitbc/aitbc/app"
)

// newApp implements servertypes.AppCreator: the application of a home directory
// at its latest height.
func newApp(logger log.Logger, db dbm.DB, opts servertypes.AppOptions) servertypes.Application {
	return app.New(logger, db, true, opts, server.DefaultBaseappOptions(opts)...)
}

// exportApp implements servertypes.AppExporter: the state at a height, or at the
// latest if height is -1, as a genesis.
func exportApp(
	logger log.Logger, db dbm.DB, height int64, forZeroHeight bool,
	jailAllowed []string, opts servertypes.AppOptions, modules []string,
) (servertypes.ExportedApp, error) {
	latest := height == -1
	chain := app.New(logger, db, latest, opts, server.DefaultBaseappOptions(opts)...)
	if !latest {
		if err := chain.LoadHeight(height); err != nil {
			return servertypes.ExportedApp{}, fmt.Errorf("height: no state of height %d in this home: %w", height, err)
		}
	}
	return chain.ExportAppStateAndValidators(forZeroHeight, jailAllowed, modules)
}
