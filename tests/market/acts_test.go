package market_test

import (
	"fmt"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/market"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// Errors of the registry that reach clients of the job market.
var (
	errNotHireable      = registrytypes.ErrNotHireable
	errAtCapacity       = registrytypes.ErrAtCapacity
	errInsufficientBond = registrytypes.ErrInsufficientBond
)

// act is a message with what the model says about it. It is made anew when the same
// message is sent again, because the answer changes.
type act struct {
	name string // counted by it
	msg  sdk.Msg
	// why are the reasons to refuse it; any of them may be the answer. None means
	// that it must be carried out.
	why []error
	// do carries it out in the model.
	do func()
}

func (h *history) send(from, to address, n int64) func() act {
	return func() act {
		s := h.s
		a := act{
			name: "send", do: func() { s.move(from, to, n) },
			msg: banktypes.NewMsgSend(sdk.AccAddress(from), sdk.AccAddress(to), coins(n)),
		}
		if strings.HasPrefix(to, vault("")) {
			a.name, a.why = "send to a vault", []error{escrowtypes.ErrVaultRecipient}
		}
		if s.broken[to] {
			a.why = append(a.why, errRefused)
		}
		if s.balances[from] < n {
			a.why = append(a.why, sdkerrors.ErrInsufficientFunds)
		}
		return a
	}
}

func (h *history) claim(payee, recipient address) func() act {
	return func() act {
		s := h.s
		msg := &escrowtypes.MsgClaim{Payee: text(payee)}
		if recipient != payee {
			msg.Recipient = text(recipient)
		}
		a := act{name: "claim", msg: msg, do: func() {
			for _, payer := range s.claimsOf(payee) {
				s.move(vault(payer), recipient, s.claims[claim{payee, payer}])
				delete(s.claims, claim{payee, payer})
			}
		}}
		if len(s.claimsOf(payee)) == 0 {
			a.why = append(a.why, escrowtypes.ErrNothingToClaim)
		}
		if recipient == s.collector || strings.HasPrefix(recipient, vault("")) {
			a.why = append(a.why, escrowtypes.ErrInvalidAddress)
		}
		if s.broken[recipient] {
			a.why = append(a.why, errRefused)
		}
		return a
	}
}

func (h *history) register(owner, operator, payout address, bond int64, list []string) func() act {
	return func() act {
		s := h.s
		name := fmt.Sprint("agent ", len(s.agents)+1)
		signed := h.consent(operator, 0, owner, owner)
		a := act{
			name: "register", why: signed.why, do: func() { signed.use(); s.register(owner, operator, payout, bond, list, name) },
			msg: &registrytypes.MsgRegisterAgent{
				Owner: text(owner), Operator: text(operator), Payout: text(payout), Profile: profile(name, list), Bond: uait(bond),
				Consent: signed.consent,
			},
		}
		if payout == s.collector || strings.HasPrefix(payout, vault("")) {
			a.why = append(a.why, sdkerrors.ErrInvalidAddress)
		}
		if s.balances[owner] < s.agency.fee+bond {
			a.why = append(a.why, sdkerrors.ErrInsufficientFunds)
		}
		return a
	}
}

// actName is what an act on an agent is counted by: the registry's state machine
// has one edge for each that is carried out.
func actName(verb string, a *agent) string {
	if a == nil {
		return verb
	}
	return verb + ", " + a.status.Text()
}

func (h *history) bond(signer address, id uint64, n int64) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		return act{
			name: actName("bond", a), why: s.refusesBond(a, signer, n), do: func() { s.bond(a, n) },
			msg: &registrytypes.MsgBondAgent{Owner: text(signer), AgentId: id, Amount: uait(n)},
		}
	}
}

func (h *history) unbond(signer address, id uint64, n int64) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		return act{
			name: actName("unbond", a), why: s.refusesUnbond(a, signer, n), do: func() { s.unbond(a, n) },
			msg: &registrytypes.MsgUnbondAgent{Owner: text(signer), AgentId: id, Amount: uait(n)},
		}
	}
}

