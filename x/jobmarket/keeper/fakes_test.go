package keeper_test

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/testutil/fakes"
	chaintypes "github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	"github.com/aitbc/aitbc/x/jobmarket/keeper"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

var (
	start = time.Unix(1_767_225_600, 0).UTC()

	client   = sdk.AccAddress("client______________")
	stranger = sdk.AccAddress("stranger____________")
	parties  = registrytypes.Parties{
		Owner:    sdk.AccAddress("owner_______________"),
		Operator: sdk.AccAddress("operator____________"),
		Payout:   sdk.AccAddress("payout______________"),
	}
)

// Addresses are printed with the prefix that the app sets for its process.
func init() {
	sdk.GetConfig().SetBech32PrefixForAccount(chaintypes.AddressPrefix, chaintypes.AddressPrefix+"pub")
}

const (
	agentID = 7
	skill   = "text.summarize"
	purse   = 1_000_000_000 // uait of the client and of the owner
)

// books is escrow and registry in one: locks and reservations are numbers in the
// store of the context, coins are in the ledger.
type books struct {
	key    *storetypes.KVStoreKey
	ledger *fakes.Ledger
	// fail lets every release of a reservation fail, panic lets it panic.
	fail, panics bool
	// idle makes the agent one that can't be hired, forgot one without skills.
	idle, forgot bool
	// silent counts how often the agent fell silent.
	silent int64
}

var vault = sdk.AccAddress("vault_______________")

func (b *books) get(ctx context.Context, prefix byte, ref []byte) (sdkmath.Int, bool) {
	bz := sdk.UnwrapSDKContext(ctx).KVStore(b.key).Get(append([]byte{prefix}, ref...))
	if bz == nil {
		return sdkmath.ZeroInt(), false
	}
	return sdkmath.NewIntFromUint64(binary.BigEndian.Uint64(bz)), true
}

func (b *books) set(ctx context.Context, prefix byte, ref []byte, n sdkmath.Int) {
	sdk.UnwrapSDKContext(ctx).KVStore(b.key).Set(append([]byte{prefix}, ref...), binary.BigEndian.AppendUint64(nil, n.Uint64()))
}

// copyFrom takes over all locks and reservations of others.
func (b *books) copyFrom(others *books, from, to sdk.Context) {
	stored := from.KVStore(others.key).Iterator(nil, nil)
	defer func() { _ = stored.Close() }()
	for ; stored.Valid(); stored.Next() {
		to.KVStore(b.key).Set(stored.Key(), stored.Value())
	}
}

func (b *books) take(ctx context.Context, ref []byte, coins sdk.Coins) error {
	have, _ := b.get(ctx, 'l', ref)
	if have.LT(coins[0].Amount) {
		return escrowtypes.ErrInsufficientLock.Wrapf("expected at most %s, got %s", have, coins)
	}
	b.set(ctx, 'l', ref, have.Sub(coins[0].Amount))
	return nil
}

type escrow struct{ *books }

func (e escrow) Lock(ctx context.Context, ref []byte, payer sdk.AccAddress, coins sdk.Coins, terms escrowtypes.Terms) error {
	if err := e.ledger.SendCoins(ctx, payer, vault, coins); err != nil {
		return err
	}
	e.set(ctx, 'l', ref, coins[0].Amount)
	e.set(ctx, 'f', ref, sdkmath.NewInt(int64(terms.FeeBps)))
	return nil
}

func (e escrow) Release(ctx context.Context, ref []byte, coins sdk.Coins, to sdk.AccAddress, _ ...escrowtypes.Share) (escrowtypes.Payout, error) {
	if err := e.take(ctx, ref, coins); err != nil {
		return escrowtypes.Payout{}, err
	}
	bps, _ := e.get(ctx, 'f', ref)
	fee := sdk.NewCoins(sdk.NewCoin(chaintypes.BaseDenom, coins[0].Amount.Mul(bps).QuoRaw(types.MaxBps)))
	net := coins.Sub(fee...)
	if err := e.ledger.SendCoins(ctx, vault, fakes.ModuleAddress("fees"), fee); err != nil {
		return escrowtypes.Payout{}, err
	}
	return escrowtypes.Payout{Gross: coins, Fee: fee, Net: net}, e.ledger.SendCoins(ctx, vault, to, net)
}

func (e escrow) Refund(ctx context.Context, ref []byte, coins sdk.Coins) error {
	if err := e.take(ctx, ref, coins); err != nil {
		return err
	}
	return e.ledger.SendCoins(ctx, vault, ref[:len(client)], coins)
}

func (e escrow) Burn(ctx context.Context, payer sdk.AccAddress, coins sdk.Coins) error {
	return e.ledger.SendCoins(ctx, payer, fakes.ModuleAddress("burns"), coins)
}

func (e escrow) Locked(ctx context.Context, ref []byte) (sdk.Coins, error) {
	n, _ := e.get(ctx, 'l', ref)
	return sdk.NewCoins(sdk.NewCoin(chaintypes.BaseDenom, n)), nil
}

type registry struct{ *books }

func (r registry) Parties(_ context.Context, id uint64) (registrytypes.Parties, error) {
	if id != agentID {
		return registrytypes.Parties{}, registrytypes.ErrAgentNotFound.Wrapf("agent_id: expected a registered agent, got %d", id)
	}
	return parties, nil
}

