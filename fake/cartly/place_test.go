package cartly_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// overLoopback is a client of the same fake through the loopback interface.
func overLoopback(t testing.TB, shop *cartly.Server, connections int) client {
	transport := &http.Transport{MaxIdleConnsPerHost: connections}
	t.Cleanup(transport.CloseIdleConnections)
	me := clientOf(t, shop)
	me.http = &http.Client{Transport: transport, CheckRedirect: me.http.CheckRedirect}
	me.base = shop.URL()
	return me
}

// A hearer is a receiver that remembers what it got, for any number of senders.
type hearer struct {
	mu     sync.Mutex
	bodies []string
	then   func(body string) // outside the lock
}

func (h *hearer) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	h.bodies = append(h.bodies, string(body))
	h.mu.Unlock()
	if h.then != nil {
		h.then(string(body))
	}
}

func (h *hearer) all() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string{}, h.bodies...)
}

// aLife uses every endpoint, well and badly, and hears of what it did.
func aLife(t testing.TB, shop *cartly.Server, me client) {
	t.Helper()
	heard := &hearer{}
	shop.Hooks.To(heard, "customer.created", "order.updated")
	order := shop.Orders.Add(cartly.Order{Email: "jane@example.com"})
	variant := shop.Products.Add(cartly.Product{Variants: []cartly.Variant{{Inventory: 4}}}).Variants[0].ID

	assert.Equal(t, `"My Store"`, me.get("/apps/api/me").value("shop.name"))
	assert.Equal(t, `"USD"`, me.get("/apps/api/shop").value("shop.currency"))
	jane := me.post(customers, `{"email":"jane@example.com"}`)
	require.Equal(t, 201, jane.status, jane.body)
	assert.Equal(t, 409, me.post(customers, `{"email":"Jane@example.com"}`).status)
	assert.Equal(t, `"Jane"`, me.put(customers+"/"+gjson.Get(jane.body, "id").Str, `{"first_name":"Jane"}`).value("first_name"))
	assert.Equal(t, `["Jane"]`, me.get(customers+"?email=jane@example.com").value("customers.#.first_name"))
	assert.Equal(t, `"paid"`, me.put("/apps/api/orders/"+order.ID, `{"status":"paid"}`).value("payment_status"))
	assert.Equal(t, `[1001]`, me.get("/apps/api/orders?number=1001").value("orders.#.number"))
	assert.Equal(t, "1", me.put("/apps/api/inventory/"+variant, `{"adjustment":-3}`).value("inventory"))
	assert.Equal(t, "[[1]]", me.get("/apps/api/products").value("products.#.variants.#.inventory"))
	assert.Equal(t, 422, me.put("/apps/api/inventory/"+variant, `{"adjustment":-3}`).status)
	assert.Equal(t, 201, me.post(discounts, `{"code":"A","type":"free_shipping"}`).status)
	made := me.post(webhooks, `{"url":"https://b.example/","events":["cart.abandoned"]}`)
	assert.Equal(t, "2", me.get(webhooks).value("webhooks.#"))
	assert.Equal(t, 204, me.delete(webhooks+"/"+gjson.Get(made.body, "id").Str).status)
	assert.Equal(t, 404, me.put("/apps/api/orders/x", `{}`).status)
	assert.Equal(t, 400, me.post(customers, "{").status)
	assert.Equal(t, 401, me.as("wrong").get("/apps/api/me").status)

	asked := encoded("client_id", "zapier", "redirect_uri", callback, "response_type", "code", "state", "s")
	assert.Equal(t, 200, me.as("").get("/oauth/authorize?"+asked).status)
	form := "Content-Type: application/x-www-form-urlencoded"
	back, err := url.Parse(me.as("").send("POST", "/oauth/authorize", asked+"&decision=allow", form).header.Get("Location"))
	require.NoError(t, err)
	token := gjson.Get(exchange(me, back.Query().Get("code")).body, "access_token").Str
	assert.Equal(t, 200, me.as(token).get("/apps/api/me").status)
	assert.Equal(t, 200, me.form("/oauth/revoke", "zapier", "zapier_secret", "token", token).status)
	assert.Equal(t, 401, me.as(token).get("/apps/api/me").status)
	shop.Settle()
	var events []string
	for _, body := range heard.all() {
		events = append(events, gjson.Get(body, "event").Str)
	}
	assert.Equal(t, []string{"customer.created", "order.updated"}, events)
}

