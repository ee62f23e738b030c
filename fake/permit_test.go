package fake

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// permitAPI has a caller "rw" who may all and a caller "r" who may read.
func permitAPI() API {
	said := func(what string) HandlerFunc {
		return func(*Call) (Reply, error) { return Reply{Status: 200, Body: []byte(what)}, nil }
	}
	api := tinyAPI(
		Route{Op: "Read", Pattern: "GET /a", Scope: "read", Clause: "a", Handle: said("read")},
		Route{Op: "Drop", Pattern: "DELETE /a", Scope: "write", Clause: "a", Handle: said("dropped")},
		Route{Op: "Extra", Pattern: "GET /extra", Clause: "extra", Extension: true, Handle: said("extra")},
	)
	api.Auth = func(c *Call) (Caller, error) {
		user, password, ok := c.Basic()
		if c.Request.Method == "OPTIONS" {
			c.Answer(Reply{Status: 200, Body: []byte("options")})
		}
		if !ok || password != "secret" {
			return Caller{}, &Error{Kind: Unauthenticated}
		}
		return Caller{Key: user, Scopes: map[string][]Scope{"r": {"read"}, "rw": {"read", "write"}}[user]}, nil
	}
	return api
}

func permitAsk(t *testing.T, s *Server, user, method, path, form string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/api"+path, strings.NewReader(form))
	if user != "" {
		r.SetBasicAuth(user, "secret")
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// Where the caller is looked at before the route, an unknown route is found only
// for known callers, and a scope is asked for once both are known.
func TestScopeIsAskedForOnceRouteAndCallerAreKnown(t *testing.T) {
	t.Parallel()
	for _, order := range authPermutations([]Stage{Match, Auth, Accept}) {
		api := permitAPI()
		api.Stages = append(order, Faults, Limit, Handle)
		s := New(nil, api, nil)
		var known []string
		s.Intercept(Authenticated, func(c *Call) { known = append(known, c.Caller.Key+" "+c.Op) })
		authFirst := order[0] == Auth || order[0] == Accept && order[1] == Auth
		for _, tc := range []struct{ user, method, path, matchFirst, authFirst string }{
			{"", "GET", "/nowhere", "no-route", "unauthenticated"},
			{"", "PATCH", "/a", "bad-method DELETE GET", "unauthenticated"},
			{"r", "PATCH", "/a", "bad-method DELETE GET", "bad-method DELETE GET"},
			{"r", "DELETE", "/a", "out-of-scope", "out-of-scope"},
			{"r", "GET", "/a", "read", "read"},
			{"rw", "DELETE", "/a", "dropped", "dropped"},
		} {
			want := tc.matchFirst
			if authFirst {
				want = tc.authFirst
			}
			_, got := permitAsk(t, s, tc.user, tc.method, tc.path, "")
			require.Equal(t, want, got, "%v: %s %s as %q", order, tc.method, tc.path, tc.user)
		}
		require.Equal(t, []string{"r Read", "rw Drop"}, known)
		mistakes := 3
		if authFirst {
			mistakes = 1
		}
		require.Len(t, s.Findings(), mistakes)
		s.Close()
	}
}

// An API that decides earlier that there is no such route is heard, and the
// client's mistake is found.
func TestMissedBeforeMatch(t *testing.T) {
	t.Parallel()
	api := permitAPI()
	api.Stages = []Stage{Accept, Auth, Match, Handle}
	api.Accept = func(c *Call) error {
		if missed := c.Missed(); missed != nil && missed.Kind == NoRoute {
			return missed
		}
		return nil
	}
	s := New(nil, api, nil)
	defer s.Close()
	_, got := permitAsk(t, s, "", "GET", "/nowhere", "")
	require.Equal(t, "no-route", got, "before the caller is asked for")
	_, got = permitAsk(t, s, "", "PUT", "/a", "")
	require.Equal(t, "unauthenticated", got)
	require.Equal(t, "call 1: no-route: GET /api/nowhere: no such endpoint", s.Findings()[0].String())
	require.Len(t, s.Findings(), 1)
}

// Auth may answer by itself.
func TestAuthAnswers(t *testing.T) {
	t.Parallel()
	api := permitAPI()
	api.Stages = []Stage{Auth, Match, Handle}
	s := New(nil, api, nil)
	defer s.Close()
	_, got := permitAsk(t, s, "r", "OPTIONS", "/nowhere", "")
	require.Equal(t, "options", got)
	_, got = permitAsk(t, s, "", "OPTIONS", "/nowhere", "")
	require.Equal(t, "unauthenticated", got, "an error counts for more")
	require.Empty(t, s.Findings())
}

func TestRoutesThatAnOptionSwitchesOff(t *testing.T) {
	t.Parallel()
	api := permitAPI()
	api.Serves = func(r Route) bool { return !r.Extension }
	api.Routes = append(api.Routes, Route{Op: "Hosted", Pattern: "GET /hosted", Extension: true})
	s := New(nil, api, nil)
	defer s.Close()
	_, got := permitAsk(t, s, "rw", "GET", "/extra", "")
	require.Equal(t, "no-route", got)
	require.Equal(t, "call 1: no-route: GET /api/extra: Extra is not modelled", s.Findings()[0].String())
	_, got = permitAsk(t, s, "rw", "GET", "/a", "")
	require.Equal(t, "read", got)
	_, got = permitAsk(t, s, "rw", "GET", "/hosted", "")
	require.Equal(t, "no-route", got)
	require.Equal(t, "call 3: no-route: GET /api/hosted: Hosted is not modelled", s.Findings()[1].String(), "known from elsewhere")
}

// What is served under several paths has its nearest route by the one that counts.
func TestNearestRouteByThePathThatCounts(t *testing.T) {
	t.Parallel()
	api := tinyAPI(tinyRoute("List", "GET /shop/items", func(*Call) string { return "items" }))
	api.Path = func(c *Call) string { return "/shop" + strings.TrimPrefix(c.Request.URL.Path, "/api") }
	s := New(nil, api, nil)
	defer s.Close()
	_, got := permitAsk(t, s, "", "GET", "/item", "")
	require.Equal(t, "no-route", got)
	require.Equal(t, "call 1: no-route: GET /api/item: no such endpoint; did you mean GET /api/shop/items?", s.Findings()[0].String())
}

// A counter that is raised goes on from there, and never back.
func TestRaiseID(t *testing.T) {
	t.Parallel()
	s := newShelf(t, Seed(9))
	require.EqualValues(t, 9, s.Server.Seed())
	s.Locked(func() {
		s.RaiseID("orders", 41)
		require.EqualValues(t, 42, s.NextID("orders"))
		s.RaiseID("orders", 7)
		require.EqualValues(t, 43, s.NextID("orders"))
	})
}

// The verb may stand elsewhere than in the request line.
func TestMethodThatCounts(t *testing.T) {
	t.Parallel()
	api := permitAPI()
	api.Method = func(c *Call) string {
		form, err := c.Form()
		if err != nil || form.Get("verb") == "" {
			return c.Request.Method
		}
		return form.Get("verb")
	}
	s := New(nil, api, nil)
	defer s.Close()
	_, got := permitAsk(t, s, "rw", "POST", "/a", "verb=DELETE&verb=GET")
	require.Equal(t, "dropped", got)
	require.Equal(t, "Drop", s.Calls()[0].Op)
	require.Equal(t, http.MethodPost, s.Calls()[0].Method, "the journal has what was sent")
	_, got = permitAsk(t, s, "rw", "GET", "/a", "verb=%zz")
	require.Equal(t, "read", got)
}

func TestForm(t *testing.T) {
	t.Parallel()
	c := &Call{Body: []byte("a=1&b=x+y&a=%C3%A9")}
	form, err := c.Form()
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"a": {"1", "é"}, "b": {"x y"}}, map[string][]string(form))
	_, err = (&Call{Body: []byte("a=%zz")}).Form()
	require.Equal(t, &Error{Kind: Malformed}, err)
}
