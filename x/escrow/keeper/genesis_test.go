package keeper_test

import (
	"errors"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/aitbc/aitbc/testutil/fakes"
	"github.com/aitbc/aitbc/x/escrow/types"
)

// busy returns a fixture with locks of two modules and claimables.
func busy(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t).lock(1_000, 250)
	owe(f, frozen, 3)
	f.must(func(ctx sdk.Context) error { return f.bonds.Lock(ctx, ref, alice, uait(500), types.Terms{}) })
	f.must(func(ctx sdk.Context) error {
		return f.jobs.Lock(ctx, []byte{0xff}, bob, uait(7), types.Terms{FeeBps: 2_000})
	})
	f.release(100, types.VaultAddress(carol))
	f.must(func(ctx sdk.Context) error {
		return f.keeper.UpdateParams(ctx, gov.String(), types.Params{FeeBurnBps: 1_234})
	})
	return f.endBlock()
}

func TestGenesis_RoundTrip(t *testing.T) {
	f := busy(t)
	exported := f.export()
	if len(exported.Locks) != 3 || len(exported.Claimables) != 4 {
		t.Fatalf("expected a state with 3 locks and 4 claimables, got %v", exported)
	}

	g := newFixture(t)
	for _, e := range exported.Locks {
		g.fundVault(e.Lock.Payer, e.Lock.Coins)
	}
	for _, c := range exported.Claimables {
		g.fundVault(c.Payer, c.Coins)
	}
	g.must(func(ctx sdk.Context) error { return g.keeper.InitGenesis(ctx, *exported) })
	if again := g.export(); !same(exported, again) {
		t.Errorf("expected %v, got %v", exported, again)
	}
	// The imported state is alive: its owners can go on.
	g.release(900, bob)
	if _, err := claim(g, frozen.String(), carol.String()); err != nil {
		t.Error(err)
	}
}

func (f *fixture) fundVault(payer string, coins sdk.Coins) {
	f.ledger.Fund(f.ctx, types.VaultAddress(sdk.MustAccAddressFromBech32(payer)), coins)
}

func TestInitGenesis_Refuses(t *testing.T) {
	state := func() types.GenesisState {
		return types.GenesisState{
			Params: types.DefaultParams(),
			Locks: []types.LockEntry{
				{Owner: "jobmarket", Reference: "00", Lock: types.Lock{Payer: alice.String(), Coins: uait(10)}},
				{Owner: "agentregistry", Reference: "00", Lock: types.Lock{Payer: alice.String(), Coins: uait(5)}},
			},
			Claimables: []types.Claimable{{Payee: bob.String(), Payer: alice.String(), Coins: uait(2)}},
		}
	}
	for _, tc := range []struct {
		name   string
		atRest int64
		change func(*types.GenesisState)
		err    error
	}{
		{"success: exactly what is booked", 17, func(*types.GenesisState) {}, nil},
		{"success: more", 18, func(*types.GenesisState) {}, nil},
		{"failure: one uait missing", 16, func(*types.GenesisState) {}, types.ErrBroken},
		{"failure: params", 17, func(gs *types.GenesisState) { gs.Params.FeeBurnBps = 10_001 }, types.ErrInvalidParams},
		{"failure: lock", 17, func(gs *types.GenesisState) { gs.Locks[0].Owner = "" }, types.ErrInvalidGenesis},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			if tc.atRest > 0 {
				f.fundVault(alice.String(), uait(tc.atRest))
			}
			gs := state()
			tc.change(&gs)
			if err := f.try(func(ctx sdk.Context) error { return f.keeper.InitGenesis(ctx, gs) }); !errors.Is(err, tc.err) {
				t.Errorf("expected %v, got %v", tc.err, err)
			}
		})
	}
}

func TestCheckInvariants_SeesTheft(t *testing.T) {
	f := busy(t)
	if err := f.keeper.CheckInvariants(f.ctx); err != nil {
		t.Fatal(err)
	}
	for _, payer := range []sdk.AccAddress{alice, bob} {
		cached, _ := f.ctx.CacheContext()
		if err := f.ledger.SendCoins(cached, types.VaultAddress(payer), carol, uait(1)); err != nil {
			t.Fatal(err)
		}
		if err := f.keeper.CheckInvariants(cached); !errors.Is(err, types.ErrBroken) {
			t.Errorf("one uait missing at %s: expected %v, got %v", payer, types.ErrBroken, err)
		}
	}
	for _, pool := range []string{types.FeePoolName, types.BurnPoolName} {
		cached, _ := f.ctx.CacheContext()
		if err := f.ledger.SendCoinsFromAccountToModule(cached, carol, pool, uait(1)); err != nil {
			t.Fatal(err)
		}
		if err := f.keeper.CheckInvariants(cached); !errors.Is(err, types.ErrBroken) {
			t.Errorf("%s not empty: expected %v, got %v", pool, types.ErrBroken, err)
		}
	}
}

func TestUpdateParams(t *testing.T) {
	f := newFixture(t)
	want := types.Params{FeeBurnBps: 10_000}
	f.must(func(ctx sdk.Context) error {
		_, err := f.msgs.UpdateParams(ctx, &types.MsgUpdateParams{Authority: gov.String(), Params: want})
		return err
	})
	f.expectEvents(&types.EventParamsUpdated{OldParams: types.DefaultParams(), NewParams: want})
	for name, tc := range map[string]struct {
		signer string
		params types.Params
		err    error
	}{
		"failure: another signer":  {alice.String(), types.DefaultParams(), sdkerrors.ErrUnauthorized},
		"failure: no signer":       {"", types.DefaultParams(), sdkerrors.ErrUnauthorized},
		"failure: above the bound": {gov.String(), types.Params{FeeBurnBps: 10_001}, types.ErrInvalidParams},
	} {
		t.Run(name, func(t *testing.T) {
			f.in(t).expectRefused(tc.err, func(ctx sdk.Context) error {
				_, err := f.msgs.UpdateParams(ctx, &types.MsgUpdateParams{Authority: tc.signer, Params: tc.params})
				return err
			})
		})
	}
	if got, err := f.keeper.Params(f.ctx); err != nil || got != want {
		t.Errorf("expected %v, got %v (%v)", want, got, err)
	}
}

// Where another account stands than the module's, no fee could ever be burned.
func TestInitGenesis_Pools(t *testing.T) {
	for _, pool := range []string{types.FeePoolName, types.BurnPoolName} {
		for _, tc := range []struct {
			name    string
			account sdk.AccountI
			err     error
		}{
			{"success: none yet", nil, nil},
			{"success: the pool", authtypes.NewEmptyModuleAccount(pool, authtypes.Burner), nil},
			{"failure: an account of a user", authtypes.NewBaseAccountWithAddress(fakes.ModuleAddress(pool)), types.ErrBroken},
			{"failure: a pool that can't burn", authtypes.NewEmptyModuleAccount(pool), types.ErrBroken},
		} {
			t.Run(pool+": "+tc.name, func(t *testing.T) {
				f := newFixture(t)
				if tc.account != nil {
					f.accounts.Put(tc.account)
				}
				err := f.try(func(ctx sdk.Context) error { return f.keeper.InitGenesis(ctx, *types.DefaultGenesisState()) })
				if !errors.Is(err, tc.err) {
					t.Errorf("expected %v, got %v", tc.err, err)
				}
			})
		}
	}
}
