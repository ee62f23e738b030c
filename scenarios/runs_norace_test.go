//go:build !race

package scenarios_test

import "testing"

// manyRuns is how often a sequence must be taken in order.
const manyRuns = 1_000

// whole lets a test run that counts what is allocated.
func whole(*testing.T) {}
