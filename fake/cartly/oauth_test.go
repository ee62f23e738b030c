package cartly_test

import (
	"html"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// authorize is the URL to which an app sends the merchant.
func authorize(pairs ...string) string {
	return "https://cartly.pro/oauth/authorize?" + encoded(append([]string{"client_id", "zapier", "response_type", "code"}, pairs...)...)
}

// codeOf is the code that the merchant's consent gives.
func codeOf(t *testing.T, shop *cartly.Server, pairs ...string) string {
	t.Helper()
	redirect, err := shop.Approve(authorize(append(pairs, "redirect_uri", callback)...))
	require.NoError(t, err)
	back, err := url.Parse(redirect)
	require.NoError(t, err)
	require.NotEmpty(t, back.Query().Get("code"), redirect)
	return back.Query().Get("code")
}

// exchange trades a code for tokens, as an app.
func exchange(c client, code string, pairs ...string) answer {
	return c.form("/oauth/token", "zapier", "zapier_secret", append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", callback}, pairs...)...)
}

func TestRedirectAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://app.example.com/callback":                   true,
		"https://app.example.com/callback/":                  false,
		"https://app.example.com/callback?x=1":               false,
		"https://app.example.com:443/callback":               false,
		"https://app.example.com/Callback":                   false,
		"https://APP.example.com/callback":                   false,
		"http://app.example.com/callback":                    false,
		"https://app.example.com.evil.example/callback":      false,
		"https://app.example.com/callback/../evil":           false,
		"http://127.0.0.1/callback":                          true,
		"http://127.0.0.1:5555/callback":                     true,
		"http://localhost:65535/callback":                    true,
		"http://localhost:/callback":                         false,
		"http://localhost:x/callback":                        false,
		"https://localhost:5555/callback":                    false,
		"http://localhost:5555/other":                        false,
		"http://127.0.0.2:5555/callback":                     false,
		"http://localhost:80@evil.example/callback":          false,
		"http://localhost.evil.example:5555/callback":        false,
		"http://evil.example/http://localhost:5555/callback": false,
		"http://[::1]:5555/callback":                         false,
	} {
		t.Run(strings.ReplaceAll(address, "/", " "), func(t *testing.T) {
			t.Parallel()
			redirect, err := still(t).Approve(authorize("redirect_uri", address))
			if want {
				require.NoError(t, err)
				assert.Equal(t, address+"?code="+id("code", 1), redirect)
			} else {
				require.ErrorContains(t, err, "redirect_uri is not registered")
			}
		})
	}
}

func TestRegisteredAddresses(t *testing.T) {
	t.Parallel()
	only := func(addresses ...string) []cartly.Option {
		return options(cartly.WithApp(cartly.App{RedirectURIs: append([]string{}, addresses...)}))
	}
	for name, c := range map[string]struct {
		options []cartly.Option
		given   []string
		want    string // of the redirect, "" for none
	}{
		"the only one may be left out": {only(callback), nil, callback + "?code=" + id("code", 1)},
		"one of three may not":         {nil, nil, ""},
		"none is registered":           {only(), []string{"redirect_uri", callback}, ""},
		"a query of its own":           {only("https://a.example/?x=1"), nil, "https://a.example/?x=1&code=" + id("code", 1)},
		"IPv6 with any port":           {only("http://[::1]:1/cb"), []string{"redirect_uri", "http://[::1]:2/cb"}, "http://[::1]:2/cb?code=" + id("code", 1)},
		"a port inside a query":        {only("https://a.example/?x=http://localhost/cb"), []string{"redirect_uri", "https://a.example/?x=http://localhost:1/cb"}, ""},
		"a port inside a host":         {only("http://localhost.example/cb"), []string{"redirect_uri", "http://localhost:1.example/cb"}, ""},
		"another scheme":               {only("app.example:/cb"), []string{"redirect_uri", "app.example:/cb"}, "app.example:/cb?code=" + id("code", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redirect, err := still(t, c.options...).Approve(authorize(c.given...))
			assert.Equal(t, c.want, redirect)
			if c.want == "" {
				require.ErrorContains(t, err, "redirect_uri is not registered")
			}
		})
	}
}

func TestAddressOfTheExchange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given []string // to the authorization
		sent  []string // to the exchange
		want  int
	}{
		"left out twice":             {nil, nil, 200},
		"left out, then the one":     {nil, []string{"redirect_uri", callback}, 200},
		"left out, then another":     {nil, []string{"redirect_uri", "x"}, 400},
		"the same":                   {[]string{"redirect_uri", callback}, []string{"redirect_uri", callback}, 200},
		"given, then left out":       {[]string{"redirect_uri", callback}, nil, 400},
		"given, then a final slash":  {[]string{"redirect_uri", callback}, []string{"redirect_uri", callback + "/"}, 400},
		"given, then an empty value": {[]string{"redirect_uri", callback}, []string{"redirect_uri", ""}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, cartly.WithApp(cartly.App{RedirectURIs: []string{callback}}))
			_, err := shop.Approve(authorize(c.given...))
			require.NoError(t, err)
			got := clientOf(t, shop).form("/oauth/token", "zapier", "zapier_secret", append([]string{"grant_type", "authorization_code", "code", id("code", 1)}, c.sent...)...)
			assert.Equal(t, c.want, got.status, got.body)
		})
	}
}