func (h *history) complete(sender address, id uint64) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		t := act{name: actName("complete", a), msg: &registrytypes.MsgCompleteUnbonding{Sender: text(sender), AgentId: id}, do: func() {
			for _, at := range s.dueOf(a) {
				s.complete(a, at)
			}
		}}
		if a == nil {
			t.why = []error{registrytypes.ErrAgentNotFound}
		} else if len(s.dueOf(a)) == 0 {
			t.why = []error{registrytypes.ErrNothingDue}
		}
		return t
	}
}

func (h *history) pause(signer address, id uint64) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		t := act{
			name: actName("pause", a), why: s.refusesAgent(a, signer, true), do: func() { s.turn(a, paused, requested) },
			msg: &registrytypes.MsgPauseAgent{Signer: text(signer), AgentId: id},
		}
		if a != nil && a.status != active {
			t.why = append(t.why, registrytypes.ErrWrongStatus)
		}
		return t
	}
}

func (h *history) resume(signer address, id uint64) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		t := act{
			name: actName("resume", a), why: s.refusesAgent(a, signer, true), do: func() { s.turn(a, active, unpaused); a.seen = s.unix() },
			msg: &registrytypes.MsgResumeAgent{Signer: text(signer), AgentId: id},
		}
		if a != nil && a.status != paused {
			t.why = append(t.why, registrytypes.ErrWrongStatus)
		}
		if a != nil && a.stake() < s.agency.minBond {
			t.why = append(t.why, registrytypes.ErrInsufficientBond)
		}
		return t
	}
}

func (h *history) retire(signer address, id uint64) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		return act{
			name: actName("retire", a), why: s.refusesRetire(a, signer), do: func() { s.retire(a) },
			msg: &registrytypes.MsgRetireAgent{Owner: text(signer), AgentId: id},
		}
	}
}

func (h *history) setOperator(signer address, id uint64, operator address) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		owner := signer
		if a != nil {
			owner = a.owner
		}
		signed := h.consent(operator, id, owner, signer)
		t := act{
			name: actName("set operator", a), why: append(s.refusesAgent(a, signer, false), signed.why...),
			do:  func() { signed.use(); a.operator = operator },
			msg: &registrytypes.MsgSetOperator{Owner: text(signer), AgentId: id, Operator: text(operator), Consent: signed.consent},
		}
		if a != nil && a.status == retired {
			t.why = append(t.why, registrytypes.ErrWrongStatus)
		}
		if a != nil && a.operator == operator {
			t.why = append(t.why, registrytypes.ErrInvalidMessage)
		}
		return t
	}
}

// signed is an operator's consent with what using it does.
type signed struct {
	consent *registrytypes.OperatorConsent
	why     []error
	use     func()
}

// consent is what an operator signs for an agent of an owner: nothing if it is the sender
// itself. Who has no key here has somebody else sign, which is refused.
func (h *history) consent(operator address, id uint64, owner, sender address) signed {
	if operator == sender {
		return signed{use: func() {}}
	}
	deadline := max(h.s.unix()+3_600, h.s.consents[operator]+1)
	out := signed{use: func() { h.s.consents[operator] = deadline }}
	key := h.b.keys[operator]
	if key == nil {
		key, out.why = h.b.keys[h.b.people[0]], []error{registrytypes.ErrConsentKey}
	}
	terms := registrytypes.ConsentTerms{ChainID: chain.ID, AgentID: id, Owner: text(owner), Operator: text(operator), Deadline: uint64(deadline)}
	signature, err := key.Sign(terms.SignBytes())
	if err != nil {
		panic(err)
	}
	out.consent = &registrytypes.OperatorConsent{PublicKey: key.PubKey().Bytes(), Deadline: uint64(deadline), Signature: signature}
	return out
}

func (h *history) heartbeat(signer address, id uint64) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		t := act{
			name: actName("heartbeat", a), why: s.refusesAgent(a, signer, true), do: func() { a.seen = s.unix() },
			msg: &registrytypes.MsgHeartbeat{Signer: text(signer), AgentId: id},
		}
		if a != nil && a.status == retired {
			t.why = append(t.why, registrytypes.ErrWrongStatus)
		}
		return t
	}
}

