package cscart_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
	"github.com/cartdouble/cartdouble/fake/internal/ratio"
)

// wanted is a request with good credentials.
func wanted(method, url string) ratio.Request {
	return ratio.Request{Method: method, URL: url, Header: http.Header{
		"Authorization": {basic("admin@example.com", "CartDoubleTestKey000000000000001")},
	}}
}

// stock adds n carts, a second apart: one in ten of a member with an address of
// her own, the others of guests. Every product is in ten carts.
func stock(store *cscart.Server, n int) {
	for i := range n {
		c := cscart.Cart{UserID: int64(i + 1), Products: []cscart.Product{{
			ProductID: int64(i/10 + 1), Price: cscart.Money(100 + i), Name: "100g Pants", Timestamp: noon.Add(time.Duration(i-n) * time.Second),
		}}}
		if i%10 == 0 {
			c.User = &cscart.User{FirstName: "Ann", LastName: fmt.Sprintf("Lee%07d", i), Email: fmt.Sprintf("ann%d@example.com", i)}
		}
		store.Carts.Add(c)
	}
}

// members adds n carts of the size of the document's sample.
func members(store *cscart.Server, n int) {
	sample := cscart.SampleCart()
	for i := range n {
		sample.UserID = int64(i + 1)
		sample.Products[0].Timestamp = noon.Add(time.Duration(-i) * time.Second)
		store.Carts.Add(sample)
	}
}

// against measures calls on a warm connection against the limit, in memory and
// on loopback.
func against(b *testing.B, carts int, path string) {
	for _, network := range []string{"memory", "loopback"} {
		b.Run(network, func(b *testing.B) {
			store := cscart.New(fake.KeepJournal(1000), fake.At(noon))
			defer store.Close()
			members(store, carts)
			client, base := store.Client(), store.BaseURL()
			if network == "loopback" {
				client, base = &http.Client{Transport: &http.Transport{}}, store.URL()
			}
			defer client.CloseIdleConnections()
			require.Equal(b, 200, wanted("GET", base+path).Do(b, client))
			limit := ratio.Start(b, network == "loopback", jsonType, store.Calls()[0].ReplyBody)
			defer limit.Close()
			ratio.TakeTurns(b,
				func() { wanted("GET", base+path).Do(b, client) },
				func() { wanted("GET", limit.URL+path).Do(b, limit.Client) })
		})
	}
}

func BenchmarkCall(b *testing.B) {
	b.Run("cscart/GetCart", func(b *testing.B) { against(b, 1, "/api/carts/1") })
	b.Run("cscart/ListCarts", func(b *testing.B) { against(b, 100, "/api/carts/?items_per_page=100") })
	b.Run("cscart/GetVersion", func(b *testing.B) { against(b, 0, "/api/version") })
}

// sizes are the shops that are compared.
func sizes() []int {
	if testing.Short() {
		return []int{1_000}
	}
	return []int{1_000, 100_000, 1_000_000}
}

// shops makes a small shop and a large one, for all measurements of a size.
func shops(b *testing.B, f func(b *testing.B, carts int, small, large *cscart.Server)) {
	small := cscart.New(fake.KeepJournal(0), fake.At(noon), fake.Frozen())
	defer small.Close()
	stock(small, 1_000)
	for _, carts := range sizes() {
		large := cscart.New(fake.KeepJournal(0), fake.At(noon), fake.Frozen())
		stock(large, carts)
		b.Run(fmt.Sprint(carts), func(b *testing.B) { f(b, carts, small, large) })
		large.Close()
	}
}

// listed asks a shop again and again, for something else each time, so that no
// answer is at hand.
func listed(b *testing.B, store *cscart.Server, query func(turn int) string) func() {
	b.Helper()
	client, base, turn := store.Client(), store.BaseURL()+"/api/carts/?", 0
	require.Equal(b, 200, wanted("GET", base+query(0)).Do(b, client))
	return func() {
		turn++
		wanted("GET", base+query(turn%500)).Do(b, client)
	}
}

// BenchmarkFind is what an index can serve: a page in the middle, and each
// equality and range, in a shop of any size against the same in a small one.
// The queries find as many carts in both.
func BenchmarkFind(b *testing.B) {
	shops(b, func(b *testing.B, carts int, small, large *cscart.Server) {
		for _, q := range []struct {
			name string
			of   func(n, turn int) string
		}{
			{"page", func(n, turn int) string { return fmt.Sprintf("page=%d", n/20+turn%40) }},
			{"page-by-customer", func(n, turn int) string { return fmt.Sprintf("sort_by=customer&page=%d", n/20+turn%40) }},
			{"user_id", func(n, turn int) string { return fmt.Sprintf("user_id=%d", n/2+turn) }},
			{"p_ids", func(n, turn int) string { return fmt.Sprintf("p_ids=%d,%d", n/20+turn%40, n/20+turn%40+1) }},
			{"period", func(n, turn int) string {
				from := noon.Unix() + int64(n/2+turn%400-n)
				return fmt.Sprintf("period=C&time_from=%d&time_to=%d", from, from+19)
			}},
			{"total_from", func(n, turn int) string { return fmt.Sprintf("total_from=%s", hundredths(100+n-20-turn)) }},
			{"total_to", func(_, turn int) string { return fmt.Sprintf("total_to=%s", hundredths(120+turn)) }},
		} {
			b.Run(q.name, func(b *testing.B) {
				ratio.TakeTurns(b,
					listed(b, large, func(turn int) string { return q.of(carts, turn) }),
					listed(b, small, func(turn int) string { return q.of(1_000, turn) }))
			})
		}
	})
}

