package card

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// SignOptions are of one signature.
type SignOptions struct {
	// KeySetURL goes into the protected header as jku, if it is not empty: an https URL
	// of a key set with the key. Readers use it only if they trust its host.
	KeySetURL string
}

// Sign returns the card with a signature by the key, in canonical form. A signature with
// the same kid is replaced, others stay. The hash of the result is what to register.
func Sign(card []byte, key PrivateKey, o SignOptions) ([]byte, error) {
	if key.signer == nil {
		return nil, keyError("key: expected one, got none")
	}
	if key.id == "" || len(key.id) > maxKeyIDBytes {
		return nil, keyError("kid: expected 1 to %d bytes, got %d", maxKeyIDBytes, len(key.id))
	}
	if o.KeySetURL != "" {
		if _, err := parseAddress(o.KeySetURL, false); err != nil {
			return nil, fmt.Errorf("jku: %w", err)
		}
	}
	canonical, err := canonicalCard(card)
	if err != nil {
		return nil, err
	}
	object, err := decodeObject(canonical)
	if err != nil {
		return nil, err
	}
	kept, err := otherSignatures(object, key.id)
	if err != nil {
		return nil, err
	}
	payload, err := Payload(canonical)
	if err != nil {
		return nil, err
	}
	made, err := key.sign(payload, o)
	if err != nil {
		return nil, err
	}
	if len(kept) >= MaxSignatures {
		return nil, signatureError("card: signatures: expected at most %d with this one, got %d", MaxSignatures, len(kept)+1)
	}
	object[memberSignatures] = append(kept, made)
	signed, err := encodeCanonical(object)
	if err != nil {
		return nil, err
	}
	if len(signed) > MaxBytes {
		return nil, formatError("card: expected at most %d bytes with the signature, got %d", MaxBytes, len(signed))
	}
	return signed, nil
}

// otherSignatures returns those that are not by the key.
func otherSignatures(object map[string]any, keyID string) ([]any, error) {
	signatures, err := signaturesOf(object)
	if err != nil {
		return nil, err
	}
	list, _ := object[memberSignatures].([]any)
	kept := slices.Clone(list[:0])
	for i, s := range signatures {
		header, err := ParseHeader(s.protected)
		if err != nil {
			return nil, inSignature(i, err)
		}
		if header.KeyID != keyID {
			kept = append(kept, list[i])
		}
	}
	return kept, nil
}

func (k PrivateKey) sign(payload []byte, o SignOptions) (map[string]any, error) {
	options := (&jose.SignerOptions{}).WithType("JOSE").WithHeader("kid", k.id)
	if o.KeySetURL != "" {
		options = options.WithHeader("jku", o.KeySetURL)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(k.algorithm), Key: k.signer}, options)
	if err != nil {
		return nil, keyError("key: %v", err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return nil, keyError("key: %v", err)
	}
	var flat struct {
		Protected string `json:"protected"`
		Signature string `json:"signature"`
	}
	if err := json.Unmarshal([]byte(jws.FullSerialize()), &flat); err != nil {
		return nil, fmt.Errorf("card: %w", err)
	}
	return map[string]any{"protected": flat.Protected, "signature": flat.Signature}, nil
}
