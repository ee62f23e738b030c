package fluidpay_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// aLife uses every endpoint, well and badly.
func aLife(t testing.TB, me client) {
	t.Helper()
	created := product()(me)
	require.Equal(t, 200, created.status, created.body)
	p := strings.Trim(raw(created, "data.id"), `"`)
	assert.Equal(t, created.body, me.get("/product/"+p).body)
	made := cart(`,"products":["` + p + `"]`)(me)
	c := strings.Trim(raw(made, "data.id"), `"`)
	assert.Equal(t, `"Tee"`, raw(me.get("/cart/"+c), "data.products.0.name"))
	assert.Equal(t, `"x"`, raw(me.post("/product/"+p, `{"name":"x"}`), "data.name"))
	assert.Equal(t, `"y"`, raw(me.post("/cart/"+c, `{"name":"y"}`), "data.name"))
	assert.Equal(t, c, names(carts(textIs("product", "=", "x"))(me), "id"))
	assert.Equal(t, p, names(search(`{"price":{"operator":">","value":1}}`)(me), "id"))
	assert.Equal(t, p, names(me.get("/product"), "id"))
	assert.Equal(t, c, names(me.get("/cart"), "id"))
	assert.Equal(t, refused("invalid name"), me.post("/cart/"+c, `{"name":""}`).body)
	assert.Equal(t, `"Deleted product"`, raw(me.del("/product/"+p), "data"))
	assert.Equal(t, `"Deleted cart"`, raw(me.del("/cart/"+c), "data"))
	assert.Equal(t, 404, me.get("/cart/"+c).status)
	assert.Equal(t, 400, me.post("/cart", "{").status)
	assert.Equal(t, 401, me.as("pub_x").get("/cart").status)
}

func TestEverywhere(t *testing.T) {
	t.Parallel()
	t.Run("in memory", func(t *testing.T) {
		t.Parallel()
		aLife(t, clientOf(t, still(t)))
	})
	t.Run("at the live host", func(t *testing.T) {
		t.Parallel()
		me := clientOf(t, still(t))
		me.base = "https://app.fluidpay.com"
		aLife(t, me)
	})
	t.Run("over loopback", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		aLife(t, overLoopback(t, shop))
		at, err := url.Parse(shop.URL())
		require.NoError(t, err)
		assert.Empty(t, at.Path)
	})
	t.Run("over TLS and HTTP/2", func(t *testing.T) {
		t.Parallel()
		aLife(t, clientOf(t, still(t, fake.TLS())))
		aLife(t, clientOf(t, still(t, fake.HTTP2())))
	})
	t.Run("behind a handler", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		var list net.ListenConfig
		l, err := list.Listen(context.Background(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		server := &http.Server{Handler: shop.Handler(), ReadHeaderTimeout: time.Minute}
		t.Cleanup(func() { _ = server.Close() })
		go func() { _ = server.Serve(l) }()
		aLife(t, client{t, http.DefaultClient, "http://" + l.Addr().String(), shop.APIKey()})
	})
	t.Run("without a test", func(t *testing.T) {
		t.Parallel()
		shop := fluidpay.New()
		defer shop.Close()
		aLife(t, clientOf(t, shop))
	})
	t.Run("in a bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			shop := fluidpay.Start(t)
			shelf(t, shop)
			me := clientOf(t, shop)
			created := strings.Trim(raw(product()(me), "data.id"), `"`)
			time.Sleep(time.Hour)
			require.Equal(t, 200, me.post("/product/"+created, `{}`).status)
			p, _ := shop.Products.Get(created)
			assert.Equal(t, time.Hour, p.UpdatedAt.Sub(p.CreatedAt))
		})
	})
	t.Run("two runs give the same bytes", func(t *testing.T) {
		t.Parallel()
		run := func() []string {
			shop := still(t)
			aLife(t, clientOf(t, shop))
			all := []string{string(shop.Snapshot())}
			for _, x := range shop.Calls() {
				all = append(all, fmt.Sprint(x.Method, x.URL, x.Status, x.ReplyHeader, string(x.ReplyBody)))
			}
			return all
		}
		assert.Equal(t, run(), run())
	})
}

