package seal

import (
	"bytes"
	"crypto/hpke"
	"errors"
	"fmt"
)

// PublicKey is what payloads are sealed to. The zero value is no key. Keys don't
// change and may be used by several goroutines.
type PublicKey struct {
	suite Suite
	key   hpke.PublicKey
}

// PrivateKey opens what was sealed to its public key. The zero value is no key.
type PrivateKey struct {
	suite Suite
	key   hpke.PrivateKey
}

var errNoKey = errors.New("key: expected one, got none")

// GenerateKey returns a new private key of the suite. It fails for an unknown suite.
func GenerateKey(suite Suite) (PrivateKey, error) {
	kem, err := suite.kem()
	if err != nil {
		return PrivateKey{}, err
	}
	key, err := kem.GenerateKey()
	if err != nil {
		return PrivateKey{}, fmt.Errorf("generate a key of %s: %w", suite, err)
	}
	return PrivateKey{suite: suite, key: key}, nil
}

// ParsePublicKey is the reverse of PublicKey.Bytes. It fails for an unknown suite and
// for bytes that are no key of it.
func ParsePublicKey(suite Suite, raw []byte) (PublicKey, error) {
	kem, err := suite.kem()
	if err != nil {
		return PublicKey{}, err
	}
	key, err := kem.NewPublicKey(raw)
	if err != nil {
		return PublicKey{}, fmt.Errorf("public key: expected one of %s, got %d bytes that are none: %w", suite, len(raw), err)
	}
	return PublicKey{suite: suite, key: key}, nil
}

// Suite returns what the key is made for; 0 if it is no key.
func (k PublicKey) Suite() Suite { return k.suite }

// Bytes returns the key as it is published; nil if it is no key.
func (k PublicKey) Bytes() []byte {
	if k.key == nil {
		return nil
	}
	return k.key.Bytes()
}

// Equal reports whether both are the same key.
func (k PublicKey) Equal(other PublicKey) bool {
	return k.suite == other.suite && bytes.Equal(k.Bytes(), other.Bytes())
}

// Suite returns what the key is made for; 0 if it is no key.
func (k PrivateKey) Suite() Suite { return k.suite }

// Public returns the key that payloads for this one are sealed to.
func (k PrivateKey) Public() PublicKey {
	if k.key == nil {
		return PublicKey{}
	}
	return PublicKey{suite: k.suite, key: k.key.PublicKey()}
}

// String names the suite and never the secret, so that a logged key tells nothing.
func (k PrivateKey) String() string { return fmt.Sprintf("private key of %s", k.suite) }

// GoString is String: the secret doesn't appear with %#v either.
func (k PrivateKey) GoString() string { return k.String() }
