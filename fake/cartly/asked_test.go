package cartly_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// The faults that this package has a part in.

func TestTokenExpired(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options []cartly.Option
		fault   fake.Fault
		now     int      // status of the call that is hit
		refresh []int    // statuses of refreshes that follow, each with the token before
		rotated []string // the refresh tokens that they give
	}{
		"at once":           {fault: fake.NewFault("token-expired"), now: 401, refresh: []int{200, 400}, rotated: []string{`"` + id("rt", 1) + `"`, "absent"}},
		"in a minute":       {fault: fake.NewFault("token-expired").Set("ttl", "1m"), now: 200, refresh: []int{200}, rotated: []string{`"` + id("rt", 1) + `"`}},
		"and cannot be had": {fault: fake.NewFault("token-expired").Set("refresh", "fail"), now: 401, refresh: []int{400, 200}, rotated: []string{"absent", `"` + id("rt", 1) + `"`}},
		"and rotates": {
			options: options(cartly.WithRefreshRotation(false)), fault: fake.NewFault("token-expired").Set("refresh", "rotate"), now: 401,
			refresh: []int{200, 400}, rotated: []string{`"` + id("rt", 1) + `"`, "absent"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, c.options...)
			shop.Inject(c.fault.On(cartly.GetMe).Call(1))
			me := clientOf(t, shop)
			assert.Equal(t, c.now, me.get("/apps/api/me").status)
			shop.Advance(time.Minute)
			got := me.get("/apps/api/me")
			assert.Equal(t, 401, got.status)
			assert.Equal(t, `Bearer error="invalid_token"`, got.header.Get("Www-Authenticate"))
			for i, want := range c.refresh {
				got := me.form("/oauth/token", "zapier", "zapier_secret", "grant_type", "refresh_token", "refresh_token", "REFRESH_TOKEN")
				assert.Equal(t, want, got.status)
				assert.Equal(t, c.rotated[i], got.value("refresh_token"))
			}
		})
	}
}

func TestTokenSwapped(t *testing.T) {
	t.Parallel()
	swapped := func(account string) fake.Fault {
		fault := fake.NewFault("token-swapped").On(cartly.ListCustomers).Call(1)
		if account != "" {
			fault = fault.Set("account", account)
		}
		return fault
	}
	for _, account := range []string{"", "Second", "shop2.mycartly.pro", id("shop", 2)} {
		shop := still(t)
		shop.AddShop(cartly.Shop{Name: "Second"}).Customers.Add(cartly.Customer{ID: "theirs"})
		shop.Customers.Add(cartly.Customer{ID: "ours"})
		shop.Inject(swapped(account))
		me := clientOf(t, shop)
		assert.Equal(t, `["theirs"]`, me.get(customers).value("customers.#.id"))
		assert.Equal(t, `["ours"]`, me.get(customers).value("customers.#.id"))
	}
	assert.Contains(t, mistake(t, func(s *cartly.Server) { s.Inject(swapped("")) }), "there is one shop only")
	assert.Contains(t, mistake(t, func(s *cartly.Server) { s.Inject(swapped("x")) }), "there is no such shop")
}

func TestStaleReads(t *testing.T) {
	t.Parallel()
	shop := still(t, cartly.WithOrderReads())
	shop.Customers.Add(cartly.Customer{ID: "z", Email: "z@example.com"})
	shop.Customers.Add(cartly.Customer{ID: "a", Email: "a@example.com"})
	shop.Orders.Add(cartly.Order{ID: "1"})
	lists := shop.Inject(fake.NewFault("stale-read").Set("lag", "1m").On(cartly.ListCustomers, cartly.GetOrder).Optional())
	me := clientOf(t, shop)
	shop.Advance(time.Minute)
	shop.Customers.Add(cartly.Customer{Email: "new@example.com"})
	shop.Customers.Change("a", func(c *cartly.Customer) { c.Email = "b@example.com" })
	shop.FulfillOrder("1")
	assert.Equal(t, `["z@example.com","a@example.com"]`, me.get(customers).value("customers.#.email"), "as it was, in the order of creation")
	assert.Equal(t, `["a@example.com"]`, me.get(customers+"?limit=1&offset=1").value("customers.#.email"))
	assert.Equal(t, `["a"]`, me.get(customers+"?email=a@example.com").value("customers.#.id"))
	assert.Equal(t, `[]`, me.get(customers+"?email=b@example.com").value("customers.#.id"))
	assert.Equal(t, `"fulfilled"`, me.get(order1).value("fulfillment_status"), "no list")
	assert.Equal(t, 4, lists.Fired())
	lists.Disarm()
	shop.Inject(fake.NewFault("stale-read").Set("lag", "1m").Set("scope", "all").On(cartly.GetOrder).Call(1))
	assert.Equal(t, `"unfulfilled"`, me.get(order1).value("fulfillment_status"))
	assert.Equal(t, `"fulfilled"`, me.get(order1).value("fulfillment_status"))
}

func TestSilentlyDropped(t *testing.T) {
	t.Parallel()
	shop := still(t)
	shop.Customers.Add(cartly.Customer{ID: "1", Email: "jane@example.com", Note: "old"})
	shop.Orders.Add(cartly.Order{ID: "1"})
	shop.Levels.Add(cartly.Level{VariantID: "v", Available: 4})
	dropped := shop.Inject(fake.NewFault("silently-dropped").Set("fields", "note,quantity"))
	me := clientOf(t, shop)
	assert.Equal(t, list{200, `"Jane"`, `"old"`}, is(me.put(customers+"/1", `{"first_name":"Jane","note":"new"}`), "first_name", "note"))
	assert.Equal(t, list{422, `"note must be a string"`}, is(me.put(customers+"/1", `{"note":1}`), "message"), "they are checked all the same")
	assert.Equal(t, list{200, `"paid"`, "null"}, is(me.put(order1, `{"payment_status":"paid","note":"new"}`), "payment_status", "note"))
	assert.Equal(t, list{200, "4"}, is(me.put(stock, `{"quantity":9}`), "available"))
	assert.Equal(t, list{200, "5"}, is(me.put(stock, `{"adjustment":1}`), "available"))
	assert.Equal(t, 3, dropped.Fired())
}

func TestFaultsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"batch-stops": "no batches", "limited-after-part": "no batches", "cursor-expired": "no cursors", "cursor-loop": "no cursors",
	} {
		assert.Contains(t, mistake(t, func(s *cartly.Server) { s.Inject(fake.NewFault(name)) }), want)
	}
}
