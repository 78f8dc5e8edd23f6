package localnet

import (
	"fmt"
	"strings"

	"github.com/aitbc/aitbc/types"
)

// FormatAIT writes an amount of uait in AIT, exactly, with separators between
// thousands: 20,000,000 or 0.000284.
func FormatAIT(uait int64) string {
	text := strings.TrimRight(FormatExactAIT(uait), "0")
	return strings.TrimSuffix(text, ".")
}

// FormatExactAIT is FormatAIT with all six decimals, for columns.
func FormatExactAIT(uait int64) string {
	sign := ""
	if uait < 0 {
		sign, uait = "-", -uait
	}
	whole := fmt.Sprint(uait / types.UnitsPerAIT)
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return fmt.Sprintf("%s%s.%0*d", sign, whole, types.DisplayExponent, uait%types.UnitsPerAIT)
}
