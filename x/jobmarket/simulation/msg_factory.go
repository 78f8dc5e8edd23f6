package simulation

import (
	"context"
	"crypto/sha256"
	"errors"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	"github.com/aitbc/aitbc/x/jobmarket/keeper"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	// skill is one that many simulated agents have.
	skill = "text.summarize"
	// mostAgents is up to which id agents are looked for.
	mostAgents = 60
	// leastBudget is what a client must be able to spend.
	leastBudget = 100_000
)

// MsgPublishOfferFactory returns offers of agents that can be hired.
func MsgPublishOfferFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgPublishOffer] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgPublishOffer) {
		r := testData.Rand()
		params := must(k.Params(ctx))
		for _, i := range r.Perm(mostAgents) {
			id := uint64(i + 1)
			if k.Registry.Hireable(ctx, id) != nil || !must(k.Registry.HasSkill(ctx, id, skill)) {
				continue
			}
			if standing := must(k.Offers(ctx, id)); len(standing) == types.MaxOffers {
				continue
			}
			signer := testData.GetAccount(reporter, must(k.Registry.Parties(ctx, id)).Operator.String())
			least := registrytypes.Uait(params.MinAmount.Amount.AddRaw(int64(r.Intn(1_000))))
			return []simsx.SimAccount{signer}, &types.MsgPublishOffer{
				Signer: signer.AddressBech32, AgentId: id,
				Terms: types.OfferTerms{
					Skill: skill, Price: registrytypes.Price{Model: registrytypes.PRICE_MODEL_FLAT, Amount: least},
					MinAmount: least, MaxAmount: least.AddAmount(params.MinAmount.Amount.MulRaw(10_000)),
					MinDeliverySeconds: params.MinWindowSeconds, MaxDeliverySeconds: params.MinWindowSeconds + 600,
					MaxReviewSeconds: params.MaxReviewSeconds, MaxLiveJobs: r.Uint32InRange(1, 20),
					MaxMilestones: r.Uint32InRange(1, types.MaxMilestones+1),
				},
			}
		}
		reporter.Skip("no agent can be hired")
		return nil, nil
	}
}

// MsgWithdrawOfferFactory returns withdrawals of standing offers.
func MsgWithdrawOfferFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgWithdrawOffer] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgWithdrawOffer) {
		offer, found := randomOffer(ctx, k, testData, func(types.Offer) bool { return true })
		if !found {
			reporter.Skip("no offer stands")
			return nil, nil
		}
		signer := testData.GetAccount(reporter, must(k.Registry.Parties(ctx, offer.AgentId)).Owner.String())
		return []simsx.SimAccount{signer}, &types.MsgWithdrawOffer{
			Signer: signer.AddressBech32, AgentId: offer.AgentId, OfferId: offer.OfferId,
		}
	}
}

