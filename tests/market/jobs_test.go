package market_test

import (
	"cmp"
	"slices"
	"time"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// spec is the whole market as its READMEs describe it.
type spec struct {
	money
	now    time.Time // market time
	market rules
	agency agencyRules
	agents []*agent
	jobs   []*job
	// posted is the number of each client's newest job.
	posted map[address]uint64
	// facts are what the last step should have told reputation.
	facts []fact
	taken map[edge]int
	// consents are the deadlines of the operators' last consents that were used.
	consents map[address]int64
	// happened counts what happened to agents by itself.
	happened map[string]int
}

func (s *spec) unix() int64 { return s.now.Unix() }

// fact is a line for both sides' records: what happened, and the fee of what it was
// about.
type fact struct {
	name string
	fee  int64
}

// status of a milestone; action on it. They are the README's words.
type (
	status string
	action string
)

const (
	notBegun  status = "PENDING"
	working   status = "WORKING"
	submitted status = "SUBMITTED"
	paid      status = "PAID"
	missed    status = "MISSED"
	cancelled status = "CANCELLED"
	refunded  status = "REFUNDED"

	submit  action = "Submit"
	cancel  action = "Cancel"
	quit    action = "Quit"
	accept  action = "Accept"
	reject  action = "Reject"
	waive   action = "Waive"
	timeout action = "timeout"
)

// edge is an arrow of the README's diagram.
type edge struct {
	from status
	by   action
}

// diagram is where each arrow leads.
var diagram = map[edge]status{
	{working, submit}: submitted, {working, cancel}: cancelled, {working, quit}: missed, {working, timeout}: missed,
	{submitted, accept}: paid, {submitted, timeout}: paid, {submitted, reject}: refunded,
	{missed, waive}: refunded, {missed, timeout}: refunded,
}

var actions = []action{submit, cancel, quit, accept, reject, waive, timeout}

// job is a job with its terms as they were when it was posted.
type job struct {
	client     address
	sequence   uint64
	ref        string
	agent      *agent
	offer      uint32
	skill      string
	milestones []jobmarkettypes.MilestoneTerms
	review     int64
	feeBps     int64
	killBps    int64
	reassign   int64
	postingFee int64
	bondBps    int64
	deposit    int64
	reserve    int64
	postedAt   int64

	live     int // from 0
	statuses []status
	deadline int64 // 0: it has ended
	results  []jobmarkettypes.Submission
	endedAt  int64
	parked   bool

	funded, released, fees, back, slashed, burned int64
	// reserved is what is held of the agent's bond, if it holds.
	reserved int64
	holds    bool
	// timeouts is how many ended a state of it.
	timeouts int
}

func (j *job) amount(i int) int64   { return j.milestones[i].Amount.Amount.Int64() }
func (j *job) delivery(i int) int64 { return int64(j.milestones[i].DeliverySeconds) }
func (j *job) status() status       { return j.statuses[j.live] }
func (j *job) lives() bool          { return j.deadline != 0 }
func (j *job) last() bool           { return j.live == len(j.statuses)-1 }
func (j *job) left() int64          { return j.funded - j.released - j.fees - j.back }

// timeoutsLeft is how many timeouts end the job by themselves.
func (j *job) timeoutsLeft() int {
	switch {
	case !j.lives():
		return 0
	case j.status() == working:
		return 2 // missed, refunded
	case j.status() == submitted && !j.last():
		return 3 // paid, and then the next one missed and refunded
	default:
		return 1
	}
}

func (s *spec) jobByID(client address, sequence uint64) *job {
	for _, j := range s.jobs {
		if j.client == client && j.sequence == sequence {
			return j
		}
	}
	return nil
}

func (s *spec) jobByRef(client address, ref string) *job {
	for _, j := range s.jobs {
		if ref != "" && j.client == client && j.ref == ref {
			return j
		}
	}
	return nil
}

// price fills in what a job costs both sides under the rules in force.
func (s *spec) price(j *job) {
	p, budget, largest := s.market, int64(0), int64(0)
	for i := range j.milestones {
		budget += j.amount(i)
		largest = max(largest, j.amount(i))
	}
	j.feeBps, j.killBps, j.reassign, j.postingFee = p.feeBps, p.killBps, p.reassign, p.postingFee
	j.bondBps = p.bondBps
	j.deposit = p.deposit(largest)
	bond := up(largest, p.bondBps)
	j.reserve = bond + j.deposit + max(0, largest-bond-j.deposit)
	j.funded = budget + j.deposit
}

// refusesPost returns why a job of valid form can't be hired for.
func (s *spec) refusesPost(j *job, o *offer) []error {
	var why []error
	a := j.agent
	if j.client == a.owner || j.client == a.operator || j.client == a.payout {
		why = append(why, jobmarkettypes.ErrOwnAgent)
	}
	if a.status != active || a.stake() < s.agency.minBond {
		why = append(why, errNotHireable)
	}
	if a.status == retired || !hasSkill(a.skills, o.skill) {
		why = append(why, jobmarkettypes.ErrSkillNotFound)
	}
	if !s.inMarket(j) {
		why = append(why, jobmarkettypes.ErrOutsideMarket)
	}
	if !o.binds(j) {
		why = append(why, jobmarkettypes.ErrOutsideOffer)
	}
	if _, live := s.reserved(a); live >= o.cap {
		why = append(why, errAtCapacity)
	}
	if s.free(a) < j.reserve {
		why = append(why, errInsufficientBond)
	}
	if s.balances[j.client] < j.funded+j.postingFee {
		why = append(why, sdkerrors.ErrInsufficientFunds)
	}
	return why
}

func (s *spec) inMarket(j *job) bool {
	p, all := s.market, s.market.reassign
	for i := range j.milestones {
		if j.amount(i) < p.minAmount || j.delivery(i) < p.minWindow || j.delivery(i) > p.maxDelivery {
			return false
		}
		all += j.delivery(i) + j.review
	}
	return j.review >= p.minWindow && j.review <= p.maxReview && all <= p.horizon
}

func (o *offer) binds(j *job) bool {
	if len(j.milestones) > o.maxMilestones {
		return false
	}
	for i := range j.milestones {
		if j.amount(i) < o.least() || j.amount(i) > o.maxAmount || j.delivery(i) < o.minDelivery || j.delivery(i) > o.maxDelivery {
			return false
		}
	}
	return j.review <= o.maxReview
}

// post hires.
func (s *spec) post(j *job) {
	s.posted[j.client]++
	j.sequence, j.postedAt = s.posted[j.client], s.unix()
	s.move(j.client, vault(j.client), j.funded)
	s.burn(j.client, j.postingFee)
	j.reserved, j.holds = j.reserve, true
	j.statuses = slices.Repeat([]status{notBegun}, len(j.milestones))
	j.statuses[0] = working
	j.deadline = s.unix() + j.delivery(0)
	s.jobs = append(s.jobs, j)
}

// gross is what an action pays the agent, fee included.
func (j *job) gross(by action) int64 {
	if to := diagram[edge{j.status(), by}]; to == paid {
		return j.amount(j.live)
	} else if to == cancelled {
		return down(j.amount(j.live), j.killBps)
	}
	return 0
}

// refuses returns why an action can't be taken. Milestones count from 1 here.
func (s *spec) refuses(j *job, by action, milestone uint32) []error {
	if !j.lives() {
		return []error{jobmarkettypes.ErrJobEnded}
	}
	var why []error
	if by != timeout && int(milestone) != j.live+1 {
		why = append(why, jobmarkettypes.ErrNotLive)
	}
	if _, drawn := diagram[edge{j.status(), by}]; !drawn {
		why = append(why, jobmarkettypes.ErrWrongState)
	}
	switch late := s.unix() >= j.deadline; {
	case by == timeout && !late:
		why = append(why, jobmarkettypes.ErrDeadlineNotYet)
	case by != timeout && late:
		why = append(why, jobmarkettypes.ErrDeadlinePassed)
	}
	if s.jammed && down(j.gross(by), j.feeBps) > 0 {
		why = append(why, errRefused)
	}
	return why
}

// take carries an action out.
func (s *spec) take(j *job, by action, result jobmarkettypes.Result) {
	from, i := j.status(), j.live
	to := diagram[edge{from, by}]
	s.taken[edge{from, by}]++
	j.parked = false
	if by == timeout {
		j.timeouts++
	}
	s.pay(j, j.gross(by))
	j.statuses[i] = to
	switch to {
	case submitted:
		j.deadline = s.unix() + j.review
		j.results = append(j.results, jobmarkettypes.Submission{Milestone: uint32(i + 1), Result: result, SubmittedAt: uint64(s.unix())})
	case missed:
		if by == timeout {
			s.silence(j)
		}
		s.letGo(j)
		j.deadline = s.unix() + j.reassign
	case paid:
		if j.last() {
			s.end(j)
			break
		}
		j.live++
		j.statuses[j.live] = working
		j.deadline = s.unix() + j.delivery(j.live)
	case notBegun, working, cancelled, refunded:
		s.end(j)
	}
	if name := factOf(from, by); name != "" {
		s.facts = append(s.facts, fact{name, down(j.amount(i), j.feeBps)})
	}
}

func factOf(from status, by action) string {
	switch {
	case by == accept:
		return "paid_by_acceptance"
	case from == submitted && by == timeout:
		return "paid_by_silence"
	case by == reject:
		return "rejected"
	case by == cancel:
		return "cancelled_at_work"
	case from == working && by == timeout:
		return "missed_delivery"
	case by == quit:
		return "quit"
	default:
		return ""
	}
}

// pay releases to the agent: the fee is rounded down, the rest is the agent's.
func (s *spec) pay(j *job, gross int64) {
	if gross == 0 {
		return
	}
	fee := down(gross, j.feeBps)
	if (gross-fee)*10_000 < gross*8_000 {
		panic("M6: the worker gets less than 80 %")
	}
	s.collectFee(j.client, fee)
	s.deliver(j.client, j.agent.payout, gross-fee)
	j.released += gross - fee
	j.fees += fee
}

// silence takes the performance bond of the live milestone, half for the client and the
// rest to be burned, and pauses the agent.
func (s *spec) silence(j *job) {
	bond := up(j.amount(j.live), j.bondBps)
	if bond > j.reserved {
		panic("M9: more is slashed than is reserved")
	}
	j.agent.bonded -= bond
	j.slashed += bond / 2
	j.burned += bond - bond/2
	s.deliver(j.agent.owner, j.client, bond/2)
	s.burn(vault(j.agent.owner), bond-bond/2)
	if j.agent.status == active {
		s.happened["a missed delivery pauses"]++
		s.turn(j.agent, paused, silent)
	}
}

// letGo ends a reservation. A draining agent without any is retired.
func (s *spec) letGo(j *job) {
	if !j.holds {
		return
	}
	j.holds, j.reserved = false, 0
	if _, jobs := s.reserved(j.agent); jobs == 0 && j.agent.status == draining {
		s.happened["a draining agent is retired"]++
		s.finish(j.agent)
	}
}

// end gives back what is left, deposit included, and what is reserved.
func (s *spec) end(j *job) {
	s.letGo(j)
	s.deliver(j.client, j.client, j.left())
	j.back += j.left()
	for i := j.live + 1; i < len(j.statuses); i++ {
		j.statuses[i] = j.status()
	}
	j.deadline, j.endedAt = 0, s.unix()
}

// endStatus is how a job has ended.
func (j *job) endStatus() jobmarkettypes.JobStatus {
	switch {
	case j.lives():
		return jobmarkettypes.JOB_STATUS_ACTIVE
	case j.status() == paid:
		return jobmarkettypes.JOB_STATUS_COMPLETED
	case j.live > 0:
		return jobmarkettypes.JOB_STATUS_PARTIAL
	case j.status() == cancelled:
		return jobmarkettypes.JOB_STATUS_CANCELLED
	default:
		return jobmarkettypes.JOB_STATUS_REFUNDED
	}
}

// due returns the jobs whose timeouts blocks carry out by themselves now, in order.
func (s *spec) due() []*job {
	var due []*job
	for _, j := range s.jobs {
		if j.lives() && !j.parked && j.deadline <= s.unix() {
			due = append(due, j)
		}
	}
	slices.SortFunc(due, func(a, b *job) int {
		return cmp.Or(cmp.Compare(a.deadline, b.deadline), cmp.Compare(a.client, b.client), cmp.Compare(a.sequence, b.sequence))
	})
	return due
}

// idle reports whether the block has nothing to do at its end.
func (s *spec) idle() bool {
	for _, a := range s.agents {
		if len(s.dueOf(a)) > 0 {
			return false
		}
	}
	return s.fees+s.burns == 0 && len(s.due()) == 0 && len(s.dueTimers()) == 0
}

// endBlock is the end of a block: due timeouts, due withdrawals, burns.
func (s *spec) endBlock() {
	for i, j := range s.due() {
		if i == s.market.timeouts {
			break
		}
		if len(s.refuses(j, timeout, 0)) > 0 {
			j.parked = true
			continue
		}
		s.take(j, timeout, jobmarkettypes.Result{})
	}
	s.completeDue()
	s.fireDue()
	s.money.endBlock()
}
