package fake

import (
	"bytes"
	"strings"
)

const jsonSpace = " \t\r\n"

// malform breaks a JSON text in one way. at is the byte where it breaks, -1 for
// the middle. What has no place for the break is broken at its end.
func malform(body []byte, how string, at int) []byte {
	if at < 0 || at > len(body) {
		at = len(body) / 2
	}
	end := len(body)
	switch how {
	case "cut":
		return bytes.Clone(body[:at])
	case "comma": // one too many, before the last bracket
		if last := len(bytes.TrimRight(body, jsonSpace)) - 1; last >= 0 && (body[last] == '}' || body[last] == ']') {
			end = last
		}
		return splice(body, end, 0, ",")
	case "nan": // a number that JSON does not have, for the first number or word
		for _, first := range []string{"-0123456789", "tfn"} {
			if i := unquoted(body, 0, first); i >= 0 {
				rest := bytes.TrimLeftFunc(body[i:], func(r rune) bool { return !strings.ContainsRune(",}]"+jsonSpace, r) })
				return splice(body, i, end-i-len(rest), "NaN")
			}
		}
		return splice(body, end, 0, "NaN")
	case "bom":
		return splice(body, 0, 0, "\ufeff")
	case "trailing":
		return splice(body, end, 0, "\nNotice: memory is low")
	case "duplicate-key": // the first member once more, as null
		for i := unquoted(body, 0, "{") + 1; i > 0; i = unquoted(body, i, "{") + 1 {
			if member := bytes.TrimLeft(body[i:], jsonSpace); len(member) > 0 && member[0] == '"' {
				colon := unquoted(body, i, ":") + 1
				return splice(body, i, 0, string(body[i:max(i, colon)])+"null,")
			}
		}
		return splice(body, end, 0, ",")
	default: // utf8: a byte that is none
		return splice(body, at, 0, "\xff")
	}
}

func splice(body []byte, at, cut int, text string) []byte {
	out := append(make([]byte, 0, len(body)+len(text)), body[:at]...)
	return append(append(out, text...), body[at+cut:]...)
}

// unquoted gives the place of the first of these characters that does not stand
// in a JSON string, from a place on that does not either; -1 for none.
func unquoted(text []byte, from int, of string) int {
	for i := from; i < len(text); i++ {
		switch {
		case strings.IndexByte(of, text[i]) >= 0:
			return i
		case text[i] == '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		}
	}
	return -1
}
