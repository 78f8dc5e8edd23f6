package types_test

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/escrow/types"
)

var someone = sdk.AccAddress("someone.............")

func uait(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("uait", n)) }

func shares(bps ...uint32) []types.Share {
	var s []types.Share
	for _, b := range bps {
		s = append(s, types.Share{Payee: someone, Bps: b})
	}
	return s
}

func TestNewSplit(t *testing.T) {
	tests := []struct {
		name     string
		amount   int64
		share    uint32
		fee      uint32
		payees   []uint32
		wantFee  int64
		wantNet  int64
		wantBack int64
		wantEach []int64
	}{
		{"one AIT at 2.5 %", 1_000_000, 10_000, 250, nil, 25_000, 975_000, 0, nil},
		{"no fee", 1_000_000, 10_000, 0, nil, 0, 1_000_000, 0, nil},
		{"the fee is rounded down", 1_000_039, 10_000, 250, nil, 25_000, 975_039, 0, nil},
		{"the first amount that bears a fee", 40, 10_000, 250, nil, 1, 39, 0, nil},
		{"one less bears none", 39, 10_000, 250, nil, 0, 39, 0, nil},
		{"the smallest amount is the worker's", 1, 10_000, 2_000, nil, 0, 1, 0, nil},
		{"payees are rounded down", 999, 10_000, 250, []uint32{1_000, 333}, 24, 843, 0, []int64{99, 33}},
		{"a payee of too little gets nothing", 1_000, 10_000, 0, []uint32{9}, 0, 1_000, 0, []int64{0}},
		{"all that may be withheld", 10, 10_000, 1_000, []uint32{1_000}, 1, 8, 0, []int64{1}},
		{"half to each, the odd one to the payer", 1_001, 5_000, 250, nil, 12, 488, 501, nil},
		{"a share that comes to nothing", 3, 3_333, 250, []uint32{100}, 0, 0, 3, []int64{0}},
		{"share 0", 1_000, 0, 250, []uint32{100}, 0, 0, 1_000, []int64{0}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			p, err := types.NewSplit(uait(tc.amount), tc.share, types.Terms{FeeBps: tc.fee}, shares(tc.payees...))
			if err != nil {
				t.Fatal(err)
			}
			expect(t, "fee", uait(tc.wantFee), p.Fee)
			expect(t, "net", uait(tc.wantNet), p.Net)
			expect(t, "refunded", uait(tc.wantBack), p.Refunded)
			expect(t, "gross", uait(tc.amount-tc.wantBack), p.Gross)
			if len(p.Payees) != len(tc.wantEach) {
				t.Fatalf("expected %d payees, got %v", len(tc.wantEach), p.Payees)
			}
			for i, want := range tc.wantEach {
				expect(t, "payee", uait(want), p.Payees[i])
			}
		})
	}
}

func TestNewSplit_Refusals(t *testing.T) {
	nine := shares(1, 1, 1, 1, 1, 1, 1, 1, 1)
	tests := []struct {
		name   string
		coins  sdk.Coins
		share  uint32
		fee    uint32
		payees []types.Share
		err    error
	}{
		{"failure: nothing", nil, 10_000, 0, nil, types.ErrInvalidAmount},
		{"failure: share above the whole", uait(1), 10_001, 0, nil, types.ErrInvalidTerms},
		{"failure: fee alone", uait(1), 10_000, 2_001, nil, types.ErrInvalidTerms},
		{"success: fee at the bound", uait(1), 10_000, 2_000, nil, nil},
		{"failure: a payee after it", uait(1), 10_000, 2_000, shares(1), types.ErrInvalidTerms},
		{"success: fee and payees at the bound", uait(1), 10_000, 250, shares(1_000, 750), nil},
		{"failure: one past it", uait(1), 10_000, 250, shares(1_000, 751), types.ErrInvalidTerms},
		{"failure: a huge share", uait(1), 10_000, 0, shares(1<<32 - 1), types.ErrInvalidTerms},
		{"failure: shares that wrap around", uait(1), 10_000, 0, shares(1<<31, 1<<31), types.ErrInvalidTerms},
		{"failure: a payee of nothing", uait(1), 10_000, 0, shares(0), types.ErrInvalidTerms},
		{"success: eight payees", uait(1), 10_000, 0, nine[:8], nil},
		{"failure: nine payees", uait(1), 10_000, 0, nine, types.ErrInvalidTerms},
		{"failure: a payee without address", uait(1), 10_000, 0, []types.Share{{Bps: 1}}, types.ErrInvalidAddress},
		{"failure: a payee with share 0", uait(1), 0, 0, []types.Share{{Bps: 1}}, types.ErrInvalidAddress},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := types.NewSplit(tc.coins, tc.share, types.Terms{FeeBps: tc.fee}, tc.payees); !errors.Is(err, tc.err) {
				t.Errorf("expected %v, got %v", tc.err, err)
			}
		})
	}
}