func TestEverywhere(t *testing.T) {
	t.Parallel()
	life := func(opts ...cartly.Option) func(*testing.T) {
		return func(t *testing.T) {
			t.Parallel()
			shop := still(t, opts...)
			aLife(t, shop, clientOf(t, shop))
		}
	}
	t.Run("in memory", life())
	t.Run("over TLS", life(fake.TLS()))
	t.Run("over HTTP/2", life(fake.HTTP2()))
	t.Run("over loopback", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		aLife(t, shop, overLoopback(t, shop, 1))
		at, err := url.Parse(shop.URL())
		require.NoError(t, err)
		assert.Empty(t, at.Path)
	})
	t.Run("behind a handler", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		server := httptest.NewServer(shop.Handler())
		t.Cleanup(server.Close)
		me := overLoopback(t, shop, 1)
		me.base = server.URL
		aLife(t, shop, me)
	})
	t.Run("without a test", func(t *testing.T) {
		t.Parallel()
		shop := cartly.New()
		defer shop.Close()
		aLife(t, shop, clientOf(t, shop))
	})
	t.Run("in a bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			shop := cartly.Start(t)
			aLife(t, shop, clientOf(t, shop))
			heard := &hearer{}
			shop.Hooks.To(heard, "cart.abandoned")
			shop.Carts.Add(cartly.Cart{})
			time.Sleep(time.Hour)
			synctest.Wait()
			assert.Len(t, heard.all(), 1, "an hour of the bubble's clock")
		})
	})
	t.Run("two runs give the same bytes", func(t *testing.T) {
		t.Parallel()
		run := func() []string {
			shop := still(t)
			aLife(t, shop, clientOf(t, shop))
			all := []string{string(shop.Snapshot())}
			for _, x := range shop.Calls() {
				all = append(all, fmt.Sprint(x.Method, x.URL, x.Status, x.ReplyHeader, string(x.ReplyBody)))
			}
			for _, a := range shop.Hooks.Attempts() {
				all = append(all, fmt.Sprint(a.Method, a.URL, a.Header, string(a.Body), a.At))
			}
			return all
		}
		assert.Equal(t, run(), run())
	})
}

// A hundred callers work on one shop, beside the test's own changes: nothing is
// lost, and each accepted change is told once, in order, to each subscription.
func TestParallelCalls(t *testing.T) {
	t.Parallel()
	const workers = 100
	for _, place := range []string{"in memory", "over loopback"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			shared := shop.Orders.Add(cartly.Order{})
			shop.Levels.Add(cartly.Level{VariantID: "v", Available: 1000})
			all, some := &hearer{}, &hearer{}
			me := clientOf(t, shop)
			var hooks []string
			if place == "in memory" {
				hooks = []string{shop.Hooks.To(all), shop.Hooks.To(some, "order.updated")}
			} else {
				me = overLoopback(t, shop, workers)
				first, second := httptest.NewServer(all), httptest.NewServer(some)
				t.Cleanup(first.Close)
				t.Cleanup(second.Close)
				hooks = []string{shop.Hooks.ToURL(first.URL), shop.Hooks.ToURL(second.URL+"/in", "order.updated")}
			}
			var group sync.WaitGroup
			for i := range workers {
				group.Go(func() { worker(t, shop, me, i, shared.ID) })
			}
			group.Wait()
			shop.Settle()

			order, _ := shop.Orders.Get(shared.ID)
			lines := map[string]bool{}
			for line := range strings.SplitSeq(order.Note, "\n") {
				lines[line] = true
			}
			assert.Len(t, lines, workers, "every note was added")
			assert.Equal(t, 2*workers, strings.Count(order.Email, "+")+strings.Count(order.Note, "caller"), "each change of the test's own saw the one before")
			level, _ := shop.Levels.Get("v", id("loc", 1))
			assert.Equal(t, 1000-2*workers+3*workers, level.Available)
			assert.Equal(t, 2*workers, shop.Customers.Len())
			assert.Equal(t, workers, shop.Discounts.Len())
			assert.Equal(t, workers+1, shop.Orders.Len())
			told(t, shop, hooks, []*hearer{all, some})
		})
	}
}

