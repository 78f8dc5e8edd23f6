package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/aitbc/index/store"
)

// TestValidate: an option that makes no sense is refused with its name.
func TestValidate(t *testing.T) {
	for _, test := range []struct {
		options store.Options
		names   string
	}{
		{store.Options{Backend: "oracle", Source: "x"}, "index.backend"},
		{store.Options{Source: "x"}, "index.backend"},
		{store.Options{Backend: store.SQLite}, "index.source"},
		{store.Options{Backend: store.SQLite, Source: "x?mode=memory"}, "index.source"},
		{store.Options{Backend: store.SQLite, Source: "x#y"}, "index.source"},
		{store.Options{Backend: store.SQLite, Source: "x\x00"}, "index.source"},
		{store.Options{Backend: store.Postgres}, "index.source"},
		{store.Options{Backend: store.Postgres, Source: "garbage"}, "index.source"},
		{store.Options{Backend: store.Postgres, Source: "postgres://host:port/db"}, "index.source"},
	} {
		err := test.options.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), test.names) {
			t.Errorf("%+v: expected an error that begins with %s, got %v", test.options, test.names, err)
		}
		if _, opened := store.Open(t.Context(), test.options); opened == nil || opened.Error() != err.Error() {
			t.Errorf("%+v: expected that it is not opened for the same reason, got %v", test.options, opened)
		}
	}
}

// TestOpen_Password: errors about a server go into logs and answers. None of them repeats
// its password, be the string wrong or the server not there.
func TestOpen_Password(t *testing.T) {
	const password = "hunter2"
	nobody := filepath.Join(t.TempDir(), "no-socket")
	for _, source := range []string{
		"postgres://user:hunter2@127.0.0.1:1/db?connect_timeout=5",
		"postgres://user:hunter2@/db?host=" + nobody,
		"user=u password=hunter2 host=" + nobody,
		"user=u password='hunter2' host=127.0.0.1 port=1 dbname=db",
		"postgres://user:hunter2@host:port/db",
		"postgres://user:hunter2@host/db?sslmode=perhaps",
		"postgres://user:hunter2@ho st/db",
		"postgres://user:hunter2%@host/db",
		"user=u password=hunter2 host",
		"password=hunter2 port=x",
		"mysql://user:hunter2@host/db",
	} {
		s, err := store.Open(t.Context(), store.Options{Backend: store.Postgres, Source: source})
		if err == nil {
			t.Fatal(errors.Join(errors.New("expected an error"), s.Close()))
		}
		if strings.Contains(err.Error(), password) {
			t.Errorf("%q: expected an error without the password, got %v", source, err)
		}
	}
}

// TestPresent: a file that was removed or replaced is not the one that is written to.
func TestPresent(t *testing.T) {
	options := sqliteOptions(t)
	s := open(t, options)
	if err := s.Present(); err != nil {
		t.Errorf("expected a file that is there, got %v", err)
	}
	if err := os.Rename(options.Source, options.Source+".moved"); err != nil {
		t.Fatal(err)
	}
	if err := s.Present(); !errors.Is(err, store.ErrGone) {
		t.Errorf("removed: expected %v, got %v", store.ErrGone, err)
	}
	if err := os.WriteFile(options.Source, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Present(); !errors.Is(err, store.ErrGone) {
		t.Errorf("replaced: expected %v, got %v", store.ErrGone, err)
	}
}

// TestCorrupt tells damage, which only a new file mends, from what passes.
func TestCorrupt(t *testing.T) {
	options := sqliteOptions(t)
	s := open(t, options)
	in(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Add(ctx, intoMeta, "a", "1") })
	tx, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, other := store.Open(t.Context(), store.Options{Backend: store.SQLite, Source: filepath.Join(options.Source, "below", "a", "file")})
	refused := tx.Exec(t.Context(), "INSERT INTO meta (key, value) VALUES (?, ?)", "a", "2")
	if err := errors.Join(tx.Rollback(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if !store.Refused(refused) || store.Corrupt(refused) {
		t.Errorf("expected that a second row of one key is refused, got %v", refused)
	}
	if store.Corrupt(other) || store.Refused(other) || other == nil {
		t.Errorf("expected another error of a path that can't be, got %v", other)
	}
	if err := os.WriteFile(options.Source, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), options); !store.Corrupt(err) || store.Refused(err) {
		t.Errorf("expected damage, got %v", err)
	}
}

// TestRefused_Postgres: PostgreSQL says the same of rows that don't fit.
func TestRefused_Postgres(t *testing.T) {
	s := open(t, postgresOptions(t))
	for _, text := range []string{
		"INSERT INTO meta (key, value) VALUES (?, ?), ('a', '2')",
		"UPDATE agents SET id = CAST(? AS BIGINT) WHERE CAST(? AS TEXT) = '' OR 1/0 = 1",
	} {
		tx, err := s.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		refused := tx.Exec(t.Context(), text, "a", "1")
		if !store.Refused(refused) || store.Corrupt(refused) {
			t.Errorf("%s: expected that it is refused, got %v", text, refused)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSetAside: the file keeps its contents under another name, and of those that were set
// aside only the newest stays. Files of similar names are left alone.
func TestSetAside(t *testing.T) {
	options := sqliteOptions(t)
	s := open(t, options)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	bystander := filepath.Join(filepath.Dir(options.Source), "other.db.corrupt-1")
	if err := os.WriteFile(bystander, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC)
	var last string
	for i := range 3 {
		for suffix, content := range map[string]string{"": "file", "-wal": "log", "-shm": "shared"} {
			if err := os.WriteFile(options.Source+suffix, []byte(content+string(rune('0'+i))), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		to, err := store.SetAside(options, at.Add(time.Duration(i)*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		last = to
	}
	if want := options.Source + ".corrupt-20260304T050609Z"; last != want {
		t.Errorf("expected %s, got %s", want, last)
	}
	entries, err := os.ReadDir(filepath.Dir(options.Source))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	base := filepath.Base(last)
	if want := []string{base, base + "-shm", base + "-wal", filepath.Base(bystander)}; !slices.Equal(names, want) {
		t.Errorf("expected %v, got %v", want, names)
	}
	if raw, err := os.ReadFile(last); err != nil || string(raw) != "file2" {
		t.Errorf("expected the newest file, got %q, %v", raw, err)
	}
	if _, err := store.SetAside(store.Options{Backend: store.Postgres, Source: "x"}, at); err == nil {
		t.Error("expected that a server can't be set aside")
	}
}
