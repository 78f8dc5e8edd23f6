package card_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"

	"github.com/aitbc/aitbc/client/card"
)

const plain = `{"name":"Ada","description":"d"}`

func b64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// private returns the key of a file in testdata/openssl under the kid of keys.json.
func private(tb testing.TB, file, kid string) card.PrivateKey {
	tb.Helper()
	key, err := card.ParsePrivateKey(readFile(tb, "openssl/"+file))
	if err != nil {
		tb.Fatal(err)
	}
	return key.WithID(kid)
}

// signatureOf returns the only signature of a card.
func signatureOf(t *testing.T, signed []byte) map[string]any {
	t.Helper()
	var c struct {
		Signatures []map[string]any `json:"signatures"`
	}
	if err := json.Unmarshal(signed, &c); err != nil || len(c.Signatures) != 1 {
		t.Fatalf("expected one signature, got %v and %v", c.Signatures, err)
	}
	return c.Signatures[0]
}

func TestCheckRefuses(t *testing.T) {
	keys := keySet(t, readFile(t, "openssl/keys.json"))
	signed, err := card.Sign([]byte(plain), private(t, "p256.pem", "p"), card.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	good := signatureOf(t, signed)
	goodText, _ := good["signature"].(string)
	zero := base64.RawURLEncoding.EncodeToString(make([]byte, 64))
	full := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("\xff", 64)))
	head := func(text string) map[string]any {
		return map[string]any{"protected": b64(text), "signature": goodText}
	}
	const es256 = `{"alg":"ES256","kid":"p"}`
	for name, tc := range map[string]struct {
		signatures any
		want       string
	}{
		"no array":            {"no", "signatures: expected an array, got a string"},
		"an object":           {map[string]any{"protected": ""}, "signatures: expected an array, got an object"},
		"9 signatures":        {[]any{1, 2, 3, 4, 5, 6, 7, 8, 9}, "expected at most 8, got 9"},
		"no object":           {[]any{"a.b.c"}, "signatures[0]: expected an object, got a string"},
		"empty object":        {[]any{map[string]any{}}, "signatures[0]: "},
		"second is bad":       {[]any{good, head(`{}`)}, "signatures[1]: protected: alg missing or empty"},
		"no signature":        {[]any{map[string]any{"protected": b64(es256)}}, "signature: expected base64url, got nothing"},
		"empty signature":     {[]any{map[string]any{"protected": b64(es256), "signature": ""}}, "signature: expected base64url, got nothing"},
		"no protected header": {[]any{map[string]any{"signature": goodText}}, "protected: expected base64url, got nothing"},
		"padding":             {[]any{map[string]any{"protected": b64(es256) + "==", "signature": goodText}}, "without padding"},
		"not base64":          {[]any{map[string]any{"protected": "a.b", "signature": goodText}}, "protected: expected base64url"},
		"standard alphabet":   {[]any{map[string]any{"protected": b64(es256), "signature": strings.Repeat("+/", 43)}}, "signature: expected base64url"},
		"line break":          {[]any{map[string]any{"protected": b64(es256), "signature": goodText[:8] + "\n" + goodText[8:]}}, "signature: expected base64url"},
		"loose last bits":     {[]any{map[string]any{"protected": b64(es256), "signature": goodText[:85] + "B"}}, "signature: expected base64url"},
		"long header":         {[]any{head(`{"alg":"ES256","kid":"p","x":"` + strings.Repeat("a", 5000) + `"}`)}, "protected: expected at most 4096 bytes"},
		"header no JSON":      {[]any{head(`alg`)}, "protected: expected JSON"},
		"header no object":    {[]any{head(`["alg"]`)}, "protected: expected a JSON object, got an array"},
		"header null":         {[]any{head(`null`)}, "protected: expected a JSON object, got null"},
		"header twice":        {[]any{head(`{"alg":"ES256","alg":"none","kid":"p"}`)}, `duplicate key: "alg"`},
		"header trailing":     {[]any{head(es256 + `{}`)}, "improperly terminated"},
		"no kid":              {[]any{head(`{"alg":"ES256"}`)}, "protected: kid missing or empty"},
		"blank kid":           {[]any{head(`{"alg":"ES256","kid":" "}`)}, "protected: kid missing or empty"},
		"long kid":            {[]any{head(`{"alg":"ES256","kid":"` + strings.Repeat("k", 257) + `"}`)}, "kid: expected at most 256 bytes, got 257"},
		"kid a number":        {[]any{head(`{"alg":"ES256","kid":7}`)}, "kid: expected a string"},
		"alg null":            {[]any{head(`{"alg":null,"kid":"p"}`)}, "alg: expected a string"},
		"alg none":            {[]any{head(`{"alg":"none","kid":"p"}`)}, "alg: expected EdDSA, ES256 or ES256K, got none: that is no signature"},
		"alg None":            {[]any{head(`{"alg":"NoNe","kid":"p"}`)}, "got none"},
		"alg HS256":           {[]any{head(`{"alg":"HS256","kid":"p"}`)}, `got "HS256"`},
		"alg RS256":           {[]any{head(`{"alg":"RS256","kid":"p"}`)}, `got "RS256"`},
		"alg ES384":           {[]any{head(`{"alg":"ES384","kid":"p"}`)}, `got "ES384"`},
		"alg Ed25519":         {[]any{head(`{"alg":"Ed25519","kid":"ed"}`)}, `got "Ed25519"`},
		"alg case":            {[]any{head(`{"alg":"es256","kid":"p"}`)}, `got "es256"`},
		"alg in header":       {[]any{map[string]any{"protected": b64(`{"kid":"p"}`), "signature": goodText, "header": map[string]any{"alg": "ES256"}}}, "alg missing or empty"},
		"ES256K with P-256":   {[]any{head(`{"alg":"ES256K","kid":"p"}`)}, `alg: expected ES256, as the key "p" is for, got ES256K`},
		"EdDSA with P-256":    {[]any{head(`{"alg":"EdDSA","kid":"p"}`)}, `alg: expected ES256, as the key "p" is for, got EdDSA`},
		"ES256 with Ed25519":  {[]any{head(`{"alg":"ES256","kid":"ed"}`)}, `alg: expected EdDSA, as the key "ed" is for, got ES256`},
		"ES256 with k1":       {[]any{head(`{"alg":"ES256","kid":"k"}`)}, `alg: expected ES256K, as the key "k" is for, got ES256`},
		"crit unknown":        {[]any{head(`{"alg":"ES256","kid":"p","crit":["exp"],"exp":1}`)}, "crit: expected no critical parameters"},
		"crit b64":            {[]any{head(`{"alg":"ES256","kid":"p","crit":["b64"],"b64":true}`)}, "crit: expected no critical parameters"},
		"crit empty":          {[]any{head(`{"alg":"ES256","kid":"p","crit":[]}`)}, "crit: expected no critical parameters"},
		"crit unprotected":    {[]any{map[string]any{"protected": good["protected"], "signature": goodText, "header": map[string]any{"crit": []any{"x"}}}}, "header: expected crit in the protected header only"},
		"twice in headers":    {[]any{map[string]any{"protected": good["protected"], "signature": goodText, "header": map[string]any{"kid": "p"}}}, `header: expected no parameter of the protected header, got "kid"`},
		"header a string":     {[]any{map[string]any{"protected": good["protected"], "signature": goodText, "header": "x"}}, "header: expected an object, got a string"},
		"b64 false":           {[]any{head(`{"alg":"ES256","kid":"p","b64":false}`)}, "does not verify"},
		"DER":                 {[]any{map[string]any{"protected": b64(es256), "signature": b64(strings.Repeat("a", 71))}}, "expected 64 bytes for ES256, got 71"},
		"short":               {[]any{map[string]any{"protected": b64(es256), "signature": "AAAA"}}, "expected 64 bytes for ES256, got 3"},
		"zeros, ES256":        {[]any{map[string]any{"protected": b64(es256), "signature": zero}}, "does not verify"},
		"zeros, ES256K":       {[]any{map[string]any{"protected": b64(`{"alg":"ES256K","kid":"k"}`), "signature": zero}}, "does not verify"},
		"too large, ES256K":   {[]any{map[string]any{"protected": b64(`{"alg":"ES256K","kid":"k"}`), "signature": full}}, "does not verify"},
		"zeros, EdDSA":        {[]any{map[string]any{"protected": b64(`{"alg":"EdDSA","kid":"ed"}`), "signature": zero}}, "does not verify"},
		"other header":        {[]any{head(`{"alg":"ES256","kid":"p","typ":"JOSE","x":1}`)}, "does not verify"},
		"good and wrong":      {[]any{good, head(es256)}, "signatures[1]: signature: does not verify with the key \"p\""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := card.Check(context.Background(), with(t, []byte(plain), tc.signatures), keys)
			fails(t, err, card.ErrSignature, "card: signatures", tc.want)
		})
	}
}

