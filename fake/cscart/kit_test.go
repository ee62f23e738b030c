package cscart_test

import (
	"net/http"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
	"github.com/cartdouble/cartdouble/fake/faketest"
)

func TestWhatEveryPackageOwes(t *testing.T) {
	t.Parallel()
	const (
		rules = "gives rules, and no operation"
		cart  = "user_id firstname lastname date ip_address company_id cart_products total order_id user_data products"
	)
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	list := faketest.Request{Op: cscart.ListCarts, Method: "GET", Path: "/api/carts/"}
	get := faketest.Request{Op: cscart.GetCart, Method: "GET", Path: "/api/carts/3"}
	remove := faketest.Request{Op: cscart.DeleteCart, Method: "DELETE", Path: "/api/carts/3"}
	version := faketest.Request{Op: cscart.GetVersion, Method: "GET", Path: "/api/version"}
	changed := func(r faketest.Request, change func(*faketest.Request)) faketest.Request {
		change(&r)
		return r
	}
	add := func(r *faketest.Request, name, value string) {
		h := r.Header.Clone()
		if h == nil {
			h = http.Header{}
		}
		h.Set(name, value)
		r.Header = h
	}
	faketest.Run(t, faketest.Kit{
		Start: func(tb fake.TB, opts ...fake.Option) *fake.Server {
			store := cscart.Start(tb, opts...)
			store.Carts.Add(cscart.SampleCart())
			return store.Server
		},
		Dir:      ".",
		Readings: "CC",
		Clauses: map[string]string{
			"Carts":                              rules,
			"List All Carts":                     "",
			"Pagination, Sorting, and Filtering": rules,
			"Response Format":                    rules,
			"Get a Specific Cart":                "",
			"Cart Details":                       rules,
			"Delete a Cart":                      "",
		},
		Header:   header("Authorization", basic("admin@example.com", "CartDoubleTestKey000000000000001")),
		Requests: []faketest.Request{list, get, version, remove},
		Mistakes: []faketest.Mistake{
			{Name: "a path outside the API", Part: "path", Spoil: func(r *faketest.Request) { r.Path = "/carts" }},
			{Name: "a wrong key", Part: "credentials", Spoil: func(r *faketest.Request) { add(r, "Authorization", basic("admin@example.com", "x")) }},
			{Name: "a media type that is not served", Part: "accept", Spoil: func(r *faketest.Request) {
				if r.Method != "GET" { // a DELETE may ask for and bring what it likes
					r.Method = "PUT"
					add(r, "Content-Type", "application/xml")
				}
				add(r, "Accept", "application/xml")
			}},
			{Name: "two slashes", Part: "path", Spoil: func(r *faketest.Request) { r.Path = "/api//carts" }},
			{Name: "a version that is not there", Part: "path", Spoil: func(r *faketest.Request) { r.Path = "/api/2/carts/3" }},
			{Name: "no number", Part: "path", Spoil: func(r *faketest.Request) {
				if r.Op != cscart.GetVersion {
					r.Path = "/api/carts/x"
				}
			}},
			{Name: "a body that cannot be read", Part: "body", Spoil: func(r *faketest.Request) {
				if r.Method == "DELETE" {
					add(r, "Content-Type", "application/json")
					r.Body = "{"
				}
			}},
			{Name: "a method that no path has", Part: "body", Spoil: func(r *faketest.Request) {
				if r.Method == "DELETE" {
					r.Method = "PATCH"
				}
			}},
			{Name: "a cart that is not there", Part: "path", Spoil: func(r *faketest.Request) {
				if r.Method == "DELETE" {
					r.Path = "/api/carts/9"
				}
			}},
		},
		Failures: []faketest.Failure{
			{Name: "outside the API", Request: changed(list, func(r *faketest.Request) { r.Path = "/" }), Status: 404, Body: page("Page not found")},
			{Name: "no such entity", Request: changed(list, func(r *faketest.Request) { r.Path = "/api/foo" }), Status: 404, Body: message("Not Found: The Entity foo not found", 404)},
			{
				Name:    "wrong credentials",
				Request: changed(list, func(r *faketest.Request) { r.Header = header("Authorization", "Bearer x") }),
				Status:  401, Header: header("Www-Authenticate", `Basic realm="User email/API key"`), Body: message("Unauthorized", 401),
			},
			{Name: "no such cart", Request: changed(get, func(r *faketest.Request) { r.Path = "/api/carts/9" }), Status: 404, Body: message("Not Found", 404)},
			{Name: "another media type", Request: changed(get, func(r *faketest.Request) { r.Header = header("Accept", "text/html") }), Status: 406, Body: message("Not Acceptable", 406)},
			{
				Name: "a body of another media type",
				Request: changed(list, func(r *faketest.Request) {
					r.Method, r.Header, r.Body = "POST", header("Content-Type", "text/xml"), "<x/>"
				}),
				Status: 415, Body: message("Unsupported Media Type", 415),
			},
			{
				Name:    "no JSON",
				Request: changed(remove, func(r *faketest.Request) { r.Header, r.Body = header("Content-Type", "application/json"), "{" }),
				Status:  400, Body: message("Bad Request: Syntax error, malformed JSON", 400),
			},
			{Name: "all at once", Request: changed(remove, func(r *faketest.Request) { r.Path = "/api/carts/" }), Status: 405, Body: message("Method Not Allowed: Object ID undefined", 405)},
			{Name: "no such method", Request: changed(get, func(r *faketest.Request) { r.Method = "PATCH" }), Status: 405, Body: message("Method Not Allowed", 405)},
		},
		Keys: map[fake.Op]string{
			cscart.ListCarts: "carts params", cscart.GetCart: cart, cscart.DeleteCart: "", cscart.GetVersion: "Version",
		},
	})
}
