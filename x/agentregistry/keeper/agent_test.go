package keeper_test

import (
	"errors"
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/x/agentregistry/keeper"
	"github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
)

func TestKeeper_RegisterAgent(t *testing.T) {
	f := newFixture(t)
	f.must(func(ctx sdk.Context) error {
		res, err := f.msgs.RegisterAgent(ctx, &types.MsgRegisterAgent{
			Owner: alice.String(), Operator: bob.String(), Payout: carol.String(), Profile: newProfile(t), Bond: uait(minBond),
			Consent: f.consent(bob, f.terms(0, alice, bob)),
		})
		if err == nil && (res.AgentId != 1 || res.Status != types.AGENT_STATUS_ACTIVE) {
			t.Errorf("expected agent 1 to be active, got %v", res)
		}
		return err
	})
	f.expectEvents(
		&types.EventAgentRegistered{AgentId: 1, Owner: alice.String(), Operator: bob.String(), Payout: carol.String(), Fee: uait(fee)},
		&types.EventBonded{AgentId: 1, Amount: uait(minBond), Bonded: uait(minBond)},
		f.activated(1, types.AGENT_STATUS_PENDING),
	)
	f.expectBalance(alice, wealth-fee-minBond)
	f.expectBond(1, minBond, 0, 0, 0, 0)
	if got := f.burned(); got != fee {
		t.Errorf("expected the fee of %d to be burned, got %d", fee, got)
	}
	want := types.Agent{
		Id: 1, Owner: alice.String(), Operator: bob.String(), Payout: carol.String(),
		Status: types.AGENT_STATUS_ACTIVE, RegisteredAt: start, StatusUntil: f.now() + types.MaxSilenceSeconds,
	}
	profile := newProfile(t)
	if got := f.record(1); got.Agent != want || got.Profile.String() != profile.String() {
		t.Errorf("expected %v with its profile, got %v", want, got)
	}
	parties, err := f.jobs.Parties(f.ctx, 1)
	if err != nil || !parties.Owner.Equals(alice) || !parties.Operator.Equals(bob) || !parties.Payout.Equals(carol) {
		t.Errorf("expected alice, bob and carol, got %v (%v)", parties, err)
	}
}

func TestKeeper_RegisterAgent_StandsFor(t *testing.T) {
	f := newFixture(t)
	for i, tc := range []struct {
		bond int64
		want types.AgentStatus
	}{{0, types.AGENT_STATUS_PENDING}, {minBond - 1, types.AGENT_STATUS_PENDING}, {minBond, types.AGENT_STATUS_ACTIVE}} {
		id := f.register(alice, tc.bond)
		if id != uint64(i+1) {
			t.Errorf("expected id %d, got %d", i+1, id)
		}
		f.expectStatus(id, tc.want)
		if a := f.record(id).Agent; a.Operator != alice.String() || a.Payout != alice.String() {
			t.Errorf("expected the owner in all places, got %v", a)
		}
	}
	// A bond that is not given at all is none.
	f.must(func(ctx sdk.Context) error {
		_, err := f.msgs.RegisterAgent(ctx, &types.MsgRegisterAgent{Owner: bob.String(), Profile: newProfile(t)})
		return err
	})
	f.expectBond(4, 0, 0, 0, 0, 0)
}

func TestKeeper_RegisterAgent_WithoutAFee(t *testing.T) {
	f := newFixture(t)
	params := types.DefaultParams()
	params.RegistrationFee = uait(0)
	must(t, f.keeper.UpdateParams(f.ctx, f.authority, params))
	f.register(alice, 0)
	f.expectBalance(alice, wealth)
}

