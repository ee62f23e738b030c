package conformance

import (
	"context"
	"fmt"
	"slices"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// bonProfile is what the common checks know of Bonify. A create gives no record,
// so what became of it shows in the shop.
func bonProfile() profile[BonifyClient] {
	return profile[BonifyClient]{
		list: usual[BonifyClient]{
			op: bonify.ListCustomers, name: "List", after: bonListing,
			call: func(r *bonRun, ctx context.Context, _ int) *answer {
				return bonIn(r, ctx).list().is(bonify.ListCustomers, 0)
			},
			right: func(r *bonRun, a *answer) Finding { return bonListed(a, bonIDs(r)...) },
		},
		get: usual[BonifyClient]{
			op: bonify.GetCustomer, name: "Get", after: append([]string{"BON-GET-01", "BON-GET-02"}, bonReading...),
			call: func(r *bonRun, ctx context.Context, n int) *answer {
				return bonIn(r, ctx).get(bonNth(r, n).ID).is(bonify.GetCustomer, n)
			},
			right: bonGotNth,
		},
		create: bonCreates(), update: bonChanges(),
		people: bonPeople,
		copies: func(r *bonRun, n int) int { return bonWith(r, bonNewcomer(n).Email) },
		write: func(r *bonRun, texts []string) *answer {
			return bon(r).create(BonifyCustomer{
				Email: "zoe@example.com", FirstName: texts[0], LastName: texts[1], Fields: bonValues("text", texts[2]),
			})
		},
		written: func(a *answer) []string {
			c, ok := a.value.(BonifyCustomer)
			if !ok {
				return nil // a create gives nothing
			}
			return []string{c.FirstName, c.LastName, c.Fields["text"].Value}
		},
		stored: func(r *bonRun) []string {
			c := bonNth(r, 0)
			return []string{c.FirstName, c.LastName, bonField(c, "text")}
		},
		refused: func(r *bonRun) *answer {
			return bonAs(r, bonShop(r).ShopDomain(), "wrong-key-7431").create(bonNewcomer(7))
		},
		denied: "BON-AUTH-02",
		refuse: func(n int, text string) fake.Fault {
			return fake.NewFault("not-saved").Set("errors", text).On(bonify.CreateCustomers).
				When("customers.0.email", "==", bonNewcomer(n).Email)
		},
		envelope: `{"status":"error","message":"customer not found"}`,
		twinning: []fake.Option{bonify.WithDuplicateEmails()},
		waiting:  []string{"BON-RATE-02"},
		clauses: map[string]string{
			"GEN-4XX-01": "BF-19", "GEN-DUP-01": "BF-20", "GEN-HTML-01": "BF-19", "GEN-MISS-01": "BF-2",
			"GEN-WAIT-01": "bonify:99-101",
		},
		backed: map[string]string{"GEN-MISS-01": "", "GEN-4XX-01": "BON-PUT-06"},
		codes:  map[string]string{"GEN-WAIT-01a": "not-growing"}, // the pace of a client keeps it from asking at once
	}
}

// bonGotNth finds a record that is not the n-th customer's. Last names may have
// changed since it was read.
func bonGotNth(r *bonRun, a *answer) Finding {
	want := bonNth(r, a.n)
	if got, ok := a.value.(BonifyCustomer); ok && want.LastName == bonName(a.n) {
		want.LastName = got.LastName
	}
	return bonGot(a, want)
}

func bonCreates() usual[BonifyClient] {
	return usual[BonifyClient]{
		op: bonify.CreateCustomers, name: "Create", after: bonCreating,
		call: func(r *bonRun, ctx context.Context, n int) *answer {
			c := bonNewcomer(n)
			if n == nobody {
				c.Email = bonNth(r, 0).Email
			}
			return bonIn(r, ctx).create(c).is(bonify.CreateCustomers, n)
		},
		right: func(r *bonRun, a *answer) Finding {
			want := bonNewcomer(a.n)
			for _, c := range bonShop(r).Customers.All() {
				if c.Email == want.Email && c.FirstName == want.FirstName && c.LastName == want.LastName {
					return mustWork(a)
				}
			}
			return found("not-made", "the customer "+want.Email, "%s, and there is none", a.outcome()).of(a)
		},
	}
}

func bonChanges() usual[BonifyClient] {
	return usual[BonifyClient]{
		op: bonify.UpdateCustomers, name: "Update", after: slices.Concat([]string{"BON-PUT-08"}, bonUpdating),
		call: func(r *bonRun, ctx context.Context, n int) *answer {
			return bonIn(r, ctx).update(BonifyCustomer{ID: bonNth(r, n).ID, LastName: bonName(n)}).is(bonify.UpdateCustomers, n)
		},
		right: func(r *bonRun, a *answer) Finding {
			if got := bonNth(r, a.n).LastName; got != bonName(a.n) {
				return found("not-changed", bonName(a.n), "%q", got).of(a)
			}
			return mustWork(a)
		},
	}
}

// bonName is the last name that the n-th customer is given.
func bonName(n int) string { return fmt.Sprintf("Renamed %d", n) }
