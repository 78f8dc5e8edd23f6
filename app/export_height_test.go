package app_test

import (
	"strings"
	"testing"
	"time"

	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/aitbc/aitbc/testutil/chain"
)

// TestZeroHeightForgetsHeights exports a chain at a height far from zero with all
// validators but one jailed. On the new chain they must be out of unbonding when
// their time is over, not when the old height comes again.
func TestZeroHeightForgetsHeights(t *testing.T) {
	c := chain.New(t)
	c.NextBlocks(200)
	n := c.StartFrom(c.Export(true, c.Validator(0).ValAddr().String()))
	n.NextBlocks(3)
	epochs, err := n.App.EpochsKeeper.AllEpochInfos(n.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range epochs {
		if e.CurrentEpochStartHeight > n.Height() {
			t.Errorf("epoch %s: expected it to begin at height %d at most, got %d", e.Identifier, n.Height(), e.CurrentEpochStartHeight)
		}
	}

	n.Advance(22 * 24 * time.Hour)
	n.NextBlocks(3)
	for i := range n.Validators() {
		want := stakingtypes.Unbonded
		if i == 0 {
			want = stakingtypes.Bonded
		}
		if v := validator(t, n, n.Validator(i)); v.Status != want {
			t.Errorf("validator %d: expected %s, got %s with unbonding height %d", i, want, v.Status, v.UnbondingHeight)
		}
	}
}

// TestZeroHeightRefusesRotation exports while a consensus key is being rotated: the
// height at which the new key takes over would be lost.
func TestZeroHeightRefusesRotation(t *testing.T) {
	c := chain.New(t)
	c.NextBlocks(10)
	v := c.Validator(1)
	rotate, err := stakingtypes.NewMsgRotateConsPubKey(v.ValAddr().String(), chain.ConsensusKey("rotated").PubKey())
	if err != nil {
		t.Fatal(err)
	}
	c.Tx(v.Operator, rotate).MustDeliver()
	_, err = c.App.ExportAppStateAndValidators(true, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "rotation") {
		t.Errorf("during a rotation: expected a refusal that names it, got %v", err)
	}
	c.NextBlocks(3)
	c.Export(true)
}
