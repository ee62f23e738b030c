package scenarios

import (
	"path/filepath"
	"strings"
	"testing"
)

// ReplayDir plays every scenario file that a pattern names, each to a client of
// its own in a subtest that is called like the file:
//
//	scenarios.ReplayDir(t, "testdata/orders/*.txtar", func(t *testing.T, run *scenarios.Run) {
//		syncOrders(t, run.BaseURL(), run.Client(), run.Credentials())
//	})
//
// A pattern that names no file is a mistake of the test, as it would pass for
// want of anything to play.
func ReplayDir(t *testing.T, glob string, f func(*testing.T, *Run), opts ...Option) {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil {
		t.Fatalf("scenarios: %s: %v", glob, err)
	}
	if len(files) == 0 {
		t.Fatalf("scenarios: no file is called %s", glob)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			f(t, Replay(t, file, opts...))
		})
	}
}