// worker makes and changes records of its own, and some that all share.
func worker(t *testing.T, shop *cartly.Server, me client, i int, shared string) {
	made := me.post(customers, fmt.Sprintf(`{"email":"c%d@example.com"}`, i))
	if !assert.Equal(t, 201, made.status, made.body) {
		return
	}
	assert.Equal(t, 409, me.post(customers, fmt.Sprintf(`{"email":"C%d@example.com"}`, i)).status)
	assert.Equal(t, 200, me.put(customers+"/"+gjson.Get(made.body, "id").Str, `{"note":"x"}`).status)
	assert.Equal(t, 200, me.put("/apps/api/orders/"+shared, fmt.Sprintf(`{"note":"caller %d"}`, i)).status)
	assert.Equal(t, 200, me.put(stock, `{"adjustment":-2}`).status)
	assert.Equal(t, 200, me.put(stock, `{"adjustment":3}`).status)
	assert.Equal(t, 201, me.post(discounts, fmt.Sprintf(`{"code":"C%d","type":"free_shipping"}`, i)).status)
	shop.Customers.Add(cartly.Customer{Email: fmt.Sprintf("t%d@example.com", i)})
	shop.Orders.Change(shared, func(o *cartly.Order) { o.Email += "+" })
	own := shop.Orders.Add(cartly.Order{})
	assert.Equal(t, `"paid"`, me.put("/apps/api/orders/"+own.ID, `{"status":"paid"}`).value("payment_status"))
	shop.FulfillOrder(own.ID)
	assert.Equal(t, 200, me.get(customers+"?limit=5").status)
}

// told compares what receivers heard with the deliveries, and these with the
// calls that caused them.
func told(t *testing.T, shop *cartly.Server, hooks []string, heard []*hearer) {
	t.Helper()
	caused, byTest := map[int][]string{}, map[string]int{}
	for i, hook := range hooks {
		var want []string
		for _, d := range shop.Hooks.Deliveries() {
			if d.Subscription != hook {
				continue
			}
			if !assert.Equal(t, fake.Delivered, d.State) || !assert.Len(t, d.Attempts, 1) {
				return
			}
			want = append(want, string(d.Body))
			if i == 0 && d.Call == 0 {
				byTest[d.Topic]++
			} else if i == 0 {
				caused[d.Call] = append(caused[d.Call], d.Topic+" "+gjson.GetBytes(d.Body, "data.id").Str)
			}
		}
		assert.Equal(t, want, heard[i].all(), "once each, and in order")
	}
	for _, x := range shop.Calls() {
		var want []string
		record := gjson.GetBytes(x.ReplyBody, "id").Str
		switch {
		case x.Op == cartly.CreateCustomer && x.Status == 201:
			want = []string{"customer.created " + record}
		case x.Op == cartly.UpdateOrder && strings.Contains(string(x.Body), "paid"):
			want = []string{"order.updated " + record}
		}
		assert.Equal(t, want, caused[x.Seq], "%d %s", x.Seq, x.Body)
	}
	n := shop.Orders.Len() - 1
	assert.Equal(t, map[string]int{"customer.created": n, "order.created": n, "order.updated": n, "order.fulfilled": n}, byTest)
}

