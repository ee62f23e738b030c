package golden

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// good are transcripts of every kind that there is.
var good = map[string]string{
	"plain": `-- request --
GET /v1/customers/1.json
X-ACCOUNT: myshop
-- response --
200 OK
Content-Type: application/json; charset=utf-8

{"id":1}
`,
	"comment": "# CF-X1\n\nThe state: one customer.\n-- request --\nGET /\n-- response --\n204 No Content\n",
	"two": `-- request 1 --
POST /a
Content-Type: application/json

{"x":1}
-- response 1 --
201 Created
-- request 2 --
GET /a?b=c|d,%20e&f=+//+==
-- response 2 --
299
Set-Cookie: a=1
Set-Cookie: b=2
Empty:
`,
	"no answer":      "-- request --\nGET /\n-- response --\n",
	"final newlines": "-- request --\nGET /\n-- response --\n200 OK\n\n\n\n",
	"markers":        "-- request --\nPOST /\n\n\\-- request --\n\\\\-- x --\n\\ -- y --\n-- z\n-- response --\n200 OK\n\n\\--  --\n",
	"quoted":         "-- request quoted --\nPOST /\n\n\"\\xff\\r\\n\"\n\"-- x --\\n\"\n\"é\"\n-- response --\n200 OK\n",
	"quoted of two":  "-- request 1 --\nGET /\n-- response 1 quoted --\n200 OK\n\n\"\\x00\"\n-- request 2 --\nGET https://shop.example/x\n-- response 2 --\n",
	"star":           "-- request --\nOPTIONS *\n-- response --\n200 OK\n",
}

