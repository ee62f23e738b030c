package cartfunnel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	shop := still(t)
	shop.AddAccount("othershop", "other_secret")
	me := clientOf(t, shop)
	assert.Equal(t, 200, me.get("/customers.json").status)
	for _, pair := range [][2]string{
		{"", ""},
		{"myshop", ""},
		{"", "your_api_secret"},
		{"myshop", "wrong"},
		{"myshop", "other_secret"},
		{"othershop", "your_api_secret"},
		{"nobody", "your_api_secret"},
		{"MyShop", "your_api_secret"},
		{"myshop", "Your_API_Secret"},
		{"myshop", "your_api_secret2"},
		{"myshop", `"your_api_secret"`},
		{"myshop:your_api_secret", "your_api_secret"},
		{"myshop.cartfunnel.net", "your_api_secret"},
		{"https://myshop.cartfunnel.net", "your_api_secret"},
	} {
		got := me.as(pair[0], pair[1]).get("/customers.json")
		assert.Equal(t, 403, got.status, pair)
		assert.Equal(t, forbidden, got.body, pair)
		assert.NotContains(t, got.header, "Www-Authenticate")
	}
	assert.Equal(t, []string{
		"account-form: myshop:your_api_secret", "account-form: myshop.cartfunnel.net", "account-form: https://myshop.cartfunnel.net",
	}, notes(shop))
	none := me.as("", "")
	t.Run("header names in any case, values trimmed as HTTP does", func(t *testing.T) {
		assert.Equal(t, 200, none.send("GET", "/v1/customers.json", "", "x-cartfunnel-account:  myshop ", "x-CARTFUNNEL-api-secret: your_api_secret").status)
	})
	t.Run("the first of two values", func(t *testing.T) {
		first := none.send("GET", "/v1/customers.json", "", "X-Cartfunnel-Account: myshop", "X-Cartfunnel-Account: nobody", "X-Cartfunnel-Api-Secret: your_api_secret")
		assert.Equal(t, 200, first.status)
		first = none.send("GET", "/v1/customers.json", "", "X-Cartfunnel-Account: myshop", "X-Cartfunnel-Api-Secret: wrong", "X-Cartfunnel-Api-Secret: your_api_secret")
		assert.Equal(t, 403, first.status)
	})
	t.Run("no other place", func(t *testing.T) {
		assert.Equal(t, 403, none.send("GET", "/v1/customers.json?X-CARTFUNNEL-ACCOUNT=myshop&X-CARTFUNNEL-API-SECRET=your_api_secret", "", "Authorization: Bearer your_api_secret").status)
	})
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	shop := still(t)
	with(joe)(t, shop)
	other := shop.AddAccount("othershop", "other_secret")
	other.Customers.Add(cartfunnel.Customer{Email: "o@example.com"})
	me := clientOf(t, shop)
	can := func(account, secret string) (read, write int) {
		c := me.as(account, secret)
		return c.get("/customers.json").status, c.send("POST", "/v1/customers.json", "").status
	}
	check := func(account, secret string, read, write int) {
		t.Helper()
		r, w := can(account, secret)
		assert.Equal(t, []int{read, write}, []int{r, w}, secret)
	}
	check("myshop", "your_api_secret", 200, 400)
	shop.AddSecret("none")
	shop.AddSecret("reader", cartfunnel.ReadCustomers)
	shop.AddSecret("writer", cartfunnel.WriteCustomers)
	shop.AddSecret("both", cartfunnel.WriteCustomers, cartfunnel.ReadCustomers)
	shop.AddSecret("orders", "orders:read")
	other.AddSecret("reader", cartfunnel.WriteCustomers)
	check("myshop", "none", 403, 403)
	check("myshop", "reader", 200, 403)
	check("myshop", "writer", 403, 400)
	check("myshop", "both", 200, 400)
	check("myshop", "orders", 403, 403)
	check("othershop", "reader", 403, 400)
	check("othershop", "none", 403, 403)
	shop.AddSecret("none", cartfunnel.ReadCustomers)
	check("myshop", "none", 200, 403)
	shop.RevokeSecret("reader")
	shop.RevokeSecret("unknown")
	check("myshop", "reader", 403, 403)
	check("othershop", "reader", 403, 400)
	shop.RevokeSecret(shop.Secret())
	check("myshop", shop.Secret(), 403, 403)
	check("myshop", "both", 200, 400)
	shop.Reset()
	check("myshop", "your_api_secret", 200, 400)
	check("myshop", "both", 403, 403)
	check("othershop", "other_secret", 403, 403)
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	t.Run("the first by option", func(t *testing.T) {
		t.Parallel()
		shop := still(t, cartfunnel.WithAccount("ours", "sesame"))
		assert.Equal(t, fake.Credentials{"account": "ours", "secret": "sesame"}, shop.Credentials())
		assert.Equal(t, 200, clientOf(t, shop).get("/customers.json").status)
		assert.Equal(t, 403, clientOf(t, shop).as("myshop", "your_api_secret").get("/customers.json").status)
		shop.Reset()
		assert.Equal(t, 200, clientOf(t, shop).get("/customers.json").status)
	})
	t.Run("each has its customers, addresses and refusals", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(anna)(t, shop)
		other := shop.AddAccount("othershop", "s")
		assert.Equal(t, []string{"othershop", "s"}, []string{other.Account(), other.Secret()})
		added := other.Customers.Add(cartfunnel.Customer{Email: "bob@example.com"})
		assert.Equal(t, int64(2), added.ID)
		me, you := clientOf(t, shop), clientOf(t, shop).as("othershop", "s")
		other.RefuseEmail("x@example.com", "no")
		other.RefuseCustomer(1, "no")
		assert.Equal(t, "none", errorsOf(me.post(`{"customer":{"email":"bob@example.com"}}`)))
		assert.Equal(t, "none", errorsOf(me.post(`{"customer":{"email":"x@example.com"}}`)))
		assert.Equal(t, "none", errorsOf(me.patch("1", `{"customer":{"note":"x"}}`)))
		assert.Equal(t, `["no"]`, errorsOf(you.post(`{"customer":{"email":"X@example.com"}}`)))
		assert.Equal(t, 404, you.get("/customers/1.json").status)
		assert.Equal(t, 404, me.get("/customers/2.json").status)
		_, order := other.PlaceOrder("anna@example.com", 100)
		_, next := shop.PlaceOrder("anna@example.com", 100)
		assert.Equal(t, []int64{1, 2}, []int64{order, next}, "orders count over all accounts")
	})
	t.Run("mistakes of the test", func(t *testing.T) {
		t.Parallel()
		shop := cartfunnel.New()
		defer shop.Close()
		other := shop.AddAccount("othershop", "s")
		shop.Customers.Add(anna)
		for want, mistake := range map[string]func(){
			`cartfunnel: AddAccount("myshop", …): want a new name and a secret`:             func() { shop.AddAccount("myshop", "s") },
			`cartfunnel: AddAccount("", …): want a new name and a secret`:                   func() { shop.AddAccount("", "s") },
			`cartfunnel: AddAccount("x", …): want a new name and a secret`:                  func() { shop.AddAccount("x", "") },
			`cartfunnel: AddAccount("othershop", …): want a new name and a secret`:          func() { shop.AddAccount("othershop", "s") },
			`cartfunnel: customers: Add: id 1 is in use in account "myshop"`:                func() { other.Customers.Add(anna) },
			`cartfunnel: customers: Add: id 1 is in use`:                                    func() { shop.Customers.Add(anna) },
			`cartfunnel: customers: Change: there is no record 9`:                           func() { shop.AmendOrder(9, 1) },
			`cartfunnel: WithAccount: no request can carry an empty account or secret`:      func() { cartfunnel.New(cartfunnel.WithAccount("", "s")) },
			`cartfunnel: WithZone: no zone`:                                                 func() { cartfunnel.New(cartfunnel.WithZone(nil)) },
			`cartfunnel: WithPageSize: 0 records a page; want 1 to 100`:                     func() { cartfunnel.New(cartfunnel.WithPageSize(0)) },
			`cartfunnel: WithPageSize: 101 records a page; want 1 to 100`:                   func() { cartfunnel.New(cartfunnel.WithPageSize(101)) },
			`cartfunnel: WithCreatedStatus: 202; want one of [200 201]`:                     func() { cartfunnel.New(cartfunnel.WithCreatedStatus(202)) },
			`cartfunnel: WithUnknownRecord: 410; want one of [404 403]`:                     func() { cartfunnel.New(cartfunnel.WithUnknownRecord(410)) },
			`cartfunnel: WithEcho: x; want one of [attempt stored]`:                         func() { cartfunnel.New(cartfunnel.WithEcho("x")) },
			`cartfunnel: WithEchoedUpdatedAt: x; want one of [attempt stored]`:              func() { cartfunnel.New(cartfunnel.WithEchoedUpdatedAt("x")) },
			`cartfunnel: WithUnsavedKeys: x; want one of [null string-null absent]`:         func() { cartfunnel.New(cartfunnel.WithUnsavedKeys("x")) },
			`cartfunnel: WithContentType: every answer carries a media type`:                func() { cartfunnel.New(cartfunnel.WithContentType("")) },
			`cartfunnel: WithContentType: not the value of a header: "text/json\nX: y"`:     func() { cartfunnel.New(cartfunnel.WithContentType("text/json\nX: y")) },
			`cartfunnel: WithForbiddenBody: not the value of a header: "text/html\r\nX: y"`: func() { cartfunnel.New(cartfunnel.WithForbiddenBody("text/html\r\nX: y", "")) },
		} {
			assert.PanicsWithValue(t, want, mistake)
		}
	})
	t.Run("mistakes under Start fail the test", func(t *testing.T) {
		t.Parallel()
		spy := &spy{TB: t}
		func() {
			defer func() { assert.Equal(t, spy, recover()) }()
			cartfunnel.Start(spy).AddAccount("myshop", "s")
		}()
		assert.Equal(t, `cartfunnel: AddAccount("myshop", …): want a new name and a secret`, spy.fatal)
	})
}

