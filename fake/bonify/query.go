package bonify

import (
	"iter"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cartdouble/cartdouble/fake"
)

// parameters are what a list is asked for ("GET Query Params"). An empty value
// counts as absent (reading BF-35), and of a repeated parameter the first.
type parameters struct{ next, prev, filters string }

// The parameters of a list. There is none for the size of a page (reading BF-10).
const (
	nextPage   = "next_page"
	prevPage   = "prev_page"
	filterList = "filters"
)

// readParameters reads the query of a list. ok is false where it cannot be
// decoded. A byte that is no UTF-8 becomes U+FFFD, as in the cursors.
func readParameters(c *fake.Call) (p parameters, ok bool) {
	seen := [3]bool{}
	for name, value := range pieces(c) {
		name, err := url.QueryUnescape(name)
		if err != nil {
			return p, false
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return p, false
		}
		if !utf8.ValidString(value) {
			value = string([]rune(value))
		}
		for i, known := range [...]struct {
			name string
			to   *string
		}{{nextPage, &p.next}, {prevPage, &p.prev}, {filterList, &p.filters}} {
			if name == known.name && !seen[i] {
				*known.to, seen[i] = value, true
			}
		}
	}
	return p, true
}

// pieces are names and values of the query as sent. Only & parts them: a
// semicolon is a letter like any other.
func pieces(c *fake.Call) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if c.Request.URL.RawQuery == "" {
			return
		}
		for piece := range strings.SplitSeq(c.Request.URL.RawQuery, "&") {
			name, value, _ := strings.Cut(piece, "=")
			if piece != "" && !yield(name, value) {
				return
			}
		}
	}
}

// noteParameters notes the parameters that the call does not know, and those
// that it knows and leaves out.
func noteParameters(c *fake.Call, known []string) {
	var seen, repeated []string
	for name, value := range pieces(c) {
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		switch again := slices.Contains(seen, name); {
		case !slices.Contains(known, name):
			if !again {
				c.Note("ignored-parameter", name)
			}
		case again:
			if !slices.Contains(repeated, name) {
				c.Note("repeated-parameter", name)
				repeated = append(repeated, name)
			}
		case value == "":
			c.Note("empty-parameter", name)
		}
		seen = append(seen, name)
	}
}
