package app_test

import (
	"strconv"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"

	"github.com/aitbc/aitbc/testutil/chain"
)

type errorsmodError = errorsmod.Error

func uitoa(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// send returns a transfer of so many AIT.
func send(from, to *chain.Account, ait int64) *banktypes.MsgSend {
	return banktypes.NewMsgSend(from.Addr, to.Addr, sdk.NewCoins(chain.AIT(ait)))
}

func unjail(v *chain.Validator) *slashingtypes.MsgUnjail {
	return slashingtypes.NewMsgUnjail(v.ValAddr().String())
}

func withdraw(a *chain.Account, v *chain.Validator) *distrtypes.MsgWithdrawDelegatorReward {
	return distrtypes.NewMsgWithdrawDelegatorReward(a.String(), v.ValAddr().String())
}
