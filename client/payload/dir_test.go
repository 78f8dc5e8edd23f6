package payload_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/aitbc/aitbc/client/payload"
)

var _ payload.Store = (*payload.Dir)(nil)

func openDir(t *testing.T, maxBytes int64) (*payload.Dir, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "payloads")
	store, err := payload.OpenDir(path, maxBytes)
	if err != nil {
		t.Fatal(err)
	}
	return store, path
}

func put(t *testing.T, s payload.Store, data string) payload.Ref {
	t.Helper()
	ref, err := s.Put(t.Context(), strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if ref != payload.RefOf([]byte(data)) {
		t.Fatalf("%q is stored as %s", data, ref)
	}
	return ref
}

func get(t *testing.T, s payload.Store, ref payload.Ref) (string, error) {
	t.Helper()
	r, err := s.Get(t.Context(), ref)
	if err != nil {
		return "", err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), nil
}

// names lists what is in a directory.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, 0, len(entries))
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestDirKeepsPayloads(t *testing.T) {
	store, path := openDir(t, 0)
	for _, data := range []string{"", "one", strings.Repeat("many ", 100_000)} {
		ref := put(t, store, data)
		if got, err := get(t, store, ref); err != nil || got != data {
			t.Fatalf("%d bytes came back as %d, %v", len(data), len(got), err)
		}
		if known, err := store.Stat(t.Context(), ref.SHA256); err != nil || known != ref {
			t.Fatalf("got %v, %v", known, err)
		}
		info, err := os.Stat(filepath.Join(path, ref.String()))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("expected a file of its owner alone, named by the hash, got %v, %v", info, err)
		}
	}

	again, err := payload.OpenDir(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	ref := payload.RefOf([]byte("one"))
	if got, err := get(t, again, ref); err != nil || got != "one" {
		t.Fatalf("after opening again: %q, %v", got, err)
	}
	for range 2 {
		if err := again.Delete(t.Context(), ref.SHA256); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := get(t, again, ref); !errors.Is(err, payload.ErrNotFound) {
		t.Fatalf("after deletion: %v", err)
	}
	if _, err := again.Stat(t.Context(), ref.SHA256); !errors.Is(err, payload.ErrNotFound) {
		t.Fatalf("after deletion: %v", err)
	}
}

func TestDirIsBounded(t *testing.T) {
	store, path := openDir(t, 10)
	put(t, store, "ten bytes.")
	if _, err := store.Put(t.Context(), strings.NewReader("eleven byte")); !errors.Is(err, payload.ErrTooLarge) {
		t.Fatalf("expected a refusal, got %v", err)
	}
	if got := names(t, path); len(got) != 1 {
		t.Fatalf("expected one file, got %v", got)
	}
	if _, err := payload.OpenDir(path, -1); err == nil {
		t.Fatal("a store of less than nothing opens")
	}
}

func TestDirKeepsNothingOfAFailure(t *testing.T) {
	store, path := openDir(t, 0)
	broken := errors.New("broken")
	if _, err := store.Put(t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Put(ctx, strings.NewReader("late")); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if got := names(t, path); len(got) != 0 {
		t.Fatalf("expected nothing, got %v", got)
	}
	ref := put(t, store, "here")
	if _, err := store.Get(ctx, ref); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

// A process that is killed within Put leaves a file that nobody asks for.
func TestDirCleansUp(t *testing.T) {
	store, path := openDir(t, 0)
	ref := put(t, store, "whole")
	if err := os.WriteFile(filepath.Join(path, ".put-123"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := payload.OpenDir(path, 0); err != nil {
		t.Fatal(err)
	}
	if got := names(t, path); len(got) != 1 || got[0] != ref.String() {
		t.Fatalf("expected the whole payload alone, got %v", got)
	}
}

func TestDirDetectsDamage(t *testing.T) {
	store, path := openDir(t, 0)
	ref := put(t, store, "as it was put")
	for _, damage := range []string{"as it was pux", "as it was", "as it was put and more", ""} {
		if err := os.WriteFile(filepath.Join(path, ref.String()), []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := get(t, store, ref); !errors.Is(err, payload.ErrCorrupt) {
			t.Errorf("%q is handed out as %q, %v", damage, got, err)
		}
	}
	put(t, store, "as it was put")
	if got, err := get(t, store, ref); err != nil || got != "as it was put" {
		t.Errorf("after putting it again: %q, %v", got, err)
	}
	wrongSize := ref
	wrongSize.Size--
	if _, err := get(t, store, wrongSize); !errors.Is(err, payload.ErrCorrupt) {
		t.Errorf("a name with another size is served: %v", err)
	}
}

func TestDirTakesTheSameFromMany(t *testing.T) {
	store, path := openDir(t, 0)
	data := bytes.Repeat([]byte("the same "), 20_000)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			ref, err := store.Put(context.Background(), bytes.NewReader(data))
			if err != nil || ref != payload.RefOf(data) {
				t.Errorf("got %s, %v", ref, err)
			}
			if r, err := store.Get(context.Background(), payload.RefOf(data)); err != nil {
				t.Error(err)
			} else {
				_ = r.Close()
			}
		})
	}
	wg.Wait()
	if got := names(t, path); len(got) != 1 {
		t.Fatalf("expected one file, got %v", got)
	}
}
