// Package simulation generates random states and messages of the escrow module.
package simulation

import (
	"math/rand"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	chaintypes "github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/x/escrow/types"
)

// mostOwed is the most that one simulated claimable is worth, in uait.
const mostOwed = 5_000_000

// RandomizedGenState puts a genesis state with random parameters and claimables into
// simState, and the coins that are owed into bank's, which must be there already.
// There are no locks: those belong to the modules that make them.
func RandomizedGenState(simState *module.SimulationState) {
	gs := types.DefaultGenesisState()
	simState.AppParams.GetOrGenerate("fee_burn_bps", &gs.Params.FeeBurnBps, simState.Rand, func(r *rand.Rand) {
		gs.Params.FeeBurnBps = randomFeeBurnBps(r)
	})
	simState.AppParams.GetOrGenerate("escrow_claimables", &gs.Claimables, simState.Rand, func(r *rand.Rand) {
		gs.Claimables = randomClaimables(r, simState.Accounts)
	})
	simState.GenState[types.ModuleName] = simState.Cdc.MustMarshalJSON(gs)
	fundVaults(simState, gs.Claimables)
}

func randomFeeBurnBps(r *rand.Rand) uint32 { return uint32(r.Intn(types.MaxFeeBurnBps + 1)) }

// randomClaimables lets about a third of the accounts owe something to another.
func randomClaimables(r *rand.Rand, accounts []simtypes.Account) []types.Claimable {
	var claimables []types.Claimable
	for _, payer := range accounts {
		if r.Intn(3) != 0 {
			continue
		}
		payee, _ := simtypes.RandomAcc(r, accounts)
		claimables = append(claimables, types.Claimable{
			Payee: payee.Address.String(), Payer: payer.Address.String(),
			Coins: sdk.NewCoins(sdk.NewInt64Coin(chaintypes.BaseDenom, 1+r.Int63n(mostOwed))),
		})
	}
	return claimables
}

// fundVaults adds what is owed to the balances of the vaults, and to the supply.
func fundVaults(simState *module.SimulationState, claimables []types.Claimable) {
	var bank banktypes.GenesisState
	simState.Cdc.MustUnmarshalJSON(simState.GenState[banktypes.ModuleName], &bank)
	for _, c := range claimables {
		vault := types.VaultAddress(sdk.MustAccAddressFromBech32(c.Payer))
		bank.Balances = append(bank.Balances, banktypes.Balance{Address: vault.String(), Coins: c.Coins})
		bank.Supply = bank.Supply.Add(c.Coins...)
	}
	simState.GenState[banktypes.ModuleName] = simState.Cdc.MustMarshalJSON(&bank)
}
