package cartly_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// The product event of the worked exchanges, which nobody receives.
func TestNothingIsSentToAnAddressWithoutAReceiver(t *testing.T) {
	t.Parallel()
	shop := still(t)
	shop.Hooks.ToURL("https://hooks.zapier.com/...", "product.created")
	shop.Products.Add(cartly.Product{Title: "Mug", Variants: []cartly.Variant{{Title: "Blue", SKU: "MUG-B", PriceCents: 1250, Inventory: 4}}})
	shop.Advance(time.Hour)
	got := shop.Hooks.Deliveries()
	require.Len(t, got, 1)
	assert.Equal(t, fake.Withheld, got[0].State)
	assert.Empty(t, got[0].Attempts)
	assert.Equal(t, `{"event":"product.created","created_at":"2025-03-01T09:00:00.000Z","data":{"id":"prod_01H80000000000000000000001","title":"Mug","variants":[{"id":"var_01H80000000000000000000001","title":"Blue","sku":"MUG-B","price_cents":1250,"inventory":4}],"created_at":"2025-03-01T09:00:00.000Z","updated_at":"2025-03-01T09:00:00.000Z"}}`, string(got[0].Body))
	hook, _ := shop.Webhooks.Get(id("wh", 1))
	assert.True(t, hook.Active)
}

