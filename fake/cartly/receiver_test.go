package cartly_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// A desk is a receiver that books each order once: a right one, or one with the
// bug of this name.
type desk struct {
	bug    string
	secret string

	mu     sync.Mutex
	seen   map[string]bool
	booked int
}

const (
	reEncodes     = "signs the JSON that it reads, written anew"
	cutsASet      = "cuts off the letters of sha256= instead of the word"
	needsNoHeader = "takes what has no signature"
	wantsLength   = "breaks down over a signature of another length"
	readsText     = "signs the body as UTF-8 text"
	needsNoSecret = "takes what is signed with no secret"
	comparesPart  = "compares as much as there is"
	countsHooks   = "takes the id of the subscription for one of the delivery"
)

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.genuine(body, r.Header[cartly.SignatureHeader]) {
		http.Error(w, "a wrong signature", http.StatusUnauthorized)
		return
	}
	key := string(body)
	if d.bug == countsHooks {
		key = r.Header.Get("X-Cartly-Webhook-Id")
	}
	if gjson.GetBytes(body, "event").Str == "order.created" && !d.seen[key] {
		d.seen[key] = true
		d.booked++
	}
}

func (d *desk) genuine(body []byte, header []string) bool {
	if d.secret == "" && d.bug != needsNoSecret {
		return false
	}
	switch d.bug {
	case reEncodes:
		body = fake.Spelling(0).AppendJSON(nil, body) // compact, in the same order
	case readsText:
		body = bytes.ToValidUTF8(body, []byte("\ufffd"))
	case needsNoHeader:
		if len(header) == 0 {
			return true
		}
	}
	given := strings.Join(header, ",")
	mac := hmac.New(sha256.New, []byte(d.secret))
	mac.Write(body)
	digits := hex.EncodeToString(mac.Sum(nil))
	switch d.bug {
	case cutsASet:
		return strings.TrimLeft(given, "sha256=") == strings.TrimLeft(digits, "sha256=")
	case comparesPart:
		return strings.HasPrefix("sha256="+digits, given)
	case wantsLength:
		if len(given) != len("sha256=")+len(digits) {
			panic("input buffers must have the same length")
		}
	case needsNoSecret:
		return given == "sha256="+digits
	}
	return cartly.Verify(d.secret, body, given) == nil
}

// A trial sends something to a desk, and tells whether it was taken as it should
// have been.
type trial func(t *testing.T, d *desk, shop *cartly.Server) bool

// order is a trial in which one delivery is hit by a fault.
func order(words string, status, booked int) trial {
	return func(_ *testing.T, d *desk, shop *cartly.Server) bool {
		shop.Inject(fault(words).Call(1))
		release := shop.Hooks.Hold()
		shop.Orders.Add(cartly.Order{Note: cafe})
		attempt := shop.Hooks.Send(shop.Hooks.Pending()[0])
		release()
		return attempt.Status == status && d.booked == booked
	}
}

var trials = map[string]trial{
	"two orders": func(_ *testing.T, d *desk, shop *cartly.Server) bool {
		shop.Orders.Add(cartly.Order{})
		shop.Orders.Add(cartly.Order{})
		return d.booked == 2
	},
	"the same delivery twice": func(_ *testing.T, d *desk, shop *cartly.Server) bool {
		shop.Inject(fault("duplicate parallel=yes"))
		shop.Orders.Add(cartly.Order{})
		return d.booked == 1
	},
	"a lost answer": func(_ *testing.T, d *desk, shop *cartly.Server) bool {
		shop.Inject(fault("retry call=1"))
		shop.Orders.Add(cartly.Order{})
		shop.Advance(1e12)
		return d.booked == 1 && len(shop.Hooks.Attempts()) == 2
	},
	"no secret": func(_ *testing.T, d *desk, shop *cartly.Server) bool {
		d.secret = ""
		shop.RotateSecret("")
		shop.Orders.Add(cartly.Order{})
		return d.booked == 0
	},
	"pretty":           order("body-style style=pretty", 200, 1),
	"slashes escaped":  order("body-style style=escaped-slashes", 200, 1),
	"ASCII":            order("body-style style=ascii", 200, 1),
	"a final newline":  order("body-style style=newline", 200, 1),
	"Latin 1":          order("body-style style=latin1", 200, 1),
	"one byte changed": order("tampered", 401, 0),
	"written anew":     order("tampered kind=re-encoded", 401, 0),
	"one digit wrong":  order("bad-signature", 401, 0),
	"half a signature": order("bad-signature kind=truncated", 401, 0),
	"an empty one":     order("bad-signature kind=empty", 401, 0),
	"none":             order("no-signature", 401, 0),
	"another body's":   order("bad-signature kind=other-body", 401, 0),
	"the prefix twice": order("signature-form form=twice", 401, 0),
	"base64":           order("signature-form form=base64", 401, 0),
}

// Each wrong receiver fails the trials that are named beside it, and no others; the
// right one fails none.
func TestReceivers(t *testing.T) {
	t.Parallel()
	for bug, want := range map[string][]string{
		"":            {},
		reEncodes:     {"pretty", "slashes escaped", "ASCII", "a final newline", "Latin 1", "written anew"},
		cutsASet:      {"the prefix twice"},
		needsNoHeader: {"none"},
		wantsLength:   {"half a signature", "an empty one", "none", "the prefix twice", "base64"},
		readsText:     {"Latin 1"},
		needsNoSecret: {"no secret"},
		comparesPart:  {"half a signature", "an empty one", "none"},
		countsHooks:   {"two orders"},
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			var failed []string
			for name, try := range trials {
				for _, place := range []string{"in process", "over loopback"} {
					shop := still(t)
					d := &desk{bug: bug, secret: shop.WebhookSecret(), seen: map[string]bool{}}
					if place == "in process" {
						shop.Hooks.To(d, "order.created")
					} else {
						app := httptest.NewUnstartedServer(d)
						app.Config.ErrorLog = log.New(io.Discard, "", 0) // of one that panics
						app.Start()
						t.Cleanup(app.Close)
						shop.Hooks.ToURL(app.URL, "order.created")
					}
					if !try(t, d, shop) {
						failed = append(failed, name)
					}
				}
			}
			both := append(slices.Clone(want), want...)
			assert.ElementsMatch(t, both, failed, "in each of the two places")
		})
	}
}
