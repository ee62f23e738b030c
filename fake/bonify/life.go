package bonify

// What happens in the shop and not through the API.

// SetField gives a customer a value in a custom field, as customers do for
// themselves in the shop. An unknown id or machine name is a mistake of the
// test.
func (t *Shop) SetField(id int64, machineName, value string) Customer {
	t.mustDefine("SetField", machineName)
	return t.Customers.Change(id, func(c *Customer) { c.setField(machineName, value, wholeSeconds(t.server.Now())) })
}

// ClearField takes the value of a custom field away, and its times with it. An
// unknown id or machine name is a mistake of the test.
func (t *Shop) ClearField(id int64, machineName string) Customer {
	t.mustDefine("ClearField", machineName)
	return t.Customers.Change(id, func(c *Customer) { c.clearField(machineName) })
}

func (t *Shop) mustDefine(method, machineName string) {
	known := false
	t.server.Locked(func() { known = t.definitions().byName[machineName] != nil })
	if !known {
		t.server.Mistake("%s: the shop has no field %q; it has %q", method, machineName, t.machineNames())
	}
}

// PlaceOrder is an order at checkout: it counts the order and its total in
// cents, and remembers its date. An unknown id is a mistake of the test. The
// customer can no longer be deleted through the API.
func (t *Shop) PlaceOrder(id, totalCents int64) Customer {
	return t.Customers.Change(id, func(c *Customer) {
		c.OrdersCount++
		c.TotalSpentCents += totalCents
		c.OrderDates = append(c.OrderDates, t.server.Now())
	})
}

// AbandonCart is a checkout that the customer left: it sets the date for the
// filter last_abandoned_order_date. An unknown id is a mistake of the test.
func (t *Shop) AbandonCart(id int64) Customer {
	return t.Customers.Change(id, func(c *Customer) { c.LastAbandonedOrderDate = t.server.Now() })
}

// Register is an account that a visitor makes in the shop: as Customers.Add, but
// an address that another customer has, letter case ignored, is a mistake of the
// test.
func (t *Shop) Register(c Customer) Customer {
	taken := false
	t.server.Locked(func() { taken = t.taken(&c) })
	if taken {
		t.server.Mistake("Register: another customer has the address %s", c.Email)
		return Customer{}
	}
	return t.Customers.Add(c)
}
