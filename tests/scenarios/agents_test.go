package scenarios_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/index/query"
	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/market"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// agent returns an agent as the registry has it.
func (s *story) record(id uint64) registrytypes.AgentRecord {
	s.t.Helper()
	res, err := registrytypes.NewQueryClient(s.Conn()).Agent(s.t.Context(), &registrytypes.QueryAgentRequest{AgentId: id})
	if err != nil {
		s.t.Fatal(err)
	}
	return res.Agent
}

// expectStatus compares where an agent stands.
func (s *story) expectStatus(id uint64, want registrytypes.AgentStatus) {
	s.t.Helper()
	if got := s.record(id).Agent.Status; got != want {
		s.t.Fatalf("agent %d: expected %s, got %s", id, want.Text(), got.Text())
	}
}

// registered registers an agent and returns its id.
func (s *story) registered(msg *registrytypes.MsgRegisterAgent, owner *chain.Account) uint64 {
	s.t.Helper()
	var res registrytypes.MsgRegisterAgentResponse
	s.Unpack(s.Tx(owner, msg).MustDeliver().Data, &res)
	return res.AgentId
}

// TestScenario12_Registration: an agent with one skill is pending, and active once it has
// a bond; the supply falls by exactly the 1 AIT that is burned. What is malformed is
// refused with the field's name, and nothing changes.
func TestScenario12_Registration(t *testing.T) {
	s := newStory(t)
	owner := s.Account(2)
	supply, had := s.Supply().Amount.Int64(), s.uait(owner)
	id := s.registered(market.Register(owner, chain.AIT(0)), owner)
	s.expectStatus(id, registrytypes.AGENT_STATUS_PENDING)
	s.expect("supply", supply-s.Supply().Amount.Int64(), unit)
	s.expect("owner", s.uait(owner)-had, -unit-txFee)
	s.Tx(owner, &registrytypes.MsgBondAgent{Owner: owner.String(), AgentId: id, Amount: ait(25)}).MustDeliver()
	s.expectStatus(id, registrytypes.AGENT_STATUS_ACTIVE)
	s.expect("vault", s.vault(owner), 25*unit)

	profile := func(change func(*registrytypes.Profile)) *registrytypes.MsgRegisterAgent {
		msg := market.Register(owner, chain.AIT(0))
		change(&msg.Profile)
		return msg
	}
	for name, bad := range map[string]struct {
		msg   *registrytypes.MsgRegisterAgent
		field string
		want  *errorsmod.Error
	}{
		"bad address":              {&registrytypes.MsgRegisterAgent{Owner: owner.String(), Payout: "ait1x", Profile: market.Profile("abc")}, "payout", sdkerrors.ErrInvalidAddress},
		"no skill":                 {profile(func(p *registrytypes.Profile) { p.Skills = nil }), "profile.skills", registrytypes.ErrInvalidProfile},
		"name of 2":                {profile(func(p *registrytypes.Profile) { p.Name = "ab" }), "profile.name", registrytypes.ErrInvalidProfile},
		"name of 65":               {profile(func(p *registrytypes.Profile) { p.Name = strings.Repeat("a", 65) }), "profile.name", registrytypes.ErrInvalidProfile},
		"endpoint without http":    {profile(func(p *registrytypes.Profile) { p.Interfaces[0].Url = "ftp://agent.example" }), "profile.interfaces[0].url", registrytypes.ErrInvalidProfile},
		"endpoint with password":   {profile(func(p *registrytypes.Profile) { p.Interfaces[0].Url = "https://a:b@agent.example" }), "profile.interfaces[0].url", registrytypes.ErrInvalidProfile},
		"33 skills":                {profile(func(p *registrytypes.Profile) { p.Skills = manySkills(33) }), "profile.skills", registrytypes.ErrInvalidProfile},
		"a skill twice":            {profile(func(p *registrytypes.Profile) { p.Skills = append(p.Skills, p.Skills[0]) }), "profile.skills[1].id", registrytypes.ErrInvalidProfile},
		"record of too many bytes": {profile(func(p *registrytypes.Profile) { p.Skills = bigSkills() }), "profile", registrytypes.ErrInvalidProfile},
	} {
		t.Run(name, func(t *testing.T) {
			block := s.NextBlock(s.Tx(owner, bad.msg).Bytes())
			expectCode(t, block, 0, bad.want)
			if log := block.Results[0].Log; !strings.HasPrefix(log, bad.field+":") && !strings.Contains(log, " "+bad.field+":") {
				t.Errorf("expected the log to name %s, got %q", bad.field, log)
			}
		})
	}
	// An internal host is refused by a rule that governance can change, so by the state.
	inside := profile(func(p *registrytypes.Profile) { p.Interfaces[0].Url = "http://127.0.0.1:8080" })
	s.refused(owner, inside, registrytypes.ErrInvalidProfile)
	if after := s.record(id); after.Bond.Bonded.Int64() != 25*unit {
		t.Errorf("expected the bond to stay, got %s", after.Bond.Bonded)
	}
}

