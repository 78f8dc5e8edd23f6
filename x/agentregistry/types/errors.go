package types

import errorsmod "cosmossdk.io/errors"

// Sentinel errors of the module. Codes are consensus-visible: they start at 2
// and are never renumbered.
var (
	ErrInvalidParams           = errorsmod.Register(ModuleName, 2, "invalid params")
	ErrInvalidProfile          = errorsmod.Register(ModuleName, 3, "invalid profile")
	ErrInvalidMessage          = errorsmod.Register(ModuleName, 4, "invalid message")
	ErrAgentNotFound           = errorsmod.Register(ModuleName, 5, "agent not found")
	ErrWrongSigner             = errorsmod.Register(ModuleName, 6, "wrong signer")
	ErrWrongStatus             = errorsmod.Register(ModuleName, 7, "wrong status of the agent")
	ErrNotHireable             = errorsmod.Register(ModuleName, 8, "agent can't be hired")
	ErrInsufficientBond        = errorsmod.Register(ModuleName, 9, "insufficient bond")
	ErrAtCapacity              = errorsmod.Register(ModuleName, 10, "agent is at capacity")
	ErrReservationExists       = errorsmod.Register(ModuleName, 11, "reservation exists")
	ErrReservationNotFound     = errorsmod.Register(ModuleName, 12, "reservation not found")
	ErrInvalidReservation      = errorsmod.Register(ModuleName, 13, "invalid reservation")
	ErrInsufficientReservation = errorsmod.Register(ModuleName, 14, "insufficient reservation")
	ErrLiveReservations        = errorsmod.Register(ModuleName, 15, "agent has live work")
	ErrTooManyUnbondings       = errorsmod.Register(ModuleName, 16, "too many withdrawals under way")
	ErrUnbondingNotFound       = errorsmod.Register(ModuleName, 17, "withdrawal not found")
	ErrNothingDue              = errorsmod.Register(ModuleName, 18, "no withdrawal is due")
	ErrInvalidBond             = errorsmod.Register(ModuleName, 19, "invalid bond")
	ErrInvalidGenesis          = errorsmod.Register(ModuleName, 20, "invalid genesis")
	ErrInvariantBroken         = errorsmod.Register(ModuleName, 21, "invariant broken")
	ErrCompletionPanicked      = errorsmod.Register(ModuleName, 22, "completion of a withdrawal panicked")
)
