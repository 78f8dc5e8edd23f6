package gen

import (
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/market"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// addAgents puts into the mix what agents and their owners do besides work: signs of
// life, pauses, other keys and owners. A missed delivery pauses an agent, so that
// without resumptions nobody could be hired after a while.
func (t *Traffic) addAgents() {
	t.Add(4, (*Traffic).register)
	t.Add(5, (*Traffic).resume)
	t.Add(4, (*Traffic).attend)
	t.Add(2, (*Traffic).setOperator)
	t.Add(3, (*Traffic).administer)
}

// register is of an agent that its owner operates, or somebody who agreed to it.
func (t *Traffic) register() []byte {
	owner, operator := t.Pair()
	msg := market.Register(owner, chain.AIT(int64(20+t.r.Intn(40))))
	if t.r.Intn(3) == 0 {
		msg.Operator, msg.Consent = operator.String(), t.consent(0, owner.String(), operator)
	}
	return t.c.Tx(owner, msg).Bytes()
}

func (t *Traffic) agent() uint64 { return uint64(1 + t.r.Intn(busiest)) }

// ownerOf returns the account that owns the agent, or just anybody.
func (t *Traffic) ownerOf(agent uint64) *chain.Account {
	record, err := t.c.App.AgentRegistryKeeper.Agent(t.c.Context(), agent)
	if err != nil {
		return t.User()
	}
	return t.account(record.Owner)
}

// signerOf returns an account that signs for the agent, or just anybody.
func (t *Traffic) signerOf(agent uint64) *chain.Account {
	record, err := t.c.App.AgentRegistryKeeper.Agent(t.c.Context(), agent)
	if err != nil {
		return t.User()
	}
	return t.account(record.Operator)
}

// consent is the operator's for an agent (0: one that is being registered), good for
// an hour at the least.
func (t *Traffic) consent(agent uint64, owner string, operator *chain.Account) *registrytypes.OperatorConsent {
	used, err := t.c.App.AgentRegistryKeeper.UsedConsent(t.c.Context(), operator.Addr)
	if err != nil {
		panic(err)
	}
	terms := registrytypes.ConsentTerms{
		ChainID: chain.ID, AgentID: agent, Owner: owner, Operator: operator.String(),
		Deadline: max(used+1, uint64(t.c.Time().Add(time.Hour).Unix())),
	}
	signature, err := operator.Key.Sign(terms.SignBytes())
	if err != nil {
		panic(err)
	}
	return &registrytypes.OperatorConsent{PublicKey: operator.Key.PubKey().Bytes(), Deadline: terms.Deadline, Signature: signature}
}

// resume is of an agent that is paused, if there is one.
func (t *Traffic) resume() []byte {
	agent := t.agent()
	for range busiest {
		record, err := t.c.App.AgentRegistryKeeper.Agent(t.c.Context(), agent)
		if err == nil && record.Status == registrytypes.AGENT_STATUS_PAUSED {
			break
		}
		agent = t.agent()
	}
	signer := t.signerOf(agent)
	return t.c.Tx(signer, &registrytypes.MsgResumeAgent{Signer: signer.String(), AgentId: agent}).Bytes()
}

// attend is a sign of life, a pause or a maintenance window.
func (t *Traffic) attend() []byte {
	agent := t.agent()
	signer := t.signerOf(agent)
	var msg sdk.Msg = &registrytypes.MsgHeartbeat{Signer: signer.String(), AgentId: agent}
	switch t.r.Intn(8) {
	case 0:
		msg = &registrytypes.MsgPauseAgent{Signer: signer.String(), AgentId: agent}
	case 1:
		until := t.c.Time().Add(time.Duration(longest) * time.Second)
		msg = &registrytypes.MsgStartMaintenance{Signer: signer.String(), AgentId: agent, Until: uint64(until.Unix())}
	}
	return t.c.Tx(signer, msg).Bytes()
}

// setOperator is with the consent of the operator, now and then for another agent.
func (t *Traffic) setOperator() []byte {
	agent, operator := t.agent(), t.User()
	owner := t.ownerOf(agent)
	msg := &registrytypes.MsgSetOperator{Owner: owner.String(), AgentId: agent, Operator: operator.String()}
	if operator != owner {
		msg.Consent = t.consent(agent+uint64(t.r.Intn(8)/7), owner.String(), operator)
	}
	return t.c.Tx(owner, msg).Bytes()
}

// administer is what else an owner does: with the payout, the bond, and the agent
// itself, which may be another one's or ended afterwards.
func (t *Traffic) administer() []byte {
	agent := t.agent()
	owner, other := t.ownerOf(agent), t.User()
	var msg sdk.Msg
	switch t.r.Intn(12) {
	case 0, 1:
		msg = &registrytypes.MsgSetPayout{Owner: owner.String(), AgentId: agent, Payout: other.String()}
	case 2, 3:
		msg = &registrytypes.MsgUnbondAgent{Owner: owner.String(), AgentId: agent, Amount: t.Amount()}
	case 4:
		msg = &registrytypes.MsgRetireAgent{Owner: owner.String(), AgentId: agent}
	case 5, 6:
		msg = &registrytypes.MsgOfferTransfer{Owner: owner.String(), AgentId: agent, NewOwner: other.String()}
	case 7, 8:
		return t.acceptTransfer(agent)
	default:
		msg = &registrytypes.MsgBondAgent{Owner: owner.String(), AgentId: agent, Amount: t.Amount()}
	}
	return t.c.Tx(owner, msg).Bytes()
}

// acceptTransfer is by whom the agent was offered to, or by anybody.
func (t *Traffic) acceptTransfer(agent uint64) []byte {
	to := t.User()
	if record, err := t.c.App.AgentRegistryKeeper.Agent(t.c.Context(), agent); err == nil && record.Transfer != nil {
		to = t.account(record.Transfer.NewOwner)
	}
	return t.c.Tx(to, &registrytypes.MsgAcceptTransfer{NewOwner: to.String(), AgentId: agent}).Bytes()
}