func hundredths(n int) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

// BenchmarkKind is a page of one kind of carts, of which a large shop has more.
func BenchmarkKind(b *testing.B) {
	shops(b, func(b *testing.B, _ int, small, large *cscart.Server) {
		for _, query := range []string{"users_type=R", "users_type=G", "with_info_only=true", "product_type_c=true", "product_type_w=true", "period=Y"} {
			b.Run(query, func(b *testing.B) {
				of := func(turn int) string { return fmt.Sprintf("%s&page=%d&turn=%d", query, 1+turn%10, turn) }
				ratio.TakeTurns(b, listed(b, large, of), listed(b, small, of))
			})
		}
	})
}

// BenchmarkScan is what no index can serve, against a raw scan of the fields.
func BenchmarkScan(b *testing.B) {
	shops(b, func(b *testing.B, _ int, _, large *cscart.Server) {
		var first, last, emails []string
		large.Carts.Each(func(c cscart.Cart) bool {
			if c.User != nil {
				first, last, emails = append(first, strings.ToLower(c.User.FirstName)), append(last, strings.ToLower(c.User.LastName)), append(emails, c.User.Email)
			}
			return true
		})
		some := func(of []string) func(turn int) string {
			return func(turn int) string { return of[(len(of)/2+turn)%len(of)] }
		}
		for _, q := range []struct {
			name   string
			fields [][]string
			of     func(turn int) string
		}{
			{"cname", [][]string{first, last}, some(last)},
			{"email", [][]string{emails}, some(emails)},
		} {
			b.Run(q.name, func(b *testing.B) {
				found, n := 0, 0
				ratio.TakeTurns(b, listed(b, large, func(turn int) string { return q.name + "=" + q.of(turn) }), func() {
					n++
					text := q.of(n % 500)
					for _, field := range q.fields {
						for _, value := range field {
							if strings.Contains(value, text) {
								found++
							}
						}
					}
				})
				require.NotZero(b, found)
			})
		}
	})
}

// BenchmarkMemory tells how much of memory a record takes, as a ratio to the
// bytes of its JSON.
func BenchmarkMemory(b *testing.B) {
	carts := 20_000
	if testing.Short() {
		carts = 1_000
	}
	for _, kind := range []struct {
		name  string
		stock func(*cscart.Server, int)
	}{{"members", members}, {"mixed", stock}} {
		b.Run(kind.name, func(b *testing.B) {
			for b.Loop() {
				before := heap()
				store := cscart.New(fake.KeepJournal(0), fake.At(noon))
				kind.stock(store, carts)
				used := heap() - before
				record := 0
				remove := store.Intercept(fake.Body, func(c *fake.Call) { record += len(c.Reply().Body) })
				for id := range 100 {
					wanted("GET", store.BaseURL()+"/api/carts/"+num(int64(id+1))).Do(b, store.Client())
				}
				remove()
				b.ReportMetric(float64(used)/float64(carts), "B/record")
				b.ReportMetric(float64(used)/float64(carts)/(float64(record)/100), "ratio")
				wanted("GET", store.BaseURL()+"/api/carts/?sort_by=customer&p_ids=1").Do(b, store.Client())
				wanted("GET", store.BaseURL()+"/api/carts/?total_from=1&period=D").Do(b, store.Client())
				b.ReportMetric(float64(heap()-before)/float64(carts)/(float64(record)/100), "ratio-indexed")
				store.Close()
			}
			b.ReportMetric(0, "ns/op")
		})
	}
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

// BenchmarkDelete is a cart that comes and goes, in a shop of any size.
func BenchmarkDelete(b *testing.B) {
	shops(b, func(b *testing.B, carts int, small, large *cscart.Server) {
		comeAndGo := func(store *cscart.Server, n int) func() {
			id, client := int64(n/2)+2_000_000, store.Client()
			r := wanted("DELETE", store.BaseURL()+"/api/carts/"+num(id))
			listed(b, store, func(int) string { return "p_ids=7&sort_by=customer" })()
			return func() {
				store.Carts.Add(cscart.Cart{UserID: id, Products: []cscart.Product{{ProductID: 7}}})
				if r.Do(b, client) != 204 {
					b.Fatal("the cart did not go")
				}
			}
		}
		ratio.TakeTurns(b, comeAndGo(large, carts), comeAndGo(small, 1_000))
	})
}

// BenchmarkStart is a fake from its making to its end, with one call.
func BenchmarkStart(b *testing.B) {
	for _, network := range []string{"memory", "loopback"} {
		b.Run(network, func(b *testing.B) {
			var empty string
			ours := func() {
				store := cscart.New()
				client, base := store.Client(), store.BaseURL()
				if network == "loopback" {
					client, base = &http.Client{Transport: &http.Transport{}}, store.URL()
				}
				wanted("GET", base+"/api/carts/").Do(b, client)
				empty = string(store.Calls()[0].ReplyBody)
				client.CloseIdleConnections()
				store.Close()
			}
			ours()
			require.True(b, gjson.Valid(empty))
			ratio.TakeTurns(b, ours, func() {
				limit := ratio.Start(b, network == "loopback", jsonType, []byte(empty))
				wanted("GET", limit.URL+"/api/carts/").Do(b, limit.Client)
				limit.Close()
			})
		})
	}
}
