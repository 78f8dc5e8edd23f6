package app

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

// invariant is a statement about committed state that must hold after every
// block.
type invariant struct {
	name  string
	check func(ctx sdk.Context) error
}

func (app *App) allInvariants() []invariant {
	return []invariant{
		{"supply is the sum of balances", app.checkSupply},
		{"clock", func(ctx sdk.Context) error { return app.ClockKeeper.CheckInvariants(ctx) }},
		{"escrow", func(ctx sdk.Context) error { return app.EscrowKeeper.CheckInvariants(ctx) }},
		{"agentregistry", func(ctx sdk.Context) error { return app.AgentRegistryKeeper.CheckInvariants(ctx) }},
		{"jobmarket", func(ctx sdk.Context) error { return app.JobMarketKeeper.CheckInvariants(ctx) }},
	}
}

// CheckInvariants returns the first statement about the whole chain that does not
// hold in the given state. It walks all balances; tests and simulations call it,
// and nodes built with the tag "invariants" do so in every block.
func (app *App) CheckInvariants(ctx sdk.Context) error {
	for _, inv := range app.allInvariants() {
		if err := inv.check(ctx); err != nil {
			return fmt.Errorf("%s: %w", inv.name, err)
		}
	}
	return nil
}

// checkSupply compares bank's supply with what all accounts hold: no coin is ever
// lost, none appears from nowhere.
func (app *App) checkSupply(ctx sdk.Context) error {
	held := sdk.NewMapCoins(nil)
	app.BankKeeper.IterateAllBalances(ctx, func(_ sdk.AccAddress, balance sdk.Coin) bool {
		held.Add(balance)
		return false
	})
	supply := sdk.NewMapCoins(nil)
	app.BankKeeper.IterateTotalSupply(ctx, func(coin sdk.Coin) bool {
		supply.Add(coin)
		return false
	})
	if want, got := supply.ToCoins(), held.ToCoins(); !want.Equal(got) {
		return banktypes.ErrInputOutputMismatch.Wrapf("expected %s in all accounts, got %s", want, got)
	}
	return nil
}
