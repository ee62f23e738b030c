package fluidpay_test

import (
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
	"github.com/cartdouble/cartdouble/fake/internal/ratio"
)

// asked is a request with the key.
func asked(method, url, body string) ratio.Request {
	h := http.Header{"Authorization": {"api_CartDoubleTestKey0000001"}}
	if body != "" {
		h.Set("Content-Type", "application/json")
	}
	return ratio.Request{Method: method, URL: url, Header: h, Body: body}
}

// stock adds n products of the size of the document's sample: ten to a second,
// each name and each price ten times.
func stock(shop *fluidpay.Server, n int) {
	for i := range n {
		at := four.Add(time.Duration(i/10-n) * time.Second)
		shop.Products.Add(fluidpay.Product{
			SKU: "dbb3fd7a-31f0-4431-8a55-1a1935844c64", Name: fmt.Sprintf("bleeding-edge %d", i/10), Img: "https://picsum.photos/250/159",
			Price: int64(i / 10), LocalTax: 225, NationalTax: 210, FixedAmount: true, Description: "sample product description", CreatedAt: at, UpdatedAt: at,
		})
	}
}

// against measures calls on a warm connection against the limit, in memory and
// on loopback. request gives the n-th request.
func against(b *testing.B, products int, request func(shop *fluidpay.Server, base string, n int) ratio.Request) {
	for _, network := range []string{"memory", "loopback"} {
		b.Run(network, func(b *testing.B) {
			shop := fluidpay.New(fake.KeepJournal(1000))
			defer shop.Close()
			stock(shop, products)
			client, base := shop.Client(), shop.BaseURL()
			if network == "loopback" {
				client, base = &http.Client{Transport: &http.Transport{}}, shop.URL()
			}
			defer client.CloseIdleConnections()
			require.Equal(b, 200, request(shop, base, 0).Do(b, client))
			limit := ratio.Start(b, network == "loopback", "application/json", shop.Calls()[0].ReplyBody)
			defer limit.Close()
			n := 0
			ratio.TakeTurns(b,
				func() { n++; request(shop, base, n).Do(b, client) },
				func() { request(shop, limit.URL, n).Do(b, limit.Client) })
		})
	}
}

func firstProduct(shop *fluidpay.Server) (id string) {
	shop.Products.Each(func(p fluidpay.Product) bool { id = p.ID; return false })
	return id
}

func BenchmarkCall(b *testing.B) {
	b.Run("fluidpay/GetProduct", func(b *testing.B) {
		var path string
		against(b, 1, func(shop *fluidpay.Server, base string, n int) ratio.Request {
			if n == 0 {
				path = home + "/product/" + firstProduct(shop)
			}
			return asked("GET", base+path, "")
		})
	})
	b.Run("fluidpay/GetCart", func(b *testing.B) {
		against(b, 0, func(shop *fluidpay.Server, base string, n int) ratio.Request {
			if n == 0 && shop.Carts.Len() == 0 {
				sampleCart(b, shop)
			}
			return asked("GET", base+home+"/cart/d0doh5fsvrvasm390u6g", "")
		})
	})
	b.Run("fluidpay/ListProducts", func(b *testing.B) {
		against(b, 100, func(_ *fluidpay.Server, base string, _ int) ratio.Request {
			return asked("GET", base+home+"/product", "")
		})
	})
	b.Run("fluidpay/SearchProducts", func(b *testing.B) {
		against(b, 100, func(_ *fluidpay.Server, base string, _ int) ratio.Request {
			return asked("POST", base+home+"/product/search", `{"name":{"operator":"=","value":"bleeding-edge 3"}}`)
		})
	})
	b.Run("fluidpay/CreateProduct", func(b *testing.B) {
		against(b, 0, func(_ *fluidpay.Server, base string, n int) ratio.Request {
			return asked("POST", base+home+"/product", fmt.Sprintf(`{"sku":"T-%d","name":"Tee","price":1299,"fixed_amount":true,"fixed_qty":false,"description":"A tee"}`, n))
		})
	})
	b.Run("fluidpay/CreateCart", func(b *testing.B) {
		against(b, 0, func(_ *fluidpay.Server, base string, n int) ratio.Request {
			return asked("POST", base+home+"/cart", fmt.Sprintf(`{"type":"normal","name":"Summer %d"}`, n))
		})
	})
	b.Run("fluidpay/UpdateProduct", func(b *testing.B) {
		var path string
		against(b, 1, func(shop *fluidpay.Server, base string, n int) ratio.Request {
			if n == 0 {
				path = home + "/product/" + firstProduct(shop)
			}
			return asked("POST", base+path, fmt.Sprintf(`{"price":%d}`, n))
		})
	})
}

