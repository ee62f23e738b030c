package conformance

import (
	"fmt"
	"net/http"

	"github.com/cartdouble/cartdouble/fake/cscart"
)

// cscGetting is what a check comes after that needs single carts to be read.
var cscGetting = append([]string{"CSC-GET-01", "CSC-TYPE-06", "CSC-TYPE-07"}, cscReading...)

func cscGet() []cscCheck {
	return []cscCheck{cscGet01(), cscGet02(), cscGet03(), cscGet04(), cscGet05(), cscGet06()}
}

// cscPants is the cart of the document's sample, of a guest and a plain row.
func cscPants(r *cscRun) {
	cscGuests(2)(r)
	cscAdd(r, cscart.Cart{UserID: 3, IPAddress: "10.0.0.1"}, cscart.Product{
		ProductID: 12, Name: "100g Pants", Price: 3000, Options: []cscart.Option{{ID: 3, Variant: 12}, {ID: 4, Variant: 17}},
	})
}

func cscGet01() cscCheck {
	return cscCheck{
		id: "CSC-GET-01", title: "one cart with its products, out of a bare object",
		clause: "cscart:249,317-388", level: must,
		summary: "The path with a user id gives that cart alone, without a wrapper, and with its products.",
		needs:   []string{"Get"},
		after:   append([]string{"CSC-TYPE-07"}, cscReading...),
		scenes:  []cscScene{{state: cscPants}},
		drive:   func(r *cscRun) { csc(r).get("3") },
		seen:    anyCall,
		judge:   func(r *cscRun) Finding { return cscGot(r.nth(0), cscStored(r, 0)) },
		backed:  "CSC-GET-03",
		mutants: []mutant{
			{"a", "answers from the list, which has no products", "lines-missing"},
			{"b", "wants a wrapper around the cart", "error"},
		},
	}
}

func cscGet02() cscCheck {
	return cscCheck{
		id: "CSC-GET-02", title: "an unknown user has no cart",
		clause: "cscart:390", level: must,
		summary: "A cart that is not there is answered with 404.",
		needs:   []string{"Get"},
		after:   append([]string{"CSC-GET-01"}, cscReading...),
		scenes:  []cscScene{{state: cscGuests(3)}},
		drive:   func(r *cscRun) { csc(r).get("99") },
		seen:    answeredWith(http.StatusNotFound, cscart.GetCart),
		judge: func(r *cscRun) Finding {
			a := r.nth(0)
			if f := mustMiss(r, a, "it was answered with 404"); f.Code != "" {
				return f
			}
			if r.client.Status != nil && a.status != http.StatusNotFound {
				return found("status", "Status gives 404", "%d; the error is %q", a.status, a.err).of(a)
			}
			return Finding{}
		},
		backed: "GEN-MISS-01",
		mutants: []mutant{
			{"a", "gives a zero cart and no error", "no-error"},
		},
	}
}

func cscGet03() cscCheck {
	return cscCheck{
		id: "CSC-GET-03", title: "a product that is gone is still a line",
		clause: "-", level: care,
		summary: "A product that has left the catalogue is sent with product null, and stands in the total all the same.",
		needs:   []string{"Get"},
		after:   cscGetting,
		scenes: []cscScene{{state: func(r *cscRun) {
			cscAdd(r, cscart.Cart{UserID: 5, IPAddress: "192.0.2.7"},
				cscart.Product{ProductID: 20, Amount: 2, Price: 2999, Name: "Mug"},
				cscart.Product{ProductID: 13, Price: 500, Name: "Lid", Gone: true})
		}}},
		drive: func(r *cscRun) { csc(r).get("5") },
		seen:  asked(cscart.GetCart),
		judge: func(r *cscRun) Finding { return cscGot(r.nth(0), cscStored(r, 0)) },
		mutants: []mutant{
			{"a", "drops the line", "lines-missing"},
		},
	}
}