// A receiver may use the fake that sends to it, by calls and by Go: what that
// causes follows, and nobody waits for himself.
func TestReceiverUsesTheFake(t *testing.T) {
	t.Parallel()
	scene := func(t *testing.T, shop *cartly.Server, me client, subscribe func(http.Handler)) {
		t.Helper()
		heard := &hearer{}
		heard.then = func(body string) {
			at := customers + "/" + gjson.Get(body, "data.id").Str
			assert.Equal(t, 200, me.put(at, `{"note":"seen"}`).status, "it is stored already")
			switch len(heard.all()) {
			case 1:
				assert.Equal(t, 201, me.post(customers, `{"email":"b@example.com"}`).status)
				shop.Customers.Add(cartly.Customer{Email: "c@example.com"})
			case 3:
				shop.RotateSecret("new")
				assert.Equal(t, 201, me.post(customers, `{"email":"d@example.com"}`).status)
			}
		}
		subscribe(heard)
		assert.Equal(t, 201, me.post(customers, `{"email":"a@example.com"}`).status)
		shop.Settle()
		var emails []string
		for _, body := range heard.all() {
			emails = append(emails, gjson.Get(body, "data.email").Str)
		}
		assert.Equal(t, []string{"a@example.com", "b@example.com", "c@example.com", "d@example.com"}, emails)
		assert.Equal(t, `["seen","seen","seen","seen"]`, me.get(customers).value("customers.#.note"))
		attempts := shop.Hooks.Attempts()
		assert.NoError(t, cartly.Verify("whsec_mystore", attempts[2].Body, attempts[2].Header.Get(cartly.SignatureHeader)))
		assert.NoError(t, cartly.Verify("new", attempts[3].Body, attempts[3].Header.Get(cartly.SignatureHeader)))
	}
	t.Run("in a bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			shop := cartly.Start(t)
			scene(t, shop, clientOf(t, shop), func(h http.Handler) { shop.Hooks.To(h, "customer.created") })
		})
	})
	t.Run("over loopback", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		scene(t, shop, overLoopback(t, shop, 2), func(h http.Handler) {
			app := httptest.NewServer(h)
			t.Cleanup(app.Close)
			shop.Hooks.ToURL(app.URL, "customer.created")
		})
	})
}

// However slow a receiver is, calls are answered at once.
func TestASlowReceiverHoldsNoCall(t *testing.T) {
	t.Parallel()
	t.Run("in a bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			shop := cartly.Start(t)
			shop.Hooks.To(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(9 * time.Second) }), "customer.created")
			me, start := clientOf(t, shop), time.Now()
			for i := range 3 {
				assert.Equal(t, 201, me.post(customers, fmt.Sprintf(`{"email":"c%d@example.com"}`, i)).status)
				assert.Equal(t, 200, me.get(customers).status)
			}
			assert.Zero(t, time.Since(start))
			shop.Advance(27 * time.Second)
			assert.Equal(t, 3, len(shop.Hooks.Deliveries()))
			for _, d := range shop.Hooks.Deliveries() {
				assert.Equal(t, fake.Delivered, d.State)
			}
		})
	})
	t.Run("over loopback", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		answered := make(chan struct{})
		app := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-answered }))
		t.Cleanup(app.Close)
		shop.Hooks.ToURL(app.URL, "customer.created", "order.created")
		me := overLoopback(t, shop, 1)
		for i := range 3 {
			assert.Equal(t, 201, me.post(customers, fmt.Sprintf(`{"email":"c%d@example.com"}`, i)).status)
		}
		shop.Orders.Add(cartly.Order{}) // is only queued
		assert.Len(t, shop.Hooks.Deliveries(), 4)
		close(answered)
		shop.Settle()
		assert.Len(t, shop.Hooks.Attempts(), 4)
	})
}