func TestParse(t *testing.T) {
	t.Parallel()
	got, err := Parse([]byte(good["two"]))
	require.NoError(t, err)
	require.Equal(t, Transcript{Exchanges: []Exchange{
		{
			Request:  Request{Method: "POST", Target: "/a", Header: []Field{{"Content-Type", "application/json"}}, Body: []byte(`{"x":1}`)},
			Response: Response{Status: 201},
		},
		{
			Request:  Request{Method: "GET", Target: "/a?b=c|d,%20e&f=+//+=="},
			Response: Response{Status: 299, Header: []Field{{"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}, {"Empty", ""}}},
		},
	}}, got)

	got, err = Parse([]byte(good["markers"]))
	require.NoError(t, err)
	require.Equal(t, "-- request --\n\\-- x --\n\\ -- y --\n-- z", string(got.Exchanges[0].Request.Body))
	require.Equal(t, "--  --", string(got.Exchanges[0].Response.Body))

	got, err = Parse([]byte(good["quoted"]))
	require.NoError(t, err)
	require.Equal(t, "\xff\r\n-- x --\né", string(got.Exchanges[0].Request.Body))

	got, err = Parse([]byte(good["final newlines"]))
	require.NoError(t, err)
	require.Equal(t, "\n", string(got.Exchanges[0].Response.Body))

	got, err = Parse([]byte(good["comment"]))
	require.NoError(t, err)
	require.Equal(t, "# CF-X1\n\nThe state: one customer.\n", got.Comment)
	require.Zero(t, got.Exchanges[0].Response.Body)
}

func TestFormatGivesBackWhatParseRead(t *testing.T) {
	t.Parallel()
	for name, text := range good {
		parsed, err := Parse([]byte(text))
		require.NoError(t, err, name)
		again, err := Format(parsed)
		require.NoError(t, err, name)
		require.Equal(t, text, string(again), name)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const ok = "-- request --\nGET /\n-- response --\n200 OK\n"
	for _, c := range []struct {
		text string
		line int
		want string
	}{
		{"", 1, "empty"},
		{"GET /\n", 1, "no section"},
		{"-- request --\nGET /\n-- response --\n200 OK", 4, "no newline"},
		{"-- request --\r\nGET /\n-- response --\n200 OK\n", 1, "carriage return at the end of the line"},
		{"-- request --\nGET /\n-- response --\n200 OK\n\na\rb\n", 6, "U+000D"},
		{"-- request --\nGET /\n-- response --\n200 OK\n\na\x00b\n", 6, "U+0000"},
		{"\uFEFF-- request --\nGET /\n-- response --\n200 OK\n", 1, "U+FEFF"},
		{ok + "\n\xff\n", 6, "0xff is not UTF-8"},
		{"-- reqest --\nGET /\n", 1, `unknown section "reqest" (did you mean "request"?)`},
		{ok + "\nbody\n-- file.txt --\n", 7, `unknown section "file.txt"; a body line`},
		{"-- response --\n200 OK\n", 1, `section "response", where "request" is due`},
		{"-- request --\nGET /\n-- request --\nGET /\n", 3, `section "request", where "response" is due`},
		{"-- request --\nGET /\n", 1, `request has no response: "-- response --" is missing`},
		{"-- request 1 --\nGET /\n-- response 1 --\n-- request 2 --\nGET /\n", 4, `request 2 has no response`},
		{ok + "-- request --\nGET /\n-- response --\n", 5, "all sections are numbered"},
		{ok + "-- request 2 --\nGET /\n-- response 2 --\n", 5, "all sections are numbered"},
		{"-- request 1 --\nGET /\n-- response 1 --\n", 1, "a single exchange has no number"},
		{"-- request 1 --\nGET /\n-- response 1 --\n-- request 3 --\nGET /\n", 4, `section "request 3", where "request 2" is due`},
		{"-- request 1 --\nGET /\n-- response 1 --\n-- request 1 --\nGET /\n", 4, `section "request 1" stands twice, first in line 1`},
		{"-- request 1 --\nGET /\n-- response --\n", 3, `section "response", where "response 1" is due`},
		{"-- request 1 --\nGET /\n-- response 2 --\n", 3, `section "response 2", where "response 1" is due`},
		{"-- request 01 --\nGET /\n", 1, `"01" is no number from 1`},
		{"-- request x --\nGET /\n", 1, `"x" is no number`},
		{"-- request 1 quoted x --\nGET /\n", 1, `nothing may follow "request 1 quoted"`},
		{"-- request --\n-- response --\n", 2, "no request line"},
		{"-- request --\n\nbody\n-- response --\n", 2, "no request line"},
		{"-- request --\nGET\n-- response --\n", 2, `target ""`},
		{"-- request --\nGET  /\n-- response --\n", 2, `target " /"`},
		{"-- request --\nGET / HTTP/1.1\n-- response --\n", 2, "white space"},
		{"-- request --\nG@T /\n-- response --\n", 2, `method "G@T" is no token`},
		{"-- request --\nGET ftp://x\n-- response --\n", 2, "begins neither"},
		{"-- request --\nGET /\nNo-Colon\n-- response --\n", 3, `"No-Colon" is no header line`},
		{"-- request --\nGET /\nName:value\n-- response --\n", 3, "no header line"},
		{"-- request --\nGET /\nName: \n-- response --\n", 3, "no header line"},
		{"-- request --\nGET /\nName: x \n-- response --\n", 3, "blanks at an end"},
		{"-- request --\nGET /\nNa me: x\n-- response --\n", 3, `"Na me" is no token`},
		{"-- request --\nGET /\n\n-- response --\n", 3, "a blank line announces a body"},
		{"-- request --\nGET /\nA: b\n\n\n-- response --\n", 4, "a blank line announces a body"},
		{"-- request --\nGET /\n-- response --\n200\n", 4, `"200" is no status line`},
		{"-- request --\nGET /\n-- response --\n200 Ok\n", 4, `"200 Ok" is no status line`},
		{"-- request --\nGET /\n-- response --\n99\n", 4, "no status line"},
		{"-- request --\nGET /\n-- response --\nHTTP/1.1 200 OK\n", 4, "no status line"},
		{"-- request quoted --\nGET /\n\nplain\n-- response --\n", 4, "no string in double quotes"},
		{"-- request quoted --\nGET /\n\n`\x01`\n-- response --\n", 4, "U+0001"},
		{"-- request quoted --\nGET /\nA: b\n\n\"\\xff\\n\"\n`b`\n-- response --\n", 6, "no string in double quotes"},
		{"-- request quoted --\nGET /\n\n\"plain\"\n-- response --\n", 4, "nothing in the body needs it"},
		{"-- request quoted --\nGET /\n-- response --\n", 1, "quoted and has no body"},
		{"-- request quoted --\nGET /\n\n\"\\xff\"\n\"a\"\n-- response --\n", 4, "one string for each line of the body: 1"},
		{"-- request quoted --\nGET /\n\n\"\\xff\\n\"\n\"\\x61\"\n-- response --\n", 5, `is written "a"`},
		{"-- request --\nGET /\n-- response quoted --\n", 3, "quoted and has no body"},
	} {
		_, err := Parse([]byte(c.text))
		var syntax *SyntaxError
		require.ErrorAs(t, err, &syntax, "%q", c.text)
		require.Contains(t, syntax.Text, c.want, "%q", c.text)
		require.Equal(t, c.line, syntax.Line, "%q: %v", c.text, err)
		require.Empty(t, syntax.File)
		require.Regexp(t, `^golden: line \d+: `, err.Error())
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "GetCart_3.txtar")
	_, err := ReadFile(name)
	require.ErrorIs(t, err, os.ErrNotExist)

	require.NoError(t, os.WriteFile(name, []byte("-- request --\nGET /\n-- answer --\n"), 0o666))
	_, err = ReadFile(name)
	var syntax *SyntaxError
	require.True(t, errors.As(err, &syntax))
	require.Equal(t, filepath.ToSlash(name), syntax.File)
	require.True(t, strings.HasPrefix(err.Error(), "golden: "+syntax.File+":3: "), err.Error())

	require.NoError(t, os.WriteFile(name, []byte(good["plain"]), 0o666))
	got, err := ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, "/v1/customers/1.json", got.Exchanges[0].Request.Target)
}

func FuzzParse(f *testing.F) {
	for _, text := range good {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		parsed, err := Parse(data)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Line < 1 || syntax.Line > 1+strings.Count(string(data), "\n") {
				t.Fatalf("%v: no line of the file", err)
			}
			return
		}
		again, err := Format(parsed)
		if err != nil || string(again) != string(data) {
			t.Fatalf("a transcript has one spelling, and Parse took another: %v\n%q\n%q", err, data, again)
		}
	})
}
