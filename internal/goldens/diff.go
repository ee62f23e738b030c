package goldens

import (
	"bytes"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// Diff is go-cmp's of two texts, line by line, -want +got. "" for none.
func Diff(want, got []byte) string {
	d := cmp.Diff(string(want), string(got))
	if lines := `"""`; d != "" && !strings.Contains(d, lines) && bytes.Count(want, []byte("\n"))+bytes.Count(got, []byte("\n")) > 2 {
		d = cmp.Diff(strings.SplitAfter(string(want), "\n"), strings.SplitAfter(string(got), "\n"))
	}
	return plainBlanks(d)
}

// plainBlanks undoes what go-cmp does so that nobody relies on its text: in
// some processes it writes non-breaking blanks. One in the data is an escape in
// a diff, and stays visible.
func plainBlanks(diff string) string { return strings.ReplaceAll(diff, "\u00a0", " ") }
