package market_test

import (
	"slices"
	"strings"
	"time"
)

// finish lets everybody go: only time passes. It checks that each job ends in
// exactly as many timeouts as the model says, and that nothing is held for it
// afterwards.
func (h *history) finish() {
	h.tb.Helper()
	h.note("nobody acts any more")
	h.s.jammed = false
	h.b.breakAccounts(h.s)
	h.endBlock()
	want, before := map[*job]int{}, map[*job]int{}
	for _, j := range h.s.jobs {
		want[j], before[j] = j.timeoutsLeft(), j.timeouts
		record := j.record()
		if got := record.Job.TimeoutSteps(record.Progress); got != want[j] {
			h.fail("job %d: expected %d timeouts to end it, got %d", j.sequence, want[j], got)
		}
	}
	for live := h.live(); len(live) > 0; live = h.live() {
		next := slices.MinFunc(live, func(a, b *job) int { return int(a.deadline - b.deadline) })
		h.beginAt(time.Unix(next.deadline, 0).UTC())
		if next.parked { // is tried again by a message only
			h.play(h.step(next.client, next.sequence, timeout, 0, one(h.r, h.nobody...)))
		} else {
			h.endBlock()
		}
	}
	for _, j := range h.s.jobs {
		if got := j.timeouts - before[j]; got != want[j] {
			h.fail("job %d of %s: expected it to end after %d timeouts, got %d", j.sequence, text(j.client), want[j], got)
		}
	}
	if state := h.s.marketState(); len(state.Parked) > 0 {
		h.fail("expected nothing parked in the end, got %v", state.Parked)
	}
	for _, entry := range h.s.escrowState().Locks {
		if entry.Owner == "jobmarket" {
			h.fail("expected no lock of a job in the end, got %v", entry)
		}
	}
	if left := h.s.registryState().Reservations; len(left) > 0 {
		h.fail("expected no reservation in the end, got %v", left)
	}
	h.endBlock()
	// With no live jobs the job market's invariants want empty queues.
	h.checkInvariants()
	h.checkSettlements()
}

// checkSettlements compares the ends of milestones that events told of: one for
// each that began, none for those that never did.
func (h *history) checkSettlements() {
	h.tb.Helper()
	begun := 0
	for _, j := range h.s.jobs {
		begun += j.live + 1
		for i := range j.live + 1 {
			if n := h.settlements[settlement(j, i)]; n != 1 {
				h.fail("milestone %d of job %d: expected one end, got %d", i+1, j.sequence, n)
			}
		}
	}
	if len(h.settlements) != begun {
		h.fail("expected %d milestones to end, got %d", begun, len(h.settlements))
	}
}

// closeDown retires all agents and lets everybody claim: no vault holds anything
// any more.
func (h *history) closeDown() {
	h.tb.Helper()
	h.beginAt(h.s.now.Add(22 * day * time.Second))
	s := h.s
	for _, a := range s.agents {
		for len(a.leaving) > 0 {
			h.endBlock()
		}
		switch {
		case a.gone:
		case a.status == pending && s.free(a) > 0:
			h.play(h.unbond(a.owner, a.id, s.free(a)))
		case a.status == active, a.status == paused:
			h.play(h.retire(a.owner, a.id))
		}
	}
	h.beginAt(h.s.now.Add(22 * day * time.Second))
	for _, a := range h.s.agents {
		for len(a.leaving) > 0 {
			h.endBlock()
		}
	}
	clear(h.s.broken)
	h.b.breakAccounts(h.s)
	for _, who := range h.b.people {
		if len(h.s.claimsOf(who)) > 0 {
			h.play(h.claim(who, who))
		}
	}
	h.endBlock()
	h.checkInvariants()
	for who, n := range h.s.balances {
		if strings.HasPrefix(who, vault("")) {
			h.fail("expected empty vaults in the end, got %d in one", n)
		}
	}
	if state := h.s.escrowState(); len(state.Locks)+len(state.Claimables) > 0 {
		h.fail("expected no locks and claimables in the end, got %v", state)
	}
}
