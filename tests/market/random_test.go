package market_test

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aitbc/aitbc/testutil/market"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// Random histories. What is drawn is legal most of the time, so that jobs get
// somewhere, and wrong in one point often enough to meet every refusal.

func (h *history) chance(percent int) bool { return h.r.IntN(100) < percent }

func (h *history) anybody() address { return one(h.r, h.b.people...) }

// begin sets a market up: rules, agents, offers, clients of different wealth.
func (h *history) begin() {
	h.tb.Helper()
	if h.chance(60) {
		h.play(h.setMarket(h.authority, randomRules(h.r)))
	}
	if h.chance(50) {
		h.play(h.setAgency(h.authority, randomAgencyRules(h.r)))
	}
	if h.chance(30) {
		h.play(h.setFeeBurn(h.authority, one[int64](h.r, 0, 3_333, 10_000)))
	}
	for i := range 2 + h.r.IntN(2) {
		h.play(h.randomRegistration(i))
	}
	for _, a := range h.s.agents {
		for range 2 + h.r.IntN(2) {
			h.play(h.publish(a.owner, a.id, randomOffer(h.r, h.s.market, a.skills)))
		}
	}
	if h.chance(25) {
		poor := one(h.r, h.clients...)
		h.play(h.send(poor, one(h.r, h.nobody...), h.s.balances[poor]-h.r.Int64N(10*ait)))
	}
}

func (h *history) randomRegistration(i int) func() act {
	owner := h.owners[i]
	operator, payout := one(h.r, owner, h.operators[i]), one(h.r, owner, h.payouts[i])
	switch h.r.IntN(30) {
	case 0:
		payout = one(h.r, h.clients...) // who can't hire it then
	case 1:
		payout = one(h.r, h.s.collector, vault(owner)) // which can't receive
	}
	list := one(h.r, skills, skills[:1], skills[1:])
	return h.register(owner, operator, payout, one[int64](h.r, 0, 24*ait, 25*ait, 60*ait, 60*ait, 200*ait, 500*ait), list)
}

// something is one random thing that happens.
func (h *history) something() {
	h.tb.Helper()
	switch n := h.r.IntN(210); {
	case n < 34:
		h.play(h.post(h.randomPost()))
	case n < 112:
		h.legalStep()
	case n < 132:
		h.anyStep()
	case n < 138:
		if h.last != nil {
			h.play(h.last)
		}
	case n < 160:
		h.pass()
	case n < 165:
		h.endBlock()
	case n < 181:
		h.play(h.agentAct())
	case n < 185:
		h.play(h.offerAct())
	case n < 192:
		h.breakSomething()
	case n < 202:
		h.claimSomething()
	case n < 206:
		h.play(h.otherAct())
	case n < 208:
		h.reimport()
	case h.chance(60):
		h.flood()
	}
}

func (h *history) randomPost() *jobmarkettypes.MsgPostJob {
	r, s := h.r, h.s
	msg := &jobmarkettypes.MsgPostJob{
		Award: jobmarkettypes.AWARD_MODE_OFFER, MessagingKey: messagingKey,
	}
	client := one(r, h.clients...)
	if h.chance(10) {
		client = one(r, h.owners...) // may hire the agents of others
	}
	msg.Client = text(client)
	if h.chance(2) {
		msg.Client = strings.ToUpper(msg.Client) // the same address
	}
	if h.chance(30) {
		msg.ClientRef = one(r, "first", "second", "third")
	}
	o := &offer{minAmount: 1_000, maxAmount: 5 * ait, minDelivery: 120, maxDelivery: 3_600, maxReview: 3_600}
	if standing := s.standing(); len(standing) > 0 && h.chance(97) {
		of := one(r, standing...)
		msg.AgentId, msg.OfferId, o = of.agent.id, of.id, of.offer
	} else {
		msg.AgentId, msg.OfferId = uint64(1+r.IntN(5)), uint32(1+r.IntN(5))
	}
	n := one(r, 1, 1, 1, 2, 2, 3, 4)
	if h.chance(4) {
		n = one(r, 0, 16, 16, 17)
	}
	for range n {
		msg.Milestones = append(msg.Milestones, h.randomMilestone(o, n))
	}
	if msg.ReviewSeconds = uint64(min(o.maxReview, one(r, s.market.minWindow, 300, 600))); h.chance(10) {
		msg.ReviewSeconds = uint64(one(r, 0, s.market.minWindow-1, s.market.maxReview, s.market.maxReview+1, o.maxReview+1))
	}
	return msg
}

// standingOffer is an offer with whose it is.
type standingOffer struct {
	*offer
	agent *agent
}

// standing returns the standing offers of agents that can be hired, or else of
// all.
func (s *spec) standing() []standingOffer {
	var all, open []standingOffer
	for _, a := range s.agents {
		for _, o := range a.offers {
			if !o.stands {
				continue
			}
			all = append(all, standingOffer{o, a})
			if a.status == active && a.stake() >= s.agency.minBond {
				open = append(open, standingOffer{o, a})
			}
		}
	}
	if len(open) > 0 {
		return open
	}
	return all
}

