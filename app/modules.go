package app

import (
	"maps"
	"slices"

	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authsims "github.com/cosmos/cosmos-sdk/x/auth/simulation"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/auth/vesting"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	authzmodule "github.com/cosmos/cosmos-sdk/x/authz/module"
	"github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distr "github.com/cosmos/cosmos-sdk/x/distribution"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	"github.com/cosmos/cosmos-sdk/x/epochs"
	epochstypes "github.com/cosmos/cosmos-sdk/x/epochs/types"
	"github.com/cosmos/cosmos-sdk/x/evidence"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantmodule "github.com/cosmos/cosmos-sdk/x/feegrant/module"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/cosmos-sdk/x/gov"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	"github.com/cosmos/cosmos-sdk/x/mint"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	"github.com/cosmos/cosmos-sdk/x/slashing"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	"github.com/cosmos/cosmos-sdk/x/upgrade"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/aitbc/aitbc/x/agentregistry"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	"github.com/aitbc/aitbc/x/clock"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
	"github.com/aitbc/aitbc/x/escrow"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	"github.com/aitbc/aitbc/x/jobmarket"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// moduleAccountPermissions returns the module accounts and what each may do with
// the supply. Only these may mint or burn, each for one reason.
func moduleAccountPermissions() map[string][]string {
	return map[string][]string{
		authtypes.FeeCollectorName:          nil,                                   // gathers fees and inflation for distribution
		distrtypes.ModuleName:               nil,                                   // holds outstanding rewards and the community pool
		minttypes.ModuleName:                {authtypes.Minter},                    // inflation
		stakingtypes.BondedPoolName:         {authtypes.Burner, authtypes.Staking}, // slashing burns
		stakingtypes.NotBondedPoolName:      {authtypes.Burner, authtypes.Staking}, // slashing burns
		stakingtypes.KeyRotationFeePoolName: {authtypes.Burner},                    // key rotation fees are burned
		govtypes.ModuleName:                 {authtypes.Burner},                    // vetoed deposits are burned
		escrowtypes.FeePoolName:             {authtypes.Burner},                    // a part of each block's market fees is burned
		escrowtypes.BurnPoolName:            {authtypes.Burner},                    // gathers what a block's market messages burn
	}
}

// ModuleAccounts returns the names of all module accounts in order.
func ModuleAccounts() []string {
	return slices.Sorted(maps.Keys(moduleAccountPermissions()))
}

// ModuleAccountPermissions returns the permissions of one module account.
func ModuleAccountPermissions(name string) []string { return moduleAccountPermissions()[name] }

// BlockedAddresses returns the addresses that users can't send coins to: every
// module account, because coins that arrive outside a module's own verbs are
// missing from its books. Governance is the exception: what it holds beyond the
// deposits can be spent by proposals, so people may fund them through it.
func BlockedAddresses() map[string]bool {
	blocked := make(map[string]bool)
	for _, name := range ModuleAccounts() {
		if name != govtypes.ModuleName {
			blocked[authtypes.NewModuleAddress(name).String()] = true
		}
	}
	return blocked
}

// newModuleManager returns the manager of every module around its keeper, with the
// order in which they act.
func (app *App) newModuleManager() *module.Manager {
	cdc, registry := app.enc.Codec, app.enc.InterfaceRegistry
	manager := module.NewManager(
		genutil.NewAppModule(app.AccountKeeper, app.StakingKeeper, app, app.enc.TxConfig),
		auth.NewAppModule(cdc, app.AccountKeeper, authsims.RandomGenesisAccounts),
		vesting.NewAppModule(app.AccountKeeper, app.BankKeeper),
		bank.NewAppModule(cdc, app.BankKeeper, app.AccountKeeper),
		staking.NewAppModule(cdc, app.StakingKeeper, app.AccountKeeper, app.BankKeeper),
		mint.NewAppModule(cdc, app.MintKeeper, app.AccountKeeper, nil),
		distr.NewAppModule(cdc, app.DistrKeeper, app.AccountKeeper, app.BankKeeper, app.StakingKeeper),
		slashing.NewAppModule(cdc, app.SlashingKeeper, app.AccountKeeper, app.BankKeeper, app.StakingKeeper, registry),
		evidence.NewAppModule(*app.EvidenceKeeper),
		gov.NewAppModule(cdc, app.GovKeeper, app.AccountKeeper, app.BankKeeper),
		upgrade.NewAppModule(app.UpgradeKeeper, app.AccountKeeper.AddressCodec()),
		authzmodule.NewAppModule(cdc, app.AuthzKeeper, app.AccountKeeper, app.BankKeeper, registry),
		feegrantmodule.NewAppModule(cdc, app.AccountKeeper, app.BankKeeper, app.FeeGrantKeeper, registry),
		consensus.NewAppModule(cdc, app.ConsensusKeeper),
		epochs.NewAppModule(app.EpochsKeeper),
		clock.NewAppModule(cdc, app.ClockKeeper),
		escrow.NewAppModule(cdc, app.EscrowKeeper),
		agentregistry.NewAppModule(cdc, app.AgentRegistryKeeper),
		jobmarket.NewAppModule(cdc, app.JobMarketKeeper),
	)
	setModuleOrders(manager)
	return manager
}

// setModuleOrders fixes the order in which modules act. The manager panics if one
// that has work to do is missing from a list.
func setModuleOrders(m *module.Manager) {
	// An upgrade must change the stores before anything reads them; auth drops
	// expired unordered nonces before the block's transactions.
	m.SetOrderPreBlockers(upgradetypes.ModuleName, authtypes.ModuleName)

	m.SetOrderBeginBlockers(
		// Everybody else reads market time of the block they are in.
		clocktypes.ModuleName,
		minttypes.ModuleName,
		// After mint, so that the whole fee collector is handed out, and before
		// slashing, so that nothing is left in the pool of a slashed validator.
		distrtypes.ModuleName,
		slashingtypes.ModuleName,
		evidencetypes.ModuleName,
		stakingtypes.ModuleName,
		authz.ModuleName,
		epochstypes.ModuleName,
	)

	m.SetOrderEndBlockers(
		// Whatever can settle comes before bank: a virtual credit made after
		// bank's end blocker would be lost. Governance executes messages.
		jobmarkettypes.ModuleName,
		registrytypes.ModuleName,
		govtypes.ModuleName,
		feegrant.ModuleName,
		banktypes.ModuleName,
		// From here on only real sends. Escrow burns and forwards what bank has just
		// credited. Validator updates come last.
		escrowtypes.ModuleName,
		stakingtypes.ModuleName,
	)

	// Accounts and balances exist before those who check them; genutil delivers
	// the genesis transactions and so needs staking, slashing and distribution.
	genesis := []string{
		consensustypes.ModuleName, clocktypes.ModuleName,
		authtypes.ModuleName, banktypes.ModuleName, distrtypes.ModuleName, stakingtypes.ModuleName,
		slashingtypes.ModuleName, govtypes.ModuleName, minttypes.ModuleName, genutiltypes.ModuleName,
		evidencetypes.ModuleName, authz.ModuleName, feegrant.ModuleName, upgradetypes.ModuleName,
		vestingtypes.ModuleName, epochstypes.ModuleName,
		escrowtypes.ModuleName, registrytypes.ModuleName, jobmarkettypes.ModuleName,
	}
	m.SetOrderInitGenesis(genesis...)
	m.SetOrderExportGenesis(genesis...)
}
