// Package simulation generates random states and messages of the clock module.
package simulation

import (
	"math/rand"
	"time"

	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/aitbc/aitbc/x/clock/types"
)

// RandomizedGenState puts a genesis state with a random cap into simState.
func RandomizedGenState(simState *module.SimulationState) {
	gs := types.DefaultGenesisState()
	simState.AppParams.GetOrGenerate("max_step", &gs.Params.MaxStep, simState.Rand, func(r *rand.Rand) {
		gs.Params.MaxStep = randomMaxStep(r)
	})
	simState.GenState[types.ModuleName] = simState.Cdc.MustMarshalJSON(gs)
}

func randomMaxStep(r *rand.Rand) time.Duration {
	return types.MinMaxStep + time.Duration(r.Int63n(int64(types.MaxMaxStep-types.MinMaxStep)+1))
}
