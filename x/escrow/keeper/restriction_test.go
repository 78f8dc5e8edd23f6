package keeper_test

import (
	"errors"
	"strings"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/escrow/types"
)

func TestSendRestriction(t *testing.T) {
	vault := types.VaultAddress(alice)
	tests := []struct {
		name     string
		from, to sdk.AccAddress
		want     sdk.AccAddress // nil: refused
	}{
		{"user to user", bob, carol, carol},
		{"user to module", bob, gov, gov},
		{"user to a vault", bob, vault, nil},
		{"payer to its own vault", alice, vault, nil},
		{"user to a vault that holds nothing yet", bob, types.VaultAddress(dave), nil},
		{"module to user", gov, carol, carol},
		{"module to a vault: the payer", gov, vault, alice},
		{"module to the vault of a blocked account: stays", gov, types.VaultAddress(frozen), types.VaultAddress(frozen)},
		{"module to the vault of a module that may receive", gov, types.VaultAddress(gov), gov},
		{"vault to user", vault, bob, bob},
		{"vault to a vault: the payer", vault, types.VaultAddress(carol), carol},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			got, err := f.keeper.SendRestriction(f.ctx, tc.from, tc.to, uait(1))
			if tc.want == nil {
				if !errors.Is(err, types.ErrVaultRecipient) || !strings.Contains(err.Error(), "to_address: expected an account") {
					t.Errorf("expected %v, got %v", types.ErrVaultRecipient, err)
				}
				return
			}
			if err != nil || !got.Equals(tc.want) {
				t.Errorf("expected %s, got %s (%v)", tc.want, got, err)
			}
		})
	}
}

// The keeper's own moves pass, and nothing of that outlives them.
func TestSendRestriction_OwnMoves(t *testing.T) {
	f := newFixture(t).lock(1_000, 250)
	f.expect("vault", 1_000, f.vault(alice))
	if err := f.ledger.SendCoins(f.ctx, alice, types.VaultAddress(alice), uait(1)); !errors.Is(err, types.ErrVaultRecipient) {
		t.Errorf("expected %v, got %v", types.ErrVaultRecipient, err)
	}
	f.ledger.Fund(f.ctx, gov, uait(10))
	if err := f.ledger.SendCoins(f.ctx, gov, types.VaultAddress(alice), uait(10)); err != nil {
		t.Fatal(err)
	}
	f.expect("alice", funds-1_000+10, f.balance(alice))
	f.expect("vault", 1_000, f.vault(alice))
}
