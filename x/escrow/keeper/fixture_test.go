package keeper_test

import (
	"errors"
	"testing"

	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/testutil/fakes"
	chaintypes "github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/x/escrow/keeper"
	"github.com/aitbc/aitbc/x/escrow/types"
)

const (
	feeCollector = "fee_collector"
	funds        = 1_000_000 // of each account, in uait
)

var (
	alice = account("alice")
	bob   = account("bob")
	carol = account("carol")
	dave  = account("dave")
	// frozen is an account that users can't pay, as those of modules.
	frozen = account("frozen")
	gov    = fakes.ModuleAddress("gov")

	ref  = []byte("job 1")
	boom = sdkerrors.ErrLogic.Wrap("boom")
)

func account(name string) sdk.AccAddress { return append([]byte(name), make([]byte, 20-len(name))...) }

func uait(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin(chaintypes.BaseDenom, n)) }

// Addresses in texts have the chain's prefix.
func TestMain(m *testing.M) {
	sdk.GetConfig().SetBech32PrefixForAccount(chaintypes.AddressPrefix, chaintypes.AddressPrefix+"pub")
	m.Run()
}

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// fixture is an escrow keeper with two modules on it, over a real store and a ledger
// that asks the keeper's send restriction.
type fixture struct {
	failer
	ctx      sdk.Context
	accounts fakes.Accounts
	ledger   *fakes.Ledger
	keeper   *keeper.Keeper
	jobs     *keeper.ScopedKeeper
	bonds    *keeper.ScopedKeeper
	msgs     types.MsgServer
}

func newFixture(t failer) *fixture {
	t.Helper()
	f := &fixture{failer: t, accounts: fakes.Accounts{}, ledger: fakes.NewLedger()}
	key := storetypes.NewKVStoreKey(types.StoreKey)
	f.ctx = fakes.NewContext(f.ledger.StoreKey(), key)
	f.keeper = keeper.NewKeeper(codec.NewProtoCodec(codectypes.NewInterfaceRegistry()), runtime.NewKVStoreService(key),
		address.NewBech32Codec(chaintypes.AddressPrefix), f.accounts, f.ledger, []sdk.AccAddress{gov}, gov.String())
	f.ledger.Restrict(f.keeper.SendRestriction)
	f.ledger.Block(frozen)
	f.jobs, f.bonds = f.keeper.Scoped("jobmarket"), f.keeper.Scoped("agentregistry")
	f.msgs = keeper.NewMsgServer(f.keeper)
	for _, addr := range []sdk.AccAddress{alice, bob, carol, dave} {
		f.ledger.Fund(f.ctx, addr, uait(funds))
	}
	return f
}

// in returns the same fixture for a subtest.
func (f *fixture) in(t failer) *fixture {
	g := *f
	g.failer = t
	return &g
}

// must runs what has to succeed as a transaction does.
func (f *fixture) must(do func(sdk.Context) error) {
	f.Helper()
	if err := f.try(do); err != nil {
		f.Fatal(err)
	}
}

// try runs a verb as a transaction does: what fails leaves nothing. Its events are
// those of the fixture's context.
func (f *fixture) try(do func(sdk.Context) error) error {
	f.Helper()
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	cached, write := f.ctx.CacheContext()
	err := do(cached)
	if err == nil {
		write()
	}
	f.check()
	return err
}

// check holds the state to the invariants.
func (f *fixture) check() {
	f.Helper()
	if err := f.ledger.Check(f.ctx); err != nil {
		f.Fatal(err)
	}
	if err := f.keeper.CheckInvariants(f.ctx); err != nil {
		f.Fatal(err)
	}
}

// lock makes a lock of alice's for the job market.
func (f *fixture) lock(amount int64, feeBps uint32) *fixture {
	f.Helper()
	f.must(func(ctx sdk.Context) error {
		return f.jobs.Lock(ctx, ref, alice, uait(amount), types.Terms{FeeBps: feeBps})
	})
	return f
}

