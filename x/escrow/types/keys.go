// Package types defines the state, the pure arithmetic and the messages of the
// escrow module.
package types

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the module, its codespace and its query route.
	ModuleName = "escrow"
	// StoreKey is the name of the module's store.
	StoreKey = ModuleName

	// FeePoolName is the module account that gathers the market fees of a block. It
	// may burn, and is empty between two blocks.
	FeePoolName = "escrow_fees"
	// BurnPoolName is the module account that gathers what a block burns. It may
	// burn, and is empty between two blocks.
	BurnPoolName = "escrow_burns"
)

// Store prefixes. They are permanent: a number is never reused.
var (
	// ParamsKey -> Params.
	ParamsKey = collections.NewPrefix(0)
	// LocksKey | owner | reference -> Lock.
	LocksKey = collections.NewPrefix(1)
	// ClaimablesKey | payee | payer -> Claimable.
	ClaimablesKey = collections.NewPrefix(2)
)
