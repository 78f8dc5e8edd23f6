package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

//go:embed schema/*.sql
var schema embed.FS

const (
	dirMode = 0o700
	// readers is how many questions are answered at a time.
	readers = 4
	// pragmas of both kinds of SQLite connections. In WAL mode readers never wait for the
	// writer. After a power failure the last blocks may be gone, never a part of one.
	pragmas = "_pragma=journal_mode(WAL)&_pragma=busy_timeout(2000)&_pragma=synchronous(NORMAL)&_pragma=cache_size(-32768)"
	// lockKey names the lock that keeps two nodes from one PostgreSQL database.
	lockKey = 0x6169746263 // "aitbc"
)

// ErrInUse is the error of a database that another node writes to.
var ErrInUse = errors.New("another node writes to this database")

// Store is an open database with tables of the present schema.
type Store struct {
	options Options
	writer  *sql.DB
	reader  *sql.DB
	// held keeps the lock of a PostgreSQL database.
	held *sql.Conn
	// file is what a SQLite database was when it was opened.
	file os.FileInfo
}

// Open opens a database, makes it if it is a file that is not there, and brings its tables
// to the present schema. Corrupt tells the errors that only a new database mends.
func Open(ctx context.Context, options Options) (*Store, error) {
	if err := options.Validate(); err != nil {
		return nil, err
	}
	s := &Store{options: options}
	open := s.openSQLite
	if options.Backend == Postgres {
		open = s.openPostgres
	}
	if err := open(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("bring the tables to the present schema: %w", err), s.Close())
	}
	if err := s.noteFile(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) openSQLite(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(s.options.Source), dirMode); err != nil {
		return err
	}
	address := "file:" + escapePath(s.options.Source) + "?" + pragmas
	var err error
	if s.writer, err = sql.Open("sqlite", address+"&_txlock=immediate"); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	if err := s.writer.PingContext(ctx); err != nil {
		return err
	}
	if s.reader, err = sql.Open("sqlite", address+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	s.reader.SetMaxOpenConns(readers)
	return nil
}

// escapePath writes a path as a part of a URI.
func escapePath(path string) string { return strings.ReplaceAll(filepath.ToSlash(path), "%", "%25") }

func (s *Store) openPostgres(ctx context.Context) error {
	var err error
	if s.writer, err = sql.Open("pgx", s.options.Source); err != nil {
		return errors.New("index.source: expected a connection string of PostgreSQL")
	}
	s.writer.SetMaxOpenConns(2) // one of them holds the lock
	if s.held, err = s.writer.Conn(ctx); err != nil {
		return err
	}
	var got bool
	if err := s.held.QueryRowContext(ctx, `SELECT pg_try_advisory_lock(hashtext(current_schema()), $1)`, int32(lockKey&0x7fffffff)).Scan(&got); err != nil {
		return err
	}
	if !got {
		return ErrInUse
	}
	if s.reader, err = sql.Open("pgx", s.options.Source); err != nil {
		return err
	}
	s.reader.SetMaxOpenConns(readers)
	s.reader.SetConnMaxIdleTime(time.Minute)
	return nil
}

// migrate brings the tables to the present schema.
func (s *Store) migrate(ctx context.Context) error {
	migrations, err := s.migrations()
	if err != nil {
		return err
	}
	dialect := database.DialectSQLite3
	if s.options.Backend == Postgres {
		dialect = database.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, s.writer, nil, goose.WithGoMigrations(migrations...))
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// migrations returns the files of the schema in order, in the dialect of the database: they
// are written for both, but for three words.
func (s *Store) migrations() ([]*goose.Migration, error) {
	words := strings.NewReplacer("/* BYTES */", "BLOB", "/* WITHOUT ROWID */", "WITHOUT ROWID")
	if s.options.Backend == Postgres {
		// Texts are ordered by their bytes, as in SQLite.
		words = strings.NewReplacer("/* BYTES */", "BYTEA", " /* WITHOUT ROWID */", "", " TEXT ", ` TEXT COLLATE "C" `)
	}
	entries, err := schema.ReadDir("schema")
	if err != nil {
		return nil, err
	}
	var all []*goose.Migration
	for i, entry := range entries {
		text, err := schema.ReadFile("schema/" + entry.Name())
		if err != nil {
			return nil, err
		}
		up := words.Replace(string(text))
		all = append(all, goose.NewGoMigration(int64(i+1), &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, up)
			return err
		}}, nil))
	}
	return all, nil
}

func (s *Store) noteFile() error {
	if s.options.Backend != SQLite {
		return nil
	}
	var err error
	s.file, err = os.Stat(s.options.Source)
	return err
}

// ErrGone is the error of a file that is not there any more, or is another one.
var ErrGone = errors.New("the file of the database was removed or replaced")

// Present returns ErrGone if the file of the database was removed or replaced: what is
// written then would be in a file that nobody finds.
func (s *Store) Present() error {
	if s.file == nil {
		return nil
	}
	now, err := os.Stat(s.options.Source)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(now, s.file) {
		return ErrGone
	}
	return err
}

// Backend returns which database it is.
func (s *Store) Backend() Backend { return s.options.Backend }

// Reader returns connections that only read.
func (s *Store) Reader() *sql.DB { return s.reader }

// Close closes all connections.
func (s *Store) Close() error {
	var errs []error
	if s.held != nil {
		errs = append(errs, s.held.Close())
	}
	for _, db := range []*sql.DB{s.reader, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Corrupt reports whether an error says that the file is no database or a damaged one.
func Corrupt(err error) bool {
	var known *sqlite.Error
	if !errors.As(err, &known) {
		return false
	}
	code := known.Code() & 0xff // the rest says more of the same
	return code == sqlitelib.SQLITE_CORRUPT || code == sqlitelib.SQLITE_NOTADB
}

// Refused reports whether an error says that the database works and that what was written
// does not fit the rows that are there, so that trying again would not help.
func Refused(err error) bool {
	if known := (*sqlite.Error)(nil); errors.As(err, &known) {
		code := known.Code() & 0xff
		return code == sqlitelib.SQLITE_CONSTRAINT || code == sqlitelib.SQLITE_MISMATCH
	}
	if known := (*pgconn.PgError)(nil); errors.As(err, &known) {
		// Classes 22, data exception, and 23, integrity constraint violation.
		return strings.HasPrefix(known.Code, "22") || strings.HasPrefix(known.Code, "23")
	}
	return false
}

// SetAside renames the file of a SQLite database and its companions, so that a new one can
// be made and somebody can look at the old one. It returns the new name. Of those that were
// set aside before none is kept, so that a bad disk does not fill up.
func SetAside(options Options, now time.Time) (string, error) {
	if options.Backend != SQLite {
		return "", errors.New("only a file can be set aside")
	}
	before, err := filepath.Glob(globEscape(options.Source) + ".corrupt-*")
	if err != nil {
		return "", err
	}
	for _, file := range before {
		if err := os.Remove(file); err != nil {
			return "", err
		}
	}
	to := options.Source + ".corrupt-" + now.UTC().Format("20060102T150405Z")
	for _, suffix := range []string{"-wal", "-shm", ""} {
		err := os.Rename(options.Source+suffix, to+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return to, err
		}
	}
	return to, nil
}

// globEscape writes a path as a pattern that only it matches.
func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}
