package types_test

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/x/jobmarket/types"
)

func TestParams_Deposit_Defaults(t *testing.T) {
	params := types.DefaultParams()
	for _, tc := range []struct {
		name         string
		amount, want int64
	}{
		{"nothing", 0, 0},
		{"the least milestone", 1_000, 0},
		{"below 1 AIT: micro", ait - 1, 0},
		{"1 AIT: five fees of 0.005 and 0.055", ait, 80_000},
		{"1.000001 AIT: each part rounded up", ait + 1, 5*5_001 + 55_001},
		{"99.999999 AIT", 100*ait - 1, 5*500_000 + 5_500_000},
		{"100 AIT begins where the first tier ends, not at 7.5", 100 * ait, 8 * ait},
		{"110 AIT is still there: 2.5 and 5.5", 110 * ait, 8 * ait},
		{"110.0002 AIT grows again", 110*ait + 200, 8*ait + 10},
		{"125 AIT: five fees of 0.5 and 6.25", 125 * ait, 5*ait/2 + 25*ait/4},
		{"126 AIT: five fees of 0.504 and 6.3", 126 * ait, 5*504_000 + 6_300_000},
		{"9,999.999999 AIT", 10_000*ait - 1, 5*40*ait + 500*ait},
		{"10,000 AIT: five fees of 40 and 500", 10_000 * ait, 700 * ait},
		{"20,000 AIT: the least fee", 20_000 * ait, 5*40*ait + 1_000*ait},
		{"22,500 AIT: five fees of 45", 22_500 * ait, 5*45*ait + 1_125*ait},
		{"25,000 AIT: the greatest fee", 25_000 * ait, 5*50*ait + 1_250*ait},
		{"30,000 AIT: the greatest fee", 30_000 * ait, 5*50*ait + 1_500*ait},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := params.Deposit(number(tc.amount)); !got.Equal(number(tc.want)) {
				t.Errorf("expected %d, got %s", tc.want, got)
			}
		})
	}
}

// What a reader of the README expects of the bonds: 25 AIT carry one job of 25 AIT,
// or 25 of 1 AIT.
func TestParams_Terms_Bond(t *testing.T) {
	for _, tc := range []struct {
		name              string
		bondBps           uint32
		amounts           []int64
		bonds             []int64
		deposit, reserved int64
	}{
		{"25 AIT", 1_000, []int64{25 * ait}, []int64{2_500_000}, 2_000_000, 25 * ait},
		{"1 AIT", 1_000, []int64{ait}, []int64{100_000}, 80_000, ait},
		{"16 x 1 AIT reserve no more than one", 1_000, slices.Repeat([]int64{ait}, 16), slices.Repeat([]int64{100_000}, 16), 80_000, ait},
		{"the bond is rounded up", 1_000, []int64{1_001}, []int64{101}, 0, 1_001},
		{"each has its own bond", 1_000, []int64{5 * ait, 90 * ait, 5 * ait}, []int64{500_000, 9 * ait, 500_000}, 7_200_000, 90 * ait},
		{"bond and deposit can be more than the largest", 10_000, []int64{ait, 2 * ait}, []int64{ait, 2 * ait}, 160_000, 2_160_000},
	} {
		t.Run(tc.name, func(t *testing.T) {
			params := types.DefaultParams()
			params.PerformanceBondBps = tc.bondBps
			job := types.Job{Milestones: milestones(tc.amounts...), Terms: params.Terms(milestones(tc.amounts...))}
			terms := job.Terms
			if !terms.DisputeDeposit.Equal(number(tc.deposit)) || !terms.Reserved.Equal(number(tc.reserved)) {
				t.Errorf("expected deposit %d, reserved %d, got %s, %s", tc.deposit, tc.reserved, terms.DisputeDeposit, terms.Reserved)
			}
			for i, want := range tc.bonds {
				if got := job.PerformanceBond(uint32(i + 1)); !got.Equal(number(want)) {
					t.Errorf("milestone %d: expected a performance bond of %d, got %s", i+1, want, got)
				}
			}
			if terms.FeeBps != 250 || terms.KillFeeBps != 2_000 || terms.ReassignSeconds != 86_400 || !terms.PostingFee.Equal(number(1_000)) {
				t.Errorf("expected the parameters to be taken down, got %+v", terms)
			}
		})
	}
}

