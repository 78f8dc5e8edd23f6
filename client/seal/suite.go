package seal

import (
	"crypto/ecdh"
	"crypto/hpke"
	"fmt"
)

// Suite names the key encapsulation that a key is made for. The numbers are those of
// HpkeSuite in the agent registry's messages and never change.
type Suite uint8

// The suites. Zero is none.
const (
	// X25519MLKEM768 is the hybrid of X25519 and ML-KEM-768 (X-Wing). It holds as
	// long as one of the two does, also against quantum computers, and is the one
	// to use. Public keys have 1,216 bytes.
	X25519MLKEM768 Suite = 1
	// X25519 is for peers that have nothing else. Public keys have 32 bytes.
	X25519 Suite = 2

	// DefaultSuite is for new keys.
	DefaultSuite = X25519MLKEM768
)

// suites holds what differs between them. The sizes of encapsulated keys are part of
// the format: they say where a header ends.
var suites = map[Suite]struct {
	name    string
	kem     hpke.KEM
	encSize int
}{
	X25519MLKEM768: {"X25519_MLKEM768", hpke.MLKEM768X25519(), 1120},
	X25519:         {"X25519", hpke.DHKEM(ecdh.X25519()), 32},
}

// String returns the name that ParseSuite takes, or Suite(n) for an unknown one.
func (s Suite) String() string {
	if known, ok := suites[s]; ok {
		return known.name
	}
	return fmt.Sprintf("Suite(%d)", uint8(s))
}

// ParseSuite returns the suite of that name, as in configurations and key files.
func ParseSuite(name string) (Suite, error) {
	for _, s := range []Suite{X25519MLKEM768, X25519} {
		if s.String() == name {
			return s, nil
		}
	}
	return 0, fmt.Errorf("suite: expected %s or %s, got %q", X25519MLKEM768, X25519, name)
}

// kem returns the key encapsulation of a suite, or an error for an unknown one.
func (s Suite) kem() (hpke.KEM, error) {
	known, ok := suites[s]
	if !ok {
		return nil, fmt.Errorf("suite: expected 1 (%s) or 2 (%s), got %d", X25519MLKEM768, X25519, uint8(s))
	}
	return known.kem, nil
}
