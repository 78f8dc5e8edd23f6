package keeper_test

import (
	"cmp"
	"errors"
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
	owner, operator, payout sdk.AccAddress

	status types.AgentStatus // unspecified: removed
	reason types.PauseReason
	until  uint64
	stuck  bool // the timer of the status is parked
	seen   uint64
	change *planned // of the payout
	offer  *planned // to a new owner

	bonded   int64
	reserved map[string]int64 // by holder/reference
	leaving  map[uint64]int64 // by time
	parked   map[uint64]bool
}

// planned is an address that counts from a time, or until then.
type planned struct {
	who sdk.AccAddress
	at  uint64
}

// turn gives an agent another status.
func (a *modelAgent) turn(status types.AgentStatus, reason types.PauseReason, until uint64) {
	a.status, a.reason, a.until, a.stuck = status, reason, until, false
}

func (a *modelAgent) timer(kind types.TimerKind) uint64 {
	switch {
	case kind == types.TIMER_KIND_STATUS:
		return a.until
	case kind == types.TIMER_KIND_PAYOUT && a.change != nil:
		return a.change.at
	case kind == types.TIMER_KIND_TRANSFER && a.offer != nil:
		return a.offer.at
	}
	return 0
}

func (a *modelAgent) exists() bool { return a.status != types.AGENT_STATUS_UNSPECIFIED }
func (a *modelAgent) lives() bool  { return a.exists() && a.status != retired }
func (a *modelAgent) works() bool  { return a.lives() && a.status != pending }

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

	maintenance = types.AGENT_STATUS_MAINTENANCE
	draining    = types.AGENT_STATUS_DRAINING
	suspended   = types.AGENT_STATUS_SUSPENDED

	// Small numbers, so that bounds are met often.
	modelMinBond   = 10
	modelFee       = 3
	modelUnbonding = 60
	modelPerBlock  = 2
	modelTimers    = 3
	modelDelay     = 60
	modelPending   = 150
	modelSilence   = 100
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
		UnbondingSeconds: modelUnbonding, MaxCompletionsPerBlock: modelPerBlock, MaxTimersPerBlock: modelTimers,
		PayoutDelaySeconds: modelDelay, PendingSeconds: modelPending, SilenceSeconds: modelSilence,
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
	a := &modelAgent{
		owner: owner, operator: owner, payout: owner, seen: w.now(), bonded: n,
		reserved: map[string]int64{}, leaving: map[uint64]int64{}, parked: map[uint64]bool{},
	}
	a.turn(pending, 0, w.now()+modelPending)
	if n >= modelMinBond {
		a.turn(active, 0, w.now()+modelSilence)
	}
	w.agents = append(w.agents, a)
	w.balances[string(owner)] -= n + modelFee
	w.burned += modelFee
}

func (w *world) bondAgent(t *rapid.T) {
	id, a := w.agent(t)
	who, n := person(t, "signer"), amount(t)
	if !w.act(t, who.Equals(a.owner) && n > 0 && a.lives(), w.bond(who, id, n)) {
		return
	}
	a.bonded += n
	w.balances[string(who)] -= n
	if a.is(pending) && a.stake() >= modelMinBond {
		a.turn(active, 0, w.now()+modelSilence)
	}
}

func (w *world) unbondAgent(t *rapid.T) {
	id, a := w.agent(t)
	who, n := person(t, "signer"), amount(t)
	at := w.now() + modelUnbonding
	_, merged := a.leaving[at]
	possible := who.Equals(a.owner) && n > 0 && a.is(pending, active, paused, maintenance, draining) && n <= a.free() &&
		(merged || len(a.leaving) < types.MaxUnbondings) && (!a.is(active) || a.stake()-n >= modelMinBond)
	if w.act(t, possible, w.unbond(who, id, n)) {
		a.leaving[at] += n
	}
}

func (w *world) retireAgent(t *rapid.T) {
	id, a := w.agent(t)
	who := person(t, "signer")
	if w.act(t, who.Equals(a.owner) && a.is(active, paused, maintenance), w.retire(who, id)) {
		w.ends(a)
	}
}

