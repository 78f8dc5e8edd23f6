package seal_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aitbc/aitbc/client/seal"
)

func TestSuites(t *testing.T) {
	sizes := map[seal.Suite]int{1: 1216, 2: 32}
	for suite, size := range sizes {
		key := newKey(t, suite)
		public := key.Public()
		if key.Suite() != suite || public.Suite() != suite || len(public.Bytes()) != size {
			t.Errorf("%s: got a public key of %s with %d bytes", suite, public.Suite(), len(public.Bytes()))
		}
		parsed, err := seal.ParsePublicKey(suite, public.Bytes())
		if err != nil || !parsed.Equal(public) {
			t.Errorf("%s: the public key comes back as another: %v", suite, err)
		}
		if named, err := seal.ParseSuite(suite.String()); err != nil || named != suite {
			t.Errorf("%s: its name gives %s, %v", suite, named, err)
		}
		for _, wrong := range [][]byte{nil, public.Bytes()[1:], append(public.Bytes(), 0)} {
			if _, err := seal.ParsePublicKey(suite, wrong); err == nil {
				t.Errorf("%s: %d bytes pass for a public key", suite, len(wrong))
			}
		}
		if newKey(t, suite).Public().Equal(public) {
			t.Errorf("%s: two new keys are equal", suite)
		}
	}
	for _, unknown := range []seal.Suite{0, 3} {
		if _, err := seal.GenerateKey(unknown); err == nil {
			t.Errorf("%s: it makes keys", unknown)
		}
		if _, err := seal.ParsePublicKey(unknown, make([]byte, 32)); err == nil {
			t.Errorf("%s: it parses keys", unknown)
		}
		if seal.SealedSize(unknown, markdown, 1) != 0 {
			t.Errorf("%s: it has sizes", unknown)
		}
	}
	if _, err := seal.ParseSuite("x25519"); err == nil {
		t.Error("names in another case pass")
	}
	if none := (seal.PrivateKey{}).Public(); none.Bytes() != nil || none.Suite() != 0 {
		t.Error("no private key has a public key")
	}
}

func TestKeysDontShowInLogs(t *testing.T) {
	key := newKey(t, seal.X25519)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(format, key); got != "private key of X25519" {
			t.Errorf("%s shows %s", format, got)
		}
	}
}

func TestKeyFiles(t *testing.T) {
	for _, suite := range bothSuites {
		key := newKey(t, suite)
		dir := t.TempDir()
		path := filepath.Join(dir, "messaging.key")
		if err := seal.SavePrivateKey(path, key); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode() != 0o600 {
			t.Fatalf("expected a file with permissions 0600, got %v, %v", info.Mode(), err)
		}
		loaded, err := seal.LoadPrivateKey(path)
		if err != nil || !loaded.Public().Equal(key.Public()) {
			t.Fatalf("another key comes back: %v", err)
		}
		payload := sealed(t, key.Public(), []byte("for the loaded key"))
		if plain, _, err := seal.OpenBytes(loaded, place, payload); err != nil || string(plain) != "for the loaded key" {
			t.Fatalf("the loaded key opens %q, %v", plain, err)
		}

		before, _ := os.ReadFile(path)
		if err := seal.SavePrivateKey(path, newKey(t, suite)); err == nil || !strings.Contains(err.Error(), "it exists") {
			t.Fatalf("expected a refusal to replace a key, got %v", err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Fatal("the key was replaced")
		}
		if names, _ := os.ReadDir(dir); len(names) != 1 {
			t.Fatalf("expected the key file alone, got %v", names)
		}
	}
	if err := seal.SavePrivateKey(filepath.Join(t.TempDir(), "none"), seal.PrivateKey{}); err == nil {
		t.Error("no key is saved")
	}
	if err := seal.SavePrivateKey(filepath.Join(t.TempDir(), "missing", "key"), newKey(t, seal.X25519)); err == nil {
		t.Error("a key is saved in a folder that does not exist")
	}
}

func TestKeyFilesThatAreRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "good")
	if err := seal.SavePrivateKey(path, newKey(t, seal.X25519)); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	good := string(raw)
	write := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "missing"), "no such file"},
		{dir, "expected a file, got d"},
		{write("group", good, 0o640), "permissions 0600, got 0640"},
		{write("world", good, 0o604), "permissions 0600, got 0604"},
		{write("empty", "", 0o600), "one PEM block"},
		{write("text", "secret", 0o600), "one PEM block"},
		{write("two", good+good, 0o600), "one PEM block"},
		{write("type", strings.ReplaceAll(good, "AITBC PAYLOAD", "RSA"), 0o600), "one PEM block"},
		{write("suite", strings.ReplaceAll(good, "X25519", "P256"), 0o600), `suite: expected X25519_MLKEM768 or X25519, got "P256"`},
		{write("long", good+strings.Repeat("\n", 5000), 0o600), "at most 4096 bytes"},
		{write("short", "-----BEGIN AITBC PAYLOAD PRIVATE KEY-----\nSuite: X25519\n\nAAAA\n-----END AITBC PAYLOAD PRIVATE KEY-----\n", 0o600), "expected a key of X25519, got 3 bytes"},
	} {
		_, err := seal.LoadPrivateKey(c.path)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "key file") {
			t.Errorf("%s: expected an error with %q, got %v", filepath.Base(c.path), c.want, err)
		}
	}
}
