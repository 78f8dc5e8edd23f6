package keeper_test

import (
	"errors"
	"testing"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
)

const day = 24 * 60 * 60

// newDefault returns a registry with the parameters of a new chain.
func newDefault(tb testing.TB) *fixture {
	tb.Helper()
	f := newFixture(tb)
	must(tb, f.keeper.UpdateParams(f.ctx, f.authority, types.DefaultParams()))
	return f
}

func (f *fixture) expectPaused(id uint64, want types.PauseReason) {
	f.t.Helper()
	if got := f.record(id).Agent.State(); got != (types.State{Status: types.AGENT_STATUS_PAUSED, Reason: want}) {
		f.t.Fatalf("agent %d: expected it paused for %s, got %s", id, want.Text(), got)
	}
}

func statusChanged(id uint64, from, to types.AgentStatus, reason types.PauseReason, until uint64) *types.EventAgentStatusChanged {
	return &types.EventAgentStatusChanged{AgentId: id, OldStatus: from, NewStatus: to, Reason: reason, StatusUntil: until}
}

// Silent for 7 days: paused at that second, without any message.
func TestKeeper_Silence(t *testing.T) {
	f := newDefault(t)
	id := f.register(alice, minBond)
	f.endBlock(7*day - 1)
	f.expectStatus(id, types.AGENT_STATUS_ACTIVE)
	f.endBlock(1)
	f.expectEvents(statusChanged(id, types.AGENT_STATUS_ACTIVE, types.AGENT_STATUS_PAUSED, types.PAUSE_REASON_SILENCE, 0))
	f.expectPaused(id, types.PAUSE_REASON_SILENCE)
	if err := f.jobs.Hireable(f.ctx, id); !errors.Is(err, types.ErrNotHireable) {
		t.Fatalf("expected %v, got %v", types.ErrNotHireable, err)
	}
	f.must(f.resume(alice, id))
	f.expectStatus(id, types.AGENT_STATUS_ACTIVE)
	f.endBlock(7 * day)
	f.expectPaused(id, types.PAUSE_REASON_SILENCE)
}

// A heartbeat writes one key and moves the time; the queue is touched once in 7 days.
func TestKeeper_Heartbeat(t *testing.T) {
	f := newDefault(t)
	id := f.register(alice, minBond)
	f.must(f.setOperator(alice, id, bob))
	for range 6 {
		f.endBlock(day)
		before := f.contents()
		f.must(f.heartbeat(bob, id))
		f.expectEvents(&types.EventHeartbeat{AgentId: id, SeenAt: f.now()})
		changed := 0
		for key, value := range f.contents() {
			if before[key] != value {
				changed++
			}
		}
		if changed != 1 {
			t.Fatalf("expected one key written, got %d", changed)
		}
	}
	seen := f.now()
	f.endBlock(day)
	f.expectEvents()
	f.expectStatus(id, types.AGENT_STATUS_ACTIVE)
	if got := f.record(id).Agent.StatusUntil; got != seen+7*day {
		t.Errorf("expected the next look at %d, got %d", seen+7*day, got)
	}
	f.endBlock(6*day - 1)
	f.expectStatus(id, types.AGENT_STATUS_ACTIVE)
	f.endBlock(1)
	f.expectPaused(id, types.PAUSE_REASON_SILENCE)

	f.refused(types.ErrWrongSigner, "", f.heartbeat(mallory, id))
	f.refused(types.ErrAgentNotFound, "", f.heartbeat(alice, 9))
	f.must(f.retire(alice, id))
	f.refused(types.ErrWrongStatus, "heartbeat", f.heartbeat(alice, id))
}

// What is published or resumed is there.
func TestKeeper_LastSeen(t *testing.T) {
	f := newDefault(t)
	id := f.register(alice, minBond)
	for _, act := range []func(sdk.Context) error{f.update(alice, id, newProfile(t)), f.heartbeat(alice, id)} {
		f.endBlock(5)
		f.must(act)
		if got := f.record(id).LastSeen; got != f.now() {
			t.Errorf("expected it seen at %d, got %d", f.now(), got)
		}
	}
	f.must(f.pause(alice, id))
	f.endBlock(5)
	f.must(f.resume(alice, id))
	if got := f.record(id).LastSeen; got != f.now() {
		t.Errorf("expected it seen at %d, got %d", f.now(), got)
	}
}

