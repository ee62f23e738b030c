package main

import (
	"fmt"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cscart"
)

// demoCarts is how many carts the demo store has: three pages, the last of them
// half full.
const demoCarts = 25

func startCscart(demo bool, opts ...fake.Option) (*fake.Server, fake.Credentials) {
	store := cscart.New(opts...)
	if demo {
		fillCscart(store)
	}
	return store.Server, store.Credentials()
}

// fillCscart adds the two carts of the document, then some of each kind: guests
// and members, with something in the cart, on the wishlist or both, put there an
// hour apart.
func fillCscart(store *cscart.Server) {
	samples := cscart.SampleCarts()
	for _, c := range samples {
		store.Carts.Add(c)
	}
	goods := []cscart.Product{
		{ProductID: 12, Price: 3000, Name: "100g Pants", Options: []cscart.Option{{ID: 3, Variant: 12}, {ID: 4, Variant: 17}}},
		{ProductID: 13, Price: 500, Name: "Lid", Gone: true},
		{ProductID: 14, Price: 10, Name: "Pin", Amount: 3},
		{ProductID: 15, Price: 900, Name: "Hat", Type: cscart.OnWishlist},
		{ProductID: 20, Price: 2999, Name: "Mug"},
	}
	for n := len(samples) + 1; n <= demoCarts; n++ {
		first, second := goods[n%len(goods)], goods[(n+2)%len(goods)]
		first.Timestamp = demoTime.Add(-time.Duration(n) * time.Hour)
		second.Timestamp = first.Timestamp.Add(time.Minute)
		c := cscart.Cart{UserID: 4000000000 + int64(n), IPAddress: fmt.Sprintf("10.0.0.%d", n), Products: []cscart.Product{first, second}}
		if n%3 == 0 {
			c.UserID = int64(100 + n)
			c.User = &cscart.User{
				FirstName: "Customer", LastName: fmt.Sprintf("No. %d", n), Email: fmt.Sprintf("customer%d@example.com", n),
				Timestamp: first.Timestamp.AddDate(-1, 0, 0), LastLogin: first.Timestamp,
			}
		}
		store.Carts.Add(c)
	}
}
