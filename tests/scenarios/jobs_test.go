package scenarios_test

import (
	"context"
	"testing"
	"time"

	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/market"
	"github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	postingFee = 1_000
	unit       = types.UnitsPerAIT
)

// expectCode fails unless a transaction was refused with the given error.
func expectCode(t *testing.T, res *chain.Block, i int, want *errorsmod.Error) {
	t.Helper()
	if r := res.Results[i]; r.Codespace != want.Codespace() || r.Code != want.ABCICode() {
		t.Errorf("transaction %d: expected %s/%d (%s), got %s/%d: %s", i, want.Codespace(), want.ABCICode(), want, r.Codespace, r.Code, r.Log)
	}
}

func expectFact(t *testing.T, c *chain.Chain, block *chain.Block, txs int, want jobmarkettypes.Fact) {
	t.Helper()
	events := block.Events
	for i := range txs {
		events = append(events, block.Results[i].Events...)
	}
	facts := chain.Events[*jobmarkettypes.EventReputationFactRecorded](c, events)
	if len(facts) != 1 || facts[0].Fact != string(want) {
		t.Errorf("expected one fact %s, got %v", want, facts)
	}
}

// TestScenario18_TheLoop: a job of 1 AIT pays the agent 0.975, burns 0.0125, hands
// 0.0125 to the fee collector, and costs the client 1 AIT and the posting fee.
func TestScenario18_TheLoop(t *testing.T) {
	s := newStory(t)
	client, agent, supply := s.uait(s.client), s.uait(s.agent.Owner), s.Supply().Amount.Int64()

	job := s.agent.Hire(t, s.Chain, s.client, ait(1))
	s.expect("vault after the hire", s.vault(s.client), unit+80_000) // with the dispute deposit
	s.expect("burned by the hire", supply-s.Supply().Amount.Int64(), postingFee)

	s.Tx(s.agent.Owner, market.Submit(s.agent.Owner, s.client, job, 1)).MustDeliver()
	block := s.NextBlock(s.Tx(s.client, market.Accept(s.client, job, 1)).Bytes())
	if !block.Results[0].IsOK() {
		t.Fatal(block.Results[0].Log)
	}
	s.expect("agent", s.uait(s.agent.Owner)-agent, 975_000-txFee)
	s.expect("client", s.uait(s.client)-client, -unit-postingFee-2*txFee)
	s.expect("fee collector", s.collector(), 12_500+txFee)
	s.expect("supply", supply-s.Supply().Amount.Int64(), 12_500+postingFee)
	s.expect("vault", s.vault(s.client), 0)
	settled := chain.Events[*escrowtypes.EventBlockSettled](s.Chain, block.Events)
	if len(settled) != 1 || settled[0].Fees.String() != "25000uait" || settled[0].Burned.String() != "12500uait" {
		t.Errorf("expected fees of 25000uait of which half are burned, got %v", settled)
	}
	expectFact(t, s.Chain, block, 1, jobmarkettypes.FactPaidByAcceptance)
	s.expectEnd(job, jobmarkettypes.JOB_STATUS_COMPLETED)
}

// TestScenario19_SilentClient: the agent is paid at the end of the review window
// with no message from anybody, and nothing is lost on the way.
func TestScenario19_SilentClient(t *testing.T) {
	s := newStory(t)
	agent := s.uait(s.agent.Owner)
	job := s.agent.Hire(t, s.Chain, s.client, ait(1))
	s.Tx(s.agent.Owner, market.Submit(s.agent.Owner, s.client, job, 1)).MustDeliver()

	s.pass(seconds(market.ReviewSeconds) - 20*time.Second)
	if p := market.Record(t, s.Chain, s.client, job).Progress; p.Live() != jobmarkettypes.MILESTONE_STATUS_SUBMITTED {
		t.Fatalf("expected the review to last its time, got %s", p.Live())
	}
	supply := s.Supply().Amount.Int64()
	blocks := s.pass(20 * time.Second)
	s.expect("agent", s.uait(s.agent.Owner)-agent, 975_000-txFee)
	s.expect("burned", supply-s.Supply().Amount.Int64(), 12_500)
	s.expect("vault", s.vault(s.client), 0)
	s.expectEnd(job, jobmarkettypes.JOB_STATUS_COMPLETED)
	var paid []*jobmarkettypes.EventMilestonePaid
	for _, b := range blocks {
		paid = append(paid, chain.Events[*jobmarkettypes.EventMilestonePaid](s.Chain, b.Events)...)
	}
	if len(paid) != 1 || !paid[0].Silent {
		t.Errorf("expected one payment by silence, got %v", paid)
	}
}

