package seal_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/aitbc/aitbc/client/seal"
)

const (
	chunk    = 64 << 10
	tag      = 16
	markdown = "text/markdown"
)

var place = seal.Binding{
	ChainID: "aitbc-1", Client: "ait1client", ClientRef: "hire-7", Milestone: 2, Role: seal.RoleInput,
}

// bothSuites are tested alike.
var bothSuites = []seal.Suite{seal.X25519MLKEM768, seal.X25519}

func newKey(t interface {
	Helper()
	Fatal(args ...any)
}, suite seal.Suite,
) seal.PrivateKey {
	t.Helper()
	key, err := seal.GenerateKey(suite)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sealed(t *testing.T, to seal.PublicKey, plaintext []byte) []byte {
	t.Helper()
	out, _, err := seal.SealBytes(to, place, markdown, plaintext)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// text returns so many bytes that differ from place to place.
func text(size int) []byte {
	out := make([]byte, size)
	for i := range out {
		out[i] = byte(i * 7 >> 3)
	}
	return out
}

// headerSize is where the chunks of a sealed payload begin.
func headerSize(suite seal.Suite) int {
	return int(seal.SealedSize(suite, markdown, 0)) - 1 - len(markdown) - tag
}

// refused fails the test unless the payload does not open, with one of the errors,
// and without handing out anything.
func refused(t *testing.T, key seal.PrivateKey, b seal.Binding, payload []byte, what string, want ...error) {
	t.Helper()
	plain, mediaType, err := seal.OpenBytes(key, b, payload)
	if err == nil {
		t.Fatalf("%s: it opens", what)
	}
	if plain != nil || mediaType != "" {
		t.Fatalf("%s: %d bytes of %q came with the error", what, len(plain), mediaType)
	}
	for _, w := range want {
		if errors.Is(err, w) {
			return
		}
	}
	t.Fatalf("%s: got %q, which is none of %q", what, err, want)
}

func TestRoundTrips(t *testing.T) {
	first := chunk - 1 - len(markdown) // plaintext that fills the first chunk
	sizes := []int{0, 1, first - 1, first, first + 1, chunk - 1, chunk, chunk + 1, first + chunk, first + 3*chunk, 5*chunk + 77}
	for _, suite := range bothSuites {
		key := newKey(t, suite)
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s/%d", suite, size), func(t *testing.T) {
				want := text(size)
				var out bytes.Buffer
				// One byte at a time: where reads end must not matter.
				digest, err := seal.Seal(&out, key.Public(), place, markdown, iotest.OneByteReader(bytes.NewReader(want)))
				if err != nil {
					t.Fatal(err)
				}
				if digest.SHA256 != sha256.Sum256(out.Bytes()) || digest.Size != int64(out.Len()) {
					t.Fatalf("the digest %s of %d bytes is not that of the sealed bytes", digest, digest.Size)
				}
				if expected := seal.SealedSize(suite, markdown, int64(size)); digest.Size != expected {
					t.Fatalf("expected %d sealed bytes, got %d", expected, digest.Size)
				}
				var got bytes.Buffer
				mediaType, err := seal.Open(&got, key, place, iotest.DataErrReader(bytes.NewReader(out.Bytes())))
				if err != nil || mediaType != markdown || !bytes.Equal(got.Bytes(), want) {
					t.Fatalf("got %d bytes of %q, error %v", got.Len(), mediaType, err)
				}
			})
		}
	}
}

func TestSealingTwiceDiffers(t *testing.T) {
	key := newKey(t, seal.DefaultSuite)
	if bytes.Equal(sealed(t, key.Public(), text(9)), sealed(t, key.Public(), text(9))) {
		t.Fatal("the same bytes twice: somebody could see that two inputs are equal")
	}
}

func TestEveryChangedByteIsNoticed(t *testing.T) {
	for _, suite := range bothSuites {
		key := newKey(t, suite)
		payload := sealed(t, key.Public(), []byte("attack at dawn"))
		header := headerSize(suite)
		for i := range payload {
			for _, bit := range []byte{0x01, 0x80} {
				changed := bytes.Clone(payload)
				changed[i] ^= bit
				want := []error{seal.ErrTampered}
				if i < header {
					want = []error{seal.ErrFormat, seal.ErrWrongKey}
				}
				refused(t, key, place, changed, fmt.Sprintf("%s with byte %d changed", suite, i), want...)
			}
		}
	}
}

