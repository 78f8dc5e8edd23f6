package ante_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/app/ante"
)

// feeTx is a transaction of which only gas and fee matter.
type feeTx struct {
	gas uint64
	fee sdk.Coins
}

func (feeTx) GetMsgs() []sdk.Msg                  { return nil }
func (feeTx) GetMsgsV2() ([]proto.Message, error) { return nil, nil }
func (tx feeTx) GetGas() uint64                   { return tx.gas }
func (tx feeTx) GetFee() sdk.Coins                { return tx.fee }
func (feeTx) FeePayer() []byte                    { return nil }
func (feeTx) FeeGranter() []byte                  { return nil }

func uait(amount int64) sdk.Coins {
	return sdk.Coins{sdk.Coin{Denom: "uait", Amount: sdkmath.NewInt(amount)}}
}

func TestGasPrice_Fee_RoundsUp(t *testing.T) {
	tests := []struct {
		gas  uint64
		want string
	}{
		{0, "0uait"},
		{1, "1uait"},
		{399, "1uait"},
		{400, "1uait"},
		{401, "2uait"},
		{110_000, "275uait"},
		{600_000_000, "1500000uait"},
		{math.MaxUint64, "46116860184273880uait"},
	}
	for _, tc := range tests {
		if got := ante.FloorPrice.Fee(tc.gas).String(); got != tc.want {
			t.Errorf("fee of %d gas: expected %s, got %s", tc.gas, tc.want, got)
		}
	}
	if got := ante.FloorPrice.String(); got != "0.0025uait" {
		t.Errorf("expected 0.0025uait, got %s", got)
	}
	for price, want := range map[ante.GasPrice]string{{Uait: 0, PerGas: 1}: "0uait", {Uait: 10, PerGas: 1}: "10uait"} {
		if got := price.String(); got != want {
			t.Errorf("expected %s, got %s", want, got)
		}
	}
}

// The fee is the least integer that is not below price times gas.
func TestGasPrice_Fee_IsTheLeastSufficient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := ante.GasPrice{
			Uait:   rapid.Int64Range(0, 1_000_000).Draw(t, "uait"),
			PerGas: rapid.Int64Range(1, 1_000_000).Draw(t, "perGas"),
		}
		gas := rapid.Uint64().Draw(t, "gas")
		exact := new(big.Rat).SetFrac(
			new(big.Int).Mul(new(big.Int).SetUint64(gas), big.NewInt(price.Uait)), big.NewInt(price.PerGas))
		fee := new(big.Rat).SetInt(price.Fee(gas).Amount.BigInt())
		if fee.Cmp(exact) < 0 {
			t.Fatalf("fee %s is below the exact price %s", fee, exact)
		}
		if new(big.Rat).Sub(fee, big.NewRat(1, 1)).Cmp(exact) >= 0 {
			t.Fatalf("fee %s is a unit or more above the exact price %s", fee, exact)
		}
	})
}

func TestGasPrice_CheckFee(t *testing.T) {
	tests := []struct {
		name string
		tx   sdk.Tx
		err  error
	}{
		{"success: exactly the floor", feeTx{110_000, uait(275)}, nil},
		{"success: above the floor", feeTx{110_000, uait(1_000_000)}, nil},
		{"failure: one unit below", feeTx{110_000, uait(274)}, sdkerrors.ErrInsufficientFee},
		{"failure: no fee", feeTx{110_000, nil}, sdkerrors.ErrInsufficientFee},
		{"failure: zero gas", feeTx{0, uait(1)}, sdkerrors.ErrInvalidGasLimit},
		{"failure: another denom", feeTx{110_000, sdk.NewCoins(sdk.NewInt64Coin("uatom", 10_000))}, sdkerrors.ErrInsufficientFee},
		{"failure: another denom beside uait", feeTx{110_000, uait(275).Add(sdk.NewInt64Coin("uatom", 1))}, sdkerrors.ErrInsufficientFee},
		{"failure: gas at the top of its range", feeTx{math.MaxUint64, uait(math.MaxInt32)}, sdkerrors.ErrInsufficientFee},
		{"failure: not a transaction with a fee", noFeeTx{}, sdkerrors.ErrTxDecode},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if err := ante.FloorPrice.CheckFee(tc.tx); !errors.Is(err, tc.err) {
				t.Fatalf("expected %v, got %v", tc.err, err)
			}
		})
	}
}

type noFeeTx struct{}

func (noFeeTx) GetMsgs() []sdk.Msg                  { return nil }
func (noFeeTx) GetMsgsV2() ([]proto.Message, error) { return nil, nil }
