package market_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
)

// history is one life of a market: the chain, the model, and what happened so far.
type history struct {
	tb   testing.TB
	b    *bed
	s    *spec
	ctx  sdk.Context
	r    *rand.Rand
	seed uint64

	// thorough compares all state after every message.
	thorough bool

	authority                                   address
	clients, owners, operators, payouts, nobody []address

	last func() act
	// settlements are the ends of milestones that events told of.
	settlements map[string]int
	// trace is what happened, in words when somebody asks.
	trace []func() string
	tally *tally
}

func newHistory(tb testing.TB, b *bed, seed uint64, counts *tally) *history {
	tb.Helper()
	s, ctx := b.newSpec(tb)
	p := b.people
	return &history{
		tb: tb, b: b, s: s, ctx: ctx, seed: seed, r: rand.New(rand.NewPCG(seed, 0)), authority: poolAddress(govtypes.ModuleName),
		clients: p[0:3], owners: p[3:6], operators: p[6:9], payouts: p[9:12], nobody: p[12:14],
		settlements: map[string]int{}, tally: counts,
	}
}

// run plays the whole history.
func (h *history) run() {
	h.tb.Helper()
	defer func() {
		if r := recover(); r != nil {
			h.fail("panic: %v\n%s", r, debug.Stack())
		}
	}()
	h.begin()
	for range 25 + h.r.IntN(35) {
		h.something()
	}
	h.finish()
	if h.chance(30) {
		h.closeDown()
	}
}

// fail ends the test with everything that led here.
func (h *history) fail(format string, args ...any) {
	h.tb.Helper()
	var story strings.Builder
	for _, line := range h.trace {
		story.WriteString(line() + "\n")
	}
	h.tb.Fatalf("history of seed %d (run it alone with -histories 1 -seed %d):\n%s%s",
		h.seed, h.seed, &story, fmt.Sprintf(format, args...))
}

func (h *history) note(format string, args ...any) {
	h.trace = append(h.trace, func() string { return fmt.Sprintf(format, args...) })
}

// play sends a message and compares the answer and everything after it.
func (h *history) play(build func() act) {
	h.tb.Helper()
	h.tally.steps++
	a := build()
	h.s.facts = nil
	res, err := h.b.deliver(h.ctx, a.msg)
	h.note("%4d s: %T %v: %v", h.s.unix()%1_000_000, a.msg, a.msg, err)
	switch {
	case len(a.why) == 0 && err != nil:
		h.fail("expected the last message to be carried out, got %v", err)
	case len(a.why) > 0 && !slices.ContainsFunc(a.why, func(want error) bool { return errors.Is(err, want) }):
		h.fail("expected the last message to be refused with one of %v, got %v", a.why, err)
	case len(a.why) > 0:
		// Nothing that the handler wrote is kept, as in a transaction that fails.
		h.tally.refuse(a.name, err)
	default:
		h.tally.done[a.name]++
		h.last = build
		a.do()
		h.compareEvents(res.Events)
		h.compareMoney()
		// State is compared after each block, and a difference stays: after every third
		// message it is found soon enough, and many more histories can be played.
		if h.thorough || h.tally.steps%3 == 0 {
			h.compareState()
		}
	}
}

// endBlock ends the block and begins the next one.
func (h *history) endBlock() {
	h.tb.Helper()
	h.tally.steps++
	h.note("%4d s: end of the block", h.s.unix()%1_000_000)
	h.s.facts = nil
	events, err := h.b.endBlock(h.ctx)
	if err != nil {
		h.fail("end of the block: %v", err)
	}
	idle := h.s.idle() && len(events) == 0
	h.s.endBlock()
	h.compareEvents(events)
	if idle {
		return // a difference would be found after the next message
	}
	h.compare()
	if h.chance(50) {
		h.checkInvariants()
	}
}

// checkInvariants is what nodes built with the tag "invariants" do in every block.
// It sees what an export does not have: queues, indexes, accounts of strangers.
func (h *history) checkInvariants() {
	h.tb.Helper()
	if err := h.b.app.CheckInvariants(h.ctx); err != nil {
		h.fail("invariants of the app: %v", err)
	}
}

