package types

import "crypto/sha256"

// MaxAttestationSeconds is how far ahead an attestation may expire: 10 years.
const MaxAttestationSeconds = 10 * 365 * day

// ValidateAttestationType returns ErrInvalidAttestation unless a type is known.
func ValidateAttestationType(t AttestationType) error {
	if _, known := AttestationType_name[int32(t)]; !known || t == ATTESTATION_TYPE_UNSPECIFIED {
		return ErrInvalidAttestation.Wrapf("type: expected a known type such as %s, got %s", ATTESTATION_TYPE_DNS, t)
	}
	return nil
}

// validateHash returns ErrInvalidAttestation unless bytes are as many as a SHA-256 hash
// has.
func validateHash(hash []byte, field string) error {
	if n := len(hash); n != sha256.Size {
		return ErrInvalidAttestation.Wrapf("%s: expected %d bytes, got %d", field, sha256.Size, n)
	}
	return nil
}

// Validate returns ErrInvalidAttestation with the first field that is out of its
// bounds. Addresses are checked elsewhere.
func (a Attestation) Validate() error {
	if err := ValidateAttestationType(a.Type); err != nil {
		return err
	}
	if err := validateHash(a.Hash, "hash"); err != nil {
		return err
	}
	if a.ExpiresAt <= a.IssuedAt || a.ExpiresAt-a.IssuedAt > MaxAttestationSeconds {
		return ErrInvalidAttestation.Wrapf("expires_at: expected %d to %d (up to 10 years ahead), got %d",
			a.IssuedAt+1, a.IssuedAt+MaxAttestationSeconds, a.ExpiresAt)
	}
	return nil
}