// TestEvents goes through the table of what emits what.
func TestEvents(t *testing.T) {
	t.Parallel()
	extra := options(cartly.WithExtraEvents())
	for name, c := range map[string]struct {
		options []cartly.Option
		do      func(shop *cartly.Server, c client)
		want    list
	}{
		"an order":               {do: func(shop *cartly.Server, _ client) { shop.Orders.Add(cartly.Order{}) }, want: list{"order.created"}},
		"an order, quietly":      {do: func(shop *cartly.Server, _ client) { shop.Orders.Quiet().Add(cartly.Order{}) }, want: list{}},
		"paid":                   {do: func(shop *cartly.Server, _ client) { shop.PayOrder("1") }, want: list{"order.updated"}},
		"paid, with more events": {options: extra, do: func(shop *cartly.Server, _ client) { shop.PayOrder("1") }, want: list{"order.updated", "order.paid"}},
		"paid twice":             {options: extra, do: func(shop *cartly.Server, _ client) { shop.PayOrder("1"); shop.PayOrder("1") }, want: list{"order.updated", "order.paid"}},
		"partly fulfilled":       {do: func(shop *cartly.Server, _ client) { shop.PartlyFulfillOrder("1") }, want: list{"order.updated"}},
		"fulfilled":              {do: func(shop *cartly.Server, _ client) { shop.FulfillOrder("1") }, want: list{"order.updated", "order.fulfilled"}},
		"canceled":               {do: func(shop *cartly.Server, _ client) { shop.CancelOrder("1") }, want: list{"order.updated", "order.canceled"}},
		"archived":               {do: func(shop *cartly.Server, _ client) { shop.ArchiveOrder("1") }, want: list{"order.updated"}},
		"all at once": {options: extra, do: func(_ *cartly.Server, c client) {
			c.put(order1, `{"status":"canceled","payment_status":"paid","fulfillment_status":"fulfilled","note":"x"}`)
		}, want: list{"order.updated", "order.paid", "order.fulfilled", "order.canceled"}},
		"a note":                    {do: func(shop *cartly.Server, _ client) { shop.Orders.Change("1", func(o *cartly.Order) { o.Note = "x" }) }, want: list{}},
		"a state set to what it is": {do: func(_ *cartly.Server, c client) { c.put(order1, `{"status":"open","payment_status":"pending"}`) }, want: list{}},
		"an order removed":          {do: func(shop *cartly.Server, _ client) { shop.Orders.Remove("1") }, want: list{}},
		"a product":                 {do: func(shop *cartly.Server, _ client) { shop.Products.Add(cartly.Product{}) }, want: list{"product.created"}},
		"a product changed": {do: func(shop *cartly.Server, _ client) {
			shop.Products.Change("p", func(p *cartly.Product) { p.Title = "Cup" })
		}, want: list{"product.updated"}},
		"a product, quietly": {options: extra, do: func(shop *cartly.Server, _ client) {
			shop.Products.Quiet().Change("p", func(p *cartly.Product) { p.Title = "Cup" })
			shop.Products.Quiet().Remove("p")
		}, want: list{}},
		"variants":                            {do: func(shop *cartly.Server, _ client) { shop.RegenerateVariants("p") }, want: list{"product.updated"}},
		"a product removed":                   {do: func(shop *cartly.Server, _ client) { shop.Products.Remove("p") }, want: list{}},
		"a product removed, with more events": {options: extra, do: func(shop *cartly.Server, _ client) { shop.Products.Remove("p") }, want: list{"product.deleted"}},
		"a customer":                          {do: func(shop *cartly.Server, _ client) { shop.Customers.Add(cartly.Customer{}) }, want: list{"customer.created"}},
		"a customer by the API":               {do: func(_ *cartly.Server, c client) { c.post(customers, `{"email":"x@example.com"}`) }, want: list{"customer.created"}},
		"a customer changed":                  {do: func(_ *cartly.Server, c client) { c.put(customers+"/1", `{"note":"x"}`) }, want: list{}},
		"a customer changed, with more events": {options: extra, do: func(shop *cartly.Server, c client) {
			c.put(customers+"/1", `{"note":"x"}`)
			shop.Customers.Change("1", func(*cartly.Customer) {})
		}, want: list{"customer.updated", "customer.updated"}},
		"a customer removed": {options: extra, do: func(shop *cartly.Server, _ client) { shop.Customers.Remove("1") }, want: list{}},
		"stock":              {do: func(_ *cartly.Server, c client) { c.put(stock, `{"quantity":1}`) }, want: list{}},
		"stock by the test": {options: extra, do: func(shop *cartly.Server, _ client) {
			shop.Levels.Change("v", id("loc", 1), func(l *cartly.Level) { l.Available = 1 })
		}, want: list{}},
		"a discount": {options: extra, do: func(_ *cartly.Server, c client) { c.post(discounts, `{"code":"A","type":"free_shipping"}`) }, want: list{}},
		"a refused change": {options: extra, do: func(shop *cartly.Server, c client) {
			shop.RefuseOrder("1", "no")
			c.put(order1, `{"status":"canceled"}`)
		}, want: list{}},
		"an answer that is lost": {do: func(shop *cartly.Server, c client) {
			shop.Inject(fake.NewFault("lost-response").On(cartly.UpdateOrder).Call(1))
			req, _ := http.NewRequest("PUT", c.base+order1, strings.NewReader(`{"status":"canceled"}`))
			req.Header = http.Header{"Authorization": {"Bearer ACCESS_TOKEN"}, "Content-Type": {"application/json"}}
			if res, err := c.http.Do(req); err == nil {
				res.Body.Close()
			}
		}, want: list{"order.updated", "order.canceled"}},
		"checked out": {do: func(shop *cartly.Server, _ client) {
			shop.CheckOut(shop.Carts.Add(cartly.Cart{}).ID)
			shop.Advance(2 * time.Hour)
		}, want: list{"order.created"}},
		"uninstalled":                   {do: func(shop *cartly.Server, _ client) { shop.Uninstall() }, want: list{}},
		"uninstalled, with more events": {options: extra, do: func(shop *cartly.Server, _ client) { shop.Uninstall() }, want: list{"app.uninstalled"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, c.options...)
			shop.Customers.Add(cartly.Customer{ID: "1", Email: "jane@example.com"})
			shop.Orders.Add(cartly.Order{ID: "1"})
			shop.Products.Add(cartly.Product{ID: "p", Variants: []cartly.Variant{{ID: "v", Inventory: 4}}})
			assert.Equal(t, c.want, heard(shop, func() { c.do(shop, clientOf(t, shop)) }))
		})
	}
}

