package card

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// Algorithm is the alg of a signature.
type Algorithm string

// The algorithms that are accepted.
const (
	// EdDSA is Ed25519 (RFC 8037).
	EdDSA Algorithm = "EdDSA"
	// ES256 is ECDSA on P-256 with SHA-256 (RFC 7518).
	ES256 Algorithm = "ES256"
	// ES256K is ECDSA on secp256k1 with SHA-256 (RFC 8812).
	ES256K Algorithm = "ES256K"
)

// algorithms is what the JWS library may accept.
var algorithms = []jose.SignatureAlgorithm{jose.SignatureAlgorithm(EdDSA), jose.SignatureAlgorithm(ES256), jose.SignatureAlgorithm(ES256K)}

const algorithmNames = "EdDSA, ES256 or ES256K"

// Bounds of signatures.
const (
	// MaxSignatures is how many a card may have.
	MaxSignatures = 8
	// maxHeaderBytes and maxKeyIDBytes bound a protected header and its kid.
	maxHeaderBytes = 4 << 10
	maxKeyIDBytes  = 256
	// signatureBytes is the size of all three algorithms' signatures.
	signatureBytes = 64
)

// Header is what the protected header of a signature says. Until the signature is
// verified it is a claim.
type Header struct {
	// Algorithm is the alg. It may be one that is not accepted.
	Algorithm Algorithm `json:"alg"`
	// KeyID is the kid: 1 to 256 bytes.
	KeyID string `json:"kid"`
	// KeySetURL is the jku, or empty.
	KeySetURL string `json:"jku,omitempty"`
}

// ParseHeader reads a protected header as it is in a card. It must be base64url without
// padding, and have an alg and a kid. It may not have critical parameters, because none
// is understood. Whether the algorithm is accepted is not looked at.
func ParseHeader(protected string) (Header, error) {
	raw, err := decodeBase64("protected", protected, maxHeaderBytes)
	if err != nil {
		return Header{}, err
	}
	members, err := headerMembers(raw)
	if err != nil {
		return Header{}, err
	}
	if crit, ok := members["crit"]; ok {
		return Header{}, signatureError("protected: crit: expected no critical parameters, got %s", shown(string(crit)))
	}
	var h Header
	var alg string
	for _, m := range []struct {
		name     string
		into     *string
		required bool
		most     int
	}{
		{"alg", &alg, true, maxKeyIDBytes},
		{"kid", &h.KeyID, true, maxKeyIDBytes},
		{"jku", &h.KeySetURL, false, maxURLBytes},
	} {
		value, ok := members[m.name]
		switch {
		case !ok && m.required:
			return Header{}, signatureError("protected: %s missing or empty", m.name)
		case !ok:
			continue
		case json.Unmarshal(value, m.into) != nil || string(value) == "null":
			return Header{}, signatureError("protected: %s: expected a string, got %s", m.name, shown(string(value)))
		case strings.TrimSpace(*m.into) == "":
			return Header{}, signatureError("protected: %s missing or empty", m.name)
		case len(*m.into) > m.most:
			return Header{}, signatureError("protected: %s: expected at most %d bytes, got %d", m.name, m.most, len(*m.into))
		}
	}
	h.Algorithm = Algorithm(alg)
	return h, nil
}

// headerMembers reads a JSON object that has no name twice.
func headerMembers(raw []byte) (map[string]json.RawMessage, error) {
	canonical, err := Canonical(raw)
	if err != nil {
		_, reason, _ := strings.Cut(err.Error(), ": ")
		return nil, signatureError("protected: %s", reason)
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(canonical, &members) != nil || canonical[0] != '{' {
		return nil, signatureError("protected: expected a JSON object, got %s", kindOfText(canonical))
	}
	return members, nil
}

// accepted returns an error if signatures with this algorithm are not looked at.
func (a Algorithm) accepted() error {
	switch a {
	case EdDSA, ES256, ES256K:
		return nil
	default:
		if strings.EqualFold(string(a), "none") {
			return signatureError("alg: expected %s, got none: that is no signature", algorithmNames)
		}
		return signatureError("alg: expected %s, got %s", algorithmNames, shown(string(a)))
	}
}

// disjoint returns an error if a parameter is both protected and not (RFC 7515, section
// 4), or if a parameter that must be protected is not.
func disjoint(protected string, unprotected map[string]any) error {
	if len(unprotected) == 0 {
		return nil
	}
	raw, err := decodeBase64("protected", protected, maxHeaderBytes)
	if err != nil {
		return err
	}
	members, err := headerMembers(raw)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(unprotected)) {
		_, twice := members[name]
		switch {
		case twice:
			return signatureError("header: expected no parameter of the protected header, got %s", shown(name))
		case name == "crit" || name == "alg" || name == "b64":
			return signatureError("header: expected %s in the protected header only", name)
		}
	}
	return nil
}

// decodeBase64 reads base64url without padding, and nothing that merely looks like it.
func decodeBase64(name, text string, most int) ([]byte, error) {
	if base64.RawURLEncoding.DecodedLen(len(text)) > most {
		return nil, signatureError("%s: expected at most %d bytes, got %d", name, most, base64.RawURLEncoding.DecodedLen(len(text)))
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") { // which the decoder skips
		return nil, signatureError("%s: expected base64url without padding, got %s", name, shown(text))
	}
	return raw, nil
}

func signatureError(format string, args ...any) error {
	return &kindError{kind: ErrSignature, text: fmt.Sprintf(format, args...)}
}