func TestJob_Fees(t *testing.T) {
	j := newJob(ait, 1_999, 3)
	for _, tc := range []struct {
		milestone      uint32
		kill, fee, net int64 // fee and net of the whole milestone
	}{
		{1, 200_000, 25_000, 975_000},
		{2, 399, 49, 1_950}, // rounded down: 399.8 and 49.975
		{3, 0, 0, 3},
	} {
		amount := j.Amount(tc.milestone)
		if kill := j.KillFee(tc.milestone); !kill.Equal(number(tc.kill)) {
			t.Errorf("milestone %d: expected a kill fee of %d, got %s", tc.milestone, tc.kill, kill)
		}
		if fee := j.Fee(amount); !fee.Equal(number(tc.fee)) || !amount.Sub(fee).Equal(number(tc.net)) {
			t.Errorf("milestone %d: expected a fee of %d, got %s", tc.milestone, tc.fee, fee)
		}
	}
	if got, want := j.Funded(), number(ait+1_999+3+80_000); !got.Equal(want) {
		t.Errorf("expected budget and deposit to be %s, got %s", want, got)
	}
}

func TestLongest(t *testing.T) {
	list := milestones(ait, ait)
	list[1].DeliverySeconds = 50
	if got := types.Longest(list, 7, 1_000); got != delivery+7+50+7+1_000 {
		t.Errorf("expected all windows and one reassignment, got %d", got)
	}
}

// amountGen draws amounts of all magnitudes up to the greatest.
func amountGen(least int64) *rapid.Generator[int64] {
	return rapid.Custom(func(t *rapid.T) int64 {
		magnitude := rapid.SampledFrom([]int64{10, 10_000, ait, 1_000 * ait, 1_000_000 * ait, 1_000_000_000_000_000_000}).Draw(t, "magnitude")
		return max(least, rapid.Int64Range(0, magnitude).Draw(t, "amount"))
	})
}

// Shares of all amounts, compared with the arithmetic of the standard library.
func TestBps_Rounding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount, bps := amountGen(0).Draw(t, "amount"), rapid.Uint32Range(0, types.MaxBps).Draw(t, "bps")
		product := new(big.Int).Mul(big.NewInt(amount), big.NewInt(int64(bps)))
		quotient, rest := new(big.Int).QuoRem(product, big.NewInt(types.MaxBps), new(big.Int))
		down, up := types.BpsDown(number(amount), bps), types.BpsUp(number(amount), bps)
		if down.BigInt().Cmp(quotient) != 0 {
			t.Fatalf("expected %s rounded down, got %s", quotient, down)
		}
		if rest.Sign() > 0 {
			quotient.Add(quotient, big.NewInt(1))
		}
		if up.BigInt().Cmp(quotient) != 0 {
			t.Fatalf("expected %s rounded up, got %s", quotient, up)
		}
		if up.GT(number(amount)) {
			t.Fatalf("expected no more than the whole, got %s", up)
		}
	})
}

// tiersGen draws a valid list of tiers, with bounds that meet now and then.
func tiersGen() *rapid.Generator[[]types.DisputeTier] {
	return rapid.Custom(func(t *rapid.T) []types.DisputeTier {
		froms := rapid.SliceOfNDistinct(amountGen(1), 1, 8, rapid.ID[int64]).Draw(t, "from")
		slices.Sort(froms)
		tiers := make([]types.DisputeTier, len(froms))
		for i, from := range froms {
			least := amountGen(0).Draw(t, "juror_fee_min")
			most := int64(0) // no limit
			if rapid.Bool().Draw(t, "limited") {
				most = rapid.Int64Range(least, 1_000_000_000_000_000_000).Draw(t, "juror_fee_max")
			}
			tiers[i] = types.DisputeTier{
				From: number(from), JurorFeeBps: rapid.Uint32Range(0, 1_000).Draw(t, "juror_fee_bps"),
				JurorFeeMin: number(least), JurorFeeMax: number(most), StakeBps: rapid.Uint32Range(0, 2_000).Draw(t, "stake_bps"),
			}
		}
		return tiers
	})
}

func paramsGen() *rapid.Generator[types.Params] {
	return rapid.Custom(func(t *rapid.T) types.Params {
		p := types.DefaultParams()
		p.DisputeTiers = tiersGen().Draw(t, "dispute_tiers")
		p.PanelSeats = rapid.Uint32Range(1, 31).Draw(t, "panel_seats")
		p.PerformanceBondBps = rapid.Uint32Range(0, types.MaxBps).Draw(t, "performance_bond_bps")
		p.KillFeeBps = rapid.Uint32Range(0, types.MaxBps).Draw(t, "kill_fee_bps")
		if err := p.Validate(); err != nil {
			t.Fatalf("the generator is wrong: %v", err)
		}
		return p
	})
}

// near draws an amount, often next to where a tier begins.
func near(t *rapid.T, p types.Params, label string) int64 {
	if rapid.Bool().Draw(t, label+" anywhere") {
		return amountGen(0).Draw(t, label)
	}
	from := rapid.SampledFrom(p.DisputeTiers).Draw(t, label+" tier").From.Int64()
	return min(from+rapid.Int64Range(-1, 1).Draw(t, label+" offset"), 1_000_000_000_000_000_000)
}

