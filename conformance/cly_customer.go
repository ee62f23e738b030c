package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

func clyCustomers() []clyCheck {
	return []clyCheck{clyCustomer01(), clyCustomer02(), clyCustomer03(), clyCustomer04(), clyCustomer05()}
}

func clyCustomer01() clyCheck {
	const jane = "jane+tag@example.com"
	return clyCheck{
		id: "CLY-CUS-01", title: "an address is looked for as it is",
		clause: "cartly:62", level: must,
		summary: "Customers are listed with an optional filter by e-mail. A plus sign in a query that is not escaped is read as a blank.",
		needs:   []string{"FindCustomers"},
		after:   clyBase,
		scenes: []clyScene{{state: func(r *clyRun) {
			clyPeople(3)(r)
			clyShop(r).Customers.Quiet().Add(cartly.Customer{Email: jane, FirstName: "Jane"})
		}}},
		drive: func(r *clyRun) { cly(r).findCustomers(jane) },
		seen:  clySearched,
		wire: func(w *wire) Finding {
			for _, x := range w.of(cartly.ListCustomers) {
				if email := clyParam(x, "email"); strings.Contains(email, " ") {
					return found("plus-lost", "the address with its plus sign, escaped as %2B", "%q is what the server reads", email).at(x)
				}
			}
			return Finding{}
		},
		judge: func(r *clyRun) Finding {
			for _, x := range r.of(cartly.ListCustomers) {
				if email := clyParam(x, "email"); email != jane {
					return found("address-changed", jane, "%q is what the server reads", email).at(x)
				}
			}
			return clyFound(r.nth(0), clyByEmail(r, jane))
		},
		mutants: []mutant{
			{"a", "writes the address into the query as it is: a plus sign becomes a blank", "plus-lost"},
		},
	}
}

// clySearched is the prerequisite that customers were looked for by an address.
func clySearched(w *wire) string {
	for _, x := range w.of(cartly.ListCustomers) {
		if clyParam(x, "email") != "" {
			return ""
		}
	}
	return "a search for an address; there was none"
}

// clyFound finds a list that is not of these customers, in that order.
func clyFound(a *answer, want ...cartly.Customer) Finding {
	if f := mustWork(a); f.Code != "" {
		return f
	}
	got := a.clyCustomers()
	if len(got) < len(want) {
		return found("records-missing", fmt.Sprintf("%s from %s", count(len(want), "customer"), a.call), "%s", count(len(got), "customer")).of(a)
	}
	same := func(one CartlyCustomer, other cartly.Customer) bool { return one == clyNeutral(other) }
	if !slices.EqualFunc(got, want, same) {
		return found("wrong-list", fmt.Sprintf("what there is, once each, from %s: %s", a.call, count(len(want), "customer")), "%d, or others", len(got)).of(a)
	}
	return Finding{}
}

func clyCustomer02() clyCheck {
	return clyCheck{
		id: "CLY-CUS-02", title: "a body is the bare record",
		clause: "cartly:75-78", level: must,
		summary: "The sample of a new customer is one object with email and first_name, and nothing around it.",
		needs:   clyWrites,
		after:   clyAfter(clyBase, []string{"CLY-VERB-01"}),
		scenes:  []clyScene{{state: clyStock}},
		drive:   clyEach,
		seen:    clyWrote,
		wire: func(w *wire) Finding {
			for _, f := range w.noted("wrapped-body") {
				return Finding{Code: "wrapped", Expected: "the fields of the record at the top of the body", Got: "an object " + f.Detail + " around them", Call: f.Call}
			}
			for _, x := range clyBodies(w) {
				if body := gjson.ParseBytes(x.Body); !body.IsObject() {
					return found("no-object", "an object", "%s", short(x.Body)).at(x)
				}
			}
			return Finding{}
		},
		judge: func(r *clyRun) Finding {
			for _, x := range r.of(cartly.CreateCustomer) {
				email, name := gjson.GetBytes(x.Body, "email").Str, gjson.GetBytes(x.Body, "first_name").Str
				if email != clyJane().Email || name != clyJane().FirstName {
					return found("field-missing", "email jane@example.com and first_name Jane", "%s", short(x.Body)).at(x)
				}
			}
			return Finding{}
		},
		backed: "CLY-CUS-05",
		mutants: []mutant{
			{"a", "wraps the record in an object customer", "wrapped"},
		},
	}
}

