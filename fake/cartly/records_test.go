package cartly_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

func TestDefaultsOfRecords(t *testing.T) {
	t.Parallel()
	shop := still(t, fake.At(nine.Add(1999*time.Microsecond)))
	at := nine.Add(time.Millisecond)
	assert.Equal(t, cartly.Customer{ID: id("cus", 1), CreatedAt: at, UpdatedAt: at}, shop.Customers.Add(cartly.Customer{}))
	assert.Equal(t, cartly.Order{
		ID: id("ord", 1), Number: 1001, Status: "open", PaymentStatus: "pending", FulfillmentStatus: "unfulfilled",
		Currency: "USD", TotalCents: 7, LineItems: []cartly.LineItem{{Quantity: 7, PriceCents: 1}}, CreatedAt: at, UpdatedAt: at,
	}, shop.Orders.Add(cartly.Order{LineItems: []cartly.LineItem{{Quantity: 7, PriceCents: 1}}}))
	assert.Equal(t, cartly.Product{ID: id("prod", 1), CreatedAt: at, UpdatedAt: at}, shop.Products.Add(cartly.Product{}))
	assert.Equal(t, cartly.Level{VariantID: "v", LocationID: id("loc", 1)}, shop.Levels.Add(cartly.Level{VariantID: "v"}))
	assert.Equal(t, cartly.Discount{ID: id("disc", 1), Status: "active", CreatedAt: at}, shop.Discounts.Add(cartly.Discount{}))
	assert.Equal(t, cartly.Cart{ID: id("cart", 1), Currency: "USD", CreatedAt: at, UpdatedAt: at}, shop.Carts.Add(cartly.Cart{}))
	assert.Equal(t, cartly.Subscription{ID: id("wh", 1), Active: true, CreatedAt: at, ClientID: "zapier"}, shop.Webhooks.Add(cartly.Subscription{}))
}

func TestNumbersOfOrders(t *testing.T) {
	t.Parallel()
	shop := still(t)
	for _, c := range []struct{ given, want int }{{0, 1001}, {7, 7}, {0, 1002}, {5000, 5000}, {0, 5001}, {5001, 5001}, {0, 5002}} {
		assert.Equal(t, c.want, shop.Orders.Add(cartly.Order{Number: c.given}).Number)
	}
	assert.Equal(t, 1001, shop.AddShop(cartly.Shop{}).Orders.Add(cartly.Order{}).Number)
	assert.Equal(t, "2", clientOf(t, shop).get("/apps/api/orders?number=5001").value("orders.#"))
}

func TestChangesMoveTheTime(t *testing.T) {
	t.Parallel()
	shop := still(t)
	shop.Customers.Add(cartly.Customer{ID: "1", Email: "jane@example.com"})
	shop.Orders.Add(cartly.Order{ID: "1"})
	shop.Products.Add(cartly.Product{ID: "1"})
	shop.Advance(time.Minute)
	minute := nine.Add(time.Minute)
	assert.Equal(t, minute, shop.Customers.Change("1", func(*cartly.Customer) {}).UpdatedAt)
	assert.Equal(t, minute, shop.Orders.Change("1", func(*cartly.Order) {}).UpdatedAt)
	assert.Equal(t, minute, shop.Products.Quiet().Change("1", func(*cartly.Product) {}).UpdatedAt)
	assert.Equal(t, nine.Add(time.Hour), shop.Customers.Change("1", func(c *cartly.Customer) { c.UpdatedAt = nine.Add(time.Hour) }).UpdatedAt)
	shop.Advance(time.Minute)
	me := clientOf(t, shop)
	assert.Equal(t, `"2025-03-01T09:02:00.000Z"`, me.put(customers+"/1", `{}`).value("updated_at"), "every accepted write does")
	assert.Equal(t, `"2025-03-01T09:02:00.000Z"`, me.put(order1, `{}`).value("updated_at"))
}

