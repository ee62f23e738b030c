package fake

import "bytes"

// malform breaks a JSON text in one way. at is the byte where it breaks, -1 for
// the middle.
func malform(body []byte, how string, at int) []byte {
	if at < 0 || at > len(body) {
		at = len(body) / 2
	}
	switch how {
	case "cut":
		return bytes.Clone(body[:at])
	case "comma": // one too many, before the last bracket
		end := bytes.LastIndexAny(body, "}]")
		return splice(body, max(end, 0), 0, ",")
	case "nan": // a number that JSON does not have, for the first value
		colon := bytes.IndexByte(body, ':') + 1
		return splice(body, colon, valueLength(body[colon:]), "NaN")
	case "bom":
		return splice(body, 0, 0, "\ufeff")
	case "trailing":
		return splice(body, len(body), 0, "\nNotice: memory is low")
	case "duplicate-key": // the first member once more, as null
		open, colon := bytes.IndexByte(body, '{'), bytes.IndexByte(body, ':')
		if open < 0 || colon < open {
			return splice(body, len(body), 0, ",")
		}
		return splice(body, open+1, 0, string(body[open+1:colon+1])+"null,")
	default: // utf8: a byte that is none
		return splice(body, at, 0, "\xff")
	}
}

func splice(body []byte, at, cut int, text string) []byte {
	out := append(make([]byte, 0, len(body)+len(text)), body[:at]...)
	return append(append(out, text...), body[at+cut:]...)
}

// valueLength is the length of the JSON value at the beginning of a text, where
// that is a number or a word; 0 for all else.
func valueLength(text []byte) int {
	n := bytes.IndexAny(text, ",}]")
	if n < 0 || bytes.ContainsAny(text[:n], `"{[`) {
		return 0
	}
	return n
}
