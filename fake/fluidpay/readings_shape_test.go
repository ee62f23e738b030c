package fluidpay_test

import (
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

const (
	bareCarts    = "/merchant/testmerchant12345678/cart"
	bareProducts = "/merchant/testmerchant12345678/product"
	panel        = "<!DOCTYPE html>\n<html><head><title>Control panel</title></head><body><div id=\"app\"></div></body></html>\n"
	single       = "id public_hash merchant_id card_processor_id ach_processor_id name description type custom_fields_group products " +
		"show_available_products require_shipping_details email_receipt payments success_url cancel_url settings created_at updated_at deleted_at"
	listed = "id public_hash merchant_id card_processor_id ach_processor_id name description type custom_fields_group payments products " +
		"show_available_products require_shipping_details email_receipt success_url cancel_url settings created_at updated_at deleted_at"
	productKeys = "id public_hash merchant_id sku name img price local_tax national_tax fixed_amount fixed_qty unit_of_measure description created_at updated_at deleted_at"
)

func contentType(a answer, _ *fluidpay.Server) []any {
	return []any{a.status, a.header.Get("Content-Type"), a.body}
}

func older(path string) func(answer, *fluidpay.Server) []any {
	return func(a answer, _ *fluidpay.Server) []any {
		keys, _ := keysOf(path)(a, nil)[0].(string)
		return []any{keys[len(keys)-len("deleted_at shopify_hash"):], raw(a, path+".shopify_hash")}
	}
}

// shapeReadings are about paths and about what answers look like.
var shapeReadings = map[string][]scene{
	"FP-1": {
		{call: call("GET", bareCarts), show: shown("data.#.id"), want: []any{200, `["` + c1 + `","` + c2 + `"]`}},
		{call: call("GET", bareProducts+"/"+p1), show: shown("data.id"), want: []any{200, `"` + p1 + `"`}},
		{call: call("GET", bareProducts), show: found, want: []any{200, "path-without-api"}},
		{call: call("GET", "/api"+bareCarts), show: found, want: []any{200}},
		{call: call("GET", "/api"+bareProducts+"/"+p1), show: found, want: []any{200}},
		{options: options(fluidpay.WithControlPanel()), call: call("GET", bareProducts), show: contentType, want: []any{200, "text/html; charset=utf-8", panel}},
		{options: options(fluidpay.WithControlPanel()), call: call("DELETE", "/"), show: contentType, want: []any{200, "text/html; charset=utf-8", panel}},
		{options: options(fluidpay.WithControlPanel()), call: func(c client) answer { return c.as("").send("POST", bareCarts, "{") }, show: status, want: []any{200}},
		{options: options(fluidpay.WithControlPanel()), call: call("GET", "/api"+bareCarts+"/"+c1), show: shown("data.id"), want: []any{200, `"` + c1 + `"`}},
	},
	"FP-2": {
		{call: get("/cart/" + c1), show: value("data.products.#", "data.products.0.id", "data.products.0.name"), want: []any{`1`, `"` + p1 + `"`, `"mug"`}},
		{call: get("/cart/" + c1), show: keysOf("data.products.0"), want: []any{productKeys}},
		{call: get("/cart/" + c2), show: value("data.products"), want: []any{`[]`}},
		{call: get("/cart"), show: value("data.#.products"), want: []any{`[["` + p1 + `"],[]]`}},
		{call: carts(`{}`), show: value("data.#.products"), want: []any{`[["` + p1 + `"],[]]`}},
		{call: cart(`,"products":["` + p2 + `"]`), show: value("data.products"), want: []any{`["` + p2 + `"]`}},
		{call: change(`{}`), show: value("data.products"), want: []any{`["` + p1 + `"]`}},
	},
	"FP-3": {
		{call: get("/cart/" + c1), show: value("data.card_processor_id", "data.ach_processor_id"), want: []any{`""`, `""`}},
		{call: get("/cart"), show: value("data.0.card_processor_id", "data.0.ach_processor_id"), want: []any{`null`, `null`}},
		{call: carts(`{}`), show: value("data.0.card_processor_id", "data.0.ach_processor_id"), want: []any{`null`, `null`}},
		{call: cart(``), show: value("data.card_processor_id", "data.ach_processor_id"), want: []any{`null`, `null`}},
		{call: change(`{"ach_processor_id":"d0doh5fsvrvasm390u6g"}`), show: value("data.card_processor_id", "data.ach_processor_id"), want: []any{`null`, `"d0doh5fsvrvasm390u6g"`}},
		{call: then(change(`{"ach_processor_id":"d0doh5fsvrvasm390u6g"}`), change(`{"ach_processor_id":""}`)), show: value("data.ach_processor_id"), want: []any{`null`}},
		{call: then(change(`{"ach_processor_id":"d0doh5fsvrvasm390u6g"}`), get("/cart/"+c1)), show: value("data.ach_processor_id"), want: []any{`"d0doh5fsvrvasm390u6g"`}},
	},
	"FP-4": {
		{call: get("/cart/" + c1), show: keysOf("data"), want: []any{single}},
		{options: options(fluidpay.WithDocumentShapes()), call: get("/cart/" + c1), show: value("data.public_hash", "data.products.0.sku"), want: []any{`absent`, `"S1"`}},
		{options: options(fluidpay.WithDocumentShapes()), call: get("/cart/" + c1), show: keysOf("data.products.0"), want: []any{productKeys}},
		{options: options(fluidpay.WithDocumentShapes()), call: get("/cart"), show: keysOf("data.0"), want: []any{listed}},
		{options: options(fluidpay.WithDocumentShapes()), call: change(`{}`), show: keysOf("data"), want: []any{listed}},
	},
	"FP-9": {
		{call: cart(``), show: keysOf("data"), want: []any{listed}},
		{call: change(`{"name":"x"}`), show: keysOf("data"), want: []any{listed}},
		{call: product(), show: keysOf("data"), want: []any{productKeys}},
		{call: post("/product/"+p1, `{}`), show: keysOf("data"), want: []any{productKeys}},
		{call: cart(``), show: shown("status", "msg", "total_count"), want: []any{200, `"success"`, `"success"`, `absent`}},
		{call: change(`{"name":"x"}`), show: shown("status", "msg", "data.name"), want: []any{200, `"success"`, `"success"`, `"x"`}},
	},
	"FP-10": {
		{call: search(`{}`), show: value("data.#.id", "total_count"), want: []any{`["` + p1 + `","` + p2 + `","` + p3 + `"]`, `3`}},
		{call: search(`{"name":{"operator":"=","value":"nobody"}}`), show: statusAndBody, want: []any{200, `{"status":"success","msg":"success","data":null,"total_count":0}`}},
		{options: options(fluidpay.WithEmptyLists()), call: search(`{"name":{"operator":"=","value":"nobody"}}`), show: statusAndBody, want: []any{200, `{"status":"success","msg":"success","data":[],"total_count":0}`}},
		{call: carts(`{"offset":2}`), show: statusAndBody, want: []any{200, `{"status":"success","msg":"success","data":null,"total_count":2}`}},
		{options: options(fluidpay.WithEmptyLists()), call: carts(`{"offset":2}`), show: statusAndBody, want: []any{200, `{"status":"success","msg":"success","data":[],"total_count":2}`}},
	},
	"FP-11": {
		{call: get("/cart"), show: value("total_count"), want: []any{`2`}},
		{call: get("/product"), show: value("total_count"), want: []any{`3`}},
		{options: options(fluidpay.WithDocumentShapes()), call: get("/cart"), show: keysOf("@this"), want: []any{"status msg data"}},
		{options: options(fluidpay.WithDocumentShapes()), call: get("/product"), show: keysOf("@this"), want: []any{"status msg data"}},
		{options: options(fluidpay.WithDocumentShapes()), call: search(`{}`), show: value("total_count"), want: []any{`3`}},
	},
	"FP-41": {
		{prepare: emptied, call: get("/cart"), show: statusAndBody, want: []any{200, `{"status":"success","msg":"success","data":null,"total_count":0}`}},
		{prepare: emptied, call: get("/product"), show: value("data"), want: []any{`null`}},
		{prepare: emptied, options: options(fluidpay.WithEmptyLists()), call: get("/cart"), show: value("data"), want: []any{`[]`}},
		{prepare: emptied, options: options(fluidpay.WithEmptyLists(), fluidpay.WithDocumentShapes()), call: get("/product"), show: statusAndBody, want: []any{200, `{"status":"success","msg":"success","data":[]}`}},
	},
	"FP-44": {
		{call: search(`{}`), show: value("msg"), want: []any{`"success"`}},
		{options: options(fluidpay.WithSearchMsg("")), call: search(`{}`), show: shown("status", "msg"), want: []any{200, `"success"`, `""`}},
		{options: options(fluidpay.WithSearchMsg(`"ok"`)), call: carts(`{}`), show: value("msg"), want: []any{`"\"ok\""`}},
		{options: options(fluidpay.WithSearchMsg("")), call: get("/product"), show: value("msg"), want: []any{`"success"`}},
		{options: options(fluidpay.WithSearchMsg("")), call: search(`[]`), show: statusAndBody, want: []any{400, malformed}},
	},
	"FP-45": {
		{call: get("/cart"), show: keysOf("@this"), want: []any{"status msg data total_count"}},
		{call: search(`{}`), show: keysOf("@this"), want: []any{"status msg data total_count"}},
		{call: carts(`{"limit":1}`), show: keysOf("@this"), want: []any{"status msg data total_count"}},
	},
	"FP-47": {
		{call: get("/cart"), show: value("data.0.shopify_hash", "data.0.payments"), want: []any{`absent`, `["card","ach"]`}},
		{options: options(fluidpay.WithOlderKeys()), call: get("/cart"), show: older("data.0"), want: []any{"deleted_at shopify_hash", `""`}},
		{options: options(fluidpay.WithOlderKeys()), call: get("/cart/" + c1), show: older("data"), want: []any{"deleted_at shopify_hash", `""`}},
		{options: options(fluidpay.WithOlderKeys()), call: change(`{"name":"x"}`), show: older("data"), want: []any{"deleted_at shopify_hash", `""`}},
		{options: options(fluidpay.WithOlderKeys()), call: cart(``), show: older("data"), want: []any{"deleted_at shopify_hash", `""`}},
		{options: options(fluidpay.WithOlderKeys()), call: carts(`{}`), show: older("data.1"), want: []any{"deleted_at shopify_hash", `""`}},
		{options: options(fluidpay.WithOlderKeys()), call: get("/product/" + p1), show: keysOf("data"), want: []any{productKeys}},
	},
	"FP-48": {
		{call: get("/cart/" + c1), show: value("data.id"), want: []any{`"` + c1 + `"`}},
		{call: get("/product/" + p1), show: value("data.id"), want: []any{`"` + p1 + `"`}},
	},
	"FP-55": {
		{call: get("/product"), show: func(a answer, _ *fluidpay.Server) []any { return []any{a.body[:10], a.body[len(a.body)-17:]} }, want: []any{`{"status":`, `],"total_count":3}`[1:]}},
	},
}

func emptied(_ testing.TB, shop *fluidpay.Server) {
	for _, c := range shop.Carts.All() {
		shop.Carts.Remove(c.ID)
	}
	for _, p := range shop.Products.All() {
		shop.Products.Remove(p.ID)
	}
}

// callReadings are about who calls, and with which verbs and media.
var callReadings = map[string][]scene{
	"FP-28": {
		{call: func(c client) answer { return c.as("").get("/cart") }, show: statusAndBody, want: []any{401, unauthorized}},
		{call: func(c client) answer { return c.as("api_Nobody").get("/cart") }, show: statusAndBody, want: []any{401, unauthorized}},
		{call: func(c client) answer { return c.as("pub_CartDoubleTestKey0000001").get("/cart") }, show: statusAndBody, want: []any{401, unauthorized}},
		{call: func(c client) answer { return c.as("Basic YXBpX0NhcnREb3VibGVUZXN0S2V5MDAwMDAwMTo=").get("/cart") }, show: statusAndBody, want: []any{401, unauthorized}},
		{call: func(c client) answer { return c.as("Bearer api_CartDoubleTestKey0000001").get("/cart") }, show: statusAndBody, want: []any{401, unauthorized}},
		{call: func(c client) answer { return c.as("API_CARTDOUBLETESTKEY0000001").get("/cart") }, show: statusAndBody, want: []any{401, unauthorized}},
		{
			call: func(c client) answer {
				return c.as("").send("GET", home+"/cart?api_key=api_CartDoubleTestKey0000001", "", "X-Api-Key: api_CartDoubleTestKey0000001")
			},
			show: statusAndBody, want: []any{401, unauthorized},
		},
		{call: func(c client) answer { return c.as("  api_CartDoubleTestKey0000001 ").get("/cart") }, show: status, want: []any{200}},
		{call: call("GET", "/api/merchant/othermerchant0000000/cart"), show: statusAndBody, want: []any{401, unauthorized}},
		{options: options(fluidpay.WithMerchant(other)), call: call("GET", "/api/merchant/othermerchant0000000/cart"), show: statusAndBody, want: []any{401, unauthorized}},
		{options: options(fluidpay.WithMerchant(other)), call: func(c client) answer { return c.as(other.Key).get("/cart") }, show: statusAndBody, want: []any{401, unauthorized}},
		{
			options: options(fluidpay.WithMerchant(other)), call: func(c client) answer {
				return c.as(other.Key).send("GET", "/api/merchant/othermerchant0000000/cart", "")
			},
			show: shown("data"), want: []any{200, `null`},
		},
		{
			options: options(fluidpay.WithMerchant(other)), call: func(c client) answer {
				return c.as(other.PublicKey).send("GET", "/api/merchant/othermerchant0000000/cart", "")
			},
			show: statusAndBody, want: []any{401, unauthorized},
		},
	},
	"FP-29": {
		{call: get("/cart/D0CART00000000000001"), show: statusAndBody, want: []any{404, notFound}},
		{call: get("/product/9f2b"), show: statusAndBody, want: []any{404, notFound}},
		{call: del("/product/%00"), show: statusAndBody, want: []any{404, notFound}},
		{call: post("/product/..%2F..", `{}`), show: statusAndBody, want: []any{404, notFound}},
		{call: get("/product/d0shelf000000000000%31"), show: shown("data.id"), want: []any{200, `"` + p1 + `"`}},
	},
	"FP-30": {
		{options: options(fake.Allow("no-route")), call: call("PUT", home+"/cart/"+c1), show: allowed, want: []any{405, "GET, POST, DELETE", badMethod}},
		{options: options(fake.Allow("no-route")), call: call("PATCH", home+"/product/"+p1), show: allowed, want: []any{405, "GET, POST, DELETE", badMethod}},
		{options: options(fake.Allow("no-route")), call: call("DELETE", home+"/cart"), show: allowed, want: []any{405, "GET, POST", badMethod}},
		{options: options(fake.Allow("no-route")), call: call("OPTIONS", home+"/product"), show: allowed, want: []any{405, "GET, POST", badMethod}},
		{options: options(fake.Allow("no-route")), call: call("PUT", home+"/product/search"), show: allowed, want: []any{405, "GET, POST, DELETE", badMethod}},
		{options: options(fake.Allow("no-route")), call: call("HEAD", home+"/cart"), show: allowed, want: []any{405, "GET, POST", ""}},
		{options: options(fake.Allow("no-route")), call: call("HEAD", home+"/product/"+p1), show: allowed, want: []any{405, "GET, POST, DELETE", ""}},
	},
	"FP-31": {
		{call: func(c client) answer { return c.send("POST", home+"/cart/search", `{}`) }, show: found, want: []any{200, "content-type"}},
		{call: func(c client) answer { return c.send("POST", home+"/cart/search", `{}`, "Content-Type: text/plain") }, show: found, want: []any{200, "content-type: text/plain"}},
		{call: func(c client) answer {
			return c.send("POST", home+"/cart/search", `{}`, "Content-Type: Application/JSON; charset=utf-8")
		}, show: found, want: []any{200}},
		{options: options(fake.Strict()), call: func(c client) answer { return c.send("POST", home+"/cart/search", `{}`) }, show: failing, want: []any{200, "content-type", strictly}},
		{call: func(c client) answer { return c.send("GET", home+"/cart", "", "Accept: text/html") }, show: found, want: []any{200}},
	},
	"FP-34": {
		{call: func(c client) answer {
			for range 300 {
				c.get("/cart/" + c1)
			}
			return c.get("/cart/" + c1)
		}, show: status, want: []any{200}},
		{
			prepare: func(_ testing.TB, shop *fluidpay.Server) { shop.Inject(fake.NewFault("rate-limited").Call(1)) }, call: get("/cart"),
			show: statusAndBody, want: []any{429, `{"status":"failed","msg":"too many requests"}`},
		},
	},
	"FP-35": {
		{call: call("GET", "/api/merchant/%20testmerchant12345678%20/cart"), show: statusAndBody, want: []any{401, unauthorized}},
		{call: call("GET", "/api/merchant/testmerchant12345678/cart/%20"+c1+"%20"), show: statusAndBody, want: []any{404, notFound}},
	},
	"FP-37": {
		{options: options(fake.Allow("no-route")), call: get("/cart/"), show: statusAndBody, want: []any{404, notFound}},
		{options: options(fake.Allow("no-route")), call: get("/product/" + p1 + "/"), show: statusAndBody, want: []any{404, notFound}},
		{options: options(fake.Allow("no-route")), call: post("/product/search/", `{}`), show: statusAndBody, want: []any{404, notFound}},
	},
	"FP-38": {
		{call: get("/cart/search"), show: statusAndBody, want: []any{404, notFound}},
		{call: get("/product/search?name=mug"), show: statusAndBody, want: []any{404, notFound}},
		{call: del("/cart/search"), show: statusAndBody, want: []any{404, notFound}},
	},
	"FP-42": {
		{call: post("/cart", ``), show: statusAndBody, want: []any{400, malformed}},
		{call: search(``), show: statusAndBody, want: []any{400, malformed}},
		{call: post("/product/"+p1, `{"name":"x",}`), show: statusAndBody, want: []any{400, malformed}},
		{call: change(`[]`), show: statusAndBody, want: []any{400, malformed}},
		{call: change(`null`), show: statusAndBody, want: []any{400, malformed}},
		{call: carts(`{} {}`), show: statusAndBody, want: []any{400, malformed}},
		{call: carts("\n\t {} \r\n"), show: shown("total_count"), want: []any{200, `2`}},
	},
	"FP-50": {
		{call: func(c client) answer { return c.as("Bearer eyJ.e30.x").get("/cart") }, show: statusAndBody, want: []any{401, unauthorized}},
		{options: options(fluidpay.WithToken("eyJ.e30.x")), call: func(c client) answer { return c.as("Bearer eyJ.e30.x").get("/cart") }, show: shown("total_count"), want: []any{200, `2`}},
		{options: options(fluidpay.WithToken("eyJ.e30.x")), call: func(c client) answer { return c.as("Bearer eyJ.e30.y").get("/cart") }, show: statusAndBody, want: []any{401, unauthorized}},
		{options: options(fluidpay.WithToken("eyJ.e30.x")), call: func(c client) answer { return c.as("eyJ.e30.x").get("/cart") }, show: statusAndBody, want: []any{401, unauthorized}},
		{options: options(fluidpay.WithToken("eyJ.e30.x")), call: func(c client) answer { return c.get("/cart") }, show: status, want: []any{200}},
		{
			options: options(fluidpay.WithToken("eyJ.e30.x"), fluidpay.WithMerchant(other)),
			call: func(c client) answer {
				return c.as("Bearer eyJ.e30.x").send("GET", "/api/merchant/"+other.ID+"/cart", "")
			},
			show: statusAndBody, want: []any{401, unauthorized},
		},
	},
}

func allowed(a answer, _ *fluidpay.Server) []any {
	return []any{a.status, a.header.Get("Allow"), a.body}
}
