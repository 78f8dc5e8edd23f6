// Package index is the read model of a node: what people search, rank, count and chart,
// kept in an SQL database beside the chain's own state. Package feed writes it, package
// query answers from it, package store knows the databases.
package index

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/spf13/cast"

	"github.com/aitbc/aitbc/index/store"
)

// Keys of the section [index] of app.toml.
const (
	keyEnable        = "index.enable"
	keyBackend       = "index.backend"
	keySource        = "index.source"
	keyHistoryBlocks = "index.history-blocks"
)

// Config is the section [index] of app.toml.
type Config struct {
	// Enable switches the read model on.
	Enable bool
	// Backend is sqlite or postgres.
	Backend store.Backend
	// Source is the path of a file, below the node's home if it is relative, or a
	// connection string of PostgreSQL.
	Source string
	// HistoryBlocks is for how many blocks the history of agents and jobs is kept; 0 for
	// all.
	HistoryBlocks int64
}

// DefaultConfig returns a read model in a file of the node, switched off.
func DefaultConfig() Config {
	return Config{Backend: store.SQLite, Source: filepath.Join("data", "index.db")}
}

// TOML returns the section for app.toml, with comments.
func (c Config) TOML() string {
	return fmt.Sprintf(`
###############################################################################
###                               Read model                                ###
###############################################################################

# What people search, rank and chart is answered from an SQL database beside the state
# (gRPC aitbc.index.v1, REST /aitbc/index/v1). Nothing of consensus depends on it.
[index]

# Off on validators: it costs disk and some CPU, and serves others.
enable = %t

# sqlite, a file of this node, or postgres, a server.
backend = %q

# The file, below the home if it is relative; or a connection string such as
# "postgres://user:password@host:5432/database".
source = %q

# For how many blocks the history of agents and jobs is kept. 0 keeps all.
history-blocks = %d
`, c.Enable, c.Backend, c.Source, c.HistoryBlocks)
}

// AppendConfig adds the section to a file app.toml that does not have it.
func AppendConfig(path string, c Config) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(c.TOML())
	return errors.Join(err, file.Close())
}

// ReadConfig reads the section from the settings of a node; what is not there has its
// default. An error names the setting.
func ReadConfig(get func(key string) any, home string) (Config, error) {
	c := DefaultConfig()
	var err error
	if v := get(keyEnable); v != nil {
		if c.Enable, err = cast.ToBoolE(v); err != nil {
			return c, fmt.Errorf("%s in app.toml: expected true or false, got %v", keyEnable, v)
		}
	}
	if v := get(keyBackend); v != nil {
		text, err := cast.ToStringE(v)
		if err != nil {
			return c, fmt.Errorf("%s in app.toml: expected %s or %s, got %v", keyBackend, store.SQLite, store.Postgres, v)
		}
		c.Backend = store.Backend(text)
	}
	if v := get(keySource); v != nil {
		if c.Source, err = cast.ToStringE(v); err != nil {
			return c, fmt.Errorf("%s in app.toml: expected a text, got %v", keySource, v)
		}
	}
	if v := get(keyHistoryBlocks); v != nil {
		if c.HistoryBlocks, err = cast.ToInt64E(v); err != nil || c.HistoryBlocks < 0 {
			return c, fmt.Errorf("%s in app.toml: expected 0 to %d, got %v", keyHistoryBlocks, int64(math.MaxInt64), v)
		}
	}
	if !c.Enable {
		return c, nil
	}
	if c.Backend == store.SQLite && c.Source != "" && !filepath.IsAbs(c.Source) {
		c.Source = filepath.Join(home, c.Source)
	}
	if err := (store.Options{Backend: c.Backend, Source: c.Source}).Validate(); err != nil {
		return c, fmt.Errorf("app.toml: %w", err)
	}
	return c, nil
}