// TestScenario19_SilentAgent: the client is refunded after the delivery deadline and
// gets half of the performance bond, the other half is burned. Nobody else can hire the
// agent until somebody of its own resumes it.
func TestScenario19_SilentAgent(t *testing.T) {
	const wait = 10 * time.Minute
	s := newStory(t, chain.WithGenesis(func(cdc codec.Codec, genesis app.GenesisState) {
		chain.ChangeGenesis(cdc, genesis, jobmarkettypes.ModuleName, &jobmarkettypes.GenesisState{}, func(gs *jobmarkettypes.GenesisState) {
			gs.Params.ReassignSeconds = uint64(wait / time.Second)
		})
	}))
	client, bonded := s.uait(s.client), s.vault(s.agent.Owner)
	job := s.agent.Hire(t, s.Chain, s.client, ait(1))
	supply := s.Supply().Amount.Int64()
	s.pass(seconds(market.DeliverySeconds) + 10*time.Second)
	s.expect("bond", s.vault(s.agent.Owner)-bonded, -100_000)
	s.expect("client after the deadline", s.uait(s.client)-client, -unit-80_000+50_000-postingFee-txFee)
	s.expect("supply", supply-s.Supply().Amount.Int64(), 50_000)

	// The client may now look for another agent; it does nothing, and is refunded.
	s.pass(wait + 10*time.Second)
	s.expect("client", s.uait(s.client)-client, 50_000-postingFee-txFee)
	s.expect("vault", s.vault(s.client), 0)
	s.expectEnd(job, jobmarkettypes.JOB_STATUS_REFUNDED)

	again := market.Post(s.client, s.agent.ID, s.agent.Offer, ait(1))
	s.refused(s.client, again, registrytypes.ErrNotHireable)
	s.Tx(s.agent.Owner, &registrytypes.MsgResumeAgent{Signer: s.agent.Owner.String(), AgentId: s.agent.ID}).MustDeliver()
	s.Tx(s.client, again).MustDeliver()
}

// TestBondsAreNotDrained: a client that hires as much as a bond carries and hands over
// nothing gains nothing from an agent that gives up; one that knows of an outage gets 5 %
// of the bond at most, however often it tries.
func TestBondsAreNotDrained(t *testing.T) {
	sixteen := make([]sdk.Coin, 16)
	for i := range sixteen {
		sixteen[i] = ait(1)
	}
	hire := func(s *story) []uint64 {
		var jobs []uint64
		for range 25 { // each reserves 1 AIT of the bond of 25
			jobs = append(jobs, s.agent.Hire(t, s.Chain, s.client, sixteen...))
		}
		s.refused(s.client, market.Post(s.client, s.agent.ID, s.agent.Offer, sixteen...), registrytypes.ErrInsufficientBond)
		return jobs
	}
	t.Run("the agent gives up", func(t *testing.T) {
		s := newSmallStory(t)
		client, bond := s.uait(s.client), s.vault(s.agent.Owner)
		for _, job := range hire(s) {
			s.Tx(s.agent.Owner, &jobmarkettypes.MsgQuitMilestone{
				Signer: s.agent.Owner.String(), Client: s.client.String(), Sequence: job, Milestone: 1,
			}).MustDeliver()
			s.Tx(s.client, &jobmarkettypes.MsgWaiveMilestone{Client: s.client.String(), Sequence: job, Milestone: 1}).MustDeliver()
		}
		s.expect("client", s.uait(s.client)-client, -25*(postingFee+2*txFee)-txFee)
		s.expect("bond", s.vault(s.agent.Owner)-bond, 0)
	})
	t.Run("the agent is down", func(t *testing.T) {
		s := newSmallStory(t)
		client, bond := s.uait(s.client), s.vault(s.agent.Owner)
		jobs := hire(s)
		s.pass(seconds(market.DeliverySeconds) + 30*time.Second)
		for _, job := range jobs {
			s.Tx(s.client, &jobmarkettypes.MsgWaiveMilestone{Client: s.client.String(), Sequence: job, Milestone: 1}).MustDeliver()
		}
		s.refused(s.client, market.Post(s.client, s.agent.ID, s.agent.Offer, ait(1)), registrytypes.ErrNotHireable)
		s.expect("client", s.uait(s.client)-client, 25*(50_000-postingFee-2*txFee)-2*txFee)
		s.expect("bond", s.vault(s.agent.Owner)-bond, -25*100_000)
	})
}

