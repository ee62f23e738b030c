//go:build race

package conformance

import "testing"

// whole leaves the proof of a suite to the run without the race detector, where
// each of some hundred clients costs a tenth. Clients right and wrong run under
// the detector in the other tests.
func whole(t *testing.T) {
	t.Helper()
	t.Skip("the whole proof takes minutes under the race detector; go test without -race runs it")
}

// some leaves out two of three under the race detector: by the clock on the wall
// a client waits for as long as it says, and on a busy machine for longer.
func some(names ...string) (few []string) {
	for i := 0; i < len(names); i += 3 {
		few = append(few, names[i])
	}
	return few
}
