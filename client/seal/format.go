package seal

import (
	"crypto/hpke"
	"fmt"
	"io"
	"mime"
	"strings"
)

const (
	// magic and version start every sealed payload.
	magic   = "AITSEAL"
	version = 1
	// prefixSize is magic, version and suite.
	prefixSize = len(magic) + 2

	// chunkSize is the plaintext of one chunk, in bytes.
	chunkSize = 64 << 10
	// tagSize is what sealing adds to a chunk, in bytes.
	tagSize = 16

	// commitmentSize is in bytes.
	commitmentSize = 32
	// commitmentLabel is the context of the exported commitment.
	commitmentLabel = "aitbc/seal/v1 commitment"

	// MaxMediaTypeBytes bounds the media type.
	MaxMediaTypeBytes = 128
	// MaxPlaintextBytes bounds the plaintext, unless an option says otherwise: 64 MiB.
	MaxPlaintextBytes int64 = 64 << 20
)

// The additional data of a chunk ends with one of these.
const (
	flagMore byte = 0
	flagLast byte = 1
)

// primitives are the same in all suites.
func primitives() (hpke.KDF, hpke.AEAD) { return hpke.HKDFSHA256(), hpke.ChaCha20Poly1305() }

// Option changes a limit of one call.
type Option func(*options)

type options struct{ maxPlaintext int64 }

// WithMaxPlaintext allows up to that many bytes of plaintext instead of
// MaxPlaintextBytes.
func WithMaxPlaintext(bytes int64) Option {
	return func(o *options) { o.maxPlaintext = bytes }
}

// budget counts plaintext against what is allowed, in bytes.
type budget struct{ limit, used int64 }

func newBudget(opts []Option) *budget {
	o := options{maxPlaintext: MaxPlaintextBytes}
	for _, set := range opts {
		set(&o)
	}
	return &budget{limit: o.maxPlaintext}
}

func (b *budget) spend(bytes int) error {
	if b.used += int64(bytes); b.used > b.limit {
		return fmt.Errorf("%w: expected at most %d bytes", ErrTooLarge, b.limit)
	}
	return nil
}

// SealedSize returns how many bytes a plaintext of that many bytes has once sealed.
// It is 0 for an unknown suite.
func SealedSize(suite Suite, mediaType string, plaintext int64) int64 {
	known, ok := suites[suite]
	if !ok {
		return 0
	}
	inner := int64(1+len(mediaType)) + plaintext
	chunks := (inner + chunkSize - 1) / chunkSize
	return int64(prefixSize+known.encSize+commitmentSize) + inner + chunks*tagSize
}

// checkMediaType returns an error for anything but type/subtype with parameters.
func checkMediaType(mediaType string) error {
	base, _, err := mime.ParseMediaType(mediaType)
	if err != nil || !strings.Contains(base, "/") || len(mediaType) > MaxMediaTypeBytes || !printable(mediaType) {
		return fmt.Errorf("media type: expected one such as text/markdown, at most %d bytes, got %.*q", MaxMediaTypeBytes, MaxMediaTypeBytes, mediaType)
	}
	return nil
}

// printable reports whether there is nothing but visible ASCII and spaces: media
// types come from strangers and end up in terminals.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// chunks cuts a stream into pieces of one size, and knows which is the last because
// it reads one byte ahead.
type chunks struct {
	r     io.Reader
	buf   []byte // one piece and one byte
	ahead bool   // the last byte of buf belongs to the next piece
	err   error  // came together with that byte
}

func newChunks(r io.Reader, size int) *chunks {
	return &chunks{r: r, buf: make([]byte, size+1)}
}

// next returns a piece, valid until the next call, and whether it is the last. Only
// the last may be shorter, and it is empty only if the stream is.
func (c *chunks) next() ([]byte, bool, error) {
	size := len(c.buf) - 1
	n := 0
	if c.ahead {
		c.buf[0] = c.buf[size]
		n = 1
	}
	for n <= size {
		if c.err == nil {
			var m int
			m, c.err = c.r.Read(c.buf[n:])
			n += m
			continue
		}
		if c.err == io.EOF { //nolint:errorlint // only the bare io.EOF is an end, and a wrapped one a failure
			return c.buf[:n], true, nil
		}
		return nil, false, c.err
	}
	c.ahead = true
	return c.buf[:size], false, nil
}
