package app

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
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
		{"what is held has a holder", app.checkHolders},
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

// checkHolders looks for what no module would ever let go: locks that no bond and no job
// accounts for, and reservations of jobs that don't live. That each of those has its lock
// and its reservation, the modules check themselves.
func (app *App) checkHolders(ctx sdk.Context) error {
	escrow, err := app.EscrowKeeper.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	registry, err := app.AgentRegistryKeeper.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	market, err := app.JobMarketKeeper.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	// The names under which something may be held, by who may hold it.
	bonds, jobs := map[string]bool{}, map[string]bool{}
	for _, r := range registry.Agents {
		bonds[string(registrytypes.Reference(r.Agent.Id))] = true
	}
	for _, r := range market.Jobs {
		client, err := sdk.AccAddressFromBech32(r.Job.Client)
		if err != nil {
			return err
		}
		jobs[string(jobmarkettypes.Reference(jobmarkettypes.NewJobID(client, r.Job.Sequence)))] = !r.Progress.Ended()
	}
	locks := map[string]map[string]bool{registrytypes.ModuleName: bonds, jobmarkettypes.ModuleName: jobs}
	for _, lock := range escrow.Locks {
		ref, err := escrowtypes.ParseReference(lock.Reference)
		if err != nil {
			return err
		}
		if !locks[lock.Owner][string(ref)] {
			return escrowtypes.ErrBroken.Wrapf("lock %s of %s: expected an agent or a live job that it is for, got none", lock.Reference, lock.Owner)
		}
	}
	for _, r := range registry.Reservations {
		if r.Holder != jobmarkettypes.ModuleName || !jobs[string(r.Reference)] {
			return registrytypes.ErrInvariantBroken.Wrapf("reservation %X by %s of agent %d: expected a live job that it is for, got none",
				r.Reference, r.Holder, r.AgentId)
		}
	}
	return nil
}
