package seal

import (
	"bytes"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// Digest names sealed bytes. It is what is committed on the chain: whoever has the
// bytes can check them without a key.
type Digest struct {
	SHA256 [sha256.Size]byte
	// Size is the number of sealed bytes.
	Size int64
}

// String returns the hash in hex.
func (d Digest) String() string { return hex.EncodeToString(d.SHA256[:]) }

// Seal encrypts the plaintext to a key, bound to a place, writes it and returns the
// digest of what it wrote. After an error, what was written is of no use. It is
// ErrTooLarge when there is more plaintext than allowed.
func Seal(w io.Writer, to PublicKey, b Binding, mediaType string, plaintext io.Reader, opts ...Option) (Digest, error) {
	if to.key == nil {
		return Digest{}, errNoKey
	}
	if err := b.Validate(); err != nil {
		return Digest{}, err
	}
	if err := checkMediaType(mediaType); err != nil {
		return Digest{}, err
	}
	kdf, aead := primitives()
	enc, sender, err := hpke.NewSender(to.key, kdf, aead, b.info())
	if err != nil {
		return Digest{}, fmt.Errorf("seal to a key of %s: %w", to.suite, err)
	}
	header, err := newHeader(to.suite, enc, sender)
	if err != nil {
		return Digest{}, err
	}
	inner := append([]byte{byte(len(mediaType))}, mediaType...)
	body := &limitReader{r: plaintext, budget: newBudget(opts)}
	stream := io.MultiReader(bytes.NewReader(inner), body)
	out := &digestWriter{w: w, hash: sha256.New()}
	if err := sealChunks(out, sender, header, stream); err != nil {
		return Digest{}, err
	}
	return out.digest(), nil
}

// SealBytes is Seal in memory. It returns the sealed bytes and their digest.
func SealBytes(to PublicKey, b Binding, mediaType string, plaintext []byte, opts ...Option) ([]byte, Digest, error) {
	var out bytes.Buffer
	out.Grow(int(SealedSize(to.suite, mediaType, int64(len(plaintext)))))
	digest, err := Seal(&out, to, b, mediaType, bytes.NewReader(plaintext), opts...)
	if err != nil {
		return nil, Digest{}, err
	}
	return out.Bytes(), digest, nil
}

func newHeader(suite Suite, enc []byte, sender *hpke.Sender) ([]byte, error) {
	commitment, err := sender.Export(commitmentLabel, commitmentSize)
	if err != nil {
		return nil, fmt.Errorf("seal to a key of %s: %w", suite, err)
	}
	header := append([]byte(magic), version, byte(suite))
	header = append(header, enc...)
	return append(header, commitment...), nil
}

func sealChunks(w io.Writer, sender *hpke.Sender, header []byte, stream io.Reader) error {
	if _, err := w.Write(header); err != nil {
		return fmt.Errorf("write the sealed payload: %w", err)
	}
	pieces := newChunks(stream, chunkSize)
	for {
		piece, last, err := pieces.next()
		if err != nil {
			return fmt.Errorf("read what is to be sealed: %w", err)
		}
		sealed, err := sender.Seal(additionalData(header, last), piece)
		if err != nil {
			return fmt.Errorf("seal a chunk: %w", err)
		}
		if _, err := w.Write(sealed); err != nil {
			return fmt.Errorf("write the sealed payload: %w", err)
		}
		if last {
			return nil
		}
	}
}

// additionalData is what a chunk vouches for besides its content.
func additionalData(header []byte, last bool) []byte {
	flag := flagMore
	if last {
		flag = flagLast
	}
	return append(header[:len(header):len(header)], flag)
}

// limitReader fails, instead of ending, when there is more than allowed.
type limitReader struct {
	r      io.Reader
	budget *budget
}

// Read implements io.Reader.
func (l *limitReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if tooLarge := l.budget.spend(n); tooLarge != nil {
		return 0, tooLarge
	}
	return n, err
}

// digestWriter digests what it passes on.
type digestWriter struct {
	w    io.Writer
	hash hash.Hash
	size int64
}

// Write implements io.Writer.
func (d *digestWriter) Write(p []byte) (int, error) {
	n, err := d.w.Write(p)
	d.hash.Write(p[:n])
	d.size += int64(n)
	return n, err
}

func (d *digestWriter) digest() Digest {
	return Digest{SHA256: [sha256.Size]byte(d.hash.Sum(nil)), Size: d.size}
}
