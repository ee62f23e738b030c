package cartly

import (
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// auth knows the caller by the bearer token; the OAuth endpoints have their own
// ways ("Authentication").
func (s *Server) auth(c *fake.Call) (fake.Caller, error) {
	switch c.Op {
	case ShowConsent, DecideConsent, IssueToken, RevokeToken:
		return fake.Caller{}, nil
	}
	text := bearer(c.Header("Authorization"))
	if text == "" {
		noteMissingToken(c)
		return fake.Caller{}, &fake.Error{Kind: fake.Unauthenticated, Texts: []string{textNoToken}}
	}
	token := s.access[text]
	if token == nil || !token.good(c.Now()) {
		return fake.Caller{}, &fake.Error{Kind: fake.Unauthenticated}
	}
	s.rescope(c)
	return fake.Caller{Key: token.shop.shop.ID + "/" + token.app.ClientID(), Tenant: token, Scopes: token.scopes}, nil
}

// bearer is the token of an Authorization header: the word Bearer in any letter
// case, and one word more. "" where the header is none.
func bearer(header string) string {
	words := strings.Fields(header)
	if len(words) != 2 || !strings.EqualFold(words[0], "Bearer") {
		return ""
	}
	return words[1]
}

// noteMissingToken notes where a client put the token instead.
func noteMissingToken(c *fake.Call) {
	if c.Query().Has("access_token") {
		c.Note("token-in-query", "access_token")
	}
	if header := c.Header("Authorization"); header != "" && !strings.EqualFold(strings.Fields(header + " ?")[0], "Bearer") {
		c.Note("no-bearer-word", "Authorization")
	}
	if c.Header("X-Shop-ID") != "" { // of another API of the vendor
		c.Note("foreign-header", "X-Shop-ID")
	}
}

// rescope gives the call's route the scope that WithScope has for it, in a copy:
// the table of routes stays as it is (reading CL-16).
func (s *Server) rescope(c *fake.Call) {
	if scope, other := s.settings.scopes[c.Op]; other {
		route := *c.Route
		route.Scope = scope
		c.Route = &route
	}
}

// tokenOf is the token with which a call was made.
func tokenOf(c *fake.Call) *accessToken { return c.Caller.Tenant.(*accessToken) }

// shopOf is the shop in which a call was made.
func shopOf(c *fake.Call) *ShopHandle { return tokenOf(c).shop }
