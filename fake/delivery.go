package fake

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Delivery is one event on its way to one subscription, as a test sees it: a
// copy.
type Delivery struct {
	Seq          int    // from 1, in the order of creation
	Call         int    // Seq of the exchange that caused it; 0: the test did, or time
	Topic        string // "order.created"
	At           time.Time
	Tenant       any    // of the event
	Subscription string // id
	URL          string // of the subscription, when the event happened
	Body         []byte // as rendered when the event happened
	State        DeliveryState
	Due          time.Time // when it is sent, where it waits for the clock; else zero
	Copy         int       // where a fault repeats a delivery and Header is asked: which copy this is, from 1; else 0
	Attempts     []Attempt
}

// A DeliveryState says what has become of a delivery.
type DeliveryState string

// The states of a delivery.
const (
	Pending   DeliveryState = "pending"   // it will be sent, or sent again
	Delivered DeliveryState = "delivered" // an attempt had an answer of 2xx
	Exhausted DeliveryState = "exhausted" // given up after the last retry
	Dropped   DeliveryState = "dropped"   // its subscription is gone or off, or a fault swallowed it
	Withheld  DeliveryState = "withheld"  // for an address to which nothing is sent; see Hooks.Receive
)

// An Attempt is one sending of a delivery. A test gets copies.
type Attempt struct {
	Delivery int       // Seq of the delivery
	Number   int       // of its sendings, from 1
	Topic    string    // as sent: a fault may name another
	At       time.Time // when it was sent
	End      time.Time // when its answer came, or it failed; zero: it is under way
	Method   string
	URL      string
	Header   http.Header // as sent
	Body     []byte      // as sent
	Status   int         // of the answer; 0: none came
	Answer   []byte      // what was read of the answer's body
	Err      string      // why no answer came: "timeout", "connection refused", "the receiver panicked: …"
	Verdict  Verdict
	Fault    string // the faults that hit it, as lines of the file format, joined by "; "
}

// A Verdict is what the sender makes of an attempt.
type Verdict string

// The verdicts.
const (
	UnderWay  Verdict = "under way"
	Succeeded Verdict = "succeeded"
	Failed    Verdict = "failed"
)

// delivery is a Delivery as the plane keeps it, under the server's lock.
type delivery struct {
	Delivery
	event    Event
	sub      Subscription // as last seen
	cause    *Call        // whose reply goes first; nil: it may leave
	attempts []*Attempt   // never changed once they have a verdict
	failed   int          // attempts that failed and were no copies
	timer    *timer       // of what it waits for
}

// copy is the delivery as a test gets it.
func (d *delivery) copy() Delivery {
	c := d.Delivery
	c.Body = slices.Clone(c.Body)
	for _, a := range d.attempts {
		c.Attempts = append(c.Attempts, a.copy())
	}
	return c
}

func (a *Attempt) copy() Attempt {
	c := *a
	c.Header = c.Header.Clone()
	c.Body, c.Answer = slices.Clone(c.Body), slices.Clone(c.Answer)
	return c
}

// Deliveries are all deliveries in the order of creation, or those of some
// topics, in which * stands for any text. KeepJournal bounds how many are kept.
func (h *Hooks) Deliveries(topics ...string) []Delivery {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	h.prune()
	var list []Delivery
	for _, d := range h.kept() {
		if fitsTopic(topics, d.Topic) {
			list = append(list, d.copy())
		}
	}
	return list
}

// Pending are the deliveries that can leave and do not, in their order: those
// that Hold holds, retries whose time has come included.
func (h *Hooks) Pending() []Delivery {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	h.prune()
	var list []Delivery
	for _, j := range h.queue {
		list = append(list, j.d.copy())
	}
	return list
}

// Attempts are all attempts in the order of sending, or those of some topics, as
// in Deliveries.
func (h *Hooks) Attempts(topics ...string) []Attempt {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	var list []Attempt
	for _, a := range last(h.attempts, h.s.opt.keep) {
		if fitsTopic(topics, a.Topic) {
			list = append(list, a.copy())
		}
	}
	return list
}

func fitsTopic(topics []string, topic string) bool {
	return len(topics) == 0 || slices.ContainsFunc(topics, func(t string) bool { return glob(t, topic) })
}

// last are the last n of a list, all where n is below 0.
func last[T any](list []T, n int) []T {
	if n < 0 || len(list) <= n {
		return list
	}
	return list[len(list)-n:]
}

// kept are the deliveries that are shown: those that are not over, and of the
// others as many as KeepJournal keeps.
func (h *Hooks) kept() []*delivery {
	keep := h.s.opt.keep
	if keep < 0 || len(h.list) <= keep {
		return h.list
	}
	over := 0
	for _, d := range h.list {
		if d.State != Pending {
			over++
		}
	}
	return slices.DeleteFunc(slices.Clone(h.list), func(d *delivery) bool {
		if d.State == Pending || over <= keep {
			return false
		}
		over--
		return true
	})
}

// forgetOld drops what a ring no longer shows.
func (h *Hooks) forgetOld() {
	keep := h.s.opt.keep
	if keep < 0 {
		return
	}
	if len(h.attempts) > 2*keep+mostNotes {
		h.attempts = slices.Clone(last(h.attempts, keep))
	}
	if len(h.list) > 2*max(keep, h.open)+mostNotes {
		h.list = h.kept()
		h.open = len(h.list)
	}
}

// text is the list of deliveries, one line each, for a test that fails.
func (h *Hooks) text(m *masks) string {
	var b strings.Builder
	for _, d := range h.kept() {
		fmt.Fprintf(&b, "%-4d %s %s -> %s  %s\n", d.Seq, d.At.Format("15:04:05.000"), d.Topic, m.text(d.URL), d.State)
		for _, a := range d.attempts {
			outcome := m.text(a.Err)
			if a.Status != 0 {
				outcome = strings.TrimSpace(fmt.Sprintf("%d %s", a.Status, outcome))
			}
			fmt.Fprintf(&b, "     %s attempt %d: %s, %s", a.At.Format("15:04:05.000"), a.Number, outcome, a.Verdict)
			if a.Fault != "" {
				b.WriteString(", fault " + m.text(a.Fault))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}
