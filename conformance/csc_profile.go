package conformance

import (
	"context"
	"fmt"
	"slices"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// cscProfile is what the common checks know of CS-Cart. Its clients create
// nothing: what they may be refused is to delete.
func cscProfile() profile[CscartClient] {
	return profile[CscartClient]{
		list: usual[CscartClient]{
			op: cscart.ListCarts, name: "List", after: append([]string{"CSC-PAGE-04"}, cscListing...),
			call: func(r *cscRun, ctx context.Context, _ int) *answer {
				return cscIn(r, ctx).list(CscartFilter{}).is(cscart.ListCarts, 0)
			},
			right: func(r *cscRun, a *answer) Finding { return cscListed(a, cscAll(r)...) },
		},
		get: usual[CscartClient]{
			op: cscart.GetCart, name: "Get", after: append([]string{"CSC-GET-02", "CSC-GET-05", "CSC-GET-06"}, cscGetting...),
			call: func(r *cscRun, ctx context.Context, n int) *answer {
				return cscIn(r, ctx).get(cscID(cscKept(r, n))).is(cscart.GetCart, n)
			},
			right: func(r *cscRun, a *answer) Finding { return cscGot(a, cscKept(r, a.n)) },
		},
		remove: cscRemoves(),
		people: cscGuests,
		write: func(r *cscRun, texts []string) *answer {
			row := cscCup(1000)
			row.Name = texts[2]
			cscAdd(r, cscart.Cart{UserID: 101, User: cscOwner(texts[0], texts[1], "zoe@example.com")}, row)
			return csc(r).list(CscartFilter{Name: texts[0]})
		},
		written: cscTexts,
		stored: func(r *cscRun) []string {
			c := cscStored(r, 0)
			if c.User == nil {
				return []string{}
			}
			return []string{c.User.FirstName, c.User.LastName, c.Products[0].Name}
		},
		denied: "CSC-AUTH-02", saved: "CSC-DEL-02",
		refuse: func(n int, text string) fake.Fault {
			return fake.NewFault("not-saved").Set("errors", text).On(cscart.DeleteCart).
				When("param:user_id", "==", fmt.Sprint(cscFirst+n))
		},
		envelope:     `{"message":"Not Found","status":404}`,
		endless:      func(r *cscRun) { cscCut(r, "10") },
		standardAuth: true,
		clauses: map[string]string{
			"GEN-HTML-01": "CC-33", "GEN-MISS-01": "cscart:390", "GEN-TEXT-01": "CC-11", "GEN-WAIT-01": "CC-41",
		},
		backed: map[string]string{"GEN-MISS-01": ""},
		codes:  map[string]string{"GEN-UTF8-01a": "wrong-text"},
	}
}

// cscRemoves is the call that deletes. Carts are counted as they were before the
// first was deleted.
func cscRemoves() usual[CscartClient] {
	return usual[CscartClient]{
		op: cscart.DeleteCart, name: "Delete", after: append([]string{"CSC-DEL-02"}, cscDeleting...),
		call: func(r *cscRun, ctx context.Context, n int) *answer {
			return cscIn(r, ctx).delete(cscID(cscKept(r, n))).is(cscart.DeleteCart, n)
		},
		right: func(r *cscRun, a *answer) Finding {
			if id := cscID(cscKept(r, a.n)); a.err == nil && slices.Contains(cscAll(r), id) {
				return found("not-deleted", "the cart of user "+id+" is gone", "it is there; %s", a.outcome()).of(a)
			}
			return mustWork(a)
		},
	}
}

// cscTexts are the names of the owner, and of the first product where it is
// shown. A list does not show it.
func cscTexts(a *answer) []string {
	all, listed := a.value.([]CscartCart)
	if listed && len(all) > 0 {
		return []string{all[0].FirstName, all[0].LastName, unseen}
	}
	c := a.cscCart()
	texts := []string{c.FirstName, c.LastName, ""}
	if len(c.Lines) > 0 {
		texts[2] = c.Lines[0].Name
	}
	return texts
}

// cscIn calls with a context of the check's own.
func cscIn(r *cscRun, ctx context.Context) cscCaller { return cscCaller{r, r.client, ctx} }