func (h *history) randomMilestone(o *offer, n int) jobmarkettypes.MilestoneTerms {
	r := h.r
	amount := one(r, o.least(), o.least()+1, 1_000, 1_999, ait-1, ait, ait+1, 1+r.Int64N(5*ait), 1+r.Int64N(40*ait)/int64(max(n, 1)))
	amount = min(max(amount, o.least()), o.maxAmount)
	delivery := min(max(one(r, o.minDelivery, 200, 600), o.minDelivery), o.maxDelivery)
	if h.chance(4) {
		switch r.IntN(4) {
		case 0:
			amount = o.least() - 1
		case 1:
			amount = o.maxAmount + 1
		case 2:
			delivery = o.minDelivery - 1
		default:
			delivery = o.maxDelivery + 1
		}
	}
	hash := market.Result("description").Sha256
	return jobmarkettypes.MilestoneTerms{Amount: uait(max(1, amount)), DeliverySeconds: uint64(max(1, delivery)), DescriptionHash: hash}
}

// live returns the jobs that live.
func (h *history) live() []*job {
	return slices.DeleteFunc(slices.Clone(h.s.jobs), func(j *job) bool { return !j.lives() })
}

// legalStep is what a live job allows now, by who may do it.
func (h *history) legalStep() {
	h.tb.Helper()
	live := h.live()
	if len(live) == 0 {
		h.play(h.post(h.randomPost()))
		return
	}
	j := one(h.r, live...)
	var legal []action
	for _, by := range actions {
		if _, drawn := diagram[edge{j.status(), by}]; drawn && (by == timeout) == (h.s.unix() >= j.deadline) {
			legal = append(legal, by)
		}
	}
	by := one(h.r, legal...)
	if slices.Contains(legal, submit) && h.chance(60) || slices.Contains(legal, accept) && h.chance(40) {
		by = legal[0] // submit or accept: jobs shall go on
	}
	signer := one(h.r, j.agent.operator, j.agent.owner)
	if by == timeout {
		signer = h.anybody()
	}
	h.play(h.step(j.client, j.sequence, by, uint32(j.live+1), signer))
}

// lateStep is what a job's state would allow, after its deadline.
func (h *history) lateStep(j *job) {
	h.tb.Helper()
	var drawn []action
	for _, by := range actions {
		if _, found := diagram[edge{j.status(), by}]; found && by != timeout {
			drawn = append(drawn, by)
		}
	}
	h.play(h.step(j.client, j.sequence, one(h.r, drawn...), uint32(j.live+1), one(h.r, j.agent.operator, j.agent.owner)))
}

// anyStep is any action on anything by anybody.
func (h *history) anyStep() {
	h.tb.Helper()
	client, sequence, milestone := one(h.r, h.clients...), uint64(h.r.IntN(4)), uint32(h.r.IntN(18))
	signer := h.anybody()
	if len(h.s.jobs) > 0 && h.chance(85) {
		j := one(h.r, h.s.jobs...)
		client, sequence = j.client, j.sequence
		if h.chance(80) {
			milestone = uint32(j.live + 1)
		}
		if h.chance(60) {
			signer = j.agent.operator
		}
	}
	h.play(h.step(client, sequence, one(h.r, actions...), milestone, signer))
}

// pass lets time go by: to an instant around a deadline, for a while, or a day.
func (h *history) pass() {
	h.tb.Helper()
	// Deadlines are whole seconds; market time is not.
	part := one(h.r, 0, 1, 999_999_999*time.Nanosecond)
	to := h.s.now.Add(time.Duration(h.r.IntN(40)) * time.Second)
	if live := h.live(); len(live) > 0 && h.chance(70) {
		to = time.Unix(one(h.r, live...).deadline+int64(h.r.IntN(3)-1), int64(part)).UTC()
	} else if leaving := h.s.leaving(); len(leaving) > 0 && h.chance(60) {
		to = time.Unix(one(h.r, leaving...)+int64(h.r.IntN(3)-1), int64(part)).UTC()
	} else if timers := h.s.timers(); len(timers) > 0 && h.chance(15) {
		to = time.Unix(one(h.r, timers...).at+int64(h.r.IntN(3)-1), int64(part)).UTC()
	} else if h.chance(20) {
		to = h.s.now.Add(day * time.Second)
	}
	h.passTo(to)
	for _, a := range h.s.agents {
		if len(h.s.dueOf(a)) > 0 && h.chance(50) {
			h.play(h.complete(h.anybody(), a.id))
		}
	}
	for _, j := range h.live() {
		if h.s.unix() >= j.deadline && h.chance(20) {
			h.lateStep(j)
		}
	}
	for _, t := range h.s.dueTimers() {
		if h.chance(20) {
			h.play(h.trigger(h.anybody(), t.agent.id, t.kind))
		}
	}
}

