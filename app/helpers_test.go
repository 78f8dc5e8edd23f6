package app_test

import (
	"strconv"

	abci "github.com/cometbft/cometbft/abci/types"

	errorsmod "cosmossdk.io/errors"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"

	"github.com/aitbc/aitbc/testutil/chain"
)

type errorsmodError = errorsmod.Error

func uitoa(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// send returns a transfer of so many AIT.
func send(from, to *chain.Account, ait int64) *banktypes.MsgSend {
	return chain.Send(from, to, chain.AIT(ait))
}

func unjail(v *chain.Validator) *slashingtypes.MsgUnjail {
	return slashingtypes.NewMsgUnjail(v.ValAddr().String())
}

func withdraw(a *chain.Account, v *chain.Validator) *distrtypes.MsgWithdrawDelegatorReward {
	return distrtypes.NewMsgWithdrawDelegatorReward(a.String(), v.ValAddr().String())
}

// hasAttribute reports whether an event of that kind has an attribute of that
// value.
func hasAttribute(events []abci.Event, kind, key, value string) bool {
	for _, e := range events {
		for _, attr := range e.Attributes {
			if e.Type == kind && attr.Key == key && attr.Value == value {
				return true
			}
		}
	}
	return false
}