func TestChallenges(t *testing.T) {
	t.Parallel()
	const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	for name, c := range map[string]struct {
		challenge, method, verifier string
		want                        int
	}{
		"S256":                              {challenge, "S256", verifier, 200},
		"S256 with another":                 {challenge, "S256", "x", 400},
		"S256 with the challenge itself":    {challenge, "S256", challenge, 400},
		"S256 without":                      {challenge, "S256", "", 400},
		"plain":                             {verifier, "plain", verifier, 200},
		"plain by default":                  {verifier, "", verifier, 200},
		"plain with the challenge's digest": {challenge, "plain", verifier, 400},
		"none":                              {"", "", "", 200},
		"none, with a verifier":             {"", "", verifier, 400},
		"none, with a method":               {"", "S256", "", 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			code := codeOf(t, shop, "code_challenge", c.challenge, "code_challenge_method", c.method)
			got := exchange(clientOf(t, shop), code, "code_verifier", c.verifier)
			assert.Equal(t, c.want, got.status, got.body)
		})
	}
}

func TestLifeOfACode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options []cartly.Option
		after   time.Duration
		want    int
	}{
		"just in time":      {after: 10*time.Minute - time.Nanosecond, want: 200},
		"at its end":        {after: 10 * time.Minute, want: 400},
		"shorter, in time":  {options(cartly.WithCodeLifetime(time.Second)), time.Second - 1, 200},
		"shorter, too late": {options(cartly.WithCodeLifetime(time.Second)), time.Second, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, c.options...)
			code := codeOf(t, shop)
			shop.Advance(c.after)
			assert.Equal(t, c.want, exchange(clientOf(t, shop), code).status)
		})
	}
}

func TestACodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	shop := still(t)
	me, code := clientOf(t, shop), codeOf(t, shop)
	require.Equal(t, 200, exchange(me, code).status)
	refreshed := me.form("/oauth/token", "zapier", "zapier_secret", "grant_type", "refresh_token", "refresh_token", id("rt", 1))
	require.Equal(t, 200, refreshed.status)
	for _, token := range []string{id("at", 1), id("at", 2)} {
		assert.Equal(t, 200, me.as(token).get("/apps/api/me").status)
	}
	shop.Advance(time.Hour)
	assert.Equal(t, 400, exchange(me, code).status)
	for _, token := range []string{id("at", 1), id("at", 2)} {
		assert.Equal(t, 401, me.as(token).get("/apps/api/me").status, "every token that came from it is dead")
	}
	assert.Equal(t, 400, me.form("/oauth/token", "zapier", "zapier_secret", "grant_type", "refresh_token", "refresh_token", id("rt", 2)).status)
	assert.Equal(t, 200, me.get("/apps/api/me").status, "others live")
}

func TestWhatBelongsToAnotherApp(t *testing.T) {
	t.Parallel()
	shop := still(t)
	maker := shop.AddApp(cartly.App{Name: "Make", ClientID: "make"})
	assert.Equal(t, "make_secret", maker.ClientSecret())
	assert.Equal(t, "Make", maker.App().Name)
	me, code := clientOf(t, shop), codeOf(t, shop)
	other := func(path string, pairs ...string) answer { return me.form(path, "make", "make_secret", pairs...) }
	assert.Equal(t, `"the code is not valid"`, other("/oauth/token", "grant_type", "authorization_code", "code", code, "redirect_uri", callback).value("error_description"))
	require.Equal(t, 200, exchange(me, code).status, "it was not used up")
	assert.Equal(t, 400, other("/oauth/token", "grant_type", "authorization_code", "code", code).status)
	assert.Equal(t, `"the refresh token is not valid"`, other("/oauth/token", "grant_type", "refresh_token", "refresh_token", id("rt", 1)).value("error_description"))
	for _, token := range []string{id("at", 1), id("rt", 1), "nobody's"} {
		assert.Equal(t, 200, other("/oauth/revoke", "token", token).status)
	}
	assert.Equal(t, 200, me.as(id("at", 1)).get("/apps/api/me").status)
	assert.Contains(t, mistake(t, func(shop *cartly.Server) { shop.AddApp(cartly.App{ClientID: "zapier"}) }), `client id "zapier": want a new one`)
}

