package conformance

import (
	"fmt"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

func bonGet() []bonCheck { return []bonCheck{bonGet01(), bonGet02()} }

// bonGot finds a record that is not the customer as the shop has them.
func bonGot(a *answer, want bonify.Customer) Finding {
	if f := mustWork(a); f.Code != "" {
		return f
	}
	got, _ := a.value.(BonifyCustomer)
	if got.ID != want.ID || got.Email != want.Email || got.FirstName != want.FirstName || got.LastName != want.LastName {
		return found("wrong-record", fmt.Sprintf("customer %d, %s, %s %s", want.ID, want.Email, want.FirstName, want.LastName),
			"customer %d, %s, %s %s", got.ID, got.Email, got.FirstName, got.LastName)
	}
	return Finding{}
}

func bonGet01() bonCheck {
	return bonCheck{
		id: "BON-GET-01", title: "one customer is the element of a list",
		clause: "bonify:81-82", level: must,
		summary: "The answer about one customer looks like that of a list.",
		flags:   []string{"MISSING_RECORD"},
		needs:   []string{"Get"},
		after:   bonReading,
		scenes:  []bonScene{{state: bonPeople(3)}},
		panics:  true,
		drive: func(r *bonRun) {
			bon(r).get(bonNth(r, 1).ID)
			bon(r).get(bonUnknown)
		},
		seen: asked(bonify.GetCustomer),
		judge: func(r *bonRun) Finding {
			for _, a := range r.all() {
				if a.panicked != "" {
					return found("panic", "a customer, or an error", "%s", a.outcome()).of(a)
				}
			}
			return firstOf(bonGot(r.nth(0), bonNth(r, 1)), mustMiss(r, r.nth(1), "there is no such customer"))
		},
		backed: "BON-GET-02",
		mutants: []mutant{
			{"a", "decodes the answer as a bare customer", "wrong-record"},
			{"b", "takes the first of no customers: panic", "panic"},
		},
	}
}

func bonGet02() bonCheck {
	return bonCheck{
		id: "BON-GET-02", title: "one customer in either form",
		clause: "BF-1; BF-2", level: care,
		summary: "That the answers match may mean an object as well as a list, and nobody may be an empty list.",
		needs:   []string{"Get"},
		after:   append([]string{"BON-GET-01"}, bonReading...),
		scenes: []bonScene{
			{name: "one object", state: bonPeople(3), options: []fake.Option{bonify.WithSingleObject()}},
			{name: "nobody is an empty list", state: bonPeople(3), options: []fake.Option{bonify.WithUnknownCustomer(200)}},
		},
		drive: func(r *bonRun) {
			bon(r).get(bonNth(r, 1).ID)
			bon(r).get(bonUnknown)
		},
		seen: asked(bonify.GetCustomer),
		judge: func(r *bonRun) Finding {
			return firstOf(bonGot(r.nth(0), bonNth(r, 1)), mustMiss(r, r.nth(1), "there is no such customer"))
		},
		mutants: []mutant{
			{"a", "knows the list alone", "error"},
		},
	}
}

// bonEnsuring is what a check comes after in which somebody is looked up, and
// made.
var bonEnsuring = append([]string{"BON-FILT-03", "BON-FILT-04", "BON-FILT-05"}, append(bonCreating, bonFiltering...)...)

// bonBlockedEmail is an address that nobody can be made with.
const bonBlockedEmail = "blocked@example.com"

func bonBlocked(r *bonRun) { bonShop(r).RefuseEmail(bonBlockedEmail, "email is blocked") }

func bonFind() []bonCheck { return []bonCheck{bonFind01(), bonFind02()} }

func bonFind01() bonCheck {
	return bonCheck{
		id: "BON-FIND-01", title: "a search that does not show it yet",
		clause: "BF-31", level: care,
		summary: "A search may lag behind, so that who was just made is not found.",
		needs:   []string{"Ensure"},
		after:   bonEnsuring,
		scenes:  []bonScene{{state: bonBlocked, options: []fake.Option{bonify.WithSearchLag(5 * time.Second), bonify.WithDuplicateEmails()}}},
		drive: func(r *bonRun) {
			if r.client.Create != nil {
				bon(r).create(bonNewcomer(0))
			} else {
				bon(r).ensure(bonNewcomer(0))
			}
			bon(r).ensure(bonNewcomer(0))
			bon(r).ensure(BonifyCustomer{Email: bonBlockedEmail}).is(control, 0)
		},
		seen: asked(bonify.CreateCustomers),
		judge: func(r *bonRun) Finding {
			if n := bonWith(r, bonNewcomer(0).Email); n != 1 {
				return found("twin", "one customer with that address", "%s", count(n, "customer"))
			}
			return firstOf(mustWork(r.nth(0)), mustFail(r.nth(2), "it was refused")) // the second call may say that it is too early
		},
		mutants: []mutant{
			{"a", "makes it again", "twin"},
		},
	}
}

func bonFind02() bonCheck {
	stored := func(r *bonRun) {
		bonBlocked(r)
		bonAdd(r, bonify.Customer{Email: "BOB@example.com", FirstName: "Bob"})
	}
	return bonCheck{
		id: "BON-FIND-02", title: "addresses without regard to capitals",
		clause: "BF-12; BF-20", level: care,
		summary: "Addresses are found, and are taken, whatever capitals they have.",
		needs:   []string{"Ensure"},
		after:   bonEnsuring,
		scenes: []bonScene{
			{name: "each address once", state: stored},
			{name: "twins are allowed", state: stored, options: []fake.Option{bonify.WithDuplicateEmails()}},
		},
		drive: func(r *bonRun) {
			bon(r).ensure(BonifyCustomer{Email: "bob@example.com", FirstName: "Bob"})
			bon(r).ensure(BonifyCustomer{Email: bonBlockedEmail}).is(control, 0)
		},
		seen: anyCall,
		judge: func(r *bonRun) Finding {
			if n := bonShop(r).Customers.Len(); n != 1 {
				return found("twin", "one customer with that address", "%s", count(n, "customer"))
			}
			return bonOutcomes(r)
		},
		mutants: []mutant{
			{"a", "drops the hit as a mismatch and makes another", "error"},
		},
	}
}
