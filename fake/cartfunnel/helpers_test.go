package cartfunnel_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// noon is where the clock of most tests stands.
var noon = time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)

// still starts a fake whose clock stands at noon.
func still(t testing.TB, opts ...cartfunnel.Option) *cartfunnel.Server {
	t.Helper()
	return cartfunnel.Start(t, append([]cartfunnel.Option{fake.At(noon), fake.Frozen()}, opts...)...)
}

// answer is what came back, with the body as sent.
type answer struct {
	status int
	header http.Header
	body   string
}

// A client calls one fake, as one account.
type client struct {
	t               testing.TB
	http            *http.Client
	base            string // URL of the server, without the path of the API
	account, secret string
}

func clientOf(t testing.TB, shop *cartfunnel.Server) client {
	return client{t, shop.Client(), "https://api.cartfunnel.net", shop.Account(), shop.Secret()}
}

// overLoopback is the same client over a socket.
func overLoopback(t testing.TB, shop *cartfunnel.Server) client {
	base, ok := strings.CutSuffix(shop.URL(), "/v1")
	require.True(t, ok, shop.URL())
	return client{t, http.DefaultClient, base, shop.Account(), shop.Secret()}
}

func (c client) as(account, secret string) client {
	c.account, c.secret = account, secret
	return c
}

// send makes one call; headers are "Name: value", and the credentials are
// added, empty ones left out.
func (c client) send(method, path, body string, headers ...string) answer {
	c.t.Helper()
	req, err := http.NewRequest(method, c.base+path, strings.NewReader(body))
	require.NoError(c.t, err)
	if c.account != "" {
		req.Header.Set("X-CARTFUNNEL-ACCOUNT", c.account)
	}
	if c.secret != "" {
		req.Header.Set("X-CARTFUNNEL-API-SECRET", c.secret)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Add(name, value)
	}
	res, err := c.http.Do(req)
	require.NoError(c.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	return answer{res.StatusCode, res.Header, string(text)}
}

func (c client) get(path string) answer { c.t.Helper(); return c.send("GET", "/v1"+path, "") }

func (c client) post(body string) answer {
	c.t.Helper()
	return c.send("POST", "/v1/customers.json", body, "Content-Type: application/json")
}

func (c client) patch(id, body string) answer {
	c.t.Helper()
	return c.send("PATCH", "/v1/customers/"+id+".json", body, "Content-Type: application/json")
}

// notes are the findings so far, without call numbers.
func notes(shop *cartfunnel.Server) []string {
	var all []string
	for _, f := range shop.Findings() {
		all = append(all, f.Kind+": "+f.Detail)
	}
	return all
}

// filled makes a fake with n customers c1@example.com and so on.
func fill(shop *cartfunnel.Server, from, to int) {
	for i := from; i <= to; i++ {
		shop.Customers.Add(cartfunnel.Customer{Email: "c" + itoa(i) + "@example.com"})
	}
}

// A spy stands in for a test that is expected to stop.
type spy struct {
	testing.TB
	fatal string
}

func (s *spy) Fatalf(format string, args ...any) {
	s.fatal = fmt.Sprintf(format, args...)
	panic(s)
}
