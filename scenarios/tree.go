package scenarios

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// foldAt is how long a line of recorded JSON becomes, in letters.
const foldAt = 100

// A node is a JSON value as it is written: the order of keys, keys that stand
// twice and the spelling of numbers and strings stay.
type node struct {
	kind byte     // '{', '[', '"', or '0' for all else
	raw  string   // of a string, with its quotes, or of a literal
	keys []string // of an object, with their quotes
	kids []*node
}

// parseTree reads a document that is known to be valid JSON.
func parseTree(doc []byte) *node {
	p := &treeParser{text: string(doc)}
	return p.value()
}

type treeParser struct {
	text string
	at   int
}

func (p *treeParser) blanks() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// open tells whether there is another element before the closing bracket, and
// goes behind what stands between.
func (p *treeParser) open(end byte) bool {
	for p.blanks(); p.at < len(p.text); p.blanks() {
		switch p.text[p.at] {
		case end:
			p.at++
			return false
		case ',', ':':
			p.at++
		default:
			return true
		}
	}
	return false
}

func (p *treeParser) value() *node {
	p.blanks()
	if p.at >= len(p.text) {
		return &node{kind: '0', raw: "null"}
	}
	n := &node{kind: p.text[p.at]}
	switch n.kind {
	case '{':
		p.at++
		for p.open('}') {
			n.keys = append(n.keys, p.word())
			p.open(0)
			n.kids = append(n.kids, p.value())
		}
	case '[':
		p.at++
		for p.open(']') {
			n.kids = append(n.kids, p.value())
		}
	case '"':
		n.raw = p.word()
	default:
		n.kind, n.raw = '0', p.word()
	}
	return n
}

// word takes a string or a literal as it is written.
func (p *treeParser) word() string {
	from := p.at
	if p.text[p.at] != '"' {
		for p.at < len(p.text) && strings.IndexByte(" \t\r\n,:]}", p.text[p.at]) < 0 {
			p.at++
		}
		if p.at == from { // no JSON; do not stand still
			p.at++
		}
		return p.text[from:p.at]
	}
	for p.at++; p.at < len(p.text) && p.text[p.at] != '"'; p.at++ {
		if p.text[p.at] == '\\' {
			p.at++
		}
	}
	p.at = min(p.at+1, len(p.text))
	return p.text[from:p.at]
}

// text is what a string or a number says.
func (n *node) text() string {
	if n.kind == '"' {
		return unquote(n.raw)
	}
	return n.raw
}

func unquote(raw string) string {
	var text string
	if json.Unmarshal([]byte(raw), &text) != nil {
		return strings.Trim(raw, `"`)
	}
	return text
}

// number tells whether a node is a JSON number.
func (n *node) number() bool {
	return n.kind == '0' && n.raw != "true" && n.raw != "false" && n.raw != "null"
}

// A leaf is a string or a number of a document, with its place.
type leaf struct {
	*node
	path   string // "customers[0].id"
	parent string // path of the object that it is in
	key    string // of the innermost member, also for the elements of its list
}

// leaves calls f for each string and number of a document, in its order.
func (n *node) leaves(f func(leaf)) { n.walk("", "", "", f) }

func (n *node) walk(path, parent, key string, f func(leaf)) {
	switch {
	case n.kind == '{':
		for i, kid := range n.kids {
			name := unquote(n.keys[i])
			kid.walk(join(path, name), path, name, f)
		}
	case n.kind == '[':
		for i, kid := range n.kids {
			kid.walk(path+"["+strconv.Itoa(i)+"]", parent, key, f)
		}
	case n.kind == '"' || n.number():
		f(leaf{n, path, parent, key})
	}
}

// fold writes the document for people: on one line where that fits, else a line
// for each member.
func (n *node) fold() []byte {
	var b strings.Builder
	n.write(&b, 0, 0)
	return []byte(b.String())
}

// write writes a node that begins behind so many letters of its line.
func (n *node) write(b *strings.Builder, indent, before int) {
	if n.kind == '"' || n.kind == '0' {
		b.WriteString(n.raw)
		return
	}
	open, end := "{", "}"
	if n.kind == '[' {
		open, end = "[", "]"
	}
	if line, fits := n.line(foldAt - before); fits || len(n.kids) == 0 {
		b.WriteString(line)
		return
	}
	b.WriteString(open)
	for i, kid := range n.kids {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n" + strings.Repeat("  ", indent+1))
		before := 2*indent + 2
		if n.kind == '{' {
			b.WriteString(n.keys[i] + ": ")
			before += utf8.RuneCountInString(n.keys[i]) + 2
		}
		kid.write(b, indent+1, before+1) // and a comma
	}
	b.WriteString("\n" + strings.Repeat("  ", indent) + end)
}

// line is the node on one line, as far as it has room.
func (n *node) line(room int) (string, bool) {
	if n.kind == '"' || n.kind == '0' {
		return n.raw, utf8.RuneCountInString(n.raw) <= room
	}
	var b strings.Builder
	open, end := "{", "}"
	if n.kind == '[' {
		open, end = "[", "]"
	}
	b.WriteString(open)
	used := 2
	for i, kid := range n.kids {
		part := ""
		if i > 0 {
			part = ", "
		}
		if n.kind == '{' {
			part += n.keys[i] + ": "
		}
		used += utf8.RuneCountInString(part)
		text, fits := kid.line(room - used)
		if !fits {
			return "", false
		}
		used += utf8.RuneCountInString(text)
		b.WriteString(part + text)
	}
	b.WriteString(end)
	return b.String(), used <= room
}
