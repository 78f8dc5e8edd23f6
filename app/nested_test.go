package app_test

import (
	"slices"
	"testing"
	"time"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aitbc/aitbc/app/ante"
	"github.com/aitbc/aitbc/testutil/chain"
)

// TestNestedMessages sends authz wrappers through the whole application.
func TestNestedMessages(t *testing.T) {
	c := chain.NewLockstep(t, chain.WithInvariants())
	c.NextBlock()
	alice, bob := c.Account(0), c.Account(1)
	until := c.Time().Add(time.Hour)
	grant, err := authz.NewMsgGrant(alice.Addr, bob.Addr, authz.NewGenericAuthorization(sdk.MsgTypeURL(&banktypes.MsgSend{})), &until)
	if err != nil {
		t.Fatal(err)
	}
	c.Tx(alice, grant).MustDeliver()

	exec := func(msgs ...sdk.Msg) *authz.MsgExec {
		m := authz.NewMsgExec(bob.Addr, msgs)
		return &m
	}
	pay := send(alice, bob, 1)
	invalid := send(alice, bob, 1)
	invalid.Amount = sdk.Coins{sdk.Coin{Denom: "uait", Amount: sdkmath.NewInt(-1)}}
	fill := func(n int) []sdk.Msg { return slices.Repeat([]sdk.Msg{pay}, n) }

	cases := []struct {
		name string
		msgs []sdk.Msg
		want string
	}{
		{"one inside", []sdk.Msg{exec(pay)}, "ok"},
		{"exec inside exec", []sdk.Msg{exec(exec(pay))}, errCode(sdkerrors.ErrInvalidRequest)},
		{"exec inside exec, behind another", []sdk.Msg{send(bob, alice, 1), exec(pay, exec(pay))}, errCode(sdkerrors.ErrInvalidRequest)},
		{"invalid message inside", []sdk.Msg{exec(invalid)}, errCode(sdkerrors.ErrInvalidCoins)},
		{"as many as allowed", []sdk.Msg{exec(fill(ante.MaxMessages - 1)...)}, "ok"},
		{"one too many inside", []sdk.Msg{exec(fill(ante.MaxMessages)...)}, errCode(sdkerrors.ErrInvalidRequest)},
		{"one too many in two", []sdk.Msg{exec(fill(24)...), exec(fill(25)...)}, errCode(sdkerrors.ErrInvalidRequest)},
		{"not granted", []sdk.Msg{exec(send(c.Account(2), bob, 1))}, errCode(authz.ErrNoAuthorizationFound)},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			const gas = 5_000_000
			if tc.want == "ok" {
				if res := c.CheckTx(c.Tx(bob, tc.msgs...).Gas(gas).Sequence(c.Sequence(bob)).Bytes()); !res.IsOK() {
					t.Errorf("CheckTx: expected success, got %s", res.Log)
				}
			}
			before := c.Balance(alice.Addr)
			if got := c.Tx(bob, tc.msgs...).Gas(gas).Deliver(); code(got) != tc.want {
				t.Errorf("expected %s, got %s: %s", tc.want, code(got), got.Log)
			}
			if tc.want != "ok" && !c.Balance(alice.Addr).Amount.Equal(before.Amount) {
				t.Error("expected a refused transaction to move nothing")
			}
		})
	}
}
