package app_test

import (
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/market"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
)

// What is held for nobody would be held for ever. The modules miss nothing themselves.
func TestInvariants_WhatIsHeldHasAHolder(t *testing.T) {
	c := chain.New(t, chain.WithInvariants())
	agent, client := market.NewAgent(t, c, c.Account(1), 100), c.Account(0)
	agent.Hire(t, c, client, chain.AIT(1))
	locks, bonds := c.App.EscrowKeeper.Scoped("surprise"), c.App.AgentRegistryKeeper.Scoped("surprise")

	for name, tc := range map[string]struct {
		hold  func(sdk.Context) error
		wrong bool
	}{
		"nothing more": {func(sdk.Context) error { return nil }, false},
		"a lock without a job": {func(ctx sdk.Context) error {
			return locks.Lock(ctx, []byte("ref"), client.Addr, sdk.NewCoins(chain.AIT(1)), escrowtypes.Terms{})
		}, true},
		"a reservation without a job": {func(ctx sdk.Context) error {
			return bonds.Reserve(ctx, agent.ID, []byte("ref"), chain.AIT(1), 0)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, _ := c.Context().CacheContext()
			if err := tc.hold(ctx); err != nil {
				t.Fatal(err)
			}
			if err := c.App.CheckInvariants(ctx); (err != nil) != tc.wrong {
				t.Errorf("expected it to be seen: %v, got %v", tc.wrong, err)
			}
		})
	}
}
