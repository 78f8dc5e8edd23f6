package hire

import (
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// Step names what has just happened to a hire. Names are stable.
type Step string

// The steps, in the order in which they can happen.
const (
	// StepChosen has Plan: whom, and for how much.
	StepChosen Step = "chosen"
	// StepPosted has Job, and Tx unless an earlier run posted it.
	StepPosted Step = "posted"
	// StepUploaded says that the agent has the input.
	StepUploaded Step = "uploaded"
	// StepSubmitted has Job with the agent's submission.
	StepSubmitted Step = "submitted"
	// StepFetched says that the result is here, with the hash that the chain has.
	StepFetched Step = "fetched"
	// StepOpened has Place: where the opened result is.
	StepOpened Step = "opened"
	// StepAccepted has Tx: the agent is paid.
	StepAccepted Step = "accepted"
	// StepRejected has Tx: the money goes back.
	StepRejected Step = "rejected"
	// StepMissed has Job: the agent did not deliver in time, or gave up.
	StepMissed Step = "missed"
	// StepWaived has Tx: the refund is taken at once.
	StepWaived Step = "waived"
	// StepEnded has Receipt.
	StepEnded Step = "ended"
	// StepWaiting has Err: why something has to be tried again. It can come at any
	// time, and once for the same reason.
	StepWaiting Step = "waiting"
)

// Event tells of a step. Which fields are set besides Step and Ref depends on the step.
type Event struct {
	Step Step
	// Ref names the hire: the job's client_ref.
	Ref     string
	Plan    *Plan
	Tx      *Tx
	Job     *jobmarkettypes.JobRecord
	Place   string
	Receipt *jobmarkettypes.Receipt
	Err     error
}

// Delivery is an opened result.
type Delivery struct {
	Ref string
	// InputName is the name that the order gave its input.
	InputName string
	Plain     []byte
	// MediaType is what the agent sealed with the result.
	MediaType string
	Job       jobmarkettypes.Job
}

// ResultError is what an agent did wrong with a result, and the reason for which it can
// be rejected.
type ResultError struct {
	Reason jobmarkettypes.RejectReason
	Err    error
}

// Error implements error.
func (e *ResultError) Error() string { return e.Err.Error() }

// Unwrap returns what was found.
func (e *ResultError) Unwrap() error { return e.Err }

// Review is what a client decides on.
type Review struct {
	Ref string
	Job jobmarkettypes.JobRecord
	// Place is where the opened result is, as Deliver told.
	Place string
	// Problem is nil for a result that was opened. Otherwise it says why there is
	// none.
	Problem *ResultError
	// SecondsLeft is the time until silence pays, in seconds of market time.
	SecondsLeft uint64
}

// Decision is what a client makes of a result.
type Decision uint8

// The decisions.
const (
	// Leave decides nothing now. Silence until the deadline pays the agent.
	Leave Decision = iota
	// Accept pays the agent.
	Accept
	// Reject takes the money back, for the reason of the review's problem, or as
	// INCORRECT if there is none.
	Reject
)

// Outcome is where a hire stands when Start or Resume returns.
type Outcome struct {
	Ref string
	Job jobmarkettypes.JobRecord
	// Place is where the opened result is; empty if there is none.
	Place string
	// Problem says why there is no opened result; nil otherwise.
	Problem *ResultError
	// Ended says that the job has ended, and how. If not, the result waits to be
	// accepted or rejected.
	Ended   bool
	Receipt jobmarkettypes.Receipt
	// Txs are the transactions of this hire that are known, with its steps.
	Txs map[Step]Tx
}

// Agent is whom a plan hires.
type Agent struct {
	ID      uint64
	Name    string
	URL     string
	Key     registrytypes.MessagingKey
	OfferID uint32
}
