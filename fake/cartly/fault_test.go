package cartly_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// fault reads "name param=value param=value".
func fault(words string) fake.Fault {
	name, rest, _ := strings.Cut(words, " ")
	f := fake.NewFault(name)
	for word := range strings.FieldsSeq(rest) {
		key, value, _ := strings.Cut(word, "=")
		f = f.Set(key, append(f.All(key), strings.ReplaceAll(value, "_", " "))...)
	}
	return f
}

const (
	broken    = `{"error":"server_error","message":"internal error"}`
	nobody    = `{"customers":[]}`
	badBearer = `Bearer error="invalid_token"`
	badScope  = `Bearer error="insufficient_scope", scope="customers:read"`
)

func TestWordsOfFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault      string
		status     int
		body       string
		challenge  string // WWW-Authenticate
		retryAfter string
	}{
		{"wrong-credentials", 401, badToken, badBearer, ""},
		{"wrong-credentials status=403", 403, badToken, badBearer, ""},
		{"wrong-credentials body=empty", 401, "", badBearer, ""},
		{"revoked", 401, badToken, badBearer, ""},
		{"token-expired", 401, badToken, badBearer, ""},
		{"out-of-scope", 403, scopeNeeded("customers:read"), badScope, ""},
		{"out-of-scope scope=customers:read", 403, scopeNeeded("customers:read"), badScope, ""},
		{"out-of-scope scope=orders:read", 200, nobody, "", ""}, // it is for calls that need that one
		{"rate-limited", 429, tooMany, "", ""},
		{"rate-limited retry-after=2s", 429, tooMany, "", "2"},
		{"rate-limited retry-after=2s form=date", 429, tooMany, "", "Sat, 01 Mar 2025 09:00:02 GMT"},
		{"rate-limited body=empty", 429, "", "", ""},
		{"server-error", 500, broken, "", ""},
		{"server-error status=502", 502, broken, "", ""},
		{"server-error status=503", 503, away, "", ""},
		{"server-error status=503 retry-after=30s", 503, away, "", "30"},
		{"server-error body=empty", 500, "", "", ""},
		{"burst calls=1 mix=503", 503, away, "", ""},
		{"burst calls=1", 500, broken, "", ""},
		{"saved-but-says-error", 200, nobody, "", ""}, // it is for writes
	} {
		t.Run(c.fault, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			shop.Inject(fault(c.fault).On(cartly.ListCustomers).Call(1).Optional())
			me := clientOf(t, shop)
			got := me.get(customers)
			assert.Equal(t, []any{c.status, c.body}, []any{got.status, got.body})
			assert.Equal(t, c.challenge, got.header.Get("Www-Authenticate"))
			assert.Equal(t, c.retryAfter, got.header.Get("Retry-After"))
			assert.Empty(t, got.header.Get("Allow"))
			shop.Advance(time.Minute)
			if c.fault == "token-expired" {
				assert.Equal(t, badToken, me.get(customers).body, "and so it stays")
				return
			}
			after := me.get(customers)
			assert.Equal(t, nobody, after.body)
			assert.Empty(t, after.header.Get("Retry-After")+after.header.Get("Www-Authenticate"), "the header of one answer is not that of the next")
		})
	}
}

// saveCalls are one good call of each kind of write, and what it changes.
var saveCalls = map[fake.Op]struct {
	call    func(client) answer
	changed func(*cartly.Server) bool
}{
	cartly.CreateCustomer: {func(c client) answer { return c.post(customers, `{"email":"x@example.com"}`) }, func(s *cartly.Server) bool { return s.Customers.Len() == 2 }},
	cartly.UpdateCustomer: {func(c client) answer { return c.put(customers+"/1", `{"note":"x"}`) }, func(s *cartly.Server) bool { return s.Customers.All()[0].Note == "x" }},
	cartly.UpdateOrder:    {func(c client) answer { return c.put(order1, `{"status":"canceled"}`) }, func(s *cartly.Server) bool { return s.Orders.All()[0].Status == "canceled" }},
	cartly.AdjustInventory: {
		func(c client) answer { return c.put(stock, `{"quantity":9}`) }, func(s *cartly.Server) bool { return s.Levels.All()[0].Available == 9 },
	},
	cartly.CreateDiscount: {func(c client) answer { return c.post(discounts, `{"code":"A","type":"free_shipping"}`) }, func(s *cartly.Server) bool { return s.Discounts.Len() == 1 }},
	cartly.CreateWebhook:  {func(c client) answer { return c.post(webhooks, subscription("https://b.example", "order.created")) }, func(s *cartly.Server) bool { return s.Webhooks.Len() == 2 }},
	cartly.DeleteWebhook:  {func(c client) answer { return c.delete(webhooks + "/h") }, func(s *cartly.Server) bool { return s.Webhooks.Len() == 0 }},
}

