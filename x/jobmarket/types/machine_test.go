package types_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/testutil/golden"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

func statuses() []types.MilestoneStatus {
	all := make([]types.MilestoneStatus, 0, len(types.MilestoneStatus_name))
	for n := range types.MilestoneStatus_name {
		all = append(all, types.MilestoneStatus(n))
	}
	slices.Sort(all)
	return all
}

// at returns the progress of a job whose live milestone has the status, as far as
// one can be there.
func at(j types.Job, live uint32, status types.MilestoneStatus) types.Progress {
	p := j.Begin()
	p.Milestone = live
	for i := range p.Milestones {
		switch n := uint32(i + 1); {
		case n < live:
			p.Milestones[i] = types.MILESTONE_STATUS_PAID
		case n == live:
			p.Milestones[i] = status
		}
	}
	switch status {
	case types.MILESTONE_STATUS_PAID, types.MILESTONE_STATUS_CANCELLED, types.MILESTONE_STATUS_REFUNDED:
		p.Status, p.Deadline = types.JOB_STATUS_REFUNDED, 0
	case types.MILESTONE_STATUS_UNSPECIFIED, types.MILESTONE_STATUS_PENDING, types.MILESTONE_STATUS_WORKING,
		types.MILESTONE_STATUS_SUBMITTED, types.MILESTONE_STATUS_MISSED:
	}
	return p
}

// inTime returns the last instant of an action and the first of a timeout.
func inTime(p types.Progress, action types.Action) types.Step {
	now := p.Deadline - 1
	if action == types.ActionTimeout || p.Deadline == 0 {
		now = p.Deadline
	}
	return types.Step{Action: action, Milestone: p.Milestone, Now: now, Result: result()}
}

// describe writes an outcome in words, or the sentinel of a refusal.
func describe(j types.Job, p types.Progress, step types.Step) string {
	out, err := j.Next(p, step)
	for _, known := range []error{
		types.ErrJobEnded, types.ErrNotLive, types.ErrWrongState, types.ErrDeadlinePassed, types.ErrDeadlineNotYet,
	} {
		if errors.Is(err, known) {
			return "refused: " + known.Error()
		}
	}
	if err != nil {
		return "refused: " + err.Error()
	}
	parts := []string{out.To.Text()}
	add := func(format string, a ...any) { parts = append(parts, fmt.Sprintf(format, a...)) }
	if out.Pay.IsPositive() {
		add("pay %s", out.Pay)
	}
	if out.Slash.IsPositive() {
		add("slash %s", out.Slash)
	}
	if out.Burn.IsPositive() {
		add("burn %s", out.Burn)
	}
	if out.Silent {
		add("agent silent")
	}
	if out.FreeBond {
		add("bond free")
	}
	if out.Started {
		add("next is %s", out.Progress.Live().Text())
	}
	if out.Ended {
		add("job %s, rest back", out.Progress.Status.Text())
	} else {
		add("until +%d", out.Progress.Deadline-step.Now)
	}
	if out.Fact != types.FactNone {
		add("fact %s of %s", out.Fact, out.FactAmount)
	}
	return strings.Join(parts, ", ")
}

// The whole state machine: each status and action, for the first of two milestones
// and for the last.
func TestJob_Next_Golden(t *testing.T) {
	j := newJob(10*ait, 20*ait)
	var table strings.Builder
	fmt.Fprintf(&table, "A job of 10 and 20 AIT; performance bonds %s and %s, deposit %s, reserved %s.\n",
		j.PerformanceBond(1), j.PerformanceBond(2), j.Terms.DisputeDeposit, j.Terms.Reserved)
	row := func(status types.MilestoneStatus, which string, action types.Action, what string) {
		fmt.Fprintf(&table, "%-11s | %-5s | %-7s | %s\n", status.Text(), which, action, what)
	}
	for _, status := range statuses() {
		for _, action := range types.Actions() {
			first, last := at(j, 1, status), at(j, 2, status)
			ofFirst, ofLast := describe(j, first, inTime(first, action)), describe(j, last, inTime(last, action))
			if ofFirst == ofLast {
				row(status, "both", action, ofFirst)
				continue
			}
			row(status, "first", action, ofFirst)
			row(status, "last", action, ofLast)
		}
	}
	golden.Check(t, "machine", table.String())
}

