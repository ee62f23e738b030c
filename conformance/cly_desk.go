package conformance

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// clyDeskURL is where deliveries of a scene go: to a handler that is asked for
// nothing but /, so that no check but the one about addresses depends on how it
// routes.
const clyDeskURL = "https://hooks.example.com/"

// clyWhile is how long a check waits after each thing that it sends: for
// receivers that answer first and work later, and for retries.
const clyWhile = 2 * time.Minute

// A clyApp is what the application behind a receiver does with its nth event,
// from 1.
type clyApp func(n int, e CartlyEvent) error

// A clyDesk is the client's receiver in a scene, with an application of the
// check's behind it.
type clyDesk struct {
	r    *clyRun
	shop *cartly.Server
	app  clyApp
	sent []clySent

	mu      sync.Mutex
	handled []clyHandled
}

// A clyHandled is one event that the receiver has told the application.
type clyHandled struct {
	event CartlyEvent
	from  time.Time
	done  bool
	err   error
}

// A clySent is one thing that was sent, with all attempts that it took, and what
// the application was told meanwhile.
type clySent struct {
	what     string
	attempts []fake.Attempt
	handled  []clyHandled
}

// clyOpen opens the desk of a scene: it subscribes the client's receiver to some
// events, or to all. A nil application takes everything. Without a receiver
// nothing is delivered.
func clyOpen(r *clyRun, app clyApp, topics ...string) *clyDesk {
	d := &clyDesk{r: r, shop: clyShop(r), app: app}
	r.kept = d
	if h := d.receiver(d.shop.WebhookSecret()); h != nil {
		d.serve(clyDeskURL, h)
		d.shop.Hooks.ToURL(clyDeskURL, topics...)
	}
	return d
}

// serve lets a handler answer at an address.
func (d *clyDesk) serve(url string, h http.Handler) { d.shop.Hooks.Receive(url, d.r.door.before(h)) }

// receiver asks the client for a receiver, nil where it gives none.
func (d *clyDesk) receiver(secret string) http.Handler {
	if secret != "" {
		d.r.hidden = append(d.r.hidden, secret)
	}
	a := cly(d.r).ask("Receiver", func(context.Context) (any, error) { return d.r.client.Receiver(secret, d.take), nil })
	h, _ := a.value.(http.Handler)
	if h == nil {
		d.r.lacks = "Receiver gave no handler; where the client has none, leave the function out"
	}
	return h
}

// rotate tells the client and the shop of another secret.
func (d *clyDesk) rotate(secret string, overlap time.Duration) {
	d.r.hidden = append(d.r.hidden, secret)
	cly(d.r).ask("Rotate", func(context.Context) (any, error) { d.r.client.Rotate(secret, overlap); return nil, nil })
	d.shop.RotateSecret(secret)
}

// take is the application.
func (d *clyDesk) take(e CartlyEvent) error {
	d.mu.Lock()
	n := len(d.handled)
	d.handled = append(d.handled, clyHandled{event: e, from: time.Now()})
	app := d.app
	d.mu.Unlock()
	var err error
	if app != nil {
		err = app(n+1, e)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.handled[n].done, d.handled[n].err = true, err
	return err
}

// all is what the application was told so far.
func (d *clyDesk) all() []clyHandled {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.handled)
}

// during does something that sends deliveries, and keeps what came of it.
func (d *clyDesk) during(what string, send func()) {
	attempts, handled := len(d.shop.Hooks.Attempts()), len(d.all())
	send()
	d.wait(clyWhile)
	d.sent = append(d.sent, clySent{what, d.shop.Hooks.Attempts()[attempts:], d.all()[handled:]})
}

// wait lets time pass, for the client and for the fake. By the clock on the wall it
// is the fake's alone that goes on, when the client has had a moment.
func (d *clyDesk) wait(t time.Duration) {
	d.r.pass(t)
	if d.r.env.Virtual {
		return
	}
	d.shop.Advance(t)
	for range 20 {
		if !slices.ContainsFunc(d.all(), func(h clyHandled) bool { return !h.done }) {
			return
		}
		d.r.pass(t) // the application is at work
	}
}

// send sends one delivery that is held, with faults that hit it.
func (d *clyDesk) send(what string, one fake.Delivery, faults ...fake.Fault) {
	d.during(what, func() { d.shop.Hooks.Send(one, faults...) })
}

// hold makes a change whose deliveries wait; release sends those that are left.
func (d *clyDesk) hold(change func()) (held []fake.Delivery, release func()) {
	release = d.shop.Hooks.Hold()
	change()
	return d.shop.Hooks.Pending(), release
}

