package cartly

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// The parameters of an authorization request, in the order of its checks.
const (
	clientParam    = "client_id"
	redirectParam  = "redirect_uri"
	responseParam  = "response_type"
	scopeParam     = "scope"
	stateParam     = "state"
	challengeParam = "code_challenge"
	methodParam    = "code_challenge_method"
	decisionParam  = "decision" // of the consent page's form
)

var authorizeParams = []string{clientParam, redirectParam, responseParam, scopeParam, stateParam, challengeParam, methodParam, decisionParam}

// form are the parameters of an OAuth request. One without a value counts as
// absent.
type form url.Values

func (f form) values(name string) []string {
	return slices.DeleteFunc(slices.Clone(f[name]), func(value string) bool { return value == "" })
}

func (f form) get(name string) string {
	if values := f.values(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

// repeated is the first of the parameters that stands twice.
func (f form) repeated(names []string) string {
	for _, name := range names {
		if len(f.values(name)) > 1 {
			return name
		}
	}
	return ""
}

// An authorization is a request for a merchant's consent whose app and address
// are known: whatever else is wrong with it is told to the app.
type authorization struct {
	form
	app      *AppHandle
	shop     *ShopHandle // in which the merchant is signed in
	redirect string
	scopes   []fake.Scope
}

// showConsent answers GET /oauth/authorize with the consent page ("OAuth Consent
// Page"). What is wrong with app or address is a page and never a redirect.
func (s *Server) showConsent(c *fake.Call) (fake.Reply, error) {
	a, err := s.authorization(form(c.Query()))
	if err != nil {
		return fake.Reply{}, err
	}
	a.note(c)
	if refusal := s.check(a, c.Note); refusal != nil {
		return *refusal, nil
	}
	if s.settings.autoConsent != "" {
		return s.decide(c, a, s.settings.autoConsent), nil
	}
	header := http.Header{"Content-Type": {htmlType}, "Cache-Control": {"no-store"}}
	return fake.Reply{Status: http.StatusOK, Header: header, Body: a.page()}, nil
}

// decideConsent answers POST /oauth/authorize, the form of the consent page. All
// checks are made again.
func (s *Server) decideConsent(c *fake.Call) (fake.Reply, error) {
	values, _ := url.ParseQuery(string(c.Body)) // what cannot be read is absent
	a, err := s.authorization(form(values))
	if err != nil {
		return fake.Reply{}, err
	}
	if refusal := s.check(a, func(string, string) {}); refusal != nil {
		return *refusal, nil
	}
	return s.decide(c, a, Consent(a.get(decisionParam))), nil
}

// authorization finds out who asks, and where the answer goes.
func (s *Server) authorization(f form) (*authorization, error) {
	page := func(title string) error {
		return &fake.Error{Kind: pageError, Status: http.StatusBadRequest, Texts: []string{title}}
	}
	app := s.apps[f.get(clientParam)]
	if app == nil || f.repeated([]string{clientParam}) != "" {
		return nil, page("Unknown client_id")
	}
	a := &authorization{form: f, app: app, shop: s.signedIn}
	given := f.get(redirectParam)
	switch {
	case f.repeated([]string{redirectParam}) != "":
	case given != "" && app.redirects(given):
		a.redirect = given
	case given == "" && len(app.app.RedirectURIs) == 1:
		a.redirect = app.app.RedirectURIs[0]
	}
	if a.redirect == "" {
		return nil, page("redirect_uri is not registered")
	}
	return a, nil
}

// note notes what makes the flow less safe than it could be (reading CL-35).
func (a *authorization) note(c *fake.Call) {
	if a.get(stateParam) == "" {
		c.Note("no-state", a.app.ClientID())
	}
	if a.get(challengeParam) == "" {
		c.Note("no-pkce", a.app.ClientID())
	}
}

// check looks at the rest of the request. What is wrong goes back to the app.
func (s *Server) check(a *authorization, note func(kind, detail string)) *fake.Reply {
	refuse := func(code, description string) *fake.Reply {
		answer := a.answer("error", code, "error_description", description)
		return &answer
	}
	if name := a.repeated(authorizeParams); name != "" {
		return refuse("invalid_request", "repeated parameter: "+name)
	}
	switch a.get(responseParam) {
	case "":
		return refuse("invalid_request", "response_type is missing")
	case "code":
	default:
		return refuse("unsupported_response_type", "response_type must be code")
	}
	a.scopes = a.app.app.Scopes
	if scope := a.get(scopeParam); scope != "" {
		a.scopes = unique(scopeWords(scope))
	}
	for _, word := range a.scopes {
		if !slices.Contains(a.app.app.Scopes, word) { // words such as read_products too (reading CL-36)
			note("unknown-scope", word)
			if strings.Contains(word, ",") {
				note("comma-scope", word)
			}
			return refuse("invalid_scope", "unknown scope: "+word)
		}
	}
	switch method := a.get(methodParam); {
	case method != "" && method != "S256" && method != "plain":
		return refuse("invalid_request", "code_challenge_method must be S256 or plain")
	case a.get(challengeParam) == "" && s.settings.pkceRequired:
		return refuse("invalid_request", "code_challenge is required")
	}
	return nil
}

// decide answers what the merchant decided: a code for allow, else a refusal.
func (s *Server) decide(c *fake.Call, a *authorization, decision Consent) fake.Reply {
	if decision != Allow {
		return a.answer("error", "access_denied", "error_description", "the merchant refused")
	}
	code := &authCode{
		text: s.newID(codeID), app: a.app, shop: a.shop, scopes: a.scopes,
		redirect: a.get(redirectParam), challenge: a.get(challengeParam), method: a.get(methodParam),
		expires: c.Now().Add(s.settings.codeLifetime),
	}
	s.codes[code.text] = code
	return a.answer("code", code.text)
}

// answer sends the browser back to the app with these parameters and the state,
// which comes back as it was sent.
func (a *authorization) answer(pairs ...string) fake.Reply {
	if state := a.get(stateParam); state != "" {
		pairs = append(pairs, stateParam, state)
	}
	var to strings.Builder
	to.WriteString(a.redirect)
	separator := "?"
	if strings.Contains(a.redirect, "?") {
		separator = "&"
	}
	for i := 0; i < len(pairs); i += 2 {
		to.WriteString(separator + pairs[i] + "=" + url.QueryEscape(pairs[i+1]))
		separator = "&"
	}
	return fake.Reply{Status: http.StatusFound, Header: http.Header{"Location": {to.String()}}}
}

// redirects tells whether an address is one that the app registered: as text,
// but for the port of a loopback host.
func (a *AppHandle) redirects(address string) bool {
	return slices.ContainsFunc(a.app.RedirectURIs, func(registered string) bool {
		return withoutPort(registered) == withoutPort(address)
	})
}

// loopbackPort is the port of an address on one of the three loopback hosts.
var loopbackPort = regexp.MustCompile(`^([a-z]+://(?:localhost|127\.0\.0\.1|\[::1\])):[0-9]+($|[/?#])`)

func withoutPort(address string) string { return loopbackPort.ReplaceAllString(address, "$1$2") }
