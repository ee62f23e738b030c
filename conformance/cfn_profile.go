package conformance

import (
	"context"
	"fmt"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// cfnProfile is what the common checks know of Cartfunnel.
func cfnProfile() profile[CartfunnelClient] {
	return profile[CartfunnelClient]{
		list: usual[CartfunnelClient]{
			op: cartfunnel.ListCustomers, name: "List", after: []string{"CFN-PAGE-01"},
			call: func(r *cfnRun, ctx context.Context, _ int) *answer {
				return cfnIn(r, ctx).list().is(cartfunnel.ListCustomers, 0)
			},
			right: func(r *cfnRun, a *answer) Finding {
				return firstOf(cfnFailed(a), cfnListed(r, a))
			},
		},
		get: usual[CartfunnelClient]{
			op: cartfunnel.GetCustomer, name: "Get", after: []string{"CFN-GET-01"},
			call: func(r *cfnRun, ctx context.Context, n int) *answer {
				return cfnIn(r, ctx).get(cfnStored(r, n).ID).is(cartfunnel.GetCustomer, n)
			},
			right: func(r *cfnRun, a *answer) Finding { return cfnWrong(a, cfnStored(r, a.n)) },
		},
		create: cfnCreates(), update: cfnUpdates(),
		people: cfnPeople,
		copies: func(r *cfnRun, n int) int { _, copies := cfnByEmail(r, cfnNewcomer(n).Email); return copies },
		write: func(r *cfnRun, texts []string) *answer {
			return cfn(r).create(CartfunnelCustomer{Email: "zoe@example.com", FirstName: texts[0], LastName: texts[1], Note: texts[2]})
		},
		written: func(a *answer) []string {
			c := a.customer()
			return []string{c.FirstName, c.LastName, c.Note}
		},
		stored: func(r *cfnRun) []string {
			c := cfnStored(r, 0)
			return []string{c.FirstName, c.LastName, c.Note}
		},
		denied: "CFN-AUTH-04", saved: "CFN-SAVE-01", told: "CFN-AUTH-03",
		refuse: func(n int, text string) fake.Fault {
			return fake.NewFault("not-saved").Set("errors", text).On(cartfunnel.CreateCustomer).
				When("customer.email", "==", cfnNewcomer(n).Email)
		},
		envelope:      `{"errors":["Not found"]}`,
		forbidMissing: []fake.Option{cartfunnel.WithUnknownRecord(403)},
		clauses: map[string]string{
			"GEN-4XX-01": "CF-9", "GEN-DUP-01": "CF-24", "GEN-HTML-01": "CF-9", "GEN-MISS-01": "CF-8",
			"GEN-TEXT-01": "CF-13", "GEN-WAIT-01": "CF-25",
		},
	}
}

func cfnCreates() usual[CartfunnelClient] {
	return usual[CartfunnelClient]{
		op: cartfunnel.CreateCustomer, name: "Create", after: append([]string{"CFN-BODY-01", "CFN-CT-01"}, cfnCreating...),
		call: func(r *cfnRun, ctx context.Context, n int) *answer {
			c := cfnNewcomer(n)
			if n == nobody {
				c.Email = cfnStored(r, 0).Email
			}
			return cfnIn(r, ctx).create(c).is(cartfunnel.CreateCustomer, n)
		},
		right: func(r *cfnRun, a *answer) Finding {
			want, _ := cfnByEmail(r, cfnNewcomer(a.n).Email)
			return cfnWrong(a, want)
		},
	}
}

func cfnUpdates() usual[CartfunnelClient] {
	return usual[CartfunnelClient]{
		op: cartfunnel.UpdateCustomer, name: "Update", after: append([]string{"CFN-BODY-02"}, cfnUpdating...),
		call: func(r *cfnRun, ctx context.Context, n int) *answer {
			return cfnIn(r, ctx).update(cfnStored(r, n).ID, CartfunnelChange{Note: text(cfnNote(n))}).is(cartfunnel.UpdateCustomer, n)
		},
		right: func(r *cfnRun, a *answer) Finding {
			want := cfnStored(r, a.n)
			if want.Note != cfnNote(a.n) {
				return found("not-changed", cfnNote(a.n), "%q", want.Note).of(a)
			}
			return cfnWrong(a, want)
		},
	}
}

// is says what an answer is about.
func (a *answer) is(op fake.Op, n int) *answer {
	a.about, a.n = op, n
	return a
}

// cfnIn calls with a context of the check's own.
func cfnIn(r *cfnRun, ctx context.Context) cfnCaller { return cfnCaller{r, r.client, ctx} }

func cfnNewcomer(n int) CartfunnelCustomer {
	return CartfunnelCustomer{Email: fmt.Sprintf("new%d@example.com", n), FirstName: "New", LastName: fmt.Sprintf("Comer %d", n)}
}

func cfnNote(n int) string { return fmt.Sprintf("note %d", n) }

// cfnByEmail is the customer with an address, and how many there are.
func cfnByEmail(r *cfnRun, email string) (found cartfunnel.Customer, copies int) {
	for _, c := range cfnShop(r).Customers.All() {
		if c.Email == email {
			found = c
			copies++
		}
	}
	return found, copies
}
