package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Folding changes blanks between words and nothing else.
func FuzzFold(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `""`, `-1.50e+3`, `null`, `{"a": {"b": [1, 2, {"c": "\"}\\"}]}, "a": true, "": []}`,
		`[` + strings.Repeat(`"a long word to be folded", `, 9) + `[[[{"x": 0}]]]]`, "[\n\t1 ,\r\n2]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if !json.Valid(doc) {
			parseTree(doc).fold() // no panic
			return
		}
		folded := parseTree(doc).fold()
		var want, got bytes.Buffer
		require.NoError(t, json.Compact(&want, doc))
		require.NoError(t, json.Compact(&got, folded), "%s", folded)
		assert.Equal(t, want.String(), got.String())
		assert.Equal(t, string(folded), string(parseTree(folded).fold()), "what is folded stays")
	})
}

// quietTB is a test that nobody asks.
type quietTB struct{ *testing.T }

func (quietTB) Cleanup(func())        {}
func (quietTB) Logf(string, ...any)   {}
func (quietTB) Errorf(string, ...any) {}

// Whatever is said becomes a story, unless it is refused for what stands in it;
// the same said again changes nothing; and a replay says the same.
func FuzzRecord(f *testing.F) {
	f.Add("/v1/customers.json?page=1", "application/json", `{"id": 880001, "at": "2024-05-06T07:08:09Z"}`, "application/json; charset=utf-8", `{"customer": {"id": 880001, "note": "{{x}}"}}`)
	f.Add("/v1/a%2Fb/{{id}}?q={{x}}&&=1&a=b=c", "application/x-www-form-urlencoded", "a=1&b={{x}}&c=%zz", "text/html", "<p>\r\n</p>")
	f.Add("/v1/'x' #?'=''", "text/plain", "-- x.json --\n\\-- y --", "text/plain", "HTTP/1.1 200 OK\nX: y")
	f.Add("/?", "", "\xff\x00", "image/png", "\x89PNG")
	f.Add("/v1/880001/880001?x=880001", "application/json", `[880001, "880001", {"880001": [[], {}]}]`, "application/json", `{"id": "880001", "{{": "\u007b{"}`)
	f.Fuzz(func(t *testing.T, target, sentAs, sent, toldAs, told string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || u.Host != "" || !strings.HasPrefix(target, "/") || strings.ContainsAny(target, " \t\r\n#") || strings.ContainsFunc(target, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Skip("no target of a request")
		}
		if !fitsHeader(sentAs) || !fitsHeader(toldAs) {
			t.Skip("no value of a header")
		}
		set := newSetup([]Option{API("cartfunnel"), Upstream("http://127.0.0.1:1"), Secret("api", "secret-of-the-shop")})
		raw := &recording{api: apis()["cartfunnel"], at: time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)}
		for i, body := range []string{told, sent} {
			raw.exchanges = append(raw.exchanges, recorded{
				at: raw.at.Add(time.Duration(i) * time.Second), method: []string{"POST", "PUT"}[i], target: u.RequestURI(), header: http.Header{"Content-Type": {sentAs}},
				body: []byte(sent), status: 200, answerHeader: http.Header{"Content-Type": {toldAs}}, answer: []byte(body),
			})
		}
		render := func(old string) (string, error) {
			c, err := newRecorder(quietTB{t}, "none.txtar", record, set)
			require.NoError(t, err)
			defer c.close()
			if old != "" {
				c.oldText = []byte(old)
				c.old, err = read(c.file, c.oldText)
				require.NoError(t, err)
			}
			text, _, err := c.render(raw, nil)
			return string(text), err
		}
		first, err := render("")
		if err != nil {
			require.NotContains(t, err.Error(), "makes no story", "%s", first)
			t.Skip("refused: ", err)
		}
		again, err := render(first)
		require.NoError(t, err)
		assert.Equal(t, first, again)
	})
}

func fitsHeader(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) && strings.TrimSpace(value) == value
}

// What two values are renamed to at once does not run together.
func TestInsteadIsDoneAtOnce(t *testing.T) {
	t.Parallel()
	now := map[string]string{"1001": "1002", "1002": "1003", "a+b/c==": "d+e/f=="}
	got := instead("/x/1001/1002.json?c=a%2Bb%2Fc%3D%3D&d=11001", now, url.QueryEscape)
	assert.Equal(t, "/x/1002/1003.json?c=d%2Be%2Ff%3D%3D&d=11001", got)
}

func TestNamesOfValues(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"customer1.id": true, "a.1": true, "a": true, "": false, ".a": false, "a.": false, "a..b": false, "1.a": false, "a b": false} {
		assert.Equal(t, want, isValueName(name), fmt.Sprintf("%q", name))
	}
}
