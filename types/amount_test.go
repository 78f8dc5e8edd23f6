package types_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/types"
)

func TestFormatAIT(t *testing.T) {
	for uait, want := range map[int64]string{
		0:                     "0",
		1:                     "0.000001",
		-1:                    "-0.000001",
		1_250_500_000:         "1,250.5",
		-1_250_500_220:        "-1,250.50022",
		999_000_000:           "999",
		1_000_000_000:         "1,000",
		1_000_000_000_000_000: "1,000,000,000",
	} {
		if got := types.FormatAIT(sdkmath.NewInt(uait)); got != want {
			t.Errorf("%d uait: expected %s, got %s", uait, want, got)
		}
	}
	if got := types.FormatExactAIT(sdkmath.NewInt(1_250_500_000)); got != "1,250.500000" {
		t.Errorf("expected all decimals, got %s", got)
	}
	beyond, _ := sdkmath.NewIntFromString("12345678901234567890123456")
	if got := types.FormatAIT(beyond); got != "12,345,678,901,234,567,890.123456" {
		t.Errorf("expected an amount beyond 64 bits, got %s", got)
	}
}

func TestParseAIT(t *testing.T) {
	for text, want := range map[string]int64{
		"0":             0,
		"0.5":           500_000,
		"1":             1_000_000,
		"1 AIT":         1_000_000,
		" 1.250000AIT ": 1_250_000,
		"0.000001":      1,
		"007":           7_000_000,
		"500000uait":    500_000,
		"500000 uait":   500_000,
		"1000000000":    1_000_000_000_000_000,
	} {
		got, err := types.ParseAIT(text)
		if err != nil || !got.Equal(sdkmath.NewInt(want)) {
			t.Errorf("%q: expected %d uait, got %s and %v", text, want, got, err)
		}
	}
	for text, want := range map[string]string{
		"":                       "expected an amount of AIT",
		"AIT":                    "expected an amount of AIT",
		".5":                     "expected an amount of AIT",
		"5.":                     "expected an amount of AIT",
		"1.2.3":                  "expected an amount of AIT",
		"-1":                     "expected an amount of AIT",
		"+1":                     "expected an amount of AIT",
		"1e6":                    "expected an amount of AIT",
		"1 000":                  "expected an amount of AIT",
		"5 ATOM":                 "expected an amount of AIT",
		"1,000":                  "without separators",
		"0,5":                    "without separators",
		"0.5uait":                "whole uait",
		"0.0000001":              "at most 6 decimals",
		strings.Repeat("9", 31):  "more digits",
		strings.Repeat("9", 400): "more digits",
	} {
		if got, err := types.ParseAIT(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: expected an error with %q, got %s and %v", text, want, got, err)
		}
	}
}

// Whatever is written can be read again, without its separators.
func TestAmountsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		uait := sdkmath.NewIntFromUint64(rapid.Uint64().Draw(t, "uait"))
		for _, text := range []string{types.FormatAIT(uait), types.FormatExactAIT(uait)} {
			got, err := types.ParseAIT(strings.ReplaceAll(text, ",", ""))
			if err != nil || !got.Equal(uait) {
				t.Fatalf("%s uait is written %s and read %s, %v", uait, text, got, err)
			}
		}
	})
}