func manySkills(n int) []registrytypes.Skill {
	template := market.Profile("x").Skills[0]
	skills := make([]registrytypes.Skill, n)
	for i := range skills {
		skills[i] = template
		skills[i].Id = fmt.Sprintf("text.skill-%d", i)
	}
	return skills
}

// bigSkills are valid each by itself, and too long together.
func bigSkills() []registrytypes.Skill {
	skills := manySkills(32)
	for i := range skills {
		for j := range 8 {
			skills[i].Tags = append(skills[i].Tags, strings.Repeat(fmt.Sprint(j), 32))
		}
		skills[i].Tags = skills[i].Tags[len(skills[i].Tags)-8:]
		for j := range 7 {
			skills[i].InputMediaTypes = append(skills[i].InputMediaTypes, "text/"+strings.Repeat(fmt.Sprint(j), 100))
		}
	}
	return skills
}

// asked returns the read model of the story's node as people ask it.
func (s *story) asked() indexv1.QueryServer {
	s.t.Helper()
	if _, err := s.App.Info(&abci.RequestInfo{}); err != nil {
		s.t.Fatal(err)
	}
	for s.App.Index().Height() != s.App.LastBlockHeight() {
		select {
		case <-s.t.Context().Done():
			s.t.Fatal("the read model does not catch up")
		case <-time.After(time.Millisecond):
		}
	}
	return query.NewServer(s.App.Index())
}

func withIndex(t *testing.T) []chain.Option {
	t.Helper()
	return []chain.Option{
		chain.WithAppOption("index.enable", true), chain.WithAppOption("index.source", filepath.Join(t.TempDir(), "index.db")),
	}
}

// able returns an agent with this skill at this price.
func (s *story) able(owner *chain.Account, name, skill string, price sdk.Coin) uint64 {
	s.t.Helper()
	msg := market.Register(owner, chain.AIT(25))
	kind, _, _ := strings.Cut(skill, ".")
	it := &msg.Profile.Skills[0]
	msg.Profile.Name, it.Id, it.Name, it.Tags, it.Price = name, skill, "Work", []string{kind}, market.Price(price)
	return s.registered(msg, owner)
}

