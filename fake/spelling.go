package fake

import (
	"strings"

	"github.com/cartdouble/cartdouble/internal/jsontext"
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
	return jsontext.Escapes(s).AppendString(dst, text) // which has the same bits
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
