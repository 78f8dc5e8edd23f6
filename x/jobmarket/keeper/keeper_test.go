package keeper_test

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	chaintypes "github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	delivery = 600
	review   = 1_200
	reassign = 24 * 60 * 60
	oneAIT   = chaintypes.UnitsPerAIT
)

func uait(n int64) sdk.Coin { return sdk.NewInt64Coin(chaintypes.BaseDenom, n) }

func offerTerms() types.OfferTerms {
	return types.OfferTerms{
		Skill: skill, Price: registrytypes.Price{Model: registrytypes.PRICE_MODEL_FLAT, Amount: uait(1_000)},
		MinAmount: uait(1_000), MaxAmount: uait(100 * oneAIT), MinDeliverySeconds: 120, MaxDeliverySeconds: 86_400,
		MaxReviewSeconds: 86_400, MaxLiveJobs: 1_000, MaxMilestones: 3,
	}
}

// publish makes the one offer of the agent.
func (f *fixture) publish() {
	f.Helper()
	res, err := f.server.PublishOffer(f.ctx, &types.MsgPublishOffer{Signer: parties.Operator.String(), AgentId: agentID, Terms: offerTerms()})
	if err != nil || res.OfferId != 1 {
		f.Fatalf("expected offer 1, got %v, %v", res, err)
	}
}

func post(amounts ...int64) *types.MsgPostJob {
	key := sha256.Sum256([]byte("key"))
	msg := &types.MsgPostJob{
		Client: client.String(), Award: types.AWARD_MODE_OFFER, AgentId: agentID, OfferId: 1, ReviewSeconds: review,
		MessagingKey: registrytypes.MessagingKey{Suite: registrytypes.HPKE_SUITE_X25519, PublicKey: key[:]},
	}
	for _, amount := range amounts {
		msg.Milestones = append(msg.Milestones, types.MilestoneTerms{
			Amount: uait(amount), DeliverySeconds: delivery, DescriptionHash: key[:],
		})
	}
	return msg
}

// hire posts a job and returns its number.
func (f *fixture) hire(amounts ...int64) uint64 {
	f.Helper()
	res, err := f.server.PostJob(f.ctx, post(amounts...))
	if err != nil {
		f.Fatal(err)
	}
	f.check()
	return res.Sequence
}

func result() types.Result {
	sum := sha256.Sum256([]byte("result"))
	return types.Result{Sha256: sum[:], Size_: 6, MediaType: "text/plain", Uri: "https://agent.example/1"}
}

func (f *fixture) submit(signer sdk.AccAddress, sequence uint64, milestone uint32) error {
	_, err := f.server.SubmitMilestone(f.ctx, &types.MsgSubmitMilestone{
		Signer: signer.String(), Client: client.String(), Sequence: sequence, Milestone: milestone, Result: result(),
	})
	return err
}

func (f *fixture) record(sequence uint64) types.JobRecord {
	f.Helper()
	r, err := f.keeper.JobRecord(f.ctx, types.NewJobID(client, sequence))
	if err != nil {
		f.Fatal(err)
	}
	return r
}

func (f *fixture) live(sequence uint64) types.MilestoneStatus {
	return f.record(sequence).Progress.Live()
}

func (f *fixture) balance(addr sdk.AccAddress) int64 {
	return f.ledger.GetBalance(f.ctx, addr, chaintypes.BaseDenom).Amount.Int64()
}

// eventNames returns the short names of the events since fresh.
func (f *fixture) eventNames() []string {
	var names []string
	for _, e := range f.ctx.EventManager().Events() {
		names = append(names, strings.TrimPrefix(e.Type, "aitbc.jobmarket.v1.Event"))
	}
	return names
}

func (f *fixture) expectErr(err, want error) {
	f.Helper()
	if !errors.Is(err, want) {
		f.Fatalf("expected %v, got %v", want, err)
	}
	f.check()
}

