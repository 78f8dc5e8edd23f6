package types

import (
	"context"
	"time"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
)

// ClockKeeper tells market time, in which all deadlines are.
type ClockKeeper interface {
	MarketTime(ctx context.Context) (time.Time, error)
}

// EscrowKeeper holds the module's own locks: one per live job, with the job's
// Reference.
type EscrowKeeper interface {
	Lock(ctx context.Context, ref []byte, payer sdk.AccAddress, coins sdk.Coins, terms escrowtypes.Terms) error
	Release(ctx context.Context, ref []byte, coins sdk.Coins, to sdk.AccAddress, payees ...escrowtypes.Share) (escrowtypes.Payout, error)
	Refund(ctx context.Context, ref []byte, coins sdk.Coins) error
	Burn(ctx context.Context, payer sdk.AccAddress, coins sdk.Coins) error
	Locked(ctx context.Context, ref []byte) (sdk.Coins, error)
}

// RegistryKeeper knows the agents and holds the module's own reservations of their
// bonds: one per job until its delivery is paid, missed or called off.
type RegistryKeeper interface {
	Parties(ctx context.Context, agentID uint64) (registrytypes.Parties, error)
	Hireable(ctx context.Context, agentID uint64) error
	HasSkill(ctx context.Context, agentID uint64, skill string) (bool, error)
	Reserve(ctx context.Context, agentID uint64, ref []byte, amount sdk.Coin, maxReservations uint32) error
	Release(ctx context.Context, agentID uint64, ref []byte) error
	Slash(ctx context.Context, agentID uint64, ref []byte, amount sdk.Coin, to sdk.AccAddress) error
	// FallSilent pauses an active agent until somebody of its own resumes it.
	FallSilent(ctx context.Context, agentID uint64) error
}

// ReservationReader tells what the module holds of an agent's bond, to those who check
// the books.
type ReservationReader interface {
	Reserved(ctx context.Context, agentID uint64, ref []byte) (sdkmath.Int, error)
}

// ReputationKeeper learns what settlements say about both sides of a job.
type ReputationKeeper interface {
	// RecordFact takes a fact about an agent and a client in one skill. fee is the
	// market fee that the settled amount bears or would have borne, in uait.
	RecordFact(ctx context.Context, agentID uint64, client sdk.AccAddress, skill, fact string, fee sdkmath.Int) error
}
