package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
)

// runner is the fake.TB of a command: what a test would report, it keeps.
type runner struct {
	name string

	mu       sync.Mutex
	errors   []string
	cleanups []func()
}

func (r *runner) Helper()          {}
func (r *runner) Name() string     { return r.name }
func (r *runner) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *runner) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.errors) > 0
}

// Logf drops what is only said beside a failure.
func (r *runner) Logf(string, ...any) {}

func (r *runner) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, strings.TrimSpace(fmt.Sprintf(format, args...)))
}

func (r *runner) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// during runs f like a test: to its end, or to the first Fatalf, then the
// cleanups, the last one first. It gives what was reported.
func (r *runner) during(f func()) []string {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for i := len(r.cleanups) - 1; i >= 0; i-- {
				r.cleanups[i]()
			}
		}()
		f()
	}()
	<-done
	return r.errors
}

// none turns what a runner was told into an error.
func none(problems []string) error {
	if len(problems) == 0 {
		return nil
	}
	return errors.New(strings.Join(problems, "\n"))
}

// indented writes lines below a headline.
type indented struct{ io.Writer }

func (w indented) Write(p []byte) (int, error) {
	_, err := io.WriteString(w.Writer, indent(string(p))+"\n")
	return len(p), err
}

func indent(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight("     "+line, " ")
	}
	return strings.Join(lines, "\n")
}
