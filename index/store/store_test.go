package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/aitbc/index/store"
)

// envPostgres is a connection string of a database in which tests may make schemas.
const envPostgres = "AITBC_TEST_POSTGRES"

// databases are those that tests run with.
var databases = map[string]func(*testing.T) store.Options{"sqlite": sqliteOptions, "postgres": postgresOptions}

func sqliteOptions(t *testing.T) store.Options {
	t.Helper()
	return store.Options{Backend: store.SQLite, Source: filepath.Join(t.TempDir(), "a 100% [odd] name", "index.db")}
}

// postgresOptions returns a schema of its own for a test.
func postgresOptions(t *testing.T) store.Options {
	t.Helper()
	server := os.Getenv(envPostgres)
	if server == "" {
		t.Skipf("%s: expected a connection string of a PostgreSQL database for tests; `make test-postgres` starts one", envPostgres)
	}
	name := fmt.Sprintf("store_%d_%d", os.Getpid(), time.Now().UnixNano())
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.ExecContext(t.Context(), "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := admin.ExecContext(context.WithoutCancel(t.Context()), "DROP SCHEMA "+name+" CASCADE")
		if err := errors.Join(err, admin.Close()); err != nil {
			t.Error(err)
		}
	})
	separator := "?"
	if strings.Contains(server, "?") {
		separator = "&"
	}
	return store.Options{Backend: store.Postgres, Source: server + separator + "search_path=" + name}
}

// tryOpen opens a database that nobody else writes to: PostgreSQL needs a moment to notice
// that the one who did is gone.
func tryOpen(t *testing.T, options store.Options) (*store.Store, error) {
	t.Helper()
	for {
		s, err := store.Open(t.Context(), options)
		if !errors.Is(err, store.ErrInUse) || t.Context().Err() != nil {
			return s, err
		}
	}
}

func open(t *testing.T, options store.Options) *store.Store {
	t.Helper()
	s, err := tryOpen(t, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // a test that cares has closed it
	return s
}

// in runs what a test writes in one transaction.
func in(t *testing.T, s *store.Store, write func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	tx, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := write(t.Context(), tx); err != nil {
		t.Fatal(errors.Join(err, tx.Rollback()))
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// metaOf returns the rows of the table meta.
func metaOf(t *testing.T, s *store.Store) []string {
	t.Helper()
	rows, err := s.Reader().QueryContext(t.Context(), "SELECT key, value FROM meta ORDER BY key")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			t.Fatal(err)
		}
		out = append(out, key+"="+value)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func expectMeta(t *testing.T, s *store.Store, want ...string) {
	t.Helper()
	if got := metaOf(t, s); !slices.Equal(got, want) {
		t.Errorf("expected %q, got %q", want, got)
	}
}

const intoMeta = "meta (key, value)"

// TestOpen_Twice: opening a database that is there changes nothing in it.
func TestOpen_Twice(t *testing.T) {
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			options := database(t)
			for range 3 {
				s := open(t, options)
				in(t, s, func(ctx context.Context, tx *store.Tx) error {
					return tx.Exec(ctx, "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", "a", "1")
				})
				expectMeta(t, s, "a=1")
				if s.Backend() != options.Backend {
					t.Errorf("expected %s, got %s", options.Backend, s.Backend())
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestOpen_Unfit: a database in which other tables are in the way is refused, and nothing
// half done is left.
func TestOpen_Unfit(t *testing.T) {
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			options := database(t)
			driver := "sqlite"
			if options.Backend == store.Postgres {
				driver = "pgx"
			} else if err := os.MkdirAll(filepath.Dir(options.Source), 0o700); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open(driver, options.Source)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			// The last of the tables, so that all others are made before.
			if _, err := db.ExecContext(t.Context(), "CREATE TABLE history (other INTEGER)"); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if _, err := tryOpen(t, options); err == nil || !strings.Contains(err.Error(), "history") {
					t.Errorf("expected an error that names the table, got %v", err)
				}
			}
			if _, err := db.ExecContext(t.Context(), "DROP TABLE history"); err != nil {
				t.Fatal(err)
			}
			expectMeta(t, open(t, options))
		})
	}
}

// TestTx_Order: what is deleted is what was added before, never what is added after, and
// all of it counts at once.
func TestTx_Order(t *testing.T) {
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			options := database(t)
			s := open(t, options)
			in(t, s, func(ctx context.Context, tx *store.Tx) error {
				err := errors.Join(
					tx.Add(ctx, intoMeta, "a", "1"), tx.Add(ctx, intoMeta, "b", "1"),
					tx.Delete(ctx, "meta", "key = ?", "a"),
					tx.Add(ctx, intoMeta, "a", "2"), tx.Add(ctx, intoMeta, "c", "1"),
				)
				expectMeta(t, s) // not before Commit
				return err
			})
			expectMeta(t, s, "a=2", "b=1", "c=1")
			in(t, s, func(ctx context.Context, tx *store.Tx) error {
				return errors.Join(tx.Add(ctx, intoMeta, "d", "1"), tx.Clear(ctx, "meta"), tx.Add(ctx, intoMeta, "e", "1"))
			})
			expectMeta(t, s, "e=1")
		})
	}
}

