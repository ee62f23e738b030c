package cartly_test

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"net/url"
	"slices"
	"strings"
)

// The OAuth endpoints once more, slowly and after the letter of the rules: what
// fuzzing compares the fake with.

// slowForm reads name=value&name=value. Of a lenient one the pairs that cannot be
// read are left out.
func slowForm(raw string, lenient bool) (values map[string][]string, good bool) {
	values = map[string][]string{}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		n, nameIs := slowUnescape(name)
		v, valueIs := slowUnescape(value)
		switch {
		case nameIs && valueIs && !strings.Contains(pair, ";"):
			if v != "" { // without a value it counts as absent
				values[n] = append(values[n], v)
			}
		case !lenient:
			return nil, false
		}
	}
	return values, true
}

func slowUnescape(text string) (string, bool) {
	const digits = "0123456789abcdef"
	var out []byte
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '+':
			out = append(out, ' ')
		case text[i] != '%':
			out = append(out, text[i])
		default:
			if i+2 >= len(text) {
				return "", false
			}
			high := strings.IndexByte(digits, text[i+1]|0x20)
			low := strings.IndexByte(digits, text[i+2]|0x20)
			if high < 0 || low < 0 || text[i+1] < '0' || text[i+2] < '0' {
				return "", false
			}
			out = append(out, byte(high<<4|low))
			i += 2
		}
	}
	return string(out), true
}

