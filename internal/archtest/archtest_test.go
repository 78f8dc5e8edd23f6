package archtest_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aitbc/aitbc/internal/archtest"
)

// TestArchitecture holds the repository to the rules. Read the "why" of a failure
// before looking for a way around it.
func TestArchitecture(t *testing.T) {
	repo, err := archtest.Load(os.DirFS(root(t)))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(repo.Modules(), "clock") {
		t.Fatalf("expected to look at a repository with x/clock in it, got modules %v", repo.Modules())
	}
	for _, rule := range archtest.Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			for _, finding := range rule.Check(repo) {
				t.Error(finding)
			}
		})
	}
}

// root returns the folder of the go.mod above the working directory.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		if err == nil {
			return dir
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = parent
	}
}
