package redact

import (
	"bytes"
	"html"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// An escape is a way to write a character otherwise; several go together.
type escape uint8

const (
	percent escape = 1 << iota // %41, of URLs and forms
	plus                       // + for a space, of forms
	slashed                    // \u0041, \/, of JSON strings
	entity                     // &amp;, &#65;, of HTML
	breaks                     // line breaks and zero bytes that are no part of what is meant
	every   = percent | slashed | entity
)

// A view is a text without its escapes. It knows where each byte came from, so
// that what is found in the view is replaced in the text.
type view struct {
	text []byte
	from []int // where the unit of a byte begins in the text; nil: the view is the text
	to   []int // where it ends
}

// place gives the range of the text that a range of the view came from.
func (v view) place(from, to int) (int, int) {
	if v.from == nil {
		return from, to
	}
	return v.from[from], v.to[to-1]
}

// without is the view with escapes undone once more; the same view if there
// are none.
func (v view) without(e escape) (view, bool) {
	if !v.has(e) {
		return v, false
	}
	next := view{
		text: make([]byte, 0, len(v.text)),
		from: make([]int, 0, len(v.text)),
		to:   make([]int, 0, len(v.text)),
	}
	changed := false
	var unit [utf8.UTFMax]byte
	for i := 0; i < len(v.text); {
		meant, size := undo(v.text[i:], e, unit[:0])
		if size == 0 {
			meant, size = v.text[i:i+1], 1
		} else {
			changed = true
		}
		from, to := v.place(i, i+size)
		for _, b := range meant {
			next.text = append(next.text, b)
			next.from = append(next.from, from)
			next.to = append(next.to, to)
		}
		i += size
	}
	return next, changed
}

// has tells whether a text can hold such escapes at all.
func (v view) has(e escape) bool {
	for _, mark := range []struct {
		e escape
		b byte
	}{{percent, '%'}, {plus, '+'}, {slashed, '\\'}, {entity, '&'}, {breaks, '\n'}, {breaks, '\r'}, {breaks, 0}} {
		if e&mark.e != 0 && bytes.IndexByte(v.text, mark.b) >= 0 {
			return true
		}
	}
	return false
}

// undo reads one escape at the beginning of a text: what it means, and its
// length, 0 if there is none.
func undo(text []byte, e escape, room []byte) ([]byte, int) {
	switch b := text[0]; {
	case b == '%' && e&percent != 0 && len(text) > 2:
		if n, err := strconv.ParseUint(string(text[1:3]), 16, 8); err == nil {
			return append(room, byte(n)), 3
		}
	case b == '+' && e&plus != 0:
		return append(room, ' '), 1
	case b == '\\' && e&slashed != 0 && len(text) > 1:
		return undoSlashed(text, room)
	case b == '&' && e&entity != 0:
		return undoEntity(text, room)
	case (b == '\n' || b == '\r' || b == 0) && e&breaks != 0:
		return nil, 1
	}
	return nil, 0
}

func undoSlashed(text, room []byte) ([]byte, int) {
	switch text[1] {
	case '"', '\\', '/':
		return append(room, text[1]), 2
	case 'b':
		return append(room, '\b'), 2
	case 'f':
		return append(room, '\f'), 2
	case 'n':
		return append(room, '\n'), 2
	case 'r':
		return append(room, '\r'), 2
	case 't':
		return append(room, '\t'), 2
	case 'u':
		r, ok := unit16(text)
		if !ok {
			return nil, 0
		}
		if low, ok := unit16(text[6:]); ok && utf16.IsSurrogate(r) {
			if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
				return utf8.AppendRune(room, both), 12
			}
		}
		return utf8.AppendRune(room, r), 6
	}
	return nil, 0
}

// unit16 reads \uXXXX.
func unit16(text []byte) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(n), err == nil
}

// longestEntity is how far an entity reaches at most: &#x10FFFF;
const longestEntity = 12

func undoEntity(text, room []byte) ([]byte, int) {
	end := bytes.IndexByte(text[:min(len(text), longestEntity)], ';')
	if end < 0 {
		return nil, 0
	}
	written := string(text[:end+1])
	meant := html.UnescapeString(written)
	if meant == written || utf8.RuneCountInString(meant) != 1 {
		return nil, 0
	}
	return append(room, meant...), end + 1
}

// Escapes that stand within others are undone so often: of all kinds at once,
// and of each kind by itself in any order of kinds.
const (
	depth  = 4
	orders = 3
)

// steps are the ways to undo escapes that are tried after one another. All
// kinds at once are not enough: a secret may itself hold what looks like an
// escape of another kind.
var steps = []escape{percent, percent | plus, slashed, entity, every}

// views gives a text in all the ways in which it can be read: as it is, and
// without its escapes, each also without line breaks.
func views(text []byte) []view {
	all := []view{{text: text}}
	add := func(v view) bool {
		if slices.ContainsFunc(all, func(have view) bool { return bytes.Equal(have.text, v.text) }) {
			return false
		}
		all = append(all, v)
		return true
	}
	last := all
	for range orders {
		var next []view
		for _, v := range last {
			for _, e := range steps {
				if other, changed := v.without(e); changed && add(other) {
					next = append(next, other)
				}
			}
		}
		last = next
	}
	for _, v := range slices.Concat(all, readings(text)) {
		add(v)
		if other, changed := v.without(breaks); changed {
			add(other)
		}
	}
	return all
}

// readings are the views in which words can be told apart: without the escapes
// of all kinds, and with the line breaks.
func readings(text []byte) []view {
	v := view{text: text}
	all := []view{v}
	for range depth {
		next, changed := v.without(every)
		if !changed {
			break
		}
		all = append(all, next)
		v = next
	}
	return all
}

// undone is a text with all its escapes undone.
func undone(text string) string {
	v := view{text: []byte(text)}
	for range depth {
		v, _ = v.without(every)
	}
	return string(v.text)
}
