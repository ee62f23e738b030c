package cartly_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/fake/faketest"
)

// stocked starts a fake with a record of each kind.
func stocked(tb fake.TB, opts ...fake.Option) *fake.Server {
	shop := cartly.Start(tb, append(opts, cartly.WithOrderReads())...)
	shop.Customers.Add(cartly.Customer{ID: "jane", Email: "jane@example.com"})
	shop.Orders.Add(cartly.Order{ID: "1"})
	shop.Products.Add(cartly.Product{Title: "Mug", Variants: []cartly.Variant{{ID: "v", Inventory: 4}}})
	shop.Webhooks.Add(cartly.Subscription{ID: "h", URL: "https://a.example/", Events: []string{"order.created"}})
	shop.AddToken("NOTHING")
	return shop.Server
}

var (
	asJSON = http.Header{"Content-Type": {"application/json"}}
	asForm = http.Header{
		"Content-Type":  {"application/x-www-form-urlencoded"},
		"Authorization": {"Basic emFwaWVyOnphcGllcl9zZWNyZXQ="},
	}
	consent = encoded("client_id", "zapier", "redirect_uri", callback, "response_type", "code", "state", "s")
)

// kitRequests are good requests, at least one for each operation. The one of
// DecideConsent ends on a page, because the kit would follow a redirect.
var kitRequests = []faketest.Request{
	{Op: cartly.GetMe, Method: "GET", Path: "/apps/api/me"},
	{Op: cartly.ListCustomers, Method: "GET", Path: "/apps/api/customers"},
	{Op: cartly.CreateCustomer, Method: "POST", Path: "/apps/api/customers", Header: asJSON, Body: `{"email":"x@example.com"}`},
	{Op: cartly.UpdateCustomer, Method: "PUT", Path: "/apps/api/customers/jane", Header: asJSON, Body: `{"note":"x"}`},
	{Op: cartly.UpdateOrder, Method: "PUT", Path: "/apps/api/orders/1", Header: asJSON, Body: `{"note":"x"}`},
	{Op: cartly.AdjustInventory, Method: "PUT", Path: "/apps/api/inventory/v", Header: asJSON, Body: `{"adjustment":1}`},
	{Op: cartly.CreateDiscount, Method: "POST", Path: "/apps/api/discounts", Header: asJSON, Body: `{"code":"A","type":"free_shipping"}`},
	{Op: cartly.ListWebhooks, Method: "GET", Path: "/apps/api/webhooks"},
	{Op: cartly.CreateWebhook, Method: "POST", Path: "/apps/api/webhooks", Header: asJSON, Body: `{"url":"https://b.example/","events":["order.created"]}`},
	{Op: cartly.DeleteWebhook, Method: "DELETE", Path: "/apps/api/webhooks/h"},
	{Op: cartly.ShowConsent, Method: "GET", Path: "/oauth/authorize?" + consent},
	{Op: cartly.DecideConsent, Method: "POST", Path: "/oauth/authorize", Header: asForm, Body: "client_id=nobody"},
	{Op: cartly.IssueToken, Method: "POST", Path: "/oauth/token", Header: asForm, Body: "grant_type=refresh_token&refresh_token=REFRESH_TOKEN"},
	{Op: cartly.RevokeToken, Method: "POST", Path: "/oauth/revoke", Header: asForm, Body: "token=nobody's"},
	{Op: cartly.GetShop, Method: "GET", Path: "/apps/api/shop"},
	{Op: cartly.ListProducts, Method: "GET", Path: "/apps/api/products"},
	{Op: cartly.ListOrders, Method: "GET", Path: "/apps/api/orders"},
	{Op: cartly.GetOrder, Method: "GET", Path: "/apps/api/orders/1"},
}

func isOAuth(r *faketest.Request) bool { return strings.HasPrefix(r.Path, "/oauth/") }

// scoped tells whether a request needs a token with a scope.
func scoped(r *faketest.Request) bool {
	return !isOAuth(r) && r.Op != cartly.GetMe && r.Op != cartly.CreateDiscount
}

// withToken is the request with another token.
func withToken(r *faketest.Request, token string) {
	header := r.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header["Authorization"] = []string{"Bearer " + token}
	r.Header = header
}