// A missed delivery pauses an active agent, and nobody else.
func TestScopedKeeper_FallSilent(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	f.must(f.fallSilent(id))
	f.expectEvents(statusChanged(id, types.AGENT_STATUS_ACTIVE, types.AGENT_STATUS_PAUSED, types.PAUSE_REASON_SILENCE, 0))
	f.must(f.fallSilent(id))
	f.expectEvents()
	f.must(f.resume(alice, id))
	f.must(f.pause(alice, id))
	f.must(f.fallSilent(id))
	f.expectPaused(id, types.PAUSE_REASON_REQUESTED)
	f.must(f.resume(alice, id))
	f.must(f.maintain(alice, id, 100))
	f.must(f.fallSilent(id))
	f.expectStatus(id, types.AGENT_STATUS_MAINTENANCE)
	f.must(f.suspend(f.authority, id, 100))
	f.must(f.fallSilent(id))
	f.expectStatus(id, types.AGENT_STATUS_SUSPENDED)
	f.must(f.force(f.authority, id))
	f.must(f.fallSilent(id))
	f.expectStatus(id, types.AGENT_STATUS_RETIRED)
	pending := f.register(bob, 0)
	f.must(f.fallSilent(pending))
	f.expectStatus(pending, types.AGENT_STATUS_PENDING)
	f.refused(types.ErrAgentNotFound, "", f.fallSilent(9))
}

// Without the minimum bond for 30 days an agent is gone, with all its entries; its bond
// goes back, and its id does not.
func TestKeeper_Removal(t *testing.T) {
	f := newDefault(t)
	before := f.contents()
	id := f.register(alice, minBond-1)
	f.must(f.unbond(alice, id, 5))
	f.must(f.setPayout(alice, id, bob))
	f.endBlock(29 * day)
	f.must(f.unbond(alice, id, 7))
	f.must(f.setPayout(alice, id, carol))
	f.endBlock(day - 1)
	f.expectStatus(id, types.AGENT_STATUS_PENDING)
	f.refused(types.ErrNothingDue, "", f.trigger(id, types.TIMER_KIND_STATUS))
	f.endBlock(1)
	f.expectEvents(&types.EventAgentRemoved{AgentId: id, Owner: alice.String(), Refunded: uait(minBond - 1 - 5)})
	f.expectBalance(alice, wealth-fee)
	for key, value := range f.contents() {
		if _, known := before[key]; !known && key != string(types.NextAgentIDKey.Bytes()) {
			t.Errorf("key %X: expected nothing left, got %X", key, value)
		}
	}
	f.refused(types.ErrAgentNotFound, "", f.bond(alice, id, minBond))
	if next := f.register(alice, 0); next != id+1 {
		t.Errorf("expected an id that was never used, got %d", next)
	}
}

// A removal that fails waits for somebody, and bonding ends it.
func TestKeeper_Removal_Parked(t *testing.T) {
	f := newDefault(t)
	first, second := f.register(alice, 5), f.register(alice, 5)
	at := f.now() + 30*day
	f.ledger.Fail(alice)
	f.endBlock(30 * day)
	f.expectEvents(
		&types.EventTimerParked{AgentId: first, Kind: types.TIMER_KIND_STATUS, At: at, Codespace: "sdk", Code: 4},
		&types.EventTimerParked{AgentId: second, Kind: types.TIMER_KIND_STATUS, At: at, Codespace: "sdk", Code: 4},
	)
	f.refused(sdkerrors.ErrUnauthorized, "", f.trigger(first, types.TIMER_KIND_STATUS))
	f.ledger.Mend(alice)
	f.endBlock(1) // it is tried once
	f.expectEvents()
	res, err := f.queries.Agent(f.ctx, &types.QueryAgentRequest{AgentId: first})
	must(t, err)
	if len(res.ParkedTimers) != 1 || res.ParkedTimers[0] != (types.Timer{AgentId: first, Kind: types.TIMER_KIND_STATUS, At: at}) {
		t.Errorf("expected the parked timer, got %v", res.ParkedTimers)
	}
	f.must(f.trigger(first, types.TIMER_KIND_STATUS))
	f.expectEvents(&types.EventAgentRemoved{AgentId: first, Owner: alice.String(), Refunded: uait(5)})
	f.must(f.bond(alice, second, minBond))
	f.expectStatus(second, types.AGENT_STATUS_ACTIVE)
	if res, err = f.queries.Agent(f.ctx, &types.QueryAgentRequest{AgentId: second}); err != nil || len(res.ParkedTimers) != 0 {
		t.Errorf("expected no parked timer, got %v (%v)", res, err)
	}
}

