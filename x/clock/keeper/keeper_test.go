package keeper_test

import (
	"errors"
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	chaintypes "github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/x/clock/keeper"
	"github.com/aitbc/aitbc/x/clock/types"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// fixture is a clock keeper over a real store.
type fixture struct {
	t         *testing.T
	ctx       sdk.Context
	keeper    *keeper.Keeper
	authority string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	ctx := testutil.DefaultContext(key, storetypes.NewTransientStoreKey("transient"))
	codecAddr := address.NewBech32Codec(chaintypes.AddressPrefix)
	authority, err := codecAddr.BytesToString(make([]byte, 20))
	if err != nil {
		t.Fatal(err)
	}
	k := keeper.NewKeeper(codec.NewProtoCodec(codectypes.NewInterfaceRegistry()),
		runtime.NewKVStoreService(key), codecAddr, authority)
	f := &fixture{t: t, ctx: ctx, keeper: k, authority: authority}
	return f.at(start)
}

// at moves the context to a block of the given time, with fresh events.
func (f *fixture) at(blockTime time.Time) *fixture {
	f.ctx = f.ctx.WithBlockTime(blockTime).WithBlockHeight(f.ctx.BlockHeight() + 1).
		WithEventManager(sdk.NewEventManager())
	return f
}

// block runs a block at the given time.
func (f *fixture) block(blockTime time.Time) *fixture {
	f.t.Helper()
	f.at(blockTime)
	if err := f.keeper.BeginBlock(f.ctx); err != nil {
		f.t.Fatal(err)
	}
	if err := f.keeper.CheckInvariants(f.ctx); err != nil {
		f.t.Fatal(err)
	}
	return f
}

func (f *fixture) initGenesis(gs types.GenesisState) *fixture {
	f.t.Helper()
	if err := f.keeper.InitGenesis(f.ctx, gs); err != nil {
		f.t.Fatal(err)
	}
	return f
}

func (f *fixture) expectMarketTime(want time.Time) {
	f.t.Helper()
	got, err := f.keeper.MarketTime(f.ctx)
	if err != nil {
		f.t.Fatal(err)
	}
	if got != want {
		f.t.Fatalf("market time: expected %s, got %s", want, got)
	}
}

func (f *fixture) eventTypes() []string {
	var names []string
	for _, e := range f.ctx.EventManager().Events() {
		names = append(names, e.Type)
	}
	return names
}

func TestKeeper_BeginBlock_FollowsBlockTime(t *testing.T) {
	f := newFixture(t).initGenesis(*types.DefaultGenesisState())
	for i := range 1000 {
		f.block(start.Add(time.Duration(i) * 1200 * time.Millisecond))
		if got := f.eventTypes(); len(got) != 0 {
			t.Fatalf("block %d: expected no event, got %v", i, got)
		}
	}
	f.expectMarketTime(start.Add(999 * 1200 * time.Millisecond))
}

func TestKeeper_BeginBlock_StandsStillThroughAHalt(t *testing.T) {
	f := newFixture(t).initGenesis(*types.DefaultGenesisState())
	f.block(start.Add(time.Second))
	f.block(start.Add(time.Second + 2*time.Hour))

	f.expectMarketTime(start.Add(time.Second + types.DefaultMaxStep))
	events := f.ctx.EventManager().Events()
	if len(events) != 1 {
		t.Fatalf("expected one event, got %v", f.eventTypes())
	}
	msg, err := sdk.ParseTypedEvent(events.ToABCIEvents()[0])
	if err != nil {
		t.Fatal(err)
	}
	stood, ok := msg.(*types.EventClockStoodStill)
	if !ok {
		t.Fatalf("expected EventClockStoodStill, got %T", msg)
	}
	if want := 2*time.Hour - types.DefaultMaxStep; stood.Skipped != want {
		t.Errorf("skipped: expected %s, got %s", want, stood.Skipped)
	}
	if !stood.BlockTime.Equal(f.ctx.BlockTime()) || !stood.MarketTime.Equal(start.Add(time.Second+types.DefaultMaxStep)) {
		t.Errorf("expected the times of the block, got %v", stood)
	}
}

// A chain that gets the module by an upgrade has no genesis of it: the clock
// starts with the first block it sees.
func TestKeeper_BeginBlock_StartsWithoutGenesis(t *testing.T) {
	f := newFixture(t)
	if _, err := f.keeper.MarketTime(f.ctx); !errors.Is(err, types.ErrNotStarted) {
		t.Fatalf("expected %v, got %v", types.ErrNotStarted, err)
	}
	f.block(start.Add(time.Hour))
	f.expectMarketTime(start.Add(time.Hour))
}

func TestKeeper_BeginBlock_UsesParamsInForce(t *testing.T) {
	f := newFixture(t).initGenesis(types.GenesisState{Params: types.Params{MaxStep: 3 * time.Second}})
	f.block(start.Add(time.Minute))
	f.expectMarketTime(start.Add(3 * time.Second))
}

func TestKeeper_UpdateParams(t *testing.T) {
	want := types.Params{MaxStep: 4 * time.Second}
	f := newFixture(t).initGenesis(*types.DefaultGenesisState())
	if _, err := keeper.NewMsgServer(f.keeper).UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: want}); err != nil {
		t.Fatal(err)
	}
	got, err := f.keeper.Params(f.ctx)
	if err != nil || got != want {
		t.Fatalf("expected %v, got %v (%v)", want, got, err)
	}
	events := f.ctx.EventManager().Events().ToABCIEvents()
	msg, err := sdk.ParseTypedEvent(events[len(events)-1])
	if err != nil {
		t.Fatal(err)
	}
	updated, ok := msg.(*types.EventParamsUpdated)
	if !ok || updated.OldParams != types.DefaultParams() || updated.NewParams != want {
		t.Fatalf("expected EventParamsUpdated from %v to %v, got %v", types.DefaultParams(), want, msg)
	}
}

