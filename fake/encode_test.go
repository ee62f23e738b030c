package fake

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A panic in an API's code is a defect: no answer for the client, a finding with
// the place for the test, and the server lives on.
func TestHandlerThatPanics(t *testing.T) {
	t.Parallel()
	serverEverywhere(t, func(t *testing.T, s *shelf, ask func(method, path, body string) (int, string, error)) {
		_, _, err := ask("GET", "/books.json", "")
		require.NoError(t, err)
		_, _, err = ask("GET", "/panic", "") // on a warm connection
		require.Error(t, err)
		status, _, err := ask("GET", "/books.json", "")
		require.NoError(t, err)
		require.Equal(t, 200, status)
		calls := s.Calls()
		require.Len(t, calls, 3, "the client did not send it again unseen")
		require.Zero(t, calls[1].Status)
		require.Equal(t, "Panic", calls[1].Op)
		found := s.Findings()
		require.Len(t, found, 1)
		require.True(t, strings.HasPrefix(found[0].String(), "call 2: defect: Panic panicked: oh\n"), found[0])
		require.Contains(t, found[0].Detail, "shelf_test.go")
		require.True(t, found[0].Mistake)
		s.Settle()
		s.findings = nil // it was meant
	})
}

// A defect fails the test whatever it allows.
func TestDefectsAreNotAllowed(t *testing.T) {
	t.Parallel()
	tb := &spy{}
	s := newShelf(tb, Allow("defect"))
	status, text, err := s.ask("GET", "/wrong", "")
	require.NoError(t, err)
	require.Equal(t, 500, status)
	require.Equal(t, `"broken"`, text)
	tb.cleanup()
	require.Equal(t, []string{"shelf: call 1: defect: Wrong answered with an error that is none of the API's: EOF"}, tb.errors)
}

// An error of the API may be wrapped on its way.
func TestWrappedErrors(t *testing.T) {
	t.Parallel()
	var answer error
	s := tinyServer(t, Route{Op: "Get", Pattern: "GET /a", Clause: "a", Handle: func(*Call) (Reply, error) { return Reply{}, answer }})
	answer = errors.Join(io.EOF, &Error{Kind: NotFound})
	status, text := tinyAsk(t, s, "GET", "/a")
	require.Equal(t, 400, status)
	require.Equal(t, "not-found", text)
	require.Empty(t, s.Findings())
}

// A reply needs a status that ends a call.
func TestRepliesWithoutAStatus(t *testing.T) {
	t.Parallel()
	for _, status := range []int{0, 99, 100, 103, 1000} {
		s := tinyServer(nil, Route{Op: "Get", Pattern: "GET /a", Clause: "a", Handle: func(*Call) (Reply, error) { return Reply{Status: status}, nil }})
		got, text := tinyAsk(t, s, "GET", "/a")
		require.Equal(t, 400, got)
		require.Equal(t, "broken", text)
		require.Len(t, s.Findings(), 1)
		require.Regexp(t, `^call 1: defect: Get answered with the status \d+$`, s.Findings()[0].String())
		require.Equal(t, 400, s.Calls()[0].Status)
		s.Close()
	}
}

// So do the API's words of failure.
func TestFailuresWithoutAStatus(t *testing.T) {
	t.Parallel()
	api := tinyAPI()
	api.Error = func(*Call, *Error) Reply { return Reply{} }
	s := New(nil, api, nil)
	defer s.Close()
	status, _ := tinyAsk(t, s, "GET", "/nowhere")
	require.Equal(t, 500, status)
	require.Equal(t, "call 1: defect: GET /api/nowhere answered with the status 0", s.Findings()[1].String())
}

// What an API does with a path runs under the same protection as its handlers.
func TestPathThatPanics(t *testing.T) {
	t.Parallel()
	api := tinyAPI(tinyRoute("Get", "GET /a", func(*Call) string { return "a" }))
	api.Path = func(c *Call) string {
		if c.Request.URL.RawQuery == "oh" {
			panic("oh")
		}
		return "/a"
	}
	s := New(nil, api, nil)
	defer s.Close()
	_, err := s.Client().Get(s.BaseURL() + "/a?oh")
	require.Error(t, err)
	require.Contains(t, s.Findings()[0].String(), "call 1: defect: GET /api/a panicked: oh\n")
	_, text := tinyAsk(t, s, "GET", "/a")
	require.Equal(t, "a", text)
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	require.EqualError(t, &Error{Kind: NotFound}, "not-found")
	require.EqualError(t, &Error{Kind: NotSaved, Texts: []string{"too long", "too blue"}}, "not-saved: too long; too blue")
}

// A reply's header may be shared between calls: nobody changes it.
func TestSharedHeaderStaysAsItIs(t *testing.T) {
	t.Parallel()
	shared := Reply{Status: 200, Header: map[string][]string{"X-A": {"1"}}, Body: []byte("abc")}
	s := tinyServer(t, Route{Op: "Get", Pattern: "GET /a", Clause: "a", Handle: func(*Call) (Reply, error) { return shared, nil }})
	s.Inject(NewFault("wrong-content-type").Set("type", "text/html").Call(1), NewFault("reset").Call(3))
	for range 2 {
		status, _ := tinyAsk(t, s, "GET", "/a")
		require.Equal(t, 200, status)
	}
	_, err := s.Client().Get(s.BaseURL() + "/a")
	require.Error(t, err)
	require.Equal(t, map[string][]string{"X-A": {"1"}}, map[string][]string(shared.Header))
}
