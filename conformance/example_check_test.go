package conformance

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// addressKept is a check: who it is about, what it puts the client in, what has
// to come about before there is a verdict, the rule, and the bug that it finds.
func addressKept() cfnCheck {
	const typed = "Anna@Example.com"
	return cfnCheck{
		id: "CFN-GET-09", title: "an address keeps its capital letters",
		clause: "CF-30", level: care,
		summary: "An address is kept as it was typed, and some mail hosts tell letters apart.",
		needs:   []string{"Get"},
		scenes: []cfnScene{{state: func(r *cfnRun) {
			cfnShop(r).Customers.Add(cartfunnel.Customer{Email: typed})
		}}},
		drive: func(r *cfnRun) { cfn(r).get(cfnStored(r, 0).ID) },
		seen:  asked(cartfunnel.GetCustomer),
		judge: func(r *cfnRun) Finding {
			if got := r.nth(0).customer().Email; got != typed {
				return found("case-lost", typed, "%s", r.nth(0).outcome()+", "+got)
			}
			return Finding{}
		},
		mutants: []mutant{{"a", "folds addresses to small letters", "case-lost"}},
	}
}

// folding is the client with that bug, and counts how often it ran.
func folding(ran *atomic.Int64) func(fake.TB, Env) CartfunnelClient {
	return func(tb fake.TB, env Env) CartfunnelClient {
		c := good(tb, env)
		get := c.Get
		c.Get = func(ctx context.Context, id int64) (CartfunnelCustomer, error) {
			one, err := get(ctx, id)
			ran.Add(1)
			one.Email = strings.ToLower(one.Email)
			return one, err
		}
		return c
	}
}

func TestAddressKept(t *testing.T) {
	var ran atomic.Int64
	Prove(t, sample(addressKept()), good, []Mutant[CartfunnelClient]{
		{Name: "CFN-GET-09a", Make: folding(&ran), Ran: func() int { return int(ran.Load()) }},
	})
}