func TestStory(t *testing.T) {
	f := newFixture(t)
	f.publish()
	f.fresh()
	job := f.hire(oneAIT, 2*oneAIT)
	if err := f.submit(parties.Operator, job, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := f.server.AcceptMilestone(f.ctx, &types.MsgAcceptMilestone{Client: client.String(), Sequence: job, Milestone: 1}); err != nil {
		t.Fatal(err)
	}
	f.check()
	if err := f.submit(parties.Owner, job, 2); err != nil { // the owner may sign too
		t.Fatal(err)
	}
	want := []string{"JobPosted", "MilestoneSubmitted", "MilestonePaid", "MilestoneStarted", "MilestoneSubmitted"}
	if got := f.eventNames(); !slices.Equal(got, want) {
		t.Errorf("expected events %v, got %v", want, got)
	}
	f.endBlock(review * time.Second)
	if got, want := f.eventNames(), []string{"MilestonePaid", "JobEnded"}; !slices.Equal(got, want) {
		t.Errorf("expected events %v, got %v", want, got)
	}
	if got := f.balance(parties.Payout); got != 3*oneAIT*975/1000 {
		t.Errorf("payout: expected 2.925 AIT, got %d", got)
	}
	if got := f.balance(client); got != purse-3*oneAIT-1_000 {
		t.Errorf("client: expected to have paid 3 AIT and the posting fee, got %d", got)
	}
	if want := []string{"paid_by_acceptance 25000", "paid_by_silence 50000"}; !slices.Equal(f.facts.told, want) {
		t.Errorf("expected facts %v, got %v", want, f.facts.told)
	}
	if want := []string{"working", "submitted", "paid", "working", "submitted", "paid", "job completed"}; !slices.Equal(f.news.told, want) {
		t.Errorf("expected hooks %v, got %v", want, f.news.told)
	}
}

func TestRejectCancelQuit(t *testing.T) {
	for name, tc := range map[string]struct {
		act            func(f *fixture, job uint64) error
		status         types.JobStatus
		client, payout int64
		fact           string
	}{
		"reject": {
			act: func(f *fixture, job uint64) error {
				if err := f.submit(parties.Operator, job, 1); err != nil {
					return err
				}
				_, err := f.server.RejectMilestone(f.ctx, &types.MsgRejectMilestone{
					Client: client.String(), Sequence: job, Milestone: 1, Reason: types.REJECT_REASON_INCORRECT,
				})
				return err
			},
			status: types.JOB_STATUS_REFUNDED, client: -1_000, fact: "rejected 25000",
		},
		"cancel": {
			act: func(f *fixture, job uint64) error {
				_, err := f.server.CancelMilestone(f.ctx, &types.MsgCancelMilestone{Client: client.String(), Sequence: job, Milestone: 1})
				return err
			},
			status: types.JOB_STATUS_CANCELLED, client: -200_000 - 1_000, payout: 195_000, fact: "cancelled_at_work 25000",
		},
		"quit and waive": {
			act: func(f *fixture, job uint64) error {
				_, err := f.server.QuitMilestone(f.ctx, &types.MsgQuitMilestone{
					Signer: parties.Operator.String(), Client: client.String(), Sequence: job, Milestone: 1,
				})
				if err != nil {
					return err
				}
				f.check()
				_, err = f.server.WaiveMilestone(f.ctx, &types.MsgWaiveMilestone{Client: client.String(), Sequence: job, Milestone: 1})
				return err
			},
			status: types.JOB_STATUS_REFUNDED, client: -1_000, fact: "quit 25000",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.publish()
			job := f.hire(oneAIT)
			if err := tc.act(f, job); err != nil {
				t.Fatal(err)
			}
			f.check()
			if got := f.record(job).Progress.Status; got != tc.status {
				t.Errorf("expected %s, got %s", tc.status, got)
			}
			if got := f.balance(client) - purse; got != tc.client {
				t.Errorf("client: expected %d, got %d", tc.client, got)
			}
			if got := f.balance(parties.Payout); got != tc.payout {
				t.Errorf("payout: expected %d, got %d", tc.payout, got)
			}
			if !slices.Equal(f.facts.told, []string{tc.fact}) {
				t.Errorf("expected the fact %q, got %v", tc.fact, f.facts.told)
			}
		})
	}
}

