package cscart_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// noon is where the clock of most tests stands: a Tuesday.
var noon = time.Date(2016, 6, 21, 16, 0, 0, 0, time.UTC)

// still starts a fake whose clock stands at noon.
func still(t testing.TB, opts ...fake.Option) *cscart.Server {
	t.Helper()
	return cscart.Start(t, append([]fake.Option{fake.At(noon), fake.Frozen()}, opts...)...)
}

// answer is what came back, with the body as sent.
type answer struct {
	status int
	header http.Header
	body   string
}

// A client calls one fake, as one administrator.
type client struct {
	t     testing.TB
	http  *http.Client
	base  string // URL of the server
	basic string // value of Authorization, "" for none
}

func clientOf(t testing.TB, store *cscart.Server) client {
	return client{t, store.Client(), store.BaseURL(), basic(store.Email(), store.APIKey())}
}

// overLoopback is the same client over a socket.
func overLoopback(t testing.TB, store *cscart.Server) client {
	return client{t, http.DefaultClient, store.URL(), basic(store.Email(), store.APIKey())}
}

func basic(email, key string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(email+":"+key))
}

func (c client) as(email, key string) client {
	c.basic = basic(email, key)
	return c
}

// send makes one call; headers are "Name: value". Authorization is added, but
// where a header has it.
func (c client) send(method, target, body string, headers ...string) answer {
	c.t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, c.base+target, content)
	require.NoError(c.t, err)
	if c.basic != "" {
		req.Header.Set("Authorization", c.basic)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	res, err := c.http.Do(req)
	require.NoError(c.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	return answer{res.StatusCode, res.Header, string(text)}
}

func (c client) get(target string) answer { c.t.Helper(); return c.send("GET", target, "") }

// list asks for carts with a query as it stands.
func (c client) list(query string) answer { c.t.Helper(); return c.get("/api/carts/?" + query) }

func (c client) remove(id string) answer { c.t.Helper(); return c.send("DELETE", "/api/carts/"+id, "") }

// notes are the findings so far, without call numbers.
func notes(store *cscart.Server) []string {
	var all []string
	for _, f := range store.Findings() {
		all = append(all, f.Kind+": "+f.Detail)
	}
	return all
}

// message is the body of a failure with these words.
func message(words string, status int) string {
	return fmt.Sprintf(`{"message":%s,"status":%d}`, phpJSON(words), status)
}

// page is the HTML that the shop answers with where the API does not.
func page(title string) string {
	return "<!DOCTYPE html>\n<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1></body></html>\n"
}

const jsonType = "application/json"

// at is a moment by its UNIX time.
func at(second int64) time.Time { return time.Unix(second, 0).UTC() }

// with adds carts before a test begins.
func with(carts ...cscart.Cart) func(*testing.T, *cscart.Server) {
	return func(_ *testing.T, store *cscart.Server) {
		for _, c := range carts {
			store.Carts.Add(c)
		}
	}
}

// The states of the worked exchanges.
var (
	ann = cscart.Cart{
		UserID: 5, IPAddress: "192.0.2.7",
		User: &cscart.User{
			FirstName: "Ann", LastName: "Lee", Email: "ann@example.com",
			Usergroups: []cscart.Usergroup{{ID: 7}}, Fields: map[int64]any{36: "blue"},
		},
		Products: []cscart.Product{
			{ProductID: 20, Amount: 2, Price: 2999, Name: "Mug", Options: []cscart.Option{{ID: 3, Variant: 5}}, Timestamp: at(1466510400)},
			{ProductID: 13, Price: 500, Name: "Lid", Gone: true, Timestamp: at(1466510460)},
			{ProductID: 15, Type: cscart.OnWishlist, Price: 900, Name: "Hat", Timestamp: at(1466510520)},
		},
	}
	g1 = cscart.Cart{UserID: 4000000001, IPAddress: "10.0.0.1", Products: []cscart.Product{
		{ProductID: 12, Name: "Cup", Price: 1000, Timestamp: at(1466503200)},
	}}
	g2 = cscart.Cart{UserID: 4000000002, IPAddress: "10.0.0.2", Products: []cscart.Product{
		{ProductID: 13, Name: "Lid", Amount: 2, Price: 500, Timestamp: at(1466416800)},
	}}
	g3 = cscart.Cart{UserID: 4000000003, IPAddress: "10.0.0.3", Products: []cscart.Product{
		{ProductID: 12, Name: "Cup", Price: 750, Timestamp: at(1466510400)},
		{ProductID: 14, Name: "Pin", Amount: 3, Price: 10, Timestamp: at(1466337600)},
	}}
	wished = cscart.Cart{UserID: 4000000004, IPAddress: "10.0.0.4", Products: []cscart.Product{
		{ProductID: 15, Type: cscart.OnWishlist, Name: "Hat", Price: 900, Timestamp: at(1466506800)},
	}}
)

var (
	sampleList = with(cscart.SampleCarts()...)
	sampleCart = with(cscart.SampleCart())
	filterSet  = with(g1, g2, g3)
)

// A spy stands in for a test that is expected to stop.
type spy struct {
	testing.TB
	fatal string
}

func (s *spy) Fatalf(format string, args ...any) {
	s.fatal = fmt.Sprintf(format, args...)
	panic(s)
}
