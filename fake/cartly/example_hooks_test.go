package cartly_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// printing is a receiver that prints what it gets, if its signature is good.
func printing(shop *cartly.Server) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := cartly.Verify(shop.WebhookSecret(), body, r.Header.Get(cartly.SignatureHeader)); err != nil {
			fmt.Println(err)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Println(gjson.GetBytes(body, "event"), gjson.GetBytes(body, "data.id"))
	})
}

// Hooks.To subscribes a receiver to some events. It is called in the process, and
// what it answers decides about retries.
func ExampleServer_receiver() {
	shop := cartly.New(march()...)
	defer shop.Close()

	busy := true
	hook := shop.Hooks.To(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(shop.Now().Format("15:04:05"), r.Method, r.Host+r.URL.Path, r.Header.Get("X-Cartly-Webhook-Id"))
		if busy {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}), "order.created")
	shop.Orders.Add(cartly.Order{})
	busy = false
	shop.Advance(time.Minute)

	d := shop.Hooks.Deliveries()[0]
	fmt.Println(d.State, len(d.Attempts), d.Subscription == hook)
	// Output:
	// 09:00:00 POST hooks.example.com/1 wh_01H80000000000000000000001
	// 09:00:01 POST hooks.example.com/1 wh_01H80000000000000000000001
	// delivered 2 true
}

// What is held can be sent in any order, twice, or forged.
func ExampleServer_hold() {
	shop := cartly.New(march()...)
	defer shop.Close()
	shop.Hooks.To(printing(shop), "order.created", "order.updated")

	release := shop.Hooks.Hold()
	order := shop.Orders.Add(cartly.Order{})
	shop.PayOrder(order.ID)
	for _, d := range shop.Hooks.Pending() {
		fmt.Println("held:", d.Topic)
	}
	created, updated := shop.Hooks.Pending()[0], shop.Hooks.Pending()[1]
	shop.Hooks.Send(updated) // the later one first
	forged := shop.Hooks.Send(created, fake.NewFault("tampered"))
	fmt.Println(forged.Status)
	release() // what is left
	// Output:
	// held: order.created
	// held: order.updated
	// order.updated ord_01H80000000000000000000001
	// cartly: signature: it belongs to another body or another secret
	// 401
	// order.created ord_01H80000000000000000000001
}

// Hooks.Receive serves a subscription that the program under test makes itself;
// an address that nobody serves is never dialled.
func ExampleServer_receive() {
	shop := cartly.New(march()...)
	defer shop.Close()

	heard := "nothing"
	shop.Hooks.Receive("https://app.example.com/", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { // all below it
		body, _ := io.ReadAll(r.Body)
		heard = gjson.GetBytes(body, "event").Str
	}))
	show(shop, shop.Token(), "POST", "/apps/api/webhooks", `{"url": "https://app.example.com/hooks/7", "events": ["customer.created"]}`, "id", "active")
	show(shop, shop.Token(), "POST", "/apps/api/webhooks", `{"url": "https://hooks.zapier.com/...", "events": ["customer.created"]}`, "id", "active")
	show(shop, shop.Token(), "POST", "/apps/api/customers", `{"email": "jane@example.com"}`, "id")
	shop.Settle() // deliveries follow the answer
	fmt.Println(heard)
	for _, d := range shop.Hooks.Deliveries() {
		fmt.Println(d.URL, d.State)
	}
	// Output:
	// 201 "wh_01H80000000000000000000001" true
	// 201 "wh_01H80000000000000000000002" true
	// 201 "cus_01H80000000000000000000001"
	// customer.created
	// https://app.example.com/hooks/7 delivered
	// https://hooks.zapier.com/... withheld
}

func ExampleSign() {
	body := []byte(`{"event":"order.created","created_at":"2025-03-01T09:00:00.000Z","data":{"id":"ord_01H80000000000000000000001","number":1001}}`)
	fmt.Println(cartly.Sign("whsec_mystore", body))
	// Output:
	// sha256=7c29faec7d26c47d4a40a5ff984f02524bc36208b02dfe372d5d9eae5e58dfc7
}

func ExampleVerify() {
	body := []byte(`{"event":"order.created"}`)
	header := cartly.Sign("whsec_mystore", body)
	fmt.Println(cartly.Verify("whsec_mystore", body, header))
	fmt.Println(cartly.Verify("whsec_mystore", append(body, '\n'), header))
	fmt.Println(cartly.Verify("whsec_mystore", body, strings.TrimPrefix(header, "sha256=")[:20]))
	fmt.Println(cartly.Verify("", body, cartly.Sign("", body)))
	// Output:
	// <nil>
	// cartly: signature: it belongs to another body or another secret
	// cartly: signature "6b954ad8cb921911f75f": want sha256= and the digits
	// cartly: signature: the secret is empty
}

// Any event can be sent, known or not.
func ExampleShopHandle_Emit() {
	shop := cartly.New(march()...)
	defer shop.Close()
	shop.Hooks.To(printing(shop), "order.created")

	shop.Emit("order.created", cartly.Order{ID: "17"})
	shop.Emit("order.archived", cartly.Order{ID: "17"}) // nobody asked for it
	shop.EmitAll("order.archived", map[string]any{"id": "17"})
	// Output:
	// order.created 17
	// order.archived 17
}

func ExampleServer_RotateSecret() {
	shop := cartly.New(march()...)
	defer shop.Close()
	shop.Hooks.To(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		header := r.Header.Get(cartly.SignatureHeader)
		fmt.Println(cartly.Verify(shop.OldSecret(), body, header) == nil, cartly.Verify(shop.WebhookSecret(), body, header) == nil)
	}), "order.created")

	shop.RotateSecret("whsec_next")
	shop.Orders.Add(cartly.Order{})
	shop.Inject(fake.NewFault("old-secret").Call(1)) // one that was signed before
	shop.Orders.Add(cartly.Order{})
	// Output:
	// false true
	// true false
}

// Faults on deliveries are chosen by events.
func ExampleServer_faults() {
	shop := cartly.New(march()...)
	defer shop.Close()
	shop.Hooks.To(printing(shop))

	shop.Inject(
		fake.NewFault("duplicate").On("hook:order.created").Call(1),
		fake.NewFault("no-signature").On("hook:customer.*").Call(1), // the retry is signed
		fake.NewFault("delay").Set("by", "5s").On("hook:order.updated"),
	)
	order := shop.Orders.Add(cartly.Order{})
	shop.Customers.Add(cartly.Customer{})
	shop.FulfillOrder(order.ID)
	shop.Advance(5 * time.Second)
	// Output:
	// order.created ord_01H80000000000000000000001
	// order.created ord_01H80000000000000000000001
	// cartly: signature: there is none
	// order.fulfilled ord_01H80000000000000000000001
	// customer.created cus_01H80000000000000000000001
	// order.updated ord_01H80000000000000000000001
}

func ExampleWithPayload() {
	shop := cartly.New(append(march(), cartly.WithPayload(func(e cartly.Event) []byte {
		return fmt.Appendf(nil, `{"topic":%q,"shop":%q,"object":%s}`, e.Name, e.Shop.Domain, e.Data)
	}))...)
	defer shop.Close()
	shop.Hooks.ToURL("https://hooks.zapier.com/...", "order.created")

	shop.EmitAll("app.seen", map[string]int{"times": 2})
	fmt.Println(string(shop.Hooks.Deliveries()[0].Body))
	// Output:
	// {"topic":"app.seen","shop":"mystore.mycartly.pro","object":{"times":2}}
}
