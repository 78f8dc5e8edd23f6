// Package types defines the state, the pure arithmetic and the messages of the
// clock module.
package types

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the module, its codespace and its query route.
	ModuleName = "clock"
	// StoreKey is the name of the module's store.
	StoreKey = ModuleName
)

// Store prefixes. They are permanent: a number is never reused.
var (
	// ParamsKey -> Params.
	ParamsKey = collections.NewPrefix(0)
	// ClockKey -> Clock.
	ClockKey = collections.NewPrefix(1)
)