// A panic of one timer stops neither the chain nor the others.
func TestKeeper_EndBlock_TimerPanics(t *testing.T) {
	f := newDefault(t)
	first := f.register(alice, 5)
	second := f.register(alice, 0)
	f.escrow.panics = true
	at := f.now() + 30*day
	f.endBlock(30 * day)
	f.expectEvents(
		&types.EventTimerParked{AgentId: first, Kind: types.TIMER_KIND_STATUS, At: at, Codespace: types.ModuleName, Code: 22},
		&types.EventAgentRemoved{AgentId: second, Owner: alice.String(), Refunded: uait(0)},
	)
}

// One block fires at most max_timers_per_block.
func TestKeeper_EndBlock_TimersAreBounded(t *testing.T) {
	f := newDefault(t)
	params := types.DefaultParams()
	params.MaxTimersPerBlock = 2
	must(t, f.keeper.UpdateParams(f.ctx, f.authority, params))
	for range 5 {
		f.register(alice, minBond)
	}
	f.clock.Advance(7 * day * time.Second)
	for block, want := range []int{2, 2, 1, 0} {
		f.endBlock(0)
		if got := len(f.events()); got != want {
			t.Errorf("block %d: expected %d timers fired, got %d", block, want, got)
		}
	}
}

func TestKeeper_Maintenance(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	f.must(f.reserve(id, "begun", 5))
	f.refused(types.ErrInvalidMessage, "until:", f.maintain(alice, id, 0))
	f.refused(types.ErrInvalidMessage, "until:", f.maintain(alice, id, 30*day+1))
	f.refused(types.ErrWrongSigner, "", f.maintain(mallory, id, 60))
	f.must(f.maintain(alice, id, 30*day))
	f.expectEvents(statusChanged(id, types.AGENT_STATUS_ACTIVE, types.AGENT_STATUS_MAINTENANCE, 0, f.now()+30*day))
	if err := f.jobs.Hireable(f.ctx, id); !errors.Is(err, types.ErrNotHireable) {
		t.Fatalf("expected %v, got %v", types.ErrNotHireable, err)
	}
	f.must(f.reserve(id, "more", 5)) // work that was begun
	f.endBlock(30*day - 1)
	f.expectStatus(id, types.AGENT_STATUS_MAINTENANCE)
	f.endBlock(1)
	f.expectEvents(f.activated(id, types.AGENT_STATUS_MAINTENANCE))
	must(t, f.jobs.Hireable(f.ctx, id))

	f.must(f.maintain(alice, id, 60))
	f.must(f.resume(alice, id)) // early
	f.must(f.maintain(alice, id, 60))
	f.must(f.unbond(alice, id, 1))
	f.refused(types.ErrInsufficientBond, "", f.resume(alice, id))
	f.endBlock(60)
	f.expectPaused(id, types.PAUSE_REASON_BOND)
	f.refused(types.ErrWrongStatus, "start maintenance", f.maintain(alice, id, 60))
}