// leaving returns when withdrawals leave, in the order of the agents.
func (s *spec) leaving() []int64 {
	var all []int64
	for _, a := range s.agents {
		all = slices.AppendSeq(all, maps.Keys(a.leaving))
	}
	slices.Sort(all)
	return all
}

// flood does one thing so often that it meets its limit: offers, or withdrawals.
func (h *history) flood() {
	h.tb.Helper()
	if len(h.s.agents) == 0 {
		return
	}
	a := one(h.r, h.s.agents...)
	if h.chance(50) {
		for range 33 {
			h.play(h.publish(a.operator, a.id, randomOffer(h.r, h.s.market, a.skills)))
		}
		return
	}
	if a.gone {
		return
	}
	for range 17 {
		h.play(h.unbond(a.owner, a.id, 1))
		h.passTo(h.s.now.Add(time.Second))
	}
	h.play(h.retire(a.owner, a.id))
}

func (h *history) agentAct() func() act {
	r, s := h.r, h.s
	if len(s.agents) == 0 {
		return h.randomRegistration(r.IntN(3))
	}
	id := uint64(1 + r.IntN(len(s.agents)))
	if h.chance(5) {
		id += uint64(len(s.agents))
	}
	signer, stake := h.anybody(), int64(ait)
	if a := s.agentByID(id); a != nil {
		stake = max(1, s.free(a))
		if h.chance(80) {
			signer = one(r, a.owner, a.owner, a.operator)
		}
	}
	n := one(r, 1, stake, stake+1, 1+r.Int64N(stake), 25*ait)
	if a := s.agentByID(id); a != nil && a.status == paused && h.chance(40) {
		return h.resume(one(r, a.owner, a.operator), id)
	}
	for _, a := range s.agents {
		if a.transfer != nil && h.chance(25) {
			return h.takeOver(one(r, a.transfer.to, a.transfer.to, a.transfer.to, h.anybody()), a.id)
		}
	}
	switch r.IntN(29) {
	case 23, 24, 25, 26, 27, 28:
		return h.ownerAct(signer, id)
	case 20, 21, 22:
		return h.heartbeat(signer, id)
	case 0, 1, 2:
		return h.bond(signer, id, n)
	case 3, 4, 5, 6, 7:
		return h.unbond(signer, id, n)
	case 8, 9:
		return h.complete(signer, id)
	case 10, 11:
		return h.pause(signer, id)
	case 12, 13, 14:
		return h.resume(signer, id)
	case 15:
		return h.retire(signer, id)
	case 16:
		return h.setOperator(signer, id, h.anybody())
	case 17:
		return h.update(signer, id, one(r, skills, skills[:1], skills[1:]))
	default:
		return h.randomRegistration(r.IntN(3))
	}
}

func (h *history) offerAct() func() act {
	id := uint64(1 + h.r.IntN(len(h.s.agents)+1))
	signer := h.anybody()
	if a := h.s.agentByID(id); a != nil && h.chance(80) {
		signer = a.operator
	}
	if h.chance(40) {
		return h.withdraw(signer, id, uint32(1+h.r.IntN(3)))
	}
	return h.publish(signer, id, randomOffer(h.r, h.s.market, skills))
}

// breakSomething makes bank refuse an account, or the pool of the fees, or mends
// it.
func (h *history) breakSomething() {
	if h.chance(30) {
		h.s.jammed = !h.s.jammed
		h.note("the pool of the fees is jammed: %v", h.s.jammed)
	} else {
		who := one(h.r, one(h.r, h.clients...), one(h.r, h.owners...), one(h.r, h.payouts...))
		if h.s.broken[who] {
			delete(h.s.broken, who)
		} else {
			h.s.broken[who] = true
		}
		h.note("broken: %s is %v", text(who), h.s.broken[who])
	}
	h.b.breakAccounts(h.s)
}

func (h *history) claimSomething() {
	h.tb.Helper()
	payee := h.anybody()
	if len(h.s.claims) == 0 && h.chance(80) {
		return
	}
	if waiting := h.s.payees(); len(waiting) > 0 && h.chance(90) {
		payee = one(h.r, waiting...)
	}
	recipient := one(h.r, payee, payee, h.anybody())
	if h.chance(5) {
		recipient = one(h.r, h.s.collector, vault(payee))
	}
	h.play(h.claim(payee, recipient))
}

func (h *history) otherAct() func() act {
	by := h.authority
	if h.chance(10) {
		by = h.anybody()
	}
	switch h.r.IntN(6) {
	case 0, 1:
		p := randomRules(h.r)
		if h.chance(10) {
			p.feeBps = 2_001
		}
		return h.setMarket(by, p)
	case 2:
		return h.setAgency(by, randomAgencyRules(h.r))
	case 3:
		return h.setFeeBurn(by, one[int64](h.r, 0, 5_000, 10_000, 10_001))
	case 4:
		return h.send(h.anybody(), vault(h.anybody()), 1+h.r.Int64N(ait))
	default:
		return h.send(one(h.r, h.clients...), h.anybody(), 1+h.r.Int64N(2_000_000*ait))
	}
}