func TestKeeper_RegisterAgent_Refuses(t *testing.T) {
	module := sdk.AccAddress("a module account....")
	tests := []struct {
		name   string
		change func(*types.MsgRegisterAgent)
		err    error
		text   string
	}{
		{"bad owner", func(m *types.MsgRegisterAgent) { m.Owner = "x" }, sdkerrors.ErrInvalidAddress, "owner:"},
		{"bad operator", func(m *types.MsgRegisterAgent) { m.Operator = "x" }, sdkerrors.ErrInvalidAddress, "operator:"},
		{"bad payout", func(m *types.MsgRegisterAgent) { m.Payout = "x" }, sdkerrors.ErrInvalidAddress, "payout:"},
		{"blocked payout", func(m *types.MsgRegisterAgent) { m.Payout = module.String() }, sdkerrors.ErrInvalidAddress, "payout:"},
		{"a vault as payout", func(m *types.MsgRegisterAgent) { m.Payout = escrowtypes.VaultAddress(bob).String() }, sdkerrors.ErrInvalidAddress, "payout:"},
		{"bad profile", func(m *types.MsgRegisterAgent) { m.Profile.Skills[0].Id = "x" }, types.ErrInvalidProfile, "profile.skills[0].id:"},
		{"foreign coin", func(m *types.MsgRegisterAgent) { m.Bond.Denom = "uatom" }, sdkerrors.ErrInvalidCoins, "bond: expected uait"},
		{"negative bond", func(m *types.MsgRegisterAgent) { m.Bond.Amount = m.Bond.Amount.Neg() }, sdkerrors.ErrInvalidCoins, "bond:"},
		{"bond overdrawn", func(m *types.MsgRegisterAgent) { m.Bond = uait(wealth - fee + 1) }, errNoFunds, ""},
		{"fee overdrawn", func(m *types.MsgRegisterAgent) {
			m.Owner, m.Bond = sdk.AccAddress("a pauper............").String(), uait(0)
		}, errNoFunds, ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.ledger.Block(module)
			msg := &types.MsgRegisterAgent{Owner: alice.String(), Profile: newProfile(t), Bond: uait(minBond)}
			tc.change(msg)
			f.refused(tc.err, tc.text, func(ctx sdk.Context) error {
				_, err := f.msgs.RegisterAgent(ctx, msg)
				return err
			})
			if next, err := f.keeper.NextAgentID(f.ctx); err != nil || next != 1 {
				t.Errorf("expected the next id still to be 1, got %d (%v)", next, err)
			}
			f.expectBalance(alice, wealth)
		})
	}
}

func TestKeeper_UpdateAgent_MovesTheSkills(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	f.must(f.setOperator(alice, id, bob))
	profile := newProfile(t)
	profile.Skills[0].Id = "code.review"
	f.must(f.update(bob, id, profile))
	f.expectEvents(&types.EventAgentUpdated{AgentId: id, Signer: bob.String()})

	for skill, want := range map[string]bool{"code.review": true, "text.translate": true, "text.summarize": false} {
		if got, err := f.jobs.HasSkill(f.ctx, id, skill); err != nil || got != want {
			t.Errorf("%s: expected %t, got %t (%v)", skill, want, got, err)
		}
	}
	if got := f.record(id).Profile; got.String() != profile.String() {
		t.Errorf("expected the new profile, got %v", got)
	}
	profile.Name = "x"
	f.refused(types.ErrInvalidProfile, "profile.name:", f.update(alice, id, profile))
}

func TestKeeper_SetOperator(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	f.must(f.setOperator(alice, id, bob))
	f.expectEvents(&types.EventOperatorChanged{AgentId: id, OldOperator: alice.String(), NewOperator: bob.String()})
	f.refused(types.ErrInvalidMessage, "operator: expected another", f.setOperator(alice, id, bob))

	f.must(f.pause(bob, id))
	f.must(f.setOperator(alice, id, carol))
	f.refused(types.ErrWrongSigner, "", f.resume(bob, id))
	f.must(f.resume(carol, id))
	f.must(f.setOperator(alice, id, alice))
}

// What each message asks of its signer: the operator does the daily work, and only
// the owner touches money, keys and the end.
func TestKeeper_WrongSigners(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, 2*minBond)
	f.must(f.setOperator(alice, id, bob))
	paused := f.register(alice, minBond)
	f.must(f.pause(alice, paused))

	profile := newProfile(t)
	tests := []struct {
		name     string
		message  func(signer sdk.AccAddress) func(sdk.Context) error
		operator bool // may do it
	}{
		{"update", func(s sdk.AccAddress) func(sdk.Context) error { return f.update(s, id, profile) }, true},
		{"pause", func(s sdk.AccAddress) func(sdk.Context) error { return f.pause(s, id) }, true},
		{"resume", func(s sdk.AccAddress) func(sdk.Context) error { return f.resume(s, paused) }, false}, // operated by alice
		{"set operator", func(s sdk.AccAddress) func(sdk.Context) error { return f.setOperator(s, id, carol) }, false},
		{"bond", func(s sdk.AccAddress) func(sdk.Context) error { return f.bond(s, id, 1) }, false},
		{"unbond", func(s sdk.AccAddress) func(sdk.Context) error { return f.unbond(s, id, 1) }, false},
		{"retire", func(s sdk.AccAddress) func(sdk.Context) error { return f.retire(s, id) }, false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f.refused(types.ErrWrongSigner, "signer: expected owner "+alice.String(), tc.message(mallory))
			if !tc.operator {
				f.refused(types.ErrWrongSigner, "signer: expected owner "+alice.String(), tc.message(bob))
			}
		})
	}
}