// With live work an agent drains, and is retired with the last of it. Whatever happens,
// work that was begun can be finished.
func TestKeeper_Draining(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	f.must(f.reserve(id, "one", 5))
	f.must(f.reserve(id, "two", 5))
	f.must(f.setPayout(alice, id, carol))
	f.must(f.offer(alice, id, bob))
	f.must(func(ctx sdk.Context) error {
		res, err := f.msgs.RetireAgent(ctx, &types.MsgRetireAgent{Owner: alice.String(), AgentId: id})
		if err == nil && (res.Status != types.AGENT_STATUS_DRAINING || res.CompletesAt != 0) {
			t.Errorf("expected it draining, got %v", res)
		}
		return err
	})
	f.expectEvents(statusChanged(id, types.AGENT_STATUS_ACTIVE, types.AGENT_STATUS_DRAINING, 0, 0))
	if err := f.jobs.Hireable(f.ctx, id); !errors.Is(err, types.ErrNotHireable) {
		t.Fatalf("expected %v, got %v", types.ErrNotHireable, err)
	}
	for _, refused := range []func(sdk.Context) error{
		f.retire(alice, id), f.resume(alice, id), f.pause(alice, id), f.maintain(alice, id, 60), f.accept(bob, id), f.offer(alice, id, bob),
	} {
		f.refused(types.ErrWrongStatus, "draining", refused)
	}
	f.must(f.reserve(id, "more bond", 7))
	f.must(f.release(id, "one"))
	f.must(f.release(id, "more bond"))
	f.expectStatus(id, types.AGENT_STATUS_DRAINING)
	f.must(f.release(id, "two"))
	f.expectEvents(
		&types.EventReservationReleased{AgentId: id, Holder: "jobmarket", Reference: []byte("two"), Amount: uait(5)},
		&types.EventPayoutChangeDropped{AgentId: id, Payout: carol.String()},
		&types.EventTransferEnded{AgentId: id, NewOwner: bob.String()},
		statusChanged(id, types.AGENT_STATUS_DRAINING, types.AGENT_STATUS_RETIRED, 0, 0),
		&types.EventUnbondingStarted{AgentId: id, Amount: uait(minBond), CompletesAt: f.now() + unbonding},
	)
	f.endBlock(unbonding)
	f.expectBalance(alice, wealth-fee)
	pending := f.register(bob, 0)
	f.refused(types.ErrWrongStatus, "pending", f.retire(bob, pending))
}

func TestKeeper_Suspension(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond+10)
	f.must(f.reserve(id, "begun", 5))
	f.refused(sdkerrors.ErrUnauthorized, "", f.suspend(alice.String(), id, 60))
	f.refused(types.ErrInvalidMessage, "seconds:", f.suspend(f.authority, id, 0))
	f.refused(types.ErrInvalidMessage, "seconds:", f.suspend(f.authority, id, 30*day+1))
	f.refused(types.ErrAgentNotFound, "", f.suspend(f.authority, 9, 60))
	f.must(f.suspend(f.authority, id, 30*day))
	f.expectEvents(statusChanged(id, types.AGENT_STATUS_ACTIVE, types.AGENT_STATUS_SUSPENDED, 0, f.now()+30*day))
	for _, refused := range []func(sdk.Context) error{
		f.unbond(alice, id, 1), f.resume(alice, id), f.retire(alice, id), f.offer(alice, id, bob), f.pause(alice, id),
		f.maintain(alice, id, 60), f.suspend(f.authority, id, 60),
	} {
		f.refused(types.ErrWrongStatus, "suspended", refused)
	}
	f.must(f.reserve(id, "more", 5))
	f.must(func(ctx sdk.Context) error { return f.jobs.Slash(ctx, id, []byte("begun"), uait(2), bob) })
	f.must(f.release(id, "more"))
	f.endBlock(30*day - 1)
	f.expectStatus(id, types.AGENT_STATUS_SUSPENDED)
	f.endBlock(1)
	f.expectPaused(id, types.PAUSE_REASON_SUSPENSION)
	f.must(f.resume(alice, id))

	f.must(f.suspend(f.authority, id, 60))
	f.refused(sdkerrors.ErrUnauthorized, "", f.lift(alice.String(), id))
	f.must(f.lift(f.authority, id))
	f.expectPaused(id, types.PAUSE_REASON_SUSPENSION)
	f.refused(types.ErrWrongStatus, "", f.lift(f.authority, id))
	f.must(f.suspend(f.authority, id, 60))
	f.refused(sdkerrors.ErrUnauthorized, "", f.force(alice.String(), id))
	f.must(f.force(f.authority, id))
	f.expectStatus(id, types.AGENT_STATUS_DRAINING)
	f.must(f.release(id, "begun"))
	f.expectStatus(id, types.AGENT_STATUS_RETIRED)
}