func TestKeeper_UpdateParams_RefusalsChangeNothing(t *testing.T) {
	f := newFixture(t).initGenesis(*types.DefaultGenesisState())
	other := sdk.AccAddress([]byte("somebody else.......")).String()
	tests := []struct {
		name      string
		authority string
		params    types.Params
		err       error
	}{
		{"failure: another signer", other, types.Params{MaxStep: 4 * time.Second}, sdkerrors.ErrUnauthorized},
		{"failure: no signer", "", types.Params{MaxStep: 4 * time.Second}, sdkerrors.ErrUnauthorized},
		{"failure: below the bound", f.authority, types.Params{MaxStep: types.MinMaxStep - 1}, types.ErrInvalidParams},
		{"failure: above the bound", f.authority, types.Params{MaxStep: types.MaxMaxStep + 1}, types.ErrInvalidParams},
		{"failure: empty", f.authority, types.Params{}, types.ErrInvalidParams},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f.at(f.ctx.BlockTime())
			_, err := keeper.NewMsgServer(f.keeper).UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: tc.authority, Params: tc.params})
			if !errors.Is(err, tc.err) {
				t.Fatalf("expected %v, got %v", tc.err, err)
			}
			if got, err := f.keeper.Params(f.ctx); err != nil || got != types.DefaultParams() {
				t.Fatalf("expected the parameters unchanged, got %v (%v)", got, err)
			}
			if got := f.eventTypes(); len(got) != 0 {
				t.Fatalf("expected no event, got %v", got)
			}
		})
	}
}

// The consensus parameters may name another authority than governance.
func TestKeeper_UpdateParams_AuthorityOfConsensusParams(t *testing.T) {
	f := newFixture(t).initGenesis(*types.DefaultGenesisState())
	other := sdk.AccAddress([]byte("security council....")).String()
	ctx := f.ctx.WithConsensusParams(cmtproto.ConsensusParams{Authority: &cmtproto.AuthorityParams{Authority: other}})

	want := types.Params{MaxStep: 5 * time.Second}
	if err := f.keeper.UpdateParams(ctx, f.authority, want); !errors.Is(err, sdkerrors.ErrUnauthorized) {
		t.Fatalf("expected %v for the former authority, got %v", sdkerrors.ErrUnauthorized, err)
	}
	if err := f.keeper.UpdateParams(ctx, other, want); err != nil {
		t.Fatal(err)
	}
}

