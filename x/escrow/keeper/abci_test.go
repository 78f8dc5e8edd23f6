package keeper_test

import (
	"testing"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/testutil/fakes"
	"github.com/aitbc/aitbc/x/escrow/types"
)

// collect leaves fees and burns of the given amounts for the end of the block.
func collect(f *fixture, fees, burns int64) {
	f.Helper()
	for pool, amount := range map[string]int64{types.FeePoolName: fees, types.BurnPoolName: burns} {
		if amount == 0 {
			continue
		}
		if err := f.ledger.SendCoinsFromAccountToModuleVirtual(f.ctx, dave, pool, uait(amount)); err != nil {
			f.Fatal(err)
		}
	}
}

func TestEndBlock_BurnsAndForwards(t *testing.T) {
	tests := []struct {
		name                      string
		bps                       uint32
		fees, burns               int64
		wantBurned, wantForwarded int64
	}{
		{"even", 5_000, 25_000, 0, 12_500, 12_500},
		{"odd: the collector gets the rest", 5_000, 25_001, 0, 12_500, 12_501},
		{"one", 5_000, 1, 0, 0, 1},
		{"a third", 3_333, 10_001, 0, 3_333, 6_668},
		{"burn nothing", 0, 77, 0, 0, 77},
		{"burn everything", 10_000, 77, 0, 77, 0},
		{"burns alone", 5_000, 0, 13, 13, 0},
		{"both", 5_000, 101, 13, 63, 51},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.must(func(ctx sdk.Context) error {
				return f.keeper.UpdateParams(ctx, gov.String(), types.Params{FeeBurnBps: tc.bps})
			})
			supply := f.supply()
			collect(f, tc.fees, tc.burns)
			f.endBlock().check()

			f.expect("burned", tc.wantBurned, supply-f.supply())
			f.expect("forwarded", tc.wantForwarded, f.balance(fakes.ModuleAddress(feeCollector)))
			f.expectEvents(&types.EventBlockSettled{Fees: uait(tc.fees), Forwarded: uait(tc.wantForwarded), Burned: uait(tc.wantBurned)})
		})
	}
}

// A block without fees and burns emits nothing and costs two reads of balances.
func TestEndBlock_NothingToDo(t *testing.T) {
	f := newFixture(t).lock(1_000, 250)
	gas := func(do func(sdk.Context) error) uint64 {
		f.ctx = f.ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
		f.must(do)
		return f.ctx.GasMeter().GasConsumed()
	}
	want := gas(func(ctx sdk.Context) error {
		for _, pool := range []string{types.FeePoolName, types.BurnPoolName} {
			f.ledger.GetBalance(ctx, fakes.ModuleAddress(pool), "uait")
		}
		return nil
	})
	if got := gas(func(ctx sdk.Context) error { return f.keeper.EndBlock(ctx) }); got != want {
		t.Errorf("gas: expected %d, that of two reads, got %d", want, got)
	}
	f.expectEvents()
}

// What can't be burned or forwarded neither halts the chain nor gets lost: the
// invariants see it, and the next block settles it together with its own.
func TestEndBlock_FailuresAreLeftToTheNextBlock(t *testing.T) {
	tests := []struct {
		name  string
		fail  func(*fakes.Ledger, error)
		event []*types.EventBlockSettled
	}{
		{"burning fails: neither pool", (*fakes.Ledger).FailBurns, nil},
		{"burning panics: neither pool", func(l *fakes.Ledger, err error) { l.PanicOnBurns(err != nil) }, nil},
		{"forwarding fails: burns go on", (*fakes.Ledger).FailForwards, []*types.EventBlockSettled{{Burned: uait(10)}}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			supply := f.supply()
			tc.fail(f.ledger, boom)
			collect(f, 101, 10)
			f.endBlock()
			if err := f.ledger.Check(f.ctx); err != nil {
				t.Error(err)
			}
			if err := f.keeper.CheckInvariants(f.ctx); err == nil {
				t.Error("expected the invariants to see a pool that was not settled")
			}
			f.expect("fees left", 101, f.balance(fakes.ModuleAddress(types.FeePoolName)))
			if got := f.events(); len(got) != len(tc.event) {
				t.Errorf("expected %v, got %v", tc.event, got)
			}

			tc.fail(f.ledger, nil)
			collect(f, 2, 5)
			f.endBlock().check()
			f.expect("forwarded", 52, f.balance(fakes.ModuleAddress(feeCollector)))
			f.expect("burned", 51+15, supply-f.supply())
		})
	}
}
