package simulation

import (
	"context"
	"errors"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"

	chaintypes "github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/x/agentregistry/keeper"
	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// MsgRegisterAgentFactory returns registrations with all sorts of bonds.
func MsgRegisterAgentFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgRegisterAgent] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgRegisterAgent) {
		params := must(k.Params(ctx))
		owner := testData.AnyAccount(reporter, simsx.WithLiquidBalanceGTE(params.RegistrationFee))
		operator, payout := testData.AnyAccount(reporter), testData.AnyAccount(reporter)
		if reporter.IsSkipped() {
			return nil, nil
		}
		owner.LiquidBalance().BlockAmount(params.RegistrationFee)
		bond := randomBond(testData.Rand(), owner, params)
		owner.LiquidBalance().BlockAmount(types.Uait(bond))
		msg := &types.MsgRegisterAgent{
			Owner: owner.AddressBech32, Profile: RandomProfile(testData.Rand().Rand), Bond: types.Uait(bond),
		}
		if testData.Rand().Bool() {
			msg.Operator, msg.Payout = operator.AddressBech32, payout.AddressBech32
			consent, ok := newConsent(ctx, k, reporter, 0, owner.AddressBech32, operator)
			if !ok {
				return nil, nil
			}
			msg.Consent = consent
		}
		return []simsx.SimAccount{owner}, msg
	}
}

// MsgUpdateAgentFactory returns new profiles.
func MsgUpdateAgentFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgUpdateAgent] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgUpdateAgent) {
		agent := randomAgent(ctx, k, testData, reporter, isAlive)
		signer := anySigner(testData, reporter, agent)
		return []simsx.SimAccount{signer}, &types.MsgUpdateAgent{
			Signer: signer.AddressBech32, AgentId: agent.Agent.Id, Profile: RandomProfile(testData.Rand().Rand),
		}
	}
}

// MsgSetOperatorFactory returns changes of the operator.
func MsgSetOperatorFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgSetOperator] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgSetOperator) {
		agent := randomAgent(ctx, k, testData, reporter, isAlive)
		owner := testData.GetAccount(reporter, agent.Agent.Owner)
		operator := testData.AnyAccount(reporter, simsx.ExcludeAddresses(agent.Agent.Operator))
		if reporter.IsSkipped() {
			return nil, nil
		}
		consent, ok := newConsent(ctx, k, reporter, agent.Agent.Id, owner.AddressBech32, operator)
		if !ok {
			return nil, nil
		}
		return []simsx.SimAccount{owner}, &types.MsgSetOperator{
			Owner: owner.AddressBech32, AgentId: agent.Agent.Id, Operator: operator.AddressBech32, Consent: consent,
		}
	}
}

// MsgBondAgentFactory returns additions to bonds.
func MsgBondAgentFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgBondAgent] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgBondAgent) {
		agent := randomAgent(ctx, k, testData, reporter, isAlive)
		owner := testData.GetAccount(reporter, agent.Agent.Owner)
		amount := randomBond(testData.Rand(), owner, must(k.Params(ctx)))
		if !amount.IsPositive() || !owner.LiquidBalance().BlockAmount(types.Uait(amount)) {
			reporter.Skip("nothing to bond")
			return nil, nil
		}
		return []simsx.SimAccount{owner}, &types.MsgBondAgent{
			Owner: owner.AddressBech32, AgentId: agent.Agent.Id, Amount: types.Uait(amount),
		}
	}
}

// MsgUnbondAgentFactory returns withdrawals.
func MsgUnbondAgentFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgUnbondAgent] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgUnbondAgent) {
		minBond := must(k.Params(ctx)).MinBond.Amount
		agent := randomAgent(ctx, k, testData, reporter, func(r types.AgentRecord) bool {
			return isAlive(r) && r.Agent.Status != types.AGENT_STATUS_SUSPENDED && mostUnbond(r, minBond).IsPositive() && r.Bond.Unbondings < types.MaxUnbondings
		})
		owner := testData.GetAccount(reporter, agent.Agent.Owner)
		if reporter.IsSkipped() {
			return nil, nil
		}
		amount := must(testData.Rand().PositiveSDKIntn(mostUnbond(agent, minBond).AddRaw(1)))
		return []simsx.SimAccount{owner}, &types.MsgUnbondAgent{
			Owner: owner.AddressBech32, AgentId: agent.Agent.Id, Amount: types.Uait(amount),
		}
	}
}

