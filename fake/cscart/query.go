package cscart

import (
	"strconv"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// The query string as PHP reads it: names in the order in which they were first
// mentioned, values that are texts or keyed lists.

// A query is what was sent after the "?", the first mention of each name in its
// place, with the last of its values.
type query struct {
	list   []parameter
	places map[string]int // of names, once there are many
}

type parameter struct {
	name     string
	value    value
	repeated bool // a plain name that was sent more than once
}

// A value is a text, or a list where list is not nil.
type value struct {
	text string
	list *keyed
}

// keyed is a PHP array: keys in the order of their first mention.
type keyed struct {
	keys   []string
	values []value
	places map[string]int
	next   int64 // the key that an append gets
}

// deepest is how far brackets may nest; PHP drops what goes deeper.
const deepest = 64

// parseQuery reads a raw query. What routes the call and does not belong to it
// is left out: _d and ajax_custom.
func parseQuery(raw string) query {
	var q query
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, text, _ := strings.Cut(part, "=")
		q.add(unescape(name), unescape(text))
	}
	q.drop("_d")
	q.drop("ajax_custom")
	return q
}

// unescape decodes %41 and +, and leaves what is not well formed as it stands.
func unescape(text string) string {
	if !strings.ContainsAny(text, "%+") {
		return text
	}
	plain := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '+':
			plain = append(plain, ' ')
		case text[i] == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			b, _ := strconv.ParseUint(text[i+1:i+3], 16, 8)
			plain = append(plain, byte(b))
			i += 2
		default:
			plain = append(plain, text[i])
		}
	}
	return string(plain)
}

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F'
}

// add takes one part of the query in.
func (q *query) add(name, text string) {
	name, keys := splitName(name)
	if name == "" || len(keys) > deepest {
		return
	}
	p := q.parameter(name)
	if p == nil {
		q.list = append(q.list, parameter{name: name})
		if q.places != nil {
			q.places[name] = len(q.list) - 1
		}
		p = &q.list[len(q.list)-1]
	} else if keys == nil {
		p.repeated = true
	}
	p.value.put(keys, text)
}

// splitName takes a name apart: p_ids[] is p_ids and the key "[]", which stands
// for an append; filter[a][b] is filter and two keys. Text behind the last
// bracket is dropped.
func splitName(sent string) (name string, keys []string) {
	sent = strings.TrimLeft(sent, " ")
	name, rest, bracket := strings.Cut(sent, "[")
	name = strings.NewReplacer(" ", "_", ".", "_").Replace(name)
	if name == "" || !bracket {
		return name, nil
	}
	if !strings.Contains(rest, "]") { // never closed
		return name + "_" + strings.ReplaceAll(rest, "[", "_"), nil
	}
	for bracket {
		key, after, closed := strings.Cut(rest, "]")
		if !closed {
			break
		}
		if key == "" || len(key) == 1 && strings.Contains(numberSpace, key) {
			key = appended
		}
		keys = append(keys, key)
		rest, bracket = strings.CutPrefix(after, "[")
	}
	return name, keys
}

// appended is the key of an append. No sent key looks like that: it would have
// been closed.
const appended = "]"

func (q *query) parameter(name string) *parameter {
	const few = 16 // with so many, looking through them beats a map
	if q.places == nil && len(q.list) > few {
		q.places = make(map[string]int, 2*len(q.list))
		for i := range q.list {
			q.places[q.list[i].name] = i
		}
	}
	if q.places != nil {
		if i, known := q.places[name]; known {
			return &q.list[i]
		}
		return nil
	}
	for i := range q.list {
		if q.list[i].name == name {
			return &q.list[i]
		}
	}
	return nil
}

func (q *query) drop(name string) {
	for i := range q.list {
		if q.list[i].name == name {
			q.list = append(q.list[:i], q.list[i+1:]...)
			q.places = nil
			return
		}
	}
}

// text is the value of a parameter that should be a single text. A list is
// ignored: it counts as not sent (reading CC-37).
func (q *query) text(name string) string {
	if p := q.parameter(name); p != nil {
		return p.value.text
	}
	return ""
}

func (v *value) put(keys []string, text string) {
	if len(keys) == 0 {
		*v = value{text: text}
		return
	}
	if v.list == nil {
		*v = value{list: &keyed{}}
	}
	v.list.at(keys[0]).put(keys[1:], text)
}

// at is the place of a key, which is made if need be.
func (l *keyed) at(key string) *value {
	if key == appended {
		key = strconv.FormatInt(l.next, 10)
	}
	if i, known := l.places[key]; known {
		return &l.values[i]
	}
	if n, err := strconv.ParseInt(key, 10, 64); err == nil && strconv.FormatInt(n, 10) == key && n >= l.next && n < 1<<62 {
		l.next = n + 1
	}
	if l.places == nil {
		l.places = map[string]int{}
	}
	l.places[key] = len(l.keys)
	l.keys, l.values = append(l.keys, key), append(l.values, value{})
	return &l.values[len(l.values)-1]
}

// spelling is how the shop writes JSON texts: "/" as \/, and all from U+0080 up
// as \uxxxx.
const spelling = fake.EscapeSlash | fake.EscapeNonASCII

// appendJSON adds a value as it is echoed: a list whose keys are 0, 1, 2 in this
// order is an array, any other an object.
func (v value) appendJSON(dst []byte) []byte {
	if v.list == nil {
		return spelling.AppendString(dst, v.text)
	}
	array := true
	for i, key := range v.list.keys {
		array = array && key == strconv.Itoa(i)
	}
	if array {
		dst = append(dst, '[')
	} else {
		dst = append(dst, '{')
	}
	for i, key := range v.list.keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		if !array {
			dst = append(spelling.AppendString(dst, key), ':')
		}
		dst = v.list.values[i].appendJSON(dst)
	}
	if array {
		return append(dst, ']')
	}
	return append(dst, '}')
}
