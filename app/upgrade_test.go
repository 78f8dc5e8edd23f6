package app_test

import (
	"context"
	"strings"
	"testing"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/app/upgrades"
	v2 "github.com/aitbc/aitbc/app/upgrades/v2"
	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/x/clock"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
)

// nextRelease are the upgrades of the binary that is built with the tag aitbc_v2.
func nextRelease() []upgrades.Upgrade { return []upgrades.Upgrade{v2.Upgrade()} }

// TestReleasedBinaryWaitsForV2 schedules v2 on the binary as it is built: it must
// go on up to the height, which one that knew the plan would not.
func TestReleasedBinaryWaitsForV2(t *testing.T) {
	c := chain.New(t)
	height := schedule(t, c, v2.Name)
	c.NextBlocks(int(height - 1 - c.Height()))
}

// TestUpgrade takes the prepared upgrade all the way: scheduled by governance,
// halted by the binary that does not know it, carried out by the one that does.
func TestUpgrade(t *testing.T) {
	old := app.Variant{}
	c := chain.NewLockstep(t, chain.WithBuilder(old.New), chain.WithInvariants())
	height := schedule(t, c, v2.Name)

	c.NextBlocks(int(height - 1 - c.Height()))
	if _, err := c.TryNextBlock(); err == nil || !strings.Contains(err.Error(), `UPGRADE "v2" NEEDED`) {
		t.Fatalf("the old binary at the upgrade height: expected it to halt, got %v", err)
	}
	c.Restart()
	if _, err := c.TryNextBlock(); err == nil {
		t.Fatal("the old binary, started again, went past the upgrade height")
	}

	c.Restart(chain.WithBuilder(app.Variant{Upgrades: nextRelease()}.New))
	c.NextBlock()
	c.NextBlocks(3)
	if done, err := c.App.UpgradeKeeper.GetDoneHeight(c.Context(), v2.Name); err != nil || done != height {
		t.Errorf("done height: expected %d, got %d, %v", height, done, err)
	}
	checkVersions(t, c)
	alice := c.Account(0)
	c.Tx(alice, send(alice, c.Account(1), 1)).MustDeliver()

	// Going back to the old binary must not work.
	c.Restart(chain.WithBuilder(old.New))
	if _, err := c.TryNextBlock(); err == nil {
		t.Error("the old binary went on after the upgrade")
	}
}

// TestUpgradeTooEarly starts the new binary before its height: it must stop, or
// the network would split.
func TestUpgradeTooEarly(t *testing.T) {
	c := chain.New(t, chain.WithBuilder(app.Variant{}.New))
	schedule(t, c, v2.Name)
	c.Restart(chain.WithBuilder(app.Variant{Upgrades: nextRelease()}.New))
	if _, err := c.TryNextBlock(); err == nil || !strings.Contains(err.Error(), "BINARY UPDATED BEFORE TRIGGER") {
		t.Errorf("the new binary before the upgrade height: expected it to halt, got %v", err)
	}
}

// TestUpgradeAddsStore sends an imaginary upgrade through the code of the real
// ones: it adds a store and migrates a module.
func TestUpgradeAddsStore(t *testing.T) {
	const name, store = "imaginary", "imaginarystore"
	c := chain.New(t, chain.WithInvariants())
	height := schedule(t, c, name)
	c.NextBlocks(int(height - 1 - c.Height()))
	if _, err := c.TryNextBlock(); err == nil {
		t.Fatal("expected a halt at the upgrade height")
	}

	migrated := 0
	step := upgrades.Upgrade{
		Name:   name,
		Stores: storetypes.StoreUpgrades{Added: []string{store}},
		Handler: func(mm *module.Manager, cfg module.Configurator) upgradetypes.UpgradeHandler {
			return func(ctx context.Context, _ upgradetypes.Plan, from module.VersionMap) (module.VersionMap, error) {
				return mm.RunMigrations(ctx, cfg, from)
			}
		},
	}
	next := app.Variant{
		Upgrades: append(nextRelease(), step),
		Stores:   []string{store},
		Change: func(a *app.App) {
			a.Modules().Modules[clocktypes.ModuleName] = nextClock{clock.NewAppModule(a.AppCodec(), a.ClockKeeper)}
			err := a.Configurator().RegisterMigration(clocktypes.ModuleName, clock.ConsensusVersion, func(ctx sdk.Context) error {
				migrated++
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		},
	}
	c.Restart(chain.WithBuilder(next.New))
	c.NextBlocks(3)
	if migrated != 1 {
		t.Errorf("migrations of clock: expected 1, got %d", migrated)
	}
	checkVersions(t, c)
	if v := versions(t, c)[clocktypes.ModuleName]; v != clock.ConsensusVersion+1 {
		t.Errorf("clock: expected version %d, got %d", clock.ConsensusVersion+1, v)
	}

	// A node that restarts after the upgrade finds the new store.
	c.Restart()
	c.NextBlock()
}

// nextClock is a later release of the clock module.
type nextClock struct{ clock.AppModule }

func (nextClock) ConsensusVersion() uint64 { return clock.ConsensusVersion + 1 }

// schedule passes a proposal for an upgrade a few blocks ahead and returns its
// height.
func schedule(t *testing.T, c *chain.Chain, name string) int64 {
	t.Helper()
	height := c.Height() + 10
	p := c.Govern(&upgradetypes.MsgSoftwareUpgrade{
		Authority: c.Authority(), Plan: upgradetypes.Plan{Name: name, Height: height, Info: "{}"},
	})
	if p.Status != govv1.StatusPassed {
		t.Fatalf("upgrade proposal: expected it to pass, got %s: %s", p.Status, p.FailedReason)
	}
	return height
}

func versions(t *testing.T, c *chain.Chain) module.VersionMap {
	t.Helper()
	m, err := c.App.UpgradeKeeper.GetModuleVersionMap(c.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// checkVersions compares the stored versions with those of the modules.
func checkVersions(t *testing.T, c *chain.Chain) {
	t.Helper()
	stored, want := versions(t, c), c.App.Modules().GetVersionMap()
	if len(stored) != len(want) {
		t.Errorf("version map: expected %d modules, got %d", len(want), len(stored))
	}
	for name, v := range want {
		if stored[name] != v {
			t.Errorf("version of %s: expected %d, got %d", name, v, stored[name])
		}
	}
}