func TestEveryCutIsNoticed(t *testing.T) {
	for _, suite := range bothSuites {
		key := newKey(t, suite)
		payload := sealed(t, key.Public(), []byte("attack at dawn"))
		for size := range payload {
			want := seal.ErrTruncated
			if size > headerSize(suite)+tag {
				want = seal.ErrTampered // a shorter chunk can't be told from a changed one
			}
			refused(t, key, place, payload[:size], fmt.Sprintf("%s cut to %d bytes", suite, size), want)
		}
	}
}

func TestCutBetweenChunks(t *testing.T) {
	key := newKey(t, seal.DefaultSuite)
	payload := sealed(t, key.Public(), text(3*chunk))
	header := headerSize(seal.DefaultSuite)
	for whole := 1; whole <= 3; whole++ {
		end := header + whole*(chunk+tag)
		what := fmt.Sprintf("%d whole chunks", whole)
		refused(t, key, place, payload[:end], what, seal.ErrTruncated)
		refused(t, key, place, payload[:end+1], what+" and a byte", seal.ErrTruncated)
		refused(t, key, place, payload[:end-1], what+" less a byte", seal.ErrTampered)
	}

	var out bytes.Buffer
	if _, err := seal.Open(&out, key, place, bytes.NewReader(payload[:header+2*(chunk+tag)])); !errors.Is(err, seal.ErrTruncated) {
		t.Fatalf("the stream of a cut payload ends with %v", err)
	}
}

func TestAppendedBytesAreNoticed(t *testing.T) {
	key := newKey(t, seal.DefaultSuite)
	full := chunk - 1 - len(markdown)
	for _, size := range []int{0, 10, full, full + chunk} {
		payload := sealed(t, key.Public(), text(size))
		for _, extra := range []int{1, tag, tag + 1, chunk + tag} {
			refused(t, key, place, append(bytes.Clone(payload), make([]byte, extra)...),
				fmt.Sprintf("%d bytes after a payload of %d", extra, size), seal.ErrTampered)
		}
		refused(t, key, place, append(bytes.Clone(payload), payload...), "a payload twice", seal.ErrTampered)
	}
}

func TestMovedChunksAreNoticed(t *testing.T) {
	key := newKey(t, seal.DefaultSuite)
	payload := sealed(t, key.Public(), text(4*chunk-100))
	header := headerSize(seal.DefaultSuite)
	piece := func(i int) []byte {
		return payload[header+i*(chunk+tag) : min(header+(i+1)*(chunk+tag), len(payload))]
	}
	for _, order := range [][]int{{1, 0, 2, 3}, {0, 2, 1, 3}, {0, 0, 1, 2, 3}, {0, 2, 3}, {3}, {0, 1, 3, 2}} {
		moved := bytes.Clone(payload[:header])
		for _, i := range order {
			moved = append(moved, piece(i)...)
		}
		refused(t, key, place, moved, fmt.Sprintf("chunks %v", order), seal.ErrTampered)
	}

	// Chunks of another payload of the same place don't fit either.
	other := sealed(t, key.Public(), text(4*chunk-100))
	mixed := append(bytes.Clone(payload[:header+chunk+tag]), other[header+chunk+tag:]...)
	refused(t, key, place, mixed, "chunks of two payloads", seal.ErrTampered)
}

func TestOtherKeysAndSuites(t *testing.T) {
	for _, suite := range bothSuites {
		payload := sealed(t, newKey(t, suite).Public(), text(10))
		for _, other := range bothSuites {
			refused(t, newKey(t, other), place, payload, fmt.Sprintf("%s with a key of %s", suite, other), seal.ErrWrongKey)
		}
	}
}

