package market_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/core/appmodule"
	errorsmod "cosmossdk.io/errors"

	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/testutil/chain"
	chaintypes "github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// errRefused is what bank says about an account that a test has broken.
var errRefused = errorsmod.Register("tests/market", 2, "this account is broken")

// bed is one application over which all histories run, each in a cached context of
// its own that is thrown away.
type bed struct {
	app    *app.App
	base   sdk.Context
	ends   []appmodule.HasEndBlocker
	stores map[string]storetypes.StoreKey
	people []address
	// keys are those of people.
	keys map[address]cryptotypes.PrivKey
	// accounts are all that hold coins at the start or can get some.
	accounts []sdk.AccAddress
	// refused are the recipients that bank refuses now.
	refused map[address]bool
}

// marketModules are exported and imported in the middle of histories, in the order
// of the app's genesis.
var marketModules = []string{escrowtypes.ModuleName, registrytypes.ModuleName, jobmarkettypes.ModuleName}

func newBed(tb testing.TB) *bed {
	tb.Helper()
	c := chain.New(tb, chain.WithAccounts(14), chain.WithValidators(chain.DefaultStake))
	c.NextBlock()
	b := &bed{app: c.App, refused: map[address]bool{}, stores: map[string]storetypes.StoreKey{}, keys: map[address]cryptotypes.PrivKey{}}
	for _, a := range c.Accounts() {
		b.people = append(b.people, string(a.Addr))
		b.keys[string(a.Addr)] = a.Key
		b.accounts = append(b.accounts, sdk.AccAddress(vault(string(a.Addr))))
	}
	for _, key := range c.App.StoreKeys() {
		b.stores[key.Name()] = key
	}
	// The order is the app's; modules that have no part in the market are left out.
	part := append([]string{banktypes.ModuleName}, marketModules...)
	for _, name := range c.App.Modules().OrderEndBlockers {
		if slices.Contains(part, name) {
			b.ends = append(b.ends, c.App.Modules().Modules[name].(appmodule.HasEndBlocker))
		}
	}
	if len(b.ends) != len(part) {
		tb.Fatalf("expected %d end blockers of the market, got %d", len(part), len(b.ends))
	}
	c.App.BankKeeper.AppendSendRestriction(b.restrict)
	// The layer in between keeps what histories read of the committed state.
	b.base, _ = c.Context().CacheContext()
	for _, name := range []string{escrowtypes.FeePoolName, escrowtypes.BurnPoolName, authtypes.FeeCollectorName} {
		b.accounts = append(b.accounts, authtypes.NewModuleAddress(name))
	}
	b.app.BankKeeper.IterateAllBalances(b.base, func(addr sdk.AccAddress, _ sdk.Coin) bool {
		b.accounts = append(b.accounts, addr)
		return false
	})
	return b
}

// restrict is the bank's last send restriction.
func (b *bed) restrict(_ context.Context, _, to sdk.AccAddress, _ sdk.Coins) (sdk.AccAddress, error) {
	if b.refused[string(to)] {
		return to, errRefused.Wrapf("expected another recipient, got %s", to)
	}
	return to, nil
}

