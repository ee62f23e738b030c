package conformance

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// clyProfile is what the common checks know of Cartly. Its list is that of
// customers. No call reads one customer: what shows one is an update, and what
// they alter are orders.
func clyProfile() profile[CartlyClient] {
	return profile[CartlyClient]{
		list: usual[CartlyClient]{
			op: cartly.ListCustomers, name: "ListCustomers", after: clyAfter(clyBase, []string{"CLY-CUS-04"}),
			call: func(r *clyRun, ctx context.Context, _ int) *answer {
				return clyIn(r, ctx).listCustomers().is(cartly.ListCustomers, 0)
			},
			right: clyListed,
		},
		get: clyShows(), create: clyMakes(), update: clyAlters(),
		people: clyPeople,
		copies: func(r *clyRun, n int) int {
			copies := 0
			for _, c := range clyShop(r).Customers.All() {
				if c.Email == clyNewcomer(n).Email {
					copies++
				}
			}
			return copies
		},
		write: func(r *clyRun, texts []string) *answer {
			return cly(r).createCustomer(CartlyCustomer{Email: "zoe@example.com", FirstName: texts[0], LastName: texts[1], Note: texts[2]})
		},
		written: func(a *answer) []string {
			c := a.clyCustomer()
			return []string{c.FirstName, c.LastName, c.Note}
		},
		stored: func(r *clyRun) []string {
			c := clyNth(r, 0)
			return []string{c.FirstName, c.LastName, c.Note}
		},
		denied: "CLY-AUTH-02",
		refuse: func(n int, text string) fake.Fault {
			return fake.NewFault("not-saved").Set("errors", text).On(cartly.CreateCustomer).When("email", "==", clyNewcomer(n).Email)
		},
		envelope: `{"error":"not_found","message":"no such customer"}`,
		readable: []fake.Option{cartly.WithOrderReads()}, renew: cartly.IssueToken, standardAuth: true,
		clauses: map[string]string{
			"GEN-4XX-01": "CL-15", "GEN-DUP-01": "CL-22", "GEN-HTML-01": "CL-14", "GEN-LOOP-01": "CL-24",
			"GEN-TEXT-01": "CL-14", "GEN-WAIT-01": "CL-29",
		},
	}
}

// clyListed finds a list that is not that of the shop, in its order. Phone numbers
// may have changed since.
func clyListed(r *clyRun, a *answer) Finding {
	bare := *a
	got := slices.Clone(a.clyCustomers())
	for i := range got {
		got[i].Phone = ""
	}
	bare.value = got
	want := clyShop(r).Customers.All()
	for i := range want {
		want[i].Phone = ""
	}
	return clyFound(&bare, want...)
}

// clyShows is an update of a customer that changes the phone number.
func clyShows() usual[CartlyClient] {
	return usual[CartlyClient]{
		op: cartly.UpdateCustomer, name: "UpdateCustomer",
		after: clyAfter(clyBase, []string{"CLY-VERB-01", "CLY-CUS-02", "CLY-CUS-05"}),
		call: func(r *clyRun, ctx context.Context, n int) *answer {
			return clyIn(r, ctx).updateCustomer(clyNth(r, n).ID, CartlyChange{Phone: text(clyPhone(n))}).is(cartly.UpdateCustomer, n)
		},
		right: func(r *clyRun, a *answer) Finding {
			want := clyNth(r, a.n)
			if want.Phone != clyPhone(a.n) {
				return found("not-changed", clyPhone(a.n), "%q", want.Phone).of(a)
			}
			return clyWrong(a, want)
		},
	}
}

func clyMakes() usual[CartlyClient] {
	return usual[CartlyClient]{
		op: cartly.CreateCustomer, name: "CreateCustomer",
		after: clyAfter(clyBase, []string{"CLY-CT-01", "CLY-STAT-01", "CLY-CUS-02"}),
		call: func(r *clyRun, ctx context.Context, n int) *answer {
			in := clyNewcomer(n)
			if n == nobody {
				in.Email = clyNth(r, 0).Email
			}
			return clyIn(r, ctx).createCustomer(in).is(cartly.CreateCustomer, n)
		},
		right: func(r *clyRun, a *answer) Finding { return clyWrong(a, clyByEmail(r, clyNewcomer(a.n).Email)) },
	}
}

// clyAlters is a note that is added to an order.
func clyAlters() usual[CartlyClient] {
	return usual[CartlyClient]{
		op: cartly.UpdateOrder, name: "UpdateOrder",
		after: clyAfter(clyBase, []string{"CLY-VERB-01", "CLY-ORD-01"}),
		call: func(r *clyRun, ctx context.Context, n int) *answer {
			return clyIn(r, ctx).updateOrder(clyNthOrder(r, n).ID, CartlyOrderChange{AddNote: clyNoteOf(n)}).is(cartly.UpdateOrder, n)
		},
		right: func(r *clyRun, a *answer) Finding {
			if f := mustWork(a); f.Code != "" {
				return f
			}
			want, got := clyNthOrder(r, a.n), a.clyOrder()
			if !strings.Contains(want.Note, clyNoteOf(a.n)) {
				return found("not-changed", clyNoteOf(a.n), "%q", want.Note).of(a)
			}
			if got.ID != want.ID || got.Note != want.Note {
				return found("wrong-record", fmt.Sprintf("order %s with the note %q", want.ID, want.Note), "order %s with the note %q", got.ID, got.Note)
			}
			return Finding{}
		},
	}
}

func clyNewcomer(n int) CartlyCustomer {
	return CartlyCustomer{Email: fmt.Sprintf("new%d@example.com", n), FirstName: "New", LastName: fmt.Sprintf("Comer %d", n)}
}

func clyPhone(n int) string { return fmt.Sprintf("+1 555 01%02d", max(n, 0)) }

func clyNoteOf(n int) string { return fmt.Sprintf("note %d", n) }
