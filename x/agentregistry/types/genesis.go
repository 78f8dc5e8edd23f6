package types

import (
	"fmt"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// FirstAgentID is the id of a chain's first agent.
const FirstAgentID = 1

// DefaultGenesisState returns the state of a new chain: default parameters, no
// agents.
func DefaultGenesisState() *GenesisState {
	return &GenesisState{Params: DefaultParams(), NextAgentId: FirstAgentID}
}

// Validate returns the first error found in the genesis state by itself. Whether
// escrow holds the bonds is checked when it is imported.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	if gs.NextAgentId < FirstAgentID {
		return ErrInvalidGenesis.Wrapf("next_agent_id: expected %d or more, got %d", FirstAgentID, gs.NextAgentId)
	}
	books, err := gs.validateAgents()
	if err != nil {
		return err
	}
	if err := gs.validateReservations(books); err != nil {
		return err
	}
	unbondings := make(map[string]bool, len(gs.Unbondings)+len(gs.ParkedUnbondings))
	if err := validateUnbondings("unbondings", gs.Unbondings, books, unbondings); err != nil {
		return err
	}
	if err := validateUnbondings("parked_unbondings", gs.ParkedUnbondings, books, unbondings); err != nil {
		return err
	}
	return gs.compareBonds(books)
}

// validateAgents returns an empty bond for each agent, into which the entries of
// reservations and withdrawals are added up.
func (gs GenesisState) validateAgents() (map[uint64]*Bond, error) {
	books := make(map[uint64]*Bond, len(gs.Agents))
	last := uint64(0)
	for i, r := range gs.Agents {
		if r.Agent.Id <= last || r.Agent.Id >= gs.NextAgentId {
			return nil, ErrInvalidGenesis.Wrapf("agents[%d].agent.id: expected more than %d and less than %d (next_agent_id), got %d",
				i, last, gs.NextAgentId, r.Agent.Id)
		}
		if err := r.Validate(); err != nil {
			return nil, ErrInvalidGenesis.Wrapf("agents[%d]: %s", i, err)
		}
		last = r.Agent.Id
		book := NewBond()
		books[last] = &book
	}
	return books, nil
}

func (gs GenesisState) validateReservations(books map[uint64]*Bond) error {
	seen := make(map[string]bool, len(gs.Reservations))
	for i, r := range gs.Reservations {
		if err := r.Validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("reservations[%d]: %s", i, err)
		}
		book, key := books[r.AgentId], fmt.Sprintf("%d/%s/%x", r.AgentId, r.Holder, r.Reference)
		if book == nil || seen[key] {
			return ErrInvalidGenesis.Wrapf("reservations[%d]: expected one of a listed agent, once, got %s", i, key)
		}
		seen[key] = true
		book.Reserved = book.Reserved.Add(r.Amount)
		book.Reservations++
	}
	return nil
}

func validateUnbondings(field string, unbondings []Unbonding, books map[uint64]*Bond, seen map[string]bool) error {
	for i, u := range unbondings {
		if u.CompletesAt == 0 {
			return ErrInvalidGenesis.Wrapf("%s[%d].completes_at: expected a positive time, got 0", field, i)
		}
		if u.Amount.IsNil() || !u.Amount.IsPositive() {
			return ErrInvalidGenesis.Wrapf("%s[%d].amount: expected a positive amount, got %s", field, i, AmountText(u.Amount))
		}
		book, key := books[u.AgentId], fmt.Sprintf("%d/%d", u.AgentId, u.CompletesAt)
		if book == nil || seen[key] {
			return ErrInvalidGenesis.Wrapf("%s[%d]: expected one of a listed agent, once, got %s", field, i, key)
		}
		seen[key] = true
		book.Unbonding = book.Unbonding.Add(u.Amount)
		book.Unbondings++
	}
	return nil
}

// compareBonds checks that every bond is the sum of its entries.
func (gs GenesisState) compareBonds(books map[uint64]*Bond) error {
	for i, r := range gs.Agents {
		got, want := r.Bond, books[r.Agent.Id]
		for _, c := range []struct {
			field     string
			got, want sdkmath.Int
		}{
			{"reserved", got.Reserved, want.Reserved},
			{"reservations", sdkmath.NewInt(int64(got.Reservations)), sdkmath.NewInt(int64(want.Reservations))},
			{"unbonding", got.Unbonding, want.Unbonding},
			{"unbondings", sdkmath.NewInt(int64(got.Unbondings)), sdkmath.NewInt(int64(want.Unbondings))},
		} {
			if !c.got.Equal(c.want) {
				return ErrInvalidGenesis.Wrapf("agents[%d].bond.%s: expected %s, the sum of the entries, got %s", i, c.field, c.want, c.got)
			}
		}
	}
	return nil
}

// Validate returns an error if the record is not one that an agent can reach.
func (r AgentRecord) Validate() error {
	a := r.Agent
	for _, c := range []struct{ field, address string }{{"owner", a.Owner}, {"operator", a.Operator}, {"payout", a.Payout}} {
		// Addresses are compared as texts, so there must be one text of each.
		if addr, err := sdk.AccAddressFromBech32(c.address); err != nil || addr.String() != c.address {
			return ErrInvalidGenesis.Wrapf("agent.%s: expected an address in lower case, got %q", c.field, c.address)
		}
	}
	if a.RegisteredAt.Unix() <= 0 {
		return ErrInvalidGenesis.Wrapf("agent.registered_at: expected an instant after 1970-01-01, got %s", a.RegisteredAt)
	}
	if err := r.Profile.Validate(); err != nil {
		return err
	}
	if err := r.Bond.Validate(); err != nil {
		return err
	}
	return r.validateStatus()
}

func (r AgentRecord) validateStatus() error {
	s, b := r.Agent.Status, r.Bond
	if (s == AGENT_STATUS_PAUSED) != (r.Agent.PauseReason != PAUSE_REASON_UNSPECIFIED) {
		return ErrInvalidGenesis.Wrapf("agent.pause_reason: expected one exactly if the agent is paused, got %s of one that is %s",
			r.Agent.PauseReason, s.Text())
	}
	switch s {
	case AGENT_STATUS_ACTIVE, AGENT_STATUS_PAUSED:
	case AGENT_STATUS_PENDING:
		if b.Reservations > 0 {
			return ErrInvalidGenesis.Wrapf("agent.status: a pending agent has no reservations, got %d", b.Reservations)
		}
	case AGENT_STATUS_RETIRED:
		if b.Reservations > 0 || b.Stake().IsPositive() {
			return ErrInvalidGenesis.Wrapf("agent.status: all of a retired agent's bond is unbonding, got %d reservations and %s that stay",
				b.Reservations, Uait(b.Stake()))
		}
	case AGENT_STATUS_UNSPECIFIED:
		fallthrough
	default:
		return ErrInvalidGenesis.Wrapf("agent.status: expected a known status, got %s", s)
	}
	return nil
}
