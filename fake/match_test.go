package fake

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// matchRaw sends a request line as it stands, which no client of net/http would
// leave alone, and gives the answer.
func matchRaw(t *testing.T, s *Server, line string) *http.Response {
	t.Helper()
	conn, err := s.net.dial(t.Context(), "", "")
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, line+" HTTP/1.1\r\nHost: api.shelf.example\r\nX-Key: k\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	require.NoError(t, err)
	method, _, _ := strings.Cut(line, " ")
	answer, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	require.NoError(t, err)
	_, err = io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer
}

// matchCases are request lines, and what the routes make of them.
var matchCases = []struct {
	line string // of the request
	op   Op     // "": no route
	id   string // what {id} stands for
	kind Kind   // of the failure without a route
}{
	{line: "GET /v1/books.json", op: "ListBooks"},
	{line: "GET /v1/books.json?page=1", op: "ListBooks"},
	{line: "GET /v1/books.json?/books/1.json", op: "ListBooks"},
	{line: "GET http://api.shelf.example/v1/books.json", op: "ListBooks"},
	{line: "POST /v1/books.json", op: "AddBook"},
	{line: "GET /v1/books/1.json", op: "GetBook", id: "1"},
	{line: "PATCH /v1/books/1.json", op: "RenameBook", id: "1"},

	// escapes: a path is cut at its slashes before anything is unescaped
	{line: "GET /v1/books/%31.json", op: "GetBook", id: "1"},
	{line: "GET /v1/books/1%2Ejson", op: "GetBook", id: "1"},
	{line: "GET /v1/b%6Foks/1.json", op: "GetBook", id: "1"},
	{line: "GET /v1/books/a%2Fb.json", op: "GetBook", id: "a/b"},
	{line: "GET /v1/books/a%20b.json", op: "GetBook", id: "a b"},
	{line: "GET /v1/books/a+b.json", op: "GetBook", id: "a+b"},
	{line: "GET /v1/books/%25.json", op: "GetBook", id: "%"},
	{line: "GET /v1/books/%C3%A9.json", op: "GetBook", id: "é"},
	{line: "GET /v1/books/%FF.json", op: "GetBook", id: "\xff"},
	{line: "GET /v1/books/%2e%2e.json", op: "GetBook", id: ".."},
	{line: "GET /v1/books/1.json%3Fx", kind: NoRoute},
	{line: "GET /%76%31/books.json", op: "ListBooks"},
	{line: "GET /v%31/books/%31.json", op: "GetBook", id: "1"},
	{line: "GET /v1%2Fbooks.json", kind: NoRoute},
	{line: "GET /v1/books%2F1.json", kind: NoRoute},
	{line: "GET %2Fv1/books.json", kind: ""}, // no request at all

	// nothing is cleaned, as no server of an API does
	{line: "GET /v1//books.json", kind: NoRoute},
	{line: "GET //v1/books.json", kind: NoRoute},
	{line: "GET /v1/books//1.json", kind: NoRoute},
	{line: "GET /v1/./books.json", kind: NoRoute},
	{line: "GET /v1/../v1/books.json", kind: NoRoute},
	{line: "GET /v1/books/%2e%2e/books.json", kind: NoRoute},
	{line: "GET /v1/books.json/", kind: NoRoute},
	{line: "GET /v1/books/1.json/", kind: NoRoute},
	{line: "GET /v1/books", kind: NoRoute},
	{line: "GET /v1/books/.json", kind: NoRoute},
	{line: "GET /v1/books/1", kind: NoRoute},
	{line: "GET /v1/books/1.JSON", kind: NoRoute},
	{line: "GET /v1/Books.json", kind: NoRoute},
	{line: "GET /V1/books.json", kind: NoRoute},
	{line: "GET /v1books.json", kind: NoRoute},
	{line: "GET /v1", kind: NoRoute},
	{line: "GET /v1/", kind: NoRoute},
	{line: "GET /", kind: NoRoute},
	{line: "GET /v2/books.json", kind: NoRoute},

	// methods
	{line: "DELETE /v1/books.json", kind: BadMethod},
	{line: "HEAD /v1/books.json", kind: BadMethod},
	{line: "HEAD /v1/nowhere", kind: NoRoute},
	{line: "OPTIONS /v1/books.json", kind: BadMethod},
	{line: "OPTIONS *", kind: NoRoute},
	{line: "TRACE /v1/books.json", kind: BadMethod},
	{line: "get /v1/books.json", kind: BadMethod},
	{line: "CONNECT api.shelf.example:443", kind: NoRoute},
	{line: "DELETE /v1/books/1.json", kind: BadMethod}, // known, not modelled
	{line: "GET /v1/authors.json", kind: NoRoute},      // the same
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range matchCases {
		t.Run(c.line, func(t *testing.T) {
			t.Parallel()
			s := newShelf(nil)
			defer s.Close()
			var missed Kind
			var id string
			s.Intercept(Connect, func(c *Call) {
				if c.missed != nil {
					missed = c.missed.Kind
				}
			})
			s.Intercept(Matched, func(c *Call) { id = c.Param("id") })
			answer := matchRaw(t, s.Server, c.line)
			if c.op == "" && c.kind == "" {
				require.Equal(t, 400, answer.StatusCode)
				require.Empty(t, s.Calls())
				return
			}
			calls := s.Calls()
			require.Len(t, calls, 1)
			_, target, _ := strings.Cut(c.line, " ")
			require.Equal(t, target, calls[0].URL, "as sent")
			require.Equal(t, c.op, calls[0].Op)
			require.Equal(t, c.id, id)
			require.Equal(t, c.kind, missed)
			require.Equal(t, answer.StatusCode, calls[0].Status)
			require.Len(t, s.Findings(), map[bool]int{true: 0, false: 1}[c.kind == ""])
		})
	}
}

