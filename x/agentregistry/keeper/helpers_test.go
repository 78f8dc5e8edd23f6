package keeper_test

import (
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

func (f *fixture) heartbeat(signer sdk.AccAddress, id uint64) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.Heartbeat(ctx, &types.MsgHeartbeat{Signer: signer.String(), AgentId: id})
		return err
	}
}

// maintain starts a window of so many seconds.
func (f *fixture) maintain(signer sdk.AccAddress, id, seconds uint64) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.StartMaintenance(ctx, &types.MsgStartMaintenance{Signer: signer.String(), AgentId: id, Until: f.now() + seconds})
		return err
	}
}

func (f *fixture) setPayout(owner sdk.AccAddress, id uint64, payout sdk.AccAddress) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.SetPayout(ctx, &types.MsgSetPayout{Owner: owner.String(), AgentId: id, Payout: payout.String()})
		return err
	}
}

func (f *fixture) offer(owner sdk.AccAddress, id uint64, newOwner sdk.AccAddress) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.OfferTransfer(ctx, &types.MsgOfferTransfer{Owner: owner.String(), AgentId: id, NewOwner: newOwner.String()})
		return err
	}
}

func (f *fixture) withdraw(owner sdk.AccAddress, id uint64) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.WithdrawTransfer(ctx, &types.MsgWithdrawTransfer{Owner: owner.String(), AgentId: id})
		return err
	}
}

func (f *fixture) accept(newOwner sdk.AccAddress, id uint64) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.AcceptTransfer(ctx, &types.MsgAcceptTransfer{NewOwner: newOwner.String(), AgentId: id})
		return err
	}
}

func (f *fixture) trigger(id uint64, kind types.TimerKind) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.TriggerTimer(ctx, &types.MsgTriggerTimer{Sender: mallory.String(), AgentId: id, Kind: kind})
		return err
	}
}

func (f *fixture) attest(issuer sdk.AccAddress, id uint64, kind types.AttestationType) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.Attest(ctx, &types.MsgAttest{
			Issuer: issuer.String(), AgentId: id, Type: kind, Hash: make([]byte, 32), ExpiresAt: f.now() + 1,
		})
		return err
	}
}

func (f *fixture) revoke(issuer sdk.AccAddress, id uint64, kind types.AttestationType) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.RevokeAttestation(ctx, &types.MsgRevokeAttestation{Issuer: issuer.String(), AgentId: id, Type: kind})
		return err
	}
}

func (f *fixture) suspend(authority string, id, seconds uint64) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.SuspendAgent(ctx, &types.MsgSuspendAgent{Authority: authority, AgentId: id, Seconds: seconds})
		return err
	}
}

func (f *fixture) lift(authority string, id uint64) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.LiftSuspension(ctx, &types.MsgLiftSuspension{Authority: authority, AgentId: id})
		return err
	}
}

func (f *fixture) force(authority string, id uint64) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		_, err := f.msgs.ForceRetire(ctx, &types.MsgForceRetire{Authority: authority, AgentId: id})
		return err
	}
}

func (f *fixture) release(id uint64, ref string) func(sdk.Context) error {
	return func(ctx sdk.Context) error { return f.jobs.Release(ctx, id, []byte(ref)) }
}

func (f *fixture) fallSilent(id uint64) func(sdk.Context) error {
	return func(ctx sdk.Context) error { return f.jobs.FallSilent(ctx, id) }
}

// parkTimer parks a timer as a failure does.
func (f *fixture) parkTimer(id uint64, kind types.TimerKind) {
	f.t.Helper()
	gs, err := f.keeper.ExportGenesis(f.ctx)
	must(f.t, err)
	at := f.record(id).Agent.TimerAt(kind)
	if at == 0 {
		must(f.t, errors.New("there is no such timer"))
	}
	gs.ParkedTimers = append(gs.ParkedTimers, types.Timer{AgentId: id, Kind: kind, At: at})
	f.reset()
	must(f.t, f.keeper.InitGenesis(f.ctx, *gs))
}
