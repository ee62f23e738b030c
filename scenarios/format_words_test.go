package scenarios

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The files that hold the format still have every word of it.
func TestFrozenFilesHaveEveryWord(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/format/1/*.txtar")
	require.NoError(t, err)
	first, placeholders, ends := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		doc, ps := readScenario(file, text)
		require.Empty(t, ps)
		for _, l := range doc.lines {
			if len(l.words) > 0 {
				first[l.words[0].raw] = true
			}
		}
		for _, s := range doc.sections {
			ends[s.kind()] = true
			for _, text := range s.templates() {
				found, err := parseTemplate(text)
				require.NoError(t, err)
				for _, part := range found {
					if part.ph != nil {
						placeholders[part.ph.typ] = true
					}
				}
			}
		}
	}
	for word := range headWords {
		assert.True(t, first[word], word)
	}
	for _, word := range stepWords {
		assert.True(t, first[word], word)
	}
	for _, typ := range append(typeNames(), "regex", "now", "secret", "") {
		assert.True(t, placeholders[typ], typ)
	}
	for _, end := range []string{"json", "txt", "form", "b64"} {
		assert.True(t, ends[end], end)
	}
}
