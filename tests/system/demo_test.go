//go:build system

package system_test

import (
	"errors"
	"os"
	"testing"
	"time"
)

// TestDemo runs what the README tells newcomers to run, with another input than
// there.
func TestDemo(t *testing.T) {
	heavy(t)
	tell(t, 7, "--input", "../../SECURITY.md")
}

// TestDemoOfTheChain shows what the market rests on.
func TestDemoOfTheChain(t *testing.T) {
	heavy(t)
	tell(t, 5, "--story", "chain")
}

// tell runs a story of so many steps.
func tell(t *testing.T, steps int, args ...string) {
	t.Helper()
	var report struct {
		Home       string        `json:"home"`
		FirstBlock time.Duration `json:"first_block_ns"`
		Took       time.Duration `json:"took_ns"`
		Steps      []struct {
			Title string   `json:"title"`
			Lines []string `json:"lines"`
		} `json:"steps"`
	}
	args = append([]string{"demo", "--output", "json", "--binary", binary("aitbcd")}, args...)
	succeed(testContext(t), t, &report, "aitbc", args...)
	t.Logf("time to first block %s, whole demo %s", report.FirstBlock, report.Took)
	if len(report.Steps) != steps {
		t.Errorf("expected %d steps, got %+v", steps, report.Steps)
	}
	for _, s := range report.Steps {
		if len(s.Lines) == 0 {
			t.Errorf("%s: expected something to be told", s.Title)
		}
	}
	if _, err := os.Stat(report.Home); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("expected %s to be removed, got %v", report.Home, err)
	}
}
