package keeper_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// reset empties the registry's store; its neighbours keep theirs.
func (f *fixture) reset() {
	f.t.Helper()
	store := f.ctx.KVStore(f.key)
	it := store.Iterator(nil, nil)
	var keys [][]byte
	for ; it.Valid(); it.Next() {
		keys = append(keys, it.Key())
	}
	must(f.t, it.Close())
	for _, key := range keys {
		store.Delete(key)
	}
}

// contents returns the registry's store.
func (f *fixture) contents() map[string]string {
	f.t.Helper()
	it := f.ctx.KVStore(f.key).Iterator(nil, nil)
	found := map[string]string{}
	for ; it.Valid(); it.Next() {
		found[string(it.Key())] = string(it.Value())
	}
	must(f.t, it.Close())
	return found
}

// busy makes a state with something of everything.
func (f *fixture) busy() *fixture {
	f.t.Helper()
	f.register(alice, 3*minBond)
	f.register(bob, minBond)
	f.register(alice, minBond)
	f.register(carol, minBond)
	f.register(carol, 0)
	f.must(f.setOperator(alice, 1, carol))
	f.must(f.reserve(1, "one", 100))
	f.must(f.reserve(1, "two", 0))
	f.must(func(ctx sdk.Context) error {
		return f.keeper.Scoped("auction").Reserve(ctx, 2, []byte("one"), uait(7), 0)
	})
	f.must(f.unbond(alice, 1, 9))
	f.must(f.retire(alice, 3))
	f.ledger.Fail(alice)
	f.endBlock(unbonding) // parks two
	f.ledger.Mend(alice)
	f.must(f.pause(bob, 2))
	f.must(f.unbond(bob, 2, 5))
	f.endBlock(1)
	f.must(f.unbond(bob, 2, 6))
	f.must(f.retire(carol, 4))
	f.register(carol, minBond)
	f.must(f.setPayout(carol, 6, mallory))
	f.must(f.offer(carol, 6, bob))
	f.must(f.maintain(carol, 6, 100))
	f.must(f.attest(mallory, 6, types.ATTESTATION_TYPE_DNS))
	f.must(f.attest(bob, 4-3, types.ATTESTATION_TYPE_AUDITOR))
	f.must(f.revoke(bob, 1, types.ATTESTATION_TYPE_AUDITOR))
	f.parkTimer(6, types.TIMER_KIND_PAYOUT)
	return f
}

func TestKeeper_Genesis_RoundTrip(t *testing.T) {
	f := newFixture(t).busy()
	exported, err := f.keeper.ExportGenesis(f.ctx)
	must(t, err)
	if len(exported.Agents) != 6 || len(exported.ParkedTimers) != 1 || len(exported.Attestations) != 2 || len(exported.UsedConsents) != 1 || len(exported.Reservations) != 3 || len(exported.Unbondings) != 3 || len(exported.ParkedUnbondings) != 2 {
		t.Fatalf("expected something of everything, got %v", exported)
	}
	before := f.contents()

	// Through JSON, as a genesis file.
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	var imported types.GenesisState
	must(t, cdc.UnmarshalJSON(cdc.MustMarshalJSON(exported), &imported))
	f.reset()
	must(t, f.keeper.InitGenesis(f.ctx, imported))
	f.check()
	again, err := f.keeper.ExportGenesis(f.ctx)
	must(t, err)
	if again.String() != exported.String() {
		t.Errorf("expected %v, got %v", exported, again)
	}
	after := f.contents()
	for key, value := range before {
		if after[key] != value {
			t.Errorf("key %X: expected %X, got %X", key, value, after[key])
		}
	}
	if len(after) != len(before) {
		t.Errorf("expected %d keys, got %d", len(before), len(after))
	}
}

func TestKeeper_InitGenesis_Refuses(t *testing.T) {
	f := newFixture(t).busy()
	gs, err := f.keeper.ExportGenesis(f.ctx)
	must(t, err)
	f.reset()
	if err := f.keeper.InitGenesis(f.ctx, types.GenesisState{}); !errors.Is(err, types.ErrInvalidParams) {
		t.Errorf("expected %v, got %v", types.ErrInvalidParams, err)
	}
	if got := f.contents(); len(got) != 0 {
		t.Errorf("expected nothing stored, got %d keys", len(got))
	}
	// A bond without its coins in escrow is no bond.
	gs.Agents[0].Bond.Bonded = gs.Agents[0].Bond.Bonded.AddRaw(1)
	if err := f.keeper.InitGenesis(f.ctx, *gs); !errors.Is(err, types.ErrInvariantBroken) {
		t.Errorf("expected %v, got %v", types.ErrInvariantBroken, err)
	}
}

