//go:build !aitbc_v2

package app

import "github.com/aitbc/aitbc/app/upgrades"

// releasedUpgrades are the steps that this binary can carry out, oldest first. The
// genesis release has none. See upgrades_next.go for the one in preparation.
func releasedUpgrades() []upgrades.Upgrade { return nil }
