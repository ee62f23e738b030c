package fake

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Hooks are the deliveries of a server: the web hooks that its API sends.
// Events queue in the order of the changes and leave one at a time: those of a
// call after its reply, those of a change that a test makes before it returns.
// Where an attempt is under way already, a change only queues, and whoever is
// sending goes on with it: so a receiver that uses the fake never waits for
// itself; only Settle, Advance, Send and release of Hold are not for receivers.
//
// Nothing leaves the machine. What is sent goes to a receiver of the test, in
// the process, or to a loopback address; anything else is withheld.
type Hooks struct {
	s   *Server
	api *HookAPI // nil: this API sends none

	dial func(ctx context.Context, network, addr string) (net.Conn, error)
	home receivers

	// under the server's lock
	list     []*delivery
	open     int // deliveries that were kept when old ones were last forgotten
	seq      int
	attempts []*Attempt
	queue    []*job // what may leave, in the order of the changes
	passed   []*job // what a fault lets others overtake
	holds    int
	underway int     // attempts on the wire
	sender   *sender // who sends the queue; nil: nobody
	failures map[string]int
	invented int // addresses made by To
	life     context.Context
	end      context.CancelFunc
}

// job is one sending of a delivery that is to leave.
type job struct {
	d      *delivery
	first  bool    // nothing of the delivery has left, and no fault has put it off
	copy   int     // number of a further copy, 0: the delivery itself
	parcel *parcel // what faults make of it, where that is decided
	replay bool    // the first attempt once more, byte for byte
	with   []*job  // leave at the same instant
	then   []*job  // leave next
	after  string  // topics of which one has to leave before
	id     string  // of a copy, as the fault duplicate says
	asked  bool    // by Send: Hold does not hold it
}

func newHooks(s *Server) *Hooks {
	h := &Hooks{s: s, api: s.api.Hooks, dial: (&net.Dialer{}).DialContext}
	h.home.s = s
	if a := h.api; a != nil && (a.Topics == nil || a.Subscribe == nil || a.Subscribed == nil || a.Find == nil || a.Switch == nil ||
		a.Render == nil || a.Header == nil || a.Signed == "" || a.Secret == nil || a.Sign == nil || a.Policy == nil) {
		panic("fake: " + s.api.Name + ": Hooks needs all of its functions but Gone")
	}
	return h
}

// forget breaks off and forgets all deliveries, and what tests have set up.
func (h *Hooks) forget() {
	if h.api == nil {
		return
	}
	if h.end != nil {
		h.end()
	}
	h.life, h.end = context.WithCancel(h.s.life)
	h.list, h.open, h.seq, h.attempts, h.queue, h.passed = nil, 0, 0, nil, nil, nil
	h.holds, h.invented, h.failures = 0, 0, map[string]int{}
	h.home.forget()
}

// usable stops a test that wants deliveries of an API without any.
func (h *Hooks) usable(verb string) {
	h.s.tb.Helper()
	h.s.enter()
	if h.api == nil {
		h.s.Mistake("Hooks.%s: this API sends no deliveries", verb)
	}
}

// To subscribes a receiver in the process to some events of the first tenant, or
// to all that the API names. It gives the id of the subscription, whose address
// is https://hooks.example.com/1, the next one's /2.
func (h *Hooks) To(receiver http.Handler, topics ...string) (id string) {
	h.s.tb.Helper()
	h.usable("To")
	h.s.mu.Lock()
	h.invented++
	url := "https://hooks.example.com/" + strconv.Itoa(h.invented)
	h.s.mu.Unlock()
	h.Receive(url, receiver)
	return h.ToURL(url, topics...)
}

// ToURL subscribes an address to some events of the first tenant, or to all that
// the API names. Where it is not a loopback address and has no receiver
// (Receive), deliveries to it are withheld.
func (h *Hooks) ToURL(url string, topics ...string) (id string) {
	h.s.tb.Helper()
	h.usable("ToURL")
	h.s.mu.Lock()
	defer h.s.unlock()
	if len(topics) == 0 {
		topics = h.api.Topics()
	}
	id, err := h.api.Subscribe(url, slices.Clone(topics))
	if err != nil {
		h.s.tb.Helper()
		h.s.Mistake("Hooks: %v", err)
	}
	return id
}

// Hold makes deliveries queue instead of leaving; Pending lists them, Send sends
// one. One that is never sent is a mistake in the findings. release sends what
// is left, in order; Hold twice takes two calls of release.
func (h *Hooks) Hold() (release func()) {
	h.s.tb.Helper()
	h.usable("Hold")
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	h.holds++
	life := h.life
	return sync.OnceFunc(func() {
		h.s.mu.Lock()
		defer h.s.unlock()
		if h.life == life { // else a Reset has released it
			h.holds--
		}
	})
}