// A hundred callers work on one shop: nothing is lost, nothing counted twice.
func TestParallelCalls(t *testing.T) {
	t.Parallel()
	const workers = 100
	for _, place := range []string{"in memory", "over loopback"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			sharedProduct := shop.Products.Add(fluidpay.Product{Name: "shared"})
			sharedCart := shop.Carts.Add(fluidpay.Cart{Name: "shared"})
			me := clientOf(t, shop)
			if place == "over loopback" {
				me = overLoopback(t, shop)
				own := &http.Transport{MaxIdleConnsPerHost: workers}
				me.http = &http.Client{Transport: own}
				t.Cleanup(own.CloseIdleConnections)
			}
			var group sync.WaitGroup
			for i := range workers {
				group.Go(func() { worker(t, shop, me, i, sharedCart.ID, sharedProduct.ID) })
			}
			group.Wait()

			// Each worker made two products and took one away again; each attached its own.
			got := me.get("/product")
			assert.Equal(t, itoa(workers+1), raw(got, "total_count"))
			assert.Len(t, gjson.Get(got.body, "data").Array(), workers+1)
			assert.Equal(t, itoa(workers), raw(search(`{"deleted_at":{}}`)(me), "total_count"))
			c, _ := shop.Carts.Get(sharedCart.ID)
			assert.Len(t, c.Products, workers)
			for i := range workers {
				found := search(textIs("name", "=", "kept "+itoa(i)))(me)
				assert.Equal(t, []any{`1`, itoa(1000 + i)}, []any{raw(found, "total_count"), raw(found, "data.0.price")})
			}
			assert.Equal(t, itoa(workers), raw(carts(`{"name":{"operator":"!=","value":"shared"}}`)(me), "total_count"))
			p, _ := shop.Products.Get(sharedProduct.ID)
			assert.EqualValues(t, workers, p.LocalTax, "each change of the test's own saw the one before")
			for _, to := range targets {
				assert.Equal(t, slowGetAll(to.rows(shop), shop.MerchantID()), me.get("/"+to.path).body)
			}
		})
	}
}

// worker makes and changes records of its own, and some that all share.
func worker(t *testing.T, shop *fluidpay.Server, me client, i int, sharedCart, shared string) {
	kept := product("name", `"kept `+itoa(i)+`"`, "price", itoa(i))(me)
	gone := product("name", `"gone"`)(me)
	if !assert.Equal(t, []int{200, 200}, []int{kept.status, gone.status}) {
		return
	}
	keptID, goneID := gjson.Get(kept.body, "data.id").Str, gjson.Get(gone.body, "data.id").Str
	assert.Equal(t, 200, me.post("/product/"+keptID, `{"price":`+itoa(1000+i)+`}`).status)
	shop.Attach(sharedCart, keptID)
	shop.Products.Change(shared, func(p *fluidpay.Product) { p.LocalTax++ })
	assert.Equal(t, 200, me.post("/product/"+shared, `{"description":"`+itoa(i)+`"}`).status)
	list := me.get("/product")
	assert.Equal(t, gjson.Get(list.body, "total_count").Int(), int64(len(gjson.Get(list.body, "data").Array())), "a list agrees with itself")
	assert.Equal(t, 200, me.del("/product/"+goneID).status)
	assert.Equal(t, 404, me.del("/product/"+goneID).status)
	assert.Equal(t, 200, cart(`,"products":["`+keptID+`"]`)(me).status)
	assert.Equal(t, `2`, raw(carts(textIs("product", "=", "kept "+itoa(i)))(me), "total_count"), "its own cart, and the shared one")
	assert.Equal(t, 200, search(`{"price":{"operator":">","value":0}}`)(me).status)
}