// Nobody vouches for these keys, whatever the card says of itself.
func TestCheckUnknownKeys(t *testing.T) {
	keys := keySet(t, readFile(t, "openssl/keys.json"))
	stranger := private(t, "p256.pem", "stranger")
	signed, err := card.Sign([]byte(plain), stranger, card.SignOptions{KeySetURL: "https://agent.example/keys.json"})
	if err != nil {
		t.Fatal(err)
	}
	own := signatureOf(t, signed)
	// The signature verifies with the key in its own header.
	embedded := map[string]any{
		"protected": b64(`{"alg":"ES256","jwk":{"crv":"P-256","kty":"EC","x":"kSKjClNKCqp2HwZK4m2dJGXlqOfcxSRLyqQwi7bKIE0","y":"gGV03OMNio4Cx7WpPIGrN7Pk6lkgxYG4IlQvhf8hVVc"},"kid":"other"}`),
		"signature": own["signature"],
	}
	for name, source := range map[string]card.KeySource{
		"none": nil, "no sources": card.FirstOf(), "empty set": card.KeySet{}, "others": keys,
		"other host": card.FirstOf(keys, card.NewRemoteKeys(card.Limits{}, "other.example")),
	} {
		t.Run(name, func(t *testing.T) {
			report, err := card.Check(context.Background(), with(t, signed, []any{own, embedded}), source)
			if err != nil || report.Verified() != 0 || len(report.Signatures) != 2 {
				t.Fatalf("expected nothing verified, got %+v and %v", report, err)
			}
			for _, s := range report.Signatures {
				if s.Status != card.StatusUnchecked || !strings.HasPrefix(s.Reason, "unknown key: ") {
					t.Errorf("expected an unknown key, got %+v", s)
				}
			}
		})
	}
	if report, err := card.Check(context.Background(), []byte(plain), nil); err != nil || report.Verified() != 0 || report.Signatures != nil {
		t.Errorf("expected a card without signatures, got %+v and %v", report, err)
	}
}

