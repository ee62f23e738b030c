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
