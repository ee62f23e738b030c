package fluidpay_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

func refusing(text string) []any { return []any{400, refused(text)} }

// A text of n characters, some of more than one byte.
func long(n int) string { return `"` + strings.Repeat("é", n/2) + strings.Repeat("x", n-n/2) + `"` }

// attachedIDs is what the first cart holds, as the test sees it.
func attachedIDs(a answer, shop *fluidpay.Server) []any {
	c, _ := shop.Carts.Get(c1)
	return []any{a.status, strings.Join(c.Products, " ")}
}

// times are those of the first cart.
func times(a answer, shop *fluidpay.Server) []any {
	c, _ := shop.Carts.Get(c1)
	all := []any{a.status, c.CreatedAt.Format(time.RFC3339), c.UpdatedAt.Format(time.RFC3339)}
	if c.DeletedAt != nil {
		all = append(all, c.DeletedAt.Format(time.RFC3339))
	}
	return all
}

// recordReadings are about what a record may hold, and how it changes.
var recordReadings = map[string][]scene{
	"FP-5": {
		{call: cart(``), show: value("data.settings"), want: []any{`null`}},
		{call: cart(`,"settings":{"save_customer_vault" : "none", "x":{"y":[1.50]}}`), show: value("data.settings"), want: []any{`{"save_customer_vault":"none","x":{"y":[1.50]}}`}},
		{call: cart(`,"settings":{}`), show: value("data.settings"), want: []any{`{}`}},
		{call: cart(`,"settings":[]`), show: statusAndBody, want: refusing("invalid settings")},
		{call: change(`{"settings":"none"}`), show: statusAndBody, want: refusing("invalid settings")},
		{call: then(change(`{"settings":{"b":1,"a":2}}`), get("/cart/"+c1)), show: value("data.settings"), want: []any{`{"b":1,"a":2}`}},
		{call: then(change(`{"settings":{"b":1,"a":2}}`), change(`{"settings":{"c":3}}`)), show: value("data.settings"), want: []any{`{"c":3}`}},
		{call: then(change(`{"settings":{"b":1}}`), change(`{"settings":null}`)), show: value("data.settings"), want: []any{`null`}},
	},
	"FP-6": {
		{call: cart(`,"products":["` + p3 + `","` + p1 + `"],"payments":["ach"]`), show: value("data.products", "data.payments"), want: []any{`["` + p3 + `","` + p1 + `"]`, `["ach"]`}},
		{call: change(`{"products":[],"payments":[]}`), show: value("data.products", "data.payments"), want: []any{`[]`, `[]`}},
		{call: change(`{"payments":["ach","card","ach"]}`), show: value("data.payments"), want: []any{`["ach","card"]`}},
		{call: change(`{"payments":["cash"]}`), show: statusAndBody, want: refusing("invalid payments")},
		{call: change(`{"payments":["card",null]}`), show: statusAndBody, want: refusing("invalid payments")},
		{call: change(`{"payments":"card"}`), show: statusAndBody, want: refusing("invalid payments")},
		{call: change(`{"payments":true}`), show: statusAndBody, want: refusing("invalid payments")},
	},
	"FP-7": {
		{call: change(`{"products":["nobody"]}`), show: statusAndBody, want: refusing("invalid product id")},
		{call: change(`{"products":["` + p2 + `","nobody"],"name":"x"}`), show: attachedIDs, want: []any{400, p1}},
		{call: cart(`,"products":["nobody"]`), show: func(a answer, shop *fluidpay.Server) []any { return []any{a.status, shop.Carts.Len()} }, want: []any{400, 2}},
		{call: then(del("/product/"+p2), change(`{"products":["`+p2+`"]}`)), show: statusAndBody, want: refusing("invalid product id")},
		{
			options: options(fluidpay.WithMerchant(other)),
			prepare: func(_ testing.TB, shop *fluidpay.Server) {
				shop.Products.Add(fluidpay.Product{ID: "theirs", MerchantID: other.ID})
			},
			call: change(`{"products":["theirs"]}`), show: statusAndBody, want: refusing("invalid product id"),
		},
		{call: change(`{"products":[1]}`), show: statusAndBody, want: refusing("invalid products")},
		{call: change(`{"products":["nobody",1]}`), show: statusAndBody, want: refusing("invalid products")},
		{call: change(`{"products":"` + p1 + `"}`), show: statusAndBody, want: refusing("invalid products")},
	},
	"FP-8": {
		{call: change(`{"products":["` + p3 + `","` + p2 + `"]}`), show: value("data.products"), want: []any{`["` + p3 + `","` + p2 + `"]`}},
		{call: change(`{"products":["` + p3 + `","` + p1 + `","` + p3 + `"]}`), show: value("data.products"), want: []any{`["` + p3 + `","` + p1 + `"]`}},
		{call: change(`{"products":["` + p3 + `","` + p3 + `"]}`), show: found, want: []any{200, "repeated-product: " + p3}},
	},
	"FP-18": {
		{call: del("/product/" + p1), show: value("data"), want: []any{`"Deleted product"`}},
		{call: then(del("/product/"+p1), get("/cart")), show: value("data.0.products"), want: []any{`[]`}},
		{call: then(del("/product/"+p1), get("/cart")), show: times, want: []any{200, "2025-05-08T12:00:00Z", "2025-05-08T12:00:00Z"}},
		{call: then(del("/product/"+p1), get("/cart")), show: attachedIDs, want: []any{200, p1}},
		{prepare: func(_ testing.TB, shop *fluidpay.Server) { shop.RefuseProduct(p1, "product is in a cart") }, call: del("/product/" + p1), show: statusAndBody, want: refusing("product is in a cart")},
		{
			prepare: func(_ testing.TB, shop *fluidpay.Server) {
				shop.RefuseProduct(p1, "no")
				shop.RefuseProduct(p1, "")
			}, call: del("/product/" + p1), show: status, want: []any{200},
		},
	},
	"FP-19": {
		{call: product("sku", `"PRODUCTSKU"`, "name", `"TESTPRODUCT!"`), show: value("data.sku", "data.name"), want: []any{`"PRODUCTSKU"`, `"TESTPRODUCT!"`}},
		{call: product("sku", long(100), "name", long(100)), show: status, want: []any{200}},
		{call: product("sku", long(101)), show: statusAndBody, want: refusing("invalid sku")},
		{call: product("name", long(101)), show: statusAndBody, want: refusing("invalid name")},
		{call: product("sku", `""`), show: statusAndBody, want: refusing("invalid sku")},
	},
	"FP-20": {
		{call: product("price", "0"), show: value("data.price"), want: []any{`0`}},
		{call: product("price", "9223372036854775807"), show: value("data.price"), want: []any{`9223372036854775807`}},
		{call: product("price", "9223372036854775808"), show: statusAndBody, want: refusing("invalid price")},
		{call: product("price", "-1"), show: statusAndBody, want: refusing("invalid price")},
		{call: product("price", `"100"`), show: statusAndBody, want: refusing("invalid price")},
	},
	"FP-21": {
		{call: product("fixed_amount", "-"), show: statusAndBody, want: refusing("fixed_amount is required")},
		{call: product("fixed_qty", "-"), show: statusAndBody, want: refusing("fixed_qty is required")},
		{call: product("sku", "null"), show: statusAndBody, want: refusing("sku is required")},
		{call: product("price", "-"), show: statusAndBody, want: refusing("price is required")},
		{call: product(), show: value("data.img"), want: []any{`""`}},
	},
	"FP-22": {
		{call: product("local_tax", "225", "national_tax", "210", "unit_of_measure", `"kg"`), show: value("data.local_tax", "data.national_tax", "data.unit_of_measure"), want: []any{`225`, `210`, `"kg"`}},
		{call: product(), show: value("data.local_tax", "data.national_tax", "data.unit_of_measure"), want: []any{`0`, `0`, `null`}},
		{call: product("local_tax", "-1"), show: statusAndBody, want: refusing("invalid local_tax")},
		{call: product("national_tax", "1.5"), show: statusAndBody, want: refusing("invalid national_tax")},
		{call: product("unit_of_measure", "7"), show: statusAndBody, want: refusing("invalid unit_of_measure")},
		{call: then(post("/product/"+p1, `{"unit_of_measure":"kg","local_tax":5}`), post("/product/"+p1, `{"unit_of_measure":null}`)), show: value("data.unit_of_measure", "data.local_tax"), want: []any{`null`, `5`}},
	},
	"FP-23": {
		{call: product("img", `"https://cdn.example/a.png"`), show: value("data.img"), want: []any{`"https://cdn.example/a.png"`}},
		{call: product("img", `"iVBORw0KGgo="`), show: value("data.img"), want: []any{`"https://sandbox.fluidpay.com/img/product/d0eda07svrvasm00000g"`}},
		{call: product("img", `"data:image/png;base64,iVBORw0KGgo="`), show: value("data.img"), want: []any{`"https://sandbox.fluidpay.com/img/product/d0eda07svrvasm00000g"`}},
		{call: product("img", `"iVBORw0KGgo"`), show: statusAndBody, want: refusing("invalid img")},
		{call: product("img", `"http://"`), show: statusAndBody, want: refusing("invalid img")},
		{call: product("img", `7`), show: statusAndBody, want: refusing("invalid img")},
		{call: then(post("/product/"+p1, `{"img":"iVBORw0KGgo="}`), post("/product/"+p1, `{"img":""}`)), show: value("data.img"), want: []any{`""`}},
		{call: then(post("/product/"+p1, `{"img":"iVBORw0KGgo="}`), post("/product/"+p1, `{"name":"x"}`)), show: image, want: []any{`"https://sandbox.fluidpay.com/img/product/` + p1 + `"`, "\x89PNG\r\n\x1a\n"}},
	},
	"FP-24": {
		{call: product("description", "-"), show: statusAndBody, want: refusing("description is required")},
		{call: product("description", `""`), show: found, want: []any{200, "empty-description"}},
		{options: options(fake.Strict()), call: product("description", `""`), show: failing, want: []any{200, "empty-description", strictly}},
		{call: product("description", long(254)), show: found, want: []any{200}},
		{call: product("description", long(255)), show: statusAndBody, want: refusing("invalid description")},
		{call: cart(`,"description":` + long(1000)), show: found, want: []any{200}},
	},
	"FP-25": {
		{call: product("fixed_amount", "false", "fixed_qty", "false"), show: value("data.fixed_amount", "data.fixed_qty"), want: []any{`false`, `false`}},
		{call: product("fixed_amount", "null"), show: statusAndBody, want: refusing("fixed_amount is required")},
		{call: product("fixed_qty", `"false"`), show: statusAndBody, want: refusing("invalid fixed_qty")},
		{call: product("fixed_amount", `0`), show: statusAndBody, want: refusing("invalid fixed_amount")},
	},
	"FP-26": {
		{call: change(`{"name":""}`), show: statusAndBody, want: refusing("invalid name")},
		{call: change(`{"description":"x"}`), show: value("data.name", "data.description"), want: []any{`"spring"`, `"x"`}},
		{call: post("/product/"+p1, `{"sku":""}`), show: statusAndBody, want: refusing("invalid sku")},
	},
	"FP-27": {
		{call: post("/product/"+p1, `{"price":1}`), show: value("data.price", "data.name", "data.sku", "data.description"), want: []any{`1`, `"mug"`, `"S1"`, `"thing"`}},
		{call: change(`{"cancel_url":"https://x.example"}`), show: value("data.cancel_url", "data.name", "data.products", "data.payments"), want: []any{`"https://x.example"`, `"spring"`, `["` + p1 + `"]`, `["card","ach"]`}},
	},
	"FP-32": {
		{call: cart(`,"success_url":"","cancel_url":""`), show: value("data.success_url", "data.cancel_url"), want: []any{`""`, `""`}},
		{call: cart(`,"success_url":"HTTPS://x.example/a?b=<c>#d"`), show: value("data.success_url"), want: []any{`"HTTPS://x.example/a?b=<c>#d"`}},
		{call: cart(`,"success_url":"x.example"`), show: statusAndBody, want: refusing("invalid success_url")},
		{call: cart(`,"cancel_url":"ftp://x.example"`), show: statusAndBody, want: refusing("invalid cancel_url")},
		{call: cart(`,"cancel_url":"https:///path"`), show: statusAndBody, want: refusing("invalid cancel_url")},
		{call: change(`{"cancel_url":7}`), show: statusAndBody, want: refusing("invalid cancel_url")},
	},
	"FP-33": {
		{call: cart(`,"custom_fields_group":` + long(254)), show: status, want: []any{200}},
		{call: cart(`,"custom_fields_group":` + long(255)), show: statusAndBody, want: refusing("invalid custom_fields_group")},
		{call: cart(`,"custom_fields_group":""`), show: value("data.custom_fields_group"), want: []any{`""`}},
	},
	"FP-36": {
		{call: change(`{"type":"donation"}`), show: value("data.type"), want: []any{`"donation"`}},
		{call: change(`{"type":"Donation"}`), show: statusAndBody, want: refusing("invalid type")},
		{call: post("/cart/"+c2, `{"type":"normal"}`), show: value("data.type"), want: []any{`"normal"`}},
	},
	"FP-40": {
		{call: cart(``), show: value("data.custom_fields_group"), want: []any{`"default"`}},
		{call: get("/cart/" + c1), show: value("data.custom_fields_group"), want: []any{`"default"`}},
	},
	"FP-43": {
		{call: change(`{"name":null,"type":null,"payments":null,"products":null,"email_receipt":null,"success_url":null}`), show: value("data.name", "data.type", "data.payments", "data.products"), want: []any{`"spring"`, `"normal"`, `["card","ach"]`, `["` + p1 + `"]`}},
		{call: change(`{"name":null,"settings":null,"card_processor_id":null}`), show: found, want: []any{200, "ignored-null: name"}},
		{call: then(change(`{"card_processor_id":"d0doh5fsvrvasm390u6g"}`), change(`{"card_processor_id":null}`)), show: value("data.card_processor_id"), want: []any{`null`}},
		{options: options(fake.Strict()), call: post("/product/"+p1, `{"price":null}`), show: failing, want: []any{200, "ignored-null", strictly}},
		{call: post("/product/"+p1, `{"unit_of_measure":null,"img":null}`), show: found, want: []any{200, "ignored-null: img"}},
		{call: cart(`,"description":null`), show: found, want: []any{200, "ignored-null: description"}},
		{call: search(`{"price":null}`), show: found, want: []any{200, "ignored-null: price"}},
		{call: post("/cart", `{"type":null,"name":"x"}`), show: statusAndBody, want: refusing("type is required")},
	},
	"FP-46": {
		{call: change(`{}`), show: times, want: []any{200, "2025-05-08T12:00:00Z", "2025-05-08T16:00:00Z"}},
		{call: change(`{"name":""}`), show: times, want: []any{400, "2025-05-08T12:00:00Z", "2025-05-08T12:00:00Z"}},
		{call: del("/cart/" + c1), show: times, want: []any{200, "2025-05-08T12:00:00Z", "2025-05-08T12:00:00Z", "2025-05-08T16:00:00Z"}},
	},
	"FP-52": {
		{call: cart(``), show: value("data.show_available_products", "data.require_shipping_details", "data.email_receipt"), want: []any{`false`, `false`, `false`}},
		{call: cart(`,"show_available_products":true,"require_shipping_details":true,"email_receipt":true`), show: value("data.show_available_products", "data.require_shipping_details", "data.email_receipt"), want: []any{`true`, `true`, `true`}},
		{call: cart(`,"email_receipt":"true"`), show: statusAndBody, want: refusing("invalid email_receipt")},
		{call: change(`{"require_shipping_details":1}`), show: statusAndBody, want: refusing("invalid require_shipping_details")},
	},
	"FP-53": {
		{call: product("price", "12.99"), show: statusAndBody, want: refusing("invalid price")},
		{call: product("price", "1e3"), show: statusAndBody, want: refusing("invalid price")},
		{call: product("price", "1299", "local_tax", "7"), show: value("data.price", "data.local_tax"), want: []any{`1299`, `7`}},
	},
	"FP-54": {
		{call: product(), show: made, want: []any{true, `"2025-05-08T16:00:00Z"`}},
		{call: cart(``), show: made, want: []any{true, `"2025-05-08T16:00:00Z"`}},
		{
			prepare: func(_ testing.TB, shop *fluidpay.Server) {
				shop.Carts.Add(fluidpay.Cart{ID: "d0doh5fsvrvasm390u6g", CreatedAt: sampleTime})
			},
			call: get("/cart/d0doh5fsvrvasm390u6g"), show: made, want: []any{false, `"2025-05-07T16:21:42Z"`},
		},
	},
	"FP-57": {
		{
			prepare: func(_ testing.TB, shop *fluidpay.Server) { shop.Attach(c1, "never-stored", p2) },
			call:    get("/cart/" + c1), show: value("data.products.#.id"), want: []any{`["` + p1 + `","` + p2 + `"]`},
		},
		{
			prepare: func(_ testing.TB, shop *fluidpay.Server) { shop.Attach(c1, "never-stored", p2) },
			call:    get("/cart"), show: value("data.0.products"), want: []any{`["` + p1 + `","` + p2 + `"]`},
		},
		{
			prepare: func(_ testing.TB, shop *fluidpay.Server) { shop.Attach(c1, "never-stored") },
			call: func(c client) answer {
				c.del("/product/" + p1)
				return c.get("/cart/" + c1)
			}, show: attachedIDs, want: []any{200, p1 + " never-stored"},
		},
	},
}

// made tells whether the time in the id is the time of creation.
func made(a answer, _ *fluidpay.Server) []any {
	id, created := raw(a, "data.id"), raw(a, "data.created_at")
	return []any{`"`+moment(id[1:len(id)-1]).Format(time.RFC3339)+`"` == created, created}
}

func image(a answer, shop *fluidpay.Server) []any {
	p, _ := shop.Products.Get(p1)
	return []any{raw(a, "data.img"), string(p.ImgData)}
}
