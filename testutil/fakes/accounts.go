package fakes

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Accounts are accounts by address, as text of their bytes. The zero value has none.
type Accounts map[string]sdk.AccountI

// Put adds an account.
func (a Accounts) Put(account sdk.AccountI) { a[string(account.GetAddress())] = account }

// GetAccount returns an account, or nil.
func (a Accounts) GetAccount(_ context.Context, addr sdk.AccAddress) sdk.AccountI {
	account, found := a[string(addr)]
	if !found {
		return nil // not a nil pointer within an interface
	}
	return account
}
