package durable_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/aitbc/aitbc/internal/durable"
)

func TestReplaceAndCreate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	expect := func(want string) {
		t.Helper()
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Fatalf("expected %q, got %q, %v", want, got, err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("expected permissions 0600, got %v, %v", info.Mode(), err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("expected nothing beside the file, got %v, %v", entries, err)
		}
	}
	if err := durable.Create(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	expect("one")
	if err := durable.Create(path, []byte("two")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("expected that the file exists, got %v", err)
	}
	expect("one")
	if err := durable.Replace(path, []byte("three")); err != nil {
		t.Fatal(err)
	}
	expect("three")
	if err := durable.Replace(filepath.Join(dir, "absent", "file"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("expected that the directory does not exist, got %v", err)
	}
}
