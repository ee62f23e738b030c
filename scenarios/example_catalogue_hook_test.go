package scenarios_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/scenarios"
	"github.com/tidwall/gjson"
)

// The catalogue of deliveries: an order is made, then paid, in a shop whose secret is
// new, and for two hours the shop sends what it sends. Each line is an attempt: when,
// what it says it is, whether the signature fits, and what the receiver answered.
func Example_catalogueDeliveries() {
	for _, fault := range []fake.Fault{
		scenarios.Overtake(),
		scenarios.Delay(time.Hour),
		scenarios.Dropped(),
		scenarios.NoSignature(),
		scenarios.SignatureForm("base64"),
		scenarios.Tampered(),
		scenarios.OldSecret(),
		scenarios.Rotated().Set("late", "1h"),
		scenarios.Replayed(time.Hour),
		scenarios.Retry(),
		scenarios.Disabled(),
		scenarios.UnknownEvent("order.teleported"),
		scenarios.Flood(3),
		scenarios.BodyStyle("pretty"),
		scenarios.SlowPost(time.Minute),
		scenarios.CutPost(),
		scenarios.WrongTarget("GET"),
		scenarios.TestPing(),
	} {
		fault = fault.On("hook:order.created").Call(1)
		fmt.Println(fault)
		shop := cartly.New(fake.Frozen(), fake.At(time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)))
		shop.RotateSecret("whsec_new")
		shop.Hooks.To(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil || cartly.Verify("whsec_new", body, r.Header.Get(cartly.SignatureHeader)) != nil {
				w.WriteHeader(http.StatusUnauthorized)
			}
		}), "order.created", "order.updated")
		shop.Inject(fault)
		order := shop.Orders.Add(cartly.Order{Email: "ann@example.com"})
		shop.Orders.Change(order.ID, func(o *cartly.Order) { o.PaymentStatus = "paid" })
		shop.Advance(2 * time.Hour)
		for _, a := range shop.Hooks.Attempts() {
			genuine := cartly.Verify("whsec_new", a.Body, a.Header.Get(cartly.SignatureHeader)) == nil
			fmt.Println(" ", a.At.Format(time.TimeOnly), a.Method, cmp.Or(gjson.GetBytes(a.Body, "event").Str, "no event"), genuine, a.Status)
		}
		shop.Close()
	}
	// Output:
	// overtake on=hook:order.created call=1
	//   09:00:00 POST order.updated true 200
	//   09:00:00 POST order.created true 200
	// delay by=1h0m0s on=hook:order.created call=1
	//   09:00:00 POST order.updated true 200
	//   10:00:00 POST order.created true 200
	// dropped on=hook:order.created call=1
	//   09:00:00 POST order.updated true 200
	// no-signature on=hook:order.created call=1
	//   09:00:00 POST order.created false 401
	//   09:00:00 POST order.updated true 200
	//   09:00:01 POST order.created true 200
	// signature-form form=base64 on=hook:order.created call=1
	//   09:00:00 POST order.created false 401
	//   09:00:00 POST order.updated true 200
	//   09:00:01 POST order.created true 200
	// tampered on=hook:order.created call=1
	//   09:00:00 POST order.created false 401
	//   09:00:00 POST order.updated true 200
	//   09:00:01 POST order.created true 200
	// old-secret on=hook:order.created call=1
	//   09:00:00 POST order.created false 401
	//   09:00:00 POST order.updated true 200
	//   09:00:01 POST order.created true 200
	// rotated late=1h on=hook:order.created call=1
	//   09:00:00 POST order.created false 401
	//   09:00:00 POST order.updated true 200
	//   09:00:01 POST order.created true 200
	// replayed age=1h0m0s on=hook:order.created call=1
	//   09:00:00 POST order.created true 200
	//   09:00:00 POST order.updated true 200
	//   10:00:00 POST order.created true 200
	// retry on=hook:order.created call=1
	//   09:00:00 POST order.created true 200
	//   09:00:00 POST order.updated true 200
	//   09:00:01 POST order.created true 200
	// disabled on=hook:order.created call=1
	// unknown-event topic=order.teleported on=hook:order.created call=1
	//   09:00:00 POST order.teleported true 200
	//   09:00:00 POST order.updated true 200
	// flood n=3 on=hook:order.created call=1
	//   09:00:00 POST order.created true 200
	//   09:00:00 POST order.created true 200
	//   09:00:00 POST order.created true 200
	//   09:00:00 POST order.updated true 200
	// body-style style=pretty on=hook:order.created call=1
	//   09:00:00 POST order.created true 200
	//   09:00:00 POST order.updated true 200
	// slow-post over=1m0s on=hook:order.created call=1
	//   09:00:00 POST order.created true 200
	//   09:01:00 POST order.updated true 200
	// cut-post on=hook:order.created call=1
	//   09:00:00 POST order.created true 0
	//   09:00:00 POST order.updated true 200
	//   09:00:01 POST order.created true 200
	// wrong-target method=GET on=hook:order.created call=1
	//   09:00:00 GET no event true 200
	//   09:00:00 POST order.updated true 200
	// test-ping on=hook:order.created call=1
	//   09:00:00 POST test true 200
	//   09:00:00 POST order.updated true 200
}

// A delivery of what a call does leaves before the call is answered: the order that it
// tells of is one that the client does not know yet.
func Example_catalogueEarly() {
	shop := cartly.New(fake.Frozen())
	defer shop.Close()
	shop.Hooks.To(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { fmt.Println("delivered") }), "customer.created")
	shop.Inject(scenarios.Early())
	s := shelf{shop.Server, caller{shop.Client(), shop.BaseURL(), http.Header{"Authorization": {"Bearer " + shop.Token()}, "Content-Type": {"application/json"}}}}
	status, _, _, _ := s.ask(context.Background(), "POST", "/apps/api/customers", `{"email":"ann@example.com"}`)
	fmt.Println("answered", status)
	// Output:
	// delivered
	// answered 201
}
