package card

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/go-jose/go-jose/v4"
)

// Bounds of a key set.
const (
	// MaxKeySetBytes is the size that a key set may have.
	MaxKeySetBytes = 64 << 10
	// MaxKeys is how many keys it may have.
	MaxKeys = 64
)

// KeySource has the keys that a caller trusts.
type KeySource interface {
	// Key returns the key that the header names. The error matches ErrUnknownKey if the
	// source doesn't have it; then the signature counts as not checked. Any other error
	// ends the verification.
	Key(ctx context.Context, h Header) (PublicKey, error)
}

// PublicKey is a key that signatures are verified with. Its type decides the algorithm.
type PublicKey struct {
	id        string
	algorithm Algorithm // empty for a key of a type that is not accepted
	what      string    // the type, for errors
	verifier  any       // what the JWS library verifies with
}

// ID returns the kid.
func (k PublicKey) ID() string { return k.id }

// Algorithm returns the only algorithm that the key is good for.
func (k PublicKey) Algorithm() Algorithm { return k.algorithm }

// KeySet is a set of trusted keys.
type KeySet struct{ keys []PublicKey }

// Key returns the key with the header's kid, if possible one of the right type.
func (s KeySet) Key(_ context.Context, h Header) (PublicKey, error) {
	var found *PublicKey
	for i, k := range s.keys {
		if k.id == h.KeyID && (found == nil || k.algorithm == h.Algorithm) {
			found = &s.keys[i]
		}
	}
	if found == nil {
		return PublicKey{}, fmt.Errorf("%w: none of the %d trusted keys has the kid %s", ErrUnknownKey, len(s.keys), shown(h.KeyID))
	}
	return *found, nil
}

// Len returns how many keys are in the set.
func (s KeySet) Len() int { return len(s.keys) }

// FirstOf asks one source after the other until one has the key.
func FirstOf(sources ...KeySource) KeySource { return chain(sources) }

type chain []KeySource

// Key implements KeySource.
func (c chain) Key(ctx context.Context, h Header) (PublicKey, error) {
	unknown := fmt.Errorf("%w: no keys are trusted", ErrUnknownKey)
	for _, source := range c {
		key, err := source.Key(ctx, h)
		if err == nil || !isUnknown(err) {
			return key, err
		}
		unknown = err
	}
	return PublicKey{}, unknown
}

// jwk are the members of a JSON Web Key (RFC 7517) that matter here.
type jwk struct {
	Type       string   `json:"kty"`
	ID         string   `json:"kid"`
	Algorithm  string   `json:"alg"`
	Use        string   `json:"use"`
	Operations []string `json:"key_ops"`
	Curve      string   `json:"crv"`
	X          string   `json:"x"`
	Y          string   `json:"y"`
	D          string   `json:"d"`
	// K is of symmetric keys, the others of RSA keys.
	K string `json:"k"`
	P string `json:"p"`
}

const (
	curveEd25519   = "Ed25519"
	curveP256      = "P-256"
	curveSecp256k1 = "secp256k1"
	typeOKP        = "OKP"
	typeEC         = "EC"
	coordinate     = 32 // bytes of a coordinate, and of a secret, on these curves
)

