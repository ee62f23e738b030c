package golden

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// A node is a value of a JSON document, with its place in the bytes.
type node struct {
	raw     string // as it stands in the document
	at      int    // where
	kind    nodeKind
	text    string // of a leaf: its one spelling in canonical form
	value   string // of a leaf: what it means, strings without quotes
	members []member
	mark    *rule // what hides, redacts or drops this value
	sort    bool  // an array whose order does not count
}

type nodeKind byte

const (
	object nodeKind = iota
	array
	text
	numeral
	literal // true, false, null
)

// A member is a value of an object under its key, or an element of an array.
type member struct {
	key string // canonical spelling, with quotes; "" in an array
	*node
}

// parseTree reads one JSON document; nil when the bytes are none. Doubled keys
// stay doubled, numbers keep their digits.
func parseTree(doc []byte) *node {
	if !utf8.Valid(doc) || !gjson.ValidBytes(doc) {
		return nil
	}
	return newNode(gjson.ParseBytes(doc))
}

func newNode(v gjson.Result) *node {
	n := &node{raw: v.Raw, at: v.Index, text: v.Raw, value: v.Raw}
	switch {
	case v.IsObject():
		n.kind = object
		v.ForEach(func(k, v gjson.Result) bool {
			n.members = append(n.members, member{spell(k), newNode(v)})
			return true
		})
	case v.IsArray():
		n.kind = array
		v.ForEach(func(_, v gjson.Result) bool {
			n.members = append(n.members, member{"", newNode(v)})
			return true
		})
	case v.Type == gjson.String:
		n.kind, n.text, n.value = text, spell(v), v.Str
	case v.Type == gjson.Number:
		n.kind = numeral
	default:
		n.kind = literal
	}
	return n
}

// spell gives a string its canonical spelling. One with half a surrogate pair,
// which has no other spelling, keeps its own.
func spell(v gjson.Result) string {
	if strings.ContainsRune(v.Str, utf8.RuneError) && !strings.ContainsRune(v.Raw, utf8.RuneError) {
		return v.Raw
	}
	return quote(v.Str)
}

// quote spells a text as a JSON string, with <, > and & as they are.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string can always be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (n *node) leaf() bool  { return n.kind != object && n.kind != array }
func (n *node) null() bool  { return n.raw == "null" }
func (n *node) empty() bool { return n.null() || n.raw == `""` }

// inOrder gives the members as the canonical form has them: by key.
func (n *node) inOrder() []member {
	if n.kind == array {
		return n.members
	}
	return slices.SortedStableFunc(slices.Values(n.members), func(a, b member) int { return strings.Compare(a.key, b.key) })
}

// leaves calls f for every leaf, in the order of the document.
func (n *node) leaves(f func(*node)) {
	if n.leaf() {
		f(n)
	}
	for _, m := range n.members {
		m.leaves(f)
	}
}

// writeCanonical appends a document with sorted keys, two blanks for each
// level, and numbers as they were written. What leaf gives stands for a value;
// false leaves the writing to us.
func (n *node) writeCanonical(b []byte, indent string, leaf func(*node) (string, bool)) []byte {
	if shown, ok := leaf(n); ok {
		return append(b, shown...)
	}
	if n.leaf() {
		return append(b, n.text...)
	}
	brackets := "{}"
	if n.kind == array {
		brackets = "[]"
	}
	b = append(b, brackets[0])
	some := false
	for _, m := range n.inOrder() {
		if m.dropped() {
			continue
		}
		if some {
			b = append(b, ',')
		}
		some = true
		b = append(b, "\n"+indent+"  "...)
		if n.kind == object {
			b = append(b, m.key+": "...)
		}
		b = m.writeCanonical(b, indent+"  ", leaf)
	}
	if some {
		b = append(b, "\n"+indent...)
	}
	return append(b, brackets[1])
}

func (n *node) dropped() bool { return n.mark != nil && n.mark.action == remove }