func TestOrders(t *testing.T) {
	t.Parallel()
	shop := still(t)
	with(cartfunnel.Customer{ID: 5, Email: "Anna@example.com", LastOrderID: 900})(t, shop)
	shop.Advance(1500 * time.Microsecond)
	later := noon.Add(time.Millisecond)

	customer, order := shop.PlaceOrder("aNNA@example.com", 1250)
	want := cartfunnel.Customer{ID: 5, Email: "Anna@example.com", CreatedAt: noon, UpdatedAt: later, OrdersCount: 1, TotalSpentCents: 1250, LastOrderID: 1}
	assert.Equal(t, int64(1), order)
	assert.Equal(t, want, customer)

	customer, order = shop.PlaceOrder("new@example.com", 9007199254740993)
	assert.Equal(t, int64(2), order)
	assert.Equal(t, cartfunnel.Customer{ID: 6, Email: "new@example.com", CreatedAt: later, UpdatedAt: later, OrdersCount: 1, TotalSpentCents: 9007199254740993, LastOrderID: 2}, customer)
	assert.Contains(t, clientOf(t, shop).get("/customers/6.json").body, `"orders_count":1,"total_spent_cents":9007199254740993,"tax_exempt":"false","subscriptions_count":0,"last_order_id":2`)

	shop.Advance(time.Second)
	assert.Equal(t, int64(1000), shop.AmendOrder(5, -250).TotalSpentCents)
	assert.Equal(t, 1, shop.StartSubscription(5).SubscriptionsCount)
	assert.Equal(t, 0, shop.EndSubscription(5).SubscriptionsCount)
	ended := shop.EndSubscription(5)
	assert.Equal(t, 0, ended.SubscriptionsCount, "never below 0")
	want.TotalSpentCents, want.UpdatedAt = 1000, later.Add(time.Second)
	assert.Equal(t, want, ended)

	shop.Reset()
	_, order = shop.PlaceOrder("x@example.com", 1)
	assert.Equal(t, int64(1), order)
}