// TestScenario20_Milestones: 30 and 40 of 100 are paid, the last is missed: the
// agent has 70 less fee, the client 30 and half of the performance bond of the 30.
func TestScenario20_Milestones(t *testing.T) {
	s := newStory(t)
	client, agent, bonded := s.uait(s.client), s.uait(s.agent.Owner), s.vault(s.agent.Owner)
	job := s.agent.Hire(t, s.Chain, s.client, ait(30), ait(40), ait(30))
	for m := uint32(1); m <= 2; m++ {
		s.Tx(s.agent.Owner, market.Submit(s.agent.Owner, s.client, job, m)).MustDeliver()
		s.Tx(s.client, market.Accept(s.client, job, m)).MustDeliver()
	}
	s.pass(seconds(market.DeliverySeconds) + 10*time.Second)
	s.Tx(s.client, &jobmarkettypes.MsgWaiveMilestone{Client: s.client.String(), Sequence: job, Milestone: 3}).MustDeliver()

	s.expect("agent", s.uait(s.agent.Owner)-agent, 70*unit*975/1_000-2*txFee)
	s.expect("bond", s.vault(s.agent.Owner)-bonded, -3*unit)
	s.expect("client", s.uait(s.client)-client, -70*unit+3*unit/2-postingFee-4*txFee)
	s.expectEnd(job, jobmarkettypes.JOB_STATUS_PARTIAL)
}

// TestScenario20_BadMilestones: 17 milestones, an amount beyond the offer, and one
// unit below the market's least are refused, and nothing changes.
func TestScenario20_BadMilestones(t *testing.T) {
	s := newStory(t)
	client, vault := s.uait(s.client), s.vault(s.client)
	many := make([]sdk.Coin, 17)
	for i := range many {
		many[i] = ait(1)
	}
	for _, bad := range []struct {
		amounts []sdk.Coin
		want    *errorsmod.Error
	}{
		{many, jobmarkettypes.ErrInvalidMessage},
		{nil, jobmarkettypes.ErrInvalidMessage},
		{[]sdk.Coin{sdk.NewInt64Coin("uatom", 5_000)}, jobmarkettypes.ErrInvalidMessage},
		{[]sdk.Coin{ait(1), chain.Uait(999)}, jobmarkettypes.ErrOutsideMarket},
		{[]sdk.Coin{ait(10_001)}, jobmarkettypes.ErrOutsideOffer},
	} {
		block := s.NextBlock(s.Tx(s.client, market.Post(s.client, s.agent.ID, s.agent.Offer, bad.amounts...)).Bytes())
		expectCode(t, block, 0, bad.want)
	}
	s.expect("vault", s.vault(s.client), vault)
	// Only what needs the state to be refused costs a fee.
	s.expect("client", s.uait(s.client)-client, -2*txFee)
}

// TestScenario22_Idempotence: accepting twice pays once; a second job of the same
// client_ref is the first; acceptance and timeout in one block, in both orders,
// before and after the deadline, settle once.
func TestScenario22_Idempotence(t *testing.T) {
	s := newStory(t)
	post := market.Post(s.client, s.agent.ID, s.agent.Offer, ait(1))
	post.ClientRef = "order-7"
	var first, second jobmarkettypes.MsgPostJobResponse
	s.Unpack(s.Tx(s.client, post).MustDeliver().Data, &first)
	held := s.vault(s.client)
	again := *post
	again.Milestones = market.Post(s.client, s.agent.ID, s.agent.Offer, ait(5)).Milestones
	s.Unpack(s.Tx(s.client, &again).MustDeliver().Data, &second)
	if second.Sequence != first.Sequence || !second.Existing || first.Existing {
		t.Errorf("expected the second post to return the first job, got %v and %v", first, second)
	}
	s.expect("vault", s.vault(s.client), held)

	s.Tx(s.agent.Owner, market.Submit(s.agent.Owner, s.client, first.Sequence, 1)).MustDeliver()
	agent := s.uait(s.agent.Owner)
	block := s.NextBlock(
		s.Tx(s.client, market.Accept(s.client, first.Sequence, 1)).Bytes(),
		s.Tx(s.client, market.Accept(s.client, first.Sequence, 1)).Bytes(),
	)
	expectCode(t, block, 1, jobmarkettypes.ErrJobEnded)
	s.expect("agent", s.uait(s.agent.Owner)-agent, 975_000)
}

