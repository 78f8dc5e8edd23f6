package app

import (
	"errors"
	"fmt"
	"os"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
)

// NewInMemory returns an application over an empty store that lives in memory, for
// programs that need its codecs, its commands or its default genesis, or that try
// a genesis out.
func NewInMemory(options ...func(*baseapp.BaseApp)) (*App, error) {
	// The upgrade module makes its folder below the home that it is given, and
	// needs it only there.
	scratch, err := os.MkdirTemp("", "aitbc-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	app := New(log.NewNopLogger(), dbm.NewMemDB(), true, settings{flags.FlagHome: scratch}, options...)
	if err := os.RemoveAll(scratch); err != nil {
		return nil, errors.Join(fmt.Errorf("remove the temporary folder: %w", err), app.Close())
	}
	return app, nil
}

// settings are those of an application that is not started from a home.
type settings map[string]any

// Get implements servertypes.AppOptions.
func (s settings) Get(key string) any { return s[key] }