// edge is an arrow of the table in the README.
type edge struct {
	from   types.MilestoneStatus
	action types.Action
}

// explore calls visit once for every progress that a job can reach when each step
// is taken at its last or first instant, and returns the edges taken. Progress that
// differs in its times and submissions only counts once.
func explore(t *testing.T, j types.Job, visit func(types.Progress)) map[edge]int {
	t.Helper()
	taken, seen := map[edge]int{}, map[string]bool{}
	open := []types.Progress{j.Begin()}
	for len(open) > 0 {
		p := open[0]
		open = open[1:]
		key := fmt.Sprint(p.Status, p.Milestone, p.Milestones, p.Deadline == 0)
		if seen[key] {
			continue
		}
		seen[key] = true
		visit(p)
		for _, action := range types.Actions() {
			out, err := j.Next(p, inTime(p, action))
			if err != nil {
				continue
			}
			taken[edge{out.From, action}]++
			open = append(open, out.Progress)
		}
	}
	return taken
}

// Every edge of the table is taken by some job, and no other.
func TestMachine_Reachable(t *testing.T) {
	for n := 1; n <= 4; n++ {
		j := newJob(slices.Repeat([]int64{ait}, n)...)
		taken := explore(t, j, func(types.Progress) {})
		for _, from := range statuses() {
			for _, action := range types.Actions() {
				if got := taken[edge{from, action}] > 0; got != types.Allows(from, action) {
					t.Errorf("%d milestones: %s of a %s one: expected taken to be %v, got %v", n, action, from.Text(), !got, got)
				}
			}
		}
	}
}

// From every state that can be reached timeouts alone end the job, in exactly the
// number of steps that is computed.
func TestJob_TimeoutSteps(t *testing.T) {
	longest := 0
	for n := 1; n <= 5; n++ {
		j := newJob(slices.Repeat([]int64{ait}, n)...)
		explore(t, j, func(p types.Progress) {
			steps, from := 0, p
			for !p.Ended() {
				out, err := j.Next(p, inTime(p, types.ActionTimeout))
				if err != nil {
					t.Fatalf("%s: a live job can't time out: %v", p.Live().Text(), err)
				}
				p = out.Progress
				steps++
			}
			if got := j.TimeoutSteps(from); got != steps {
				t.Errorf("%d milestones, milestone %d %s: expected %d steps, got %d", n, from.Milestone, from.Live().Text(), steps, got)
			}
			longest = max(longest, steps)
		})
	}
	if longest != 3 {
		t.Errorf("expected at most 3 timeouts, as the README says, got %d", longest)
	}
}

// Before the deadline all edges but the timeout can be taken, from it on the
// timeout alone.
func TestJob_Next_HalfOpen(t *testing.T) {
	j := newJob(ait, ait)
	explore(t, j, func(p types.Progress) {
		for _, action := range types.Actions() {
			if !types.Allows(p.Live(), action) {
				continue
			}
			for _, offset := range []int64{-1, 0, 1} {
				step := types.Step{Action: action, Milestone: p.Milestone, Now: uint64(int64(p.Deadline) + offset), Result: result()}
				_, err := j.Next(p, step)
				var want error
				switch {
				case action == types.ActionTimeout && offset < 0:
					want = types.ErrDeadlineNotYet
				case action != types.ActionTimeout && offset >= 0:
					want = types.ErrDeadlinePassed
				}
				if !errors.Is(err, want) {
					t.Errorf("%s, %s at deadline%+d: expected %v, got %v", p.Live().Text(), action, offset, want, err)
				}
			}
		}
	})
}

