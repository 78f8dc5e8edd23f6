package keeper_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/x/escrow/types"
)

// owe gives the payee a claimable from each of n payers, of 1, 2, 3, ... uait.
func owe(f *fixture, payee sdk.AccAddress, n int) {
	f.Helper()
	for i := range n {
		payer := binary.BigEndian.AppendUint32(make([]byte, 16), uint32(i))
		f.ledger.Fund(f.ctx, payer, uait(int64(i+1)))
		err := f.jobs.Lock(f.ctx, []byte("owed"), payer, uait(int64(i+1)), types.Terms{})
		if err == nil {
			err = f.jobs.Slash(f.ctx, []byte("owed"), uait(int64(i+1)), payee)
		}
		if err != nil {
			f.Fatal(err)
		}
	}
}

func claim(f *fixture, payee, recipient string) (*types.MsgClaimResponse, error) {
	f.Helper()
	var res *types.MsgClaimResponse
	err := f.try(func(ctx sdk.Context) error {
		var err error
		res, err = f.msgs.Claim(ctx, &types.MsgClaim{Payee: payee, Recipient: recipient})
		return err
	})
	return res, err
}

func TestClaim_ToAnotherAddress(t *testing.T) {
	f := newFixture(t)
	owe(f, frozen, 3)
	res, err := claim(f, frozen.String(), bob.String())
	if err != nil {
		t.Fatal(err)
	}
	if !res.Coins.Equal(uait(6)) || res.More {
		t.Errorf("expected 6uait and no more, got %v", res)
	}
	f.expectEvents(&types.EventClaimed{Payee: frozen.String(), Recipient: bob.String(), Coins: uait(6)})
	f.expect("bob", funds+6, f.balance(bob))
	if gs := f.export(); len(gs.Claimables) != 0 {
		t.Errorf("expected no claimable left, got %v", gs.Claimables)
	}
	if _, err := claim(f, frozen.String(), bob.String()); !errors.Is(err, types.ErrNothingToClaim) {
		t.Errorf("again: expected %v, got %v", types.ErrNothingToClaim, err)
	}
}

// An account that could not be paid for a while claims to itself.
func TestClaim_ToThePayee(t *testing.T) {
	f := newFixture(t).lock(1_000, 0)
	f.ledger.Fail(bob)
	f.release(1_000, bob)
	f.ledger.Mend(bob)
	if _, err := claim(f, bob.String(), ""); err != nil {
		t.Fatal(err)
	}
	f.expect("bob", funds+1_000, f.balance(bob))
	f.expect("vault", 0, f.vault(alice))
}

func TestClaim_AtMostAHundredAtATime(t *testing.T) {
	for _, tc := range []struct {
		owed, left int
		paid       int64
	}{{99, 0, 4_950}, {100, 0, 5_050}, {101, 1, 5_050}, {205, 105, 5_050}} {
		f := newFixture(t)
		owe(f, frozen, tc.owed)
		owe(f, types.VaultAddress(bob), 2) // somebody else's
		res, err := claim(f, frozen.String(), carol.String())
		if err != nil {
			t.Fatal(err)
		}
		if !res.Coins.Equal(uait(tc.paid)) || res.More != (tc.left > 0) {
			t.Errorf("%d owed: expected %d and more %t, got %v", tc.owed, tc.paid, tc.left > 0, res)
		}
		if got := len(f.export().Claimables) - 2; got != tc.left {
			t.Errorf("%d owed: expected %d left, got %d", tc.owed, tc.left, got)
		}
	}
}

func TestClaim_RefusalsChangeNothing(t *testing.T) {
	tests := []struct {
		name             string
		payee, recipient string
		err              error
	}{
		{"failure: nothing owed", carol.String(), "", types.ErrNothingToClaim},
		{"failure: the payee is blocked itself", frozen.String(), "", types.ErrInvalidAddress},
		{"failure: to a blocked account", frozen.String(), frozen.String(), types.ErrInvalidAddress},
		{"failure: to a vault", frozen.String(), types.VaultAddress(alice).String(), types.ErrInvalidAddress},
		{"failure: to one that fails", frozen.String(), dave.String(), sdkerrors.ErrUnauthorized},
		{"failure: no payee", "", "", types.ErrInvalidAddress},
		{"failure: malformed payee", "ait1x", "", types.ErrInvalidAddress},
		{"failure: malformed recipient", frozen.String(), "cosmos1x", types.ErrInvalidAddress},
	}
	f := newFixture(t)
	owe(f, frozen, 3)
	f.ledger.Fail(dave)
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f.in(t).expectRefused(tc.err, func(ctx sdk.Context) error {
				_, err := f.msgs.Claim(ctx, &types.MsgClaim{Payee: tc.payee, Recipient: tc.recipient})
				return err
			})
		})
	}
	_, err := claim(f, frozen.String(), "ait1x")
	if err == nil || !strings.Contains(err.Error(), `recipient: expected an address, got "ait1x"`) {
		t.Errorf("expected the field named, got %v", err)
	}
}

// The verb itself is all or nothing, for callers outside of a transaction.
func TestClaim_FailingRecipientLeavesTheBooksAlone(t *testing.T) {
	f := newFixture(t)
	owe(f, frozen, 3)
	f.ledger.Fail(dave)
	if _, _, err := f.keeper.Claim(f.ctx, frozen, dave); !errors.Is(err, sdkerrors.ErrUnauthorized) {
		t.Errorf("expected %v, got %v", sdkerrors.ErrUnauthorized, err)
	}
	f.check()
	f.expect("claimables", 3, int64(len(f.export().Claimables)))
}
