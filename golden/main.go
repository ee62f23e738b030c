package golden

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/internal/goldens"
)

// Main runs the tests of a package and then looks at its goldens as a whole. It
// gives the code to exit with:
//
//	func TestMain(m *testing.M) { os.Exit(golden.Main(m)) }
//
// After an update it prints what was added, changed and left. Goldens that no
// test uses any more are printed and make the run fail; GOLDEN=prune removes
// them instead, after a run that passed. A golden is stale when the function of
// the test that owns it is gone from the package, or when that test ran to its
// end, passed, and did not use it. Where that is not certain (part of the tests
// was left out by a flag, a test failed, was skipped or can skip, a file has a
// build constraint) nothing is said.
func Main(m *testing.M) int {
	return process().main(m, os.Stderr)
}

func (s *session) main(m interface{ Run() int }, out io.Writer) int {
	code := m.Run()
	if s.flag("test.fuzzworker") == "true" || s.flag("test.list") != "" {
		return code
	}
	fmt.Fprint(out, s.book.summary())
	how, err := s.mode()
	if err != nil {
		return max(code, 1) // the tests have said it
	}
	stale, err := s.stale(code == 0 && s.whole())
	if err != nil {
		fmt.Fprintf(out, "golden: %v\n", err)
		return max(code, 1)
	}
	for _, f := range stale {
		fmt.Fprintf(out, "golden: stale: %s: %s\n", f.rel, f.why)
	}
	switch {
	case len(stale) == 0:
		return code
	case how != prune:
		fmt.Fprintf(out, "golden: remove them: GOLDEN=prune go test %s\n", s.pkg())
		return max(code, 1)
	case code != 0:
		fmt.Fprintf(out, "golden: nothing removed, the tests failed\n")
		return code
	}
	if err := s.remove(stale); err != nil {
		fmt.Fprintf(out, "golden: %v\n", err)
		return 1
	}
	fmt.Fprintf(out, "golden: %d removed\n", len(stale))
	return code
}

// whole reports whether nothing but the tests themselves decided what ran.
func (s *session) whole() bool {
	return s.flag("test.run") == "" && s.flag("test.skip") == "" && s.flag("test.fuzz") == "" && s.flag("test.short") != "true"
}

// remove deletes stale goldens, and the folders that they leave empty.
func (s *session) remove(stale []staleFile) error {
	var errs []error
	for _, f := range stale {
		path := filepath.Join(s.dir, filepath.FromSlash(f.rel))
		errs = append(errs, os.Remove(path))
		for rel := f.rel; ; {
			rel = rel[:strings.LastIndexByte(rel, '/')]
			path = filepath.Dir(path)
			if rel == goldens.Dir || os.Remove(path) != nil { // a folder that is not empty stays
				break
			}
		}
	}
	return errors.Join(errs...)
}