// Lists go in the order of creation, whatever the ids look like.
func TestOrderOfLists(t *testing.T) {
	t.Parallel()
	shop := still(t)
	for _, id := range []string{"z", "", "m", "", "0017"} {
		shop.Customers.Add(cartly.Customer{ID: id, Email: "x@example.com"})
	}
	shop.Customers.Add(cartly.Customer{ID: "old", CreatedAt: nine.Add(-time.Hour)})
	shop.Advance(time.Millisecond)
	shop.Customers.Add(cartly.Customer{ID: "a", Email: "X@example.com"})
	want := `["old","z","` + id("cus", 1) + `","m","` + id("cus", 2) + `","0017","a"]`
	me := clientOf(t, shop)
	assert.Equal(t, want, me.get(customers).value("customers.#.id"))
	assert.Equal(t, `["z","`+id("cus", 1)+`","m","`+id("cus", 2)+`","0017","a"]`, me.get(customers+"?email=x@example.com").value("customers.#.id"))
	assert.Equal(t, `["m"]`, me.get(customers+"?email=x@example.com&offset=2&limit=1").value("customers.#.id"))
	before := shop.Snapshot()
	shop.Customers.Remove("m")
	shop.Restore(before)
	assert.Equal(t, want, me.get(customers).value("customers.#.id"), "a snapshot goes back in its order")
}

func TestIDsAreTheServers(t *testing.T) {
	t.Parallel()
	shop := still(t)
	second := shop.AddShop(cartly.Shop{})
	assert.Equal(t, id("shop", 2), second.Shop().ID)
	shop.Customers.Add(cartly.Customer{ID: id("cus", 2)})
	assert.Equal(t, id("cus", 1), second.Customers.Add(cartly.Customer{}).ID)
	assert.Equal(t, id("cus", 3), second.Customers.Add(cartly.Customer{}).ID, "one in use is skipped")
	assert.Equal(t, id("loc", 3), shop.AddLocation("x"), "the second shop has the second")
	for name, use := range map[string]func(*cartly.Server){
		"id 1 is in use": func(s *cartly.Server) { s.Orders.Add(cartly.Order{ID: "1"}); s.Orders.Add(cartly.Order{ID: "1"}) },
		"id 1 is in use in shop": func(s *cartly.Server) {
			s.Orders.Add(cartly.Order{ID: "1"})
			s.AddShop(cartly.Shop{}).Orders.Add(cartly.Order{ID: "1"})
		},
		"id v is in use in shop": func(s *cartly.Server) {
			s.Levels.Add(cartly.Level{VariantID: "v"})
			s.AddShop(cartly.Shop{}).Levels.Add(cartly.Level{VariantID: "v"})
		},
		"id loc_01H80000000000000000000002 is in use in shop": func(s *cartly.Server) {
			s.AddShop(cartly.Shop{})
			s.Levels.Add(cartly.Level{VariantID: "v", LocationID: id("loc", 2)})
		},
		"id u is in use in shop": func(s *cartly.Server) {
			s.Levels.Add(cartly.Level{VariantID: "u"})
			s.AddShop(cartly.Shop{}).Products.Add(cartly.Product{Variants: []cartly.Variant{{ID: "u", Inventory: 1}}})
		},
		"variant v is in use": func(s *cartly.Server) {
			s.Products.Add(cartly.Product{Variants: []cartly.Variant{{ID: "v"}}})
			s.Products.Add(cartly.Product{Variants: []cartly.Variant{{ID: "v"}}})
		},
		"variant w is in use": func(s *cartly.Server) {
			s.Products.Add(cartly.Product{Variants: []cartly.Variant{{ID: "w"}, {ID: "w"}}})
		},
		"a level needs a variant": func(s *cartly.Server) { s.Levels.Add(cartly.Level{}) },
		"variant and location of a level cannot be": func(s *cartly.Server) {
			s.Levels.Add(cartly.Level{VariantID: "v"})
			s.Levels.Change("v", id("loc", 1), func(l *cartly.Level) { l.VariantID = "w" })
		},
		"id v/loc_01H80000000000000000000001 is in use": func(s *cartly.Server) {
			s.Levels.Add(cartly.Level{VariantID: "v"})
			s.Levels.Add(cartly.Level{VariantID: "v"})
		},
		`id "shop_01H80000000000000000000001" is in use`: func(s *cartly.Server) { s.AddShop(s.Shop()) },
		`domain "MYSTORE.mycartly.pro" is in use`:        func(s *cartly.Server) { s.AddShop(cartly.Shop{Domain: "MYSTORE.mycartly.pro"}) },
	} {
		assert.Contains(t, mistake(t, use), name)
	}
}

