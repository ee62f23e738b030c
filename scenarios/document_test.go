package scenarios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// written are files in the one form that the package writes.
func written(t testing.TB) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, pattern := range []string{"library/*/*.txtar", "testdata/*.txtar", "testdata/format/*/words-*.txtar"} {
		names, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, name := range names {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			files[name] = string(text)
		}
	}
	require.NotEmpty(t, files)
	return files
}

func TestFormatKeepsWhatItHasWritten(t *testing.T) {
	t.Parallel()
	for name, text := range written(t) {
		doc, ps := readDocument(name, []byte(text))
		require.Empty(t, ps, name)
		assert.Equal(t, text, string(doc.format()), name)
	}
}

func TestFormatBringsIntoForm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"columns of the head":   {"scenario   1\tcartfunnel\nmode strict\ndeliveries  held\n", "scenario 1 cartfunnel\nmode     strict\ndeliveries held\n"},
		"blanks in steps":       {"scenario 1 x\n->   GET   /a   query=b=1\n", "scenario 1 x\n-> GET /a query=b=1\n"},
		"empty lines":           {"scenario 1 x\n\n\n\n-> GET /a\n\n\n", "scenario 1 x\n\n-> GET /a\n"},
		"indent in par":         {"scenario 1 x\npar {\n-> GET /a\n        <- live\n}\n", "scenario 1 x\npar {\n    -> GET /a\n    <- live\n}\n"},
		"remarks stay":          {"scenario 1 x\n<- live   # why\n  # alone\n", "scenario 1 x\n<- live   # why\n  # alone\n"},
		"titles":                {"scenario 1 x\n#   one  two \n", "scenario 1 x\n# one  two\n"},
		"quotes stay":           {"scenario 1 x\ncheck 'a.#' == 'it''s'\n", "scenario 1 x\ncheck 'a.#' == 'it''s'\n"},
		"line before sections":  {"scenario 1 x\n-- a.txt --\nx\n", "scenario 1 x\n\n-- a.txt --\nx\n"},
		"head of a section":     {"scenario 1 x\n\n-- a.json --\nHTTP/1.1 200 OK\nA:   b\n\n{}\n", "scenario 1 x\n\n-- a.json --\nHTTP/1.1 200 OK\nA: b\n\n{}\n"},
		"needless empty line":   {"scenario 1 x\n\n-- a.json --\n\n{}\n", "scenario 1 x\n\n-- a.json --\n{}\n"},
		"needed empty line":     {"scenario 1 x\n\n-- a.txt --\n\nA: b\n", "scenario 1 x\n\n-- a.txt --\n\nA: b\n"},
		"empty line in a body":  {"scenario 1 x\n\n-- a.txt --\n\n\na\n", "scenario 1 x\n\n-- a.txt --\n\n\na\n"},
		"lines of base64":       {"scenario 1 x\n\n-- a.b64 --\nAA\nEC\n", "scenario 1 x\n\n-- a.b64 --\nAAEC\n"},
		"head without a body":   {"scenario 1 x\n\n-- a.json --\nIf-Match: *\n", "scenario 1 x\n\n-- a.json --\nIf-Match: *\n"},
		"the same, empty lines": {"scenario 1 x\n\n-- a.json --\nIf-Match: *\n\n", "scenario 1 x\n\n-- a.json --\nIf-Match: *\n"},
	} {
		doc, ps := readDocument("s.txtar", []byte(c.text))
		assert.Empty(t, ps, name)
		assert.Equal(t, c.want, string(doc.format()), name)
	}
}

