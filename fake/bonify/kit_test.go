package bonify_test

import (
	"net/http"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/faketest"
)

// headings are those of the document.
func headings() map[string]string {
	const rules = "gives rules, and no operation"
	return map[string]string{
		"API Updates for November 1st 2024": rules,
		"Migrating from REST API V1?":       "",
		"Heads Up!":                         rules,
		"Getting your API Key":              rules,
		"Authentication":                    rules,
		"REST API Endpoint":                 rules,
		"Responses":                         rules,
		"GET /customers":                    "",
		"GET Query Params":                  rules,
		"GET Filters Query Parameter":       rules,
		"GET /customers/{customer_id}":      "",
		"PUT /customers":                    "",
		"POST /customers":                   "",
		"DELETE /customers/{customer_id}":   "",
		"API Limits":                        rules,
	}
}

func TestWhatEveryPackageOwes(t *testing.T) {
	t.Parallel()
	asJSON := http.Header{"Content-Type": {"application/json"}}
	list := faketest.Request{Op: bonify.ListCustomers, Method: "GET", Path: "/customers?filters=email%7Cequals%7C%22bob%40example.com%22"}
	get := faketest.Request{Op: bonify.GetCustomer, Method: "GET", Path: "/customers/345345345345"}
	update := faketest.Request{Op: bonify.UpdateCustomers, Method: "PUT", Path: "/customers", Header: asJSON, Body: `{"customers":[{"id":345345345346,"last_name":"X"}]}`}
	create := faketest.Request{Op: bonify.CreateCustomers, Method: "POST", Path: "/customers", Header: asJSON, Body: `{"customers":[{"email":"new@example.com"}]}`}
	// The old version is off, and lies beside the base URL: a wrong path here.
	old := faketest.Request{Op: bonify.ListCustomersV1, Method: "GET", Path: "/../v1/customers"}
	changed := func(r faketest.Request, change func(*faketest.Request)) faketest.Request {
		change(&r)
		return r
	}
	write := func(body string) func(*faketest.Request) {
		return func(r *faketest.Request) {
			if r.Body != "" {
				r.Body = body
			}
		}
	}
	faketest.Run(t, faketest.Kit{
		Start: func(tb fake.TB, opts ...fake.Option) *fake.Server {
			shop := bonify.Start(tb, append([]fake.Option{bonify.WithoutLimits()}, opts...)...)
			for _, c := range []bonify.Customer{sample, bob, bobby} {
				shop.Customers.Add(c)
			}
			return shop.Server
		},
		Dir:      ".",
		Readings: "BF",
		Clauses:  headings(),
		Header:   http.Header{"X-Shop-Domain": {"your-domain.myshopify.com"}, "X-Api-Key": {"your_api_key"}},
		Requests: []faketest.Request{
			list, get, update, create, old,
			{Op: bonify.DeleteCustomer, Method: "DELETE", Path: "/customers/345345345347"},
		},
		Mistakes: []faketest.Mistake{
			{Name: "an unknown path", Part: "path", Spoil: func(r *faketest.Request) { r.Path = "/customer" }},
			{Name: "an unknown method", Part: "method", Spoil: func(r *faketest.Request) { r.Method = "PATCH" }},
			{Name: "a wrong key", Part: "header", Spoil: func(r *faketest.Request) {
				r.Header = http.Header{"Content-Type": {"application/json"}, "X-Api-Key": {"wrong"}}
			}},
			{Name: "a broken body", Part: "body", Spoil: write("{")},
			{Name: "no array", Part: "body", Spoil: write("{}")},
			{Name: "an empty array", Part: "body", Spoil: write(`{"customers":[]}`)},
			{Name: "a bad record", Part: "body", Spoil: write(`{"customers":[1]}`)},
		},
		Failures: []faketest.Failure{
			{Name: "no such path", Request: changed(list, func(r *faketest.Request) { r.Path = "/customers/" }), Status: 404, Body: failed("not found")},
			{Name: "the old version", Request: old, Status: 404, Body: failed("not found")},
			{
				Name: "no such method", Request: changed(list, func(r *faketest.Request) { r.Method = "OPTIONS" }),
				Status: 405, Header: http.Header{"Allow": {"GET, POST, PUT"}}, Body: failed("method not allowed"),
			},
			{
				Name: "no such method of a record", Request: changed(get, func(r *faketest.Request) { r.Method = "PUT" }),
				Status: 405, Header: http.Header{"Allow": {"DELETE, GET"}}, Body: failed("method not allowed"),
			},
			{
				Name: "wrong credentials", Request: changed(list, func(r *faketest.Request) { r.Header = http.Header{"X-Api-Key": {"wrong"}} }),
				Status: 403, Body: failed("invalid request"),
			},
			{Name: "no such record", Request: changed(get, func(r *faketest.Request) { r.Path = "/customers/1" }), Status: 404, Body: failed("customer not found")},
			{Name: "no JSON", Request: changed(create, write("{")), Status: 400, Body: failed("invalid JSON")},
			{Name: "no array", Request: changed(update, write("{}")), Status: 400, Body: failed("customers must be an array")},
			{
				Name: "eleven", Request: changed(create, write(`{"customers":[1,2,3,4,5,6,7,8,9,10,11]}`)),
				Status: 400, Body: failed("unable to update more than 10 customers at one time"),
			},
		},
		Keys: map[fake.Op]string{
			bonify.ListCustomers: "status customers", bonify.GetCustomer: "status customers", bonify.UpdateCustomers: "status",
			bonify.CreateCustomers: "status", bonify.DeleteCustomer: "status", bonify.ListCustomersV1: "status message",
		},
	})
}