// MsgCompleteUnbondingFactory returns claims by anybody. Most come too early or too
// late, because blocks pay out by themselves; those may be refused for that reason
// and no other.
func MsgCompleteUnbondingFactory(k *keeper.Keeper) simsx.SimMsgFactoryX {
	return simsx.NewSimMsgFactoryWithDeliveryResultHandler(func(
		ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter,
	) ([]simsx.SimAccount, *types.MsgCompleteUnbonding, simsx.SimDeliveryResultHandler) {
		agent := randomAgent(ctx, k, testData, reporter, func(r types.AgentRecord) bool { return r.Bond.Unbondings > 0 })
		sender := testData.AnyAccount(reporter)
		msg := &types.MsgCompleteUnbonding{Sender: sender.AddressBech32, AgentId: agent.Agent.Id}
		return []simsx.SimAccount{sender}, msg, func(err error) error {
			if errors.Is(err, types.ErrNothingDue) {
				return nil
			}
			return err
		}
	})
}

// MsgPauseAgentFactory returns pauses.
func MsgPauseAgentFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgPauseAgent] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgPauseAgent) {
		agent := randomAgent(ctx, k, testData, reporter, func(r types.AgentRecord) bool {
			return r.Agent.Status.Allows(types.ActionPause) == nil
		})
		signer := anySigner(testData, reporter, agent)
		return []simsx.SimAccount{signer}, &types.MsgPauseAgent{Signer: signer.AddressBech32, AgentId: agent.Agent.Id}
	}
}

// MsgResumeAgentFactory returns ends of pauses.
func MsgResumeAgentFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgResumeAgent] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgResumeAgent) {
		minBond := must(k.Params(ctx)).MinBond.Amount
		agent := randomAgent(ctx, k, testData, reporter, func(r types.AgentRecord) bool {
			return r.Agent.Status.Allows(types.ActionResume) == nil && r.Bond.Standing(minBond).Sufficient()
		})
		signer := anySigner(testData, reporter, agent)
		return []simsx.SimAccount{signer}, &types.MsgResumeAgent{Signer: signer.AddressBech32, AgentId: agent.Agent.Id}
	}
}

// MsgRetireAgentFactory returns ends of agents.
func MsgRetireAgentFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgRetireAgent] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgRetireAgent) {
		agent := randomAgent(ctx, k, testData, reporter, func(r types.AgentRecord) bool {
			return r.Agent.Status.Allows(types.ActionRetire) == nil
		})
		owner := testData.GetAccount(reporter, agent.Agent.Owner)
		return []simsx.SimAccount{owner}, &types.MsgRetireAgent{Owner: owner.AddressBech32, AgentId: agent.Agent.Id}
	}
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

const tries = 10

// randomAgent returns an agent that is accepted, or skips: what the factory makes of
// an empty one is not sent.
func randomAgent(
	ctx context.Context, k *keeper.Keeper, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter,
	accept func(types.AgentRecord) bool,
) types.AgentRecord {
	next := must(k.NextAgentID(ctx))
	for range tries {
		if next == types.FirstAgentID {
			break
		}
		id := types.FirstAgentID + uint64(testData.Rand().Int63n(int64(next-types.FirstAgentID)))
		record, err := k.AgentRecord(ctx, id)
		if errors.Is(err, types.ErrAgentNotFound) { // removed
			continue
		}
		if err != nil {
			panic(err)
		}
		if accept(record) {
			return record
		}
	}
	reporter.Skip("no suitable agent")
	return types.AgentRecord{Bond: types.NewBond()}
}

func isAlive(r types.AgentRecord) bool { return r.Agent.Status != types.AGENT_STATUS_RETIRED }

func anySigner(testData *simsx.ChainDataSource, reporter simsx.SimulationReporter, r types.AgentRecord) simsx.SimAccount {
	if testData.Rand().Bool() {
		return testData.GetAccount(reporter, r.Agent.Owner)
	}
	return testData.GetAccount(reporter, r.Agent.Operator)
}

// randomBond returns nothing, less than the minimum or up to three times as much,
// as far as the account can pay it.
func randomBond(r *simsx.XRand, owner simsx.SimAccount, params types.Params) sdkmath.Int {
	const most = 3
	amount := r.Amount(params.MinBond.Amount.MulRaw(most))
	return sdkmath.MinInt(amount, owner.LiquidBalance().AmountOf(chaintypes.BaseDenom))
}

// mostUnbond is the most that can be withdrawn.
func mostUnbond(r types.AgentRecord, minBond sdkmath.Int) sdkmath.Int {
	most := r.Bond.Free()
	if r.Agent.Status == types.AGENT_STATUS_ACTIVE {
		most = sdkmath.MinInt(most, r.Bond.Stake().Sub(minBond))
	}
	return most
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
