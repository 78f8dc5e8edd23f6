package keeper_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/keeper"
	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// The model is the registry as simply as it can be written: plain numbers, and the
// rules of README.md. Random actions of random people are done to both; whether an
// action succeeds and what comes out of it must agree, the invariants must hold
// after each, and no coin may be lost.

// modelAgent is one agent of the model.
type modelAgent struct {
	owner, operator sdk.AccAddress
	status          types.AgentStatus
	bonded          int64
	reserved        map[string]int64 // by holder/reference
	leaving         map[uint64]int64 // by time
	parked          map[uint64]bool
}

func (a *modelAgent) unbonding() int64 { return sum(a.leaving) }
func (a *modelAgent) stake() int64     { return a.bonded - a.unbonding() }
func (a *modelAgent) free() int64      { return a.stake() - sum(a.reserved) }

func (a *modelAgent) is(statuses ...types.AgentStatus) bool {
	return slices.Contains(statuses, a.status)
}

func (a *modelAgent) isOperatedBy(who sdk.AccAddress) bool {
	return who.Equals(a.owner) || who.Equals(a.operator)
}

func sum[K comparable](parts map[K]int64) int64 {
	total := int64(0)
	for _, n := range parts {
		total += n
	}
	return total
}

const (
	pending = types.AGENT_STATUS_PENDING
	active  = types.AGENT_STATUS_ACTIVE
	paused  = types.AGENT_STATUS_PAUSED
	retired = types.AGENT_STATUS_RETIRED

	// Small numbers, so that bounds are met often.
	modelMinBond   = 10
	modelFee       = 3
	modelUnbonding = 60
	modelPerBlock  = 2
)

// world is the registry and its model.
type world struct {
	*fixture
	agents   []*modelAgent // by id, from 1
	balances map[string]int64
	burned   int64
	failing  map[string]bool
	holders  map[string]*keeper.ScopedKeeper
}

var people = []sdk.AccAddress{alice, bob, carol}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{fixture: newFixture(tb), balances: map[string]int64{}, failing: map[string]bool{}}
	must(tb, w.keeper.UpdateParams(w.ctx, w.authority, types.Params{
		RegistrationFee: uait(modelFee), MinBond: uait(modelMinBond),
		UnbondingSeconds: modelUnbonding, MaxCompletionsPerBlock: modelPerBlock,
	}))
	w.holders = map[string]*keeper.ScopedKeeper{"jobmarket": w.jobs, "auction": w.keeper.Scoped("auction")}
	for _, who := range people {
		w.balances[string(who)] = wealth
	}
	return w
}

// act does an action and compares its success with the model's.
func (w *world) act(t *rapid.T, possible bool, action func(ctx sdk.Context) error) bool {
	cached, write := w.ctx.CacheContext()
	err := action(cached)
	if (err == nil) != possible {
		t.Fatalf("expected success: %t, got %v", possible, err)
	}
	if err == nil {
		write()
	}
	return possible
}

func (w *world) agent(t *rapid.T) (uint64, *modelAgent) {
	if len(w.agents) == 0 {
		t.Skip("no agents yet")
	}
	id := rapid.IntRange(1, len(w.agents)).Draw(t, "agent")
	return uint64(id), w.agents[id-1]
}

func person(t *rapid.T, name string) sdk.AccAddress { return rapid.SampledFrom(people).Draw(t, name) }

func amount(t *rapid.T) int64 { return rapid.Int64Range(0, 15).Draw(t, "amount") }

func (w *world) registerAgent(t *rapid.T) { w.registerFor(t, person(t, "owner"), amount(t)) }

