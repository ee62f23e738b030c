package cscart

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cartdouble/cartdouble/fake"
)

// newCarts is where the carts of a server are kept. Orders and the index of
// products are what lists are served from.
func (s *Server) newCarts() *fake.Collection[int64, Cart] {
	return fake.NewCollection(s.First(), fake.Spec[int64, Cart]{
		Name:    "carts",
		Key:     func(c *Cart) *int64 { return &c.UserID },
		NextKey: func() int64 { return 0 }, // a cart has its owner's id, and no other
		Clone:   cloneCart,
		Fill:    s.fillCart,
		Touch:   s.touchCart,
		Illegal: illegal,
		Encode:  s.encodeCart,
		Index:   map[string]func(*Cart, func(string)){byProduct: s.indexProducts},
		Orders:  s.orders(),
	})
}

// byProduct is the index of carts by the ids of their products.
const byProduct = "product"

// indexProducts is told of every cart that comes or goes.
func (s *Server) indexProducts(c *Cart, add func(string)) {
	s.changes++
	for i := range c.Products {
		id := c.Products[i].ProductID
		if !slices.ContainsFunc(c.Products[:i], func(p Product) bool { return p.ProductID == id }) {
			add(strconv.FormatInt(id, 10))
		}
	}
}

func cloneCart(c Cart) Cart {
	c.User = c.User.clone()
	c.Products = slices.Clone(c.Products)
	for i := range c.Products {
		p := &c.Products[i]
		p.Options, p.Extra = slices.Clone(p.Options), slices.Clone(p.Extra)
	}
	return c
}

// fillCart gives a cart that is added what it lacks.
func (s *Server) fillCart(c *Cart, now time.Time) {
	s.tidyCart(c)
	if c.User != nil {
		c.User.fill(c, now)
	}
	for i := range c.Products {
		c.Products[i].fill(now)
	}
}

// touchCart gives what a change has brought in what it lacks: rows without a
// time are new, and so is the owner of what was a guest's cart.
func (s *Server) touchCart(before Cart, c *Cart, now time.Time) {
	s.tidyCart(c)
	if c.User != nil && before.User == nil {
		c.User.fill(c, now)
	}
	if c.User != nil {
		c.User.tidy()
	}
	for i := range c.Products {
		if p := &c.Products[i]; p.Timestamp.IsZero() {
			p.fill(now)
		} else {
			p.tidy()
		}
	}
}

func (s *Server) tidyCart(c *Cart) {
	if c.CompanyID == 0 {
		c.CompanyID = s.settings.company
	}
	if c.IPAddress == "" {
		c.IPAddress = "127.0.0.1"
	}
	if c.SessionID == "" {
		c.SessionID = fmt.Sprintf("%032x-%d-C", c.UserID, c.CompanyID)
	}
	if c.SerializedExtra == "" {
		c.SerializedExtra = "a:0:{}"
	}
}

// fill gives a new row what it lacks.
func (p *Product) fill(now time.Time) {
	if p.Amount == 0 {
		p.Amount = 1
	}
	if p.Timestamp.IsZero() {
		p.Timestamp = now
	}
	p.tidy()
}

// tidy brings a row into the one form in which it is kept.
func (p *Product) tidy() {
	p.ItemID, p.Type = p.item(), p.row()
	if p.ItemType == "" {
		p.ItemType = "P"
	}
	p.Timestamp = seconds(p.Timestamp)
	if len(p.Options) == 0 {
		p.Options = nil
	}
	if len(p.Extra) == 0 {
		p.Extra = nil
	}
}

// item is the id of a row: a sum over the product and its variants in ascending
// order, as the document's row of product 12 proves.
func (p *Product) item() uint32 {
	if p.ItemID != 0 {
		return p.ItemID
	}
	variants := make([]int64, 0, 8)
	for _, o := range p.Options {
		variants = append(variants, o.Variant)
	}
	slices.Sort(variants)
	text := strconv.AppendInt(make([]byte, 0, 64), p.ProductID, 10)
	for _, v := range variants {
		text = strconv.AppendInt(append(text, '_'), v, 10)
	}
	return crc32.ChecksumIEEE(text)
}

func (p *Product) row() RowType {
	if p.Type == "" {
		return InCart
	}
	return p.Type
}