// A missed delivery costs the bond of its milestone, of which the client gets half, and
// stops new work; giving up costs nothing.
func TestMissedDelivery(t *testing.T) {
	for name, tc := range map[string]struct {
		act                     func(f *fixture, job uint64)
		slashed, burned, silent int64
	}{
		"silence": {func(f *fixture, _ uint64) { f.endBlock(delivery * time.Second) }, 100_000, 100_001, 1},
		"quit": {func(f *fixture, job uint64) {
			_, err := f.server.QuitMilestone(f.ctx, &types.MsgQuitMilestone{
				Signer: parties.Operator.String(), Client: client.String(), Sequence: job, Milestone: 2,
			})
			if err != nil {
				t.Fatal(err)
			}
		}, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.publish()
			// The bond of 2,000,001 is 200,000.1, rounded up.
			job := f.hire(oneAIT, 2*oneAIT+1, 50*oneAIT)
			if err := f.submit(parties.Operator, job, 1); err != nil {
				t.Fatal(err)
			}
			if _, err := f.server.AcceptMilestone(f.ctx, &types.MsgAcceptMilestone{Client: client.String(), Sequence: job, Milestone: 1}); err != nil {
				t.Fatal(err)
			}
			before := f.balance(client)
			tc.act(f, job)
			f.check()
			r := f.record(job)
			if got := r.Progress.Live(); got != types.MILESTONE_STATUS_MISSED {
				t.Fatalf("expected a missed delivery, got %s", got)
			}
			if l := r.Progress.Ledger; l.Slashed.Int64() != tc.slashed || l.Burned.Int64() != tc.burned {
				t.Errorf("expected %d of the bond for the client and %d burned, got %s and %s", tc.slashed, tc.burned, l.Slashed, l.Burned)
			}
			if got := f.balance(client) - before; got != tc.slashed {
				t.Errorf("client: expected %d of the bond, got %d", tc.slashed, got)
			}
			if got := purse - f.balance(parties.Owner); got != tc.slashed+tc.burned {
				t.Errorf("owner: expected to lose %d, got %d", tc.slashed+tc.burned, got)
			}
			if f.books.silent != tc.silent {
				t.Errorf("expected the registry to hear of silence %d times, got %d", tc.silent, f.books.silent)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	f := newFixture(t)
	f.publish()
	job := f.hire(oneAIT)
	bad := func(change func(m *types.MsgPostJob)) error {
		msg := post(oneAIT)
		change(msg)
		_, err := f.server.PostJob(f.ctx, msg)
		return err
	}
	f.expectErr(bad(func(m *types.MsgPostJob) { m.OfferId = 2 }), types.ErrOfferNotFound)
	f.expectErr(bad(func(m *types.MsgPostJob) { m.Client = parties.Owner.String() }), types.ErrOwnAgent)
	f.expectErr(bad(func(m *types.MsgPostJob) { m.Client = parties.Operator.String() }), types.ErrOwnAgent)
	f.expectErr(bad(func(m *types.MsgPostJob) { m.Client = parties.Payout.String() }), types.ErrOwnAgent)
	f.expectErr(bad(func(m *types.MsgPostJob) { m.ReviewSeconds = 119 }), types.ErrOutsideMarket)
	f.expectErr(bad(func(m *types.MsgPostJob) { m.ReviewSeconds = 86_401 }), types.ErrOutsideOffer)
	f.expectErr(bad(func(m *types.MsgPostJob) { m.Milestones[0].DeliverySeconds = 86_401 }), types.ErrOutsideOffer)
	f.expectErr(bad(func(m *types.MsgPostJob) { m.Milestones[0].Amount = uait(100*oneAIT + 1) }), types.ErrOutsideOffer)
	f.expectErr(bad(func(m *types.MsgPostJob) { m.Milestones[0].Amount = uait(999) }), types.ErrOutsideMarket)
	f.expectErr(bad(func(m *types.MsgPostJob) { m.Milestones = post(oneAIT, oneAIT, oneAIT, oneAIT).Milestones }), types.ErrOutsideOffer)
	f.books.forgot = true
	f.expectErr(bad(func(*types.MsgPostJob) {}), types.ErrSkillNotFound)
	f.books.forgot = false
	f.expectErr(f.submit(stranger, job, 1), types.ErrWrongSigner)
	f.expectErr(f.submit(client, job, 1), types.ErrWrongSigner)
	f.expectErr(f.submit(parties.Operator, job+1, 1), types.ErrJobNotFound)
	f.expectErr(f.submit(parties.Operator, job, 2), types.ErrNotLive)
	f.books.idle = true
	f.expectErr(bad(func(*types.MsgPostJob) {}), registrytypes.ErrNotHireable)
	if err := f.submit(parties.Operator, job, 1); err != nil {
		t.Fatalf("a paused agent must be able to finish: %v", err)
	}
	_, err := f.server.AcceptMilestone(f.ctx, &types.MsgAcceptMilestone{Client: stranger.String(), Sequence: job, Milestone: 1})
	f.expectErr(err, types.ErrJobNotFound)
	_, err = f.server.TriggerTimeout(f.ctx, &types.MsgTriggerTimeout{Sender: stranger.String(), Client: client.String(), Sequence: job})
	f.expectErr(err, types.ErrDeadlineNotYet)
	_, err = f.server.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: stranger.String(), Params: types.DefaultParams()})
	f.expectErr(err, sdkerrors.ErrUnauthorized)
	_, err = f.server.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority})
	f.expectErr(err, types.ErrInvalidParams)
}

