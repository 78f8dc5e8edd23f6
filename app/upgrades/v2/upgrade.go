// Package v2 is the first coordinated upgrade of the chain. It changes no stored
// format: it runs the migrations of every module whose version rose, and so
// prepares, tested on real processes, the way that all later upgrades take.
package v2

import (
	"context"

	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/aitbc/aitbc/app/upgrades"
)

// Name is the plan name that a proposal must use.
const Name = "v2"

// Upgrade returns the description of the step.
func Upgrade() upgrades.Upgrade {
	return upgrades.Upgrade{Name: Name, Handler: handler}
}

func handler(mm *module.Manager, cfg module.Configurator) upgradetypes.UpgradeHandler {
	return func(ctx context.Context, _ upgradetypes.Plan, from module.VersionMap) (module.VersionMap, error) {
		return mm.RunMigrations(ctx, cfg, from)
	}
}