func TestOtherPlaces(t *testing.T) {
	key := newKey(t, seal.DefaultSuite)
	payload := sealed(t, key.Public(), text(10))
	for what, change := range map[string]func(*seal.Binding){
		"chain":     func(b *seal.Binding) { b.ChainID = "aitbc-2" },
		"client":    func(b *seal.Binding) { b.Client = "ait1other" },
		"job":       func(b *seal.Binding) { b.ClientRef = "hire-8" },
		"milestone": func(b *seal.Binding) { b.Milestone = 1 },
		"direction": func(b *seal.Binding) { b.Role = seal.RoleResult },
		// The same characters, cut elsewhere.
		"boundary": func(b *seal.Binding) { b.ChainID, b.Client = "aitbc-1a", "it1client" },
	} {
		b := place
		change(&b)
		refused(t, key, b, payload, "another "+what, seal.ErrWrongKey)
	}
}

func TestWrongArguments(t *testing.T) {
	key := newKey(t, seal.X25519)
	long := strings.Repeat("a", 129)
	binding := func(change func(*seal.Binding)) seal.Binding {
		b := place
		change(&b)
		return b
	}
	for _, c := range []struct {
		to        seal.PublicKey
		b         seal.Binding
		mediaType string
		want      string
	}{
		{seal.PublicKey{}, place, markdown, "key: expected one"},
		{key.Public(), place, "", "media type: expected"},
		{key.Public(), place, "markdown", "media type: expected"},
		{key.Public(), place, "text/mark\x1bdown", "media type: expected"},
		{key.Public(), place, "text/" + long, "at most 128 bytes"},
		{key.Public(), binding(func(b *seal.Binding) { b.ChainID = "" }), markdown, "chain id: expected 1 to 50 bytes"},
		{key.Public(), binding(func(b *seal.Binding) { b.ChainID = long }), markdown, "chain id: expected 1 to 50 bytes"},
		{key.Public(), binding(func(b *seal.Binding) { b.Client = "" }), markdown, "client: expected"},
		{key.Public(), binding(func(b *seal.Binding) { b.Client = "AIT1CLIENT" }), markdown, "lower case"},
		{key.Public(), binding(func(b *seal.Binding) { b.ClientRef = "" }), markdown, "client_ref: expected 1 to 64 bytes"},
		{key.Public(), binding(func(b *seal.Binding) { b.Milestone = 0 }), markdown, "milestone: expected"},
		{key.Public(), binding(func(b *seal.Binding) { b.Role = 3 }), markdown, "role: expected"},
	} {
		out, _, err := seal.SealBytes(c.to, c.b, c.mediaType, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || out != nil {
			t.Errorf("expected an error with %q, got %v", c.want, err)
		}
	}
	if _, _, err := seal.OpenBytes(seal.PrivateKey{}, place, nil); err == nil {
		t.Error("no key opens something")
	}
	if _, _, err := seal.OpenBytes(key, seal.Binding{}, nil); err == nil {
		t.Error("a payload of nowhere opens")
	}
}

func TestWhatIsNoPayload(t *testing.T) {
	key := newKey(t, seal.X25519)
	for what, payload := range map[string][]byte{
		"plain text":      []byte("# Title\n\nNot sealed at all."),
		"a short text":    []byte("AITx"),
		"another version": append([]byte("AITSEAL\x02\x02"), make([]byte, 100)...),
		"another suite":   append([]byte("AITSEAL\x01\x09"), make([]byte, 100)...),
		// X25519 refuses points of small order.
		"a bad encapsulated key": append([]byte("AITSEAL\x01\x02"), make([]byte, 100)...),
	} {
		refused(t, key, place, payload, what, seal.ErrFormat)
	}
	refused(t, key, place, nil, "nothing", seal.ErrTruncated)
}

func TestLimit(t *testing.T) {
	key := newKey(t, seal.X25519)
	for _, size := range []int64{0, 9, chunk, 2 * chunk} {
		limit := seal.WithMaxPlaintext(size)
		payload, _, err := seal.SealBytes(key.Public(), place, markdown, text(int(size)), limit)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := seal.OpenBytes(key, place, payload, limit); err != nil {
			t.Fatal(err)
		}
		if _, _, err := seal.SealBytes(key.Public(), place, markdown, text(int(size)+1), limit); !errors.Is(err, seal.ErrTooLarge) {
			t.Fatalf("%d bytes of %d can be sealed: %v", size+1, size, err)
		}
		larger := sealed(t, key.Public(), text(int(size)+1))
		if _, _, err := seal.OpenBytes(key, place, larger, limit); !errors.Is(err, seal.ErrTooLarge) {
			t.Fatalf("%d bytes of %d can be opened: %v", size+1, size, err)
		}
	}
}

// A connection that breaks ends with io.ErrUnexpectedEOF. What came until then must
// not be sealed, or opened, as if it were all.
func TestBrokenReaders(t *testing.T) {
	key := newKey(t, seal.X25519)
	broken := func(data []byte) io.Reader {
		return io.MultiReader(bytes.NewReader(data), iotest.ErrReader(io.ErrUnexpectedEOF))
	}
	var out bytes.Buffer
	if _, err := seal.Seal(&out, key.Public(), place, markdown, broken(text(100))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("half a plaintext is sealed as a whole: %v", err)
	}
	payload := sealed(t, key.Public(), text(100))
	for _, cut := range []int{3, 30, len(payload) - 1, len(payload)} {
		if _, err := seal.Open(&out, key, place, broken(payload[:cut])); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("a payload that broke off after %d bytes opens: %v", cut, err)
		}
	}
	full := errors.New("disk full")
	if _, err := seal.Open(failingWriter{full}, key, place, bytes.NewReader(payload)); !errors.Is(err, full) {
		t.Errorf("a write error is lost: %v", err)
	}
	if _, err := seal.Seal(failingWriter{full}, key.Public(), place, markdown, bytes.NewReader(nil)); !errors.Is(err, full) {
		t.Errorf("a write error is lost: %v", err)
	}
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// Whatever is sealed opens, in its place and with its key only, and never after a
// change.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		suite := rapid.SampledFrom(bothSuites).Draw(t, "suite")
		key := newKey(t, suite)
		b, other := anyBinding(t, "place"), anyBinding(t, "other")
		mediaType := rapid.StringMatching(`[a-z]{1,10}/[a-z0-9.+-]{1,20}`).Draw(t, "media type")
		plaintext := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "plaintext")
		plaintext = bytes.Repeat(plaintext, rapid.SampledFrom([]int{1, 219, 700}).Draw(t, "times"))

		payload, digest, err := seal.SealBytes(key.Public(), b, mediaType, plaintext)
		if err != nil {
			t.Fatal(err)
		}
		if digest.SHA256 != sha256.Sum256(payload) || digest.Size != int64(len(payload)) ||
			digest.Size != seal.SealedSize(suite, mediaType, int64(len(plaintext))) {
			t.Fatalf("wrong digest %v", digest)
		}
		got, gotType, err := seal.OpenBytes(key, b, payload)
		if err != nil || gotType != mediaType || !bytes.Equal(got, plaintext) {
			t.Fatalf("got %d bytes of %q, error %v", len(got), gotType, err)
		}
		if _, _, err := seal.OpenBytes(key, other, payload); (err == nil) != (b == other) {
			t.Fatalf("sealed for %+v, opened for %+v: %v", b, other, err)
		}
		at := rapid.IntRange(0, len(payload)-1).Draw(t, "at")
		payload[at] ^= rapid.ByteRange(1, 255).Draw(t, "mask")
		if _, _, err := seal.OpenBytes(key, b, payload); err == nil {
			t.Fatalf("byte %d of %d can be changed", at, len(payload))
		}
	})
}

// anyBinding draws from few letters, so that equal ones happen.
func anyBinding(t *rapid.T, name string) seal.Binding {
	word := rapid.StringMatching(`[ab]{1,2}`)
	return seal.Binding{
		ChainID: word.Draw(t, name+": chain"), Client: word.Draw(t, name+": client"), ClientRef: word.Draw(t, name+": ref"),
		Milestone: rapid.Uint32Range(1, 2).Draw(t, name+": milestone"),
		Role:      rapid.SampledFrom([]seal.Role{seal.RoleInput, seal.RoleResult}).Draw(t, name+": role"),
	}
}
