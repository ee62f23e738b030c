package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake/cartly"
)

// askCartly asks the served Cartly as a client in any language would.
func askCartly(t *testing.T, line, token, method, path, body string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequest(method, gjson.Get(line, "cartly.url").Str+path, strings.NewReader(body))
	require.NoError(t, err)
	if r.Header.Set("Content-Type", "application/json"); token == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultTransport.RoundTrip(r) // follows no redirect
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, answer.Header, string(text)
}

func TestServeHoldsTheDemoShopOfCartly(t *testing.T) {
	t.Parallel()
	line := served(t, 1, "--json", "--frozen", "--api", "cartly")[0]
	var all map[string]map[string]string
	require.NoError(t, json.Unmarshal([]byte(line), &all))
	at := all["cartly"]
	require.Regexp(t, `^http://127\.0\.0\.1:[0-9]+$`, at["url"])
	require.Equal(t, map[string]string{
		"url": at["url"], "token": "ACCESS_TOKEN", "refresh_token": "REFRESH_TOKEN", "shop_domain": "mystore.mycartly.pro",
		"client_id": "zapier", "client_secret": "zapier_secret", "webhook_secret": "whsec_mystore", "redirect_uri": "http://127.0.0.1/callback",
		"order_id": at["order_id"], "variant_id": at["variant_id"],
	}, at)

	_, _, found := askCartly(t, line, at["token"], "GET", "/apps/api/customers?email=jane%40example.com", "")
	require.Equal(t, `["Jane"]`, gjson.Get(found, "customers.#.first_name").Raw)
	status, _, order := askCartly(t, line, at["token"], "PUT", "/apps/api/orders/"+at["order_id"], `{"fulfillment_status":"fulfilled"}`)
	require.Equal(t, 200, status)
	require.Equal(t, []string{"1001", "2500", `"paid"`, `"fulfilled"`}, []string{
		gjson.Get(order, "number").Raw, gjson.Get(order, "total_cents").Raw, gjson.Get(order, "payment_status").Raw, gjson.Get(order, "fulfillment_status").Raw,
	})
	_, _, level := askCartly(t, line, at["token"], "PUT", "/apps/api/inventory/"+at["variant_id"], `{"adjustment":-3}`)
	require.Equal(t, []string{"7", "2", "6"}, []string{gjson.Get(level, "available").Raw, gjson.Get(level, "reserved").Raw, gjson.Get(level, "incoming").Raw})
	_, _, products := askCartly(t, line, at["token"], "GET", "/apps/api/products", "")
	require.Equal(t, `["MUG-B","MUG-R","MUG-G"]`, gjson.Get(products, "products.0.variants.#.sku").Raw)
	require.Equal(t, "[7,4,0]", gjson.Get(products, "products.0.variants.#.inventory").Raw)
	status, _, _ = askCartly(t, line, at["token"], "POST", "/apps/api/discounts", `{"code":"spring10","type":"free_shipping"}`)
	require.Equal(t, 409, status, "the code is there already")
}

// The served Cartly asks for consent, gives tokens, and signs what it sends to a
// receiver on this machine.
func TestServedCartlyAsksForConsentAndDelivers(t *testing.T) {
	t.Parallel()
	line := served(t, 1, "--json", "--api", "cartly")[0]
	at := gjson.Get(line, "cartly")
	back := strings.Replace(at.Get("redirect_uri").Str, "127.0.0.1", net.JoinHostPort("127.0.0.1", "54321"), 1)
	ask := url.Values{"client_id": {at.Get("client_id").Str}, "redirect_uri": {back}, "response_type": {"code"}, "state": {"s"}}
	_, header, page := askCartly(t, line, "", "GET", "/oauth/authorize?"+ask.Encode(), "")
	require.Equal(t, "text/html; charset=utf-8", header.Get("Content-Type"))
	require.Contains(t, page, "<h1>Zapier asks for access to My Store</h1>")
	ask.Set("decision", "allow")
	status, header, _ := askCartly(t, line, "", "POST", "/oauth/authorize", ask.Encode())
	require.Equal(t, 302, status)
	to, err := url.Parse(header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:54321", to.Host)
	_, _, tokens := askCartly(t, line, "", "POST", "/oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "redirect_uri": {back},
		"client_id": {at.Get("client_id").Str}, "client_secret": {at.Get("client_secret").Str},
	}.Encode())
	token := gjson.Get(tokens, "access_token").Str
	require.NotEmpty(t, token, tokens)

	verdicts := make(chan error, 1)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		verdicts <- cartly.Verify(at.Get("webhook_secret").Str, slices.Clone(body), r.Header.Get(cartly.SignatureHeader))
	}))
	defer app.Close()
	status, _, _ = askCartly(t, line, token, "POST", "/apps/api/webhooks", `{"url":"`+app.URL+`","events":["customer.created"]}`)
	require.Equal(t, 201, status)
	status, _, _ = askCartly(t, line, token, "POST", "/apps/api/customers", `{"email":"bob@example.com"}`)
	require.Equal(t, 201, status)
	require.NoError(t, <-verdicts)
}

func TestServeAnEmptyCartly(t *testing.T) {
	t.Parallel()
	line := served(t, 1, "--json", "--empty", "--api", "cartly")[0]
	_, _, list := askCartly(t, line, "ACCESS_TOKEN", "GET", "/apps/api/customers", "")
	require.Equal(t, `{"customers":[]}`, list)
	require.False(t, gjson.Get(line, "cartly.order_id").Exists(), "there is none")
	require.True(t, gjson.Get(line, "cartly.redirect_uri").Exists())
}