func TestKeeper_Genesis_RoundTrip(t *testing.T) {
	f := newFixture(t).initGenesis(types.GenesisState{Params: types.Params{MaxStep: 5 * time.Second}})
	f.block(start.Add(time.Second)).block(start.Add(time.Hour)).block(start.Add(time.Hour + time.Second))
	exported, err := f.keeper.ExportGenesis(f.ctx)
	if err != nil {
		t.Fatal(err)
	}

	g := newFixture(t).initGenesis(*exported)
	again, err := g.keeper.ExportGenesis(g.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if again.Params != exported.Params || *again.Clock != *exported.Clock {
		t.Fatalf("expected %v, got %v", exported, again)
	}
	g.expectMarketTime(start.Add(time.Second + 5*time.Second + time.Second))

	// The gap to the new genesis time is a halt like any other.
	g.block(start.Add(48 * time.Hour))
	g.expectMarketTime(start.Add(time.Second + 5*time.Second + time.Second + 5*time.Second))
}

// `export` keeps the original genesis time unless the operator sets a new one.
func TestKeeper_Genesis_OlderGenesisTime(t *testing.T) {
	clock := types.Clock{BlockTime: start, MarketTime: start.Add(-time.Minute)}
	f := newFixture(t).initGenesis(types.GenesisState{Params: types.DefaultParams(), Clock: &clock})
	f.block(start.Add(-30 * 24 * time.Hour))
	f.expectMarketTime(start.Add(-time.Minute))
	f.block(start.Add(time.Second))
	f.expectMarketTime(start.Add(-time.Minute + time.Second))
}

func TestKeeper_InitGenesis_RefusesInvalidState(t *testing.T) {
	f := newFixture(t)
	if err := f.keeper.InitGenesis(f.ctx, types.GenesisState{}); !errors.Is(err, types.ErrInvalidParams) {
		t.Fatalf("expected %v, got %v", types.ErrInvalidParams, err)
	}
	if _, err := f.keeper.Clock(f.ctx); !errors.Is(err, types.ErrNotStarted) {
		t.Fatalf("expected nothing stored, got %v", err)
	}
}

func TestQueryServer(t *testing.T) {
	f := newFixture(t)
	q := keeper.NewQueryServer(f.keeper)

	if _, err := q.Clock(f.ctx, &types.QueryClockRequest{}); status.Code(err) != codes.NotFound {
		t.Errorf("before the first block: expected NotFound, got %v", err)
	}
	if _, err := q.Clock(f.ctx, nil); status.Code(err) != codes.InvalidArgument {
		t.Errorf("empty request: expected InvalidArgument, got %v", err)
	}
	if _, err := q.Params(f.ctx, nil); status.Code(err) != codes.InvalidArgument {
		t.Errorf("empty request: expected InvalidArgument, got %v", err)
	}

	f.initGenesis(*types.DefaultGenesisState()).block(start.Add(time.Hour))
	clock, err := q.Clock(f.ctx, &types.QueryClockRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if clock.BlockTime != start.Add(time.Hour) || clock.MarketTime != start.Add(types.DefaultMaxStep) ||
		clock.Standstill != time.Hour-types.DefaultMaxStep {
		t.Errorf("expected block time, market time and their difference, got %v", clock)
	}
	params, err := q.Params(f.ctx, &types.QueryParamsRequest{})
	if err != nil || params.Params != types.DefaultParams() {
		t.Errorf("expected the default parameters, got %v (%v)", params, err)
	}
}

func TestKeeper_CheckInvariants_SeesAClockLeftBehind(t *testing.T) {
	f := newFixture(t).initGenesis(*types.DefaultGenesisState())
	f.block(start.Add(time.Second))
	f.at(start.Add(2 * time.Second)) // a block in which BeginBlock did not run
	if err := f.keeper.CheckInvariants(f.ctx); !errors.Is(err, types.ErrInvalidClock) {
		t.Fatalf("expected %v, got %v", types.ErrInvalidClock, err)
	}
}

func TestNewKeeper_RefusesABadAuthority(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("expected a panic for an authority that is no address")
		}
	}()
	keeper.NewKeeper(codec.NewProtoCodec(codectypes.NewInterfaceRegistry()),
		runtime.NewKVStoreService(storetypes.NewKVStoreKey(types.StoreKey)),
		address.NewBech32Codec(chaintypes.AddressPrefix), "nobody")
}
