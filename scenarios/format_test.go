package scenarios_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/golden"
	"github.com/cartdouble/cartdouble/scenarios"
)

// Files of a version of the format are read for ever, and mean what they meant:
// the golden files hold what each says, as JSON. Together they have every word.
func TestFormatIsFrozen(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/format/*/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			s, err := scenarios.Load(os.DirFS("."), file)
			require.NoError(t, err)
			text, err := json.Marshal(s)
			require.NoError(t, err)
			var meant bytes.Buffer
			require.NoError(t, json.Indent(&meant, text, "", "  "))
			golden.Text(t, "meaning", meant.String())
		})
	}
}