// release releases a part of that lock and returns what became of it.
func (f *fixture) release(amount int64, to sdk.AccAddress, payees ...types.Share) types.Payout {
	f.Helper()
	var payout types.Payout
	f.must(func(ctx sdk.Context) error {
		var err error
		payout, err = f.jobs.Release(ctx, ref, uait(amount), to, payees...)
		return err
	})
	return payout
}

// endBlock runs bank's end blocker and escrow's.
func (f *fixture) endBlock() *fixture {
	f.Helper()
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	if err := f.ledger.CreditVirtual(f.ctx); err != nil {
		f.Fatal(err)
	}
	if err := f.keeper.EndBlock(f.ctx); err != nil {
		f.Fatal(err)
	}
	return f
}

func (f *fixture) balance(addr sdk.AccAddress) int64 {
	return f.ledger.GetBalance(f.ctx, addr, chaintypes.BaseDenom).Amount.Int64()
}

func (f *fixture) supply() int64 {
	return f.ledger.GetSupply(f.ctx, chaintypes.BaseDenom).Amount.Int64()
}

func (f *fixture) vault(payer sdk.AccAddress) int64 { return f.balance(types.VaultAddress(payer)) }

// pending is what a block has collected for a pool so far.
func (f *fixture) pending(pool string) int64 {
	return f.ledger.Pending(f.ctx, pool).AmountOf(chaintypes.BaseDenom).Int64()
}

func (f *fixture) locked() int64 {
	f.Helper()
	coins, err := f.jobs.Locked(f.ctx, ref)
	if err != nil {
		f.Fatal(err)
	}
	return coins.AmountOf(chaintypes.BaseDenom).Int64()
}

// claimable is what a payee can claim from a payer's vault.
func (f *fixture) claimable(payee, payer sdk.AccAddress) int64 {
	f.Helper()
	for _, c := range f.export().Claimables {
		if c.Payee == payee.String() && c.Payer == payer.String() {
			return c.Coins.AmountOf(chaintypes.BaseDenom).Int64()
		}
	}
	return 0
}

func (f *fixture) export() *types.GenesisState {
	f.Helper()
	gs, err := f.keeper.ExportGenesis(f.ctx)
	if err != nil {
		f.Fatal(err)
	}
	return gs
}

// events returns the typed events of the last verb or end of block.
func (f *fixture) events() []proto.Message {
	f.Helper()
	var events []proto.Message
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		event, err := sdk.ParseTypedEvent(e)
		if err != nil {
			f.Fatal(err)
		}
		events = append(events, event)
	}
	return events
}

// expectEvents compares the events of the last verb with those wanted, in order.
func (f *fixture) expectEvents(want ...proto.Message) {
	f.Helper()
	got := f.events()
	if len(got) != len(want) {
		f.Fatalf("events: expected %d, got %v", len(want), got)
	}
	for i := range want {
		if !same(want[i], got[i]) {
			f.Errorf("events[%d]: expected %T %v, got %T %v", i, want[i], want[i], got[i], got[i])
		}
	}
}

// same compares two messages by their text, because proto.Equal can't see into coins.
func same(a, b proto.Message) bool {
	return proto.MessageName(a) == proto.MessageName(b) && a.String() == b.String()
}

func (f *fixture) expect(what string, want, got int64) {
	f.Helper()
	if want != got {
		f.Errorf("%s: expected %d, got %d", what, want, got)
	}
}

// expectRefused runs a verb that must fail with the error, and change nothing.
func (f *fixture) expectRefused(want error, do func(sdk.Context) error) {
	f.Helper()
	before := f.export()
	if err := f.try(do); !errors.Is(err, want) {
		f.Errorf("expected %v, got %v", want, err)
	}
	if after := f.export(); !same(before, after) {
		f.Errorf("expected nothing changed, got %v instead of %v", after, before)
	}
	f.expectEvents()
}
