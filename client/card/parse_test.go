package card_test

import (
	"strings"
	"testing"

	"github.com/aitbc/aitbc/client/card"
)

const minimal = `{"name":"Ada","description":"d","version":"1.0.0","capabilities":{},"defaultInputModes":[],"defaultOutputModes":[],"skills":[],
"supportedInterfaces":[{"url":"https://a.example","protocolBinding":"JSONRPC","protocolVersion":"1.0"}]}`

func TestParse(t *testing.T) {
	c, err := card.Parse(readFile(t, "openssl/card.json"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "Summaries by Ada" || len(c.Interfaces) != 2 || c.Interfaces[1].Binding != "HTTP+JSON" ||
		c.Skills[0].ID != "text.summarize" || c.Provider.Organization != "Ada & Sons <ltd>" {
		t.Errorf("unexpected card %+v", c)
	}
	for name, text := range map[string]string{
		"minimal":      minimal,
		"later member": strings.Replace(minimal, `{"name"`, `{"later":{"x":[1]},"name"`, 1),
		"null":         strings.Replace(minimal, `{"name"`, `{"provider":null,"iconUrl":null,"name"`, 1),
	} {
		if _, err := card.Parse([]byte(text)); err != nil {
			t.Errorf("%s: expected no error, got %v", name, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	change := func(from, to string) string {
		if !strings.Contains(minimal, from) {
			t.Fatalf("expected %q in the card", from)
		}
		return strings.Replace(minimal, from, to, 1)
	}
	for name, tc := range map[string]struct{ text, want string }{
		"no JSON":             {"{", "expected JSON"},
		"array":               {"[]", "expected a JSON object, got an array"},
		"empty":               {"{}", "card: capabilities: expected an object, got nothing"},
		"no name":             {change(`"name":"Ada",`, ``), "card: name: expected a string, got nothing"},
		"name null":           {change(`"Ada"`, `null`), "card: name: expected a string, got nothing"},
		"name a number":       {change(`"Ada"`, `7`), "card: name: expected a string, got a number"},
		"name twice":          {change(`{"name"`, `{"Name":"Eve","name"`), "card: Name: expected it to be written name"},
		"no interfaces":       {change(`[{"url":"https://a.example","protocolBinding":"JSONRPC","protocolVersion":"1.0"}]`, `[]`), "supportedInterfaces: expected at least 1, got 0"},
		"interface a string":  {change(`{"url":"https://a.example","protocolBinding":"JSONRPC","protocolVersion":"1.0"}`, `"https://a.example"`), "card: supportedInterfaces[0]: expected an object, got a string"},
		"interface null":      {change(`{"url":"https://a.example","protocolBinding":"JSONRPC","protocolVersion":"1.0"}`, `null`), "card: supportedInterfaces[0]: expected an object, got null"},
		"no url":              {change(`"url":"https://a.example",`, ``), "card: supportedInterfaces[0].url: expected a string, got nothing"},
		"of version 0.3":      {change(`"supportedInterfaces"`, `"url":"https://a.example","interfaces"`), "card: supportedInterfaces: expected an array, got nothing"},
		"skills an object":    {change(`"skills":[]`, `"skills":{}`), "card: skills: expected an array, got an object"},
		"skill without tags":  {change(`"skills":[]`, `"skills":[{"id":"a","name":"a","description":""}]`), "card: skills[0].tags: expected an array, got nothing"},
		"tag a boolean":       {change(`"skills":[]`, `"skills":[{"id":"a","name":"a","description":"","tags":["x",true]}]`), "card: skills[0].tags[1]: expected a string, got a boolean"},
		"streaming a string":  {change(`"capabilities":{}`, `"capabilities":{"streaming":"yes"}`), "card: capabilities.streaming: expected true or false, got a string"},
		"params a list":       {change(`"capabilities":{}`, `"capabilities":{"extensions":[{"params":[]}]}`), "card: capabilities.extensions[0].params: expected an object, got an array"},
		"schemes a list":      {change(`"skills":[]`, `"skills":[],"securitySchemes":[]`), "card: securitySchemes: expected an object, got an array"},
		"two schemes in one":  {change(`"skills":[]`, `"skills":[],"securitySchemes":{"o":{"mtlsSecurityScheme":{},"openIdConnectSecurityScheme":{"openIdConnectUrl":"u"}}}`), `card: securitySchemes["o"]: expected one kind of SecurityScheme, got 2`},
		"scheme, no location": {change(`"skills":[]`, `"skills":[],"securitySchemes":{"o":{"apiKeySecurityScheme":{"name":"n"}}}`), `card: securitySchemes["o"].apiKeySecurityScheme.location: expected a string, got nothing`},
		"control characters":  {change(`"skills":[]`, `"skills":[],"securitySchemes":{"\u001b[2J\n":7}`), `securitySchemes["\x1b[2J\n"]: expected an object, got a number`},
		"signature, no JWS":   {change(`"skills":[]`, `"skills":[],"signatures":[{"protected":"x"}]`), "card: signatures[0].signature: expected a string, got nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := card.Parse([]byte(tc.text))
			fails(t, err, card.ErrFormat, tc.want)
		})
	}
}

func TestMatch(t *testing.T) {
	c, err := card.Parse(readFile(t, "openssl/card.json"))
	if err != nil {
		t.Fatal(err)
	}
	first := card.Interface{URL: "https://agent.example/a2a/v1", Binding: "JSONRPC", ProtocolVersion: "1.0"}
	second := card.Interface{URL: "https://agent.example/a2a/json", Binding: "HTTP+JSON", ProtocolVersion: "1.0"}
	third := card.Interface{URL: "https://other.example", Binding: "GRPC", ProtocolVersion: "1.0"}
	version := first
	version.ProtocolVersion = "0.3"
	for name, tc := range map[string]struct {
		r    card.Registration
		want string
	}{
		"same":            {card.Registration{Name: "Summaries by Ada", Interfaces: []card.Interface{first, second}}, ""},
		"other order":     {card.Registration{Interfaces: []card.Interface{second, first}}, ""},
		"other name":      {card.Registration{Name: "Eve", Interfaces: []card.Interface{first, second}}, `card: name: expected "Eve", got "Summaries by Ada"`},
		"one registered":  {card.Registration{Interfaces: []card.Interface{first}}, `card: supportedInterfaces[1]: expected a registered interface, got "HTTP+JSON" "1.0" at "https://agent.example/a2a/json"`},
		"none registered": {card.Registration{}, "card: supportedInterfaces[0]: expected a registered interface"},
		"one missing":     {card.Registration{Interfaces: []card.Interface{first, second, third}}, `card: supportedInterfaces: expected "GRPC" "1.0" at "https://other.example" too`},
		"other version":   {card.Registration{Interfaces: []card.Interface{version, second}}, "card: supportedInterfaces[0]: expected a registered interface"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.Match(tc.r)
			if tc.want != "" {
				fails(t, err, card.ErrMismatch, tc.want)
			} else if err != nil {
				t.Errorf("expected no error, got %v", err)
			}
		})
	}
}
