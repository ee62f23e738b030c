package bonify_test

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

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// overLoopback is a client over a socket.
func overLoopback(t testing.TB, shop *bonify.Server) client {
	base, ok := strings.CutSuffix(shop.URL(), v2)
	require.True(t, ok, shop.URL())
	return client{t, http.DefaultClient, base, shop.ShopDomain(), shop.APIKey()}
}

// aLife uses every endpoint once, well and badly.
func aLife(t testing.TB, c client) {
	t.Helper()
	assert.Equal(t, okay, c.post(one(`{"email":"anna@example.com","customer_fields":{"text":"x"}}`)).body)
	list := c.list("filters", `email|equals|"anna@example.com"`)
	assert.Equal(t, "345345345345", ids(list))
	assert.Equal(t, list.body, c.get("/customers/345345345345").body)
	assert.Equal(t, okay, c.put(one(`{"id":345345345345,"customer_fields":{"text":""}}`), "x-delete-empty-metafields: true").body)
	assert.Equal(t, failed("email is invalid"), c.put(one(`{"id":345345345345,"email":"x"}`)).body)
	assert.Equal(t, 403, c.as(c.domain, "wrong").list().status)
	assert.Equal(t, okay, c.delete("345345345345").body)
	assert.Equal(t, failed("customer not found"), c.delete("345345345345").body)
	assert.Equal(t, nothing, c.list().body)
}

func TestEverywhere(t *testing.T) {
	t.Parallel()
	t.Run("in memory", func(t *testing.T) {
		t.Parallel()
		aLife(t, clientOf(t, still(t)))
	})
	t.Run("over loopback", func(t *testing.T) {
		t.Parallel()
		aLife(t, overLoopback(t, still(t)))
	})
	t.Run("over TLS and HTTP/2", func(t *testing.T) {
		t.Parallel()
		aLife(t, clientOf(t, still(t, fake.TLS())))
		aLife(t, clientOf(t, still(t, fake.HTTP2())))
	})
	t.Run("behind a handler", func(t *testing.T) {
		t.Parallel()
		shop := still(t)
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		server := &http.Server{Handler: shop.Handler(), ReadHeaderTimeout: time.Minute}
		t.Cleanup(func() { _ = server.Close() })
		go func() { _ = server.Serve(l) }()
		aLife(t, client{t, http.DefaultClient, "http://" + l.Addr().String(), shop.ShopDomain(), shop.APIKey()})
	})
	t.Run("without a test", func(t *testing.T) {
		t.Parallel()
		shop := bonify.New(bonify.WithoutLimits())
		defer shop.Close()
		aLife(t, clientOf(t, shop))
	})
	t.Run("in a bubble, with the limit", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			shop := bonify.Start(t)
			patient := clientOf(t, shop)
			patient.http = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
				time.Sleep(time.Second)
				return shop.Transport().RoundTrip(r)
			})}
			aLife(t, patient)
			assert.Len(t, shop.Calls(), 9)
		})
	})
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestParallelCalls(t *testing.T) {
	t.Parallel()
	const workers = 100
	shop := still(t)
	with(bob)(t, shop)
	c := clientOf(t, shop)
	var group sync.WaitGroup
	for i := range workers {
		group.Go(func() {
			c.post(one(fmt.Sprintf(`{"email":"w%d@example.com"}`, i/2)))
			assert.Equal(t, 200, c.put(one(`{"id":345345345346,"note":"`+itoa(i)+`"}`)).status)
			assert.Equal(t, 200, c.list("filters", "email|contains|w").status)
			shop.PlaceOrder(bob.ID, 1)
			shop.SetField(bob.ID, "text", itoa(i))
			shop.AddKey("k" + itoa(i))
			shop.DefineField(bonify.Field{MachineName: "f" + itoa(i)})
		})
	}
	group.Wait()
	assert.Equal(t, 1+workers/2, shop.Customers.Len())
	ordered, _ := shop.Customers.Get(bob.ID)
	assert.Equal(t, workers, ordered.OrdersCount)
	assert.Len(t, shop.Fields(), 2+workers)
}

// TestOddRequests speaks to the fake without a client that keeps to the rules.
func TestOddRequests(t *testing.T) {
	t.Parallel()
	const me = "X-Shop-Domain: your-domain.myshopify.com\r\nX-Api-Key: your_api_key\r\n"
	const body = `{"customers":[{"phone":"1"}]}`
	for _, c := range []struct {
		name, request string
		status        int
		saved         bool
	}{
		{"a path with dots", "GET " + v2 + "/../v2/customers HTTP/1.1\r\n" + me, 404, false},
		{"a doubled slash", "GET /" + v2 + "/customers HTTP/1.1\r\n" + me, 404, false},
		{"an escaped slash", "GET " + v2 + "/customers%2F1 HTTP/1.1\r\n" + me, 404, false},
		{"an escaped slash in the base", "GET " + strings.Replace(v2, "/v2", "%2fv2", 1) + "/customers HTTP/1.1\r\n" + me, 404, false},
		{"a semicolon", "GET " + v2 + "/customers;x=1 HTTP/1.1\r\n" + me, 404, false},
		{"an absolute form", "GET http://elsewhere" + v2 + "/customers HTTP/1.1\r\n" + me, 200, false},
		{"the star", "OPTIONS * HTTP/1.1\r\n" + me, 404, false},
		{"a method of one's own", "BREW " + v2 + "/customers HTTP/1.1\r\n" + me, 405, false},
		{"HTTP/1.0", "GET " + v2 + "/customers HTTP/1.0\r\n" + me, 200, false},
		{"raw quotes and bars", "GET " + v2 + `/customers?filters=email|equals|"a;b" HTTP/1.1` + "\r\n" + me, 200, false},
		{"a broken query", "GET " + v2 + "/customers?&&=&page&%%%=%zz;a=b HTTP/1.1\r\n" + me, 400, false},
		{"the same for one", "GET " + v2 + "/customers/1?%%% HTTP/1.1\r\n" + me, 404, false},
		{"a body behind a GET", "GET " + v2 + "/customers HTTP/1.1\r\n" + me + "Content-Length: 3\r\n\r\n{\"x", 200, false},
		{"two shops", "GET " + v2 + "/customers HTTP/1.1\r\n" + me + "X-Shop-Domain: other.myshopify.com\r\n", 200, false},
		{"an empty shop first", "GET " + v2 + "/customers HTTP/1.1\r\nX-Shop-Domain:\r\n" + me, 403, false},
		{"a header in folded case", "GET " + v2 + "/customers HTTP/1.1\r\nX-SHOP-domain:your-domain.myshopify.com\r\nx-api-KEY: \tyour_api_key \t\r\n", 200, false},
		{"chunks", "POST " + v2 + "/customers HTTP/1.1\r\n" + me + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
			fmt.Sprintf("%x\r\n%s\r\n0\r\n", len(body), body), 200, true},
		{"two media types", "POST " + v2 + "/customers HTTP/1.1\r\n" + me + "Content-Type: text/plain\r\nContent-Type: application/json\r\n" +
			fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body), 200, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			shop := still(t, fake.Allow("no-route"))
			base, err := url.Parse(shop.URL())
			require.NoError(t, err)
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", base.Host)
			require.NoError(t, err)
			defer conn.Close()
			request := c.request
			if !strings.Contains(request, "\r\n\r\n") || strings.Contains(request, "chunked") {
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
