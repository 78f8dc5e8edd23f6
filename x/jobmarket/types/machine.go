package types

import (
	sdkmath "cosmossdk.io/math"
)

// Action is something that can happen to the live milestone of a job.
type Action uint8

// Who acts stands behind each: the agent's operator or owner, the client, or
// nobody, in which case anybody may say that it is time.
const (
	ActionSubmit  Action = iota + 1 // agent
	ActionQuit                      // agent
	ActionAccept                    // client
	ActionReject                    // client
	ActionCancel                    // client
	ActionWaive                     // client
	ActionTimeout                   // nobody
)

// Actions returns all actions in order.
func Actions() []Action {
	return []Action{ActionSubmit, ActionQuit, ActionAccept, ActionReject, ActionCancel, ActionWaive, ActionTimeout}
}

// String returns the verb.
func (a Action) String() string {
	switch a {
	case ActionSubmit:
		return "submit"
	case ActionQuit:
		return "quit"
	case ActionAccept:
		return "accept"
	case ActionReject:
		return "reject"
	case ActionCancel:
		return "cancel"
	case ActionWaive:
		return "waive"
	case ActionTimeout:
		return "timeout"
	default:
		return "unknown action"
	}
}

// next is the state machine of a milestone: what an action makes of a status.
// What is not in it can't happen. A rejection ends in a refund, because there is
// nobody yet to appeal to.
var next = map[MilestoneStatus]map[Action]MilestoneStatus{
	MILESTONE_STATUS_WORKING: {
		ActionSubmit:  MILESTONE_STATUS_SUBMITTED,
		ActionCancel:  MILESTONE_STATUS_CANCELLED,
		ActionQuit:    MILESTONE_STATUS_MISSED,
		ActionTimeout: MILESTONE_STATUS_MISSED,
	},
	MILESTONE_STATUS_SUBMITTED: {
		ActionAccept:  MILESTONE_STATUS_PAID,
		ActionTimeout: MILESTONE_STATUS_PAID,
		ActionReject:  MILESTONE_STATUS_REFUNDED,
	},
	MILESTONE_STATUS_MISSED: {
		ActionWaive:   MILESTONE_STATUS_REFUNDED,
		ActionTimeout: MILESTONE_STATUS_REFUNDED,
	},
}

// Allows reports whether an action is an edge from a status, whatever the time.
func Allows(from MilestoneStatus, action Action) bool {
	return next[from][action] != MILESTONE_STATUS_UNSPECIFIED
}

// Fact is what a settlement says about both sides; names are stable.
type Fact string

// The facts that exist.
const (
	FactNone             Fact = ""
	FactPaidByAcceptance Fact = "paid_by_acceptance"
	FactPaidBySilence    Fact = "paid_by_silence"
	FactRejected         Fact = "rejected"
	FactCancelledAtWork  Fact = "cancelled_at_work"
	FactMissedDelivery   Fact = "missed_delivery"
	FactQuit             Fact = "quit"
)

// Step is an action at an instant.
type Step struct {
	Action    Action
	Milestone uint32 // from 1; ignored for ActionTimeout, which means the live one
	Now       uint64 // unix seconds of market time, rounded down
	Result    Result // of ActionSubmit
}

// Outcome is what a step comes to: the new progress, whose ledger does not have
// the money below in it yet, and the money to be moved, in this order.
type Outcome struct {
	Progress  Progress
	Milestone uint32 // the one that the step was about
	From, To  MilestoneStatus

	// Pay is gross for the agent; the fee is withheld from it. Zero for none.
	Pay sdkmath.Int
	// Slash is taken from the agent's bond for the client. Zero for none.
	Slash sdkmath.Int
	// Burn is taken from the agent's bond and burned. Zero for none.
	Burn sdkmath.Int
	// Silent says that the agent did not even give up: it may be down, and takes no new
	// work until somebody of its own says that it is there.
	Silent bool
	// FreeBond ends the reservation of the agent's bond.
	FreeBond bool
	// Ended says that all that is left in the lock goes back to the client.
	Ended bool
	// Started says that work on the next milestone begins.
	Started bool

	Fact Fact
	// FactAmount is what the fact is about, in uait.
	FactAmount sdkmath.Int
}

// Amount returns what a milestone pays, gross, in uait. Milestones count from 1.
func (j Job) Amount(milestone uint32) sdkmath.Int { return j.Milestones[milestone-1].Amount.Amount }

// Begin returns the progress of a job that was posted at the given instant.
func (j Job) Begin() Progress {
	statuses := make([]MilestoneStatus, len(j.Milestones))
	for i := range statuses {
		statuses[i] = MILESTONE_STATUS_PENDING
	}
	statuses[0] = MILESTONE_STATUS_WORKING
	return Progress{
		Status:     JOB_STATUS_ACTIVE,
		Milestone:  1,
		Milestones: statuses,
		Deadline:   j.PostedAt + j.Milestones[0].DeliverySeconds,
		Ledger:     NewLedger(j.Funded()),
	}
}

// Live returns the status of the live milestone, or of the last live one.
func (p Progress) Live() MilestoneStatus { return p.Milestones[p.Milestone-1] }

// Ended reports whether the job is over.
func (p Progress) Ended() bool { return p.Status != JOB_STATUS_ACTIVE }