func (w *world) registerFor(t *rapid.T, owner sdk.AccAddress, n int64) {
	w.act(t, true, func(ctx sdk.Context) error {
		res, err := w.msgs.RegisterAgent(ctx, &types.MsgRegisterAgent{Owner: owner.String(), Profile: newProfile(w.t), Bond: uait(n)})
		if err == nil && res.AgentId != uint64(len(w.agents)+1) {
			t.Fatalf("expected id %d, got %d", len(w.agents)+1, res.AgentId)
		}
		return err
	})
	status := pending
	if n >= modelMinBond {
		status = active
	}
	w.agents = append(w.agents, &modelAgent{
		owner: owner, operator: owner, status: status, bonded: n,
		reserved: map[string]int64{}, leaving: map[uint64]int64{}, parked: map[uint64]bool{},
	})
	w.balances[string(owner)] -= n + modelFee
	w.burned += modelFee
}

func (w *world) bondAgent(t *rapid.T) {
	id, a := w.agent(t)
	who, n := person(t, "signer"), amount(t)
	if !w.act(t, who.Equals(a.owner) && n > 0 && !a.is(retired), w.bond(who, id, n)) {
		return
	}
	a.bonded += n
	w.balances[string(who)] -= n
	if a.is(pending) && a.stake() >= modelMinBond {
		a.status = active
	}
}

func (w *world) unbondAgent(t *rapid.T) {
	id, a := w.agent(t)
	who, n := person(t, "signer"), amount(t)
	at := w.now() + modelUnbonding
	_, merged := a.leaving[at]
	possible := who.Equals(a.owner) && n > 0 && !a.is(retired) && n <= a.free() &&
		(merged || len(a.leaving) < types.MaxUnbondings) && (!a.is(active) || a.stake()-n >= modelMinBond)
	if w.act(t, possible, w.unbond(who, id, n)) {
		a.leaving[at] += n
	}
}

func (w *world) retireAgent(t *rapid.T) {
	id, a := w.agent(t)
	who := person(t, "signer")
	at := w.now() + modelUnbonding
	_, merged := a.leaving[at]
	possible := who.Equals(a.owner) && !a.is(retired) && len(a.reserved) == 0 &&
		(a.free() == 0 || merged || len(a.leaving) < types.MaxUnbondings)
	if !w.act(t, possible, w.retire(who, id)) {
		return
	}
	if n := a.free(); n > 0 {
		a.leaving[at] += n
	}
	a.status = retired
}

func (w *world) pauseAgent(t *rapid.T) {
	id, a := w.agent(t)
	who := person(t, "signer")
	if w.act(t, a.isOperatedBy(who) && a.is(active), w.pause(who, id)) {
		a.status = paused
	}
}

func (w *world) resumeAgent(t *rapid.T) {
	id, a := w.agent(t)
	who := person(t, "signer")
	if w.act(t, a.isOperatedBy(who) && a.is(paused) && a.stake() >= modelMinBond, w.resume(who, id)) {
		a.status = active
	}
}

func (w *world) changeOperator(t *rapid.T) {
	id, a := w.agent(t)
	who, next := person(t, "signer"), person(t, "operator")
	if w.act(t, who.Equals(a.owner) && !next.Equals(a.operator) && !a.is(retired), w.setOperator(who, id, next)) {
		a.operator = next
	}
}

func (w *world) updateAgent(t *rapid.T) {
	id, a := w.agent(t)
	who, profile := person(t, "signer"), newProfile(w.t)
	profile.Skills = profile.Skills[rapid.IntRange(0, 2).Draw(t, "skill"):] // the last one is no skill at all
	w.act(t, a.isOperatedBy(who) && !a.is(retired) && len(profile.Skills) > 0, w.update(who, id, profile))
}

// reservation draws the name of a reservation.
func (w *world) reservation(t *rapid.T) (string, *keeper.ScopedKeeper, []byte) {
	holder := rapid.SampledFrom([]string{"jobmarket", "auction"}).Draw(t, "holder")
	ref := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "reference")
	return holder + "/" + ref, w.holders[holder], []byte(ref)
}

func (w *world) reserveBond(t *rapid.T) {
	id, a := w.agent(t)
	name, holder, ref := w.reservation(t)
	n, most := amount(t), rapid.Uint32Range(0, 4).Draw(t, "most")
	_, taken := a.reserved[name]
	possible := a.is(active, paused) && !taken && n <= a.free() && (most == 0 || len(a.reserved) < int(most))
	if w.act(t, possible, func(ctx sdk.Context) error { return holder.Reserve(ctx, id, ref, uait(n), most) }) {
		a.reserved[name] = n
	}
}

