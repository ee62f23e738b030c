package fake

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSelectors(t *testing.T) {
	t.Parallel()
	s := newShelf(nil)
	defer s.Close()
	for _, line := range []string{
		"GET /v1/books.json?page=2", "POST /v1/books.json", "GET /v1/books/1.json", "PATCH /v1/books/1.json", "GET /nowhere",
		"GET /v1/books/a%2Fb.json",
	} {
		matchRaw(t, s.Server, line)
	}
	for _, c := range []struct {
		sel  []string
		want []int
	}{
		{nil, []int{1, 2, 3, 4, 5, 6}},
		{[]string{"ListBooks"}, []int{1}},
		{[]string{"GetBook"}, []int{3, 6}},
		{[]string{"GetBook", "AddBook"}, []int{2, 3, 6}},
		{[]string{"GET /v1/books.json"}, []int{1}},
		{[]string{"GET ~/books.json"}, []int{1}},
		{[]string{"GET ~"}, nil},
		{[]string{"GET ~*"}, []int{1, 3, 6}},
		{[]string{"GET /v1/*"}, []int{1, 3, 6}},
		{[]string{"GET /*"}, []int{1, 3, 5, 6}},
		{[]string{"* /v1/books/*.json"}, []int{3, 4, 6}},
		{[]string{"* /*books*1*"}, []int{3, 4}},
		{[]string{"* /v1/books/a%2Fb.json"}, []int{6}}, // as sent
		{[]string{"POST /v1/books.json", "GET /nowhere"}, []int{2, 5}},
		{[]string{"get /v1/books.json"}, nil},
		{[]string{"GET /v1/books.json?page=2"}, nil}, // a path has no query
		{[]string{"PUT /*"}, nil},
	} {
		require.Equal(t, c.want, journalSeqs(s.Calls(c.sel...)), "%q", c.sel)
	}
}

func TestWrongSelectors(t *testing.T) {
	t.Parallel()
	const ops = "it has ListBooks, GetBook, AddBook, RenameBook, Panic, Wrong"
	for sel, want := range map[string]string{
		"ListBook":     `"ListBook" is no operation of this API (did you mean "ListBooks"?); ` + ops,
		"listbooks":    `"listbooks" is no operation of this API (did you mean "ListBooks"?); ` + ops,
		"Search":       `"Search" is no operation of this API; ` + ops,
		"":             `"" is no operation of this API; ` + ops,
		"Authors":      `"Authors" is no operation of this API; ` + ops, // known, not modelled
		"hook:created": `"hook:created": this API sends no deliveries`,
		"GET books":    `"GET books": want an operation, or METHOD /path`,
		"GET ":         `"GET ": want an operation, or METHOD /path`,
		"GET ~books":   `"GET ~books": want an operation, or METHOD /path`,
		" /v1":         `" /v1": want an operation, or METHOD /path`,
	} {
		tb := &spy{}
		s := newShelf(tb)
		require.Equal(t, `shelf: Calls("`+sel+`"): `+want, tb.run(func() { s.Calls("GetBook", sel) }))
		require.Equal(t, `shelf: Await("`+sel+`"): `+want, tb.run(func() { _, _ = s.Await(t.Context(), 1, sel) }))
		s.Close()
		s = newShelf(nil)
		require.PanicsWithValue(t, `shelf: Calls("`+sel+`"): `+want, func() { s.Calls(sel) })
		s.Close()
	}
}

func TestGlob(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, text string
		fits          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "a/b", true},
		{"**", "a", true},
		{"a", "a", true},
		{"a", "ab", false},
		{"a*", "a", true},
		{"a*a", "a", false}, // the same letter does not stand for both
		{"a*a", "aa", true},
		{"ab*ba", "aba", false},
		{"a*b*c", "a1b2b3c", true},
		{"a*b*c", "acb", false},
		{"*b*", "b", true},
		{"a?", "ab", false},
		{"a.c", "abc", false},
	} {
		require.Equal(t, c.fits, glob(c.pattern, c.text), "%q %q", c.pattern, c.text)
	}
}

func TestOverlap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b    string
		overlap bool
	}{
		{"/v1/*", "/v1/books/*.json", true},
		{"/v1/books/1.json", "/v1/books/*.json", true},
		{"/v1/books/*", "/v1/books.json", false},
		{"*", "", true},
		{"", "", true},
		{"a", "", false},
		{"a*", "*b", true},
		{"a*c", "*b", false},
		{"**", "a", true},
		{"/v2/*", "/v1/books.json", false},
	} {
		require.Equal(t, c.overlap, overlap(c.a, c.b), "%q %q", c.a, c.b)
		require.Equal(t, c.overlap, overlap(c.b, c.a), "%q %q", c.b, c.a)
	}
}

// Many stars must not take many times as long.
func TestOverlapOfManyStars(t *testing.T) {
	t.Parallel()
	require.False(t, overlap(strings.Repeat("*a", 200)+"b", strings.Repeat("a", 200)+"*c"))
	require.True(t, overlap(strings.Repeat("a*", 200), strings.Repeat("*a", 200)))
}

// FuzzGlob compares with what a regular expression says.
func FuzzGlob(f *testing.F) {
	for _, pattern := range []string{"", "*", "a*b", "*a*", "a**b", "/v1/*", "a.b*", "*\n*"} {
		for _, text := range []string{"", "ab", "aab", "/v1/books.json", "a\nb", "ba"} {
			f.Add(pattern, text)
		}
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		pattern, text = strings.ToValidUTF8(pattern, "x"), strings.ToValidUTF8(text, "x")
		if len(pattern) > 200 || len(text) > 200 {
			return // a regular expression of that size says no more
		}
		re := regexp.MustCompile(`(?s)\A` + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `.*`) + `\z`)
		require.Equal(t, re.MatchString(text), glob(pattern, text))
		if !strings.Contains(text, "*") {
			require.Equal(t, glob(pattern, text), overlap(pattern, text))
		}
	})
}
