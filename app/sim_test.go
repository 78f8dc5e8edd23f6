//go:build sims

package app_test

import (
	"bytes"
	"encoding/json"
	"math/rand"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/gov"
	simcli "github.com/cosmos/cosmos-sdk/x/simulation/client/cli"
	"github.com/cosmos/cosmos-sdk/x/staking"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/app/ante"
	"github.com/aitbc/aitbc/testutil/chain"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
)

//nolint:gochecknoinits // flags must be defined before the test binary parses them.
func init() { simcli.GetSimulatorFlags() }

// freeGas is the floor price of simulated chains: simulated transactions carry
// random fees, mostly below ours.
var freeGas = ante.GasPrice{Uait: 0, PerGas: 1}

// simApp is the application as the simulator drives it. It records what the
// simulator did, so that the same can be done again in real blocks.
type simApp struct {
	*app.App
	record *recording
}

// recording is a simulated chain as its inputs.
type recording struct {
	init   *abci.RequestInitChain
	blocks []recordedBlock
	txs    [][]byte // of the block that is being simulated
	on     bool
}

type recordedBlock struct {
	time time.Time
	txs  [][]byte
}

// TxConfig returns a config that remembers every transaction it encodes.
func (a simApp) TxConfig() client.TxConfig {
	return recordingConfig{TxConfig: a.App.TxConfig(), record: a.record}
}

type recordingConfig struct {
	client.TxConfig
	record *recording
}

func (c recordingConfig) TxEncoder() sdk.TxEncoder {
	encode := c.TxConfig.TxEncoder()
	return func(tx sdk.Tx) ([]byte, error) {
		bz, err := encode(tx)
		if err == nil && c.record.on {
			c.record.txs = append(c.record.txs, bz)
		}
		return bz, err
	}
}

// newSimApp returns the application for the simulator, which runs transactions
// after the block's end blockers. What they send to modules by virtual credit
// would be lost there, and crediting twice would double what end blockers sent, so
// bank's part of the end, and escrow's after it, come before the commit instead.
func newSimApp(
	logger log.Logger, db dbm.DB, _ bool, appOpts servertypes.AppOptions, baseAppOptions ...func(*baseapp.BaseApp),
) simApp {
	record := &recording{on: true}
	variant := app.Variant{Floor: freeGas, Change: func(a *app.App) {
		for i, m := range a.SimulationManager().Modules {
			if legacy, ok := m.(gov.AppModule); ok {
				a.SimulationManager().Modules[i] = modernGov{legacy}
			}
		}
		a.SetInitChainer(func(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
			record.init = req
			return a.InitChainer(ctx, req)
		})
		a.SetPreBlocker(func(ctx sdk.Context, req *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
			record.blocks = append(record.blocks, recordedBlock{time: req.Time})
			return a.PreBlocker(ctx, req)
		})
		a.Modules().OrderEndBlockers = slices.DeleteFunc(a.Modules().OrderEndBlockers, func(name string) bool {
			return name == banktypes.ModuleName || name == escrowtypes.ModuleName
		})
		a.SetPrecommiter(func(ctx sdk.Context) {
			if err := a.BankKeeper.CreditVirtualAccounts(ctx); err != nil {
				panic(err)
			}
			if err := a.EscrowKeeper.EndBlock(ctx); err != nil {
				panic(err)
			}
			if ms, ok := ctx.MultiStore().(storetypes.CacheMultiStore); ok {
				ms.Write()
			}
			record.blocks[len(record.blocks)-1].txs, record.txs = record.txs, nil
		})
	}}
	return simApp{App: variant.New(logger, db, appOpts, baseAppOptions...), record: record}
}

// modernGov is governance without legacy proposals, which this chain refuses.
type modernGov struct{ gov.AppModule }

// WeightedOperationsX implements simsx.HasWeightedOperationsXWithProposals.
func (m modernGov) WeightedOperationsX(
	weights simsx.WeightSource, reg simsx.Registry, proposals simsx.WeightedProposalMsgIter,
	_ []simtypes.WeightedProposalContent, //nolint:staticcheck // deprecated, and refused
) {
	m.AppModule.WeightedOperationsX(without{weights, "legacy_text_proposal"}, reg, proposals, nil)
}