func TestRevokeToken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token                string
		first, second, fresh int // status of a call with each access token, and of a refresh
	}{
		"an access token ends alone":       {id("at", 1), 401, 200, 200},
		"a refresh token ends its grant":   {id("rt", 2), 401, 401, 400},
		"a rotated one ends its grant too": {id("rt", 1), 401, 401, 400},
		"an unknown one ends nothing":      {"x", 200, 200, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			me := clientOf(t, shop)
			require.Equal(t, 200, exchange(me, codeOf(t, shop)).status)
			refresh := func(n int) int {
				return me.form("/oauth/token", "zapier", "zapier_secret", "grant_type", "refresh_token", "refresh_token", id("rt", n)).status
			}
			require.Equal(t, 200, refresh(1))
			got := me.form("/oauth/revoke", "zapier", "zapier_secret", "token", c.token, "token_type_hint", "x")
			assert.Equal(t, 200, got.status)
			assert.Empty(t, got.body)
			assert.Equal(t, c.first, me.as(id("at", 1)).get("/apps/api/me").status)
			assert.Equal(t, c.second, me.as(id("at", 2)).get("/apps/api/me").status)
			assert.Equal(t, c.fresh, refresh(2))
		})
	}
}

func TestScopesOfTokens(t *testing.T) {
	t.Parallel()
	shop := still(t)
	me := clientOf(t, shop)
	got := exchange(me, codeOf(t, shop, "scope", "orders:read shop:read orders:read"))
	assert.Equal(t, `"orders:read shop:read"`, got.value("scope"))
	narrow := me.form("/oauth/token", "zapier", "zapier_secret", "grant_type", "refresh_token", "refresh_token", id("rt", 1), "scope", "shop:read")
	assert.Equal(t, `"shop:read"`, narrow.value("scope"))
	assert.Equal(t, 403, me.as(id("at", 2)).get("/apps/api/orders").status)
	assert.Equal(t, 200, me.as(id("at", 2)).get("/apps/api/shop").status)
	wide := me.form("/oauth/token", "zapier", "zapier_secret", "grant_type", "refresh_token", "refresh_token", id("rt", 2))
	assert.Equal(t, `"orders:read shop:read"`, wide.value("scope"), "the grant stays as it was")
	all := exchange(me, codeOf(t, shop))
	assert.Equal(t, `"`+strings.Join(cartly.Scopes(), " ")+`"`, all.value("scope"))
	for _, scope := range []string{"orders:read  shop:read", " orders:read", "orders:read+shop:read", "inventory:write", "orders:read\tshop:read"} {
		redirect, err := shop.Approve(authorize("redirect_uri", callback, "scope", scope))
		require.NoError(t, err)
		assert.Contains(t, redirect, "error=invalid_scope", scope)
	}
}

func TestWaysToAuthenticate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options []cartly.Option
		auth    string
		body    string
		want    string // error_description
		basic   bool   // WWW-Authenticate is there
	}{
		"Basic":                     {auth: "Basic emFwaWVyOnphcGllcl9zZWNyZXQ=", want: "grant_type is missing"},
		"basic":                     {auth: "basic emFwaWVyOnphcGllcl9zZWNyZXQ=", body: "client_id=zapier", want: "grant_type is missing"},
		"form":                      {body: "client_id=zapier&client_secret=zapier_secret", want: "grant_type is missing"},
		"Bearer and form":           {auth: "Bearer x", body: "client_id=zapier&client_secret=zapier_secret", want: "grant_type is missing"},
		"form-encoded Basic":        {options: options(cartly.WithApp(cartly.App{ClientID: "a b", ClientSecret: "c:d%"})), auth: "Basic YStiOmMlM0FkJTI1", want: "grant_type is missing"},
		"Basic that is not encoded": {options: options(cartly.WithApp(cartly.App{ClientID: "a b", ClientSecret: "c:d%"})), auth: "Basic YSBiOmM6ZCU=", want: "client authentication failed", basic: true},
		"Basic for another":         {auth: "Basic emFwaWVyOnphcGllcl9zZWNyZXQ=", body: "client_id=make", want: "client authentication failed", basic: true},
		"no base64":                 {auth: "Basic ???", want: "client authentication failed", basic: true},
		"nothing":                   {want: "client authentication failed"},
		"empty secret":              {body: "client_id=zapier&client_secret=", want: "client authentication failed"},
		"wrong secret":              {body: "client_id=zapier&client_secret=x", want: "client authentication failed"},
		"unknown":                   {body: "client_id=x&client_secret=zapier_secret", want: "client authentication failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			headers := []string{"Content-Type: application/x-www-form-urlencoded; charset=utf-8"}
			if c.auth != "" {
				headers = append(headers, "Authorization: "+c.auth)
			}
			got := clientOf(t, still(t, c.options...)).as("").send("POST", "/oauth/token", c.body, headers...)
			assert.Equal(t, `"`+c.want+`"`, got.value("error_description"))
			assert.Equal(t, c.basic, got.header.Get("Www-Authenticate") == `Basic realm="cartly"`)
		})
	}
}

