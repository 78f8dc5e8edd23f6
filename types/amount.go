package types

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	sdkmath "cosmossdk.io/math"
)

// maxAmountDigits bounds an amount as it is typed, long before it is compared with
// what there is: no amount on the chain has more than 19 digits of uait.
const maxAmountDigits = 30

// FormatAIT writes an amount of uait in AIT, exactly, with separators between
// thousands and no more decimals than needed: 20,000,000 or 0.000284.
func FormatAIT(uait sdkmath.Int) string {
	text := strings.TrimRight(FormatExactAIT(uait), "0")
	return strings.TrimSuffix(text, ".")
}

// FormatExactAIT is FormatAIT with all six decimals, for columns.
func FormatExactAIT(uait sdkmath.Int) string {
	sign := ""
	if uait.IsNegative() {
		sign, uait = "-", uait.Neg()
	}
	whole := uait.QuoRaw(UnitsPerAIT).String()
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return fmt.Sprintf("%s%s.%0*d", sign, whole, DisplayExponent, uait.ModRaw(UnitsPerAIT).Int64())
}

// ParseAIT returns the amount, in uait, that a person wrote: in AIT with at most six
// decimals, such as "0.5" or "0.5 AIT", or in the base unit, such as "500000uait".
// Zero is an amount, a negative number is none. Separators between thousands are
// refused, because to half of the world 1,000 is one. Errors are one sentence
// without the name of what was parsed.
func ParseAIT(text string) (sdkmath.Int, error) {
	number := strings.TrimSpace(text)
	unit := strings.TrimLeft(number, "0123456789.")
	number = strings.TrimSuffix(number, unit)
	whole, fraction, hasPoint := strings.Cut(number, ".")
	unit = strings.TrimSpace(unit)
	switch {
	case strings.Contains(unit, ","):
		return sdkmath.Int{}, fmt.Errorf("expected an amount without separators, such as 1000.5, got %.40q", text)
	case unit != "" && unit != DisplayDenom && unit != BaseDenom:
		return sdkmath.Int{}, notAnAmount(text)
	case whole == "" || strings.Contains(fraction, ".") || hasPoint && fraction == "":
		return sdkmath.Int{}, notAnAmount(text)
	case unit == BaseDenom && hasPoint:
		return sdkmath.Int{}, fmt.Errorf("expected whole %s, the smallest unit, got %.40q", BaseDenom, text)
	case len(fraction) > DisplayExponent:
		return sdkmath.Int{}, fmt.Errorf("expected at most %d decimals, got %.40q", DisplayExponent, text)
	case len(whole) > maxAmountDigits:
		return sdkmath.Int{}, errors.New("expected an amount, got one of more digits than there are coins")
	}
	if unit != BaseDenom {
		whole += fraction + strings.Repeat("0", DisplayExponent-len(fraction))
	}
	amount, ok := new(big.Int).SetString(whole, 10)
	if !ok {
		return sdkmath.Int{}, notAnAmount(text)
	}
	return sdkmath.NewIntFromBigInt(amount), nil
}

func notAnAmount(text string) error {
	return fmt.Errorf("expected an amount of %s such as 0.5, or of %s such as 500000%s, got %.40q",
		DisplayDenom, BaseDenom, BaseDenom, text)
}
