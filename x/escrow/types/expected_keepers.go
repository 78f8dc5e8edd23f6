package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// AccountKeeper tells what is at an address.
type AccountKeeper interface {
	// GetAccount returns an account, or nil.
	GetAccount(ctx context.Context, addr sdk.AccAddress) sdk.AccountI
}

// BankKeeper moves the coins that the module keeps the books of.
type BankKeeper interface {
	// BlockedAddr reports whether an address may not receive coins of users.
	BlockedAddr(addr sdk.AccAddress) bool
	// GetBalance returns what an account holds of one denomination.
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	// SendCoins moves coins between two accounts.
	SendCoins(ctx context.Context, from, to sdk.AccAddress, coins sdk.Coins) error
	// SendCoinsFromAccountToModuleVirtual takes coins from an account now and gives
	// them to the module account when bank's end blocker runs, so that transactions
	// don't write the module account's balance.
	SendCoinsFromAccountToModuleVirtual(ctx context.Context, from sdk.AccAddress, module string, coins sdk.Coins) error
	// SendCoinsFromModuleToModule moves coins between two module accounts.
	SendCoinsFromModuleToModule(ctx context.Context, from, to string, coins sdk.Coins) error
	// BurnCoins destroys coins of a module account.
	BurnCoins(ctx context.Context, module string, coins sdk.Coins) error
}
