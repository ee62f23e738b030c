package conformance

import (
	"fmt"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// cfnTypes is what all checks of types share: customers are read in each way
// that the client claims, and what it made of them is compared.
func cfnTypes(k cfnCheck, same func(got CartfunnelCustomer, want cartfunnel.Customer) Finding) cfnCheck {
	k.needs = []string{"Get|List"}
	k.drive = cfnReadAll
	k.seen = askedAny(cartfunnel.ListCustomers, cartfunnel.GetCustomer)
	k.judge = func(r *cfnRun) Finding {
		for _, want := range cfnShop(r).Customers.All() {
			all, f := cfnReadAs(r, want.ID)
			for _, got := range all {
				f = firstOf(f, same(got, want))
			}
			if f.Code != "" {
				return f
			}
		}
		return Finding{}
	}
	return k
}

// cfnHolds puts these customers into the account.
func cfnHolds(r *cfnRun, customers ...cartfunnel.Customer) {
	for i, c := range customers {
		c.Email = fmt.Sprintf("c%d@example.com", i+1)
		cfnShop(r).Customers.Add(c)
	}
}

func cfnType() []cfnCheck {
	return []cfnCheck{cfnType01(), cfnType02(), cfnType03(), cfnType04(), cfnType05()}
}

func cfnType01() cfnCheck {
	return cfnTypes(cfnCheck{
		id: "CFN-TYPE-01", title: `"true" is true and "false" is false`,
		clause: "cartfunnel:69,76,78", level: must,
		summary: "The samples have booleans as strings.",
		flags:   []string{"BOOL_AS_STRING"},
		after:   []string{"CFN-URL-01"},
		scenes:  []cfnScene{{state: cfnFlagged}},
		backed:  "CFN-SAVE-03",
		mutants: []mutant{
			{"a", "decodes into a JSON boolean, which fails", "error"},
			{"b", "takes any text for true", "wrong-boolean"},
		},
	}, cfnSameFlags)
}

func cfnType02() cfnCheck {
	return cfnTypes(cfnCheck{
		id: "CFN-TYPE-02", title: "real JSON booleans are read too",
		clause: "cartfunnel:88-89", level: should,
		summary: "The table of attributes calls them booleans.",
		flags:   []string{"BOOL_AS_STRING"},
		after:   cfnReading,
		scenes:  []cfnScene{{state: cfnFlagged, options: []fake.Option{cartfunnel.WithNativeBooleans()}}},
		mutants: []mutant{
			{"a", "decodes booleans into strings alone", "error"},
		},
	}, cfnSameFlags)
}

func cfnType03() cfnCheck {
	return cfnTypes(cfnCheck{
		id: "CFN-TYPE-03", title: "the last order is a number, or none",
		clause: "cartfunnel:77,141", level: must,
		summary: `last_order_id is a number in one sample and the string "null" in two.`,
		flags:   []string{"NULL_AS_STRING"},
		after:   []string{"CFN-URL-01"},
		scenes: []cfnScene{
			{name: `a number and "null"`, state: cfnOrdered},
			{name: "a number and null", state: cfnOrdered, options: []fake.Option{cartfunnel.WithNullLastOrder()}},
		},
		mutants: []mutant{
			{"a", `decodes into an integer, which fails for "null"`, "error"},
			{"b", "makes order 0 of no order", "wrong-order"},
		},
	}, func(got CartfunnelCustomer, want cartfunnel.Customer) Finding {
		switch {
		case want.LastOrderID == 0 && got.LastOrderID != nil:
			return found("wrong-order", "no last order", "order %d", *got.LastOrderID)
		case want.LastOrderID != 0 && (got.LastOrderID == nil || *got.LastOrderID != want.LastOrderID):
			return found("wrong-order", fmt.Sprintf("order %d", want.LastOrderID), "another one, or none")
		}
		return Finding{}
	})
}

func cfnType04() cfnCheck {
	return cfnTypes(cfnCheck{
		id: "CFN-TYPE-04", title: "cents are whole numbers",
		clause: "cartfunnel:74", level: must,
		summary: "total_spent_cents is an integer.",
		after:   cfnReading,
		scenes:  []cfnScene{{state: cfnRich}},
		mutants: []mutant{
			{"a", "goes through a float64", "wrong-amount"},
		},
	}, func(got CartfunnelCustomer, want cartfunnel.Customer) Finding {
		if got.TotalSpentCents == want.TotalSpentCents {
			return Finding{}
		}
		return found("wrong-amount", fmt.Sprintf("total_spent_cents %d", want.TotalSpentCents), "total_spent_cents %d", got.TotalSpentCents)
	})
}

func cfnType05() cfnCheck {
	return cfnTypes(cfnCheck{
		id: "CFN-TYPE-05", title: "times keep offset and milliseconds",
		clause: "cartfunnel:67", level: should,
		summary: "Times have milliseconds and an offset.",
		after:   cfnReading,
		scenes: []cfnScene{
			{name: "-05:00, 1 ms apart", state: cfnTimed},
			{name: "-04:00, 1 ms apart", state: cfnTimed, options: []fake.Option{cartfunnel.WithZone(time.FixedZone("", -4*60*60))}},
		},
		mutants: []mutant{
			{"a", "drops the offset", "wrong-time"},
			{"b", "cuts to whole seconds", "milliseconds-lost"},
		},
	}, func(got CartfunnelCustomer, want cartfunnel.Customer) Finding {
		switch expected := want.CreatedAt.Format(time.RFC3339Nano); {
		case got.CreatedAt.Equal(want.CreatedAt):
			return Finding{}
		case got.CreatedAt.Equal(want.CreatedAt.Truncate(time.Second)):
			return found("milliseconds-lost", "created_at "+expected, "created_at %s", got.CreatedAt.UTC().Format(time.RFC3339Nano))
		default:
			return found("wrong-time", "created_at "+expected, "created_at %s", got.CreatedAt.UTC().Format(time.RFC3339Nano))
		}
	})
}

// cfnFlagged are two customers of whom each has one of the flags.
func cfnFlagged(r *cfnRun) {
	cfnHolds(r, cartfunnel.Customer{AcceptsMarketing: true}, cartfunnel.Customer{TaxExempt: true})
}

// cfnOrdered are a customer with orders and one without.
func cfnOrdered(r *cfnRun) {
	cfnHolds(r, cartfunnel.Customer{LastOrderID: 3200291, OrdersCount: 3}, cartfunnel.Customer{})
}

// cfnRich are a customer who spent what the sample says, and one who spent what
// no float64 can hold.
func cfnRich(r *cfnRun) {
	cfnHolds(r, cartfunnel.Customer{TotalSpentCents: 100000}, cartfunnel.Customer{TotalSpentCents: 1<<53 + 1})
}

// cfnTimed are two customers who were made one millisecond apart.
func cfnTimed(r *cfnRun) {
	at := time.Date(2018, 12, 5, 4, 29, 37, 406e6, time.UTC)
	cfnHolds(r, cartfunnel.Customer{CreatedAt: at}, cartfunnel.Customer{CreatedAt: at.Add(time.Millisecond)})
}

func cfnSameFlags(got CartfunnelCustomer, want cartfunnel.Customer) Finding {
	if got.AcceptsMarketing == want.AcceptsMarketing && got.TaxExempt == want.TaxExempt {
		return Finding{}
	}
	return found("wrong-boolean", fmt.Sprintf("accepts_marketing %t, tax_exempt %t", want.AcceptsMarketing, want.TaxExempt),
		"accepts_marketing %t, tax_exempt %t", got.AcceptsMarketing, got.TaxExempt)
}
