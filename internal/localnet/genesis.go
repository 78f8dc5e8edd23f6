package localnet

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	sdkmath "cosmossdk.io/math"

	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// Governance of a localnet is fast and cheap, so that a proposal can be watched
// from beginning to end. Everything else is the default genesis.
const (
	VotingPeriod          = 20 * time.Second
	expeditedVotingPeriod = 10 * time.Second
	maxDepositPeriod      = time.Minute
	minDeposit            = 10 // AIT
	expeditedMinDeposit   = 50 // AIT
)

// chain is what the genesis is made of that belongs to the application.
type chain struct {
	enc     app.Encoding
	genesis app.GenesisState
}

// reference builds an application over an empty store, once per process, for its
// codecs and default genesis.
var reference = sync.OnceValues(func() (chain, error) {
	ref, err := app.NewInMemory()
	if err != nil {
		return chain{}, err
	}
	return chain{enc: ref.Encoding(), genesis: ref.DefaultGenesis()}, ref.Close()
})

// Encoding returns the codecs of the chain with all modules registered.
func Encoding() (app.Encoding, error) {
	ref, err := reference()
	return ref.enc, err
}

// validatorSeat is what the genesis must know of a validator's node.
type validatorSeat struct {
	name   string // of the node and of the operator's key
	pubKey cryptotypes.PubKey
	bond   int64 // uait
	memo   string
}

// buildGenesis returns the genesis document of a network.
func buildGenesis(o Options, accounts []Account, seats []validatorSeat, keys keyring.Keyring, now time.Time) (*genutiltypes.AppGenesis, error) {
	ref, err := reference()
	if err != nil {
		return nil, err
	}
	state := make(app.GenesisState, len(ref.genesis))
	for name, raw := range ref.genesis {
		state[name] = raw
	}
	cdc := ref.enc.Codec
	if err := fundAccounts(cdc, state, accounts); err != nil {
		return nil, err
	}
	speedUpGovernance(cdc, state)
	speedUpMarket(cdc, state)

	gentxs := make([]sdk.Tx, len(seats))
	for i, seat := range seats {
		if gentxs[i], err = genesisTx(ref.enc, o.ChainID, seat, keys); err != nil {
			return nil, fmt.Errorf("sign the genesis transaction of %s: %w", seat.name, err)
		}
	}
	withTxs, err := genutil.SetGenTxsInAppGenesisState(cdc, ref.enc.TxConfig.TxJSONEncoder(), state, gentxs)
	if err != nil {
		return nil, err
	}
	raw, err := json.MarshalIndent(withTxs, "", "  ")
	if err != nil {
		return nil, err
	}
	doc := genutiltypes.NewAppGenesisWithVersion(o.ChainID, raw)
	doc.AppName = types.AppName
	doc.GenesisTime = now.UTC()
	doc.InitialHeight = 1
	doc.Consensus = &genutiltypes.ConsensusGenesis{Params: app.DefaultConsensusParams()}
	return doc, doc.ValidateAndComplete()
}

func fundAccounts(cdc codec.Codec, state app.GenesisState, accounts []Account) error {
	var auth authtypes.GenesisState
	cdc.MustUnmarshalJSON(state[authtypes.ModuleName], &auth)
	var bank banktypes.GenesisState
	cdc.MustUnmarshalJSON(state[banktypes.ModuleName], &bank)

	records := make(authtypes.GenesisAccounts, len(accounts))
	supply := sdk.NewCoins()
	for i, a := range accounts {
		addr, err := sdk.AccAddressFromBech32(a.Address)
		if err != nil {
			return fmt.Errorf("address of %s: %w", a.Name, err)
		}
		records[i] = authtypes.NewBaseAccount(addr, nil, 0, 0)
		coins := sdk.NewCoins(sdk.NewInt64Coin(types.BaseDenom, a.Balance))
		bank.Balances = append(bank.Balances, banktypes.Balance{Address: a.Address, Coins: coins})
		supply = supply.Add(coins...)
	}
	packed, err := authtypes.PackAccounts(authtypes.SanitizeGenesisAccounts(records))
	if err != nil {
		return err
	}
	auth.Accounts = packed
	bank.Supply = supply
	bank.Balances = banktypes.SanitizeGenesisBalances(bank.Balances)
	state[authtypes.ModuleName] = cdc.MustMarshalJSON(&auth)
	state[banktypes.ModuleName] = cdc.MustMarshalJSON(&bank)
	return nil
}

