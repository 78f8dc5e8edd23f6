package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	cmtcfg "github.com/cometbft/cometbft/config"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/cosmos/cosmos-sdk/types/module"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/aitbc/aitbc/app"
)

// readGenesis reads a genesis file and checks what can be checked without the
// application.
func readGenesis(path string) (*genutiltypes.AppGenesis, error) {
	if err := requireGenesis(path); err != nil {
		return nil, err
	}
	genesis, err := genutiltypes.AppGenesisFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("genesis %s is not readable: %w", path, errors.Unwrap(err))
	}
	if genesis.GenesisTime.IsZero() {
		// It would be completed with the present, another one on every node.
		return nil, fmt.Errorf("genesis %s is not valid: genesis_time: expected a time, the same for all nodes, got none", path)
	}
	if err := genesis.ValidateAndComplete(); err != nil {
		return nil, fmt.Errorf("genesis %s is not valid: %w", path, err)
	}
	return genesis, nil
}

// checkState returns an error unless every module accepts its part of app_state,
// and there is no part without a module. A module that keeps nothing in a genesis
// has no part in an export, and a null in a new genesis.
func checkState(genesis *genutiltypes.AppGenesis, reference *app.App) error {
	var state app.GenesisState
	if err := json.Unmarshal(genesis.AppState, &state); err != nil {
		return fmt.Errorf("app_state: expected an object of modules: %w", err)
	}
	basics := reference.Basics()
	for _, name := range slices.Sorted(maps.Keys(state)) {
		if _, ok := basics[name]; !ok {
			return fmt.Errorf("app_state: module %q is not part of this chain", name)
		}
	}
	standard := reference.DefaultGenesis()
	for _, name := range slices.Sorted(maps.Keys(basics)) {
		if absent(state[name]) && !absent(standard[name]) {
			return fmt.Errorf("app_state: module %q is missing", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(basics)) {
		m, ok := basics[name].(module.HasGenesisBasics)
		if !ok || absent(state[name]) {
			continue
		}
		if err := m.ValidateGenesis(reference.AppCodec(), reference.TxConfig(), state[name]); err != nil {
			return fmt.Errorf("app_state.%s: %w", name, err)
		}
	}
	return nil
}

// absent reports whether a module's part of a genesis is not there, or null.
func absent(part json.RawMessage) bool {
	return len(part) == 0 || string(part) == "null"
}

// hasValidators reports whether the genesis names a validator: before the
// validators' transactions are collected, no chain can start from it.
func hasValidators(genesis *genutiltypes.AppGenesis, reference *app.App) bool {
	var state app.GenesisState
	if err := json.Unmarshal(genesis.AppState, &state); err != nil {
		return false
	}
	collected := genutiltypes.GetGenesisStateFromAppState(reference.AppCodec(), state)
	return len(collected.GenTxs) > 0 || len(genesis.Consensus.Validators) > 0
}

// checkGenesis checks the genesis of a node before it starts. A new node must be
// able to start from it; a node with data must have started from the same one,
// because consensus keeps its own copy and would not notice another.
func checkGenesis(config *cmtcfg.Config, reference *app.App) error {
	path := config.GenesisFile()
	genesis, err := readGenesis(path)
	if err != nil {
		return err
	}
	stored, err := storedGenesis(config)
	if err != nil {
		return err
	}
	if stored == nil && joins(config) {
		return nil
	}
	if stored == nil {
		if err := checkState(genesis, reference); err != nil {
			return fmt.Errorf("genesis %s is not valid: %w", path, err)
		}
		if err := rehearse(genesis); err != nil {
			return fmt.Errorf("genesis %s is not valid: %w", path, err)
		}
		return nil
	}
	doc, err := genesis.ToGenesisDoc()
	if err != nil {
		return err
	}
	if stored.ChainID != doc.ChainID {
		return fmt.Errorf("genesis %s is of chain %s, but the data in this home is of chain %s: "+
			"put the right genesis back, or use another --home", path, doc.ChainID, stored.ChainID)
	}
	same, err := sameGenesis(stored, doc)
	if err != nil {
		return err
	}
	if !same {
		return fmt.Errorf("genesis %s is not the one that the data in this home began with: "+
			"put the original back, or begin anew in another --home", path)
	}
	return nil
}

// joins reports whether a node without blocks takes its state from a snapshot: the
// network's genesis can then be of an older version, with other modules.
func joins(config *cmtcfg.Config) bool {
	if config.StateSync.Enable {
		return true
	}
	_, err := os.Stat(filepath.Join(config.DBDir(), "application.db"))
	return err == nil
}

// storedGenesis returns the genesis that consensus keeps in its database, or nil
// if the node never ran.
func storedGenesis(config *cmtcfg.Config) (*cmttypes.GenesisDoc, error) {
	if _, err := os.Stat(filepath.Join(config.DBDir(), "state.db")); os.IsNotExist(err) {
		return nil, nil //nolint:nilnil // no genesis is an answer, see above
	}
	db, err := cmtcfg.DefaultDBProvider(&cmtcfg.DBContext{ID: "state", Config: config})
	if err != nil {
		if strings.Contains(err.Error(), "temporarily unavailable") {
			return nil, fmt.Errorf("--home: another aitbcd runs in %s", config.RootDir)
		}
		return nil, fmt.Errorf("--home: the database in %s can't be opened: %w", config.DBDir(), err)
	}
	text, err := db.Get([]byte("genesisDoc"))
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, fmt.Errorf("--home: the database in %s can't be read: %w", config.DBDir(), err)
	}
	if len(text) == 0 {
		return nil, nil //nolint:nilnil // as above
	}
	var doc *cmttypes.GenesisDoc
	if err := cmtjson.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("--home: the database in %s holds a broken genesis: %w", config.DBDir(), err)
	}
	return doc, nil
}

// sameGenesis compares two documents by content: spaces and the order of keys
// don't count.
func sameGenesis(a, b *cmttypes.GenesisDoc) (bool, error) {
	first, err := canonical(a)
	if err != nil {
		return false, err
	}
	second, err := canonical(b)
	if err != nil {
		return false, err
	}
	return bytes.Equal(first, second), nil
}

func canonical(doc *cmttypes.GenesisDoc) ([]byte, error) {
	text, err := cmtjson.Marshal(doc)
	if err != nil {
		return nil, err
	}
	var content any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&content); err != nil {
		return nil, err
	}
	return json.Marshal(content)
}
