package app

import (
	"os"
	"path/filepath"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/types"
)

// DefaultNodeHome is the home directory of a node that is given none.
var DefaultNodeHome = defaultNodeHome()

// The SDK keeps address prefixes and the bond denom in process-wide variables.
// They are set when the package is loaded, before anything can read them.
//
//nolint:gochecknoinits // there is no later moment that is early enough.
func init() {
	cfg := sdk.GetConfig()
	cfg.SetBech32PrefixForAccount(types.AddressPrefix, types.AddressPrefix+"pub")
	cfg.SetBech32PrefixForValidator(types.AddressPrefix+"valoper", types.AddressPrefix+"valoperpub")
	cfg.SetBech32PrefixForConsensusNode(types.AddressPrefix+"valcons", types.AddressPrefix+"valconspub")
	cfg.SetCoinType(types.CoinType)
	sdk.DefaultBondDenom = types.BaseDenom
}

func defaultNodeHome() string {
	home, err := os.UserHomeDir()
	if err != nil {
		// Without a home directory every command needs --home; a relative default
		// keeps that an ordinary error instead of a panic at start.
		return ".aitbc"
	}
	return filepath.Join(home, ".aitbc")
}
