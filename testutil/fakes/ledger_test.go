package fakes_test

import (
	"errors"
	"testing"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/testutil/fakes"
)

var (
	alice = sdk.AccAddress("alice...............")
	bob   = sdk.AccAddress("bob.................")
)

func uait(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("uait", n)) }

func newLedger(t *testing.T) (*fakes.Ledger, sdk.Context) {
	t.Helper()
	l := fakes.NewLedger()
	ctx := fakes.NewContext(l.StoreKey())
	l.Fund(ctx, alice, uait(100))
	return l, ctx
}

func expect(t *testing.T, what string, want, got sdk.Coins) {
	t.Helper()
	if !want.Equal(got) {
		t.Errorf("%s: expected %q, got %q", what, want, got)
	}
}

func check(t *testing.T, l *fakes.Ledger, ctx sdk.Context) {
	t.Helper()
	if err := l.Check(ctx); err != nil {
		t.Error(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestLedger_MovesCoins(t *testing.T) {
	l, ctx := newLedger(t)
	must(t, l.SendCoins(ctx, alice, bob, uait(30)))
	must(t, l.SendCoins(ctx, alice, alice, uait(70)))
	must(t, l.SendCoinsFromAccountToModule(ctx, bob, "one", uait(10)))
	must(t, l.SendCoinsFromModuleToModule(ctx, "one", "two", uait(10)))
	must(t, l.SendCoinsFromModuleToAccount(ctx, "two", alice, uait(4)))
	must(t, l.BurnCoins(ctx, "two", uait(5)))
	check(t, l, ctx)

	expect(t, "alice", uait(74), l.GetAllBalances(ctx, alice))
	expect(t, "bob", uait(20), l.SpendableCoins(ctx, bob))
	expect(t, "two", uait(1), l.GetAllBalances(ctx, fakes.ModuleAddress("two")))
	expect(t, "supply", uait(95), sdk.NewCoins(l.GetSupply(ctx, "uait")))
	if err := l.SendCoins(ctx, alice, bob, uait(75)); !errors.Is(err, sdkerrors.ErrInsufficientFunds) {
		t.Errorf("expected %v, got %v", sdkerrors.ErrInsufficientFunds, err)
	}
	if err := l.SendCoins(ctx, alice, bob, sdk.Coins{{Denom: "uait", Amount: uait(1)[0].Amount.Neg()}}); !errors.Is(err, sdkerrors.ErrInvalidCoins) {
		t.Errorf("expected %v, got %v", sdkerrors.ErrInvalidCoins, err)
	}
}

func TestLedger_VirtualCreditsArriveOnce(t *testing.T) {
	l, ctx := newLedger(t)
	must(t, l.SendCoinsFromAccountToModuleVirtual(ctx, alice, "pool", uait(7)))
	must(t, l.SendCoinsFromAccountToModuleVirtual(ctx, alice, "pool", uait(3)))
	expect(t, "pool before", nil, l.GetAllBalances(ctx, fakes.ModuleAddress("pool")))
	expect(t, "pending before", uait(10), l.Pending(ctx, "pool"))
	check(t, l, ctx)
	must(t, l.CreditVirtual(ctx))
	must(t, l.CreditVirtual(ctx))
	expect(t, "pool after", uait(10), l.GetAllBalances(ctx, fakes.ModuleAddress("pool")))
	expect(t, "pending after", nil, l.Pending(ctx, "pool"))
	check(t, l, ctx)
}

func TestLedger_DiscardedContextsLeaveNothing(t *testing.T) {
	l, ctx := newLedger(t)
	cached, write := ctx.CacheContext()
	must(t, l.SendCoinsFromAccountToModuleVirtual(cached, alice, "pool", uait(7)))
	must(t, l.SendCoins(cached, alice, bob, uait(3)))
	expect(t, "alice outside", uait(100), l.GetAllBalances(ctx, alice))
	expect(t, "pending outside", nil, l.Pending(ctx, "pool"))
	write()
	expect(t, "alice written", uait(90), l.GetAllBalances(ctx, alice))
}

// A failure comes after the debit, so that whoever swallows it without reverting is
// found out.
func TestLedger_Failures(t *testing.T) {
	boom := sdkerrors.ErrLogic.Wrap("boom")
	tests := []struct {
		name string
		set  func(*fakes.Ledger)
		call func(*fakes.Ledger, sdk.Context) error
	}{
		{"failing recipient", func(l *fakes.Ledger) { l.Fail(bob) }, func(l *fakes.Ledger, ctx sdk.Context) error {
			return l.SendCoins(ctx, alice, bob, uait(1))
		}},
		{"failing burn", func(l *fakes.Ledger) { l.FailBurns(boom) }, func(l *fakes.Ledger, ctx sdk.Context) error {
			must(t, l.SendCoinsFromAccountToModule(ctx, alice, "pool", uait(1)))
			return l.BurnCoins(ctx, "pool", uait(1))
		}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			l, ctx := newLedger(t)
			tc.set(l)
			cached, _ := ctx.CacheContext()
			if err := tc.call(l, cached); err == nil {
				t.Fatal("expected an error")
			}
			if l.Check(cached) == nil {
				t.Error("expected Check to see the swallowed failure")
			}
			check(t, l, ctx)
		})
	}

	l, ctx := newLedger(t)
	l.FailForwards(boom)
	must(t, l.SendCoinsFromAccountToModule(ctx, alice, "pool", uait(1)))
	if err := l.SendCoinsFromModuleToModule(ctx, "pool", "other", uait(1)); !errors.Is(err, sdkerrors.ErrLogic) {
		t.Errorf("expected %v, got %v", sdkerrors.ErrLogic, err)
	}
	l.Block(bob)
	if err := l.SendCoinsFromModuleToAccount(ctx, "other", bob, uait(1)); !errors.Is(err, sdkerrors.ErrUnauthorized) {
		t.Errorf("expected %v, got %v", sdkerrors.ErrUnauthorized, err)
	}
	l.Fail(bob)
	l.Mend(bob)
	must(t, l.SendCoins(ctx, alice, bob, uait(1)))
}

func TestClock(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := fakes.NewClock(start)
	c.Advance(time.Hour)
	now, err := c.MarketTime(t.Context())
	if err != nil || now != start.Add(time.Hour) {
		t.Errorf("expected %s, got %s (%v)", start.Add(time.Hour), now, err)
	}
}
