package scenarios_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/scenarios"
)

// Each word after "with" is an option of its API package, with the arguments that
// it needs.
func TestOptionsOfBonifyAndCartly(t *testing.T) {
	t.Parallel()
	for api, options := range map[string]string{
		"bonify": `without-limits, v1, shopify-fields, empty-strings, fields-reversed, single-object, empty-batch-ok, array-fields,
			duplicate-emails, no-field-filters, page-size 2, unknown-customer 200, delete-unknown 200, put-unknown 404, search-lag 5m,
			order id, cursor-filters strict, bad-filters ignore, unknown-fields reject, empty-values store, batch skip`,
		"cartly": `without-extensions, order-reads, upsert, note-replaced, quantity-as-delta, negative-stock, any-url, unique-subscriptions,
			pkce-required, reuse-detection, no-refresh-rotation, extra-events, silent-api-customers, bare-hex-signature, bare-payload,
			gone-disables, created-status 200, deleted-status 200, duplicate-status 422, page-size 2, max-retries 1, code-lifetime 1m,
			token-lifetime 1h, abandon-after 5m, delivery-timeout 2s, auto-consent deny, failure-count delivery, scope GetMe orders:read,
			backoff 2s 1.5`,
	} {
		for option := range strings.SplitSeq(options, ",") {
			option = strings.TrimSpace(option)
			storyOf(t, api, "with "+option+"\n")
			name, args, _ := strings.Cut(option, " ")
			wrong := name + " a b c"
			if args == "" {
				wrong = name + " 1"
			}
			_, err := scenarios.Load(fstest.MapFS{"s.txtar": {Data: []byte("scenario 1 " + api + "\nwith " + wrong + "\n")}}, "s.txtar")
			require.Error(t, err, option)
			assert.Contains(t, err.Error(), "s.txtar:2: with "+name+": ")
		}
	}
	for text, want := range map[string]string{
		"bonify\nwith page-size many\n":      `with page-size: "many" is no whole number`,
		"bonify\nwith search-lag soon\n":     `with search-lag: "soon" is no time`,
		"bonify\nwith order size\n":          `with order: WithOrder: size; want one of [updated id]`,
		"cartly\nwith backoff soon 2\n":      `with backoff: "soon" is no time`,
		"cartly\nwith backoff 1s twice\n":    `with backoff: "twice" is no number`,
		"cartly\nwith scope GetYou orders\n": `with scope: WithScope: "GetYou"; want one of`,
	} {
		_, err := scenarios.Load(fstest.MapFS{"s.txtar": {Data: []byte("scenario 1 " + text)}}, "s.txtar")
		require.ErrorContains(t, err, want, text)
	}
}

// Credentials, permissions, plain records and times are those of the API.
func TestStateAndCredentialsOfBonifyAndCartly(t *testing.T) {
	t.Parallel()
	run := storyOf(t, "bonify", stands+`auth shop_domain=eve.myshopify.com api_key={{secret.key}}
with without-limits
state customers=2
-> GET ~/customers
<- live
-> GET ~/customers
<- 200 @list
revoke
-> GET ~/customers
<- live
-- list.json --
{"at": "{{:time}}", "now": "{{now}}"}
`).Start(t)
	c := newShopper(run)
	assert.Equal(t, "the-key-secret", run.Credentials()["api_key"])
	assert.Equal(t, "eve.myshopify.com", run.Credentials()["shop_domain"])
	assert.Equal(t, "customer2@example.com", gjson.Get(c.must(t, 200, "GET", "/customers", ""), "customers.1.email").Str)
	assert.Equal(t, `{"at":"2025-03-01T09:00:00+00:00","now":"2025-03-01T09:00:00+00:00"}`, c.must(t, 200, "GET", "/customers", ""))
	assert.Contains(t, c.must(t, 403, "GET", "/customers", ""), "invalid request")

	run = storyOf(t, "cartly", stands+`auth shop_domain=shop.example.org token={{secret.token}} client_id=mine client_secret={{secret.client}} may=orders:read,customers:read
state customers=2
state orders=1
state products=1
state discounts=1
state carts=1
-> GET ~/apps/api/customers
<- live
-> GET ~/apps/api/orders
<- live
-> GET ~/apps/api/products
<- live
-> GET ~/apps/api/me
<- 200 @me
check discounts.0.code == CODE1
check carts.# == 1
check products.0.variants.0.inventory == 10
-- me.json --
{"at": "{{:time}}"}
`).Start(t)
	c = newShopper(run)
	assert.Equal(t, "mine", run.Credentials()["client_id"])
	assert.Equal(t, "the-client-secret", run.Credentials()["client_secret"])
	assert.Equal(t, "shop.example.org", run.Credentials()["shop_domain"])
	assert.Equal(t, "the-hook-secret", run.Credentials()["webhook_secret"])
	assert.Equal(t, int64(2), gjson.Get(c.must(t, 200, "GET", "/apps/api/customers", ""), "customers.#").Int())
	assert.Equal(t, int64(100), gjson.Get(c.must(t, 200, "GET", "/apps/api/orders", ""), "orders.0.total_cents").Int())
	c.must(t, 403, "GET", "/apps/api/products", "")
	assert.Equal(t, `{"at":"2025-03-01T09:00:00.000Z"}`, c.must(t, 200, "GET", "/apps/api/me", ""))

	run = storyOf(t, "cartly", "auth may=orders:read\n-> GET ~/apps/api/customers\n<- live\n").Start(t)
	newShopper(run).must(t, 403, "GET", "/apps/api/customers", "")
	_, err := scenarios.Load(fstest.MapFS{"s.txtar": {Data: []byte("scenario 1 bonify\nauth may=customers:read\n")}}, "s.txtar")
	require.ErrorContains(t, err, "s.txtar:2: auth: may=customers:read: bonify knows no permissions")
}

// Authorize is what each API asks for: a call without it is refused.
func TestAuthorize(t *testing.T) {
	t.Parallel()
	for api, path := range map[string]string{
		"bonify": "~/customers", "cartfunnel": "~/customers.json", "cartly": "~/apps/api/me", "cscart": "~/api/carts", "fluidpay": "~/merchant/testmerchant12345678/cart",
	} {
		s := scenarios.New(api, scenarios.Line("clock 2025-03-01T09:00:00Z frozen"))
		s.Expect("GET " + path).Live()
		run := s.Start(t)
		req, err := http.NewRequest("GET", strings.Replace(path, "~", run.BaseURL(), 1), nil)
		require.NoError(t, err)
		assert.Contains(t, run.Explain(req).Problems[0], "auth x", api)
		run.Authorize(req)
		resp, err := run.Client().Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, 200, resp.StatusCode, api)
	}
}
