package agent

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/aitbc/aitbc/client/card"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// CardPath is where clients of the A2A protocol look for an agent's card.
const CardPath = "/.well-known/agent-card.json"

// cardMaxAge is how long readers may keep a card without asking again.
const cardMaxAge = 5 * time.Minute

// ownCard is the agent's card as it was checked, and its hash, which is what to register.
type ownCard struct {
	raw  []byte
	hash [sha256.Size]byte
}

// loadCard reads the agent's card once, so that what is served later is what was checked
// now: it must be one of A2A 1.0 and name the agent as registered.
func loadCard(path string, r card.Registration) (*ownCard, error) {
	raw, err := readCardFile(path)
	if err != nil {
		return nil, fmt.Errorf("card: %w", err)
	}
	parsed, err := card.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := parsed.Match(r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	hash, err := card.Hash(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &ownCard{raw: raw, hash: hash}, nil
}

// registration is what the card must say of the agent.
func (c Config) registration() card.Registration {
	return card.Registration{
		Name:       c.Agent.Name,
		Interfaces: []card.Interface{{URL: c.endpointURL(), Binding: InterfaceBinding, ProtocolVersion: InterfaceVersion}},
	}
}

// addCard names the card in a profile, if there is one.
func (c Config) addCard(p *registrytypes.Profile) error {
	if c.Card == "" {
		return nil
	}
	own, err := loadCard(c.Card, c.registration())
	if err != nil {
		return err
	}
	p.Card = &registrytypes.CardRef{Uri: c.endpointURL() + CardPath, Sha256: own.hash[:]}
	return nil
}

// checkCard warns if another card is registered than the one that is served: who checks
// it would refuse it.
func (w *Worker) checkCard(p registrytypes.Profile) {
	if w.card != nil && (p.Card == nil || !bytes.Equal(p.Card.Sha256, w.card.hash[:])) {
		w.log.Warn("another card is registered than the one that is served, or none: publish the configuration", "card", w.config.Card)
	}
}

// handler serves the card at CardPath, with its hash as entity tag.
func (o *ownCard) handler() http.Handler {
	tag := `"` + hex.EncodeToString(o.hash[:]) + `"`
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+CardPath, func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(cardMaxAge.Seconds())))
		w.Header().Set("ETag", tag)
		http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(o.raw))
	})
	return mux
}

func readCardFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, card.MaxBytes+1))
}