// illegal is what a shop cannot hold: a mistake of the test. A cart without rows
// is none (reading CC-42).
func illegal(c Cart) error {
	switch {
	case c.UserID <= 0:
		return fmt.Errorf("UserID %d: want one from 1", c.UserID)
	case len(c.Products) == 0:
		return errors.New("there are no products: the shop knows no empty carts")
	}
	if c.IPAddress != "" {
		if _, err := netip.ParseAddr(c.IPAddress); err != nil {
			return fmt.Errorf("IPAddress: %w", err)
		}
	}
	if c.User != nil {
		for id, v := range c.User.Fields {
			if _, err := json.Marshal(v); err != nil {
				return fmt.Errorf("field %d: %w", id, err)
			}
		}
	}
	for i := range c.Products {
		if err := illegalRow(c.Products[:i], &c.Products[i]); err != nil {
			return fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	return nil
}

func illegalRow(before []Product, p *Product) error {
	twin := func(other Product) bool { return other.row() == p.row() && other.item() == p.item() }
	switch {
	case p.ProductID <= 0:
		return fmt.Errorf("ProductID %d: want one from 1", p.ProductID)
	case p.Amount < 0:
		return fmt.Errorf("amount %d: want none below 0", p.Amount)
	case p.row() != InCart && p.row() != OnWishlist:
		return fmt.Errorf("type %q: want InCart or OnWishlist", p.Type)
	case len(p.Extra) > 0 && !(json.Valid(p.Extra) && gjson.ParseBytes(p.Extra).IsObject()):
		return errors.New("the extra is no JSON object")
	case slices.ContainsFunc(before, twin):
		return fmt.Errorf("there is a row of type %s with the ItemID %d already", p.row(), p.item())
	}
	return nil
}

// sees tells whether calls see a row.
func (s *Server) sees(p *Product) bool { return s.wishlist || p.Type == InCart }

// newest is the time of the newest row that can be seen; there is none in a cart
// that does not exist for the API. The document calls it the creation time
// (reading CC-8).
func (s *Server) newest(c *Cart) (date int64, visible bool) {
	date = math.MinInt64
	for i := range c.Products {
		if p := &c.Products[i]; s.sees(p) {
			date, visible = max(date, p.Timestamp.Unix()), true
		}
	}
	return date, visible
}

// sum is what all rows of a cart cost, those on the wishlist too.
func sum(c *Cart) int64 {
	n := int64(0)
	for i := range c.Products {
		n = plus(n, times(c.Products[i].Price, c.Products[i].Amount))
	}
	return n
}

// plus and times hold what goes beyond 64 bits at their ends.
func plus(a, b int64) int64 {
	sum := a + b
	switch {
	case a > 0 && b > 0 && sum < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && sum >= 0:
		return math.MinInt64
	}
	return sum
}

// times takes an amount, which is never below 0.
func times(price Money, amount int64) int64 {
	negative := price < 0
	factor := uint64(price)
	if negative {
		factor = -factor
	}
	high, low := bits.Mul64(factor, uint64(amount))
	if high > 0 || low > math.MaxInt64 {
		low = math.MaxInt64
	}
	if negative {
		return -int64(low)
	}
	return int64(low)
}

// AddProducts appends rows to the cart of a user, which must be there. Rows
// without a time get now, so the cart's date moves. It gives the cart as stored.
func (s *Server) AddProducts(userID int64, rows ...Product) Cart {
	rows = slices.Clone(rows)
	for i := range rows {
		if rows[i].Amount == 0 {
			rows[i].Amount = 1
		}
	}
	return s.Carts.Change(userID, func(c *Cart) { c.Products = append(c.Products, rows...) })
}

// RemoveProduct takes the row of that item out of a cart, or where it is not in
// the cart, off the wishlist; with the last row the cart goes. An unknown user or
// item is a mistake of the test.
func (s *Server) RemoveProduct(userID int64, itemID uint32) {
	row := -1
	s.Locked(func() {
		cart, err := s.Carts.Find(userID)
		if err != nil {
			return
		}
		for i, p := range cart.Products {
			if p.ItemID == itemID && (row < 0 || p.Type == InCart) {
				row = i
			}
		}
		switch {
		case row < 0:
		case len(cart.Products) == 1:
			s.Carts.Delete(nil, userID)
		default:
			cart.Products = slices.Delete(cart.Products, row, row+1)
			s.Carts.Update(nil, cart)
		}
	})
	if row < 0 {
		s.Mistake("RemoveProduct: the user %d has no item %d in a cart", userID, itemID)
	}
}

// RefuseDelete answers each DeleteCart of that user with a 400 and this text,
// "" for the bare words, until AllowDelete. The cart need not be there.
func (s *Server) RefuseDelete(userID int64, text string) { s.First().Refuse(refusal(userID), text) }

// AllowDelete takes RefuseDelete back.
func (s *Server) AllowDelete(userID int64) { s.First().Refuse(refusal(userID)) }

func refusal(userID int64) string { return "delete " + strconv.FormatInt(userID, 10) }