func (w *world) forceRetire(t *rapid.T) {
	id, a := w.agent(t)
	who, right := w.mayGovern(t)
	if w.act(t, right && a.is(active, paused, maintenance, suspended), w.force(who, id)) {
		w.ends(a)
	}
}

// ends lets an agent drain, or retires it.
func (w *world) ends(a *modelAgent) {
	if len(a.reserved) > 0 {
		a.turn(draining, 0, 0)
		return
	}
	if n := a.free(); n > 0 {
		a.leaving[w.now()+modelUnbonding] += n
	}
	a.turn(retired, 0, 0)
	a.change, a.offer = nil, nil
}

// mayGovern draws the authority or somebody else.
func (w *world) mayGovern(t *rapid.T) (string, bool) {
	if rapid.IntRange(0, 3).Draw(t, "authority") == 0 {
		return person(t, "signer").String(), false
	}
	return w.authority, true
}

func (w *world) suspendAgent(t *rapid.T) {
	id, a := w.agent(t)
	who, right := w.mayGovern(t)
	seconds := rapid.Uint64Range(0, 80).Draw(t, "seconds")
	if w.act(t, right && seconds > 0 && a.is(active, paused, maintenance, draining), w.suspend(who, id, seconds)) {
		a.turn(suspended, 0, w.now()+seconds)
	}
}

func (w *world) liftSuspension(t *rapid.T) {
	id, a := w.agent(t)
	who, right := w.mayGovern(t)
	if w.act(t, right && a.is(suspended), w.lift(who, id)) {
		a.turn(paused, types.PAUSE_REASON_SUSPENSION, 0)
	}
}

func (w *world) pauseAgent(t *rapid.T) {
	id, a := w.agent(t)
	who := person(t, "signer")
	if w.act(t, a.isOperatedBy(who) && a.is(active, maintenance), w.pause(who, id)) {
		a.turn(paused, types.PAUSE_REASON_REQUESTED, 0)
	}
}

func (w *world) resumeAgent(t *rapid.T) {
	id, a := w.agent(t)
	who := person(t, "signer")
	if w.act(t, a.isOperatedBy(who) && a.is(paused, maintenance) && a.stake() >= modelMinBond, w.resume(who, id)) {
		a.turn(active, 0, w.now()+modelSilence)
		a.seen = w.now()
	}
}

func (w *world) startMaintenance(t *rapid.T) {
	id, a := w.agent(t)
	who := person(t, "signer")
	seconds := rapid.SampledFrom([]uint64{0, 1, 50, types.MaxMaintenanceSeconds, types.MaxMaintenanceSeconds + 1}).Draw(t, "seconds")
	possible := a.isOperatedBy(who) && a.is(active) && seconds > 0 && seconds <= types.MaxMaintenanceSeconds
	if w.act(t, possible, w.maintain(who, id, seconds)) {
		a.turn(maintenance, 0, w.now()+seconds)
	}
}

func (w *world) beat(t *rapid.T) {
	id, a := w.agent(t)
	who := person(t, "signer")
	if w.act(t, a.isOperatedBy(who) && a.lives(), w.heartbeat(who, id)) {
		a.seen = w.now()
	}
}

func (w *world) missDelivery(t *rapid.T) {
	id, a := w.agent(t)
	if w.act(t, a.exists(), w.fallSilent(id)) && a.is(active) {
		a.turn(paused, types.PAUSE_REASON_SILENCE, 0)
	}
}

func (w *world) changeOperator(t *rapid.T) {
	id, a := w.agent(t)
	who, next := person(t, "signer"), person(t, "operator")
	if w.act(t, who.Equals(a.owner) && !next.Equals(a.operator) && a.lives(), w.setOperator(who, id, next)) {
		a.operator = next
	}
}

func (w *world) changePayout(t *rapid.T) {
	id, a := w.agent(t)
	who, next := person(t, "signer"), person(t, "payout")
	same := next.Equals(a.payout)
	if !w.act(t, who.Equals(a.owner) && a.lives() && (!same || a.change != nil), w.setPayout(who, id, next)) {
		return
	}
	if a.change = nil; !same {
		a.change = &planned{next, w.now() + modelDelay}
	}
}

