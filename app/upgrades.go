package app

import (
	"fmt"

	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/aitbc/aitbc/app/upgrades"
)

// registerUpgrades tells the upgrade module what this binary can do, and prepares
// the store changes if the node was started at an upgrade's height.
func (app *App) registerUpgrades(list []upgrades.Upgrade) {
	for _, u := range list {
		app.UpgradeKeeper.SetUpgradeHandler(u.Name, u.Handler(app.modules, app.configurator))
	}
	plan, err := app.UpgradeKeeper.ReadUpgradeInfoFromDisk()
	if err != nil {
		panic(fmt.Errorf("read upgrade-info.json: %w", err))
	}
	if plan.Name == "" || app.UpgradeKeeper.IsSkipHeight(plan.Height) {
		return
	}
	if u, ok := upgradeByName(list, plan.Name); ok {
		app.SetStoreLoader(upgradetypes.UpgradeStoreLoader(plan.Height, &u.Stores))
	}
}

func upgradeByName(list []upgrades.Upgrade, name string) (upgrades.Upgrade, bool) {
	for _, u := range list {
		if u.Name == name {
			return u, true
		}
	}
	return upgrades.Upgrade{}, false
}
