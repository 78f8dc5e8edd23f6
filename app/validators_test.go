package app_test

import (
	"testing"
	"time"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aitbc/aitbc/testutil/chain"
)

// TestKeyRotation replaces a validator's consensus key and then proves that it
// signed twice with the old one.
func TestKeyRotation(t *testing.T) {
	c := chain.NewLockstep(t, chain.WithInvariants())
	c.NextBlocks(3)
	v := c.Validator(1)
	oldAddr := v.ConsAddr()
	newKey := chain.ConsensusKey("rotated").PubKey()
	newAddr := sdk.ConsAddress(newKey.Address())
	faultAt := c.Height() // signed with the old key

	rotate, err := stakingtypes.NewMsgRotateConsPubKey(v.ValAddr().String(), newKey)
	if err != nil {
		t.Fatal(err)
	}
	res := c.Tx(v.Operator, rotate).MustDeliver()
	if !hasAttribute(res.Events, "burn", "amount", chain.AIT(1).String()) {
		t.Errorf("rotation: expected the fee of 1 AIT to be burned, got %v", res.Events)
	}

	power := votingPower(c, oldAddr)
	for c.Height() < faultAt+10 && votingPower(c, newAddr) == 0 {
		c.NextBlock()
	}
	if got := votingPower(c, newAddr); got != power || votingPower(c, oldAddr) != 0 {
		t.Fatalf("validator set: expected power %d with the new key and none with the old, got %d and %d",
			power, got, votingPower(c, oldAddr))
	}
	c.NextBlocks(5)
	if val := validator(t, c, v); val.IsJailed() {
		t.Fatal("the rotated validator was jailed though it signed every block")
	}

	// A second rotation within the unbonding time is refused, and so is a used key.
	again, err := stakingtypes.NewMsgRotateConsPubKey(v.ValAddr().String(), chain.ConsensusKey("third").PubKey())
	if err != nil {
		t.Fatal(err)
	}
	if res := c.Tx(v.Operator, again).Deliver(); code(res) != errCode(stakingtypes.ErrExceedingMaxConsPubKeyRotations) {
		t.Errorf("second rotation: expected %s, got %s: %s", errCode(stakingtypes.ErrExceedingMaxConsPubKeyRotations), code(res), res.Log)
	}

	before := validator(t, c, v).Tokens
	c.DoubleSign(oldAddr, faultAt)
	c.NextBlock()
	after := validator(t, c, v)
	if want := before.Sub(before.QuoRaw(20)); !after.Tokens.Equal(want) || !after.IsJailed() {
		t.Errorf("after the evidence: expected %s tokens (5 %% less) and jailed, got %s, jailed %t", want, after.Tokens, after.IsJailed())
	}
	c.NextBlocks(3)
	if got := votingPower(c, newAddr); got != 0 {
		t.Errorf("validator set: expected the offender to be gone, got power %d", got)
	}

	// The same evidence does not count twice.
	c.DoubleSign(oldAddr, faultAt)
	c.NextBlock()
	if got := validator(t, c, v).Tokens; !got.Equal(after.Tokens) {
		t.Errorf("the same evidence again: expected %s tokens, got %s", after.Tokens, got)
	}
}

// TestDowntime jails a validator that misses more than half of the window, slashes
// it by 0.1 %, and lets it come back.
func TestDowntime(t *testing.T) {
	c := chain.NewLockstep(t, chain.WithInvariants(), chain.WithGenesis(restless))
	c.NextBlocks(25)
	v := c.Validator(2)
	before := validator(t, c, v).Tokens

	c.SetOffline(v.ConsAddr(), true)
	c.NextBlocks(25)
	down := validator(t, c, v)
	if want := before.Sub(before.QuoRaw(1_000)); !down.IsJailed() || !down.Tokens.Equal(want) {
		t.Fatalf("after the downtime: expected jailed with %s tokens, got %t with %s", want, down.IsJailed(), down.Tokens)
	}
	c.SetOffline(v.ConsAddr(), false)
	if res := c.Tx(v.Operator, unjail(v)).Deliver(); !res.IsOK() {
		c.Advance(time.Minute)
		c.NextBlock()
		c.Tx(v.Operator, unjail(v)).MustDeliver()
	}
	c.NextBlocks(25)
	if back := validator(t, c, v); back.IsJailed() || votingPower(c, v.ConsAddr()) == 0 {
		t.Error("expected the validator to sign again")
	}
}

// TestRewards checks that fees and inflation reach those who secure the chain.
func TestRewards(t *testing.T) {
	c := chain.NewLockstep(t, chain.WithInvariants())
	c.NextBlocks(3)
	alice, v := c.Account(0), c.Validator(0)
	c.Tx(alice, stakingtypes.NewMsgDelegate(alice.String(), v.ValAddr().String(), chain.AIT(1_000))).MustDeliver()
	c.NextBlocks(50)
	before := c.Balance(alice.Addr)
	fee := sdkmath.NewInt(1_250)
	c.Tx(alice, withdraw(alice, v)).Fee(chain.Uait(fee.Int64())).MustDeliver()
	if got := c.Balance(alice.Addr).Amount.Add(fee).Sub(before.Amount); !got.IsPositive() {
		t.Errorf("reward: expected some, got %s", got)
	}
}

// TestUnauthorizedOperator lets somebody else act for a validator.
func TestUnauthorizedOperator(t *testing.T) {
	c := chain.New(t)
	c.NextBlock()
	rotate, err := stakingtypes.NewMsgRotateConsPubKey(c.Validator(0).ValAddr().String(), chain.ConsensusKey("stolen").PubKey())
	if err != nil {
		t.Fatal(err)
	}
	mallory := c.Account(0)
	if res := c.Tx(mallory, rotate).Deliver(); code(res) != errCode(sdkerrors.ErrInvalidPubKey) {
		t.Errorf("expected %s, got %s: %s", errCode(sdkerrors.ErrInvalidPubKey), code(res), res.Log)
	}
}

func validator(t *testing.T, c *chain.Chain, v *chain.Validator) stakingtypes.Validator {
	t.Helper()
	val, err := c.App.StakingKeeper.GetValidator(c.Context(), v.ValAddr())
	if err != nil {
		t.Fatal(err)
	}
	return val
}

// votingPower returns the power with which a consensus address signs the next
// block.
func votingPower(c *chain.Chain, addr sdk.ConsAddress) int64 {
	_, v := c.ValidatorSet().GetByAddress(addr.Bytes())
	if v == nil {
		return 0
	}
	return v.VotingPower
}
