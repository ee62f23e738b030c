package conformance

import (
	"fmt"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

func clyInventory() []clyCheck {
	return []clyCheck{clyInventory01(), clyInventory02(), clyInventory03()}
}

// clyStocking is what a check of stock comes after.
var clyStocking = clyAfter(clyBase, []string{"CLY-VERB-01"})

func clyInventory01() clyCheck {
	return clyCheck{
		id: "CLY-INV-01", title: "stock is not moved again when the answer is lost",
		clause: "cartly:66; CL-17", level: care,
		summary: "Stock is adjusted. An adjustment that is sent twice counts twice.",
		needs:   []string{"MoveInventory"},
		after:   clyStocking,
		scenes: []clyScene{{
			state:  clyStock,
			faults: []fake.Fault{fake.NewFault("lost-response").On(cartly.AdjustInventory).Call(1)},
		}},
		drive: func(r *clyRun) { cly(r).moveInventory(clyVariant(r), "", -3) },
		seen:  asked(cartly.AdjustInventory),
		judge: func(r *clyRun) Finding {
			switch left := clyShop(r).Levels.All()[0].Available; {
			case left < 7:
				return found("moved-twice", "7 available: 10, and three less", "%d available", left)
			case left > 7:
				return found("not-moved", "7 available: 10, and three less", "%d", left)
			}
			return clyOutcome(r, r.nth(0))
		},
		mutants: []mutant{
			{"a", "moves the stock again", "moved-twice"},
		},
	}
}

func clyInventory02() clyCheck {
	return clyCheck{
		id: "CLY-INV-02", title: "one level changes, by what was asked",
		clause: "cartly:66; CL-39", level: care,
		summary: "The inventory of a variant is a sum over places; what is reserved at one of them is not for sale, and not to be changed.",
		needs:   []string{"SetInventory|MoveInventory"},
		after:   clyStocking,
		scenes: []clyScene{{state: func(r *clyRun) {
			clyStock(r)
			shop := clyShop(r)
			here := shop.Levels.All()[0]
			shop.Levels.Change(here.VariantID, here.LocationID, func(l *cartly.Level) { l.Reserved, l.Incoming = 2, 5 })
			r.kept = shop.AddLocation("Back room")
			shop.Levels.Add(cartly.Level{VariantID: here.VariantID, LocationID: r.kept.(string), Available: 20, Reserved: 2})
		}}},
		drive: func(r *clyRun) {
			u, there := cly(r), r.kept.(string)
			if u.c.MoveInventory != nil {
				u.moveInventory(clyVariant(r), "", -1).is(cartly.AdjustInventory, -1)
				u.moveInventory(clyVariant(r), there, -4).is(there, -4)
			} else {
				u.setInventory(clyVariant(r), "", 9).is(cartly.AdjustInventory, -1)
				u.setInventory(clyVariant(r), there, 16).is(there, -4)
			}
			clyTooMany(u)
		},
		seen: asked(cartly.AdjustInventory),
		judge: func(r *clyRun) Finding {
			if f := firstOf(mustWork(r.nth(0)), mustFail(r.nth(2), "the answer was 422")); f.Code != "" {
				return f
			}
			there := r.kept.(string)
			for _, level := range clyShop(r).Levels.All() {
				want := cartly.Level{VariantID: level.VariantID, LocationID: level.LocationID, Available: 9, Reserved: 2, Incoming: 5}
				if level.LocationID == there {
					want.Available, want.Incoming = 20, 0
					if r.nth(1).err == nil { // a client may know no other place
						want.Available = 16
					}
				}
				if level != want {
					return found("wrong-level", fmt.Sprintf("%+v", want), "%+v", level)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "writes the sum of all places to the first", "wrong-level"},
		},
	}
}

// clyTooMany makes a call that leaves less than nothing.
func clyTooMany(u clyCaller) {
	if u.c.MoveInventory != nil {
		u.moveInventory(clyVariant(u.r), "", -1000)
	} else {
		u.setInventory(clyVariant(u.r), "", -1)
	}
}

func clyInventory03() clyCheck {
	return clyCheck{
		id: "CLY-INV-03", title: "a variant may be gone",
		clause: "cartly:66", level: care,
		summary: "Stock is adjusted by the id of a variant, and those ids change when a product is given other options.",
		needs:   []string{"SetInventory|MoveInventory"},
		after:   clyAfter(clyStocking, []string{"CLY-INV-02"}),
		scenes:  []clyScene{{state: clyStock}},
		drive: func(r *clyRun) {
			u, gone := cly(r), clyVariant(r)
			clyShop(r).RegenerateVariants(clyShop(r).Products.All()[0].ID)
			if u.c.MoveInventory != nil {
				u.moveInventory(gone, "", -3)
			} else {
				u.setInventory(gone, "", 7)
			}
		},
		seen: answeredWith(404, cartly.AdjustInventory),
		judge: func(r *clyRun) Finding {
			if f := atMost(r.wire, cartly.AdjustInventory, attempts); f.Code != "" {
				return f
			}
			a, left := r.nth(0), clyShop(r).Products.All()[0].Variants[0].Inventory
			if a.err == nil && left != 7 {
				return found("no-error", "an error, or the stock of the variant under its new id", "%s, and %d are left of 10", a.outcome(), left).of(a)
			}
			if a.err != nil {
				return mustMiss(r, a, "the variant has another id by now")
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "asks again for ever about a variant that is not there", "runaway"},
		},
	}
}

func clyDiscounts() []clyCheck { return []clyCheck{clyDiscount01()} }

func clyDiscount01() clyCheck {
	return clyCheck{
		id: "CLY-DISC-01", title: "whole percents, and cents",
		clause: "cartly:67", level: care,
		summary: "The document says that discount codes are made; the vendor's help pages count percents as whole numbers and money in cents.",
		needs:   []string{"CreateDiscount"},
		after:   clyAfter(clyBase, []string{"CLY-STAT-01"}),
		scenes:  []clyScene{{state: clyStock}},
		drive: func(r *clyRun) {
			cly(r).createDiscount(CartlyDiscount{Code: "TENPERCENT", Percent: 10})
			cly(r).createDiscount(CartlyDiscount{Code: "TENOFF", AmountCents: 1000})
			cly(r).createDiscount(CartlyDiscount{Code: "TENOFF", AmountCents: 1000})
		},
		seen: asked(cartly.CreateDiscount),
		judge: func(r *clyRun) Finding {
			if f := firstOf(mustWork(r.nth(0)), mustWork(r.nth(1)), mustFail(r.nth(2), "the code is in use")); f.Code != "" {
				return f
			}
			stored := map[string]string{}
			for _, d := range clyShop(r).Discounts.All() {
				stored[d.Code] = fmt.Sprint(d.Type, " ", d.Value)
			}
			for code, want := range map[string]string{"TENPERCENT": "percentage 10", "TENOFF": "fixed_amount 1000"} {
				if stored[code] != want {
					return found("wrong-value", want, "%s", stored[code])
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends 0.1 for 10 percent", "error"},
			{"b", "sends 10 for 10.00", "wrong-value"},
		},
	}
}