// order places an order.
func (d *clyDesk) order() cartly.Order {
	return d.shop.Orders.Add(cartly.Order{Email: fmt.Sprintf("c%d@example.com", d.r.rng.IntN(100)), TotalCents: 100 + d.r.rng.Int64N(9900)})
}

// emit sends an event whose body is what the check says.
func (d *clyDesk) emit(topic string, body []byte) {
	d.shop.Locked(func() {
		d.shop.Hooks.Emit(fake.Event{Topic: topic, Tenant: d.shop.ShopHandle, Body: body})
	})
}

// clyAt is the desk that the drive of a check has opened.
func clyAt(r *clyRun) *clyDesk { return r.kept.(*clyDesk) }

// lose drops a delivery that is held.
func (d *clyDesk) lose(one fake.Delivery) { d.shop.Hooks.Send(one, fake.NewFault("dropped")) }

// clyNamed are the events of that name among those that were told.
func clyNamed(handled []clyHandled, name string) []clyHandled {
	return slices.DeleteFunc(slices.Clone(handled), func(h clyHandled) bool { return h.event.Name != name })
}

// clyDone are the events that the application has taken.
func clyDone(handled []clyHandled) []clyHandled {
	return slices.DeleteFunc(slices.Clone(handled), func(h clyHandled) bool { return !h.done || h.err != nil })
}

// first is the first attempt at what was sent.
func (s clySent) first() fake.Attempt {
	if len(s.attempts) == 0 {
		return fake.Attempt{Err: "nothing was sent"}
	}
	return s.attempts[0]
}

// last is the last attempt at it.
func (s clySent) last() fake.Attempt {
	if len(s.attempts) == 0 {
		return s.first()
	}
	return s.attempts[len(s.attempts)-1]
}

// lastOf is the last attempt at a delivery of that event, or of any.
func (d *clyDesk) lastOf(topic string) fake.Attempt {
	for _, a := range slices.Backward(d.shop.Hooks.Attempts()) {
		if topic == "" || a.Topic == topic {
			return a
		}
	}
	return fake.Attempt{Err: "nothing was sent"}
}

// broke finds an attempt that the receiver broke down over.
func (s clySent) broke() Finding {
	for _, a := range s.attempts {
		switch {
		case strings.Contains(a.Err, "panicked"):
			return found("panic", "an answer to "+s.what, "%s", a.Err).sent(a)
		case a.Status >= 500:
			return found("server-error", "another answer to "+s.what+" than a failure of the server", "%d", a.Status).sent(a)
		case a.Status == 0:
			return found("no-answer", "an answer to "+s.what, "%s", a.Err).sent(a)
		}
	}
	return Finding{}
}

// refused finds what the receiver took and should not have.
func (s clySent) refused() Finding {
	if len(s.handled) == 0 {
		return Finding{}
	}
	return found("taken", s.what+" is refused", "it was handed to the application; the answer was %s", answerWords(s.first())).sent(s.first())
}

// acknowledged finds a genuine delivery that was not answered with 2xx at the
// first attempt.
func (s clySent) acknowledged() Finding {
	a := s.first()
	switch {
	case a.Status >= 200 && a.Status <= 299:
		return Finding{}
	case strings.Contains(a.Err, "panicked"):
		return found("panic", "2xx for "+s.what, "%s", a.Err).sent(a)
	case a.Err == "timeout":
		return found("too-late", "2xx for "+s.what+" within ten seconds", "no answer within ten seconds").sent(a)
	}
	return found("refused", "2xx for "+s.what, "%s", answerWords(a)).sent(a)
}

// once finds a genuine delivery that was not acknowledged, or of which the
// application was not told exactly once.
func (s clySent) once() Finding {
	if f := s.acknowledged(); f.Code != "" {
		return f
	}
	switch n := len(s.handled); n {
	case 1:
		return Finding{}
	case 0:
		return found("not-handled", s.what+" is handed to the application", "it was not, and the answer was %s", answerWords(s.first())).sent(s.first())
	default:
		return found("handled-again", s.what+" is handed to the application once", "%d times", n).sent(s.last())
	}
}

// clyOnce finds the first of what was sent that was not handled once.
func clyOnce(sent []clySent) Finding {
	for _, s := range sent {
		if f := s.once(); f.Code != "" {
			return f
		}
	}
	return Finding{}
}

// clyRefused finds the first of what was sent that was taken.
func clyRefused(sent []clySent) Finding {
	for _, s := range sent {
		if f := s.refused(); f.Code != "" {
			return f
		}
	}
	return Finding{}
}
