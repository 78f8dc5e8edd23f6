package agent_test

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aitbc/aitbc/agent"
	"github.com/aitbc/aitbc/client/card"
	"github.com/aitbc/aitbc/client/seal"
)

const cardText = `{"name":"Ada","description":"d","version":"1.0.0","capabilities":{},"defaultInputModes":["text/plain"],"defaultOutputModes":["text/plain"],
"skills":[],"supportedInterfaces":[{"url":"https://a.example","protocolBinding":"JSONRPC","protocolVersion":"1.0"}]}`

func TestCardHandler(t *testing.T) {
	path := filepath.Join(t.TempDir(), "card.json")
	if err := os.WriteFile(path, []byte(cardText), 0o600); err != nil {
		t.Fatal(err)
	}
	registered := card.Registration{Name: "Ada", Interfaces: []card.Interface{{URL: "https://a.example", Binding: "JSONRPC", ProtocolVersion: "1.0"}}}
	handler, err := agent.CardHandler(path, registered)
	if err != nil {
		t.Fatal(err)
	}
	// A card that changes under the program is not served before it is checked.
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	raw, err := card.Fetch(t.Context(), server.URL+agent.CardPath, card.Limits{AllowHTTP: true, AllowInternal: true})
	if err != nil || string(raw) != cardText {
		t.Fatalf("expected the card, got %q and %v", raw, err)
	}
	for _, tc := range []struct {
		method, path, tag string
		want              int
	}{
		{http.MethodGet, agent.CardPath, "", http.StatusOK},
		{http.MethodHead, agent.CardPath, "", http.StatusOK},
		{http.MethodGet, agent.CardPath, `"2f"`, http.StatusOK},
		{http.MethodPost, agent.CardPath, "", http.StatusMethodNotAllowed},
		{http.MethodGet, "/", "", http.StatusNotFound},
	} {
		answer := httptest.NewRecorder()
		req := httptest.NewRequest(tc.method, tc.path, http.NoBody)
		req.Header.Set("If-None-Match", tc.tag)
		if handler.ServeHTTP(answer, req); answer.Code != tc.want {
			t.Errorf("%s %s: expected %d, got %d", tc.method, tc.path, tc.want, answer.Code)
		}
		if tag := answer.Header().Get("ETag"); tc.want == http.StatusOK {
			again := httptest.NewRecorder()
			req.Header.Set("If-None-Match", tag)
			if handler.ServeHTTP(again, req); again.Code != http.StatusNotModified {
				t.Errorf("%s: expected 304 for the tag %s, got %d", tc.method, tag, again.Code)
			}
		}
	}
}

func TestCardHandlerRefuses(t *testing.T) {
	dir := t.TempDir()
	registered := card.Registration{Interfaces: []card.Interface{{URL: "https://a.example", Binding: "JSONRPC", ProtocolVersion: "1.0"}}}
	for name, tc := range map[string]struct {
		text string
		r    card.Registration
		kind error
	}{
		"no card":       {"{}", registered, card.ErrFormat},
		"no JSON":       {"no", registered, card.ErrFormat},
		"too large":     {`"` + strings.Repeat("a", card.MaxBytes) + `"`, registered, card.ErrFormat},
		"another agent": {cardText, card.Registration{Name: "Eve", Interfaces: registered.Interfaces}, card.ErrMismatch},
		"elsewhere":     {cardText, card.Registration{}, card.ErrMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, "card.json")
			if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := agent.CardHandler(path, tc.r); !errors.Is(err, tc.kind) || !strings.HasPrefix(err.Error(), path+": card: ") {
				t.Errorf("expected an error of the kind %q that names the file, got %v", tc.kind, err)
			}
		})
	}
	if _, err := agent.CardHandler(filepath.Join(dir, "none.json"), registered); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("expected that there is no file, got %v", err)
	}
}

// TestScenario17_WorkersCard: the worker serves the card that it would publish, under the
// hash that it would register, and does not start with one that names another agent.
func TestScenario17_WorkersCard(t *testing.T) {
	b := newBed(t)
	b.config.Card = filepath.Join(t.TempDir(), "card.json")
	text := `{"name":"Summaries","description":"d","version":"1.0.0","capabilities":{},"defaultInputModes":["text/plain"],` +
		`"defaultOutputModes":["text/plain"],"skills":[],"supportedInterfaces":[{"url":"http://agent.example/base",` +
		`"protocolBinding":"` + agent.InterfaceBinding + `","protocolVersion":"` + agent.InterfaceVersion + `"}]}`
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(b.config.Card, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(text)
	profile, err := b.config.Profile([]seal.PublicKey{b.key.Public()})
	if err != nil || profile.Card == nil || profile.Card.Uri != "http://agent.example/base"+agent.CardPath {
		t.Fatalf("expected the card in the profile, got %v, %v", profile.Card, err)
	}
	r := b.start(nil)
	raw, err := card.Fetch(t.Context(), r.url+agent.CardPath, card.Limits{AllowHTTP: true, AllowInternal: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := card.Verify(t.Context(), raw, [sha256.Size]byte(profile.Card.Sha256), nil); err != nil {
		t.Errorf("expected the registered hash, got %v", err)
	}
	raw[len(raw)/2] ^= 1
	if _, err := card.Verify(t.Context(), raw, [sha256.Size]byte(profile.Card.Sha256), nil); err == nil {
		t.Error("expected a changed byte to be seen")
	}
	if !strings.Contains(b.log.String(), "another card is registered") {
		t.Errorf("expected a warning that nothing is registered yet, got %s", b.log)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	write(strings.ReplaceAll(text, "agent.example", "other.example"))
	if _, err := agent.New(b.config, b.deps(nil)); !errors.Is(err, card.ErrMismatch) {
		t.Errorf("expected a refusal of another agent's card, got %v", err)
	}
}