func TestKeeper_UnknownAgent(t *testing.T) {
	f := newFixture(t)
	f.register(alice, minBond)
	messages := map[string]func(sdk.Context) error{
		"update": f.update(alice, 2, newProfile(t)), "set operator": f.setOperator(alice, 2, bob), "bond": f.bond(alice, 2, 1),
		"unbond": f.unbond(alice, 2, 1), "complete": f.complete(alice, 2), "pause": f.pause(alice, 2),
		"resume": f.resume(alice, 2), "retire": f.retire(alice, 2), "reserve": f.reserve(2, "a", 0),
		"parties":  func(ctx sdk.Context) error { _, err := f.jobs.Parties(ctx, 2); return err },
		"hireable": func(ctx sdk.Context) error { return f.jobs.Hireable(ctx, 2) },
	}
	for name, message := range messages {
		t.Run(name, func(*testing.T) { f.refused(types.ErrAgentNotFound, "agent_id:", message) })
	}
	if has, err := f.jobs.HasSkill(f.ctx, 2, "text.summarize"); err != nil || has {
		t.Errorf("expected no skill of nobody, got %t (%v)", has, err)
	}
	if _, err := f.jobs.HasSkill(f.ctx, 1, "no skill"); !errors.Is(err, types.ErrInvalidProfile) {
		t.Errorf("expected %v, got %v", types.ErrInvalidProfile, err)
	}
}

// The story of an agent, and at each station what it does not allow.
func TestKeeper_Life(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond-1)
	wrong := func(messages ...func(sdk.Context) error) {
		t.Helper()
		for _, m := range messages {
			f.refused(types.ErrWrongStatus, "the agent is", m)
		}
	}
	hireable := func(want error) {
		t.Helper()
		if err := f.jobs.Hireable(f.ctx, id); !errors.Is(err, want) {
			t.Fatalf("expected %v, got %v", want, err)
		}
	}
	f.expectStatus(id, types.AGENT_STATUS_PENDING)
	hireable(types.ErrNotHireable)
	wrong(f.pause(alice, id), f.resume(alice, id), f.reserve(id, "a", 0))

	f.must(f.bond(alice, id, 1))
	f.expectEvents(
		&types.EventBonded{AgentId: id, Amount: uait(1), Bonded: uait(minBond)},
		f.activated(id, types.AGENT_STATUS_PENDING),
	)
	hireable(nil)
	wrong(f.resume(alice, id))

	f.must(f.pause(alice, id))
	f.expectEvents(&types.EventAgentStatusChanged{AgentId: id, OldStatus: types.AGENT_STATUS_ACTIVE, NewStatus: types.AGENT_STATUS_PAUSED, Reason: types.PAUSE_REASON_REQUESTED})
	hireable(types.ErrNotHireable)
	wrong(f.pause(alice, id))

	f.must(f.unbond(alice, id, 1))
	f.refused(types.ErrInsufficientBond, "25000000uait", f.resume(alice, id))
	f.must(f.bond(alice, id, 1))
	f.expectStatus(id, types.AGENT_STATUS_PAUSED)
	f.must(f.resume(alice, id))
	hireable(nil)

	f.must(f.retire(alice, id))
	f.expectStatus(id, types.AGENT_STATUS_RETIRED)
	hireable(types.ErrNotHireable)
	wrong(f.update(alice, id, newProfile(t)), f.setOperator(alice, id, bob), f.bond(alice, id, 1), f.unbond(alice, id, 1),
		f.pause(alice, id), f.resume(alice, id), f.retire(alice, id), f.reserve(id, "a", 0))
	if has, err := f.jobs.HasSkill(f.ctx, id, "text.summarize"); err != nil || has {
		t.Errorf("expected a retired agent to have no skills, got %t (%v)", has, err)
	}
	if next := f.register(bob, 0); next != id+1 {
		t.Errorf("expected an id that was never used, got %d", next)
	}
}

