package card

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Card is what clients and workers need of an agent card of A2A 1.0. It is for reading:
// what it doesn't hold is lost, so it is neither hashed nor signed.
type Card struct {
	Name               string       `json:"name"`
	Description        string       `json:"description"`
	Version            string       `json:"version"`
	Interfaces         []Interface  `json:"supportedInterfaces"`
	Provider           *Provider    `json:"provider,omitempty"`
	Capabilities       Capabilities `json:"capabilities"`
	DefaultInputModes  []string     `json:"defaultInputModes"`
	DefaultOutputModes []string     `json:"defaultOutputModes"`
	Skills             []Skill      `json:"skills"`
	DocumentationURL   string       `json:"documentationUrl,omitempty"`
}

// Interface is an address of an agent, and what is spoken there.
type Interface struct {
	URL             string `json:"url"`
	Binding         string `json:"protocolBinding"`
	ProtocolVersion string `json:"protocolVersion"`
	// Tenant goes into each request, if it is not empty. The chain has none.
	Tenant string `json:"tenant,omitempty"`
}

// Provider is who runs the agent, by its own word.
type Provider struct {
	Organization string `json:"organization"`
	URL          string `json:"url"`
}

// Capabilities are what else the agent says it can do.
type Capabilities struct {
	Streaming         bool `json:"streaming,omitempty"`
	PushNotifications bool `json:"pushNotifications,omitempty"`
	ExtendedAgentCard bool `json:"extendedAgentCard,omitempty"`
}

// Skill is one thing that the agent does.
type Skill struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Tags        []string `json:"tags"`
	// InputModes and OutputModes stand in place of the card's, unless they are empty.
	InputModes  []string `json:"inputModes,omitempty"`
	OutputModes []string `json:"outputModes,omitempty"`
}

// Parse reads a card of A2A 1.0. All that the specification requires must be there and
// of its kind, at least one interface too, also where Card doesn't hold it; members that
// the specification doesn't know are passed over.
func Parse(card []byte) (Card, error) {
	// From the canonical form, so that everybody who reads the card reads the same.
	canonical, err := canonicalCard(card)
	if err != nil {
		return Card{}, err
	}
	object, err := decodeObject(canonical)
	if err != nil {
		return Card{}, err
	}
	if err := messageCard.check("", object); err != nil {
		return Card{}, err
	}
	var parsed Card
	if err := json.Unmarshal(canonical, &parsed); err != nil {
		return Card{}, formatError("card: expected the members of an A2A 1.0 card: %v", err)
	}
	if len(parsed.Interfaces) == 0 {
		return Card{}, formatError("card: supportedInterfaces: expected at least 1, got 0")
	}
	return parsed, nil
}

// Registration is what the chain says of an agent and its card must say too.
type Registration struct {
	// Name is the agent's; empty if it doesn't matter.
	Name string
	// Interfaces are all of the agent's, in any order.
	Interfaces []Interface
}

// Match returns an error that matches ErrMismatch if the card names another agent than
// the registered one: another name, an interface that is not registered, or not all of
// those that are. Addresses are compared byte by byte, tenants not at all.
func (c Card) Match(r Registration) error {
	if r.Name != "" && c.Name != r.Name {
		return mismatch("card: name: expected %s, got %s", shown(r.Name), shown(c.Name))
	}
	for i, named := range c.Interfaces {
		if !slices.ContainsFunc(r.Interfaces, named.same) {
			return mismatch("card: supportedInterfaces[%d]: expected a registered interface, got %s", i, named)
		}
	}
	for _, want := range r.Interfaces {
		if !slices.ContainsFunc(c.Interfaces, want.same) {
			return mismatch("card: supportedInterfaces: expected %s too, as registered", want)
		}
	}
	return nil
}

func (i Interface) same(other Interface) bool {
	return i.URL == other.URL && i.Binding == other.Binding && i.ProtocolVersion == other.ProtocolVersion
}

// String shows the interface in an error.
func (i Interface) String() string {
	return fmt.Sprintf("%s %s at %s", shown(i.Binding), shown(i.ProtocolVersion), shown(i.URL))
}

func mismatch(format string, args ...any) error {
	return &kindError{kind: ErrMismatch, text: fmt.Sprintf(format, args...)}
}
