package cartfunnel_test

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
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// aLife uses every endpoint once, well and badly.
func aLife(t testing.TB, me client) {
	t.Helper()
	created := me.post(`{"customer":{"email":"anna@example.com","tag_list":"a,b"}}`)
	require.Equal(t, "none", errorsOf(created))
	id := raw(created, "id")
	assert.Equal(t, created.body, me.get("/customers/"+id+".json").body)
	assert.Equal(t, `"x"`, raw(me.patch(id, `{"customer":{"note":"x"}}`), "note"))
	assert.Equal(t, `["Email can't be blank"]`, errorsOf(me.patch(id, `{"customer":{"email":""}}`)))
	assert.Equal(t, id, ids(me.get("/customers.json?page=1")))
	assert.Equal(t, "[]", me.get("/customers.json?page=2").body)
	assert.Equal(t, 404, me.get("/customers/9.json").status)
	assert.Equal(t, 400, me.post("{").status)
	assert.Equal(t, 403, me.as("myshop", "wrong").get("/customers.json").status)
}

func TestEverywhere(t *testing.T) {
	t.Parallel()
	t.Run("in memory", func(t *testing.T) {
		t.Parallel()
		aLife(t, clientOf(t, still(t)))
	})
	t.Run("over loopback", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		aLife(t, overLoopback(t, shop))
		aLife(t, clientOf(t, still(t)))
		assert.True(t, strings.HasSuffix(shop.URL(), "/v1"))
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
		aLife(t, client{t, http.DefaultClient, "http://" + l.Addr().String(), shop.Account(), shop.Secret()})
	})
	t.Run("without a test", func(t *testing.T) {
		t.Parallel()
		shop := cartfunnel.New()
		defer shop.Close()
		aLife(t, clientOf(t, shop))
	})
	t.Run("in a bubble", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			shop := cartfunnel.Start(t)
			me := clientOf(t, shop)
			aLife(t, me)
			time.Sleep(time.Hour)
			me.patch("1", `{"customer":{"note":"y"}}`)
			customer, _ := shop.Customers.Get(1)
			assert.Equal(t, time.Hour, customer.UpdatedAt.Sub(customer.CreatedAt))

			shop.Inject(fake.NewFault("slow-headers").Set("delay", "30s").Call(1))
			start := time.Now()
			me.get("/customers.json")
			assert.Equal(t, 30*time.Second, time.Since(start))
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

func TestParallelCalls(t *testing.T) {
	t.Parallel()
	const workers = 200
	for _, place := range []string{"in memory", "over loopback"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			with(cartfunnel.Customer{Email: "shared@example.com"})(t, shop)
			me := clientOf(t, shop)
			if place == "over loopback" {
				me = overLoopback(t, shop)
				own := &http.Transport{MaxIdleConnsPerHost: workers}
				me.http = &http.Client{Transport: own}
				t.Cleanup(own.CloseIdleConnections)
			}
			var group sync.WaitGroup
			for i := range workers {
				group.Go(func() {
					created := me.post(`{"customer":{"email":"` + fmt.Sprintf("w%d@example.com", i/2) + `"}}`)
					assert.Equal(t, 200, created.status)
					assert.Equal(t, 200, me.patch("1", `{"customer":{"note":"`+itoa(i)+`"}}`).status)
					assert.Equal(t, 200, me.get("/customers.json").status)
					shop.PlaceOrder("shared@example.com", 1)
					shop.PlaceOrder(fmt.Sprintf("o%d@example.com", i/2), 1)
					shop.Customers.Get(1)
					shop.AddSecret("s" + itoa(i))
				})
			}
			group.Wait()
			taken, saved := 0, 0
			for _, x := range shop.Calls(cartfunnel.CreateCustomer) {
				switch errors := gjson.GetBytes(x.ReplyBody, "errors"); {
				case !errors.Exists():
					saved++
				case errors.Raw == `["Email has already been taken"]`:
					taken++
				}
			}
			assert.Equal(t, []int{workers / 2, workers / 2}, []int{saved, taken})
			assert.Equal(t, 1+workers/2+workers/2, shop.Customers.Len())
			first, _ := shop.Customers.Get(1)
			assert.Equal(t, workers, first.OrdersCount)
			assert.Equal(t, int64(workers), first.TotalSpentCents)
			_, last := shop.PlaceOrder("shared@example.com", 1)
			assert.Equal(t, int64(2*workers+1), last)
		})
	}
}

