package card

import (
	"crypto/sha256"
	"errors"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
	"github.com/go-jose/go-jose/v4"
)

// ES256K (RFC 8812) by the two interfaces that the JWS library has for algorithms that
// it doesn't know.
var (
	_ jose.OpaqueVerifier = k256Verifier{}
	_ jose.OpaqueSigner   = k256Signer{}
)

var errK256 = errors.New("the signature does not verify")

type k256Verifier struct{ key *secp256k1.PublicKey }

// VerifyPayload implements jose.OpaqueVerifier.
func (v k256Verifier) VerifyPayload(payload, signature []byte, alg jose.SignatureAlgorithm) error {
	if Algorithm(alg) != ES256K || len(signature) != signatureBytes {
		return errK256
	}
	var r, s secp256k1.ModNScalar
	// Numbers of the group's order and above are refused, and so is zero.
	if r.SetByteSlice(signature[:coordinate]) || s.SetByteSlice(signature[coordinate:]) || r.IsZero() || s.IsZero() {
		return errK256
	}
	digest := sha256.Sum256(payload)
	if !ecdsa.NewSignature(&r, &s).Verify(digest[:], v.key) {
		return errK256
	}
	return nil
}

type k256Signer struct{ key *secp256k1.PrivateKey }

// Public implements jose.OpaqueSigner. The key's name is set with the other headers.
func (s k256Signer) Public() *jose.JSONWebKey { return nil }

// Algs implements jose.OpaqueSigner.
func (s k256Signer) Algs() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.SignatureAlgorithm(ES256K)}
}

// SignPayload implements jose.OpaqueSigner.
func (s k256Signer) SignPayload(payload []byte, _ jose.SignatureAlgorithm) ([]byte, error) {
	digest := sha256.Sum256(payload)
	signature := ecdsa.Sign(s.key, digest[:])
	r, t := signature.R(), signature.S()
	out := make([]byte, signatureBytes)
	r.PutBytesUnchecked(out[:coordinate])
	t.PutBytesUnchecked(out[coordinate:])
	return out, nil
}
