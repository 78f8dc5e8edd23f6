package seal

import (
	"bytes"
	"crypto/hpke"
	"crypto/subtle"
	"fmt"
	"io"
	"strings"
)

// Open decrypts a payload that was sealed to this key and bound to this place, writes
// the plaintext and returns its media type.
//
// It writes while it reads: when it returns an error, w may have got a beginning of
// the plaintext, which is genuine but not all. Throw it away, or use OpenBytes.
//
// Errors match ErrFormat, ErrWrongKey, ErrTampered, ErrTruncated or ErrTooLarge, or
// are those of reading and writing.
func Open(w io.Writer, key PrivateKey, b Binding, sealed io.Reader, opts ...Option) (string, error) {
	if key.key == nil {
		return "", errNoKey
	}
	if err := b.Validate(); err != nil {
		return "", err
	}
	header, err := readHeader(sealed, key.suite)
	if err != nil {
		return "", err
	}
	recipient, err := newRecipient(header, key, b)
	if err != nil {
		return "", err
	}
	o := opener{w: w, recipient: recipient, header: header, budget: newBudget(opts)}
	if err := o.run(sealed); err != nil {
		return "", err
	}
	return o.mediaType, nil
}

// OpenBytes is Open in memory. It returns the plaintext and its media type, and
// nothing of either with an error.
func OpenBytes(key PrivateKey, b Binding, sealed []byte, opts ...Option) ([]byte, string, error) {
	var out bytes.Buffer
	out.Grow(len(sealed))
	mediaType, err := Open(&out, key, b, bytes.NewReader(sealed), opts...)
	if err != nil {
		return nil, "", err
	}
	return out.Bytes(), mediaType, nil
}

// readHeader reads the header and checks what can be checked without the key.
func readHeader(r io.Reader, suite Suite) ([]byte, error) {
	prefix, err := readPart(r, prefixSize)
	if err != nil {
		return nil, err
	}
	switch {
	case !strings.HasPrefix(magic, string(prefix[:min(len(prefix), len(magic))])):
		return nil, fmt.Errorf("%w: it does not start with %s", ErrFormat, magic)
	case len(prefix) < prefixSize:
		return nil, fmt.Errorf("%w: it ends within its header, after %d bytes", ErrTruncated, len(prefix))
	case prefix[len(magic)] != version:
		return nil, fmt.Errorf("%w: expected version %d, got %d", ErrFormat, version, prefix[len(magic)])
	}
	sealedFor := Suite(prefix[len(magic)+1])
	if _, ok := suites[sealedFor]; !ok {
		return nil, fmt.Errorf("%w: expected suite 1 (%s) or 2 (%s), got %d", ErrFormat, X25519MLKEM768, X25519, uint8(sealedFor))
	}
	if sealedFor != suite {
		return nil, fmt.Errorf("%w: it is sealed to a key of %s, and this one is of %s", ErrWrongKey, sealedFor, suite)
	}
	size := suites[suite].encSize + commitmentSize
	rest, err := readPart(r, size)
	if err != nil {
		return nil, err
	}
	if len(rest) < size {
		return nil, fmt.Errorf("%w: it ends within its header, after %d bytes", ErrTruncated, prefixSize+len(rest))
	}
	return append(prefix, rest...), nil
}

// readPart reads so many bytes, or as many as there are.
func readPart(r io.Reader, size int) ([]byte, error) {
	part, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err != nil {
		return nil, fmt.Errorf("read the sealed payload: %w", err)
	}
	return part, nil
}

// newRecipient derives the keys of a payload and checks its commitment, which only
// the right key and binding reproduce.
func newRecipient(header []byte, key PrivateKey, b Binding) (*hpke.Recipient, error) {
	enc, commitment := header[prefixSize:len(header)-commitmentSize], header[len(header)-commitmentSize:]
	kdf, aead := primitives()
	recipient, err := hpke.NewRecipient(enc, key.key, kdf, aead, b.info())
	if err != nil {
		return nil, fmt.Errorf("%w: its encapsulated key is none of %s: %w", ErrFormat, key.suite, err)
	}
	want, err := recipient.Export(commitmentLabel, commitmentSize)
	if err != nil {
		return nil, fmt.Errorf("open with a key of %s: %w", key.suite, err)
	}
	if subtle.ConstantTimeCompare(want, commitment) != 1 {
		return nil, fmt.Errorf("%w: it is sealed to another key, or for another chain, job, milestone or direction, or its header was changed",
			ErrWrongKey)
	}
	return recipient, nil
}

// opener goes through the chunks of one payload.
type opener struct {
	w         io.Writer
	recipient *hpke.Recipient
	header    []byte
	budget    *budget
	mediaType string
}

func (o *opener) run(sealed io.Reader) error {
	pieces := newChunks(sealed, chunkSize+tagSize)
	for number := 1; ; number++ {
		piece, last, err := pieces.next()
		if err != nil {
			return fmt.Errorf("read the sealed payload: %w", err)
		}
		plain, err := o.open(piece, last, number)
		if err != nil {
			return err
		}
		if number == 1 {
			if plain, err = o.innerHeader(plain); err != nil {
				return err
			}
		}
		if err := o.budget.spend(len(plain)); err != nil {
			return err
		}
		if _, err := o.w.Write(plain); err != nil {
			return fmt.Errorf("write what was opened: %w", err)
		}
		if last {
			return nil
		}
	}
}

// open returns the plaintext of one chunk. When that fails, it looks whether the
// chunk is genuine but in the wrong place, to say what happened.
func (o *opener) open(piece []byte, last bool, number int) ([]byte, error) {
	if len(piece) <= tagSize {
		return nil, fmt.Errorf("%w: it ends within chunk %d", ErrTruncated, number)
	}
	plain, err := o.recipient.Open(additionalData(o.header, last), piece)
	if err == nil {
		return plain, nil
	}
	_, err = o.recipient.Open(additionalData(o.header, !last), piece)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: chunk %d was changed, cut or moved", ErrTampered, number)
	case last:
		return nil, fmt.Errorf("%w: it ends after chunk %d, which is not the last", ErrTruncated, number)
	default:
		return nil, fmt.Errorf("%w: something follows its end", ErrTampered)
	}
}

// innerHeader takes the media type off the first chunk.
func (o *opener) innerHeader(plain []byte) ([]byte, error) {
	size := int(plain[0])
	if size > MaxMediaTypeBytes || size > len(plain)-1 {
		return nil, fmt.Errorf("%w: its sender gave no media type", ErrFormat)
	}
	o.mediaType = string(plain[1 : 1+size])
	if err := checkMediaType(o.mediaType); err != nil {
		return nil, fmt.Errorf("%w: its sender gave a wrong %w", ErrFormat, err)
	}
	return plain[1+size:], nil
}
