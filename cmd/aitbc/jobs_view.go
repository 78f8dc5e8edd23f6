package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// jobView is a job as people see it, and in JSON.
type jobView struct {
	Client    string `json:"client"`
	Sequence  uint64 `json:"sequence"`
	ClientRef string `json:"client_ref,omitempty"`
	Skill     string `json:"skill"`
	AgentID   uint64 `json:"agent_id"`
	AgentName string `json:"agent_name,omitempty"`
	OfferID   uint32 `json:"offer_id"`
	Status    string `json:"status"`
	// Milestone is the live one, from 1; when the job has ended, the last live one.
	Milestone  uint32          `json:"milestone"`
	Milestones []milestoneView `json:"milestones"`
	// Deadline and the other instants are in unix seconds of market time; 0 is never.
	Deadline    uint64       `json:"deadline"`
	SecondsLeft uint64       `json:"seconds_left"`
	PostedAt    uint64       `json:"posted_at"`
	EndedAt     uint64       `json:"ended_at"`
	Results     []resultView `json:"results"`
	Money       moneyView    `json:"money"`
	Next        []nextView   `json:"next"`
}

type milestoneView struct {
	Number          uint32 `json:"number"`
	Status          string `json:"status"`
	Amount          amount `json:"amount"`
	DeliverySeconds uint64 `json:"delivery_seconds"`
}

type resultView struct {
	Milestone uint32 `json:"milestone"`
	SHA256    string `json:"sha256"`
	Size      uint64 `json:"size"`
	MediaType string `json:"media_type"`
	URI       string `json:"uri"`
}

// moneyView is the job's ledger.
type moneyView struct {
	Locked     amount `json:"locked"`
	Paid       amount `json:"paid"`
	Fees       amount `json:"fees"`
	Refunded   amount `json:"refunded"`
	Damages    amount `json:"damages"`
	PostingFee amount `json:"posting_fee"`
}

// nextView is what somebody can do now.
type nextView struct {
	Who    string `json:"who"`
	Action string `json:"action"`
	Effect string `json:"effect"`
}

func viewJob(r jobmarkettypes.JobRecord, agentName string, now uint64) jobView {
	j, p := r.Job, r.Progress
	v := jobView{
		Client: j.Client, Sequence: j.Sequence, ClientRef: j.ClientRef, Skill: j.Skill, AgentID: j.AgentId, AgentName: agentName,
		OfferID: j.OfferId, Status: p.Status.Text(), Milestone: p.Milestone, Deadline: p.Deadline, PostedAt: j.PostedAt, EndedAt: p.EndedAt,
		Milestones: []milestoneView{}, Results: []resultView{}, Next: nextOf(r),
		Money: moneyView{
			Locked: amountOf(p.Ledger.Left()), Paid: amountOf(p.Ledger.Released), Fees: amountOf(p.Ledger.Fees),
			Refunded: amountOf(p.Ledger.Refunded), Damages: amountOf(p.Ledger.Slashed), PostingFee: amountOf(j.Terms.PostingFee),
		},
	}
	if p.Deadline > now {
		v.SecondsLeft = p.Deadline - now
	}
	for i, m := range j.Milestones {
		v.Milestones = append(v.Milestones, milestoneView{
			Number: uint32(i + 1), Status: p.Milestones[i].Text(), Amount: amountOf(m.Amount.Amount), DeliverySeconds: m.DeliverySeconds,
		})
	}
	for _, s := range p.Submissions {
		v.Results = append(v.Results, resultView{
			Milestone: s.Milestone, SHA256: hex.EncodeToString(s.Result.Sha256), Size: s.Result.Size_,
			MediaType: s.Result.MediaType, URI: s.Result.Uri,
		})
	}
	return v
}

// Who can act.
const (
	whoClient = "client"
	whoAgent  = "agent"
	whoNobody = "nobody"
)