// TestOddRequests speaks to the fake without a client that keeps to the rules.
func TestOddRequests(t *testing.T) {
	t.Parallel()
	const me = "X-Cartfunnel-Account: myshop\r\nX-Cartfunnel-Api-Secret: your_api_secret\r\n"
	const body = `{"customer":{"email":"x@example.com"}}`
	cases := []struct {
		name, request string
		status        int
		saved         bool
	}{
		{name: "a path with dots", request: "GET /v1/../v1/customers.json HTTP/1.1\r\n" + me, status: 404},
		{name: "a path with escaped dots", request: "GET /v1/%2e%2e/customers.json HTTP/1.1\r\n" + me, status: 404},
		{name: "a doubled slash", request: "GET //v1/customers.json HTTP/1.1\r\n" + me, status: 404},
		{name: "an escaped slash", request: "GET /v1/customers%2F1.json HTTP/1.1\r\n" + me, status: 404},
		{name: "an escaped slash in the base", request: "GET /v1%2fcustomers.json HTTP/1.1\r\n" + me, status: 404},
		{name: "an id with a slash", request: "GET /v1/customers/1%2F2.json HTTP/1.1\r\n" + me, status: 404},
		{name: "an escaped zero", request: "GET /v1/customers/%00.json HTTP/1.1\r\n" + me, status: 404},
		{name: "a semicolon", request: "GET /v1/customers.json;x=1 HTTP/1.1\r\n" + me, status: 404},
		{name: "an absolute form", request: "GET http://elsewhere/v1/customers.json HTTP/1.1\r\n" + me, status: 200},
		{name: "the star", request: "OPTIONS * HTTP/1.1\r\n" + me, status: 404},
		{name: "a method of one's own", request: "BREW /v1/customers.json HTTP/1.1\r\n" + me, status: 404},
		{name: "HTTP/1.0", request: "GET /v1/customers.json HTTP/1.0\r\n" + me, status: 200},
		{name: "an odd query", request: "GET /v1/customers.json?&&=&page&%%%=%zz;a=b?page=2 HTTP/1.1\r\n" + me, status: 200},
		{name: "chunks", request: "POST /v1/customers.json HTTP/1.1\r\n" + me + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
			fmt.Sprintf("%x\r\n%s\r\n0", len(body), body) + "\r\n", status: 200, saved: true},
		{name: "a body behind a GET", request: "GET /v1/customers.json HTTP/1.1\r\n" + me + "Content-Length: 3\r\n\r\n{\"x", status: 200},
		{name: "two media types", request: "POST /v1/customers.json HTTP/1.1\r\n" + me + "Content-Type: text/plain\r\nContent-Type: text/json\r\n" +
			fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body), status: 400},
		{name: "a header in folded case", request: "GET /v1/customers.json HTTP/1.1\r\nX-CARTFUNNEL-account:myshop\r\nx-cartfunnel-API-secret: \tyour_api_secret \t\r\n", status: 200},
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
			} else if strings.Contains(request, "chunked") {
				request += "\r\n"
			}
			head, rest, _ := strings.Cut(request, "\r\n")
			_, err = fmt.Fprintf(conn, "%s\r\nHost: x\r\n%s", head, rest)
			require.NoError(t, err)
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			defer res.Body.Close()
			assert.Equal(t, c.status, res.StatusCode)
			assert.Equal(t, c.saved, shop.Customers.Len() == 1)
			assert.Equal(t, "application/json; charset=utf-8", res.Header.Get("Content-Type"))
		})
	}
}
