package keeper_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"

	coreaddress "cosmossdk.io/core/address"
	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/testutil/fakes"
	chaintypes "github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/x/agentregistry/keeper"
	"github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 999_000_000, time.UTC)

// People of the tests. Everybody starts with 1,000 AIT.
var (
	keys    = map[string]*secp256k1.PrivKey{}
	alice   = newPerson("alice")
	bob     = newPerson("bob")
	carol   = newPerson("carol")
	mallory = newPerson("mallory")
)

const chainID = "aitbc-test-1"

func newPerson(name string) sdk.AccAddress {
	key := secp256k1.GenPrivKeyFromSecret([]byte(name))
	addr := sdk.AccAddress(key.PubKey().Address())
	keys[string(addr)] = key
	return addr
}

const (
	fee        = 1_000_000
	minBond    = 25_000_000
	unbonding  = 21 * 24 * 60 * 60
	wealth     = 1_000_000_000
	completing = 100 // withdrawals per block
)

// fakeEscrow keeps the promises of escrow that the module relies on, over a ledger
// that conserves coins. Its locks are in the store of the context.
type fakeEscrow struct {
	key    *storetypes.KVStoreKey
	ledger *fakes.Ledger
	// panics lets refunds panic.
	panics bool
	// refuses is the amount of refunds that fail, if it is not zero.
	refuses int64
}

// lock is a lock as it is stored.
type lock struct {
	Payer  sdk.AccAddress
	Amount sdkmath.Int
}

func (e *fakeEscrow) lock(ctx context.Context, ref []byte) (lock, bool) {
	bz := sdk.UnwrapSDKContext(ctx).KVStore(e.key).Get(ref)
	if bz == nil {
		return lock{Amount: sdkmath.ZeroInt()}, false
	}
	var l lock
	if err := json.Unmarshal(bz, &l); err != nil {
		panic(err)
	}
	return l, true
}

func (e *fakeEscrow) set(ctx context.Context, ref []byte, l lock) {
	store := sdk.UnwrapSDKContext(ctx).KVStore(e.key)
	if l.Amount.IsZero() {
		store.Delete(ref)
		return
	}
	bz, err := json.Marshal(l)
	if err != nil {
		panic(err)
	}
	store.Set(ref, bz)
}

func (e *fakeEscrow) Lock(ctx context.Context, ref []byte, payer sdk.AccAddress, coins sdk.Coins, terms escrowtypes.Terms) error {
	if _, there := e.lock(ctx, ref); there {
		return escrowtypes.ErrLockExists
	}
	if terms.FeeBps != 0 {
		return escrowtypes.ErrInvalidTerms
	}
	e.set(ctx, ref, lock{Payer: payer, Amount: coins.AmountOf(chaintypes.BaseDenom)})
	return e.ledger.SendCoins(ctx, payer, escrowtypes.VaultAddress(payer), coins)
}

func (e *fakeEscrow) Increase(ctx context.Context, ref []byte, coins sdk.Coins) error {
	l, there := e.lock(ctx, ref)
	if !there {
		return escrowtypes.ErrLockNotFound
	}
	l.Amount = l.Amount.Add(coins.AmountOf(chaintypes.BaseDenom))
	e.set(ctx, ref, l)
	return e.ledger.SendCoins(ctx, l.Payer, escrowtypes.VaultAddress(l.Payer), coins)
}

func (e *fakeEscrow) take(ctx context.Context, ref []byte, coins sdk.Coins) (sdk.AccAddress, error) {
	l, there := e.lock(ctx, ref)
	if !there {
		return nil, escrowtypes.ErrLockNotFound
	}
	if l.Amount = l.Amount.Sub(coins.AmountOf(chaintypes.BaseDenom)); l.Amount.IsNegative() {
		return nil, escrowtypes.ErrInsufficientLock
	}
	e.set(ctx, ref, l)
	return l.Payer, nil
}

func (e *fakeEscrow) Refund(ctx context.Context, ref []byte, coins sdk.Coins) error {
	if e.panics {
		panic("escrow is broken")
	}
	if amount := coins.AmountOf(chaintypes.BaseDenom); e.refuses != 0 && amount.Equal(sdkmath.NewInt(e.refuses)) {
		return errNoFunds
	}
	payer, err := e.take(ctx, ref, coins)
	if err != nil {
		return err
	}
	return e.ledger.SendCoins(ctx, escrowtypes.VaultAddress(payer), payer, coins)
}