func cscGet04() cscCheck {
	return cscCheck{
		id: "CSC-GET-04", title: "a cart in a list is not empty",
		clause: "cscart:149-161,317-387; CC-25", level: should,
		summary: "The description of a cart has products, and only the call for one cart sends them.",
		needs:   []string{"List"},
		after:   cscListing,
		scenes:  []cscScene{{state: cscGuests(3)}},
		drive:   cscListAll,
		seen:    asked(cscart.ListCarts),
		judge: func(r *cscRun) Finding {
			if f := cscAllListed(r); f.Code != "" {
				return f
			}
			for _, got := range r.nth(0).cscCarts() {
				if got.Lines != nil && len(got.Lines) == 0 {
					return found("empty-lines", "no lines (nil), for a list has none, or those that GetCart gives",
						"the cart of user %s has an empty list of lines, and %s items", got.UserID, got.Items)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "gives each cart of a list an empty list of lines", "empty-lines"},
		},
	}
}

func cscGet05() cscCheck {
	return cscCheck{
		id: "CSC-GET-05", title: "an id that is none gives no cart",
		clause: "-", level: care,
		summary: "The shop reads 0 and a blank as no id, and answers with the list of all carts.",
		needs:   []string{"Get"},
		after:   cscGetting,
		scenes:  []cscScene{{state: cscGuests(3)}},
		drive: func(r *cscRun) {
			csc(r).get(cscID(cscStored(r, 0))) // shows that getting works
			csc(r).get("0")
			csc(r).get("")
		},
		seen: asked(cscart.GetCart),
		judge: func(r *cscRun) Finding {
			return firstOf(
				cscGot(r.nth(0), cscStored(r, 0)),
				mustFail(r.nth(1), "the shop answers 0 with its list, if it is asked"),
				mustFail(r.nth(2), "the shop answers a blank with its list, if it is asked"),
			)
		},
		backed: "GEN-MISS-01",
		mutants: []mutant{
			{"a", "reads a list as a cart in which nothing is set", "no-error"},
		},
	}
}

func cscGet06() cscCheck {
	return cscCheck{
		id: "CSC-GET-06", title: "a cart is asked for again",
		clause: "-", level: care,
		summary: "Shoppers change their carts at any time, and the shop sends nothing by which an old answer could be known.",
		needs:   []string{"Get"},
		after:   cscGetting,
		scenes:  []cscScene{{state: cscGuests(3)}},
		drive: func(r *cscRun) {
			one := cscStored(r, 0)
			csc(r).get(cscID(one))
			cscShop(r).AddProducts(one.UserID, cscart.Product{ProductID: 14, Amount: 3, Price: 10, Name: "Pin"})
			csc(r).get(cscID(one))
		},
		seen: asked(cscart.GetCart),
		judge: func(r *cscRun) Finding {
			for _, x := range r.of(cscart.GetCart) {
				if given := x.Header.Get("If-None-Match") + x.Header.Get("If-Modified-Since"); given != "" {
					return found("validator", "no condition, for the shop sends no ETag and no Last-Modified", "%q", given).at(x)
				}
			}
			first, second := r.nth(0), r.nth(1)
			if f := firstOf(mustWork(first), mustWork(second)); f.Code != "" {
				return f
			}
			if n := len(r.of(cscart.GetCart)); n < 2 {
				return found("stale", "a request for each Get", "%s for two calls; the second cart has %s, where the shop has 2", count(n, "request"), count(len(second.cscCart().Lines), "line"))
			}
			return cscGot(second, cscStored(r, 0))
		},
		mutants: []mutant{
			{"a", "answers the second call from its cache", "stale"},
		},
	}
}

// cscItems is how many pieces are in a cart.
func cscItems(c cscart.Cart) string {
	n := int64(0)
	for _, row := range c.Products {
		if row.Type != cscart.OnWishlist {
			n += row.Amount
		}
	}
	return fmt.Sprint(n)
}
