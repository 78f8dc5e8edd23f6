package market_test

import (
	"maps"
	"slices"
	"time"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// agent is one of the registry's agents.
type agent struct {
	id                      uint64
	owner, operator, payout address
	status                  registrytypes.AgentStatus
	// until is when the status is looked at by itself, 0 for never; seen is the last sign
	// of life.
	until, seen int64
	// change is another payout that will act, transfer to whom the agent is offered.
	change, transfer *promise
	// gone says that it was removed; its id is never used again.
	gone bool
	// why it is paused, if it is.
	why          registrytypes.PauseReason
	skills       []string
	name         string
	registeredAt time.Time
	bonded       int64
	// leaving is what is on its way out, by when it leaves.
	leaving map[int64]int64
	offers  []*offer
}

const (
	pending  = registrytypes.AGENT_STATUS_PENDING
	active   = registrytypes.AGENT_STATUS_ACTIVE
	paused   = registrytypes.AGENT_STATUS_PAUSED
	retired  = registrytypes.AGENT_STATUS_RETIRED
	draining = registrytypes.AGENT_STATUS_DRAINING

	unpaused  = registrytypes.PAUSE_REASON_UNSPECIFIED
	requested = registrytypes.PAUSE_REASON_REQUESTED
	silent    = registrytypes.PAUSE_REASON_SILENCE

	// maxWithdrawals is how many of one agent can be under way.
	maxWithdrawals = 16
)

func (a *agent) unbonding() int64 {
	sum := int64(0)
	for n := range maps.Values(a.leaving) {
		sum += n
	}
	return sum
}

// turn gives an agent another status, with the reason if it is a pause. The same status
// changes nothing. An active one is looked after when it could have been silent.
func (s *spec) turn(a *agent, status registrytypes.AgentStatus, why registrytypes.PauseReason) {
	if a.status == status {
		return
	}
	a.status, a.why, a.until = status, why, 0
	if status == active {
		a.until = s.unix() + s.agency.silence
	}
}

// stake is what counts as the bond.
func (a *agent) stake() int64 { return a.bonded - a.unbonding() }

// actsFor reports whether an account signs for the agent.
func (a *agent) actsFor(who address) bool { return who == a.owner || who == a.operator }

// reserved is what the live jobs of an agent hold of its bond, and how many they are.
func (s *spec) reserved(a *agent) (int64, int64) {
	amount, jobs := int64(0), int64(0)
	for _, j := range s.jobs {
		if j.agent == a && j.holds {
			amount += j.reserved
			jobs++
		}
	}
	return amount, jobs
}

func (s *spec) free(a *agent) int64 {
	reserved, _ := s.reserved(a)
	return a.stake() - reserved
}

func (s *spec) agentByID(id uint64) *agent {
	if id < 1 || id > uint64(len(s.agents)) || s.agents[id-1].gone {
		return nil
	}
	return s.agents[id-1]
}

func (s *spec) register(owner, operator, payout address, bond int64, list []string, name string) {
	a := &agent{
		id: uint64(len(s.agents) + 1), owner: owner, operator: operator, payout: payout, status: pending,
		skills: list, name: name, registeredAt: s.now, leaving: map[int64]int64{},
		until: s.unix() + s.agency.pending, seen: s.unix(),
	}
	s.agents = append(s.agents, a)
	s.burn(owner, s.agency.fee)
	s.bond(a, bond)
}

func (s *spec) bond(a *agent, n int64) {
	if n == 0 {
		return
	}
	s.move(a.owner, vault(a.owner), n)
	a.bonded += n
	if a.status == pending && a.stake() >= s.agency.minBond {
		s.turn(a, active, unpaused)
	}
}

// refusesBond returns why the owner can't bond.
func (s *spec) refusesBond(a *agent, signer address, n int64) []error {
	why := s.refusesAgent(a, signer, false)
	if a == nil {
		return why
	}
	if a.status == retired {
		why = append(why, registrytypes.ErrWrongStatus)
	}
	if s.balances[signer] < n {
		why = append(why, sdkerrors.ErrInsufficientFunds)
	}
	return why
}

// refusesAgent returns why somebody can't act for an agent at all.
func (s *spec) refusesAgent(a *agent, signer address, operatorToo bool) []error {
	switch {
	case a == nil:
		return []error{registrytypes.ErrAgentNotFound}
	case signer == a.owner, operatorToo && signer == a.operator:
		return nil
	default:
		return []error{registrytypes.ErrWrongSigner}
	}
}

// refusesUnbond returns why so much can't start to leave.
func (s *spec) refusesUnbond(a *agent, signer address, n int64) []error {
	why := s.refusesAgent(a, signer, false)
	if a == nil {
		return why
	}
	if a.status == retired {
		why = append(why, registrytypes.ErrWrongStatus)
	}
	if n > s.free(a) || (a.status == active && a.stake()-n < s.agency.minBond) {
		why = append(why, registrytypes.ErrInsufficientBond)
	}
	if s.leavesTooOften(a) {
		why = append(why, registrytypes.ErrTooManyUnbondings)
	}
	return why
}

// leavesTooOften reports whether another withdrawal would be one too many. What
// starts in one second leaves as one.
func (s *spec) leavesTooOften(a *agent) bool {
	_, same := a.leaving[s.unix()+s.agency.unbonding]
	return len(a.leaving) >= maxWithdrawals && !same
}

func (s *spec) unbond(a *agent, n int64) { a.leaving[s.unix()+s.agency.unbonding] += n }

// refusesRetire returns why an agent can't end.
func (s *spec) refusesRetire(a *agent, signer address) []error {
	why := s.refusesAgent(a, signer, false)
	if a == nil {
		return why
	}
	if a.status != active && a.status != paused {
		why = append(why, registrytypes.ErrWrongStatus)
	}
	return why
}

// retire ends an agent, with its last live work if it has some.
func (s *spec) retire(a *agent) {
	if _, jobs := s.reserved(a); jobs > 0 {
		s.turn(a, draining, unpaused)
		return
	}
	s.finish(a)
}

// finish ends an agent without live work: its whole bond starts to leave, whatever else is
// on its way, and what it had open is dropped.
func (s *spec) finish(a *agent) {
	s.turn(a, retired, unpaused)
	a.change, a.transfer = nil, nil
	if free := s.free(a); free > 0 {
		s.unbond(a, free)
	}
}

// dueOf returns when those withdrawals of an agent leave that are due, in order.
func (s *spec) dueOf(a *agent) []int64 {
	var due []int64
	for at := range a.leaving {
		if at <= s.unix() {
			due = append(due, at)
		}
	}
	slices.Sort(due)
	return due
}

// complete pays one withdrawal out.
func (s *spec) complete(a *agent, at int64) {
	n := a.leaving[at]
	delete(a.leaving, at)
	a.bonded -= n
	s.deliver(a.owner, a.owner, n)
}

// completeDue is the registry's part of a block's end.
func (s *spec) completeDue() {
	type entry struct {
		at int64
		a  *agent
	}
	var due []entry
	for _, a := range s.agents {
		for _, at := range s.dueOf(a) {
			due = append(due, entry{at, a})
		}
	}
	slices.SortStableFunc(due, func(x, y entry) int { return int(x.at - y.at) })
	for i, e := range due {
		if i == s.agency.completions {
			break
		}
		s.complete(e.a, e.at)
	}
}
