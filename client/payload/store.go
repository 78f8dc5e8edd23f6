package payload

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
)

// Store keeps payloads by their hash. Implementations are safe for use by several
// goroutines.
type Store interface {
	// Put keeps what the reader gives, all or nothing, and returns its name. What
	// is there already is replaced by the same. ErrTooLarge if there is more than
	// the store's limit; the reader's errors pass through.
	Put(ctx context.Context, r io.Reader) (Ref, error)
	// Get returns a payload that is intact: ErrCorrupt if it changed in the store,
	// ErrNotFound if there is none. The caller closes it.
	Get(ctx context.Context, ref Ref) (io.ReadCloser, error)
	// Stat returns the name of a payload of which only the hash is known, or
	// ErrNotFound. It does not check the bytes.
	Stat(ctx context.Context, sha256 [sha256.Size]byte) (Ref, error)
}

// verifier is what Verify returns.
type verifier struct {
	r    io.Reader
	want Ref
	hash hash.Hash
	size int64
}

// Read implements io.Reader.
func (v *verifier) Read(p []byte) (int, error) {
	n, err := v.r.Read(p)
	v.hash.Write(p[:n])
	v.size += int64(n)
	if v.size > v.want.Size {
		return n, &MismatchError{Want: v.want, Got: Ref{Size: v.size}, SizeOnly: true}
	}
	if errors.Is(err, io.EOF) {
		if got := sumRef(v.hash, v.size); got != v.want {
			return n, &MismatchError{Want: v.want, Got: got}
		}
	}
	return n, err
}

// contextReader ends with the context's error once that is over.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
