package fake

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The points of a delivery on which faults sit, one on each at most, in the
// order in which a sending passes them.
const (
	leaving   Point = "delivery leaves"
	telling   Point = "delivery tells its event"
	styling   Point = "delivery gets its body"
	signingAt Point = "delivery is signed"
	signedAt  Point = "delivery is signed already"
	posting   Point = "delivery is on the wire"
	judging   Point = "delivery is judged"
)

// parcel is what the faults that hit one sending of a delivery make of it. It is
// decided under the lock, as a call's plan is.
type parcel struct {
	faults []Fault
	points []Point
	by     []*armed // what they come from; nil: Send, or an interceptor

	forged bool                             // not the vendor's
	leave  func(h *Hooks, j *job) bool      // whether it is sent now
	ahead  time.Duration                    // early: how much before the reply
	event  func(e *Event)                   // another event is told
	skew   time.Duration                    // of the time that is signed
	target func(a *Attempt)                 // another method or address
	style  func([]byte, http.Header) []byte // the body, before it is signed
	sign   func(x *signing)                 // the signature
	tamper func([]byte) []byte              // the body, after it was signed
	slow   slowPost
	verify func(a *Attempt) // what the sender makes of the answer
	retry  func(retry int, p Policy, told time.Duration) (pause time.Duration, again bool)
	obeys  string // what of the answer decides about the next attempt, by a fault: "retry-after" or "gone"
	answer *Reply // an interceptor's: nothing is sent
	off    int    // failures in a row that switch the subscription off; 0: the API's own number

	job     *job
	attempt *Attempt
	route   *way
	policy  Policy
	life    context.Context // ends with the server, or a Reset
	sender  net.Addr        // of the connection
	outcome outcome
}

// slowPost is what faults do to a request on its way.
type slowPost struct {
	broken bool // nothing is sent
	cut    bool // only at bytes of the body are sent
	at     int  // -1: half
	chunks int  // slowly: pieces,
	over   time.Duration
	rate   int // bytes a second, instead of over
}

// signing is a signature while it is made.
type signing struct {
	h      *Hooks
	header http.Header
	body   []byte
	at     time.Time
	secret Secret
}

// value is the signature in the API's own form.
func (x *signing) value(secret string, body []byte) string {
	return x.h.api.Sign(secret, x.at, body)
}

func (x *signing) set(values ...string) { x.header[x.h.api.Signed] = values }

// parts takes a signature apart: the digest is the run of hex digits at its end.
func (x *signing) parts() (prefix, digest string) {
	value := x.header[x.h.api.Signed][0]
	prefix = strings.TrimRight(value, "0123456789abcdefABCDEF")
	return prefix, value[len(prefix):]
}

// add puts a fault into the parcel.
func (p *parcel) add(f Fault, k *kind, a *armed) error {
	for i, point := range p.points {
		if point == k.point {
			return fmt.Errorf("faults %s and %s both change the same: what happens when a %s", p.faults[i].Name(), f.Name(), point)
		}
	}
	p.faults, p.points, p.by = append(p.faults, f), append(p.points, k.point), append(p.by, a)
	p.forged = p.forged || k.forged
	already := 0
	if a != nil {
		already = a.fired
	}
	k.hook(p, f, already)
	return nil
}

// tells plans a change of the event that is told, behind those that are planned.
func (p *parcel) tells(change func(*Event)) {
	before := p.event
	p.event = func(e *Event) {
		if before != nil {
			before(e)
		}
		change(e)
	}
}

// withdraw takes a fault back that turned out to make no difference.
func (p *parcel) withdraw(name string) {
	for i, f := range p.faults {
		if f.name != name {
			continue
		}
		if p.by[i] != nil {
			p.by[i].fired--
		}
		p.faults, p.by = append(p.faults[:i:i], p.faults[i+1:]...), append(p.by[:i:i], p.by[i+1:]...)
		return
	}
}

// leaves tells whether the job is sent now.
func (p *parcel) leaves(h *Hooks, j *job) bool { return p.leave == nil || p.leave(h, j) }

// String names the faults as lines of the file format.
func (p *parcel) String() string { return faultLines(p.faults) }

// hit chooses the faults that hit a sending, in the order of arming.
func (h *Hooks) hit(j *job) *parcel {
	p := &parcel{}
	h.hitFurther(j, p)
	return p
}