// faulty is a fake with a record for each of those calls.
func faulty(t *testing.T, opts ...cartly.Option) *cartly.Server {
	t.Helper()
	shop := still(t, opts...)
	shop.Customers.Add(cartly.Customer{ID: "1", Email: "jane@example.com"})
	shop.Orders.Add(cartly.Order{ID: "1"})
	shop.Levels.Add(cartly.Level{VariantID: "v", Available: 4})
	shop.Webhooks.Add(cartly.Subscription{ID: "h", URL: "https://a.example/", Events: []string{"order.canceled", "customer.created"}})
	return shop
}

// Each write can be refused, and told an error, before it is applied or after.
func TestFaultsOfWrites(t *testing.T) {
	t.Parallel()
	for words, c := range map[string]struct {
		status  int
		body    string
		applied bool
	}{
		"not-saved errors=locked errors=for_a_day": {422, invalid("locked; for a day"), false},
		"not-saved":                         {422, "", false},
		"not-saved status=409 errors=no":    {409, invalid("no"), false},
		"server-error":                      {500, broken, false},
		"server-error apply=after":          {500, broken, true},
		"saved-but-says-error":              {500, broken, true},
		"saved-but-says-error status=503":   {503, away, true},
		"saved-but-says-error status=422":   {422, invalid("the change was refused"), true},
		"rate-limited retry-after=1s":       {429, tooMany, false},
		"burst calls=1 mix=503 apply=after": {503, away, true},
	} {
		for op, save := range saveCalls {
			t.Run(words+" "+op, func(t *testing.T) {
				t.Parallel()
				shop := faulty(t)
				before := shop.Snapshot()
				shop.Inject(fault(words).On(op).Call(1))
				got := save.call(clientOf(t, shop))
				assert.Equal(t, c.status, got.status)
				if c.body != "" {
					assert.Equal(t, c.body, got.body)
				}
				assert.Equal(t, c.applied, save.changed(shop))
				assert.Equal(t, c.applied, shop.Calls()[0].Committed)
				emits := op == cartly.CreateCustomer || op == cartly.UpdateOrder
				assert.Equal(t, emits && c.applied, len(shop.Hooks.Deliveries()) == 1, "what is applied is told")
				if !c.applied {
					assert.Empty(t, fake.Diff(before, shop.Snapshot()))
					shop.Advance(time.Second)
					assert.Less(t, save.call(clientOf(t, shop)).status, 300, "and the next one is good")
				}
			})
		}
	}
	t.Run("a refusal comes behind all checks", func(t *testing.T) {
		t.Parallel()
		shop := faulty(t)
		shop.Inject(fault("not-saved errors=no").Call(1))
		me := clientOf(t, shop)
		assert.Equal(t, invalid("email is required"), me.post(customers, `{}`).body)
	})
}

// call makes a request whose error is wanted.
func call(t *testing.T, shop *cartly.Server, method, path, body string) (int, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, shop.BaseURL()+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header = http.Header{"Authorization": {me}, "Content-Type": {"application/json"}}
	res, err := shop.Client().Do(r)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), err
}

func TestLostResponses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, path, body string
		again              string // the answer to the same call once more
		twin               bool   // which made a second record
	}{
		"a customer is there already": {"POST", customers, `{"email":"x@example.com"}`, `"message":"email has already been taken"`, false},
		"a discount is there already": {"POST", discounts, `{"code":"A","type":"free_shipping"}`, `"message":"code is already in use"`, false},
		"stock moves twice":           {"PUT", stock, `{"adjustment":-1}`, `"available":2`, false},
		"stock is set twice":          {"PUT", stock, `{"quantity":1}`, `"available":1`, false},
		"a note is added twice":       {"PUT", order1, `{"note":"x"}`, `"note":"x\nx"`, false},
		"a subscription is there twice": {
			"POST", webhooks, subscription("https://b.example", "order.created"), `"id":"wh_01H80000000000000000000002"`, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shop := faulty(t, fake.Allow("blind-repeat"))
			shop.Inject(fault("lost-response").Call(1))
			_, _, err := call(t, shop, c.method, c.path, c.body)
			require.ErrorIs(t, err, syscall.ECONNRESET)
			assert.True(t, shop.Calls()[0].Committed)
			_, text, err := call(t, shop, c.method, c.path, c.body)
			require.NoError(t, err)
			assert.Contains(t, text, c.again)
			if said := strings.Join(notes(shop), "\n"); c.twin {
				assert.Contains(t, said, "there are two records now")
			} else {
				assert.NotContains(t, said, "two records")
			}
		})
	}
}

