package app_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/cosmos/cosmos-sdk/baseapp"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkmempool "github.com/cosmos/cosmos-sdk/types/mempool"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/app/ante"
	"github.com/aitbc/aitbc/testutil/chain"
)

// TestExpiredTakesNoRoom sends a transaction that the mempool takes, because it is
// judged by the last block, but that may not be in the next one. In a block it
// would fail before its fee is taken and could be sent again for ever.
func TestExpiredTakesNoRoom(t *testing.T) {
	c := chain.New(t)
	c.NextBlocks(3)
	mallory, alice, bob := c.Account(2), c.Account(0), c.Account(1)
	hog := func() *chain.Tx {
		return c.Tx(mallory, send(mallory, bob, 1)).Gas(uint64(app.MaxBlockGas)).Sequence(c.Sequence(mallory))
	}
	good := c.Tx(alice, send(alice, bob, 1)).Bytes()
	for name, tx := range map[string]*chain.Tx{
		"by height": hog().Until(c.Height()),
		"by time":   hog().UntilTime(c.Time().Add(time.Nanosecond)),
	} {
		t.Run(name, func(t *testing.T) {
			bz := tx.Bytes()
			if got := c.Propose(bz, good); len(got) != 1 || !bytes.Equal(got[0], good) {
				t.Errorf("proposal: expected the good transaction alone, got %d", len(got))
			}
			if c.Accepts(bz) {
				t.Error("expected a block with an expired transaction to be refused")
			}
		})
	}
	// The last block in which it is valid.
	last := c.Tx(mallory, send(mallory, bob, 1)).Until(c.Height() + 1).Bytes()
	if block := c.NextProposedBlock(last); len(block.Results) != 1 || !block.Results[0].IsOK() {
		t.Errorf("at its timeout height: expected one success, got %v", block.Results)
	}
}

// TestMalformedTakesNoRoom puts transactions into a block that nobody signed.
func TestMalformedTakesNoRoom(t *testing.T) {
	c := chain.New(t)
	c.NextBlock()
	message, err := codectypes.NewAnyWithValue(send(c.Account(0), c.Account(1), 1))
	if err != nil {
		t.Fatal(err)
	}
	fee := &txtypes.Fee{GasLimit: 1, Amount: sdk.NewCoins(ante.FloorPrice.Fee(1))}
	for name, tx := range map[string]*txtypes.Tx{
		"unsigned":   {Body: &txtypes.TxBody{Messages: []*codectypes.Any{message}}, AuthInfo: &txtypes.AuthInfo{Fee: fee}},
		"no message": {Body: &txtypes.TxBody{}, AuthInfo: &txtypes.AuthInfo{Fee: fee}},
		"no fee":     {Body: &txtypes.TxBody{Messages: []*codectypes.Any{message}}, AuthInfo: &txtypes.AuthInfo{}},
		"no body":    {AuthInfo: &txtypes.AuthInfo{Fee: fee}},
		"nothing":    {},
	} {
		t.Run(name, func(t *testing.T) {
			bz, err := tx.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if c.Accepts(bz) {
				t.Error("expected a block with it to be refused")
			}
			if got := c.Propose(bz); len(got) != 0 {
				t.Errorf("proposal: expected it to be left out, got %d transactions", len(got))
			}
		})
	}
}

// TestVerdictIsNoSetting shows a block to a node with a mempool of its own: it must
// judge as the others do, or people could make validators of two settings refuse
// each other's blocks.
func TestVerdictIsNoSetting(t *testing.T) {
	plain := chain.New(t)
	pool := chain.New(t, chain.WithBaseApp(baseapp.SetMempool(sdkmempool.NewSenderNonceMempool())))
	plain.NextBlock()
	pool.NextBlock()
	alice, bob := plain.Account(0), plain.Account(1)
	// Its sequence is of the future: that it fails only execution can tell.
	tx := plain.Tx(alice, send(alice, bob, 1)).Sequence(7).Bytes()
	if !plain.Accepts(tx) || !pool.Accepts(tx) {
		t.Errorf("expected both nodes to accept the block, got %v and %v", plain.Accepts(tx), pool.Accepts(tx))
	}
}