// TestScenario22_AcceptAndTimeout: whatever the order in the block, exactly one of
// acceptance and timeout settles, and the deadline says which.
func TestScenario22_AcceptAndTimeout(t *testing.T) {
	for name, late := range map[string]bool{"before the deadline": false, "after the deadline": true} {
		for order, acceptFirst := range map[string]bool{"accept first": true, "timeout first": false} {
			t.Run(name+", "+order, func(t *testing.T) {
				s := newStory(t)
				job := s.agent.Hire(t, s.Chain, s.client, ait(1))
				s.Tx(s.agent.Owner, market.Submit(s.agent.Owner, s.client, job, 1)).MustDeliver()
				agent := s.uait(s.agent.Owner)
				s.pass(seconds(market.ReviewSeconds) - 10*time.Second)
				if late {
					s.Advance(10 * time.Second)
				}
				accept := s.Tx(s.client, market.Accept(s.client, job, 1)).Bytes()
				timeout := s.Tx(s.Account(3), &jobmarkettypes.MsgTriggerTimeout{
					Sender: s.Account(3).String(), Client: s.client.String(), Sequence: job,
				}).Bytes()
				txs := [][]byte{timeout, accept}
				accepted, expired := 1, 0
				if acceptFirst {
					txs, accepted, expired = [][]byte{accept, timeout}, 0, 1
				}
				block := s.NextBlock(txs...)
				settled, refused := accepted, expired
				if late {
					settled, refused = expired, accepted
				}
				if !block.Results[settled].IsOK() || block.Results[refused].IsOK() {
					t.Fatalf("expected transaction %d to settle alone, got %v and %v", settled, block.Results[0].Log, block.Results[1].Log)
				}
				s.expect("agent", s.uait(s.agent.Owner)-agent, 975_000)
				s.expectEnd(job, jobmarkettypes.JOB_STATUS_COMPLETED)
			})
		}
	}
}

// TestScenario26_PayeeThatCannotReceive: the job closes, what was earned waits, and
// others are paid in the same block.
func TestScenario26_PayeeThatCannotReceive(t *testing.T) {
	s := newStory(t)
	broken := s.agent.Owner
	s.App.BankKeeper.AppendSendRestriction(refuse(broken.Addr))
	other := market.NewAgent(t, s.Chain, s.Account(2), 1_000)
	job := s.agent.Hire(t, s.Chain, s.client, ait(1))
	fine := other.Hire(t, s.Chain, s.client, ait(2))
	s.NextBlock(
		s.Tx(broken, market.Submit(broken, s.client, job, 1)).Bytes(),
		s.Tx(other.Owner, market.Submit(other.Owner, s.client, fine, 1)).Bytes(),
	)
	before := s.uait(broken)
	paid := s.uait(other.Owner)
	s.pass(seconds(market.ReviewSeconds) + 10*time.Second) // both by silence, in one block
	s.expectEnd(job, jobmarkettypes.JOB_STATUS_COMPLETED)
	s.expectEnd(fine, jobmarkettypes.JOB_STATUS_COMPLETED)
	s.expect("agent that can't receive", s.uait(broken)-before, 0)
	s.expect("the other", s.uait(other.Owner)-paid, 1_950_000)
	s.expect("vault", s.vault(s.client), 975_000)

	// Claimed to itself it fails and stays; to another address it arrives.
	claim := &escrowtypes.MsgClaim{Payee: broken.String()}
	if res := s.Tx(broken, claim).Deliver(); res.IsOK() {
		t.Fatal("expected a claim to the broken address to fail")
	}
	target := s.Account(4)
	had := s.uait(target)
	s.Tx(broken, &escrowtypes.MsgClaim{Payee: broken.String(), Recipient: target.String()}).MustDeliver()
	s.expect("claimed", s.uait(target)-had, 975_000)
	s.expect("vault", s.vault(s.client), 0)
}

