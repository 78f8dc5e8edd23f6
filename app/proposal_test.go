package app_test

import (
	"bytes"
	"slices"
	"testing"

	cmttypes "github.com/cometbft/cometbft/types"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/baseapp"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	sdkmempool "github.com/cosmos/cosmos-sdk/types/mempool"

	"github.com/aitbc/aitbc/app/ante"
	"github.com/aitbc/aitbc/testutil/chain"
)

// TestFeeFloor offers a transaction that pays too little to each gate in turn.
func TestFeeFloor(t *testing.T) {
	c := chain.NewLockstep(t, chain.WithInvariants())
	c.NextBlock()
	alice, bob := c.Account(0), c.Account(1)
	floor := ante.FloorPrice.Fee(chain.DefaultGas)
	underpaid := map[string][]sdk.Coin{
		"no fee":         nil,
		"one uait short": {floor.SubAmount(sdkmath.OneInt())},
	}
	for name, fee := range underpaid {
		t.Run(name, func(t *testing.T) {
			tx := c.Tx(alice, send(alice, bob, 1)).Fee(fee...).Sequence(c.Sequence(alice)).Bytes()
			if res := c.CheckTx(tx); res.Code != sdkerrors.ErrInsufficientFee.ABCICode() {
				t.Errorf("CheckTx: expected %s, got %d: %s", errCode(sdkerrors.ErrInsufficientFee), res.Code, res.Log)
			}
			if txs := c.Propose(tx); len(txs) != 0 {
				t.Errorf("PrepareProposal: expected no transactions, got %d", len(txs))
			}
			if c.Accepts(tx) {
				t.Error("ProcessProposal: expected the block to be refused")
			}
			paid, got := c.Balance(alice.Addr), c.Balance(bob.Addr)
			sequence := c.Sequence(alice)
			res := c.NextBlock(tx).Results[0]
			if code(res) != errCode(sdkerrors.ErrInsufficientFee) {
				t.Errorf("FinalizeBlock: expected %s, got %s: %s", errCode(sdkerrors.ErrInsufficientFee), code(res), res.Log)
			}
			if !c.Balance(alice.Addr).Amount.Equal(paid.Amount) || !c.Balance(bob.Addr).Amount.Equal(got.Amount) || c.Sequence(alice) != sequence {
				t.Error("FinalizeBlock: expected a refused transaction to change nothing")
			}
		})
	}

	tx := c.Tx(alice, send(alice, bob, 1)).Fee(floor).Bytes()
	if res := c.CheckTx(tx); !res.IsOK() {
		t.Errorf("CheckTx at the floor: expected success, got %s", res.Log)
	}
	if block := c.NextProposedBlock(tx); len(block.Results) != 1 || !block.Results[0].IsOK() {
		t.Errorf("a block at the floor: expected one success, got %v", block.Results)
	}
}

// TestProposalDropsUndecodable puts noise between good transactions.
func TestProposalDropsUndecodable(t *testing.T) {
	c := chain.NewLockstep(t)
	c.NextBlock()
	alice, bob := c.Account(0), c.Account(1)
	good := c.Tx(alice, send(alice, bob, 1)).Bytes()
	for name, noise := range map[string][]byte{
		"empty": {}, "noise": []byte("noise"), "cut": good[:len(good)-1], "extended": append(slices.Clone(good), 0xff),
	} {
		if c.Accepts(good, noise) {
			t.Errorf("%s: expected a block with it to be refused", name)
		}
		if got := c.Propose(noise, good); len(got) != 1 || !bytes.Equal(got[0], good) {
			t.Errorf("%s: expected a proposal without it, got %d transactions", name, len(got))
		}
		if res := c.CheckTx(noise); res.IsOK() {
			t.Errorf("%s: expected CheckTx to refuse it", name)
		}
	}
	if !c.Accepts(good) || !c.Accepts() {
		t.Error("expected blocks of good transactions, and empty ones, to be accepted")
	}
}

