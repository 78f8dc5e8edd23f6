package keeper_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/x/escrow/types"
)

func TestLock_MovesCoinsToTheVault(t *testing.T) {
	f := newFixture(t).lock(1_000, 250)
	f.expectEvents(&types.EventLocked{
		Owner: "jobmarket", Reference: "6a6f622031", Payer: alice.String(), Coins: uait(1_000), Locked: uait(1_000),
	})
	f.expect("alice", funds-1_000, f.balance(alice))
	f.expect("vault", 1_000, f.vault(alice))
	f.expect("locked", 1_000, f.locked())

	f.must(func(ctx sdk.Context) error { return f.jobs.Increase(ctx, ref, uait(1)) })
	f.expectEvents(&types.EventLocked{
		Owner: "jobmarket", Reference: "6a6f622031", Payer: alice.String(), Coins: uait(1), Locked: uait(1_001),
	})
	f.expect("alice", funds-1_001, f.balance(alice))
	f.expect("vault", 1_001, f.vault(alice))
	f.expect("locked", 1_001, f.locked())

	lock, err := f.keeper.Lock(f.ctx, "jobmarket", ref)
	if err != nil || lock.Terms.FeeBps != 250 || lock.Payer != alice.String() {
		t.Errorf("expected the payer and the terms kept, got %v (%v)", lock, err)
	}
}

func TestLock_Bounds(t *testing.T) {
	negative := sdk.Coins{{Denom: "uait", Amount: sdkmath.NewInt(-1)}}
	tests := []struct {
		name   string
		ref    []byte
		payer  sdk.AccAddress
		coins  sdk.Coins
		feeBps uint32
		err    error
	}{
		{"success: shortest reference, one uait", []byte{0}, alice, uait(1), 0, nil},
		{"success: longest reference, everything, highest fee", bytes.Repeat([]byte{255}, 64), alice, uait(funds), 2_000, nil},
		{"success: a reference that begins like another", []byte("taken 2"), alice, uait(1), 0, nil},
		{"failure: no reference", nil, alice, uait(1), 0, types.ErrInvalidReference},
		{"failure: reference too long", make([]byte, 65), alice, uait(1), 0, types.ErrInvalidReference},
		{"failure: reference in use", []byte("taken"), alice, uait(1), 0, types.ErrLockExists},
		{"failure: reference in use by another payer", []byte("taken"), bob, uait(1), 0, types.ErrLockExists},
		{"failure: more than there is", ref, alice, uait(funds + 1), 0, sdkerrors.ErrInsufficientFunds},
		{"failure: zero", ref, alice, uait(0), 0, types.ErrInvalidAmount},
		{"failure: negative", ref, alice, negative, 0, types.ErrInvalidAmount},
		{"failure: foreign", ref, alice, sdk.NewCoins(sdk.NewInt64Coin("uatom", 1)), 0, types.ErrInvalidAmount},
		{"failure: fee too high", ref, alice, uait(1), 2_001, types.ErrInvalidTerms},
		{"failure: no payer", ref, nil, uait(1), 0, types.ErrInvalidAddress},
		{"failure: payer too long", ref, make([]byte, 256), uait(1), 0, types.ErrInvalidAddress},
		{"failure: a vault as payer", ref, types.VaultAddress(carol), uait(1), 0, types.ErrInvalidAddress},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.ledger.Fund(f.ctx, alice, sdk.NewCoins(sdk.NewInt64Coin("uatom", 1)))
			f.must(func(ctx sdk.Context) error { return f.jobs.Lock(ctx, []byte("taken"), carol, uait(7), types.Terms{}) })
			lock := func(ctx sdk.Context) error {
				return f.jobs.Lock(ctx, tc.ref, tc.payer, tc.coins, types.Terms{FeeBps: tc.feeBps})
			}
			if tc.err == nil {
				f.must(lock)
				return
			}
			f.expectRefused(tc.err, lock)
		})
	}
}

// A payer whose address is not of 20 bytes has a vault too, and gets its money back.
func TestLock_LongAddresses(t *testing.T) {
	f := newFixture(t)
	long := sdk.AccAddress(strings.Repeat("x", 32))
	f.ledger.Fund(f.ctx, long, uait(10))
	f.must(func(ctx sdk.Context) error { return f.jobs.Lock(ctx, ref, long, uait(10), types.Terms{}) })
	f.expect("vault", 10, f.vault(long))
	f.must(func(ctx sdk.Context) error { return f.jobs.Refund(ctx, ref, uait(10)) })
	f.expect("payer", 10, f.balance(long))
}

