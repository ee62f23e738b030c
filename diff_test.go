package cartdouble_test

import (
	"strings"
	"testing"
)

// diffLines shows the lines that one text has and the other has not, in
// order: "-" for have, "+" for want. Equal texts give "". The line ends of a
// checkout do not count.
func diffLines(have, want string) string {
	a := strings.Split(strings.ReplaceAll(have, "\r\n", "\n"), "\n")
	b := strings.Split(strings.ReplaceAll(want, "\r\n", "\n"), "\n")
	// common[i][j] is how many lines a[i:] and b[j:] have in common, in order.
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var diff strings.Builder
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			diff.WriteString("-" + a[i] + "\n")
			i++
		default:
			diff.WriteString("+" + b[j] + "\n")
			j++
		}
	}
	return diff.String()
}

func TestDiffLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ have, want, diff string }{
		{"", "", ""},
		{"a\r\nb\r\n", "a\nb\n", ""},
		{"a\nb\nc", "a\nc", "-b\n"},
		{"a\nc", "a\nb\nc", "+b\n"},
		{"a\nb", "a\nB", "-b\n+B\n"},
		{"x\na\nb", "a\nb\nx", "-x\n+x\n"},
	} {
		if got := diffLines(c.have, c.want); got != c.diff {
			t.Errorf("diffLines(%q, %q) = %q, want %q", c.have, c.want, got, c.diff)
		}
	}
}