// hitFurther adds what is armed to the faults of a sending.
func (h *Hooks) hitFurther(j *job, p *parcel) {
	h.intercepted(j, p)
	for _, a := range h.s.armed {
		if a.kind.hook == nil || a.kind.early || !a.hitsDelivery(h, j) {
			continue
		}
		if p.add(a.fault, a.kind, a) == nil {
			a.hit(h.s.clock.now())
		}
	}
}

// hitsDelivery decides whether the fault hits a sending, and counts it.
func (a *armed) hitsDelivery(h *Hooks, j *job) bool {
	d := j.d
	if a.disarmed || a.trigger.topics == nil && a.trigger.on != nil || !fitsTopic(a.trigger.topics, d.Topic) {
		return false
	}
	if a.kind.point == leaving && !j.first || a.kind.picks != nil && !a.kind.picks(h, a.fault, j) {
		return false
	}
	for _, when := range a.trigger.when {
		json := d.Body
		if path, state := strings.CutPrefix(when.Path, "state:"); state {
			when.Path, json = path, h.s.snapshot()
		}
		if !when.Holds(json) {
			return false
		}
	}
	return a.due(h.s, &occasion{
		op:   "hook:" + d.Topic,
		same: func() uint64 { return hashed(fmt.Sprint(d.Seq)) },
		like: func() uint64 { return hashed(d.Subscription, d.Topic, string(d.Body)) },
	})
}

// selects checks a selector of a fault that is about deliveries.
func (h *Hooks) selects(text string) error {
	topic, is := strings.CutPrefix(text, "hook:")
	if !is {
		return fmt.Errorf("%q: this fault is about deliveries; want hook:TOPIC", text)
	}
	topics := h.api.Topics()
	if !slices.ContainsFunc(topics, func(t string) bool { return glob(topic, t) }) {
		return fmt.Errorf("%q is no event of this API%s; it has %s", text, didYouMean(topic, topics), strings.Join(topics, ", "))
	}
	return nil
}

// overtaken lets those go on that waited for this delivery to leave before them.
func (h *Hooks) overtaken(j *job) {
	if j.copy > 0 || len(h.passed) == 0 {
		return
	}
	var now []*job
	h.passed = slices.DeleteFunc(h.passed, func(o *job) bool {
		goes := o.d != j.d && o.d.Subscription == j.d.Subscription && glob(o.after, j.d.Topic)
		if goes {
			now = append(now, o)
		}
		return goes
	})
	if len(now) > 0 {
		h.queue = append(now, h.queue...)
	}
}

// early tells whether a fault puts a delivery before the reply of its call.
func (h *Hooks) early(j *job) bool {
	p := &parcel{}
	for _, a := range h.s.armed {
		if a.kind.early && a.hitsDelivery(h, j) && p.add(a.fault, a.kind, a) == nil {
			a.fired++
		}
	}
	if len(p.faults) == 0 {
		return false
	}
	h.hitFurther(j, p)
	j.parcel = p
	return true
}

// revoked tells whether a fault has ended the deliveries with the credentials.
func (h *Hooks) revoked() bool {
	for _, a := range h.s.armed {
		if a.fault.name == "revoked" && a.fault.Get("hooks") == "off" && a.fired > 0 {
			return true
		}
	}
	return false
}

// intercepted runs the interceptors of the point Sending.
func (h *Hooks) intercepted(j *job, p *parcel) {
	var c *Call
	for _, i := range h.s.interceptors {
		if i.point != Sending {
			continue
		}
		if c == nil {
			c = h.asCall(j, p)
		}
		i.do(c)
	}
	if c != nil && c.answered {
		p.answer = c.reply
	}
}

// asCall is a sending of a delivery as an interceptor sees it.
func (h *Hooks) asCall(j *job, p *parcel) *Call {
	d := j.d
	to, err := url.Parse(d.URL)
	if err != nil {
		to = &url.URL{}
	}
	request := &http.Request{Method: http.MethodPost, URL: to, RequestURI: to.RequestURI(), Host: to.Host, Header: h.api.Header(d.Delivery, h.s.clock.now())}
	return &Call{
		Seq: d.Call, Op: d.Topic, Request: request, Body: slices.Clone(d.Body), Caller: Caller{Key: d.Subscription, Tenant: d.Tenant},
		s: h.s, entry: &entry{}, parcel: p,
	}
}