// MsgPostJobFactory returns hires. The agent's bond or its load may not allow one,
// or its own people hire it, and the parameters may have changed since the offer;
// those are refused for that reason and no other.
func MsgPostJobFactory(k *keeper.Keeper) simsx.SimMsgFactoryX {
	return simsx.NewSimMsgFactoryWithDeliveryResultHandler(func(
		ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter,
	) ([]simsx.SimAccount, *types.MsgPostJob, simsx.SimDeliveryResultHandler) {
		// A new profile, or retirement, can take a skill from under an offer.
		offer, found := randomOffer(ctx, k, testData, func(o types.Offer) bool {
			return must(k.Registry.HasSkill(ctx, o.AgentId, o.Terms.Skill))
		})
		if !found {
			reporter.Skip("no offer of a skill stands")
			return nil, nil, nil
		}
		client := testData.AnyAccount(reporter, simsx.WithLiquidBalanceGTE(sdk.NewInt64Coin(sdk.DefaultBondDenom, leastBudget)))
		if reporter.IsSkipped() {
			return nil, nil, nil
		}
		r := testData.Rand()
		key := sha256.Sum256([]byte(r.StringN(20)))
		msg := &types.MsgPostJob{
			Client: client.AddressBech32, Award: types.AWARD_MODE_OFFER, AgentId: offer.AgentId, OfferId: offer.OfferId,
			ReviewSeconds: must(k.Params(ctx)).MinWindowSeconds,
			MessagingKey:  registrytypes.MessagingKey{Suite: registrytypes.HPKE_SUITE_X25519, PublicKey: key[:]},
		}
		for range 1 + r.Intn(4) {
			amount := offer.Terms.MinAmount.AddAmount(must(r.PositiveSDKIntn(offer.Terms.MaxAmount.Amount.QuoRaw(2_000))))
			msg.Milestones = append(msg.Milestones, types.MilestoneTerms{
				Amount: amount, DeliverySeconds: offer.Terms.MinDeliverySeconds, DescriptionHash: key[:],
			})
		}
		params := must(k.Params(ctx))
		terms := params.Terms(msg.Milestones)
		cost := types.Budget(msg.Milestones).Add(terms.DisputeDeposit).Add(terms.PostingFee)
		if !client.LiquidBalance().BlockAmount(registrytypes.Uait(cost)) {
			reporter.Skip("not enough to pay with")
			return nil, nil, nil
		}
		return []simsx.SimAccount{client}, msg, tolerate(
			types.ErrOwnAgent, types.ErrOutsideMarket, types.ErrOutsideOffer,
			registrytypes.ErrNotHireable, registrytypes.ErrInsufficientBond, registrytypes.ErrAtCapacity)
	})
}

// MsgSubmitMilestoneFactory returns deliveries of live work.
func MsgSubmitMilestoneFactory(k *keeper.Keeper) simsx.SimMsgFactoryX {
	return agentStep(k, types.ActionSubmit, func(signer string, j types.Job, milestone uint32) *types.MsgSubmitMilestone {
		hash := sha256.Sum256([]byte(j.Client))
		return &types.MsgSubmitMilestone{
			Signer: signer, Client: j.Client, Sequence: j.Sequence, Milestone: milestone,
			Result: types.Result{Sha256: hash[:], Size_: 1, MediaType: "text/plain", Uri: "https://agent.example/result"},
		}
	})
}

// MsgQuitMilestoneFactory returns work that is given up.
func MsgQuitMilestoneFactory(k *keeper.Keeper) simsx.SimMsgFactoryX {
	return agentStep(k, types.ActionQuit, func(signer string, j types.Job, milestone uint32) *types.MsgQuitMilestone {
		return &types.MsgQuitMilestone{Signer: signer, Client: j.Client, Sequence: j.Sequence, Milestone: milestone}
	})
}

// MsgAcceptMilestoneFactory returns acceptances of results.
func MsgAcceptMilestoneFactory(k *keeper.Keeper) simsx.SimMsgFactoryX {
	return clientStep(k, types.ActionAccept, func(j types.Job, milestone uint32) *types.MsgAcceptMilestone {
		return &types.MsgAcceptMilestone{Client: j.Client, Sequence: j.Sequence, Milestone: milestone}
	})
}

// MsgRejectMilestoneFactory returns rejections of results.
func MsgRejectMilestoneFactory(k *keeper.Keeper) simsx.SimMsgFactoryX {
	return clientStep(k, types.ActionReject, func(j types.Job, milestone uint32) *types.MsgRejectMilestone {
		return &types.MsgRejectMilestone{
			Client: j.Client, Sequence: j.Sequence, Milestone: milestone, Reason: types.REJECT_REASON_INCOMPLETE,
		}
	})
}

// MsgCancelMilestoneFactory returns work that is called off.
func MsgCancelMilestoneFactory(k *keeper.Keeper) simsx.SimMsgFactoryX {
	return clientStep(k, types.ActionCancel, func(j types.Job, milestone uint32) *types.MsgCancelMilestone {
		return &types.MsgCancelMilestone{Client: j.Client, Sequence: j.Sequence, Milestone: milestone}
	})
}