func TestFindingsOfMissedRoutes(t *testing.T) {
	t.Parallel()
	for line, detail := range map[string]string{
		"GET /v1/book.json":        "GET /v1/book.json: no such endpoint; did you mean GET /v1/books.json?",
		"GET /v1/books":            "GET /v1/books: no such endpoint; did you mean GET /v1/books.json?",
		"GET /v1/books/1":          "GET /v1/books/1: no such endpoint; did you mean GET /v1/books/{id}.json?",
		"PATCH /v1/bok/98765.json": "PATCH /v1/bok/98765.json: no such endpoint; did you mean PATCH /v1/books/{id}.json?",
		"GET /v1/":                 "GET /v1/: no such endpoint",
		"GET /books.json":          "GET /books.json: no such endpoint; did you mean GET /v1/books.json?",
		"GET /V1/BOOKS.JSON":       "GET /V1/BOOKS.JSON: no such endpoint; did you mean GET /v1/books.json?",
		"PUT /v1/books.json":       "PUT /v1/books.json: no such endpoint; did you mean GET /v1/books.json?",
		"GET /v1/books/{id}.jso":   "GET /v1/books/{id}.jso: no such endpoint; did you mean GET /v1/books/{id}.json?",
		"GET /health":              "GET /health: no such endpoint",
		"OPTIONS *":                "OPTIONS *: no such endpoint",
		"GET /a/long/way/off/it":   "GET /a/long/way/off/it: no such endpoint",
		"DELETE /v1/books/1.json":  "DELETE /v1/books/1.json: DeleteBook is no operation of this API",
		"GET /v1/authors.json":     "GET /v1/authors.json: Authors is not modelled",
	} {
		s := newShelf(nil)
		matchRaw(t, s.Server, line)
		s.Close()
		require.Equal(t, []Finding{{Call: 1, Kind: "no-route", Detail: detail, Mistake: true}}, s.Findings())
	}
}

// The methods of a path are those that are served, each once, sorted.
func TestBadMethodTellsTheOthers(t *testing.T) {
	t.Parallel()
	answer := func(*Call) string { return "" }
	s := New(nil, tinyAPI(
		tinyRoute("Save", "PUT /a/{id}", answer), tinyRoute("Get", "GET /a/{id}", answer),
		tinyRoute("GetOne", "GET /a/1", answer), Route{Op: "Delete", Pattern: "DELETE /a/{id}"},
	), nil)
	defer s.Close()
	for _, method := range []string{"POST", "DELETE", "HEAD"} {
		matchRaw(t, s, method+" /api/a/1")
	}
	for _, call := range s.Calls() {
		require.Equal(t, "bad-method GET PUT", string(call.ReplyBody))
	}
	status, text := tinyAsk(t, s, "GET", "/a/1")
	require.Equal(t, 200, status, text)
	require.Equal(t, "Get", s.Calls()[3].Op, "the first that fits")
}

// A served route is found behind one that is not modelled.
func TestMatchGoesOnBehindWhatIsNotModelled(t *testing.T) {
	t.Parallel()
	s := tinyServer(t, Route{Op: "Search", Pattern: "GET /a/search", Clause: "Search"},
		tinyRoute("Get", "GET /a/{id}", func(c *Call) string { return c.Param("id") + c.Param("no") }))
	_, text := tinyAsk(t, s, "GET", "/a/search")
	require.Equal(t, "search", text)
	require.Empty(t, s.Findings())
}

func TestMatchSeveralParams(t *testing.T) {
	t.Parallel()
	s := tinyServer(t, tinyRoute("Get", "GET /{a}/x{b}y/{c}/{d}.json", func(c *Call) string {
		return strings.Join([]string{c.Param("a"), c.Param("b"), c.Param("c"), c.Param("d")}, "|")
	}), tinyRoute("Root", "GET /", func(*Call) string { return "root" }))
	_, text := tinyAsk(t, s, "GET", "/1/x2y/%33/4.json.json")
	require.Equal(t, "1|2|3|4.json", text)
	_, text = tinyAsk(t, s, "GET", "/")
	require.Equal(t, "root", text)
}

