package cartfunnel_test

import (
	"net/http"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/fake/faketest"
)

func TestWhatEveryPackageOwes(t *testing.T) {
	t.Parallel()
	const (
		rules = "gives rules, and no operation"
		empty = "is not yet available"
		keys  = "id email created_at updated_at accepts_marketing first_name last_name note orders_count total_spent_cents tax_exempt subscriptions_count last_order_id persisted"
	)
	asJSON := http.Header{"Content-Type": {"application/json"}}
	create := faketest.Request{Op: cartfunnel.CreateCustomer, Method: "POST", Path: "/customers.json", Header: asJSON, Body: `{"customer":{"email":"x@example.com"}}`}
	list := faketest.Request{Op: cartfunnel.ListCustomers, Method: "GET", Path: "/customers.json"}
	changed := func(r faketest.Request, change func(*faketest.Request)) faketest.Request {
		change(&r)
		return r
	}
	faketest.Run(t, faketest.Kit{
		Start: func(tb fake.TB, opts ...fake.Option) *fake.Server {
			shop := cartfunnel.Start(tb, opts...)
			shop.Customers.Add(joe)
			return shop.Server
		},
		Dir:      ".",
		Readings: "CF",
		Clauses: map[string]string{
			"Getting started":                    rules,
			"API terminology":                    rules,
			"Handling errors":                    rules,
			"Customers resource":                 rules,
			"Properties":                         rules,
			"GET /customers.json":                "",
			"GET /customers/:id.json":            "",
			"POST /customers.json":               "",
			"PATCH /customers/:id.json":          "",
			"Customers — Addresses resource":     empty,
			"Customers — Subscriptions resource": empty,
			"Products resource":                  empty,
			"Orders resource":                    empty,
		},
		Header: http.Header{"X-Cartfunnel-Account": {"myshop"}, "X-Cartfunnel-Api-Secret": {"your_api_secret"}},
		Requests: []faketest.Request{
			list,
			{Op: cartfunnel.GetCustomer, Method: "GET", Path: "/customers/1.json"},
			create,
			{Op: cartfunnel.UpdateCustomer, Method: "PATCH", Path: "/customers/1.json", Header: asJSON, Body: `{"customer":{"note":"x"}}`},
		},
		Mistakes: []faketest.Mistake{
			{Name: "an unknown path", Part: "path", Spoil: func(r *faketest.Request) { r.Path = "/customer.json" }},
			{Name: "an unknown method", Part: "method", Spoil: func(r *faketest.Request) { r.Method = "DELETE" }},
			{Name: "a wrong secret", Part: "header", Spoil: func(r *faketest.Request) {
				r.Header = http.Header{"Content-Type": {"application/json"}, "X-Cartfunnel-Api-Secret": {"wrong"}}
			}},
			{Name: "a broken body", Part: "body", Spoil: func(r *faketest.Request) {
				if r.Method != "GET" {
					r.Body = "{"
				}
			}},
			{Name: "no wrapper", Part: "body", Spoil: func(r *faketest.Request) {
				if r.Method != "GET" {
					r.Body = "{}"
				}
			}},
			{Name: "an unknown id", Part: "path", Spoil: func(r *faketest.Request) {
				if r.Method == "PATCH" {
					r.Path = "/customers/9.json"
				}
			}},
			{Name: "a blank address", Part: "body", Spoil: func(r *faketest.Request) {
				if r.Method == "PATCH" {
					r.Body = `{"customer":{"email":""}}`
				}
			}},
		},
		Failures: []faketest.Failure{
			{Name: "no such path", Request: changed(list, func(r *faketest.Request) { r.Path = "/products.json" }), Status: 404, Body: notFound},
			{Name: "no such method", Request: changed(list, func(r *faketest.Request) { r.Method = "DELETE" }), Status: 404, Body: notFound},
			{
				Name:    "wrong credentials",
				Request: changed(list, func(r *faketest.Request) { r.Header = http.Header{"X-Cartfunnel-Account": {"elsewhere"}} }),
				Status:  403, Body: forbidden,
			},
			{Name: "no such record", Request: changed(list, func(r *faketest.Request) { r.Path = "/customers/9.json" }), Status: 404, Body: notFound},
			{Name: "no JSON", Request: changed(create, func(r *faketest.Request) { r.Body = "{" }), Status: 400, Body: malformed},
			{Name: "no wrapper", Request: changed(create, func(r *faketest.Request) { r.Body = "{}" }), Status: 400, Body: noWrapper},
		},
		Keys: map[fake.Op]string{
			cartfunnel.ListCustomers: keys, cartfunnel.GetCustomer: keys, cartfunnel.CreateCustomer: keys, cartfunnel.UpdateCustomer: keys,
		},
	})
}