var errBroken = errors.New("broken")

type brokenKeys struct{}

func (brokenKeys) Key(context.Context, card.Header) (card.PublicKey, error) {
	return card.PublicKey{}, errBroken
}

// A source that can't be asked is not one that knows nothing; and a key out of nowhere
// verifies nothing.
func TestCheckBrokenSource(t *testing.T) {
	signed, err := card.Sign([]byte(plain), private(t, "ed25519.pem", "ed"), card.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = card.Check(context.Background(), signed, card.FirstOf(card.KeySet{}, brokenKeys{}))
	fails(t, err, errBroken, "card: signatures[0]: broken")
	_, err = card.Check(context.Background(), signed, emptyKey{})
	fails(t, err, card.ErrSignature, `kid "ed": expected a key for EdDSA`)
}

type emptyKey struct{}

func (emptyKey) Key(context.Context, card.Header) (card.PublicKey, error) {
	return card.PublicKey{}, nil
}

// RFC 7518 and RFC 8812 don't ask for the smaller of the two s, so both are good.
func TestHighS(t *testing.T) {
	keys := keySet(t, readFile(t, "openssl/keys.json"))
	orders := map[string]string{
		"p256.pem:p":      "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
		"secp256k1.pem:k": "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
	}
	for name, hex := range orders {
		file, kid, _ := strings.Cut(name, ":")
		signed, err := card.Sign([]byte(plain), private(t, file, kid), card.SignOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s := signatureOf(t, signed)
		text, _ := s["signature"].(string)
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		order, _ := new(big.Int).SetString(hex, 16)
		order.Sub(order, new(big.Int).SetBytes(raw[32:])).FillBytes(raw[32:])
		s["signature"] = base64.RawURLEncoding.EncodeToString(raw)
		other := with(t, []byte(plain), []any{s})
		if report, err := card.Check(context.Background(), other, keys); err != nil || report.Verified() != 1 {
			t.Errorf("%s: expected the other s to be good too, got %+v and %v", name, report, err)
		}
		// It is another card all the same.
		_, err = card.Verify(context.Background(), other, hashOf(t, signed), keys)
		fails(t, err, card.ErrHash)
	}
}

// A number of the group's order or above stands for a smaller one, and would make a
// second form of a signature. With nonce 1, r is the generator's x; the key is chosen so
// that s is 1.
func TestES256KRange(t *testing.T) {
	n, _ := new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)
	gx, _ := new(big.Int).SetString("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", 16)
	protected := b64(`{"alg":"ES256K","kid":"x"}`)
	digest := sha256.Sum256([]byte(protected + "." + b64(`{"description":"d","name":"Ada"}`)))
	d := new(big.Int).Sub(big.NewInt(1), new(big.Int).SetBytes(digest[:]))
	d.Mul(d, new(big.Int).ModInverse(gx, n)).Mod(d, n)
	var scalar secp256k1.ModNScalar
	scalar.SetByteSlice(d.Bytes())
	point := secp256k1.NewPrivateKey(&scalar).PubKey().SerializeUncompressed()
	keys := keySet(t, encode(t, map[string]string{
		"kty": "EC", "crv": "secp256k1", "kid": "x", "x": b64(string(point[1:33])), "y": b64(string(point[33:])),
	}))
	signed := func(s *big.Int) []byte {
		raw := append(gx.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		return with(t, []byte(plain), []any{map[string]any{"protected": protected, "signature": b64(string(raw))}})
	}
	if report, err := card.Check(context.Background(), signed(big.NewInt(1)), keys); err != nil || report.Verified() != 1 {
		t.Fatalf("expected a verified signature, got %+v and %v", report, err)
	}
	_, err := card.Check(context.Background(), signed(new(big.Int).Add(n, big.NewInt(1))), keys)
	fails(t, err, card.ErrSignature, "does not verify")
}
