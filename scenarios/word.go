package scenarios

import (
	"errors"
	"strings"
)

// A word is a piece of a line between blanks. Single quotes keep blanks inside
// it, and a doubled quote stands for one: errors='it”s gone'.
type word struct {
	raw  string // as it stands in the line
	text string // without the quotes
	eq   int    // where the "=" of an option stands in text, -1: no option
}

// option gives the two sides of key=value; "" as the key of any other word.
func (w word) option() (key, value string) {
	if w.eq < 0 {
		return "", w.text
	}
	return w.text[:w.eq], w.text[w.eq+1:]
}

var errQuote = errors.New("the quote ' is never closed; double it to mean a quote")

// A lexed line: its words, and the remark after them.
type lexed struct {
	words  []word
	remark string // from the "#" on, "" without one
	gap    int    // blanks before the remark
}

// lex cuts a line into words. A "#" at the beginning of a word begins a remark.
func lex(line string) (lexed, error) {
	var l lexed
	for i := 0; ; {
		start := i
		for i < len(line) && blank(line[i]) {
			i++
		}
		if i == len(line) {
			return l, nil
		}
		if line[i] == '#' {
			l.remark, l.gap = strings.TrimRight(line[i:], " \t"), i-start
			return l, nil
		}
		w, n, err := lexWord(line[i:])
		if err != nil {
			return l, err
		}
		l.words = append(l.words, w)
		i += n
	}
}

// lexWord reads the word at the beginning of a text and tells how long it is.
func lexWord(text string) (word, int, error) {
	var b strings.Builder
	eq, quoted, i := -1, false, 0
	for i < len(text) && (quoted || !blank(text[i])) {
		switch c := text[i]; {
		case c == '\'' && quoted && strings.HasPrefix(text[i+1:], "'"):
			b.WriteByte('\'')
			i++
		case c == '\'':
			quoted = !quoted
		default:
			if c == '=' && !quoted && eq < 0 {
				eq = b.Len()
			}
			b.WriteByte(c)
		}
		i++
	}
	if quoted {
		return word{}, 0, errQuote
	}
	w := word{raw: text[:i], text: b.String(), eq: eq}
	if eq >= 0 && !isName(w.text[:eq]) {
		w.eq = -1
	}
	return w, i, nil
}

func blank(c byte) bool { return c == ' ' || c == '\t' }

// isName tells whether a text can be the key of an option or the name of a
// value: letters, digits, "-" and "_", with a letter first.
func isName(text string) bool {
	for i := range len(text) {
		c := text[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c != '-' && c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return text != ""
}

// quote writes a text as one word that is no option.
func quote(text string) string {
	name, _, eq := strings.Cut(text, "=")
	if text != "" && !strings.ContainsAny(text, " \t'") && text[0] != '#' && (!eq || !isName(name)) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// option writes key=value as one word.
func option(key, value string) string {
	if value == "" || strings.ContainsAny(value, " \t'") {
		value = "'" + strings.ReplaceAll(value, "'", "''") + "'"
	}
	return key + "=" + value
}
