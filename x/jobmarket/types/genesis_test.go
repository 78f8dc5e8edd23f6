package types_test

import (
	"errors"
	"strings"
	"testing"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// record takes the steps of a job of 10 and 20 AIT.
func record(t *testing.T, sequence uint64, ref string, actions ...types.Action) types.JobRecord {
	t.Helper()
	j := newJob(10*ait, 20*ait)
	j.Sequence, j.ClientRef = sequence, ref
	p := j.Begin()
	for _, action := range actions {
		out, err := j.Next(p, inTime(p, action))
		if err != nil {
			t.Fatal(err)
		}
		if p = out.Progress; out.Pay.IsPositive() {
			p.Ledger = p.Ledger.WithPay(out.Pay.Sub(j.Fee(out.Pay)), j.Fee(out.Pay))
		}
		p.Ledger = p.Ledger.WithSlash(out.Slash, out.Burn)
		if out.Ended {
			p.Ledger = p.Ledger.WithRefund(p.Ledger.Left())
		}
	}
	return types.JobRecord{Job: j, Progress: p}
}

// newGenesis returns a state with a job in each kind of status.
func newGenesis(t *testing.T) types.GenesisState {
	t.Helper()
	const submit, accept, quit, timeout = types.ActionSubmit, types.ActionAccept, types.ActionQuit, types.ActionTimeout
	return types.GenesisState{
		Params:         types.DefaultParams(),
		OfferSequences: []types.OfferSequence{{AgentId: agentID, Last: 2}, {AgentId: 9, Last: 5}},
		Offers: []types.Offer{
			{AgentId: agentID, OfferId: 1, Terms: offerTerms()},
			{AgentId: agentID, OfferId: 2, Terms: offerTerms()},
			{AgentId: 9, OfferId: 5, Terms: offerTerms()},
		},
		JobSequences: []types.JobSequence{{Client: client, Last: 9}, {Client: signer, Last: 3}},
		Jobs: []types.JobRecord{
			record(t, 1, "a"),
			record(t, 2, "", submit, accept, submit),
			record(t, 3, "", quit),
			record(t, 4, "b", submit, accept, submit, timeout),
			record(t, 5, "c", timeout, timeout),
			record(t, 9, "d", types.ActionCancel),
		},
		Parked: []types.JobKey{{Client: client, Sequence: 2}},
	}
}

func TestGenesisState_Validate(t *testing.T) {
	if err := types.DefaultGenesisState().Validate(); err != nil {
		t.Fatal(err)
	}
	type genesis = types.GenesisState
	for _, tc := range []struct {
		name   string
		change func(*genesis)
		text   string // in the error; empty for none
	}{
		{"as it is", func(*genesis) {}, ""},
		{"jobs may be gone", func(g *genesis) { g.Jobs = g.Jobs[4:]; g.Parked = nil }, ""},
		{"offer of no agent", func(g *genesis) { g.OfferSequences[0].AgentId = 0 }, "offer_sequences[0]"},
		{"offer sequence twice", func(g *genesis) { g.OfferSequences[1].AgentId = agentID }, "offer_sequences[1]"},
		{"offer without a number", func(g *genesis) { g.Offers[0].OfferId = 0 }, "offers[0]"},
		{"offer beyond the sequence", func(g *genesis) { g.Offers[1].OfferId = 3 }, "offers[1]"},
		{"offer of an agent without a sequence", func(g *genesis) { g.Offers[0].AgentId = 8 }, "offers[0]"},
		{"offer twice", func(g *genesis) { g.Offers[1].OfferId = 1 }, "offers[1]"},
		{"offer terms", func(g *genesis) { g.Offers[2].Terms.MaxLiveJobs = 0 }, "offers[2]: terms.max_live_jobs"},
		{"job sequence of nobody", func(g *genesis) { g.JobSequences[0].Client = "x" }, "job_sequences[0]: client"},
		{"job sequence twice", func(g *genesis) { g.JobSequences[1].Client = client }, "job_sequences[1]"},
		{"job without a number", func(g *genesis) { g.Jobs[0].Job.Sequence = 0 }, "jobs[0]"},
		{"job beyond the sequence", func(g *genesis) { g.Jobs[5].Job.Sequence = 10 }, "jobs[5]"},
		{"job of a client without a sequence", func(g *genesis) { g.JobSequences = g.JobSequences[1:] }, "jobs[0]"},
		{"job twice", func(g *genesis) { g.Jobs[1].Job.Sequence = 1 }, "jobs[1]"},
		{"client_ref twice", func(g *genesis) { g.Jobs[4].Job.ClientRef = "a" }, "jobs[4].client_ref"},
		{"client_ref", func(g *genesis) { g.Jobs[0].Job.ClientRef = "a b" }, "jobs[0]: client_ref"},
		{"milestones", func(g *genesis) { g.Jobs[0].Job.Milestones = nil }, "jobs[0]: milestones"},
		{"agent", func(g *genesis) { g.Jobs[0].Job.AgentId = 0 }, "jobs[0]: job.agent_id"},
		{"posting fee missing", func(g *genesis) { g.Jobs[0].Job.Terms.PostingFee = sdkmath.Int{} }, "jobs[0]: job.terms"},
		{"performance bond of more than the whole", func(g *genesis) { g.Jobs[0].Job.Terms.PerformanceBondBps = 10_001 }, "jobs[0]: job.terms.performance_bond_bps"},
		{"performance bond that is not reserved", func(g *genesis) { g.Jobs[0].Job.Terms.PerformanceBondBps = 10_000 }, "jobs[0]: job.terms.reserved"},
		{"fee above", func(g *genesis) { g.Jobs[0].Job.Terms.FeeBps = 2_001 }, "jobs[0]: job.terms.fee_bps"},
		{"kill fee above", func(g *genesis) { g.Jobs[0].Job.Terms.KillFeeBps = 10_001 }, "jobs[0]: job.terms.kill_fee_bps"},
		{"no time to reassign", func(g *genesis) { g.Jobs[0].Job.Terms.ReassignSeconds = 0 }, "jobs[0]: job.terms.reassign_seconds"},
		{"reserved by one too little", func(g *genesis) { r := &g.Jobs[0].Job.Terms.Reserved; *r = r.SubRaw(1) }, "jobs[0]: job.terms.reserved"},
		{"no review", func(g *genesis) { g.Jobs[0].Job.ReviewSeconds = 0 }, "jobs[0]: job.review_seconds"},
		{"never posted", func(g *genesis) { g.Jobs[0].Job.PostedAt = 0 }, "jobs[0]: job.posted_at"},
		{"no offer", func(g *genesis) { g.Jobs[0].Job.OfferId = 0 }, "jobs[0]: job.offer_id"},
		{"no award", func(g *genesis) { g.Jobs[0].Job.Award = 0 }, "jobs[0]: job.award"},
		{"no skill", func(g *genesis) { g.Jobs[0].Job.Skill = "" }, "jobs[0]: job.skill"},
		{"no messaging key", func(g *genesis) { g.Jobs[0].Job.MessagingKey.PublicKey = nil }, "jobs[0]: job.messaging_key"},
		{"no result of what is submitted", func(g *genesis) { p := &g.Jobs[1].Progress; p.Submissions = p.Submissions[:1] }, "jobs[1]: progress.submissions"},
		{"a result before it is submitted", func(g *genesis) { g.Jobs[0].Progress.Submissions = g.Jobs[1].Progress.Submissions[:1] }, "jobs[0]: progress.submissions"},
		{"a result twice", func(g *genesis) { g.Jobs[1].Progress.Submissions[1].Milestone = 1 }, "jobs[1]: progress.submissions[1]"},
		{"a result without a hash", func(g *genesis) { g.Jobs[1].Progress.Submissions[0].Result.Sha256 = nil }, "jobs[1]: progress.submissions[0]"},
		{"a result without a time", func(g *genesis) { g.Jobs[1].Progress.Submissions[0].SubmittedAt = 0 }, "jobs[1]: progress.submissions[0]"},
		{"an end while it lives", func(g *genesis) { g.Jobs[0].Progress.EndedAt = 5 }, "jobs[0]: progress"},
		{"ended without a time", func(g *genesis) { g.Jobs[3].Progress.EndedAt = 0 }, "jobs[3]: progress"},
		{"burned negative", func(g *genesis) { g.Jobs[2].Progress.Ledger.Burned = number(-1) }, "jobs[2]: ledger.burned"},
		{"deposit negative", func(g *genesis) { g.Jobs[0].Job.Terms.DisputeDeposit = number(-1) }, "jobs[0]: job.terms"},
		{"reserved missing", func(g *genesis) { g.Jobs[0].Job.Terms.Reserved = sdkmath.Int{} }, "jobs[0]: job.terms"},
		{"funded missing", func(g *genesis) { g.Jobs[0].Progress.Ledger.Funded = sdkmath.Int{} }, "jobs[0]: ledger.funded"},
		{"slashed negative", func(g *genesis) { g.Jobs[2].Progress.Ledger.Slashed = number(-1) }, "jobs[2]: ledger.slashed"},
		{"more out than in", func(g *genesis) { g.Jobs[1].Progress.Ledger.Refunded = number(100 * ait) }, "jobs[1]: ledger"},
		{"ended with something left", func(g *genesis) { g.Jobs[4].Progress.Ledger.Refunded = number(0) }, "jobs[4]: progress"},
		{"a status too many", func(g *genesis) { p := &g.Jobs[0].Progress; p.Milestones = append(p.Milestones, 1) }, "jobs[0]: progress"},
		{"no live milestone", func(g *genesis) { g.Jobs[0].Progress.Milestone = 0 }, "jobs[0]: progress"},
		{"live milestone that is not there", func(g *genesis) { g.Jobs[0].Progress.Milestone = 3 }, "jobs[0]: progress"},
		{"the one before is not paid", func(g *genesis) { g.Jobs[1].Progress.Milestones[0] = types.MILESTONE_STATUS_MISSED }, "jobs[1]: progress.milestones[0]"},
		{"the next has begun", func(g *genesis) { g.Jobs[0].Progress.Milestones[1] = types.MILESTONE_STATUS_WORKING }, "jobs[0]: progress.milestones[1]"},
		{"the next ended otherwise", func(g *genesis) { g.Jobs[5].Progress.Milestones[1] = types.MILESTONE_STATUS_PENDING }, "jobs[5]: progress.milestones[1]"},
		{"pending and live", func(g *genesis) { g.Jobs[0].Progress.Milestones[0] = types.MILESTONE_STATUS_PENDING }, "jobs[0]: progress"},
		{"no deadline while it lives", func(g *genesis) { g.Jobs[0].Progress.Deadline = 0 }, "jobs[0]: progress"},
		{"ended while it lives", func(g *genesis) {
			p := &g.Jobs[1].Progress
			p.Status = types.JOB_STATUS_PARTIAL
		}, "jobs[1]: progress"},
		{"active while it has ended", func(g *genesis) {
			p := &g.Jobs[3].Progress
			p.Status, p.Deadline = types.JOB_STATUS_ACTIVE, 5
		}, "jobs[3]: progress"},
		{"a deadline after the end", func(g *genesis) { g.Jobs[3].Progress.Deadline = 5 }, "jobs[3]: progress"},
		{"parked but not there", func(g *genesis) { g.Parked[0].Sequence = 7 }, "parked[0]"},
		{"parked but ended", func(g *genesis) { g.Parked[0].Sequence = 4 }, "parked[0]"},
		{"parked twice", func(g *genesis) { g.Parked = append(g.Parked, g.Parked[0]) }, "parked[1]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			gs := newGenesis(t)
			tc.change(&gs)
			err := gs.Validate()
			if tc.text == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !errors.Is(err, types.ErrInvalidGenesis) || !strings.Contains(err.Error(), tc.text) {
				t.Fatalf("expected %v about %s, got %v", types.ErrInvalidGenesis, tc.text, err)
			}
		})
	}
}

