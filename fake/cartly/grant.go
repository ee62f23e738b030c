package cartly

import (
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// What OAuth keeps: codes, and the tokens of the grants that they became. Like
// all credentials it is no part of a snapshot.

// An authCode is what the merchant's consent is worth until it is exchanged. It
// is bound to all that the authorization request said.
type authCode struct {
	text      string
	app       *AppHandle
	shop      *ShopHandle
	scopes    []fake.Scope
	redirect  string // as sent; "": the request had none
	challenge string
	method    string // of the challenge: S256 or plain
	expires   time.Time
	grant     *grant // what it was exchanged for, nil while it is unused
}

// A grant is an app's access to a shop: one consent, and all tokens from it.
type grant struct {
	app    *AppHandle
	shop   *ShopHandle
	scopes []fake.Scope
	ended  bool
	next   string // what the next refresh does, by the fault token-expired: ok, rotate, fail
}

// An accessToken opens the API; a token that a test added has a grant of its own.
type accessToken struct {
	*grant
	scopes  []fake.Scope // of the grant, or fewer
	expires time.Time    // zero: never
	revoked bool
}

func (t *accessToken) good(now time.Time) bool {
	return !t.ended && !t.revoked && (t.expires.IsZero() || now.Before(t.expires))
}

// A refreshToken is good for new access tokens, until it is rotated away.
type refreshToken struct {
	*grant
	dead bool
}

// issue makes an access token of a grant and, where it is to be rotated, a new
// refresh token (reading CL-30).
func (s *Server) issue(g *grant, scopes []fake.Scope, now time.Time, withRefresh bool) (access, refresh string) {
	token := &accessToken{grant: g, scopes: scopes}
	if life := s.settings.tokenLifetime; life > 0 {
		token.expires = now.Add(life)
	}
	access = s.newID(accessID)
	s.access[access] = token
	if withRefresh {
		refresh = s.newID(refreshID)
		s.refresh[refresh] = &refreshToken{grant: g}
	}
	return access, refresh
}

// credentials puts the tokens in place that a server or a shop begins with.
func (t *ShopHandle) credentials(scopes []fake.Scope) {
	s := t.server
	g := &grant{app: s.app, shop: t, scopes: scopes}
	s.access[t.token] = &accessToken{grant: g, scopes: scopes}
	s.refresh[t.refreshToken] = &refreshToken{grant: g}
}

// scopeWords are the words of a scope parameter, parted by single blanks: any
// other separator makes unknown words of them.
func scopeWords(scope string) []fake.Scope { return strings.Split(scope, " ") }

// unique drops later twins.
func unique[T comparable](all []T) []T {
	var kept []T
	for _, v := range all {
		if !slices.Contains(kept, v) {
			kept = append(kept, v)
		}
	}
	return kept
}
