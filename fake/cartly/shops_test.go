package cartly_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

func TestDefaults(t *testing.T) {
	t.Parallel()
	shop := cartly.New()
	defer shop.Close()
	assert.Equal(t, fake.Credentials{
		"shop_domain": "mystore.mycartly.pro", "token": "ACCESS_TOKEN", "refresh_token": "REFRESH_TOKEN",
		"client_id": "zapier", "client_secret": "zapier_secret", "webhook_secret": "whsec_mystore",
	}, shop.Credentials())
	assert.Equal(t, cartly.Shop{ID: id("shop", 1), Name: "My Store", Domain: "mystore.mycartly.pro", Currency: "USD"}, shop.Shop())
	assert.Len(t, cartly.Scopes(), 13)
	assert.Equal(t, "https://cartly.pro", shop.BaseURL())
}

func TestOtherDefaults(t *testing.T) {
	t.Parallel()
	shop := still(t,
		cartly.WithShop(cartly.Shop{ID: "mine", Name: "Mine", Currency: "EUR"}),
		cartly.WithApp(cartly.App{Name: "Make", Scopes: []fake.Scope{cartly.ReadOrders}}),
	)
	me := clientOf(t, shop)
	assert.Equal(t, `{"shop":{"id":"mine","name":"Mine"},"app":{"name":"Make"}}`, me.get("/apps/api/me").body)
	assert.Equal(t, 200, me.get("/apps/api/orders").status)
	assert.Equal(t, 403, me.get(customers).status, "the app has no such scope")
	assert.Equal(t, "EUR", shop.Orders.Add(cartly.Order{}).Currency)
	shop = still(t, cartly.WithToken("secret", cartly.ReadCustomers))
	assert.Equal(t, "secret", shop.Token())
	me = clientOf(t, shop)
	assert.Equal(t, 200, me.get(customers).status)
	assert.Equal(t, 403, me.get("/apps/api/orders").status)
	assert.Equal(t, 401, me.as("ACCESS_TOKEN").get("/apps/api/me").status)
}

func TestSeveralShops(t *testing.T) {
	t.Parallel()
	shop := still(t)
	second := shop.AddShop(cartly.Shop{})
	assert.Equal(t, cartly.Shop{ID: id("shop", 2), Name: "Shop 2", Domain: "shop2.mycartly.pro", Currency: "USD"}, second.Shop())
	first := clientOf(t, shop)
	other := first.as(second.Token())
	shop.Customers.Add(cartly.Customer{ID: "1", Email: "jane@example.com"})
	second.Customers.Add(cartly.Customer{ID: "2", Email: "jane@example.com"})
	second.Orders.Add(cartly.Order{ID: "o"})
	second.Levels.Add(cartly.Level{VariantID: "v"})
	assert.Equal(t, `["1"]`, first.get(customers).value("customers.#.id"))
	assert.Equal(t, `["2"]`, other.get(customers).value("customers.#.id"))
	assert.Equal(t, noRecord("customer"), first.put(customers+"/2", `{}`).body)
	assert.Equal(t, noRecord("order"), first.put("/apps/api/orders/o", `{}`).body)
	assert.Equal(t, noRecord("variant"), first.put(stock, `{"quantity":1}`).body)
	assert.Equal(t, `"`+id("loc", 2)+`"`, other.put(stock, `{"quantity":1}`).value("location_id"))
	shop.RefuseEmail("jane@example.com", "no")
	assert.Equal(t, 422, first.put(customers+"/1", `{}`).status)
	assert.Equal(t, 200, other.put(customers+"/2", `{}`).status)
	assert.Contains(t, string(shop.Snapshot()), `"tenants":{"shop_01H80000000000000000000002":{"customers":[{"id":"2"`)
	shop.Reset()
	assert.Equal(t, 401, other.get("/apps/api/me").status, "it is gone")
	assert.Equal(t, id("shop", 2), shop.AddShop(cartly.Shop{}).Shop().ID)
}

func TestEventsOfSeveralShops(t *testing.T) {
	t.Parallel()
	shop := still(t)
	second := shop.AddShop(cartly.Shop{Domain: "shop.example.org"})
	shop.Hooks.To(&tap{status: 200}, "order.created", "order.fulfilled")
	second.Webhooks.Add(cartly.Subscription{URL: "https://hooks.example.com/1", Events: []string{"order.fulfilled"}})
	second.FulfillOrder(second.Orders.Add(cartly.Order{}).ID)
	attempts := shop.Hooks.Attempts()
	assert.Len(t, attempts, 1)
	assert.Equal(t, "shop.example.org", attempts[0].Header.Get("X-Cartly-Shop-Domain"))
	assert.Equal(t, id("wh", 2), attempts[0].Header.Get("X-Cartly-Webhook-Id"))
}

