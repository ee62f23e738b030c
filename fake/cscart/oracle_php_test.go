package cscart_test

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// This file and the other oracle files are a second, slow cart list, written
// from the rules alone: one loop over all records, nothing kept, nothing
// indexed. The tests hold the package against it.

// A phpValue is what a parameter of a query is to PHP: a text or a list.
type phpValue struct {
	text string
	list *phpList
}

// A phpList keeps its keys in the order in which they came first.
type phpList struct {
	keys   []string
	values map[string]phpValue
	next   int64
}

var integerKey = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,17})$`)

func (l *phpList) set(key string, v phpValue) {
	if l.values == nil {
		l.values = map[string]phpValue{}
	}
	if _, there := l.values[key]; !there {
		l.keys = append(l.keys, key)
	}
	l.values[key] = v
	if integerKey.MatchString(key) {
		n, _ := strconv.ParseInt(key, 10, 64)
		l.next = max(l.next, n+1)
	}
}

// enter puts a value where a chain of keys leads; the key nil appends.
func (l *phpList) enter(keys []*string, value string) {
	key := strconv.FormatInt(l.next, 10)
	if keys[0] != nil {
		key = *keys[0]
	}
	if len(keys) == 1 {
		l.set(key, phpValue{text: value})
		return
	}
	inner := l.values[key].list
	if inner == nil {
		inner = &phpList{}
	}
	l.set(key, phpValue{list: inner})
	inner.enter(keys[1:], value)
}

// parsePHP reads a query as PHP does.
func parsePHP(query string) *phpList {
	all := &phpList{}
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		if keys := keysOf(decodePHP(name)); keys != nil {
			all.enter(keys, decodePHP(value))
		}
	}
	return all
}

// keysOf takes the name of a parameter apart, nil where there is no name.
func keysOf(name string) []*string {
	name = strings.TrimLeft(name, " ")
	end := strings.IndexByte(name, '[')
	if end < 0 {
		end = len(name)
	}
	head, rest := strings.NewReplacer(" ", "_", ".", "_").Replace(name[:end]), name[end:]
	if head == "" {
		return nil
	}
	if rest != "" && !strings.Contains(rest, "]") {
		head, rest = head+strings.ReplaceAll(rest, "[", "_"), ""
	}
	keys := []*string{&head}
	for strings.HasPrefix(rest, "[") {
		inside, after, closed := strings.Cut(rest[1:], "]")
		if !closed {
			break
		}
		if inside == "" {
			keys = append(keys, nil)
		} else {
			keys = append(keys, &inside)
		}
		rest = after
	}
	return keys
}

func decodePHP(text string) string {
	var out []byte
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '+':
			out = append(out, ' ')
		case text[i] == '%' && i+2 < len(text):
			n, err := strconv.ParseUint(text[i+1:i+3], 16, 8)
			if err != nil {
				out = append(out, '%')
				continue
			}
			out = append(out, byte(n))
			i += 2
		default:
			out = append(out, text[i])
		}
	}
	return string(out)
}

// json writes a value as PHP does: a list whose keys count from 0 is an array.
func (v phpValue) json() string {
	if v.list == nil {
		return phpJSON(v.text)
	}
	var plain, keyed []string
	isArray := true
	for i, key := range v.list.keys {
		isArray = isArray && key == strconv.Itoa(i)
		text := v.list.values[key].json()
		plain, keyed = append(plain, text), append(keyed, phpJSON(key)+":"+text)
	}
	if isArray {
		return "[" + strings.Join(plain, ",") + "]"
	}
	return "{" + strings.Join(keyed, ",") + "}"
}

// phpJSON writes a text as PHP does.
func phpJSON(text string) string {
	var b strings.Builder
	short := map[rune]string{'"': `\"`, '\\': `\\`, '/': `\/`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}
	b.WriteByte('"')
	for _, r := range text {
		switch s, is := short[r]; {
		case is:
			b.WriteString(s)
		case r < ' ' || r >= 0x80 && r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		case r >= 0x10000:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

var (
	numberPattern = `[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?`
	numberStart   = regexp.MustCompile(`^[ \t\n\r\v\f]*(` + numberPattern + `)`)
	wholeNumber   = regexp.MustCompile(`^[ \t\n\r\v\f]*(` + numberPattern + `)[ \t\n\r\v\f]*$`)
)

func isNumeric(text string) bool { return wholeNumber.MatchString(text) }

// castPHP is the number at the beginning of a text, cut toward zero.
func castPHP(text string) int64 {
	m := numberStart.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	switch near, _ := strconv.ParseFloat(m[1], 64); {
	case near >= 1e19:
		return math.MaxInt64
	case near <= -1e19:
		return math.MinInt64
	case math.Abs(near) < 0.5:
		return 0
	}
	exact, _ := new(big.Rat).SetString(m[1])
	return held(new(big.Int).Quo(exact.Num(), exact.Denom()))
}

// held keeps a number within 64 bits.
func held(n *big.Int) int64 {
	switch {
	case n.IsInt64():
		return n.Int64()
	case n.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}

// cents is a numeric text as money, rounded half up.
func cents(text string) int64 {
	m := wholeNumber.FindStringSubmatch(text)
	switch near, _ := strconv.ParseFloat(m[1], 64); {
	case near >= 1e17:
		return math.MaxInt64
	case near <= -1e17:
		return math.MinInt64
	case math.Abs(near) < 0.001:
		return 0
	}
	exact, _ := new(big.Rat).SetString(m[1])
	exact.Mul(exact, big.NewRat(100, 1))
	half := big.NewRat(int64(exact.Sign()), 2)
	exact.Add(exact, half)
	return held(new(big.Int).Quo(exact.Num(), exact.Denom()))
}

// An echo is an object in the making.
type echo struct {
	keys   []string
	values map[string]string
}

func (e *echo) set(key, json string) {
	if !slices.Contains(e.keys, key) {
		e.keys = append(e.keys, key)
	}
	e.values[key] = json
}

func (e *echo) remove(key string) {
	e.keys = slices.DeleteFunc(e.keys, func(k string) bool { return k == key })
}

func (e *echo) json() string {
	var parts []string
	for _, key := range e.keys {
		parts = append(parts, phpJSON(key)+":"+e.values[key])
	}
	return "{" + strings.Join(parts, ",") + "}"
}