func (e *fakeEscrow) Slash(ctx context.Context, ref []byte, coins sdk.Coins, to sdk.AccAddress) error {
	payer, err := e.take(ctx, ref, coins)
	if err != nil {
		return err
	}
	if to.Empty() {
		return e.Burn(ctx, escrowtypes.VaultAddress(payer), coins)
	}
	return e.ledger.SendCoins(ctx, escrowtypes.VaultAddress(payer), to, coins)
}

func (e *fakeEscrow) Burn(ctx context.Context, payer sdk.AccAddress, coins sdk.Coins) error {
	return e.ledger.SendCoinsFromAccountToModuleVirtual(ctx, payer, escrowtypes.BurnPoolName, coins)
}

func (e *fakeEscrow) Reassign(ctx context.Context, ref []byte, payer sdk.AccAddress) error {
	l, there := e.lock(ctx, ref)
	if !there {
		return escrowtypes.ErrLockNotFound
	}
	old := l.Payer
	l.Payer = payer
	e.set(ctx, ref, l)
	return e.ledger.SendCoins(ctx, escrowtypes.VaultAddress(old), escrowtypes.VaultAddress(payer), sdk.NewCoins(types.Uait(l.Amount)))
}

func (e *fakeEscrow) Locked(ctx context.Context, ref []byte) (sdk.Coins, error) {
	l, _ := e.lock(ctx, ref)
	return sdk.NewCoins(types.Uait(l.Amount)), nil
}

// fixture is a registry over a real store, with fakes of its neighbours.
type fixture struct {
	t         testing.TB
	ctx       sdk.Context
	key       *storetypes.KVStoreKey
	ledger    *fakes.Ledger
	escrow    *fakeEscrow
	clock     *fakes.Clock
	keeper    *keeper.Keeper
	msgs      types.MsgServer
	queries   types.QueryServer
	jobs      *keeper.ScopedKeeper
	authority string
}

func newFixture(tb testing.TB) *fixture {
	tb.Helper()
	f := &fixture{
		t: tb, ledger: fakes.NewLedger(), clock: fakes.NewClock(start),
		key:       storetypes.NewKVStoreKey(types.StoreKey),
		authority: fakes.ModuleAddress("gov").String(),
	}
	f.escrow = &fakeEscrow{key: storetypes.NewKVStoreKey("fake_escrow"), ledger: f.ledger}
	f.ctx = fakes.NewContext(f.ledger.StoreKey(), f.escrow.key, f.key).WithChainID(chainID)
	f.keeper = newKeeper(f)
	f.msgs, f.queries = keeper.NewMsgServer(f.keeper), keeper.NewQueryServer(f.keeper)
	f.jobs = f.keeper.Scoped("jobmarket")
	for _, who := range []sdk.AccAddress{alice, bob, carol, mallory} {
		f.ledger.Fund(f.ctx, who, sdk.NewCoins(uait(wealth)))
	}
	gs := types.DefaultGenesisState()
	gs.Params = patient()
	must(tb, f.keeper.InitGenesis(f.ctx, *gs))
	return f
}

// patient returns the default parameters with so much time that tests of other things
// don't meet the end of it.
func patient() types.Params {
	params := types.DefaultParams()
	params.SilenceSeconds, params.PendingSeconds = types.MaxSilenceSeconds, types.MaxPendingSeconds
	return params
}

// activated is the event of an agent that becomes active.
func (f *fixture) activated(id uint64, old types.AgentStatus) *types.EventAgentStatusChanged {
	return &types.EventAgentStatusChanged{
		AgentId: id, OldStatus: old, NewStatus: types.AGENT_STATUS_ACTIVE, StatusUntil: f.now() + types.MaxSilenceSeconds,
	}
}

func newKeeper(f *fixture) *keeper.Keeper {
	return keeper.NewKeeper(
		codec.NewProtoCodec(codectypes.NewInterfaceRegistry()), runtime.NewKVStoreService(f.key),
		addressCodec(), f.clock, f.escrow, f.ledger, f.authority)
}

