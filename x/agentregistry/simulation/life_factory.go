package simulation

import (
	"context"
	"errors"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/keeper"
	"github.com/aitbc/aitbc/x/agentregistry/types"
)

const hashBytes = 32

// MsgStartMaintenanceFactory returns maintenance windows.
func MsgStartMaintenanceFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgStartMaintenance] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgStartMaintenance) {
		agent := randomAgent(ctx, k, testData, reporter, allows(types.ActionMaintain))
		signer := anySigner(testData, reporter, agent)
		return []simsx.SimAccount{signer}, &types.MsgStartMaintenance{
			Signer: signer.AddressBech32, AgentId: agent.Agent.Id, Until: must(k.Now(ctx)) + 1 + uint64(testData.Rand().Intn(tenMinutes)),
		}
	}
}

// MsgHeartbeatFactory returns signs of life.
func MsgHeartbeatFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgHeartbeat] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgHeartbeat) {
		agent := randomAgent(ctx, k, testData, reporter, allows(types.ActionHeartbeat))
		signer := anySigner(testData, reporter, agent)
		return []simsx.SimAccount{signer}, &types.MsgHeartbeat{Signer: signer.AddressBech32, AgentId: agent.Agent.Id}
	}
}

// MsgSetPayoutFactory returns changes of the payout address.
func MsgSetPayoutFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgSetPayout] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgSetPayout) {
		agent := randomAgent(ctx, k, testData, reporter, allows(types.ActionSetPayout))
		owner := testData.GetAccount(reporter, agent.Agent.Owner)
		payout := testData.AnyAccount(reporter, simsx.ExcludeAddresses(agent.Agent.Payout))
		return []simsx.SimAccount{owner}, &types.MsgSetPayout{
			Owner: owner.AddressBech32, AgentId: agent.Agent.Id, Payout: payout.AddressBech32,
		}
	}
}

// MsgOfferTransferFactory returns offers of ownership.
func MsgOfferTransferFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgOfferTransfer] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgOfferTransfer) {
		agent := randomAgent(ctx, k, testData, reporter, canMove)
		owner := testData.GetAccount(reporter, agent.Agent.Owner)
		newOwner := testData.AnyAccount(reporter, simsx.ExcludeAddresses(agent.Agent.Owner))
		return []simsx.SimAccount{owner}, &types.MsgOfferTransfer{
			Owner: owner.AddressBech32, AgentId: agent.Agent.Id, NewOwner: newOwner.AddressBech32,
		}
	}
}

// MsgWithdrawTransferFactory returns ends of such offers.
func MsgWithdrawTransferFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgWithdrawTransfer] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgWithdrawTransfer) {
		agent := randomAgent(ctx, k, testData, reporter, func(r types.AgentRecord) bool { return r.Agent.Transfer != nil })
		owner := testData.GetAccount(reporter, agent.Agent.Owner)
		return []simsx.SimAccount{owner}, &types.MsgWithdrawTransfer{Owner: owner.AddressBech32, AgentId: agent.Agent.Id}
	}
}

// MsgAcceptTransferFactory returns acceptances of such offers.
func MsgAcceptTransferFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgAcceptTransfer] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgAcceptTransfer) {
		at := must(k.Now(ctx))
		agent := randomAgent(ctx, k, testData, reporter, func(r types.AgentRecord) bool {
			return r.Agent.Transfer != nil && at < r.Agent.Transfer.ExpiresAt && canMove(r)
		})
		if reporter.IsSkipped() {
			return nil, nil
		}
		newOwner := testData.GetAccount(reporter, agent.Agent.Transfer.NewOwner)
		return []simsx.SimAccount{newOwner}, &types.MsgAcceptTransfer{NewOwner: newOwner.AddressBech32, AgentId: agent.Agent.Id}
	}
}

// MsgTriggerTimerFactory returns triggers by anybody. Most come too early, because
// blocks do by themselves what is due; those may be refused for that reason and no
// other.
func MsgTriggerTimerFactory(k *keeper.Keeper) simsx.SimMsgFactoryX {
	return simsx.NewSimMsgFactoryWithDeliveryResultHandler(func(
		ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter,
	) ([]simsx.SimAccount, *types.MsgTriggerTimer, simsx.SimDeliveryResultHandler) {
		agent := randomAgent(ctx, k, testData, reporter, func(r types.AgentRecord) bool { return len(r.Agent.Timers()) > 0 })
		sender := testData.AnyAccount(reporter)
		if reporter.IsSkipped() {
			return nil, nil, nil
		}
		timers := agent.Agent.Timers()
		msg := &types.MsgTriggerTimer{
			Sender: sender.AddressBech32, AgentId: agent.Agent.Id, Kind: timers[testData.Rand().Intn(len(timers))].Kind,
		}
		return []simsx.SimAccount{sender}, msg, func(err error) error {
			if errors.Is(err, types.ErrNothingDue) {
				return nil
			}
			return err
		}
	})
}