// TestScenario13_Search: a search for text generation finds exactly the text agent, one
// for a skill that nobody has finds nobody, and paused agents are invisible.
func TestScenario13_Search(t *testing.T) {
	s := newStory(t, withIndex(t)...)
	writer := s.able(s.Account(2), "Writer", "text.generation", ait(1))
	painter := s.able(s.Account(3), "Painter", "image.generation", ait(1))
	find := func(req *indexv1.QuerySearchAgentsRequest) []uint64 {
		t.Helper()
		res, err := s.asked().SearchAgents(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if res.Head.Height != uint64(s.App.LastBlockHeight()) {
			t.Errorf("expected the answer to tell height %d, got %d", s.App.LastBlockHeight(), res.Head.Height)
		}
		var ids []uint64
		for _, hit := range res.Agents {
			ids = append(ids, hit.Agent.Id)
		}
		slices.Sort(ids)
		return ids
	}
	expect := func(what string, got []uint64, want ...uint64) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: expected agents %v, got %v", what, want, got)
		}
	}
	expect("text-generation", find(&indexv1.QuerySearchAgentsRequest{Text: "text-generation"}), writer)
	expect("its skill", find(&indexv1.QuerySearchAgentsRequest{SkillsAny: []string{"text.generation"}}), writer)
	expect("generation", find(&indexv1.QuerySearchAgentsRequest{Text: "generation"}), writer, painter)
	expect("a skill of nobody", find(&indexv1.QuerySearchAgentsRequest{SkillsAny: []string{"audio.generation"}}))
	s.Tx(s.Account(2), &registrytypes.MsgPauseAgent{Signer: s.Account(2).String(), AgentId: writer}).MustDeliver()
	expect("paused", find(&indexv1.QuerySearchAgentsRequest{Text: "text-generation"}))
}

// TestScenario14_LifeCycle: a pending agent can't drain; a retired one stays so and its id
// never returns; one that is silent for 7 days is paused without any message; a paused or
// suspended agent finishes its work and is paid.
func TestScenario14_LifeCycle(t *testing.T) {
	s := newStory(t)
	owner := s.Account(2)
	pending := s.registered(market.Register(owner, chain.AIT(0)), owner)
	retire := func(id uint64) *registrytypes.MsgRetireAgent {
		return &registrytypes.MsgRetireAgent{Owner: owner.String(), AgentId: id}
	}
	s.refused(owner, retire(pending), registrytypes.ErrWrongStatus)

	id := s.registered(market.Register(owner, chain.AIT(25)), owner)
	s.Tx(owner, retire(id)).MustDeliver()
	s.expectStatus(id, registrytypes.AGENT_STATUS_RETIRED)
	for _, msg := range []sdk.Msg{
		&registrytypes.MsgResumeAgent{Signer: owner.String(), AgentId: id},
		&registrytypes.MsgBondAgent{Owner: owner.String(), AgentId: id, Amount: ait(25)},
		retire(id),
	} {
		s.refused(owner, msg, registrytypes.ErrWrongStatus)
	}
	if next := s.registered(market.Register(owner, chain.AIT(25)), owner); next != id+1 {
		t.Errorf("expected an id that was never used, %d, got %d", id+1, next)
	}

	// Paused: what was begun is finished and paid.
	client, worker := s.client, s.agent.Owner
	job := s.agent.Hire(t, s.Chain, client, ait(1))
	s.Tx(worker, &registrytypes.MsgPauseAgent{Signer: worker.String(), AgentId: s.agent.ID}).MustDeliver()
	s.refused(client, market.Post(client, s.agent.ID, s.agent.Offer, ait(1)), registrytypes.ErrNotHireable)
	had := s.uait(worker)
	s.Tx(worker, market.Submit(worker, client, job, 1)).MustDeliver()
	s.Tx(client, market.Accept(client, job, 1)).MustDeliver()
	s.expect("paid while paused", s.uait(worker)-had, 975_000-txFee)

	// Suspended by governance: the same.
	s.Tx(worker, &registrytypes.MsgResumeAgent{Signer: worker.String(), AgentId: s.agent.ID}).MustDeliver()
	job = s.agent.Hire(t, s.Chain, client, ait(1))
	s.Govern(&registrytypes.MsgSuspendAgent{Authority: s.Authority(), AgentId: s.agent.ID, Seconds: 3_600})
	s.expectStatus(s.agent.ID, registrytypes.AGENT_STATUS_SUSPENDED)
	s.refused(worker, &registrytypes.MsgResumeAgent{Signer: worker.String(), AgentId: s.agent.ID}, registrytypes.ErrWrongStatus)
	if live := market.Record(t, s.Chain, client, job).Progress; live.Live() == jobmarkettypes.MILESTONE_STATUS_WORKING {
		had = s.uait(worker)
		s.Tx(worker, market.Submit(worker, client, job, 1)).MustDeliver()
		s.Tx(client, market.Accept(client, job, 1)).MustDeliver()
		s.expect("paid while suspended", s.uait(worker)-had, 975_000-txFee)
	} else {
		t.Errorf("expected the vote to end before the delivery, got %s", live.Live())
	}
}