func TestCustomersOfTheAPI(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body, message string
	}{
		"null is no address":       {`{"email":null}`, "email is required"},
		"a blank address":          {`{"email":" \t"}`, "email is required"},
		"no host":                  {`{"email":"a@b"}`, "email is invalid"},
		"two at signs":             {`{"email":"a@b@c.de"}`, "email is invalid"},
		"a blank inside":           {`{"email":"a b@c.de"}`, "email is invalid"},
		"a short end":              {`{"email":"a@b.c"}`, "email is invalid"},
		"a final newline":          {`{"email":"a@b.cd\n"}`, "email is invalid"},
		"a boolean as name":        {`{"email":"a@b.cd","first_name":true}`, "first_name must be a string"},
		"the last of doubled keys": {`{"email":"a@b.cd","email":"x"}`, "email is invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := clientOf(t, still(t)).post(customers, c.body)
			assert.Equal(t, http.StatusUnprocessableEntity, got.status)
			assert.Equal(t, invalid(c.message), got.body)
		})
	}
	shop := still(t)
	got := clientOf(t, shop).post(customers, `{"email":"a@b-c.de","last_name":"<\u00e9>\ud83d\ude00&","note":"a\nb","extra":1}`)
	assert.Equal(t, `{"id":"cus_01H80000000000000000000001","email":"a@b-c.de","first_name":null,"last_name":"<é>😀&","phone":null,"note":"a\nb","created_at":"2025-03-01T09:00:00.000Z","updated_at":"2025-03-01T09:00:00.000Z"}`, got.body)
	assert.Equal(t, []string{"ignored-attribute: extra"}, notes(shop))
	stored, _ := shop.Customers.Get(id("cus", 1))
	assert.Equal(t, "<é>😀&", stored.LastName)
	me := clientOf(t, shop)
	assert.Equal(t, 200, me.put(customers+"/"+id("cus", 1), `{"email":"A@B-C.de"}`).status, "its own address is not taken")
	assert.Equal(t, 422, me.put(customers+"/"+id("cus", 1), `{"email":""}`).status)
	assert.Equal(t, list{200, "null", "null"}, is(me.put(customers+"/"+id("cus", 1), `{"last_name":null,"note":""}`), "last_name", "note"))
}

func TestStock(t *testing.T) {
	t.Parallel()
	shop := still(t)
	product := shop.Products.Add(cartly.Product{Variants: []cartly.Variant{{ID: "v", Inventory: 4}, {Title: "empty"}}})
	assert.Equal(t, []cartly.Level{{VariantID: "v", LocationID: id("loc", 1), Available: 4}}, shop.Levels.All())
	inventory := func() int {
		product, _ := shop.Products.Get(product.ID)
		return product.Variants[0].Inventory
	}
	second := shop.AddLocation("second")
	shop.Levels.Add(cartly.Level{VariantID: "v", LocationID: second, Available: 3})
	assert.Equal(t, 7, inventory())
	shop.Levels.Quiet().Change("v", second, func(l *cartly.Level) { l.Available, l.Reserved = 10, 2 })
	assert.Equal(t, 14, inventory())
	me := clientOf(t, shop)
	assert.Equal(t, "12", me.put(stock, `{"adjustment":-2}`).value("inventory"))
	assert.Equal(t, 12, inventory())
	assert.Equal(t, "12", me.get("/apps/api/products").value("products.0.variants.0.inventory"))
	got := me.put("/apps/api/inventory/"+product.Variants[1].ID, `{"quantity":5,"location_id":"`+second+`","adjustment":null}`)
	assert.Equal(t, `{"variant_id":"`+product.Variants[1].ID+`","location_id":"`+second+`","available":5,"reserved":0,"incoming":0,"inventory":5}`, got.body)
	before := shop.Snapshot()
	shop.Levels.Remove("v", second)
	assert.Equal(t, 2, inventory())
	assert.Equal(t, 2, shop.Levels.Len())
	shop.Restore(before)
	assert.Equal(t, 12, inventory())
	shop.Restore(fake.Snapshot(`{"levels":[{"variant_id":"v","available":1}]}`))
	assert.Equal(t, 1, inventory())
	product, _ = shop.Products.Get(product.ID)
	assert.Zero(t, product.Variants[1].Inventory)
	shop.Products.Change(product.ID, func(p *cartly.Product) { p.Variants = []cartly.Variant{{ID: "w", Inventory: 2}} })
	assert.Equal(t, []cartly.Level{{VariantID: "w", LocationID: id("loc", 1), Available: 2}}, shop.Levels.All())
	assert.Equal(t, 404, me.put(stock, `{"quantity":1}`).status)
	shop.Products.Quiet().Remove(product.ID)
	assert.Zero(t, shop.Levels.Len())
	shop.Levels.Add(cartly.Level{VariantID: "x", LocationID: "mine"})
	assert.Equal(t, 200, me.put("/apps/api/inventory/x", `{"quantity":1,"location_id":"mine"}`).status)
	level, there := shop.Levels.Get("x", "mine")
	assert.True(t, there)
	assert.Equal(t, 1, level.Available)
}

