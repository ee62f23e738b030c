package main

import (
	"fmt"
	"time"

	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/fluidpay"
)

// demoProducts is how many products the demo merchant has beside the document's
// seven: two pages of a search.
const demoProducts = 120

func startFluidpay(demo bool, opts ...fake.Option) (*fake.Server, fake.Credentials) {
	shop := fluidpay.New(opts...)
	if demo {
		carts, products := fluidpay.SampleCarts() // the document's
		for _, p := range products {
			shop.Products.Add(p)
		}
		for _, c := range carts {
			shop.Carts.Add(c)
		}
		since := products[0].CreatedAt
		for n := 1; n <= demoProducts; n++ {
			at := since.Add(time.Duration(n) * time.Minute)
			shop.Products.Add(fluidpay.Product{
				SKU: fmt.Sprintf("SKU-%d", n), Name: fmt.Sprintf("Product No. %d", n), Description: "a product of the demo",
				Price: int64(n) * 100, FixedAmount: true, FixedQty: n%2 == 0, CreatedAt: at, UpdatedAt: at,
			})
		}
	}
	return shop.Server, shop.Credentials()
}
