package conformance

import (
	"fmt"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

func clyEvt() []clyCheck {
	return []clyCheck{clyEvt01(), clyEvt02(), clyEvt03(), clyEvt04(), clyEvt05(), clyEvt06(), clyEvt07(), clyEvt08()}
}

// clyTold is what a check about events comes after.
var clyTold = clyAfter(clyReceives, []string{"CLY-HDR-01"})

// clyCauses are changes that bring all documented events about.
func clyCauses(d *clyDesk) []func() {
	var order, other cartly.Order
	var mug cartly.Product
	return []func(){
		func() { order = d.order() },
		func() { d.shop.PayOrder(order.ID) },
		func() { d.shop.FulfillOrder(order.ID) },
		func() { other = d.order() },
		func() { d.shop.CancelOrder(other.ID) },
		func() { mug = d.shop.Products.Add(cartly.Product{Title: "Mug"}) },
		func() { d.shop.Products.Change(mug.ID, func(p *cartly.Product) { p.Title = "Blue Mug" }) },
		func() { d.shop.Customers.Add(cartly.Customer{Email: "jane@example.com"}) },
		func() { d.shop.AbandonCart(d.shop.Carts.Add(cartly.Cart{Email: "jane@example.com"}).ID) },
	}
}

func clyEvt01() clyCheck {
	return clyCheck{
		id: "CLY-EVT-01", title: "the eight events are taken",
		clause: "cartly:33-41", level: must,
		summary: "The document lists eight events that a URL can be subscribed to.",
		needs:   []string{"Receiver"}, after: clyTold,
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyEvents...)
			for _, cause := range clyCauses(d) {
				d.during("an event", cause)
			}
		},
		seen: delivered(clyOrderCreated),
		judge: func(r *clyRun) Finding {
			d := clyAt(r)
			for _, s := range d.sent {
				if f := s.acknowledgedEach(); f.Code != "" {
					return f
				}
			}
			for _, name := range clyEvents {
				sent := len(d.shop.Hooks.Deliveries(name))
				if n := len(clyNamed(d.all(), name)); n != sent || sent == 0 {
					return found("not-handled", fmt.Sprintf("%s %s, each handed to the application", count(sent, "event"), name), "%d", n).sent(d.lastOf(name))
				}
			}
			return Finding{}
		},
		mutants: []mutant{{"a", "does not know cart.abandoned, and answers 400", "refused"}},
	}
}

// acknowledgedEach finds the first attempt that was not answered with 2xx.
func (s clySent) acknowledgedEach() Finding {
	for _, a := range s.attempts {
		if f := (clySent{what: s.what + ": " + a.Topic, attempts: []fake.Attempt{a}}).acknowledged(); f.Code != "" {
			return f
		}
	}
	return Finding{}
}

func clyEvt02() clyCheck {
	return clyCheck{
		id: "CLY-EVT-02", title: "an event that is not known is acknowledged",
		clause: "cartly:2", level: should,
		summary: "The document announces events that its list does not have; five failures in a row switch the hook off.",
		flags:   []string{"UNLISTED_EVENTS"},
		needs:   []string{"Receiver"}, after: clyTold,
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated)
			d.during("an event that is not listed, inventory.updated", func() {
				d.shop.EmitAll("inventory.updated", cartly.Level{VariantID: "var_1", Available: 3})
			})
		},
		seen: func(w *wire) string {
			if w.anyAttempt(func(a fake.Attempt) bool { return clyUnlisted(a) && w.reached(a) }) {
				return ""
			}
			return "a delivery of an event that is not listed; there was none"
		},
		wire: func(w *wire) Finding {
			for _, a := range w.attempts {
				if clyUnlisted(a) {
					return (clySent{what: "an event that is not listed, " + a.Topic, attempts: []fake.Attempt{a}}).acknowledged()
				}
			}
			return Finding{}
		},
		judge: func(r *clyRun) Finding {
			sent := clyAt(r).sent
			for _, h := range sent[0].handled {
				if slices.Contains(clyEvents, h.event.Name) {
					return found("mistaken", sent[0].what+" is ignored, or handed on as what it is", "it was taken for %s", h.event.Name).sent(sent[0].first())
				}
			}
			return Finding{}
		},
		mutants: []mutant{{"a", "answers 500 to an event that it does not know", "refused"}},
	}
}

// clyUnlisted tells whether a genuine delivery is of an event that the document
// does not list.
func clyUnlisted(a fake.Attempt) bool {
	return !slices.Contains(clyEvents, a.Topic) && len(clySignatures(a)) == 1 && !hasFault(a, "bad-signature") && !hasFault(a, "tampered")
}

func clyEvt03() clyCheck {
	return clyCheck{
		id: "CLY-EVT-03", title: "copies and a wrong order break nothing down",
		clause: "cartly:82-86", level: care,
		summary: "Deliveries have no id and no number, so nothing keeps them from coming twice, or in another order.",
		needs:   []string{"Receiver"}, after: clyTold,
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated, "order.updated")
			d.shop.Inject(fake.NewFault("duplicate").Set("times", "2").On("hook:" + clyOrderCreated).Call(1).Optional())
			d.during("an order that is delivered three times", func() { d.order() })
			held, release := d.hold(func() {
				order := d.order()
				d.wait(time.Minute)
				d.shop.PayOrder(order.ID)
			})
			for _, i := range []int{1, 0} {
				if i < len(held) {
					d.send([]string{"order.created after order.updated", "order.updated before order.created"}[i], held[i])
				}
			}
			release()
		},
		seen: both(delivered(clyOrderCreated, "order.updated"), hit("duplicate")),
		judge: func(r *clyRun) Finding {
			for _, s := range clyAt(r).sent {
				if f := s.broke(); f.Code != "" {
					return f
				}
			}
			return Finding{}
		},
		notes: func(r *clyRun) string {
			return "of three copies " + count(len(clyAt(r).sent[0].handled), "event") + " went to the application"
		},
		mutants: []mutant{{"a", "panics on an update of an order that it does not know", "panic"}},
	}
}

