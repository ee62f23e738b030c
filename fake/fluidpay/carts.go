package fluidpay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// A Cart is one record of the chapter "Cart". The json names are those of the
// document; a snapshot uses them with plain types. How a cart looks on the wire
// is the business of wire.go.
type Cart struct {
	ID                     string          `json:"id"`
	PublicHash             string          `json:"public_hash"`
	MerchantID             string          `json:"merchant_id"`
	CardProcessorID        string          `json:"card_processor_id"` // "": unset
	ACHProcessorID         string          `json:"ach_processor_id"`  // "": unset
	Name                   string          `json:"name"`
	Description            string          `json:"description"`
	Type                   CartType        `json:"type"`
	CustomFieldsGroup      string          `json:"custom_fields_group"`
	Payments               []Payment       `json:"payments"`
	Products               []string        `json:"products"` // ids; those without a record that lives are not shown
	ShowAvailableProducts  bool            `json:"show_available_products"`
	RequireShippingDetails bool            `json:"require_shipping_details"`
	EmailReceipt           bool            `json:"email_receipt"`
	SuccessURL             string          `json:"success_url"`
	CancelURL              string          `json:"cancel_url"`
	Settings               json.RawMessage `json:"settings"` // nil or a JSON object
	CreatedAt              time.Time       `json:"created_at"`
	UpdatedAt              time.Time       `json:"updated_at"`
	DeletedAt              *time.Time      `json:"deleted_at"` // nil: it lives
}

// CartType says what a cart is for.
type CartType string

// The types of a cart.
const (
	Normal   CartType = "normal"
	Donation CartType = "donation"
)

// Payment is a way to pay.
type Payment string

// The ways to pay.
const (
	Card Payment = "card"
	ACH  Payment = "ach"
)

// defaultGroup is the custom_fields_group of every cart in the document, and of
// one that was created without (reading FP-40).
const defaultGroup = "default"

// blankCart is what a creation starts from.
func blankCart() Cart {
	return Cart{CustomFieldsGroup: defaultGroup, Payments: []Payment{Card, ACH}, Products: []string{}}
}

// newCarts makes the collection of carts.
func (s *Server) newCarts() *fake.Collection[string, Cart] {
	return fake.NewCollection(s.First(), fake.Spec[string, Cart]{
		Name:    "carts",
		Key:     func(c *Cart) *string { return &c.ID },
		Clone:   cloneCart,
		Fill:    s.fillCart,
		Touch:   touchCart,
		Illegal: illegalCart,
		Encode:  s.encodeCart,
		Index:   map[string]func(*Cart, func(string)){byProduct: eachProduct},
		Orders:  s.carts.orders(),
	})
}

// eachProduct gives the ids of the products of a cart, each once.
func eachProduct(c *Cart, add func(string)) {
	for i, id := range c.Products {
		if !slices.Contains(c.Products[:i], id) {
			add(id)
		}
	}
}

func cloneCart(c Cart) Cart {
	c.Payments, c.Products = slices.Clone(c.Payments), slices.Clone(c.Products)
	c.Settings, c.DeletedAt = slices.Clone(c.Settings), clonePointer(c.DeletedAt)
	return c
}

// fillCart completes a cart that a test adds, as creating it would. One that
// has all that only the server gives, as in a snapshot, keeps its texts.
func (s *Server) fillCart(c *Cart, now time.Time) {
	if !s.fill(common{&c.ID, &c.PublicHash, &c.MerchantID, &c.CreatedAt, &c.UpdatedAt, &c.DeletedAt}, now) {
		if c.Type == "" {
			c.Type = Normal
		}
		if c.CustomFieldsGroup == "" {
			c.CustomFieldsGroup = defaultGroup
		}
	}
	if c.Payments == nil {
		c.Payments = blankCart().Payments
	}
	tidyCart(c)
}

// touchCart moves the time of change, unless the change itself has.
func touchCart(before Cart, c *Cart, now time.Time) {
	if c.UpdatedAt.Equal(before.UpdatedAt) {
		c.UpdatedAt = seconds(now)
	}
	tidyCart(c)
}

