package fake

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	words := []string{"rate-limited", "reset", "hang", "redirect", "slow-body"}
	for word, want := range map[string]string{
		"rate_limited": "rate-limited",
		"ratelimited":  "rate-limited",
		"RESET":        "reset",
		"rest":         "reset",
		"reste":        "reset", // a swap of neighbours
		"hnag":         "hang",
		"slowbody":     "slow-body",
		"redirected":   "redirect",
		"":             "",
		"x":            "",
		"timeout":      "",
		"ranging":      "",
	} {
		require.Equal(t, want, Nearest(word, words), word)
	}
	require.Empty(t, Nearest("reset", nil))
	require.Equal(t, "a", Nearest("c", []string{"a", "b"}), "of equals the first")
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"abc", "acb", 1},
		{"abc", "abd", 1},
		{"abc", "ab", 1},
		{"abc", "xabc", 1},
		{"kitten", "sitting", 3},
		{"ab", "ba", 1},
		{"abcd", "badc", 2},
	} {
		require.Equal(t, c.want, distance(c.a, c.b), c)
		require.Equal(t, c.want, distance(c.b, c.a), c)
	}
}

// A word of a megabyte, as a path can be, is compared with nothing. It is not
// parallel: allocations are counted for the whole process.
func TestNearestToALongWord(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	require.Zero(t, testing.AllocsPerRun(3, func() { Nearest(long, []string{"reset", "hang"}) }))
}
