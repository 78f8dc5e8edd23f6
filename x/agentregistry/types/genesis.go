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
	if err := gs.compareBonds(books); err != nil {
		return err
	}
	if err := gs.validateParkedTimers(); err != nil {
		return err
	}
	if err := gs.validateAttestations(); err != nil {
		return err
	}
	return gs.validateUsedConsents()
}

// validateParkedTimers checks that every parked timer is one that its agent has.
func (gs GenesisState) validateParkedTimers() error {
	timers := make(map[Timer]bool, len(gs.ParkedTimers))
	for _, r := range gs.Agents {
		for _, timer := range r.Agent.Timers() {
			timers[timer] = true
		}
	}
	for i, timer := range gs.ParkedTimers {
		if !timers[timer] {
			return ErrInvalidGenesis.Wrapf("parked_timers[%d]: expected a timer that a listed agent has, once, got %v", i, timer)
		}
		delete(timers, timer)
	}
	return nil
}

func (gs GenesisState) validateAttestations() error {
	agents := make(map[uint64]AgentStatus, len(gs.Agents))
	for _, r := range gs.Agents {
		agents[r.Agent.Id] = r.Agent.Status
	}
	seen := make(map[string]bool, len(gs.Attestations))
	for i, a := range gs.Attestations {
		field := at("attestations", i)
		if err := a.Validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("%s: %s", field, err)
		}
		if err := validateCanonical(a.Issuer, field+".issuer"); err != nil {
			return err
		}
		if a.IssuedAt == 0 {
			return ErrInvalidGenesis.Wrapf("%s.issued_at: expected a time, got 0", field)
		}
		key := fmt.Sprintf("%d/%s/%s", a.AgentId, a.Issuer, a.Type)
		if status := agents[a.AgentId]; status == AGENT_STATUS_UNSPECIFIED || status == AGENT_STATUS_PENDING || seen[key] {
			return ErrInvalidGenesis.Wrapf("%s: expected one of a listed agent that is or was active, once, got %s", field, key)
		}
		seen[key] = true
	}
	return nil
}

func (gs GenesisState) validateUsedConsents() error {
	seen := make(map[string]bool, len(gs.UsedConsents))
	for i, c := range gs.UsedConsents {
		field := at("used_consents", i)
		if err := validateCanonical(c.Operator, field+".operator"); err != nil {
			return err
		}
		if c.Deadline == 0 || seen[c.Operator] {
			return ErrInvalidGenesis.Wrapf("%s: expected a deadline, and every operator once, got %s at %d", field, c.Operator, c.Deadline)
		}
		seen[c.Operator] = true
	}
	return nil
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
		if err := validateCanonical(c.address, "agent."+c.field); err != nil {
			return err
		}
	}
	if r.LastSeen == 0 {
		return ErrInvalidGenesis.Wrap("last_seen: expected a time, got 0")
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
	if err := a.validateOpen(); err != nil {
		return err
	}
	return r.validateStatus()
}

// validateCanonical returns ErrInvalidGenesis unless a text is an address as the chain
// writes it: addresses are compared as texts, so there must be one text of each.
func validateCanonical(address, field string) error {
	if addr, err := sdk.AccAddressFromBech32(address); err != nil || addr.String() != address {
		return ErrInvalidGenesis.Wrapf("%s: expected an address in lower case, got %q", field, shorten(address))
	}
	return nil
}

// validateOpen checks what an agent has under way.
func (a Agent) validateOpen() error {
	if c := a.PayoutChange; c != nil {
		if err := validateCanonical(c.Payout, "agent.payout_change.payout"); err != nil {
			return err
		}
		if c.ActsAt == 0 || c.Payout == a.Payout {
			return ErrInvalidGenesis.Wrapf("agent.payout_change: expected another address and a time, got %s at %d", c.Payout, c.ActsAt)
		}
	}
	if t := a.Transfer; t != nil {
		if err := validateCanonical(t.NewOwner, "agent.transfer.new_owner"); err != nil {
			return err
		}
		if t.ExpiresAt == 0 || t.NewOwner == a.Owner {
			return ErrInvalidGenesis.Wrapf("agent.transfer: expected another owner and a time, got %s at %d", t.NewOwner, t.ExpiresAt)
		}
	}
	return nil
}

func (r AgentRecord) validateStatus() error {
	s, b := r.Agent.Status, r.Bond
	if _, known := PauseReason_name[int32(r.Agent.PauseReason)]; !known ||
		(s == AGENT_STATUS_PAUSED) != (r.Agent.PauseReason != PAUSE_REASON_UNSPECIFIED) {
		return ErrInvalidGenesis.Wrapf("agent.pause_reason: expected a known one exactly if the agent is paused, got %s for %s",
			r.Agent.PauseReason, s)
	}
	if until := r.Agent.StatusUntil; s.HasStatusTimer() != (until > 0) {
		return ErrInvalidGenesis.Wrapf("agent.status_until: expected a time exactly if the status ends by itself, got %d for %s", until, s)
	}
	if s != AGENT_STATUS_RETIRED && b.Unbondings > MaxUnbondings {
		return ErrInvalidGenesis.Wrapf("bond.unbondings: expected at most %d before retirement, got %d", MaxUnbondings, b.Unbondings)
	}
	switch s {
	case AGENT_STATUS_ACTIVE, AGENT_STATUS_PAUSED, AGENT_STATUS_MAINTENANCE, AGENT_STATUS_SUSPENDED:
	case AGENT_STATUS_DRAINING:
		if b.Reservations == 0 {
			return ErrInvalidGenesis.Wrap("agent.status: a draining agent has reservations, got none")
		}
	case AGENT_STATUS_PENDING:
		if b.Reservations > 0 {
			return ErrInvalidGenesis.Wrapf("agent.status: a pending agent has no reservations, got %d", b.Reservations)
		}
	case AGENT_STATUS_RETIRED:
		if r.Agent.PayoutChange != nil || r.Agent.Transfer != nil {
			return ErrInvalidGenesis.Wrap("agent.status: a retired agent has nothing under way, got a payout change or an offer of ownership")
		}
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
