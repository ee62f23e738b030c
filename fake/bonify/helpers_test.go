package bonify_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// morning is where the clock of most tests stands.
var morning = time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)

const (
	v2      = "/apps/cf_app/public-api/customer_fields/v2"
	okay    = `{"status":"okay"}`
	nothing = `{"status":"okay","customers":[]}`
)

// failed is the body of a failure.
func failed(message string) string {
	return string(append(fake.AppendString([]byte(`{"status":"error","message":`), message), '}'))
}

// still starts a fake whose clock stands in the morning, without the limit.
func still(t testing.TB, opts ...bonify.Option) *bonify.Server {
	t.Helper()
	return limited(t, append([]bonify.Option{bonify.WithoutLimits()}, opts...)...)
}

// limited is the same with the limit.
func limited(t testing.TB, opts ...bonify.Option) *bonify.Server {
	t.Helper()
	return bonify.Start(t, append([]bonify.Option{fake.At(morning), fake.Frozen()}, opts...)...)
}

// answer is what came back, with the body as sent.
type answer struct {
	status int
	header http.Header
	body   string
}

// A client calls one fake, as one shop.
type client struct {
	t           testing.TB
	http        *http.Client
	base        string // URL of the server, without the path of the API
	domain, key string
}

func clientOf(t testing.TB, shop *bonify.Server) client {
	return client{t, shop.Client(), "https://apps.bonify.io", shop.ShopDomain(), shop.APIKey()}
}

func (c client) as(domain, key string) client {
	c.domain, c.key = domain, key
	return c
}

// send makes one call; headers are "Name: value", and the credentials are
// added, empty ones left out. The path is sent as it stands.
func (c client) send(method, path, body string, headers ...string) answer {
	c.t.Helper()
	req, err := http.NewRequest(method, c.base, strings.NewReader(body))
	require.NoError(c.t, err)
	if req.URL, err = url.Parse(c.base + path); err != nil {
		req.URL = &url.URL{Scheme: "https", Host: "apps.bonify.io", Opaque: "//apps.bonify.io" + path}
	}
	if c.domain != "" {
		req.Header.Set("x-shop-domain", c.domain)
	}
	if c.key != "" {
		req.Header.Set("x-api-key", c.key)
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

// get reads below the base path, which stands for "/customers" with a query.
func (c client) get(path string) answer { c.t.Helper(); return c.send("GET", v2+path, "") }

// list reads a page with these parameters, "name", "value", encoded.
func (c client) list(params ...string) answer {
	c.t.Helper()
	query := url.Values{}
	for i := 0; i < len(params); i += 2 {
		query.Add(params[i], params[i+1])
	}
	if len(params) == 0 {
		return c.get("/customers")
	}
	return c.get("/customers?" + query.Encode())
}

// ids lists with a filter and gives the ids that came, parted by blanks, or the
// message of the failure.
func (c client) ids(filter string) string {
	c.t.Helper()
	got := c.list("filters", filter)
	if got.status != http.StatusOK {
		return gjson.Get(got.body, "message").Str
	}
	return ids(got)
}

func (c client) put(body string, headers ...string) answer {
	c.t.Helper()
	return c.send("PUT", v2+"/customers", body, append(headers, "Content-Type: application/json")...)
}

func (c client) post(body string, headers ...string) answer {
	c.t.Helper()
	return c.send("POST", v2+"/customers", body, append(headers, "Content-Type: application/json")...)
}

func (c client) delete(id string) answer {
	c.t.Helper()
	return c.send("DELETE", v2+"/customers/"+id, "")
}

// ids are the ids of a list, as sent.
func ids(a answer) string {
	var all []string
	for _, id := range gjson.Get(a.body, "customers.#.id").Array() {
		all = append(all, id.Raw)
	}
	return strings.Join(all, " ")
}

// cursorOf is a cursor of an answer, "" where there is none.
func cursorOf(a answer, key string) string { return gjson.Get(a.body, key).Str }

// notes are the findings so far, without call numbers.
func notes(shop *bonify.Server) []string {
	var all []string
	for _, f := range shop.Findings() {
		f.Call = 0
		all = append(all, f.String())
	}
	return all
}

// at is a moment of 2025, by month, day and hour.
func at(month time.Month, day, hour int) time.Time {
	return time.Date(2025, month, day, hour, 0, 0, 0, time.UTC)
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

// mistake is what a test is told that uses the fake wrongly.
func mistake(t *testing.T, use func(tb fake.TB)) (text string) {
	t.Helper()
	s := &spy{TB: t}
	defer func() {
		require.Equal(t, s, recover())
		text = s.fatal
	}()
	use(s)
	return ""
}