// An action on a milestone that is not the live one is refused; a timeout needs
// none.
func TestJob_Next_NotLive(t *testing.T) {
	j := newJob(ait, ait, ait)
	explore(t, j, func(p types.Progress) {
		for _, action := range types.Actions() {
			for wrong := range uint32(5) {
				step := inTime(p, action)
				step.Milestone = wrong
				_, err := j.Next(p, step)
				switch {
				case p.Ended():
					if !errors.Is(err, types.ErrJobEnded) {
						t.Errorf("%s after the end: expected %v, got %v", action, types.ErrJobEnded, err)
					}
				case action != types.ActionTimeout && wrong != p.Milestone:
					if !errors.Is(err, types.ErrNotLive) {
						t.Errorf("%s of milestone %d while %d is live: expected %v, got %v", action, wrong, p.Milestone, types.ErrNotLive, err)
					}
				default:
					if (err == nil) != types.Allows(p.Live(), action) {
						t.Errorf("%s of milestone %d: expected allowed to be %v, got %v", action, wrong, err != nil, err)
					}
				}
			}
		}
	})
}

func TestAction_String(t *testing.T) {
	seen := map[string]bool{}
	for _, action := range types.Actions() {
		seen[action.String()] = true
	}
	if len(seen) != 7 || seen["unknown action"] || types.Action(0).String() != "unknown action" || types.Action(8).String() != "unknown action" {
		t.Errorf("expected a verb for each of 7 actions, got %v", seen)
	}
}

// books are the money of one job as a reader of the README would keep it.
type books struct {
	lock, reserved                  sdkmath.Int
	paid, refunded, slashed, burned sdkmath.Int
	funded                          sdkmath.Int
	silent                          bool
	freed                           int
	settled                         map[uint32]int
}

// apply enters an outcome into the books, and fails if the money is not there.
func (b *books) apply(t *rapid.T, j types.Job, out types.Outcome) {
	taken := out.Slash.Add(out.Burn)
	if taken.GT(b.reserved) {
		t.Fatalf("expected to slash at most %s, which is reserved, got %s", b.reserved, taken)
	}
	b.reserved, b.slashed, b.burned = b.reserved.Sub(taken), b.slashed.Add(out.Slash), b.burned.Add(out.Burn)
	b.silent = b.silent || out.Silent
	if out.FreeBond {
		b.freed++
		b.reserved = sdkmath.ZeroInt()
	}
	if out.Pay.IsNegative() || out.Pay.GT(j.Amount(out.Milestone)) {
		t.Fatalf("expected to pay at most %s, the milestone, got %s", j.Amount(out.Milestone), out.Pay)
	}
	b.lock, b.paid = b.lock.Sub(out.Pay), b.paid.Add(out.Pay)
	if out.Ended {
		b.refunded = b.refunded.Add(b.lock)
		b.lock = sdkmath.ZeroInt()
	}
	if b.lock.IsNegative() || b.refunded.IsNegative() {
		t.Fatalf("expected the lock to hold what is paid, got %s too little", b.lock.Add(b.refunded))
	}
	if to := out.To; to != types.MILESTONE_STATUS_SUBMITTED && to != types.MILESTONE_STATUS_MISSED {
		b.settled[out.Milestone]++
	}
}

// Whatever happens to a job: the agent never loses more than is reserved, the bond
// is freed once, every milestone settles at most once, the deposit comes back
// whole, and all that was locked is paid or refunded.
func TestJob_Next_MoneyIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SliceOfN(rapid.Int64Range(1_000, 20_000*ait), 1, types.MaxMilestones).Draw(t, "amounts")
		j := newJob(amounts...)
		p := j.Begin()
		b := &books{
			lock: j.Funded(), funded: j.Funded(), reserved: j.Terms.Reserved, settled: map[uint32]int{},
			paid: sdkmath.ZeroInt(), refunded: sdkmath.ZeroInt(), slashed: sdkmath.ZeroInt(), burned: sdkmath.ZeroInt(),
		}
		steps := 0
		for ; !p.Ended(); steps++ {
			action := rapid.SampledFrom(types.Actions()).Draw(t, "action")
			step := inTime(p, action)
			before := fmt.Sprint(p)
			out, err := j.Next(p, step)
			if fmt.Sprint(p) != before {
				t.Fatalf("expected the old progress to stay %s, got %v", before, p)
			}
			if err == nil {
				b.apply(t, j, out)
				p = out.Progress
			} else if types.Allows(p.Live(), action) {
				t.Fatal(err)
			}
		}
		checkEnd(t, j, p, b)
	})
}

