package conformance

import (
	"fmt"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

func flpPoly() []flpCheck { return []flpCheck{flpPoly01(), flpPoly02(), flpPoly03(), flpPoly04()} }

func flpPoly01() flpCheck {
	return flpCheck{
		id: "FLP-POLY-01", title: "products of a cart are objects or ids",
		clause: "fluidpay:22-42,110-118", level: must,
		summary: "A cart that is read alone has its products as objects, a cart in a list has their ids.",
		needs:   []string{"GetCart", "ListCarts"},
		after:   flpAfter(flpGetting, flpListing, []string{"FLP-SRC-01"}),
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			u := flp(r)
			u.getCart(flpC1)
			u.listCarts()
			if u.c.SearchCarts != nil {
				u.searchCarts(FluidpayFilter{ID: flpC1})
			}
		},
		seen: asked(fluidpay.GetCart, fluidpay.ListCarts),
		judge: func(r *flpRun) Finding {
			for _, a := range r.all() {
				if f := mustWork(a); f.Code != "" {
					return f
				}
				got := []string{"no such cart"}
				for _, c := range append(a.carts(), a.cart()) {
					if c.ID == flpC1 {
						got = c.ProductIDs
					}
				}
				if !slices.Equal(got, []string{flpP1}) {
					return found("products-lost", fmt.Sprintf("product %s in the cart that %s gave", flpP1, a.call), "the products %v", got).of(a)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "decodes objects alone", "error"},
			{"b", "drops the ids of the list without a word", "products-lost"},
		},
	}
}

func flpPoly02() flpCheck {
	return flpCheck{
		id: "FLP-POLY-02", title: `a processor that is "" or null is none`,
		clause: "fluidpay:16-17,103-104,143-144", level: must,
		summary: `The sample of a single cart has "" for an unset processor, that of a list has null; one that is set is the id of it.`,
		flags:   []string{"ID_EMPTY_OR_NULL"},
		needs:   []string{"GetCart", "ListCarts"},
		after:   flpAfter(flpGetting, flpListing, flpUpdating),
		scenes: []flpScene{{state: func(r *flpRun) {
			none, set := flpCart(flpC1, "unset"), flpCart(flpC2, "set")
			none.CardProcessorID, none.ACHProcessorID = "", ""
			flpShop(r).Carts.Add(none)
			flpShop(r).Carts.Add(set)
		}}},
		drive: func(r *flpRun) {
			u := flp(r)
			u.getCart(flpC1)
			u.getCart(flpC2)
			u.listCarts()
			if u.c.UpdateCart != nil {
				u.updateCart(flpC1, FluidpayChange{Name: text("still unset")})
				u.updateCart(flpC2, FluidpayChange{Name: text("still set")})
			}
		},
		seen:  asked(fluidpay.GetCart, fluidpay.ListCarts),
		judge: flpProcessors,
		mutants: []mutant{
			{"a", "fails on null", "error"},
			{"b", `takes "" for a processor`, "processor-set"},
		},
	}
}

// flpProcessors judges what became of processors that are set and unset.
func flpProcessors(r *flpRun) Finding {
	for _, a := range r.all() {
		if f := mustWork(a); f.Code != "" {
			return f
		}
		for _, c := range append(a.carts(), a.cart()) {
			for _, id := range []*string{c.CardProcessorID, c.ACHProcessorID} {
				switch {
				case c.ID == flpC1 && id != nil:
					return found("processor-set", "no processor in the cart from "+a.call, "the processor %q", *id).of(a)
				case c.ID == flpC2 && (id == nil || *id != flpProcessor):
					return found("processor-lost", flpProcessor+" in the cart from "+a.call, "another one, or none").of(a)
				}
			}
		}
	}
	if len(r.nth(2).carts()) != 2 {
		return found("records-missing", "2 carts from ListCarts", "%s", count(len(r.nth(2).carts()), "cart")).of(r.nth(2))
	}
	for id, want := range map[string]string{flpC1: "", flpC2: flpProcessor} {
		if now := flpStored(r, id); now.CardProcessorID != want || now.ACHProcessorID != want {
			return found("processor-changed", fmt.Sprintf("processors %q after a new name", want), "%q and %q", now.CardProcessorID, now.ACHProcessorID)
		}
	}
	return Finding{}
}

func flpPoly03() flpCheck {
	return flpCheck{
		id: "FLP-POLY-03", title: "settings are an object or null",
		clause: "fluidpay:49-52,124", level: must,
		summary: "The sample of a single cart has an object of settings, that of a list has null.",
		needs:   []string{"GetCart|ListCarts"},
		after:   flpAfter(flpGetting, flpListing),
		scenes: []flpScene{{state: func(r *flpRun) {
			without := flpCart(flpC2, "without")
			without.Settings = nil
			flpShop(r).Carts.Add(flpCart(flpC1, "with"))
			flpShop(r).Carts.Add(without)
		}}},
		panics: true,
		drive: func(r *flpRun) {
			u := flp(r)
			if u.c.GetCart != nil {
				u.getCart(flpC1).n = 1
				u.getCart(flpC2).n = 1
			}
			if u.c.ListCarts != nil {
				u.listCarts().n = 2
			}
		},
		seen: askedAny(fluidpay.GetCart, fluidpay.ListCarts),
		judge: func(r *flpRun) Finding {
			for _, a := range r.all() {
				if a.panicked != "" {
					return found("panic", "a cart, with settings or without", "%s", a.outcome()).of(a)
				}
				if f := mustWork(a); f.Code != "" {
					return f
				}
				n := len(a.carts())
				if a.cart().ID != "" {
					n++
				}
				if n != a.n {
					return found("records-missing", fmt.Sprintf("%s from %s", count(a.n, "cart"), a.call), "%s", count(n, "cart")).of(a)
				}
			}
			return Finding{}
		},
		backed: "GEN-UNK-01",
		mutants: []mutant{
			{"a", "takes settings to be there", "panic"},
		},
	}
}

func flpPoly04() flpCheck {
	both := []string{"card", "ach"}
	return flpCheck{
		id: "FLP-POLY-04", title: "payments are an array, both ways",
		clause: "fluidpay:46,109,161", level: must,
		summary: "The ways to pay are an array of card and ach.",
		needs:   []string{"CreateCart", "GetCart"},
		after:   flpAfter(flpGetting, []string{"FLP-CRE-01"}),
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			in := flpNewCart()
			in.Payments = both[1:]
			flp(r).createCart(in)
			flp(r).getCart(flpC1)
		},
		seen: asked(fluidpay.CreateCart, fluidpay.GetCart),
		judge: func(r *flpRun) Finding {
			for _, x := range r.of(fluidpay.CreateCart) {
				if sent := gjson.GetBytes(x.Body, "payments"); !sent.IsArray() {
					return found("payments-form", `"payments":["ach"]`, "%s", short(x.Body)).at(x)
				}
			}
			if made := flpMade(r); len(made) != 1 || !slices.Equal(made[0].Payments, []fluidpay.Payment{fluidpay.ACH}) {
				return found("not-stored", "a cart that is paid by ach", "%s", r.nth(0).outcome()).of(r.nth(0))
			}
			if f := mustWork(r.nth(1)); f.Code != "" {
				return f
			}
			if got := r.nth(1).cart().Payments; !slices.Equal(got, both) {
				return found("payments-lost", "card and ach from GetCart", "%v", got)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "sends one boolean", "payments-form"},
			{"b", "sends a comma-separated text", "payments-form"},
		},
	}
}

