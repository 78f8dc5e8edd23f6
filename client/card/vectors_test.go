package card_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"testing"

	"github.com/aitbc/aitbc/client/card"
)

// tckVectors are those of the A2A project: see testdata/README.md.
type tckVectors struct {
	PublicJWK  json.RawMessage `json:"public_jwk"`
	PrivateJWK json.RawMessage `json:"private_jwk"`
	Canonical  []tckCase       `json:"canonicalization_cases"`
	Signing    []tckCase       `json:"signing_cases"`
}

type tckCase struct {
	ID        string          `json:"id"`
	Card      json.RawMessage `json:"agent_card"`
	Payload   string          `json:"expected_jcs_payload"`
	Protected string          `json:"expected_protected_b64"`
	Signature string          `json:"signature"`
}

func vectors(tb testing.TB, raw []byte) tckVectors {
	tb.Helper()
	var v tckVectors
	if err := json.Unmarshal(raw, &v); err != nil {
		tb.Fatal(err)
	}
	if len(v.Canonical) != 6 || len(v.Signing) != 2 {
		tb.Fatalf("expected 6 and 2 cases, got %d and %d", len(v.Canonical), len(v.Signing))
	}
	return v
}

func keySet(tb testing.TB, raw []byte) card.KeySet {
	tb.Helper()
	keys, err := card.ParseKeySet(raw)
	if err != nil {
		tb.Fatal(err)
	}
	return keys
}

func hashOf(tb testing.TB, raw []byte) [sha256.Size]byte {
	tb.Helper()
	hash, err := card.Hash(raw)
	if err != nil {
		tb.Fatal(err)
	}
	return hash
}

// with returns the card with the signatures and nothing else changed.
func with(tb testing.TB, raw []byte, signatures any) []byte {
	tb.Helper()
	object := map[string]any{}
	if err := json.Unmarshal(raw, &object); err != nil {
		tb.Fatal(err)
	}
	object["signatures"] = signatures
	out, err := json.Marshal(object)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func TestTCKCanonicalForms(t *testing.T) {
	for _, c := range vectors(t, readFile(t, "a2a-tck/card_signing_vectors.json")).Canonical {
		t.Run(c.ID, func(t *testing.T) {
			if got, err := card.Payload(c.Card); err != nil || string(got) != c.Payload {
				t.Errorf("expected %s, got %s and %v", c.Payload, got, err)
			}
		})
	}
}

func TestScenario17_SignaturesOfTheTCK(t *testing.T) {
	v := vectors(t, readFile(t, "a2a-tck/card_signing_vectors.json"))
	keys := keySet(t, v.PublicJWK)
	private, err := card.ParsePrivateKey(v.PrivateJWK)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range v.Signing {
		t.Run(c.ID, func(t *testing.T) {
			signed := with(t, c.Card, []any{map[string]any{"protected": c.Protected, "signature": c.Signature}})
			registered := hashOf(t, signed)
			report, err := card.Verify(context.Background(), signed, registered, keys)
			if err != nil || report.Verified() != 1 || report.Hash != registered || report.Signatures[0].Header.Algorithm != card.EdDSA {
				t.Fatalf("expected a verified signature, got %+v and %v", report, err)
			}

			// Signing is deterministic: we make the same one.
			made, err := card.Sign(c.Card, private, card.SignOptions{})
			if want, _ := card.Canonical(signed); err != nil || !bytes.Equal(made, want) {
				t.Errorf("expected\n%s, got\n%s and %v", want, made, err)
			}

			registered[31] ^= 1
			_, err = card.Verify(context.Background(), signed, registered, keys)
			fails(t, err, card.ErrHash, "card: expected the sha256 ", "as registered, got ")
			changeEveryByte(t, signed, keys)
		})
	}
}

// changeEveryByte checks that a card with any byte changed is another card, and that its
// signature doesn't verify then.
func changeEveryByte(t *testing.T, signed []byte, keys card.KeySource) {
	t.Helper()
	canonical, err := card.Canonical(signed)
	if err != nil {
		t.Fatal(err)
	}
	registered := hashOf(t, signed)
	for i := range canonical {
		changed := bytes.Clone(canonical)
		changed[i] ^= 1
		if _, err := card.Verify(context.Background(), changed, registered, keys); err == nil {
			t.Errorf("byte %d: expected another card", i)
		}
		// Somebody who registers the changed card still has no signature for it: a
		// name that was changed to an unknown one may hide it, but never verify it.
		if report, err := card.Check(context.Background(), changed, keys); err == nil && report.Verified() > 0 {
			t.Errorf("byte %d: expected no verified signature", i)
		}
	}
}

func TestTCKProtectedHeaders(t *testing.T) {
	var v struct {
		Cases []struct {
			ID    string `json:"id"`
			Valid bool   `json:"expected_valid"`
			Error string `json:"expected_error"`
			Alg   string `json:"decoded_alg"`
			Kid   string `json:"decoded_kid"`
			Card  struct {
				Signatures []struct {
					Protected string `json:"protected"`
				} `json:"signatures"`
			} `json:"agent_card"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(readFile(t, "a2a-tck/card_signing_protected_header_vectors.json"), &v); err != nil || len(v.Cases) != 6 {
		t.Fatalf("expected 6 cases, got %d and %v", len(v.Cases), err)
	}
	for _, c := range v.Cases {
		t.Run(c.ID, func(t *testing.T) {
			for i, s := range c.Card.Signatures {
				h, err := card.ParseHeader(s.Protected)
				if !c.Valid {
					fails(t, err, card.ErrSignature, c.Error)
				} else if err != nil || i == 0 && (string(h.Algorithm) != c.Alg || h.KeyID != c.Kid) {
					t.Errorf("expected %s and %s, got %+v and %v", c.Alg, c.Kid, h, err)
				}
			}
		})
	}
}

// Cards that another implementation signed, with each algorithm.
func TestOpenSSLSignatures(t *testing.T) {
	var signatures []any
	if err := json.Unmarshal(readFile(t, "openssl/signatures.json"), &signatures); err != nil {
		t.Fatal(err)
	}
	keys := keySet(t, readFile(t, "openssl/keys.json"))
	all := with(t, readFile(t, "openssl/card.json"), signatures)
	report, err := card.Verify(context.Background(), all, hashOf(t, all), keys)
	if err != nil || report.Verified() != 3 {
		t.Fatalf("expected 3 verified signatures, got %+v and %v", report, err)
	}
	for i, want := range []card.Algorithm{card.EdDSA, card.ES256, card.ES256K} {
		if got := report.Signatures[i].Header.Algorithm; got != want {
			t.Errorf("expected %s, got %s", want, got)
		}
		// What is not protected is not signed; the hash alone covers it.
		one, _ := signatures[i].(map[string]any)
		delete(one, "header")
		changeEveryByte(t, with(t, readFile(t, "openssl/card.json"), []any{one}), keys)
	}
}