// shortTime is what stands for the week of silence and the day of a new payout address in
// these stories: market time advances by ten seconds a block at most.
const shortTime = 20 * time.Minute

// hasty is a genesis in which they take shortTime.
func hasty() chain.Option {
	return chain.WithGenesis(func(cdc codec.Codec, genesis app.GenesisState) {
		chain.ChangeGenesis(cdc, genesis, registrytypes.ModuleName, &registrytypes.GenesisState{}, func(gs *registrytypes.GenesisState) {
			gs.Params.SilenceSeconds, gs.Params.PayoutDelaySeconds = uint64(shortTime/time.Second), uint64(shortTime/time.Second)
		})
	})
}

// TestScenario14_Silence: an agent that gives no sign of life for 7 days is paused by the
// chain itself; one that does is not.
func TestScenario14_Silence(t *testing.T) {
	s := newStory(t, hasty())
	if week := uint64(7 * 24 * 60 * 60); registrytypes.DefaultParams().SilenceSeconds != week {
		t.Errorf("expected 7 days by default, got %d s", registrytypes.DefaultParams().SilenceSeconds)
	}
	loud := market.NewAgent(t, s.Chain, s.Account(2), 25)
	s.pass(shortTime / 2)
	s.Tx(loud.Owner, &registrytypes.MsgHeartbeat{Signer: loud.Owner.String(), AgentId: loud.ID}).MustDeliver()
	s.pass(shortTime/2 + time.Minute)
	s.expectStatus(s.agent.ID, registrytypes.AGENT_STATUS_PAUSED)
	if why := s.record(s.agent.ID).Agent.PauseReason; why != registrytypes.PAUSE_REASON_SILENCE {
		t.Errorf("expected silence as the reason, got %s", why)
	}
	s.expectStatus(loud.ID, registrytypes.AGENT_STATUS_ACTIVE)
}

// TestScenario15_Matching: the node ranks real agents as docs/matching.md says, ties by
// price and then by the hash. The golden of 50 agents and 10 jobs is in types/match.
func TestScenario15_Matching(t *testing.T) {
	s := newStory(t, withIndex(t)...)
	cheap := s.able(s.Account(2), "Cheap", "data.clean", chain.Uait(400_000))
	dear := s.able(s.Account(3), "Dear", "data.clean", chain.Uait(900_000))
	tooDear := s.able(s.Account(4), "Too dear", "data.clean", chain.Uait(1_000_001))
	res, err := s.asked().MatchAgents(t.Context(), &indexv1.QueryMatchAgentsRequest{
		Requirement: indexv1.Requirement{Skill: "data.clean", Cap: 1_000_000, DeliverySeconds: 600, Client: s.Account(5).String(), Preset: indexv1.PRESET_CHEAPEST},
	})
	if err != nil {
		t.Fatal(err)
	}
	var ids []uint64
	for _, m := range res.Matches {
		ids = append(ids, m.Agent.Id)
		if len(m.Terms) != 5 || m.Terms[0].Reason == "" {
			t.Errorf("agent %d: expected five terms with reasons, got %v", m.Agent.Id, m.Terms)
		}
	}
	if want := []uint64{cheap, dear}; !slices.Equal(ids, want) {
		t.Errorf("expected agents %v without %d, got %v", want, tooDear, ids)
	}
}