func flpNull() []flpCheck { return []flpCheck{flpNull01(), flpNull02()} }

func flpNull01() flpCheck {
	return flpCheck{
		id: "FLP-NULL-01", title: "deleted_at tells the living from the deleted",
		clause: "fluidpay:40,55", level: should,
		summary: "Every record has a deleted_at, which is null as long as it lives.",
		needs:   []string{"GetCart"},
		after:   flpGetting,
		scenes: []flpScene{{
			options: []fake.Option{fluidpay.WithDeletes(fluidpay.DeletedReadable)},
			state: func(r *flpRun) {
				flpShelf(r)
				flpShop(r).Carts.Change(flpC2, func(c *fluidpay.Cart) { at := flpDay(14, 0); c.DeletedAt = &at })
			},
		}},
		drive: func(r *flpRun) {
			u := flp(r)
			u.getCart(flpC1)
			u.getCart(flpC2)
			if u.c.SearchCarts != nil {
				u.searchCarts(FluidpayFilter{Deleted: true})
			}
		},
		seen: asked(fluidpay.GetCart),
		judge: func(r *flpRun) Finding {
			for _, c := range r.nth(2).carts() {
				if c.ID != flpC2 || !c.Deleted {
					return found("deleted-wrong", "the deleted cart alone from a search for what is deleted", "cart %s, deleted: %t", c.ID, c.Deleted)
				}
			}
			for i, deleted := range []bool{false, true} {
				a := r.nth(i)
				if f := mustWork(a); f.Code != "" {
					return f
				}
				if got := a.cart().Deleted; got != deleted || a.cart().ID == "" {
					return found("deleted-wrong", fmt.Sprintf("deleted: %t, from %s", deleted, a.call), "%t", got).of(a)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "does not look at deleted_at", "deleted-wrong"},
		},
	}
}

func flpNull02() flpCheck {
	return flpCheck{
		id: "FLP-NULL-02", title: "a unit of measure may be missing",
		clause: "fluidpay:35,204", level: should,
		summary: "unit_of_measure is null in every sample, and a text where it is set.",
		needs:   []string{"GetProduct"},
		after:   flpBase,
		scenes: []flpScene{{state: func(r *flpRun) {
			flpShelf(r)
			flpShop(r).Products.Change(flpP2, func(p *fluidpay.Product) { p.UnitOfMeasure = nil })
		}}},
		drive: func(r *flpRun) {
			flp(r).getProduct(flpP1)
			flp(r).getProduct(flpP2)
		},
		seen: asked(fluidpay.GetProduct),
		judge: func(r *flpRun) Finding {
			for i, unit := range []string{"piece", ""} {
				a := r.nth(i)
				if f := mustWork(a); f.Code != "" {
					return f
				}
				if got := a.product().UnitOfMeasure; got != unit || a.product().ID == "" {
					return found("wrong-unit", fmt.Sprintf("unit %q from %s", unit, a.call), "%q", got).of(a)
				}
			}
			return Finding{}
		},
		backed: "FLP-PRD-06",
		mutants: []mutant{
			{"a", "fails on null", "error"},
		},
	}
}

func flpType() []flpCheck {
	half := time.Date(2025, 5, 7, 16, 21, 41, 5e8, time.UTC)
	west := time.Date(2025, 5, 7, 12, 0, 0, 0, time.FixedZone("", -5*60*60))
	later := time.Date(2025, 5, 7, 16, 21, 45, 0, time.UTC)
	ids := []string{"d0doh5fsvrvasm390u30", "d0doh5fsvrvasm390u3g", "d0doh5fsvrvasm390u40"} // of 16:21:41
	return []flpCheck{{
		id: "FLP-TYPE-01", title: "a record was made when created_at says",
		clause: "FP-54", level: care,
		summary: "Times may have a fraction and an offset; the time inside an id is another one, a second away in the samples.",
		needs:   []string{"GetCart|GetProduct"},
		after:   flpGetting,
		scenes: []flpScene{{state: func(r *flpRun) {
			for i, created := range []time.Time{later, half, west} {
				cart, product := flpCart(ids[i], "timed"), flpProduct(ids[i], "T", "timed", 1, created)
				cart.CreatedAt = created
				flpShop(r).Carts.Add(cart)
				flpShop(r).Products.Add(product)
			}
		}}},
		drive: func(r *flpRun) {
			for i, id := range ids {
				if u := flp(r); u.c.GetCart != nil {
					u.getCart(id).n = i
				} else {
					u.getProduct(id).n = i
				}
			}
		},
		seen: askedAny(fluidpay.GetCart, fluidpay.GetProduct),
		judge: func(r *flpRun) Finding {
			for _, a := range r.all() {
				if f := mustWork(a); f.Code != "" {
					return f
				}
				got, want := a.cart().Created, []time.Time{later, half, west}[a.n]
				if a.cart().ID == "" {
					got = a.product().Created
				}
				if !got.Equal(want) {
					return found("wrong-time", want.Format(time.RFC3339Nano)+" from "+a.call, "the time %s", got.Format(time.RFC3339Nano)).of(a)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "reads whole seconds and Z only", "error"},
			{"b", "takes the time out of the id", "wrong-time"},
		},
	}}
}

func flpList() []flpCheck {
	return []flpCheck{{
		id: "FLP-LIST-01", title: "a list is data itself, all of it",
		clause: "fluidpay:89-131", level: must,
		summary: "In the answer to Get All, data is the array of all carts.",
		needs:   []string{"ListCarts"},
		after:   flpBase,
		scenes: []flpScene{{state: func(r *flpRun) {
			for i := range 7 {
				flpShop(r).Carts.Add(flpCart(fmt.Sprintf("d0cart0000000000000%d", i), fmt.Sprintf("cart %d", i)))
			}
		}}},
		drive:  func(r *flpRun) { flp(r).listCarts().is(fluidpay.ListCarts, 0) },
		seen:   asked(fluidpay.ListCarts),
		judge:  func(r *flpRun) Finding { return flpRead(r, r.nth(0)) },
		backed: "FLP-ENV-04",
		mutants: []mutant{
			{"a", "takes the first record of data", "records-missing"},
			{"b", "wants data.carts", "error"},
		},
	}}
}
