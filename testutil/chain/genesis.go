package chain

import (
	"testing"

	"github.com/cosmos/gogoproto/proto"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aitbc/aitbc/app"
)

// ChangeGenesis replaces one module's genesis state with what change makes of it.
// state is a pointer to an empty message of the module's genesis type; change
// works on it after it was filled.
func ChangeGenesis[T proto.Message](cdc codec.Codec, genesis app.GenesisState, module string, state T, change func(T)) {
	cdc.MustUnmarshalJSON(genesis[module], state)
	change(state)
	genesis[module] = cdc.MustMarshalJSON(state)
}

// newGenesis returns the default genesis with funded accounts and validators that
// delegate to themselves. Validators start unbonded: the first validator set is
// computed by staking, so that all hooks run as for a validator that joins.
func newGenesis(tb testing.TB, cfg config, a *app.App, accounts []*Account, validators []*Validator) app.GenesisState {
	tb.Helper()
	cdc, genesis := a.AppCodec(), a.DefaultGenesis()

	owners := append([]*Account{}, accounts...)
	for _, v := range validators {
		owners = append(owners, v.Operator)
	}
	ChangeGenesis(cdc, genesis, authtypes.ModuleName, &authtypes.GenesisState{}, func(gs *authtypes.GenesisState) {
		for i, owner := range owners {
			packed, err := codectypes.NewAnyWithValue(authtypes.NewBaseAccount(owner.Addr, nil, uint64(i), 0))
			if err != nil {
				tb.Fatalf("genesis account: %v", err)
			}
			gs.Accounts = append(gs.Accounts, packed)
		}
	})
	ChangeGenesis(cdc, genesis, banktypes.ModuleName, &banktypes.GenesisState{}, func(gs *banktypes.GenesisState) {
		staked := sdk.NewCoins()
		for _, owner := range owners {
			gs.Balances = append(gs.Balances, banktypes.Balance{Address: owner.String(), Coins: sdk.NewCoins(AIT(DefaultBalance))})
		}
		for _, v := range validators {
			staked = staked.Add(AIT(v.Stake))
		}
		pool := authtypes.NewModuleAddress(stakingtypes.NotBondedPoolName).String()
		gs.Balances = append(gs.Balances, banktypes.Balance{Address: pool, Coins: staked})
	})
	ChangeGenesis(cdc, genesis, stakingtypes.ModuleName, &stakingtypes.GenesisState{}, func(gs *stakingtypes.GenesisState) {
		for _, v := range validators {
			gs.Validators = append(gs.Validators, genesisValidator(tb, v))
			gs.Delegations = append(gs.Delegations, stakingtypes.NewDelegation(
				v.Operator.String(), v.ValAddr().String(), sdkmath.LegacyNewDecFromInt(AIT(v.Stake).Amount)))
		}
	})
	for _, change := range cfg.genesis {
		change(cdc, genesis)
	}
	return genesis
}

func genesisValidator(tb testing.TB, v *Validator) stakingtypes.Validator {
	tb.Helper()
	val, err := stakingtypes.NewValidator(v.ValAddr().String(), v.ConsKey.PubKey(),
		stakingtypes.NewDescription(v.Operator.Name, "", "", "", ""))
	if err != nil {
		tb.Fatalf("genesis validator: %v", err)
	}
	percent := func(n int64) sdkmath.LegacyDec { return sdkmath.LegacyNewDecWithPrec(n, 2) }
	val.Tokens = AIT(v.Stake).Amount
	val.DelegatorShares = sdkmath.LegacyNewDecFromInt(val.Tokens)
	val.MinSelfDelegation = sdkmath.OneInt()
	val.Commission = stakingtypes.NewCommission(percent(5), percent(10), percent(1))
	return val
}
