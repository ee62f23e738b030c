package fake

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cartdouble/cartdouble/internal/bubble"

	"github.com/stretchr/testify/require"
)

// serverWays are the ways to reach a server, for what must be the same in all.
var serverWays = []struct {
	name   string
	bubble bool
	opts   []Option
	base   func(*shelf) string
}{
	{name: "memory", base: func(s *shelf) string { return s.BaseURL() }},
	{name: "memory in a bubble", bubble: true, base: func(s *shelf) string { return s.BaseURL() }},
	{name: "loopback", base: func(s *shelf) string { return s.URL() }},
	{name: "TLS in memory", opts: []Option{TLS()}, base: func(s *shelf) string { return s.BaseURL() }},
	{name: "TLS on loopback", opts: []Option{TLS()}, base: func(s *shelf) string { return s.URL() }},
	{name: "HTTP/2 in memory", opts: []Option{HTTP2()}, base: func(s *shelf) string { return s.BaseURL() }},
	{name: "HTTP/2 in a bubble", bubble: true, opts: []Option{HTTP2()}, base: func(s *shelf) string { return s.BaseURL() }},
	{name: "HTTP/2 on loopback", opts: []Option{HTTP2()}, base: func(s *shelf) string { return s.URL() }},
}

// serverClient is a client for a base URL: the server's own in memory, one that
// knows nothing of the server but its certificate on loopback.
func serverClient(t *testing.T, s *shelf, base string) *http.Client {
	t.Helper()
	if base == s.BaseURL() {
		return s.Client()
	}
	return networkClient(t, s)
}

// serverEverywhere runs a test over each of the ways.
func serverEverywhere(t *testing.T, test func(t *testing.T, s *shelf, ask func(method, path, body string) (int, string, error))) {
	t.Helper()
	for _, way := range serverWays {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			run := func(t *testing.T) {
				s := newShelf(t, append(way.opts, At(clockStart), Frozen())...)
				base := way.base(s)
				client := serverClient(t, s, base)
				test(t, s, func(method, path, body string) (int, string, error) {
					return s.askVia(client, base, method, path, body)
				})
			}
			if way.bubble && strings.HasPrefix(way.name, "HTTP/2") && !bubble.HTTP2 {
				t.Skip("net/http cannot, before Go 1.26")
			}
			if way.bubble {
				synctest.Test(t, run)
				return
			}
			run(t)
		})
	}
}

func TestACallGoesThroughTheStages(t *testing.T) {
	t.Parallel()
	serverEverywhere(t, func(t *testing.T, s *shelf, ask func(method, path, body string) (int, string, error)) {
		for _, step := range []struct {
			method, path, body string
			status             int
			text               string
		}{
			{"POST", "/books.json", `{"title":"Emma"}`, 200, `{"id":1,"title":"Emma"}`},
			{"GET", "/books/1.json", "", 200, `{"id":1,"title":"Emma"}`},
			{"GET", "/books.json", "", 200, `[{"id":1,"title":"Emma"}]`},
			{"PATCH", "/books/1.json", `{"title":"Persuasion"}`, 200, `{"id":1,"title":"Persuasion"}`},
			{"GET", "/books/2.json", "", 404, `"not-found"`},
			{"POST", "/books.json", `{"title":`, 400, `"malformed"`},
		} {
			status, text, err := ask(step.method, step.path, step.body)
			require.NoError(t, err)
			require.Equal(t, step.status, status, step)
			require.Equal(t, step.text, text, step)
		}
		calls := s.Calls()
		require.Len(t, calls, 6)
		for i, committed := range []bool{true, false, false, true, false, false} {
			require.Equal(t, committed, calls[i].Committed, calls[i].Op)
			require.Equal(t, i > 0, calls[i].Reused)
			require.Equal(t, 1, calls[i].Conn)
			require.Equal(t, clockStart, calls[i].At)
		}
		require.Equal(t, "23", calls[0].ReplyHeader.Get("Content-Length"))
		require.Equal(t, "Sat, 01 Mar 2025 09:00:00 GMT", calls[0].ReplyHeader.Get("Date"))
		b, is := s.Books.Get(1)
		require.True(t, is)
		require.Equal(t, "Persuasion", b.Title)
	})
}

func TestAServerWorksInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t)
		s.Inject(NewFault("slow-headers").Set("delay", "30s"))
		client := s.Client()
		client.Timeout = 10 * time.Second
		_, _, err := s.askVia(client, s.BaseURL(), "GET", "/books.json", "")
		require.Error(t, err)
		start := time.Now()
		s.must(t, "GET", "/books.json", "")
		require.Equal(t, 30*time.Second, time.Since(start))
	})
}

func TestResetOnAWarmConnection(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.must(t, "GET", "/books.json", "")
	s.Inject(NewFault("reset").Call(1))
	_, _, err := s.ask("GET", "/books.json", "")
	require.ErrorIs(t, err, syscall.ECONNRESET)
	require.Len(t, s.Calls(), 2)
	s.must(t, "GET", "/books.json", "")
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	require.Equal(t, Credentials{"key": "k"}, s.Credentials())
	require.Equal(t, "shelf", s.API().Name)
	bare := tinyServer(t)
	require.Equal(t, Credentials{}, bare.Credentials())
}

// A wrong use of the API gets the API's answer, and a sentence that helps.
func TestWrongUseOfTheAPI(t *testing.T) {
	t.Parallel()
	serverEverywhere(t, func(t *testing.T, s *shelf, ask func(method, path, body string) (int, string, error)) {
		status, text, err := ask("POST", "/books.json", "") // no body
		require.NoError(t, err)
		require.Equal(t, 200, status, "this API asks for nothing: %s", text)
		require.Empty(t, s.Calls()[0].Body)
		status, text, err = ask("GET", "/book.json", "")
		require.NoError(t, err)
		require.Equal(t, 404, status)
		require.Equal(t, `"no-route"`, text)
		require.Equal(t, []Finding{{
			Call: 2, Kind: "no-route", Mistake: true,
			Detail: "GET /v1/book.json: no such endpoint; did you mean GET /v1/books.json?",
		}}, s.Findings())
		s.findings = nil // they were meant
	})
}

func TestAnAPINeedsWordsOfFailure(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "fake: mute: an API needs words of failure: Error is nil", func() {
		New(nil, API{Name: "mute", Base: "https://mute.example"}, nil)
	})
}

// Where net/http cannot serve HTTP/2 in a bubble, the sentence comes before the
// runtime ends the test binary.
func TestHTTP2InABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tb := &spy{}
		fatal := tb.run(func() {
			s := newShelf(tb, HTTP2())
			defer s.Close()
			_, _, err := s.ask("GET", "/books.json", "")
			require.NoError(t, err)
		})
		if bubble.HTTP2 {
			require.Empty(t, fatal)
			return
		}
		require.Contains(t, fatal, "before Go 1.26")
	})
}
