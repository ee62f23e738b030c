package scenarios

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/fake"
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
	if r.rec != nil {
		r.rec.receiver(h)
		return
	}
	r.mu.Lock()
	r.handler = h
	r.mu.Unlock()
	r.Fake().Hooks.Receive(receiverHost, http.HandlerFunc(r.receive))
	r.Fake().Locked(func() { r.story.received = true })
	if !r.prog.held && r.release != nil {
		r.release()
	}
	r.act(false)
}

// OnRotate tells the program under test of a new secret: f is called when a
// rotate step is carried out, before the first delivery that is signed with it.
// For overlap after that, deliveries signed with the old secret are to be taken
// too. It is set before Receiver. A recording rotates nothing.
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
	r.outside = len(r.prog.hooks) == 0
	if r.outside && !r.prog.held { // what the test does with deliveries is its own business
		return
	}
	r.release = hooks.Hold()
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
