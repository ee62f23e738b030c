package cartfunnel_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

func TestGetCustomer(t *testing.T) {
	t.Parallel()
	goldens(t, map[string]setting{
		"GetCustomer_X1": {prepare: with(joe)},
		"GetCustomer_X4_2": {options: []cartfunnel.Option{february}, prepare: func(t *testing.T, shop *cartfunnel.Server) {
			documentRefused(t, shop)
			say(t, shop, "UpdateCustomer_X4_1")
		}},
		"GetCustomer_X10": {prepare: twoAccounts},
		"GetCustomer_X15_2": {prepare: func(t *testing.T, shop *cartfunnel.Server) {
			annaAMinuteAgo(t, shop)
			say(t, shop, "UpdateCustomer_X15_1")
		}},
	})
	t.Run("ids that nobody has", func(t *testing.T) {
		t.Parallel()
		for _, status := range []int{404, 403} {
			shop := still(t, cartfunnel.WithUnknownRecord(status))
			twoAccounts(t, shop)
			c := clientOf(t, shop)
			want := map[int]string{404: `{"errors":["Not found"]}`, 403: `{"errors":["Forbidden"]}`}[status]
			for _, id := range []string{
				"900", "92310", "0", "null", "01", "-1", "+1", "1.0", "1e0", "%31%20", "x", "..", "9223372036854775807", "9223372036854775808",
				"18446744073709551617", "1%00", "1%2F..", "%ff", "1;2", "1,2", "٣",
			} {
				got := c.get("/customers/" + id + ".json")
				assert.Equal(t, status, got.status, id)
				assert.Equal(t, want, got.body, id)
			}
			assert.Empty(t, shop.Findings())
		}
	})
	t.Run("an id is unescaped", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(joe)(t, shop)
		c := clientOf(t, shop)
		assert.Equal(t, c.get("/customers/1.json"), c.get("/%63ustomers/%31%2Ejson"))
	})
	t.Run("the largest id", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(cartfunnel.Customer{ID: 1<<63 - 1, Email: "a@example.com"})(t, shop)
		assert.Equal(t, 200, clientOf(t, shop).get("/customers/9223372036854775807.json").status)
	})
	t.Run("parameters are left out", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(joe)(t, shop)
		assert.Equal(t, 200, clientOf(t, shop).get("/customers/1.json?fields=id").status)
		assert.Equal(t, []string{"ignored-parameter: fields"}, notes(shop))
	})
}

func TestNoRoute(t *testing.T) {
	t.Parallel()
	elsewhere := []struct{ method, path, finding string }{
		{"DELETE", "/v1/customers/1.json", "DeleteCustomer is no operation of this API"},
		{"PUT", "/v1/customers/1.json", "ReplaceCustomer is no operation of this API"},
		{"PATCH", "/v1/customers.json", "UpdateCustomers is no operation of this API"},
		{"GET", "/v1/products.json", "ListProducts is not modelled"},
		{"GET", "/v1/products/1.json", "GetProduct is not modelled"},
		{"GET", "/v1/orders.json", "ListOrders is not modelled"},
		{"GET", "/v1/orders/1.json", "GetOrder is not modelled"},
		{"GET", "/v1/customers/1/addresses.json", "ListAddresses is not modelled"},
		{"GET", "/v1/customers/1/subscriptions.json", "ListSubscriptions is not modelled"},
		{"GET", "/v1/customers", "did you mean GET /v1/customers.json?"},
		{"GET", "/v1/customer.json", "did you mean GET /v1/customers.json?"},
		{"GET", "/v1/customers/1", "no such endpoint"},
		{"GET", "/v1/customers.json.json", "no such endpoint"},
		{"GET", "/v1/customers.json/", "no such endpoint"},
		{"GET", "/v1/Customers.json", "no such endpoint"},
		{"GET", "/v1//customers.json", "no such endpoint"},
		{"GET", "/v1/customers/.json", "no such endpoint"},
		{"GET", "/v1/customers/1/2.json", "no such endpoint"},
		{"GET", "/v1/customers/1.JSON", "no such endpoint"},
		{"GET", "/V1/customers.json", "no such endpoint"},
		{"GET", "/v1", "no such endpoint"},
		{"GET", "/v1customers.json", "no such endpoint"},
		{"GET", "/customers.json", "no such endpoint"},
		{"GET", "/", "no such endpoint"},
		{"OPTIONS", "/v1/customers.json", "no such endpoint"},
		{"get", "/v1/customers.json", "no such endpoint"},
		{"DELETE", "/v1/customers.json", "no such endpoint"},
		{"POST", "/v1/orders.json", "no such endpoint"},
	}
	goldens(t, map[string]setting{
		"NoRoute_X11": {options: []cartfunnel.Option{fake.Allow("no-route")}, prepare: with(joe)},
	})
	t.Run("with or without credentials, and noted as a mistake", func(t *testing.T) {
		t.Parallel()
		shop := still(t, fake.Allow("no-route"))
		with(joe)(t, shop)
		before := shop.Snapshot()
		for _, e := range elsewhere {
			for _, c := range []client{clientOf(t, shop), clientOf(t, shop).as("", ""), clientOf(t, shop).as("x", "y")} {
				got := c.send(e.method, e.path, "")
				assert.Equal(t, 404, got.status, "%s %s", e.method, e.path)
				assert.Equal(t, `{"errors":["Not found"]}`, got.body, "%s %s", e.method, e.path)
				assert.NotContains(t, got.header, "Allow")
				findings := shop.Findings()
				assert.Equal(t, "no-route", findings[len(findings)-1].Kind)
				assert.Contains(t, findings[len(findings)-1].Detail, e.method+" "+e.path+": ")
				assert.Contains(t, findings[len(findings)-1].Detail, e.finding)
			}
		}
		head := clientOf(t, shop).send("HEAD", "/v1/customers.json", "")
		assert.Equal(t, 404, head.status)
		assert.Equal(t, "application/json; charset=utf-8", head.header.Get("Content-Type"))
		assert.Equal(t, before, shop.Snapshot())
	})
	t.Run("the methods of the path, where the option names them", func(t *testing.T) {
		t.Parallel()
		shop := still(t, fake.Allow("no-route"), cartfunnel.WithMethodNotAllowed())
		c := clientOf(t, shop).as("", "")
		for path, allow := range map[string]string{"/v1/customers.json": "GET, POST", "/v1/customers/1.json": "GET, PATCH"} {
			for _, method := range []string{"DELETE", "PUT", "OPTIONS", "get"} {
				got := c.send(method, path, "")
				assert.Equal(t, 405, got.status, method)
				assert.Equal(t, allow, got.header.Get("Allow"), method)
				assert.Equal(t, `{"errors":["Method not allowed"]}`, got.body, method)
			}
		}
		assert.Equal(t, 404, c.send("DELETE", "/v1/products/1.json", "").status)
		assert.Equal(t, 404, c.send("PUT", "/v1/customers", "").status)
	})
}
