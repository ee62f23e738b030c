package fake

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// jsonString is what encoding/json makes of a text, but that U+FFFD stands as it
// is for a wrong byte, and so do the two separators that it escapes for the sake
// of JavaScript: other letters stand in for them.
func jsonString(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	text = string([]rune(text)) // U+FFFD for wrong bytes
	require.NoError(t, e.Encode(strings.NewReplacer("\u2028", "\U0010fffe", "\u2029", "\U0010ffff").Replace(text)))
	return strings.NewReplacer("\U0010fffe", "\u2028", "\U0010ffff", "\u2029").Replace(strings.TrimSuffix(b.String(), "\n"))
}

func TestAppendString(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                    `""`,
		"Emma":                `"Emma"`,
		`a"b\c/d`:             `"a\"b\\c/d"`,
		"\n\r\t\b\f":          `"\n\r\t\b\f"`,
		"\x00\x1f\x7f":        `"\u0000\u001f` + "\x7f" + `"`,
		"<a href='x'>&</a>":   `"<a href='x'>&</a>"`,
		"Émile 😀":             `"Émile 😀"`,
		"\u2028\u2029":        "\"\u2028\u2029\"",
		"a\xffb":              "\"a\ufffdb\"",
		"\xff\xfe":            "\"\ufffd\ufffd\"",
		"\ufffd":              "\"\ufffd\"",
		"a\ufffd\xffb\ufffd":  "\"a\ufffd\ufffdb\ufffd\"",
		"\xed\xa0\x80":        "\"\ufffd\ufffd\ufffd\"", // half of a surrogate pair
		"cut \xe2\x82":        "\"cut \ufffd\ufffd\"",
		`\u2028 as it stands`: `"\\u2028 as it stands"`,
	} {
		require.Equal(t, want, string(AppendString(nil, text)), "%q", text)
		require.Equal(t, want, jsonString(t, text), "%q", text)
		require.Equal(t, "x"+want, string(AppendString([]byte("x"), text)))
	}
}

func TestAppendStringOfRandomTexts(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(1, 2))
	odd := []string{"\"", "\\", "\n", "\x00", "\x7f", "\ufffd", "\xff", "\u2028", "é", "😀", "<", "\xed\xa0\x80"}
	for range 5000 {
		var b strings.Builder
		for range chance.IntN(12) {
			switch chance.IntN(3) {
			case 0:
				b.WriteByte(byte(chance.IntN(256)))
			case 1:
				b.WriteRune(rune(chance.IntN(0x3000)))
			default:
				b.WriteString(odd[chance.IntN(len(odd))])
			}
		}
		require.Equal(t, jsonString(t, b.String()), string(AppendString(nil, b.String())), "%q", b.String())
	}
}

func FuzzAppendString(f *testing.F) {
	for _, text := range []string{"", "Emma", "\"\\\n", "\u2028", "\xff\ufffd", "\x00é😀"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := AppendString(nil, text)
		require.True(t, utf8.Valid(got))
		if !strings.ContainsAny(text, "\U0010fffe\U0010ffff") {
			require.Equal(t, jsonString(t, text), string(got))
		}
		var back string
		require.NoError(t, json.Unmarshal(got, &back))
		require.Equal(t, strings.ToValidUTF8(text, "\ufffd") == text, back == text)
	})
}

func TestAppendTime(t *testing.T) {
	t.Parallel()
	require.Equal(t, `x"2025-03-01T09:00:00Z"`, string(AppendTime([]byte("x"), clockStart, time.RFC3339)))
}

func TestMembers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		`{}`:                                   nil,
		`{"a":1,"b":"x","c":null}`:             {"a=1", `b="x"`, "c=null"},
		`{"a":1,"b":2,"a":3}`:                  {"a=3", "b=2"}, // in the place of the first, with the last value
		`{"a":1,"\u0061":2}`:                   {"a=2"},
		`{"":1}`:                               {"=1"},
		` { "a" : { "b" : [ 1 ] } , "c" : 2 }`: {`a={ "b" : [ 1 ] }`, "c=2"},
		`{"a.b":1,"a":{"b":2}}`:                {"a.b=1", `a={"b":2}`},
		`[1,2]`:                                nil,
		`"text"`:                               nil,
		`null`:                                 nil,
		``:                                     nil,
	} {
		var got []string
		for name, value := range Members(gjson.Parse(text)) {
			got = append(got, name+"="+value.Raw)
		}
		require.Equal(t, want, got, text)
	}
	for name := range Members(gjson.Parse(`{"a":1,"b":2}`)) {
		require.Equal(t, "a", name)
		break
	}
}

func TestCallJSON(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 1<<20)
	for _, c := range []struct {
		body   string
		valid  bool
		exists bool
	}{
		{"", true, false},
		{" \r\n\t", true, false},
		{"{}", true, true},
		{" {\"a\":1} \n", true, true},
		{"null", true, true},
		{"0", true, true},
		{`"é"`, true, true},
		{`"\ud800"`, true, true}, // JSON lets it stand
		{"{", false, false},
		{"{} {}", false, false},
		{"{}x", false, false},
		{"{}\x00", false, false},
		{"{,}", false, false},
		{"{\"a\":1,}", false, false},
		{"{a:1}", false, false},
		{"{'a':1}", false, false},
		{"01", false, false},
		{"NaN", false, false},
		{"[1]// x", false, false},
		{"\ufeff{}", false, false},
		{"\u00a0", false, false}, // no white space of JSON's
		{"\u2003", false, false},
		{"\"\xff\"", false, false},
		{"\"a\nb\"", false, false},
		{deep, false, false},
		{deep[:1<<19] + strings.Repeat("]", 1<<19), false, false},
		{strings.Repeat(`{"a":`, 1<<18) + "1" + strings.Repeat("}", 1<<18), false, false},
		{deep[:9999] + strings.Repeat("]", 9999), true, true},
	} {
		call := &Call{Body: []byte(c.body)}
		v, err := call.JSON()
		short := c.body[:min(len(c.body), 40)]
		require.Equal(t, c.exists, v.Exists(), "%q", short)
		if c.valid {
			require.NoError(t, err, "%q", short)
			continue
		}
		require.Equal(t, &Error{Kind: Malformed}, err, "%q", short)
	}
}

// A body that nests as deep as it is long is answered like any other.
func TestHugeNesting(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	for _, body := range []string{strings.Repeat("[", 1<<20), strings.Repeat(`{"title":`, 1<<18)} {
		status, text, err := s.ask("POST", "/books.json", body)
		require.NoError(t, err)
		require.Equal(t, 400, status, text)
	}
	require.JSONEq(t, `{"id":1,"title":""}`, s.must(t, "POST", "/books.json", strings.Repeat("[", 9000)+strings.Repeat("]", 9000)))
}
