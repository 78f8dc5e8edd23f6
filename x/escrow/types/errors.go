package types

import errorsmod "cosmossdk.io/errors"

// Sentinel errors of the module. Codes are consensus-visible: they start at 2
// and are never renumbered.
var (
	ErrInvalidParams    = errorsmod.Register(ModuleName, 2, "invalid params")
	ErrInvalidAmount    = errorsmod.Register(ModuleName, 3, "invalid amount")
	ErrInvalidReference = errorsmod.Register(ModuleName, 4, "invalid reference")
	ErrInvalidTerms     = errorsmod.Register(ModuleName, 5, "invalid terms")
	ErrInvalidAddress   = errorsmod.Register(ModuleName, 6, "invalid address")
	ErrLockExists       = errorsmod.Register(ModuleName, 7, "lock already exists")
	ErrLockNotFound     = errorsmod.Register(ModuleName, 8, "lock not found")
	ErrInsufficientLock = errorsmod.Register(ModuleName, 9, "not enough locked")
	ErrVaultRecipient   = errorsmod.Register(ModuleName, 10, "vaults can't receive transfers")
	ErrNothingToClaim   = errorsmod.Register(ModuleName, 11, "nothing to claim")
	ErrInvalidGenesis   = errorsmod.Register(ModuleName, 12, "invalid genesis")
	ErrBroken           = errorsmod.Register(ModuleName, 13, "escrow does not add up")

	ErrSettlementPanicked = errorsmod.Register(ModuleName, 14, "settlement panicked")
)