// consent is what an operator signs for an agent of the chain.
func (s *story) consent(operator *chain.Account, terms registrytypes.ConsentTerms) *registrytypes.OperatorConsent {
	s.t.Helper()
	terms.Operator = operator.String()
	signature, err := operator.Key.Sign(terms.SignBytes())
	if err != nil {
		s.t.Fatal(err)
	}
	return &registrytypes.OperatorConsent{PublicKey: operator.Key.PubKey().Bytes(), Deadline: terms.Deadline, Signature: signature}
}

// TestScenario16_Keys: after a rotation the old operator can't sign any more; a new payout
// address acts after 24 h; a consent for another chain, or one that was used, is refused.
func TestScenario16_Keys(t *testing.T) {
	s := newStory(t, hasty())
	if day := uint64(24 * 60 * 60); registrytypes.DefaultParams().PayoutDelaySeconds != day {
		t.Errorf("expected 24 h by default, got %d s", registrytypes.DefaultParams().PayoutDelaySeconds)
	}
	owner, first, second := s.agent.Owner, s.Account(3), s.Account(4)
	terms := registrytypes.ConsentTerms{ChainID: chain.ID, AgentID: s.agent.ID, Owner: owner.String(), Deadline: uint64(s.Time().Add(time.Hour).Unix())}
	set := func(operator *chain.Account, consent *registrytypes.OperatorConsent) *registrytypes.MsgSetOperator {
		return &registrytypes.MsgSetOperator{Owner: owner.String(), AgentId: s.agent.ID, Operator: operator.String(), Consent: consent}
	}
	foreign := terms
	foreign.ChainID = "other-1"
	s.refused(owner, set(first, s.consent(first, foreign)), registrytypes.ErrConsentSignature)
	s.refused(owner, set(first, nil), registrytypes.ErrConsentRequired)
	consent := s.consent(first, terms)
	s.Tx(owner, set(first, consent)).MustDeliver()
	s.Tx(first, &registrytypes.MsgHeartbeat{Signer: first.String(), AgentId: s.agent.ID}).MustDeliver()

	s.Tx(owner, set(second, s.consent(second, terms))).MustDeliver()
	s.refused(first, &registrytypes.MsgHeartbeat{Signer: first.String(), AgentId: s.agent.ID}, registrytypes.ErrWrongSigner)
	s.refused(owner, set(first, consent), registrytypes.ErrConsentUsed)

	// A registration that was signed for another chain is refused too.
	abroad := market.Register(s.Account(5), chain.AIT(25))
	abroad.Operator = first.String()
	later := registrytypes.ConsentTerms{ChainID: "other-1", Owner: s.Account(5).String(), Deadline: terms.Deadline + 60}
	abroad.Consent = s.consent(first, later)
	s.refused(s.Account(5), abroad, registrytypes.ErrConsentSignature)

	// Payout: the old address gets what is paid within the day, the new one what comes after.
	purse := chain.NewAccount("purse")
	s.Tx(owner, &registrytypes.MsgSetPayout{Owner: owner.String(), AgentId: s.agent.ID, Payout: purse.String()}).MustDeliver()
	pay := func() {
		job := s.agent.Hire(t, s.Chain, s.client, ait(1))
		s.Tx(second, market.Submit(second, s.client, job, 1)).MustDeliver()
		s.Tx(s.client, market.Accept(s.client, job, 1)).MustDeliver()
	}
	before, had := s.uait(owner), s.uait(purse)
	pay()
	s.expect("old payout within the delay", s.uait(owner)-before, 975_000)
	s.pass(shortTime / 2)
	s.Tx(second, &registrytypes.MsgHeartbeat{Signer: second.String(), AgentId: s.agent.ID}).MustDeliver()
	s.pass(shortTime/2 + time.Minute)
	pay()
	s.expect("new payout after it", s.uait(purse)-had, 975_000)
}
