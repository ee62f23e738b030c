package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

func clyOrders() []clyCheck { return []clyCheck{clyOrder01(), clyOrder02(), clyOrder03()} }

// clyPaid is a shop with one order, which is paid and waits to be fulfilled.
func clyPaid(r *clyRun) {
	clyShop(r).Orders.Quiet().Add(cartly.Order{Email: "jane@example.com", TotalCents: 2500, PaymentStatus: "paid"})
}

const clyNote = "called back"

func clyOrder01() clyCheck {
	return clyCheck{
		id: "CLY-ORD-01", title: "a note changes no state",
		clause: "cartly:65", level: must,
		summary: "An update of an order changes its status or adds a note.",
		needs:   []string{"UpdateOrder"},
		after:   clyBase,
		scenes:  []clyScene{{state: clyPaid}},
		drive:   func(r *clyRun) { cly(r).updateOrder(clyNthOrder(r, 0).ID, CartlyOrderChange{AddNote: clyNote}) },
		seen:    asked(cartly.UpdateOrder),
		judge: func(r *clyRun) Finding {
			for _, x := range r.of(cartly.UpdateOrder) {
				for _, name := range []string{"status", "payment_status", "fulfillment_status"} {
					if given := gjson.GetBytes(x.Body, name); given.Exists() && given.Type != gjson.Null {
						return found("status-sent", "the note alone", "%s is %s", name, given.Raw).at(x)
					}
				}
			}
			o := clyNthOrder(r, 0)
			if o.PaymentStatus != "paid" || o.FulfillmentStatus != "unfulfilled" || o.Status != "open" {
				return found("status-changed", "an order that is open, paid and unfulfilled", "%s, %s and %s", o.Status, o.PaymentStatus, o.FulfillmentStatus)
			}
			if o.Note != clyNote {
				return found("note-lost", "the note "+clyNote, "%q", o.Note)
			}
			if f := mustWork(r.nth(0)); f.Code != "" {
				return f
			}
			if got := r.nth(0).clyOrder(); got.ID != o.ID || got.Note != o.Note {
				return found("wrong-record", fmt.Sprintf("order %s with the note %s", o.ID, o.Note), "order %s with the note %q", got.ID, got.Note)
			}
			return Finding{}
		},
		backed: "CLY-ORD-03",
		mutants: []mutant{
			{"a", "sends an empty status along", "status-sent"},
		},
	}
}

func clyOrder02() clyCheck {
	return clyCheck{
		id: "CLY-ORD-02", title: "a note is not added again when the answer is lost",
		clause: "CL-19", level: care,
		summary: "A note is added to the one that is there, so the same request adds it twice.",
		needs:   []string{"UpdateOrder"},
		after:   clyAfter(clyBase, []string{"CLY-ORD-01"}),
		scenes: []clyScene{{
			state:  clyPaid,
			faults: []fake.Fault{fake.NewFault("lost-response").On(cartly.UpdateOrder).Call(1)},
		}},
		drive: func(r *clyRun) { cly(r).updateOrder(clyNthOrder(r, 0).ID, CartlyOrderChange{AddNote: clyNote}) },
		seen:  asked(cartly.UpdateOrder),
		judge: func(r *clyRun) Finding {
			switch n := strings.Count(clyNthOrder(r, 0).Note, clyNote); {
			case n == 0:
				return found("note-lost", "the note", "none")
			case n > 1:
				return found("note-twice", "the note once", "%s", count(n, "time"))
			}
			return clyOutcome(r, r.nth(0))
		},
		mutants: []mutant{
			{"a", "adds the note again", "note-twice"},
		},
	}
}

// clyOutcome finds a call that reports success although no answer told it so.
func clyOutcome(r *clyRun, a *answer) Finding {
	answered := func(x fake.Exchange) bool { return x.Fault == "" }
	if a.err == nil && !slices.ContainsFunc(r.calls, answered) {
		return found("success-unknown", "an error that says that the outcome is unknown, or a look at what is there now", "%s, and no answer came", a.outcome()).of(a)
	}
	return Finding{}
}

func clyOrder03() clyCheck {
	return clyCheck{
		id: "CLY-ORD-03", title: "payment and fulfillment are two states",
		clause: "cartly:65; CL-37", level: care,
		summary: "An order is paid and fulfilled, one after the other, in either order.",
		needs:   []string{"UpdateOrder"},
		after:   clyAfter(clyBase, []string{"CLY-ORD-01"}),
		scenes:  []clyScene{{state: clyPaid}},
		drive: func(r *clyRun) {
			cly(r).updateOrder(clyNthOrder(r, 0).ID, CartlyOrderChange{Fulfillment: "fulfilled"})
		},
		seen: asked(cartly.UpdateOrder),
		judge: func(r *clyRun) Finding {
			if f := mustWork(r.nth(0)); f.Code != "" {
				return f
			}
			o, got := clyNthOrder(r, 0), r.nth(0).clyOrder()
			switch {
			case o.PaymentStatus != "paid" || o.FulfillmentStatus != "fulfilled":
				return found("state-overwritten", "an order that is paid and fulfilled", "%s and %s", o.PaymentStatus, o.FulfillmentStatus)
			case got.Payment != "paid" || got.Fulfillment != "fulfilled":
				return found("state-lost", "paid and fulfilled, for the caller to see", "payment %q, fulfillment %q", got.Payment, got.Fulfillment)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "has one field for both states", "state-lost"},
		},
	}
}
