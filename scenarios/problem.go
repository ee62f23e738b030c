package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/cartdouble/cartdouble/fake"
)

// A Problem is something wrong with a scenario file, at the line where it is.
type Problem struct {
	File string // path as it was given
	Line int    // from 1; 0: the file as a whole
	Text string // what is wrong, and what would be right
}

// Error gives the problem on one line, ready to be clicked:
// "scenarios: testdata/flaky.txtar:7: unknown step …".
func (p Problem) Error() string { return "scenarios: " + p.place() + ": " + p.Text }

func (p Problem) place() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// pos is a place in a file: of a scenario, or the Go file that built one.
type pos struct {
	file string
	line int
}

func (p pos) String() string { return Problem{File: p.file, Line: p.line}.place() }

// problems gathers what is wrong, so that one look at a file shows all of it.
type problems []Problem

func (ps *problems) add(at pos, format string, args ...any) {
	*ps = append(*ps, Problem{File: at.file, Line: at.line, Text: fmt.Sprintf(format, args...)})
}

// err joins the problems in the order of their lines; nil without any.
func (ps problems) err() error {
	slices.SortStableFunc(ps, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// didYouMean is the tail of an error text about a word that is not in a list.
func didYouMean(word string, of []string) string {
	if near := fake.Nearest(word, of); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}
