package bonify_test

import (
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/internal/ratio"
)

// asked is a request with good credentials.
func asked(method, url, body string) ratio.Request {
	h := http.Header{"X-Shop-Domain": {"your-domain.myshopify.com"}, "X-Api-Key": {"your_api_key"}}
	if body != "" {
		h.Set("Content-Type", "application/json")
	}
	return ratio.Request{Method: method, URL: url, Header: h, Body: body}
}

// stock adds n customers, each changed a second after the one before. One in a
// thousand has a tag.
func stock(shop *bonify.Server, n int) {
	for i := range n {
		c := bonify.Customer{
			Email: fmt.Sprintf("customer%d@example.com", i), FirstName: "Joe", LastName: "Ellington", UpdatedAt: at(1, 1, 0).Add(time.Duration(i) * time.Second),
			Fields: []bonify.FieldValue{{MachineName: "text", Value: "Value for my custom text field."}},
		}
		if i%1000 == 0 {
			c.Tags = []string{"vip"}
		}
		shop.Customers.Add(c)
	}
}

// against measures calls on a warm connection against the limit, in memory and
// on loopback. request gives the n-th request.
func against(b *testing.B, customers int, request func(base string, n int) ratio.Request) {
	for _, network := range []string{"memory", "loopback"} {
		b.Run(network, func(b *testing.B) {
			shop := bonify.New(bonify.WithoutLimits(), fake.KeepJournal(1000))
			defer shop.Close()
			stock(shop, customers)
			client, base := shop.Client(), shop.BaseURL()
			if network == "loopback" {
				client, base = &http.Client{Transport: &http.Transport{}}, shop.URL()
			}
			defer client.CloseIdleConnections()
			require.Equal(b, 200, request(base, 0).Do(b, client))
			limit := ratio.Start(b, network == "loopback", "application/json; charset=utf-8", shop.Calls()[0].ReplyBody)
			defer limit.Close()
			n := 0
			ratio.TakeTurns(b,
				func() { n++; request(base, n).Do(b, client) },
				func() { request(limit.URL+v2, n).Do(b, limit.Client) })
		})
	}
}

func BenchmarkCall(b *testing.B) {
	b.Run("bonify/GetCustomer", func(b *testing.B) {
		against(b, 1, func(base string, _ int) ratio.Request { return asked("GET", base+"/customers/345345345345", "") })
	})
	b.Run("bonify/ListCustomers", func(b *testing.B) {
		against(b, 200, func(base string, _ int) ratio.Request { return asked("GET", base+"/customers", "") })
	})
	b.Run("bonify/CreateCustomers", func(b *testing.B) {
		against(b, 0, func(base string, n int) ratio.Request {
			return asked("POST", base+"/customers", one(fmt.Sprintf(`{"email":"anna%d@example.com","first_name":"Anna","last_name":"Benning"}`, n)))
		})
	})
	b.Run("bonify/UpdateCustomers", func(b *testing.B) {
		against(b, 1, func(base string, n int) ratio.Request {
			return asked("PUT", base+"/customers", one(fmt.Sprintf(`{"id":345345345345,"last_name":"Jules %d"}`, n)))
		})
	})
}

// What an index serves costs the same in a shop of any size; a scan grows with
// the shop until its page is full.
func BenchmarkFilter(b *testing.B) {
	for _, customers := range []int{1_000, 100_000, 1_000_000} {
		if testing.Short() && customers > 1_000 {
			break
		}
		small, large := bonify.New(bonify.WithoutLimits(), fake.KeepJournal(0)), bonify.New(bonify.WithoutLimits(), fake.KeepJournal(0))
		stock(small, 1_000)
		stock(large, customers)
		for name, filter := range map[string]string{
			"page":    ``,
			"id":      `id|equals|345345345400`,
			"email":   `email|equals|"customer77@example.com"`,
			"updated": `updated_at|gt|2025-01-01T00:05:00Z,updated_at|lt|2025-01-01T00:06:00Z`,
			"hits":    `last_name|contains|ellington`,
			"field":   `text|equals|"no such value"`,
		} {
			b.Run(fmt.Sprintf("%s/%d", name, customers), func(b *testing.B) {
				list := func(shop *bonify.Server) func() {
					r := asked("GET", shop.BaseURL()+"/customers?filters="+url.QueryEscape(filter), "")
					client := shop.Client()
					return func() { r.Do(b, client) }
				}
				ratio.TakeTurns(b, list(large), list(small))
			})
		}
		small.Close()
		large.Close()
	}
}

// BenchmarkScan is a filter that nobody fits, against the plainest look at the
// same field of every customer.
func BenchmarkScan(b *testing.B) {
	customers := 100_000
	if testing.Short() {
		customers = 10_000
	}
	shop := bonify.New(bonify.WithoutLimits(), fake.KeepJournal(0))
	defer shop.Close()
	stock(shop, customers)
	r := asked("GET", shop.BaseURL()+"/customers?filters=email%7Ccontains%7Cnobody", "")
	client := shop.Client()
	hits := 0
	ratio.TakeTurns(b, func() { r.Do(b, client) }, func() {
		shop.Locked(func() {
			for c := range shop.Customers.Range(0, customers) {
				if strings.Contains(c.Email, "nobody") {
					hits++
				}
			}
		})
	})
	require.Zero(b, hits)
}

// BenchmarkStart is a fake from its making to its end, with one call.
func BenchmarkStart(b *testing.B) {
	for _, network := range []string{"memory", "loopback"} {
		b.Run(network, func(b *testing.B) {
			ours := func() {
				shop := bonify.New()
				client, base := shop.Client(), shop.BaseURL()
				if network == "loopback" {
					client, base = &http.Client{Transport: &http.Transport{}}, shop.URL()
				}
				asked("GET", base+"/customers", "").Do(b, client)
				client.CloseIdleConnections()
				shop.Close()
			}
			ratio.TakeTurns(b, ours, func() {
				limit := ratio.Start(b, network == "loopback", "application/json; charset=utf-8", []byte(nothing))
				asked("GET", limit.URL+v2+"/customers", "").Do(b, limit.Client)
				limit.Close()
			})
		})
	}
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
		shop := bonify.New(bonify.WithoutLimits())
		stock(shop, customers)
		used := float64(heap()-before) / float64(customers)
		require.Equal(b, 200, asked("GET", shop.BaseURL()+"/customers/345345345345", "").Do(b, shop.Client()))
		record := len(shop.Calls()[0].ReplyBody) - len(nothing)
		b.ReportMetric(used, "B/record")
		b.ReportMetric(used/float64(record), "ratio")
		shop.Close()
	}
	b.ReportMetric(0, "ns/op")
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
