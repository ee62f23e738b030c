package fake

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// A Spelling is how an API writes its JSON texts, where there is a choice. The
// zero Spelling leaves plain all that may stand plain, as AppendString does.
type Spelling uint8

// The spellings, which go together.
const (
	EscapeSlash    Spelling = 1 << iota // "/" as \/
	EscapeNonASCII                      // from U+0080 up as \u00e9, in lower case, surrogate pairs above U+FFFF
	EscapeLines                         // U+2028 and U+2029 as \u2028 and \u2029
)

// AppendString appends a text as a JSON string. A byte that is not UTF-8 becomes
// U+FFFD.
func (s Spelling) AppendString(dst []byte, text string) []byte {
	from := len(dst)
	dst = AppendString(dst, text)
	if s == 0 || !s.escapes(dst[from:]) {
		return dst
	}
	plain := string(dst[from:])
	return s.appendEscaped(dst[:from], plain)
}

// escapes tells whether a JSON string holds anything that this spelling changes.
func (s Spelling) escapes(plain []byte) bool {
	for _, b := range plain {
		if b == '/' && s&EscapeSlash != 0 || b >= utf8.RuneSelf && s&(EscapeNonASCII|EscapeLines) != 0 {
			return true
		}
	}
	return false
}

// appendEscaped appends what is valid inside a JSON text, with more escapes.
func (s Spelling) appendEscaped(dst []byte, plain string) []byte {
	for _, r := range plain {
		switch {
		case r == '/' && s&EscapeSlash != 0:
			dst = append(dst, '\\', '/')
		case r >= utf8.RuneSelf && s&EscapeNonASCII != 0, (r == '\u2028' || r == '\u2029') && s&EscapeLines != 0:
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

// AppendJSON appends a JSON value without white space around its parts, its
// texts in this spelling. The order of keys, doubled keys and the digits of
// numbers stay as they came. The value must be valid JSON.
func (s Spelling) AppendJSON(dst, value []byte) []byte {
	return s.appendValue(dst, gjson.ParseBytes(value))
}

func (s Spelling) appendValue(dst []byte, v gjson.Result) []byte {
	if v.Type == gjson.String {
		return s.AppendString(dst, Text(v))
	}
	if v.Type != gjson.JSON {
		return append(dst, strings.TrimSpace(v.Raw)...)
	}
	open, end := byte('['), byte(']')
	if v.IsObject() {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	v.ForEach(func(key, value gjson.Result) bool {
		dst = comma(dst)
		if key.Type == gjson.String && open == '{' {
			dst = append(s.appendValue(dst, key), ':')
		}
		dst = s.appendValue(dst, value)
		return true
	})
	return append(dst, end)
}