// A new payout address waits for 24 hours; meanwhile the old one is paid.
func TestKeeper_SetPayout(t *testing.T) {
	f := newDefault(t)
	id := f.register(alice, minBond)
	payout := func(want sdk.AccAddress) {
		t.Helper()
		if parties, err := f.jobs.Parties(f.ctx, id); err != nil || !parties.Payout.Equals(want) {
			t.Fatalf("expected %s to be paid, got %v (%v)", want, parties, err)
		}
	}
	f.refused(types.ErrWrongSigner, "", f.setPayout(bob, id, bob))
	f.refused(types.ErrInvalidMessage, "payout:", f.setPayout(alice, id, alice))
	f.refused(sdkerrors.ErrInvalidAddress, "payout:", f.setPayout(alice, id, escrowtypes.VaultAddress(bob)))
	f.ledger.Block(mallory)
	f.refused(sdkerrors.ErrInvalidAddress, "payout:", f.setPayout(alice, id, mallory))

	f.must(f.setPayout(alice, id, bob))
	f.expectEvents(&types.EventPayoutChangeStarted{AgentId: id, Payout: bob.String(), ActsAt: f.now() + day})
	f.refused(types.ErrNothingDue, "", f.trigger(id, types.TIMER_KIND_PAYOUT))
	f.endBlock(day - 1)
	payout(alice)
	f.must(f.setPayout(alice, id, carol)) // from the start
	f.endBlock(1)
	f.expectEvents()
	f.endBlock(day - 2)
	payout(alice)
	f.endBlock(1)
	f.expectEvents(&types.EventPayoutChanged{AgentId: id, OldPayout: alice.String(), NewPayout: carol.String()})
	payout(carol)
	f.refused(types.ErrNothingDue, "", f.trigger(id, types.TIMER_KIND_PAYOUT))

	f.must(f.setPayout(alice, id, bob))
	f.must(f.setPayout(alice, id, carol))
	f.expectEvents(&types.EventPayoutChangeDropped{AgentId: id, Payout: bob.String()})
	f.endBlock(2 * day)
	payout(carol)
	// Anybody can bring it about once it is due.
	f.must(f.setPayout(alice, id, bob))
	f.clock.Advance(day * time.Second)
	f.must(f.trigger(id, types.TIMER_KIND_PAYOUT))
	payout(bob)
}

