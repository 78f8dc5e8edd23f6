// Package app wires the modules into one chain. It is the only place that knows
// all of them, and it holds no rules of its own beyond the order of things.
package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/baseapp/blockexec"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/version"

	"github.com/aitbc/aitbc/app/ante"
	"github.com/aitbc/aitbc/app/upgrades"
	"github.com/aitbc/aitbc/index/feed"
	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/index/query"
	"github.com/aitbc/aitbc/internal/invariants"
	"github.com/aitbc/aitbc/types"
)

var (
	_ runtime.AppI            = (*App)(nil)
	_ servertypes.Application = (*App)(nil)
)

// App is the AITBC chain as an ABCI application.
type App struct {
	*baseapp.BaseApp
	Keepers

	enc  Encoding
	keys storeKeys

	modules      *module.Manager
	basics       module.BasicManager
	configurator module.Configurator
	simulation   *module.SimulationManager
	clientCtx    client.Context // set when a node serves queries; see services.go
	closing      sync.Once

	index      *feed.Feed // nil without a read model; see index.go
	indexStart sync.Once
}

// New returns the application over the given database, at its latest height if
// loadLatest is true. It panics on wiring mistakes and on a database that can't
// be opened: a node in either state must not start.
func New(
	logger log.Logger,
	db dbm.DB,
	loadLatest bool,
	appOpts servertypes.AppOptions,
	baseAppOptions ...func(*baseapp.BaseApp),
) *App {
	app := newUnsealed(logger, db, appOpts, currentRelease(), baseAppOptions...)
	if loadLatest {
		if err := app.LoadLatestVersion(); err != nil {
			panic(fmt.Errorf("load the latest state: %w", err))
		}
	}
	return app
}

// release is what tells one binary of this chain from another, apart from code.
type release struct {
	floor    ante.GasPrice      // the least price of gas in every block
	upgrades []upgrades.Upgrade // the steps that the binary can carry out
}

func currentRelease() release {
	return release{floor: ante.FloorPrice, upgrades: releasedUpgrades()}
}

// newUnsealed builds the application up to the point where it loads its state.
func newUnsealed(
	logger log.Logger,
	db dbm.DB,
	appOpts servertypes.AppOptions,
	rel release,
	baseAppOptions ...func(*baseapp.BaseApp),
) *App {
	enc, err := newEncoding()
	if err != nil {
		panic(fmt.Errorf("codecs: %w", err))
	}
	bApp := baseapp.NewBaseApp(types.AppName, logger, db, enc.TxConfig.TxDecoder(), baseAppOptions...)
	bApp.SetVersion(version.Version)
	bApp.SetInterfaceRegistry(enc.InterfaceRegistry)
	bApp.SetTxEncoder(enc.TxConfig.TxEncoder())

	app := &App{BaseApp: bApp, enc: enc, keys: newStoreKeys()}

	// The executor must know every store, so it is installed right after the keys.
	blockexec.Apply(bApp, appOpts, app.keys.all(), enc.TxConfig.TxDecoder(),
		func(storetypes.MultiStore) string { return types.BaseDenom },
		blockexec.WithRunnerWrap(func(runner sdk.TxRunner) sdk.TxRunner {
			return uniformRunner{TxRunner: runner, decode: enc.TxConfig.TxDecoder()}
		}))
	if err := bApp.RegisterStreamingServices(appOpts, app.keys.kv); err != nil {
		panic(fmt.Errorf("streaming services: %w", err))
	}

	if err := app.newIndex(logger, appOpts); err != nil {
		panic(fmt.Errorf("read model: %w", err))
	}

	app.newBaseKeepers(logger)
	app.newStakingKeepers()
	app.newGovernanceKeepers(appOpts)
	app.newLayer0Keepers()
	app.newMarketKeepers()

	app.setModules()
	app.registerUpgrades(rel.upgrades)

	app.MountKVStores(app.keys.kv)
	app.MountObjectStores(app.keys.object)
	app.setHandlers(rel.floor)
	return app
}

// setModules builds the managers over the keepers and registers all services.
func (app *App) setModules() {
	app.modules = app.newModuleManager()

	app.basics = module.NewBasicManagerFromManager(app.modules, defaultOverrides())
	app.basics.RegisterLegacyAminoCodec(app.enc.Amino)
	app.basics.RegisterInterfaces(app.enc.InterfaceRegistry)

	app.configurator = module.NewConfigurator(app.enc.Codec, app.MsgServiceRouter(), app.GRPCQueryRouter())
	if err := app.modules.RegisterServices(app.configurator); err != nil {
		panic(fmt.Errorf("register services: %w", err))
	}
	indexv1.RegisterQueryServer(app.GRPCQueryRouter(), query.NewServer(app.indexSource()))
	app.registerReflection()

	app.simulation = module.NewSimulationManagerFromAppModules(app.modules.Modules, nil)
	app.simulation.RegisterStoreDecoders()
}

