package fake

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestSpellings(t *testing.T) {
	t.Parallel()
	const text = "a/b <é> \u2028 😀 \"\\\x01\x7f\xff"
	for want, s := range map[string]Spelling{
		`"a/b <é> ` + "\u2028" + ` 😀 \"\\\u0001` + "\x7f\ufffd" + `"`:        0,
		`"a\/b <é> ` + "\u2028" + ` 😀 \"\\\u0001` + "\x7f\ufffd" + `"`:       EscapeSlash,
		`"a/b <\u00e9> \u2028 \ud83d\ude00 \"\\\u0001` + "\x7f" + `\ufffd"`:  EscapeNonASCII,
		`"a/b <é> \u2028 😀 \"\\\u0001` + "\x7f\ufffd" + `"`:                  EscapeLines,
		`"a\/b <\u00e9> \u2028 \ud83d\ude00 \"\\\u0001` + "\x7f" + `\ufffd"`: EscapeSlash | EscapeNonASCII | EscapeLines,
	} {
		require.Equal(t, want, string(s.AppendString(nil, text)), "spelling %b", s)
		require.Equal(t, "x"+want, string(s.AppendString([]byte("x"), text)))
	}
}

func TestSpellingOfJSON(t *testing.T) {
	t.Parallel()
	s := EscapeSlash | EscapeNonASCII
	require.Equal(t,
		`{"b\/":[1.50,-0e5,true,null,[],{}],"a":"\u00fc\/","a":{"x":"\ud83d\ude00"}}`,
		string(s.AppendJSON(nil, []byte(" {\n\"b/\" : [1.50 , -0e5, true, null, [ ], { } ], \"a\": \"\\u00fc\\/\", \"a\": {\"x\": \"😀\"} } "))))
	require.Equal(t, `12`, string(s.AppendJSON(nil, []byte(" 12\n"))))
	require.Equal(t, `"\/"`, string(s.AppendJSON(nil, []byte(` "/" `))))
	require.Equal(t, `{"a/":"é"}`, string(Spelling(0).AppendJSON(nil, []byte(`{"a\/":"\u00e9"}`))))
}

// FuzzSpelling: whatever the spelling, the text is the same.
func FuzzSpelling(f *testing.F) {
	f.Add(uint8(7), "a/é\u2028😀\x00\xff")
	f.Fuzz(func(t *testing.T, s uint8, text string) {
		spelling := Spelling(s) & (EscapeSlash | EscapeNonASCII | EscapeLines)
		var back string
		spelled := spelling.AppendString(nil, text)
		require.NoError(t, json.Unmarshal(spelled, &back))
		if utf8.ValidString(text) {
			require.Equal(t, text, back)
		}
		object := append(append([]byte(`{"k":[`), spelled...), "]}"...)
		require.Equal(t, object, spelling.AppendJSON(nil, object), "spelled already")
		if spelling&EscapeNonASCII != 0 {
			require.False(t, bytes.ContainsFunc(spelled, func(r rune) bool { return r >= utf8.RuneSelf }))
		}
	})
}