// importedStaking is staking on a chain that was exported for height zero: what
// unbonded then has a creation height of zero, which MsgCancelUnbondingDelegation
// refuses and its simulation does not expect.
type importedStaking struct{ staking.AppModule }

// WeightedOperationsX implements simsx.HasWeightedOperationsX.
func (m importedStaking) WeightedOperationsX(weights simsx.WeightSource, reg simsx.Registry) {
	m.AppModule.WeightedOperationsX(without{weights, "msg_cancel_unbonding_delegation"}, reg)
}

// without is a source of weights in which one operation has none.
type without struct {
	simsx.WeightSource
	name string
}

// Get implements simsx.WeightSource.
func (w without) Get(name string, defaultValue uint32) uint32 {
	if name == w.name {
		return 0
	}
	return w.WeightSource.Get(name, defaultValue)
}

func simState(a simApp) simsx.SimStateFactory {
	return simsx.SimStateFactory{
		Codec:         a.AppCodec(),
		AppStateFn:    simtestutil.AppStateFn(a.AppCodec(), a.SimulationManager(), a.DefaultGenesis()),
		BlockedAddr:   app.BlockedAddresses(),
		AccountSource: a.AccountKeeper,
		BalanceSource: a.BankKeeper,
	}
}

func simConfig() simtypes.Config {
	cfg := simcli.NewConfigFromFlags()
	cfg.ChainID = chain.ID
	cfg.GenesisTime = chain.GenesisTime.Unix()
	return cfg
}

// action is done with a simulated chain at its end.
type action = func(tb testing.TB, run simsx.TestInstance[simApp], accounts []simtypes.Account)

func simulate(t *testing.T, actions ...action) {
	t.Helper()
	cfg := simConfig()
	t.Logf("seed %d, %d blocks of up to %d operations", cfg.Seed, cfg.NumBlocks, cfg.BlockSize)
	simsx.RunWithSeed(t, cfg, newSimApp, simState, cfg.Seed, nil, append(actions, checkSim)...)
}

// checkSim checks the invariants of the simulated chain's last state.
func checkSim(tb testing.TB, run simsx.TestInstance[simApp], _ []simtypes.Account) {
	tb.Helper()
	if run.App.LastBlockHeight() == 0 {
		tb.Fatal("the simulation made no block")
	}
	if err := run.App.CheckInvariants(lastState(run.App)); err != nil {
		tb.Errorf("height %d: invariant broken: %v", run.App.LastBlockHeight(), err)
	}
}

func lastState(a simApp) sdk.Context {
	last := a.record.blocks[len(a.record.blocks)-1]
	return a.NewContextLegacy(true, cmtproto.Header{ChainID: chain.ID, Height: a.LastBlockHeight(), Time: last.time})
}

// TestSimFull runs random operations of all modules.
func TestSimFull(t *testing.T) { simulate(t) }

// TestSimImportExport exports a simulated chain, imports it and compares.
func TestSimImportExport(t *testing.T) {
	simulate(t, func(tb testing.TB, run simsx.TestInstance[simApp], _ []simtypes.Account) {
		tb.Helper()
		exported, err := run.App.ExportAppStateAndValidators(false, nil, nil)
		if err != nil {
			tb.Fatal(err)
		}
		last := run.App.record.blocks[len(run.App.record.blocks)-1]
		second := newSimApp(log.NewNopLogger(), dbm.NewMemDB(), true, homeOf(tb), baseapp.SetChainID(chain.ID))
		if _, err := second.InitChain(&abci.RequestInitChain{
			Time: last.time, ChainId: chain.ID, ConsensusParams: &exported.ConsensusParams,
			InitialHeight: exported.Height, AppStateBytes: exported.AppState,
		}); err != nil {
			tb.Fatal(err)
		}
		ctx := second.NewContextLegacy(false, cmtproto.Header{ChainID: chain.ID, Height: exported.Height, Time: last.time})
		genesis, err := second.Modules().ExportGenesis(ctx, second.AppCodec())
		if err != nil {
			tb.Fatal(err)
		}
		state, err := json.Marshal(genesis)
		if err != nil {
			tb.Fatal(err)
		}
		compareStates(t, exported.AppState, state)
		compareOwnStores(t, run.App, second, lastState(run.App), ctx)
	})
}