// BenchmarkSearch is a search in a shop of any size against the same in one of a
// thousand products. It finds ten, or shows ten of many.
func BenchmarkSearch(b *testing.B) {
	at := func(n int) string { return four.Add(time.Duration(n) * time.Second).Format(time.RFC3339) }
	queries := map[string]func(n int, id string) string{
		"id":          func(_ int, id string) string { return textIs("id", "=", id) },
		"name":        func(n int, _ string) string { return textIs("name", "=", fmt.Sprintf("bleeding-edge %d", n/20)) },
		"price":       func(n int, _ string) string { return fmt.Sprintf(`{"price":{"operator":"=","value":%d}}`, n/20) },
		"price-below": func(int, string) string { return `{"price":{"operator":"<","value":5}}` },
		"price-above": func(n int, _ string) string { return fmt.Sprintf(`{"price":{"operator":">","value":%d}}`, n/10-5) },
		"created-narrow": func(n int, _ string) string {
			return fmt.Sprintf(`{"created_at":{"start_date":%q,"end_date":%q}}`, at(n/20-n), at(n/20-n))
		},
		"created-wide": func(n int, _ string) string { return fmt.Sprintf(`{"created_at":{"start_date":%q}}`, at(-n)) },
		"updated-narrow": func(n int, _ string) string {
			return fmt.Sprintf(`{"updated_at":{"start_date":%q,"end_date":%q}}`, at(n/20-n), at(n/20-n))
		},
		"everything": func(int, string) string { return `{}` },
		"deep-page":  func(n int, _ string) string { return fmt.Sprintf(`{"limit":10,"offset":%d}`, n/2) },
		"name-not":   func(int, string) string { return textIs("name", "!=", "nobody") },
	}
	for _, products := range []int{1_000, 100_000, 1_000_000} {
		if testing.Short() && products > 1_000 {
			break
		}
		small, large := fluidpay.New(fake.KeepJournal(0)), fluidpay.New(fake.KeepJournal(0))
		stock(small, 1_000)
		stock(large, products)
		for _, name := range []string{"id", "name", "price", "price-below", "price-above", "created-narrow", "created-wide", "updated-narrow", "everything", "deep-page", "name-not"} {
			b.Run(fmt.Sprintf("%s/%d", name, products), func(b *testing.B) {
				ask := func(shop *fluidpay.Server, n int) func() {
					r := asked("POST", shop.BaseURL()+home+"/product/search", queries[name](n, firstProduct(shop)))
					client := shop.Client()
					require.Equal(b, 200, r.Do(b, client))
					return func() { r.Do(b, client) }
				}
				ratio.TakeTurns(b, ask(large, products), ask(small, 1_000))
			})
		}
		small.Close()
		large.Close()
	}
}

// BenchmarkSave is what a store of any size costs a creation and an update.
func BenchmarkSave(b *testing.B) {
	for _, products := range []int{1_000, 100_000} {
		if testing.Short() && products > 1_000 {
			break
		}
		small, large := fluidpay.New(fake.KeepJournal(0)), fluidpay.New(fake.KeepJournal(0))
		stock(small, 1_000)
		stock(large, products)
		for _, name := range []string{"CreateProduct", "UpdateProduct"} {
			b.Run(fmt.Sprintf("%s/%d", name, products), func(b *testing.B) {
				ask := func(shop *fluidpay.Server) func() {
					path, body := home+"/product", tee
					if name == "UpdateProduct" {
						path, body = path+"/"+firstProduct(shop), `{"price":7}`
					}
					r := asked("POST", shop.BaseURL()+path, body)
					client := shop.Client()
					require.Equal(b, 200, asked("POST", shop.BaseURL()+home+"/product/search", `{"price":{"operator":"<","value":5},"name":{"operator":"!=","value":""}}`).Do(b, client))
					require.Equal(b, 200, r.Do(b, client))
					return func() { r.Do(b, client) }
				}
				ratio.TakeTurns(b, ask(large), ask(small))
			})
		}
		small.Close()
		large.Close()
	}
}

