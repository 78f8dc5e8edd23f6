package seal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/aitbc/aitbc/client/seal"
)

// goldenPlace is what the files in testdata are bound to.
var goldenPlace = seal.Binding{
	ChainID: "aitbc-golden-1", Client: "ait1qyqszqgpqyqszqgpqyqszqgpqyqszqgpxyz", ClientRef: "golden.ref_1-A",
	Milestone: 16, Role: seal.RoleResult,
}

// goldenText is what they hold: one short chunk, and two.
func goldenText(suite seal.Suite) []byte {
	if suite == seal.X25519 {
		return text(chunk + 100)
	}
	return []byte("Sealed once, to be opened by every later version.\n")
}

// Payloads and key files of earlier versions open for ever: hires that are under way
// during an upgrade depend on it. The files were made once and are never made again;
// a new format gets a new version and new files.
func TestGoldenFilesOpen(t *testing.T) {
	for _, suite := range bothSuites {
		t.Run(suite.String(), func(t *testing.T) {
			key, err := seal.LoadPrivateKey(private(t, suite.String()+".key"))
			if err != nil {
				t.Fatal(err)
			}
			payload, err := os.ReadFile(filepath.Join("testdata", suite.String()+".sealed"))
			if err != nil {
				t.Fatal(err)
			}
			plain, mediaType, err := seal.OpenBytes(key, goldenPlace, payload)
			if err != nil {
				t.Fatal(err)
			}
			if mediaType != "text/plain; charset=utf-8" || !bytes.Equal(plain, goldenText(suite)) {
				t.Fatalf("got %d other bytes of %q", len(plain), mediaType)
			}
		})
	}
}

// private copies a file of testdata to one that only its owner can read, as keys have
// to be and files of a checkout are not.
func private(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
