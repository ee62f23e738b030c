package conformance

import (
	"fmt"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

func flpEnv() []flpCheck {
	return []flpCheck{flpEnv01(), flpEnv02(), flpEnv03(), flpEnv04(), flpEnv05(), flpEnv06(), flpEnv07()}
}

func flpEnv01() flpCheck {
	return flpCheck{
		id: "FLP-ENV-01", title: "the record is in data",
		clause: "fluidpay:11-13", level: must,
		summary: "An answer has the members status, msg and data; data is the record.",
		needs:   []string{"GetCart"},
		after:   flpBase,
		scenes:  []flpScene{{state: func(r *flpRun) { flpShop(r).Carts.Add(flpCart(flpC1, "spring")) }}},
		drive:   func(r *flpRun) { flp(r).getCart(flpC1) },
		seen:    asked(fluidpay.GetCart),
		judge: func(r *flpRun) Finding {
			a := r.nth(0)
			if f := mustWork(a); f.Code != "" {
				return f
			}
			if got := a.cart(); got.ID != flpC1 || got.Name != "spring" {
				return found("wrong-record", fmt.Sprintf("cart %s, spring", flpC1), "cart %q, %q", got.ID, got.Name)
			}
			return Finding{}
		},
		backed: "FLP-POLY-01",
		mutants: []mutant{
			{"a", "decodes the envelope as the cart: its id is empty", "wrong-record"},
		},
	}
}

func flpEnv02() flpCheck {
	const words = "record is locked"
	says := func(word string) flpScene {
		return flpScene{name: "status " + word, state: func(r *flpRun) {
			flpShelf(r)
			for _, op := range flpOps {
				instead(r.fake, op, 200, fmt.Sprintf(`{"status":%q,"msg":%q}`, word, words))
			}
		}}
	}
	return flpCheck{
		id: "FLP-ENV-02", title: "a 200 that says failed is a failure",
		clause: "fluidpay:11-12", level: should,
		summary: "Every answer has a status; the vendor's own client looks at it whatever the HTTP status is.",
		flags:   []string{"FAILED_ENVELOPE"},
		needs:   flpAny,
		after:   flpAfter(flpBase, []string{"FLP-ERR-01", "FLP-ID-02"}),
		scenes:  []flpScene{says("failed"), says("error")},
		drive:   flpEach,
		seen:    anyCall,
		judge: func(r *flpRun) Finding {
			for _, a := range r.all() {
				if f := mustFail(a, "the answer says that it failed"); f.Code != "" {
					return f
				}
			}
			for _, a := range r.all() {
				if f := flpMessage(r, a, words); f.Code != "" {
					return f
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "looks at the HTTP status only", "no-error"},
		},
	}
}

// flpOps are the operations of the document.
var flpOps = []fake.Op{
	fluidpay.GetCart, fluidpay.SearchCarts, fluidpay.ListCarts, fluidpay.CreateCart, fluidpay.UpdateCart, fluidpay.DeleteCart,
	fluidpay.GetProduct, fluidpay.SearchProducts, fluidpay.ListProducts, fluidpay.CreateProduct, fluidpay.UpdateProduct, fluidpay.DeleteProduct,
}

func flpEnv03() flpCheck {
	return flpCheck{
		id: "FLP-ENV-03", title: "the answer to a deletion is a sentence",
		clause: "fluidpay:175-180,310-314", level: must,
		summary: "After a deletion, data is no record but the text Deleted cart or Deleted product.",
		needs:   []string{"DeleteProduct"},
		after:   flpBase,
		scenes:  []flpScene{{state: flpShelf}},
		drive: func(r *flpRun) {
			flp(r).deleteProduct(flpP3)
			flp(r).deleteProduct(flpUnknown) // shows that the client would tell
		},
		seen: asked(fluidpay.DeleteProduct),
		judge: func(r *flpRun) Finding {
			return firstOf(mustWork(r.nth(0)), mustFail(r.nth(1), "there is no such product"))
		},
		backed: "FLP-DEL-01",
		mutants: []mutant{
			{"a", "decodes data as an object, which fails", "error"},
		},
	}
}

func flpEnv04() flpCheck {
	return flpCheck{
		id: "FLP-ENV-04", title: "nothing found is an empty list",
		clause: "fluidpay:95-98", level: should,
		summary: "In a list data is an array; without records the service sends null there, or an empty array.",
		flags:   []string{"EMPTY_DATA"},
		needs:   []string{"ListCarts|SearchCarts|ListProducts|SearchProducts"},
		after:   flpAfter(flpListing, flpSearching),
		scenes: []flpScene{
			{name: "data null"},
			{name: "data []", options: []fake.Option{fluidpay.WithEmptyLists()}},
		},
		drive: func(r *flpRun) {
			lists := func(n int) {
				u := flp(r)
				if u.c.ListCarts != nil {
					u.listCarts().n = n
				}
				if u.c.SearchCarts != nil {
					u.searchCarts(FluidpayFilter{Name: "spring"}).n = n
				}
				if u.c.ListProducts != nil {
					u.listProducts().n = n
				}
				if u.c.SearchProducts != nil {
					u.searchProducts(FluidpayFilter{Name: "cap"}).n = n
				}
			}
			lists(0)
			flpShop(r).Products.Add(flpProduct(flpP2, "S2", "cap", 1200, flpDay(12, 0)))
			flpShop(r).Carts.Add(flpCart(flpC1, "spring"))
			lists(1)
		},
		seen: askedAny(fluidpay.ListCarts, fluidpay.SearchCarts, fluidpay.ListProducts, fluidpay.SearchProducts),
		judge: func(r *flpRun) Finding {
			for _, a := range r.all() {
				if f := mustWork(a); f.Code != "" {
					return f
				}
				if n := len(a.carts()) + len(a.products()); n != a.n {
					return found("wrong-number", fmt.Sprintf("%s from %s", count(a.n, "record"), a.call), "%d", n).of(a)
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "takes null for an error", "error"},
		},
	}
}

func flpEnv05() flpCheck {
	broken := func(name string, status int, body func(*flpRun) string) flpScene {
		return flpScene{name: name, state: func(r *flpRun) {
			flpShelf(r)
			instead(r.fake, fluidpay.GetCart, status, body(r))
		}}
	}
	return flpCheck{
		id: "FLP-ENV-05", title: "a status code that is no 2xx is a failure, whatever the body says",
		clause: "-", level: care,
		summary: "What stands before the service, or breaks inside it, does not know of the envelope.",
		flags:   []string{"FAILED_ENVELOPE"},
		needs:   []string{"GetCart"},
		after:   flpGetting,
		scenes: []flpScene{
			broken("500 that says success", 500, func(*flpRun) string {
				return `{"status":"success","msg":"success","data":{"id":"` + flpC1 + `","name":"spring","created_at":"2025-05-08T12:00:00Z"}}`
			}),
			broken("500 without a body", 500, func(*flpRun) string { return "" }),
			{name: "502 with a page", state: flpShelf, faults: []fake.Fault{
				fake.NewFault("server-error").Set("status", "502").On(fluidpay.GetCart),
			}},
		},
		drive: func(r *flpRun) { flp(r).getCart(flpC1) },
		seen:  asked(fluidpay.GetCart),
		judge: func(r *flpRun) Finding {
			a := r.nth(0)
			return firstOf(mustFail(a, "the status is not 2xx"), flpStatus(r, a, r.of(fluidpay.GetCart)[0].Status))
		},
		mutants: []mutant{
			{"a", "looks at status in the body only", "no-error"},
		},
	}
}

func flpEnv06() flpCheck {
	return flpCheck{
		id: "FLP-ENV-06", title: "msg says nothing about success",
		clause: "FP-44", level: care,
		summary: "The msg of an answer that worked is the word success, and empty after some searches.",
		needs:   []string{"SearchProducts"},
		after:   flpSearching,
		scenes:  []flpScene{{state: flpShelf, options: []fake.Option{fluidpay.WithSearchMsg("")}}},
		drive:   func(r *flpRun) { flp(r).searchProducts(FluidpayFilter{}).is(fluidpay.SearchProducts, 0) },
		seen:    asked(fluidpay.SearchProducts),
		judge:   func(r *flpRun) Finding { return flpRead(r, r.nth(0)) },
		mutants: []mutant{
			{"a", "wants msg to be success", "error"},
		},
	}
}

func flpEnv07() flpCheck {
	return flpCheck{
		id: "FLP-ENV-07", title: "answers without total_count are read",
		clause: "fluidpay:95-131,249-273; FP-11", level: should,
		summary: "No sample of the document has a total_count.",
		needs:   []string{"GetCart|ListCarts|GetProduct|ListProducts"},
		after:   flpAfter(flpGetting, flpListing, []string{"FLP-POLY-01"}),
		scenes:  []flpScene{{state: flpShelf, options: []fake.Option{fluidpay.WithDocumentShapes()}}},
		drive: func(r *flpRun) {
			u := flp(r)
			if u.c.GetCart != nil {
				u.getCart(flpC1).is(fluidpay.GetCart, 0)
			}
			if u.c.ListCarts != nil {
				u.listCarts().is(fluidpay.ListCarts, 0)
			}
			if u.c.GetProduct != nil {
				u.getProduct(flpP1).is(fluidpay.GetProduct, 0)
			}
			if u.c.ListProducts != nil {
				u.listProducts().is(fluidpay.ListProducts, 0)
			}
		},
		seen: askedAny(fluidpay.GetCart, fluidpay.ListCarts, fluidpay.GetProduct, fluidpay.ListProducts),
		judge: func(r *flpRun) Finding {
			for _, a := range r.all() {
				if f := flpRead(r, a); f.Code != "" {
					return f
				}
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "wants total_count in every list", "error"},
		},
	}
}

func flpErr() []flpCheck { return []flpCheck{flpErr01(), flpErr02()} }

func flpErr01() flpCheck {
	const words = "cart is in use"
	return flpCheck{
		id: "FLP-ERR-01", title: "the words of a failure are in msg",
		clause: "-", level: care,
		summary: "The service says in msg why it refused; without these words nobody can act on a refusal.",
		needs:   []string{"UpdateCart"},
		after:   flpUpdating,
		scenes: []flpScene{{state: func(r *flpRun) {
			flpShelf(r)
			flpShop(r).RefuseCart(flpC1, words)
		}}},
		drive: func(r *flpRun) { flp(r).updateCart(flpC1, FluidpayChange{Name: text("summer")}) },
		seen:  answeredWith(400, fluidpay.UpdateCart),
		judge: func(r *flpRun) Finding {
			a := r.nth(0)
			return firstOf(mustFail(a, "it was refused"), flpMessage(r, a, words), flpStatus(r, a, 400))
		},
		backed: "FLP-ENV-02",
		mutants: []mutant{
			{"a", "reads data.error", "message-lost"},
		},
	}
}

func flpErr02() flpCheck {
	return flpCheck{
		id: "FLP-ERR-02", title: "the correlation id stays with the error",
		clause: "-", level: care,
		summary: "Every answer has an x-correlation-id, by which the vendor can tell what happened in that very call.",
		needs:   []string{"GetCart", "Correlation"},
		after:   flpAfter(flpBase, []string{"GEN-MISS-01"}),
		scenes:  []flpScene{{state: flpShelf}},
		drive:   func(r *flpRun) { flp(r).getCart(flpUnknown) },
		seen:    answeredWith(404, fluidpay.GetCart),
		judge: func(r *flpRun) Finding {
			a := r.nth(0)
			if f := mustFail(a, "there is no such cart"); f.Code != "" {
				return f
			}
			calls := r.of(fluidpay.GetCart)
			x := calls[len(calls)-1]
			want := x.ReplyHeader.Get("X-Correlation-Id")
			if a.trace != want {
				return found("correlation-lost", "x-correlation-id "+want+" behind the error", "Correlation gave %q", a.trace).at(x)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "drops the header", "correlation-lost"},
		},
	}
}
