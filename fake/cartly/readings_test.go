package cartly_test

import (
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// A scene shows what a reading decides. Its fake has the customer jane with the
// id 1, the order 1, a product with the variant v of which 4 are there, and no
// subscription.
type scene struct {
	options []cartly.Option
	show    func(shop *cartly.Server, c client) []any
	want    []any
}

// list is a slice of anything, for the wishes of scenes.
type list = []any

func is(a answer, paths ...string) list {
	all := list{a.status}
	for _, path := range paths {
		all = append(all, a.value(path))
	}
	return all
}

// found is the status and the findings.
func found(shop *cartly.Server, a answer) list {
	all := list{a.status}
	for _, note := range notes(shop) {
		all = append(all, note)
	}
	return all
}

// heard are the topics that a receiver gets for what is done.
func heard(shop *cartly.Server, do func()) list {
	shop.Hooks.To(&tap{status: 200})
	do()
	shop.Settle()
	all := list{}
	for _, topic := range sent(shop) {
		all = append(all, topic)
	}
	return all
}

// ordered is an order that a receiver hears of.
func ordered(shop *cartly.Server) fake.Attempt {
	shop.Hooks.To(&tap{status: 200}, "order.created")
	shop.Orders.Add(cartly.Order{ID: "2", CreatedAt: nine})
	attempts := shop.Hooks.Attempts()
	return attempts[len(attempts)-1]
}

// failing is how a subscription fares whose receiver answers with a status.
func failing(status int, events int) func(shop *cartly.Server, c client) list {
	return func(shop *cartly.Server, c client) list {
		shop.Hooks.To(&tap{status: status}, "order.created")
		for range events {
			shop.Orders.Add(cartly.Order{})
		}
		shop.Advance(24 * time.Hour)
		var states list
		for _, d := range shop.Hooks.Deliveries() {
			states = append(states, len(d.Attempts), string(d.State))
		}
		return append(states, c.get("/apps/api/webhooks").value("webhooks.0.active"))
	}
}

func send(method, path, body string, paths ...string) func(*cartly.Server, client) list {
	return func(_ *cartly.Server, c client) list {
		return is(c.send(method, path, body, "Content-Type: application/json"), paths...)
	}
}

const (
	customers = "/apps/api/customers"
	order1    = "/apps/api/orders/1"
	stock     = "/apps/api/inventory/v"
	webhooks  = "/apps/api/webhooks"
	discounts = "/apps/api/discounts"
)

func subscribe(url string, events ...string) func(*cartly.Server, client) list {
	return func(_ *cartly.Server, c client) list {
		return is(c.post(webhooks, subscription(url, events...)), "message")
	}
}

func subscription(url string, events ...string) string {
	names := ""
	if len(events) > 0 {
		names = `"` + strings.Join(events, `","`) + `"`
	}
	return `{"url":"` + url + `","events":[` + names + `]}`
}

var readings = map[string][]scene{
	"CL-1": {
		{show: func(shop *cartly.Server, _ client) list {
			a := ordered(shop)
			return list{a.Header.Get(cartly.SignatureHeader) == cartly.Sign("whsec_mystore", a.Body), len(a.Header.Get(cartly.SignatureHeader))}
		}, want: list{true, 71}},
		{options: options(cartly.WithBareHexSignature()), show: func(shop *cartly.Server, _ client) list {
			a := ordered(shop)
			return list{"sha256="+a.Header.Get(cartly.SignatureHeader) == cartly.Sign("whsec_mystore", a.Body)}
		}, want: list{true}},
	},
	"CL-2": {
		{show: subscribe("https://a.example", "order.paid"), want: list{422, `"unknown event: order.paid"`}},
		{show: subscribe("https://a.example", "order.created", "order.updated", "order.fulfilled", "order.canceled", "product.created", "product.updated", "customer.created", "cart.abandoned"), want: list{201, "absent"}},
		{options: options(cartly.WithExtraEvents()), show: subscribe("https://a.example", "order.paid", "product.deleted", "app.uninstalled", "customer.updated", "inventory.updated"), want: list{201, "absent"}},
	},
	"CL-3": {
		{show: send("GET", "/apps/api/orders?number=1001", "", "orders.0.id"), want: list{200, `"1"`}},
		{show: send("GET", "/apps/api/orders?number=%231001", "", "orders"), want: list{200, `[]`}},
		{options: options(fake.Allow("no-route")), show: send("GET", order1, ""), want: list{405}},
		{options: options(cartly.WithOrderReads()), show: send("GET", order1, "", "number"), want: list{200, "1001"}},
		{options: options(cartly.WithoutExtensions(), cartly.WithOrderReads(), fake.Allow("no-route")), show: func(_ *cartly.Server, c client) list {
			var statuses list
			for _, path := range []string{"/apps/api/orders", order1, "/apps/api/products", "/apps/api/shop", "/oauth/authorize"} {
				statuses = append(statuses, c.get(path).status)
			}
			return statuses
		}, want: list{404, 405, 404, 404, 404}},
	},
	"CL-4": {{show: func(shop *cartly.Server, _ client) list { return list{len(heardOfAll(shop))} }, want: list{8}}},
	"CL-5": {
		{show: func(shop *cartly.Server, _ client) list {
			return list{ordered(shop).Header.Get("X-Cartly-Shop-Domain"), shop.ShopDomain()}
		}, want: list{"mystore.mycartly.pro", "mystore.mycartly.pro"}},
		{options: options(cartly.WithShop(cartly.Shop{Domain: "shop.example.org"})), show: func(shop *cartly.Server, _ client) list {
			return list{ordered(shop).Header.Get("X-Cartly-Shop-Domain"), shop.Shop().Name}
		}, want: list{"shop.example.org", "My Store"}},
	},
	"CL-6": {
		{show: func(shop *cartly.Server, _ client) list {
			a := answer{body: string(ordered(shop).Body)}
			return list{a.value("event"), a.value("created_at"), a.value("data.id")}
		}, want: list{`"order.created"`, `"2025-03-01T09:00:00.000Z"`, `"2"`}},
		{options: options(cartly.WithBarePayload()), show: func(shop *cartly.Server, _ client) list {
			return list{answer{body: string(ordered(shop).Body)}.value("id")}
		}, want: list{`"2"`}},
		{options: options(cartly.WithPayload(func(e cartly.Event) []byte {
			return []byte(e.Name + " " + e.CreatedAt.Format(time.DateOnly) + " " + e.Shop.Name + " " + string(e.Data[:9]))
		})), show: func(shop *cartly.Server, _ client) list {
			a := ordered(shop)
			return list{string(a.Body), a.Header.Get(cartly.SignatureHeader) == cartly.Sign("whsec_mystore", a.Body)}
		}, want: list{`order.created 2025-03-01 My Store {"id":"2"`, true}},
	},
	"CL-7": {{show: func(shop *cartly.Server, _ client) list {
		shop.Hooks.To(&tap{status: 500}, "order.created")
		shop.Orders.Add(cartly.Order{})
		shop.Orders.Add(cartly.Order{})
		shop.Advance(time.Second)
		var ids list
		for _, a := range shop.Hooks.Attempts() {
			ids = append(ids, a.Header.Get("X-Cartly-Webhook-Id"))
		}
		return ids
	}, want: list{id("wh", 1), id("wh", 1), id("wh", 1), id("wh", 1)}}},
	"CL-8": {
		{show: func(_ *cartly.Server, c client) list {
			return append(is(c.post(webhooks, subscription("https://a.example", "order.created")), "secret"), is(c.get(webhooks), "webhooks.0.secret")...)
		}, want: list{201, "absent", 200, "absent"}},
		{options: options(cartly.WithSubscriptionSecrets()), show: func(shop *cartly.Server, c client) list {
			made := c.post(webhooks, subscription("https://a.example", "order.created"))
			a := ordered(shop)
			return list{
				made.value("secret"), strings.HasSuffix(made.body, `,"secret":"whsec_000001"}`), c.get(webhooks).value("webhooks.0.secret"),
				a.Header.Get(cartly.SignatureHeader) == cartly.Sign("whsec_000002", a.Body),
			}
		}, want: list{`"whsec_000001"`, true, "absent", true}},
		{options: options(cartly.WithSubscriptionSecrets()), show: func(shop *cartly.Server, _ client) list {
			return list{shop.Webhooks.Add(cartly.Subscription{ID: "mine"}).Secret}
		}, want: list{"whsec_mine"}},
	},
	"CL-9": {
		{show: failing(500, 1), want: list{5, "dropped", "false"}},
		{options: options(cartly.WithFailureCount(cartly.PerDelivery)), show: failing(500, 1), want: list{6, "exhausted", "true"}},
		{options: options(cartly.WithFailureCount(cartly.PerAttempt)), show: failing(500, 2), want: list{3, "dropped", 2, "dropped", "false"}},
		{options: options(cartly.WithMaxRetries(2)), show: failing(500, 1), want: list{3, "exhausted", "true"}},
		{options: options(cartly.WithBackoff(3*time.Second, 3), cartly.WithMaxRetries(3)), show: func(shop *cartly.Server, c client) list {
			failing(500, 1)(shop, c)
			var at list
			for _, a := range shop.Hooks.Attempts() {
				at = append(at, a.At.Sub(nine).String())
			}
			return at
		}, want: list{"0s", "3s", "12s", "39s"}},
	},
	"CL-10": {
		{options: options(fake.Allow("no-route")), show: send("PUT", webhooks+"/x", `{"active":true}`), want: list{405}},
		{show: func(shop *cartly.Server, c client) list {
			off := failing(500, 1)(shop, c)
			shop.Hooks.Enable(id("wh", 1))
			return append(off, c.get(webhooks).value("webhooks.0.active"))
		}, want: list{5, "dropped", "false", "true"}},
	},
	"CL-11": {
		{show: failing(301, 1), want: list{5, "dropped", "false"}},
		{show: failing(410, 1), want: list{5, "dropped", "false"}},
		{show: failing(299, 1), want: list{1, "delivered", "true"}},
		{options: options(cartly.WithGoneDisables()), show: failing(410, 1), want: list{1, "dropped", "absent"}},
	},
	"CL-12": {
		{show: statuses, want: list{201, 201, 201}},
		{options: options(cartly.WithCreatedStatus(200)), show: statuses, want: list{200, 200, 200}},
	},
	"CL-13": {
		{show: deleted, want: list{204, "", ""}},
		{options: options(cartly.WithDeletedStatus(200)), show: deleted, want: list{200, `{"id":"h","deleted":true}`, "application/json; charset=utf-8"}},
	},
	"CL-14": {
		{show: func(_ *cartly.Server, c client) list { return list{c.post(customers, "{").body} }, want: list{malformed}},
		{options: options(cartly.WithErrorBody(func(status int, code, message string) (string, []byte) {
			return "text/html", []byte(http.StatusText(status) + " " + code + " " + message)
		})), show: func(_ *cartly.Server, c client) list {
			got := c.as("x").get(customers)
			oauth := c.send("POST", "/oauth/token", "", "Content-Type: text/plain")
			return list{got.header.Get("Content-Type"), got.body, got.header.Get("Www-Authenticate"), oauth.value("error")}
		}, want: list{"text/html", "Unauthorized unauthorized invalid access token", `Bearer error="invalid_token"`, `"invalid_request"`}},
		{options: options(cartly.WithErrorBody(func(int, string, string) (string, []byte) { return "", nil })), show: func(_ *cartly.Server, c client) list {
			got := c.post(customers, "{")
			return list{got.status, got.body, len(got.header["Content-Type"])}
		}, want: list{400, "", 0}},
	},
	"CL-15": {{show: func(shop *cartly.Server, c client) list {
		shop.AddToken("READER", cartly.ReadOrders)
		shop.AddToken("OLD", cartly.ReadCustomers)
		shop.ExpireToken("OLD")
		return list{c.as("").get(customers).status, c.as("x").get(customers).status, c.as("OLD").get(customers).status, c.as("READER").get(customers).status}
	}, want: list{401, 401, 401, 403}}},
	"CL-16": {
		{show: scopesNeeded, want: list{"customers:read", "customers:write", "customers:write", "orders:write", "products:write", "webhooks:manage", "webhooks:manage", "webhooks:manage", "shop:read", "products:read", "orders:read", "orders:read"}},
		{show: func(shop *cartly.Server, c client) list {
			shop.AddToken("NOTHING")
			return list{c.as("NOTHING").get("/apps/api/me").status, c.as("NOTHING").post(discounts, `{"code":"A","type":"free_shipping"}`).status}
		}, want: list{200, 201}},
		{options: options(cartly.WithScope(cartly.AdjustInventory, ""), cartly.WithScope(cartly.CreateDiscount, cartly.WriteProducts)), show: func(shop *cartly.Server, c client) list {
			shop.AddToken("NOTHING")
			return list{c.as("NOTHING").put(stock, `{"quantity":1}`).status, c.as("NOTHING").post(discounts, `{}`).value("message")}
		}, want: list{200, `"this call needs the scope products:write"`}},
	},
	"CL-17": {
		{show: send("PUT", stock, `{"quantity":3}`, "available"), want: list{200, "3"}},
		{show: send("PUT", stock, `{"adjustment":3}`, "available"), want: list{200, "7"}},
		{options: options(cartly.WithQuantityAsDelta()), show: send("PUT", stock, `{"quantity":3}`, "available"), want: list{200, "7"}},
	},
	"CL-18": {
		{show: send("PUT", stock, `{"adjustment":-5}`, "message"), want: list{422, `"available must not be negative"`}},
		{show: send("PUT", stock, `{"quantity":-1}`, "message"), want: list{422, `"available must not be negative"`}},
		{options: options(cartly.WithNegativeStock()), show: send("PUT", stock, `{"adjustment":-5}`, "available", "inventory"), want: list{200, "-1", "-1"}},
	},
	"CL-19": {
		{show: twoNotes, want: list{`"a\nb"`}},
		{options: options(cartly.WithNoteReplaced()), show: twoNotes, want: list{`"b"`}},
		{show: send("PUT", order1, `{"status":"archived","payment_status":"voided","fulfillment_status":"partially_fulfilled"}`, "status", "payment_status", "fulfillment_status"), want: list{200, `"archived"`, `"voided"`, `"partially_fulfilled"`}},
	},
	"CL-20": {
		{show: byAPI, want: list{"customer.created", "order.updated"}},
		{options: options(cartly.WithSilentAPICustomers()), show: byAPI, want: list{"order.updated"}},
		{options: options(cartly.WithSilentAPICustomers()), show: func(shop *cartly.Server, _ client) list {
			return heard(shop, func() { shop.Customers.Add(cartly.Customer{Email: "y@example.com"}) })
		}, want: list{"customer.created"}},
	},
	"CL-21": {{show: func(shop *cartly.Server, c client) list {
		return heard(shop, func() {
			c.put(order1, `{"status":"fulfilled"}`)
			shop.Customers.Add(cartly.Customer{})
			shop.CancelOrder("1")
		})
	}, want: list{"order.updated", "order.fulfilled", "customer.created", "order.updated", "order.canceled"}}},
	"CL-22": {
		{show: twin, want: list{409, `{"error":"conflict","message":"email has already been taken"}`, 1}},
		{options: options(cartly.WithDuplicateStatus(422)), show: twin, want: list{422, `{"error":"conflict","message":"email has already been taken"}`, 1}},
		{options: options(cartly.WithUpsert()), show: func(shop *cartly.Server, c client) list {
			shop.Hooks.To(&tap{status: 200})
			return append(is(c.post(customers, `{"email":"Jane@example.com","note":"x"}`), "id", "email", "first_name", "note"), shop.Customers.Len(), len(shop.Hooks.Deliveries()))
		}, want: list{200, `"1"`, `"Jane@example.com"`, `"Jane"`, `"x"`, 1, 0}},
		{options: options(cartly.WithUpsert()), show: send("POST", customers, `{"email":"x@example.com"}`, "id"), want: list{201, `"` + id("cus", 1) + `"`}},
	},
	"CL-23": {
		{show: send("GET", customers+"?email=JANE%40example.COM", "", "customers.#"), want: list{200, "1"}},
		{show: send("GET", customers+"?email=jane", "", "customers.#"), want: list{200, "0"}},
	},
	"CL-24": {
		{show: page(""), want: list{"50", `"e1@example.com"`}},
		{show: page("?limit=2&offset=3"), want: list{"2", `"e4@example.com"`}},
		{show: page("?limit=99&offset=58"), want: list{"2", `"e59@example.com"`}},
		{show: page("?limit=0&offset=-1"), want: list{"50", `"e1@example.com"`}},
		{show: page("?limit=x&offset=1.5"), want: list{"50", `"e1@example.com"`}},
		{show: page("?offset=99999999999999999999"), want: list{"0", "absent"}},
		{options: options(cartly.WithPageSize(2)), show: page("?limit=50"), want: list{"2", `"e1@example.com"`}},
	},
	"CL-25": {{show: func(shop *cartly.Server, c client) list {
		return found(shop, c.post(customers, `{"customer":{"email":"x@example.com"}}`))
	}, want: list{422, "wrapped-body: customer"}}},
	"CL-26": {
		{show: twoHooks, want: list{201, "duplicate-subscription: " + id("wh", 1), 2}},
		{options: options(cartly.WithUniqueSubscriptions()), show: twoHooks, want: list{409, 1}},
		{options: options(cartly.WithUniqueSubscriptions()), show: func(_ *cartly.Server, c client) list {
			c.post(webhooks, subscription("https://a.example", "order.created"))
			return is(c.post(webhooks, subscription("https://a.example", "order.created")), "error", "message")
		}, want: list{409, `"conflict"`, `"this subscription exists"`}},
	},
	"CL-27": {
		{show: urls, want: list{"https://a.example/x?y=1", "HTTPS://a.example", "http://localhost:1/", "http://127.9.9.9", "http://[::1]:8/x"}},
		{options: options(cartly.WithAnyURL()), show: urls, want: list{"https://a.example/x?y=1", "HTTPS://a.example", "http://localhost:1/", "http://127.9.9.9", "http://[::1]:8/x", "http://a.example", "http://localhost.example", "http://128.0.0.1"}},
	},
	"CL-28": {{show: subscribe("https://a.example"), want: list{422, `"events must be a non-empty array of event names"`}}},
	"CL-29": {
		{show: func(_ *cartly.Server, c client) list {
			for range 300 {
				c.get("/apps/api/me")
			}
			return list{c.get("/apps/api/me").status}
		}, want: list{200}},
		{show: func(shop *cartly.Server, c client) list {
			shop.Inject(fake.NewFault("rate-limited").Set("retry-after", "2s").Call(1))
			got := c.get("/apps/api/me")
			return list{got.status, got.body, got.header.Get("Retry-After")}
		}, want: list{429, tooMany, "2"}},
	},
	"CL-30": {
		{show: refreshed, want: list{200, "absent", `"` + id("rt", 1) + `"`, 400, 200}},
		{options: options(cartly.WithTokenLifetime(90 * time.Second)), show: refreshed, want: list{200, "90", `"` + id("rt", 1) + `"`, 400, 200}},
		{options: options(cartly.WithRefreshRotation(false)), show: refreshed, want: list{200, "absent", "absent", 200, 200}},
		{options: options(cartly.WithReuseDetection()), show: refreshed, want: list{200, "absent", `"` + id("rt", 1) + `"`, 400, 401}},
		{show: func(shop *cartly.Server, c client) list {
			shop.Advance(10 * 365 * 24 * time.Hour)
			return list{c.get("/apps/api/me").status}
		}, want: list{200}},
	},
	"CL-31": {{show: func(shop *cartly.Server, c client) list {
		shop.Customers.Add(cartly.Customer{ID: "x/y"})
		for range 31 {
			shop.Customers.Add(cartly.Customer{})
		}
		last := shop.Customers.Add(cartly.Customer{}).ID
		return list{c.put(customers+"/x%2Fy", `{"email":"x@example.com"}`).value("id"), last, shop.Carts.Add(cartly.Cart{}).ID}
	}, want: list{`"x/y"`, "cus_01H80000000000000000000010", id("cart", 1)}}},
	"CL-32": {
		{show: subscribe("https://a.example", "order.cancelled"), want: list{422, `"unknown event: order.cancelled"`}},
		{show: send("PUT", order1, `{"status":"cancelled"}`), want: list{422}},
		{show: subscribe("https://a.example", "Order.Canceled"), want: list{422, `"unknown event: Order.Canceled"`}},
	},
	"CL-33": {{show: func(shop *cartly.Server, c client) list {
		req, _ := http.NewRequest("GET", c.base+"/apps/api/me", http.NoBody)
		req.Host = "docs.example.org"
		req.Header.Set("Authorization", "Bearer ACCESS_TOKEN")
		res, err := c.http.Do(req)
		if err != nil {
			return list{err}
		}
		res.Body.Close()
		return list{res.StatusCode}
	}, want: list{200}}},
	"CL-34": {{show: send("POST", customers, `{}`, "message"), want: list{422, `"email is required"`}}},
	"CL-35": {
		{show: func(shop *cartly.Server, c client) list {
			return found(shop, c.get("/oauth/authorize?"+encoded("client_id", "zapier", "redirect_uri", callback, "response_type", "code")))
		}, want: list{200, "no-state: zapier", "no-pkce: zapier"}},
		{options: options(cartly.WithPKCERequired()), show: func(_ *cartly.Server, c client) list {
			return list{c.get("/oauth/authorize?" + encoded("client_id", "zapier", "redirect_uri", callback, "response_type", "code")).status}
		}, want: list{302}},
	},
	"CL-36": {{show: func(shop *cartly.Server, c client) list {
		return found(shop, c.get("/oauth/authorize?"+encoded("client_id", "zapier", "redirect_uri", callback, "response_type", "code", "state", "s", "code_challenge", "x", "scope", "read_products")))
	}, want: list{302, "unknown-scope: read_products"}}},
	"CL-37": {{show: send("PUT", order1, `{"status":"canceled"}`, "status", "payment_status", "fulfillment_status"), want: list{200, `"canceled"`, `"pending"`, `"unfulfilled"`}}},
	"CL-38": {
		{show: func(shop *cartly.Server, c client) list {
			a := c.put(order1, `{"status":"refunded"}`)
			return append(found(shop, a), a.value("status"), a.value("payment_status"))
		}, want: list{200, "status-word: refunded", `"open"`, `"refunded"`}},
		{show: send("PUT", order1, `{"status":"fulfilled","fulfillment_status":"fulfilled","payment_status":"paid"}`, "status", "payment_status", "fulfillment_status"), want: list{200, `"open"`, `"paid"`, `"fulfilled"`}},
	},
	"CL-39": {{show: func(shop *cartly.Server, c client) list {
		shop.Orders.Change("1", func(o *cartly.Order) { o.LineItems = []cartly.LineItem{{VariantID: "v", Quantity: 3}} })
		c.put(order1, `{"status":"fulfilled"}`)
		level, _ := shop.Levels.Get("v", id("loc", 1))
		return list{level.Available, level.Reserved}
	}, want: list{4, 0}}},
	"CL-40": {
		{show: abandonedAt, want: list{"1h0m0s"}},
		{options: options(cartly.WithAbandonAfter(90 * time.Second)), show: abandonedAt, want: list{"1m30s"}},
	},
	"CL-41": {{show: func(_ *cartly.Server, c client) list {
		got := c.form("/oauth/revoke", "zapier", "zapier_secret", "token", "ACCESS_TOKEN")
		return list{got.status, got.body, c.get("/apps/api/me").status, c.form("/oauth/token", "zapier", "zapier_secret").value("error_description")}
	}, want: list{200, "", 401, `"grant_type is missing"`}}},
	"CL-42": {{show: send("POST", customers, `{"email":"x@example.com","first_name":""}`, "first_name", "note"), want: list{201, "null", "null"}}},
	"CL-43": {
		{show: subscribe("https://a.example", "inventory.updated"), want: list{422, `"unknown event: inventory.updated"`}},
		{options: options(cartly.WithExtraEvents()), show: func(shop *cartly.Server, c client) list {
			return heard(shop, func() { c.put(stock, `{"quantity":1}`) })
		}, want: list{"inventory.updated"}},
	},
	"CL-44": {{show: func(shop *cartly.Server, c client) list {
		return found(shop, c.send("POST", customers, `{"email":"x@example.com"}`))
	}, want: list{201, "content-type: "}}},
}

func heardOfAll(shop *cartly.Server) []string {
	shop.Hooks.To(&tap{status: 200})
	hook, _ := shop.Webhooks.Get(id("wh", 1))
	return hook.Events
}

// statuses are those of the three creations.
func statuses(_ *cartly.Server, c client) list {
	return list{
		c.post(customers, `{"email":"x@example.com"}`).status,
		c.post(discounts, `{"code":"A","type":"free_shipping"}`).status,
		c.post(webhooks, subscription("https://a.example", "order.created")).status,
	}
}

func deleted(shop *cartly.Server, c client) list {
	shop.Webhooks.Add(cartly.Subscription{ID: "h"})
	got := c.delete(webhooks + "/h")
	return list{got.status, got.body, got.header.Get("Content-Type")}
}

// scopesNeeded are the scopes that the calls ask for.
func scopesNeeded(shop *cartly.Server, _ client) list {
	var all list
	for _, r := range shop.API().Routes {
		if r.Scope != "" {
			all = append(all, r.Scope)
		}
	}
	return all
}

func twoNotes(_ *cartly.Server, c client) list {
	c.put(order1, `{"note":"a"}`)
	return list{c.put(order1, `{"note":"b"}`).value("note")}
}

func byAPI(shop *cartly.Server, c client) list {
	return heard(shop, func() {
		c.post(customers, `{"email":"x@example.com"}`)
		c.put(customers+"/1", `{"note":"x"}`)
		c.put(stock, `{"quantity":1}`)
		c.post(discounts, `{"code":"A","type":"free_shipping"}`)
		c.put(order1, `{"payment_status":"paid","note":"x"}`)
		c.put(order1, `{"payment_status":"paid","note":"x"}`)
	})
}

func twin(shop *cartly.Server, c client) list {
	got := c.post(customers, `{"email":"JANE@example.com"}`)
	return list{got.status, got.body, shop.Customers.Len()}
}

func page(query string) func(*cartly.Server, client) list {
	return func(shop *cartly.Server, c client) list {
		shop.Customers.Remove("1")
		for i := range 60 {
			shop.Customers.Add(cartly.Customer{Email: "e" + strconv.Itoa(i+1) + "@example.com"})
		}
		got := c.get(customers + query)
		return list{got.value("customers.#"), got.value("customers.0.email")}
	}
}

func twoHooks(shop *cartly.Server, c client) list {
	c.post(webhooks, subscription("https://a.example", "order.created", "order.updated"))
	second := c.post(webhooks, subscription("https://a.example", "order.updated", "order.created", "order.created"))
	return append(found(shop, second), shop.Webhooks.Len())
}

// urls are those of some that can be subscribed to.
func urls(_ *cartly.Server, c client) list {
	var good list
	for _, url := range []string{
		"https://a.example/x?y=1", "HTTPS://a.example", "http://localhost:1/", "http://127.9.9.9", "http://[::1]:8/x", "http://a.example",
		"http://localhost.example", "http://128.0.0.1", "https://", "https:a.example", "/x", "a.example", "ftp://a.example",
		"https://me@a.example", "https://a.example#", "https://a.example/#x", "https://a b", " ",
	} {
		if c.post(webhooks, subscription(url, "order.created")).status == http.StatusCreated {
			good = append(good, url)
		}
	}
	return good
}

// refreshed shows the answer to a refresh, the status of a second one with the
// same token, and of a call with what the first one gave.
func refreshed(_ *cartly.Server, c client) list {
	refresh := func() answer {
		return c.form("/oauth/token", "zapier", "zapier_secret", "grant_type", "refresh_token", "refresh_token", "REFRESH_TOKEN")
	}
	first := refresh()
	second := refresh()
	return append(is(first, "expires_in", "refresh_token"), second.status, c.as(id("at", 1)).get("/apps/api/me").status)
}

func abandonedAt(shop *cartly.Server, _ client) list {
	cart := shop.Carts.Add(cartly.Cart{})
	shop.Advance(2 * time.Hour)
	cart, _ = shop.Carts.Get(cart.ID)
	return list{cart.AbandonedAt.Sub(nine).String()}
}

func TestReadings(t *testing.T) {
	t.Parallel()
	for name, scenes := range readings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, s := range scenes {
				shop := still(t, s.options...)
				shop.Customers.Add(cartly.Customer{ID: "1", Email: "jane@example.com", FirstName: "Jane"})
				shop.Orders.Add(cartly.Order{ID: "1"})
				shop.Products.Add(cartly.Product{Variants: []cartly.Variant{{ID: "v", Inventory: 4}}})
				assert.Equal(t, s.want, s.show(shop, clientOf(t, shop)), "scene %d", i+1)
			}
		})
	}
	t.Run("none is forgotten", func(t *testing.T) {
		t.Parallel()
		doc, err := os.ReadFile("doc.go")
		require.NoError(t, err)
		listed := regexp.MustCompile(`(?m)^//   - (CL-[0-9]+) \(`).FindAllSubmatch(doc, -1)
		assert.Len(t, listed, len(readings))
		for _, m := range listed {
			assert.Contains(t, readings, string(m[1]))
		}
	})
}
