package bonify

import (
	"iter"
	"strings"
)

// A phrase is one filter as it was sent: field|operator|value ("GET Filters
// Query Parameter", reading BF-11).
type phrase struct {
	text     string // all of it, without the blanks around it
	barred   bool   // there is a bar
	field    string
	operator string
	valued   bool // something stands behind the operator
	value    string
	quoted   bool
	torn     bool // the value has not the form of one
}

// phrases cuts a list of filters at its commas. A comma inside quotes does not
// part: one that an odd number of quotes stands before.
func phrases(list string) iter.Seq[phrase] {
	return func(yield func(phrase) bool) {
		from, inside := 0, false
		for i := range len(list) {
			switch list[i] {
			case '"':
				inside = !inside
			case ',':
				if inside {
					continue
				}
				if !yield(readPhrase(list[from:i])) {
					return
				}
				from = i + 1
			}
		}
		yield(readPhrase(list[from:]))
	}
}

// readPhrase cuts one filter at its first two bars. Blanks around the parts do
// not count.
func readPhrase(text string) phrase {
	f := phrase{text: blankless(text)}
	var rest, value string
	f.field, rest, f.barred = strings.Cut(f.text, "|")
	f.operator, value, _ = strings.Cut(rest, "|")
	f.field, f.operator, value = blankless(f.field), blankless(f.operator), blankless(value)
	f.valued = value != ""
	f.value, f.quoted, f.torn = readValue(value)
	return f
}

// readValue takes the quotes off a value, inside which two stand for one. A bare
// value holds no bar.
func readValue(text string) (value string, quoted, torn bool) {
	if !strings.HasPrefix(text, `"`) {
		return text, false, strings.Contains(text, "|")
	}
	var b strings.Builder
	for rest := text[1:]; ; {
		part, behind, closed := strings.Cut(rest, `"`)
		b.WriteString(part)
		if !strings.HasPrefix(behind, `"`) {
			return b.String(), true, !closed || behind != ""
		}
		b.WriteByte('"')
		rest = behind[1:]
	}
}

func blankless(text string) string { return strings.Trim(text, " ") }