func firstOf(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func repeatedOf(values map[string][]string, names ...string) string {
	for _, name := range names {
		if len(values[name]) > 1 {
			return name
		}
	}
	return ""
}

// A ruling is an answer as it must be: a page, a redirect or JSON.
type ruling struct {
	status   int
	location string
	body     string // "" with a redirect: not looked at
	basic    bool   // WWW-Authenticate: Basic
}

func titled(title string) string {
	return "<!doctype html>\n<meta charset=\"utf-8\">\n<title>" + title + "</title>\n<h1>" + title + "</h1>\n"
}

// slowCode is what a consent is worth.
type slowCode struct {
	app, redirect, challenge, method string
	scopes                           []string
	over                             bool // its ten minutes are
	grant                            *slowGrant
}

type slowGrant struct {
	app    string
	scopes []string
	ended  bool
}

type slowToken struct {
	grant   *slowGrant
	revoked bool // rotated away, of a refresh token
}

// A judge knows two apps of one shop with the usual addresses.
type judge struct {
	secrets         map[string]string // by client id
	codes           map[string]*slowCode
	access, refresh map[string]*slowToken
	allScopes       []string

	codesMade, accessMade, refreshMade int
}

// authorize rules on GET /oauth/authorize, or on POST with a decision.
func (j *judge) authorize(raw string, post bool) ruling {
	v, _ := slowForm(raw, true)
	get := func(name string) string { return firstOf(v[name]) }
	app := get("client_id")
	if len(v["client_id"]) != 1 || j.secrets[app] == "" {
		return ruling{status: 400, body: titled("Unknown client_id")}
	}
	back := get("redirect_uri")
	if len(v["redirect_uri"]) != 1 || !slowRegistered(back) {
		return ruling{status: 400, body: titled("redirect_uri is not registered")}
	}
	end := func(pairs ...string) ruling {
		if state := get("state"); state != "" {
			pairs = append(pairs, "state", state)
		}
		return ruling{status: 302, location: back + "?" + encoded(pairs...)}
	}
	names := []string{"client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method"}
	if name := repeatedOf(v, append(slices.Clone(names), "decision")...); name != "" {
		return end("error", "invalid_request", "error_description", "repeated parameter: "+name)
	}
	if get("response_type") == "" {
		return end("error", "invalid_request", "error_description", "response_type is missing")
	}
	if get("response_type") != "code" {
		return end("error", "unsupported_response_type", "error_description", "response_type must be code")
	}
	scopes := j.allScopes
	if scope := get("scope"); scope != "" {
		scopes = nil
		for word := range strings.SplitSeq(scope, " ") {
			if !slices.Contains(j.allScopes, word) {
				return end("error", "invalid_scope", "error_description", "unknown scope: "+word)
			}
			if !slices.Contains(scopes, word) {
				scopes = append(scopes, word)
			}
		}
	}
	if method := get("code_challenge_method"); method != "" && method != "plain" && method != "S256" {
		return end("error", "invalid_request", "error_description", "code_challenge_method must be S256 or plain")
	}
	if post && get("decision") == "allow" {
		j.codesMade++
		code := id("code", j.codesMade)
		j.codes[code] = &slowCode{app: app, redirect: back, challenge: get("code_challenge"), method: get("code_challenge_method"), scopes: scopes}
		return end("code", code)
	}
	if post {
		return end("error", "access_denied", "error_description", "the merchant refused")
	}
	page := titled(map[string]string{"zapier": "Zapier", "make": "make"}[app]+" asks for access to My Store") + "<ul>\n"
	for _, scope := range scopes {
		page += "<li>" + scope + "</li>\n"
	}
	page += "</ul>\n<form method=\"post\" action=\"/oauth/authorize\">\n"
	for _, name := range names {
		if value := get(name); value != "" {
			page += `<input type="hidden" name="` + name + `" value="` + html.EscapeString(value) + "\">\n"
		}
	}
	return ruling{status: 200, body: page + "<button name=\"decision\" value=\"allow\">Allow</button>\n<button name=\"decision\" value=\"deny\">Deny</button>\n</form>\n"}
}

// slowRegistered knows the three addresses, of which two have any port.
func slowRegistered(address string) bool {
	if address == callback {
		return true
	}
	for _, start := range []string{"http://127.0.0.1", "http://localhost"} {
		rest, is := strings.CutPrefix(address, start)
		if !is {
			continue
		}
		port, is := strings.CutSuffix(rest, "/callback")
		if is && (port == "" || len(port) > 1 && port[0] == ':' && strings.Trim(port[1:], "0123456789") == "") {
			return true
		}
	}
	return false
}

func denied(code, text string) ruling {
	status := 400
	if code == "invalid_client" {
		status = 401
	}
	return ruling{status: status, body: `{"error":"` + code + `","error_description":"` + text + `"}`}
}

// client rules on who sends a form; app is "" where the ruling is the end.
func (j *judge) client(raw, authorization, media string, names ...string) (v map[string][]string, app string, end ruling) {
	kind, _, _ := strings.Cut(media, ";")
	v, good := slowForm(raw, false)
	if !good || !strings.EqualFold(strings.TrimSpace(kind), "application/x-www-form-urlencoded") {
		return nil, "", denied("invalid_request", "the body must be application/x-www-form-urlencoded")
	}
	if name := repeatedOf(v, names...); name != "" {
		return nil, "", denied("invalid_request", "repeated parameter: "+name)
	}
	app, secret := firstOf(v["client_id"]), firstOf(v["client_secret"])
	scheme, rest, _ := strings.Cut(authorization, " ")
	basic := strings.EqualFold(scheme, "basic")
	if basic {
		if secret != "" {
			return nil, "", denied("invalid_request", "client credentials were sent twice")
		}
		decoded, err := base64.StdEncoding.DecodeString(rest)
		user, password, parted := strings.Cut(string(decoded), ":")
		user, userIs := slowUnescape(user)
		password, passwordIs := slowUnescape(password)
		if err != nil || !parted || !userIs || !passwordIs || app != "" && app != user {
			user = ""
		}
		app, secret = user, password
	}
	if j.secrets[app] == "" || j.secrets[app] != secret {
		end = denied("invalid_client", "client authentication failed")
		end.basic = basic
		return nil, "", end
	}
	return v, app, end
}

// token rules on POST /oauth/token.
func (j *judge) token(raw, authorization, media string) ruling {
	v, app, end := j.client(raw, authorization, media, "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "client_id", "client_secret")
	if app == "" {
		return end
	}
	get := func(name string) string { return firstOf(v[name]) }
	switch get("grant_type") {
	case "":
		return denied("invalid_request", "grant_type is missing")
	case "authorization_code":
		return j.exchange(app, get("code"), get("redirect_uri"), get("code_verifier"))
	case "refresh_token":
		return j.refreshed(app, get("refresh_token"), get("scope"))
	}
	return denied("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
}

func (j *judge) exchange(app, text, redirect, verifier string) ruling {
	if text == "" {
		return denied("invalid_request", "code is missing")
	}
	code := j.codes[text]
	if code == nil || code.app != app {
		return denied("invalid_grant", "the code is not valid")
	}
	if code.grant != nil {
		code.grant.ended = true
		return denied("invalid_grant", "the code is not valid")
	}
	if code.over {
		return denied("invalid_grant", "the code is not valid")
	}
	if redirect != code.redirect {
		return denied("invalid_grant", "redirect_uri differs")
	}
	fits := verifier == code.challenge
	if code.method == "S256" && code.challenge != "" {
		sum := sha256.Sum256([]byte(verifier))
		fits = verifier != "" && base64.RawURLEncoding.EncodeToString(sum[:]) == code.challenge
	}
	if !fits {
		return denied("invalid_grant", "code_verifier does not fit")
	}
	code.grant = &slowGrant{app: app, scopes: code.scopes}
	return j.issued(code.grant, code.scopes)
}

func (j *judge) refreshed(app, text, scope string) ruling {
	if text == "" {
		return denied("invalid_request", "refresh_token is missing")
	}
	token := j.refresh[text]
	if token == nil || token.grant.app != app || token.revoked || token.grant.ended {
		return denied("invalid_grant", "the refresh token is not valid")
	}
	scopes := token.grant.scopes
	if scope != "" {
		scopes = nil
		for word := range strings.SplitSeq(scope, " ") {
			if !slices.Contains(token.grant.scopes, word) {
				return denied("invalid_scope", "scope exceeds the grant")
			}
			if !slices.Contains(scopes, word) {
				scopes = append(scopes, word)
			}
		}
	}
	token.revoked = true
	return j.issued(token.grant, scopes)
}

// issued gives the tokens of a grant, by the next two ids.
func (j *judge) issued(grant *slowGrant, scopes []string) ruling {
	j.accessMade++
	j.refreshMade++
	access, refresh := id("at", j.accessMade), id("rt", j.refreshMade)
	j.access[access], j.refresh[refresh] = &slowToken{grant: grant}, &slowToken{grant: grant}
	return ruling{status: 200, body: `{"access_token":"` + access + `","token_type":"Bearer","refresh_token":"` + refresh + `","scope":"` + strings.Join(scopes, " ") + `"}`}
}

// revoke rules on POST /oauth/revoke.
func (j *judge) revoke(raw, authorization, media string) ruling {
	v, app, end := j.client(raw, authorization, media, "token", "token_type_hint", "client_id", "client_secret")
	if app == "" {
		return end
	}
	text := firstOf(v["token"])
	if text == "" {
		return denied("invalid_request", "token is missing")
	}
	if token := j.access[text]; token != nil && token.grant.app == app {
		token.revoked = true
	}
	if token := j.refresh[text]; token != nil && token.grant.app == app {
		token.grant.ended = true
	}
	return ruling{status: 200}
}

// opens tells whether an access token is good.
func (j *judge) opens(text string) bool {
	token := j.access[text]
	return token != nil && !token.revoked && !token.grant.ended
}

// basicOf is the header of an app's credentials.
func basicOf(app, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(app)+":"+url.QueryEscape(secret)))
}