func (a *modelAgent) canMove() bool {
	return a.is(pending, active, paused, maintenance) && len(a.leaving) == 0
}

func (w *world) offerAgent(t *rapid.T) {
	id, a := w.agent(t)
	who, next := person(t, "signer"), person(t, "new owner")
	if w.act(t, who.Equals(a.owner) && !next.Equals(a.owner) && a.canMove(), w.offer(who, id, next)) {
		a.offer = &planned{next, w.now() + types.TransferSeconds}
	}
}

func (w *world) withdrawOffer(t *rapid.T) {
	id, a := w.agent(t)
	who := person(t, "signer")
	if w.act(t, who.Equals(a.owner) && a.offer != nil && a.exists(), w.withdraw(who, id)) {
		a.offer = nil
	}
}

func (w *world) acceptOffer(t *rapid.T) {
	id, a := w.agent(t)
	who := person(t, "signer")
	possible := a.offer != nil && who.Equals(a.offer.who) && w.now() < a.offer.at && a.canMove()
	if w.act(t, possible, w.accept(who, id)) {
		a.owner, a.operator, a.payout, a.change, a.offer = who, who, who, nil, nil
	}
}

func (w *world) say(t *rapid.T) {
	id, a := w.agent(t)
	w.act(t, a.works(), w.attest(person(t, "issuer"), id, types.ATTESTATION_TYPE_DNS))
}

// fire does what a timer is for, and reports whether it could.
func (w *world) fire(a *modelAgent, kind types.TimerKind) bool {
	switch {
	case kind == types.TIMER_KIND_PAYOUT:
		a.payout, a.change = a.change.who, nil
	case kind == types.TIMER_KIND_TRANSFER:
		a.offer = nil
	case a.is(pending):
		if a.bonded > 0 && w.failing[string(a.owner)] {
			return false
		}
		w.balances[string(a.owner)] += a.bonded
		*a = modelAgent{}
	case a.is(active):
		if again := a.seen + modelSilence; again > w.now() {
			a.until = again
		} else {
			a.turn(paused, types.PAUSE_REASON_SILENCE, 0)
		}
	case a.is(maintenance):
		if a.stake() >= modelMinBond {
			a.turn(active, 0, w.now()+modelSilence)
		} else {
			a.turn(paused, types.PAUSE_REASON_BOND, 0)
		}
	case a.is(suspended):
		a.turn(paused, types.PAUSE_REASON_SUSPENSION, 0)
	}
	return true
}

var kinds = []types.TimerKind{types.TIMER_KIND_STATUS, types.TIMER_KIND_PAYOUT, types.TIMER_KIND_TRANSFER}

func (w *world) triggerTimer(t *rapid.T) {
	id, a := w.agent(t)
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	at := a.timer(kind)
	stuck := kind == types.TIMER_KIND_STATUS && a.is(pending) && a.bonded > 0 && w.failing[string(a.owner)]
	if w.act(t, at > 0 && at <= w.now() && !stuck, w.trigger(id, kind)) {
		w.fire(a, kind)
	}
}

func (w *world) updateAgent(t *rapid.T) {
	id, a := w.agent(t)
	who, profile := person(t, "signer"), newProfile(w.t)
	profile.Skills = profile.Skills[rapid.IntRange(0, 2).Draw(t, "skill"):] // the last one is no skill at all
	if w.act(t, a.isOperatedBy(who) && a.lives() && len(profile.Skills) > 0, w.update(who, id, profile)) {
		a.seen = w.now()
	}
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
	possible := a.works() && !taken && n <= a.free() && (most == 0 || len(a.reserved) < int(most))
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
		if a.is(draining) && len(a.reserved) == 0 {
			w.ends(a)
		}
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
	w.block(rapid.SampledFrom([]int{0, 1, 10, 40, 40, 40, types.TransferSeconds}).Draw(t, "seconds"))
}