func (h *history) update(signer address, id uint64, list []string) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		name := fmt.Sprint("agent ", id, " of ", len(list))
		t := act{
			name: actName("update", a), why: s.refusesAgent(a, signer, true), do: func() { a.skills, a.name, a.seen = list, name, s.unix() },
			msg: &registrytypes.MsgUpdateAgent{Signer: text(signer), AgentId: id, Profile: profile(name, list)},
		}
		if a != nil && a.status == retired {
			t.why = append(t.why, registrytypes.ErrWrongStatus)
		}
		return t
	}
}

// marketSigner returns why somebody can't act for an agent in the job market.
func (s *spec) marketSigner(a *agent, signer address) []error {
	switch {
	case a == nil:
		return []error{registrytypes.ErrAgentNotFound}
	case !a.actsFor(signer):
		return []error{jobmarkettypes.ErrWrongSigner}
	default:
		return nil
	}
}

func (h *history) publish(signer address, id uint64, o offer) func() act {
	return func() act {
		s, a := h.s, h.s.agentByID(id)
		t := act{
			name: "publish", why: s.marketSigner(a, signer),
			msg: &jobmarkettypes.MsgPublishOffer{Signer: text(signer), AgentId: id, Terms: o.terms()},
			do: func() {
				published := o
				published.id, published.stands = uint32(len(a.offers)+1), true
				a.offers = append(a.offers, &published)
			},
		}
		if a == nil {
			return t
		}
		if !o.fits(s.market) {
			t.why = append(t.why, jobmarkettypes.ErrOutsideMarket)
		}
		if a.status == retired || !hasSkill(a.skills, o.skill) {
			t.why = append(t.why, jobmarkettypes.ErrSkillNotFound)
		}
		standing := 0
		for _, other := range a.offers {
			if other.stands {
				standing++
			}
		}
		if standing >= 32 {
			t.why = append(t.why, jobmarkettypes.ErrTooManyOffers)
		}
		return t
	}
}

// offerOf returns a standing offer.
func (s *spec) offerOf(id uint64, offerID uint32) *offer {
	a := s.agentByID(id)
	if a == nil || offerID < 1 || int(offerID) > len(a.offers) || !a.offers[offerID-1].stands {
		return nil
	}
	return a.offers[offerID-1]
}

func (h *history) withdraw(signer address, id uint64, offerID uint32) func() act {
	return func() act {
		s, o := h.s, h.s.offerOf(id, offerID)
		t := act{
			name: "withdraw", why: s.marketSigner(s.agentByID(id), signer), do: func() { o.stands = false },
			msg: &jobmarkettypes.MsgWithdrawOffer{Signer: text(signer), AgentId: id, OfferId: offerID},
		}
		if o == nil {
			t.why = append(t.why, jobmarkettypes.ErrOfferNotFound)
		}
		return t
	}
}

func (h *history) setMarket(by address, p rules) func() act {
	return func() act {
		t := act{name: "set rules", do: func() { h.s.market = p }, msg: &jobmarkettypes.MsgUpdateParams{Authority: text(by), Params: p.message()}}
		if by != h.authority {
			t.why = append(t.why, sdkerrors.ErrUnauthorized)
		}
		if p.feeBps > 2_000 {
			t.why = append(t.why, jobmarkettypes.ErrInvalidParams)
		}
		return t
	}
}

func (h *history) setAgency(by address, p agencyRules) func() act {
	return func() act {
		t := act{name: "set rules of agents", do: func() { h.s.agency = p }, msg: &registrytypes.MsgUpdateParams{Authority: text(by), Params: p.message()}}
		if by != h.authority {
			t.why = append(t.why, sdkerrors.ErrUnauthorized)
		}
		return t
	}
}

func (h *history) setFeeBurn(by address, bps int64) func() act {
	return func() act {
		t := act{name: "set burn", do: func() { h.s.feeBurnBps = bps }, msg: &escrowtypes.MsgUpdateParams{
			Authority: text(by), Params: escrowtypes.Params{FeeBurnBps: uint32(bps)},
		}}
		if by != h.authority {
			t.why = append(t.why, sdkerrors.ErrUnauthorized)
		}
		if bps > 10_000 {
			t.why = append(t.why, escrowtypes.ErrInvalidParams)
		}
		return t
	}
}

