package conformance

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
)

// posted sends a body to a handler behind a door.
func posted(d *door, body string, h http.HandlerFunc) {
	d.before(h).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
}

func TestDoorSeesWhatIsRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		read func(http.ResponseWriter, *http.Request)
		seen bool
	}{
		"whole":            {func(_ http.ResponseWriter, r *http.Request) { _, _ = io.ReadAll(r.Body) }, true},
		"to its last byte": {func(_ http.ResponseWriter, r *http.Request) { _, _ = io.ReadFull(r.Body, make([]byte, 5)) }, true},
		"in part":          {func(_ http.ResponseWriter, r *http.Request) { _, _ = io.ReadFull(r.Body, make([]byte, 4)) }, false},
		"not at all":       {func(http.ResponseWriter, *http.Request) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &wire{door: &door{}}
			posted(w.door, "hello", c.read)
			a := fake.Attempt{Topic: "x", Body: []byte("hello"), Status: 200}
			if w.attempts = []fake.Attempt{a}; w.reached(a) != c.seen {
				t.Errorf("reached is %t", !c.seen)
			}
			if needed := delivered("x")(w); (needed == "") != c.seen {
				t.Errorf("needed: %q", needed)
			}
			if w.door = nil; !w.reached(a) {
				t.Error("an answer is not enough when watching")
			}
		})
	}
}

func TestPrerequisitesOfDeliveries(t *testing.T) {
	t.Parallel()
	w := &wire{attempts: []fake.Attempt{{Topic: "x", Status: 200, Fault: "no-signature on=hook:x; cut-post at=3"}, {Topic: "y"}}}
	for needed, p := range map[string]prerequisite{
		"": both(delivered("x"), hit("no-signature", "cut-post")),
		"a delivery of y that the receiver reads; there was none":       delivered("x", "y"),
		"a delivery of z that the receiver reads; there was none":       delivered("z"),
		"a delivery that is hit by the fault cut; there was none":       hit("cut"),
		"a delivery that is hit by the fault on=hook:x; there was none": hit("on=hook:x"),
	} {
		if got := p(w); got != needed {
			t.Errorf("needed %q, want %q", got, needed)
		}
	}
}

// A receiver that knows the answers gives them, and passes nothing all the same.
func TestReceiverThatRemembersAnswersRightly(t *testing.T) {
	t.Parallel()
	tape := newCassette()
	once := func(c *config) error { c.once = true; return nil }
	only := Only("CLY-SIG-02")
	become(t, evaluate(t, Cartly(), recorded(&tape.heard, cartlyAdapter(nil)), only, once), pass)
	var told, refused atomic.Int32
	remembers := func(tb fake.TB, env Env) CartlyClient {
		c := fromMemory(&tape.heard, cartlyAdapter(nil))(tb, env)
		receiver := c.Receiver
		c.Receiver = func(secret string, handled func(CartlyEvent) error) http.Handler {
			h := receiver(secret, func(e CartlyEvent) error { told.Add(1); return handled(e) })
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				answer := httptest.NewRecorder()
				h.ServeHTTP(answer, r)
				if answer.Code == http.StatusUnauthorized {
					refused.Add(1)
				}
				w.WriteHeader(answer.Code)
			})
		}
		return c
	}
	become(t, evaluate(t, Cartly(), remembers, only, once), notExercised)
	if told.Load() != 1 || refused.Load() != 3 {
		t.Errorf("it handed on %d events and refused %d", told.Load(), refused.Load())
	}
}
