package fake

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tinyAPI describes an API for a test that needs tables of its own. It asks for
// no credentials; a failure is its kind, as text, with status 400.
func tinyAPI(routes ...Route) API {
	return API{
		Name: "tiny", Base: "http://tiny.example/api", Hosts: []string{"tiny.example"}, Routes: routes,
		Error: func(_ *Call, e *Error) Reply {
			words := append([]string{string(e.Kind)}, e.Allow...)
			return Reply{Status: 400, Body: []byte(strings.Join(words, " "))}
		},
	}
}

// tinyServer serves routes, each with the answer of its handler.
func tinyServer(tb TB, routes ...Route) *Server { return New(tb, tinyAPI(routes...), nil) }

// tinyRoute is a route that answers with what its handler gives.
func tinyRoute(op Op, pattern string, answer func(*Call) string) Route {
	return Route{Op: op, Pattern: pattern, Clause: op, Handle: func(c *Call) (Reply, error) {
		return Reply{Status: 200, Body: []byte(answer(c))}, nil
	}}
}

// tinyAsk sends a request and gives status and body.
func tinyAsk(t *testing.T, s *Server, method, path string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.BaseURL()+path, nil)
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := s.Client().Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text)
}
