package jsontext_test

import (
	"testing"

	"github.com/cartdouble/cartdouble/internal/jsontext"
)

func TestAppendString(t *testing.T) {
	t.Parallel()
	const text = "a/\"\\\b\f\n\r\t\x00\x1f<é\u2028\u2029\U0001f600\xff"
	const plain = `a/\"\\\b\f\n\r\t\u0000\u001f<`
	for e, want := range map[jsontext.Escapes]string{
		0:                               plain + "é\u2028\u2029\U0001f600\ufffd",
		jsontext.Slash:                  `a\` + plain[1:] + "é\u2028\u2029\U0001f600\ufffd",
		jsontext.Lines:                  plain + `é\u2028\u2029` + "\U0001f600\ufffd",
		jsontext.NonASCII:               plain + `\u00e9\u2028\u2029\ud83d\ude00\ufffd`,
		jsontext.Slash | jsontext.Lines: `a\` + plain[1:] + `é\u2028\u2029` + "\U0001f600\ufffd",
	} {
		if got := string(e.AppendString([]byte("x:"), text)); got != `x:"`+want+`"` {
			t.Errorf("%d: got %s\nwant %s", e, got, want)
		}
	}
}