func TestIncrease_Bounds(t *testing.T) {
	tests := []struct {
		name  string
		ref   []byte
		coins sdk.Coins
		err   error
	}{
		{"failure: zero", ref, uait(0), types.ErrInvalidAmount},
		{"failure: foreign", ref, sdk.NewCoins(sdk.NewInt64Coin("uatom", 1)), types.ErrInvalidAmount},
		{"failure: more than there is", ref, uait(funds), sdkerrors.ErrInsufficientFunds},
		{"failure: no such lock", []byte("other"), uait(1), types.ErrLockNotFound},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t).lock(1, 0)
			f.expectRefused(tc.err, func(ctx sdk.Context) error { return f.jobs.Increase(ctx, tc.ref, tc.coins) })
		})
	}
}

// What nobody locked, what is used up and what another module locked look the same.
func TestVerbs_SeeOnlyOwnLocks(t *testing.T) {
	f := newFixture(t).lock(1_000, 250)
	verbs := map[string]func(sdk.Context) error{
		"increase": func(ctx sdk.Context) error { return f.bonds.Increase(ctx, ref, uait(1)) },
		"release": func(ctx sdk.Context) error {
			_, err := f.bonds.Release(ctx, ref, uait(1), bob)
			return err
		},
		"split": func(ctx sdk.Context) error {
			_, err := f.bonds.Split(ctx, ref, uait(1), bob, 5_000)
			return err
		},
		"refund": func(ctx sdk.Context) error { return f.bonds.Refund(ctx, ref, uait(1)) },
		"slash":  func(ctx sdk.Context) error { return f.bonds.Slash(ctx, ref, uait(1), bob) },
		"burn":   func(ctx sdk.Context) error { return f.bonds.Slash(ctx, ref, uait(1), nil) },
	}
	for name, verb := range verbs {
		t.Run(name, func(t *testing.T) { f.in(t).expectRefused(types.ErrLockNotFound, verb) })
	}
	coins, err := f.bonds.Locked(f.ctx, ref)
	if err != nil || !coins.IsZero() {
		t.Errorf("locked: expected nothing, got %q (%v)", coins, err)
	}

	// The same reference of another module is another lock of the same vault.
	f.must(func(ctx sdk.Context) error { return f.bonds.Lock(ctx, ref, alice, uait(5), types.Terms{}) })
	f.must(func(ctx sdk.Context) error { return f.bonds.Refund(ctx, ref, uait(5)) })
	f.expectRefused(types.ErrLockNotFound, verbs["refund"])
	f.expect("the first lock", 1_000, f.locked())
	f.expect("vault", 1_000, f.vault(alice))
}

func TestScoped_Panics(t *testing.T) {
	f := newFixture(t)
	for _, name := range []string{"jobmarket", "", "Disputes", strings.Repeat("a", 33)} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("expected a panic")
				}
			}()
			f.keeper.Scoped(name)
		})
	}
}

func TestBurn(t *testing.T) {
	f := newFixture(t)
	supply := f.supply()
	f.must(func(ctx sdk.Context) error { return f.jobs.Burn(ctx, alice, uait(1_000)) })
	f.expectEvents(&types.EventBurnCollected{Owner: "jobmarket", Payer: alice.String(), Coins: uait(1_000)})
	f.expect("alice", funds-1_000, f.balance(alice))
	f.expect("pending", 1_000, f.pending(types.BurnPoolName))
	f.endBlock().check()
	f.expectEvents(&types.EventBlockSettled{Burned: uait(1_000)})
	f.expect("burned", 1_000, supply-f.supply())
}

func TestBurn_Bounds(t *testing.T) {
	tests := []struct {
		name  string
		payer sdk.AccAddress
		coins sdk.Coins
		err   error
	}{
		{"failure: zero", bob, uait(0), types.ErrInvalidAmount},
		{"failure: foreign", bob, sdk.NewCoins(sdk.NewInt64Coin("uatom", 1)), types.ErrInvalidAmount},
		{"failure: more than there is", bob, uait(funds + 1), sdkerrors.ErrInsufficientFunds},
		{"failure: nobody", nil, uait(1), types.ErrInvalidAddress},
		{"failure: what others have locked", types.VaultAddress(alice), uait(1), types.ErrInvalidAddress},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t).lock(1_000, 0)
			f.expectRefused(tc.err, func(ctx sdk.Context) error { return f.jobs.Burn(ctx, tc.payer, tc.coins) })
		})
	}
}

func TestLocked_NoSuchLock(t *testing.T) {
	f := newFixture(t)
	for _, name := range [][]byte{nil, ref, make([]byte, 100)} {
		coins, err := f.jobs.Locked(f.ctx, name)
		if err != nil || !coins.IsZero() {
			t.Errorf("%q: expected nothing, got %q (%v)", name, coins, err)
		}
	}
	if _, err := f.keeper.Lock(f.ctx, "jobmarket", ref); !errors.Is(err, types.ErrLockNotFound) {
		t.Errorf("expected %v, got %v", types.ErrLockNotFound, err)
	}
}
