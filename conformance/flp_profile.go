package conformance

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// flpProfile is what the common checks know of FluidPay. Its records are carts,
// and its list is a search for all of them, which has pages.
func flpProfile() profile[FluidpayClient] {
	return profile[FluidpayClient]{
		list: usual[FluidpayClient]{
			op: fluidpay.SearchCarts, name: "SearchCarts", after: flpAfter(flpSearching, []string{"FLP-POLY-02", "FLP-POLY-03"}),
			call: func(r *flpRun, ctx context.Context, _ int) *answer {
				return flpIn(r, ctx).searchCarts(FluidpayFilter{}).is(fluidpay.SearchCarts, 0)
			},
			right: flpRead,
		},
		get: usual[FluidpayClient]{
			op: fluidpay.GetCart, name: "GetCart", after: flpAfter(flpGetting, []string{"FLP-ID-01", "FLP-POLY-02", "FLP-POLY-03"}),
			call: func(r *flpRun, ctx context.Context, n int) *answer {
				return flpIn(r, ctx).getCart(flpNth(r, n).ID).is(fluidpay.GetCart, n)
			},
			right: func(r *flpRun, a *answer) Finding { return flpWrong(a, flpNth(r, a.n)) },
		},
		create: flpMakes(), update: flpChanges(),
		people: flpPeople,
		copies: func(r *flpRun, n int) int { _, copies := flpNamed(r, flpNewcomer(n).Name); return copies },
		write: func(r *flpRun, texts []string) *answer {
			return flp(r).createCart(FluidpayCart{Name: texts[0], Description: texts[1], CustomFieldsGroup: texts[2]})
		},
		written: func(a *answer) []string {
			if a.about != fluidpay.GetCart {
				return nil // a create gives the id alone
			}
			c := a.cart()
			return []string{c.Name, c.Description, c.CustomFieldsGroup}
		},
		stored: func(r *flpRun) []string {
			c := flpNth(r, 0)
			return []string{c.Name, c.Description, c.CustomFieldsGroup}
		},
		denied: "FLP-AUTH-02", foreseen: "FLP-CRE-02",
		refuse: func(n int, text string) fake.Fault {
			return fake.NewFault("not-saved").Set("errors", text).On(fluidpay.CreateCart).When("name", "==", flpNewcomer(n).Name)
		},
		envelope: `{"status":"failed","msg":"not found"}`,
		endless:  flpEndless, twins: true, standardAuth: true,
		clauses: map[string]string{"GEN-WAIT-01": "FP-34"},
	}
}

func flpMakes() usual[FluidpayClient] {
	return usual[FluidpayClient]{
		op: fluidpay.CreateCart, name: "CreateCart", after: flpCreating,
		call: func(r *flpRun, ctx context.Context, n int) *answer {
			in := flpNewcomer(n)
			if n == nobody {
				in.Name = strings.Repeat("x", 101) // names need not be unique, so the length is what is refused
			}
			return flpIn(r, ctx).createCart(in).is(fluidpay.CreateCart, n)
		},
		right: func(r *flpRun, a *answer) Finding {
			if f := mustWork(a); f.Code != "" {
				return f
			}
			if made, _ := flpNamed(r, flpNewcomer(a.n).Name); a.made() == "" || made.ID != a.made() {
				return found("wrong-id", fmt.Sprintf("%q, the id of the new cart", made.ID), "the id %q", a.made()).of(a)
			}
			return Finding{}
		},
	}
}

func flpChanges() usual[FluidpayClient] {
	return usual[FluidpayClient]{
		op: fluidpay.UpdateCart, name: "UpdateCart", after: flpUpdating,
		call: func(r *flpRun, ctx context.Context, n int) *answer {
			return flpIn(r, ctx).updateCart(flpNth(r, n).ID, FluidpayChange{Description: text(flpNote(n))}).is(fluidpay.UpdateCart, n)
		},
		right: func(r *flpRun, a *answer) Finding {
			if got := flpNth(r, a.n).Description; got != flpNote(a.n) {
				return found("not-changed", flpNote(a.n), "%q", got).of(a)
			}
			return mustWork(a)
		},
	}
}

// flpPeople puts n carts there, made in this moment.
func flpPeople(n int) func(*flpRun) {
	return func(r *flpRun) {
		for i := range n {
			c := flpCart("", fmt.Sprintf("cart %d, %s", i, flpSeasons[r.rng.IntN(len(flpSeasons))]))
			c.CreatedAt = flpShop(r).Now()
			flpShop(r).Carts.Add(c)
		}
	}
}

var flpSeasons = []string{"spring", "summer", "autumn", "winter"}

// flpNth is the n-th cart of the merchant, from 0, in the order of lists. One
// that is not there has an id that is unknown.
func flpNth(r *flpRun, n int) fluidpay.Cart {
	if all := flpLivingCarts(r); n >= 0 && n < len(all) {
		return flpStored(r, all[n])
	}
	return fluidpay.Cart{ID: flpUnknown}
}

func flpNewcomer(n int) FluidpayCart { return FluidpayCart{Name: fmt.Sprintf("new cart %d", n)} }

func flpNote(n int) string { return fmt.Sprintf("note %d", n) }

// flpNamed is the cart of that name, and how many there are.
func flpNamed(r *flpRun, name string) (found fluidpay.Cart, copies int) {
	for _, c := range flpShop(r).Carts.All() {
		if c.Name == name {
			found = c
			copies++
		}
	}
	return found, copies
}

// flpWrong finds a cart that is not the one that the API told.
func flpWrong(a *answer, want fluidpay.Cart) Finding {
	if f := mustWork(a); f.Code != "" {
		return f
	}
	if got := a.cart(); got.ID != want.ID || got.Name != want.Name {
		return found("wrong-record", fmt.Sprintf("cart %s, %s", want.ID, want.Name), "cart %s, %s", got.ID, got.Name).of(a)
	}
	return Finding{}
}

// flpEndless lets a search say that there are more carts than it ever gives.
func flpEndless(r *flpRun) {
	edit(r.fake, fluidpay.SearchCarts, func(_ *fake.Call, reply *fake.Reply) {
		total := gjson.GetBytes(reply.Body, "total_count")
		if total.Exists() {
			reply.Body = bytes.Replace(slices.Clone(reply.Body), []byte(`"total_count":`+total.Raw), []byte(`"total_count":100000`), 1)
		}
	})
}
