package scenarios

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// The grammar in the doc comment has every word that the reader knows.
func TestGrammarHasEveryWord(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, grammar, found := strings.Cut(string(text), "on one screen")
	require.True(t, found)
	grammar, after, found := strings.Cut(grammar, "A line is a row of words")
	require.True(t, found)
	assert.Less(t, strings.Count(grammar, "\n"), 50, "it is to be one screen")
	words := slices.Concat(slices.Collect(maps.Keys(headWords)), stepWords, typeNames(), styles, modeNames, requestWords,
		counts, ignorables, []string{"apply", "style=", "as=", "again", "raw", "ever", "frozen", "held", "auto", "none", "secret.", "now+", "fault", "!!", "tenants", ".b64", ".form", ".txt", ".json"})
	for _, word := range words {
		switch {
		case slices.Contains(modeNames, word), word == "tenants":
			assert.Contains(t, grammar+after, word)
		default:
			assert.Contains(t, grammar, word)
		}
	}
	for dial, of := range positions {
		for _, word := range append([]string{dial + "="}, of...) {
			assert.Contains(t, after, word)
		}
	}
}
