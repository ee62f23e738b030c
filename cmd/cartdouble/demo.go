package main

import (
	"fmt"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
	"github.com/cartdouble/cartdouble/fake/cartfunnel"
)

// An api is one of the fakes that the command serves.
type api struct {
	name string
	// start makes the fake, with the demo shop or empty, and tells the
	// credentials to print.
	start func(demo bool, opts ...fake.Option) (*fake.Server, fake.Credentials)
	// still are options beside fake.Frozen: a limit that a standing clock would
	// never lift is off.
	still []fake.Option
}

// apis are all, in the order in which they are served and printed.
var apis = []api{
	{name: "cartfunnel", start: startCartfunnel},
	{name: "cscart", start: startCscart},
	{name: "fluidpay", start: startFluidpay},
	{name: "bonify", start: startBonify, still: []fake.Option{bonify.WithoutLimits()}},
	{name: "cartly", start: startCartly},
}

func apiNames() []string {
	var names []string
	for _, a := range apis {
		names = append(names, a.name)
	}
	return names
}

// demoTime is when the demo shops open, and where a frozen clock stands.
var demoTime = time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)

// demoCustomers is how many customers the demo shop has: three pages.
const demoCustomers = 250

func startCartfunnel(demo bool, opts ...fake.Option) (*fake.Server, fake.Credentials) {
	shop := cartfunnel.New(opts...)
	const reader = "your_readonly_secret"
	shop.AddSecret(reader, cartfunnel.ReadCustomers)
	if demo {
		since := time.Date(2018, 12, 5, 4, 29, 37, 406e6, time.UTC)
		shop.Customers.Add(cartfunnel.Customer{ // the document's sample
			ID: 1, Email: "joe@example.com", CreatedAt: since, UpdatedAt: since, AcceptsMarketing: true,
			FirstName: "Joe", LastName: "El", Note: "Special user",
			OrdersCount: 3, TotalSpentCents: 100000, SubscriptionsCount: 1, LastOrderID: 3200291,
		})
		for n := 2; n <= demoCustomers; n++ {
			at := since.Add(time.Duration(n) * time.Hour)
			shop.Customers.Add(cartfunnel.Customer{
				Email: fmt.Sprintf("customer%d@example.com", n), CreatedAt: at, UpdatedAt: at,
				FirstName: "Customer", LastName: fmt.Sprintf("No. %d", n), AcceptsMarketing: n%2 == 0,
			})
		}
	}
	credentials := shop.Credentials()
	credentials["readonly_secret"] = reader
	return shop.Server, credentials
}
