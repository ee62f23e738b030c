package scenarios_test

import (
	"fmt"
	"io"
	"net/http"

	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/scenarios"
	"github.com/tidwall/gjson"
)

// A receiver books each order once, or so it means: it tells deliveries apart by
// the header X-Cartly-Webhook-Id, which is the id of the subscription. A duplicate
// makes that look right; the next order shows that it is wrong.
func Example_wrongReceiver() {
	t := &printer{} // in a test, its *testing.T
	defer t.end()

	shop := cartly.Start(t)
	seen := map[string]bool{}
	shop.Hooks.To(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch id := r.Header.Get("X-Cartly-Webhook-Id"); {
		case cartly.Verify(shop.WebhookSecret(), body, r.Header.Get(cartly.SignatureHeader)) != nil:
			w.WriteHeader(http.StatusUnauthorized)
		case !seen[id]:
			seen[id] = true
			fmt.Println("booked", gjson.GetBytes(body, "data.email"))
		}
	}), "order.created")
	shop.Inject(scenarios.Duplicate().On("hook:order.created").Call(1))
	shop.Inject(scenarios.BadSignature().On("hook:order.created").Call(4)) // sendings count, and the copy is one

	for _, email := range []string{"ann@example.com", "bob@example.com", "eve@example.com"} {
		shop.Orders.Add(cartly.Order{Email: email})
	}
	for _, a := range shop.Hooks.Attempts() {
		fmt.Println(gjson.GetBytes(a.Body, "data.email"), a.Status)
	}
	// Output:
	// booked ann@example.com
	// ann@example.com 200
	// ann@example.com 200
	// bob@example.com 200
	// eve@example.com 401
}
