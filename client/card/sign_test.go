package card_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aitbc/aitbc/client/card"
)

// Every form of a key, through signing, publishing and verifying.
func TestSignAndCheck(t *testing.T) {
	full := readFile(t, "openssl/card.json")
	for file, want := range map[string]card.Algorithm{
		"ed25519.pem": card.EdDSA, "p256.pem": card.ES256, "p256.sec1.pem": card.ES256,
		"secp256k1.pem": card.ES256K, "secp256k1.sec1.pem": card.ES256K,
	} {
		t.Run(file, func(t *testing.T) {
			key, err := card.ParsePrivateKey(readFile(t, "openssl/"+file))
			if err != nil || key.Algorithm() != want || len(key.ID()) != 43 {
				t.Fatalf("expected a key for %s with a thumbprint, got %s, %q and %v", want, key.Algorithm(), key.ID(), err)
			}
			published, err := key.PublicKeySet()
			if err != nil {
				t.Fatal(err)
			}
			signed, err := card.Sign(full, key, card.SignOptions{KeySetURL: "https://agent.example/keys.json"})
			if err != nil {
				t.Fatal(err)
			}
			report, err := card.Verify(context.Background(), signed, hashOf(t, signed), keySet(t, published))
			if err != nil || report.Verified() != 1 {
				t.Fatalf("expected a verified signature, got %+v and %v", report, err)
			}
			if h := report.Signatures[0].Header; h != (card.Header{Algorithm: want, KeyID: key.ID(), KeySetURL: "https://agent.example/keys.json"}) {
				t.Errorf("unexpected header %+v", h)
			}
			// A signature changes nothing else, and a later one replaces it.
			payload, err := card.Payload(signed)
			if err != nil || !bytes.Equal(payload, readFile(t, "openssl/payload.json")) {
				t.Errorf("expected the same payload, got %s and %v", payload, err)
			}
			again, err := card.Sign(signed, key, card.SignOptions{})
			if err != nil {
				t.Fatal(err)
			}
			signatureOf(t, again)
		})
	}
}

