package fluidpay_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/faketest"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

func TestWhatEveryPackageOwes(t *testing.T) {
	t.Parallel()
	const (
		rules = "gives rules, and no operation"
		one   = "status msg data"
		many  = "status msg data total_count"
	)
	asJSON := http.Header{"Content-Type": {"application/json"}}
	requests := []faketest.Request{
		{Op: fluidpay.GetCart, Method: "GET", Path: home + "/cart/" + c1},
		{Op: fluidpay.SearchCarts, Method: "POST", Path: home + "/cart/search", Header: asJSON, Body: `{"product":{"operator":"=","value":"mug"}}`},
		{Op: fluidpay.ListCarts, Method: "GET", Path: home + "/cart"},
		{Op: fluidpay.CreateCart, Method: "POST", Path: home + "/cart", Header: asJSON, Body: `{"type":"normal","name":"Summer"}`},
		{Op: fluidpay.UpdateCart, Method: "POST", Path: home + "/cart/" + c1, Header: asJSON, Body: `{"name":"Summer"}`},
		{Op: fluidpay.DeleteCart, Method: "DELETE", Path: home + "/cart/" + c2},
		{Op: fluidpay.GetProduct, Method: "GET", Path: home + "/product/" + p1},
		{Op: fluidpay.SearchProducts, Method: "POST", Path: home + "/product/search", Header: asJSON, Body: `{"price":{"operator":">","value":900}}`},
		{Op: fluidpay.ListProducts, Method: "GET", Path: home + "/product"},
		{Op: fluidpay.CreateProduct, Method: "POST", Path: home + "/product", Header: asJSON, Body: tee},
		{Op: fluidpay.UpdateProduct, Method: "POST", Path: home + "/product/" + p1, Header: asJSON, Body: `{"price":1}`},
		{Op: fluidpay.DeleteProduct, Method: "DELETE", Path: home + "/product/" + p3},
	}
	keys := map[fake.Op]string{}
	for _, r := range requests {
		keys[r.Op] = one
		if strings.HasPrefix(r.Op, "Search") || strings.HasPrefix(r.Op, "List") {
			keys[r.Op] = many
		}
	}
	list, create := requests[2], requests[3]
	changed := func(r faketest.Request, change func(*faketest.Request)) faketest.Request {
		change(&r)
		return r
	}
	faketest.Run(t, faketest.Kit{
		Start: func(tb fake.TB, opts ...fake.Option) *fake.Server {
			shop := fluidpay.Start(tb, opts...)
			shelf(t, shop)
			shelfCarts(t, shop)
			return shop.Server
		},
		Dir:      ".",
		Readings: "FP",
		Clauses: map[string]string{
			"Cart":                   rules,
			`Cart, "Get Single"`:     "",
			`Cart, "Search"`:         "",
			`Cart, "Get All"`:        "",
			`Cart, "Create"`:         "",
			`Cart, "Update"`:         "",
			`Cart, "Delete"`:         "",
			"Products":               rules,
			`Products, "Get Single"`: "",
			`Products, "Search"`:     "",
			`Products, "Get All"`:    "",
			`Products, "Create"`:     "",
			`Products, "Update"`:     "",
			`Products, "Delete"`:     "",
		},
		Header:   http.Header{"Authorization": {"api_CartDoubleTestKey0000001"}},
		Requests: requests,
		Mistakes: []faketest.Mistake{
			{Name: "an unknown path", Part: "path", Spoil: func(r *faketest.Request) { r.Path += "/" }},
			{Name: "an unknown method", Part: "method", Spoil: func(r *faketest.Request) { r.Method = "PUT" }},
			{Name: "a wrong key", Part: "header", Spoil: func(r *faketest.Request) { r.Header = http.Header{"Authorization": {"api_Wrong"}} }},
			{Name: "a foreign merchant", Part: "path", Spoil: func(r *faketest.Request) { r.Path = strings.Replace(r.Path, "testmerchant", "m", 1) }},
			{Name: "a broken body", Part: "body", Spoil: func(r *faketest.Request) {
				if r.Method == "POST" {
					r.Body = "{"
				}
			}},
			{Name: "an unknown record", Part: "path", Spoil: func(r *faketest.Request) {
				if strings.HasPrefix(r.Op, "Update") {
					r.Path += "0"
				}
			}},
			{Name: "a wrong name", Part: "body", Spoil: func(r *faketest.Request) {
				if strings.HasPrefix(r.Op, "Update") {
					r.Body = strings.Replace(r.Body, "{", `{"name":7,`, 1)
				}
			}},
		},
		Failures: []faketest.Failure{
			{Name: "no such path", Request: changed(list, func(r *faketest.Request) { r.Path += "s" }), Status: 404, Body: notFound},
			{
				Name: "no such method", Request: changed(list, func(r *faketest.Request) { r.Method = "PATCH" }), Status: 405,
				Header: http.Header{"Allow": {"GET, POST"}}, Body: badMethod,
			},
			{Name: "a wrong key", Request: changed(list, func(r *faketest.Request) { r.Header = http.Header{"Authorization": {"pub_x"}} }), Status: 401, Body: unauthorized},
			{Name: "a foreign merchant", Request: changed(list, func(r *faketest.Request) { r.Path = "/api/merchant/m/cart" }), Status: 401, Body: unauthorized},
			{Name: "no such record", Request: changed(requests[0], func(r *faketest.Request) { r.Path += "0" }), Status: 404, Body: notFound},
			{Name: "no JSON", Request: changed(create, func(r *faketest.Request) { r.Body = "type=normal" }), Status: 400, Body: malformed},
			{Name: "a key is missing", Request: changed(create, func(r *faketest.Request) { r.Body = "{}" }), Status: 400, Body: refused("type is required")},
			{Name: "a wrong value", Request: changed(create, func(r *faketest.Request) { r.Body = `{"type":1}` }), Status: 400, Body: refused("invalid type")},
		},
		Keys: keys,
	})
}
