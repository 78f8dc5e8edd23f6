package types_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

func newGenesis(t *testing.T) types.GenesisState {
	t.Helper()
	agent := func(id uint64, status types.AgentStatus, bond types.Bond) types.AgentRecord {
		until := uint64(0)
		if status.HasStatusTimer() {
			until = 1_000 + id
		}
		return types.AgentRecord{
			LastSeen: 10,
			Agent: types.Agent{
				StatusUntil: until,
				Id:          id, Owner: owner, Operator: operator, Payout: owner, Status: status,
				RegisteredAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
			},
			Profile: newProfile(t), Bond: bond,
		}
	}
	return types.GenesisState{
		Params:      types.DefaultParams(),
		NextAgentId: 9,
		Agents: []types.AgentRecord{
			agent(2, types.AGENT_STATUS_ACTIVE, newBond(100, 30, 15, 3, 3)),
			agent(3, types.AGENT_STATUS_PENDING, types.NewBond()),
			agent(8, types.AGENT_STATUS_RETIRED, newBond(7, 0, 7, 0, 1)),
		},
		Reservations: []types.Reservation{
			{AgentId: 2, Holder: "jobmarket", Reference: []byte{1}, Amount: number(10)},
			{AgentId: 2, Holder: "jobmarket", Reference: []byte{2}, Amount: number(20)},
			{AgentId: 2, Holder: "auction", Reference: []byte{1}, Amount: number(0)},
		},
		Unbondings: []types.Unbonding{
			{AgentId: 2, CompletesAt: 100, Amount: number(1)},
			{AgentId: 2, CompletesAt: 200, Amount: number(5)},
			{AgentId: 8, CompletesAt: 100, Amount: number(7)},
		},
		ParkedUnbondings: []types.Unbonding{{AgentId: 2, CompletesAt: 50, Amount: number(9)}},
		ParkedTimers:     []types.Timer{{AgentId: 3, Kind: types.TIMER_KIND_STATUS, At: 1_003}},
		Attestations: []types.Attestation{
			{AgentId: 2, Issuer: owner, Type: types.ATTESTATION_TYPE_DNS, Hash: make([]byte, 32), IssuedAt: 5, ExpiresAt: 6},
			{AgentId: 8, Issuer: owner, Type: types.ATTESTATION_TYPE_DNS, Hash: make([]byte, 32), IssuedAt: 5, ExpiresAt: 6, Revoked: true},
		},
		UsedConsents: []types.UsedConsent{{Operator: operator, Deadline: 7}},
	}
}

// manyUnbondings gives an agent so many withdrawals of 1 and nothing else at stake.
func manyUnbondings(g *types.GenesisState, index int, n int64) {
	r := &g.Agents[index]
	r.Bond = newBond(n, 0, n, 0, uint32(n))
	g.Unbondings, g.ParkedUnbondings, g.Reservations = nil, nil, nil
	if index != 2 {
		g.Agents[2].Bond = types.NewBond()
	} else {
		g.Agents[0].Bond = types.NewBond()
	}
	for i := range n {
		g.Unbondings = append(g.Unbondings, types.Unbonding{AgentId: r.Agent.Id, CompletesAt: uint64(100 + i), Amount: number(1)})
	}
}

