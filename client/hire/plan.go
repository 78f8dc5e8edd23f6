package hire

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/client/seal"
	"github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// Quote is what a hire costs. Amounts are in uait.
type Quote struct {
	// Amount is what the agent is paid, gross, and AgentFee what the market withholds
	// of it.
	Amount, AgentFee sdkmath.Int
	// DisputeDeposit is locked with the amount, and comes back at the end.
	DisputeDeposit sdkmath.Int
	// PostingFee is burned.
	PostingFee sdkmath.Int
	// Gas and TxFee are an estimate of the transaction that posts the job.
	Gas   uint64
	TxFee sdkmath.Int
	// DeliverySeconds and ReviewSeconds are the windows, in market time.
	DeliverySeconds, ReviewSeconds uint64
}

// Locked is what the client locks in escrow.
func (q Quote) Locked() sdkmath.Int { return q.Amount.Add(q.DisputeDeposit) }

// Needed is what the client's account has to hold.
func (q Quote) Needed() sdkmath.Int { return q.Locked().Add(q.PostingFee).Add(q.TxFee) }

// Plan is an order with the agent that would carry it out, and what that costs.
type Plan struct {
	Order Order
	Agent Agent
	Quote Quote
	// Skipped are agents with the skill that were not taken, and why; those that cost
	// more are not among them.
	Skipped []Skip
	// mediaType is what the input is declared as.
	mediaType string
}

// Skip is an agent that can't be hired, and why.
type Skip struct {
	AgentID uint64 `json:"agent_id"`
	Name    string `json:"name"`
	Reason  string `json:"reason"`
}

// NoAgentError is for an order that nobody can carry out now.
type NoAgentError struct {
	Skill   string
	Skipped []Skip
}

// shownSkips bounds an error's length.
const shownSkips = 5

// Error implements error.
func (e *NoAgentError) Error() string {
	if len(e.Skipped) == 0 {
		return fmt.Sprintf("skill: no agent on this chain offers %s", e.Skill)
	}
	reasons := make([]string, 0, shownSkips+1)
	for i, s := range e.Skipped {
		if i == shownSkips {
			reasons = append(reasons, fmt.Sprintf("and %d more", len(e.Skipped)-i))
			break
		}
		reasons = append(reasons, fmt.Sprintf("agent %d (%s) %s", s.AgentID, s.Name, s.Reason))
	}
	return fmt.Sprintf("nobody can be hired for %s now: %s", e.Skill, strings.Join(reasons, "; "))
}

// BalanceError is for an account that can't pay for a hire. Amounts are in uait.
type BalanceError struct {
	Address      string
	Needed, Have sdkmath.Int
}

// Error implements error.
func (e *BalanceError) Error() string {
	return fmt.Sprintf("balance: expected at least %s %s at %s, got %s", types.FormatAIT(e.Needed), types.DisplayDenom,
		e.Address, types.FormatAIT(e.Have))
}

// Plan finds the cheapest agent that can carry out the order now, and what that
// costs. It changes nothing, here and on the chain. The error is a *NoAgentError if
// there is none, and a *BalanceError if the client can't pay.
func (h *Hirer) Plan(ctx context.Context, o Order) (Plan, error) {
	if err := o.Validate(); err != nil {
		return Plan{}, err
	}
	rules, err := h.config.Market.Rules(ctx)
	if err != nil {
		return Plan{}, fmt.Errorf("ask for the market's rules: %w", err)
	}
	agents, err := h.agents(ctx, o)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Order: o}
	var found []candidate
	for _, record := range agents {
		c, reason, err := h.consider(ctx, o, rules, record)
		switch {
		case err != nil:
			return Plan{}, err
		case reason != "":
			plan.skip(record, reason)
		default:
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b candidate) int {
		if byAmount := a.quote.Amount.BigInt().Cmp(b.quote.Amount.BigInt()); byAmount != 0 {
			return byAmount
		}
		return int(min(max(int64(a.agent.ID)-int64(b.agent.ID), -1), 1))
	})
	for batch := range slices.Chunk(found, askedAtOnce) {
		for i, reason := range h.answers(ctx, batch) {
			c := batch[i]
			if reason == "" {
				plan.Agent, plan.Quote, plan.mediaType = c.agent, c.quote, c.mediaType
				return plan, h.price(ctx, &plan)
			}
			plan.Skipped = append(plan.Skipped, Skip{AgentID: c.agent.ID, Name: c.agent.Name, Reason: reason})
		}
	}
	if err := ctx.Err(); err != nil {
		return Plan{}, err
	}
	return Plan{}, &NoAgentError{Skill: o.Skill, Skipped: plan.Skipped}
}

func (p *Plan) skip(record registrytypes.AgentRecord, reason string) {
	p.Skipped = append(p.Skipped, Skip{AgentID: record.Agent.Id, Name: record.Profile.Name, Reason: reason})
}

// agents returns who may be hired at all.
func (h *Hirer) agents(ctx context.Context, o Order) ([]registrytypes.AgentRecord, error) {
	if o.AgentID == 0 {
		agents, err := h.config.Market.AgentsBySkill(ctx, o.Skill)
		if err != nil {
			return nil, fmt.Errorf("ask for agents that offer %s: %w", o.Skill, err)
		}
		return agents, nil
	}
	record, err := h.config.Market.Agent(ctx, o.AgentID)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, fmt.Errorf("agent: expected the id of an agent of this chain, got %d: %w", o.AgentID, err)
	case err != nil:
		return nil, fmt.Errorf("ask for agent %d: %w", o.AgentID, err)
	}
	return []registrytypes.AgentRecord{record}, nil
}

// price checks that the client can pay, and estimates the gas.
func (h *Hirer) price(ctx context.Context, plan *Plan) error {
	have, err := h.config.Wallet.Balance(ctx)
	if err != nil {
		return fmt.Errorf("ask for the balance of %s: %w", h.config.Wallet.Address(), err)
	}
	short := &BalanceError{Address: h.config.Wallet.Address(), Needed: plan.Quote.Needed(), Have: have}
	if have.LT(short.Needed) {
		return short
	}
	// What is not known yet has its size, on which the gas depends.
	key, err := seal.GenerateKey(seal.Suite(plan.Agent.Key.Suite))
	if err != nil {
		return err
	}
	sample := newRecord(*plan, h.config.ChainID, h.config.Wallet.Address(), newRef(), key.Public(), sha256.Sum256(nil))
	var fee sdk.Coin
	if plan.Quote.Gas, fee, err = h.config.Wallet.Estimate(ctx, sample.message()); err != nil {
		return fmt.Errorf("the chain would not take the job: %w", err)
	}
	plan.Quote.TxFee = fee.Amount
	if short.Needed = plan.Quote.Needed(); have.LT(short.Needed) {
		return short
	}
	return nil
}
