package fluidpay_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// Products by their SKUs, and carts by the end of their ids.
func skus(a answer, _ *fluidpay.Server) []any { return []any{a.status, names(a, "sku")} }

func ends(a answer, _ *fluidpay.Server) []any {
	var short []string
	for id := range strings.FieldsSeq(names(a, "id")) {
		short = append(short, id[len(id)-2:])
	}
	return []any{a.status, strings.Join(short, " ")}
}

func textIs(key, operator, text string) string {
	return `{"` + key + `":{"operator":"` + operator + `","value":"` + text + `"}}`
}

// aDeadCart deletes the first cart a minute ago, and the test's clock goes on.
func aDeadCart(_ testing.TB, shop *fluidpay.Server) {
	shop.Carts.Change(c1, func(c *fluidpay.Cart) { c.DeletedAt = pointer(four.Add(-time.Minute)) })
}

// searchReadings are about searches and lists.
var searchReadings = map[string][]scene{
	"FP-12": {
		{prepare: hundredAndFive, call: search(`{}`), show: count, want: []any{200, 10, `105`}},
		{prepare: hundredAndFive, call: search(`{"limit":0}`), show: count, want: []any{200, 100, `105`}},
		{prepare: hundredAndFive, call: search(`{"limit":100}`), show: count, want: []any{200, 100, `105`}},
		{prepare: hundredAndFive, call: search(`{"limit":101}`), show: count, want: []any{200, 100, `105`}},
		{prepare: hundredAndFive, call: search(`{"limit":9,"offset":99}`), show: count, want: []any{200, 6, `105`}},
		{call: search(`{"limit":101}`), show: found, want: []any{200, "limit: 101"}},
		{call: search(`{"limit":0}`), show: found, want: []any{200, "limit: 0"}},
		{call: search(`{"limit":100}`), show: found, want: []any{200}},
		{call: search(`{"limit":-1}`), show: statusAndBody, want: []any{400, refused("invalid limit")}},
		{call: search(`{"limit":"1"}`), show: statusAndBody, want: []any{400, refused("invalid limit")}},
		{call: search(`{"offset":-1}`), show: statusAndBody, want: []any{400, refused("invalid offset")}},
		{call: search(`{"offset":1.0}`), show: statusAndBody, want: []any{400, refused("invalid offset")}},
		{prepare: hundredAndFive, options: options(fluidpay.WithPageSize(100)), call: search(`{}`), show: count, want: []any{200, 100, `105`}},
		{options: options(fluidpay.WithPageSize(1)), call: carts(`{}`), show: count, want: []any{200, 1, `2`}},
		{options: options(fluidpay.WithPageSize(1)), call: carts(`{"limit":2}`), show: count, want: []any{200, 2, `2`}},
		{options: options(fluidpay.WithPageSize(1)), call: get("/cart"), show: count, want: []any{200, 2, `2`}},
		{options: options(fluidpay.WithStrictLimit()), call: search(`{"limit":101}`), show: statusAndBody, want: []any{400, refused("invalid limit")}},
		{options: options(fluidpay.WithStrictLimit()), call: search(`{"limit":100}`), show: count, want: []any{200, 3, `3`}},
		{options: options(fluidpay.WithStrictLimit()), call: search(`{"limit":0}`), show: count, want: []any{200, 3, `3`}},
		{prepare: hundredAndFive, call: get("/product"), show: count, want: []any{200, 105, `105`}},
	},
	"FP-13": {
		{call: search(textIs("name", "eq", "cap")), show: statusAndBody, want: []any{400, refused("invalid name")}},
		{call: search(textIs("name", "<", "cap")), show: statusAndBody, want: []any{400, refused("invalid name")}},
		{call: search(`{"price":{"operator":">=","value":900}}`), show: statusAndBody, want: []any{400, refused("invalid price")}},
		{call: carts(textIs("product", "like", "mug")), show: statusAndBody, want: []any{400, refused("invalid product")}},
		{options: options(fluidpay.WithLenientSearch()), call: search(textIs("name", "eq", "cap")), show: skus, want: []any{200, "S1 S2 S3"}},
		{options: options(fluidpay.WithLenientSearch()), call: search(`{"price":{"operator":">=","value":"x"},"name":{"operator":"!=","value":"cap"}}`), show: skus, want: []any{200, "S1 S3"}},
		{options: options(fluidpay.WithLenientSearch()), call: search(textIs("name", "eq", "cap")), show: found, want: []any{200, "ignored-operator: name eq"}},
		{options: options(fluidpay.WithLenientSearch()), call: search(`{"name":{"operator":7,"value":"cap"}}`), show: statusAndBody, want: []any{400, refused("invalid name")}},
		{options: options(fluidpay.WithLenientSearch()), call: search(`{"name":{"value":"cap"}}`), show: statusAndBody, want: []any{400, refused("invalid name")}},
		{options: options(fluidpay.WithLenientSearch()), call: search(`{"name":{"operator":"=","value":1}}`), show: statusAndBody, want: []any{400, refused("invalid name")}},
	},
	"FP-14": {
		{call: search(textIs("sku", "=", "S2")), show: skus, want: []any{200, "S1 S2 S3"}},
		{call: search(textIs("sku", "=", "S2")), show: found, want: []any{200, "ignored-filter: sku"}},
		{call: search(`{"Name":"x","product":1}`), show: found, want: []any{200, "ignored-filter: Name", "ignored-filter: product"}},
		{call: carts(`{"price":1}`), show: found, want: []any{200, "ignored-filter: price"}},
		{options: options(fake.Strict()), call: search(textIs("sku", "=", "S2")), show: failing, want: []any{200, "ignored-filter", strictly}},
	},
	"FP-15": {
		{call: search(textIs("name", "=", "mug")), show: skus, want: []any{200, "S1 S3"}},
		{call: search(textIs("name", "=", "Mug")), show: skus, want: []any{200, ""}},
		{call: search(textIs("name", "!=", "mug")), show: skus, want: []any{200, "S2"}},
		{call: search(textIs("name", "=", "mu")), show: skus, want: []any{200, ""}},
		{call: search(textIs("name", "!=", "")), show: skus, want: []any{200, "S1 S2 S3"}},
		{call: search(textIs("id", "=", p2)), show: skus, want: []any{200, "S2"}},
		{call: carts(textIs("product", "=", "mug")), show: ends, want: []any{200, "01"}},
		{call: carts(textIs("product", "=", "cap")), show: ends, want: []any{200, ""}},
		{prepare: func(_ testing.TB, shop *fluidpay.Server) { shop.Attach(c1, p2) }, call: carts(textIs("product", "=", "cap")), show: ends, want: []any{200, "01"}},
	},
	"FP-16": {
		{call: search(`{"created_at":{"start_date":"2025-05-08T12:00:00Z"}}`), show: skus, want: []any{200, "S2 S3"}},
		{call: search(`{"created_at":{"end_date":"2025-05-08T12:00:00Z"}}`), show: skus, want: []any{200, "S1 S2"}},
		{call: search(`{"created_at":{"start_date":"2025-05-08T14:00:00+02:00","end_date":"2025-05-08T12:00:00.5Z"}}`), show: skus, want: []any{200, "S2"}},
		{call: search(`{"created_at":{"start_date":"2025-05-08T13:00:00Z","end_date":"2025-05-08T12:00:00Z"}}`), show: skus, want: []any{200, ""}},
		{call: search(`{"created_at":{"start_date":null,"end_date":"2025-05-08T11:00:00Z"}}`), show: skus, want: []any{200, "S1"}},
		{call: search(`{"created_at":{"start_date":"2025-05-08T12:00:00"}}`), show: statusAndBody, want: []any{400, refused("invalid created_at")}},
		{call: search(`{"updated_at":{"end_date":""}}`), show: statusAndBody, want: []any{400, refused("invalid updated_at")}},
		{call: search(`{"deleted_at":{"end_date":1746720000}}`), show: statusAndBody, want: []any{400, refused("invalid deleted_at")}},
		{call: search(`{"created_at":"2025-05-08T12:00:00Z"}`), show: statusAndBody, want: []any{400, refused("invalid created_at")}},
		{call: search(`{"created_at":{"start_date":"2025-02-30T12:00:00Z"}}`), show: statusAndBody, want: []any{400, refused("invalid created_at")}},
		{call: search(`{"created_at":{"start_date":"2025-05-08T1:00:00Z"}}`), show: statusAndBody, want: []any{400, refused("invalid created_at")}},
		{call: search(`{"created_at":{"from":"2025-05-08T12:00:00Z"}}`), show: found, want: []any{200, "ignored-filter: created_at.from"}},
	},
	"FP-17": {
		{call: then(del("/cart/"+c1), get("/cart/"+c1)), show: statusAndBody, want: []any{404, notFound}},
		{call: then(del("/cart/"+c1), change(`{}`)), show: statusAndBody, want: []any{404, notFound}},
		{call: then(del("/cart/"+c1), del("/cart/"+c1)), show: statusAndBody, want: []any{404, notFound}},
		{call: then(del("/cart/"+c1), get("/cart")), show: ends, want: []any{200, "02"}},
		{call: then(del("/cart/"+c1), carts(`{}`)), show: ends, want: []any{200, "02"}},
		{call: then(del("/cart/"+c1), carts(`{"deleted_at":null}`)), show: ends, want: []any{200, "02"}},
		{call: then(del("/cart/"+c1), carts(`{"deleted_at":{}}`)), show: ends, want: []any{200, "01"}},
		{prepare: aDeadCart, call: carts(`{"deleted_at":{"start_date":"2025-05-08T15:59:00Z","end_date":"2025-05-08T15:59:00Z"}}`), show: ends, want: []any{200, "01"}},
		{prepare: aDeadCart, call: carts(`{"deleted_at":{"start_date":"2025-05-08T15:59:01Z"}}`), show: ends, want: []any{200, ""}},
		{options: options(fluidpay.WithDeletes(fluidpay.DeletedHidden)), call: then(del("/cart/"+c1), get("/cart/"+c1)), show: status, want: []any{404}},
		{options: options(fluidpay.WithDeletes(fluidpay.DeletedReadable)), call: then(del("/cart/"+c1), get("/cart/"+c1)), show: shown("data.deleted_at"), want: []any{200, `"2025-05-08T16:00:00Z"`}},
		{options: options(fluidpay.WithDeletes(fluidpay.DeletedReadable)), call: then(del("/product/"+p1), get("/product/"+p1)), show: shown("data.deleted_at"), want: []any{200, `"2025-05-08T16:00:00Z"`}},
		{options: options(fluidpay.WithDeletes(fluidpay.DeletedReadable)), call: then(del("/cart/"+c1), get("/cart")), show: ends, want: []any{200, "02"}},
		{options: options(fluidpay.WithDeletes(fluidpay.DeletedReadable)), call: then(del("/cart/"+c1), carts(`{"deleted_at":{}}`)), show: ends, want: []any{200, "01"}},
		{options: options(fluidpay.WithDeletes(fluidpay.DeletedReadable)), call: then(del("/cart/"+c1), change(`{}`)), show: status, want: []any{404}},
		{options: options(fluidpay.WithDeletes(fluidpay.DeletedReadable)), call: then(del("/cart/"+c1), del("/cart/"+c1)), show: status, want: []any{404}},
		{options: options(fluidpay.WithDeletes(fluidpay.DeletedForGood)), call: then(del("/cart/"+c1), get("/cart/"+c1)), show: status, want: []any{404}},
		{options: options(fluidpay.WithDeletes(fluidpay.DeletedForGood)), call: then(del("/cart/"+c1), carts(`{"deleted_at":{}}`)), show: ends, want: []any{200, ""}},
		{
			options: options(fluidpay.WithDeletes(fluidpay.DeletedForGood)), call: then(del("/product/"+p1), get("/cart/"+c1)),
			show: func(a answer, shop *fluidpay.Server) []any {
				return []any{raw(a, "data.products"), shop.Products.Len()}
			}, want: []any{`[]`, 2},
		},
		{
			call: then(del("/product/"+p1), get("/cart/"+c1)),
			show: func(a answer, shop *fluidpay.Server) []any {
				return []any{raw(a, "data.products"), shop.Products.Len()}
			}, want: []any{`[]`, 3},
		},
	},
	"FP-39": {
		{
			prepare: func(_ testing.TB, shop *fluidpay.Server) {
				shop.Products.Add(fluidpay.Product{ID: "z", SKU: "old", CreatedAt: four.AddDate(-1, 0, 0)})
				shop.Products.Add(fluidpay.Product{ID: "b", SKU: "b", CreatedAt: four})
				shop.Products.Add(fluidpay.Product{ID: "a", SKU: "a", CreatedAt: four})
			}, call: get("/product"), show: skus, want: []any{200, "old S1 S2 S3 a b"},
		},
		{
			prepare: func(_ testing.TB, shop *fluidpay.Server) {
				shop.Products.Add(fluidpay.Product{ID: "z", SKU: "late", CreatedAt: four.Add(time.Millisecond).In(time.FixedZone("", -5*3600))})
				shop.Products.Add(fluidpay.Product{ID: "a", SKU: "now", CreatedAt: four})
			}, call: search(`{}`), show: skus, want: []any{200, "S1 S2 S3 now late"},
		},
	},
	"FP-49": {
		{call: carts(textIs("product", "!=", "mug")), show: ends, want: []any{200, "02"}},
		{call: carts(textIs("product", "!=", "cap")), show: ends, want: []any{200, "01 02"}},
		{prepare: func(_ testing.TB, shop *fluidpay.Server) { shop.Attach(c1, p2) }, call: carts(textIs("product", "!=", "cap")), show: ends, want: []any{200, "02"}},
		{call: then(del("/product/"+p1), carts(textIs("product", "!=", "mug"))), show: ends, want: []any{200, "01 02"}},
	},
	"FP-51": {
		{call: search("{\"name\":{\"operator\":\"=\", // =, !=, <, >\n\"value\":\"mug\"}}"), show: statusAndBody, want: []any{400, malformed}},
		{call: search(`{"{name}":{"operator":"=","value":"{value}"}}`), show: found, want: []any{200, "ignored-filter: {name}"}},
	},
	"FP-56": {
		{call: search(`{"created_at":{},"updated_at":{"start_date":null}}`), show: skus, want: []any{200, "S1 S2 S3"}},
		{prepare: aDeadCart, call: carts(`{"deleted_at":{}}`), show: ends, want: []any{200, "01"}},
	},
}
