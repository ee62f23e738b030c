package cartly_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/internal/browser"
)

// anIcon lets pass that a browser asks for /favicon.ico, which is no endpoint.
var anIcon = fake.Allow("no-route")

// A merchant with a browser that runs no scripts reads the consent page, decides,
// and lands at the app, which exchanges the code.
func TestConsentPageInABrowser(t *testing.T) {
	t.Parallel()
	const state = `s/1+2 "<&é`
	for _, decision := range []cartly.Consent{cartly.Allow, cartly.Deny} {
		t.Run(string(decision), func(t *testing.T) {
			t.Parallel()
			window := browser.Start(t, false)
			shop := still(t, anIcon)
			landed := make(chan url.Values, 1)
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/callback" {
					landed <- r.URL.Query()
				}
				_, _ = w.Write([]byte("<p id=done>Back at the app</p>"))
			}))
			t.Cleanup(site.Close)
			back := site.URL + "/callback"
			window.Open(shop.URL() + "/oauth/authorize?" + encoded("client_id", "zapier", "redirect_uri", back, "response_type", "code",
				"scope", twoScopes, "state", state, "code_challenge", challenge, "code_challenge_method", "S256"))

			assert.Equal(t, "Zapier asks for access to My Store", window.Text("h1"))
			assert.Equal(t, "shop:read\ncustomers:read", window.Text("ul"))
			assert.Equal(t, "Allow", window.Text(`button[value=allow]`))
			require.NoError(t, os.WriteFile(filepath.Join(shots(t), "consent.png"), window.Screenshot(), 0o600))
			window.Click(`button[value=` + string(decision) + `]`)
			assert.Equal(t, "Back at the app", window.Text("#done"))
			assert.True(t, strings.HasPrefix(window.Address(), back+"?"), window.Address())

			got := <-landed
			assert.Equal(t, state, got.Get("state"), "as it was sent")
			me := overLoopback(t, shop, 1)
			if decision == cartly.Deny {
				assert.Equal(t, url.Values{"error": {"access_denied"}, "error_description": {"the merchant refused"}, "state": {state}}, got)
				assert.Equal(t, 400, exchange(me, id("code", 1), "code_verifier", verifier).status, "there is no code")
				return
			}
			tokens := me.form("/oauth/token", "zapier", "zapier_secret", "grant_type", "authorization_code", "code", got.Get("code"), "redirect_uri", back, "code_verifier", verifier)
			require.Equal(t, 200, tokens.status, tokens.body)
			assert.Equal(t, 200, me.as(gjson.Get(tokens.body, "access_token").Str).get(customers).status)
			assert.Equal(t, `"`+twoScopes+`"`, tokens.value("scope"))
		})
	}
}

// shots is where pictures are kept: with the artifacts of the test, where the
// toolchain has such a place.
func shots(t *testing.T) string {
	if a, has := any(t).(interface{ ArtifactDir() string }); has {
		return a.ArtifactDir()
	}
	return t.TempDir()
}

// What can only be a page is one in a browser too, and leads nowhere.
func TestErrorPageInABrowser(t *testing.T) {
	t.Parallel()
	window := browser.Start(t, false)
	shop := still(t, anIcon, cartly.WithApp(cartly.App{Name: `<script>alert(1)</script>`}))
	at := shop.URL() + "/oauth/authorize?"
	window.Open(at + encoded("client_id", "zapier", "redirect_uri", "https://evil.example/", "response_type", "code"))
	assert.Equal(t, "redirect_uri is not registered", window.Text("h1"))
	assert.True(t, strings.HasPrefix(window.Address(), at))
	window.Open(at + encoded("client_id", "zapier", "redirect_uri", callback, "response_type", "code"))
	assert.Equal(t, `<script>alert(1)</script> asks for access to My Store`, window.Text("h1"), "a name is text")
}
