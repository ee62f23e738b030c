//go:build race

package scenarios_test

import "testing"

// manyRuns is small enough for the race detector, under which a run costs ten
// times as much.
const manyRuns = 100

// whole leaves a test out that counts what is allocated: the race detector does so
// as well, and each call costs ten times as much.
func whole(t *testing.T) {
	t.Helper()
	t.Skip("the race detector allocates by itself; go test without -race counts")
}
