package golden

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// A mode is what the environment asks for. It is read anew by every call.
type mode string

const (
	compare mode = ""       // the default: nothing is written
	update  mode = "update" // write what is missing and what has changed
	fill    mode = "new"    // write what is missing
	review  mode = "review" // write what differs beside the golden, as .got
	prune   mode = "prune"  // compare; Main removes what is stale after a whole, passing run
	verify  mode = "verify" // compare, and check that normalising twice changes nothing
)

var modes = []string{string(update), string(fill), string(review), string(prune), string(verify)}

// A session is where a golden meets the world: environment, flags, the folder
// of the package, and what this run has seen so far.
type session struct {
	getenv func(string) string
	flag   func(name string) string // value of a flag of the test binary, "" where there is none
	dir    string                   // of the package under test, "" for the working directory
	book   *ledger
}

// process is the session of this test binary.
func process() *session {
	return &session{getenv: os.Getenv, flag: flagValue, book: &run}
}

func flagValue(name string) string {
	if f := flag.Lookup(name); f != nil {
		return f.Value.String()
	}
	return ""
}

// mode reads what is asked for, and refuses what may not be.
func (s *session) mode() (mode, error) {
	word := s.getenv("GOLDEN")
	if word == "" && s.flag("update") == "true" {
		word = string(update)
	}
	m := mode(word)
	switch {
	case m == compare, m == verify:
		return m, nil
	case !slices.Contains(modes, word):
		hint := ""
		if near := fake.Nearest(word, modes); near != "" {
			hint = fmt.Sprintf(" (did you mean %q?)", near)
		}
		return m, fmt.Errorf("GOLDEN=%s: unknown mode%s; there are %s", word, hint, strings.Join(modes, ", "))
	case s.inCI() && s.getenv("GOLDEN_FORCE") != "1":
		return m, fmt.Errorf("GOLDEN=%s: nothing is written where CI is set, unless GOLDEN_FORCE=1", word)
	}
	return m, nil
}

// tellUse adds a golden that is in use to the list that GOLDEN_USED names, one
// path on a line: the command "cartdouble golden stale" runs tests of many
// packages and learns so what they used.
func (s *session) tellUse(f file) error {
	list := s.getenv("GOLDEN_USED")
	if list == "" {
		return nil
	}
	out, err := os.OpenFile(list, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("GOLDEN_USED: %w", err)
	}
	_, err = out.WriteString(absolute(f.path) + "\n")
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("GOLDEN_USED: %w", err)
	}
	return nil
}

func (s *session) inCI() bool {
	v := s.getenv("CI")
	return v != "" && v != "0" && v != "false"
}

// command is what to type for this one golden.
func (s *session) command(m mode, test string) string {
	if test == "" {
		return "once more with GOLDEN=" + string(m)
	}
	return "GOLDEN=" + string(m) + " go test " + s.pkg() + " -run " + shellWord(pattern(test))
}

// pkg names the package under test as the go command knows it: from the root
// of its module, or "." where there is none.
func (s *session) pkg() string {
	dir, err := filepath.Abs(s.dir)
	if err != nil {
		return "."
	}
	for root := dir; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			rel, err := filepath.Rel(root, dir)
			if err != nil || rel == "." {
				return "."
			}
			return "./" + filepath.ToSlash(rel)
		}
		if root == filepath.Dir(root) {
			return "."
		}
	}
}
