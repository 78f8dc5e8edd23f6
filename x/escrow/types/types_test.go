package types_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	chaintypes "github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/x/escrow/types"
)

// Addresses in texts have the chain's prefix.
func TestMain(m *testing.M) {
	sdk.GetConfig().SetBech32PrefixForAccount(chaintypes.AddressPrefix, chaintypes.AddressPrefix+"pub")
	m.Run()
}

// Coins rest at these addresses: they can never change.
func TestVaultAddress(t *testing.T) {
	payer := sdk.AccAddress("12345678901234567890")
	vault := types.VaultAddress(payer)
	if want := "d7d6a9f112df53bbec8b7fed3132333435363738393031323334353637383930"; hex.EncodeToString(vault) != want {
		t.Errorf("vault: expected %s, got %x", want, []byte(vault))
	}
	if !types.IsVault(vault) || !types.VaultOwner(vault).Equals(payer) {
		t.Errorf("expected the vault of %x, got %t of %x", []byte(payer), types.IsVault(vault), []byte(types.VaultOwner(vault)))
	}

	long := sdk.AccAddress(strings.Repeat("a", 32))
	vault = types.VaultAddress(long)
	if want := "d7d6a9f112df53bbec8b7fed3ba3f5f43b92602683c19aee62a20342b084dd59"; hex.EncodeToString(vault) != want {
		t.Errorf("vault of a long address: expected %s, got %x", want, []byte(vault))
	}
	if bytes.Equal(types.VaultAddress(payer), vault) {
		t.Error("expected two payers to have two vaults")
	}
}

func TestIsVault(t *testing.T) {
	vault := types.VaultAddress(someone)
	tests := []struct {
		name string
		addr sdk.AccAddress
		want bool
	}{
		{"a vault", vault, true},
		{"an account", someone, false},
		{"nothing", nil, false},
		{"one byte short", vault[:31], false},
		{"one byte more", append(bytes.Clone(vault), 0), false},
		{"another tag", append([]byte{vault[0] ^ 1}, vault[1:]...), false},
		{"last byte of the tag", append(append(bytes.Clone(vault[:11]), vault[11]^1), vault[12:]...), false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if got := types.IsVault(tc.addr); got != tc.want {
				t.Errorf("expected %t, got %t", tc.want, got)
			}
			if owner := types.VaultOwner(tc.addr); (owner != nil) != tc.want {
				t.Errorf("owner: got %x", []byte(owner))
			}
		})
	}
}

func TestValidateAmount(t *testing.T) {
	uatom := sdk.NewInt64Coin("uatom", 5)
	negative := sdk.Coin{Denom: "uait", Amount: sdkmath.NewInt(-1)}
	tests := []struct {
		name  string
		coins sdk.Coins
		text  string
	}{
		{"success: one", uait(1), ""},
		{"failure: none", nil, "expected one positive amount of uait"},
		{"failure: zero", sdk.Coins{sdk.NewInt64Coin("uait", 0)}, "expected one positive amount of uait"},
		{"failure: negative", sdk.Coins{negative}, "expected one positive amount of uait"},
		{"failure: no amount", sdk.Coins{{Denom: "uait"}}, "expected one positive amount of uait"},
		{"failure: twice", sdk.Coins{uait(1)[0], uait(1)[0]}, "expected one positive amount of uait"},
		{"failure: foreign", sdk.NewCoins(uatom), "amount: expected uait, got uatom"},
		{"failure: foreign too", sdk.NewCoins(uait(1)[0], uatom), "amount: expected uait, got uatom"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			err := types.ValidateAmount(tc.coins)
			if tc.text == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !errors.Is(err, types.ErrInvalidAmount) || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("expected %q, got %v", tc.text, err)
			}
		})
	}
}

func TestReference(t *testing.T) {
	tests := []struct {
		name string
		ref  []byte
		ok   bool
	}{
		{"failure: empty", nil, false},
		{"success: one byte", []byte{0}, true},
		{"success: longest", bytes.Repeat([]byte{0xff}, 64), true},
		{"failure: too long", bytes.Repeat([]byte{1}, 65), false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			parsed, err := types.ParseReference(types.FormatReference(tc.ref))
			if tc.ok && (err != nil || !bytes.Equal(parsed, tc.ref)) {
				t.Errorf("expected %x, got %x (%v)", tc.ref, parsed, err)
			}
			if !tc.ok && !errors.Is(err, types.ErrInvalidReference) {
				t.Errorf("expected %v, got %v", types.ErrInvalidReference, err)
			}
		})
	}
	for _, text := range []string{"0", "xy", "0x00", " 00"} {
		if _, err := types.ParseReference(text); !errors.Is(err, types.ErrInvalidReference) {
			t.Errorf("%q: expected %v, got %v", text, types.ErrInvalidReference, err)
		}
	}
}

