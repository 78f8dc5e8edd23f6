package types

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// What other networks read about an agent is a view of its record. Both documents are
// written field by field in a fixed order, so that the same record gives the same text.

const (
	// CardExtension names what an agent card of this chain says beyond A2A 1.0.
	CardExtension = "urn:aitbc:agentregistry:v1"
	// Erc8004Type is the type of an ERC-8004 registration file.
	Erc8004Type = "https://eips.ethereum.org/EIPS/eip-8004#registration-v1"
)

// RegistryName returns the registry's name among chains, after CAIP-2:
// cosmos:<chain id>:agentregistry.
func RegistryName(chainID string) string { return "cosmos:" + chainID + ":" + ModuleName }

// AgentName returns an agent's name among chains: the registry's and its id.
func AgentName(chainID string, agentID uint64) string {
	return fmt.Sprintf("%s:%d", RegistryName(chainID), agentID)
}

type cardJSON struct {
	Name                string              `json:"name"`
	Description         string              `json:"description"`
	Version             string              `json:"version"`
	SupportedInterfaces []cardInterfaceJSON `json:"supportedInterfaces"`
	Capabilities        cardCapabilities    `json:"capabilities"`
	DefaultInputModes   []string            `json:"defaultInputModes"`
	DefaultOutputModes  []string            `json:"defaultOutputModes"`
	Skills              []cardSkillJSON     `json:"skills"`
}

type cardInterfaceJSON struct {
	URL             string `json:"url"`
	ProtocolBinding string `json:"protocolBinding"`
	ProtocolVersion string `json:"protocolVersion"`
}

type cardCapabilities struct {
	Extensions []cardExtensionJSON `json:"extensions"`
}

type cardExtensionJSON struct {
	URI         string         `json:"uri"`
	Description string         `json:"description"`
	Params      cardParamsJSON `json:"params"`
}

type cardParamsJSON struct {
	Agent  string            `json:"agent"`
	Type   string            `json:"type"`
	Status string            `json:"status"`
	Skills []cardTermsJSON   `json:"skills"`
	Labels map[string]string `json:"labels,omitempty"` // encoding/json sorts the keys
}

type cardTermsJSON struct {
	ID                string              `json:"id"`
	Version           string              `json:"version"`
	Price             cardPriceJSON       `json:"price"`
	SLASeconds        uint64              `json:"slaSeconds,omitempty"`
	MaxConcurrentJobs uint32              `json:"maxConcurrentJobs"`
	Parameters        []cardParameterJSON `json:"parameters,omitempty"`
}

type cardPriceJSON struct {
	Model  string `json:"model"`
	Unit   string `json:"unit,omitempty"`
	Amount string `json:"amount"`
}

type cardParameterJSON struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Required    bool   `json:"required"`
	Description string `json:"description,omitempty"`
}

type cardSkillJSON struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Tags        []string `json:"tags"`
	InputModes  []string `json:"inputModes"`
	OutputModes []string `json:"outputModes"`
}

// AgentCard returns the agent card (A2A 1.0) that follows from a record, as JSON. What
// A2A does not know stands under CardExtension. The card is unsigned: the chain's state
// is what it can be checked against.
func (r AgentRecord) AgentCard(chainID string) (string, error) {
	p := r.Profile
	card := cardJSON{
		Name: p.Name, Description: orElse(p.Description, p.Name), Version: p.Version,
		SupportedInterfaces: []cardInterfaceJSON{},
		DefaultInputModes:   union(p.Skills, func(s Skill) []string { return s.InputMediaTypes }),
		DefaultOutputModes:  union(p.Skills, func(s Skill) []string { return s.OutputMediaTypes }),
	}
	for _, it := range p.Interfaces {
		card.SupportedInterfaces = append(card.SupportedInterfaces, cardInterfaceJSON{it.Url, it.Binding, it.ProtocolVersion})
	}
	params := cardParamsJSON{
		Agent: AgentName(chainID, r.Agent.Id), Status: r.Agent.Status.Text(), Type: word(p.Type.String(), "AGENT_TYPE_"),
	}
	for _, s := range p.Skills {
		card.Skills = append(card.Skills, newCardSkill(s))
		params.Skills = append(params.Skills, newCardTerms(s))
	}
	if len(p.Labels) > 0 {
		params.Labels = make(map[string]string, len(p.Labels))
		for _, label := range p.Labels {
			params.Labels[label.Key] = label.Value
		}
	}
	card.Capabilities.Extensions = []cardExtensionJSON{{CardExtension, "The agent's record on chain " + chainID, params}}
	return text(card)
}

