package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/client/seal"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// Published says what Publish found and did.
type Published struct {
	// AgentID is the agent's, new or not.
	AgentID uint64
	// Status is the agent's afterwards.
	Status registrytypes.AgentStatus
	// Registered says that the agent is new.
	Registered bool
	// Bonded is what was added to the bond, in uait.
	Bonded sdkmath.Int
	// Updated says that the profile was replaced.
	Updated bool
	// Offered are the skills of new offers, Withdrawn the numbers of those closed.
	Offered   []string
	Withdrawn []uint32
	// Txs are the hashes of the transactions that were sent, in order.
	Txs []string
}

// Publish brings the chain in line with a configuration: it registers the agent if its
// id is 0, adds to its bond what is missing, replaces its profile if that differs, and
// its offers as far as they differ. It sends nothing when nothing differs, so it can be
// repeated, also after it was interrupted: an agent of the same owner and name that is
// not retired is taken for the one to be registered.
//
// It never takes anything out of a bond and never resumes a paused agent. Only the
// owner can add to the bond.
func Publish(ctx context.Context, c Config, chain Registry, signer string, keys []seal.PublicKey) (Published, error) {
	p := publisher{config: c, chain: chain, signer: signer, done: Published{AgentID: c.Agent.ID, Bonded: sdkmath.ZeroInt()}}
	err := p.run(ctx, keys)
	return p.done, err
}

type publisher struct {
	config Config
	chain  Registry
	signer string
	done   Published
}

func (p *publisher) run(ctx context.Context, keys []seal.PublicKey) error {
	if err := p.config.Validate(); err != nil {
		return err
	}
	if len(keys) == 0 {
		return errors.New("messaging_keys: expected at least one key, got none")
	}
	profile, err := p.config.Profile(keys)
	if err != nil {
		return err
	}
	if err := profile.Validate(); err != nil {
		return plainError(err, "profile.", "agent.")
	}
	id, err := p.chain.ChainID(ctx)
	if err != nil {
		return fmt.Errorf("ask for the chain: %w", err)
	}
	if id != p.config.ChainID {
		return fmt.Errorf("chain_id: expected that of the node, %s, got %s", id, p.config.ChainID)
	}
	if p.done.AgentID == 0 {
		if err := p.register(ctx, profile); err != nil {
			return err
		}
	}
	return p.align(ctx, profile)
}

// register finds the agent that an interrupted run has registered, or registers it.
func (p *publisher) register(ctx context.Context, profile registrytypes.Profile) error {
	id, err := p.find(ctx)
	if err != nil || id != 0 {
		p.done.AgentID = id
		return err
	}
	bond, err := p.config.Agent.Bond.Uait()
	if err != nil {
		return fmt.Errorf("agent.bond: %w", err)
	}
	if err := p.send(ctx, "register the agent", &registrytypes.MsgRegisterAgent{
		Owner: p.signer, Payout: p.config.Agent.Payout, Profile: profile, Bond: registrytypes.Uait(bond),
	}); err != nil {
		return err
	}
	if p.done.AgentID, err = p.find(ctx); err != nil {
		return err
	}
	if p.done.AgentID == 0 {
		return errors.New("register the agent: the transaction succeeded, but the node does not show the agent yet; try again")
	}
	p.done.Registered, p.done.Bonded = true, bond
	return nil
}

// find returns the newest agent of ours with the configured name that is not retired;
// 0 for none.
func (p *publisher) find(ctx context.Context) (uint64, error) {
	agents, err := p.chain.AgentsByOwner(ctx, p.signer)
	if err != nil {
		return 0, fmt.Errorf("ask for the agents of %s: %w", p.signer, err)
	}
	for _, a := range slices.Backward(agents) {
		if a.Profile.Name == p.config.Agent.Name && a.Agent.Status != registrytypes.AGENT_STATUS_RETIRED {
			return a.Agent.Id, nil
		}
	}
	return 0, nil
}