func addressCodec() coreaddress.Codec {
	return address.NewBech32Codec(sdk.GetConfig().GetBech32AccountAddrPrefix())
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func uait(n int64) sdk.Coin { return sdk.NewInt64Coin(chaintypes.BaseDenom, n) }

// newProfile returns the profile that the documentation shows.
func newProfile(tb testing.TB) types.Profile {
	tb.Helper()
	text, err := os.ReadFile("../testdata/profile.json")
	must(tb, err)
	var p types.Profile
	must(tb, codec.NewProtoCodec(codectypes.NewInterfaceRegistry()).UnmarshalJSON(text, &p))
	return p
}

// do runs a message as a transaction does: an error undoes everything. Afterwards
// the invariants hold and no coin is lost.
func (f *fixture) do(message func(ctx sdk.Context) error) error {
	f.t.Helper()
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	cached, write := f.ctx.CacheContext()
	err := message(cached)
	if err == nil {
		write()
	}
	f.check()
	return err
}

// check checks the module's invariants and the ledger.
func (f *fixture) check() {
	f.t.Helper()
	must(f.t, f.keeper.CheckInvariants(f.ctx))
	must(f.t, f.ledger.Check(f.ctx))
}

// must runs a message that can't fail.
func (f *fixture) must(message func(ctx sdk.Context) error) {
	f.t.Helper()
	must(f.t, f.do(message))
}

// refused runs a message that must fail, leave everything as it was and say
// nothing to the world.
func (f *fixture) refused(want error, text string, message func(ctx sdk.Context) error) {
	f.t.Helper()
	err := f.do(message)
	if !errors.Is(err, want) || !strings.Contains(err.Error(), text) {
		f.t.Fatalf("expected %v with %q, got %v", want, text, err)
	}
	if got := f.events(); len(got) != 0 {
		f.t.Fatalf("expected no event, got %v", got)
	}
}

// endBlock ends a block after so many seconds.
func (f *fixture) endBlock(seconds int) {
	f.t.Helper()
	f.clock.Advance(time.Duration(seconds) * time.Second)
	f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
	must(f.t, f.keeper.EndBlock(f.ctx))
	f.check()
}

// events returns what was announced by the last message or block, bank's and
// escrow's events not among them.
func (f *fixture) events() []proto.Message {
	f.t.Helper()
	var found []proto.Message
	for _, e := range f.ctx.EventManager().Events().ToABCIEvents() {
		msg, err := sdk.ParseTypedEvent(e)
		must(f.t, err)
		found = append(found, msg)
	}
	return found
}

// expectEvents compares the events of the last message or block.
func (f *fixture) expectEvents(want ...proto.Message) {
	f.t.Helper()
	got := f.events()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			f.t.Errorf("event %d: expected %T, got none", i, want[i])
		case i >= len(want):
			f.t.Errorf("event %d: expected none, got %T %v", i, got[i], got[i])
		case proto.MessageName(got[i]) != proto.MessageName(want[i]) || got[i].String() != want[i].String():
			f.t.Errorf("event %d: expected %T %v, got %T %v", i, want[i], want[i], got[i], got[i])
		}
	}
}

// register registers an agent of an owner that is its own operator and payout.
func (f *fixture) register(owner sdk.AccAddress, bond int64) uint64 {
	f.t.Helper()
	var id uint64
	f.must(func(ctx sdk.Context) error {
		res, err := f.msgs.RegisterAgent(ctx, &types.MsgRegisterAgent{Owner: owner.String(), Profile: newProfile(f.t), Bond: uait(bond)})
		if err == nil {
			id = res.AgentId
		}
		return err
	})
	return id
}

func (f *fixture) bond(owner sdk.AccAddress, id uint64, amount int64) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.BondAgent(ctx, &types.MsgBondAgent{Owner: owner.String(), AgentId: id, Amount: uait(amount)})
		return err
	}
}

func (f *fixture) unbond(owner sdk.AccAddress, id uint64, amount int64) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.UnbondAgent(ctx, &types.MsgUnbondAgent{Owner: owner.String(), AgentId: id, Amount: uait(amount)})
		return err
	}
}

func (f *fixture) complete(sender sdk.AccAddress, id uint64) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.CompleteUnbonding(ctx, &types.MsgCompleteUnbonding{Sender: sender.String(), AgentId: id})
		return err
	}
}

func (f *fixture) pause(signer sdk.AccAddress, id uint64) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.PauseAgent(ctx, &types.MsgPauseAgent{Signer: signer.String(), AgentId: id})
		return err
	}
}

