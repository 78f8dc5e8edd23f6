//go:build aitbc_v2

package app

import (
	"github.com/aitbc/aitbc/app/upgrades"
	v2 "github.com/aitbc/aitbc/app/upgrades/v2"
)

// releasedUpgrades of the release that v2 leads to. The tag goes, and with it the
// other file, when that release is made. Until then a binary that knew the plan
// would stop as soon as v2 is scheduled: it must not run before the plan's height.
func releasedUpgrades() []upgrades.Upgrade {
	return []upgrades.Upgrade{v2.Upgrade()}
}
