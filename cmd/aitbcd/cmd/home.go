package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// used returns the first entry of a home that shows it to be a node's already:
// anything but keys and client.toml, which keys and tx commands need without a
// node. The empty string means that the home is free.
func used(home string) (string, error) {
	entries, err := os.ReadDir(home)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("--home: %s is not a directory that can be read: %w", home, err)
	}
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), "keyring-"), e.Name() == "keyhash":
		case e.Name() == "config":
			inside, err := os.ReadDir(filepath.Join(home, "config"))
			if err != nil {
				return "", fmt.Errorf("--home: %s is not a directory that can be read: %w", filepath.Join(home, "config"), err)
			}
			for _, f := range inside {
				if f.Name() != "client.toml" {
					return filepath.Join("config", f.Name()), nil
				}
			}
		default:
			return e.Name(), nil
		}
	}
	return "", nil
}

// requireNode returns an error unless the home was made by init.
func requireNode(home string) error {
	for _, name := range []string{"config.toml", "app.toml"} {
		path := filepath.Join(home, "config", name)
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("no node in %s (%s is missing): run aitbcd init first, or give the right --home", home, filepath.Join("config", name))
		}
	}
	return nil
}

// requireGenesis returns an error unless the home has a genesis file.
func requireGenesis(path string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("no genesis at %s: run aitbcd init first, or copy the network's genesis.json there", path)
	}
	return nil
}