// post hires from an agent's offer. Nothing but the form of the message is fixed:
// that the agent and the offer are there, and the money, is the model's to say.
func (h *history) post(msg *jobmarkettypes.MsgPostJob) func() act {
	client := string(sdk.MustAccAddressFromBech32(msg.Client))
	return func() act {
		s := h.s
		t := act{name: "post", msg: msg}
		if n := len(msg.Milestones); n < 1 || n > 16 {
			t.why = []error{jobmarkettypes.ErrInvalidMessage}
			return t
		}
		if s.jobByRef(client, msg.ClientRef) != nil {
			t.name, t.do = "post again", func() {}
			return t
		}
		o := s.offerOf(msg.AgentId, msg.OfferId)
		if o == nil {
			t.why = []error{jobmarkettypes.ErrOfferNotFound}
			if s.agentByID(msg.AgentId) == nil { // it was removed, and its offer may be there
				t.why = append(t.why, registrytypes.ErrAgentNotFound)
			}
			return t
		}
		j := &job{
			client: client, ref: msg.ClientRef, agent: s.agentByID(msg.AgentId), offer: o.id, skill: o.skill,
			milestones: msg.Milestones, review: int64(msg.ReviewSeconds),
		}
		if j.review == 0 {
			j.review = min(s.market.defaultReview, o.maxReview)
		}
		s.price(j)
		t.why, t.do = s.refusesPost(j, o), func() { s.post(j) }
		return t
	}
}

// step takes an action on a milestone of a job. Only the agent's actions and the
// timeout have a signer; the client's are the client's.
func (h *history) step(client address, sequence uint64, by action, milestone uint32, signer address) func() act {
	result := market.Result(fmt.Sprint(h.r.Uint64()))
	return func() act {
		s, j := h.s, h.s.jobByID(client, sequence)
		t := act{name: string(by), msg: stepMessage(client, sequence, by, milestone, signer, result), do: func() { s.take(j, by, result) }}
		switch {
		case sequence == 0, by != timeout && (milestone < 1 || milestone > 16):
			t.why = []error{jobmarkettypes.ErrInvalidMessage}
			return t
		case j == nil:
			t.why = []error{jobmarkettypes.ErrJobNotFound}
			return t
		}
		t.why = s.refuses(j, by, milestone)
		if (by == submit || by == quit) && !j.agent.actsFor(signer) {
			t.why = append(t.why, jobmarkettypes.ErrWrongSigner)
		}
		if j.parked {
			t.name += " of a parked job"
		}
		return t
	}
}

func stepMessage(client address, sequence uint64, by action, milestone uint32, signer address, result jobmarkettypes.Result) sdk.Msg {
	who, of := text(signer), text(client)
	switch by {
	case submit:
		return &jobmarkettypes.MsgSubmitMilestone{Signer: who, Client: of, Sequence: sequence, Milestone: milestone, Result: result}
	case quit:
		return &jobmarkettypes.MsgQuitMilestone{Signer: who, Client: of, Sequence: sequence, Milestone: milestone}
	case accept:
		return &jobmarkettypes.MsgAcceptMilestone{Client: of, Sequence: sequence, Milestone: milestone}
	case reject:
		reason := jobmarkettypes.REJECT_REASON_INCORRECT
		return &jobmarkettypes.MsgRejectMilestone{Client: of, Sequence: sequence, Milestone: milestone, Reason: reason}
	case cancel:
		return &jobmarkettypes.MsgCancelMilestone{Client: of, Sequence: sequence, Milestone: milestone}
	case waive:
		return &jobmarkettypes.MsgWaiveMilestone{Client: of, Sequence: sequence, Milestone: milestone}
	case timeout:
		return &jobmarkettypes.MsgTriggerTimeout{Sender: who, Client: of, Sequence: sequence}
	default:
		panic("no such action: " + by)
	}
}