// Ownership changes hands in two steps; bond and live work go with the agent, the keys
// do not.
func TestKeeper_Transfer(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond+10)
	f.must(f.setOperator(alice, id, carol))
	f.must(f.setPayout(alice, id, carol))
	f.must(f.reserve(id, "job", 30))
	f.refused(types.ErrWrongSigner, "", f.offer(bob, id, bob))
	f.refused(types.ErrInvalidMessage, "new_owner:", f.offer(alice, id, alice))
	f.refused(sdkerrors.ErrInvalidAddress, "new_owner:", f.offer(alice, id, escrowtypes.VaultAddress(bob)))
	f.refused(types.ErrTransferNotOffered, "", f.accept(bob, id))
	f.refused(types.ErrTransferNotOffered, "", f.withdraw(alice, id))

	f.must(f.offer(alice, id, bob))
	f.expectEvents(&types.EventTransferOffered{AgentId: id, Owner: alice.String(), NewOwner: bob.String(), ExpiresAt: f.now() + 7*day})
	f.refused(types.ErrTransferNotOffered, "", f.accept(carol, id))
	f.refused(types.ErrWrongSigner, "", f.withdraw(bob, id))
	f.must(f.withdraw(alice, id))
	f.expectEvents(&types.EventTransferEnded{AgentId: id, NewOwner: bob.String()})
	f.refused(types.ErrTransferNotOffered, "", f.accept(bob, id))

	f.must(f.offer(alice, id, mallory))
	f.must(f.offer(alice, id, bob)) // in place of the first
	f.refused(types.ErrTransferNotOffered, "", f.accept(mallory, id))
	f.must(f.unbond(alice, id, 10))
	f.refused(types.ErrUnbondingUnderWay, "", f.accept(bob, id))
	f.refused(types.ErrUnbondingUnderWay, "", f.offer(alice, id, bob))
	f.endBlock(7*day - 1)
	f.expectEvents(&types.EventPayoutChanged{AgentId: id, OldPayout: alice.String(), NewPayout: carol.String()})
	f.clock.Advance(time.Second)
	f.refused(types.ErrTransferNotOffered, "before", f.accept(bob, id))
	f.endBlock(0)
	f.expectEvents(&types.EventTransferEnded{AgentId: id, NewOwner: bob.String(), Lapsed: true})

	f.endBlock(unbonding)
	f.must(f.offer(alice, id, bob))
	f.must(f.setPayout(alice, id, mallory))
	before := f.balance(bob)
	f.must(f.accept(bob, id))
	f.expectEvents(
		&types.EventPayoutChangeDropped{AgentId: id, Payout: mallory.String()},
		&types.EventOwnerChanged{AgentId: id, OldOwner: alice.String(), NewOwner: bob.String()},
	)
	parties, err := f.jobs.Parties(f.ctx, id)
	if err != nil || !parties.Owner.Equals(bob) || !parties.Operator.Equals(bob) || !parties.Payout.Equals(bob) {
		t.Fatalf("expected all to be bob's, got %v (%v)", parties, err)
	}
	f.expectBond(id, minBond, 30, 0, 1, 0)
	if got := f.balance(escrowtypes.VaultAddress(bob)); got != minBond {
		t.Errorf("expected the bond in the new owner's vault, got %d", got)
	}
	f.must(func(ctx sdk.Context) error { return f.jobs.Slash(ctx, id, []byte("job"), uait(20), carol) })
	f.must(f.release(id, "job"))
	f.refused(types.ErrWrongSigner, "", f.pause(alice, id))
	f.refused(types.ErrWrongSigner, "", f.pause(carol, id))
	f.must(f.retire(bob, id))
	f.endBlock(unbonding)
	f.expectBalance(bob, before+minBond-20)
}

func TestKeeper_Transfer_WithoutBond(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, 0)
	f.must(f.offer(alice, id, bob))
	f.must(f.accept(bob, id))
	f.must(f.bond(bob, id, minBond))
	f.expectStatus(id, types.AGENT_STATUS_ACTIVE)
}

func TestKeeper_Consent(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	set := func(consent *types.OperatorConsent) func(sdk.Context) error {
		return func(ctx sdk.Context) error {
			_, err := f.msgs.SetOperator(ctx, &types.MsgSetOperator{Owner: alice.String(), AgentId: id, Operator: bob.String(), Consent: consent})
			return err
		}
	}
	signed := func(change func(*types.ConsentTerms)) *types.OperatorConsent {
		terms := f.terms(id, alice, bob)
		change(&terms)
		return f.consent(bob, terms)
	}
	now := f.now()
	f.refused(types.ErrConsentRequired, bob.String(), set(nil))
	f.refused(types.ErrConsentSignature, "chain_id "+chainID, set(signed(func(c *types.ConsentTerms) { c.ChainID = "other-1" })))
	f.refused(types.ErrConsentSignature, "agent_id 1", set(signed(func(c *types.ConsentTerms) { c.AgentID = 0 })))
	f.refused(types.ErrConsentSignature, "", set(signed(func(c *types.ConsentTerms) { c.Owner = carol.String() })))
	f.refused(types.ErrConsentExpired, "", set(signed(func(c *types.ConsentTerms) { c.Deadline = now })))
	f.refused(types.ErrConsentTooLong, "", set(signed(func(c *types.ConsentTerms) { c.Deadline = now + 7*day + 1 })))
	f.refused(types.ErrConsentKey, "", set(f.consent(mallory, f.terms(id, alice, bob))))

	used := signed(func(c *types.ConsentTerms) { c.Deadline = now + 100 })
	f.must(set(used))
	f.expectEvents(&types.EventOperatorChanged{AgentId: id, OldOperator: alice.String(), NewOperator: bob.String()})
	f.must(f.pause(bob, id))
	f.must(f.setOperator(alice, id, alice)) // back: no consent
	f.refused(types.ErrWrongSigner, "", f.resume(bob, id))
	f.refused(types.ErrConsentUsed, "", set(used))
	f.refused(types.ErrConsentUsed, "", set(signed(func(c *types.ConsentTerms) { c.Deadline = now + 100 })))
	f.must(set(signed(func(c *types.ConsentTerms) { c.Deadline = now + 101 })))

	register := func(consent *types.OperatorConsent) func(sdk.Context) error {
		return func(ctx sdk.Context) error {
			_, err := f.msgs.RegisterAgent(ctx, &types.MsgRegisterAgent{
				Owner: carol.String(), Operator: bob.String(), Profile: newProfile(t), Consent: consent,
			})
			return err
		}
	}
	f.refused(types.ErrConsentSignature, "agent_id 0", register(f.consent(bob, f.terms(2, carol, bob))))
	foreign := f.terms(0, carol, bob)
	foreign.ChainID = "aitbc-1"
	f.refused(types.ErrConsentSignature, "chain_id "+chainID, register(f.consent(bob, foreign)))
	f.must(register(f.consent(bob, f.terms(0, carol, bob))))
}