// Every record that a job can reach is accepted.
func TestJobRecord_Validate_Reachable(t *testing.T) {
	j := newJob(ait, ait, ait)
	explore(t, j, func(p types.Progress) {
		if p.Ended() {
			p.Ledger = p.Ledger.WithRefund(p.Ledger.Left())
		}
		if err := (types.JobRecord{Job: j, Progress: p}).Validate(); err != nil {
			t.Errorf("milestone %d %s: %v", p.Milestone, p.Live().Text(), err)
		}
	})
}

func TestLedger_Left(t *testing.T) {
	l := types.NewLedger(number(100)).WithPay(number(39), number(1)).WithRefund(number(20)).WithSlash(number(7), number(8))
	if !l.Left().Equal(number(40)) {
		t.Errorf("expected 40, what is not released, withheld or refunded, got %s", l.Left())
	}
	if err := l.Validate(); err != nil {
		t.Error(err)
	}
}

// A job's reference is the client and the number, so that no two jobs share one.
func TestReference(t *testing.T) {
	addr := sdk.AccAddress("client______________")
	got := types.Reference(types.NewJobID(addr, 0x0102))
	want := string(addr) + "\x00\x00\x00\x00\x00\x00\x01\x02"
	if string(got) != want {
		t.Errorf("expected %x, got %x", want, got)
	}
}

func TestNewReceipt(t *testing.T) {
	r := record(t, 4, "b", types.ActionSubmit, types.ActionAccept, types.ActionSubmit, types.ActionTimeout)
	got := types.NewReceipt(r)
	if got.Client != client || got.Sequence != 4 || got.AgentId != agentID || got.Skill != "text.summarize" ||
		got.Status != types.JOB_STATUS_COMPLETED || len(got.Milestones) != 2 || !got.PostingFee.Equal(number(1_000)) ||
		got.PostedAt != postedAt || got.EndedAt != r.Progress.EndedAt || !got.Ledger.Released.Equal(number(29_250_000)) {
		t.Errorf("expected what became of the job, got %+v", got)
	}
}