func TestSubscriptionsBelongToAnApp(t *testing.T) {
	t.Parallel()
	shop := still(t)
	second := shop.AddShop(cartly.Shop{})
	app := shop.AddApp(cartly.App{ClientID: "make"})
	app.AddToken(shop.ShopHandle, "MAKE", cartly.Scopes()...)
	app.AddToken(second, "MAKE2", cartly.Scopes()...)
	me := clientOf(t, shop)
	me.post(webhooks, subscription("https://a.example", "order.created"))
	for _, token := range []string{"MAKE", "MAKE2", second.Token()} {
		assert.Equal(t, "[]", me.as(token).get(webhooks).value("webhooks"), token)
		assert.Equal(t, 404, me.as(token).delete(webhooks+"/"+id("wh", 1)).status, token)
	}
	assert.Equal(t, 201, me.as("MAKE").post(webhooks, subscription("https://a.example", "order.created")).status)
	assert.Empty(t, notes(shop), "another app's is no twin")
	assert.Equal(t, `["`+id("wh", 2)+`"]`, me.as("MAKE").get(webhooks).value("webhooks.#.id"))
	assert.Equal(t, `"make"`, me.as("MAKE").get("/apps/api/me").value("app.name"))
}

func TestTokensOfATest(t *testing.T) {
	t.Parallel()
	shop := still(t)
	me := clientOf(t, shop)
	shop.AddToken("T", cartly.ReadCustomers)
	assert.Equal(t, 200, me.as("T").get(customers).status)
	shop.AddToken("T", cartly.ReadOrders)
	assert.Equal(t, 403, me.as("T").get(customers).status)
	shop.RevokeToken("T")
	shop.ExpireToken("ACCESS_TOKEN")
	assert.Equal(t, 401, me.as("T").get("/apps/api/me").status)
	assert.Equal(t, 401, me.get("/apps/api/me").status)
	assert.Equal(t, 200, me.form("/oauth/token", "zapier", "zapier_secret", "grant_type", "refresh_token", "refresh_token", shop.RefreshToken()).status)
	shop.Reset()
	assert.Equal(t, 200, me.get("/apps/api/me").status)
	assert.Equal(t, 401, me.as("T").get("/apps/api/me").status)
	for want, use := range map[string]func(*cartly.Server){
		`AddToken: want a token`:         func(s *cartly.Server) { s.AddToken("") },
		`cartly: AddToken: want a token`: func(s *cartly.Server) { s.AddShop(cartly.Shop{}).AddToken("ACCESS_TOKEN") },
		`RevokeToken: shop shop_01H8`:    func(s *cartly.Server) { s.RevokeToken("x") },
		`ExpireToken: shop shop`:         func(s *cartly.Server) { s.AddShop(cartly.Shop{}); s.ExpireToken("ACCESS_TOKEN_2") },
	} {
		assert.Contains(t, mistake(t, use), want)
	}
}

func TestUninstall(t *testing.T) {
	t.Parallel()
	shop := still(t, cartly.WithExtraEvents())
	app := shop.AddApp(cartly.App{ClientID: "make"})
	app.AddToken(shop.ShopHandle, "MAKE", cartly.Scopes()...)
	r := &tap{status: 200}
	shop.Hooks.To(r, "app.uninstalled")
	failing := shop.Hooks.To(&tap{status: 500}, "order.created")
	me := clientOf(t, shop)
	me.as("MAKE").post(webhooks, subscription("https://a.example", "app.uninstalled"))
	code := codeOf(t, shop)
	shop.Orders.Add(cartly.Order{})
	shop.Uninstall()
	assert.Equal(t, []string{`{"event":"app.uninstalled","created_at":"2025-03-01T09:00:00.000Z","data":{"id":"shop_01H80000000000000000000001","name":"My Store","domain":"mystore.mycartly.pro","currency":"USD"}}`}, r.bodies)
	assert.Equal(t, 401, me.get("/apps/api/me").status)
	assert.Equal(t, 400, exchange(me, code).status)
	assert.Equal(t, 400, me.form("/oauth/token", "zapier", "zapier_secret", "grant_type", "refresh_token", "refresh_token", "REFRESH_TOKEN").status)
	assert.Equal(t, "1", me.as("MAKE").get(webhooks).value("webhooks.#"))
	_, there := shop.Webhooks.Get(failing)
	assert.False(t, there)
	shop.Advance(time.Hour)
	assert.Len(t, shop.Hooks.Attempts("order.created"), 1)
	assert.Equal(t, 200, exchange(me, codeOf(t, shop)).status, "it can be installed again")
}