func TestRegeneratedVariants(t *testing.T) {
	t.Parallel()
	shop := still(t)
	product := shop.Products.Add(cartly.Product{Variants: []cartly.Variant{{ID: "v", Inventory: 4}, {Title: "empty"}}})
	shop.Levels.Add(cartly.Level{VariantID: "v", LocationID: "x", Available: 3, Reserved: 1})
	after := shop.RegenerateVariants(product.ID)
	assert.Equal(t, id("var", 2), after.Variants[0].ID)
	assert.Equal(t, 7, after.Variants[0].Inventory)
	assert.Equal(t, []cartly.Level{
		{VariantID: id("var", 2), LocationID: id("loc", 1), Available: 4}, {VariantID: id("var", 2), LocationID: "x", Available: 3, Reserved: 1},
	}, shop.Levels.All())
	me := clientOf(t, shop)
	assert.Equal(t, noRecord("variant"), me.put(stock, `{"quantity":1}`).body)
	assert.Equal(t, 200, me.put("/apps/api/inventory/"+id("var", 2), `{"quantity":1}`).status)
}

func TestNumbersOfStock(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"quantity":"3"}`:                    "quantity must be an integer",
		`{"quantity":3.0}`:                    "quantity must be an integer",
		`{"quantity":3e0}`:                    "quantity must be an integer",
		`{"quantity":true}`:                   "quantity must be an integer",
		`{"quantity":9223372036854775808}`:    "quantity must be an integer",
		`{"adjustment":9223372036854775807}`:  "adjustment must be an integer",
		`{"adjustment":-9223372036854775808}`: "available must not be negative",
		`{"adjustment":[]}`:                   "adjustment must be an integer",
		`{}`:                                  "exactly one of quantity and adjustment is required",
		`{"quantity":null}`:                   "exactly one of quantity and adjustment is required",
		`{"quantity":1,"location_id":7}`:      "location_id is unknown",
		`{"quantity":1,"location_id":""}`:     "location_id is unknown",
	} {
		shop := still(t)
		shop.Levels.Add(cartly.Level{VariantID: "v", Available: 1})
		assert.Equal(t, invalid(want), clientOf(t, shop).put(stock, body).body, body)
	}
}

func TestDiscounts(t *testing.T) {
	t.Parallel()
	shop := still(t)
	me := clientOf(t, shop)
	got := me.post(discounts, `{"code":" Spring ","type":"fixed_amount","value":500,"status":"inactive","minimum_amount_cents":0,"usage_limit":1,"starts_at":"2025-03-01T10:00:00.1239+01:00","ends_at":"2025-04-01T00:00:00Z"}`)
	assert.Equal(t, `{"id":"disc_01H80000000000000000000001","code":" Spring ","type":"fixed_amount","value":500,"status":"inactive","minimum_amount_cents":0,"usage_limit":1,"starts_at":"2025-03-01T09:00:00.123Z","ends_at":"2025-04-01T00:00:00.000Z","created_at":"2025-03-01T09:00:00.000Z"}`, got.body)
	one := 1
	discount, _ := shop.Discounts.Get(id("disc", 1))
	*discount.UsageLimit = 7
	discount, _ = shop.Discounts.Get(id("disc", 1))
	assert.Equal(t, &one, discount.UsageLimit, "copies go out")
	for body, want := range map[string]string{
		`{"code":"A","type":"free_shipping","value":null}`:             "",
		`{"code":"B","type":"free_shipping","value":0}`:                "",
		`{"code":"C","type":"free_shipping","value":1}`:                "value must be absent for free shipping",
		`{"code":"D","type":"percentage","value":100,"status":null}`:   "",
		`{"code":"E","type":"percentage","value":101}`:                 "value must be a whole percentage from 1 to 100",
		`{"code":"F","type":"percentage"}`:                             "value must be a whole percentage from 1 to 100",
		`{"code":"G","type":"fixed_amount","value":"5"}`:               "value must be a positive number of cents",
		`{"code":"\u200b","type":"free_shipping"}`:                     "code is required",
		`{"code":7,"type":"free_shipping"}`:                            "code is required",
		`{"code":"H","type":7}`:                                        "type is not known",
		`{"code":"I","type":"free_shipping","starts_at":"2025-03-01"}`: "starts_at is invalid",
		`{"code":" SPRING ","type":"free_shipping"}`:                   "code is already in use",
	} {
		got := me.post(discounts, body)
		if want == "" {
			assert.Equal(t, 201, got.status, body)
			continue
		}
		assert.Equal(t, `"`+want+`"`, got.value("message"), body)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	shop := still(t)
	shop.Customers.Add(cartly.Customer{ID: "1", Email: "jane@example.com"})
	shop.Orders.Add(cartly.Order{ID: "1"})
	shop.Levels.Add(cartly.Level{VariantID: "v"})
	me := clientOf(t, shop)
	for name, c := range map[string]struct {
		refuse func(message string)
		call   func() answer
	}{
		"a customer": {func(m string) { shop.RefuseCustomer("1", m) }, func() answer { return me.put(customers+"/1", `{"note":"x"}`) }},
		"an address": {func(m string) { shop.RefuseEmail("NEW@example.com", m) }, func() answer { return me.post(customers, `{"email":"new@example.com"}`) }},
		"an order":   {func(m string) { shop.RefuseOrder("1", m) }, func() answer { return me.put(order1, `{"note":"x"}`) }},
		"a variant":  {func(m string) { shop.RefuseVariant("v", m) }, func() answer { return me.put(stock, `{"quantity":1}`) }},
		"a code":     {func(m string) { shop.RefuseCode("New", m) }, func() answer { return me.post(discounts, `{"code":"NEW","type":"free_shipping"}`) }},
	} {
		before := string(shop.Snapshot())
		c.refuse("not " + name)
		for range 2 {
			got := c.call()
			assert.Equal(t, http.StatusUnprocessableEntity, got.status, name)
			assert.Equal(t, invalid("not "+name), got.body)
		}
		assert.Equal(t, before, string(shop.Snapshot()), name)
		c.refuse("")
		assert.Less(t, c.call().status, 300, name)
	}
	for _, c := range []struct {
		fault fake.Fault
		want  answer
	}{
		{fake.NewFault("not-saved"), answer{status: 422, body: invalid("the change was refused")}},
		{fake.NewFault("not-saved").Set("errors", "a", "b"), answer{status: 422, body: invalid("a; b")}},
		{fake.NewFault("not-saved").Set("status", "400"), answer{status: 400, body: invalid("the change was refused")}},
		{fake.NewFault("saved-but-says-error"), answer{status: 500, body: `{"error":"server_error","message":"internal error"}`}},
	} {
		shop.Inject(c.fault.On(cartly.UpdateOrder).Call(1))
		got := me.put(order1, `{"note":"x"}`)
		assert.Equal(t, c.want, answer{status: got.status, body: got.body})
	}
	order, _ := shop.Orders.Get("1")
	assert.Equal(t, "x\nx", order.Note, "the last one was saved")
}

func TestSnapshots(t *testing.T) {
	t.Parallel()
	shop := still(t)
	fill := func() {
		shop.Customers.Add(cartly.Customer{Email: "jane@example.com"})
		shop.Orders.Add(mug)
		shop.Products.Add(cartly.Product{Title: "Mug", Variants: []cartly.Variant{{Inventory: 4}}})
		shop.Discounts.Add(cartly.Discount{Code: "A"})
		shop.Carts.Add(cartly.Cart{Email: "jane@example.com"})
		shop.Webhooks.Add(cartly.Subscription{URL: "https://a.example"})
		shop.Webhooks.Change(id("wh", 1), func(h *cartly.Subscription) { h.Active = false })
	}
	fill()
	first := shop.Snapshot()
	shop.Reset()
	assert.Zero(t, shop.Levels.Len())
	fill()
	require.Empty(t, fake.Diff(first, shop.Snapshot()), "a reset server is as new")
	other := still(t)
	other.Restore(first)
	require.Empty(t, fake.Diff(first, other.Snapshot()))
	hook, _ := other.Webhooks.Get(id("wh", 1))
	assert.False(t, hook.Active)
	other.Restore(fake.Snapshot(`{"products":[{"title":"Cup","variants":[{"sku":"C","inventory":2}]}],"webhooks":[{"url":"https://b.example"}]}`))
	assert.Equal(t, 2, other.Products.All()[0].Variants[0].Inventory)
	assert.True(t, other.Webhooks.All()[0].Active)
}
