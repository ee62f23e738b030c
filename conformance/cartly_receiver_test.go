package conformance

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/conformance/internal/reference"
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// receiving is a client that has a receiver of its own making, and claims nothing
// else.
func receiving(mk func(secret string, handled func(CartlyEvent) error) http.Handler) func(fake.TB, Env) CartlyClient {
	return func(fake.TB, Env) CartlyClient { return CartlyClient{Receiver: mk} }
}

// theSample is the document's own receiver, line by line: where a call of Node
// throws, it panics.
func theSample(secret string, handled func(CartlyEvent) error) http.Handler {
	verify := func(rawBody string, signature []string) bool {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(rawBody))
		expected := "sha256=" + hex.EncodeToString(mac.Sum(nil))
		if len(signature) == 0 {
			panic("TypeError: the first argument must be of type string") // Buffer.from(undefined)
		}
		if len(signature[0]) != len(expected) {
			panic("RangeError: input buffers must have the same byte length") // timingSafeEqual
		}
		return hmac.Equal([]byte(signature[0]), []byte(expected))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		text := string(bytes.ToValidUTF8(raw, []byte("\ufffd"))) // toString()
		if !verify(text, r.Header["X-Cartly-Hmac-Sha256"]) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"Invalid signature"}`)
			return
		}
		_ = handled(CartlyEvent{Name: gjson.Get(text, "event").String(), Shop: r.Header.Get("X-Cartly-Shop-Domain"), RecordID: gjson.Get(text, "data.id").String()})
		_, _ = io.WriteString(w, `{"received":true}`)
	})
}

// Whoever copies the receiver of the document has these bugs and no others.
func TestTheSampleOfTheDocument(t *testing.T) {
	t.Parallel()
	r := evaluate(t, Cartly(), receiving(theSample), Only("CLY-SIG-*"))
	want := map[string]string{
		"CLY-SIG-03": "FAIL panic", "CLY-SIG-04": "FAIL panic", "CLY-SIG-06": "WARN refused", "CLY-SIG-08": "FAIL taken in no secret",
		"CLY-SIG-11": "CHOICE UPPER_HEX: refused, BARE_HEX: refused",
		"CLY-SIG-12": "NOT CLAIMED", // it knows one secret
	}
	for _, res := range r.Results {
		got := strings.TrimSpace(string(res.State) + " " + res.Finding.Code)
		if res.Scene != "" && res.State == fail {
			got += " in " + res.Scene
		}
		expected := want[res.Rule.ID]
		if expected == "" {
			expected = "PASS"
		}
		if got != expected {
			t.Errorf("%s is %s, want %s\n%s", res.Rule.ID, got, expected, r.blockText(res))
		}
	}
}

// A clyOdd is the reference client with something done to its receiver.
type clyOdd struct {
	bug    string
	before func(http.Handler) http.Handler
	app    func(handled func(CartlyEvent) error) func(CartlyEvent) error
	wrap   func(*CartlyClient)
}

func (o clyOdd) make(tb fake.TB, env Env) CartlyClient {
	var bug *reference.Bug
	if o.bug != "" {
		bug = bugged(o.bug)
	}
	c := cartlyAdapter(bug)(tb, env)
	receiver := c.Receiver
	c.Receiver = func(secret string, handled func(CartlyEvent) error) http.Handler {
		if o.app != nil {
			handled = o.app(handled)
		}
		h := receiver(secret, handled)
		if o.before != nil {
			h = o.before(h)
		}
		return h
	}
	if o.wrap != nil {
		o.wrap(&c)
	}
	return c
}

// clySees is a receiver that changes what comes before the reference sees it.
func clySees(change func(*http.Request)) clyOdd {
	return clyOdd{before: func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			change(r)
			h.ServeHTTP(w, r)
		})
	}}
}

// clySays is a receiver that answers with another status than the reference.
func clySays(change map[int]int) clyOdd {
	return clyOdd{before: func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.ServeHTTP(otherStatus{w, change}, r)
		})
	}}
}

type otherStatus struct {
	http.ResponseWriter
	change map[int]int
}

func (w otherStatus) WriteHeader(status int) {
	if other := w.change[status]; other != 0 {
		status = other
	}
	w.ResponseWriter.WriteHeader(status)
}

const clySignature = "X-Cartly-Hmac-Sha256"

// takesUpper and takesBare take more forms of a signature than the documented
// one.
func takesUpper(r *http.Request) {
	if s := r.Header.Get(clySignature); strings.HasPrefix(s, "sha256=") {
		r.Header.Set(clySignature, strings.ToLower(s))
	}
}

func takesBare(r *http.Request) {
	if s := r.Header.Get(clySignature); len(s) == 64 {
		r.Header.Set(clySignature, "sha256="+s)
	}
}

// Both readings of both flags are seen, and none of them is a failure unless
// another is pinned.
func TestFormsOfSignaturesAreAChoice(t *testing.T) {
	t.Parallel()
	nothing := func(*http.Request) {}
	for name, c := range map[string]struct {
		change      func(*http.Request)
		upper, bare string
	}{
		"neither": {nothing, "refused", "refused"},
		"upper":   {takesUpper, "accepted", "refused"},
		"bare":    {takesBare, "refused", "accepted"},
		"both":    {func(r *http.Request) { takesUpper(r); takesBare(r) }, "accepted", "accepted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clySees(c.change).make
			r := evaluate(t, Cartly(), client, Only("CLY-SIG-11"))
			become(t, r, chosen)
			if got, want := r.Results[0].Finding.Code, "UPPER_HEX: "+c.upper+", BARE_HEX: "+c.bare; got != want {
				t.Errorf("%s, want %s", got, want)
			}
			become(t, evaluate(t, Cartly(), client, Only("CLY-SIG-11"), Choose("UPPER_HEX", c.upper), Choose("BARE_HEX", c.bare)), chosen)
			other := map[string]string{"accepted": "refused", "refused": "accepted"}
			become(t, evaluate(t, Cartly(), client, Only("CLY-SIG-11"), Choose("UPPER_HEX", other[c.upper])), fail)
			become(t, evaluate(t, Cartly(), client, Only("CLY-SIG-11"), Choose("BARE_HEX", other[c.bare])), fail)
		})
	}
}

// A receiver may leave copies to its application, if that is what its user has
// decided.
func TestDuplicatesMayBePassedOn(t *testing.T) {
	t.Parallel()
	books, once := clyOdd{bug: "CLY-EVT-04a"}.make, clyOdd{}.make
	passing := Choose("DUPLICATES", "passed-on")
	become(t, evaluate(t, Cartly(), once, Only("CLY-EVT-04")), pass)
	become(t, evaluate(t, Cartly(), books, Only("CLY-EVT-04")), warn)
	become(t, evaluate(t, Cartly(), books, Only("CLY-EVT-04"), passing), pass)
	r := evaluate(t, Cartly(), once, Only("CLY-EVT-04"), passing)
	become(t, r, warn)
	if code := r.Results[0].Finding.Code; code != "not-handled" {
		t.Errorf("found %s", code)
	}
}

// How often copies went to the application is told with the pass.
func TestCopiesAreCounted(t *testing.T) {
	t.Parallel()
	for bug, note := range map[string]string{"": "of three copies 1 event went to the application", "CLY-EVT-04a": "of three copies 3 events went to the application"} {
		r := evaluate(t, Cartly(), clyOdd{bug: bug}.make, Only("CLY-EVT-03"))
		become(t, r, pass)
		if r.Results[0].Note != note {
			t.Errorf("note is %q, want %q", r.Results[0].Note, note)
		}
	}
}

// The findings that no mutant brings about are found too.
func TestMoreReceiverBugsAreFound(t *testing.T) {
	t.Parallel()
	hangs := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get(clySignature) == "" {
				idle(time.Hour)
			}
			h.ServeHTTP(w, r)
		})
	}
	twice := func(handled func(CartlyEvent) error) func(CartlyEvent) error {
		return func(e CartlyEvent) error { return errors.Join(handled(e), handled(e)) }
	}
	naming := func(change func(*CartlyEvent)) clyOdd {
		return clyOdd{app: func(handled func(CartlyEvent) error) func(CartlyEvent) error {
			return func(e CartlyEvent) error { change(&e); return handled(e) }
		}}
	}
	never := func(func(CartlyEvent) error) func(CartlyEvent) error { return func(CartlyEvent) error { return nil } }
	for name, c := range map[string]struct {
		id, code string
		client   clyOdd
	}{
		"drops everything":           {"CLY-SIG-01", "not-handled", clyOdd{app: never}},
		"books everything twice":     {"CLY-SIG-01", "handled-again", clyOdd{app: twice}},
		"redirects":                  {"CLY-SIG-01", "refused", clySays(map[int]int{200: 307})},
		"panics always":              {"CLY-SIG-01", "panic", clyOdd{before: readsAndPanics}},
		"fails over no signature":    {"CLY-SIG-03", "server-error", clySays(map[int]int{401: 500})},
		"hangs over no signature":    {"CLY-SIG-03", "no-answer", clyOdd{before: hangs}},
		"is dead after a bad one":    {"CLY-SIG-03", "refused", clyOdd{before: diesOfTheFirst}},
		"answers 204":                {"CLY-ACK-01", "good-answer", clySays(map[int]int{200: 204})},
		"parses first":               {"CLY-ACK-02", "looked-into", clyOdd{before: parsesFirst}},
		"takes hours":                {"CLY-ACK-03", "too-late", clyOdd{before: dawdles}},
		"invents a shop":             {"CLY-HDR-02", "wrong-shop", naming(func(e *CartlyEvent) { e.Shop = "" })},
		"cuts its own domain":        {"CLY-HDR-03", "wrong-shop", naming(func(e *CartlyEvent) { e.Shop = strings.TrimSuffix(e.Shop, ".org") })},
		"forgets one kind of events": {"CLY-EVT-01", "not-handled", naming(func(e *CartlyEvent) { e.Name = strings.Replace(e.Name, "updated", "changed", 1) })},
		"refuses unknown events":     {"CLY-EVT-02", "refused", clySees(spoilUnknown)},
		"takes one event for another": {"CLY-EVT-02", "mistaken", clyOdd{wrap: func(c *CartlyClient) {
			c.Receiver = takesAllForOrders
		}}},
		"drops fulfilled orders": {"CLY-EVT-06", "not-handled", naming(func(e *CartlyEvent) { e.Name = strings.Replace(e.Name, "fulfilled", "shipped", 1) })},
		"ships twice": {"CLY-EVT-06", "handled-again", naming(func(e *CartlyEvent) {
			e.Name = strings.Replace(e.Name, "updated", "fulfilled", 1)
		})},
		"knows no order": {"CLY-EVT-07", "unknown", clyOdd{wrap: func(c *CartlyClient) {
			c.Known = func(string) (CartlyOrder, bool) { return CartlyOrder{}, false }
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := evaluate(t, Cartly(), c.client.make, Only(c.id))
			if f := r.Results[0].Finding; f.Code != c.code {
				t.Errorf("%s: %s, want %s", c.id, r.text(false), c.code)
			}
		})
	}
}

// idle lets time pass in a receiver under test.
func idle(d time.Duration) { time.Sleep(d) }

func readsAndPanics(http.Handler) http.Handler {
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		panic("at the disco")
	})
}

func diesOfTheFirst(h http.Handler) http.Handler {
	dead := false
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if dead {
			_, _ = io.ReadAll(r.Body)
			status := http.StatusUnauthorized
			if r.Header.Get(clySignature) != "" {
				status = http.StatusBadGateway
			}
			w.WriteHeader(status)
			return
		}
		dead = true
		h.ServeHTTP(w, r)
	})
}

func parsesFirst(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !gjson.ValidBytes(body) {
			http.Error(w, "no JSON", http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		h.ServeHTTP(w, r)
	})
}

func dawdles(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		idle(11 * time.Second)
		r.Body = io.NopCloser(bytes.NewReader(body))
		h.ServeHTTP(w, r)
	})
}

// spoilUnknown lets the reference refuse what is not listed.
func spoilUnknown(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if !slices.Contains(clyEvents, gjson.GetBytes(body, "event").String()) {
		r.Header.Del(clySignature)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
}

func takesAllForOrders(_ string, handled func(CartlyEvent) error) http.Handler {
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		_ = handled(CartlyEvent{Name: "order.created"})
	})
}

// One line judges what a test's receiver answers.
func TestReceiverIsWatched(t *testing.T) {
	t.Parallel()
	shop := cartly.New(fake.Frozen())
	defer shop.Close()
	spy := &recorder{name: "TestShop"}
	r := Watch(spy, shop)
	shop.Hooks.To(theSample(shop.WebhookSecret(), func(CartlyEvent) error { return nil }), "order.created")
	release := shop.Hooks.Hold()
	shop.Orders.Add(cartly.Order{})
	shop.Hooks.Send(shop.Hooks.Pending()[0], fake.NewFault("no-signature"))
	release()
	shop.EmitAll("inventory.updated", cartly.Level{})
	spy.clean()
	states := map[string]Result{}
	for _, res := range r.Results {
		states[res.Rule.ID] = res
	}
	for id, want := range map[string]State{
		"CLY-SIG-03": fail, "CLY-SIG-04": notExercised, "CLY-ACK-03": pass, "CLY-ACK-04": pass, "CLY-EVT-02": pass,
	} {
		if states[id].State != want {
			t.Errorf("%s is %s, want %s", id, states[id].State, want)
		}
	}
	if _, there := states["CLY-SIG-01"]; there {
		t.Error("CLY-SIG-01 takes more than the wire")
	}
	contains(t, spy.failure(), "CLY-SIG-03", "the receiver panicked: TypeError", "→ no answer: the receiver panicked", "sent at ", "POST https://hooks.example.com/1",
		`curl -s -X POST -H 'Content-Type: application/json' -H 'X-Cartly-Shop-Domain: mystore.mycartly.pro'`, `"$RECEIVER"`)
}

// A delivery that is too long for a line, or no text, is not shown as a command.
func TestDeliveryAsACommand(t *testing.T) {
	t.Parallel()
	one := func(body, signature string) []fake.Attempt {
		return []fake.Attempt{{Method: "POST", Header: http.Header{"X-Sign": {signature}, "User-Agent": {"x"}}, Body: []byte(body)}}
	}
	if got, want := tryDelivery(one("it's", "a")), `curl -s -X POST -H 'X-Sign: a' --data-binary 'it'\''s' "$RECEIVER"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for name, attempts := range map[string][]fake.Attempt{
		"none": nil, "a long body": one(strings.Repeat("x", 2001), "a"), "no text": one("\xff", "a"),
		"a long signature": one("", strings.Repeat("x", 2001)), "an odd one": one("", "\xff"),
	} {
		if got := tryDelivery(attempts); got != "" {
			t.Errorf("%s: %.80s", name, got)
		}
	}
}