// TestUndecodableInBlock executes a block that honest validators would refuse: the
// results must not depend on the executor. (The lockstep chain compares.)
func TestUndecodableInBlock(t *testing.T) {
	c := chain.NewLockstep(t, chain.WithInvariants())
	c.NextBlock()
	alice, bob := c.Account(0), c.Account(1)
	block := c.NextBlock(
		[]byte("noise"),
		c.Tx(alice, send(alice, bob, 1)).Bytes(),
		[]byte{0xff},
		c.Tx(alice, send(alice, bob, 1)).Bytes(),
	)
	for _, i := range []int{0, 2} {
		res := block.Results[i]
		if code(res) != errCode(sdkerrors.ErrTxDecode) || res.GasUsed != 0 || res.GasWanted != 0 {
			t.Errorf("transaction %d: expected %s without gas, got %s with %d of %d",
				i, errCode(sdkerrors.ErrTxDecode), code(res), res.GasUsed, res.GasWanted)
		}
	}
	for _, i := range []int{1, 3} {
		if res := block.Results[i]; !res.IsOK() {
			t.Errorf("transaction %d: expected success, got %s", i, res.Log)
		}
	}
}

// TestBlockGasLimit sums up the gas limits of a block.
func TestBlockGasLimit(t *testing.T) {
	const limit = 1_000_000
	c := chain.New(t, chain.WithConsensusParams(func(p *cmttypes.ConsensusParams) { p.Block.MaxGas = limit }))
	c.NextBlock()
	alice, bob := c.Account(0), c.Account(1)
	tx := func(gas uint64) []byte { return c.Tx(alice, send(alice, bob, 1)).Gas(gas).Bytes() }

	a, b, over := tx(limit/2), tx(limit/2), tx(1)
	if !c.Accepts(a, b) {
		t.Error("a block at its gas limit: expected it to be accepted")
	}
	if c.Accepts(a, b, over) {
		t.Error("a block one over its gas limit: expected it to be refused")
	}
	if got := c.Propose(a, b, over); len(got) != 2 {
		t.Errorf("proposal: expected 2 transactions, got %d", len(got))
	}
	// One that never fits does not hold up the others.
	huge := tx(limit + 1)
	if got := c.Propose(huge, a, b); len(got) != 2 || !bytes.Equal(got[0], a) {
		t.Errorf("proposal: expected the 2 that fit, got %d", len(got))
	}
	// What doesn't fit behind another waits, and so does what may depend on it.
	large, small := tx(limit), tx(limit/10)
	if got := c.Propose(a, large, small); len(got) != 1 {
		t.Errorf("proposal: expected the order of the mempool to be kept, got %d transactions", len(got))
	}
	if res := c.NextBlock(huge).Results[0]; res.IsOK() {
		t.Error("a gas limit above the block's: expected the transaction to fail")
	}
}

// TestBlockSize keeps proposals within the bytes that CometBFT allows.
func TestBlockSize(t *testing.T) {
	const limit = 20_000 // of which header, commit and evidence take the greater part
	c := chain.New(t, chain.WithConsensusParams(func(p *cmttypes.ConsensusParams) {
		p.Block.MaxBytes, p.Evidence.MaxBytes = limit, 500
	}))
	c.NextBlock()
	alice, bob := c.Account(0), c.Account(1)
	var mempool [][]byte
	for range 30 {
		mempool = append(mempool, c.Tx(alice, send(alice, bob, 1)).Bytes())
	}
	got := c.Propose(mempool...)
	size := cmttypes.ComputeProtoSizeForTxs(cmttypes.ToTxs(got))
	if len(got) == 0 || len(got) == len(mempool) || size > limit {
		t.Errorf("expected a part of %d transactions within %d bytes, got %d with %d", len(mempool), limit, len(got), size)
	}
}

// TestAppMempool proposes from an application mempool when the operator switched
// one on: what it holds passed CheckTx.
func TestAppMempool(t *testing.T) {
	c := chain.New(t, chain.WithBaseApp(baseapp.SetMempool(sdkmempool.NewSenderNonceMempool(sdkmempool.SenderNonceMaxTxOpt(100)))))
	c.NextBlock()
	alice, bob := c.Account(0), c.Account(1)
	good, poor := c.Tx(alice, send(alice, bob, 1)).Bytes(), c.Tx(bob, send(bob, alice, 1)).Fee().Bytes()
	if res := c.CheckTx(good); !res.IsOK() {
		t.Fatalf("CheckTx: expected success, got %s", res.Log)
	}
	if res := c.CheckTx(poor); res.IsOK() {
		t.Fatal("CheckTx: expected a refusal, got success")
	}
	block := c.NextProposedBlock()
	if len(block.Txs) != 1 || !bytes.Equal(block.Txs[0], good) || !block.Results[0].IsOK() {
		t.Errorf("expected the good transaction alone, got %d: %v", len(block.Txs), block.Results)
	}
}
