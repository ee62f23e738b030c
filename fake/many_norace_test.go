//go:build !race

package fake

// manyCalls is what one server must take at the same time.
const manyCalls = 10_000
