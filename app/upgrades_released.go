//go:build !aitbc_v1

package app

import (
	"github.com/aitbc/aitbc/app/upgrades"
	v2 "github.com/aitbc/aitbc/app/upgrades/v2"
)

// releasedUpgrades are the steps that this binary can carry out, oldest first.
func releasedUpgrades() []upgrades.Upgrade {
	return []upgrades.Upgrade{v2.Upgrade()}
}