// ParseKeySet reads a JSON Web Key Set (RFC 7517), or a single key. Keys without a kid
// and keys for encryption are passed over; keys of types that are not accepted are kept,
// to be named when a signature claims them. A set with a private key in it, or with the
// same kid for two keys of one type, is refused.
func ParseKeySet(document []byte) (KeySet, error) {
	canonical, err := canonicalKeys(document)
	if err != nil {
		return KeySet{}, err
	}
	var set struct {
		Keys *[]json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(canonical, &set); err != nil {
		return KeySet{}, keyError("keys: expected a JSON Web Key Set: %v", err)
	}
	raw := []json.RawMessage{canonical}
	if set.Keys != nil {
		raw = *set.Keys
	}
	if len(raw) > MaxKeys {
		return KeySet{}, keyError("keys: expected at most %d, got %d", MaxKeys, len(raw))
	}
	var out KeySet
	for i, one := range raw {
		key, use, err := parseKey(one)
		if err != nil {
			return KeySet{}, keyError("keys[%d]: %v", i, err)
		}
		if key.id == "" && set.Keys == nil {
			return KeySet{}, keyError("keys[%d]: kid: expected the name of the key, got nothing", i)
		}
		if !use || key.id == "" {
			continue
		}
		if slices.ContainsFunc(out.keys, func(k PublicKey) bool { return k.id == key.id && k.algorithm == key.algorithm }) {
			return KeySet{}, keyError("keys[%d]: kid: %s is there twice", i, shown(key.id))
		}
		out.keys = append(out.keys, key)
	}
	return out, nil
}

func canonicalKeys(document []byte) ([]byte, error) {
	if len(document) > MaxKeySetBytes {
		return nil, keyError("keys: expected at most %d bytes, got %d", MaxKeySetBytes, len(document))
	}
	canonical, err := Canonical(document)
	if err != nil || canonical[0] != '{' {
		return nil, keyError("keys: expected a JSON Web Key Set in JSON with one meaning")
	}
	return canonical, nil
}

// parseKey reads one public key, and says whether it is for signatures.
func parseKey(raw []byte) (PublicKey, bool, error) {
	var k jwk
	if err := json.Unmarshal(raw, &k); err != nil {
		return PublicKey{}, false, fmt.Errorf("expected a JSON Web Key: %w", err)
	}
	if k.D != "" || k.K != "" || k.P != "" {
		return PublicKey{}, false, fmt.Errorf("expected a public key, got a secret one")
	}
	key := PublicKey{id: k.ID, what: shown(k.Type + " " + k.Curve)}
	var err error
	switch {
	case k.Type == typeOKP && k.Curve == curveEd25519:
		key.algorithm = EdDSA
		key.verifier, err = libraryKey[ed25519.PublicKey](raw)
	case k.Type == typeEC && k.Curve == curveP256:
		key.algorithm = ES256
		key.verifier, err = libraryKey[*ecdsa.PublicKey](raw)
	case k.Type == typeEC && k.Curve == curveSecp256k1:
		key.algorithm = ES256K
		var public *secp256k1.PublicKey
		public, err = k.point()
		key.verifier = k256Verifier{public}
	}
	if err != nil {
		return PublicKey{}, false, fmt.Errorf("expected a key on %s: %w", k.Curve, err)
	}
	if k.Algorithm != "" && key.algorithm != "" && Algorithm(k.Algorithm) != key.algorithm {
		return PublicKey{}, false, fmt.Errorf("alg: expected %s for a key on %s, got %s", key.algorithm, k.Curve, shown(k.Algorithm))
	}
	use := (k.Use == "" || k.Use == "sig") && (len(k.Operations) == 0 || slices.Contains(k.Operations, "verify"))
	return key, use, nil
}

// libraryKey lets the JWS library read a key that it knows.
func libraryKey[K any](raw []byte) (K, error) {
	var key jose.JSONWebKey
	var none K
	if err := key.UnmarshalJSON(raw); err != nil {
		return none, errors.New(strings.TrimPrefix(err.Error(), "go-jose/go-jose: "))
	}
	public, ok := key.Key.(K)
	if !ok || !key.Valid() {
		return none, fmt.Errorf("the key is not valid")
	}
	return public, nil
}

// point reads a public key on secp256k1, which the JWS library doesn't know.
func (k jwk) point() (*secp256k1.PublicKey, error) {
	x, err := decodeBase64("x", k.X, coordinate)
	if err != nil {
		return nil, err
	}
	y, err := decodeBase64("y", k.Y, coordinate)
	if err != nil {
		return nil, err
	}
	if len(x) != coordinate || len(y) != coordinate {
		return nil, fmt.Errorf("x and y: expected %d bytes each, got %d and %d", coordinate, len(x), len(y))
	}
	return secp256k1.ParsePubKey(slices.Concat([]byte{secp256k1.PubKeyFormatUncompressed}, x, y))
}

// fits returns an error if the key is not for the algorithm that the header claims.
func (k PublicKey) fits(h Header) error {
	if k.verifier == nil || k.algorithm == "" {
		return signatureError("kid %s: expected a key for %s, got one of type %s", shown(h.KeyID), h.Algorithm, k.what)
	}
	if k.algorithm != h.Algorithm {
		return signatureError("alg: expected %s, as the key %s is for, got %s", k.algorithm, shown(h.KeyID), h.Algorithm)
	}
	return nil
}

func keyError(format string, args ...any) error {
	return &kindError{kind: ErrKey, text: fmt.Sprintf(format, args...)}
}