func TestState(t *testing.T) {
	t.Parallel()
	t.Run("defaults, copies, and what the test sets", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		tags := []string{"a"}
		added := shop.Customers.Add(cartfunnel.Customer{TagList: tags, CreatedAt: noon.Add(-time.Hour - time.Microsecond).In(time.FixedZone("", 3600))})
		tags[0], added.TagList[0] = "x", "y"
		got, ok := shop.Customers.Get(1)
		assert.True(t, ok)
		assert.Equal(t, []string{"a"}, got.TagList)
		assert.Equal(t, noon.Add(-time.Hour-time.Millisecond), got.CreatedAt)
		assert.Equal(t, got.CreatedAt, got.UpdatedAt)
		changed := shop.Customers.Change(1, func(c *cartfunnel.Customer) { c.Note, c.TagList = "x", []string{} })
		assert.Equal(t, noon, changed.UpdatedAt)
		assert.Nil(t, changed.TagList)
		changed = shop.Customers.Change(1, func(c *cartfunnel.Customer) { c.UpdatedAt = noon.Add(time.Hour) })
		assert.Equal(t, noon.Add(time.Hour), changed.UpdatedAt)
		shop.Customers.Remove(1)
		assert.Zero(t, shop.Customers.Len())
	})
	t.Run("a snapshot has the document's names and plain types", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		with(joe)(t, shop)
		shop.AddAccount("othershop", "s").Customers.Add(cartfunnel.Customer{TagList: []string{"a", "b"}})
		const want = `{"customers":[{"id":1,"email":"joe@example.com","created_at":"2018-12-05T04:29:37.406Z","updated_at":"2018-12-05T04:29:37.406Z",` +
			`"accepts_marketing":true,"first_name":"Joe","last_name":"El","note":"Special user","orders_count":3,"total_spent_cents":100000,` +
			`"tax_exempt":false,"subscriptions_count":1,"last_order_id":3200291}],` +
			`"tenants":{"othershop":{"customers":[{"id":2,"email":"","created_at":"2025-03-01T09:00:00Z","updated_at":"2025-03-01T09:00:00Z",` +
			`"accepts_marketing":false,"first_name":"","last_name":"","note":"","orders_count":0,"total_spent_cents":0,` +
			`"tax_exempt":false,"subscriptions_count":0,"last_order_id":0,"tag_list":["a","b"]}]}},` +
			`"clock":"2025-03-01T09:00:00Z","counters":{"customers":2}}`
		before := shop.Snapshot()
		assert.Equal(t, want, string(before))

		me := clientOf(t, shop)
		body := me.get("/customers/1.json").body
		me.patch("1", `{"customer":{"note":"x"}}`)
		me.post(`{"customer":{"email":"new@example.com"}}`)
		assert.NotEmpty(t, fake.Diff(before, shop.Snapshot()))
		shop.Restore(before)
		assert.Empty(t, fake.Diff(before, shop.Snapshot()))
		assert.Equal(t, body, me.get("/customers/1.json").body)
		assert.Equal(t, "none", errorsOf(me.post(`{"customer":{"email":"new@example.com"}}`)))
	})
	t.Run("a part of a snapshot", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		shop.Restore(fake.Snapshot(`{"customers":[{"id":1001,"email":"bob@example.com"},{"email":"eve@example.com"}]}`))
		me := clientOf(t, shop)
		assert.Equal(t, "1001 1002", ids(me.get("/customers.json")))
		assert.Contains(t, me.get("/customers/1002.json").body, `"created_at":"2025-03-01T04:00:00.000-05:00"`)
		assert.Equal(t, `["Email has already been taken"]`, errorsOf(me.post(`{"customer":{"email":"EVE@example.com"}}`)))
	})
}
