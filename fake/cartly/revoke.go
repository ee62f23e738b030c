package cartly

import (
	"net/http"

	"github.com/cartdouble/cartdouble/fake"
)

// revokeToken answers POST /oauth/revoke with nothing, whether there was such a
// token or not (RFC 7009, reading CL-41). An access token ends alone, a refresh
// token ends its grant; tokens of other apps are left alone.
func (s *Server) revokeToken(c *fake.Call) (fake.Reply, error) {
	f, app, err := s.clientRequest(c, revokeParams)
	if err != nil {
		return fake.Reply{}, err
	}
	text := f.get(tokenParam)
	if text == "" {
		return fake.Reply{}, refuse("invalid_request", "token is missing")
	}
	if token := s.access[text]; token != nil && token.app == app {
		token.revoked = true
	}
	if token := s.refresh[text]; token != nil && token.app == app {
		token.ended = true
	}
	return fake.Reply{Status: http.StatusOK}, nil
}
