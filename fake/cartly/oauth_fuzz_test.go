package cartly_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// A court is a fake and a judge that are told the same.
type court struct {
	*judge
	t    *testing.T
	shop *cartly.Server
}

const (
	formType  = "application/x-www-form-urlencoded"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // S256 of verifier
	twoScopes = "shop:read customers:read"
)

func newCourt(t *testing.T) court {
	shop := cartly.New(fake.At(nine), fake.Frozen())
	shop.AddApp(cartly.App{ClientID: "make"})
	j := &judge{
		secrets: map[string]string{"zapier": "zapier_secret", "make": "make_secret"}, codes: map[string]*slowCode{},
		access: map[string]*slowToken{}, refresh: map[string]*slowToken{}, allScopes: cartly.Scopes(),
	}
	first := &slowGrant{app: "zapier", scopes: j.allScopes}
	j.access["ACCESS_TOKEN"], j.refresh["REFRESH_TOKEN"] = &slowToken{grant: first}, &slowToken{grant: first}
	return court{j, t, shop}
}

// ask sends a request to the fake without a network.
func (c court) ask(method, path, body, authorization, media string) *httptest.ResponseRecorder {
	return ask(c.shop, method, path, body, authorization, media)
}

// agree fails where fake and judge differ.
func (c court) agree(what string, got *httptest.ResponseRecorder, want ruling) {
	c.t.Helper()
	body := got.Body.String()
	basic := got.Header().Get("Www-Authenticate") == `Basic realm="cartly"`
	if got.Code != want.status || got.Header().Get("Location") != want.location || body != want.body || basic != want.basic {
		c.t.Errorf("%s\n got %d %q %v %s\nwant %d %q %v %s", what, got.Code, got.Header().Get("Location"), basic, body, want.status, want.location, want.basic, want.body)
	}
}

func (c court) authorize(raw string, post bool) {
	c.t.Helper()
	if post {
		c.agree("POST authorize "+raw, c.ask("POST", "/oauth/authorize", raw, "", formType), c.judge.authorize(raw, true))
		return
	}
	r := httptest.NewRequest("GET", "https://cartly.pro/oauth/authorize", nil)
	r.URL.RawQuery = raw
	got := httptest.NewRecorder()
	c.shop.Handler().ServeHTTP(got, r)
	c.agree("GET authorize "+raw, got, c.judge.authorize(raw, false))
}

func (c court) token(body, authorization, media string) {
	c.t.Helper()
	c.agree("token "+body+" / "+authorization, c.ask("POST", "/oauth/token", body, authorization, media), c.judge.token(body, authorization, media))
}

func (c court) revoke(body, authorization, media string) {
	c.t.Helper()
	c.agree("revoke "+body+" / "+authorization, c.ask("POST", "/oauth/revoke", body, authorization, media), c.judge.revoke(body, authorization, media))
}

// settle asks for everything that is left: which tokens are good, and what each
// code and refresh token still gives, to the wrong app first.
func (c court) settle() {
	c.t.Helper()
	c.tokens()
	for n := 1; n <= c.codesMade; n++ {
		text := id("code", n)
		code := c.codes[text]
		verifiers := []string{"", code.challenge, verifier}
		for _, app := range []string{"make", "zapier"} {
			for _, back := range []string{"", callback + "/", code.redirect} {
				for _, v := range verifiers {
					c.token(encoded("grant_type", "authorization_code", "code", text, "redirect_uri", back, "code_verifier", v), basicOf(app, app+"_secret"), formType)
				}
			}
		}
	}
	for _, text := range []string{"REFRESH_TOKEN", id("rt", 1), id("rt", 2), id("rt", 3)} {
		for _, app := range []string{"make", "zapier"} {
			c.token(encoded("grant_type", "refresh_token", "refresh_token", text), basicOf(app, app+"_secret"), formType)
		}
	}
	c.tokens()
	noDefect(c.t, c.shop)
}