// Faults at the OAuth endpoints have the words of the API under OAuth's names.
func TestFaultsAtTheTokenEndpoint(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault  fake.Fault
		status int
		body   string
	}{
		{fake.NewFault("wrong-credentials"), 401, `{"error":"invalid_client","error_description":"invalid access token"}`},
		{fake.NewFault("out-of-scope"), 403, `{"error":"invalid_scope","error_description":"this call needs another scope"}`},
		{fake.NewFault("rate-limited").Set("retry-after", "3s"), 429, `{"error":"rate_limited","error_description":"too many requests"}`},
		{fake.NewFault("server-error"), 500, `{"error":"server_error","error_description":"internal error"}`},
	} {
		t.Run(c.fault.Name(), func(t *testing.T) {
			t.Parallel()
			shop := still(t, cartly.WithErrorBody(func(int, string, string) (string, []byte) { return "", nil }))
			shop.Inject(c.fault.On(cartly.IssueToken).Call(1))
			got := clientOf(t, shop).form("/oauth/token", "x", "y")
			assert.Equal(t, c.status, got.status)
			assert.Equal(t, c.body, got.body)
			assert.Equal(t, c.fault.Has("retry-after"), got.header.Get("Retry-After") == "3")
		})
	}
}

func TestConsentPageEscapes(t *testing.T) {
	t.Parallel()
	const nasty = `<b>"&'`
	shop := still(t, cartly.WithApp(cartly.App{Name: nasty}), cartly.WithShop(cartly.Shop{Name: nasty}))
	got := clientOf(t, shop).as("").get(strings.TrimPrefix(authorize("redirect_uri", callback, "state", nasty, "scope", "shop:read shop:read", "unknown", "x"), "https://cartly.pro"))
	assert.Equal(t, 200, got.status)
	assert.NotContains(t, got.body, nasty)
	assert.Contains(t, got.body, "<h1>"+html.EscapeString(nasty)+" asks for access to "+html.EscapeString(nasty)+"</h1>\n")
	assert.Contains(t, got.body, `<input type="hidden" name="state" value="`+html.EscapeString(nasty)+`">`)
	assert.Equal(t, 1, strings.Count(got.body, "<li>"))
	assert.NotContains(t, got.body, "unknown")
	assert.NotContains(t, got.body, "code_challenge")
	redirect, err := shop.Approve(authorize("redirect_uri", callback, "state", nasty))
	require.NoError(t, err)
	assert.Equal(t, callback+"?code="+id("code", 1)+"&state="+url.QueryEscape(nasty), redirect)
}

func TestAutoConsent(t *testing.T) {
	t.Parallel()
	for decision, want := range map[cartly.Consent]string{
		cartly.Allow: callback + "?code=" + id("code", 1) + "&state=s",
		cartly.Deny:  callback + "?error=access_denied&error_description=the+merchant+refused&state=s",
	} {
		shop := still(t, cartly.WithAutoConsent(decision))
		redirect, err := shop.Approve(authorize("redirect_uri", callback, "state", "s"))
		require.NoError(t, err)
		assert.Equal(t, want, redirect)
		assert.Len(t, shop.Calls(), 1)
	}
}

func TestConsentOfAnotherShop(t *testing.T) {
	t.Parallel()
	shop := still(t)
	second := shop.AddShop(cartly.Shop{Name: "Second"})
	shop.SignIn(second)
	me := clientOf(t, shop)
	token := exchange(me, codeOf(t, shop)).value("access_token")
	assert.Equal(t, `"Second"`, me.as(strings.Trim(token, `"`)).get("/apps/api/me").value("shop.name"))
	shop.SignIn(shop.ShopHandle)
	token = exchange(me, codeOf(t, shop)).value("access_token")
	assert.Equal(t, `"My Store"`, me.as(strings.Trim(token, `"`)).get("/apps/api/me").value("shop.name"))
}

func TestApproveWhatIsNoAuthorization(t *testing.T) {
	t.Parallel()
	shop := still(t, fake.Allow("no-route"))
	for address, want := range map[string]string{
		"%":                                "invalid URL escape",
		"/oauth/authorize?client_id=x":     "400 Bad Request: <!doctype html>",
		"https://cartly.pro/oauth/consent": "404 Not Found",
	} {
		_, err := shop.Approve(address)
		require.ErrorContains(t, err, want, address)
	}
	shop.Down()
	_, err := shop.Deny(authorize("redirect_uri", callback))
	require.ErrorContains(t, err, "connection refused")
}
