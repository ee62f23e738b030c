package golden

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/internal/goldens"
)

// run is what this test binary has seen so far. Two things can only be known
// across tests, and for them alone there is state beyond a call: that two
// tests give different content to one file, and which files no test has used.
// Nothing that a test can set is in it, and no result of a comparison depends
// on another test's.
var run ledger

// A ledger remembers the goldens and the tests of a run.
type ledger struct {
	mu      sync.Mutex
	used    map[string]*use   // by absolute path
	folded  map[string]string // absolute path in lower case → as it was used
	unsound map[string]bool   // root tests of which a part failed, was skipped, or is still running
	written map[string]change // by absolute path
	same    map[string]bool
}

// A use is the content that a test had for a golden.
type use struct {
	test  string
	text  []byte
	ended bool // the test is over
}

// A change is what an update did to one file.
type change struct {
	rel   string
	added bool
	notes []string // status classes and counts of aliases that changed
}

// A clash is one file for two contents. Where there is a golden to compare
// with, one of the two differs from it, and the clash only explains why.
type clash struct {
	text string
	diff string // of the two contents
}

func (c *clash) Error() string { return c.text + " (-before +now):\n" + c.diff }

// use notes that a test has this content for this file.
func (l *ledger) use(f file, text []byte) *clash {
	l.mu.Lock()
	defer l.mu.Unlock()
	path := absolute(f.path)
	before, ok := l.used[path]
	if !ok || before.test == f.test && before.ended && bytes.Equal(before.text, text) {
		if l.used == nil {
			l.used, l.folded = map[string]*use{}, map[string]string{}
		}
		l.used[path], l.folded[strings.ToLower(path)] = &use{test: f.test, text: bytes.Clone(text)}, path
		return nil
	}
	if bytes.Equal(before.text, text) {
		return nil
	}
	c := &clash{diff: goldens.Diff(before.text, text)}
	switch {
	case f.test == "":
		c.text = "it was checked before, with other content"
	case before.test != f.test:
		c.text = "it is used by " + before.test + ", too, with other content; give each its own name"
	case before.ended:
		c.text = "it is volatile: " + f.test + " had other content for it when it ran before; alias or pin what changes"
	default:
		c.text = "it is used twice by " + f.test + ", with different content; give each its own name"
	}
	return c
}

// otherCase finds a golden of this run whose name differs in letter case alone.
func (l *ledger) otherCase(f file) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	path := absolute(f.path)
	if other, ok := l.folded[strings.ToLower(path)]; ok && other != path {
		return fmt.Errorf("%s, used by %s, differs from it in the case of letters alone: on some systems they are one file", filepath.Base(other), l.used[other].test)
	}
	return nil
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// follow watches the test of a golden to its end.
func (l *ledger) follow(t fake.TB, f file) {
	root, _, _ := strings.Cut(f.test, "/")
	path := absolute(f.path)
	t.Cleanup(func() {
		skipped := false
		if s, ok := t.(interface{ Skipped() bool }); ok {
			skipped = s.Skipped()
		}
		bad := t.Failed() || skipped
		l.mu.Lock()
		defer l.mu.Unlock()
		if u := l.used[path]; u != nil && u.test == f.test {
			u.ended = true
		}
		if bad {
			if l.unsound == nil {
				l.unsound = map[string]bool{}
			}
			l.unsound[root] = true
		}
	})
}

// changed notes what an update did.
func (l *ledger) changed(f file, c change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.written == nil {
		l.written = map[string]change{}
	}
	l.written[absolute(f.path)] = c
}

// unchanged notes a golden that an update left as it was.
func (l *ledger) unchanged(f file) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.same == nil {
		l.same = map[string]bool{}
	}
	l.same[absolute(f.path)] = true
}

// touched reports whether a test has used this file.
func (l *ledger) touched(path string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.used[absolute(path)] != nil
}

// sound reports whether no part of a root test failed or was skipped.
func (l *ledger) sound(root string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.unsound[root]
}

// summary says what an update did, "" when there was none.
func (l *ledger) summary() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.written)+len(l.same) == 0 {
		return ""
	}
	var added int
	var lines []string
	for path, c := range l.written {
		delete(l.same, path)
		word := "changed"
		if c.added {
			added++
			word = "added"
		}
		lines = append(lines, "  "+strings.Join(append([]string{word + " " + c.rel}, c.notes...), "; ")+"\n")
	}
	slices.Sort(lines)
	return fmt.Sprintf("golden: %d added, %d changed, %d unchanged\n%s", added, len(lines)-added, len(l.same), strings.Join(lines, ""))
}