// formula is what a tier asks for by itself.
func formula(tier types.DisputeTier, amount sdkmath.Int, seats uint32) *big.Int {
	part := func(bps uint32) *big.Int {
		product := new(big.Int).Mul(amount.BigInt(), big.NewInt(int64(bps)))
		quotient, rest := new(big.Int).QuoRem(product, big.NewInt(10_000), new(big.Int))
		if rest.Sign() > 0 {
			quotient.Add(quotient, big.NewInt(1))
		}
		return quotient
	}
	fee := part(tier.JurorFeeBps)
	if least := tier.JurorFeeMin.BigInt(); fee.Cmp(least) < 0 {
		fee = least
	}
	if most := tier.JurorFeeMax.BigInt(); most.Sign() > 0 && fee.Cmp(most) > 0 {
		fee = most
	}
	return new(big.Int).Add(new(big.Int).Mul(fee, big.NewInt(int64(seats))), part(tier.StakeBps))
}

// deposit is the rule of the README: the formula of the amount's tier, but no less
// than what the tiers before it come to where it begins.
func deposit(tiers []types.DisputeTier, seats uint32, amount sdkmath.Int) *big.Int {
	last := len(tiers) - 1
	for last >= 0 && amount.LT(tiers[last].From) {
		last--
	}
	if last < 0 {
		return new(big.Int)
	}
	own := formula(tiers[last], amount, seats)
	if before := deposit(tiers[:last], seats, tiers[last].From); own.Cmp(before) < 0 {
		return before
	}
	return own
}

func TestParams_Deposit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := paramsGen().Draw(t, "params")
		a, b := near(t, p, "a"), near(t, p, "b")
		if a > b {
			a, b = b, a
		}
		less, more := p.Deposit(number(a)), p.Deposit(number(b))
		if less.GT(more) {
			t.Fatalf("expected the deposit of %d to be at most that of %d, got %s and %s", a, b, less, more)
		}
		if want := deposit(p.DisputeTiers, p.PanelSeats, number(a)); less.BigInt().Cmp(want) != 0 {
			t.Fatalf("deposit of %d: expected %s, got %s", a, want, less)
		}
		if below := number(a).LT(p.DisputeTiers[0].From); below && !less.IsZero() {
			t.Fatalf("expected no deposit below the first tier, got %s", less)
		}
	})
}

func TestParams_Terms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := paramsGen().Draw(t, "params")
		amounts := rapid.SliceOfN(amountGen(1), 1, types.MaxMilestones).Draw(t, "amounts")
		list := milestones(amounts...)
		terms := p.Terms(list)
		budget, largest := sdkmath.ZeroInt(), number(slices.Max(amounts))
		for _, amount := range amounts {
			budget = budget.AddRaw(amount)
		}
		if !types.Budget(list).Equal(budget) || !types.Largest(list).Equal(largest) {
			t.Fatalf("expected a budget of %s and a largest milestone of %s, got %s and %s", budget, largest, types.Budget(list), types.Largest(list))
		}
		if !terms.DisputeDeposit.Equal(p.Deposit(largest)) {
			t.Fatalf("expected the deposit of the largest milestone, got %s", terms.DisputeDeposit)
		}
		needed := types.BpsUp(largest, p.PerformanceBondBps).Add(terms.DisputeDeposit)
		if terms.Reserved.LT(largest) || terms.Reserved.LT(needed) || (!terms.Reserved.Equal(largest) && !terms.Reserved.Equal(needed)) {
			t.Fatalf("expected to reserve the greater of %s and %s, got %s", largest, needed, terms.Reserved)
		}
		j := types.Job{Milestones: list, Terms: terms}
		for i, amount := range amounts {
			kill := j.KillFee(uint32(i + 1))
			// Whatever milestone is missed, what it costs is reserved.
			if bond := j.PerformanceBond(uint32(i + 1)); !bond.Equal(types.BpsUp(number(amount), p.PerformanceBondBps)) || bond.GT(terms.Reserved) {
				t.Fatalf("expected a performance bond of %d bps of %d within %s, got %s", p.PerformanceBondBps, amount, terms.Reserved, bond)
			}
			if kill.IsNegative() || kill.GT(number(amount)) {
				t.Fatalf("expected a kill fee of at most %d, got %s", amount, kill)
			}
		}
		if !j.Funded().Equal(budget.Add(terms.DisputeDeposit)) {
			t.Fatalf("expected budget and deposit to be locked, got %s", j.Funded())
		}
	})
}
