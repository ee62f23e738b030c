package conformance

import (
	"fmt"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/fake/bonify"
)

// read makes a call that shows customer id: List, or Get where there is no List.
func (u bonCaller) read(id int64) *answer {
	if u.c.List != nil {
		return u.list()
	}
	return u.get(id)
}

// bonCustomers are the records that List gave.
func (a *answer) bonCustomers() []BonifyCustomer {
	cs, _ := a.value.([]BonifyCustomer)
	return cs
}

// bonCustomer is the record of an id that List or Get gave, the zero record where
// it gave none.
func (a *answer) bonCustomer(id int64) BonifyCustomer {
	if one, ok := a.value.(BonifyCustomer); ok {
		return one
	}
	all := a.bonCustomers()
	if i := slices.IndexFunc(all, func(c BonifyCustomer) bool { return c.ID == id }); i >= 0 {
		return all[i]
	}
	return BonifyCustomer{}
}

// bonFirst is the one record that List or Get gave, whatever its id.
func (a *answer) bonFirst() BonifyCustomer {
	if all := a.bonCustomers(); len(all) > 0 {
		return all[0]
	}
	one, _ := a.value.(BonifyCustomer)
	return one
}

// bonListed finds a list that is not those customers, once each, in any order.
func bonListed(a *answer, want ...int64) Finding {
	if f := mustWork(a); f.Code != "" {
		return f
	}
	var got []int64
	for _, c := range a.bonCustomers() {
		got = append(got, c.ID)
	}
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	switch {
	case slices.Equal(got, want):
		return Finding{}
	case len(slices.Compact(slices.Clone(got))) < len(got):
		return found("listed-twice", "each customer once", "%d records of %d customers", len(got), len(slices.Compact(slices.Clone(got)))).of(a)
	case len(got) < len(want):
		return found("customers-missing", fmt.Sprintf("%s from %s", count(len(want), "customer"), a.call), "%s", count(len(got), "customer")).of(a)
	}
	return found("wrong-customers", fmt.Sprintf("%s from %s: %v", count(len(want), "customer"), a.call, bonShort(want)), "%d others: %v", len(got), bonShort(got)).of(a)
}

func bonShort(ids []int64) []int64 { return ids[:min(len(ids), 5)] }

// bonAllListed finds a first list that is not all customers of the shop.
func bonAllListed(r *bonRun) Finding { return bonListed(r.nth(0), bonIDs(r)...) }

// bonIDs are all customers of the shop.
func bonIDs(r *bonRun) []int64 { return bonIDsOf(bonShop(r).Shop) }

func bonIDsOf(shop *bonify.Shop) []int64 {
	var ids []int64
	for _, c := range shop.Customers.All() {
		ids = append(ids, c.ID)
	}
	return ids
}

// bonPeople puts n customers into the shop who changed one after the other, so
// that lists have them by id.
func bonPeople(n int) func(*bonRun) {
	return func(r *bonRun) {
		for i := range n {
			bonAdd(r, bonify.Customer{
				Email:     fmt.Sprintf("c%d@example.com", i+1),
				FirstName: bonNames[r.rng.IntN(len(bonNames))],
				LastName:  bonNames[r.rng.IntN(len(bonNames))],
			})
		}
	}
}

var bonNames = []string{"Ada", "Ben", "Cem", "Dora", "Emil", "Fay", "Gus", "Hana"}

// bonAdd puts a customer into the shop, a second younger than the one before.
func bonAdd(r *bonRun, c bonify.Customer) bonify.Customer {
	shop := bonShop(r)
	if c.UpdatedAt.IsZero() {
		c.UpdatedAt = shop.Now().AddDate(-1, 0, 0).Add(time.Duration(shop.Customers.Len()) * time.Second)
	}
	return shop.Customers.Add(c)
}

// bonNth is the n-th customer of the shop, from 0, by id. One who is not there
// has an id that is unknown.
func bonNth(r *bonRun, n int) bonify.Customer {
	if all := bonShop(r).Customers.All(); n >= 0 && n < len(all) {
		return all[n]
	}
	return bonify.Customer{ID: bonUnknown}
}

// bonUnknown is an id that no customer of a check has.
const bonUnknown = 999

// bonField is what a customer of the shop has in a custom field.
func bonField(c bonify.Customer, machineName string) string {
	for _, v := range c.Fields {
		if v.MachineName == machineName {
			return v.Value
		}
	}
	return ""
}

// bonValues makes custom fields of pairs of machine name and value.
func bonValues(pairs ...string) map[string]BonifyField {
	fields := map[string]BonifyField{}
	for i := 0; i < len(pairs); i += 2 {
		fields[pairs[i]] = BonifyField{Value: pairs[i+1]}
	}
	return fields
}

// bonNewcomer is a customer that is not in the shop yet, one for each number.
func bonNewcomer(n int) BonifyCustomer {
	return BonifyCustomer{Email: fmt.Sprintf("new%d@example.com", n), FirstName: "New", LastName: fmt.Sprintf("Comer %d", n)}
}

// bonNewcomers are so many of them.
func bonNewcomers(n int) []BonifyCustomer {
	var all []BonifyCustomer
	for i := range n {
		all = append(all, bonNewcomer(i))
	}
	return all
}

// bonRenamed are the customers of the shop, from first to before end, with last
// names of their own.
func bonRenamed(r *bonRun, first, end int) []BonifyCustomer {
	var all []BonifyCustomer
	for i := first; i < end; i++ {
		all = append(all, BonifyCustomer{ID: bonNth(r, i).ID, LastName: bonName(i)})
	}
	return all
}

// bonWith is how many customers have an address.
func bonWith(r *bonRun, email string) (n int) {
	for _, c := range bonShop(r).Customers.All() {
		if c.Email == email {
			n++
		}
	}
	return n
}

// control is what an answer is about that has to be an error. It shows that a
// client would tell, where success gives nothing to be looked at.
const control = "control"

// bonNobody updates a customer that there is not.
func bonNobody(u bonCaller) {
	u.update(BonifyCustomer{ID: bonUnknown, LastName: "Nobody"}).is(control, 0)
}

// bonOutcomes finds a call that failed, but for the controls, which have to.
func bonOutcomes(r *bonRun) Finding {
	for _, a := range r.all() {
		f := Finding{}
		if a.about == control {
			f = mustFail(a, "it was refused")
		} else {
			f = mustWork(a)
		}
		if f.Code != "" {
			return f
		}
	}
	return Finding{}
}

// bonEach calls all functions of the client but List, once each.
func bonEach(r *bonRun) {
	u, one := bon(r), bonNth(r, 0)
	for _, call := range []struct {
		name string
		make func()
	}{
		{"Get", func() { u.get(one.ID) }},
		{"Update", func() { u.update(BonifyCustomer{ID: one.ID, LastName: "Renamed"}) }},
		{"Create", func() { u.create(bonNewcomer(0)) }},
		{"Clear", func() { u.clear(one.ID, "text") }},
		{"Ensure", func() { u.ensure(bonNewcomer(1)) }},
		{"Each", func() { u.each(func(BonifyCustomer) error { return nil }) }},
		{"Delete", func() { u.delete(one.ID) }},
	} {
		if missing(u.c, []string{call.name}) == nil {
			call.make()
		}
	}
}

// bonAny is the adapter's functions, of which a check needs one.
var bonAny = []string{"List|Get|Update|Create|Delete|Clear|Ensure|Each"}
