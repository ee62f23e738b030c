package fluidpay_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// Each leniency leaves its note, the answer stays what it is.
func TestFindings(t *testing.T) {
	t.Parallel()
	withBody := func(method, path string) func(client) answer {
		return func(c client) answer { return c.send(method, home+path, `{}`) }
	}
	cases := map[string]struct {
		options []fluidpay.Option
		call    func(client) answer
		status  int
		want    []string
	}{
		"a path without the prefix":       {call: call("GET", bareCarts), status: 200, want: []string{"path-without-api"}},
		"a query on a list":               {call: get("/cart?limit=1"), status: 200, want: []string{"ignored-query"}},
		"a query on a save":               {call: post("/cart?x", `{"type":"normal","name":"x"}`), status: 200, want: []string{"ignored-query"}},
		"a body of a GET":                 {call: withBody("GET", "/cart"), status: 200, want: []string{"ignored-body"}},
		"a body of a DELETE":              {call: withBody("DELETE", "/cart/"+c2), status: 200, want: []string{"ignored-body"}},
		"an unknown attribute":            {call: change(`{"colour":"red"}`), status: 200, want: []string{"ignored-attribute: colour"}},
		"a misspelt attribute":            {call: change(`{"email_reciept":true}`), status: 200, want: []string{"ignored-attribute: email_reciept (email_receipt?)"}},
		"a misspelt attribute of another": {call: post("/product/"+p1, `{"SKU":"x","fixed_quantity":true}`), status: 200, want: []string{"ignored-attribute: SKU", "ignored-attribute: fixed_quantity"}},
		"one edit":                        {call: post("/product/"+p1, `{"prize":1}`), status: 200, want: []string{"ignored-attribute: prize (price?)"}},
		"read-only keys": {
			call:   change(`{"public_hash":"x","merchant_id":"x","created_at":"x","updated_at":1,"deleted_at":null,"id":[]}`),
			status: 200,
			want: []string{
				"read-only-key: public_hash", "read-only-key: merchant_id", "read-only-key: created_at", "read-only-key: updated_at", "read-only-key: deleted_at", "read-only-key: id",
			},
		},
		"null in a search":     {call: carts(`{"name":null,"limit":null,"deleted_at":null}`), status: 200, want: []string{"ignored-null: name", "ignored-null: limit", "ignored-null: deleted_at"}},
		"null in a creation":   {call: cart(`,"settings":null,"products":null`), status: 200, want: []string{"ignored-null: settings", "ignored-null: products"}},
		"null in an update":    {call: change(`{"settings":null,"ach_processor_id":null,"products":null}`), status: 200, want: []string{"ignored-null: products"}},
		"an unknown filter":    {call: carts(`{"sku":1}`), status: 200, want: []string{"ignored-filter: sku"}},
		"an unknown bound":     {call: carts(`{"created_at":{"from":"x"},"deleted_at":{"until":1}}`), status: 200, want: []string{"ignored-filter: created_at.from", "ignored-filter: deleted_at.until"}},
		"limits":               {call: carts(`{"limit":0}`), status: 200, want: []string{"limit: 0"}},
		"high limits":          {call: search(`{"limit":500}`), status: 200, want: []string{"limit: 500"}},
		"an unlisted operator": {options: options(fluidpay.WithLenientSearch()), call: search(`{"price":{"operator":">=","value":1}}`), status: 200, want: []string{"ignored-operator: price >="}},
		"a repeated product":   {call: change(`{"products":["` + p2 + `","` + p2 + `"]}`), status: 200, want: []string{"repeated-product: " + p2}},
		"an empty description": {call: post("/product/"+p1, `{"description":""}`), status: 200, want: []string{"empty-description"}},
		"of a cart, which may": {call: change(`{"description":""}`), status: 200},
		"a bound with an offset": {
			call:   search(`{"created_at":{"start_date":"2025-05-08T12:00:00+00:00"},"updated_at":{"end_date":"2025-05-08T12:00:00.5Z"},"deleted_at":{"end_date":"2025-05-08T12:00:00Z"}}`),
			status: 200, want: []string{"odd-time: created_at", "odd-time: updated_at"},
		},
		"an ordinary call": {call: search(`{"name":{"operator":"=","value":"mug"},"limit":10,"offset":0}`), status: 200},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, c.options...)
			shelf(t, shop)
			shelfCarts(t, shop)
			got := c.call(clientOf(t, shop))
			assert.Equal(t, c.status, got.status, got.body)
			assert.ElementsMatch(t, c.want, notes(shop))
			for _, f := range shop.Findings() {
				assert.False(t, f.Mistake, f)
				assert.Equal(t, 1, f.Call)
			}

			strict := still(&quiet{TB: t}, append(c.options, fake.Strict())...)
			shelf(t, strict)
			shelfCarts(t, strict)
			assert.Equal(t, got, c.call(clientOf(t, strict)), "the answer stays the same")
			for _, f := range strict.Findings() {
				assert.True(t, f.Mistake, f)
			}
		})
	}
	t.Run("a path that is not there is a mistake", func(t *testing.T) {
		t.Parallel()
		shop := still(&quiet{TB: t})
		clientOf(t, shop).send("GET", "/api/merchant/testmerchant12345678/carts", "")
		assert.Len(t, shop.Findings(), 1)
		assert.True(t, shop.Findings()[0].Mistake)
		assert.Contains(t, shop.Findings()[0].String(), "no-route: GET /api/merchant/testmerchant12345678/carts")
		assert.Contains(t, shop.Findings()[0].String(), "did you mean GET ")
	})
	t.Run("paths known from elsewhere say what they are", func(t *testing.T) {
		t.Parallel()
		for _, path := range []string{"POST /api/cart/2c2b1b32-c00e-4caa-9931-a21d1e4a8cc1/session", "POST /api/cart/checkout", "POST /api/dashboard/stats/cart", "GET /checkout/2c2b1b32-c00e-4caa-9931-a21d1e4a8cc1"} {
			shop := still(t, fake.Allow("no-route"))
			method, target := path[:4], path[5:]
			if path[0] == 'G' {
				method, target = path[:3], path[4:]
			}
			got := clientOf(t, shop).send(method, target, "")
			assert.Equal(t, []any{404, notFound}, []any{got.status, got.body}, path)
			assert.Contains(t, notes(shop)[0], "not modelled", path)
		}
	})
}