// newSpec returns the model of the bed's state, and a context to play in.
func (b *bed) newSpec(tb testing.TB) (*spec, sdk.Context) {
	tb.Helper()
	ctx, _ := b.base.CacheContext()
	clock, err := b.app.ClockKeeper.Clock(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	s := &spec{
		now: clock.MarketTime, market: standardRules(), agency: standardAgencyRules(),
		posted: map[address]uint64{}, taken: map[edge]int{}, consents: map[address]int64{}, happened: map[string]int{},
		money: money{
			balances: b.balances(ctx), supply: b.supply(ctx), claims: map[claim]int64{}, feeBurnBps: 5_000, broken: map[address]bool{},
			feePool: poolAddress(escrowtypes.FeePoolName), burnPool: poolAddress(escrowtypes.BurnPoolName),
			collector: poolAddress(authtypes.FeeCollectorName),
		},
	}
	clear(b.refused)
	return s, ctx
}

func poolAddress(name string) address { return string(authtypes.NewModuleAddress(name)) }

// balances returns who holds how much. What is not with one of the accounts is
// missing from the supply.
func (b *bed) balances(ctx sdk.Context) map[address]int64 {
	found := make(map[address]int64, len(b.accounts))
	for _, addr := range b.accounts {
		if n := b.app.BankKeeper.GetBalance(ctx, addr, chaintypes.BaseDenom).Amount.Int64(); n != 0 {
			found[string(addr)] = n
		}
	}
	return found
}

func (b *bed) supply(ctx sdk.Context) int64 {
	return b.app.BankKeeper.GetSupply(ctx, chaintypes.BaseDenom).Amount.Int64()
}

// breakAccounts makes bank refuse what the model says that it refuses.
func (b *bed) breakAccounts(s *spec) {
	clear(b.refused)
	maps.Copy(b.refused, s.broken)
	if s.jammed {
		b.refused[s.feePool] = true
	}
}

// deliver carries a message out as a transaction does after its ante handler: all
// of it or nothing.
func (b *bed) deliver(ctx sdk.Context, msg sdk.Msg) (*sdk.Result, error) {
	handler := b.app.MsgServiceRouter().Handler(msg)
	cached, write := ctx.CacheContext()
	res, err := handler(cached, msg)
	if err == nil {
		write()
	}
	return res, err
}

// endBlock runs the market's end blockers and bank's, in the app's order.
func (b *bed) endBlock(ctx sdk.Context) ([]abci.Event, error) {
	ctx = ctx.WithEventManager(sdk.NewEventManager())
	for _, m := range b.ends {
		if err := m.EndBlock(ctx); err != nil {
			return nil, err
		}
	}
	b.forgetCredits(ctx)
	return ctx.EventManager().ABCIEvents(), nil
}

// forgetCredits empties the store that bank collects virtual credits of a block in,
// as the commit of a block does.
func (b *bed) forgetCredits(ctx sdk.Context) {
	store := ctx.ObjectStore(b.stores[banktypes.ObjectStoreKey])
	var keys [][]byte
	it := store.Iterator(nil, nil)
	for ; it.Valid(); it.Next() {
		keys = append(keys, bytes.Clone(it.Key()))
	}
	if err := it.Close(); err != nil {
		panic(err)
	}
	for _, key := range keys {
		store.Delete(key)
	}
}

// setTime makes it a later market time. Block time runs ahead of it, as after a halt.
func (b *bed) setTime(ctx sdk.Context, now time.Time) error {
	return b.app.ClockKeeper.InitGenesis(ctx, clocktypes.GenesisState{
		Params: clocktypes.DefaultParams(), Clock: &clocktypes.Clock{BlockTime: now.Add(time.Hour), MarketTime: now},
	})
}

// export returns the state of a market module as JSON.
func (b *bed) export(ctx sdk.Context, name string) json.RawMessage {
	return b.app.Modules().Modules[name].(module.HasGenesis).ExportGenesis(ctx, b.app.AppCodec())
}

// reimport exports the market, empties its stores and imports it again. It returns
// the name of a module that exports something else afterwards.
func (b *bed) reimport(ctx sdk.Context) string {
	exported := map[string]json.RawMessage{}
	for _, name := range marketModules {
		exported[name] = b.export(ctx, name)
		b.wipe(ctx, name)
	}
	for _, name := range marketModules {
		b.app.Modules().Modules[name].(module.HasGenesis).InitGenesis(ctx, b.app.AppCodec(), exported[name])
	}
	for _, name := range marketModules {
		if !bytes.Equal(exported[name], b.export(ctx, name)) {
			return name
		}
	}
	return ""
}

// wipe deletes all of a module's state.
func (b *bed) wipe(ctx sdk.Context, name string) {
	store := ctx.KVStore(b.stores[name])
	var keys [][]byte
	it := store.Iterator(nil, nil)
	for ; it.Valid(); it.Next() {
		keys = append(keys, bytes.Clone(it.Key()))
	}
	if err := it.Close(); err != nil {
		panic(err)
	}
	for _, key := range keys {
		store.Delete(key)
	}
}

// differ returns what a module's state has that the model's has not, or nothing.
func (b *bed) differ(name string, got, want proto.Message) string {
	x, errX := proto.Marshal(got)
	y, errY := proto.Marshal(want)
	if errX == nil && errY == nil && bytes.Equal(x, y) {
		return ""
	}
	lines := func(m proto.Message) []string {
		var indented bytes.Buffer
		if err := json.Indent(&indented, b.app.AppCodec().MustMarshalJSON(m), "", " "); err != nil {
			panic(err)
		}
		return strings.Split(indented.String(), "\n")
	}
	is, should := lines(got), lines(want)
	var out strings.Builder
	out.WriteString(name + " is not what the model says:\n")
	for i := range max(len(is), len(should)) {
		x, y := "", ""
		if i < len(is) {
			x = is[i]
		}
		if i < len(should) {
			y = should[i]
		}
		if x != y {
			out.WriteString("  expected " + strings.TrimSpace(y) + ", got " + strings.TrimSpace(x) + "  // in " + path(should, i) + "\n")
		}
	}
	return out.String()
}

// path names the object that a line of JSON is in.
func path(lines []string, i int) string {
	var names []string
	depth := 1 << 30
	for i = min(i, len(lines)-1); i >= 0; i-- {
		line := lines[i]
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if indent < depth {
			depth = indent
			if name, _, found := strings.Cut(strings.TrimSpace(line), ":"); found {
				names = append(names, strings.Trim(name, `"`))
			}
		}
	}
	slices.Reverse(names)
	return strings.Join(names, ".")
}