func clyEvt04() clyCheck {
	return clyCheck{
		id: "CLY-EVT-04", title: "what is delivered twice is handled once",
		clause: "CL-7; CL-21", level: care,
		summary: "A lost answer brings the same delivery again, and no id tells it from another: its content does.",
		flags:   []string{"DUPLICATES"},
		needs:   []string{"Receiver"}, after: clyTold,
		scenes: []clyScene{
			{name: "the answer is lost", faults: []fake.Fault{fake.NewFault("retry").On("hook:" + clyOrderCreated).Call(1)}},
			{name: "two at one instant", faults: []fake.Fault{fake.NewFault("duplicate").Set("parallel", "yes").On("hook:" + clyOrderCreated).Call(1)}},
		},
		drive: func(r *clyRun) {
			d := clyOpen(r, func(int, CartlyEvent) error { time.Sleep(time.Second); return nil }, clyOrderCreated)
			d.during("an order that is delivered twice", func() { d.order() })
		},
		seen: func(w *wire) string {
			if len(w.attempts) < 2 {
				return "two attempts at one delivery; there were none"
			}
			return delivered(clyOrderCreated)(w)
		},
		judge: func(r *clyRun) Finding {
			s := clyAt(r).sent[0]
			if f := s.acknowledgedBut("the answer was lost"); f.Code != "" {
				return f
			}
			want := 1
			if r.cfg.choices["DUPLICATES"] == "passed-on" {
				want = len(s.attempts)
			}
			switch n := len(s.handled); {
			case n < want:
				return found("not-handled", s.what+" is handed to the application "+count(want, "time"), "%s", count(n, "time")).sent(s.last())
			case n > want:
				return found("handled-again", s.what+" is handed to the application once", "%d times", n).sent(s.last())
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "books each delivery", "handled-again"},
			{"b", "looks up whether it has seen it, and writes that down when it is done", "handled-again"},
		},
	}
}

// acknowledgedBut finds an attempt that was not answered with 2xx, but for those
// whose answer a fault has lost.
func (s clySent) acknowledgedBut(lost string) Finding {
	for _, a := range s.attempts {
		if a.Err == lost && a.Status >= 200 && a.Status <= 299 {
			continue
		}
		if f := (clySent{what: s.what, attempts: []fake.Attempt{a}}).acknowledged(); f.Code != "" {
			return f
		}
	}
	return Finding{}
}

func clyEvt05() clyCheck {
	return clyCheck{
		id: "CLY-EVT-05", title: "what the application failed to handle is not done",
		clause: "CL-9", level: care,
		summary: "Answered with 2xx a delivery never comes again; remembered as seen, its retry is dropped.",
		needs:   []string{"Receiver"}, after: clyTold,
		drive: func(r *clyRun) {
			d := clyOpen(r, func(n int, _ CartlyEvent) error {
				if n == 1 {
					return errClyBusy
				}
				return nil
			}, clyOrderCreated)
			d.during("an order that the application fails to handle at first", func() { d.order() })
		},
		seen: delivered(clyOrderCreated),
		judge: func(r *clyRun) Finding {
			s := clyAt(r).sent[0]
			switch done := clyDone(s.handled); {
			case len(done) == 1:
				return Finding{}
			case len(done) > 1:
				return found("handled-again", s.what+" is handled once", "%d times", len(done)).sent(s.last())
			case len(s.handled) == 0:
				return s.once()
			}
			if a := s.first(); a.Status >= 200 && a.Status <= 299 {
				return found("acknowledged", "another answer than 2xx, or another try at it without being asked", "%s, and that was all", answerWords(a)).sent(a)
			}
			return found("dropped", "the retry goes to the application", "it does not, and is answered with %s", answerWords(s.last())).sent(s.last())
		},
		mutants: []mutant{
			{"a", "writes down that it has seen it before it is handled", "dropped"},
			{"b", "answers 2xx although the application failed", "acknowledged"},
		},
	}
}

func clyEvt08() clyCheck {
	const most = 10
	return clyCheck{
		id: "CLY-EVT-08", title: "a client's own doings do not set it going again",
		clause: "CL-20", level: care,
		summary: "What a client makes through the API comes back to it as an event like any other.",
		needs:   []string{"Receiver", "CreateCustomer"}, after: clyAfter(clyTold, []string{"CLY-CUS-02"}),
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, "customer.created")
			d.during("the event of a customer that the client has made", func() { cly(r).createCustomer(clyJane()) })
		},
		seen: both(delivered("customer.created"), asked(cartly.CreateCustomer)),
		judge: func(r *clyRun) Finding {
			if n := len(r.calls); n > most {
				return found("endless", fmt.Sprintf("at most %s", count(most, "call")), "%d, and no end", n)
			}
			return clyAt(r).sent[0].acknowledged()
		},
		backed:  "CLY-EVT-01",
		mutants: []mutant{{"a", "makes a customer of its own on each customer.created", "runaway"}},
	}
}
