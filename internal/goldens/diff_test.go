package goldens

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// go-cmp mixes non-breaking blanks into its text, or does not, by chance of the
// process.
func TestDiffHasPlainBlanks(t *testing.T) {
	t.Parallel()
	require.Equal(t, "  a\n- \tb", plainBlanks("\u00a0 a\n-\u00a0\tb"))
	for i := range 50 {
		d := Diff(fmt.Appendf(nil, "one\ntwo\nline %d\n", i), []byte("one\ntwo\nthree\u00a0four\n"))
		require.NotContains(t, d, "\u00a0")
		require.Contains(t, d, `three\u00a0four`, "one of the data is shown")
	}
	require.Empty(t, Diff([]byte("a"), []byte("a")))
}
