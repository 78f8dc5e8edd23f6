package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/internal/localnet"
	"github.com/aitbc/aitbc/types"
)

// amount is money in JSON: exact in the base unit, and as people say it.
type amount struct {
	Uait string `json:"uait"`
	AIT  string `json:"ait"`
}

func amountOf(uait sdkmath.Int) amount {
	if uait.IsNil() {
		uait = sdkmath.ZeroInt()
	}
	return amount{Uait: uait.String(), AIT: strings.ReplaceAll(types.FormatAIT(uait), ",", "")}
}

// ait writes an amount with its unit.
func ait(uait sdkmath.Int) string { return types.FormatAIT(uait) + " " + types.DisplayDenom }

// uaitOf is what a chain of one denomination has of it.
func uaitOf(coins sdk.Coins) sdkmath.Int { return coins.AmountOf(types.BaseDenom) }

// parseAmount reads the amount of a flag. It is nil if the flag was not given.
func parseAmount(cmd *cobra.Command, flag string) (sdkmath.Int, error) {
	text, _ := cmd.Flags().GetString(flag)
	if text == "" {
		return sdkmath.Int{}, nil
	}
	uait, err := types.ParseAIT(text)
	if err != nil {
		return sdkmath.Int{}, fmt.Errorf("--%s: %w", flag, err)
	}
	if !uait.IsPositive() {
		return sdkmath.Int{}, fmt.Errorf("--%s: expected more than 0, got %s", flag, text)
	}
	return uait, nil
}

// lasting writes seconds of market time as people say them, to two units.
func lasting(seconds uint64) string {
	d := hire.Duration(seconds)
	const day = 24 * time.Hour
	switch {
	case d >= day:
		return units(d/day, "d", d%day/time.Hour, "h")
	case d >= time.Hour:
		return units(d/time.Hour, "h", d%time.Hour/time.Minute, "m")
	case d >= time.Minute:
		return units(d/time.Minute, "m", d%time.Minute/time.Second, "s")
	default:
		return fmt.Sprintf("%ds", d/time.Second)
	}
}

func units(large time.Duration, largeUnit string, small time.Duration, smallUnit string) string {
	if small == 0 {
		return fmt.Sprintf("%d%s", large, largeUnit)
	}
	return fmt.Sprintf("%d%s %d%s", large, largeUnit, small, smallUnit)
}

// marketTime writes an instant of market time.
func marketTime(unix uint64) string {
	return time.Unix(int64(unix), 0).UTC().Format("2006-01-02 15:04:05 UTC")
}

// txView is a transaction and what it cost.
type txView struct {
	Hash   string `json:"hash"`
	Height int64  `json:"height"`
	Fee    amount `json:"fee"`
}

func viewTx(t hire.Tx) txView {
	return txView{Hash: t.Hash, Height: t.Height, Fee: amountOf(t.Fee.Amount)}
}

// txText says where a transaction is, and its fee.
func txText(t hire.Tx) string {
	return fmt.Sprintf("block %d, fee %s, tx %s", t.Height, ait(t.Fee.Amount), t.Hash)
}

// arguments says which a command expects, by their names.
func arguments(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		expected := strings.Join(names, " ")
		if len(names) == 0 {
			expected = "no arguments"
		}
		err := fmt.Errorf("%s: expected %s, got %d arguments", cmd.CommandPath(), expected, len(args))
		if net, _ := cmd.Flags().GetString(flagLocalnet); len(args) > len(names) && net == localnet.DefaultHome() {
			for _, a := range args {
				if isLocalnet(a) {
					return fmt.Errorf("--%s: write --%s=%s, with an equals sign", flagLocalnet, flagLocalnet, a)
				}
			}
		}
		return err
	}
}

func isLocalnet(dir string) bool {
	_, err := localnet.Open(dir)
	return err == nil
}

// sameChain returns the flags with which a suggested command reaches the same chain
// as the same person.
func sameChain(cmd *cobra.Command) string {
	var out strings.Builder
	for _, name := range chainFlags {
		f := cmd.Flags().Lookup(name)
		if f == nil || !f.Changed {
			continue
		}
		value := f.Value.String()
		switch {
		case name == flagLocalnet && value == localnet.DefaultHome():
			fmt.Fprintf(&out, " --%s", name)
		case name == flagLocalnet:
			fmt.Fprintf(&out, " --%s=%s", name, quoted(value))
		default:
			fmt.Fprintf(&out, " --%s %s", name, quoted(value))
		}
	}
	return out.String()
}

// quoted protects what a shell would take apart.
func quoted(s string) string {
	if strings.ContainsAny(s, " \t'\"$&|;<>()*?[]#~\\`!") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// readable shortens a path to what the user would type.
func readable(path string) string {
	if here, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(here, path); err == nil && !strings.HasPrefix(rel, "..") {
			return rel
		}
	}
	return path
}