func (w *world) releaseBond(t *rapid.T) {
	id, a := w.agent(t)
	name, holder, ref := w.reservation(t)
	_, taken := a.reserved[name]
	if w.act(t, taken, func(ctx sdk.Context) error { return holder.Release(ctx, id, ref) }) {
		delete(a.reserved, name)
	}
}

func (w *world) slashBond(t *rapid.T) {
	id, a := w.agent(t)
	name, holder, ref := w.reservation(t)
	n, to := amount(t), person(t, "to")
	burn := rapid.Bool().Draw(t, "burn")
	if burn {
		to = nil
	}
	reserved, taken := a.reserved[name]
	possible := taken && n > 0 && n <= reserved && (burn || !w.failing[string(to)])
	if !w.act(t, possible, func(ctx sdk.Context) error { return holder.Slash(ctx, id, ref, uait(n), to) }) {
		return
	}
	a.bonded -= n
	a.reserved[name] -= n
	if burn {
		w.burned += n
	} else {
		w.balances[string(to)] += n
	}
}

// pay carries out a withdrawal in the model.
func (w *world) pay(a *modelAgent, at uint64) {
	n := a.leaving[at]
	a.bonded -= n
	w.balances[string(a.owner)] += n
	delete(a.leaving, at)
	delete(a.parked, at)
}

func (w *world) completeUnbonding(t *rapid.T) {
	id, a := w.agent(t)
	var due []uint64
	for at := range a.leaving {
		if at <= w.now() {
			due = append(due, at)
		}
	}
	if w.act(t, len(due) > 0 && !w.failing[string(a.owner)], w.complete(mallory, id)) {
		for _, at := range due {
			w.pay(a, at)
		}
	}
}

func (w *world) endOfBlock(t *rapid.T) {
	w.clock.Advance(time.Duration(rapid.IntRange(0, 40).Draw(t, "seconds")) * time.Second)
	must(w.t, w.keeper.EndBlock(w.ctx))

	type waiting struct{ at, id uint64 }
	var due []waiting
	for i, a := range w.agents {
		for at := range a.leaving {
			if at <= w.now() && !a.parked[at] {
				due = append(due, waiting{at, uint64(i + 1)})
			}
		}
	}
	slices.SortFunc(due, func(x, y waiting) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.id, y.id)) })
	for _, e := range due[:min(len(due), modelPerBlock)] {
		if a := w.agents[e.id-1]; w.failing[string(a.owner)] {
			a.parked[e.at] = true
		} else {
			w.pay(a, e.at)
		}
	}
}

// breakOrMend lets transfers to somebody fail, or not any more.
func (w *world) breakOrMend(t *rapid.T) {
	who := person(t, "who")
	if w.failing[string(who)] {
		w.ledger.Mend(who)
		delete(w.failing, string(who))
		return
	}
	w.ledger.Fail(who)
	w.failing[string(who)] = true
}

// restart exports the registry and imports it into an empty store.
func (w *world) restart(*rapid.T) {
	gs, err := w.keeper.ExportGenesis(w.ctx)
	must(w.t, err)
	w.reset()
	must(w.t, w.keeper.InitGenesis(w.ctx, *gs))
}

// compare compares everything.
func (w *world) compare(t *rapid.T) {
	if err := w.keeper.CheckInvariants(w.ctx); err != nil {
		t.Fatal(err)
	}
	if err := w.ledger.Check(w.ctx); err != nil {
		t.Fatal(err)
	}
	for i, a := range w.agents {
		w.compareAgent(t, uint64(i+1), a)
	}
	for _, who := range people {
		if want, got := w.balances[string(who)], w.balance(who); want != got {
			t.Fatalf("balance of %s: expected %d, got %d", string(who), want, got)
		}
	}
	if got := w.fixture.burned(); got != w.burned {
		t.Fatalf("burned: expected %d, got %d", w.burned, got)
	}
}