func TestAbandonedCarts(t *testing.T) {
	t.Parallel()
	at := func(shop *cartly.Server) list {
		all := list{}
		for _, d := range shop.Hooks.Deliveries("cart.abandoned") {
			all = append(all, d.At.Sub(nine).String())
		}
		return all
	}
	for name, c := range map[string]struct {
		do   func(shop *cartly.Server, id string)
		want list
	}{
		"once": {do: func(shop *cartly.Server, _ string) { shop.Advance(5 * time.Hour) }, want: list{"1h0m0s"}},
		"touched": {do: func(shop *cartly.Server, id string) {
			shop.Advance(59 * time.Minute)
			shop.TouchCart(id)
			shop.Advance(5 * time.Hour)
		}, want: list{"1h59m0s"}},
		"changed": {do: func(shop *cartly.Server, id string) {
			shop.Advance(time.Minute)
			shop.Carts.Change(id, func(*cartly.Cart) {})
			shop.Advance(5 * time.Hour)
		}, want: list{"1h1m0s"}},
		"touched too late": {do: func(shop *cartly.Server, id string) {
			shop.Advance(2 * time.Hour)
			shop.TouchCart(id)
			shop.Advance(5 * time.Hour)
		}, want: list{"1h0m0s", "3h0m0s"}},
		"removed":     {do: func(shop *cartly.Server, id string) { shop.Carts.Remove(id); shop.Advance(5 * time.Hour) }, want: list{}},
		"checked out": {do: func(shop *cartly.Server, id string) { shop.CheckOut(id); shop.Advance(5 * time.Hour) }, want: list{}},
		"at once": {do: func(shop *cartly.Server, id string) {
			shop.Advance(time.Minute)
			shop.AbandonCart(id)
			shop.Advance(5 * time.Hour)
		}, want: list{"1m0s"}},
		"put back": {do: func(shop *cartly.Server, _ string) {
			before := shop.Snapshot()
			shop.Advance(30 * time.Minute)
			shop.Restore(before)
			shop.Advance(5 * time.Hour)
		}, want: list{"1h0m0s"}},
		"put back after it": {do: func(shop *cartly.Server, _ string) {
			shop.Advance(2 * time.Hour)
			shop.Restore(shop.Snapshot())
			shop.Advance(5 * time.Hour)
		}, want: list{"1h0m0s"}},
		"forgotten": {do: func(shop *cartly.Server, _ string) { shop.Reset(); shop.Advance(5 * time.Hour) }, want: list{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			shop.Hooks.To(&tap{status: 200})
			c.do(shop, shop.Carts.Add(cartly.Cart{}).ID)
			assert.Equal(t, c.want, at(shop))
		})
	}
}

func TestCheckOut(t *testing.T) {
	t.Parallel()
	shop := still(t)
	lines := []cartly.LineItem{{VariantID: "v", Title: "Mug", Quantity: 2, PriceCents: 1250}}
	cart := shop.Carts.Add(cartly.Cart{Email: "jane@example.com", CustomerID: "1", LineItems: lines})
	order := shop.CheckOut(cart.ID)
	want := cartly.Order{
		ID: id("ord", 1), Number: 1001, Status: "open", PaymentStatus: "pending", FulfillmentStatus: "unfulfilled",
		CustomerID: "1", Email: "jane@example.com", Currency: "USD", TotalCents: 2500, LineItems: lines, CreatedAt: nine, UpdatedAt: nine,
	}
	assert.Equal(t, want, order)
	order.LineItems[0].Title = "changed"
	stored, _ := shop.Orders.Get(order.ID)
	assert.Equal(t, want, stored)
	assert.Zero(t, shop.Carts.Len())
	assert.Contains(t, mistake(t, func(shop *cartly.Server) { shop.CheckOut("x") }), `CheckOut("x"): there is no such cart`)
	assert.Contains(t, mistake(t, func(shop *cartly.Server) { shop.AbandonCart("x") }), `AbandonCart("x"): there is no such cart`)
}

func TestEmit(t *testing.T) {
	t.Parallel()
	shop := still(t)
	r := &tap{status: 200}
	shop.Hooks.To(r, "order.created")
	shop.Webhooks.Change(id("wh", 1), func(h *cartly.Subscription) { h.Events = append(h.Events, "order.archived") })
	shop.Emit("order.archived", cartly.Order{ID: "1"})
	shop.Emit("order.forgotten", nil)
	shop.EmitAll("order.forgotten", map[string]any{"a": "<é>"})
	shop.EmitAll("raw", json.RawMessage(`{"a":1.50}`))
	shop.EmitAll("shop", shop.Shop())
	require.Len(t, r.bodies, 4)
	assert.Contains(t, r.bodies[0], `{"event":"order.archived","created_at":"2025-03-01T09:00:00.000Z","data":{"id":"1","number":0,`)
	assert.Equal(t, `{"event":"order.forgotten","created_at":"2025-03-01T09:00:00.000Z","data":{"a":"<é>"}}`, r.bodies[1])
	assert.Equal(t, `{"event":"raw","created_at":"2025-03-01T09:00:00.000Z","data":{"a":1.50}}`, r.bodies[2])
	assert.Contains(t, r.bodies[3], `"data":{"id":"shop_01H80000000000000000000001","name":"My Store","domain":"mystore.mycartly.pro","currency":"USD"}}`)
	for _, data := range []any{cartly.Customer{ID: "x"}, cartly.Product{ID: "x"}, cartly.Cart{ID: "x"}, cartly.Discount{ID: "x"}, cartly.Level{VariantID: "x"}} {
		shop.EmitAll("record", data)
		assert.Regexp(t, `"data":\{"(variant_)?id":"x",`, r.bodies[len(r.bodies)-1])
	}
	assert.Contains(t, mistake(t, func(shop *cartly.Server) { shop.Emit("x", func() {}) }), `Emit("x"): json: unsupported type`)
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	shop := still(t, cartly.WithWebhookSecret("first"))
	shop.Hooks.To(&tap{status: 500}, "order.created")
	shop.Orders.Add(cartly.Order{})
	assert.Equal(t, "first", shop.WebhookSecret())
	assert.Empty(t, shop.OldSecret())
	shop.RotateSecret("second")
	assert.Equal(t, "second", shop.WebhookSecret())
	assert.Equal(t, "first", shop.OldSecret())
	shop.Advance(time.Second)
	attempts := shop.Hooks.Attempts()
	require.Len(t, attempts, 2)
	assert.Equal(t, attempts[0].Body, attempts[1].Body)
	require.NoError(t, cartly.Verify("first", attempts[0].Body, attempts[0].Header.Get(cartly.SignatureHeader)))
	require.NoError(t, cartly.Verify("second", attempts[1].Body, attempts[1].Header.Get(cartly.SignatureHeader)))
	shop.Reset()
	assert.Equal(t, "first", shop.WebhookSecret())
}

