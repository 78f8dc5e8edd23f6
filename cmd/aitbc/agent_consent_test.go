package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// setOperator does what the registry does.
func (n *fakeNode) setOperator(m *registrytypes.MsgSetOperator) error {
	a := &n.agents[m.AgentId-1].Agent
	if m.Owner != a.Owner {
		return registrytypes.ErrWrongSigner
	}
	if m.Operator != a.Owner {
		if m.Consent == nil {
			return registrytypes.ErrConsentRequired
		}
		if err := m.Consent.CheckTime(marketNow+10, 0); err != nil {
			return err
		}
		if err := m.Consent.Verify(registrytypes.ConsentTerms{
			ChainID: testChain, AgentID: m.AgentId, Owner: m.Owner, Operator: m.Operator, Deadline: m.Consent.Deadline,
		}, sdk.MustAccAddressFromBech32(m.Operator)); err != nil {
			return err
		}
	}
	a.Operator = m.Operator
	return nil
}

// A consent is the JSON of its message, signed for this chain and no longer than said.
func TestAgentConsent(t *testing.T) {
	n := newNode(t)
	alice, bob := n.keys["alice"], n.keys["bob"]
	out := n.must("agent", "consent", "--key", "bob", "--agent", "7", "--owner", alice, "--valid", "2h", "-o", "json")
	var consent registrytypes.OperatorConsent
	if err := codec.NewProtoCodec(codectypes.NewInterfaceRegistry()).UnmarshalJSON([]byte(out), &consent); err != nil {
		t.Fatalf("expected the JSON of the message, got %q: %v", out, err)
	}
	if want := uint64(marketNow + 10 + 2*60*60); consent.Deadline != want {
		t.Errorf("expected deadline %d, got %d", want, consent.Deadline)
	}
	terms := registrytypes.ConsentTerms{ChainID: testChain, AgentID: 7, Owner: alice, Operator: bob, Deadline: consent.Deadline}
	if err := consent.Verify(terms, sdk.MustAccAddressFromBech32(bob)); err != nil {
		t.Error(err)
	}
	contains(t, n.must("agent", "consent", "--key", "bob", "--owner", alice), "0 of "+alice+" on "+testChain, bob, "UTC")
	if len(n.sent) != 0 {
		t.Errorf("expected nothing sent, got %v", n.sent)
	}
	for want, args := range map[string][]string{
		"--key: expected the operator's key":         {"--owner", alice},
		"--key: expected a key of the keyring":       {"--key", "eve", "--owner", alice},
		"--owner: expected an address":               {"--key", "bob", "--owner", "'; DROP TABLE agents; --"},
		"--valid: expected 1s to 168h, got 0s":       {"--key", "bob", "--owner", alice, "--valid", "0s"},
		"--valid: expected 1s to 168h, got 168h0m1s": {"--key", "bob", "--owner", alice, "--valid", "168h1s"},
		"--agent: expected a value of type uint64":   {"--key", "bob", "--owner", alice, "--agent", "-1"},
	} {
		if _, _, err := n.aitbc(append([]string{"agent", "consent"}, args...)...); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("expected an error with %q, got %v", want, err)
		}
	}
}

// Another key of the keyring signs an agent's work, and the owner takes it back.
func TestAgentOperator(t *testing.T) {
	n := newNode(t)
	alice, bob := n.keys["alice"], n.keys["bob"]
	contains(t, n.must("agent", "init", "--name", "Ada", "--from", "alice", "--operator", "bob"), "1 (Ada), active")
	if got := n.agents[0].Agent; got.Owner != alice || got.Operator != bob {
		t.Fatalf("expected alice's agent operated by bob, got %v", got)
	}
	path := filepath.Join(n.home, "agents", "alice", "agent.yaml")
	key := func(want string) {
		t.Helper()
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		contains(t, string(raw), "name: "+want)
	}
	key(`"bob"`)
	sent := len(n.sent)
	n.must("agent", "init", "--name", "Ada", "--from", "alice", "--operator", "bob")
	if len(n.sent) != sent {
		t.Errorf("expected that nothing is sent again, got %v", n.sent[sent:])
	}
	if _, _, err := n.aitbc("agent", "operator", "alice", "--config", path); err == nil || !strings.HasPrefix(err.Error(), "--from: expected the key of agent 1's owner") {
		t.Errorf("expected that the operator can't change who operates, got %v", err)
	}
	key(`"bob"`)
	var got operatorResult
	decode(t, n.must("agent", "operator", "alice", "--config", path, "--from", "alice", "-o", "json"), &got)
	if got.AgentID != 1 || got.Operator != alice || got.Key != "alice" || got.Tx == "" || n.agents[0].Agent.Operator != alice {
		t.Errorf("unexpected result %+v of %v", got, n.agents[0].Agent)
	}
	key(`"alice"`)
	if _, _, err := n.aitbc("agent", "operator", "eve", "--config", path); err == nil || !strings.HasPrefix(err.Error(), "KEY: expected a key of the keyring") {
		t.Errorf("expected that there is no eve, got %v", err)
	}
}
