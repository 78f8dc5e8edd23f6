package types

import errorsmod "cosmossdk.io/errors"

// Sentinel errors of the module. Codes are consensus-visible: they start at 2
// and are never renumbered.
var (
	ErrInvalidParams = errorsmod.Register(ModuleName, 2, "invalid params")
	ErrInvalidClock  = errorsmod.Register(ModuleName, 3, "invalid clock")
	ErrNotStarted    = errorsmod.Register(ModuleName, 4, "clock not started")
)
