//go:build race

package scenarios_test

// manyRuns is small enough for the race detector, under which a run costs ten
// times as much.
const manyRuns = 100