func (w *world) compareAgent(t *rapid.T, id uint64, a *modelAgent) {
	r := w.record(id)
	if r.Agent.Status != a.status || r.Agent.Owner != a.owner.String() || r.Agent.Operator != a.operator.String() {
		t.Fatalf("agent %d: expected %s of %s by %s, got %v", id, a.status, a.owner, a.operator, r.Agent)
	}
	want := types.Bond{
		Bonded: sdkmath.NewInt(a.bonded), Reserved: sdkmath.NewInt(sum(a.reserved)), Unbonding: sdkmath.NewInt(a.unbonding()),
		Reservations: uint32(len(a.reserved)), Unbondings: uint32(len(a.leaving)),
	}
	if r.Bond.String() != want.String() {
		t.Fatalf("bond of agent %d: expected %v, got %v", id, want, r.Bond)
	}
	unbondings, err := w.keeper.Unbondings(w.ctx, id)
	must(w.t, err)
	for i, at := range slices.Sorted(maps.Keys(a.leaving)) {
		want := types.Unbonding{AgentId: id, CompletesAt: at, Amount: sdkmath.NewInt(a.leaving[at])}
		if got := unbondings[i]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("withdrawal %d of agent %d: expected %v, got %v", i, id, want, got)
		}
	}
	if hireable := w.jobs.Hireable(w.ctx, id) == nil; hireable != (a.is(active) && a.stake() >= modelMinBond) {
		t.Fatalf("agent %d: hireable: got %t", id, hireable)
	}
}

func TestKeeper_Model(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		for _, who := range people {
			w.registerFor(rt, who, 3*modelMinBond)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"":             w.compare,
			"register":     w.registerAgent,
			"bond":         w.bondAgent,
			"unbond":       w.unbondAgent,
			"unbond more":  w.unbondAgent,
			"retire":       w.retireAgent,
			"pause":        w.pauseAgent,
			"resume":       w.resumeAgent,
			"set operator": w.changeOperator,
			"update":       w.updateAgent,
			"reserve":      w.reserveBond,
			"reserve more": w.reserveBond,
			"release":      w.releaseBond,
			"slash":        w.slashBond,
			"complete":     w.completeUnbonding,
			"end block":    w.endOfBlock,
			"end block 2":  w.endOfBlock,
			"break":        w.breakOrMend,
			"restart":      w.restart,
		})
		w.drain(rt)
	})
}

// drain ends everything: once all work is released and everybody can be paid, all
// agents can retire and get back every coin that was not slashed.
func (w *world) drain(t *rapid.T) {
	for who := range maps.Keys(w.failing) {
		w.ledger.Mend(sdk.AccAddress(who))
	}
	clear(w.failing)
	paidOut := func() {
		w.clock.Advance(modelUnbonding * time.Second)
		for i, a := range w.agents {
			if len(a.leaving) == 0 {
				continue
			}
			w.act(t, true, w.complete(mallory, uint64(i+1)))
			for at := range maps.Clone(a.leaving) {
				w.pay(a, at)
			}
		}
		w.compare(t)
	}
	paidOut()
	for i, a := range w.agents {
		id := uint64(i + 1)
		for name := range maps.Clone(a.reserved) {
			holder, ref := name[:len(name)-2], name[len(name)-1:]
			w.act(t, true, func(ctx sdk.Context) error { return w.holders[holder].Release(ctx, id, []byte(ref)) })
			delete(a.reserved, name)
		}
		if a.is(retired) {
			continue
		}
		w.act(t, true, w.retire(a.owner, id))
		a.status = retired
		if n := a.free(); n > 0 {
			a.leaving[w.now()+modelUnbonding] = n
		}
	}
	paidOut()
	for i, a := range w.agents {
		if a.bonded != 0 {
			t.Fatalf("agent %d: expected nothing left, got %d", i+1, a.bonded)
		}
	}
}