// align sends everything that differs in one transaction: all or nothing, so that the
// agent is never without an offer in between.
func (p *publisher) align(ctx context.Context, profile registrytypes.Profile) error {
	record, err := p.chain.Agent(ctx, p.done.AgentID)
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("agent.id: expected an agent of chain %s, got %d", p.config.ChainID, p.done.AgentID)
	}
	if err != nil {
		return fmt.Errorf("ask for agent %d: %w", p.done.AgentID, err)
	}
	before := p.done
	before.Status = record.Agent.Status
	p.done = before
	if err := p.checkAgent(record.Agent); err != nil {
		return err
	}
	msgs, err := p.bond(record)
	if err != nil {
		return err
	}
	if !same(&record.Profile, &profile) {
		msgs = append(msgs, &registrytypes.MsgUpdateAgent{Signer: p.signer, AgentId: p.done.AgentID, Profile: profile})
		p.done.Updated = true
	}
	offers, err := p.offers(ctx)
	if err != nil {
		return err
	}
	if msgs = append(msgs, offers...); len(msgs) == 0 {
		return nil
	}
	if err := p.send(ctx, "publish the configuration", msgs...); err != nil {
		p.done = before
		return err
	}
	if record, err = p.chain.Agent(ctx, p.done.AgentID); err != nil {
		return fmt.Errorf("ask for agent %d: %w", p.done.AgentID, err)
	}
	p.done.Status = record.Agent.Status
	return nil
}

func (p *publisher) checkAgent(a registrytypes.Agent) error {
	switch {
	case a.Status == registrytypes.AGENT_STATUS_RETIRED:
		return fmt.Errorf("agent.id: expected an agent that is not retired, got %d; 0 registers a new one", a.Id)
	case p.signer != a.Owner && p.signer != a.Operator:
		return fmt.Errorf("key.name: expected the key of agent %d's owner %s or operator %s, got %s", a.Id, a.Owner, a.Operator, p.signer)
	}
	return nil
}

// bond returns what adds the missing part to the bond.
func (p *publisher) bond(record registrytypes.AgentRecord) ([]sdk.Msg, error) {
	wanted, err := p.config.Agent.Bond.Uait()
	if err != nil {
		return nil, fmt.Errorf("agent.bond: %w", err)
	}
	missing := wanted.Sub(record.Bond.Bonded.Sub(record.Bond.Unbonding))
	if !missing.IsPositive() {
		return nil, nil
	}
	if p.signer != record.Agent.Owner {
		return nil, fmt.Errorf("agent.bond: expected the owner %s to add %s, because only the owner can; %s is the operator",
			record.Agent.Owner, registrytypes.Uait(missing), p.signer)
	}
	p.done.Bonded = p.done.Bonded.Add(missing)
	return []sdk.Msg{&registrytypes.MsgBondAgent{Owner: p.signer, AgentId: record.Agent.Id, Amount: registrytypes.Uait(missing)}}, nil
}

// offers returns what withdraws the offers that are not configured, or not so, and
// publishes those that are missing.
func (p *publisher) offers(ctx context.Context) ([]sdk.Msg, error) {
	standing, err := p.chain.Offers(ctx, p.done.AgentID)
	if err != nil {
		return nil, fmt.Errorf("ask for the offers of agent %d: %w", p.done.AgentID, err)
	}
	wanted := make([]jobmarkettypes.OfferTerms, len(p.config.Offers))
	for i, o := range p.config.Offers {
		if wanted[i], err = o.withDefaults(p.config).terms(); err != nil {
			return nil, fmt.Errorf("offers[%d].%w", i, err)
		}
	}
	var msgs []sdk.Msg
	for _, offer := range standing {
		at := slices.IndexFunc(wanted, func(t jobmarkettypes.OfferTerms) bool { return same(&t, &offer.Terms) })
		if at >= 0 {
			wanted = slices.Delete(wanted, at, at+1)
			continue
		}
		msgs = append(msgs, &jobmarkettypes.MsgWithdrawOffer{Signer: p.signer, AgentId: p.done.AgentID, OfferId: offer.OfferId})
		p.done.Withdrawn = append(p.done.Withdrawn, offer.OfferId)
	}
	for _, terms := range wanted {
		msgs = append(msgs, &jobmarkettypes.MsgPublishOffer{Signer: p.signer, AgentId: p.done.AgentID, Terms: terms})
		p.done.Offered = append(p.done.Offered, terms.Skill)
	}
	return msgs, nil
}

func (p *publisher) send(ctx context.Context, what string, msgs ...sdk.Msg) error {
	hash, err := p.chain.Send(ctx, msgs...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	p.done.Txs = append(p.done.Txs, hash)
	return nil
}
