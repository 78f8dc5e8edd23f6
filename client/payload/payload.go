// Package payload moves sealed bytes between clients and agents and keeps them. It
// knows nothing of keys: bytes are named by their sha256, which the chain commits to,
// so that whoever has them can check them.
//
// A Store keeps payloads, a Client talks to an agent's endpoint, and the package
// payloadhttp is that endpoint:
//
//	GET /v1/health                                                  who answers
//	PUT /v1/jobs/{client}/{sequence}/milestones/{n}/input            hand over an input
//	GET /v1/payloads/{sha256}                                        fetch a payload
//
// Nobody has to log in: an input is taken only if its hash is the one that a live job
// names on the chain, and a payload is of no use without the key it is sealed to.
package payload

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxBytes bounds a payload unless an option says otherwise: 64 MiB and what sealing
// adds to that.
const MaxBytes int64 = 65 << 20

var (
	// ErrNotFound is for a payload that a store does not have.
	ErrNotFound = errors.New("no such payload")
	// ErrCorrupt is for a payload that changed while it was stored.
	ErrCorrupt = errors.New("the stored payload is damaged")
	// ErrTooLarge is for a payload above the limit of a store or of a request.
	ErrTooLarge = errors.New("the payload is too large")
)

// Ref names a payload. It has the fields of seal.Digest and converts to and from it.
type Ref struct {
	SHA256 [sha256.Size]byte
	// Size is in bytes.
	Size int64
}

// RefOf returns the name of these bytes.
func RefOf(data []byte) Ref {
	return Ref{SHA256: sha256.Sum256(data), Size: int64(len(data))}
}

// String returns the hash in hex, as in addresses and file names.
func (r Ref) String() string { return hex.EncodeToString(r.SHA256[:]) }

// ParseSHA256 returns the hash written as 64 hex digits in lower case.
func ParseSHA256(text string) ([sha256.Size]byte, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != sha256.Size || text != strings.ToLower(text) {
		return [sha256.Size]byte{}, fmt.Errorf("sha256: expected %d hex digits in lower case, got %.80q", 2*sha256.Size, text)
	}
	return [sha256.Size]byte(raw), nil
}

// MismatchError is for bytes that are not what they were expected to be.
type MismatchError struct {
	Want, Got Ref
	// SizeOnly says that Got has no hash, because its size was wrong already: the one
	// that was announced, or the first byte too many.
	SizeOnly bool
}

// Error implements error.
func (e *MismatchError) Error() string {
	got := fmt.Sprintf("%s with %d", e.Got, e.Got.Size)
	switch {
	case e.SizeOnly && e.Got.Size > e.Want.Size:
		got = fmt.Sprintf("%d bytes or more", e.Got.Size)
	case e.SizeOnly:
		got = fmt.Sprintf("%d bytes", e.Got.Size)
	}
	return fmt.Sprintf("expected sha256 %s with %d bytes, got %s", e.Want, e.Want.Size, got)
}

// Verify returns a reader of the same bytes that ends with a *MismatchError, instead
// of io.EOF, if they were not those of want. It stops after one byte too many.
func Verify(r io.Reader, want Ref) io.Reader {
	return &verifier{r: io.LimitReader(r, max(want.Size, 0)+1), want: want, hash: sha256.New()}
}