// MsgWaiveMilestoneFactory returns refunds that are taken at once.
func MsgWaiveMilestoneFactory(k *keeper.Keeper) simsx.SimMsgFactoryX {
	return clientStep(k, types.ActionWaive, func(j types.Job, milestone uint32) *types.MsgWaiveMilestone {
		return &types.MsgWaiveMilestone{Client: j.Client, Sequence: j.Sequence, Milestone: milestone}
	})
}

// MsgTriggerTimeoutFactory returns timeouts triggered by anybody. Most come too
// early, because blocks carry them out by themselves.
func MsgTriggerTimeoutFactory(k *keeper.Keeper) simsx.SimMsgFactoryX {
	return simsx.NewSimMsgFactoryWithDeliveryResultHandler(func(
		ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter,
	) ([]simsx.SimAccount, *types.MsgTriggerTimeout, simsx.SimDeliveryResultHandler) {
		record, found := randomJob(ctx, k, testData, func(types.Progress) bool { return true })
		if !found {
			reporter.Skip("no job lives")
			return nil, nil, nil
		}
		sender := testData.AnyAccount(reporter)
		return []simsx.SimAccount{sender}, &types.MsgTriggerTimeout{
			Sender: sender.AddressBech32, Client: record.Job.Client, Sequence: record.Job.Sequence,
		}, tolerate(types.ErrDeadlineNotYet)
	})
}

// MsgUpdateParamsFactory returns random valid parameter changes for governance
// proposals.
func MsgUpdateParamsFactory() simsx.SimMsgFactoryFn[*types.MsgUpdateParams] {
	return func(_ context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgUpdateParams) {
		return nil, &types.MsgUpdateParams{
			Authority: testData.ModuleAccountAddress(reporter, "gov"),
			Params:    randomParams(testData.Rand().Rand),
		}
	}
}

// agentStep returns steps of the operator of a job's agent.
func agentStep[T sdk.Msg](k *keeper.Keeper, action types.Action, msg func(string, types.Job, uint32) T) simsx.SimMsgFactoryX {
	operator := func(ctx context.Context, j types.Job) string {
		return must(k.Registry.Parties(ctx, j.AgentId)).Operator.String()
	}
	return step(k, action, operator, msg)
}

// clientStep returns steps of a job's client.
func clientStep[T sdk.Msg](k *keeper.Keeper, action types.Action, msg func(types.Job, uint32) T) simsx.SimMsgFactoryX {
	client := func(_ context.Context, j types.Job) string { return j.Client }
	return step(k, action, client, func(_ string, j types.Job, milestone uint32) T { return msg(j, milestone) })
}

// step returns steps of whom a job makes the signer. One that comes after its
// deadline may be refused for that, and for nothing else.
func step[T sdk.Msg](
	k *keeper.Keeper, action types.Action,
	who func(context.Context, types.Job) string, msg func(string, types.Job, uint32) T,
) simsx.SimMsgFactoryX {
	return simsx.NewSimMsgFactoryWithDeliveryResultHandler(func(
		ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter,
	) ([]simsx.SimAccount, T, simsx.SimDeliveryResultHandler) {
		var none T
		record, found := randomJob(ctx, k, testData, allows(action))
		if !found {
			reporter.Skip("no job is in the state for it")
			return nil, none, nil
		}
		signer := testData.GetAccount(reporter, who(ctx, record.Job))
		return []simsx.SimAccount{signer}, msg(signer.AddressBech32, record.Job, record.Progress.Milestone), tolerate(types.ErrDeadlinePassed)
	})
}

func allows(action types.Action) func(types.Progress) bool {
	return func(p types.Progress) bool { return types.Allows(p.Live(), action) }
}

// tolerate accepts success and the given refusals.
func tolerate(refusals ...error) simsx.SimDeliveryResultHandler {
	return func(err error) error {
		for _, refusal := range refusals {
			if errors.Is(err, refusal) {
				return nil
			}
		}
		return err
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
