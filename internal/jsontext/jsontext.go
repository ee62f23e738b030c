// Package jsontext writes JSON strings, in the spellings that APIs have.
package jsontext

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Escapes are what is escaped although it may stand plain.
type Escapes uint8

// The escapes, which go together.
const (
	Slash    Escapes = 1 << iota // "/" as \/
	NonASCII                     // from U+0080 up as \u00e9, in lower case, surrogate pairs above U+FFFF
	Lines                        // U+2028 and U+2029 as \u2028 and \u2029
)

// AppendString appends a text as a JSON string, as encoding/json does without
// its escapes for HTML and JavaScript: only quotes, backslashes and control
// characters are escaped. A byte that is not UTF-8 becomes U+FFFD.
func AppendString(dst []byte, text string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	plain := 0
	for i, r := range text {
		switch {
		case r == '"' || r == '\\':
			dst = append(append(dst, text[plain:i]...), '\\', byte(r))
		case r < ' ':
			dst = append(append(dst, text[plain:i]...), '\\')
			if at := strings.IndexByte("\b\f\n\r\t", byte(r)); at >= 0 {
				dst = append(dst, "bfnrt"[at])
			} else {
				dst = append(dst, 'u', '0', '0', hex[r>>4], hex[r&15])
			}
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd"):
			dst = append(append(dst, text[plain:i]...), "\ufffd"...)
		default:
			continue
		}
		plain = i + 1
	}
	return append(append(dst, text[plain:]...), '"')
}

// AppendString is the function of that name, with these escapes too.
func (e Escapes) AppendString(dst []byte, text string) []byte {
	from := len(dst)
	dst = AppendString(dst, text)
	if e == 0 || !e.needed(dst[from:]) {
		return dst
	}
	plain := string(dst[from:])
	return e.append(dst[:from], plain)
}

// needed tells whether a JSON string holds anything that is to be escaped besides.
func (e Escapes) needed(plain []byte) bool {
	for _, b := range plain {
		if b == '/' && e&Slash != 0 || b >= utf8.RuneSelf && e&(NonASCII|Lines) != 0 {
			return true
		}
	}
	return false
}

// append appends what is valid inside a JSON text, with more escapes.
func (e Escapes) append(dst []byte, plain string) []byte {
	for _, r := range plain {
		switch {
		case r == '/' && e&Slash != 0:
			dst = append(dst, '\\', '/')
		case r >= utf8.RuneSelf && e&NonASCII != 0, (r == '\u2028' || r == '\u2029') && e&Lines != 0:
			dst = appendEscape(dst, r)
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

func appendEscape(dst []byte, r rune) []byte {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return appendEscape(appendEscape(dst, high), low)
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
