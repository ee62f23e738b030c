package cartly

import (
	"cmp"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A Cart is what a buyer has not ordered yet. It is never on the API; the event
// cart.abandoned carries it.
type Cart struct {
	ID            string     `json:"id"`
	CustomerID    string     `json:"customer_id"`
	Email         string     `json:"email"`
	Currency      string     `json:"currency"`       // the shop's
	SubtotalCents int64      `json:"subtotal_cents"` // 0 becomes the sum of the lines
	LineItems     []LineItem `json:"line_items"`
	CreatedAt     time.Time  `json:"created_at"`            // UTC, whole milliseconds
	UpdatedAt     time.Time  `json:"updated_at"`            // UTC, whole milliseconds; when it was last touched
	AbandonedAt   time.Time  `json:"abandoned_at,omitzero"` // zero: it is not
}

func (t *ShopHandle) newCarts() *fake.Collection[string, Cart] {
	s := t.server
	return fake.NewCollection(t.engine, fake.Spec[string, Cart]{
		Name:    "carts",
		Key:     func(c *Cart) *string { return &c.ID },
		NextKey: func() string { return s.newID(cartID) },
		Clone: func(c Cart) Cart {
			c.LineItems = slices.Clone(c.LineItems)
			return c
		},
		Fill: func(c *Cart, now time.Time) {
			s.fillID(cartID, &c.ID)
			c.Currency = cmp.Or(c.Currency, t.shop.Currency)
			c.SubtotalCents = cmp.Or(c.SubtotalCents, totalOf(c.LineItems))
			c.AbandonedAt = wholeMillis(c.AbandonedAt)
			fillTimes(&c.CreatedAt, &c.UpdatedAt, now)
			t.watch(c)
		},
		Touch: func(before Cart, c *Cart, now time.Time) {
			touchTimes(&c.CreatedAt, before.UpdatedAt, &c.UpdatedAt, now)
			if c.AbandonedAt.Equal(before.AbandonedAt) { // somebody is back
				c.AbandonedAt = time.Time{}
			}
			c.AbandonedAt = wholeMillis(c.AbandonedAt)
			t.watch(c)
		},
		Illegal: func(c Cart) error { return t.elsewhere(cartID, c.ID) },
		Encode:  encoded(s, appendCart),
	})
}

func appendCart(dst []byte, c *Cart) []byte {
	b := appendText(append(dst, '{'), "id", c.ID)
	b = appendOptional(b, "customer_id", c.CustomerID)
	b = appendOptional(b, "email", c.Email)
	b = appendText(b, "currency", c.Currency)
	b = appendNumber(b, "subtotal_cents", c.SubtotalCents)
	b = appendLines(b, c.LineItems)
	b = appendTime(b, "created_at", c.CreatedAt)
	b = appendTime(b, "updated_at", c.UpdatedAt)
	return append(appendOptionalTime(b, "abandoned_at", c.AbandonedAt), '}')
}

// watch sets the timer of a cart: untouched for the delay, it is abandoned at the
// very moment that the delay ends (reading CL-40).
func (t *ShopHandle) watch(c *Cart) {
	id, timer := c.ID, "cart "+c.ID
	if !c.AbandonedAt.IsZero() {
		t.server.Due(timer, time.Time{}, nil)
		return
	}
	t.server.Due(timer, c.UpdatedAt.Add(t.server.settings.abandonAfter), func(now time.Time) {
		cart, err := t.Carts.Find(id)
		if err == nil {
			t.abandon(cart, now)
		}
	})
}

// abandon marks a cart and tells of it.
func (t *ShopHandle) abandon(cart Cart, now time.Time) Cart {
	cart.AbandonedAt = wholeMillis(now)
	t.server.Due("cart "+cart.ID, time.Time{}, nil)
	cart = t.Carts.Update(nil, cart)
	t.emitAt(cartAbandoned, t.Carts.Wire(cart.ID), now)
	return cart
}

// TouchCart is a buyer who does something with a cart: the delay starts anew, and
// an abandoned cart may be abandoned again. An unknown id is a mistake of the
// test, here and below.
func (t *ShopHandle) TouchCart(id string) Cart {
	return t.Carts.Change(id, func(*Cart) {})
}

// AbandonCart lets a cart be abandoned at once.
func (t *ShopHandle) AbandonCart(id string) Cart {
	var cart Cart
	t.withCart("AbandonCart", id, func(c Cart) { cart = t.abandon(c, t.server.Now()) })
	return cart
}

// CheckOut places the order of a cart, and the cart is gone.
func (t *ShopHandle) CheckOut(id string) Order {
	var order Order
	t.withCart("CheckOut", id, func(c Cart) {
		t.server.Due("cart "+id, time.Time{}, nil)
		t.Carts.Delete(nil, id)
		order = Order{CustomerID: c.CustomerID, Email: c.Email, Currency: c.Currency, TotalCents: c.SubtotalCents, LineItems: c.LineItems}
		t.fillOrder(&order, t.server.Now())
		order = t.Orders.Insert(nil, order)
	})
	order.LineItems = slices.Clone(order.LineItems)
	return order
}

// withCart does something with a cart under the server's lock.
func (t *ShopHandle) withCart(method, id string, do func(Cart)) {
	var err error
	t.server.Locked(func() {
		var cart Cart
		if cart, err = t.Carts.Find(id); err == nil {
			do(cart)
		}
	})
	if err != nil {
		t.server.Mistake("%s(%q): there is no such cart", method, id)
	}
}
