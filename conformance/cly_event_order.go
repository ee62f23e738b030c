package conformance

import (
	"context"
	"errors"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// errClyBusy is what the application of a check fails with.
var errClyBusy = errors.New("the application is busy")

// known asks the client what it holds of an order.
func (d *clyDesk) known(id string) {
	cly(d.r).ask("Known", func(context.Context) (any, error) {
		order, known := d.r.client.Known(id)
		return clyKnown{order, known}, nil
	})
}

type clyKnown struct {
	order CartlyOrder
	known bool
}

// clyHolds finds an order of which the client does not hold what the shop has.
func clyHolds(r *clyRun) Finding {
	all := r.all()
	if len(all) == 0 {
		return Finding{}
	}
	k, _ := all[len(all)-1].value.(clyKnown)
	want := clyNthOrder(r, 0)
	switch {
	case !k.known:
		return found("unknown", "the client knows the order", "it does not").sent(clyAt(r).lastOf(""))
	case k.order.Status != want.Status, k.order.Payment != want.PaymentStatus, k.order.Fulfillment != want.FulfillmentStatus:
		return found("outdated", "an order that is "+want.Status+", "+want.PaymentStatus+" and "+want.FulfillmentStatus,
			"%s, %s and %s", k.order.Status, k.order.Payment, k.order.Fulfillment).sent(clyAt(r).lastOf(""))
	}
	return Finding{}
}

func clyEvt06() clyCheck {
	return clyCheck{
		id: "CLY-EVT-06", title: "events are taken in any order",
		clause: "cartly:34-37; CL-21", level: care,
		summary: "One change of an order may send two events, and a retry comes after what happened later.",
		needs:   []string{"Receiver", "Known"}, after: clyTold,
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated, "order.updated", "order.fulfilled")
			var id string
			held, release := d.hold(func() {
				id = d.order().ID
				d.wait(time.Minute)
				d.shop.FulfillOrder(id)
			})
			for _, i := range []int{2, 0, 1} { // created, updated, fulfilled
				if i < len(held) {
					d.send(held[i].Topic+", out of its order", held[i])
				}
			}
			release()
			d.known(id)
		},
		seen: delivered(clyOrderCreated, "order.updated", "order.fulfilled"),
		judge: func(r *clyRun) Finding {
			d := clyAt(r)
			for _, s := range d.sent {
				if f := s.acknowledged(); f.Code != "" {
					return f
				}
			}
			for _, name := range []string{"order.fulfilled", "order.updated", clyOrderCreated} {
				switch n := len(clyNamed(d.all(), name)); {
				case n > 1:
					return found("handled-again", name+" is handed to the application once", "%d times", n).sent(d.lastOf(name))
				case n == 0 && name == "order.fulfilled":
					return found("not-handled", name+" is handed to the application", "it is not").sent(d.lastOf(name))
				}
			}
			return clyHolds(r)
		},
		mutants: []mutant{{"a", "fails on an order that it does not know", "refused"}},
	}
}

func clyEvt07() clyCheck {
	return clyCheck{
		id: "CLY-EVT-07", title: "an old payload does not undo what is newer",
		clause: "CL-21", level: care,
		summary: "The body of a retry is the one of the first attempt, whatever has happened since.",
		needs:   []string{"Receiver", "Known"}, after: clyTold,
		scenes: []clyScene{{faults: []fake.Fault{
			fake.NewFault("overtake").Set("by", "retry").On("hook:" + clyOrderCreated).Call(1),
		}}},
		drive: func(r *clyRun) {
			d := clyOpen(r, nil, clyOrderCreated, "order.updated")
			d.during("order.created, whose first attempt comes to nothing", func() {
				id := d.order().ID
				time.Sleep(500 * time.Millisecond)
				d.shop.PayOrder(id)
				d.wait(time.Minute)
				d.known(id)
			})
		},
		seen:    delivered(clyOrderCreated, "order.updated"),
		judge:   clyHolds,
		mutants: []mutant{{"a", "takes the payload for the truth", "outdated"}},
	}
}
