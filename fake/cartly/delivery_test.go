package cartly_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// A letter is a request as a receiver sees it.
type letter struct {
	at     time.Duration // since nine
	target string        // method and path
	header http.Header
	body   string
}

// A letterbox keeps what it gets.
type letterbox struct {
	now func() time.Time

	mu  sync.Mutex
	got []letter
}

func (b *letterbox) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		body = append(body, "…"...)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got = append(b.got, letter{b.now().Sub(nine), r.Method + " " + r.URL.String(), r.Header, string(body)})
}

// lines tell when each letter came and what was in it.
func (b *letterbox) lines() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []string
	for _, l := range b.got {
		event, rest, _ := strings.Cut(strings.TrimPrefix(l.body, `{"event":"`), `"`)
		_, rest, _ = strings.Cut(rest, `"data":{"id":"`)
		record, _, _ := strings.Cut(rest, `"`)
		all = append(all, strings.TrimSpace(fmt.Sprint(l.at, " ", event, " ", record)))
	}
	return all
}

const (
	cafe     = "café <été> & 10€/2"
	cafeBody = `{"event":"order.created","created_at":"2025-03-01T09:00:00.000Z","data":{"id":"a","number":1001,"status":"open","payment_status":"pending","fulfillment_status":"unfulfilled","customer_id":null,"email":null,"currency":"USD","total_cents":0,"note":"café <été> & 10€/2","line_items":[],"created_at":"2025-03-01T09:00:00.000Z","updated_at":"2025-03-01T09:00:00.000Z"}}`
)

// What faults make of the one request that tells of an order.
func TestFaultsOfOneDelivery(t *testing.T) {
	t.Parallel()
	const secret = "whsec_mystore"
	sign := cartly.Sign(secret, []byte(cafeBody))
	digits := strings.TrimPrefix(sign, "sha256=")
	raw, err := hex.DecodeString(digits)
	require.NoError(t, err)
	tampered := strings.Replace(cafeBody, "09:00:00.000Z\"}}", "09:00:00.001Z\"}}", 1)
	ping := `{"event":"test","created_at":"2025-03-01T09:00:00.000Z","data":{}}`
	archived := strings.Replace(cafeBody, "order.created", "order.archived", 1)
	later := strings.Replace(cafeBody, `"created_at":"2025-03-01T09:00:00.000Z","data"`, `"created_at":"2025-03-01T09:10:00.000Z","data"`, 1)
	escaped := strings.ReplaceAll(cafeBody, "10€/2", `10€\/2`)
	ascii := strings.NewReplacer("é", `\u00e9`, "€", `\u20ac`).Replace(cafeBody)
	type form struct{ target, body, signature string }
	for words, want := range map[string]form{
		"":                                   {"POST /1", cafeBody, sign},
		"bad-signature kind=other-body":      {"POST /1", cafeBody, cartly.Sign(secret, []byte(" "+cafeBody))},
		"bad-signature kind=truncated":       {"POST /1", cafeBody, sign[:39]},
		"bad-signature kind=empty":           {"POST /1", cafeBody, ""},
		"no-signature":                       {"POST /1", cafeBody, "none"},
		"signature-form form=bare":           {"POST /1", cafeBody, digits},
		"signature-form form=upper":          {"POST /1", cafeBody, "sha256=" + strings.ToUpper(digits)},
		"signature-form form=base64":         {"POST /1", cafeBody, base64.StdEncoding.EncodeToString(raw)},
		"signature-form form=twice":          {"POST /1", cafeBody, "sha256=" + sign},
		"tampered":                           {"POST /1", tampered, sign},
		"unknown-event topic=order.archived": {"POST /1", archived, cartly.Sign(secret, []byte(archived))},
		"test-ping":                          {"POST /1", ping, cartly.Sign(secret, []byte(ping))},
		"clock-skew by=10m":                  {"POST /1", later, cartly.Sign(secret, []byte(later))},
		"body-style style=escaped-slashes":   {"POST /1", escaped, cartly.Sign(secret, []byte(escaped))},
		"body-style style=ascii":             {"POST /1", ascii, cartly.Sign(secret, []byte(ascii))},
		"body-style style=newline":           {"POST /1", cafeBody + "\n", cartly.Sign(secret, []byte(cafeBody+"\n"))},
		"body-style style=bom":               {"POST /1", "\ufeff" + cafeBody, cartly.Sign(secret, []byte("\ufeff"+cafeBody))},
		"wrong-target slash=yes":             {"POST /1/", cafeBody, sign},
		"wrong-target method=PUT":            {"PUT /1", cafeBody, sign},
		"wrong-target method=GET":            {"GET /1", "", cartly.Sign(secret, nil)},
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			box := &letterbox{now: shop.Now}
			hook := shop.Hooks.To(box)
			shop.Hooks.Receive("https://hooks.example.com/", box)
			if words != "" {
				shop.Inject(fault(words))
			}
			shop.Orders.Add(cartly.Order{ID: "a", Note: cafe})
			require.Len(t, box.got, 1)
			got := box.got[0]
			signature := "none"
			if values, signed := got.header[cartly.SignatureHeader]; signed {
				signature = values[0]
			}
			assert.Equal(t, want, form{got.target, got.body, signature})
			assert.Equal(t, []string{hook}, got.header["X-Cartly-Webhook-Id"])
			assert.Equal(t, []string{"mystore.mycartly.pro"}, got.header["X-Cartly-Shop-Domain"])
			assert.Equal(t, words, shop.Hooks.Attempts()[0].Fault)
		})
	}
}

