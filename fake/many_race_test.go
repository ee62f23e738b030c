//go:build race

package fake

// manyCalls is small enough for the race detector, to which each goroutine costs
// a hundred times as much.
const manyCalls = 1_000