// Nobody gains by provoking a miss: against an agent that always answers, with a result or
// by giving up, no client ends above its start, whatever it does. What silence brings it is
// half of the bond of one milestone, and no more is lost to it than is burned.
func TestNobodyGainsByProvokingAMiss(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := newJob(rapid.SliceOfN(rapid.Int64Range(1_000, 20_000*ait), 1, types.MaxMilestones).Draw(t, "amounts")...)
		answers := rapid.Bool().Draw(t, "the agent answers")
		gain := j.Funded().Add(j.Terms.PostingFee).Neg()
		p, left, burned := j.Begin(), j.Funded(), sdkmath.ZeroInt()
		for !p.Ended() {
			actions := []types.Action{types.ActionAccept, types.ActionReject, types.ActionCancel, types.ActionWaive, types.ActionTimeout}
			if p.Live() == types.MILESTONE_STATUS_WORKING && answers {
				actions = []types.Action{types.ActionSubmit, types.ActionQuit, types.ActionCancel}
			}
			actions = slices.DeleteFunc(actions, func(a types.Action) bool { return !types.Allows(p.Live(), a) })
			out, err := j.Next(p, inTime(p, rapid.SampledFrom(actions).Draw(t, "action")))
			if err != nil {
				t.Fatal(err)
			}
			left, burned = left.Sub(out.Pay), burned.Add(out.Burn)
			gain = gain.Add(out.Slash)
			p = out.Progress
		}
		gain = gain.Add(left)
		most := sdkmath.ZeroInt()
		if !answers {
			most = sdkmath.MinInt(burned, j.PerformanceBond(p.Milestone).QuoRaw(2))
		}
		if gain.GT(most) {
			t.Fatalf("expected a gain of at most %s, got %s with %s burned", most, gain, burned)
		}
	})
}

func checkEnd(t *rapid.T, j types.Job, p types.Progress, b *books) {
	if !b.paid.Add(b.refunded).Equal(b.funded) || !b.lock.IsZero() || !b.reserved.IsZero() {
		t.Fatalf("expected %s to be paid or refunded and nothing held, got %s and %s, %s and %s are left",
			b.funded, b.paid, b.refunded, b.lock, b.reserved)
	}
	if b.refunded.LT(j.Terms.DisputeDeposit) {
		t.Fatalf("expected the deposit of %s back, got %s", j.Terms.DisputeDeposit, b.refunded)
	}
	if b.freed != 1 {
		t.Fatalf("expected the bond to be freed once, got %d times", b.freed)
	}
	// Silence costs the bond of the live milestone, and the client gets no more than is
	// burned; nothing else costs anything.
	cost := sdkmath.ZeroInt()
	if b.silent {
		cost = j.PerformanceBond(p.Milestone)
	}
	if !b.slashed.Add(b.burned).Equal(cost) || b.slashed.GT(b.burned) {
		t.Fatalf("expected %s of the bond to be lost, at most half of it to the client, got %s and %s burned", cost, b.slashed, b.burned)
	}
	for n := range uint32(len(j.Milestones)) {
		want := 1
		if n+1 > p.Milestone {
			want = 0
		}
		if b.settled[n+1] != want {
			t.Fatalf("milestone %d of %d, %d was live: expected it to settle %d times, got %d", n+1, len(j.Milestones), p.Milestone, want, b.settled[n+1])
		}
	}
	if p.Deadline != 0 || p.EndedAt == 0 {
		t.Fatalf("expected an end without a deadline, got deadline %d, end %d", p.Deadline, p.EndedAt)
	}
	wantCompleted := b.paid.Equal(types.Budget(j.Milestones)) && p.Live() == types.MILESTONE_STATUS_PAID
	if got := p.Status == types.JOB_STATUS_COMPLETED; got != wantCompleted {
		t.Fatalf("expected completed to be %v, got %s with %s of %s paid", wantCompleted, p.Status, b.paid, types.Budget(j.Milestones))
	}
}