func TestWhatEveryPackageOwes(t *testing.T) {
	t.Parallel()
	const (
		rules = "gives rules, and no operation"
		other = "is about another product"
		order = "id number status payment_status fulfillment_status customer_id email currency total_cents note line_items created_at updated_at"
		jane  = "id email first_name last_name phone note created_at updated_at"
		hook  = "id url events active created_at"
	)
	faketest.Run(t, faketest.Kit{
		Start:    stocked,
		Dir:      ".",
		Readings: "CL",
		Clauses: map[string]string{
			"Overview":                           rules,
			"Authentication":                     "",
			"GET /apps/api/me":                   "",
			"REST Hook Events (Triggers)":        rules,
			"Register and unregister REST Hooks": "",
			"API Endpoints":                      "",
			"Action Examples":                    "",
			"Webhook Headers":                    rules,
			"Zapier Integration":                 other,
			"Make.com Integration":               other,
			"OAuth Consent Page":                 "",
			"Signature verification (Node.js)":   rules,
		},
		Header:   http.Header{"Authorization": {"Bearer ACCESS_TOKEN"}},
		Requests: kitRequests,
		// each is a mistake in those requests only in which the ones before are
		Mistakes: []faketest.Mistake{
			{Name: "an unknown path", Part: "path", Spoil: func(r *faketest.Request) { r.Path = "/apps/api/customer" }},
			{Name: "an unknown method", Part: "method", Spoil: func(r *faketest.Request) { r.Method = "PATCH" }},
			{Name: "an unknown token", Part: "header", Spoil: func(r *faketest.Request) {
				if !isOAuth(r) {
					withToken(r, "wrong")
				}
			}},
			{Name: "a token without scopes", Part: "header", Spoil: func(r *faketest.Request) {
				if scoped(r) {
					withToken(r, "NOTHING")
				}
			}},
			{Name: "a broken body", Part: "body", Spoil: func(r *faketest.Request) {
				if scoped(r) && r.Body != "" {
					r.Body = "{"
				}
			}},
			{Name: "an unknown id", Part: "path", Spoil: func(r *faketest.Request) {
				if r.Method == "PUT" {
					r.Path += "0"
				}
			}},
			{Name: "a field that is none", Part: "body", Spoil: func(r *faketest.Request) {
				if r.Method == "PUT" {
					r.Body = `{"email":1,"note":1}`
				}
			}},
		},
		Failures: kitFailures(),
		Keys: map[fake.Op]string{
			cartly.GetMe: "shop app", cartly.GetShop: "shop",
			cartly.ListCustomers: "customers", cartly.ListOrders: "orders", cartly.ListProducts: "products", cartly.ListWebhooks: "webhooks",
			cartly.CreateCustomer: jane, cartly.UpdateCustomer: jane, cartly.UpdateOrder: order, cartly.GetOrder: order,
			cartly.AdjustInventory: "variant_id location_id available reserved incoming inventory",
			cartly.CreateDiscount:  "id code type value status minimum_amount_cents usage_limit starts_at ends_at created_at",
			cartly.CreateWebhook:   hook, cartly.DeleteWebhook: "",
			cartly.ShowConsent: "", cartly.DecideConsent: "", cartly.RevokeToken: "",
			cartly.IssueToken: "access_token token_type refresh_token scope",
		},
	})
}

// kitFailures are the words of each failure that a client can cause.
func kitFailures() []faketest.Failure {
	authenticate := func(value string) http.Header { return http.Header{"Www-Authenticate": {value}} }
	request := func(method, path, body string) faketest.Request {
		return faketest.Request{Method: method, Path: path, Header: asJSON, Body: body}
	}
	as := func(token string, r faketest.Request) faketest.Request {
		withToken(&r, token)
		return r
	}
	return []faketest.Failure{
		{Name: "no such path", Request: request("GET", "/apps/api/customer", ""), Status: 404, Body: noRoute},
		{Name: "a final slash", Request: request("GET", "/apps/api/customers/", ""), Status: 404, Body: noRoute},
		{Name: "another letter case", Request: request("GET", "/apps/api/Customers", ""), Status: 404, Body: noRoute},
		{Name: "not modelled", Request: request("GET", "/apps/api/metafields", ""), Status: 404, Body: noRoute},
		{Name: "no such method", Request: request("PATCH", "/apps/api/customers", "{}"), Status: 405, Body: noMethod, Header: http.Header{"Allow": {"GET, POST"}}},
		{Name: "options", Request: request("OPTIONS", "/apps/api/webhooks/h", ""), Status: 405, Body: noMethod, Header: http.Header{"Allow": {"DELETE"}}},
		{Name: "two words", Request: as("a b", request("GET", "/apps/api/me", "")), Status: 401, Body: noToken, Header: authenticate("Bearer")},
		{Name: "unknown token", Request: as("x", request("GET", "/apps/api/me", "")), Status: 401, Body: badToken, Header: authenticate(`Bearer error="invalid_token"`)},
		{
			Name: "out of scope", Request: as("NOTHING", request("GET", "/apps/api/shop", "")), Status: 403, Body: scopeNeeded("shop:read"),
			Header: authenticate(`Bearer error="insufficient_scope", scope="shop:read"`),
		},
		{Name: "no such customer", Request: request("PUT", "/apps/api/customers/x", "{}"), Status: 404, Body: noRecord("customer")},
		{Name: "no such order", Request: request("GET", "/apps/api/orders/x", ""), Status: 404, Body: noRecord("order")},
		{Name: "no such variant", Request: request("PUT", "/apps/api/inventory/x", "{}"), Status: 404, Body: noRecord("variant")},
		{Name: "no such webhook", Request: request("DELETE", "/apps/api/webhooks/x", ""), Status: 404, Body: noRecord("webhook")},
		{Name: "no JSON", Request: request("POST", "/apps/api/customers", "{"), Status: 400, Body: malformed},
		{Name: "something after it", Request: request("POST", "/apps/api/customers", "{}{}"), Status: 400, Body: malformed},
		{Name: "no object", Request: request("POST", "/apps/api/customers", `"x"`), Status: 400, Body: noObject},
		{Name: "invalid", Request: request("POST", "/apps/api/customers", "{}"), Status: 422, Body: invalid("email is required")},
		{Name: "taken", Request: request("POST", "/apps/api/customers", `{"email":"jane@example.com"}`), Status: 409, Body: taken},
	}
}