// MsgAttestFactory returns attestations by anybody.
func MsgAttestFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgAttest] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgAttest) {
		agent := randomAgent(ctx, k, testData, reporter, allows(types.ActionAttest))
		issuer := testData.AnyAccount(reporter)
		hash := make([]byte, hashBytes)
		testData.Rand().Read(hash)
		return []simsx.SimAccount{issuer}, &types.MsgAttest{
			Issuer: issuer.AddressBech32, AgentId: agent.Agent.Id, Hash: hash,
			Type:      types.AttestationType(1 + testData.Rand().Intn(len(types.AttestationType_name)-1)),
			ExpiresAt: must(k.Now(ctx)) + 1 + uint64(testData.Rand().Intn(tenMinutes)),
		}
	}
}

// MsgRevokeAttestationFactory returns revocations.
func MsgRevokeAttestationFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgRevokeAttestation] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgRevokeAttestation) {
		agent := randomAgent(ctx, k, testData, reporter, func(types.AgentRecord) bool { return true })
		if reporter.IsSkipped() {
			return nil, nil
		}
		res := must(keeper.NewQueryServer(k).Attestations(ctx, &types.QueryAttestationsRequest{AgentId: agent.Agent.Id}))
		for _, a := range res.Attestations {
			if !a.Revoked {
				issuer := testData.GetAccount(reporter, a.Issuer)
				return []simsx.SimAccount{issuer}, &types.MsgRevokeAttestation{Issuer: a.Issuer, AgentId: a.AgentId, Type: a.Type}
			}
		}
		reporter.Skip("nothing to revoke")
		return nil, nil
	}
}

// MsgSuspendAgentFactory returns suspensions for governance proposals. When one passes,
// the agent may be one that can't be suspended any more.
func MsgSuspendAgentFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgSuspendAgent] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgSuspendAgent) {
		agent := randomAgent(ctx, k, testData, reporter, allows(types.ActionSuspend))
		return nil, &types.MsgSuspendAgent{
			Authority: testData.ModuleAccountAddress(reporter, "gov"), AgentId: agent.Agent.Id,
			Seconds: 1 + uint64(testData.Rand().Intn(tenMinutes)),
		}
	}
}

// MsgLiftSuspensionFactory returns early ends of suspensions for governance proposals.
func MsgLiftSuspensionFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgLiftSuspension] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgLiftSuspension) {
		agent := randomAgent(ctx, k, testData, reporter, allows(types.ActionEndSuspension))
		return nil, &types.MsgLiftSuspension{Authority: testData.ModuleAccountAddress(reporter, "gov"), AgentId: agent.Agent.Id}
	}
}

// MsgForceRetireFactory returns ends of agents for governance proposals.
func MsgForceRetireFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgForceRetire] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgForceRetire) {
		agent := randomAgent(ctx, k, testData, reporter, allows(types.ActionForceRetire))
		return nil, &types.MsgForceRetire{Authority: testData.ModuleAccountAddress(reporter, "gov"), AgentId: agent.Agent.Id}
	}
}

// allows accepts agents whose status allows an action.
func allows(action types.Action) func(types.AgentRecord) bool {
	return func(r types.AgentRecord) bool { return r.Agent.Status.Allows(action) == nil }
}

// canMove accepts agents that can change hands.
func canMove(r types.AgentRecord) bool {
	return allows(types.ActionTransfer)(r) && r.Bond.Unbondings == 0
}

// newConsent returns the consent of an operator, none if it is the owner. It skips, and
// reports false, if the operator has used one with the latest deadline that there can be.
func newConsent(
	ctx context.Context, k *keeper.Keeper, reporter simsx.SimulationReporter, agentID uint64, owner string, operator simsx.SimAccount,
) (*types.OperatorConsent, bool) {
	if owner == operator.AddressBech32 {
		return nil, true
	}
	at := must(k.Now(ctx))
	deadline := max(at, must(k.UsedConsent(ctx, operator.Address))) + 1
	if deadline-at > types.MaxConsentSeconds {
		reporter.Skip("the operator has used all its consents")
		return nil, false
	}
	terms := types.ConsentTerms{
		ChainID: sdk.UnwrapSDKContext(ctx).ChainID(), AgentID: agentID, Owner: owner, Operator: operator.AddressBech32, Deadline: deadline,
	}
	return &types.OperatorConsent{
		PublicKey: operator.PubKey.Bytes(), Deadline: deadline, Signature: must(operator.PrivKey.Sign(terms.SignBytes())),
	}, true
}
