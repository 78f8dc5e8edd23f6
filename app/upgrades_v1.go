//go:build aitbc_v1

package app

import "github.com/aitbc/aitbc/app/upgrades"

// releasedUpgrades of the genesis release: none. The upgrade test builds this
// binary with the tag aitbc_v1, runs it up to the plan's height, where it halts,
// and goes on with the current one.
func releasedUpgrades() []upgrades.Upgrade { return nil }