// What the routes are compared with can be the API's own choice.
func TestMatchWithAPath(t *testing.T) {
	t.Parallel()
	api := tinyAPI(tinyRoute("Get", "GET /a/{id}", func(c *Call) string { return c.Param("id") }))
	api.Path = func(c *Call) string {
		return strings.TrimPrefix(strings.TrimPrefix(c.Request.URL.Path, "/api"), "/2.0")
	}
	s := New(t, api, nil)
	for _, path := range []string{"/2.0/a/x", "/a/x", "/2.0/a/%78"} {
		_, text := tinyAsk(t, s, "GET", path)
		require.Equal(t, "x", text)
	}
}

func TestCallInt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"1": 1, "42": 42, "9223372036854775807": 9223372036854775807,
		"": 0, "0": 0, "01": 0, "-1": 0, "+1": 0, "1_0": 0, "1e3": 0, "0x1": 0, "1 ": 0, " 1": 0, "１": 0,
		"9223372036854775808": 0, "1.0": 0, "null": 0,
	} {
		c := &Call{params: params{n: 1, names: [4]string{"id"}, values: [4]string{text}}}
		require.Equal(t, want, c.Int("id"), "%q", text)
		require.Equal(t, text, c.Param("id"))
	}
}

var matchWrong = []string{
	"", "GET", "GET ", "GET books", "/books", " /books", "get /books", "GET  /books",
	"GET /{id", "GET /id}", "GET /{}", "GET /{a}{b}", "GET /{a}b}", "GET /a}b{c}", "GET /{{a}}", "GET /{a{b}",
	"GET /{a}/{b}/{c}/{d}/{e}", "GET /{a}/{a}",
}

func TestWrongPatternsPanic(t *testing.T) {
	t.Parallel()
	for _, text := range matchWrong {
		require.Panics(t, func() { New(nil, tinyAPI(Route{Op: "X", Pattern: text, Clause: "X"}), nil) }, "%q", text)
	}
	require.PanicsWithValue(t, "fake: pattern GET books: want METHOD /path", func() { parsePattern("GET books") })
	require.PanicsWithValue(t, "fake: pattern GET /{a}{b}: want one {name} a segment", func() { parsePattern("GET /{a}{b}") })
	require.PanicsWithValue(t, "fake: pattern GET /{a}/{a}: the name a stands twice", func() { parsePattern("GET /{a}/{a}") })
	require.PanicsWithValue(t, "fake: pattern GET /{a}/{b}/{c}/{d}/{e}: too many wildcards", func() { parsePattern(matchWrong[len(matchWrong)-2]) })
}

func TestWrongBasePanics(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"http://tiny.example/", "http://tiny.example/api/", "http://[", "%zz"} {
		api := tinyAPI()
		api.Base = base
		require.Panics(t, func() { New(nil, api, nil) }, base)
	}
}

// FuzzPattern reads any pattern and compares it with any path: what the
// wildcards stand for, put back into the pattern, is the path again.
func FuzzPattern(f *testing.F) {
	for _, text := range append(slices.Clone(matchWrong), "GET /books/{id}.json", "PUT /a/x{b}y/{c}", "GET /") {
		for _, path := range []string{"/books/1.json", "/books/%31.json", "/a/xy/", "/a/xx%2Fyy/%", "", "/", "//", "a"} {
			f.Add(text, path, true)
			f.Add(text, path, false)
		}
	}
	f.Fuzz(func(t *testing.T, text, path string, escaped bool) {
		p, ok := matchParsed(t, text)
		if !ok {
			return
		}
		got, fits := p.match(path, escaped)
		if !fits {
			return
		}
		plain := strings.Split(path, "/")
		for i := range plain {
			if escaped {
				unescaped, err := url.PathUnescape(plain[i])
				require.NoError(t, err)
				plain[i] = unescaped
			}
		}
		_, template, _ := strings.Cut(text, " ")
		again := strings.Split(template, "/")
		require.Len(t, again, len(plain))
		n := 0
		for i, segment := range again {
			before, rest, wild := strings.Cut(segment, "{")
			if wild {
				name, after, _ := strings.Cut(rest, "}")
				require.NotEmpty(t, got.get(name))
				require.Contains(t, plain[i], got.get(name))
				again[i] = before + got.get(name) + after
				n++
			}
		}
		require.Equal(t, plain, again)
		require.Equal(t, n, got.n)
	})
}

// matchParsed reads a pattern; a wrong one panics with a text that says so.
func matchParsed(t *testing.T, text string) (p pattern, ok bool) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			require.Contains(t, r, "fake: pattern "+text+": ")
		}
	}()
	return parsePattern(text), true
}
