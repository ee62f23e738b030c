package cartly_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
	"github.com/cartdouble/cartdouble/fake/internal/ratio"
)

const jsonType = "application/json; charset=utf-8"

// asked is a request with the token.
func asked(method, url, body string) ratio.Request {
	h := http.Header{"Authorization": {"Bearer ACCESS_TOKEN"}}
	if body != "" {
		h.Set("Content-Type", "application/json")
	}
	return ratio.Request{Method: method, URL: url, Header: h, Body: body}
}

// peopled adds n customers.
func peopled(shop *cartly.Server, n int) {
	for i := range n {
		shop.Customers.Add(cartly.Customer{Email: fmt.Sprintf("customer%d@example.com", i), FirstName: "Jane", LastName: "Doe"})
	}
}

// against measures calls on a warm connection against the limit, in memory and
// on loopback. request gives the n-th request.
func against(b *testing.B, prepare func(*cartly.Server), request func(base string, n int) ratio.Request) {
	for _, network := range []string{"memory", "loopback"} {
		b.Run(network, func(b *testing.B) {
			shop := cartly.New(fake.KeepJournal(1000), cartly.WithOrderReads())
			defer shop.Close()
			if prepare != nil {
				prepare(shop)
			}
			client, base := shop.Client(), shop.BaseURL()
			if network == "loopback" {
				client, base = &http.Client{Transport: &http.Transport{}}, shop.URL()
			}
			defer client.CloseIdleConnections()
			require.Less(b, request(base, 0).Do(b, client), 300)
			limit := ratio.Start(b, network == "loopback", jsonType, shop.Calls()[0].ReplyBody)
			defer limit.Close()
			n := 0
			ratio.TakeTurns(b,
				func() { n++; request(base, n).Do(b, client) },
				func() { request(limit.URL, n).Do(b, limit.Client) })
		})
	}
}

func BenchmarkCall(b *testing.B) {
	b.Run("cartly/GetOrder", func(b *testing.B) {
		against(b, func(shop *cartly.Server) { shop.Orders.Add(mug) }, func(base string, _ int) ratio.Request {
			return asked("GET", base+"/apps/api/orders/"+id("ord", 1), "")
		})
	})
	b.Run("cartly/ListCustomers", func(b *testing.B) {
		against(b, func(shop *cartly.Server) { peopled(shop, 100) }, func(base string, _ int) ratio.Request { return asked("GET", base+customers, "") })
	})
	b.Run("cartly/FindCustomer", func(b *testing.B) {
		against(b, func(shop *cartly.Server) { peopled(shop, 1000) }, func(base string, _ int) ratio.Request {
			return asked("GET", base+customers+"?email=customer77%40example.com", "")
		})
	})
	b.Run("cartly/CreateCustomer", func(b *testing.B) {
		against(b, nil, func(base string, n int) ratio.Request {
			return asked("POST", base+customers, fmt.Sprintf(`{"email":"jane%d@example.com","first_name":"Jane"}`, n))
		})
	})
	b.Run("cartly/UpdateCustomer", func(b *testing.B) {
		against(b, func(shop *cartly.Server) { peopled(shop, 1) }, func(base string, n int) ratio.Request {
			return asked("PUT", base+customers+"/"+id("cus", 1), fmt.Sprintf(`{"note":"%d"}`, n))
		})
	})
	b.Run("cartly/AdjustInventory", func(b *testing.B) {
		stocked := func(shop *cartly.Server) {
			shop.Products.Add(cartly.Product{Title: "Mug", Variants: []cartly.Variant{{ID: "v", Inventory: 4}}})
		}
		against(b, stocked, func(base string, n int) ratio.Request {
			return asked("PUT", base+stock, fmt.Sprintf(`{"quantity":%d}`, n))
		})
	})
}

// What a call costs in a shop of any size, against the same in one of a thousand
// customers.
func BenchmarkSize(b *testing.B) {
	for _, people := range []int{1_000, 100_000} {
		if testing.Short() && people > 1_000 {
			break
		}
		small, large := cartly.New(fake.KeepJournal(0)), cartly.New(fake.KeepJournal(0))
		peopled(small, 1_000)
		peopled(large, people)
		n := 0
		for name, request := range map[string]func(shop *cartly.Server) ratio.Request{
			"page": func(shop *cartly.Server) ratio.Request {
				return asked("GET", shop.BaseURL()+customers+fmt.Sprintf("?offset=%d", shop.Customers.Len()/2), "")
			},
			"email": func(shop *cartly.Server) ratio.Request {
				return asked("GET", shop.BaseURL()+customers+"?email=customer77%40example.com", "")
			},
			"create": func(shop *cartly.Server) ratio.Request {
				n++
				return asked("POST", shop.BaseURL()+customers, fmt.Sprintf(`{"email":"new%d@example.com"}`, n))
			},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, people), func(b *testing.B) {
				ask := func(shop *cartly.Server) func() {
					client := shop.Client()
					return func() { require.Less(b, request(shop).Do(b, client), 300) }
				}
				ratio.TakeTurns(b, ask(large), ask(small))
			})
		}
		small.Close()
		large.Close()
	}
}