// passTo ends the block and begins one at a later time.
func (h *history) passTo(now time.Time) {
	h.tb.Helper()
	h.endBlock()
	h.beginAt(now)
}

// beginAt makes it the time of the block that has just begun, if it is later.
func (h *history) beginAt(now time.Time) {
	h.tb.Helper()
	if !now.After(h.s.now) {
		return
	}
	h.s.now = now
	if err := h.b.setTime(h.ctx, now); err != nil {
		h.fail("set the time: %v", err)
	}
}

// reimport lets the chain stop, and start again from its export.
func (h *history) reimport() {
	h.tb.Helper()
	h.endBlock()
	h.note("export and import")
	if changed := h.b.reimport(h.ctx); changed != "" {
		h.fail("%s exports something else after its import", changed)
	}
	name := "export and import"
	if slices.ContainsFunc(h.s.jobs, func(j *job) bool { return j.parked }) {
		name += " with parked jobs"
	}
	h.tally.done[name]++
	h.compare()
}

// compareEvents checks the facts that reputation is told (M15), and that no
// milestone settles twice (M5).
func (h *history) compareEvents(events []abci.Event) {
	h.tb.Helper()
	var told []fact
	for _, e := range events {
		name, ours := strings.CutPrefix(e.Type, "aitbc.jobmarket.v1.Event")
		if !ours {
			continue
		}
		fields := map[string]string{}
		for _, a := range e.Attributes {
			fields[a.Key] = strings.Trim(a.Value, `"`)
		}
		switch name {
		case "ReputationFactRecorded":
			var fee int64
			if _, err := fmt.Sscan(fields["fee"], &fee); err != nil {
				h.fail("fee of a fact: %v", err)
			}
			told = append(told, fact{fields["fact"], fee})
		case "MilestonePaid", "MilestoneRejected", "MilestoneCancelled", "MilestoneRefunded":
			h.settlements[fields["client"]+"/"+fields["sequence"]+"/"+fields["milestone"]]++
		}
	}
	if !slices.Equal(told, h.s.facts) {
		h.fail("facts: expected %v, got %v", h.s.facts, told)
	}
}

// compare compares the chain with the model: all money, and all state.
func (h *history) compare() {
	h.tb.Helper()
	h.compareMoney()
	h.compareState()
}

// compareMoney compares all balances and the supply.
func (h *history) compareMoney() {
	h.tb.Helper()
	b, s := h.b, h.s
	if got := b.balances(h.ctx); !maps.Equal(got, s.balances) {
		for _, addr := range slices.Concat(slices.Collect(maps.Keys(got)), slices.Collect(maps.Keys(s.balances))) {
			if got[addr] != s.balances[addr] {
				h.note("  balance of %s: expected %d, got %d", sdk.AccAddress(addr), s.balances[addr], got[addr])
			}
		}
		h.fail("balances differ")
	}
	if got := b.supply(h.ctx); got != s.supply || got != s.held() {
		h.fail("supply: expected %d, %d in accounts and on their way, got %d", s.supply, s.held(), got)
	}
}

// compareState compares what the three modules export.
func (h *history) compareState() {
	h.tb.Helper()
	b, s := h.b, h.s
	for _, m := range []struct {
		name   string
		want   proto.Message
		export func(sdk.Context) (proto.Message, error)
	}{
		{
			"escrow", s.escrowState(),
			func(ctx sdk.Context) (proto.Message, error) { return b.app.EscrowKeeper.ExportGenesis(ctx) },
		},
		{
			"registry", s.registryState(),
			func(ctx sdk.Context) (proto.Message, error) { return b.app.AgentRegistryKeeper.ExportGenesis(ctx) },
		},
		{
			"job market", s.marketState(),
			func(ctx sdk.Context) (proto.Message, error) { return b.app.JobMarketKeeper.ExportGenesis(ctx) },
		},
	} {
		got, err := m.export(h.ctx)
		if err != nil {
			h.fail("export of %s: %v", m.name, err)
		}
		if diff := b.differ(m.name, got, m.want); diff != "" {
			h.fail("%s", diff)
		}
	}
}

// settlement is what a milestone, from 0, is called among the ends told of.
func settlement(j *job, i int) string { return fmt.Sprint(text(j.client), "/", j.sequence, "/", i+1) }
