package types

import errorsmod "cosmossdk.io/errors"

// Sentinel errors of the module. Codes are consensus-visible: they start at 2
// and are never renumbered.
var (
	ErrInvalidParams    = errorsmod.Register(ModuleName, 2, "invalid params")
	ErrInvalidMessage   = errorsmod.Register(ModuleName, 3, "invalid message")
	ErrOfferNotFound    = errorsmod.Register(ModuleName, 4, "offer not found")
	ErrTooManyOffers    = errorsmod.Register(ModuleName, 5, "too many offers")
	ErrOutsideOffer     = errorsmod.Register(ModuleName, 6, "outside of the offer")
	ErrOutsideMarket    = errorsmod.Register(ModuleName, 7, "outside of the market's bounds")
	ErrOwnAgent         = errorsmod.Register(ModuleName, 8, "own agent")
	ErrJobNotFound      = errorsmod.Register(ModuleName, 9, "job not found")
	ErrWrongSigner      = errorsmod.Register(ModuleName, 10, "wrong signer")
	ErrJobEnded         = errorsmod.Register(ModuleName, 11, "job has ended")
	ErrNotLive          = errorsmod.Register(ModuleName, 12, "milestone is not the live one")
	ErrWrongState       = errorsmod.Register(ModuleName, 13, "wrong state of the milestone")
	ErrDeadlinePassed   = errorsmod.Register(ModuleName, 14, "deadline has passed")
	ErrDeadlineNotYet   = errorsmod.Register(ModuleName, 15, "deadline has not passed yet")
	ErrSkillNotFound    = errorsmod.Register(ModuleName, 16, "skill not found")
	ErrInvalidGenesis   = errorsmod.Register(ModuleName, 17, "invalid genesis")
	ErrInvariantBroken  = errorsmod.Register(ModuleName, 18, "invariant broken")
	ErrTimeoutPanicked  = errorsmod.Register(ModuleName, 19, "timeout panicked")
	ErrReceiptNotIssued = errorsmod.Register(ModuleName, 20, "no receipt before the end")
)
