package app_test

import (
	"flag"
	"maps"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/cosmos/cosmos-sdk/codec"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/gen"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

var trafficSeed = flag.Int64("traffic-seed", 20261122, "seed of the random blocks")

// restless is a genesis in which everything that takes days happens within
// seconds, so that a few hundred blocks see votes end, stake unbond and
// validators jailed.
func restless(cdc codec.Codec, genesis app.GenesisState) {
	chain.ChangeGenesis(cdc, genesis, govtypes.ModuleName, &govv1.GenesisState{}, func(gs *govv1.GenesisState) {
		voting, expedited, deposit := 15*time.Second, 5*time.Second, 20*time.Second
		gs.Params.VotingPeriod, gs.Params.ExpeditedVotingPeriod, gs.Params.MaxDepositPeriod = &voting, &expedited, &deposit
	})
	chain.ChangeGenesis(cdc, genesis, stakingtypes.ModuleName, &stakingtypes.GenesisState{}, func(gs *stakingtypes.GenesisState) {
		gs.Params.UnbondingTime = 30 * time.Second
	})
	chain.ChangeGenesis(cdc, genesis, jobmarkettypes.ModuleName, &jobmarkettypes.GenesisState{}, func(gs *jobmarkettypes.GenesisState) {
		gs.Params.MinWindowSeconds, gs.Params.ReassignSeconds = 20, 20
		gs.Params.MaxTimeoutsPerBlock = 3
	})
	chain.ChangeGenesis(cdc, genesis, slashingtypes.ModuleName, &slashingtypes.GenesisState{}, func(gs *slashingtypes.GenesisState) {
		gs.Params.SignedBlocksWindow = 20
		gs.Params.DowntimeJailDuration = 10 * time.Second
	})
}

// tally counts results by code.
type tally map[string]int

func (n tally) add(results []*abci.ExecTxResult) {
	for _, res := range results {
		n[code(res)]++
	}
}

func code(res *abci.ExecTxResult) string {
	if res.IsOK() {
		return "ok"
	}
	return res.Codespace + "/" + uitoa(res.Code)
}

func errCode(err interface {
	Codespace() string
	ABCICode() uint32
},
) string {
	return err.Codespace() + "/" + uitoa(err.ABCICode())
}

// TestLockstep runs the same random blocks on every executor. The chain compares
// app hash and last results hash at each height; here we see to it that the
// blocks held what they should. Even heights go through proposals; at odd ones
// everything is forced into the block, as only a byzantine majority could.
func TestLockstep(t *testing.T) {
	t.Logf("seed %d (set it with -traffic-seed)", *trafficSeed)
	c := chain.NewLockstep(t, chain.WithInvariants(), chain.WithGenesis(restless), chain.WithAccounts(12))
	traffic := gen.NewTraffic(c, *trafficSeed)
	traffic.AddMarket()

	proposed, forced, seen := tally{}, tally{}, map[string]int{}
	for c.Height() < 200 {
		txs := traffic.Txs(5 + traffic.Rand().Intn(16))
		switch c.Height() {
		case 50:
			c.SetOffline(c.Validator(2).ConsAddr(), true)
		case 75:
			c.SetOffline(c.Validator(2).ConsAddr(), false)
		case 120:
			c.DoubleSign(c.Validator(3).ConsAddr(), 110)
		case 150:
			c.Advance(2 * time.Hour)
		}
		var block *chain.Block
		if c.Height()%2 == 1 {
			block = c.NextProposedBlock(txs...)
			proposed.add(block.Results)
		} else {
			block = c.NextBlock(txs...)
			forced.add(block.Results)
		}
		for _, e := range block.Events {
			seen[e.Type]++
		}
	}
	t.Logf("from proposals: %v", proposed)
	t.Logf("forced: %v", forced)

	atLeast(t, "proposed", proposed, "ok", 400)
	for _, err := range []*errorsmodError{
		sdkerrors.ErrInsufficientFunds, sdkerrors.ErrWrongSequence, sdkerrors.ErrOutOfGas, sdkerrors.ErrUnauthorized,
	} {
		atLeast(t, "proposed", proposed, errCode(err), 3)
	}
	for _, err := range []*errorsmodError{sdkerrors.ErrTxDecode, sdkerrors.ErrInsufficientFee} {
		if n := proposed[errCode(err)]; n > 0 {
			t.Errorf("proposals let through %d transactions with %s", n, errCode(err))
		}
		atLeast(t, "forced", forced, errCode(err), 10)
	}
	for _, event := range []string{
		"active_proposal", "inactive_proposal", "slash", "complete_unbonding", "complete_redelegation",
		"aitbc.clock.v1.EventParamsUpdated", "aitbc.clock.v1.EventClockStoodStill",
		"aitbc.escrow.v1.EventBlockSettled",
		"aitbc.jobmarket.v1.EventMilestonePaid", "aitbc.jobmarket.v1.EventMilestoneMissed", "aitbc.jobmarket.v1.EventJobEnded",
	} {
		if seen[event] == 0 {
			t.Errorf("no block emitted %s; only %v", event, slices.Sorted(maps.Keys(seen)))
		}
	}
}

func atLeast(t *testing.T, what string, n tally, key string, least int) {
	t.Helper()
	if n[key] < least {
		t.Errorf("%s: expected at least %d results with %s, got %d of %v", what, least, key, n[key], n)
	}
}
