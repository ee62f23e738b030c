package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/internal/goldens"
)

// A spy is a test that remembers what it is told.
type spy struct {
	name     string
	failed   bool
	skipped  bool
	said     []string // "error: …", "fatal: …", "log: …"
	cleanups []func()
}

type fatal struct{}

func (s *spy) Helper()          {}
func (s *spy) Name() string     { return s.name }
func (s *spy) Failed() bool     { return s.failed }
func (s *spy) Skipped() bool    { return s.skipped }
func (s *spy) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

func (s *spy) Logf(format string, args ...any) {
	s.said = append(s.said, "log: "+fmt.Sprintf(format, args...))
}

func (s *spy) Errorf(format string, args ...any) {
	s.failed = true
	s.said = append(s.said, "error: "+fmt.Sprintf(format, args...))
}

func (s *spy) Fatalf(format string, args ...any) {
	s.failed = true
	s.said = append(s.said, "fatal: "+fmt.Sprintf(format, args...))
	panic(fatal{})
}

// keepingSpy has a folder for artifacts, as tests have from Go 1.26 on.
type keepingSpy struct {
	*spy
	dir string
}

func (s keepingSpy) ArtifactDir() string { return s.dir }

// run is a test from its first line to its last cleanup.
func (s *spy) run(f func()) *spy {
	func() {
		defer func() {
			if r := recover(); r != nil && r != (fatal{}) {
				panic(r)
			}
		}()
		f()
	}()
	for len(s.cleanups) > 0 {
		last := s.cleanups[len(s.cleanups)-1]
		s.cleanups = s.cleanups[:len(s.cleanups)-1]
		last()
	}
	return s
}

// text is all that the spy was told.
func (s *spy) text() string { return strings.Join(s.said, "\n") }

// A desk is a package of its own: a folder, an environment, a run.
type desk struct {
	*session
	env   map[string]string
	flags map[string]string
}

func newDesk(t *testing.T) *desk {
	d := &desk{env: map[string]string{}, flags: map[string]string{}}
	d.session = &session{
		getenv: func(name string) string { return d.env[name] },
		flag:   func(name string) string { return d.flags[name] },
		dir:    t.TempDir(),
		book:   new(ledger),
	}
	return d
}

// rerun forgets what the run has seen.
func (d *desk) rerun() { d.book = new(ledger) }

// put writes a file of the package.
func (d *desk) put(t *testing.T, rel, text string) {
	t.Helper()
	path := filepath.Join(d.dir, filepath.FromSlash(rel))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
}

// get reads a file of the package.
func (d *desk) get(t *testing.T, rel string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(d.dir, filepath.FromSlash(rel)))
	require.NoError(t, err)
	return string(b)
}

// files lists what stands below testdata/golden.
func (d *desk) files(t *testing.T) []string {
	t.Helper()
	var found []string
	base := filepath.Join(d.dir, filepath.FromSlash(goldens.Dir))
	_ = filepath.WalkDir(base, func(name string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(base, name)
			found = append(found, filepath.ToSlash(rel))
		}
		return nil
	})
	slices.Sort(found)
	return found
}

// asText runs a spy's test that compares a text.
func (d *desk) asText(test, name, got string, opts ...Option) *spy {
	s := &spy{name: test}
	return s.run(func() {
		d.test(s, name, ".golden", opts, func(*settings) (subject, error) { return newText(got) })
	})
}

// asJSON runs a spy's test that compares a document.
func (d *desk) asJSON(test, name string, got any, opts ...Option) *spy {
	s := &spy{name: test}
	return s.run(func() {
		d.test(s, name, ".json", opts, func(*settings) (subject, error) { return newDocument(got) })
	})
}

// both runs a test outside a bubble and inside one.
func both(t *testing.T, f func(*testing.T)) {
	t.Run("outside", func(t *testing.T) {
		t.Parallel()
		f(t)
	})
	t.Run("bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, f)
	})
}
