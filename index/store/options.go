package store

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Backend names a database.
type Backend string

// The backends.
const (
	// SQLite is a file of this node.
	SQLite Backend = "sqlite"
	// Postgres is a server.
	Postgres Backend = "postgres"
)

// Options say where the tables are.
type Options struct {
	// Backend is SQLite or Postgres.
	Backend Backend
	// Source is the path of a file, or a connection string such as
	// postgres://user:password@host/database.
	Source string
}

// Validate returns an error that names the option.
func (o Options) Validate() error {
	switch o.Backend {
	case SQLite:
		if o.Source == "" || strings.ContainsAny(o.Source, "?#\x00") {
			return fmt.Errorf("index.source: expected the path of a file without ? and #, got %q", o.Source)
		}
	case Postgres:
		if o.Source == "" {
			return errors.New("index.source: expected a connection string such as postgres://user@host/database, got nothing")
		}
		if _, err := pgx.ParseConfig(o.Source); err != nil {
			// The error may quote the string, which may have a password.
			return errors.New("index.source: expected a connection string such as postgres://user@host/database")
		}
	default:
		return fmt.Errorf("index.backend: expected %s or %s, got %q", SQLite, Postgres, o.Backend)
	}
	return nil
}
