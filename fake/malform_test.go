package fake

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var malformKinds = []string{"cut", "comma", "nan", "bom", "trailing", "duplicate-key", "utf8"}

func TestMalformedJSON(t *testing.T) {
	t.Parallel()
	const whole = `{"id":1,"title":"Emma"}`
	for line, want := range map[string]string{
		"malformed-json":                    whole[:11],
		"malformed-json kind=cut":           whole[:11],
		"malformed-json kind=cut at=0":      "",
		"malformed-json at=22":              whole[:22],
		"malformed-json kind=comma":         `{"id":1,"title":"Emma",}`,
		"malformed-json kind=nan":           `{"id":NaN,"title":"Emma"}`,
		"malformed-json kind=bom":           "\ufeff" + whole,
		"malformed-json kind=trailing":      whole + "\nNotice: memory is low",
		"malformed-json kind=duplicate-key": `{"id":null,"id":1,"title":"Emma"}`,
		"malformed-json kind=utf8":          "{\"id\":1,\"ti\xfftle\":\"Emma\"}",
		"malformed-json kind=utf8 at=18":    "{\"id\":1,\"title\":\"E\xffmma\"}",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			p := faultNets[0].start(t)
			p.Inject(faultLine(line))
			a := p.send("POST", "/books.json", `{"title":"Emma"}`)
			require.NoError(t, a.err, "it is good HTTP")
			require.Equal(t, 200, a.status)
			require.Equal(t, "application/json", a.header.Get("Content-Type"))
			require.Equal(t, want, a.body)
			x := p.last(t)
			require.Equal(t, want, string(x.ReplyBody), "what was answered")
			require.True(t, x.Committed)
			b, _ := p.Books.Get(1)
			require.Equal(t, "Emma", b.Title)
		})
	}
}

func TestMalform(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, body, want string }{
		{"comma", `[1,2]`, `[1,2,]`},
		{"comma", `[]`, `[,]`},
		{"comma", `{"a":[]}` + "\n", `{"a":[],}` + "\n"},
		{"comma", `"a}b"`, `"a}b",`},
		{"comma", ``, `,`},
		{"nan", `{"a":"x:1","b":[-1.5e3,2]}`, `{"a":"x:1","b":[NaN,2]}`},
		{"nan", `{"a:b": 12 ,"c":1}`, `{"a:b": NaN ,"c":1}`},
		{"nan", `{"a\":1":true}`, `{"a\":1":NaN}`},
		{"nan", `7`, `NaN`},
		{"nan", `["x:1"]`, `["x:1"]NaN`},
		{"nan", `{}`, `{}NaN`},
		{"nan", ``, `NaN`},
		{"bom", ``, "\ufeff"},
		{"trailing", ``, "\nNotice: memory is low"},
		{"duplicate-key", `[{"a:{b" : {"c":1}}]`, `[{"a:{b" :null,"a:{b" : {"c":1}}]`},
		{"duplicate-key", `["{\"a\":1",{ "b":1}]`, `["{\"a\":1",{ "b":null, "b":1}]`},
		{"duplicate-key", `[1]`, `[1],`},
		{"duplicate-key", `{}`, `{},`},
		{"duplicate-key", `[{},{"a":1}]`, `[{},{"a":null,"a":1}]`},
		{"utf8", ``, "\xff"},
		{"cut", ``, ``},
	} {
		got := malform([]byte(c.body), c.kind, -1)
		require.Equal(t, c.want, string(got), "%s of %s", c.kind, c.body)
	}
}

// Each kind breaks every JSON text that is an object or a list, but for the
// doubled key: that is JSON, and who reads its last value reads the same.
func FuzzMalform(f *testing.F) {
	for _, text := range []string{`{"id":1,"title":"Emma"}`, `[]`, `{}`, `[{"a:b":"}{"}]`, "{\"\\\"\":[1,{}]}", ` {"a" : 1 } `, `["\\",-1]`} {
		f.Add([]byte(text), -1)
		f.Add([]byte(text), 3)
	}
	f.Fuzz(func(t *testing.T, text []byte, at int) {
		text = bytes.TrimSpace(text)
		if !json.Valid(text) || !utf8.Valid(text) || text[0] != '{' && text[0] != '[' {
			return
		}
		before := bytes.Clone(text)
		for _, kind := range malformKinds {
			broken := malform(text, kind, at)
			require.Equal(t, before, text, "the answer itself is not changed")
			switch {
			case kind == "utf8":
				require.False(t, utf8.Valid(broken))
			case kind == "cut" && at == len(text):
				require.Equal(t, before, broken)
			case kind == "duplicate-key" && json.Valid(broken):
				require.Equal(t, faultDecoded(t, text), faultDecoded(t, broken))
				require.Greater(t, len(broken), len(text))
			default:
				require.False(t, json.Valid(broken), "%s: %q", kind, broken)
			}
		}
	})
}

// faultDecoded reads a JSON text as a client would, but for the numbers.
func faultDecoded(t *testing.T, text []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	require.NoError(t, d.Decode(&v))
	return v
}
