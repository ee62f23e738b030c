package fluidpay_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// four is where the clock of most tests stands.
var four = time.Date(2025, 5, 8, 16, 0, 0, 0, time.UTC)

// home is the path of the default merchant.
const home = "/api/merchant/testmerchant12345678"

// What failures say.
const (
	unauthorized = `{"status":"failed","msg":"unauthorized"}`
	notFound     = `{"status":"failed","msg":"not found"}`
	badMethod    = `{"status":"failed","msg":"method not allowed"}`
	malformed    = `{"status":"failed","msg":"bad request error: invalid json"}`
)

// refused is the body of a 400.
func refused(text string) string {
	return `{"status":"failed","msg":"bad request error: ` + text + `"}`
}

// still starts a fake whose clock stands at four.
func still(t testing.TB, opts ...fluidpay.Option) *fluidpay.Server {
	t.Helper()
	return fluidpay.Start(t, append([]fluidpay.Option{fake.At(four), fake.Frozen()}, opts...)...)
}

func options(o ...fluidpay.Option) []fluidpay.Option { return o }

// answer is what came back, with the body as sent.
type answer struct {
	status int
	header http.Header
	body   string
}

// A client calls one fake with one key.
type client struct {
	t    testing.TB
	http *http.Client
	base string // URL of the server
	key  string // "": no header
}

func clientOf(t testing.TB, shop *fluidpay.Server) client {
	return client{t, shop.Client(), shop.BaseURL(), shop.APIKey()}
}

// overLoopback is the same client over a socket.
func overLoopback(t testing.TB, shop *fluidpay.Server) client {
	return client{t, http.DefaultClient, shop.URL(), shop.APIKey()}
}

func (c client) as(key string) client {
	c.key = key
	return c
}

// send makes one call; headers are "Name: value", and the key is added.
func (c client) send(method, path, body string, headers ...string) answer {
	c.t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, c.base+path, r)
	require.NoError(c.t, err)
	if c.key != "" {
		req.Header.Set("Authorization", c.key)
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

// get, post and del call below the path of the default merchant.
func (c client) get(path string) answer { c.t.Helper(); return c.send("GET", home+path, "") }

func (c client) post(path, body string) answer {
	c.t.Helper()
	return c.send("POST", home+path, body, "Content-Type: application/json")
}

func (c client) del(path string) answer { c.t.Helper(); return c.send("DELETE", home+path, "") }

// raw is one value of an answer as it was sent, "absent" without the key.
func raw(a answer, path string) string {
	v := gjson.Get(a.body, path)
	if !v.Exists() {
		return "absent"
	}
	return v.Raw
}

// names are the given key of each record of a list, joined by blanks.
func names(a answer, key string) string {
	var all []string
	for _, v := range gjson.Get(a.body, "data").Array() {
		all = append(all, v.Get(key).String())
	}
	return strings.Join(all, " ")
}

// notes are the findings so far, without call numbers.
func notes(shop *fluidpay.Server) []string {
	var all []string
	for _, f := range shop.Findings() {
		text := f.Kind
		if f.Detail != "" {
			text += ": " + f.Detail
		}
		all = append(all, text)
	}
	return all
}

func noted(want ...string) func(*testing.T, *fluidpay.Server) {
	return func(t *testing.T, shop *fluidpay.Server) {
		t.Helper()
		assert.ElementsMatch(t, want, notes(shop))
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func pointer[T any](v T) *T { return &v }

// A spy stands in for a test that is expected to stop.
type spy struct {
	testing.TB
	fatal string
}

func (s *spy) Fatalf(format string, args ...any) {
	s.fatal = fmt.Sprintf(format, args...)
	panic(s)
}

// mistakeIn is the text with which a call of the test's own stops the test.
func mistakeIn(t *testing.T, do func(shop *fluidpay.Server)) (text string) {
	t.Helper()
	watched := &spy{TB: t}
	shop := fluidpay.Start(watched)
	defer func() {
		if p := recover(); p != nil && p != any(watched) {
			panic(p)
		}
		text = watched.fatal
	}()
	do(shop)
	return ""
}