// Every kind of damage is seen.
func TestKeeper_CheckInvariants_SeesDamage(t *testing.T) {
	f := newFixture(t).busy()
	number := types.Reference
	text := func(parts ...[]byte) []byte {
		var key []byte
		for _, p := range parts {
			key = append(key, p...)
		}
		return key
	}
	addr := func(a sdk.AccAddress) []byte { return append([]byte{byte(len(a))}, a...) }
	queued := func() []byte { // the last entry of the queue
		it := f.ctx.KVStore(f.key).ReverseIterator(types.QueueKey.Bytes(), types.ParkedKey.Bytes())
		defer func() { must(t, it.Close()) }()
		return it.Key()
	}()
	kind := func(kind types.TimerKind) []byte { return binary.BigEndian.AppendUint32(nil, uint32(kind)) }
	timer := func(id uint64, of types.TimerKind) []byte {
		return text(types.TimersKey.Bytes(), number(f.record(id).Agent.TimerAt(of)), number(id), kind(of))
	}
	parked := text(types.ParkedKey.Bytes(), number(1), number(f.now()-1))
	unbonding := func(queueKey []byte) []byte {
		n := len(types.QueueKey.Bytes())
		return text(types.UnbondingsKey.Bytes(), queueKey[n+8:], queueKey[n:n+8])
	}
	set := func(key []byte) func(sdk.Context) {
		return func(ctx sdk.Context) { ctx.KVStore(f.key).Set(key, []byte{}) }
	}
	remove := func(key []byte) func(sdk.Context) {
		return func(ctx sdk.Context) {
			if !ctx.KVStore(f.key).Has(key) {
				t.Fatalf("expected the key %X to be there", key)
			}
			ctx.KVStore(f.key).Delete(key)
		}
	}
	tests := map[string]func(sdk.Context){
		"escrow holds less": func(ctx sdk.Context) { must(t, f.escrow.Refund(ctx, types.Reference(1), sdk.NewCoins(uait(1)))) },
		"escrow holds more": func(ctx sdk.Context) { must(t, f.escrow.Increase(ctx, types.Reference(1), sdk.NewCoins(uait(1)))) },
		"no bond":           remove(text(types.BondsKey.Bytes(), number(5))),
		"no profile":        remove(text(types.ProfilesKey.Bytes(), number(5))),
		"a bond of nobody":  set(text(types.BondsKey.Bytes(), number(9))),
		"a profile of nobody": func(ctx sdk.Context) {
			ctx.KVStore(f.key).Set(text(types.ProfilesKey.Bytes(), number(9)), ctx.KVStore(f.key).Get(text(types.ProfilesKey.Bytes(), number(1))))
		},
		"no owner's entry":                 remove(text(types.AgentsByOwnerKey.Bytes(), addr(alice), number(1))),
		"another owner's entry":            set(text(types.AgentsByOwnerKey.Bytes(), addr(bob), number(1))),
		"no operator's entry":              remove(text(types.AgentsByOperatorKey.Bytes(), addr(carol), number(1))),
		"another operator's entry":         set(text(types.AgentsByOperatorKey.Bytes(), addr(alice), number(1))),
		"no skill's entry":                 remove(text(types.AgentsBySkillKey.Bytes(), []byte("text.summarize\x00"), number(1))),
		"another skill's entry":            set(text(types.AgentsBySkillKey.Bytes(), []byte("text.other\x00"), number(1))),
		"a skill of a retired one":         set(text(types.AgentsBySkillKey.Bytes(), []byte("text.summarize\x00"), number(3))),
		"no reservation":                   remove(text(types.ReservationsKey.Bytes(), number(1), []byte("jobmarket\x00one"))),
		"a reservation of nothing is gone": remove(text(types.ReservationsKey.Bytes(), number(1), []byte("jobmarket\x00two"))),
		"no withdrawal":                    remove(unbonding(queued)),
		"a withdrawal waits nowhere":       remove(queued),
		"a withdrawal waits twice":         set(text(types.ParkedKey.Bytes(), queued[len(types.QueueKey.Bytes())+8:], queued[len(types.QueueKey.Bytes()):][:8])),
		"a parked one waits nowhere":       remove(parked),
		"nobody waits":                     set(text(types.QueueKey.Bytes(), number(1), number(1))),
		"nobody is parked":                 set(text(types.ParkedKey.Bytes(), number(1), number(1))),
		"the next id was used":             func(ctx sdk.Context) { ctx.KVStore(f.key).Set(types.NextAgentIDKey.Bytes(), number(6)) },
		"a timer waits nowhere":            remove(timer(6, types.TIMER_KIND_TRANSFER)),
		"a timer waits twice":              set(timer(6, types.TIMER_KIND_PAYOUT)),
		"a timer of nobody":                set(text(types.TimersKey.Bytes(), number(1), number(1), kind(1))),
		"a parked timer of nobody": func(ctx sdk.Context) {
			ctx.KVStore(f.key).Set(text(types.ParkedTimersKey.Bytes(), number(1), kind(3)), number(1))
		},
		"a parked timer waits nowhere": remove(text(types.ParkedTimersKey.Bytes(), number(6), kind(types.TIMER_KIND_PAYOUT))),
		"never seen":                   remove(text(types.LastSeenKey.Bytes(), number(5))),
		"nobody seen":                  set(text(types.LastSeenKey.Bytes(), number(9))),
	}
	for name, damage := range tests {
		t.Run(name, func(t *testing.T) {
			cached, _ := f.ctx.CacheContext()
			damage(cached)
			if err := f.keeper.CheckInvariants(cached); err == nil {
				t.Error("expected the damage to be seen")
			}
		})
	}
	f.check()
}

// The keys above are those of the collections.
func TestKeys_Encoding(t *testing.T) {
	codec := collections.PairKeyCodec(collections.StringKey, collections.Uint64Key)
	key := collections.Join("text.summarize", uint64(1))
	bz := make([]byte, codec.Size(key))
	_, err := codec.Encode(bz, key)
	must(t, err)
	if want := "text.summarize\x00" + string(types.Reference(1)); string(bz) != want {
		t.Errorf("expected %X, got %X", want, bz)
	}
}
