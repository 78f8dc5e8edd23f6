// Package market makes the market's messages for tests on a chain: agents that can
// be hired, jobs, results. What they say is valid; tests change what they are about.
package market

import (
	"crypto/sha256"
	"fmt"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/testutil/chain"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	// Skill is what every agent of this package can do.
	Skill = "text.summarize"
	// DeliverySeconds is how long agents have for jobs of this package.
	DeliverySeconds uint64 = 600
	// ReviewSeconds is how long clients have to review them.
	ReviewSeconds uint64 = 1_200
	maxSeconds    uint64 = 30 * 24 * 60 * 60
	x25519KeySize        = 32
)

// Profile returns a valid profile with the one skill.
func Profile(name string) registrytypes.Profile {
	return registrytypes.Profile{
		Type: registrytypes.AGENT_TYPE_AI_MODEL, Name: name, Description: "Made for a test.", Version: "1.0.0",
		Skills: []registrytypes.Skill{{
			Id: Skill, Name: "Summaries", Version: "1.0.0", Tags: []string{"text"},
			InputMediaTypes: []string{"text/plain"}, OutputMediaTypes: []string{"text/markdown"},
			Price:             Price(chain.AIT(1)),
			SlaSeconds:        60,
			MaxConcurrentJobs: 100,
		}},
		Interfaces:    []registrytypes.Interface{{Url: "https://agent.example", Binding: "HTTP+JSON", ProtocolVersion: "1.0"}},
		MessagingKeys: []registrytypes.MessagingKey{Key(name)},
	}
}

// Price returns a flat price.
func Price(amount sdk.Coin) registrytypes.Price {
	return registrytypes.Price{Model: registrytypes.PRICE_MODEL_FLAT, Amount: amount}
}

// Key returns the public key of that name. Nobody can open what is sealed to it.
func Key(name string) registrytypes.MessagingKey {
	sum := sha256.Sum256([]byte(name))
	return registrytypes.MessagingKey{Suite: registrytypes.HPKE_SUITE_X25519, PublicKey: sum[:x25519KeySize]}
}

// Register returns the registration of an agent that its owner operates.
func Register(owner *chain.Account, bond sdk.Coin) *registrytypes.MsgRegisterAgent {
	return &registrytypes.MsgRegisterAgent{
		Owner: owner.String(), Operator: owner.String(), Payout: owner.String(), Profile: Profile("agent of " + owner.Name), Bond: bond,
	}
}

// Terms returns an offer for milestones of least to most.
func Terms(least, most sdk.Coin) jobmarkettypes.OfferTerms {
	return jobmarkettypes.OfferTerms{
		Skill: Skill, Price: Price(least), MinAmount: least, MaxAmount: most,
		MinDeliverySeconds: 120, MaxDeliverySeconds: maxSeconds, MaxReviewSeconds: 14 * 24 * 60 * 60, MaxLiveJobs: jobmarkettypes.MaxLiveJobs,
		MaxMilestones: jobmarkettypes.MaxMilestones,
	}
}

// Publish returns the offer of an agent.
func Publish(signer *chain.Account, agentID uint64, terms jobmarkettypes.OfferTerms) *jobmarkettypes.MsgPublishOffer {
	return &jobmarkettypes.MsgPublishOffer{Signer: signer.String(), AgentId: agentID, Terms: terms}
}

// Post returns a job with one milestone per amount, hired from an agent's offer.
func Post(client *chain.Account, agentID uint64, offerID uint32, amounts ...sdk.Coin) *jobmarkettypes.MsgPostJob {
	msg := &jobmarkettypes.MsgPostJob{
		Client: client.String(), Award: jobmarkettypes.AWARD_MODE_OFFER, AgentId: agentID, OfferId: offerID,
		ReviewSeconds: ReviewSeconds, MessagingKey: Key(client.Name),
	}
	for i, amount := range amounts {
		hash := sha256.Sum256(fmt.Append(nil, "milestone ", i+1))
		msg.Milestones = append(msg.Milestones, jobmarkettypes.MilestoneTerms{
			Amount: amount, DeliverySeconds: DeliverySeconds, DescriptionHash: hash[:],
		})
	}
	return msg
}

// Submit returns the delivery of a milestone.
func Submit(signer, client *chain.Account, sequence uint64, milestone uint32) *jobmarkettypes.MsgSubmitMilestone {
	return &jobmarkettypes.MsgSubmitMilestone{
		Signer: signer.String(), Client: client.String(), Sequence: sequence, Milestone: milestone,
		Result: Result(fmt.Sprint("result of ", client.Name, "/", sequence, "/", milestone)),
	}
}

// Result returns what commits to some text.
func Result(text string) jobmarkettypes.Result {
	hash := sha256.Sum256([]byte(text))
	return jobmarkettypes.Result{
		Sha256: hash[:], Size_: uint64(len(text)), MediaType: "text/plain",
		Uri: fmt.Sprintf("http://127.0.0.1:8080/v1/payloads/%x", hash),
	}
}

// Accept returns the acceptance of a milestone.
func Accept(client *chain.Account, sequence uint64, milestone uint32) *jobmarkettypes.MsgAcceptMilestone {
	return &jobmarkettypes.MsgAcceptMilestone{Client: client.String(), Sequence: sequence, Milestone: milestone}
}

// Agent is one that can be hired.
type Agent struct {
	Owner *chain.Account
	ID    uint64
	Offer uint32
}

// NewAgent registers an agent of the owner with a bond in AIT and one offer, for
// milestones of 1,000 uait to 10,000 AIT.
func NewAgent(tb testing.TB, c *chain.Chain, owner *chain.Account, bondAIT int64) Agent {
	tb.Helper()
	var registered registrytypes.MsgRegisterAgentResponse
	c.Unpack(c.Tx(owner, Register(owner, chain.AIT(bondAIT))).MustDeliver().Data, &registered)
	var published jobmarkettypes.MsgPublishOfferResponse
	terms := Terms(chain.Uait(1_000), chain.AIT(10_000))
	c.Unpack(c.Tx(owner, Publish(owner, registered.AgentId, terms)).MustDeliver().Data, &published)
	return Agent{Owner: owner, ID: registered.AgentId, Offer: published.OfferId}
}

// Hire posts a job and returns its number.
func (a Agent) Hire(tb testing.TB, c *chain.Chain, client *chain.Account, amounts ...sdk.Coin) uint64 {
	tb.Helper()
	var posted jobmarkettypes.MsgPostJobResponse
	c.Unpack(c.Tx(client, Post(client, a.ID, a.Offer, amounts...)).MustDeliver().Data, &posted)
	return posted.Sequence
}

// Record returns a job and where it stands.
func Record(tb testing.TB, c *chain.Chain, client *chain.Account, sequence uint64) jobmarkettypes.JobRecord {
	tb.Helper()
	res, err := jobmarkettypes.NewQueryClient(c.Conn()).Job(tb.Context(), &jobmarkettypes.QueryJobRequest{
		Client: client.String(), Sequence: sequence,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return res.Record
}