func TestKeeper_UpdateParams(t *testing.T) {
	f := newFixture(t)
	want := types.Params{
		RegistrationFee: uait(0), MinBond: uait(2 * minBond), UnbondingSeconds: 60, MaxCompletionsPerBlock: 1,
		MaxTimersPerBlock: 1, PayoutDelaySeconds: 60, PendingSeconds: 60, SilenceSeconds: 60, AllowInternalUrls: true,
	}
	update := func(authority string, params types.Params) func(sdk.Context) error {
		return func(ctx sdk.Context) error {
			_, err := f.msgs.UpdateParams(ctx, &types.MsgUpdateParams{Authority: authority, Params: params})
			return err
		}
	}
	f.refused(sdkerrors.ErrUnauthorized, "", update(alice.String(), want))
	f.refused(sdkerrors.ErrUnauthorized, "", update("", want))
	f.refused(types.ErrInvalidParams, "registration_fee:", update(f.authority, types.Params{}))

	id := f.register(alice, minBond)
	f.must(update(f.authority, want))
	f.expectEvents(&types.EventParamsUpdated{OldParams: patient(), NewParams: want})
	if got, err := f.keeper.Params(f.ctx); err != nil || got.String() != want.String() {
		t.Errorf("expected %v, got %v (%v)", want, got, err)
	}
	// An agent keeps its status, but the new minimum counts.
	f.expectStatus(id, types.AGENT_STATUS_ACTIVE)
	if err := f.jobs.Hireable(f.ctx, id); !errors.Is(err, types.ErrNotHireable) {
		t.Errorf("expected %v, got %v", types.ErrNotHireable, err)
	}
}

// The consensus parameters may name another authority than governance.
func TestKeeper_UpdateParams_AuthorityOfConsensusParams(t *testing.T) {
	f := newFixture(t)
	ctx := f.ctx.WithConsensusParams(cmtproto.ConsensusParams{Authority: &cmtproto.AuthorityParams{Authority: bob.String()}})
	if err := f.keeper.UpdateParams(ctx, f.authority, types.DefaultParams()); !errors.Is(err, sdkerrors.ErrUnauthorized) {
		t.Fatalf("expected %v for the former authority, got %v", sdkerrors.ErrUnauthorized, err)
	}
	must(t, f.keeper.UpdateParams(ctx, bob.String(), types.DefaultParams()))
}

// A chain that gets the module by an upgrade has no genesis of it.
func TestKeeper_WithoutGenesis(t *testing.T) {
	f := newFixture(t)
	store := f.ctx.KVStore(f.key)
	store.Delete(types.ParamsKey.Bytes())
	store.Delete(types.NextAgentIDKey.Bytes())
	if id := f.register(alice, minBond); id != types.FirstAgentID {
		t.Errorf("expected agent %d, got %d", types.FirstAgentID, id)
	}
	f.endBlock(1)
}

func TestNewKeeper_RefusesWiringMistakes(t *testing.T) {
	f := newFixture(t)
	panics := func(name string, f func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s: expected a panic", name)
			}
		}()
		f()
	}
	panics("a name twice", func() { f.keeper.Scoped("jobmarket") })
	panics("a bad name", func() { f.keeper.Scoped("Job/Market") })
	panics("a bad authority", func() {
		g := *f
		g.authority = "nobody"
		newKeeper(&g)
	})
	panics("no clock", func() {
		keeper.NewKeeper(nil, nil, addressCodec(), nil, f.escrow, f.ledger, f.authority)
	})
	f.keeper.Scoped("auction")
}

// Times are rounded down to seconds before the wait is added.
func TestKeeper_Times(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond+5)
	f.clock.Now = time.Unix(1_900_000_000, 999_999_999).UTC()
	f.must(func(ctx sdk.Context) error {
		res, err := f.msgs.UnbondAgent(ctx, &types.MsgUnbondAgent{Owner: alice.String(), AgentId: id, Amount: uait(5)})
		if err == nil && res.CompletesAt != 1_900_000_000+unbonding {
			t.Errorf("expected %d, got %d", 1_900_000_000+unbonding, res.CompletesAt)
		}
		return err
	})
}
