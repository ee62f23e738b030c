package scenarios

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// A cover tells whether what stands in a file says the same as what was recorded
// now: equal where both are fixed, and of one type where either is a placeholder.
// So edits by hand stay, as far as they do not contradict the service.
type cover struct {
	// types of the names of the file and of the recording
	old, new map[string]string
	// bind is asked whether a placeholder of the recording can go by that of the
	// file; nil where only the form is compared. old is nil for a fixed text.
	bind func(new, old *placeholder) bool
}

// bare is a text with its placeholders alike, whatever they are called.
func bare(text string) string { return placeholderForm.ReplaceAllString(text, "{{}}") }

// content compares a section with what was recorded.
func (c *cover) content(old *section, new *content) bool {
	if old == nil || new == nil {
		return old == nil && new == nil
	}
	if old.kind() != new.kind && (len(old.body) > 0 || len(new.body) > 0) || len(old.headers) != len(new.headers) {
		return false
	}
	for _, h := range new.headers {
		i := slices.IndexFunc(old.headers, func(o header) bool { return strings.EqualFold(o.name, h.name) })
		if i < 0 || !c.text(old.headers[i].value, h.value) {
			return false
		}
	}
	switch {
	case len(old.body) == 0 || len(new.body) == 0:
		return len(old.body) == len(new.body)
	case new.kind == "json":
		return c.tree(parseTree(old.body), parseTree(new.body))
	case new.kind == "b64":
		return bytes.Equal(old.body, new.body)
	}
	return c.text(string(old.body), string(new.body))
}

// tree compares documents.
func (c *cover) tree(old, new *node) bool {
	if new.kind != '{' && new.kind != '[' {
		return c.leaf(old, new)
	}
	if old.kind != new.kind || len(old.kids) != len(new.kids) {
		return false
	}
	for i := range new.keys {
		if old.keys[i] != new.keys[i] && !c.text(unquote(old.keys[i]), unquote(new.keys[i])) {
			return false
		}
	}
	for i := range new.kids {
		if !c.tree(old.kids[i], new.kids[i]) {
			return false
		}
	}
	return true
}

// leaf compares strings and literals. A placeholder that is all of a string may
// stand for a number.
func (c *cover) leaf(old, new *node) bool {
	if old.raw == new.raw && !strings.Contains(new.raw, "{{") {
		return true
	}
	a, b := aloneIn(old), aloneIn(new)
	switch {
	case a != nil && b != nil:
		return c.same(a, b)
	case a != nil && (new.kind == '"' || new.number()) && !strings.Contains(new.raw, "{{"):
		return c.fits(c.old, a, new.text())
	case b != nil && (old.kind == '"' || old.number()) && !strings.Contains(old.raw, "{{"):
		typ, _ := typeOf(c.new, b)
		number := typ == "int" || typ == "unix"
		return old.number() == number && c.fits(c.new, b, old.text()) && (c.bind == nil || c.bind(b, nil))
	}
	return old.kind == '"' && new.kind == '"' && c.text(old.text(), new.text())
}

// aloneIn is the placeholder that is all of a string, nil without such.
func aloneIn(n *node) *placeholder {
	if n.kind != '"' || !strings.Contains(n.raw, "{{") {
		return nil
	}
	t, err := parseTemplate(n.text())
	if err != nil {
		return nil
	}
	return t.alone()
}

// text compares texts with placeholders among other words.
func (c *cover) text(old, new string) bool {
	if old == new && !strings.Contains(new, "{{") {
		return true
	}
	a, err := parseTemplate(old)
	if err != nil {
		return false
	}
	b, err := parseTemplate(new)
	if err != nil {
		return false
	}
	if x := a.alone(); x != nil && len(b) > 0 {
		if y := b.alone(); y != nil {
			return c.same(x, y)
		}
		literal, ok := b.literal()
		return ok && c.fits(c.old, x, literal)
	}
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i].ph, b[i].ph
		if (x == nil) != (y == nil) || x == nil && a[i].text != b[i].text || x != nil && !c.same(x, y) {
			return false
		}
	}
	return true
}

// same compares placeholders: by type, and by what they were called before.
func (c *cover) same(old, new *placeholder) bool {
	a, _ := typeOf(c.old, old)
	b, _ := typeOf(c.new, new)
	words := func(typ string) bool { return typ == "digits" || typ == "token" || typ == "uuid" || typ == "cursor" }
	fits := a == b || a == "" || b == "" || a == "any" || a == "regex" || a == "now" && b == "time" || words(a) && words(b)
	return fits && (c.bind == nil || c.bind(new, old))
}

// typeOf is the type of a placeholder, its own or that of its name.
func typeOf(types map[string]string, p *placeholder) (typ, arg string) {
	if p.typ != "" || p.name == "" {
		return p.typ, p.arg
	}
	typ, arg, _ = strings.Cut(types[p.name], " ")
	return typ, arg
}

// fits tells whether a text is one that a placeholder can stand for.
func (c *cover) fits(of map[string]string, p *placeholder, text string) bool {
	typ, arg := typeOf(of, p)
	switch typ {
	case "secret":
		return text == redactedWord
	case "now":
		typ = "time"
	case "regex":
		re, err := regexp.Compile("^(?:" + arg + ")$")
		return err == nil && re.MatchString(text)
	case "":
		return true
	}
	re, err := regexp.Compile("^(?:" + types[typ] + ")$")
	return err == nil && re.MatchString(text)
}

// graft gives a new document in which stays what an old one has at the same place
// and says the same: names and edits by hand.
func (c *cover) graft(old, new *node) *node {
	if old == nil || c.tree(old, new) {
		if old != nil {
			return old
		}
		return new
	}
	if old.kind != new.kind || new.kind != '{' && new.kind != '[' {
		return new
	}
	out := *new
	out.kids = slices.Clone(new.kids)
	for i := range out.kids {
		if new.kind == '[' {
			if i < len(old.kids) {
				out.kids[i] = c.graft(old.kids[i], new.kids[i])
			}
			continue
		}
		if j := slices.Index(old.keys, new.keys[i]); j >= 0 {
			out.kids[i] = c.graft(old.kids[j], new.kids[i])
		}
	}
	return &out
}

// target compares a request of the file with one that was recorded.
func (c *cover) target(old *target, path string, base string, s *draftStep) bool {
	if old.method != s.method {
		return false
	}
	if rest, below := strings.CutPrefix(path, "~"); below {
		path = base + rest
	}
	t, err := parseTemplate(path)
	if err != nil {
		return false
	}
	segs := splitTemplate(t, "/")
	if len(segs) != len(old.segments) {
		return false
	}
	for i := range segs {
		if !c.text(old.segments[i].String(), plainTemplate(segs[i], unescapePath).String()) {
			return false
		}
	}
	return old.anyQuery || c.query(old.query, s.query)
}

// query compares parameters, in any order.
func (c *cover) query(old []param, query string) bool {
	left := slices.Clone(old)
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		t, err := parseTemplate(value)
		if err != nil {
			return false
		}
		text := plainTemplate(t, unescape).String()
		i := slices.IndexFunc(left, func(p param) bool { return p.name == unescape(name) && c.text(p.value.String(), text) })
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return len(left) == 0
}

// plainTemplate undoes the escapes of the fixed parts of a template.
func plainTemplate(t template, undo func(string) string) template {
	t = slices.Clone(t)
	for i := range t {
		t[i].text = undo(t[i].text)
	}
	return t
}
