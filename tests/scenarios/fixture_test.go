package scenarios_test

import (
	"testing"
	"time"

	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/app/ante"
	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/market"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// txFee is what every transaction of these stories costs.
var txFee = ante.FloorPrice.Fee(chain.DefaultGas).Amount.Int64()

// quiet is a genesis without inflation, so that supply changes by burns alone.
func quiet(cdc codec.Codec, genesis app.GenesisState) {
	chain.ChangeGenesis(cdc, genesis, minttypes.ModuleName, &minttypes.GenesisState{}, func(gs *minttypes.GenesisState) {
		gs.Minter.Inflation = sdkmath.LegacyZeroDec()
		gs.Params.InflationMax, gs.Params.InflationMin = sdkmath.LegacyZeroDec(), sdkmath.LegacyZeroDec()
		gs.Params.InflationRateChange = sdkmath.LegacyZeroDec()
	})
}

// story is a chain with one agent that can be hired.
type story struct {
	*chain.Chain
	t      *testing.T
	client *chain.Account
	agent  market.Agent
}

func newStory(t *testing.T, opts ...chain.Option) *story {
	t.Helper()
	c := chain.New(t, append([]chain.Option{chain.WithInvariants(), chain.WithGenesis(quiet)}, opts...)...)
	s := &story{Chain: c, t: t, client: c.Account(0)}
	s.agent = market.NewAgent(t, c, c.Account(1), 1_000)
	return s
}

// newSmallStory returns one whose agent has the least bond, 25 AIT.
func newSmallStory(t *testing.T) *story {
	t.Helper()
	s := newStory(t)
	s.agent = market.NewAgent(t, s.Chain, s.Account(2), 25)
	return s
}

// refused sends a message that must be refused for this reason.
func (s *story) refused(by *chain.Account, msg sdk.Msg, want *errorsmod.Error) {
	s.t.Helper()
	expectCode(s.t, s.NextBlock(s.Tx(by, msg).Bytes()), 0, want)
}

// uait returns what an account holds.
func (s *story) uait(a *chain.Account) int64 { return s.Balance(a.Addr).Amount.Int64() }

// expect compares an amount.
func (s *story) expect(what string, got, want int64) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("%s: expected %d, got %d", what, want, got)
	}
}

// expectEnd compares how a job ended.
func (s *story) expectEnd(sequence uint64, want jobmarkettypes.JobStatus) jobmarkettypes.JobRecord {
	s.t.Helper()
	r := market.Record(s.t, s.Chain, s.client, sequence)
	if r.Progress.Status != want {
		s.t.Fatalf("job %d: expected %s, got %s with milestones %v", sequence, want, r.Progress.Status, r.Progress.Milestones)
	}
	if !r.Progress.Ledger.Left().IsZero() {
		s.t.Errorf("job %d: expected nothing left, got %s", sequence, r.Progress.Ledger.Left())
	}
	return r
}

// vault returns what rests in escrow for an account.
func (s *story) vault(a *chain.Account) int64 {
	return s.Balance(escrowtypes.VaultAddress(a.Addr)).Amount.Int64()
}

func (s *story) collector() int64 {
	return s.Balance(authtypes.NewModuleAddress(authtypes.FeeCollectorName)).Amount.Int64()
}

// pass lets market time go on block by block, each as long as market time moves at
// most, for at least d. It returns all events of the blocks.
func (s *story) pass(d time.Duration) []*chain.Block {
	s.t.Helper()
	const step = 10 * time.Second
	var blocks []*chain.Block
	for ; d > 0; d -= step {
		s.Advance(step)
		blocks = append(blocks, s.NextBlock())
	}
	return blocks
}

func seconds(n uint64) time.Duration { return time.Duration(n) * time.Second }

func ait(n int64) sdk.Coin { return chain.AIT(n) }