// setHandlers gives baseapp its part of every block.
func (app *App) setHandlers(floor ante.GasPrice) {
	anteHandler, err := ante.NewHandler(ante.Options{
		AccountKeeper:   app.AccountKeeper,
		BankKeeper:      app.BankKeeper,
		FeegrantKeeper:  app.FeeGrantKeeper,
		SignModeHandler: app.enc.TxConfig.SignModeHandler(),
		FloorPrice:      floor,
		LastBlock:       app.lastBlock,
		Rules:           []ante.MessageRule{ante.ConsensusParamsRule},
	})
	if err != nil {
		panic(err)
	}
	app.SetAnteHandler(anteHandler)

	p := newProposals(app, floor)
	app.SetPrepareProposal(p.Prepare)
	app.SetProcessProposal(p.Process)

	app.SetInitChainer(app.InitChainer)
	app.SetPreBlocker(app.PreBlocker)
	app.SetBeginBlocker(app.BeginBlocker)
	app.SetEndBlocker(app.EndBlocker)
}

// InitChainer starts a chain from its genesis.
func (app *App) InitChainer(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var genesis GenesisState
	if err := json.Unmarshal(req.AppStateBytes, &genesis); err != nil {
		return nil, fmt.Errorf("genesis app_state is not a JSON object of modules: %w", err)
	}
	if err := app.UpgradeKeeper.SetModuleVersionMap(ctx, app.modules.GetVersionMap()); err != nil {
		return nil, err
	}
	return app.modules.InitGenesis(ctx, app.enc.Codec, genesis)
}

// PreBlocker runs before everything else in a block: upgrades, then auth.
func (app *App) PreBlocker(ctx sdk.Context, _ *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
	return app.modules.PreBlock(ctx)
}

// BeginBlocker runs before the block's transactions.
func (app *App) BeginBlocker(ctx sdk.Context) (sdk.BeginBlock, error) {
	return app.modules.BeginBlock(ctx)
}

// EndBlocker runs after the block's transactions.
func (app *App) EndBlocker(ctx sdk.Context) (sdk.EndBlock, error) {
	end, err := app.modules.EndBlock(ctx)
	if err != nil || !invariants.Enabled {
		return end, err
	}
	if err := app.CheckInvariants(ctx); err != nil {
		return end, fmt.Errorf("invariant broken at height %d: %w", ctx.BlockHeight(), err)
	}
	return end, nil
}

// lastBlock returns height and time of the last committed block, from the state
// in ctx; the height is zero before the first.
func (app *App) lastBlock(ctx sdk.Context) (int64, time.Time) {
	if app.LastBlockHeight() == 0 {
		return 0, time.Time{}
	}
	clock, err := app.ClockKeeper.Clock(ctx)
	if err != nil {
		// Without a clock, which only an upgrade from a chain without the module
		// could leave for one block, nothing is corrected.
		return 0, time.Time{}
	}
	return app.LastBlockHeight(), clock.BlockTime
}

// LoadHeight loads the state of one height, for export.
func (app *App) LoadHeight(height int64) error { return app.LoadVersion(height) }

// Close releases the database and the stores. The server calls it more than once
// on its way down; only the first call does anything.
func (app *App) Close() error {
	var err error
	app.closing.Do(func() {
		if app.index != nil {
			err = app.index.Close()
		}
		err = errors.Join(err, app.BaseApp.Close())
	})
	return err
}

// Encoding returns the codecs with all modules registered.
func (app *App) Encoding() Encoding { return app.enc }

// AppCodec returns the codec of messages and state.
func (app *App) AppCodec() codec.Codec { return app.enc.Codec }

// InterfaceRegistry returns the registry of all messages.
func (app *App) InterfaceRegistry() codectypes.InterfaceRegistry { return app.enc.InterfaceRegistry }

// LegacyAmino returns the codec for amino JSON signing.
func (app *App) LegacyAmino() *codec.LegacyAmino { return app.enc.Amino }

// TxConfig returns how transactions are built, signed and decoded.
func (app *App) TxConfig() client.TxConfig { return app.enc.TxConfig }

// Modules returns the module manager.
func (app *App) Modules() *module.Manager { return app.modules }

// Basics returns the part of the modules that needs no state: default genesis,
// its validation, gateway routes.
func (app *App) Basics() module.BasicManager { return app.basics }

// SimulationManager implements runtime.AppI.
func (app *App) SimulationManager() *module.SimulationManager { return app.simulation }

// DefaultGenesis returns the genesis of a new chain without accounts.
func (app *App) DefaultGenesis() GenesisState { return app.basics.DefaultGenesis(app.enc.Codec) }

// StoreKeys returns every store key ordered by name.
func (app *App) StoreKeys() []storetypes.StoreKey { return app.keys.all() }
