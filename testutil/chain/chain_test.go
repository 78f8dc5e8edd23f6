package chain_test

import (
	"fmt"
	"strings"
	"testing"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/types"
)

// These tests break an application on purpose: the walls must be seen to hold.

// recorder is a test that remembers why it failed instead of failing.
type recorder struct {
	testing.TB
	failure string
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.failure = fmt.Sprintf(format, args...)
	panic(r)
}

func (r *recorder) Fatal(args ...any) { r.Fatalf("%s", fmt.Sprint(args...)) }

// failureOf runs do and returns with what it failed its test, if it did.
func failureOf(t *testing.T, do func(testing.TB)) string {
	t.Helper()
	r := &recorder{TB: t}
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(r) {
				panic(p)
			}
		}()
		do(r)
	}()
	return r.failure
}

// breaking returns a builder whose end blocker does something more at height 3.
func breaking(do func(a *app.App, ctx sdk.Context, executor any)) chain.Builder {
	return func(logger log.Logger, db dbm.DB, opts servertypes.AppOptions, base ...func(*baseapp.BaseApp)) *app.App {
		a := app.New(logger, db, false, opts, base...)
		a.SetEndBlocker(func(ctx sdk.Context) (sdk.EndBlock, error) {
			if ctx.BlockHeight() == 3 {
				do(a, ctx, opts.Get(server.FlagBlockExecutor))
			}
			return a.EndBlocker(ctx)
		})
		if err := a.LoadLatestVersion(); err != nil {
			panic(err)
		}
		return a
	}
}

func TestLockstepSeesDifferentState(t *testing.T) {
	build := breaking(func(a *app.App, ctx sdk.Context, executor any) {
		a.BankKeeper.SetSendEnabled(ctx, "other", executor == "sequential")
	})
	got := failureOf(t, func(tb testing.TB) {
		tb.Helper()
		chain.NewLockstep(tb, chain.WithBuilder(build)).NextBlocks(4)
	})
	if !strings.Contains(got, "height 3") || !strings.Contains(got, "app hash") {
		t.Errorf("expected a failure at height 3 that names the app hash, got %q", got)
	}
}

func TestInvariantsSeeLostCoins(t *testing.T) {
	build := breaking(func(a *app.App, ctx sdk.Context, _ any) {
		if err := a.BankKeeper.UncheckedSetBalance(ctx, chain.NewAccount("user0").Addr, sdk.NewInt64Coin(types.BaseDenom, 1)); err != nil {
			panic(err)
		}
	})
	got := failureOf(t, func(tb testing.TB) {
		tb.Helper()
		chain.New(tb, chain.WithBuilder(build), chain.WithInvariants()).NextBlocks(4)
	})
	if !strings.Contains(got, "height 3") || !strings.Contains(got, "supply is the sum of balances") {
		t.Errorf("expected a failure at height 3 that names the supply, got %q", got)
	}
}

func TestRestartKeepsState(t *testing.T) {
	c := chain.New(t)
	c.NextBlocks(3)
	alice, bob := c.Account(0), c.Account(1)
	hash := c.AppHash()
	c.Restart()
	if c.Height() != 3 || string(c.AppHash()) != string(hash) {
		t.Fatalf("expected height 3 with app hash %X, got %d with %X", hash, c.Height(), c.AppHash())
	}
	c.NextBlock()
	if got := c.Balance(alice.Addr); !got.Amount.Equal(chain.AIT(chain.DefaultBalance).Amount) {
		t.Errorf("balance: expected %d AIT, got %s", chain.DefaultBalance, got)
	}
	if c.Sequence(alice) != 0 || c.Sequence(bob) != 0 {
		t.Error("sequences: expected 0 before the first transaction")
	}
}

func TestSequencesAreTracked(t *testing.T) {
	c := chain.New(t)
	a, b := c.Account(0), c.Account(1)
	pay := func() []byte { return c.Tx(a, chain.Send(a, b, chain.AIT(1))).Bytes() }
	for i, res := range c.NextBlock(pay(), pay(), pay()).Results {
		if !res.IsOK() {
			t.Errorf("transaction %d: %s", i, res.Log)
		}
	}
	bad := c.Tx(a, chain.Send(a, b, chain.AIT(1))).CorruptSignature().Bytes()
	block := c.NextBlock(bad, pay())
	if block.Results[0].IsOK() || !block.Results[1].IsOK() {
		t.Errorf("expected the corrupt transaction alone to fail, got %v", block.Results)
	}
	if got := c.Sequence(a); got != 4 {
		t.Errorf("sequence: expected 4, got %d", got)
	}
}
