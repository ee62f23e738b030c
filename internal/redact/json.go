package redact

import (
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/internal/jsontext"
)

// deepest is how deep a body may nest.
const deepest = 1000

// shallow tells whether a text nests less deeply than that. Brackets in
// strings count too, which errs on the safe side.
func shallow(text string) bool {
	depth, most := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '{', '[':
			depth++
			most = max(most, depth)
		case '}', ']':
			depth--
		}
	}
	return most <= deepest
}

// json redacts a valid document. Keys keep their order, doubled ones included,
// and numbers their texts; blanks stay; a string changes its spelling only
// where its text changes.
func (r *Rules) json(doc []byte) []byte {
	r.learnJSON(gjson.ParseBytes(doc))
	w := &rewriter{rules: r, in: string(doc)}
	w.blanks()
	w.any(meaning{})
	w.blanks()
	return append(w.out, w.in[w.at:]...)
}

// membersOf lists the members of an object that are texts or numbers.
func membersOf(v gjson.Result) []member {
	var members []member
	v.ForEach(func(key, value gjson.Result) bool {
		members = append(members, member{key.String(), scalar(value)})
		return true
	})
	return members
}

func scalar(v gjson.Result) string {
	switch v.Type {
	case gjson.String:
		return v.String()
	case gjson.Number:
		return v.Raw
	}
	return ""
}

// learnJSON takes note of the people and credentials of a document.
func (r *Rules) learnJSON(v gjson.Result) {
	if v.IsObject() {
		members := membersOf(v)
		r.learnMembers(members, r.ownerOf(members, false))
	}
	if v.IsObject() || v.IsArray() {
		v.ForEach(func(_, value gjson.Result) bool {
			r.learnJSON(value)
			return true
		})
	}
}

// A rewriter copies a valid document and changes its strings and numbers.
type rewriter struct {
	rules *Rules
	in    string
	at    int
	out   []byte
}

// copyTo copies up to a place.
func (w *rewriter) copyTo(end int) {
	w.out = append(w.out, w.in[w.at:end]...)
	w.at = end
}

func (w *rewriter) blanks() {
	end := w.at
	for end < len(w.in) && strings.IndexByte(" \t\r\n", w.in[end]) >= 0 {
		end++
	}
	w.copyTo(end)
}

// any copies the value that begins here.
func (w *rewriter) any(m meaning) {
	if w.at >= len(w.in) {
		return
	}
	switch w.in[w.at] {
	case '{':
		w.object(m)
	case '[':
		w.array(m)
	case '"':
		w.text(m)
	default:
		w.literal(m)
	}
}

// object copies an object. What is named a secret has nothing but secrets in
// it; a part of a person goes down into a member named value.
func (w *rewriter) object(m meaning) {
	members := membersOf(gjson.Parse(w.in[w.at:]))
	in := w.rules.ownerOf(members, false)
	w.copyTo(w.at + 1)
	for w.at < len(w.in) {
		w.blanks()
		if w.in[w.at] != '"' {
			w.copyTo(w.at + 1)
			if w.in[w.at-1] == '}' {
				return
			}
			continue // a comma
		}
		key := w.text(meaning{name: "key"})
		w.blanks()
		w.copyTo(w.at + 1) // the colon
		w.blanks()
		means := w.rules.meaningOf(key, in)
		switch {
		case m.secret != "":
			means.secret = m.secret
		case m.part != partNone && key == "value" && in.named == "":
			means.part, means.rule = m.part, m.rule
		}
		w.any(means)
	}
}

// array copies an array; its elements mean what it means.
func (w *rewriter) array(m meaning) {
	w.copyTo(w.at + 1)
	for w.at < len(w.in) {
		w.blanks()
		switch w.in[w.at] {
		case ']':
			w.copyTo(w.at + 1)
			return
		case ',':
			w.copyTo(w.at + 1)
		default:
			w.any(m)
		}
	}
}

// text copies a string and gives what it said before.
func (w *rewriter) text(m meaning) string {
	end := w.at + 1
	for w.in[end] != '"' {
		if w.in[end] == '\\' {
			end++
		}
		end++
	}
	end++
	written := w.in[w.at:end]
	meant := gjson.Parse(written).String()
	if new := w.rules.value(meant, m); new != meant {
		w.out = append(w.out, '"')
		w.out = append(w.out, inJSON(new, written)...)
		w.out = append(w.out, '"')
		w.at = end
	} else {
		w.copyTo(end)
	}
	return meant
}

// inJSON writes a text as it stands between the quotes of a JSON string, with
// the escapes that another had.
func inJSON(text, like string) string {
	var as jsontext.Escapes
	if strings.Contains(like, `\/`) {
		as |= jsontext.Slash
	}
	if strings.Contains(like, `\u`) && !strings.ContainsFunc(like, func(c rune) bool { return c >= utf8.RuneSelf }) {
		as |= jsontext.NonASCII
	}
	quoted := as.AppendString(nil, text)
	return string(quoted[1 : len(quoted)-1])
}

// literal copies a number, a boolean or null.
func (w *rewriter) literal(m meaning) {
	end := w.at
	for end < len(w.in) && strings.IndexByte(" \t\r\n,]}", w.in[end]) < 0 {
		end++
	}
	if c := w.in[w.at]; c != '-' && (c < '0' || c > '9') {
		w.copyTo(end)
		return
	}
	w.out = append(w.out, w.rules.number(w.in[w.at:end], m)...)
	w.at = end
}

// number redacts a JSON number: a secret is 0.
func (r *Rules) number(text string, m meaning) string {
	switch {
	case m.secret != "" || r.isKnown(text):
		return "0"
	case m.part != partNone:
		return r.people.integer(m.part, text)
	}
	return text
}

// isKnown tells whether a known value stands in a text.
func (r *Rules) isKnown(text string) bool {
	found := false
	findKnown(r.known, []view{{text: []byte(text)}}, func(s span) { found = found || r.on(s.rule) })
	return found
}