// tokens tries every access token.
func (c court) tokens() {
	c.t.Helper()
	texts := []string{"ACCESS_TOKEN"}
	for n := range c.accessMade + 1 {
		texts = append(texts, id("at", n+1))
	}
	for _, text := range texts {
		want := 401
		if c.opens(text) {
			want = 200
		}
		if got := c.ask("GET", "/apps/api/me", "", "Bearer "+text, "").Code; got != want {
			c.t.Errorf("%s opens with %d, want %d", text, got, want)
		}
	}
}

// FuzzAuthorize sends any query or form to the consent page, and then tries to
// get tokens for whatever came of it.
func FuzzAuthorize(f *testing.F) {
	good := encoded("client_id", "zapier", "redirect_uri", callback, "response_type", "code", "scope", twoScopes, "state", "a b&c", "code_challenge", challenge, "code_challenge_method", "S256")
	for _, seed := range []string{
		good, good + "&decision=allow", good + "&decision=deny", good + "&decision=allow&decision=deny", good + "&client_id=make", good + "&state=x",
		strings.Replace(good, "zapier", "make", 1) + "&decision=allow", strings.ReplaceAll(good, "&state=a+b%26c", "") + "&decision=allow",
		encoded("client_id", "zapier", "redirect_uri", "http://127.0.0.1:8080/callback", "response_type", "code", "code_challenge", verifier, "decision", "allow"),
		encoded("client_id", "zapier", "redirect_uri", "http://localhost:/callback", "response_type", "code", "decision", "allow"),
		encoded("client_id", "zapier", "redirect_uri", "http://localhost:1@evil.example/callback", "response_type", "code", "decision", "allow"),
		encoded("client_id", "zapier", "redirect_uri", callback+"/../evil", "response_type", "code", "decision", "allow"),
		encoded("client_id", "zapier", "redirect_uri", "http://127.0.0.1:80/callback?to=evil", "response_type", "code", "decision", "allow"),
		encoded("client_id", "zapier", "redirect_uri", callback, "response_type", "token", "state", "\"><script>"),
		encoded("client_id", "zapier", "redirect_uri", callback, "response_type", "code", "scope", "read_products", "state", "\r\nSet-Cookie: x=y"),
		encoded("client_id", "zapier", "redirect_uri", callback, "response_type", "code", "scope", "shop:read,customers:read"),
		"client_id=zapier&redirect_uri=" + callback + "&response_type=code&scope=shop:read%2Bcustomers:read&decision=allow",
		"client_id=zapier;x=1&redirect_uri=%zz&=&&%", "client_id=&client_id=zapier&redirect_uri=&response_type=", "redirect_uri=javascript:alert(1)&client_id=zapier",
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, raw string, post bool) {
		c := newCourt(t)
		defer c.shop.Close()
		c.authorize(raw, post)
		c.settle()
	})
}

// granted is a court in which both apps have codes of all kinds, and tokens.
func granted(t *testing.T) court {
	c := newCourt(t)
	allow := func(app string, pairs ...string) {
		c.authorize(encoded(append([]string{"client_id", app, "redirect_uri", callback, "response_type", "code", "scope", twoScopes, "decision", "allow"}, pairs...)...), true)
	}
	allow("zapier")
	c.shop.Advance(10 * time.Minute)
	c.codes[id("code", 1)].over = true
	allow("zapier", "code_challenge", challenge, "code_challenge_method", "S256")
	allow("zapier")
	allow("make", "code_challenge", verifier)
	allow("zapier")
	allow("make")
	for i, app := range []string{"zapier", "make"} {
		c.token(encoded("grant_type", "authorization_code", "code", id("code", 5+i), "redirect_uri", callback), basicOf(app, app+"_secret"), formType)
	}
	c.token(encoded("grant_type", "refresh_token", "refresh_token", id("rt", 1)), basicOf("zapier", "zapier_secret"), formType)
	return c
}

