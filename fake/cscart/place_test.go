package cscart_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// aLife uses every endpoint once, well and badly.
func aLife(t testing.TB, store *cscart.Server, me client) {
	t.Helper()
	store.Carts.Add(ann)
	assert.Equal(t, `"5"`, raw(me.list("cname=ann"), "carts.0.user_id"))
	assert.Equal(t, `[]`, raw(me.list("page=2"), "carts"))
	assert.Equal(t, `"64.98"`, raw(me.get("/api/carts/5"), "total"))
	assert.Equal(t, `"2.1"`, raw(me.get("/api/version"), "Version"))
	assert.Equal(t, 404, me.get("/api/carts/9").status)
	assert.Equal(t, 401, me.as("admin@example.com", "wrong").get("/api/carts").status)
	assert.Equal(t, 406, me.send("GET", "/api/carts", "", "Accept: text/html").status)
	assert.Equal(t, 400, me.send("DELETE", "/api/carts/5", "{", "Content-Type: application/json").status)
	assert.Equal(t, `""`, me.send("OPTIONS", "/api/carts", "").body)
	gone := me.remove("5")
	assert.Equal(t, 204, gone.status)
	assert.Empty(t, gone.body)
	assert.Equal(t, 404, me.remove("5").status)
}

func TestEverywhere(t *testing.T) {
	t.Parallel()
	t.Run("in memory", func(t *testing.T) {
		t.Parallel()
		store := still(t)
		aLife(t, store, clientOf(t, store))
	})
	t.Run("over loopback", func(t *testing.T) {
		t.Parallel()
		store := still(t)
		aLife(t, store, overLoopback(t, store))
		assert.Regexp(t, `^http://127\.0\.0\.1:[0-9]+$`, store.URL())
	})
	t.Run("over TLS and HTTP/2", func(t *testing.T) {
		t.Parallel()
		for _, o := range []fake.Option{fake.TLS(), fake.HTTP2()} {
			store := still(t, o)
			aLife(t, store, clientOf(t, store))
		}
	})
	t.Run("behind a handler", func(t *testing.T) {
		t.Parallel()
		store := still(t)
		server := httptest.NewServer(store.Handler())
		t.Cleanup(server.Close)
		me := clientOf(t, store)
		me.http, me.base = server.Client(), server.URL
		aLife(t, store, me)
	})
	t.Run("for both schemes, and for no other host", func(t *testing.T) {
		t.Parallel()
		store := still(t, fake.Allow("foreign-host"))
		me := clientOf(t, store)
		assert.Equal(t, "http://example.com", me.base)
		me.base = "https://example.com"
		aLife(t, store, me)
		_, err := store.Client().Get("http://shop.example.org/api/carts") //nolint:bodyclose // there is no answer
		assert.Error(t, err)
	})
	t.Run("without a test", func(t *testing.T) {
		t.Parallel()
		store := cscart.New()
		defer store.Close()
		aLife(t, store, clientOf(t, store))
	})
	t.Run("in a bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			store := cscart.Start(t)
			me := clientOf(t, store)
			aLife(t, store, me)
			store.Carts.Add(cscart.Cart{UserID: 7, Products: []cscart.Product{{ProductID: 12}}})
			time.Sleep(23 * time.Hour)
			assert.Equal(t, `"1"`, raw(me.list("period=HH"), "params.total_items"))
			time.Sleep(2 * time.Hour)
			assert.Equal(t, `"0"`, raw(me.list("period=HH"), "params.total_items"))
		})
	})
	t.Run("two runs give the same bytes", func(t *testing.T) {
		t.Parallel()
		run := func() []string {
			store := still(t)
			aLife(t, store, clientOf(t, store))
			filterSet(t, store)
			all := []string{string(store.Snapshot())}
			for _, x := range store.Calls() {
				all = append(all, fmt.Sprint(x.Method, x.URL, x.Status, x.ReplyHeader, string(x.ReplyBody)))
			}
			return all
		}
		assert.Equal(t, run(), run())
	})
}

