package cmd_test

import (
	"path/filepath"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/aitbc/aitbc/app"
)

// homeOptions are the settings of an application in a home.
type homeOptions string

func (o homeOptions) Get(key string) any {
	if key == flags.FlagHome {
		return string(o)
	}
	return nil
}

// makeBlocks makes the chain's first blocks in the home's database, as a node with
// the only validator does.
func makeBlocks(t *testing.T, home string, count int64) {
	t.Helper()
	genesis, err := genutiltypes.AppGenesisFromFile(genesisPath(home))
	if err != nil {
		t.Fatal(err)
	}
	db, err := dbm.NewGoLevelDB("application", filepath.Join(home, "data"), nil)
	if err != nil {
		t.Fatal(err)
	}
	chain := app.New(log.NewNopLogger(), db, true, homeOptions(home), baseapp.SetChainID(genesis.ChainID))
	params := genesis.Consensus.Params.ToProto()
	res, err := chain.InitChain(&abci.RequestInitChain{
		Time: genesis.GenesisTime, ChainId: genesis.ChainID, InitialHeight: genesis.InitialHeight,
		ConsensusParams: &params, AppStateBytes: genesis.AppState,
	})
	if err != nil {
		t.Fatal(err)
	}
	validators, err := cmttypes.PB2TM.ValidatorUpdates(res.Validators)
	if err != nil {
		t.Fatal(err)
	}
	for height := genesis.InitialHeight; height < genesis.InitialHeight+count; height++ {
		if _, err := chain.FinalizeBlock(&abci.RequestFinalizeBlock{
			Height: height, Time: genesis.GenesisTime, ProposerAddress: validators[0].Address,
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := chain.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	if err := chain.Close(); err != nil {
		t.Fatal(err)
	}
}

// exported returns a home with a chain of five blocks, and the file of the genesis
// that `aitbcd export` makes of it.
func exported(t *testing.T, args ...string) (string, string) {
	t.Helper()
	home := newChain(t)
	makeBlocks(t, home, 5)
	file := filepath.Join(t.TempDir(), "exported.json")
	mustRun(t, home, append([]string{"export", "--output-document", file}, args...)...)
	return home, file
}

// Modules that keep nothing in a genesis are absent in an export.
func TestExportsAreValid(t *testing.T) {
	for name, c := range map[string]struct {
		args   []string
		height float64
	}{
		"next height": {nil, 6},
		"zero height": {[]string{"--for-zero-height"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			home, file := exported(t, c.args...)
			editJSON(t, file, func(g map[string]any) {
				if g["initial_height"] != c.height {
					t.Errorf("initial height: want %v, got %v", c.height, g["initial_height"])
				}
				if _, ok := at(g, "app_state")["consensus"]; ok {
					t.Error("want an export without the module consensus, else this test shows nothing")
				}
			})
			mustRun(t, home, "genesis", "validate", file)
			editJSON(t, file, func(g map[string]any) { delete(at(g, "app_state"), "bank") })
			mustRefuse(t, home, `app_state: module "bank" is missing`, "genesis", "validate", file)
		})
	}
}
