package index_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/viper"

	"github.com/aitbc/aitbc/index"
	"github.com/aitbc/aitbc/index/store"
)

// TestConfig_RoundTrip: what is written into app.toml is what is read from it.
func TestConfig_RoundTrip(t *testing.T) {
	for name, c := range map[string]index.Config{
		"default": index.DefaultConfig(),
		"file":    {Enable: true, Backend: store.SQLite, Source: "/var/lib/index.db", HistoryBlocks: 7},
		"server":  {Enable: true, Backend: store.Postgres, Source: `postgres://u:p"\w@host/db?sslmode=disable`, HistoryBlocks: 1},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "app.toml")
			if err := os.WriteFile(path, []byte("[other]\nenable = 1\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := index.AppendConfig(path, c); err != nil {
				t.Fatal(err)
			}
			v := viper.New()
			v.SetConfigFile(path)
			if err := v.ReadInConfig(); err != nil {
				t.Fatal(err)
			}
			got, err := index.ReadConfig(v.Get, "/home")
			if name == "server" {
				// A backslash makes this address one that PostgreSQL's driver refuses.
				if err == nil || strings.Contains(err.Error(), "p\"") {
					t.Fatalf("expected an error without the password, got %v", err)
				}
				return
			}
			if err != nil || got != c {
				t.Errorf("expected %+v, got %+v, %v", c, got, err)
			}
		})
	}
}

// TestReadConfig_BadInput: a value that makes no sense is refused with its name.
func TestReadConfig_BadInput(t *testing.T) {
	for _, test := range []struct {
		key   string
		value any
	}{
		{"index.enable", "perhaps"},
		{"index.backend", "mysql"},
		{"index.backend", ""},
		{"index.backend", []string{"sqlite"}},
		{"index.source", ""},
		{"index.source", "index.db?mode=memory"},
		{"index.source", "index.db\x00"},
		{"index.source", []int{1}},
		{"index.history-blocks", -1},
		{"index.history-blocks", "many"},
		{"index.history-blocks", "99999999999999999999"},
	} {
		values := map[string]any{"index.enable": true, test.key: test.value}
		_, err := index.ReadConfig(func(key string) any { return values[key] }, "/home")
		if err == nil || !strings.Contains(err.Error(), test.key) {
			t.Errorf("%s = %#v: expected an error that names it, got %v", test.key, test.value, err)
		}
	}
}

// TestReadConfig_Source: a relative path is below the home; without the section there is
// no read model; a connection string that is wrong is not repeated, for its password.
func TestReadConfig_Source(t *testing.T) {
	read := func(values map[string]any) (index.Config, error) {
		return index.ReadConfig(func(key string) any { return values[key] }, "/home")
	}
	if c, err := read(map[string]any{"index.enable": true}); err != nil || c.Source != "/home/data/index.db" {
		t.Errorf("expected a file below the home, got %+v, %v", c, err)
	}
	if c, err := read(nil); err != nil || c.Enable {
		t.Errorf("expected none without settings, got %+v, %v", c, err)
	}
	for _, source := range []string{"", "postgres://user:secret@host:port/db", "postgres://user:secret@ho st/db"} {
		_, err := read(map[string]any{"index.enable": true, "index.backend": "postgres", "index.source": source})
		if err == nil || !strings.Contains(err.Error(), "index.source") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: expected an error that names index.source and no password, got %v", source, err)
		}
	}
}