// A hundred clients delete and list while the shop adds and changes.
func TestParallelCalls(t *testing.T) {
	t.Parallel()
	const workers, carts, kept = 100, 400, 20
	for _, place := range []string{"in memory", "over loopback"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			store := still(t)
			me := clientOf(t, store)
			if place == "over loopback" {
				me = overLoopback(t, store)
				own := &http.Transport{MaxIdleConnsPerHost: workers}
				me.http = &http.Client{Transport: own}
				t.Cleanup(own.CloseIdleConnections)
			}
			add := func(id int64) {
				store.Carts.Add(cscart.Cart{UserID: id, Products: []cscart.Product{{ProductID: 12 + id%3, Price: 100, Timestamp: noon.Add(-time.Duration(id) * time.Second)}}})
			}
			for id := range int64(carts / 2) {
				add(id + 1)
			}
			var deleted, missed atomic.Int64
			var group sync.WaitGroup
			for w := range int64(workers) {
				group.Go(func() {
					for n := range int64(6) {
						switch got := me.remove(num((w*7+n*31)%carts + 1)); got.status {
						case 204:
							deleted.Add(1)
						case 404:
							missed.Add(1)
						default:
							t.Errorf("DELETE is %d", got.status)
						}
						checkList(t, me.list("items_per_page=1000&p_ids="+num(12+n%3)), 1000)
						checkList(t, me.list("items_per_page=20&users_type=G&sort_order=asc"), 20)
					}
				})
			}
			group.Go(func() {
				for id := int64(carts / 2); id < carts; id++ {
					add(id + 1)
				}
				for id := int64(carts + 1); id <= carts+kept; id++ { // nobody deletes these
					add(id)
					store.AddProducts(id, cscart.Product{ProductID: 20, Price: 1})
					store.Carts.Change(id, func(c *cscart.Cart) { c.OrderID = id })
				}
			})
			group.Wait()
			assert.Equal(t, int64(workers*6), deleted.Load()+missed.Load())
			assert.Equal(t, carts+kept-int(deleted.Load()), store.Carts.Len())
			assert.Equal(t, int(deleted.Load()), committed(store))
			last := me.list("items_per_page=0")
			assert.Len(t, gjson.Get(last.body, "carts").Array(), store.Carts.Len())
			assert.Equal(t, strconv.Quote(strconv.Itoa(store.Carts.Len())), raw(me.list(""), "params.total_items"))
			for i, x := range store.Calls() {
				require.Equal(t, i+1, x.Seq)
			}
		})
	}
}

func committed(store *cscart.Server) int {
	n := 0
	for _, x := range store.Calls(cscart.DeleteCart) {
		if x.Committed {
			n++
		}
	}
	return n
}

// checkList holds a page against itself: the total is what is there, each cart
// is there once, and the order holds.
func checkList(t *testing.T, a answer, size int) {
	t.Helper()
	carts := gjson.Get(a.body, "carts").Array()
	total := gjson.Get(a.body, "params.total_items")
	if a.status != 200 || total.Type != gjson.String || len(carts) != min(size, int(total.Int())) {
		t.Errorf("%d: %d carts of %s", a.status, len(carts), total.Raw)
	}
	seen := map[string]bool{}
	falling := gjson.Get(a.body, "params.sort_order").Str == "desc"
	for i, c := range carts {
		if id := c.Get("user_id").Str; seen[id] {
			t.Errorf("cart %s twice", id)
		} else {
			seen[id] = true
		}
		if i > 0 {
			before, date := carts[i-1].Get("date").Int(), c.Get("date").Int()
			if falling && before < date || !falling && before > date {
				t.Errorf("%d stands before %d", before, date)
			}
		}
	}
}

// Forty shops at once know nothing of one another.
func TestShopsAreApart(t *testing.T) {
	t.Parallel()
	var group sync.WaitGroup
	for n := range int64(40) {
		group.Go(func() {
			store := cscart.New(fake.At(noon), cscart.WithPageSize(int(n)+1))
			defer store.Close()
			store.Carts.Add(cscart.Cart{UserID: n + 1, Products: []cscart.Product{{ProductID: 1}}})
			got := clientOf(t, store).list("")
			assert.Equal(t, `["`+num(n+1)+`"]`, raw(got, "carts.#.user_id"))
			assert.Equal(t, num(n+1), raw(got, "params.items_per_page"))
		})
	}
	group.Wait()
}
