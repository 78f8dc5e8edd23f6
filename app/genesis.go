package app

import (
	"encoding/json"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/cosmos-sdk/x/gov"
	govclient "github.com/cosmos/cosmos-sdk/x/gov/client"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	"github.com/cosmos/cosmos-sdk/x/mint"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	"github.com/cosmos/cosmos-sdk/x/slashing"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aitbc/aitbc/types"
)

// GenesisState is the genesis of all modules, by module name.
type GenesisState map[string]json.RawMessage

// Block limits of a new chain.
const (
	// MaxBlockBytes leaves a block of bank sends room for about 6,000 of them.
	MaxBlockBytes int64 = 2 << 20
	// MaxBlockGas leaves room above what the fee market will aim at, half of it:
	// about 2,700 bank sends of 110,000 gas a block.
	MaxBlockGas int64 = 600_000_000
)

// Time constants of a new chain. Stake must stay within reach of evidence, so
// unbonding and the age of evidence are one number.
const (
	unbondingTime = 21 * 24 * time.Hour
	// targetBlockTime is what timeout_commit of 1 s gives on a real network.
	targetBlockTime = 1200 * time.Millisecond
	// minBlockTime bounds how many blocks fit into the unbonding time.
	minBlockTime = time.Second
	secondsAYear = 31_557_600
)

// DefaultConsensusParams returns the consensus parameters of a new chain.
func DefaultConsensusParams() *cmttypes.ConsensusParams {
	params := cmttypes.DefaultConsensusParams()
	params.Block.MaxBytes = MaxBlockBytes
	params.Block.MaxGas = MaxBlockGas
	params.Evidence.MaxAgeDuration = unbondingTime
	params.Evidence.MaxAgeNumBlocks = int64(unbondingTime / minBlockTime)
	params.Validator.PubKeyTypes = []string{cmttypes.ABCIPubKeyTypeEd25519, cmttypes.ABCIPubKeyTypeMlDsa65}
	return params
}

// defaultOverrides are the SDK modules whose default genesis is not ours.
func defaultOverrides() map[string]module.AppModuleBasic {
	return map[string]module.AppModuleBasic{
		genutiltypes.ModuleName:  genutil.NewAppModuleBasic(genutiltypes.DefaultMessageValidator),
		banktypes.ModuleName:     bankBasic{},
		stakingtypes.ModuleName:  stakingBasic{},
		slashingtypes.ModuleName: slashingBasic{},
		minttypes.ModuleName:     mintBasic{},
		govtypes.ModuleName:      govBasic{gov.NewAppModuleBasic([]govclient.ProposalHandler{})},
	}
}

func ait(n int64) sdk.Coin { return sdk.NewInt64Coin(types.BaseDenom, n*types.UnitsPerAIT) }

type bankBasic struct{ bank.AppModuleBasic }

// DefaultGenesis describes the token, so that wallets show AIT and not uait.
func (bankBasic) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	gs := banktypes.DefaultGenesisState()
	gs.DenomMetadata = []banktypes.Metadata{{
		Description: "The token of the AITBC chain: it pays agents and fees and secures the chain.",
		DenomUnits: []*banktypes.DenomUnit{
			{Denom: types.BaseDenom, Exponent: 0, Aliases: []string{"microait"}},
			{Denom: types.DisplayDenom, Exponent: types.DisplayExponent},
		},
		Base:    types.BaseDenom,
		Display: types.DisplayDenom,
		Name:    "AIT",
		Symbol:  "AIT",
	}}
	return cdc.MustMarshalJSON(gs)
}

type stakingBasic struct{ staking.AppModuleBasic }

// DefaultGenesis sets the unbonding time and the lowest commission.
func (stakingBasic) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	gs := stakingtypes.DefaultGenesisState()
	gs.Params.BondDenom = types.BaseDenom
	gs.Params.UnbondingTime = unbondingTime
	gs.Params.MinCommissionRate = sdkmath.LegacyNewDecWithPrec(1, 2) // 1 %
	gs.Params.KeyRotationFee = ait(1)
	return cdc.MustMarshalJSON(gs)
}

type slashingBasic struct{ slashing.AppModuleBasic }

// DefaultGenesis makes downtime cheap and rare, double signing expensive.
func (slashingBasic) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	gs := slashingtypes.DefaultGenesisState()
	gs.Params.SignedBlocksWindow = 10_000                              // about 3.3 h
	gs.Params.MinSignedPerWindow = sdkmath.LegacyNewDecWithPrec(50, 2) // 50 %
	gs.Params.DowntimeJailDuration = 10 * time.Minute
	gs.Params.SlashFractionDowntime = sdkmath.LegacyNewDecWithPrec(1, 3)   // 0.1 %
	gs.Params.SlashFractionDoubleSign = sdkmath.LegacyNewDecWithPrec(5, 2) // 5 %
	return cdc.MustMarshalJSON(gs)
}

type mintBasic struct{ mint.AppModuleBasic }

// DefaultGenesis sets inflation between 2 and 8 % around 67 % bonded.
func (mintBasic) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	gs := minttypes.DefaultGenesisState()
	gs.Params.MintDenom = types.BaseDenom
	gs.Params.InflationMin = sdkmath.LegacyNewDecWithPrec(2, 2)
	gs.Params.InflationMax = sdkmath.LegacyNewDecWithPrec(8, 2)
	gs.Params.InflationRateChange = sdkmath.LegacyNewDecWithPrec(6, 2) // the whole range within a year
	gs.Params.GoalBonded = sdkmath.LegacyNewDecWithPrec(67, 2)
	gs.Params.BlocksPerYear = uint64(secondsAYear * time.Second / targetBlockTime)
	gs.Minter.Inflation = gs.Params.InflationMax // a young chain has little bonded
	return cdc.MustMarshalJSON(gs)
}

type govBasic struct{ gov.AppModuleBasic }

// DefaultGenesis sets deposits, periods and thresholds of governance.
func (govBasic) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	gs := govv1.DefaultGenesisState()
	p := gs.Params
	p.MinDeposit = sdk.NewCoins(ait(500))
	p.ExpeditedMinDeposit = sdk.NewCoins(ait(2_500))
	p.MaxDepositPeriod = duration(14 * 24 * time.Hour)
	p.VotingPeriod = duration(5 * 24 * time.Hour)
	p.ExpeditedVotingPeriod = duration(24 * time.Hour)
	p.Quorum = sdkmath.LegacyNewDecWithPrec(30, 2).String()
	p.Threshold = sdkmath.LegacyNewDecWithPrec(60, 2).String()
	p.ExpeditedThreshold = sdkmath.LegacyNewDecWithPrec(80, 2).String()
	return cdc.MustMarshalJSON(gs)
}

func duration(d time.Duration) *time.Duration { return &d }