func TestValidOwner(t *testing.T) {
	for name, want := range map[string]bool{
		"jobmarket": true, "a": true, "agent_registry2": true, strings.Repeat("a", 32): true,
		"": false, strings.Repeat("a", 33): false, "Job": false, "a b": false, "a\x00b": false, "é": false,
	} {
		if got := types.ValidOwner(name); got != want {
			t.Errorf("%q: expected %t, got %t", name, want, got)
		}
	}
}

func TestParams_Validate(t *testing.T) {
	for bps, valid := range map[uint32]bool{0: true, types.DefaultFeeBurnBps: true, 10_000: true, 10_001: false, 1<<32 - 1: false} {
		err := types.Params{FeeBurnBps: bps}.Validate()
		if valid && err != nil || !valid && !errors.Is(err, types.ErrInvalidParams) {
			t.Errorf("%d: expected valid %t, got %v", bps, valid, err)
		}
		if proposed := (&types.MsgUpdateParams{Params: types.Params{FeeBurnBps: bps}}).ValidateBasic(); (proposed == nil) != valid {
			t.Errorf("%d proposed: expected valid %t, got %v", bps, valid, proposed)
		}
	}
}

func TestGenesisState_Validate(t *testing.T) {
	other := sdk.AccAddress("other...............").String()
	state := func(change func(*types.GenesisState)) types.GenesisState {
		gs := types.DefaultGenesisState()
		gs.Locks = []types.LockEntry{
			{Owner: "jobmarket", Reference: "00", Lock: types.Lock{Payer: someone.String(), Coins: uait(1)}},
			{Owner: "jobmarket", Reference: "ff01", Lock: types.Lock{Payer: other, Coins: uait(5), Terms: types.Terms{FeeBps: 250}}},
		}
		gs.Claimables = []types.Claimable{
			{Payee: someone.String(), Payer: other, Coins: uait(7)},
			{Payee: other, Payer: other, Coins: uait(1)},
		}
		change(gs)
		return *gs
	}
	tests := []struct {
		name   string
		change func(*types.GenesisState)
		text   string
	}{
		{"success: full", func(*types.GenesisState) {}, ""},
		{"success: empty", func(gs *types.GenesisState) { *gs = *types.DefaultGenesisState() }, ""},
		{"failure: params", func(gs *types.GenesisState) { gs.Params.FeeBurnBps = 10_001 }, "fee_burn_bps"},
		{"failure: owner", func(gs *types.GenesisState) { gs.Locks[1].Owner = "" }, "locks[1].owner"},
		{"failure: reference", func(gs *types.GenesisState) { gs.Locks[0].Reference = "" }, "locks[0].reference"},
		{"failure: reference in upper case", func(gs *types.GenesisState) { gs.Locks[1].Reference = "FF01" }, "expected lower case"},
		{"failure: twice", func(gs *types.GenesisState) { gs.Locks[1].Reference = "00" }, "locks[1]: expected every owner and reference once"},
		{"success: another owner's", func(gs *types.GenesisState) { gs.Locks[1].Owner, gs.Locks[1].Reference = "other", "00" }, ""},
		{"failure: payer", func(gs *types.GenesisState) { gs.Locks[0].Lock.Payer = "nobody" }, "locks[0].payer: expected an address that starts with ait1"},
		{"failure: payer in upper case", func(gs *types.GenesisState) { gs.Locks[0].Lock.Payer = strings.ToUpper(other) }, "locks[0].payer"},
		{"failure: payer is a vault", func(gs *types.GenesisState) { gs.Locks[0].Lock.Payer = types.VaultAddress(someone).String() }, "locks[0].payer"},
		{"failure: empty lock", func(gs *types.GenesisState) { gs.Locks[0].Lock.Coins = nil }, "locks[0].amount"},
		{"failure: terms", func(gs *types.GenesisState) { gs.Locks[0].Lock.Terms.FeeBps = 2_001 }, "locks[0].fee_bps"},
		{"failure: payee", func(gs *types.GenesisState) { gs.Claimables[0].Payee = "" }, "claimables[0].payee"},
		{"failure: payer of a claimable", func(gs *types.GenesisState) { gs.Claimables[1].Payer = "" }, "claimables[1].payer"},
		{"failure: claimable from a vault's vault", func(gs *types.GenesisState) { gs.Claimables[1].Payer = types.VaultAddress(someone).String() }, "claimables[1].payer"},
		{"failure: nothing to claim", func(gs *types.GenesisState) { gs.Claimables[1].Coins = nil }, "claimables[1].amount"},
		{"failure: claimable twice", func(gs *types.GenesisState) { gs.Claimables[1].Payee = someone.String() }, "claimables[1]: expected every payee and payer once"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			err := state(tc.change).Validate()
			if tc.text == "" && err != nil {
				t.Fatal(err)
			}
			if tc.text != "" && (err == nil || !strings.Contains(err.Error(), tc.text)) {
				t.Errorf("expected %q, got %v", tc.text, err)
			}
		})
	}
}
