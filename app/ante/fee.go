package ante

import (
	"math"
	"strings"

	errorsmod "cosmossdk.io/errors"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authante "github.com/cosmos/cosmos-sdk/x/auth/ante"

	"github.com/aitbc/aitbc/types"
)

// GasPrice is a price of gas as a fraction, in uait for so many units of gas, so
// that no rounding happens before the fee itself.
type GasPrice struct {
	Uait   int64 // zero or more
	PerGas int64 // positive
}

// FloorPrice is the least price that block execution accepts: 0.0025 uait a unit
// of gas. It is a constant of the protocol until the fee market replaces it.
var FloorPrice = GasPrice{Uait: 25, PerGas: 10_000}

// Fee returns the fee of so much gas, rounded up: gas is never sold below price.
func (p GasPrice) Fee(gas uint64) sdk.Coin {
	amount := sdkmath.NewIntFromUint64(gas).MulRaw(p.Uait)
	amount = amount.AddRaw(p.PerGas - 1).QuoRaw(p.PerGas)
	return sdk.NewCoin(types.BaseDenom, amount)
}

// String returns the price as a decimal coin, such as "0.0025uait".
func (p GasPrice) String() string {
	amount := sdkmath.LegacyNewDec(p.Uait).QuoInt64(p.PerGas).String()
	return strings.TrimRight(strings.TrimRight(amount, "0"), ".") + types.BaseDenom
}

// CheckFee returns an error unless the transaction's fee is in uait alone and at
// least the price of its gas limit. It reads no state, so that proposals can be
// checked with it too.
func (p GasPrice) CheckFee(tx sdk.Tx) error {
	feeTx, ok := tx.(sdk.FeeTx)
	if !ok {
		return errorsmod.Wrap(sdkerrors.ErrTxDecode, "expected a transaction with a fee")
	}
	if feeTx.GetGas() == 0 {
		return errorsmod.Wrap(sdkerrors.ErrInvalidGasLimit, "gas: expected a positive limit, got 0")
	}
	fee := feeTx.GetFee()
	if len(fee) > 1 || (len(fee) == 1 && fee[0].Denom != types.BaseDenom) {
		return sdkerrors.ErrInsufficientFee.Wrapf("fee: expected %s only, got %s", types.BaseDenom, fee)
	}
	if required := p.Fee(feeTx.GetGas()); fee.AmountOf(types.BaseDenom).LT(required.Amount) {
		return sdkerrors.ErrInsufficientFee.Wrapf(
			"fee: expected at least %s for %d gas at %s, got %s", required, feeTx.GetGas(), p, feeText(fee))
	}
	return nil
}

func feeText(fee sdk.Coins) string {
	if fee.Empty() {
		return "none"
	}
	return fee.String()
}

// newFeeChecker returns the rule that DeductFeeDecorator applies in every mode:
// mempool, proposal and block execution. The floor holds in all of them; what a
// node's operator asks above it (minimum-gas-prices) holds in its mempool only.
// Priority is the price paid in uait for a million units of gas.
func newFeeChecker(floor GasPrice) authante.TxFeeChecker {
	return func(ctx sdk.Context, tx sdk.Tx) (sdk.Coins, int64, error) {
		feeTx, ok := tx.(sdk.FeeTx)
		if !ok {
			return nil, 0, errorsmod.Wrap(sdkerrors.ErrTxDecode, "expected a transaction with a fee")
		}
		if ctx.BlockHeight() == 0 {
			// Genesis transactions are part of the genesis file and pay nothing.
			return feeTx.GetFee(), 0, nil
		}
		if err := floor.CheckFee(tx); err != nil {
			return nil, 0, err
		}
		if ctx.IsCheckTx() {
			if err := checkOperatorPrice(ctx, feeTx); err != nil {
				return nil, 0, err
			}
		}
		return feeTx.GetFee(), priority(feeTx), nil
	}
}

// checkOperatorPrice applies the node's own minimum-gas-prices setting.
func checkOperatorPrice(ctx sdk.Context, tx sdk.FeeTx) error {
	price := ctx.MinGasPrices().AmountOf(types.BaseDenom)
	if price.IsZero() {
		return nil
	}
	required := price.MulInt(sdkmath.NewIntFromUint64(tx.GetGas())).Ceil().TruncateInt()
	if paid := tx.GetFee().AmountOf(types.BaseDenom); paid.LT(required) {
		return sdkerrors.ErrInsufficientFee.Wrapf("fee: expected at least %s%s at this node's minimum gas price, got %s",
			required, types.BaseDenom, feeText(tx.GetFee()))
	}
	return nil
}

func priority(tx sdk.FeeTx) int64 {
	gas := tx.GetGas()
	if gas == 0 {
		return 0
	}
	p := tx.GetFee().AmountOf(types.BaseDenom).MulRaw(1_000_000).Quo(sdkmath.NewIntFromUint64(gas))
	if !p.IsInt64() {
		return math.MaxInt64
	}
	return p.Int64()
}