// Next returns what a step makes of a job. It returns ErrJobEnded, ErrNotLive,
// ErrWrongState, ErrDeadlinePassed or ErrDeadlineNotYet for a step that can't be
// taken; p is not changed in any case.
func (j Job) Next(p Progress, s Step) (Outcome, error) {
	if err := p.allows(s); err != nil {
		return Outcome{}, err
	}
	from := p.Live()
	out := Outcome{
		Progress: p.clone(), Milestone: p.Milestone, From: from, To: next[from][s.Action],
		Pay: sdkmath.ZeroInt(), Slash: sdkmath.ZeroInt(), Burn: sdkmath.ZeroInt(), FactAmount: j.Amount(p.Milestone),
	}
	out.Progress.Milestones[p.Milestone-1] = out.To
	switch out.To {
	case MILESTONE_STATUS_SUBMITTED:
		out.Progress.Deadline = s.Now + j.ReviewSeconds
		out.Progress.Submissions = append(out.Progress.Submissions,
			Submission{Milestone: p.Milestone, Result: s.Result, SubmittedAt: s.Now})
	case MILESTONE_STATUS_PAID:
		j.pay(&out, s)
	case MILESTONE_STATUS_CANCELLED:
		out.Pay, out.FreeBond, out.Fact = j.KillFee(p.Milestone), true, FactCancelledAtWork
		j.end(&out, s.Now)
	case MILESTONE_STATUS_MISSED:
		j.miss(&out, s)
	case MILESTONE_STATUS_REFUNDED:
		if from == MILESTONE_STATUS_SUBMITTED {
			out.FreeBond, out.Fact = true, FactRejected
		}
		j.end(&out, s.Now)
	case MILESTONE_STATUS_UNSPECIFIED, MILESTONE_STATUS_PENDING, MILESTONE_STATUS_WORKING:
		// No edge leads there; the next milestone begins with the payment of the last.
	}
	return out, nil
}

// allows returns why a step can't be taken, or nil. An action is valid before the
// deadline, its timeout from then on; never both.
func (p Progress) allows(s Step) error {
	live := p.Live()
	switch {
	case p.Ended():
		return ErrJobEnded.Wrapf("expected a live job, got one that is %s", p.Status.Text())
	case s.Action != ActionTimeout && s.Milestone != p.Milestone:
		return ErrNotLive.Wrapf("milestone: expected %d, the live one, got %d", p.Milestone, s.Milestone)
	case !Allows(live, s.Action):
		return ErrWrongState.Wrapf("milestone %d is %s, which does not allow to %s", p.Milestone, live.Text(), s.Action)
	case s.Action == ActionTimeout && s.Now < p.Deadline:
		return ErrDeadlineNotYet.Wrapf("expected market time %d or later, got %d", p.Deadline, s.Now)
	case s.Action != ActionTimeout && s.Now >= p.Deadline:
		return ErrDeadlinePassed.Wrapf("expected market time before %d, got %d", p.Deadline, s.Now)
	}
	return nil
}

// pay settles the live milestone and begins the next one or ends the job.
func (j Job) pay(out *Outcome, s Step) {
	out.Pay, out.Fact = j.Amount(out.Milestone), FactPaidByAcceptance
	if s.Action == ActionTimeout {
		out.Fact = FactPaidBySilence
	}
	if int(out.Milestone) == len(j.Milestones) {
		out.FreeBond = true
		j.end(out, s.Now)
		return
	}
	p := &out.Progress
	p.Milestone++
	p.Milestones[p.Milestone-1] = MILESTONE_STATUS_WORKING
	p.Deadline = s.Now + j.Milestones[p.Milestone-1].DeliverySeconds
	out.Started = true
}

// miss ends the agent's part. To give up costs no money, or nobody would rather say so
// than deliver rubbish, and a client that keeps back the input could make it cost. Silence
// costs the performance bond of the live milestone, and the client gets half of it only,
// so that no owner gets its own bond out this way without losing as much.
func (j Job) miss(out *Outcome, s Step) {
	out.FreeBond, out.Fact = true, FactQuit
	out.Progress.Deadline = s.Now + j.Terms.ReassignSeconds
	if s.Action == ActionQuit {
		return
	}
	out.Slash, out.Burn = j.Damages(out.Milestone)
	out.Silent, out.Fact = true, FactMissedDelivery
}

// end closes the job: completed if all milestones are paid, partial if any is,
// else as the edge says. Milestones that never began end like the live one.
func (j Job) end(out *Outcome, now uint64) {
	p := &out.Progress
	out.Ended, p.Deadline, p.EndedAt = true, 0, now
	for i := int(p.Milestone); i < len(p.Milestones); i++ {
		p.Milestones[i] = out.To
	}
	p.Status = endOf(out.To, p.Milestone)
}

// endOf is how a job ends whose last live milestone ended so.
func endOf(last MilestoneStatus, milestone uint32) JobStatus {
	switch {
	case last == MILESTONE_STATUS_PAID:
		return JOB_STATUS_COMPLETED
	case milestone > 1:
		return JOB_STATUS_PARTIAL
	case last == MILESTONE_STATUS_CANCELLED:
		return JOB_STATUS_CANCELLED
	default:
		return JOB_STATUS_REFUNDED
	}
}

// TimeoutSteps is how many timeouts end the job if nobody ever acts again.
func (j Job) TimeoutSteps(p Progress) int {
	live, last := p.Live(), int(p.Milestone) == len(j.Milestones)
	switch {
	case p.Ended():
		return 0
	case live == MILESTONE_STATUS_MISSED, live == MILESTONE_STATUS_SUBMITTED && last:
		return 1
	case live == MILESTONE_STATUS_SUBMITTED:
		return 3 // paid by silence, then the next one missed and refunded
	default:
		return 2 // missed and refunded
	}
}

func (p Progress) clone() Progress {
	p.Milestones = append([]MilestoneStatus(nil), p.Milestones...)
	p.Submissions = append([]Submission(nil), p.Submissions...)
	return p
}
