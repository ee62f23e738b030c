package cartly_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/golden"
)

// say sends the request of a golden that belongs to another test, as the
// beginning of a conversation.
func say(t *testing.T, shop *cartly.Server, names ...string) {
	t.Helper()
	for _, name := range names {
		script, err := golden.ReadFile(filepath.Join("testdata", "golden", name+".txtar"))
		require.NoError(t, err)
		for _, x := range script.Exchanges {
			var headers []string
			for _, h := range x.Request.Header {
				headers = append(headers, h.Name+": "+h.Value)
			}
			got := clientOf(t, shop).send(x.Request.Method, x.Request.Target, string(x.Request.Body), headers...)
			require.Equal(t, string(x.Response.Body), got.body)
		}
	}
}

// A setting is where a golden begins, and what is true after it.
type setting struct {
	options []cartly.Option
	prepare func(t *testing.T, shop *cartly.Server)
	noToken bool     // requests without Authorization stay so
	notes   []string // findings of the last request
}

// goldens runs each of them on a fake of its own.
func goldens(t *testing.T, of map[string]setting) {
	t.Helper()
	for name, s := range of {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, s.options...)
			if s.prepare != nil {
				s.prepare(t, shop)
			}
			shop.Settle()
			found := len(notes(shop))
			opts := []golden.Option{golden.Hooks(shop.Server)}
			if !s.noToken {
				opts = append(opts, golden.Header("Authorization", "Bearer ACCESS_TOKEN"))
			}
			golden.Replay(t, name, shop.Client(), shop.BaseURL(), opts...)
			assert.Equal(t, s.notes, append([]string(nil), notes(shop)[found:]...))
		})
	}
}

const receiverURL = "https://hooks.example.com/cartly"

// receiver registers a receiver, and a subscription of its URL to events.
func receiver(shop *cartly.Server, status int, events ...string) {
	shop.Hooks.Receive(receiverURL, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	shop.Hooks.ToURL(receiverURL, events...)
}

func receiving(events ...string) func(*testing.T, *cartly.Server) {
	return func(_ *testing.T, shop *cartly.Server) { receiver(shop, http.StatusOK, events...) }
}

func saying(names ...string) func(*testing.T, *cartly.Server) {
	return func(t *testing.T, shop *cartly.Server) { say(t, shop, names...) }
}

// The states in which the worked exchanges begin.
var (
	mug = cartly.Order{
		Email: "jane@example.com", PaymentStatus: "paid", TotalCents: 2500,
		LineItems: []cartly.LineItem{{VariantID: id("var", 1), Title: "Mug", Quantity: 2, PriceCents: 1250}},
	}
	customerHook = receiving("customer.created")
	orderHook    = receiving("order.updated", "order.fulfilled", "order.canceled")
)

func jane(t *testing.T, shop *cartly.Server) {
	customerHook(t, shop)
	say(t, shop, "CreateCustomer_X5")
}

func janeAndBob(t *testing.T, shop *cartly.Server) {
	jane(t, shop)
	shop.Customers.Quiet().Add(cartly.Customer{Email: "bob+a@example.com"})
}

func paidOrder(t *testing.T, shop *cartly.Server) {
	orderHook(t, shop)
	shop.Orders.Quiet().Add(mug)
}

func afterX8(before ...string) func(*testing.T, *cartly.Server) {
	return func(t *testing.T, shop *cartly.Server) {
		paidOrder(t, shop)
		say(t, shop, append([]string{"UpdateOrder_X8"}, before...)...)
	}
}

func twoLocations(before ...string) func(*testing.T, *cartly.Server) {
	return func(t *testing.T, shop *cartly.Server) {
		variant := id("var", 1)
		shop.Levels.Add(cartly.Level{VariantID: variant, Available: 10, Reserved: 2})
		shop.Levels.Add(cartly.Level{VariantID: variant, LocationID: shop.AddLocation("Second"), Available: 5, Incoming: 3})
		say(t, shop, before...)
	}
}

func twoOrders(t *testing.T, shop *cartly.Server) {
	shop.Orders.Add(mug)
	shop.Orders.Add(cartly.Order{Email: "bob@example.com", TotalCents: 900})
}

func customerJane(_ *testing.T, shop *cartly.Server) {
	shop.Customers.Add(cartly.Customer{Email: "jane@example.com"})
}

func reader(_ *testing.T, shop *cartly.Server) { shop.AddToken("READER", cartly.ReadCustomers) }

func switchedOff(_ *testing.T, shop *cartly.Server) {
	receiver(shop, http.StatusInternalServerError, "order.created")
	shop.Orders.Add(cartly.Order{Email: "jane@example.com", TotalCents: 2500})
	shop.Advance(time.Hour)
}

func abandoned(_ *testing.T, shop *cartly.Server) {
	receiver(shop, http.StatusOK, "cart.abandoned")
	shop.Carts.Add(cartly.Cart{Email: "jane@example.com", LineItems: []cartly.LineItem{
		{VariantID: id("var", 1), Title: "Mug", Quantity: 1, PriceCents: 1250},
	}})
	shop.Advance(2 * time.Hour)
}
