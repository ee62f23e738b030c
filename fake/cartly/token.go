package cartly

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// The parameters of the token and revocation endpoints, in the order in which
// repeated ones are found.
const (
	grantParam    = "grant_type"
	codeParam     = "code"
	verifierParam = "code_verifier"
	refreshParam  = "refresh_token"
	secretParam   = "client_secret"
	tokenParam    = "token"
	hintParam     = "token_type_hint"
)

var (
	tokenParams  = []string{grantParam, codeParam, redirectParam, verifierParam, refreshParam, scopeParam, clientParam, secretParam}
	revokeParams = []string{tokenParam, hintParam, clientParam, secretParam}
)

// refuse is a failure of the token and revocation endpoints.
func refuse(code, description string) error {
	status := http.StatusBadRequest
	if code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	return &fake.Error{Kind: oauthError, Status: status, Texts: []string{code, description}}
}

// issueToken answers POST /oauth/token: a code or a refresh token against new
// tokens ("Authentication", reading CL-41). A request that is refused leaves the
// code as it was.
func (s *Server) issueToken(c *fake.Call) (fake.Reply, error) {
	f, app, err := s.clientRequest(c, tokenParams)
	if err != nil {
		return fake.Reply{}, err
	}
	switch f.get(grantParam) {
	case "":
		return fake.Reply{}, refuse("invalid_request", "grant_type is missing")
	case "authorization_code":
		return s.exchangeCode(c, f, app)
	case "refresh_token":
		return s.refreshGrant(c, f, app)
	}
	return fake.Reply{}, refuse("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
}

// clientRequest reads a form and finds out whose it is.
func (s *Server) clientRequest(c *fake.Call, params []string) (form, *AppHandle, error) {
	const wanted = "application/x-www-form-urlencoded"
	given := c.Header("Content-Type")
	values, err := url.ParseQuery(string(c.Body))
	if err != nil || !strings.EqualFold(mediaType(given), wanted) {
		if strings.Contains(strings.ToLower(mediaType(given)), "json") {
			c.Note("json-token-request", given)
		}
		return nil, nil, refuse("invalid_request", "the body must be "+wanted)
	}
	f := form(values)
	if name := f.repeated(params); name != "" {
		return nil, nil, refuse("invalid_request", "repeated parameter: "+name)
	}
	app, err := s.client(c, f)
	return f, app, err
}

// client is the app whose credentials a form brings, in the header or in the
// body, but not in both.
func (s *Server) client(c *fake.Call, f form) (*AppHandle, error) {
	id, secret := f.get(clientParam), f.get(secretParam)
	if triesBasic(c) {
		if secret != "" {
			return nil, refuse("invalid_request", "client credentials were sent twice")
		}
		user, password, _ := c.Basic()
		user, wrongUser := url.QueryUnescape(user)
		secret, err := url.QueryUnescape(password)
		if wrongUser != nil || err != nil || id != "" && id != user {
			return nil, refuse("invalid_client", textNoClient)
		}
		return s.authenticated(user, secret)
	}
	return s.authenticated(id, secret)
}

const textNoClient = "client authentication failed"

func (s *Server) authenticated(id, secret string) (*AppHandle, error) {
	app := s.apps[id]
	if app == nil || secret == "" || subtle.ConstantTimeCompare([]byte(app.app.ClientSecret), []byte(secret)) != 1 {
		return nil, refuse("invalid_client", textNoClient)
	}
	return app, nil
}

func triesBasic(c *fake.Call) bool {
	scheme, _, _ := strings.Cut(c.Header("Authorization"), " ")
	return strings.EqualFold(scheme, "Basic")
}

// exchangeCode gives tokens for a code. A code that comes a second time ends all
// that it was exchanged for.
func (s *Server) exchangeCode(c *fake.Call, f form, app *AppHandle) (fake.Reply, error) {
	if f.get(codeParam) == "" {
		return fake.Reply{}, refuse("invalid_request", "code is missing")
	}
	code := s.codes[f.get(codeParam)]
	if code != nil && code.app == app && code.grant != nil {
		code.grant.ended = true
	}
	if code == nil || code.app != app || code.grant != nil || !c.Now().Before(code.expires) {
		return fake.Reply{}, refuse("invalid_grant", "the code is not valid")
	}
	if given := f.get(redirectParam); given != code.redirect && (code.redirect != "" || given != app.app.RedirectURIs[0]) {
		return fake.Reply{}, refuse("invalid_grant", "redirect_uri differs")
	}
	if !code.verified(f.get(verifierParam)) {
		return fake.Reply{}, refuse("invalid_grant", "code_verifier does not fit")
	}
	code.grant = &grant{app: app, shop: code.shop, scopes: code.scopes}
	access, refresh := s.issue(code.grant, code.scopes, c.Now(), true)
	return s.tokens(access, refresh, code.scopes), nil
}

// verified compares a verifier with the code's challenge (RFC 7636). Without a
// challenge there must be no verifier.
func (code *authCode) verified(verifier string) bool {
	if code.challenge == "" || verifier == "" {
		return code.challenge == verifier
	}
	if code.method == "S256" {
		verifier = challengeOf(verifier)
	}
	return subtle.ConstantTimeCompare([]byte(code.challenge), []byte(verifier)) == 1
}

// challengeOf is the S256 challenge of a verifier.
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// refreshGrant gives a new access token, and by default a new refresh token in
// place of the old one, which is dead at once (reading CL-30).
func (s *Server) refreshGrant(c *fake.Call, f form, app *AppHandle) (fake.Reply, error) {
	text := f.get(refreshParam)
	if text == "" {
		return fake.Reply{}, refuse("invalid_request", "refresh_token is missing")
	}
	token := s.refresh[text]
	if token != nil && token.app == app && token.dead && s.settings.reuseDetection {
		token.ended = true
	}
	if token == nil || token.app != app || token.dead || token.ended {
		return fake.Reply{}, refuse("invalid_grant", "the refresh token is not valid")
	}
	scopes := token.grant.scopes
	if asked := f.get(scopeParam); asked != "" {
		scopes = unique(scopeWords(asked))
	}
	for _, word := range scopes {
		if !slices.Contains(token.grant.scopes, word) {
			return fake.Reply{}, refuse("invalid_scope", "scope exceeds the grant")
		}
	}
	told := token.next
	if token.next = ""; told == "fail" {
		return fake.Reply{}, refuse("invalid_grant", "the refresh token is not valid")
	}
	token.dead = s.settings.refreshRotation || told == "rotate"
	access, refresh := s.issue(token.grant, scopes, c.Now(), token.dead)
	return s.tokens(access, refresh, scopes), nil
}

// tokens is the good answer of the token endpoint.
func (s *Server) tokens(access, refresh string, scopes []fake.Scope) fake.Reply {
	body := appendText([]byte{'{'}, "access_token", access)
	body = appendText(body, "token_type", "Bearer")
	if life := s.settings.tokenLifetime; life > 0 {
		body = appendNumber(body, "expires_in", int64(life/time.Second))
	}
	if refresh != "" {
		body = appendText(body, "refresh_token", refresh)
	}
	body = append(appendText(body, "scope", strings.Join(scopes, " ")), '}')
	return fake.Reply{Status: http.StatusOK, Header: notStored(), Body: body}
}

// notStored are the headers of all answers with tokens in them, or without.
func notStored() http.Header {
	return http.Header{"Content-Type": {jsonType}, "Cache-Control": {"no-store"}, "Pragma": {"no-cache"}}
}

// oauthReply is a failure of the token and revocation endpoints. Failures that a
// test injects keep the words of the API, under the names of OAuth.
func oauthReply(c *fake.Call, f failure, retryAfter string) fake.Reply {
	switch f.code {
	case "unauthorized":
		f.code = "invalid_client"
	case "insufficient_scope":
		f.code = "invalid_scope"
	}
	header := notStored()
	if f.code == "invalid_client" && triesBasic(c) {
		header["Www-Authenticate"] = []string{`Basic realm="cartly"`}
	}
	if retryAfter != "" {
		header["Retry-After"] = []string{retryAfter}
	}
	body := appendText([]byte{'{'}, "error", f.code)
	return fake.Reply{Status: f.status, Header: header, Body: append(appendText(body, "error_description", f.message), '}')}
}
