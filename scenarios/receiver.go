package scenarios

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/tidwall/gjson"
)

// Receiver gives the story the program under test: its handler of deliveries,
// called in the process for every address that a hook line names, and for all
// below https://hooks.example.com. An address on a loopback port is called there;
// where all are, the handler may be nil. The deliveries that are due leave before
// Receiver returns; later ones when the steps before them are done, which Settle
// waits for.
func (r *Run) Receiver(h http.Handler) {
	r.tb.Helper()
	if !r.prog.api.hooks {
		r.tb.Fatalf("scenarios: %s: %s sends no deliveries, so there is nothing to receive", r.prog.file, r.prog.api.name)
		return
	}
	r.mu.Lock()
	r.handler = h
	r.mu.Unlock()
	r.Fake().Locked(func() { r.story.received = true })
	if !r.prog.held {
		r.release()
	}
	r.act(false)
}

// OnRotate tells the program under test of a new secret: f is called when a
// rotate step is carried out, before the first delivery that is signed with it.
// For overlap after that, deliveries signed with the old secret are to be taken
// too. It is set before Receiver.
func (r *Run) OnRotate(f func(secret string, overlap time.Duration)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onRotate = f
}

// hookOptions give the fake the secret of the file. The run tells of deliveries
// that were never claimed, with their places, so the fake need not.
func (r *Run) hookOptions() []fake.Option {
	if !r.prog.api.hooks {
		return nil
	}
	secret := "hook"
	if len(r.prog.hooks) > 0 {
		secret = r.prog.hooks[0].secret.alone().name
	}
	return []fake.Option{r.prog.api.hookSecret(r.Secret(secret)), fake.Allow("unclaimed-delivery")}
}

// subscribe puts the receivers in their places, with their subscriptions. What
// is to leave waits until there is a handler.
func (r *Run) subscribe() {
	if !r.prog.api.hooks {
		return
	}
	hooks := r.Fake().Hooks
	r.release = hooks.Hold()
	hooks.Receive(receiverHost, http.HandlerFunc(r.receive))
	r.outside = len(r.prog.hooks) == 0
	for _, h := range r.prog.hooks {
		if r.outside = r.outside || h.none || h.loopback(); !h.loopback() {
			hooks.Receive(h.url, http.HandlerFunc(r.receive))
		}
		if !h.none {
			hooks.ToURL(h.url, h.topics...)
		}
	}
}