func TestSectionsKeepTheirBytes(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"x", "x\n", "\nx", "\n", "\n\n", "Name: value", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\n\nx",
		"-- ann.json --", "a\n-- ann.json --\nb", `\-- ann.json --`, `\\-- ann.json -- `, "--x--", "-----", " -- a --", `\`,
		"é\u2028", "{\"a\":\t1}",
	} {
		for _, end := range []string{"txt", "form", "b64"} {
			doc := &document{lines: []line{{words: []word{{raw: "scenario", eq: -1}}}}}
			doc.sections = []*section{{name: "a." + end, body: []byte(body)}, {name: "b.txt", body: []byte("after")}}
			again, ps := readDocument("s.txtar", doc.format())
			require.Empty(t, ps, "%q", body)
			require.Len(t, again.sections, 2, "%q", body)
			assert.Equal(t, body, string(again.sections[0].body), end)
		}
	}
}

func TestSectionHeads(t *testing.T) {
	t.Parallel()
	doc, ps := readDocument("s.txtar", []byte("scenario 1 x\n-- a.json --\nHTTP/1.1 201 Created\nX-A: 1\nx-empty:\n\n{}\n"))
	require.Empty(t, ps)
	s := doc.sections[0]
	assert.Equal(t, 201, s.status)
	assert.Equal(t, []header{{"X-A", "1"}, {"x-empty", ""}}, s.headers)
	assert.Equal(t, "{}", string(s.body))
	assert.Equal(t, 7, s.bodyAt.line)
	assert.Equal(t, "a", s.ref())
	assert.Equal(t, "json", s.kind())
}

func TestLex(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                            nil,
		" \t ":                        nil,
		"a b\tc":                      {"a", "b", "c"},
		"'a b' ''":                    {"a b", ""},
		"errors='it''s gone'":         {"errors=it's gone"},
		"a'b c'd":                     {"ab cd"},
		"customers.#(x==\"a\").email": {`customers.#(x=="a").email`},
		"a # b":                       {"a"},
		"a '#' b#c":                   {"a", "#", "b#c"},
	} {
		l, err := lex(text)
		require.NoError(t, err, text)
		var got []string
		for _, w := range l.words {
			got = append(got, w.text)
		}
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"'", "a'b", "'a''", "x='"} {
		_, err := lex(text)
		assert.ErrorIs(t, err, errQuote, text)
	}
}

func TestOptionsOfWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"query=page=1": {"query", "page=1"},
		"may=":         {"may", ""},
		"a-b_1='x y'":  {"a-b_1", "x y"},
		"==":           {"", "=="},
		"1=2":          {"", "1=2"},
		"'a=b'":        {"", "a=b"},
		"a.#(x==1)":    {"", "a.#(x==1)"},
	} {
		l, err := lex(text)
		require.NoError(t, err)
		key, value := l.words[0].option()
		assert.Equal(t, want, [2]string{key, value}, text)
	}
}

func TestMarkerLike(t *testing.T) {
	t.Parallel()
	for _, row := range []string{"-- a.json --", "--a--", `\-- a --`, "-- a --  ", "--  a b --"} {
		assert.True(t, markerLike(row), row)
	}
	for _, row := range []string{"", "--", "----", "-----", "-- --", " -- a --", "-- a", "a --", strings.Repeat("-", 40)} {
		assert.False(t, markerLike(row), row)
	}
}

func FuzzReadDocument(f *testing.F) {
	for _, text := range written(f) {
		f.Add(text)
	}
	for _, b := range bad {
		f.Add(b.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, ps := readDocument("s.txtar", []byte(text))
		if len(ps) > 0 {
			return
		}
		out := doc.format()
		again, ps := readDocument("s.txtar", out)
		require.Empty(t, ps, "%q", out)
		require.Equal(t, string(out), string(again.format()))
		require.Equal(t, meaning(doc), meaning(again))
	})
}

// meaning is what a document says, without where it says it.
func meaning(doc *document) (all []any) {
	for _, l := range doc.lines {
		if l.phase || len(l.words) > 0 || l.remark != "" {
			all = append(all, l.title, l.text(), l.remark)
		}
	}
	for _, s := range doc.sections {
		all = append(all, s.name, s.status, s.headers, string(s.body))
	}
	return all
}

func FuzzCompile(f *testing.F) {
	for _, text := range written(f) {
		f.Add(text)
	}
	for _, b := range bad {
		f.Add(b.text)
	}
	apis := apis()
	f.Fuzz(func(t *testing.T, text string) {
		doc, ps := readDocument("s.txtar", []byte(text))
		if len(ps) > 0 {
			return
		}
		_, before := compile(doc, apis)
		again, ps := readDocument("s.txtar", doc.format())
		require.Empty(t, ps)
		_, after := compile(again, apis)
		require.Len(t, after, len(before), "formatted: %s", doc.format())
	})
}

func FuzzWords(f *testing.F) {
	f.Add("a b", "key", "it's")
	f.Add("#", "x", "")
	f.Fuzz(func(t *testing.T, text, key, value string) {
		l, err := lex(quote(text) + " " + quote(value))
		require.NoError(t, err)
		require.Len(t, l.words, 2)
		for i, want := range []string{text, value} {
			got, rest := l.words[i].option()
			require.Empty(t, got)
			require.Equal(t, want, rest)
		}
		if !isName(key) {
			return
		}
		l, err = lex(option(key, value))
		require.NoError(t, err)
		require.Len(t, l.words, 1)
		gotKey, gotValue := l.words[0].option()
		require.Equal(t, []string{key, value}, []string{gotKey, gotValue})
	})
}
