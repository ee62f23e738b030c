package cartfunnel

// What happens in the shop and not through the API. The counters of a customer
// change here and in a test, and nowhere else (reading CF-26).

// PlaceOrder is an order at checkout: it finds the customer by address, letter
// case ignored, or creates one, counts the order and its total in cents, and
// gives the customer as stored and the order's id. Order ids count from 1 over
// all accounts of the fake.
func (t *Tenant) PlaceOrder(email string, totalCents int64) (Customer, int64) {
	var customer Customer
	var order int64
	t.server.Locked(func() {
		order = t.server.NextID("orders")
		now := wholeMillis(t.server.Now())
		if ids := t.Customers.Lookup(byEmail, foldEmail(email)); len(ids) > 0 {
			customer, _ = t.Customers.Find(ids[0])
		} else {
			customer = t.Customers.Insert(nil, Customer{Email: email, CreatedAt: now})
		}
		customer.OrdersCount++
		customer.TotalSpentCents += totalCents
		customer.LastOrderID = order
		customer.UpdatedAt = now
		customer = cloneCustomer(t.Customers.Update(nil, customer))
	})
	return customer, order
}

// AmendOrder changes what a customer has spent by a number of cents, up or down,
// without a new order: orders stay editable for a while. An unknown id is a
// mistake of the test.
func (t *Tenant) AmendOrder(customerID, deltaCents int64) Customer {
	return t.Customers.Change(customerID, func(c *Customer) { c.TotalSpentCents += deltaCents })
}

// StartSubscription counts one more subscription of a customer. An unknown id is
// a mistake of the test.
func (t *Tenant) StartSubscription(customerID int64) Customer {
	return t.Customers.Change(customerID, func(c *Customer) { c.SubscriptionsCount++ })
}

// EndSubscription counts one subscription less, but never below 0. An unknown id
// is a mistake of the test.
func (t *Tenant) EndSubscription(customerID int64) Customer {
	return t.Customers.Change(customerID, func(c *Customer) { c.SubscriptionsCount = max(c.SubscriptionsCount-1, 0) })
}
