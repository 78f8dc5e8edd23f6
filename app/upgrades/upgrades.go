// Package upgrades lists the coordinated upgrades of the chain. Each has its own
// folder; app applies them.
package upgrades

import (
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"
)

// Upgrade is one step from a release to the next, scheduled by governance under
// its name and carried out at the same height by all nodes.
type Upgrade struct {
	// Name is the plan's name. cosmovisor looks for the new binary under it.
	Name string
	// Stores are the stores that the new release adds, renames or deletes. A new
	// module's store that is missing here halts the chain at the upgrade.
	Stores storetypes.StoreUpgrades
	// Handler returns the state changes. They run in PreBlock of the plan's height.
	Handler func(*module.Manager, module.Configurator) upgradetypes.UpgradeHandler
}
