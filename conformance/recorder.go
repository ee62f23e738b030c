package conformance

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
)

// recorder is the test that an adapter is given inside a bubble, where the
// user's own *testing.T cannot be used for everything. What the adapter reports
// is an ERROR of the check.
type recorder struct {
	name string

	mu       sync.Mutex
	failures []string
	lines    []string
	cleanups []func()
}

func (*recorder) Helper()        {}
func (t *recorder) Name() string { return t.name }

func (t *recorder) Cleanup(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cleanups = append(t.cleanups, f)
}

func (t *recorder) Failed() bool { return t.failure() != "" }

func (t *recorder) failure() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.failures, "; ")
}

func (t *recorder) Logf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, fmt.Sprintf(format, args...))
}

func (t *recorder) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures = append(t.failures, fmt.Sprintf(format, args...))
}

func (t *recorder) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	runtime.Goexit()
}

// clean runs the adapter's cleanups, the last one first.
func (t *recorder) clean() {
	for {
		t.mu.Lock()
		n := len(t.cleanups)
		if n == 0 {
			t.mu.Unlock()
			return
		}
		f := t.cleanups[n-1]
		t.cleanups = t.cleanups[:n-1]
		t.mu.Unlock()
		f()
	}
}

// log is what the adapter wrote.
func (t *recorder) log() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.lines...)
}
