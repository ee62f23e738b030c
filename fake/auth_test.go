package fake

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// authAsk calls the shelf with a key and gives the status and the text.
func authAsk(t *testing.T, s *shelf, key, method, path, body string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/v1"+path, strings.NewReader(body))
	if key != "" {
		r.Header.Set("X-Key", key)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestAuth(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	var known []string
	s.Intercept(Authenticated, func(c *Call) { known = append(known, c.Op+" by "+c.Caller.Key) })
	for _, c := range []struct {
		key, method, path string
		status            int
		text              string
	}{
		{"k", "GET", "/books.json", 200, `[]`},
		{"k", "POST", "/books.json", 200, `{"id":1,"title":""}`},
		{"r", "GET", "/books.json", 200, `[{"id":1,"title":""}]`},
		{"r", "POST", "/books.json", 403, `"out-of-scope"`},
		{"r", "PATCH", "/books/1.json", 403, `"out-of-scope"`},
		{"wrong", "GET", "/books.json", 401, `"unauthenticated"`},
		{"", "GET", "/books.json", 401, `"unauthenticated"`},
		{"wrong", "POST", "/books.json", 401, `"unauthenticated"`},
	} {
		status, text := authAsk(t, s, c.key, c.method, c.path, "")
		require.Equal(t, c.status, status, c)
		require.Equal(t, c.text, text, c)
	}
	require.Equal(t, []string{"ListBooks by k", "AddBook by k", "ListBooks by r"}, known)
	require.Equal(t, 1, s.Books.Len(), "what is refused changes nothing")
	require.Len(t, s.Calls("AddBook"), 3, "a refused call has its operation all the same")
	require.Empty(t, s.Findings())
}

// A path that is not there is told to anybody, unless the API asks first who
// calls.
func TestUnknownRouteWithoutCredentials(t *testing.T) {
	t.Parallel()
	s := newShelf(nil)
	defer s.Close()
	status, text := authAsk(t, s, "", "GET", "/nowhere", "")
	require.Equal(t, 404, status, text)
	require.Len(t, s.Findings(), 1)
	s.stages = []Stage{Auth, Match, Handle}
	status, text = authAsk(t, s, "", "GET", "/nowhere", "")
	require.Equal(t, 401, status, text)
	require.Len(t, s.Findings(), 1, "it was not looked whether there is such a path")
	status, text = authAsk(t, s, "k", "GET", "/nowhere", "")
	require.Equal(t, 404, status, text)
	require.Len(t, s.Findings(), 2)
}

func TestNoCredentialsAskedFor(t *testing.T) {
	t.Parallel()
	route := tinyRoute("Get", "GET /a", func(c *Call) string { return "by " + c.Caller.Key })
	s := tinyServer(t, route)
	status, text := tinyAsk(t, s, "GET", "/a")
	require.Equal(t, 200, status)
	require.Equal(t, "by ", text)
}

func TestAccept(t *testing.T) {
	t.Parallel()
	api := tinyAPI(tinyRoute("Get", "GET /a", func(*Call) string { return "a" }))
	api.Accept = func(c *Call) error {
		if c.Header("Accept") != "text/plain" {
			return &Error{Kind: NotAcceptable}
		}
		return nil
	}
	s := New(t, api, nil)
	_, text := tinyAsk(t, s, "GET", "/a")
	require.Equal(t, "not-acceptable", text)
	_, text = tinyAsk(t, s, "GET", "/a", "Accept", "text/plain")
	require.Equal(t, "a", text)
}

// authPermutations gives all orders of some stages.
func authPermutations(stages []Stage) [][]Stage {
	if len(stages) == 0 {
		return [][]Stage{nil}
	}
	var all [][]Stage
	for i, first := range stages {
		rest := append(append([]Stage(nil), stages[:i]...), stages[i+1:]...)
		for _, tail := range authPermutations(rest) {
			all = append(all, append([]Stage{first}, tail...))
		}
	}
	return all
}

// authStaged is an API in which each stage refuses what a header says.
func authStaged(order []Stage) API {
	api := tinyAPI(tinyRoute("Get", "GET /a", func(*Call) string { return "handled" }))
	api.Stages = append(order, Handle)
	refuses := func(c *Call, stage Stage) bool {
		return strings.Contains(c.Header("Refuse"), fmt.Sprint(int(stage)))
	}
	api.Path = func(c *Call) string {
		if refuses(c, Match) {
			return "/nowhere"
		}
		return "/a"
	}
	api.Auth = func(c *Call) (Caller, error) {
		if refuses(c, Auth) {
			return Caller{}, &Error{Kind: Unauthenticated}
		}
		return Caller{Key: "k"}, nil
	}
	api.Accept = func(c *Call) error {
		if refuses(c, Accept) {
			return &Error{Kind: NotAcceptable}
		}
		return nil
	}
	api.Limit = func(c *Call) Budget {
		if refuses(c, Limit) {
			return Budget{Key: "used up", Calls: 1, Window: time.Hour}
		}
		return Budget{}
	}
	return api
}

// Whatever the order of the stages is, the first that refuses decides.
func TestOrderOfStages(t *testing.T) {
	t.Parallel()
	kinds := map[Stage]Kind{
		Match: NoRoute, Auth: Unauthenticated, Accept: NotAcceptable, Faults: Broken, Limit: Limited, Handle: "handled",
	}
	for _, order := range authPermutations([]Stage{Match, Auth, Accept, Faults, Limit}) {
		s := New(nil, authStaged(order), nil, Frozen())
		s.Inject(NewFault("server-error").When("header:Refuse", "~", fmt.Sprint(int(Faults))))
		s.passed["used up"] = []time.Time{s.Now()}
		for refused := range 1 << 5 {
			var header string
			first := Handle
			for i := len(order) - 1; i >= 0; i-- {
				if refused>>int(order[i])&1 == 1 {
					header += fmt.Sprint(int(order[i]))
					first = order[i]
				}
			}
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/any", http.NoBody)
			r.Header.Set("Refuse", header)
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, r)
			require.Equal(t, string(kinds[first]), w.Body.String(), "order %v, refused by %q", order, header)
		}
		s.Close()
	}
}
