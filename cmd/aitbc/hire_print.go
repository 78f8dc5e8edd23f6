package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// planResult is the JSON of `hire --dry-run`.
type planResult struct {
	AgentID         uint64      `json:"agent_id"`
	AgentName       string      `json:"agent_name"`
	AgentURL        string      `json:"agent_url"`
	OfferID         uint32      `json:"offer_id"`
	Skill           string      `json:"skill"`
	Amount          amount      `json:"amount"`
	AgentFee        amount      `json:"agent_fee"`
	DisputeDeposit  amount      `json:"dispute_deposit"`
	PostingFee      amount      `json:"posting_fee"`
	Gas             uint64      `json:"gas"`
	TxFee           amount      `json:"tx_fee"`
	Needed          amount      `json:"needed"`
	DeliverySeconds uint64      `json:"delivery_seconds"`
	ReviewSeconds   uint64      `json:"review_seconds"`
	Skipped         []hire.Skip `json:"skipped"`
}

func printPlan(cmd *cobra.Command, c *chain, p hire.Plan) error {
	q := p.Quote
	skipped := p.Skipped
	if skipped == nil {
		skipped = []hire.Skip{}
	}
	result := planResult{
		AgentID: p.Agent.ID, AgentName: p.Agent.Name, AgentURL: p.Agent.URL, OfferID: p.Agent.OfferID, Skill: p.Order.Skill,
		Amount: amountOf(q.Amount), AgentFee: amountOf(q.AgentFee), DisputeDeposit: amountOf(q.DisputeDeposit),
		PostingFee: amountOf(q.PostingFee), Gas: q.Gas, TxFee: amountOf(q.TxFee), Needed: amountOf(q.Needed()),
		DeliverySeconds: q.DeliverySeconds, ReviewSeconds: q.ReviewSeconds, Skipped: skipped,
	}
	return printResult(cmd, result, func(w io.Writer) error {
		errs := []error{
			line(w, "nobody is hired: this is what it would cost on %s", c.chainID),
			line(w, ""),
			table(w, [][]string{
				{"agent", fmt.Sprintf("%d (%s), offer %d, at %s", p.Agent.ID, p.Agent.Name, p.Agent.OfferID, p.Agent.URL)},
				{"delivery", "within " + lasting(q.DeliverySeconds)},
				{"review", "within " + lasting(q.ReviewSeconds) + " of the delivery; silence pays the agent"},
			}),
			line(w, ""),
			table(w, costs(q)),
		}
		for i, s := range p.Skipped {
			if i == 0 {
				errs = append(errs, line(w, ""))
			}
			errs = append(errs, line(w, "not chosen: agent %d (%s) %s", s.AgentID, s.Name, s.Reason))
		}
		return errors.Join(errs...)
	})
}

// costs are the rows of a quote.
func costs(q hire.Quote) [][]string {
	exact := types.FormatExactAIT
	rows := [][]string{
		{types.DisplayDenom, "", ""},
		{exact(q.Amount), "for the agent", fmt.Sprintf("locked until it ends; the market takes %s of it", types.FormatAIT(q.AgentFee))},
	}
	if q.DisputeDeposit.IsPositive() {
		rows = append(rows, []string{exact(q.DisputeDeposit), "dispute deposit", "locked until it ends, then it comes back"})
	}
	return append(rows,
		[]string{exact(q.PostingFee), "posting fee", "burned"},
		[]string{exact(q.TxFee), "gas", fmt.Sprintf("%d units, to post the job; accepting costs a little more", q.Gas)},
		[]string{exact(q.Needed()), "in all", "has to be in your account"})
}