func TestDeliveriesOfSeveralSubscriptions(t *testing.T) {
	t.Parallel()
	shop := still(t)
	first, second := shop.Hooks.To(&tap{status: 200}, "order.created"), shop.Hooks.To(&tap{status: 200}, "order.created", "order.updated")
	own := shop.Webhooks.Add(cartly.Subscription{ID: "aaa", URL: "https://hooks.example.com/1", Events: []string{"order.created"}}).ID
	shop.Orders.Add(cartly.Order{ID: "1"})
	shop.Webhooks.Change(first, func(h *cartly.Subscription) { h.Active = false })
	shop.PayOrder("1")
	shop.Orders.Add(cartly.Order{})
	var got []string
	for _, d := range shop.Hooks.Deliveries() {
		got = append(got, d.Topic+" "+d.Subscription)
	}
	assert.Equal(t, []string{
		"order.created " + first, "order.created " + second, "order.created " + own,
		"order.updated " + second, "order.created " + second, "order.created " + own,
	}, got)
}

func TestDeletedSubscriptionsAreSentNothing(t *testing.T) {
	t.Parallel()
	shop := still(t)
	hook := shop.Hooks.To(&tap{status: 500}, "order.created")
	shop.Orders.Add(cartly.Order{})
	assert.Equal(t, http.StatusNoContent, clientOf(t, shop).delete(webhooks+"/"+hook).status)
	shop.Advance(time.Hour)
	assert.Len(t, shop.Hooks.Attempts(), 1)
	assert.Equal(t, fake.Dropped, shop.Hooks.Deliveries()[0].State)
}

// Five deliveries with all their attempts failed switch a subscription off where
// deliveries are counted.
func TestFailedDeliveriesAreCounted(t *testing.T) {
	t.Parallel()
	shop := still(t, cartly.WithFailureCount(cartly.PerDelivery))
	hook := shop.Hooks.To(&tap{status: 500}, "order.created")
	for n := range 5 {
		subscription, _ := shop.Webhooks.Get(hook)
		assert.True(t, subscription.Active, "before delivery %d", n+1)
		shop.Orders.Add(cartly.Order{})
		shop.Advance(time.Hour)
	}
	subscription, _ := shop.Webhooks.Get(hook)
	assert.False(t, subscription.Active)
	assert.Len(t, shop.Hooks.Attempts(), 30)
}

func TestDeliveryTimeout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options []cartly.Option
		after   time.Duration
	}{
		"10 seconds": {after: 10 * time.Second},
		"other":      {options: options(cartly.WithDeliveryTimeout(time.Minute)), after: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				shop := cartly.Start(t, append(c.options, cartly.WithMaxRetries(0))...)
				shop.Hooks.To(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), "order.created")
				shop.Orders.Add(cartly.Order{})
				attempt := shop.Hooks.Attempts()[0]
				assert.Equal(t, c.after, attempt.End.Sub(attempt.At))
				assert.Equal(t, "timeout", attempt.Err)
			})
		})
	}
}

func TestSubscribingToWhatThereIsNot(t *testing.T) {
	t.Parallel()
	words := mistake(t, func(shop *cartly.Server) { shop.Hooks.To(&tap{}, "order.cancelled") })
	assert.Contains(t, words, `unknown event "order.cancelled" (did you mean "order.canceled"?)`)
	assert.Contains(t, mistake(t, func(shop *cartly.Server) { shop.Hooks.To(&tap{}, "x") }), `unknown event "x"`)
}
