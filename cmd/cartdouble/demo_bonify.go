package main

import (
	"fmt"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/bonify"
)

// demoMembers is how many customers the demo shop of Bonify has: three pages.
const demoMembers = 120

func startBonify(demo bool, opts ...fake.Option) (*fake.Server, fake.Credentials) {
	shop := bonify.New(opts...)
	if demo {
		fillBonify(shop)
	}
	return shop.Server, shop.Credentials()
}

// fillBonify adds the customer of the document's sample, with both custom fields,
// then some with the one, the other, both or none, changed an hour apart.
func fillBonify(shop *bonify.Server) {
	since := time.Date(2018, 9, 11, 15, 44, 47, 0, time.UTC) // of the sample's newest value
	shop.Customers.Add(bonify.Customer{
		Email: "apps+345@bonify.io", FirstName: "FNAME", LastName: "LNAME", CreatedAt: since, UpdatedAt: since,
		Fields: []bonify.FieldValue{
			{MachineName: "radios", Value: "one", CreatedAt: since, UpdatedAt: since},
			{MachineName: "text", Value: "Value for my custom text field.", CreatedAt: since, UpdatedAt: since},
		},
	})
	for n := 2; n <= demoMembers; n++ {
		at := since.Add(time.Duration(n) * time.Hour)
		c := bonify.Customer{
			Email: fmt.Sprintf("customer%d@example.com", n), FirstName: "Customer", LastName: fmt.Sprintf("No. %d", n),
			CreatedAt: at, UpdatedAt: at, OrdersCount: n % 5, TotalSpentCents: int64(n%5) * 2500, VerifiedEmail: n%2 == 0,
		}
		if n%2 == 0 {
			c.Fields = append(c.Fields, bonify.FieldValue{MachineName: "radios", Value: []string{"one", "two", "three"}[n%3], CreatedAt: at, UpdatedAt: at})
		}
		if n%3 == 0 {
			c.Fields = append(c.Fields, bonify.FieldValue{MachineName: "text", Value: fmt.Sprintf("remark %d", n), CreatedAt: at, UpdatedAt: at})
		}
		if n%10 == 0 {
			c.Tags = []string{"vip"}
		}
		shop.Customers.Add(c)
	}
}
