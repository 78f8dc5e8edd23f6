// Package simulation generates random states and messages of the jobmarket module.
package simulation

import (
	"math/rand"

	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// RandomizedGenState puts a genesis state with random parameters into simState.
func RandomizedGenState(simState *module.SimulationState) {
	gs := types.DefaultGenesisState()
	simState.AppParams.GetOrGenerate("jobmarket_params", &gs.Params, simState.Rand, func(r *rand.Rand) {
		gs.Params = randomParams(r)
	})
	simState.GenState[types.ModuleName] = simState.Cdc.MustMarshalJSON(gs)
}

// randomParams keeps windows short, so that timeouts come within a simulation.
func randomParams(r *rand.Rand) types.Params {
	p := types.DefaultParams()
	p.FeeBps = uint32(r.Intn(types.MaxFeeBps + 1))
	p.KillFeeBps = uint32(r.Intn(types.MaxBps + 1))
	p.PerformanceBondBps = uint32(r.Intn(types.MaxBps/2 + 1))
	p.MinWindowSeconds = uint64(types.LeastWindowSeconds + r.Intn(100))
	p.ReassignSeconds = p.MinWindowSeconds + uint64(r.Intn(600))
	p.DefaultReviewSeconds = p.MinWindowSeconds + uint64(r.Intn(600))
	p.MaxTimeoutsPerBlock = uint32(1 + r.Intn(20))
	return p
}