// takes is a receiver that reads and does nothing.
var takes = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })

// delivering is a fake with an order and a subscription, and the bare signed POST
// that its deliveries are compared with: on a connection that is kept, or anew.
func delivering(b *testing.B, network string, anew bool, opts ...cartly.Option) (shop *cartly.Server, order string, post func()) {
	b.Helper()
	shop = cartly.New(opts...)
	b.Cleanup(shop.Close)
	if network == "memory" {
		shop.Hooks.To(takes, "order.updated")
	} else {
		app := httptest.NewServer(takes)
		b.Cleanup(app.Close)
		shop.Hooks.ToURL(app.URL+"/in", "order.updated")
	}
	order = shop.Orders.Add(mug).ID
	shop.FulfillOrder(order)
	sample := shop.Hooks.Attempts()[0]
	require.Equal(b, fake.Succeeded, sample.Verdict)
	limit := ratio.Start(b, network == "loopback", "text/plain", nil)
	b.Cleanup(limit.Close)
	limit.Client.Transport.(*http.Transport).DisableKeepAlives = anew
	bare := ratio.Request{Method: "POST", URL: limit.URL + "/in", Header: sample.Header.Clone(), Body: string(sample.Body)}
	return shop, order, func() {
		bare.Header[cartly.SignatureHeader] = []string{cartly.Sign("whsec_mystore", sample.Body)}
		bare.Do(b, limit.Client)
	}
}

// BenchmarkChange is a change of one order and its signed delivery, against a
// bare signed POST of the same bytes. Over loopback both make a connection for
// it: the fake keeps none when nothing is left to be sent.
func BenchmarkChange(b *testing.B) {
	for _, network := range []string{"memory", "loopback"} {
		b.Run(network, func(b *testing.B) {
			shop, order, post := delivering(b, network, network == "loopback", fake.KeepJournal(1000))
			words := []string{"paid", "refunded"}
			n := 0
			ratio.TakeTurns(b, func() {
				n++
				shop.Orders.Change(order, func(o *cartly.Order) { o.PaymentStatus = words[n%2] })
			}, post)
		})
	}
}

// BenchmarkDeliveries is the sending of signed deliveries that wait, by the number
// of them, against bare POSTs of the same bytes, signed as well, to the same
// receiver. At a ratio of 1.18 the fake sends 0.85 of what the bare sender does.
func BenchmarkDeliveries(b *testing.B) {
	for _, network := range []string{"memory", "loopback"} {
		for _, many := range []int{100, 10_000} {
			if testing.Short() && many > 100 {
				break
			}
			b.Run(fmt.Sprintf("%s/%d", network, many), func(b *testing.B) {
				shop, _, post := delivering(b, network, false, fake.KeepJournal(many))
				var ours, limit time.Duration
				queued := 0
				for b.Loop() {
					release := shop.Hooks.Hold()
					for range many {
						shop.Emit("order.updated", mug)
					}
					require.Len(b, shop.Hooks.Pending(), many)
					start := time.Now()
					release()
					sent := time.Now()
					for range many {
						post()
					}
					ours, limit, queued = ours+sent.Sub(start), limit+time.Since(sent), queued+many
				}
				b.ReportMetric(float64(ours)/float64(limit), "ratio")
				b.ReportMetric(float64(ours)/float64(queued), "ours-ns/delivery")
				b.ReportMetric(float64(queued)/ours.Seconds(), "deliveries/s")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// BenchmarkStart is a fake from its making to its end, with one call.
func BenchmarkStart(b *testing.B) {
	const answer = `{"shop":{"id":"shop_01H80000000000000000000001","name":"My Store"},"app":{"name":"Zapier"}}`
	for _, network := range []string{"memory", "loopback"} {
		b.Run(network, func(b *testing.B) {
			ours := func() {
				shop := cartly.New()
				client, base := shop.Client(), shop.BaseURL()
				if network == "loopback" {
					client, base = &http.Client{Transport: &http.Transport{}}, shop.URL()
				}
				asked("GET", base+"/apps/api/me", "").Do(b, client)
				client.CloseIdleConnections()
				shop.Close()
			}
			ratio.TakeTurns(b, ours, func() {
				limit := ratio.Start(b, network == "loopback", jsonType, []byte(answer))
				asked("GET", limit.URL+"/apps/api/me", "").Do(b, limit.Client)
				limit.Close()
			})
		})
	}
}
