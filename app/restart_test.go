package app_test

import (
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/types"
)

// TestCheckTxAfterRestart sends to a node that has started and seen no new block
// yet, which lasts as long as a halt does. The mempool must judge a transaction
// as it would between two blocks.
func TestCheckTxAfterRestart(t *testing.T) {
	c := chain.New(t)
	alice, bob := c.Account(3), c.Account(1)
	c.NextBlocks(2)
	// A first transaction, so that sequences and the account number count.
	c.Tx(alice, chain.Send(alice, bob, sdk.NewInt64Coin(types.BaseDenom, 1))).MustDeliver()

	const gas = 120_000
	tx := func() []byte {
		return c.Tx(alice, chain.Send(alice, bob, sdk.NewInt64Coin(types.BaseDenom, 2))).Gas(gas).Sequence(c.Sequence(alice)).Bytes()
	}
	underpriced := func() []byte {
		return c.Tx(alice, chain.Send(alice, bob, sdk.NewInt64Coin(types.BaseDenom, 2))).Gas(gas).Fee().Sequence(c.Sequence(alice)).Bytes()
	}
	before := c.CheckTx(tx())
	if !before.IsOK() || before.GasWanted != gas {
		t.Fatalf("between two blocks: expected success with %d gas wanted, got %d with %d: %s", gas, before.Code, before.GasWanted, before.Log)
	}

	c.Restart()
	if _, _, err := c.App.Simulate(tx()); err != nil {
		t.Errorf("after a restart: expected an estimate of gas, got %v", err)
	}
	if res := c.CheckTx(underpriced()); res.Code != sdkerrors.ErrInsufficientFee.ABCICode() {
		t.Errorf("after a restart: expected %s for a transaction without a fee, got %d: %s",
			errCode(sdkerrors.ErrInsufficientFee), res.Code, res.Log)
	}
	after := c.CheckTx(tx())
	if !after.IsOK() || after.GasWanted != gas {
		t.Errorf("after a restart: expected success with %d gas wanted, got code %d with %d: %s", gas, after.Code, after.GasWanted, after.Log)
	}
}