func TestKeeper_Attest(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	pending := f.register(alice, 0)
	f.must(f.attest(bob, id, types.ATTESTATION_TYPE_DNS))
	f.expectEvents(&types.EventAttested{
		AgentId: id, Issuer: bob.String(), Type: types.ATTESTATION_TYPE_DNS, Hash: make([]byte, 32), ExpiresAt: f.now() + 1,
	})
	f.refused(types.ErrWrongStatus, "attest", f.attest(bob, pending, types.ATTESTATION_TYPE_DNS))
	f.refused(types.ErrAgentNotFound, "", f.attest(bob, 9, types.ATTESTATION_TYPE_DNS))
	at := func(expires uint64, hash int) func(sdk.Context) error {
		return func(ctx sdk.Context) error {
			_, err := f.msgs.Attest(ctx, &types.MsgAttest{
				Issuer: bob.String(), AgentId: id, Type: types.ATTESTATION_TYPE_DNS, Hash: make([]byte, hash), ExpiresAt: expires,
			})
			return err
		}
	}
	f.refused(types.ErrInvalidAttestation, "expires_at:", at(f.now(), 32))
	f.refused(types.ErrInvalidAttestation, "expires_at:", at(f.now()+3650*day+1, 32))
	f.refused(types.ErrInvalidAttestation, "hash:", at(f.now()+1, 31))
	f.must(at(f.now()+3650*day, 32)) // in place of the first

	f.refused(types.ErrAttestationNotFound, "", f.revoke(carol, id, types.ATTESTATION_TYPE_DNS))
	f.refused(types.ErrAttestationNotFound, "", f.revoke(bob, id, types.ATTESTATION_TYPE_TEE))
	f.must(f.retire(alice, id))
	f.must(f.revoke(bob, id, types.ATTESTATION_TYPE_DNS))
	f.expectEvents(&types.EventAttestationRevoked{AgentId: id, Issuer: bob.String(), Type: types.ATTESTATION_TYPE_DNS})
	f.refused(types.ErrAttestationNotFound, "", f.revoke(bob, id, types.ATTESTATION_TYPE_DNS))
	f.refused(types.ErrWrongStatus, "retired", f.attest(bob, id, types.ATTESTATION_TYPE_TEE))
}

// Nobody outside can reach an internal host, unless the chain is a test network.
func TestKeeper_InternalURLs(t *testing.T) {
	f := newDefault(t)
	id := f.register(alice, 0)
	internal := newProfile(t)
	internal.Interfaces[0].Url = "http://127.0.0.1:8080"
	f.refused(types.ErrInvalidProfile, "profile.interfaces[0].url:", f.update(alice, id, internal))
	f.refused(types.ErrInvalidProfile, "profile.interfaces[0].url:", func(ctx sdk.Context) error {
		_, err := f.msgs.RegisterAgent(ctx, &types.MsgRegisterAgent{Owner: alice.String(), Profile: internal})
		return err
	})
	params := types.DefaultParams()
	params.AllowInternalUrls = true
	must(t, f.keeper.UpdateParams(f.ctx, f.authority, params))
	f.must(f.update(alice, id, internal))
}