// TestOddRequests speaks to the fake without a client that keeps to the rules.
func TestOddRequests(t *testing.T) {
	t.Parallel()
	const me = "Authorization: api_CartDoubleTestKey0000001\r\n"
	const body = `{"type":"normal","name":"x"}`
	length := fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
	cases := []struct {
		name, request string
		status        int
		saved         bool
	}{
		{name: "a path with dots", request: "GET /api/../api/merchant/testmerchant12345678/cart HTTP/1.1\r\n" + me, status: 404},
		{name: "a doubled slash", request: "GET //api/merchant/testmerchant12345678/cart HTTP/1.1\r\n" + me, status: 404},
		{name: "the prefix twice", request: "GET /api/api/merchant/testmerchant12345678/cart HTTP/1.1\r\n" + me, status: 404},
		{name: "an escaped slash", request: "GET /api/merchant/testmerchant12345678%2Fcart HTTP/1.1\r\n" + me, status: 404},
		{name: "an escaped slash in the prefix", request: "GET /api%2fmerchant/testmerchant12345678/cart HTTP/1.1\r\n" + me, status: 404},
		{name: "an escaped merchant", request: "GET /api/merchant/%74estmerchant12345678/cart HTTP/1.1\r\n" + me, status: 200},
		{name: "an escaped word of the path", request: "GET /api/merchant/testmerchant12345678/%63art HTTP/1.1\r\n" + me, status: 404},
		{name: "no merchant", request: "GET /api/merchant//cart HTTP/1.1\r\n" + me, status: 404},
		{name: "upper case", request: "GET /API/merchant/testmerchant12345678/cart HTTP/1.1\r\n" + me, status: 404},
		{name: "a semicolon", request: "GET /api/merchant/testmerchant12345678/cart;x=1 HTTP/1.1\r\n" + me, status: 404},
		{name: "an absolute form", request: "GET http://elsewhere/api/merchant/testmerchant12345678/cart HTTP/1.1\r\n" + me, status: 200},
		{name: "the star", request: "OPTIONS * HTTP/1.1\r\n" + me, status: 404},
		{name: "a method of one's own", request: "BREW /api/merchant/testmerchant12345678/cart HTTP/1.1\r\n" + me, status: 405},
		{name: "HTTP/1.0", request: "GET /api/merchant/testmerchant12345678/cart HTTP/1.0\r\n" + me, status: 200},
		{name: "an odd query", request: "GET /api/merchant/testmerchant12345678/cart?&&=&%%%=%zz;a=b?page=2 HTTP/1.1\r\n" + me, status: 200},
		{name: "chunks", request: "POST /api/merchant/testmerchant12345678/cart HTTP/1.1\r\n" + me + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
			fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body), status: 200, saved: true},
		{name: "a body behind a GET", request: "GET /api/merchant/testmerchant12345678/cart HTTP/1.1\r\n" + me + "Content-Length: 3\r\n\r\n{\"x", status: 200},
		{name: "two media types", request: "POST /merchant/testmerchant12345678/cart HTTP/1.1\r\n" + me + "Content-Type: text/plain\r\nContent-Type: text/json\r\n" + length, status: 200, saved: true},
		{name: "two keys", request: "GET /api/merchant/testmerchant12345678/cart HTTP/1.1\r\n" + me + "Authorization: api_Other\r\n", status: 200},
		{name: "blanks around the key", request: "GET /api/merchant/testmerchant12345678/cart HTTP/1.1\r\nauthorization: \t api_CartDoubleTestKey0000001 \t\r\n", status: 200},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, fake.Allow("no-route"))
			base, err := url.Parse(shop.URL())
			require.NoError(t, err)
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", base.Host)
			require.NoError(t, err)
			defer conn.Close()
			request := c.request
			if !strings.Contains(request, "\r\n\r\n") {
				request += "\r\n"
			}
			head, rest, _ := strings.Cut(request, "\r\n")
			_, err = fmt.Fprintf(conn, "%s\r\nHost: x\r\n%s", head, rest)
			require.NoError(t, err)
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			defer res.Body.Close()
			assert.Equal(t, c.status, res.StatusCode)
			assert.Equal(t, c.saved, shop.Carts.Len() == 1)
			assert.Equal(t, "application/json", res.Header.Get("Content-Type"))
		})
	}
}