// Without a review time it is the market's, but never longer than the offer allows.
func TestDefaultReview(t *testing.T) {
	f := newFixture(t)
	f.publish()
	params := types.DefaultParams()
	params.DefaultReviewSeconds = 14 * 24 * 60 * 60
	if err := f.keeper.UpdateParams(f.ctx, f.authority, params); err != nil {
		t.Fatal(err)
	}
	msg := post(oneAIT)
	msg.ReviewSeconds = 0
	res, err := f.server.PostJob(f.ctx, msg)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.record(res.Sequence).Job.ReviewSeconds; got != 86_400 {
		t.Errorf("expected the longest review of the offer, 86,400 s, got %d", got)
	}
}

func TestTermsAreThoseOfThePost(t *testing.T) {
	f := newFixture(t)
	f.publish()
	job := f.hire(oneAIT)
	params := types.DefaultParams()
	params.FeeBps, params.KillFeeBps, params.PerformanceBondBps = 2_000, 0, 0
	if _, err := f.server.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: params}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.server.CancelMilestone(f.ctx, &types.MsgCancelMilestone{Client: client.String(), Sequence: job, Milestone: 1}); err != nil {
		t.Fatal(err)
	}
	f.check()
	if got := f.balance(parties.Payout); got != 195_000 {
		t.Errorf("expected the kill fee and the market fee of the day it was posted, got %d", got)
	}
}

func TestOffers(t *testing.T) {
	f := newFixture(t)
	publish := func(signer sdk.AccAddress, change func(*types.OfferTerms)) error {
		terms := offerTerms()
		change(&terms)
		_, err := f.server.PublishOffer(f.ctx, &types.MsgPublishOffer{Signer: signer.String(), AgentId: agentID, Terms: terms})
		return err
	}
	none := func(*types.OfferTerms) {}
	f.expectErr(publish(stranger, none), types.ErrWrongSigner)
	f.expectErr(publish(parties.Owner, func(o *types.OfferTerms) { o.Skill = "text.other" }), types.ErrSkillNotFound)
	f.expectErr(publish(parties.Owner, func(o *types.OfferTerms) { o.MinAmount = uait(999) }), types.ErrOutsideMarket)
	f.expectErr(publish(parties.Owner, func(o *types.OfferTerms) { o.MinDeliverySeconds = 119 }), types.ErrOutsideMarket)
	f.expectErr(publish(parties.Owner, func(o *types.OfferTerms) { o.MaxReviewSeconds = 14*86_400 + 1 }), types.ErrOutsideMarket)
	for range types.MaxOffers {
		if err := publish(parties.Owner, none); err != nil {
			t.Fatal(err)
		}
	}
	f.expectErr(publish(parties.Owner, none), types.ErrTooManyOffers)
	withdraw := func(signer sdk.AccAddress, id uint32) error {
		_, err := f.server.WithdrawOffer(f.ctx, &types.MsgWithdrawOffer{Signer: signer.String(), AgentId: agentID, OfferId: id})
		return err
	}
	f.expectErr(withdraw(stranger, 32), types.ErrWrongSigner)
	if err := withdraw(parties.Operator, 32); err != nil {
		t.Fatal(err)
	}
	f.expectErr(withdraw(parties.Operator, 32), types.ErrOfferNotFound)
	res, err := f.server.PublishOffer(f.ctx, &types.MsgPublishOffer{Signer: parties.Owner.String(), AgentId: agentID, Terms: offerTerms()})
	if err != nil || res.OfferId != 33 {
		t.Errorf("expected a number that was never used, 33, got %v, %v", res, err)
	}
}

