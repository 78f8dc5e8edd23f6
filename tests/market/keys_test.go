package market_test

import (
	"slices"
	"strings"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// What owners do with the payout and the agent itself, also under live jobs: both are
// announced first, and a timer is what becomes of them if nobody does anything.

// transferSeconds is how long an agent can be had that was offered: 7 days.
const transferSeconds = 7 * day

// promise is to whom something goes, and when it acts or lapses.
type promise struct {
	to address
	at int64
}

// timer is something that happens to an agent by itself.
type timer struct {
	at    int64
	agent *agent
	kind  registrytypes.TimerKind
}

const (
	ofStatus   = registrytypes.TIMER_KIND_STATUS
	ofPayout   = registrytypes.TIMER_KIND_PAYOUT
	ofTransfer = registrytypes.TIMER_KIND_TRANSFER
)

// byItself is what timers and ends of work do to agents.
var byItself = []string{
	"a pending agent is removed", "a silent agent is paused", "a seen agent is looked at later", "another payout acts",
	"an offer of an agent lapses", "a draining agent is retired", "a missed delivery pauses",
}

// timers returns what an agent waits for, in the order of the kinds.
func (a *agent) timers() []timer {
	var all []timer
	if a.until > 0 {
		all = append(all, timer{a.until, a, ofStatus})
	}
	if a.change != nil {
		all = append(all, timer{a.change.at, a, ofPayout})
	}
	if a.transfer != nil {
		all = append(all, timer{a.transfer.at, a, ofTransfer})
	}
	return all
}

// timers returns all timers in the order in which they fire.
func (s *spec) timers() []timer {
	var all []timer
	for _, a := range s.agents {
		all = append(all, a.timers()...)
	}
	slices.SortStableFunc(all, func(x, y timer) int { return int(x.at - y.at) })
	return all
}

// dueTimers returns those whose time has come.
func (s *spec) dueTimers() []timer {
	return slices.DeleteFunc(s.timers(), func(t timer) bool { return t.at > s.unix() })
}

// fireDue fires what is due at a block's end, and passes over what has gone with its
// agent in this block.
func (s *spec) fireDue() {
	for i, t := range s.dueTimers() {
		if i == s.agency.timers {
			return
		}
		if slices.Contains(t.agent.timers(), t) {
			s.fire(t)
		}
	}
}

func (s *spec) fire(t timer) {
	a := t.agent
	switch {
	case t.kind == ofPayout:
		s.happened["another payout acts"]++
		a.payout, a.change = a.change.to, nil
	case t.kind == ofTransfer:
		s.happened["an offer of an agent lapses"]++
		a.transfer = nil
	case a.status == pending:
		s.happened["a pending agent is removed"]++
		s.deliver(a.owner, a.owner, a.bonded)
		a.bonded, a.leaving, a.gone, a.until = 0, map[int64]int64{}, true, 0
		a.change, a.transfer = nil, nil
	case a.seen+s.agency.silence <= s.unix():
		s.happened["a silent agent is paused"]++
		s.turn(a, paused, silent)
	default:
		s.happened["a seen agent is looked at later"]++
		a.until = a.seen + s.agency.silence
	}
}

func (h *history) trigger(sender address, id uint64, kind registrytypes.TimerKind) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		t := act{
			name: actName("trigger", a), why: []error{registrytypes.ErrNothingDue},
			msg: &registrytypes.MsgTriggerTimer{Sender: text(sender), AgentId: id, Kind: kind},
		}
		if a == nil {
			t.why = []error{registrytypes.ErrAgentNotFound}
			return t
		}
		for _, due := range s.dueTimers() {
			if due.agent == a && due.kind == kind {
				t.why, t.do = nil, func() { s.fire(due) }
			}
		}
		return t
	}
}

// refusesReceiver returns why an account can't get coins.
func (s *spec) refusesReceiver(who address) []error {
	if who == s.collector || strings.HasPrefix(who, vault("")) {
		return []error{sdkerrors.ErrInvalidAddress}
	}
	return nil
}

