package types

import (
	"context"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
)

// ClockKeeper tells market time, in which all deadlines are.
type ClockKeeper interface {
	MarketTime(ctx context.Context) (time.Time, error)
}

// EscrowKeeper holds the module's own locks: one per agent with a bond, with the
// agent's Reference.
type EscrowKeeper interface {
	Lock(ctx context.Context, ref []byte, payer sdk.AccAddress, coins sdk.Coins, terms escrowtypes.Terms) error
	Increase(ctx context.Context, ref []byte, coins sdk.Coins) error
	Refund(ctx context.Context, ref []byte, coins sdk.Coins) error
	Slash(ctx context.Context, ref []byte, coins sdk.Coins, to sdk.AccAddress) error
	Reassign(ctx context.Context, ref []byte, payer sdk.AccAddress) error
	Burn(ctx context.Context, payer sdk.AccAddress, coins sdk.Coins) error
	Locked(ctx context.Context, ref []byte) (sdk.Coins, error)
}

// BankKeeper knows the addresses that can't receive coins.
type BankKeeper interface {
	BlockedAddr(addr sdk.AccAddress) bool
}
