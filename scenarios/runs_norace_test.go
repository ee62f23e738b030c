//go:build !race

package scenarios_test

// manyRuns is how often a sequence must be taken in order.
const manyRuns = 1_000