// tell writes the progress of a hire.
func (d *desk) tell(e hire.Event) {
	switch e.Step {
	case hire.StepChosen:
		q := e.Plan.Quote
		d.progress(fmt.Sprintf("agent %d (%s) does %s for %s, within %s", e.Plan.Agent.ID, e.Plan.Agent.Name, e.Plan.Order.Skill,
			ait(q.Amount), lasting(q.DeliverySeconds)))
		d.progress(fmt.Sprintf("hire %s: keys and input are in %s", e.Ref, d.chain.hires()))
	case hire.StepPosted:
		l, t := e.Job.Progress.Ledger, e.Job.Job.Terms
		how := "an earlier run did"
		if e.Tx != nil {
			how = txText(*e.Tx)
		}
		d.progress(fmt.Sprintf("posted job %d (%s)", e.Job.Job.Sequence, how))
		parts := ait(e.Job.Job.Amount(1)) + " for the agent"
		if t.DisputeDeposit.IsPositive() {
			parts += fmt.Sprintf(", %s dispute deposit", ait(t.DisputeDeposit))
		}
		d.progress(fmt.Sprintf("locked %s: %s; burned %s", ait(l.Funded), parts, ait(t.PostingFee)))
	case hire.StepUploaded:
		d.progress(fmt.Sprintf("agent %d has the input; waiting for its result", e.Job.Job.AgentId))
	case hire.StepSubmitted:
		s := e.Job.Progress.Submissions[len(e.Job.Progress.Submissions)-1].Result
		d.progress(fmt.Sprintf("agent %d delivered %s, %d bytes sealed, sha256 %x", e.Job.Job.AgentId, s.MediaType, s.Size_, s.Sha256))
	case hire.StepFetched:
		d.progress("fetched the result: it is what the agent committed to")
	case hire.StepOpened:
		d.progress("opened the result: " + readable(e.Place))
	case hire.StepAccepted:
		d.progress(fmt.Sprintf("accepted (%s)", txText(*e.Tx)))
	case hire.StepRejected:
		d.progress(fmt.Sprintf("rejected (%s)", txText(*e.Tx)))
	case hire.StepMissed:
		what := "gave the work up: your money comes back"
		if slashed := e.Job.Progress.Ledger.Slashed; slashed.IsPositive() {
			what = "did not deliver: your money comes back, and you get " + ait(slashed) + " of its bond"
		}
		d.progress(fmt.Sprintf("agent %d %s", e.Job.Job.AgentId, what))
	case hire.StepWaived:
		d.progress(fmt.Sprintf("took the refund (%s)", txText(*e.Tx)))
	case hire.StepEnded:
		d.progress(fmt.Sprintf("job %d is %s", e.Receipt.Sequence, e.Receipt.Status.Text()))
	case hire.StepWaiting:
		d.progress("trying again: " + e.Err.Error())
	}
}

// hireResult is the JSON of `hire`.
type hireResult struct {
	Ref string `json:"ref"`
	// Result is the file with the result; empty if there is none.
	Result string `json:"result,omitempty"`
	// Problem says what the agent did wrong.
	Problem string               `json:"problem,omitempty"`
	Ended   bool                 `json:"ended"`
	Job     jobView              `json:"job"`
	Txs     map[hire.Step]txView `json:"txs"`
	// Cost is what the hire has cost so far: paid, burned and fees of transactions,
	// less what came from the agent's bond. Coins that are locked are not in it.
	Cost amount `json:"cost"`
}

// costOf adds up a hire, in uait.
func costOf(o hire.Outcome) sdkmath.Int {
	l := o.Job.Progress.Ledger
	cost := l.Released.Add(l.Fees).Add(o.Job.Job.Terms.PostingFee).Sub(l.Slashed)
	return cost.Add(txFees(o))
}

func txFees(o hire.Outcome) sdkmath.Int {
	sum := sdkmath.ZeroInt()
	for _, tx := range o.Txs {
		sum = sum.Add(tx.Fee.Amount)
	}
	return sum
}

