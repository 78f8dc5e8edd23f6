package agent_test

import (
	"slices"
	"strings"
	"testing"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/agent"
	"github.com/aitbc/aitbc/client/seal"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// publishBed is an owner without an agent yet.
func publishBed(t *testing.T) *bed {
	t.Helper()
	b := newBed(t)
	b.config.Agent.ID = 0
	clear(b.chain.agents)
	return b
}

func (b *bed) publish() agent.Published {
	b.t.Helper()
	done, err := agent.Publish(b.t.Context(), b.config, b.chain, owner, []seal.PublicKey{b.key.Public()})
	if err != nil {
		b.t.Fatal(err)
	}
	return done
}

func TestPublish(t *testing.T) {
	b := publishBed(t)
	done := b.publish()
	if !done.Registered || done.AgentID != 1 || done.Bonded.String() != "25000000" || done.Updated ||
		!slices.Equal(done.Offered, []string{"text.summarize"}) || done.Status != registrytypes.AGENT_STATUS_ACTIVE {
		t.Fatalf("got %+v", done)
	}
	// Again, without the id having been noted: nothing happens.
	sent := len(b.chain.sent)
	if again := b.publish(); again.AgentID != 1 || again.Registered || len(again.Txs) != 0 || len(b.chain.sent) != sent {
		t.Errorf("got %+v", again)
	}
	// What changes is changed, and nothing else.
	b.config.Agent.ID = 1
	b.config.Agent.Bond, b.config.Agent.Description = "30", "Now with keywords"
	b.config.Offers = []agent.OfferConfig{
		{Skill: "text.summarize", Price: "2"}, {Skill: "text.keywords", Price: "1"},
	}
	changed := b.publish()
	if changed.Registered || changed.Bonded.String() != "5000000" || !changed.Updated || len(changed.Withdrawn) != 1 ||
		!slices.Equal(changed.Offered, []string{"text.summarize", "text.keywords"}) || len(changed.Txs) != 1 {
		t.Errorf("got %+v", changed)
	}
	if again := b.publish(); len(again.Txs) != 0 {
		t.Errorf("got %+v", again)
	}
	// One of two offers goes, the other stays as it is.
	b.config.Offers = b.config.Offers[:1]
	if fewer := b.publish(); len(fewer.Withdrawn) != 1 || len(fewer.Offered) != 0 || len(b.chain.offers) != 1 {
		t.Errorf("got %+v", fewer)
	}
	// A lower bond takes nothing out.
	b.config.Agent.Bond = "1"
	if lower := b.publish(); len(lower.Txs) != 0 {
		t.Errorf("got %+v", lower)
	}
}

// Interrupted after the registration, it goes on with the agent that is there.
func TestPublishIsInterrupted(t *testing.T) {
	b := publishBed(t)
	b.chain.after = func(sdk.Msg) error { return errDown }
	if _, err := agent.Publish(t.Context(), b.config, b.chain, owner, []seal.PublicKey{b.key.Public()}); err == nil {
		t.Fatal("expected an error")
	}
	b.chain.after = nil
	if done := b.publish(); done.AgentID != 1 || done.Registered || len(b.chain.agents) != 1 || len(done.Offered) != 1 {
		t.Errorf("got %+v", done)
	}
}

func TestPublishErrors(t *testing.T) {
	for want, change := range map[string]func(*bed){
		"agent.id: expected an agent of chain aitbc-test-1, got 5": func(b *bed) { b.config.Agent.ID = 5 },
		"chain_id: expected that of the node":                      func(b *bed) { b.config.ChainID = "other-1" },
		"agent.id: expected an agent that is not retired, got 7": func(b *bed) {
			b.setAgent(func(a *registrytypes.AgentRecord) { a.Agent.Status = registrytypes.AGENT_STATUS_RETIRED })
		},
		"key.name: expected the key of agent 7's owner a or operator b": func(b *bed) {
			b.setAgent(func(a *registrytypes.AgentRecord) { a.Agent.Owner, a.Agent.Operator = "a", "b" })
		},
		"agent.bond: expected the owner a to add 5000000uait": func(b *bed) {
			b.setAgent(func(a *registrytypes.AgentRecord) {
				a.Agent.Owner, a.Bond.Unbonding = "a", sdkmath.NewInt(5_000_000)
			})
		},
		"ask for the chain: connection refused": func(b *bed) { b.chain.down = true },
		"publish the configuration: ": func(b *bed) {
			b.chain.before = func(sdk.Msg) error { return errDown }
		},
	} {
		b := newBed(t)
		change(b)
		_, err := agent.Publish(t.Context(), b.config, b.chain, owner, []seal.PublicKey{b.key.Public()})
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("expected %q, got %v", want, err)
		}
	}
}

func TestProfileKeys(t *testing.T) {
	b := newBed(t)
	var keys []seal.PublicKey
	for _, suite := range []seal.Suite{seal.X25519MLKEM768, seal.X25519, seal.X25519} {
		key, err := seal.GenerateKey(suite)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key.Public())
	}
	profile, err := b.config.Profile(keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := profile.Validate(); err != nil {
		t.Fatal(err)
	}
	if n := len(profile.MessagingKeys); n != 2 || string(profile.MessagingKeys[1].PublicKey) != string(keys[1].Bytes()) {
		t.Errorf("expected the first of each suite, got %d", n)
	}
}
