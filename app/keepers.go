package app

import (
	"github.com/spf13/cast"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distrkeeper "github.com/cosmos/cosmos-sdk/x/distribution/keeper"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	epochskeeper "github.com/cosmos/cosmos-sdk/x/epochs/keeper"
	epochstypes "github.com/cosmos/cosmos-sdk/x/epochs/types"
	evidencekeeper "github.com/cosmos/cosmos-sdk/x/evidence/keeper"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"
	govkeeper "github.com/cosmos/cosmos-sdk/x/gov/keeper"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	mintkeeper "github.com/cosmos/cosmos-sdk/x/mint/keeper"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingkeeper "github.com/cosmos/cosmos-sdk/x/slashing/keeper"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingkeeper "github.com/cosmos/cosmos-sdk/x/staking/keeper"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradekeeper "github.com/cosmos/cosmos-sdk/x/upgrade/keeper"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	registrykeeper "github.com/aitbc/aitbc/x/agentregistry/keeper"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	clockkeeper "github.com/aitbc/aitbc/x/clock/keeper"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
	escrowkeeper "github.com/aitbc/aitbc/x/escrow/keeper"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	jobmarketkeeper "github.com/aitbc/aitbc/x/jobmarket/keeper"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// Keepers are the state owners of all modules. They are built once, in the order
// of their layers, and not changed afterwards.
type Keepers struct {
	ConsensusKeeper consensuskeeper.Keeper
	AccountKeeper   authkeeper.AccountKeeper
	BankKeeper      bankkeeper.BaseKeeper
	StakingKeeper   *stakingkeeper.Keeper
	MintKeeper      mintkeeper.Keeper
	DistrKeeper     distrkeeper.Keeper
	SlashingKeeper  slashingkeeper.Keeper
	FeeGrantKeeper  feegrantkeeper.Keeper
	AuthzKeeper     authzkeeper.Keeper
	UpgradeKeeper   *upgradekeeper.Keeper
	EvidenceKeeper  *evidencekeeper.Keeper
	EpochsKeeper    *epochskeeper.Keeper
	GovKeeper       *govkeeper.Keeper

	// The market, from the lowest layer up.
	ClockKeeper         *clockkeeper.Keeper
	EscrowKeeper        *escrowkeeper.Keeper
	AgentRegistryKeeper *registrykeeper.Keeper
	JobMarketKeeper     *jobmarketkeeper.Keeper
}

// authority is the address that may change parameters and schedule upgrades: the
// governance module, unless the consensus parameters name another.
func authority() string {
	return authtypes.NewModuleAddress(govtypes.ModuleName).String()
}

// newBaseKeepers builds the keepers that everything rests on. The consensus
// keeper comes first: baseapp reads its parameters from it.
func (app *App) newBaseKeepers(logger log.Logger) {
	cdc, kv := app.enc.Codec, app.keys.kv
	accountPrefix := sdk.GetConfig().GetBech32AccountAddrPrefix()

	app.ConsensusKeeper = consensuskeeper.NewKeeper(
		cdc, runtime.NewKVStoreService(kv[consensustypes.StoreKey]), authority(), runtime.EventService{})
	app.SetParamStore(app.ConsensusKeeper.ParamsStore)

	app.AccountKeeper = authkeeper.NewAccountKeeper(
		cdc, runtime.NewKVStoreService(kv[authtypes.StoreKey]), authtypes.ProtoBaseAccount,
		moduleAccountPermissions(), address.NewBech32Codec(accountPrefix), accountPrefix, authority(),
		authkeeper.WithUnorderedTransactions(true))

	app.BankKeeper = bankkeeper.NewBaseKeeper(
		cdc, runtime.NewKVStoreService(kv[banktypes.StoreKey]), app.AccountKeeper,
		BlockedAddresses(), authority(), logger,
	).WithObjStoreKey(app.keys.object[banktypes.ObjectStoreKey])

	app.FeeGrantKeeper = feegrantkeeper.NewKeeper(
		cdc, runtime.NewKVStoreService(kv[feegrant.StoreKey]), app.AccountKeeper)
	app.AuthzKeeper = authzkeeper.NewKeeper(
		runtime.NewKVStoreService(kv[authzkeeper.StoreKey]), cdc, app.MsgServiceRouter(), app.AccountKeeper)
}

// newStakingKeepers builds what secures the chain, and sets the staking hooks.
func (app *App) newStakingKeepers() {
	cdc, kv, cfg := app.enc.Codec, app.keys.kv, sdk.GetConfig()

	app.StakingKeeper = stakingkeeper.NewKeeper(
		cdc, runtime.NewKVStoreService(kv[stakingtypes.StoreKey]), app.AccountKeeper, app.BankKeeper, authority(),
		address.NewBech32Codec(cfg.GetBech32ValidatorAddrPrefix()),
		address.NewBech32Codec(cfg.GetBech32ConsensusAddrPrefix()))
	app.MintKeeper = mintkeeper.NewKeeper(
		cdc, runtime.NewKVStoreService(kv[minttypes.StoreKey]),
		app.StakingKeeper, app.AccountKeeper, app.BankKeeper, authtypes.FeeCollectorName, authority())
	app.DistrKeeper = distrkeeper.NewKeeper(
		cdc, runtime.NewKVStoreService(kv[distrtypes.StoreKey]),
		app.AccountKeeper, app.BankKeeper, app.StakingKeeper, authtypes.FeeCollectorName, authority())
	app.SlashingKeeper = slashingkeeper.NewKeeper(
		cdc, app.enc.Amino, runtime.NewKVStoreService(kv[slashingtypes.StoreKey]), app.StakingKeeper, authority())
	app.EvidenceKeeper = evidencekeeper.NewKeeper(
		cdc, runtime.NewKVStoreService(kv[evidencetypes.StoreKey]),
		app.StakingKeeper, app.SlashingKeeper, app.AccountKeeper.AddressCodec(), runtime.ProvideCometInfoService())

	// An empty router: evidence that people submit gets an error instead of a nil
	// pointer. Double signing reaches the module through consensus.
	app.EvidenceKeeper.SetRouter(evidencetypes.NewRouter())

	app.StakingKeeper.SetHooks(stakingtypes.NewMultiStakingHooks(
		app.DistrKeeper.Hooks(),
		app.SlashingKeeper.Hooks(),
	))
}

// newGovernanceKeepers builds what changes the chain.
func (app *App) newGovernanceKeepers(appOpts servertypes.AppOptions) {
	cdc, kv := app.enc.Codec, app.keys.kv

	skipHeights := map[int64]bool{}
	for _, h := range cast.ToIntSlice(appOpts.Get(server.FlagUnsafeSkipUpgrades)) {
		skipHeights[int64(h)] = true
	}
	app.UpgradeKeeper = upgradekeeper.NewKeeper(
		skipHeights, runtime.NewKVStoreService(kv[upgradetypes.StoreKey]), cdc,
		cast.ToString(appOpts.Get(flags.FlagHome)), app.BaseApp, authority())

	epochs := epochskeeper.NewKeeper(runtime.NewKVStoreService(kv[epochstypes.StoreKey]), cdc)
	app.EpochsKeeper = &epochs

	govConfig := govtypes.DefaultConfig()
	app.GovKeeper = govkeeper.NewKeeper(
		cdc, runtime.NewKVStoreService(kv[govtypes.StoreKey]),
		app.AccountKeeper, app.BankKeeper, app.DistrKeeper, app.MsgServiceRouter(), govConfig, authority(),
		govkeeper.NewDefaultCalculateVoteResultsAndVotingPower(app.StakingKeeper))
	// A sealed router with no routes: a legacy content proposal gets an error
	// instead of a nil pointer.
	app.GovKeeper.SetLegacyRouter(govv1beta1.NewRouter())
}

// newLayer0Keepers builds the market modules that know only the SDK.
func (app *App) newLayer0Keepers() {
	app.ClockKeeper = clockkeeper.NewKeeper(
		app.enc.Codec, runtime.NewKVStoreService(app.keys.kv[clocktypes.StoreKey]),
		app.AccountKeeper.AddressCodec(), authority())

	moduleAccounts := make([]sdk.AccAddress, 0, len(ModuleAccounts()))
	for _, name := range ModuleAccounts() {
		moduleAccounts = append(moduleAccounts, authtypes.NewModuleAddress(name))
	}
	app.EscrowKeeper = escrowkeeper.NewKeeper(
		app.enc.Codec, runtime.NewKVStoreService(app.keys.kv[escrowtypes.StoreKey]),
		app.AccountKeeper.AddressCodec(), app.AccountKeeper, app.BankKeeper, moduleAccounts, authority())
	// Users can't send to vaults; what is there is in escrow's books.
	app.BankKeeper.AppendSendRestriction(app.EscrowKeeper.SendRestriction)
}

// newMarketKeepers builds the market modules that know those of lower layers. Each
// sees only its own locks, and only its own reservations of bonds.
func (app *App) newMarketKeepers() {
	addresses := app.AccountKeeper.AddressCodec()
	app.AgentRegistryKeeper = registrykeeper.NewKeeper(
		app.enc.Codec, runtime.NewKVStoreService(app.keys.kv[registrytypes.StoreKey]), addresses,
		app.ClockKeeper, app.EscrowKeeper.Scoped(registrytypes.ModuleName), app.BankKeeper, authority())
	jobReservations := app.AgentRegistryKeeper.Scoped(jobmarkettypes.ModuleName)
	app.JobMarketKeeper = jobmarketkeeper.NewKeeper(
		app.enc.Codec, runtime.NewKVStoreService(app.keys.kv[jobmarkettypes.StoreKey]), addresses,
		jobmarketkeeper.Dependencies{
			Clock:        app.ClockKeeper,
			Escrow:       app.EscrowKeeper.Scoped(jobmarkettypes.ModuleName),
			Registry:     jobReservations,
			Reservations: jobReservations,
			Reputation:   factRecorder{},
			Hooks:        jobmarkettypes.MultiJobHooks{},
		}, authority())
}
