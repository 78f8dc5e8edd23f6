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
	ErrNothingDue              = errorsmod.Register(ModuleName, 18, "nothing is due")
	ErrInvalidBond             = errorsmod.Register(ModuleName, 19, "invalid bond")
	ErrInvalidGenesis          = errorsmod.Register(ModuleName, 20, "invalid genesis")
	ErrInvariantBroken         = errorsmod.Register(ModuleName, 21, "invariant broken")
	ErrTimerPanicked           = errorsmod.Register(ModuleName, 22, "timer panicked")
	ErrConsentRequired         = errorsmod.Register(ModuleName, 23, "operator's consent required")
	ErrConsentKey              = errorsmod.Register(ModuleName, 24, "wrong key of the operator's consent")
	ErrConsentSignature        = errorsmod.Register(ModuleName, 25, "wrong signature of the operator's consent")
	ErrConsentExpired          = errorsmod.Register(ModuleName, 26, "operator's consent expired")
	ErrConsentTooLong          = errorsmod.Register(ModuleName, 27, "operator's consent is valid for too long")
	ErrConsentUsed             = errorsmod.Register(ModuleName, 28, "operator's consent was used")
	ErrTransferNotOffered      = errorsmod.Register(ModuleName, 29, "no offer of ownership")
	ErrUnbondingUnderWay       = errorsmod.Register(ModuleName, 30, "withdrawals are under way")
	ErrInvalidAttestation      = errorsmod.Register(ModuleName, 31, "invalid attestation")
	ErrAttestationNotFound     = errorsmod.Register(ModuleName, 32, "attestation not found")
)
