package simulation_test

import (
	"encoding/json"
	"math/rand"
	"testing"
	"time"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"

	"github.com/aitbc/aitbc/x/agentregistry/simulation"
	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// A simulation that starts or sends what is refused would test nothing.
func TestRandomizedGenState_IsValid(t *testing.T) {
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	agents := 0
	for seed := range int64(100) {
		r := rand.New(rand.NewSource(seed))
		state := &module.SimulationState{
			AppParams: simtypes.AppParams{}, Cdc: cdc, Rand: r, Accounts: simtypes.RandomAccounts(r, 3),
			GenTimestamp: time.Unix(1_767_225_600, 0), GenState: map[string]json.RawMessage{},
		}
		simulation.RandomizedGenState(state)
		var gs types.GenesisState
		if err := cdc.UnmarshalJSON(state.GenState[types.ModuleName], &gs); err != nil {
			t.Fatal(err)
		}
		if err := gs.Validate(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		agents += len(gs.Agents)
	}
	if agents == 0 {
		t.Error("expected some agents in a hundred states, got none")
	}
}

func TestRandomProfile_IsValid(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 1_000 {
		if p := simulation.RandomProfile(r); p.Validate() != nil {
			t.Fatalf("%v: %v", p.Validate(), p)
		}
	}
}