func (d *desk) printOutcome(o hire.Outcome) error {
	now, err := d.chain.nowFor(d.cmd.Context(), o.Job)
	if err != nil {
		return err
	}
	result := hireResult{
		Ref: o.Ref, Result: o.Place, Ended: o.Ended, Job: viewJob(o.Job, "", now), Txs: map[hire.Step]txView{}, Cost: amountOf(costOf(o)),
	}
	if o.Problem != nil {
		result.Problem = o.Problem.Error()
	}
	for step, tx := range o.Txs {
		result.Txs[step] = viewTx(tx)
	}
	err = printResult(d.cmd, result, func(w io.Writer) error { return printHire(w, o, result.Job, sameChain(d.cmd)) })
	return errors.Join(err, withoutResult(o))
}

// withoutResult is the error of a hire that gave its client nothing.
func withoutResult(o hire.Outcome) error {
	switch {
	case o.Place != "":
		return nil
	case o.Problem != nil:
		return fmt.Errorf("job %d has no result that can be used: %w", o.Job.Job.Sequence, o.Problem)
	default:
		return fmt.Errorf("job %d has no result: it is %s", o.Job.Job.Sequence, o.Job.Progress.Status.Text())
	}
}

// printHire writes how a hire stands, and what can be done if it waits.
func printHire(w io.Writer, o hire.Outcome, v jobView, suffix string) error {
	var rows [][]string
	if o.Place != "" {
		rows = append(rows, []string{"result", readable(o.Place)})
	}
	if o.Problem != nil {
		rows = append(rows, []string{"problem", o.Problem.Error()})
	}
	if !o.Ended {
		rows = append(rows, []string{"job", fmt.Sprintf("%d waits for you: %s left (market time), then silence pays the agent", v.Sequence, lasting(v.SecondsLeft))})
		for _, n := range v.Next {
			command := fmt.Sprintf(clientCommands[n.Action], v.Sequence)
			if n.Action == "reject" && o.Problem != nil {
				command = fmt.Sprintf("aitbc jobs reject %d --reason %s", v.Sequence, reasonName(o.Problem.Reason))
			}
			if n.Who == whoClient {
				rows = append(rows, []string{n.Action, command + suffix})
			}
		}
		return table(w, rows)
	}
	how := o.Receipt.Status.Text()
	if _, accepted := o.Txs[hire.StepAccepted]; o.Receipt.Status == jobmarkettypes.JOB_STATUS_COMPLETED && !accepted {
		how += ", accepted elsewhere or by silence"
	}
	return table(w, append(append(rows, []string{"job", fmt.Sprintf("%d is %s", v.Sequence, how)}), settled(o)...))
}

// settled are the rows that say where the money of a job went that has ended.
func settled(o hire.Outcome) [][]string {
	l := o.Job.Progress.Ledger
	var rows [][]string
	paid := l.Released.Add(l.Fees)
	if paid.IsPositive() {
		rows = append(rows, []string{"agent", fmt.Sprintf("%d got %s; the market's fee is %s", o.Job.Job.AgentId, ait(l.Released), ait(l.Fees))})
	}
	if l.Refunded.IsPositive() {
		rows = append(rows, []string{"back", ait(l.Refunded) + " to you"})
	}
	if l.Slashed.IsPositive() {
		rows = append(rows, []string{"damages", ait(l.Slashed) + " to you, of the agent's bond"})
	}
	parts := []string{ait(o.Job.Job.Terms.PostingFee) + " posting fee", ait(txFees(o)) + " for transactions"}
	if paid.IsPositive() {
		parts = append([]string{ait(paid) + " for the work"}, parts...)
	}
	if l.Slashed.IsPositive() {
		parts = append(parts, "less the damages of "+ait(l.Slashed))
	}
	verb, cost := "cost", costOf(o)
	if cost.IsNegative() {
		verb, cost = "gain", cost.Neg()
	}
	return append(rows, []string{verb, ait(cost) + " in all: " + strings.Join(parts, ", ")})
}
