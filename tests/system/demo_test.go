//go:build system

package system_test

import (
	"errors"
	"os"
	"testing"
	"time"
)

// TestDemo runs what the README tells newcomers to run.
func TestDemo(t *testing.T) {
	heavy(t)
	var report struct {
		Home       string        `json:"home"`
		FirstBlock time.Duration `json:"first_block_ns"`
		Took       time.Duration `json:"took_ns"`
		Steps      []struct {
			Title string   `json:"title"`
			Lines []string `json:"lines"`
		} `json:"steps"`
	}
	succeed(testContext(t), t, &report, "aitbc", "demo", "--output", "json", "--binary", binary("aitbcd"))
	t.Logf("time to first block %s, whole demo %s", report.FirstBlock, report.Took)
	if len(report.Steps) != 5 {
		t.Errorf("expected 5 steps, got %+v", report.Steps)
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
