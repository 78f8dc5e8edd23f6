package card

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// Status is what is known of a signature.
type Status string

// The states of a signature in a report. A signature that is wrong is an error instead.
const (
	// StatusVerified is of a signature by a trusted key.
	StatusVerified Status = "verified"
	// StatusUnchecked is of a signature by a key that nobody vouched for. It proves
	// nothing.
	StatusUnchecked Status = "unchecked"
)

// Signature is what was found out about one signature of a card.
type Signature struct {
	Header Header `json:"protected"`
	Status Status `json:"status"`
	// Reason says why it is unchecked.
	Reason string `json:"reason,omitempty"`
}

// Report is what was found out about a card.
type Report struct {
	// Hash is the card's.
	Hash [sha256.Size]byte
	// Signatures are in the order of the card.
	Signatures []Signature
}

// Verified returns how many signatures are by trusted keys.
func (r Report) Verified() int {
	n := 0
	for _, s := range r.Signatures {
		if s.Status == StatusVerified {
			n++
		}
	}
	return n
}

// Verify checks a card against the hash that its owner registered, and then its
// signatures as Check does. The error matches ErrHash if it is another card.
func Verify(ctx context.Context, card []byte, registered [sha256.Size]byte, keys KeySource) (Report, error) {
	hash, err := Hash(card)
	if err != nil {
		return Report{}, err
	}
	if hash != registered {
		return Report{Hash: hash}, &kindError{kind: ErrHash, text: fmt.Sprintf(
			"card: expected the sha256 %s, as registered, got %s", hex.EncodeToString(registered[:]), hex.EncodeToString(hash[:]))}
	}
	return Check(ctx, card, keys)
}

// Check verifies the signatures of a card whose hash is not registered, or not known. A
// card without signatures is no error, and neither is one by unknown keys: Report.Verified
// tells them apart. The error matches ErrSignature if any signature is malformed, not
// acceptable, or by a trusted key and wrong, whatever the others are. Without keys (nil)
// none is trusted.
func Check(ctx context.Context, card []byte, keys KeySource) (Report, error) {
	canonical, err := canonicalCard(card)
	if err != nil {
		return Report{}, err
	}
	report := Report{Hash: sha256.Sum256(canonical)}
	object, err := decodeObject(canonical)
	if err != nil {
		return report, err
	}
	signatures, err := signaturesOf(object)
	if err != nil {
		return report, err
	}
	payload, err := payloadOf(object)
	if err != nil {
		return report, err
	}
	if keys == nil {
		keys = FirstOf()
	}
	for i, s := range signatures {
		found, err := s.verify(ctx, payload, keys)
		if err != nil {
			return report, inSignature(i, err)
		}
		report.Signatures = append(report.Signatures, found)
	}
	return report, nil
}

// signature is an AgentCardSignature of the specification.
type signature struct {
	protected, signature string
	header               map[string]any
}

// signaturesOf reads the signatures without looking into them.
func signaturesOf(object map[string]any) ([]signature, error) {
	value, ok := object[memberSignatures]
	if !ok || value == nil {
		return nil, nil
	}
	list, ok := value.([]any)
	if !ok {
		return nil, signatureError("card: signatures: expected an array, got %s", kindOf(value))
	}
	if len(list) > MaxSignatures {
		return nil, signatureError("card: signatures: expected at most %d, got %d", MaxSignatures, len(list))
	}
	out := make([]signature, len(list))
	for i, element := range list {
		member, ok := element.(map[string]any)
		if !ok {
			return nil, inSignature(i, signatureError("expected an object, got %s", kindOf(element)))
		}
		for name, into := range map[string]*string{"protected": &out[i].protected, "signature": &out[i].signature} {
			text, ok := member[name].(string)
			if !ok || text == "" {
				return nil, inSignature(i, signatureError("%s: expected base64url, got nothing", name))
			}
			*into = text
		}
		header, isObject := member["header"].(map[string]any)
		if member["header"] != nil && !isObject {
			return nil, inSignature(i, signatureError("header: expected an object, got %s", kindOf(member["header"])))
		}
		out[i].header = header
	}
	return out, nil
}

func (s signature) verify(ctx context.Context, payload []byte, keys KeySource) (Signature, error) {
	header, err := ParseHeader(s.protected)
	if err != nil {
		return Signature{}, err
	}
	found := Signature{Header: header, Status: StatusUnchecked}
	if err := header.Algorithm.accepted(); err != nil {
		return found, err
	}
	if err := disjoint(s.protected, s.header); err != nil {
		return found, err
	}
	raw, err := decodeBase64("signature", s.signature, maxHeaderBytes)
	if err != nil {
		return found, err
	}
	if len(raw) != signatureBytes {
		return found, signatureError("signature: expected %d bytes for %s, got %d", signatureBytes, header.Algorithm, len(raw))
	}
	key, err := keys.Key(ctx, header)
	if isUnknown(err) {
		found.Reason = err.Error()
		return found, nil
	}
	if err != nil {
		return found, err
	}
	if err := key.fits(header); err != nil {
		return found, err
	}
	// The unprotected header stays outside: nothing in it is needed or trusted.
	detached, err := jose.ParseDetached(s.protected+".."+s.signature, payload, algorithms)
	if err != nil {
		return found, signatureError("expected a JWS: %v", err)
	}
	if err := detached.DetachedVerify(payload, key.verifier); err != nil {
		return found, signatureError("signature: does not verify with the key %s", shown(header.KeyID))
	}
	found.Status = StatusVerified
	return found, nil
}

func inSignature(i int, err error) error {
	return fmt.Errorf("card: signatures[%d]: %w", i, err)
}

func isUnknown(err error) bool { return errors.Is(err, ErrUnknownKey) }