func (f *fixture) resume(signer sdk.AccAddress, id uint64) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.ResumeAgent(ctx, &types.MsgResumeAgent{Signer: signer.String(), AgentId: id})
		return err
	}
}

func (f *fixture) retire(owner sdk.AccAddress, id uint64) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.RetireAgent(ctx, &types.MsgRetireAgent{Owner: owner.String(), AgentId: id})
		return err
	}
}

func (f *fixture) update(signer sdk.AccAddress, id uint64, profile types.Profile) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.UpdateAgent(ctx, &types.MsgUpdateAgent{Signer: signer.String(), AgentId: id, Profile: profile})
		return err
	}
}

func (f *fixture) setOperator(owner sdk.AccAddress, id uint64, operator sdk.AccAddress) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		msg := &types.MsgSetOperator{Owner: owner.String(), AgentId: id, Operator: operator.String()}
		if r, err := f.keeper.AgentRecord(ctx, id); err == nil && r.Agent.Owner != operator.String() {
			msg.Consent = f.consent(operator, f.terms(id, owner, operator))
		}
		_, err := f.msgs.SetOperator(ctx, msg)
		return err
	}
}

// terms returns what an operator agrees to; the deadline is the earliest that is later
// than that of the operator's last consent.
func (f *fixture) terms(id uint64, owner, operator sdk.AccAddress) types.ConsentTerms {
	deadline := f.now() + 1
	gs, err := f.keeper.ExportGenesis(f.ctx)
	must(f.t, err)
	for _, used := range gs.UsedConsents {
		if used.Operator == operator.String() {
			deadline = max(deadline, used.Deadline+1)
		}
	}
	return types.ConsentTerms{
		ChainID: chainID, AgentID: id, Owner: owner.String(), Operator: operator.String(), Deadline: deadline,
	}
}

// consent returns a signature of terms by a person of the tests.
func (f *fixture) consent(signer sdk.AccAddress, terms types.ConsentTerms) *types.OperatorConsent {
	f.t.Helper()
	key := keys[string(signer)]
	signature, err := key.Sign(terms.SignBytes())
	must(f.t, err)
	return &types.OperatorConsent{PublicKey: key.PubKey().Bytes(), Deadline: terms.Deadline, Signature: signature}
}

func (f *fixture) reserve(id uint64, ref string, amount int64) func(sdk.Context) error {
	return func(ctx sdk.Context) error { return f.jobs.Reserve(ctx, id, []byte(ref), uait(amount), 0) }
}

// now returns market time in seconds.
func (f *fixture) now() uint64 { return uint64(f.clock.Now.Unix()) }

// record returns everything about an agent.
func (f *fixture) record(id uint64) types.AgentRecord {
	f.t.Helper()
	r, err := f.keeper.AgentRecord(f.ctx, id)
	must(f.t, err)
	return r
}

func (f *fixture) expectStatus(id uint64, want types.AgentStatus) {
	f.t.Helper()
	if got := f.record(id).Agent.Status; got != want {
		f.t.Fatalf("status of agent %d: expected %s, got %s", id, want, got)
	}
}

// expectBond compares an agent's bond.
func (f *fixture) expectBond(id uint64, bonded, reserved, unbonding int64, reservations, unbondings uint32) {
	f.t.Helper()
	want := types.Bond{
		Bonded: sdkmath.NewInt(bonded), Reserved: sdkmath.NewInt(reserved), Unbonding: sdkmath.NewInt(unbonding),
		Reservations: reservations, Unbondings: unbondings,
	}
	if got := f.record(id).Bond; got.String() != want.String() {
		f.t.Fatalf("bond of agent %d: expected %v, got %v", id, want, got)
	}
}

func (f *fixture) balance(who sdk.AccAddress) int64 {
	return f.ledger.GetBalance(f.ctx, who, chaintypes.BaseDenom).Amount.Int64()
}

func (f *fixture) expectBalance(who sdk.AccAddress, want int64) {
	f.t.Helper()
	if got := f.balance(who); got != want {
		f.t.Fatalf("balance of %s: expected %d, got %d", string(who), want, got)
	}
}

// burned returns what waits to be burned.
func (f *fixture) burned() int64 {
	return f.ledger.Pending(f.ctx, escrowtypes.BurnPoolName).AmountOf(chaintypes.BaseDenom).Int64()
}

var errNoFunds = sdkerrors.ErrInsufficientFunds
