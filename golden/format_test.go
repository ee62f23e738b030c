package golden

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
)

func get(target string) Request { return Request{Method: "GET", Target: target} }

func TestFormatRefuses(t *testing.T) {
	t.Parallel()
	one := func(r Request, a Response) Transcript {
		return Transcript{Exchanges: []Exchange{{Request: r, Response: a}}}
	}
	for want, tr := range map[string]Transcript{
		"needs an exchange":                     {},
		"comment: the last line has no newline": {Comment: "x", Exchanges: []Exchange{{Request: get("/"), Response: Response{}}}},
		`would begin a section`:                 {Comment: "-- x --\n", Exchanges: []Exchange{{Request: get("/"), Response: Response{}}}},
		`comment: character U+000D`:             {Comment: "a\rb\n", Exchanges: []Exchange{{Request: get("/"), Response: Response{}}}},
		`request: method "" is no token`:        one(Request{Target: "/"}, Response{}),
		`request: target "x"`:                   one(get("x"), Response{}),
		"/\\n\" has white space":                one(get("/\n"), Response{}),
		`request: header name "a b"`:            one(Request{"GET", "/", []Field{{"a b", ""}}, nil}, Response{}),
		`request: header A: value "b\nc"`:       one(Request{"GET", "/", []Field{{"A", "b\nc"}}, nil}, Response{}),
		`request: header A: value " b"`:         one(Request{"GET", "/", []Field{{"A", " b"}}, nil}, Response{}),
		`header A: value "\xff"`:                one(Request{"GET", "/", []Field{{"A", "\xff"}}, nil}, Response{}),
		"response: status 99":                   one(get("/"), Response{Status: 99}),
		"response: status 1000":                 one(get("/"), Response{Status: 1000}),
		"response: header name \"\"":            one(get("/"), Response{Status: 200, Header: []Field{{"", ""}}}),
		"without a status":                      one(get("/"), Response{Body: []byte("x")}),
		`response 2: header or body`:            {Exchanges: []Exchange{{Request: get("/"), Response: Response{}}, {Request: get("/"), Response: Response{Header: []Field{{"A", "b"}}}}}},
	} {
		_, err := Format(tr)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "golden: ")
	}
}

func TestTranscribe(t *testing.T) {
	t.Parallel()
	body := []byte("{}")
	got := Transcribe(
		fake.Exchange{
			Method: "POST", URL: "/a?b", Body: body, Status: 201, ReplyBody: []byte("ok"),
			Header: http.Header{
				"X-B": {"2", "1"}, "Accept-Encoding": {"gzip"}, "User-Agent": {"Go-http-client/1.1"},
				"Content-Length": {"2"}, "A": {""},
			},
			ReplyHeader: http.Header{"Date": {"now"}, "Connection": {"close"}, "Content-Length": {"2"}, "Content-Type": {"text/plain"}},
		},
		fake.Exchange{
			Method: "GET", URL: "/", Header: http.Header{"User-Agent": {"curl"}, "Accept-Encoding": {"br"}},
			ReplyHeader: http.Header{"X": {"never sent"}},
		},
	)
	require.Equal(t, Transcript{Exchanges: []Exchange{
		{
			Request:  Request{"POST", "/a?b", []Field{{"A", ""}, {"X-B", "2"}, {"X-B", "1"}}, []byte("{}")},
			Response: Response{201, []Field{{"Content-Type", "text/plain"}}, []byte("ok")},
		},
		{Request: Request{"GET", "/", []Field{{"Accept-Encoding", "br"}, {"User-Agent", "curl"}}, nil}, Response: Response{}},
	}}, got)
	body[0] = 'x'
	require.Equal(t, "{}", string(got.Exchanges[0].Request.Body), "bodies are copies")
}

func FuzzFormat(f *testing.F) {
	f.Add("# c\n", "GET", "/x?y", "Name", "value", []byte("body"), 200, []byte("-- x --"))
	f.Add("", "POST", "*", "", "", []byte("\r\n\xff\u2028"), 0, []byte("\n"))
	f.Add("", "POST", "http://a/", "A", "\t", []byte("\\-- request --\n"), 299, []byte("\uFEFF"))
	f.Fuzz(func(t *testing.T, comment, method, target, name, value string, body []byte, status int, reply []byte) {
		x := Exchange{Request: Request{method, target, []Field{{name, value}}, someBytes(body)}, Response: Response{status, nil, someBytes(reply)}}
		for n := 1; n <= 2; n++ {
			want := Transcript{Comment: comment}
			for range n {
				want.Exchanges = append(want.Exchanges, x)
			}
			text, err := Format(want)
			if err != nil {
				return
			}
			got, err := Parse(text)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	})
}
