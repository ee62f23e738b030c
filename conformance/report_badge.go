package conformance

import (
	"fmt"
	"html"
	"io"
	"strings"
	"unicode/utf8"
)

// WriteBadge writes a small SVG picture with the API and the verdict in words,
// for a page about the client: "bonify | not conforming (2 MUST)".
func (r *Report) WriteBadge(w io.Writer) error {
	const letter, pad, height = 7, 8, 20
	verdict := r.verdict()
	colour := "#1a7f37"
	switch {
	case strings.HasPrefix(verdict, "NOT CONFORMING"):
		colour = "#b42318"
	case strings.HasPrefix(verdict, "NOTHING"), r.byState()[warn] > 0:
		colour = "#8a5a00"
	}
	left, right := r.API, strings.Replace(strings.Replace(verdict, "NOT CONFORMING", "not conforming", 1), "CONFORMING", "conforming", 1)
	l := utf8.RuneCountInString(left)*letter + 2*pad
	wide := l + utf8.RuneCountInString(right)*letter + 2*pad
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" role="img" aria-label="%s: %s">
<rect width="%d" height="%d" rx="3" fill="%s"/><path d="M3 0H%dV%dH3A3 3 0 0 1 0 %dV3A3 3 0 0 1 3 0Z" fill="#444"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="%d" y="14" textLength="%d">%s</text><text x="%d" y="14" textLength="%d">%s</text>
</g></svg>
`,
		wide, height, html.EscapeString(left), html.EscapeString(right),
		wide, height, colour, l, height, height-3,
		pad, l-2*pad, html.EscapeString(left), l+pad, wide-l-2*pad, html.EscapeString(right))
	return err
}