// tidyCart brings a cart into the one form in which it is kept.
func tidyCart(c *Cart) {
	if c.Payments == nil {
		c.Payments = []Payment{}
	}
	if c.Products == nil {
		c.Products = []string{}
	}
	if c.Settings = compact(c.Settings); len(c.Settings) == 0 || string(c.Settings) == "null" {
		c.Settings = nil
	}
}

// compact is JSON without white space around its parts, its texts as they came.
// What is no JSON stays, to be found illegal.
func compact(raw json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

// illegalCart is what the store cannot hold.
func illegalCart(c Cart) error {
	if raw := bytes.Trim(c.Settings, " \t\r\n"); len(raw) > 0 && string(raw) != "null" && (raw[0] != '{' || !json.Valid(raw)) {
		return fmt.Errorf("settings are %s; want null or an object", raw)
	}
	return illegalID(c.ID)
}

// encodeCart is the wire form that is kept with a cart: that of the lists, with
// all its products.
func (s *Server) encodeCart(c *Cart) []byte {
	s.encoded++
	s.scratch = s.appendCart(s.scratch[:0], c, c.Products)
	return bytes.Clone(s.scratch)
}

// Attach appends products to a cart, moves its time of change and gives the cart
// as stored. An unknown cart is a mistake of the test; a product may be unknown.
func (s *Server) Attach(cartID string, productIDs ...string) Cart {
	return s.Carts.Change(cartID, func(c *Cart) { c.Products = append(c.Products, productIDs...) })
}

// shown are the products of a cart that it shows: those that have a record of
// the same merchant which is not deleted (readings FP-18 and FP-57). The cart
// keeps the others. It is the cart's own list where nothing is missing.
func (s *Server) shown(c *Cart) []string {
	hidden := func(id string) bool { p, _ := s.living(c.MerchantID, id); return p == nil }
	if !slices.ContainsFunc(c.Products, hidden) {
		return c.Products
	}
	return slices.DeleteFunc(slices.Clone(c.Products), hidden)
}

// living is the product of a merchant that has this id and is not deleted, with
// its wire form.
func (s *Server) living(merchant, id string) (*Product, []byte) {
	p, wire := s.Products.Look(id)
	if p == nil || p.DeletedAt != nil || p.MerchantID != merchant {
		return nil, nil
	}
	return p, wire
}

// getCart answers GET /api/merchant/{m}/cart/{id}. It alone shows the products
// as objects (reading FP-2), and unset processors as "" (reading FP-3).
func (s *Server) getCart(c *fake.Call) (fake.Reply, error) {
	cart, _, err := s.carts.read(c)
	if err != nil {
		return fake.Reply{}, err
	}
	s.scratch = s.appendSingleCart(s.scratch[:0], cart)
	return s.ok(c, s.scratch), nil
}

// searchCarts answers POST /api/merchant/{m}/cart/search ("Search").
func (s *Server) searchCarts(c *fake.Call) (fake.Reply, error) { return s.carts.search(c) }

// listCarts answers GET /api/merchant/{m}/cart with all carts ("Get All").
func (s *Server) listCarts(c *fake.Call) (fake.Reply, error) { return s.carts.list(c) }

// createCart answers POST /api/merchant/{m}/cart with the whole cart ("Create",
// reading FP-9).
func (s *Server) createCart(c *fake.Call) (fake.Reply, error) { return s.carts.create(c, blankCart()) }

// updateCart answers POST /api/merchant/{m}/cart/{id} with the whole cart
// ("Update", reading FP-9).
func (s *Server) updateCart(c *fake.Call) (fake.Reply, error) { return s.carts.update(c) }

// deleteCart answers DELETE /api/merchant/{m}/cart/{id} ("Delete").
func (s *Server) deleteCart(c *fake.Call) (fake.Reply, error) { return s.carts.remove(c) }
