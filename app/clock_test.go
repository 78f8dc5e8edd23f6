package app_test

import (
	"context"
	"testing"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/aitbc/aitbc/testutil/chain"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
)

func marketClock(t *testing.T, c *chain.Chain) *clocktypes.QueryClockResponse {
	t.Helper()
	res, err := clocktypes.NewQueryClient(c.Conn()).Clock(context.Background(), &clocktypes.QueryClockRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// TestMarketTimeStandsStill stops the chain for two hours and starts its nodes
// again: deadlines lose no more than the cap.
func TestMarketTimeStandsStill(t *testing.T) {
	c := chain.NewLockstep(t, chain.WithInvariants())
	c.NextBlocks(5)
	before := marketClock(t, c)
	if !before.MarketTime.Equal(before.BlockTime) || before.Standstill != 0 {
		t.Fatalf("before the halt: expected market time to be block time, got %v", before)
	}

	c.Restart()
	c.Advance(2 * time.Hour)
	block := c.NextBlock()
	after := marketClock(t, c)
	if got := after.MarketTime.Sub(before.MarketTime); got != clocktypes.DefaultMaxStep {
		t.Errorf("market time: expected it to advance by %s, got %s", clocktypes.DefaultMaxStep, got)
	}
	want := 2*time.Hour - clocktypes.DefaultMaxStep // 1:59:50
	if after.Standstill != want {
		t.Errorf("standstill: expected %s, got %s", want, after.Standstill)
	}
	events := chain.Events[*clocktypes.EventClockStoodStill](c, block.Events)
	if len(events) != 1 || events[0].Skipped != want {
		t.Errorf("events: expected one that skipped %s, got %v", want, events)
	}

	c.NextBlocks(100)
	if got := marketClock(t, c); got.Standstill != want || !got.BlockTime.Equal(c.Time()) {
		t.Errorf("after the halt: expected market time to go on %s behind %s, got %v", want, c.Time(), got)
	}
}

// TestMarketTimeFollowsBlocks runs a healthy chain for more than three hours of
// its time.
func TestMarketTimeFollowsBlocks(t *testing.T) {
	blocks := int64(10_000)
	if testing.Short() {
		blocks = 1_000
	}
	c := chain.New(t, chain.WithValidators(chain.DefaultStake))
	for c.Height() < blocks {
		c.NextBlock()
		if c.Height()%100 != 0 {
			continue
		}
		got := marketClock(t, c)
		if !got.MarketTime.Equal(c.Time()) || !got.BlockTime.Equal(c.Time()) || got.Standstill != 0 {
			t.Fatalf("height %d: expected market time %s, got %v", c.Height(), c.Time(), got)
		}
	}
	if want := chain.GenesisTime.Add(time.Duration(blocks) * chain.DefaultInterval); !c.Time().Equal(want) {
		t.Errorf("time: expected %s, got %s", want, c.Time())
	}
}

func maxStep(t *testing.T, c *chain.Chain) time.Duration {
	t.Helper()
	res, err := clocktypes.NewQueryClient(c.Conn()).Params(context.Background(), &clocktypes.QueryParamsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return res.Params.MaxStep
}

func TestClockParamsByGovernance(t *testing.T) {
	c := chain.NewLockstep(t, chain.WithInvariants())
	c.NextBlock()
	update := func(d time.Duration) sdk.Msg {
		return &clocktypes.MsgUpdateParams{Authority: c.Authority(), Params: clocktypes.Params{MaxStep: d}}
	}

	if p := c.Govern(update(5 * time.Second)); p.Status != govv1.StatusPassed {
		t.Fatalf("proposal: expected it to pass, got %s: %s", p.Status, p.FailedReason)
	}
	if got := maxStep(t, c); got != 5*time.Second {
		t.Fatalf("max_step: expected 5s, got %s", got)
	}

	for _, bad := range []time.Duration{0, time.Second - 1, 10*time.Second + 1, -time.Hour} {
		submit, err := govv1.NewMsgSubmitProposal([]sdk.Msg{update(bad)}, nil, c.Account(0).String(), "", "a proposal", "what it is for", false)
		if err != nil {
			t.Fatal(err)
		}
		if res := c.Tx(c.Account(0), submit).Deliver(); code(res) != errCode(clocktypes.ErrInvalidParams) {
			t.Errorf("max_step %s: expected the proposal to be refused with %s, got %s: %s",
				bad, errCode(clocktypes.ErrInvalidParams), code(res), res.Log)
		}
		if got := maxStep(t, c); got != 5*time.Second {
			t.Errorf("max_step: expected 5s as before, got %s", got)
		}
	}

	alice := c.Account(0)
	res := c.Tx(alice, &clocktypes.MsgUpdateParams{
		Authority: alice.String(), Params: clocktypes.DefaultParams(),
	}).Deliver()
	if code(res) != errCode(sdkerrors.ErrUnauthorized) {
		t.Errorf("update by a user: expected %s, got %s: %s", errCode(sdkerrors.ErrUnauthorized), code(res), res.Log)
	}
	if got := maxStep(t, c); got != 5*time.Second {
		t.Errorf("max_step: expected 5s as before, got %s", got)
	}
}
