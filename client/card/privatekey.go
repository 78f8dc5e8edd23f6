package card

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
)

// maxKeyFileBytes bounds a private key as it is kept.
const maxKeyFileBytes = 16 << 10

// PrivateKey signs cards. Its type decides the algorithm.
type PrivateKey struct {
	id        string
	algorithm Algorithm
	signer    any // what the JWS library signs with
	public    map[string]string
}

// ID returns the kid that signatures name.
func (k PrivateKey) ID() string { return k.id }

// Algorithm returns the algorithm that the key signs with.
func (k PrivateKey) Algorithm() Algorithm { return k.algorithm }

// WithID returns the key under another kid, of 1 to 256 bytes.
func (k PrivateKey) WithID(id string) PrivateKey {
	k.id = id
	return k
}

// PublicKeySet returns a JSON Web Key Set with the public half, as it is published.
func (k PrivateKey) PublicKeySet() ([]byte, error) {
	if k.signer == nil {
		return nil, keyError("key: expected one, got none")
	}
	member := map[string]string{"kid": k.id, "alg": string(k.algorithm), "use": "sig"}
	for name, value := range k.public {
		member[name] = value
	}
	return encodeCanonical(map[string]any{"keys": []any{member}})
}

// ParsePrivateKey reads a private key for one of the three algorithms: a JSON Web Key,
// or PEM with one key in PKCS #8 or, for the elliptic curves, SEC 1. It may not be
// encrypted. Without a kid in it, its kid is the key's thumbprint (RFC 7638).
func ParsePrivateKey(raw []byte) (PrivateKey, error) {
	if len(raw) > maxKeyFileBytes {
		return PrivateKey{}, keyError("key: expected at most %d bytes, got %d", maxKeyFileBytes, len(raw))
	}
	var secret any
	var id string
	var err error
	if text := strings.TrimSpace(string(raw)); strings.HasPrefix(text, "{") {
		secret, id, err = parseSecretJWK([]byte(text))
	} else {
		secret, err = parsePEM(raw)
	}
	if err != nil {
		return PrivateKey{}, keyError("key: %v", err)
	}
	key, err := newPrivateKey(secret)
	if err != nil {
		return PrivateKey{}, keyError("key: %v", err)
	}
	if key.id = id; id == "" {
		if key.id, err = thumbprint(key.public); err != nil {
			return PrivateKey{}, err
		}
	}
	return key, nil
}

// thumbprint names a key as RFC 7638 does.
func thumbprint(members map[string]string) (string, error) {
	canonical, err := encodeCanonical(members)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256(canonical)
	return base64.RawURLEncoding.EncodeToString(hash[:]), nil
}

func newPrivateKey(secret any) (PrivateKey, error) {
	encode := base64.RawURLEncoding.EncodeToString
	switch k := secret.(type) {
	case ed25519.PrivateKey:
		public, _ := k.Public().(ed25519.PublicKey)
		return PrivateKey{algorithm: EdDSA, signer: k, public: map[string]string{"kty": typeOKP, "crv": curveEd25519, "x": encode(public)}}, nil
	case *ecdsa.PrivateKey:
		if k.Curve != elliptic.P256() {
			return PrivateKey{}, fmt.Errorf("expected a key on Ed25519, P-256 or secp256k1, got one on %s", k.Curve.Params().Name)
		}
		point, err := k.PublicKey.Bytes()
		if err != nil {
			return PrivateKey{}, err
		}
		return PrivateKey{algorithm: ES256, signer: k, public: ecMembers(curveP256, point)}, nil
	case *secp256k1.PrivateKey:
		return PrivateKey{
			algorithm: ES256K, signer: k256Signer{k},
			public: ecMembers(curveSecp256k1, k.PubKey().SerializeUncompressed()),
		}, nil
	default:
		return PrivateKey{}, fmt.Errorf("expected a key on Ed25519, P-256 or secp256k1, got %T", secret)
	}
}

// ecMembers are the members of a JSON Web Key; the point is 4, x and y.
func ecMembers(curve string, point []byte) map[string]string {
	encode := base64.RawURLEncoding.EncodeToString
	return map[string]string{"kty": typeEC, "crv": curve, "x": encode(point[1 : 1+coordinate]), "y": encode(point[1+coordinate:])}
}