// refuse makes bank fail for a recipient.
func refuse(addr sdk.AccAddress) func(ctx context.Context, from, to sdk.AccAddress, coins sdk.Coins) (sdk.AccAddress, error) {
	return func(_ context.Context, _, to sdk.AccAddress, _ sdk.Coins) (sdk.AccAddress, error) {
		if to.Equals(addr) {
			return to, sdkerrors.ErrUnauthorized.Wrap("this account is broken")
		}
		return to, nil
	}
}

// TestScenario27_Halt: a chain that stood still for longer than every window has
// let no job expire.
func TestScenario27_Halt(t *testing.T) {
	s := newStory(t)
	working := s.agent.Hire(t, s.Chain, s.client, ait(1))
	submitted := s.agent.Hire(t, s.Chain, s.client, ait(1))
	s.Tx(s.agent.Owner, market.Submit(s.agent.Owner, s.client, submitted, 1)).MustDeliver()
	s.Advance(90 * 24 * time.Hour)
	s.NextBlocks(2)
	for job, want := range map[uint64]jobmarkettypes.MilestoneStatus{
		working: jobmarkettypes.MILESTONE_STATUS_WORKING, submitted: jobmarkettypes.MILESTONE_STATUS_SUBMITTED,
	} {
		if got := market.Record(t, s.Chain, s.client, job).Progress.Live(); got != want {
			t.Errorf("job %d: expected %s, got %s", job, want, got)
		}
	}
	s.Tx(s.agent.Owner, market.Submit(s.agent.Owner, s.client, working, 1)).MustDeliver()
	s.Tx(s.client, market.Accept(s.client, submitted, 1)).MustDeliver()
}

// TestScenario29_ExportAndGoOn: a chain that starts from an export with live jobs,
// reservations, claimables, a withdrawal under way and queues comes to the same end
// as the one that was exported.
func TestScenario29_ExportAndGoOn(t *testing.T) {
	s := newStory(t)
	s.App.BankKeeper.AppendSendRestriction(refuse(s.Account(2).Addr))
	claimer := market.NewAgent(t, s.Chain, s.Account(2), 1_000)
	owed := claimer.Hire(t, s.Chain, s.client, ait(3))
	s.Tx(claimer.Owner, market.Submit(claimer.Owner, s.client, owed, 1)).MustDeliver()
	s.Tx(s.client, market.Accept(s.client, owed, 1)).MustDeliver()
	working := s.agent.Hire(t, s.Chain, s.client, ait(30), ait(40))
	submitted := s.agent.Hire(t, s.Chain, s.client, ait(5))
	s.Tx(s.agent.Owner, market.Submit(s.agent.Owner, s.client, submitted, 1)).MustDeliver()

	next := &story{Chain: s.StartFrom(s.Export(false)), t: t, client: s.client, agent: s.agent}
	next.App.BankKeeper.AppendSendRestriction(refuse(s.Account(2).Addr))
	for _, one := range []*story{s, next} {
		one.pass(seconds(market.ReviewSeconds) + 20*time.Second)
		one.Tx(one.client, &jobmarkettypes.MsgWaiveMilestone{Client: one.client.String(), Sequence: working, Milestone: 1}).MustDeliver()
		one.Tx(s.Account(2), &escrowtypes.MsgClaim{Payee: s.Account(2).String(), Recipient: s.Account(5).String()}).MustDeliver()
		one.expectEnd(working, jobmarkettypes.JOB_STATUS_REFUNDED)
		one.expectEnd(submitted, jobmarkettypes.JOB_STATUS_COMPLETED)
	}
	for _, a := range s.Accounts() {
		s.expect("balance of "+a.Name, next.uait(a), s.uait(a))
		s.expect("vault of "+a.Name, next.vault(a), s.vault(a))
	}
}