// Whatever the form of the body, the signature is good over the bytes as sent; and
// one digit more or less is not.
func TestFormsOfBodies(t *testing.T) {
	t.Parallel()
	for words, good := range map[string]bool{
		"body-style style=pretty": true, "body-style style=gzip": true, "body-style style=latin1": true, "body-style style=bom": true,
		"bad-signature": false, "tampered kind=re-encoded": false, "slow-post over=4s": true,
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				shop := cartly.Start(t, fake.At(nine))
				box := &letterbox{now: shop.Now}
				shop.Hooks.To(box, "order.created")
				shop.Inject(fault(words))
				shop.Orders.Add(cartly.Order{Note: "été"})
				shop.Advance(5 * time.Second)
				require.Len(t, box.got, 1)
				err := cartly.Verify(shop.WebhookSecret(), []byte(box.got[0].body), box.got[0].header.Get(cartly.SignatureHeader))
				assert.Equal(t, good, err == nil, "%v", err)
			})
		})
	}
}

// When, and how often, deliveries leave.
func TestFaultsOfTheCourse(t *testing.T) {
	t.Parallel()
	const a, b, c = "order.created a", "order.created b", "order.created c"
	off := "and off"
	for words, want := range map[string][]string{
		"":                                {"0s " + a, "0s " + b, "0s " + c},
		"duplicate call=1":                {"0s " + a, "0s " + a, "0s " + b, "0s " + c},
		"duplicate times=2 gap=2s call=2": {"0s " + a, "0s " + b, "0s " + c, "2s " + b, "4s " + b},
		"overtake call=1":                 {"0s " + b, "0s " + a, "0s " + c},
		"delay by=3s call=1":              {"0s " + b, "0s " + c, "3s " + a},
		"dropped call=2":                  {"0s " + a, "0s " + c},
		"replayed age=1h call=1":          {"0s " + a, "0s " + b, "0s " + c, "1h0m0s " + a},
		"flood n=3 call=2":                {"0s " + a, "0s " + b, "0s " + b, "0s " + b, "0s " + c},
		"retry call=1":                    {"0s " + a, "0s " + b, "0s " + c, "1s " + a},
		"cut-post at=5 call=3":            {"0s " + a, "0s " + b, "0s {", "1s " + c},
		"disabled call=2":                 {"0s " + a, off},
		"revoked hooks=off":               {off},
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			shop := still(t)
			box := &letterbox{now: shop.Now}
			hook := shop.Hooks.To(box)
			if words == "revoked hooks=off" {
				shop.Inject(fault(words).On(cartly.GetMe).Call(1))
				clientOf(t, shop).get("/apps/api/me")
			} else if words != "" {
				shop.Inject(fault(words))
			}
			for _, order := range []string{"a", "b", "c"} {
				shop.Orders.Add(cartly.Order{ID: order})
			}
			shop.Advance(2 * time.Hour)
			got := box.lines()
			if subscription, _ := shop.Webhooks.Get(hook); !subscription.Active || words == "revoked hooks=off" {
				got = append(got, off)
			}
			assert.Equal(t, want, got)
			for _, l := range box.got {
				if !strings.HasSuffix(l.body, "…") {
					assert.NoError(t, cartly.Verify("whsec_mystore", []byte(l.body), l.header.Get(cartly.SignatureHeader)))
				}
				assert.Equal(t, hook, l.header.Get("X-Cartly-Webhook-Id"), "the same every time")
			}
		})
	}
}

// A delivery that leaves before the reply of its call finds the record stored.
func TestEarlyDelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shop := cartly.Start(t)
		shop.Inject(fault("early by=2s").On("hook:customer.created"))
		answered, early, stored := false, false, ""
		me := clientOf(t, shop)
		shop.Hooks.To(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			early, stored = !answered, me.get(customers).value("customers.#.email")
		}), "customer.created")
		me.post(customers, `{"email":"x@example.com"}`)
		answered = true
		assert.True(t, early)
		assert.Equal(t, `["x@example.com"]`, stored)
	})
}

// After a change of the secret: the former one, both in the time of an overlap, or
// the present one late.
func TestOldSecret(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"old-secret":            "former former",
		"old-secret overlap=1h": "both new",
		"old-secret late=1h":    "former new",
	} {
		shop := still(t)
		box := &letterbox{now: shop.Now}
		shop.Hooks.To(box, "order.created")
		shop.RotateSecret("new")
		shop.Inject(fault(words))
		shop.Orders.Add(cartly.Order{})
		shop.Advance(2 * time.Hour)
		shop.Orders.Add(cartly.Order{})
		var got []string
		for _, l := range box.got {
			var by []string
			for _, value := range l.header[cartly.SignatureHeader] {
				for name, secret := range map[string]string{"former": shop.OldSecret(), "new": shop.WebhookSecret()} {
					if cartly.Verify(secret, []byte(l.body), value) == nil {
						by = append(by, name)
					}
				}
			}
			got = append(got, strings.Replace(strings.Join(by, "+"), "former+new", "both", 1))
		}
		assert.Equal(t, want, strings.Join(got, " "), words)
	}
}