// nextOf says what can be done in the live state, and what happens if nobody does.
func nextOf(r jobmarkettypes.JobRecord) []nextView {
	if r.Progress.Ended() {
		return []nextView{}
	}
	j, live := r.Job, r.Progress.Milestone
	pays := j.Amount(live)
	kill := j.KillFee(live)
	damages, _ := j.Damages(live)
	switch r.Progress.Live() {
	case jobmarkettypes.MILESTONE_STATUS_WORKING:
		return []nextView{
			{whoAgent, "submit", "deliver the result"},
			{whoAgent, "quit", "give up; the client is refunded"},
			{whoClient, "cancel", fmt.Sprintf("call it off; the agent gets %s, the rest comes back", ait(kill))},
			{whoNobody, "timeout", "counts as missed; the client is refunded and gets " + ait(damages) + " of the agent's bond"},
		}
	case jobmarkettypes.MILESTONE_STATUS_SUBMITTED:
		net := ait(pays.Sub(j.Fee(pays)))
		return []nextView{
			{whoClient, "accept", fmt.Sprintf("pay %s; the agent gets %s of it, the market %s", ait(pays), net, ait(j.Fee(pays)))},
			{whoClient, "reject", "take the money back"},
			{whoNobody, "timeout", "silence pays the agent"},
		}
	case jobmarkettypes.MILESTONE_STATUS_MISSED:
		return []nextView{
			{whoClient, "waive", "take the refund at once"},
			{whoNobody, "timeout", "the refund comes by itself"},
		}
	case jobmarkettypes.MILESTONE_STATUS_UNSPECIFIED, jobmarkettypes.MILESTONE_STATUS_PENDING,
		jobmarkettypes.MILESTONE_STATUS_PAID, jobmarkettypes.MILESTONE_STATUS_CANCELLED,
		jobmarkettypes.MILESTONE_STATUS_REFUNDED:
	}
	return []nextView{}
}

// clientCommands are those that carry out the client's actions.
var clientCommands = map[string]string{
	"accept": "aitbc jobs accept %d", "reject": "aitbc jobs reject %d --reason incorrect",
	"cancel": "aitbc jobs cancel %d", "waive": "aitbc jobs waive %d",
}

// printJob writes a job for people. mine says that the client is one of the user's
// keys, and suffix is what suggested commands need to reach the chain.
func printJob(w io.Writer, v jobView, r jobmarkettypes.JobRecord, mine bool, suffix string) error {
	state := v.Status
	if v.Status == jobmarkettypes.JOB_STATUS_ACTIVE.Text() {
		state = v.Milestones[v.Milestone-1].Status
	}
	agent := strconv.FormatUint(v.AgentID, 10)
	if v.AgentName != "" {
		agent += " (" + v.AgentName + ")"
	}
	head := [][]string{
		{"job", fmt.Sprintf("%s/%d", v.Client, v.Sequence)},
		{"skill", v.Skill},
		{"agent", agent},
		{"status", state},
		{"posted", marketTime(v.PostedAt)},
	}
	if v.EndedAt > 0 {
		head = append(head, []string{"ended", marketTime(v.EndedAt)})
	}
	for _, s := range v.Results {
		head = append(head, []string{"result", fmt.Sprintf("%d bytes sealed, %s, %s", s.Size, s.MediaType, s.URI)},
			[]string{"", "sha256 " + s.SHA256})
	}
	milestones := [][]string{{"MILESTONE", "STATUS", types.DisplayDenom, "DELIVERY"}}
	for _, m := range v.Milestones {
		milestones = append(milestones, []string{
			strconv.FormatUint(uint64(m.Number), 10), m.Status, m.Amount.AIT, "within " + lasting(m.DeliverySeconds),
		})
	}
	l := r.Progress.Ledger
	money := [][]string{
		{"MONEY", types.DisplayDenom},
		{"locked now", types.FormatExactAIT(l.Left())},
		{"paid to the agent", types.FormatExactAIT(l.Released)},
		{"fees of the market", types.FormatExactAIT(l.Fees)},
		{"back to the client", types.FormatExactAIT(l.Refunded)},
	}
	if l.Slashed.IsPositive() {
		money = append(money, []string{"from the agent's bond", types.FormatExactAIT(l.Slashed)})
	}
	err := errors.Join(table(w, head), line(w, ""), table(w, milestones), line(w, ""), table(w, money))
	if len(v.Next) == 0 || err != nil {
		return err
	}
	return errors.Join(line(w, ""), printNext(w, v, mine, suffix))
}

func printNext(w io.Writer, v jobView, mine bool, suffix string) error {
	left := lasting(v.SecondsLeft) + " left (market time)"
	if v.SecondsLeft == 0 {
		left = "the time is over; the next block ends it"
	}
	var rows [][]string
	var commands []string
	for _, n := range v.Next {
		who, action := n.Who, n.Action
		if who == whoNobody {
			who, action = "else", ""
		}
		rows = append(rows, []string{who, action, n.Effect})
		if command, ok := clientCommands[n.Action]; ok && mine {
			commands = append(commands, fmt.Sprintf(command, v.Sequence)+suffix)
		}
	}
	err := errors.Join(line(w, "NEXT: %s", left), table(w, rows))
	if len(commands) > 0 {
		err = errors.Join(err, line(w, ""))
	}
	for _, c := range commands {
		err = errors.Join(err, line(w, "%s", c))
	}
	return err
}

// agentStatusText returns a status in words.
func agentStatusText(s registrytypes.AgentStatus) string {
	return wordsOf(s.String(), "AGENT_STATUS_")
}

// wordsOf turns the name of an enum's value into words.
func wordsOf(name, prefix string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, prefix)), "_", " ")
}
