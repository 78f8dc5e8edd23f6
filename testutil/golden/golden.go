// Package golden compares what a program makes with a file that people have read.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// update says whether to write the files anew: the flag -update. A test library
// that the SDK links may have defined it already.
var update = func() func() bool {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "write the golden files anew")
	}
	return func() bool { return flag.Lookup("update").Value.String() == "true" }
}()

// Check compares text with the file testdata/<name>.golden of the test's package
// and names the lines that differ. What these files hold is seen by users or by
// consensus: a difference is either a mistake or a line for the changelog.
func Check(tb testing.TB, name, got string) {
	tb.Helper()
	path := filepath.Join("testdata", name+".golden")
	if update() {
		write(tb, path, got)
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	if got == string(want) {
		return
	}
	have, now := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for _, line := range now {
		if !slices.Contains(have, line) {
			tb.Errorf("%s: new: %s", path, line)
		}
	}
	for _, line := range have {
		if !slices.Contains(now, line) {
			tb.Errorf("%s: gone: %s", path, line)
		}
	}
	tb.Errorf("%s differs; if that is meant, run the test with -update", path)
}

func write(tb testing.TB, path, text string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}