// TestEndBlockIsBoundedAndOrdered: many timeouts due at once are carried out over
// several blocks, the earliest first.
func TestEndBlockIsBoundedAndOrdered(t *testing.T) {
	f := newFixture(t)
	params := types.DefaultParams()
	params.MaxTimeoutsPerBlock = 3
	if err := f.keeper.UpdateParams(f.ctx, f.authority, params); err != nil {
		t.Fatal(err)
	}
	f.publish()
	var jobs []uint64
	for range 8 {
		jobs = append(jobs, f.hire(1_000))
		f.clock.Advance(time.Second)
	}
	f.clock.Advance(delivery * time.Second)
	for _, want := range []int{3, 6, 8, 8} {
		f.endBlock(0)
		missed := 0
		for _, job := range jobs {
			if f.live(job) != types.MILESTONE_STATUS_MISSED {
				break
			}
			missed++
		}
		if missed != want {
			t.Errorf("expected the first %d jobs to have timed out, got %d", want, missed)
		}
	}
}

// TestFailingTimeoutIsParked: a timeout that fails or panics changes nothing, does
// not stop the next, and can be triggered by anybody once the cause is gone.
func TestFailingTimeoutIsParked(t *testing.T) {
	for name, breakIt := range map[string]func(f *fixture, broken bool){
		"error": func(f *fixture, broken bool) { f.books.fail = broken },
		"panic": func(f *fixture, broken bool) { f.books.panics = broken },
		"hook": func(f *fixture, broken bool) {
			f.news.err = nil
			if broken {
				f.news.err = sdkerrors.ErrLogic
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.publish()
			job := f.hire(oneAIT)
			breakIt(f, true)
			before := f.balance(client)
			f.endBlock(delivery * time.Second)
			if got := f.eventNames(); !slices.Equal(got, []string{"TimeoutParked"}) {
				t.Errorf("expected one event, got %v", got)
			}
			if f.live(job) != types.MILESTONE_STATUS_WORKING || f.balance(client) != before {
				t.Errorf("expected nothing to change, got %s and %d", f.live(job), f.balance(client)-before)
			}
			parked, err := f.query.Parked(f.ctx, &types.QueryParkedRequest{})
			if err != nil || len(parked.Jobs) != 1 || parked.Jobs[0].Sequence != job {
				t.Errorf("expected job %d to be parked, got %v, %v", job, parked, err)
			}
			f.endBlock(time.Second) // it is not tried again by itself
			f.expectErr(f.submit(parties.Operator, job, 1), types.ErrDeadlinePassed)

			breakIt(f, false)
			_, err = f.server.TriggerTimeout(f.ctx, &types.MsgTriggerTimeout{Sender: stranger.String(), Client: client.String(), Sequence: job})
			if err != nil {
				t.Fatal(err)
			}
			f.check()
			f.endBlock(reassign * time.Second)
			if got := f.record(job).Progress.Status; got != types.JOB_STATUS_REFUNDED {
				t.Errorf("expected the job to end by itself again, got %s", got)
			}
		})
	}
}

// TestHookErrorUndoesAMessage: a module above can refuse; nothing is left then.
func TestHookErrorUndoesAMessage(t *testing.T) {
	f := newFixture(t)
	f.publish()
	job := f.hire(oneAIT)
	f.news.err = sdkerrors.ErrLogic
	cached, _ := f.ctx.CacheContext()
	_, err := f.server.CancelMilestone(cached, &types.MsgCancelMilestone{Client: client.String(), Sequence: job, Milestone: 1})
	f.expectErr(err, sdkerrors.ErrLogic)
}