func newCardSkill(s Skill) cardSkillJSON {
	tags := s.Tags
	if len(tags) == 0 {
		tags = strings.Split(s.Id, ".") // A2A demands some
	}
	per := ""
	switch s.Price.Model {
	case PRICE_MODEL_PER_UNIT:
		per = " per " + s.Price.Unit
	case PRICE_MODEL_PER_SECOND:
		per = " per second"
	case PRICE_MODEL_FLAT, PRICE_MODEL_UNSPECIFIED:
	}
	return cardSkillJSON{
		ID: s.Id, Name: s.Name, Description: fmt.Sprintf("%s, for %s%s", s.Name, s.Price.Amount, per),
		Tags: tags, InputModes: s.InputMediaTypes, OutputModes: s.OutputMediaTypes,
	}
}

func newCardTerms(s Skill) cardTermsJSON {
	terms := cardTermsJSON{
		ID: s.Id, Version: s.Version, SLASeconds: s.SlaSeconds, MaxConcurrentJobs: s.MaxConcurrentJobs,
		Price: cardPriceJSON{Model: word(s.Price.Model.String(), "PRICE_MODEL_"), Unit: s.Price.Unit, Amount: s.Price.Amount.String()},
	}
	for _, p := range s.Parameters {
		terms.Parameters = append(terms.Parameters, cardParameterJSON{p.Name, word(p.Type.String(), "PARAMETER_TYPE_"), p.Required, p.Description})
	}
	return terms
}

type erc8004JSON struct {
	Type           string                `json:"type"`
	Name           string                `json:"name"`
	Description    string                `json:"description"`
	Services       []erc8004ServiceJSON  `json:"services"`
	X402Support    bool                  `json:"x402Support"`
	Active         bool                  `json:"active"`
	Registrations  []erc8004RegistryJSON `json:"registrations"`
	SupportedTrust []string              `json:"supportedTrust"`
}

type erc8004ServiceJSON struct {
	Name     string `json:"name"`
	Endpoint string `json:"endpoint"`
	Version  string `json:"version,omitempty"`
}

type erc8004RegistryJSON struct {
	AgentID       uint64 `json:"agentId"`
	AgentRegistry string `json:"agentRegistry"`
}

// Erc8004 returns the registration file (ERC-8004) that follows from a record, as JSON:
// the agent card and the interfaces as services, the payout address as wallet, and this
// registry as the one that has the agent. Its trust is the bond.
func (r AgentRecord) Erc8004(chainID string) (string, error) {
	p := r.Profile
	file := erc8004JSON{
		Type: Erc8004Type, Name: p.Name, Description: orElse(p.Description, p.Name),
		Services:       []erc8004ServiceJSON{},
		Active:         r.Agent.Status == AGENT_STATUS_ACTIVE,
		Registrations:  []erc8004RegistryJSON{{r.Agent.Id, RegistryName(chainID)}},
		SupportedTrust: []string{"crypto-economic"},
	}
	if p.Card != nil {
		file.Services = append(file.Services, erc8004ServiceJSON{Name: "A2A", Endpoint: p.Card.Uri})
	}
	for _, it := range p.Interfaces {
		file.Services = append(file.Services, erc8004ServiceJSON{"A2A", it.Url, it.ProtocolVersion})
	}
	file.Services = append(file.Services, erc8004ServiceJSON{Name: "agentWallet", Endpoint: "cosmos:" + chainID + ":" + r.Agent.Payout})
	return text(file)
}

// union returns what the skills have, each once, in the order in which they have it.
func union(skills []Skill, of func(Skill) []string) []string {
	var all []string
	seen := map[string]bool{}
	for _, s := range skills {
		for _, m := range of(s) {
			if !seen[m] {
				seen[m] = true
				all = append(all, m)
			}
		}
	}
	return all
}

// word returns the name of an enum's value without its prefix, in lower case.
func word(name, prefix string) string { return strings.ToLower(strings.TrimPrefix(name, prefix)) }

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// text encodes a document without escapes that only HTML needs.
func text(document any) (string, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		return "", err
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}