func (r registry) Hireable(context.Context, uint64) error {
	if r.idle {
		return registrytypes.ErrNotHireable.Wrap("expected an active agent, got a paused one")
	}
	return nil
}

func (r registry) HasSkill(_ context.Context, _ uint64, s string) (bool, error) {
	return s == skill && !r.forgot, nil
}

func (r registry) FallSilent(context.Context, uint64) error {
	r.books.silent++
	return nil
}

func (r registry) Reserve(ctx context.Context, _ uint64, ref []byte, amount sdk.Coin, _ uint32) error {
	if _, found := r.get(ctx, 'r', ref); found {
		return registrytypes.ErrReservationExists.Wrap("expected a new reference")
	}
	r.set(ctx, 'r', ref, amount.Amount)
	return nil
}

func (r registry) Release(ctx context.Context, _ uint64, ref []byte) error {
	if r.panics {
		var nothing []int
		_ = nothing[len(ref)]
	}
	if r.fail {
		return sdkerrors.ErrLogic.Wrap("the registry is broken")
	}
	sdk.UnwrapSDKContext(ctx).KVStore(r.key).Delete(append([]byte{'r'}, ref...))
	return nil
}

func (r registry) Slash(ctx context.Context, _ uint64, ref []byte, amount sdk.Coin, to sdk.AccAddress) error {
	have, _ := r.get(ctx, 'r', ref)
	r.set(ctx, 'r', ref, have.Sub(amount.Amount))
	if to.Empty() {
		to = fakes.ModuleAddress("burns")
	}
	return r.ledger.SendCoins(ctx, parties.Owner, to, sdk.NewCoins(amount))
}

func (r registry) Reserved(ctx context.Context, _ uint64, ref []byte) (sdkmath.Int, error) {
	n, found := r.get(ctx, 'r', ref)
	if !found {
		return n, registrytypes.ErrReservationNotFound.Wrap("expected a reservation")
	}
	return n, nil
}

// facts records what reputation is told.
type facts struct{ told []string }

func (f *facts) RecordFact(_ context.Context, _ uint64, _ sdk.AccAddress, _, fact string, fee sdkmath.Int) error {
	f.told = append(f.told, fact+" "+fee.String())
	return nil
}

// news records what the modules above are told.
type news struct {
	told []string
	err  error
}

func (n *news) AfterMilestoneChanged(_ context.Context, _ sdk.AccAddress, _ uint64, _ uint32, s types.MilestoneStatus) error {
	n.told = append(n.told, s.Text())
	return n.err
}

func (n *news) AfterJobEnded(_ context.Context, _ sdk.AccAddress, _ uint64, s types.JobStatus) error {
	n.told = append(n.told, "job "+s.Text())
	return n.err
}

// fixture is a jobmarket keeper over a real store, with fakes of what it needs.
type fixture struct {
	*testing.T
	ctx    sdk.Context
	keeper *keeper.Keeper
	server types.MsgServer
	query  types.QueryServer
	clock  *fakes.Clock
	ledger *fakes.Ledger
	books  *books
	facts  *facts
	news   *news
	// authority may update the parameters.
	authority string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{
		T: t, clock: fakes.NewClock(start), ledger: fakes.NewLedger(), facts: &facts{}, news: &news{},
		authority: sdk.AccAddress("authority___________").String(),
	}
	key := storetypes.NewKVStoreKey(types.StoreKey)
	f.books = &books{key: storetypes.NewKVStoreKey("books"), ledger: f.ledger}
	f.ctx = fakes.NewContext(key, f.books.key, f.ledger.StoreKey())
	f.keeper = keeper.NewKeeper(codec.NewProtoCodec(codectypes.NewInterfaceRegistry()),
		runtime.NewKVStoreService(key), address.NewBech32Codec(chaintypes.AddressPrefix),
		keeper.Dependencies{
			Clock: f.clock, Escrow: escrow{f.books}, Registry: registry{f.books}, Reservations: registry{f.books},
			Reputation: f.facts, Hooks: types.MultiJobHooks{f.news},
		}, f.authority)
	f.server, f.query = keeper.NewMsgServer(f.keeper), keeper.NewQueryServer(f.keeper)
	if err := f.keeper.InitGenesis(f.ctx, *types.DefaultGenesisState()); err != nil {
		t.Fatal(err)
	}
	for _, addr := range []sdk.AccAddress{client, parties.Owner} {
		f.ledger.Fund(f.ctx, addr, sdk.NewCoins(sdk.NewInt64Coin(chaintypes.BaseDenom, purse)))
	}
	return f
}

// fresh starts a new list of events.
func (f *fixture) fresh() { f.ctx = f.ctx.WithEventManager(sdk.NewEventManager()) }

// check fails the test if an invariant is broken or coins are lost.
func (f *fixture) check() {
	f.Helper()
	if err := f.keeper.CheckInvariants(f.ctx); err != nil {
		f.Fatal(err)
	}
	if err := f.ledger.Check(f.ctx); err != nil {
		f.Fatal(err)
	}
}

// endBlock runs the end blocker after so much time.
func (f *fixture) endBlock(after time.Duration) {
	f.Helper()
	f.clock.Advance(after)
	f.fresh()
	if err := f.keeper.EndBlock(f.ctx); err != nil {
		f.Fatal(err)
	}
	f.check()
}