// credentials are seeds: the headers with which a form can come.
var credentials = []string{basicOf("zapier", "zapier_secret"), basicOf("make", "make_secret"), basicOf("zapier", "wrong"), "", "Bearer ACCESS_TOKEN", "Basic", "basic " + strings.TrimPrefix(basicOf("make", "make_secret"), "Basic "), "Basic ???"}

// FuzzToken sends any form with any credentials to the token endpoint.
func FuzzToken(f *testing.F) {
	exchange := encoded("grant_type", "authorization_code", "code", id("code", 2), "redirect_uri", callback, "code_verifier", verifier)
	secret := "&client_id=zapier&client_secret=zapier_secret"
	for i, seed := range []string{
		exchange, exchange + "&code=x", exchange + secret, strings.Replace(exchange, id("code", 2), id("code", 3), 1), strings.Replace(exchange, id("code", 2), id("code", 1), 1),
		strings.Replace(exchange, id("code", 2), id("code", 5), 1), strings.Replace(exchange, id("code", 2), id("code", 4), 1), strings.Replace(exchange, "callback", "callback%2F", 1),
		strings.Replace(exchange, verifier, challenge, 1), encoded("grant_type", "authorization_code", "code", id("code", 3), "redirect_uri", callback) + secret,
		"grant_type=refresh_token&refresh_token=" + id("rt", 1) + secret, "grant_type=refresh_token&refresh_token=" + id("rt", 3), "grant_type=refresh_token&refresh_token=REFRESH_TOKEN&scope=shop:read",
		"grant_type=refresh_token&refresh_token=" + id("rt", 2) + "&scope=shop:read+orders:read", "grant_type=refresh_token&refresh_token=" + id("rt", 2) + "&scope=shop:read++shop:read",
		"grant_type=password" + secret, "grant_type=&grant_type=refresh_token", "%", `{"grant_type":"refresh_token"}`, "client_id=zapier;client_secret=zapier_secret", secret,
	} {
		f.Add(seed, credentials[0], formType)
		f.Add(seed, credentials[i%len(credentials)], formType+"; charset=utf-8")
		f.Add(seed, "", "application/json")
	}
	f.Fuzz(func(t *testing.T, body, authorization, media string) {
		c := granted(t)
		defer c.shop.Close()
		c.token(body, authorization, media)
		c.settle()
	})
}

// FuzzRevoke sends any form with any credentials to the revocation endpoint.
func FuzzRevoke(f *testing.F) {
	for i, seed := range []string{
		"token=ACCESS_TOKEN", "token=REFRESH_TOKEN&token_type_hint=access_token", "token=" + id("at", 1), "token=" + id("rt", 1), "token=" + id("rt", 2) + "&token=x",
		"token=" + id("rt", 3), "token=" + id("at", 2) + "&client_id=zapier&client_secret=zapier_secret", "token=&client_id=make", "token=" + id("code", 2), "token", "token=%", "",
	} {
		for _, authorization := range credentials {
			f.Add(seed, authorization, formType)
		}
		f.Add(seed, credentials[i%len(credentials)], "text/plain")
	}
	f.Fuzz(func(t *testing.T, body, authorization, media string) {
		c := granted(t)
		defer c.shop.Close()
		c.revoke(body, authorization, media)
		c.settle()
	})
}

// What the court itself begins with is as it is meant to be.
func TestCourt(t *testing.T) {
	t.Parallel()
	c := granted(t)
	defer c.shop.Close()
	if c.codesMade != 6 || c.accessMade != 3 || c.refreshMade != 3 || !c.opens(id("at", 3)) || c.refresh[id("rt", 1)].revoked == c.refresh[id("rt", 2)].revoked {
		t.Errorf("%+v", c.judge)
	}
	c.settle()
	if c.accessMade < 6 {
		t.Errorf("%d tokens came of what was left", c.accessMade)
	}
}
