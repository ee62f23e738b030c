package main

import (
	"github.com/cartdouble/cartdouble/fake"
	"github.com/cartdouble/cartdouble/fake/cartly"
)

// demoRedirect is the address to which the consent page of the demo sends the
// merchant back. On a loopback host any port is good.
const demoRedirect = "http://127.0.0.1/callback"

func startCartly(demo bool, opts ...fake.Option) (*fake.Server, fake.Credentials) {
	shop := cartly.New(opts...)
	credentials := shop.Credentials()
	credentials["redirect_uri"] = demoRedirect
	if demo {
		order := fillCartly(shop)
		credentials["order_id"], credentials["variant_id"] = order.ID, order.LineItems[0].VariantID
	}
	return shop.Server, credentials
}

// fillCartly adds the customer of the document's sample, a product with three
// variants, a discount, and a paid order of one of the variants, which it gives.
func fillCartly(shop *cartly.Server) cartly.Order {
	jane := shop.Customers.Add(cartly.Customer{Email: "jane@example.com", FirstName: "Jane", CreatedAt: demoTime})
	mug := shop.Products.Add(cartly.Product{
		Title: "Mug", CreatedAt: demoTime,
		Variants: []cartly.Variant{
			{Title: "Blue", SKU: "MUG-B", PriceCents: 1250, Inventory: 10},
			{Title: "Red", SKU: "MUG-R", PriceCents: 1250, Inventory: 4},
			{Title: "Gold", SKU: "MUG-G", PriceCents: 4900},
		},
	})
	blue := mug.Variants[0]
	shop.Levels.Change(blue.ID, shop.Levels.All()[0].LocationID, func(l *cartly.Level) { l.Reserved, l.Incoming = 2, 6 })
	shop.Discounts.Add(cartly.Discount{Code: "SPRING10", Type: "percentage", Value: 10, CreatedAt: demoTime})
	return shop.Orders.Add(cartly.Order{
		CustomerID: jane.ID, Email: jane.Email, PaymentStatus: "paid", CreatedAt: demoTime,
		LineItems: []cartly.LineItem{{VariantID: blue.ID, Title: "Mug, blue", Quantity: 2, PriceCents: blue.PriceCents}},
	})
}
