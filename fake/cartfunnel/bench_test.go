package cartfunnel_test

import (
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
	"github.com/cartdouble/cartdouble/fake/internal/ratio"
	"github.com/stretchr/testify/require"
)

const jsonType = "application/json; charset=utf-8"

// asked is a request with good credentials.
func asked(method, url, body string) ratio.Request {
	h := http.Header{"X-Cartfunnel-Account": {"myshop"}, "X-Cartfunnel-Api-Secret": {"your_api_secret"}}
	if body != "" {
		h.Set("Content-Type", "application/json")
	}
	return ratio.Request{Method: method, URL: url, Header: h, Body: body}
}

// stock adds n customers of the size of the document's sample.
func stock(shop *cartfunnel.Server, n int) {
	for i := range n {
		shop.Customers.Add(cartfunnel.Customer{
			Email: fmt.Sprintf("customer%d@example.com", i), FirstName: "Joe", LastName: "Ellington",
			Note: "Special user", OrdersCount: 3, TotalSpentCents: 100000, SubscriptionsCount: 1, LastOrderID: 3200291,
		})
	}
}

// against measures calls on a warm connection against the limit, in memory and
// on loopback. request gives the n-th request.
func against(b *testing.B, customers int, request func(base string, n int) ratio.Request) {
	for _, network := range []string{"memory", "loopback"} {
		b.Run(network, func(b *testing.B) {
			shop := cartfunnel.New(fake.KeepJournal(1000))
			defer shop.Close()
			stock(shop, customers)
			client, base := shop.Client(), shop.BaseURL()
			if network == "loopback" {
				client, base = &http.Client{Transport: &http.Transport{}}, shop.URL()
			}
			defer client.CloseIdleConnections()
			require.Equal(b, 200, request(base, 0).Do(b, client))
			limit := ratio.Start(b, network == "loopback", jsonType, shop.Calls()[0].ReplyBody)
			defer limit.Close()
			n := 0
			ratio.TakeTurns(b,
				func() { n++; request(base, n).Do(b, client) },
				func() { request(limit.URL+"/v1", n).Do(b, limit.Client) })
		})
	}
}

func BenchmarkCall(b *testing.B) {
	b.Run("cartfunnel/GetCustomer", func(b *testing.B) {
		against(b, 1, func(base string, _ int) ratio.Request { return asked("GET", base+"/customers/1.json", "") })
	})
	b.Run("cartfunnel/ListCustomers", func(b *testing.B) {
		against(b, 100, func(base string, _ int) ratio.Request { return asked("GET", base+"/customers.json", "") })
	})
	b.Run("cartfunnel/CreateCustomer", func(b *testing.B) {
		against(b, 0, func(base string, n int) ratio.Request {
			return asked("POST", base+"/customers.json", fmt.Sprintf(`{"customer":{"email":"anna%d@example.com","first_name":"Anna","last_name":"Benning"}}`, n))
		})
	})
	b.Run("cartfunnel/UpdateCustomer", func(b *testing.B) {
		against(b, 1, func(base string, n int) ratio.Request {
			return asked("PATCH", base+"/customers/1.json", fmt.Sprintf(`{"customer":{"last_name":"Jules %d"}}`, n))
		})
	})
}

// A page in the middle costs the same in a shop of any size.
func BenchmarkPage(b *testing.B) {
	for _, customers := range []int{1_000, 100_000, 1_000_000} {
		if testing.Short() && customers > 1_000 {
			break
		}
		b.Run(fmt.Sprint(customers), func(b *testing.B) {
			small, large := cartfunnel.New(fake.KeepJournal(0)), cartfunnel.New(fake.KeepJournal(0))
			defer small.Close()
			defer large.Close()
			stock(small, 1_000)
			stock(large, customers)
			page := func(shop *cartfunnel.Server, n int) func() {
				r := asked("GET", fmt.Sprintf("%s/customers.json?page=%d", shop.BaseURL(), n), "")
				client := shop.Client()
				return func() { r.Do(b, client) }
			}
			ratio.TakeTurns(b, page(large, customers/200), page(small, 5))
		})
	}
}

// BenchmarkStart is a fake from its making to its end, with one call.
func BenchmarkStart(b *testing.B) {
	for _, network := range []string{"memory", "loopback"} {
		b.Run(network, func(b *testing.B) {
			ours := func() {
				shop := cartfunnel.New()
				client, base := shop.Client(), shop.BaseURL()
				if network == "loopback" {
					client, base = &http.Client{Transport: &http.Transport{}}, shop.URL()
				}
				asked("GET", base+"/customers.json", "").Do(b, client)
				client.CloseIdleConnections()
				shop.Close()
			}
			ratio.TakeTurns(b, ours, func() {
				limit := ratio.Start(b, network == "loopback", jsonType, []byte("[]"))
				asked("GET", limit.URL+"/v1/customers.json", "").Do(b, limit.Client)
				limit.Close()
			})
		})
	}
}

// BenchmarkJournal is a call with the whole journal against one without any.
func BenchmarkJournal(b *testing.B) {
	with, without := cartfunnel.New(), cartfunnel.New(fake.KeepJournal(0))
	defer with.Close()
	defer without.Close()
	call := func(shop *cartfunnel.Server) func() {
		stock(shop, 1)
		r, client := asked("GET", shop.BaseURL()+"/customers/1.json", ""), shop.Client()
		return func() { r.Do(b, client) }
	}
	ratio.TakeTurns(b, call(with), call(without))
}

// BenchmarkMemory tells how much of memory a record takes, as a ratio to the
// bytes of its JSON.
func BenchmarkMemory(b *testing.B) {
	customers := 100_000
	if testing.Short() {
		customers = 10_000
	}
	for b.Loop() {
		before := heap()
		shop := cartfunnel.New(fake.KeepJournal(0))
		stock(shop, customers)
		used := heap() - before
		asked("GET", shop.BaseURL()+"/customers/5000.json", "").Do(b, shop.Client())
		record := len(wire(b, shop))
		b.ReportMetric(float64(used)/float64(customers), "B/record")
		b.ReportMetric(float64(used)/float64(customers)/float64(record), "ratio")
		shop.Close()
	}
	b.ReportMetric(0, "ns/op")
}

// wire is a record of the shop as it is sent.
func wire(b *testing.B, shop *cartfunnel.Server) []byte {
	b.Helper()
	var body []byte
	remove := shop.Intercept(fake.Body, func(c *fake.Call) { body = c.Reply().Body })
	defer remove()
	require.Equal(b, 200, asked("GET", shop.BaseURL()+"/customers/5000.json", "").Do(b, shop.Client()))
	return body
}

// heap is what is in use once everything that can be freed has been.
func heap() int64 {
	var m runtime.MemStats
	for range 3 { // what waits for a finalizer takes more than one
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkParallelFakes is a thousand fakes at work at once, each with a call.
func BenchmarkParallelFakes(b *testing.B) {
	before := runtime.NumGoroutine()
	for b.Loop() {
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				shop := cartfunnel.New()
				defer shop.Close()
				asked("GET", shop.BaseURL()+"/customers.json", "").Do(b, shop.Client())
			})
		}
		all.Wait()
	}
	for range 1_000_000 { // those of connections that were closed end by themselves
		if runtime.NumGoroutine() <= before {
			break
		}
		runtime.Gosched()
	}
	b.ReportMetric(float64(runtime.NumGoroutine()-before), "goroutines-left")
}