func speedUpGovernance(cdc codec.Codec, state app.GenesisState) {
	var gov govv1.GenesisState
	cdc.MustUnmarshalJSON(state[govtypes.ModuleName], &gov)
	p := gov.Params
	p.MinDeposit = sdk.NewCoins(ait(minDeposit))
	p.ExpeditedMinDeposit = sdk.NewCoins(ait(expeditedMinDeposit))
	p.MaxDepositPeriod = ptr(maxDepositPeriod)
	p.VotingPeriod = ptr(VotingPeriod)
	p.ExpeditedVotingPeriod = ptr(expeditedVotingPeriod)
	state[govtypes.ModuleName] = cdc.MustMarshalJSON(&gov)
}

// speedUpMarket makes the windows of the market short enough to watch them end, and
// lets agents be on this machine.
func speedUpMarket(cdc codec.Codec, state app.GenesisState) {
	var market jobmarkettypes.GenesisState
	cdc.MustUnmarshalJSON(state[jobmarkettypes.ModuleName], &market)
	market.Params.MinWindowSeconds = minWindowSeconds
	market.Params.ReassignSeconds = minWindowSeconds
	state[jobmarkettypes.ModuleName] = cdc.MustMarshalJSON(&market)

	var registry registrytypes.GenesisState
	cdc.MustUnmarshalJSON(state[registrytypes.ModuleName], &registry)
	registry.Params.UnbondingSeconds = unbondingSeconds
	registry.Params.PayoutDelaySeconds = registrytypes.MinDelaySeconds
	// Agents of a localnet are served on this machine.
	registry.Params.AllowInternalUrls = true
	state[registrytypes.ModuleName] = cdc.MustMarshalJSON(&registry)
}

// genesisTx returns the transaction with which a validator joins at genesis:
// 5 % commission, at most 10 %, at most 1 % more a day.
func genesisTx(enc app.Encoding, chainID string, seat validatorSeat, keys keyring.Keyring) (sdk.Tx, error) {
	record, err := keys.Key(seat.name)
	if err != nil {
		return nil, err
	}
	addr, err := record.GetAddress()
	if err != nil {
		return nil, err
	}
	msg, err := stakingtypes.NewMsgCreateValidator(
		sdk.ValAddress(addr).String(), seat.pubKey,
		sdk.NewInt64Coin(types.BaseDenom, seat.bond),
		stakingtypes.Description{Moniker: seat.name},
		stakingtypes.NewCommissionRates(
			sdkmath.LegacyNewDecWithPrec(5, 2), sdkmath.LegacyNewDecWithPrec(10, 2), sdkmath.LegacyNewDecWithPrec(1, 2)),
		sdkmath.NewInt(minSelfDelegation*types.UnitsPerAIT),
	)
	if err != nil {
		return nil, err
	}
	builder := enc.TxConfig.NewTxBuilder()
	if err := builder.SetMsgs(msg); err != nil {
		return nil, err
	}
	builder.SetMemo(seat.memo)
	builder.SetGasLimit(genesisTxGas)
	factory := clienttx.Factory{}.
		WithTxConfig(enc.TxConfig).
		WithKeybase(keys).
		WithChainID(chainID).
		WithSignMode(signing.SignMode_SIGN_MODE_DIRECT)
	// No node is asked: account number and sequence are zero at genesis.
	if err := clienttx.Sign(context.Background(), factory, seat.name, builder, true); err != nil {
		return nil, err
	}
	return builder.GetTx(), nil
}

const (
	minSelfDelegation = 1_000 // AIT
	genesisTxGas      = 400_000
	minWindowSeconds  = 20 // of deliveries, reviews and the wait after a missed one
	unbondingSeconds  = 60 // of an agent's bond
)

func ait(n int64) sdk.Coin { return sdk.NewInt64Coin(types.BaseDenom, n*types.UnitsPerAIT) }

func ptr[T any](v T) *T { return &v }