func TestSignersTogether(t *testing.T) {
	signed := []byte(plain)
	for file, kid := range map[string]string{"ed25519.pem": "ed", "p256.pem": "p", "secp256k1.pem": "k"} {
		var err error
		if signed, err = card.Sign(signed, private(t, file, kid), card.SignOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	report, err := card.Check(context.Background(), signed, keySet(t, readFile(t, "openssl/keys.json")))
	if err != nil || report.Verified() != 3 {
		t.Errorf("expected 3 verified signatures, got %+v and %v", report, err)
	}
	key := private(t, "ed25519.pem", "ed")
	for i := range card.MaxSignatures - 3 {
		if signed, err = card.Sign(signed, key.WithID(strings.Repeat("x", i+1)), card.SignOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = card.Sign(signed, key.WithID("ninth"), card.SignOptions{})
	fails(t, err, card.ErrSignature, "expected at most 8 with this one, got 9")
	if _, err = card.Sign(signed, key, card.SignOptions{}); err != nil {
		t.Errorf("expected that one of 8 can be replaced, got %v", err)
	}
}

func TestSignRefuses(t *testing.T) {
	key := private(t, "ed25519.pem", "ed")
	for name, tc := range map[string]struct {
		card, jku, want string
		key             card.PrivateKey
		kind            error
	}{
		"no key":     {plain, "", "key: expected one, got none", card.PrivateKey{}, card.ErrKey},
		"no kid":     {plain, "", "kid: expected 1 to 256 bytes, got 0", key.WithID(""), card.ErrKey},
		"long kid":   {plain, "", "kid: expected 1 to 256 bytes, got 257", key.WithID(strings.Repeat("k", 257)), card.ErrKey},
		"http jku":   {plain, "http://agent.example/keys.json", "jku: url: expected https", key, card.ErrAddress},
		"no JSON":    {"{", "", "card: expected JSON", key, card.ErrFormat},
		"no object":  {"[]", "", "card: expected a JSON object", key, card.ErrFormat},
		"bad others": {`{"signatures":[{"protected":"e30","signature":"AA"}]}`, "", "signatures[0]: protected: alg missing", key, card.ErrSignature},
		"no array":   {`{"signatures":{}}`, "", "signatures: expected an array", key, card.ErrSignature},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := card.Sign([]byte(tc.card), tc.key, card.SignOptions{KeySetURL: tc.jku})
			fails(t, err, tc.kind, tc.want)
		})
	}
}

// jwks returns the keys of testdata/openssl by their kid.
func jwks(t *testing.T) map[string]map[string]any {
	t.Helper()
	var set struct {
		Keys []map[string]any `json:"keys"`
	}
	if err := json.Unmarshal(readFile(t, "openssl/keys.json"), &set); err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]any{}
	for _, k := range set.Keys {
		kid, _ := k["kid"].(string)
		out[kid] = k
	}
	return out
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestParseKeySet(t *testing.T) {
	change := func(kid string, members map[string]any) map[string]any {
		k := jwks(t)[kid]
		for name, value := range members {
			k[name] = value
		}
		return k
	}
	set := func(keys ...any) []byte { return encode(t, map[string]any{"keys": keys}) }
	for name, tc := range map[string]struct {
		raw  []byte
		want string
	}{
		"no JSON":        {[]byte("no"), "keys: expected a JSON Web Key Set"},
		"array":          {[]byte("[]"), "keys: expected a JSON Web Key Set"},
		"twice":          {[]byte(`{"keys":[],"keys":[]}`), "keys: expected a JSON Web Key Set"},
		"keys a string":  {[]byte(`{"keys":"x"}`), "keys: expected a JSON Web Key Set"},
		"too large":      {[]byte(`{"keys":["` + strings.Repeat("a", card.MaxKeySetBytes) + `"]}`), "expected at most 65536 bytes"},
		"too many":       {set(make([]any, card.MaxKeys+1)...), "expected at most 64, got 65"},
		"key a number":   {set(7), "keys[0]: expected a JSON Web Key"},
		"single, no kid": {encode(t, change("p", map[string]any{"kid": ""})), "keys[0]: kid: expected the name of the key"},
		"kid twice":      {set(jwks(t)["p"], change("p", nil)), `keys[1]: kid: "p" is there twice`},
		"secret":         {set(change("p", map[string]any{"d": "AAAA"})), "expected a public key, got a secret one"},
		"symmetric":      {set(map[string]any{"kty": "oct", "k": "AAAA", "kid": "s"}), "expected a public key, got a secret one"},
		"off P-256":      {set(change("p", map[string]any{"x": jwks(t)["k"]["x"]})), "keys[0]: expected a key on P-256"},
		"off secp256k1":  {set(change("k", map[string]any{"y": jwks(t)["p"]["y"]})), "keys[0]: expected a key on secp256k1"},
		"short x":        {set(change("k", map[string]any{"x": "AAAA"})), "expected 32 bytes each, got 3 and 32"},
		"no y":           {set(change("k", map[string]any{"y": ""})), "expected 32 bytes each, got 32 and 0"},
		"x no base64":    {set(change("k", map[string]any{"x": "!"})), "x: expected base64url"},
		"short Ed25519":  {set(change("ed", map[string]any{"x": "AAAA"})), "keys[0]: expected a key on Ed25519"},
		"other alg":      {set(change("p", map[string]any{"alg": "ES256K"})), `alg: expected ES256 for a key on P-256, got "ES256K"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := card.ParseKeySet(tc.raw)
			fails(t, err, card.ErrKey, tc.want)
		})
	}
	for name, tc := range map[string]struct {
		raw  []byte
		want int
	}{
		"none":           {[]byte(`{"keys":[]}`), 0},
		"single":         {encode(t, jwks(t)["k"]), 1},
		"without kid":    {set(change("p", map[string]any{"kid": ""})), 0},
		"for encryption": {set(change("p", map[string]any{"use": "enc"})), 0},
		"for signing":    {set(change("p", map[string]any{"key_ops": []any{"sign"}})), 0},
		"for verifying":  {set(change("p", map[string]any{"key_ops": []any{"verify"}, "use": "sig", "alg": "ES256"})), 1},
		"one kid":        {set(change("p", map[string]any{"kid": "x"}), change("k", map[string]any{"kid": "x"})), 2},
	} {
		t.Run(name, func(t *testing.T) {
			if keys, err := card.ParseKeySet(tc.raw); err != nil || keys.Len() != tc.want {
				t.Errorf("expected %d keys, got %d and %v", tc.want, keys.Len(), err)
			}
		})
	}
}

// Of keys with the same kid, the one of the right type is meant; a kid that names a key
// of another kind is refused by its name.
func TestKeyByType(t *testing.T) {
	p, k := jwks(t)["p"], jwks(t)["k"]
	p["kid"], k["kid"] = "x", "x"
	signed, err := card.Sign([]byte(plain), private(t, "secp256k1.pem", "x"), card.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	both := keySet(t, encode(t, map[string]any{"keys": []any{p, k}}))
	if report, err := card.Check(context.Background(), signed, both); err != nil || report.Verified() != 1 {
		t.Errorf("expected the key on secp256k1, got %+v and %v", report, err)
	}
	rsa := keySet(t, []byte(`{"kty":"RSA","kid":"x","n":"AQAB","e":"AQAB"}`))
	_, err = card.Check(context.Background(), signed, rsa)
	fails(t, err, card.ErrSignature, `kid "x": expected a key for ES256K, got one of type "RSA "`)
}

func TestParsePrivateKeyRefuses(t *testing.T) {
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	secret := func(kid, d string) string {
		k := jwks(t)[kid]
		k["d"] = d
		return string(encode(t, k))
	}
	one := b64(strings.Repeat("\x00", 31) + "\x01")
	for name, tc := range map[string]struct{ text, want string }{
		"nothing":              {"", "expected a JSON Web Key, or PEM"},
		"text":                 {"secret", "expected a JSON Web Key, or PEM"},
		"too large":            {strings.Repeat(" ", 20_000), "expected at most 16384 bytes"},
		"no JSON":              {`{"kty"`, "expected a JSON Web Key in JSON"},
		"public key":           {string(encode(t, jwks(t)["p"])), "with its secret, d"},
		"a certificate":        {block("CERTIFICATE", []byte{1}), `got "CERTIFICATE"`},
		"encrypted":            {block("ENCRYPTED PRIVATE KEY", []byte{1}), "not encrypted"},
		"no DER":               {block("PRIVATE KEY", []byte{1}), "key: "},
		"no SEC 1":             {block("EC PRIVATE KEY", []byte{1}), "key: "},
		"other half, Ed25519":  {secret("ed", one), "x does not match d"},
		"other half, P-256":    {secret("p", one), "x and y: expected the public half of d"},
		"other half, k1":       {secret("k", one), "x and y: expected the public half of d"},
		"zero, k1":             {secret("k", b64(strings.Repeat("\x00", 32))), "expected a secret of 32 bytes on secp256k1"},
		"order and above, k1":  {secret("k", b64(strings.Repeat("\xff", 32))), "expected a secret of 32 bytes on secp256k1"},
		"short, k1":            {secret("k", "AAAA"), "expected a secret of 32 bytes on secp256k1"},
		"no base64, k1":        {secret("k", "!!!!"), "d: expected base64url of 32 bytes"},
		"P-384":                {`{"kty":"EC","crv":"P-384","d":"AA"}`, `got "EC P-384"`},
		"symmetric":            {`{"kty":"oct","k":"AAAA","d":"AA"}`, `got "oct "`},
		"PKCS #8, other curve": {p384, "expected a key on Ed25519, P-256 or secp256k1, got one on P-384"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := card.ParsePrivateKey([]byte(tc.text))
			fails(t, err, card.ErrKey, tc.want)
			if err != nil && strings.Contains(err.Error(), "!!!!") {
				t.Errorf("expected no word of the secret, got %v", err)
			}
		})
	}
}

// p384 is a key for tests, made with OpenSSL.
const p384 = `-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDA2DcgTZ/rn1O2XsEJH
tkqWrgCI6nkFntYE1VbyYOjSTeuaZ2XLuL8XmQ1XZVvk5E+hZANiAASnfgzonZv4
LVFSap8bLOZfpNXpzqkiekpT8yre94OhuwuGjCR7p4lNTnUe7fo4YzvOCoTgGXN3
IYNfcL9V06E1l0aP0LrjD3CZi7m9aD9+CuNNBEk6IBCmvK52gtyqfdM=
-----END PRIVATE KEY-----
`

// A key reads the same from both of its forms.
func TestThumbprint(t *testing.T) {
	for _, names := range [][2]string{{"p256.pem", "p256.sec1.pem"}, {"secp256k1.pem", "secp256k1.sec1.pem"}} {
		a, errA := card.ParsePrivateKey(readFile(t, "openssl/"+names[0]))
		b, errB := card.ParsePrivateKey(readFile(t, "openssl/"+names[1]))
		if errA != nil || errB != nil || a.ID() != b.ID() {
			t.Errorf("expected one key, got %q and %q, %v and %v", a.ID(), b.ID(), errA, errB)
		}
	}
	// The example of RFC 8037, appendix A.3.
	key, err := card.ParsePrivateKey([]byte(`{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`))
	if want := "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"; err != nil || key.ID() != want {
		t.Errorf("expected %s, got %s and %v", want, key.ID(), err)
	}
	named, err := card.ParsePrivateKey([]byte(`{"kid":"a","kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`))
	if err != nil || named.ID() != "a" {
		t.Errorf("expected the kid of the key, got %q and %v", named.ID(), err)
	}
}

func TestLoadPrivateKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, readFile(t, "openssl/p256.pem"), 0o600); err != nil {
		t.Fatal(err)
	}
	if key, err := card.LoadPrivateKey(path); err != nil || key.Algorithm() != card.ES256 {
		t.Errorf("expected a key for ES256, got %s and %v", key.Algorithm(), err)
	}
	_, err := card.LoadPrivateKey(filepath.Dir(path))
	fails(t, err, card.ErrKey, "expected a file, got d")
	_, err = card.LoadPrivateKey(path + ".none")
	fails(t, err, card.ErrKey, "no such file")
	if runtime.GOOS != "windows" {
		if err := os.Chmod(path, 0o640); err != nil {
			t.Fatal(err)
		}
		_, err = card.LoadPrivateKey(path)
		fails(t, err, card.ErrKey, "expected permissions 0600, got 0640")
	}
}

// A card that grows too large by its signature would be refused by everybody else.
func TestSignTooLarge(t *testing.T) {
	full := `{"name":"` + strings.Repeat("a", card.MaxBytes-20) + `"}`
	_, err := card.Sign([]byte(full), private(t, "ed25519.pem", "ed"), card.SignOptions{})
	fails(t, err, card.ErrFormat, "expected at most 262144 bytes with the signature")
}