// anyAmount draws from everything that a coin can hold, small amounts often.
func anyAmount() *rapid.Generator[*big.Int] {
	return rapid.Custom(func(t *rapid.T) *big.Int {
		if rapid.Bool().Draw(t, "small") {
			return big.NewInt(rapid.Int64Range(1, 100_000).Draw(t, "amount"))
		}
		n := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 1, 32).Draw(t, "bytes"))
		if n.Sign() == 0 {
			return big.NewInt(1)
		}
		return n
	})
}

// anyTerms draws a fee and payees within what may be withheld.
func anyTerms(t *rapid.T) (types.Terms, []types.Share) {
	left := uint32(types.MaxWithheldBps)
	terms := types.Terms{FeeBps: rapid.Uint32Range(0, left).Draw(t, "fee")}
	left -= terms.FeeBps
	var payees []types.Share
	for range rapid.IntRange(0, types.MaxPayees).Draw(t, "payees") {
		if left == 0 {
			break
		}
		bps := rapid.Uint32Range(1, left).Draw(t, "bps")
		left -= bps
		payees = append(payees, types.Share{Payee: someone, Bps: bps})
	}
	return terms, payees
}

func amountOf(coins sdk.Coins) *big.Int { return coins.AmountOf("uait").BigInt() }

// floorOf is the definition of a share, on numbers without bounds.
func floorOf(amount *big.Int, bps uint32) *big.Int {
	n := new(big.Int).Mul(amount, big.NewInt(int64(bps)))
	return n.Div(n, big.NewInt(10_000))
}

// For every amount, share, fee and payees: nothing is lost and nothing appears, each
// leg is the floor of its share, and the worker has at least 80 %.
func TestNewSplit_Properties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := anyAmount().Draw(t, "amount")
		share := rapid.Uint32Range(0, types.BasisPoints).Draw(t, "share")
		terms, payees := anyTerms(t)
		coins := sdk.NewCoins(sdk.NewCoin("uait", sdkmath.NewIntFromBigInt(amount)))

		p, err := types.NewSplit(coins, share, terms, payees)
		if err != nil {
			t.Fatal(err)
		}
		gross := floorOf(amount, share)
		same(t, "gross", gross, amountOf(p.Gross))
		same(t, "refunded", new(big.Int).Sub(amount, gross), amountOf(p.Refunded))
		same(t, "fee", floorOf(gross, terms.FeeBps), amountOf(p.Fee))
		sum := new(big.Int).Add(amountOf(p.Fee), amountOf(p.Net))
		for i, payee := range payees {
			same(t, "payee", floorOf(gross, payee.Bps), amountOf(p.Payees[i]))
			sum.Add(sum, amountOf(p.Payees[i]))
		}
		same(t, "sum of the legs", gross, sum)

		floor := new(big.Int).Mul(gross, big.NewInt(8))
		if net := new(big.Int).Mul(amountOf(p.Net), big.NewInt(10)); net.Cmp(floor) < 0 {
			t.Fatalf("net: expected at least 80 %% of %s, got %s", gross, amountOf(p.Net))
		}
		for _, c := range append([]sdk.Coins{p.Gross, p.Fee, p.Net, p.Refunded}, p.Payees...) {
			if !c.IsValid() {
				t.Fatalf("expected valid coins without zeros, got %v", c)
			}
		}
	})
}

// Paying in parts never costs more in fees than paying at once.
func TestPortion_PartsAreNotMoreThanTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64Range(0, 1<<40).Draw(t, "a")
		b := rapid.Int64Range(0, 1<<40).Draw(t, "b")
		bps := rapid.Uint32Range(0, types.BasisPoints).Draw(t, "bps")
		parts := types.Portion(uait(a), bps).Add(types.Portion(uait(b), bps)...)
		if whole := types.Portion(uait(a+b), bps); !whole.IsAllGTE(parts) {
			t.Fatalf("expected at most %s, got %s", whole, parts)
		}
	})
}

func same(t *rapid.T, what string, want, got *big.Int) {
	t.Helper()
	if want.Cmp(got) != 0 {
		t.Fatalf("%s: expected %s, got %s", what, want, got)
	}
}

func expect(t *testing.T, what string, want, got sdk.Coins) {
	t.Helper()
	if !want.Equal(got) {
		t.Errorf("%s: expected %q, got %q", what, want, got)
	}
}