func parseSecretJWK(raw []byte) (any, string, error) {
	canonical, err := Canonical(raw)
	if err != nil {
		return nil, "", fmt.Errorf("expected a JSON Web Key in JSON with one meaning")
	}
	var k jwk
	if json.Unmarshal(canonical, &k) != nil || k.D == "" {
		return nil, "", fmt.Errorf("expected a JSON Web Key with its secret, d")
	}
	switch {
	case k.Type == typeOKP && k.Curve == curveEd25519:
		secret, err := libraryKey[ed25519.PrivateKey](canonical)
		return secret, k.ID, err
	case k.Type == typeEC && k.Curve == curveP256:
		secret, err := libraryKey[*ecdsa.PrivateKey](canonical)
		if err == nil {
			err = samePublic(secret)
		}
		return secret, k.ID, err
	case k.Type == typeEC && k.Curve == curveSecp256k1:
		secret, err := k.secret()
		return secret, k.ID, err
	default:
		return nil, "", fmt.Errorf("expected a key on Ed25519, P-256 or secp256k1, got %s", shown(k.Type+" "+k.Curve))
	}
}

// samePublic returns an error if the public half of a key on P-256 is another key's.
func samePublic(k *ecdsa.PrivateKey) error {
	d, err := k.Bytes()
	if err != nil {
		return err
	}
	again, err := ecdsa.ParseRawPrivateKey(k.Curve, d)
	if err != nil {
		return err
	}
	if !again.PublicKey.Equal(&k.PublicKey) {
		return fmt.Errorf("x and y: expected the public half of d")
	}
	return nil
}

// secret reads a private key on secp256k1.
func (k jwk) secret() (*secp256k1.PrivateKey, error) {
	d, err := decodeBase64("d", k.D, coordinate)
	if err != nil {
		return nil, fmt.Errorf("d: expected base64url of %d bytes", coordinate) // and no word of the secret
	}
	secret, err := k256Secret(d)
	if err != nil {
		return nil, err
	}
	public, err := k.point()
	if err != nil {
		return nil, err
	}
	if !public.IsEqual(secret.PubKey()) {
		return nil, fmt.Errorf("x and y: expected the public half of d")
	}
	return secret, nil
}

func k256Secret(d []byte) (*secp256k1.PrivateKey, error) {
	var scalar secp256k1.ModNScalar
	if len(d) != coordinate || scalar.SetByteSlice(d) || scalar.IsZero() {
		return nil, fmt.Errorf("expected a secret of %d bytes on secp256k1", coordinate)
	}
	return secp256k1.NewPrivateKey(&scalar), nil
}

func parsePEM(raw []byte) (any, error) {
	for {
		var block *pem.Block
		block, raw = pem.Decode(raw)
		if block == nil {
			return nil, fmt.Errorf("expected a JSON Web Key, or PEM with a private key")
		}
		switch block.Type {
		case "EC PARAMETERS": // some tools write the curve first
			continue
		case "PRIVATE KEY":
			if secret, ok := parsePKCS8K256(block.Bytes); ok {
				return k256Secret(secret)
			}
			return x509.ParsePKCS8PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			if secret, ok := parseSEC1K256(block.Bytes, nil); ok {
				return k256Secret(secret)
			}
			return x509.ParseECPrivateKey(block.Bytes)
		default:
			return nil, fmt.Errorf("expected PEM of type PRIVATE KEY or EC PRIVATE KEY, not encrypted, got %s", shown(block.Type))
		}
	}
}

var (
	oidEC        = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidSecp256k1 = asn1.ObjectIdentifier{1, 3, 132, 0, 10}
)

// parsePKCS8K256 reads a key on secp256k1, which the standard library doesn't know.
func parsePKCS8K256(der []byte) ([]byte, bool) {
	var outer struct {
		Version    int
		Algorithm  pkix.AlgorithmIdentifier
		PrivateKey []byte
	}
	var curve asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(der, &outer); err != nil || !outer.Algorithm.Algorithm.Equal(oidEC) {
		return nil, false
	}
	if _, err := asn1.Unmarshal(outer.Algorithm.Parameters.FullBytes, &curve); err != nil {
		return nil, false
	}
	return parseSEC1K256(outer.PrivateKey, curve)
}

// parseSEC1K256 reads the secret of a key whose curve is secp256k1, by itself or by what
// is around it.
func parseSEC1K256(der []byte, curve asn1.ObjectIdentifier) ([]byte, bool) {
	var key struct {
		Version    int
		PrivateKey []byte
		Curve      asn1.ObjectIdentifier `asn1:"optional,explicit,tag:0"`
		PublicKey  asn1.BitString        `asn1:"optional,explicit,tag:1"`
	}
	if rest, err := asn1.Unmarshal(der, &key); err != nil || len(rest) != 0 {
		return nil, false
	}
	if key.Curve != nil {
		curve = key.Curve
	}
	return key.PrivateKey, curve.Equal(oidSecp256k1)
}