// block ends a block after so many seconds, in both.
func (w *world) block(seconds int) {
	w.clock.Advance(time.Duration(seconds) * time.Second)
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
	w.timers()
}

// timers does what happens by itself at the end of a block.
func (w *world) timers() {
	type waiting struct {
		at   uint64
		id   int
		kind types.TimerKind
	}
	var due []waiting
	for i, a := range w.agents {
		for _, kind := range kinds {
			if at := a.timer(kind); at > 0 && at <= w.now() && (kind != types.TIMER_KIND_STATUS || !a.stuck) {
				due = append(due, waiting{at, i, kind})
			}
		}
	}
	slices.SortFunc(due, func(x, y waiting) int {
		return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.id, y.id), cmp.Compare(x.kind, y.kind))
	})
	for _, e := range due[:min(len(due), modelTimers)] {
		if a := w.agents[e.id]; a.timer(e.kind) == e.at && !w.fire(a, e.kind) {
			a.stuck = true
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
	if _, err := w.keeper.Agent(w.ctx, id); !a.exists() {
		if !errors.Is(err, types.ErrAgentNotFound) {
			t.Fatalf("agent %d: expected %v, got %v", id, types.ErrAgentNotFound, err)
		}
		return
	}
	r := w.record(id)
	if r.Agent.State() != (types.State{Status: a.status, Reason: a.reason}) || r.LastSeen != a.seen || r.Agent.Payout != a.payout.String() {
		t.Fatalf("agent %d: expected %v, got %v", id, a, r)
	}
	for _, kind := range kinds {
		if want, got := a.timer(kind), r.Agent.TimerAt(kind); want != got {
			t.Fatalf("agent %d: %s: expected at %d, got %d", id, kind, want, got)
		}
	}
	if parked, err := w.keeper.ParkedTimers(w.ctx, r.Agent); err != nil || (len(parked) > 0) != a.stuck {
		t.Fatalf("agent %d: expected a parked timer: %t, got %v (%v)", id, a.stuck, parked, err)
	}
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
			"set payout":   w.changePayout,
			"offer":        w.offerAgent,
			"withdraw":     w.withdrawOffer,
			"accept":       w.acceptOffer,
			"maintain":     w.startMaintenance,
			"heartbeat":    w.beat,
			"miss":         w.missDelivery,
			"suspend":      w.suspendAgent,
			"lift":         w.liftSuspension,
			"force":        w.forceRetire,
			"trigger":      w.triggerTimer,
			"attest":       w.say,
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
// agents can retire, or are removed, and their owners get back every coin that was not
// slashed.
func (w *world) drain(t *rapid.T) {
	for who := range maps.Keys(w.failing) {
		w.ledger.Mend(sdk.AccAddress(who))
	}
	clear(w.failing)
	for i, a := range w.agents {
		id := uint64(i + 1)
		for _, name := range slices.Sorted(maps.Keys(a.reserved)) {
			holder, ref := name[:len(name)-2], name[len(name)-1:]
			w.act(t, true, func(ctx sdk.Context) error { return w.holders[holder].Release(ctx, id, []byte(ref)) })
			delete(a.reserved, name)
			if a.is(draining) && len(a.reserved) == 0 {
				w.ends(a)
			}
		}
		if a.is(active, paused, maintenance, suspended) {
			w.act(t, true, w.force(w.authority, id))
			w.ends(a)
		}
		if a.stuck {
			w.act(t, true, w.trigger(id, types.TIMER_KIND_STATUS))
			w.fire(a, types.TIMER_KIND_STATUS)
		}
		if len(a.parked) > 0 {
			w.act(t, true, w.complete(mallory, id))
			for at := range maps.Clone(a.leaving) {
				if at <= w.now() {
					w.pay(a, at)
				}
			}
		}
	}
	for range 10 + len(w.agents)*(types.MaxUnbondings+4) {
		w.block(60)
	}
	w.compare(t)
	for i, a := range w.agents {
		if a.bonded != 0 || a.exists() && !a.is(retired) {
			t.Fatalf("agent %d: expected an end with nothing left, got %v", i+1, a)
		}
	}
}