func TestFindings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		call func(c client)
		want []string
	}{
		"unknown parameters":       {func(c client) { c.get("/apps/api/me?page=1&a=") }, []string{"ignored-parameter: a", "ignored-parameter: page"}},
		"of a writing call":        {func(c client) { c.post(customers+"?email=x", `{"email":"a@b.cd"}`) }, []string{"ignored-parameter: email"}},
		"an empty filter":          {func(c client) { c.get(customers + "?email=&limit=") }, []string{"empty-filter: email", "empty-filter: limit"}},
		"a repeated filter":        {func(c client) { c.get(customers + "?email=a&email=b") }, []string{"repeated-parameter: email"}},
		"a token in the query":     {func(c client) { c.as("").get("/apps/api/me?access_token=ACCESS_TOKEN") }, []string{"token-in-query: access_token"}},
		"it beside a good one":     {func(c client) { c.get("/apps/api/me?access_token=x") }, []string{"ignored-parameter: access_token"}},
		"no word":                  {func(c client) { c.send("GET", "/apps/api/me", "", "Authorization: ACCESS_TOKEN") }, []string{"no-bearer-word: Authorization"}},
		"another word":             {func(c client) { c.send("GET", "/apps/api/me", "", "Authorization: Token ACCESS_TOKEN") }, []string{"no-bearer-word: Authorization"}},
		"the word alone":           {func(c client) { c.send("GET", "/apps/api/me", "", "Authorization: Bearer") }, nil},
		"the word in any case":     {func(c client) { c.send("GET", "/apps/api/me", "", "Authorization: bEARER  ACCESS_TOKEN") }, nil},
		"a header of another API":  {func(c client) { c.as("").send("GET", "/apps/api/me", "", "X-Shop-ID: 1") }, []string{"foreign-header: X-Shop-ID"}},
		"no media type":            {func(c client) { c.send("POST", customers, `{"email":"a@b.cd"}`) }, []string{"content-type: "}},
		"another media type":       {func(c client) { c.send("POST", customers, "{", "Content-Type: text/json") }, []string{"content-type: text/json"}},
		"JSON with a charset":      {func(c client) { c.send("POST", customers, "{}", "Content-Type: Application/JSON; charset=utf-8") }, nil},
		"unknown keys":             {func(c client) { c.post(customers, `{"email":"a@b.cd","id":1,"tags":[]}`) }, []string{"ignored-attribute: id", "ignored-attribute: tags"}},
		"a wrapper":                {func(c client) { c.put(stock, `{"inventory":{"quantity":1}}`) }, []string{"wrapped-body: inventory"}},
		"a wrapper with company":   {func(c client) { c.post(customers, `{"customer":{},"x":1}`) }, []string{"ignored-attribute: customer", "ignored-attribute: x"}},
		"a wrapper of nothing":     {func(c client) { c.post(customers, `{"customer":1}`) }, []string{"ignored-attribute: customer"}},
		"a consent without a name": {func(c client) { c.get("/oauth/authorize") }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			shop.Levels.Add(cartly.Level{VariantID: "v"})
			c.call(clientOf(t, shop))
			assert.Equal(t, c.want, notes(shop))
		})
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	t.Parallel()
	for want, option := range map[string]cartly.Option{
		"WithToken: no token":                                 cartly.WithToken(""),
		`WithScope: "IssueToken"; want one of [GetMe`:         cartly.WithScope(cartly.IssueToken, "x"),
		"WithCreatedStatus: 204; want one of [201 200]":       cartly.WithCreatedStatus(204),
		"WithDeletedStatus: 202; want one of [204 200]":       cartly.WithDeletedStatus(202),
		"WithDuplicateStatus: 400; want one of [409 422]":     cartly.WithDuplicateStatus(400),
		"WithPageSize: 0 records a page; want 1 to 50":        cartly.WithPageSize(0),
		"WithPageSize: 51 records a page":                     cartly.WithPageSize(51),
		"WithAutoConsent: maybe; want one of [allow deny]":    cartly.WithAutoConsent("maybe"),
		"WithCodeLifetime: 0s; want more than nothing":        cartly.WithCodeLifetime(0),
		"WithTokenLifetime: 1ms; want a second at least":      cartly.WithTokenLifetime(time.Millisecond),
		"WithAbandonAfter: -1s; want more than nothing":       cartly.WithAbandonAfter(-time.Second),
		"WithDeliveryTimeout: 0s; want more than nothing":     cartly.WithDeliveryTimeout(0),
		"WithBackoff: factor 0.5; want 1 at least":            cartly.WithBackoff(time.Second, 0.5),
		"WithBackoff: 0s; want more than nothing":             cartly.WithBackoff(0, 2),
		"WithMaxRetries: -1 retries":                          cartly.WithMaxRetries(-1),
		"WithFailureCount: x; want one of [attempt delivery]": cartly.WithFailureCount("x"),
	} {
		assert.Contains(t, mistake(t, func(*cartly.Server) {}, option), "cartly: "+want)
	}
}

func TestPageDrift(t *testing.T) {
	t.Parallel()
	shop := still(t)
	for _, name := range []string{"1", "2", "3", "4"} {
		shop.Customers.Add(cartly.Customer{ID: name})
	}
	shop.Inject(fake.NewFault("page-drift").Set("insert", "1").Set("delete", "1").Set("touch", "1").On(cartly.ListCustomers))
	me := clientOf(t, shop)
	assert.Equal(t, `["1","2"]`, me.get(customers+"?limit=2").value("customers.#.id"))
	shop.Advance(time.Minute)
	assert.Equal(t, `["4","`+id("cus", 1)+`"]`, me.get(customers+"?limit=2&offset=2").value("customers.#.id"), "3 was never seen")
	touched, _ := shop.Customers.Get("2")
	assert.Equal(t, nine.Add(time.Minute), touched.UpdatedAt)
}
