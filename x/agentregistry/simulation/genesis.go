// Package simulation generates random states and messages of the agentregistry
// module.
package simulation

import (
	"math/rand"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"

	chaintypes "github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/x/agentregistry/types"
)

const (
	mostGenesisAgents = 5
	mostCompletions   = 5
	tenMinutes        = 10 * 60
)

// RandomizedGenState puts a genesis state with random parameters and a few agents
// that have no bond yet into simState.
func RandomizedGenState(simState *module.SimulationState) {
	gs := types.DefaultGenesisState()
	simState.AppParams.GetOrGenerate("agentregistry_params", &gs.Params, simState.Rand, func(r *rand.Rand) {
		gs.Params = randomParams(r)
	})
	for range simState.Rand.Intn(mostGenesisAgents + 1) {
		owner := simState.Accounts[simState.Rand.Intn(len(simState.Accounts))]
		operator := simState.Accounts[simState.Rand.Intn(len(simState.Accounts))]
		gs.Agents = append(gs.Agents, types.AgentRecord{
			Agent: types.Agent{
				Id: gs.NextAgentId, Owner: owner.AddressBech32, Operator: operator.AddressBech32, Payout: owner.AddressBech32,
				Status: types.AGENT_STATUS_PENDING, RegisteredAt: simState.GenTimestamp.UTC(),
				StatusUntil: uint64(simState.GenTimestamp.Unix()) + gs.Params.PendingSeconds,
			},
			Profile:  RandomProfile(simState.Rand),
			Bond:     types.NewBond(),
			LastSeen: uint64(simState.GenTimestamp.Unix()),
		})
		gs.NextAgentId++
	}
	simState.GenState[types.ModuleName] = simState.Cdc.MustMarshalJSON(gs)
}

// randomParams are such that agents are affordable, withdrawals and timers come due
// within a simulation and a block does not always do all that is due.
func randomParams(r *rand.Rand) types.Params {
	return types.Params{
		RegistrationFee:        sdk.NewInt64Coin(chaintypes.BaseDenom, r.Int63n(2*chaintypes.UnitsPerAIT)),
		MinBond:                sdk.NewInt64Coin(chaintypes.BaseDenom, 1+r.Int63n(50*chaintypes.UnitsPerAIT)),
		UnbondingSeconds:       types.MinUnbondingSeconds + uint64(r.Intn(tenMinutes)),
		MaxCompletionsPerBlock: uint32(1 + r.Intn(mostCompletions)),
		MaxTimersPerBlock:      uint32(1 + r.Intn(mostCompletions)),
		PayoutDelaySeconds:     types.MinDelaySeconds + uint64(r.Intn(tenMinutes)),
		PendingSeconds:         types.MinDelaySeconds + uint64(r.Intn(tenMinutes)),
		SilenceSeconds:         types.MinDelaySeconds + uint64(r.Intn(tenMinutes)),
		AllowInternalUrls:      r.Intn(2) == 0,
	}
}