// loopback tells whether a receiver listens on a port of this machine.
func (h *hook) loopback() bool {
	u, err := url.Parse(h.url)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// underWay tells whether a delivery is on the wire that the run does not see.
func (r *Run) underWay() bool {
	return r.outside && slices.ContainsFunc(r.Fake().Hooks.Attempts(), func(a fake.Attempt) bool { return a.Verdict == fake.UnderWay })
}

// receive passes a delivery on to the program under test.
func (r *Run) receive(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	h := r.handler
	r.mu.Unlock()
	if h == nil { // the test sends by hand
		http.Error(w, "nobody receives: the test calls Run.Receiver", http.StatusServiceUnavailable)
		return
	}
	r.gate.receive(func() { h.ServeHTTP(w, req) })
}

func (r *Run) rotate(a *action) {
	name := a.secret.alone().name
	secret := r.Secret(name)
	r.started.rotate(secret)
	r.mu.Lock()
	tell := r.onRotate
	r.rotated = a
	r.mu.Unlock()
	if tell != nil {
		r.gate.receive(func() { tell(secret, a.by) })
	}
}

// deliver sends what a step wants to be sent, and compares the answers.
func (r *Run) deliver(i int, d *deliver) {
	hooks := r.Fake().Hooks
	before := len(hooks.Attempts())
	release := func() {}
	if !r.prog.held {
		release = hooks.Hold() // until it is this delivery's turn
	}
	defer release()
	list, err := r.deliveries(d)
	if err != nil {
		r.problem(fmt.Sprintf("%s: %s: %v", d.at, d.text, err))
		return
	}
	r.mu.Lock()
	r.sent[d] = list
	r.mu.Unlock()
	for _, one := range list {
		r.gate.receive(func() { hooks.Send(one, d.faults...) })
	}
	if d.section != nil {
		r.withdraw(list)
	}
	var wrong *fake.Attempt
	var answered []string
	for _, a := range hooks.Attempts()[before:] {
		if !slices.ContainsFunc(list, func(one fake.Delivery) bool { return one.Seq == a.Delivery }) {
			continue
		}
		answered = append(answered, statusText(a.Status))
		if wrong == nil && !d.answer.fits(a.Status) {
			wrong = &a
		}
	}
	if answered == nil { // a fault has swallowed it
		answered = []string{"none"}
		if !d.answer.fits(0) {
			wrong = &fake.Attempt{Delivery: list[0].Seq, At: r.Fake().Now(), Verdict: fake.Failed, Err: "it never left"}
		}
	}
	var phase phaseCount
	r.Fake().Locked(func() {
		phase = r.story.countPhase(d.phase)
		r.story.done[i].answered = answered
	})
	if wrong != nil {
		r.problem(r.misanswered(d, *wrong, phase))
	}
}

// withdraw takes back what is still to be sent although its step has sent it: the
// step made it for the sake of a forgery, and no vendor stands behind it.
func (r *Run) withdraw(list []fake.Delivery) {
	hooks := r.Fake().Hooks
	for _, waiting := range hooks.Pending() {
		if slices.ContainsFunc(list, func(one fake.Delivery) bool { return one.Seq == waiting.Seq }) {
			hooks.Send(waiting, fake.NewFault("dropped"))
		}
	}
}

// deliveries are what a step sends: those of the step before that it repeats, the
// one that is held, or new ones.
func (r *Run) deliveries(d *deliver) ([]fake.Delivery, error) {
	switch {
	case d.again != nil:
		r.mu.Lock()
		defer r.mu.Unlock()
		if list := r.sent[d.again]; list != nil {
			return list, nil
		}
		return nil, fmt.Errorf("it was never sent, see line %d", d.again.at.line)
	case d.section == nil:
		return r.claim(d)
	}
	return r.emit(d)
}

// claim takes the first delivery of a topic that the fake has made by itself.
func (r *Run) claim(d *deliver) ([]fake.Delivery, error) {
	held := r.Fake().Hooks.Pending()
	for _, one := range held {
		if one.Topic == d.topic && len(one.Attempts) == 0 {
			return []fake.Delivery{one}, nil
		}
	}
	if len(held) == 0 {
		return nil, fmt.Errorf("the fake holds no delivery")
	}
	var names []string
	for _, one := range held {
		names = append(names, deliveryName(one))
	}
	return nil, fmt.Errorf("the fake holds no such delivery, only %s", strings.Join(names, ", "))
}

// emit lets the fake tell of the record that the step names. A record changes
// nothing in the state.
func (r *Run) emit(d *deliver) ([]fake.Delivery, error) {
	s := r.Fake()
	now := s.Now()
	var body []byte
	s.Locked(func() {
		r.story.vals.now = now
		body = r.story.body(d)
	})
	e := fake.Event{Topic: d.topic}
	if !d.raw {
		var err error
		if e, err = r.started.event(d.topic, body); err != nil {
			return nil, fmt.Errorf("section %s: %w", d.section.name, err)
		}
	} else {
		e.Body = body
	}
	e.Tenant = r.started.tenant
	last := 0
	for _, one := range s.Hooks.Deliveries() {
		last = one.Seq
	}
	s.Locked(func() {
		if e.At = now; !d.raw && d.style != "compact" {
			e.Body = respell(s.API().Hooks.Render(e), d.style)
		}
		s.Hooks.Emit(e)
	})
	var made []fake.Delivery
	for _, one := range s.Hooks.Deliveries(d.topic) {
		if one.Seq > last && one.Call == 0 {
			made = append(made, one)
		}
	}
	if made == nil {
		return nil, fmt.Errorf("no active subscription asks for it")
	}
	return made, nil
}

// body renders the section of a delivery.
func (st *story) body(d *deliver) []byte {
	switch d.section.kind() {
	case "json":
		style := d.style
		if !d.raw {
			style = "as-is" // it is to be read, not to be sent
		}
		return renderJSON(d.section.body, st.vals, style)
	case "b64":
		return bytes.Clone(d.section.body)
	}
	return renderText(d.section.body, st.vals)
}

// deliveryName tells which delivery it is: "order.updated ord_7".
func deliveryName(d fake.Delivery) string {
	for _, path := range []string{"data.id", "id"} {
		if id := gjson.GetBytes(d.Body, path); id.Exists() {
			return d.Topic + " " + id.String()
		}
	}
	return d.Topic
}

// unclaimed are the deliveries that wait at the end: held, and sent by no step.
func (r *Run) unclaimed() []string {
	if !r.prog.api.hooks {
		return nil
	}
	var texts []string
	at := r.prog.heldAt
	for _, d := range r.Fake().Hooks.Pending() {
		switch {
		case len(d.Attempts) > 0:
		case r.prog.held:
			texts = append(texts, fmt.Sprintf("%s: delivery never claimed: %s%s", at, deliveryName(d), causedBy(d)))
		default:
			texts = append(texts, fmt.Sprintf("%s: delivery never sent: %s%s (nobody receives it: the test calls Run.Receiver)", r.prog.file, deliveryName(d), causedBy(d)))
		}
	}
	return texts
}

func causedBy(d fake.Delivery) string {
	if d.Call == 0 {
		return ""
	}
	return fmt.Sprintf(", caused by request #%d", d.Call)
}

// tally counts what a receiver has answered.
type tally struct{ accepted, refused, failed int }

func (n tally) json(receiver string) []byte {
	return fmt.Appendf(nil, `{%q:{"accepted":%d,"refused":%d,"failed":%d}}`, receiver, n.accepted, n.refused, n.failed)
}

func (n tally) String() string {
	return fmt.Sprintf("%d accepted, %d refused, %d failed", n.accepted, n.refused, n.failed)
}

// counts are the answers of one receiver so far: 2xx, 4xx, all else.
func (r *Run) counts(receiver string) tally {
	var n tally
	for _, a := range r.Fake().Hooks.Attempts() {
		switch {
		case a.Verdict == fake.UnderWay || r.receiverOf(a.URL) != receiver:
		case a.Status >= 200 && a.Status < 300:
			n.accepted++
		case a.Status >= 400 && a.Status < 500:
			n.refused++
		default:
			n.failed++
		}
	}
	return n
}

// receiverOf tells who is at an address: by its hook line, else the first of all.
func (r *Run) receiverOf(address string) string {
	for _, h := range r.prog.hooks {
		if address == h.url {
			return h.receiver
		}
	}
	if len(r.prog.hooks) == 0 {
		return ""
	}
	return r.prog.hooks[0].receiver
}