// Enable switches a subscription on again, and its count of failures begins
// anew. An unknown id is a mistake of the test.
func (h *Hooks) Enable(id string) {
	h.s.tb.Helper()
	h.usable("Enable")
	h.s.mu.Lock()
	defer h.s.unlock()
	if _, there := h.api.Find(id); !there {
		h.s.tb.Helper()
		h.s.Mistake("Hooks.Enable: there is no subscription %q", id)
		return
	}
	delete(h.failures, id)
	h.api.Switch(id, true)
}

// Emit tells the subscribers of an event. It is for API packages, and is called
// under the server's lock: in a handler, in Spec.Changed, in a function of Due
// or in Locked.
func (h *Hooks) Emit(e Event) {
	s := h.s
	if h.api == nil {
		panic("fake: " + s.api.Name + ": an event without API.Hooks")
	}
	if e.At.IsZero() {
		e.At = s.clock.now()
	}
	body := e.Body
	for _, sub := range h.api.Subscribed(e) {
		if body == nil {
			body = h.api.Render(e)
		}
		h.seq++
		d := &delivery{event: e, sub: sub, cause: s.acting, Delivery: Delivery{
			Seq: h.seq, Topic: e.Topic, At: e.At, Tenant: e.Tenant, Subscription: sub.ID, URL: sub.URL, Body: body, State: Pending,
		}}
		h.forgetOld()
		h.list = append(h.list, d)
		h.enqueue(d)
	}
}

// enqueue lines a new delivery up, behind the reply of the call that caused it.
func (h *Hooks) enqueue(d *delivery) {
	if h.revoked() {
		d.State = Dropped
		return
	}
	j := &job{d: d, first: true}
	if c := d.cause; c != nil {
		d.Call = c.Seq
		c.caused = append(c.caused, d)
		if h.holds == 0 && h.early(j) {
			d.cause = nil
			c.early = append(c.early, j)
			return
		}
	}
	h.queue = append(h.queue, j)
}

// sendable tells whether something may leave now.
func (h *Hooks) sendable() bool { return h.nextPlace() >= 0 }

// nextPlace is where the next job is, -1 for none: the first in the order of the
// changes. One whose reply is being sent holds up those behind it; one whose
// call waits for the clock does not.
func (h *Hooks) nextPlace() int {
	for i, j := range h.queue {
		switch {
		case h.holds > 0 && !j.asked:
		case j.d.cause == nil:
			return i
		case !j.d.cause.waits():
			return -1
		}
	}
	return -1
}

// waits tells whether the reply takes time on the clock.
func (c *Call) waits() bool { return c.entry.held || c.plan.wire.slow() }

// replied lets the events of a call leave.
func (h *Hooks) replied(c *Call) {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	h.release(c)
}

func (h *Hooks) release(c *Call) {
	for _, d := range c.caused {
		d.cause = nil
	}
	h.start()
}

// prune drops what waits for subscriptions that are gone or off.
func (h *Hooks) prune() {
	gone := func(j *job) bool {
		d := j.d
		if d.State == Pending && !h.listens(d) {
			h.drop(d)
		}
		return d.State == Dropped
	}
	h.queue = slices.DeleteFunc(h.queue, gone)
	h.passed = slices.DeleteFunc(h.passed, gone)
	for _, d := range h.list {
		if d.timer != nil && d.State == Pending && !h.listens(d) {
			h.drop(d)
		}
	}
}

// listens tells whether the subscription of a delivery is there and on.
func (h *Hooks) listens(d *delivery) bool {
	sub, there := h.api.Find(d.Subscription)
	if there {
		d.sub = sub
	}
	return there && sub.Active
}

// drop ends a delivery that waits.
func (h *Hooks) drop(d *delivery) {
	d.State = Dropped
	h.rest(d)
}

// rest takes back what a delivery waits for.
func (h *Hooks) rest(d *delivery) {
	if d.timer != nil {
		h.s.clock.cancel(d.timer)
	}
	d.timer, d.Due = nil, time.Time{}
}

// unclaimed finds the deliveries that were put off and never sent.
func (h *Hooks) unclaimed() {
	if h.api == nil {
		return
	}
	h.prune()
	for _, list := range []struct {
		jobs []*job
		why  string
	}{{h.queue, "was held and never sent"}, {h.passed, "waited to be overtaken, and no delivery came"}} {
		for _, j := range list.jobs {
			if d := j.d; len(d.attempts) == 0 && d.State == Pending && (h.holds > 0 || j.parcel != nil) {
				h.s.found(Finding{
					Call: d.Call, Kind: "unclaimed-delivery", Mistake: true,
					Detail: fmt.Sprintf("%s to %s %s", d.Topic, d.URL, list.why),
				})
			}
		}
	}
}
