package card_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/aitbc/aitbc/client/card"
)

// FuzzCanonical: whatever comes, there is no panic; what is accepted is JSON with the
// same meaning, and the canonical form of itself.
func FuzzCanonical(f *testing.F) {
	for _, name := range []string{"arrays", "french", "structures", "unicode", "values", "weird"} {
		f.Add(readFile(f, "jcs/input/"+name+".json"))
	}
	f.Add([]byte(`{"a":1,"a":2}`))
	f.Add([]byte("[\"\xff\"]"))
	f.Add([]byte(`["\ud83d\ude00",-0.0,1E400]`))
	f.Add(bytes.Repeat([]byte("["), 70))
	f.Fuzz(func(t *testing.T, document []byte) {
		canonical, err := card.Canonical(document)
		if err != nil {
			fails(t, err, card.ErrFormat, "card: ")
			return
		}
		again, err := card.Canonical(canonical)
		if err != nil || !bytes.Equal(again, canonical) {
			t.Errorf("expected %q to stay, got %q and %v", canonical, again, err)
		}
		if !json.Valid(document) || !json.Valid(canonical) {
			t.Errorf("expected JSON, got %q for %q", canonical, document)
		}
	})
}

// FuzzVerify: whatever comes as a card, there is no panic, and nothing verifies that the
// keys didn't sign.
func FuzzVerify(f *testing.F) {
	keys := keySet(f, readFile(f, "openssl/keys.json"))
	genuine := map[string]bool{}
	v := vectors(f, readFile(f, "a2a-tck/card_signing_vectors.json"))
	for _, c := range v.Signing {
		f.Add(with(f, c.Card, []any{map[string]any{"protected": c.Protected, "signature": c.Signature}}))
	}
	var signatures []any
	if err := json.Unmarshal(readFile(f, "openssl/signatures.json"), &signatures); err != nil {
		f.Fatal(err)
	}
	signed := with(f, readFile(f, "openssl/card.json"), signatures)
	f.Add(signed)
	f.Add([]byte(minimal))
	f.Add([]byte(`{"signatures":[{"protected":"e30","signature":"AA","header":{}},null]}`))
	genuine[string(readFile(f, "openssl/payload.json"))] = true
	f.Fuzz(func(t *testing.T, raw []byte) {
		hash, err := card.Hash(raw)
		if err != nil {
			return
		}
		report, err := card.Verify(context.Background(), raw, hash, keys)
		if err != nil {
			fails(t, err, nil, "card: ")
		}
		if err == nil && report.Verified() > 0 {
			if payload, err := card.Payload(raw); err != nil || !genuine[string(payload)] {
				t.Errorf("expected nothing verified, got %+v for %q", report, raw)
			}
		}
		if parsed, err := card.Parse(raw); err == nil {
			if err := parsed.Match(card.Registration{Name: parsed.Name, Interfaces: parsed.Interfaces}); err != nil {
				t.Errorf("expected a card to match itself, got %v", err)
			}
		}
	})
}

// FuzzParseKeys: whatever comes as a key, there is no panic.
func FuzzParseKeys(f *testing.F) {
	for _, name := range []string{"keys.json", "ed25519.pem", "p256.pem", "p256.sec1.pem", "secp256k1.pem", "secp256k1.sec1.pem"} {
		f.Add(readFile(f, "openssl/"+name))
	}
	f.Add([]byte(`{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := card.ParseKeySet(raw); err != nil {
			fails(t, err, card.ErrKey, "keys")
		}
		key, err := card.ParsePrivateKey(raw)
		if err != nil {
			fails(t, err, card.ErrKey, "key")
			return
		}
		if key.ID() == "" || len(key.ID()) > 256 {
			return
		}
		published, err := key.PublicKeySet()
		if err != nil {
			t.Fatal(err)
		}
		signed, err := card.Sign([]byte(plain), key, card.SignOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if report, err := card.Check(context.Background(), signed, keySet(t, published)); err != nil || report.Verified() != 1 {
			t.Errorf("expected a verified signature, got %+v and %v", report, err)
		}
	})
}