// compareOwnStores compares the raw stores of our modules, key by key.
func compareOwnStores(t *testing.T, a, b simApp, ctxA, ctxB sdk.Context) {
	t.Helper()
	keysA, keysB := a.StoreKeys(), b.StoreKeys()
	own := ownModules(t, a.App)
	for i := range keysA {
		for _, name := range own {
			if keysA[i].Name() != name {
				continue
			}
			if x, y := simtestutil.DiffKVStores(ctxA.KVStore(keysA[i]), ctxB.KVStore(keysB[i]), nil); len(x) > 0 || len(y) > 0 {
				t.Errorf("store %s differs: %s", name,
					simtestutil.GetSimulationLog(name, a.SimulationManager().StoreDecoders, x, y))
			}
		}
	}
}

// TestSimAfterImport goes on simulating on a chain that was exported for height
// zero and imported.
func TestSimAfterImport(t *testing.T) {
	simulate(t, func(tb testing.TB, run simsx.TestInstance[simApp], accounts []simtypes.Account) {
		tb.Helper()
		last := run.App.record.blocks[len(run.App.record.blocks)-1]
		exported, err := run.App.ExportAppStateAndValidators(true, nil, nil)
		if err != nil {
			tb.Fatal(err)
		}
		imported := func(a simApp) simsx.SimStateFactory {
			for i, m := range a.SimulationManager().Modules {
				if mod, ok := m.(staking.AppModule); ok {
					a.SimulationManager().Modules[i] = importedStaking{mod}
				}
			}
			factory := simState(a)
			factory.AppStateFn = func(*rand.Rand, []simtypes.Account, simtypes.Config) (json.RawMessage, []simtypes.Account, string, time.Time) {
				return exported.AppState, accounts, chain.ID, last.time
			}
			return factory
		}
		simsx.RunWithSeed(tb, run.Cfg, newSimApp, imported, run.Cfg.Seed, nil, checkSim)
	})
}

// TestSimDeterminism runs the same seed twice.
func TestSimDeterminism(t *testing.T) {
	var hashes [][]byte
	remember := func(_ testing.TB, run simsx.TestInstance[simApp], _ []simtypes.Account) {
		hashes = append(hashes, run.App.LastCommitID().Hash)
	}
	for range 2 {
		simulate(t, remember)
	}
	if !bytes.Equal(hashes[0], hashes[1]) {
		t.Errorf("the same seed gave app hash %X and then %X", hashes[0], hashes[1])
	}
}

// TestSimBlockSTM puts the transactions of a simulation into real blocks and runs
// them on every executor. (The simulator itself delivers them one by one.)
func TestSimBlockSTM(t *testing.T) {
	simulate(t, func(tb testing.TB, run simsx.TestInstance[simApp], _ []simtypes.Account) {
		tb.Helper()
		record := run.App.record
		record.on = false
		variant := app.Variant{Floor: freeGas}
		c := chain.FromInitChain(tb, record.init, chain.WithLockstep(), chain.WithBuilder(variant.New))

		results := tally{}
		var txs [][]byte
		for _, block := range record.blocks {
			if gap := block.time.Sub(c.Time()); gap > 0 {
				c.Advance(gap)
			}
			results.add(c.NextBlock(txs...).Results)
			txs = block.txs
		}
		tb.Logf("results: %v", results)
		total := 0
		for _, n := range results {
			total += n
		}
		if total == 0 || results["ok"]*2 < total {
			tb.Errorf("expected most of the simulated transactions to succeed in real blocks too, got %v", results)
		}
	})
}

func homeOf(tb testing.TB) servertypes.AppOptions {
	tb.Helper()
	return simtestutil.NewAppOptionsWithFlagHome(tb.TempDir())
}
