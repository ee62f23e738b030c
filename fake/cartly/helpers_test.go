package cartly_test

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
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// nine is where the clock of most tests stands.
var nine = time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)

// still starts a fake whose clock stands at nine.
func still(t testing.TB, opts ...cartly.Option) *cartly.Server {
	t.Helper()
	return cartly.Start(t, append([]cartly.Option{fake.At(nine), fake.Frozen()}, opts...)...)
}

func options(opts ...cartly.Option) []cartly.Option { return opts }

// answer is what came back, with the body as sent.
type answer struct {
	status int
	header http.Header
	body   string
}

// value is a member of the body as it stands there, "absent" without one.
func (a answer) value(path string) string {
	if v := gjson.Get(a.body, path); v.Exists() {
		return v.Raw
	}
	return "absent"
}

// A client calls one fake with one token. It follows no redirects.
type client struct {
	t     testing.TB
	http  *http.Client
	base  string
	token string
}

func clientOf(t testing.TB, shop *cartly.Server) client {
	c := client{t, shop.Client(), shop.BaseURL(), shop.Token()}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

func (c client) as(token string) client {
	c.token = token
	return c
}

// send makes one call; headers are "Name: value". The token is added, unless
// there is none or the headers have an Authorization.
func (c client) send(method, path, body string, headers ...string) answer {
	c.t.Helper()
	req, err := http.NewRequest(method, c.base+path, strings.NewReader(body))
	require.NoError(c.t, err)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header[http.CanonicalHeaderKey(name)] = []string{value}
	}
	res, err := c.http.Do(req)
	require.NoError(c.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	return answer{res.StatusCode, res.Header, string(text)}
}

func (c client) get(path string) answer { c.t.Helper(); return c.send("GET", path, "") }

func (c client) post(path, body string) answer {
	c.t.Helper()
	return c.send("POST", path, body, "Content-Type: application/json")
}

func (c client) put(path, body string) answer {
	c.t.Helper()
	return c.send("PUT", path, body, "Content-Type: application/json")
}

func (c client) delete(path string) answer { c.t.Helper(); return c.send("DELETE", path, "") }

// form posts to an OAuth endpoint, with the credentials of an app as Basic.
func (c client) form(path, id, secret string, pairs ...string) answer {
	c.t.Helper()
	req, err := http.NewRequest("POST", c.base, http.NoBody)
	require.NoError(c.t, err)
	req.SetBasicAuth(id, secret)
	return c.as("").send("POST", path, encoded(pairs...), "Content-Type: application/x-www-form-urlencoded", "Authorization: "+req.Header.Get("Authorization"))
}

// encoded is a form or a query of names and values.
func encoded(pairs ...string) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, pairs[i]+"="+url.QueryEscape(pairs[i+1]))
	}
	return strings.Join(parts, "&")
}

// notes are the findings so far, without call numbers.
func notes(shop *cartly.Server) []string {
	var all []string
	for _, f := range shop.Findings() {
		all = append(all, f.Kind+": "+f.Detail)
	}
	return all
}

// id is the nth id with a prefix.
func id(prefix string, n int) string {
	return fmt.Sprintf("%s_01H8%022d", prefix, n) // below 10 the digits of both systems are the same
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

// mistake is what a use of a fake stops a test with.
func mistake(t *testing.T, use func(*cartly.Server), opts ...cartly.Option) (words string) {
	t.Helper()
	s := &spy{TB: t}
	defer func() {
		if p := recover(); p != nil && p != any(s) {
			panic(p)
		}
		words = s.fatal
	}()
	use(cartly.Start(s, append([]cartly.Option{fake.At(nine), fake.Frozen()}, opts...)...))
	return ""
}

// tap is a receiver that answers each delivery with a status and counts.
type tap struct {
	status int
	bodies []string
}

func (r *tap) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.bodies = append(r.bodies, string(body))
	w.WriteHeader(r.status)
}

// sent are the topics of the attempts so far, in order.
func sent(shop *cartly.Server) []string {
	var all []string
	for _, a := range shop.Hooks.Attempts() {
		all = append(all, a.Topic)
	}
	return all
}
