package payload_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"github.com/aitbc/aitbc/client/payload"
	"github.com/aitbc/aitbc/client/seal"
)

// A digest of sealed bytes is the name of a payload, and the largest sealed payload
// fits.
func TestWhatIsSealedCanBeStored(t *testing.T) {
	data := []byte("sealed")
	digest := seal.Digest{SHA256: payload.RefOf(data).SHA256, Size: 6}
	if payload.Ref(digest) != payload.RefOf(data) {
		t.Fatal("a digest names another payload")
	}
	if most := seal.SealedSize(seal.DefaultSuite, strings.Repeat("a", seal.MaxMediaTypeBytes), seal.MaxPlaintextBytes); most > payload.MaxBytes {
		t.Fatalf("a sealed payload may have %d bytes, and only %d can be stored", most, payload.MaxBytes)
	}
}

func TestParseSHA256(t *testing.T) {
	ref := payload.RefOf([]byte("hello"))
	if got, err := payload.ParseSHA256(ref.String()); err != nil || got != ref.SHA256 {
		t.Fatalf("got %x, %v", got, err)
	}
	for _, wrong := range []string{"", "ab", strings.ToUpper(ref.String()), ref.String() + "00", strings.Repeat("x", 64), "../" + ref.String()} {
		if _, err := payload.ParseSHA256(wrong); err == nil {
			t.Errorf("%q passes for a hash", wrong)
		}
	}
}

func TestVerify(t *testing.T) {
	data := []byte("the bytes that were promised")
	want := payload.RefOf(data)
	for _, c := range []struct {
		name, got string
		ok        bool
		sentence  string
	}{
		{"the same", string(data), true, ""},
		{"changed", strings.ToUpper(string(data)), false, "expected sha256 " + want.String() + " with 28 bytes, got "},
		{"short", string(data[1:]), false, " with 27"},
		{"nothing", "", false, " with 0"},
		{"long", string(data) + "!", false, "got 29 bytes or more"},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.got), iotest.OneByteReader(strings.NewReader(c.got)), iotest.DataErrReader(strings.NewReader(c.got))} {
			got, err := io.ReadAll(payload.Verify(r, want))
			var mismatch *payload.MismatchError
			switch {
			case c.ok && (err != nil || !bytes.Equal(got, data)):
				t.Errorf("%s: %v", c.name, err)
			case !c.ok && (!errors.As(err, &mismatch) || mismatch.Want != want || !strings.Contains(err.Error(), c.sentence)):
				t.Errorf("%s: expected a mismatch with %q, got %v", c.name, c.sentence, err)
			}
		}
	}
	broken := errors.New("broken")
	if _, err := io.ReadAll(payload.Verify(iotest.ErrReader(broken), want)); !errors.Is(err, broken) {
		t.Errorf("a read error became %v", err)
	}
	if _, err := io.ReadAll(payload.Verify(strings.NewReader(""), payload.Ref{Size: -5})); err == nil {
		t.Error("nothing passes for a negative number of bytes")
	}
}

func TestVerifyAcceptsOnlyTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.SliceOfN(rapid.ByteRange(0, 1), 0, 4)
		a, b := few.Draw(t, "a"), few.Draw(t, "b")
		if _, err := io.ReadAll(payload.Verify(bytes.NewReader(a), payload.RefOf(b))); (err == nil) != bytes.Equal(a, b) {
			t.Fatalf("%v for %v: %v", a, b, err)
		}
	})
}