// BenchmarkStart is a fake from its making to its end, with one call.
func BenchmarkStart(b *testing.B) {
	for _, network := range []string{"memory", "loopback"} {
		b.Run(network, func(b *testing.B) {
			ours := func() {
				shop := fluidpay.New()
				client, base := shop.Client(), shop.BaseURL()
				if network == "loopback" {
					client, base = &http.Client{Transport: &http.Transport{}}, shop.URL()
				}
				asked("GET", base+home+"/cart", "").Do(b, client)
				client.CloseIdleConnections()
				shop.Close()
			}
			empty := []byte(`{"status":"success","msg":"success","data":null,"total_count":0}`)
			ratio.TakeTurns(b, ours, func() {
				limit := ratio.Start(b, network == "loopback", "application/json", empty)
				asked("GET", limit.URL+home+"/cart", "").Do(b, limit.Client)
				limit.Close()
			})
		})
	}
}

// BenchmarkMemory tells how much of memory a record takes, as a ratio to the
// bytes of its JSON: as stored, and once every kind of search was made.
func BenchmarkMemory(b *testing.B) {
	products := 100_000
	if testing.Short() {
		products = 1_000
	}
	for b.Loop() {
		before := heap()
		shop := fluidpay.New(fake.KeepJournal(0))
		stock(shop, products)
		stored := heap() - before
		record := len(slowJSON(slowWireProduct(firstOf(shop))))
		for _, body := range []string{
			textIs("name", "=", "x"), `{"price":{"operator":"<","value":1}}`, `{"created_at":{"end_date":"2025-05-08T12:00:00Z"}}`, `{"updated_at":{"end_date":"2020-05-08T12:00:00Z"}}`,
		} {
			require.Equal(b, 200, asked("POST", shop.BaseURL()+home+"/product/search", body).Do(b, shop.Client()))
		}
		searched := heap() - before
		b.ReportMetric(float64(stored)/float64(products), "B/record")
		b.ReportMetric(float64(stored)/float64(products)/float64(record), "ratio")
		b.ReportMetric(float64(searched)/float64(products)/float64(record), "ratio-searched")
		shop.Close()
	}
	b.ReportMetric(0, "ns/op")
}

func firstOf(shop *fluidpay.Server) (first fluidpay.Product) {
	shop.Products.Each(func(p fluidpay.Product) bool { first = p; return false })
	return first
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

// BenchmarkScan is a search with three filters that nearly every product fits,
// so that no order of the records helps, against a loop over the three fields.
func BenchmarkScan(b *testing.B) {
	const products = 100_000
	if testing.Short() {
		b.Skip("a large shop")
	}
	shop := fluidpay.New(fake.KeepJournal(0))
	defer shop.Close()
	stock(shop, products)
	var all []*fluidpay.Product // each in a place of its own, as in a store
	shop.Products.Each(func(p fluidpay.Product) bool { all = append(all, &p); return true })
	from := all[10].UpdatedAt
	r := asked("POST", shop.BaseURL()+home+"/product/search", fmt.Sprintf(
		`{"name":{"operator":"!=","value":"bleeding-edge 7"},"price":{"operator":">","value":0},"updated_at":{"start_date":%q}}`, from.Format(time.RFC3339)))
	client := shop.Client()
	found := 0
	ratio.TakeTurns(b, func() { r.Do(b, client) }, func() {
		for _, p := range all {
			if p.Name != "bleeding-edge 7" && p.Price > 0 && !p.UpdatedAt.Before(from) {
				found++
			}
		}
	})
	require.Positive(b, found)
}