func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	t.Run("a request is not applied", func(t *testing.T) {
		t.Parallel()
		shop := faulty(t)
		shop.Inject(fault("reset kind=fin").Call(1))
		_, _, err := call(t, shop, "POST", customers, `{"email":"x@example.com"}`)
		assert.True(t, errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET), "%v", err)
		assert.Equal(t, 1, shop.Customers.Len())
		assert.Empty(t, shop.Hooks.Deliveries())
	})
	t.Run("half an answer", func(t *testing.T) {
		t.Parallel()
		shop := faulty(t)
		shop.Inject(fault("truncated how=length at=20").Call(1), fault("truncated how=silent at=20").Call(2))
		_, text, err := call(t, shop, "GET", customers, "")
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.Len(t, text, 20)
		_, text, err = call(t, shop, "GET", customers, "")
		require.NoError(t, err)
		assert.Equal(t, `{"customers":[{"id":`, text)
	})
	t.Run("no JSON", func(t *testing.T) {
		t.Parallel()
		shop := faulty(t)
		shop.Inject(fault("malformed-json kind=trailing").Call(1), fault("wrong-content-type type=text/html").Call(2))
		me := clientOf(t, shop)
		spoilt, html := me.get(customers), me.get(customers)
		assert.True(t, strings.HasPrefix(spoilt.body, html.body) && len(spoilt.body) > len(html.body), spoilt.body)
		assert.Equal(t, "text/html", html.header.Get("Content-Type"))
	})
	t.Run("elsewhere", func(t *testing.T) {
		t.Parallel()
		shop := faulty(t)
		shop.Inject(fault("redirect code=307 to=https://cartly.pro/apps/api/shop").Call(1))
		_, text, err := call(t, shop, "GET", customers, "")
		require.NoError(t, err)
		assert.Contains(t, text, "mystore.mycartly.pro")
	})
}

func TestSlowAnswers(t *testing.T) {
	t.Parallel()
	for words, wait := range map[string]time.Duration{
		"slow-headers delay=60s":            60 * time.Second,
		"slow-body chunks=4 over=8s":        8 * time.Second,
		"slow-headers delay=3m apply=after": 3 * time.Minute,
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				shop := cartly.Start(t)
				shop.Inject(fault(words).Call(1))
				start := time.Now()
				assert.Equal(t, nobody, clientOf(t, shop).get(customers).body)
				assert.InDelta(t, wait.Seconds(), time.Since(start).Seconds(), 2.5)
			})
		})
	}
	t.Run("hang", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			shop := cartly.Start(t)
			shop.Inject(fault("hang").Call(1))
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, "GET", shop.BaseURL()+customers, nil)
			require.NoError(t, err)
			r.Header.Set("Authorization", me)
			_, err = shop.Client().Do(r) //nolint:bodyclose // there is no answer
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
	})
}

// All faults of the engine can be armed on this API, but for those of batches,
// cursors, limits and offsets, which it does not have, and those of HTTP/2.
func TestAllFaultsAreKnown(t *testing.T) {
	t.Parallel()
	needed := map[string]string{
		"burst": "calls=1", "redirect": "to=https://cartly.pro/", "slow-headers": "delay=1s", "slow-body": "over=1s", "wrong-content-type": "type=text/html",
		"page-drift": "delete=1", "delay": "by=1s", "flood": "n=2", "clock-skew": "by=1s", "body-style": "style=ascii", "signature-form": "form=bare",
		"slow-post": "over=1s", "wrong-target": "method=GET", "stale-read": "lag=1s", "silently-dropped": "fields=note",
		"accepted-later": "delay=1s", "short-page": "size=1", "shape-drift": "extra=x", "rotated": "late=1h", "limit-headers": "limit=1 per=1s",
		"header-oddity": "kind=many", "raw": "text=x", "wrong-body": "text=x", "wrong-length": "by=1", "slow-accept": "delay=1s",
	}
	var refused []string
	for _, name := range fake.FaultNames() {
		text := mistake(t, func(shop *cartly.Server) {
			shop.AddShop(cartly.Shop{})
			shop.Inject(fault(strings.TrimSpace(name + " " + needed[name])).Optional()).Disarm()
		})
		if text != "" {
			refused = append(refused, name)
		}
	}
	assert.ElementsMatch(t, []string{"batch-stops", "limited-after-part", "cursor-expired", "cursor-loop", "quota-shared", "dst", "goaway", "stream-error"}, refused)
	assert.Contains(t, mistake(t, func(s *cartly.Server) { s.Inject(fault("server-error").On("DeleteCustomer")) }), `fault server-error: on="DeleteCustomer"`)
	assert.Contains(t, mistake(t, func(s *cartly.Server) { s.Inject(fault("delay by=1s").On("hook:order.cancelled")) }), "order.canceled")
}

// A fault about the caller cannot be put on a call whose caller is not known yet.
func TestTokenExpiredNeedsACaller(t *testing.T) {
	t.Parallel()
	shop := cartly.Start(t)
	var err error
	shop.Intercept(fake.Connect, func(c *fake.Call) { err = c.Inject(fake.NewFault("token-expired")) })
	r, _ := http.NewRequest("GET", shop.BaseURL()+"/apps/api/me", nil)
	r.Header.Set("Authorization", "Bearer "+shop.Token())
	answer, failed := shop.Client().Do(r)
	require.NoError(t, failed)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, 200, answer.StatusCode)
	require.EqualError(t, err, "fault token-expired: it is about the caller, who is not known yet; arm it with Inject, or in the head of a file")
}
