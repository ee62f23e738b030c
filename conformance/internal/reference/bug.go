// Package reference has a client for each API that does everything right, with
// a switch for every bug that the suites of package conformance say they find.
// It is what the suites are proved with, and no example of how to be short.
package reference

import "sync"

// A Bug is one thing that a client does wrong, by the name of the mutant:
// "CFN-SAVE-01a". A nil Bug is none.
type Bug struct {
	Name string

	mu    sync.Mutex
	ran   int
	near  map[string]bool // bugs whose line was come by, where that is asked for
	first string          // a secret, for a client that keeps one for all
	last  string          // a cursor, likewise
}

// Ran counts how often the line with the bug ran.
func (b *Bug) Ran() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ran
}

// is switches to the line with the bug of that name.
func (b *Bug) is(name string) bool {
	if b == nil || b.Name != name && b.near == nil {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.near != nil {
		b.near[name] = true
		return false
	}
	b.ran++
	return true
}

// Scout is no bug: the client that has it comes by the lines of some.
func Scout() *Bug { return &Bug{near: map[string]bool{}} }

// Near tells whether a scout came by the line of a bug. If not, a client with that
// bug does the same as one without.
func (b *Bug) Near(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.near[name]
}

// keep gives the first secret that it was ever given.
func (b *Bug) keep(secret string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.first == "" {
		b.first = secret
	}
	return b.first
}

// put keeps a text for all clients with the bug, and got gives it.
func (b *Bug) put(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = text
}

func (b *Bug) got() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}