func (h *history) setPayout(signer address, id uint64, payout address) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		t := act{
			name: actName("set payout", a), why: append(s.refusesAgent(a, signer, false), s.refusesReceiver(payout)...),
			msg: &registrytypes.MsgSetPayout{Owner: text(signer), AgentId: id, Payout: text(payout)},
			do: func() {
				if a.change = nil; a.payout != payout {
					a.change = &promise{payout, s.unix() + s.agency.payoutDelay}
				}
			},
		}
		if a != nil && a.status == retired {
			t.why = append(t.why, registrytypes.ErrWrongStatus)
		}
		if a != nil && a.payout == payout && a.change == nil {
			t.why = append(t.why, registrytypes.ErrInvalidMessage)
		}
		return t
	}
}

// refusesTransfer returns why an agent can't change hands.
func (s *spec) refusesTransfer(a *agent) []error {
	var why []error
	if a == nil {
		return why
	}
	if a.status == draining || a.status == retired {
		why = append(why, registrytypes.ErrWrongStatus)
	}
	if len(a.leaving) > 0 {
		why = append(why, registrytypes.ErrUnbondingUnderWay)
	}
	return why
}

func (h *history) offerAgent(signer address, id uint64, to address) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		t := act{
			name: actName("offer agent", a), do: func() { a.transfer = &promise{to, s.unix() + transferSeconds} },
			why: slices.Concat(s.refusesAgent(a, signer, false), s.refusesTransfer(a), s.refusesReceiver(to)),
			msg: &registrytypes.MsgOfferTransfer{Owner: text(signer), AgentId: id, NewOwner: text(to)},
		}
		if a != nil && a.owner == to {
			t.why = append(t.why, registrytypes.ErrInvalidMessage)
		}
		return t
	}
}

func (h *history) keepAgent(signer address, id uint64) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		t := act{
			name: actName("keep agent", a), why: s.refusesAgent(a, signer, false), do: func() { a.transfer = nil },
			msg: &registrytypes.MsgWithdrawTransfer{Owner: text(signer), AgentId: id},
		}
		if a != nil && a.transfer == nil {
			t.why = append(t.why, registrytypes.ErrTransferNotOffered)
		}
		return t
	}
}

// takeOver is with the whole bond, what live jobs hold of it included.
func (h *history) takeOver(signer address, id uint64) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		t := act{
			name: actName("take over", a), why: s.refusesTransfer(a),
			msg: &registrytypes.MsgAcceptTransfer{NewOwner: text(signer), AgentId: id},
			do: func() {
				s.move(vault(a.owner), vault(signer), a.bonded)
				a.owner, a.operator, a.payout, a.change, a.transfer = signer, signer, signer, nil, nil
			},
		}
		switch {
		case a == nil:
			t.why = append(t.why, registrytypes.ErrAgentNotFound)
		case a.transfer == nil || a.transfer.to != signer || a.transfer.at <= s.unix():
			t.why = append(t.why, registrytypes.ErrTransferNotOffered)
		default:
			if _, jobs := s.reserved(a); jobs > 0 {
				t.name += ", with live work"
			}
		}
		return t
	}
}

// ownerAct is about the keys of an agent or its timers.
func (h *history) ownerAct(signer address, id uint64) func() act {
	a, to := h.s.agentByID(id), h.anybody()
	if h.chance(5) {
		to = one(h.r, h.s.collector, vault(to))
	}
	switch h.r.IntN(10) {
	case 0:
		return h.takeOver(signer, id)
	case 1:
		return h.keepAgent(signer, id)
	case 2, 3:
		return h.trigger(h.anybody(), id, one(h.r, ofStatus, ofPayout, ofTransfer))
	case 4, 5:
		return h.setPayout(signer, id, to)
	case 6:
		if a != nil {
			to = a.payout
		}
		return h.setPayout(signer, id, to)
	default:
		return h.offerAgent(signer, id, to)
	}
}
