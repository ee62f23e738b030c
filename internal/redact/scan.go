package redact

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Leak is a place of a finished text where something stands that must not.
type Leak struct {
	Rule string
	Line int    // from 1
	What string // without the value
}

// Leaks are all that Scan has found, by line. At least one.
type Leaks []Leak

// mostLeaks is how many lines of an error are written out.
const mostLeaks = 20

func (l Leaks) Error() string {
	var b strings.Builder
	for i, leak := range l {
		if i == mostLeaks {
			fmt.Fprintf(&b, "\nredact: and %d more", len(l)-i)
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "redact: line %d: %s: %s", leak.Line, leak.Rule, leak.What)
	}
	return b.String()
}

// Scan goes over a text that is about to be written, and gives an error, of
// type Leaks, if a known value stands in it in any of the forms of known.1 to
// known.4, or what has the shape of a credential, or a person. Rules that are
// off are not asked, but for the given secrets: these must never be written.
func (r *Rules) Scan(text []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var leaks Leaks
	add := func(s span, what string) {
		leak := Leak{Rule: s.rule, Line: 1 + bytes.Count(text[:max(s.from, s.at)], []byte("\n")), What: what}
		if !slices.Contains(leaks, leak) {
			leaks = append(leaks, leak)
		}
	}
	findKnown(r.known, views(text), func(s span) {
		if s.name != "" || r.on(s.rule) {
			add(s, r.called(s.name)+" stands there")
		}
	})
	f := &finds{}
	for _, v := range slices.Backward(readings(text)) {
		r.findShapes(v, "", f)
		r.findEmails(v, text, f)
		r.findRemarks(v, f)
	}
	for _, s := range f.spans {
		if s.text != string(text[s.from:s.to]) {
			add(s, "what stands there should have been redacted")
		}
	}
	if len(leaks) == 0 {
		return nil
	}
	slices.SortStableFunc(leaks, func(a, b Leak) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule)) })
	return leaks
}
