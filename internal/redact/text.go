package redact

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// rounds is how often a text is gone over until nothing is found any more. A
// text that takes longer goes as a whole.
const rounds = 12

// shortestText is the length of the shortest text that can lose anything by
// itself: pwd=x.
const shortestText = 5

// mostNested is how often documents and addresses are taken apart that stand
// within others.
const mostNested = 8

// text redacts what can be told from a text itself: a document or an address
// field by field, then all that plain finds. The name is that of the field it
// is from.
func (r *Rules) text(text, name string) string {
	if text == "" || text == mark {
		return text
	}
	if r.nested < mostNested {
		r.nested++
		if inner := strings.TrimSpace(text); inner != "" && (inner[0] == '{' || inner[0] == '[') && gjson.Valid(inner) && shallow(inner) {
			text = string(r.json([]byte(text)))
		}
		if looksLikeURL(text) {
			text = r.target(text)
		}
		r.nested--
	}
	return r.plain(text, name)
}

// plain redacts known values, pairs of name and value, shapes and people in a
// text.
func (r *Rules) plain(text, name string) string {
	if len(text) < shortestText {
		return text
	}
	for range rounds {
		spans := r.spans([]byte(text), name)
		if len(spans) == 0 {
			return text
		}
		next := replace(text, spans)
		if next == text {
			return text
		}
		text = next
	}
	return mark
}

// spans lists all that a text is to lose, from left to right.
func (r *Rules) spans(text []byte, name string) []span {
	all := views(text)
	var found []span
	findKnown(r.known, all, func(s span) {
		if r.on(s.rule) {
			found = append(found, s)
		}
	})
	f := &finds{spans: joined(found)}
	// The view with the fewest escapes first: it has the true bounds of words.
	for _, v := range slices.Backward(readings(text)) {
		if r.on("names.6") {
			r.findPairs(v, f)
		}
		r.findShapes(v, name, f)
		r.findEmails(v, text, f)
		r.findRemarks(v, f)
	}
	r.findPeopleInPairs(view{text: text}, f)
	slices.SortFunc(f.spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return f.spans
}

// finds are spans that do not overlap: what is found first counts.
type finds struct {
	spans []span
}

// free gives the place of a range of a view, if nothing was found there yet.
func (f *finds) free(v view, from, to int) (int, int, bool) {
	from, to = v.place(from, to)
	taken := slices.ContainsFunc(f.spans, func(s span) bool { return from < s.to && s.from < to })
	return from, to, !taken
}

// mark finds a credential.
func (f *finds) mark(v view, from, to int, rule string) {
	if from, to, ok := f.free(v, from, to); ok {
		f.spans = append(f.spans, span{from: from, to: to, text: mark, rule: rule})
	}
}

// joined makes one span of those that touch or overlap.
func joined(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var out []span
	for _, s := range spans {
		if n := len(out); n > 0 && s.from < out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// replace writes a text with its spans exchanged.
func replace(text string, spans []span) string {
	var b strings.Builder
	at := 0
	for _, s := range spans {
		b.WriteString(text[at:s.from])
		b.WriteString(s.text)
		at = s.to
	}
	b.WriteString(text[at:])
	return b.String()
}

// findRemarks looks for whole names, telephone numbers and streets that are
// known from fields.
func (r *Rules) findRemarks(v view, f *finds) {
	if len(r.people.order) == 0 {
		return
	}
	folded := bytes.ToLower(v.text)
	if len(folded) != len(v.text) {
		folded = lower(v.text)
	}
	for _, n := range r.people.within(folded) {
		text := r.people.order[n]
		what := r.people.texts[text]
		for at := 0; at < len(folded); {
			i := bytes.Index(folded[at:], []byte(text))
			if i < 0 {
				break
			}
			from, to := at+i, at+i+len(text)
			at = to
			if inWord(folded, from, to) {
				continue
			}
			seen := string(v.text[from:to])
			if from, to, ok := f.free(v, from, to); ok {
				f.spans = append(f.spans, span{from: from, to: to, text: r.people.standIn(what.part, seen), rule: what.rule})
			}
		}
	}
}

// findPeopleInPairs looks for fields of people in what is nearly JSON: cut off,
// or with something before or behind.
func (r *Rules) findPeopleInPairs(v view, f *finds) {
	for _, at := range pairQuoted.FindAllSubmatchIndex(v.text, -1) {
		name, value := string(v.text[at[2]:at[3]]), string(v.text[at[4]:at[5]])
		m := r.meaningOf(name, owner{})
		from, to, ok := f.free(v, at[4], at[5])
		if m.part == partNone || !ok {
			continue
		}
		meant := gjson.Parse(`"` + value + `"`).String()
		standIn := r.people.standIn(m.part, meant)
		if standIn != meant {
			f.spans = append(f.spans, span{from: from, to: to, text: inJSON(standIn, value), rule: m.rule})
		}
	}
}