// TestTx_Rollback: nothing stays of what was not committed, sent or not.
func TestTx_Rollback(t *testing.T) {
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			options := database(t)
			s := open(t, options)
			tx, err := s.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			err = errors.Join(
				tx.Add(t.Context(), intoMeta, "a", "1"), tx.Delete(t.Context(), "meta", "key = ?", "z"),
				tx.Add(t.Context(), intoMeta, "b", "1"), tx.Rollback(), tx.Rollback(),
			)
			if err != nil {
				t.Fatal(err)
			}
			expectMeta(t, s)
			in(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.Add(ctx, intoMeta, "a", "2") })
			expectMeta(t, s, "a=2")
		})
	}
}

// TestTx_AddMany: more rows than one statement takes all arrive, once.
func TestTx_AddMany(t *testing.T) {
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			options := database(t)
			s := open(t, options)
			for _, n := range []int{1, 449, 450, 451, 900, 2_000} {
				var want []string
				in(t, s, func(ctx context.Context, tx *store.Tx) error {
					err := tx.Clear(ctx, "meta")
					for i := range n {
						key := fmt.Sprintf("%05d", i)
						want = append(want, key+"=x")
						err = errors.Join(err, tx.Add(ctx, intoMeta, key, "x"), tx.Add(ctx, "labels (agent_id, key, value)", i, key, "x"))
					}
					return errors.Join(err, tx.Delete(ctx, "labels", "agent_id >= ?", 0))
				})
				expectMeta(t, s, want...)
			}
		})
	}
}

// TestTx_Texts: what people write is a parameter, never a part of a statement, and texts
// are ordered by their bytes.
func TestTx_Texts(t *testing.T) {
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			options := database(t)
			s := open(t, options)
			keys := []string{"Z", "_", "a", "a b", "a?", "b'; DROP TABLE meta; --", "é", "日本", "\U0001F600"}
			in(t, s, func(ctx context.Context, tx *store.Tx) error {
				var err error
				for _, key := range slices.Backward(keys) {
					err = errors.Join(err, tx.Add(ctx, intoMeta, key, "$1 ? "+key))
				}
				return err
			})
			want := make([]string, len(keys))
			for i, key := range keys {
				want[i] = key + "=$1 ? " + key
			}
			expectMeta(t, s, want...)
			in(t, s, func(ctx context.Context, tx *store.Tx) error {
				var value string
				found, err := tx.Row(ctx, "SELECT value FROM meta WHERE key > ? AND key <= ? ORDER BY key DESC", []any{"_", "a?"}, &value)
				if !found || value != "$1 ? a?" {
					t.Errorf("expected the last of the parameters' range, got %t, %q", found, value)
				}
				missing, failure := tx.Row(ctx, "SELECT value FROM meta WHERE key = ?", []any{"none"}, &value)
				if missing {
					t.Error("expected no row")
				}
				return errors.Join(err, failure)
			})
		})
	}
}

// TestReader_OnlyReads: a question can't change a row of a file.
func TestReader_OnlyReads(t *testing.T) {
	s := open(t, sqliteOptions(t))
	if _, err := s.Reader().ExecContext(t.Context(), "INSERT INTO meta (key, value) VALUES ('a', '1')"); err == nil {
		t.Error("expected that a reader can't write")
	}
	expectMeta(t, s)
}

// TestOpen_InUse: of two nodes with one PostgreSQL database the second waits, until the
// first one is gone.
func TestOpen_InUse(t *testing.T) {
	options := postgresOptions(t)
	s := open(t, options)
	if _, err := store.Open(t.Context(), options); !errors.Is(err, store.ErrInUse) {
		t.Errorf("expected %v, got %v", store.ErrInUse, err)
	}
	open(t, postgresOptions(t)) // another schema is another read model
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, options).Close(); err != nil {
		t.Error(err)
	}
}

// TestOpen_Collation: pages and beginnings of words compare texts, so PostgreSQL has to
// order them by their bytes, whatever the order of its database is.
func TestOpen_Collation(t *testing.T) {
	s := open(t, postgresOptions(t))
	rows, err := s.Reader().QueryContext(t.Context(), `SELECT table_name, column_name, coalesce(collation_name, '') FROM information_schema.columns
		WHERE table_schema = current_schema() AND data_type = 'text'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns := 0
	for ; rows.Next(); columns++ {
		var table, column, collation string
		if err := rows.Scan(&table, &column, &collation); err != nil {
			t.Fatal(err)
		}
		if collation != "C" {
			t.Errorf("%s.%s: expected the order of bytes, got collation %q", table, column, collation)
		}
	}
	if err := rows.Err(); err != nil || columns == 0 {
		t.Errorf("expected columns of texts, got %d, %v", columns, err)
	}
}