func TestGenesisState_Validate(t *testing.T) {
	if err := types.DefaultGenesisState().Validate(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*types.GenesisState)
		text   string // in the error; empty for none
	}{
		{"as it is", func(*types.GenesisState) {}, ""},
		{"params", func(g *types.GenesisState) { g.Params.UnbondingSeconds = 0 }, "unbonding_seconds"},
		{"no next id", func(g *types.GenesisState) { g.NextAgentId = 0 }, "next_agent_id"},
		{"id not given yet", func(g *types.GenesisState) { g.NextAgentId = 8 }, "agents[2].agent.id"},
		{"id zero", func(g *types.GenesisState) { g.Agents[0].Agent.Id = 0 }, "agents[0].agent.id"},
		{"id twice", func(g *types.GenesisState) { g.Agents[1].Agent.Id = 2 }, "agents[1].agent.id"},
		{"not in order", func(g *types.GenesisState) { g.Agents[1], g.Agents[2] = g.Agents[2], g.Agents[1] }, "agents[2].agent.id"},
		{"owner", func(g *types.GenesisState) { g.Agents[0].Agent.Owner = "" }, "agents[0]: agent.owner"},
		{"operator in upper case", func(g *types.GenesisState) { g.Agents[0].Agent.Operator = strings.ToUpper(operator) }, "agents[0]: agent.operator"},
		{"payout", func(g *types.GenesisState) { g.Agents[0].Agent.Payout = "x" }, "agents[0]: agent.payout"},
		{"no time", func(g *types.GenesisState) { g.Agents[0].Agent.RegisteredAt = time.Time{} }, "agents[0]: agent.registered_at"},
		{"no status", func(g *types.GenesisState) { g.Agents[0].Agent.Status = 0 }, "agents[0]: agent.status"},
		{"unknown status", func(g *types.GenesisState) {
			g.Agents[0].Agent.Status, g.Agents[0].Agent.StatusUntil = 8, 0
		}, "agents[0]: agent.status"},
		{"no time of the status", func(g *types.GenesisState) { g.Agents[0].Agent.StatusUntil = 0 }, "agents[0]: agent.status_until"},
		{"a time of a retired agent", func(g *types.GenesisState) { g.Agents[2].Agent.StatusUntil = 1 }, "agents[2]: agent.status_until"},
		{"paused for nothing", func(g *types.GenesisState) {
			g.Agents[0].Agent.Status, g.Agents[0].Agent.StatusUntil = types.AGENT_STATUS_PAUSED, 0
		}, "agents[0]: agent.pause_reason"},
		{"active with a reason", func(g *types.GenesisState) { g.Agents[0].Agent.PauseReason = 1 }, "agents[0]: agent.pause_reason"},
		{"unknown reason", func(g *types.GenesisState) { g.Agents[0].Agent.PauseReason = 5 }, "agents[0]: agent.pause_reason"},
		{"draining without work", func(g *types.GenesisState) {
			g.Agents[1].Agent.Status, g.Agents[1].Agent.StatusUntil, g.ParkedTimers = types.AGENT_STATUS_DRAINING, 0, nil
		}, "agents[1]: agent.status"},
		{"never seen", func(g *types.GenesisState) { g.Agents[0].LastSeen = 0 }, "agents[0]: last_seen"},
		{"a payout change", func(g *types.GenesisState) {
			g.Agents[0].Agent.PayoutChange = &types.PayoutChange{Payout: operator, ActsAt: 1}
		}, ""},
		{"a payout change to the same", func(g *types.GenesisState) {
			g.Agents[0].Agent.PayoutChange = &types.PayoutChange{Payout: owner, ActsAt: 1}
		}, "agents[0]: agent.payout_change"},
		{"a payout change to nobody", func(g *types.GenesisState) {
			g.Agents[0].Agent.PayoutChange = &types.PayoutChange{ActsAt: 1}
		}, "agents[0]: agent.payout_change.payout"},
		{"a payout change at no time", func(g *types.GenesisState) {
			g.Agents[0].Agent.PayoutChange = &types.PayoutChange{Payout: operator}
		}, "agents[0]: agent.payout_change"},
		{"an offer", func(g *types.GenesisState) {
			g.Agents[0].Agent.Transfer = &types.Transfer{NewOwner: operator, ExpiresAt: 1}
		}, ""},
		{"an offer to the owner", func(g *types.GenesisState) {
			g.Agents[0].Agent.Transfer = &types.Transfer{NewOwner: owner, ExpiresAt: 1}
		}, "agents[0]: agent.transfer"},
		{"an offer to nobody", func(g *types.GenesisState) { g.Agents[0].Agent.Transfer = &types.Transfer{ExpiresAt: 1} }, "agents[0]: agent.transfer.new_owner"},
		{"an offer without end", func(g *types.GenesisState) { g.Agents[0].Agent.Transfer = &types.Transfer{NewOwner: operator} }, "agents[0]: agent.transfer"},
		{"retired with an offer", func(g *types.GenesisState) {
			g.Agents[2].Agent.Transfer = &types.Transfer{NewOwner: operator, ExpiresAt: 1}
		}, "agents[2]: agent.status"},
		{"retired with one withdrawal more", func(g *types.GenesisState) { manyUnbondings(g, 2, 17) }, ""},
		{"retired with two withdrawals more", func(g *types.GenesisState) { manyUnbondings(g, 2, 18) }, "agents[2]: bond.unbondings"},
		{"active with one withdrawal more", func(g *types.GenesisState) { manyUnbondings(g, 0, 17) }, "agents[0]: bond.unbondings"},
		{"a parked timer of nobody", func(g *types.GenesisState) { g.ParkedTimers[0].AgentId = 4 }, "parked_timers[0]"},
		{"a parked timer at another time", func(g *types.GenesisState) { g.ParkedTimers[0].At++ }, "parked_timers[0]"},
		{"a parked timer of another kind", func(g *types.GenesisState) { g.ParkedTimers[0].Kind = 2 }, "parked_timers[0]"},
		{"a parked timer twice", func(g *types.GenesisState) { g.ParkedTimers = append(g.ParkedTimers, g.ParkedTimers[0]) }, "parked_timers[1]"},
		{"attestation of nobody", func(g *types.GenesisState) { g.Attestations[0].AgentId = 4 }, "attestations[0]"},
		{"attestation of a pending agent", func(g *types.GenesisState) { g.Attestations[0].AgentId = 3 }, "attestations[0]"},
		{"attestation twice", func(g *types.GenesisState) { g.Attestations[1].AgentId = 2 }, "attestations[1]"},
		{"attestation of no type", func(g *types.GenesisState) { g.Attestations[0].Type = 0 }, "attestations[0]: type"},
		{"attestation of another type", func(g *types.GenesisState) { g.Attestations[0].Type = 7 }, "attestations[0]: type"},
		{"attestation of nothing", func(g *types.GenesisState) { g.Attestations[0].Hash = nil }, "attestations[0]: hash"},
		{"attestation without end", func(g *types.GenesisState) { g.Attestations[0].ExpiresAt = 0 }, "attestations[0]: expires_at"},
		{"attestation by nobody", func(g *types.GenesisState) { g.Attestations[0].Issuer = "x" }, "attestations[0].issuer"},
		{"attestation at no time", func(g *types.GenesisState) { g.Attestations[0].IssuedAt = 0 }, "attestations[0].issued_at"},
		{"consent of nobody", func(g *types.GenesisState) { g.UsedConsents[0].Operator = "" }, "used_consents[0].operator"},
		{"consent without end", func(g *types.GenesisState) { g.UsedConsents[0].Deadline = 0 }, "used_consents[0]"},
		{"consent twice", func(g *types.GenesisState) { g.UsedConsents = append(g.UsedConsents, g.UsedConsents[0]) }, "used_consents[1]"},
		{"profile", func(g *types.GenesisState) { g.Agents[0].Profile.Name = "" }, "agents[0]: profile.name"},
		{"bond", func(g *types.GenesisState) { g.Agents[0].Bond.Bonded = number(44) }, "agents[0]: bond.bonded"},
		{"pending with live work", func(g *types.GenesisState) { g.Agents[0].Agent.Status = types.AGENT_STATUS_PENDING }, "agents[0]: agent.status"},
		{"retired with live work", func(g *types.GenesisState) {
			g.Agents[0].Agent.Status, g.Agents[0].Agent.StatusUntil = types.AGENT_STATUS_RETIRED, 0
		}, "agents[0]: agent.status"},
		{"retired with a bond that stays", func(g *types.GenesisState) { g.Agents[2].Bond.Bonded = number(8) }, "agents[2]: agent.status"},
		{"reserved", func(g *types.GenesisState) { g.Agents[0].Bond.Reserved = number(29) }, "agents[0].bond.reserved"},
		{"reservations", func(g *types.GenesisState) { g.Agents[0].Bond.Reservations = 2 }, "agents[0].bond.reservations"},
		{"unbonding", func(g *types.GenesisState) { g.Agents[0].Bond.Unbonding = number(14) }, "agents[0].bond.unbonding"},
		{"unbondings", func(g *types.GenesisState) { g.Agents[0].Bond.Unbondings = 2 }, "agents[0].bond.unbondings"},
		{"a bond without entries", func(g *types.GenesisState) { g.Agents[1].Bond = newBond(3, 0, 3, 0, 1) }, "agents[1].bond.unbonding"},
		{"reservation of nobody", func(g *types.GenesisState) { g.Reservations[0].AgentId = 4 }, "reservations[0]"},
		{"reservation twice", func(g *types.GenesisState) { g.Reservations[1].Reference = []byte{1} }, "reservations[1]"},
		{"longest reference", func(g *types.GenesisState) { g.Reservations[0].Reference = make([]byte, 64) }, ""},
		{"reference too long", func(g *types.GenesisState) { g.Reservations[0].Reference = make([]byte, 65) }, "reservations[0]: reference"},
		{"no reference", func(g *types.GenesisState) { g.Reservations[0].Reference = nil }, "reservations[0]: reference"},
		{"longest holder", func(g *types.GenesisState) { g.Reservations[0].Holder = strings.Repeat("a", 32) }, ""},
		{"holder too long", func(g *types.GenesisState) { g.Reservations[0].Holder = strings.Repeat("a", 33) }, "reservations[0]: holder"},
		{"no holder", func(g *types.GenesisState) { g.Reservations[0].Holder = "" }, "reservations[0]: holder"},
		{"holder bad", func(g *types.GenesisState) { g.Reservations[0].Holder = "Job\x00" }, "reservations[0]: holder"},
		{"reserved less than nothing", func(g *types.GenesisState) { g.Reservations[0].Amount = number(-1) }, "reservations[0]: amount"},
		{"withdrawal at no time", func(g *types.GenesisState) { g.Unbondings[0].CompletesAt = 0 }, "unbondings[0].completes_at"},
		{"withdrawal of nothing", func(g *types.GenesisState) { g.Unbondings[0].Amount = number(0) }, "unbondings[0].amount"},
		{"withdrawal of nobody", func(g *types.GenesisState) { g.Unbondings[0].AgentId = 4 }, "unbondings[0]"},
		{"withdrawal twice", func(g *types.GenesisState) { g.Unbondings[1].CompletesAt = 100 }, "unbondings[1]"},
		{"withdrawal queued and parked", func(g *types.GenesisState) { g.ParkedUnbondings[0].CompletesAt = 100 }, "parked_unbondings[0]"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			g := newGenesis(t)
			tc.change(&g)
			err := g.Validate()
			if tc.text == "" {
				if err != nil {
					t.Fatalf("expected no error, got %v", err)
				}
				return
			}
			if !errors.Is(err, types.ErrInvalidGenesis) && !errors.Is(err, types.ErrInvalidParams) {
				t.Fatalf("expected %v, got %v", types.ErrInvalidGenesis, err)
			}
			if !strings.HasPrefix(err.Error(), tc.text) {
				t.Fatalf("expected an error about %s, got %q", tc.text, err)
			}
		})
	}
}
