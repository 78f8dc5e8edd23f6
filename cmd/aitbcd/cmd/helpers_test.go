package cmd_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aitbc/aitbc/cmd/aitbcd/cmd"
)

// result is what a user sees of a command.
type result struct {
	status      int
	out, errOut string
}

// run runs a command line with the given home.
func run(t *testing.T, home string, args ...string) result {
	t.Helper()
	var out, errOut bytes.Buffer
	status := cmd.Main(append(args, "--home", home), strings.NewReader(""), &out, &errOut)
	return result{status, out.String(), errOut.String()}
}

// mustRun runs a command line that must succeed, and returns what it prints.
func mustRun(t *testing.T, home string, args ...string) string {
	t.Helper()
	r := run(t, home, args...)
	if r.status != 0 {
		t.Fatalf("aitbcd %s: status %d: %s", strings.Join(args, " "), r.status, r.errOut)
	}
	return r.out
}

// mustRefuse runs a command line that must fail with one sentence that contains
// the given text, print nothing else, and leave the home as it is.
func mustRefuse(t *testing.T, home, sentence string, args ...string) {
	t.Helper()
	before := tree(t, home)
	r := run(t, home, args...)
	if r.status == 0 {
		t.Fatalf("aitbcd %s: want a refusal, got success", strings.Join(args, " "))
	}
	if r.out != "" {
		t.Errorf("aitbcd %s: printed %q beside the error", strings.Join(args, " "), r.out)
	}
	if strings.Count(r.errOut, "\n") != 1 || !strings.HasPrefix(r.errOut, "Error: ") {
		t.Errorf("aitbcd %s: want one line, got %q", strings.Join(args, " "), r.errOut)
	}
	if !strings.Contains(r.errOut, sentence) {
		t.Errorf("aitbcd %s: want %q in the error, got %q", strings.Join(args, " "), sentence, r.errOut)
	}
	if after := tree(t, home); after != before {
		t.Errorf("aitbcd %s: wrote into the home:\nbefore %s\nafter  %s", strings.Join(args, " "), before, after)
	}
}

// tree returns the names and digests of everything in a directory, and beside it,
// but for the database, which is written to by looking into it.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(filepath.Dir(dir), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == "state.db" {
			return fs.SkipDir
		}
		var content []byte
		if d.Type().IsRegular() {
			if content, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		fmt.Fprintf(&b, "%s %x\n", path, sha256.Sum256(content))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// newHome returns a path in a directory of its own; nothing is there yet.
func newHome(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "home")
}

// newChain makes the home of the only validator of a chain, ready to start.
func newChain(t *testing.T) string {
	t.Helper()
	home := newHome(t)
	mustRun(t, home, "init", "alice")
	mustRun(t, home, "keys", "add", "alice", "--keyring-backend", "test")
	mustRun(t, home, "genesis", "add-genesis-account", "alice", "10000000000uait", "--keyring-backend", "test")
	mustRun(t, home, "genesis", "gentx", "alice", "1000000000uait", "--keyring-backend", "test", "--ip", "127.0.0.1")
	mustRun(t, home, "genesis", "collect-gentxs")
	return home
}

func genesisPath(home string) string { return filepath.Join(home, "config", "genesis.json") }

// editJSON changes a JSON file.
func editJSON(t *testing.T, path string, edit func(map[string]any)) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var content map[string]any
	if err := json.Unmarshal(text, &content); err != nil {
		t.Fatal(err)
	}
	edit(content)
	if text, err = json.Marshal(content); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// replaceInFile replaces a text that must be there.
func replaceInFile(t *testing.T, path, old, replacement string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(content, []byte(old)) {
		t.Fatalf("%s: no %q", path, old)
	}
	if err := os.WriteFile(path, bytes.Replace(content, []byte(old), []byte(replacement), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

// at returns the object at a path of keys.
func at(content map[string]any, keys ...string) map[string]any {
	for _, k := range keys {
		content = content[k].(map[string]any)
	}
	return content
}