func clyCustomer03() clyCheck {
	const twin = "twin@example.com"
	return clyCheck{
		id: "CLY-CUS-03", title: "a search may find nobody, or several",
		clause: "cartly:62", level: must,
		summary: "What answers a search by e-mail is a list.",
		needs:   []string{"FindCustomers"},
		after:   clyBase,
		panics:  true,
		scenes: []clyScene{{state: func(r *clyRun) {
			clyPeople(3)(r)
			for _, name := range []string{"Ada", "Ben"} {
				clyShop(r).Customers.Quiet().Add(cartly.Customer{Email: twin, FirstName: name})
			}
		}}},
		drive: func(r *clyRun) {
			cly(r).findCustomers("nobody@example.com")
			cly(r).findCustomers(twin)
		},
		seen: clySearched,
		judge: func(r *clyRun) Finding {
			nobody, both := r.nth(0), r.nth(1)
			for _, a := range r.all() {
				if a.panicked != "" {
					return found("panic", "customers, none, or an error", "%s", a.outcome()).of(a)
				}
			}
			if f := mustWork(nobody); f.Code != "" {
				return f
			}
			if n := len(nobody.clyCustomers()); n != 0 {
				return found("wrong-record", "nobody", "%s", count(n, "customer"))
			}
			if n := len(both.clyCustomers()); both.err == nil && n != 2 {
				return found("twin-lost", "both customers with the address, or an error that says so", "%d", n)
			}
			return Finding{}
		},
		mutants: []mutant{
			{"a", "takes the first of the list, which may be empty", "panic"},
		},
	}
}

func clyCustomer04() clyCheck {
	return clyCheck{
		id: "CLY-CUS-04", title: "a list is read to its end",
		clause: "CL-24", level: care,
		summary: "The document says nothing about pages, so a list may have some, and of any length.",
		needs:   []string{"ListCustomers"},
		after:   clyBase,
		scenes:  []clyScene{{state: clyPeople(5), options: []fake.Option{cartly.WithPageSize(2)}}},
		drive:   func(r *clyRun) { cly(r).listCustomers() },
		seen:    asked(cartly.ListCustomers),
		judge:   func(r *clyRun) Finding { return clyFound(r.nth(0), clyShop(r).Customers.All()...) },
		backed:  "GEN-LOOP-01",
		mutants: []mutant{
			{"a", "reads the first page only", "records-missing"},
		},
	}
}

func clyCustomer05() clyCheck {
	return clyCheck{
		id: "CLY-CUS-05", title: "an update sends what changes",
		clause: "cartly:64", level: care,
		summary: "Customer fields are updated; what an empty one means is not said, and it may well clear what is there.",
		needs:   []string{"UpdateCustomer"},
		after:   clyAfter(clyBase, []string{"CLY-VERB-01", "CLY-CUS-02"}),
		scenes: []clyScene{{state: func(r *clyRun) {
			clyShop(r).Customers.Quiet().Add(cartly.Customer{
				Email: "anna@example.com", FirstName: "Anna", LastName: "Benning", Phone: "+1 555 0100", Note: "rings twice",
			})
		}}},
		drive: func(r *clyRun) {
			cly(r).updateCustomer(clyNth(r, 0).ID, CartlyChange{LastName: text("Jules")})
		},
		seen: asked(cartly.UpdateCustomer),
		judge: func(r *clyRun) Finding {
			want := CartlyCustomer{Email: "anna@example.com", FirstName: "Anna", LastName: "Jules", Phone: "+1 555 0100", Note: "rings twice"}
			got := clyNeutral(clyNth(r, 0))
			want.ID = got.ID
			if got != want {
				return found("field-lost", fmt.Sprintf("%+v", want), "%+v", got)
			}
			for _, x := range r.of(cartly.UpdateCustomer) {
				for name := range fake.Members(gjson.ParseBytes(x.Body)) {
					if name != "last_name" {
						return found("more-sent", "last_name alone", "%s too", name).at(x)
					}
				}
			}
			return clyWrong(r.nth(0), clyNth(r, 0))
		},
		backed: "GEN-UTF8-01",
		mutants: []mutant{
			{"a", "blanks what did not change", "field-lost"},
		},
	}
}
