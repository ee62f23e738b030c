package cscart

import (
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// What happens to the carts of a shop while a client pages through them.

// listedPage is the page that a call reads, for the fault page-drift.
func (s *Server) listedPage(c *fake.Call) int {
	if c.Op != ListCarts {
		return 0
	}
	q := s.query(c)
	l := s.listing(&q, s.companyOf(s.address(c.Request)), c.Now())
	if l.size == 0 {
		return 0
	}
	return int(min(l.page, 1<<30))
}

// drift lets carts go, be touched and appear before a page is read. Those that go
// stand on the pages before. Those that are touched are the oldest of the list,
// each of which gets now as the time of its newest row: sorted by date, what is
// newest first then moves on by as many places, and a cart is seen twice. New
// ones are carts of guests 1000000001 and so on.
func (s *Server) drift(c *fake.Call, d fake.Drift) {
	q := s.query(c)
	l := s.listing(&q, s.companyOf(s.address(c.Request)), c.Now())
	read, _ := l.window()
	l.page, l.size = 1, 0
	hits, total := s.find(&l)
	ids := make([]int64, total)
	for i, h := range hits {
		ids[i] = h.cart.UserID
	}
	s.release()
	gone := min(d.Delete, read, total)
	for _, id := range ids[:gone] {
		s.Carts.Delete(c, id)
	}
	ids = ids[gone:]
	touched := ids[len(ids)-min(d.Touch, len(ids)):]
	if l.sorting.order == ascending {
		touched = ids[:min(d.Touch, len(ids))]
	}
	for _, id := range touched {
		s.touch(c, id)
	}
	for range d.Insert {
		s.Carts.Insert(c, s.passerby(c, l.company))
	}
}

// touch gives the newest row of a cart that can be seen the present time.
func (s *Server) touch(c *fake.Call, id int64) {
	cart, err := s.Carts.Find(id)
	if err != nil {
		return
	}
	newest, _ := s.newest(&cart)
	for i := range cart.Products {
		if p := &cart.Products[i]; s.sees(p) && p.Timestamp.Unix() == newest {
			p.Timestamp = seconds(c.Now())
			break
		}
	}
	s.Carts.Update(c, cart)
}

// passerby is the cart of a new guest.
func (s *Server) passerby(c *fake.Call, company int64) Cart {
	cart := Cart{CompanyID: company, Products: []Product{{ProductID: 1, Name: "Passing fancy", Price: 100}}}
	for taken := true; taken; {
		cart.UserID = 1_000_000_000 + c.NewID("guests")
		known, _ := s.Carts.Look(cart.UserID)
		taken = known != nil
	}
	s.fillCart(&cart, c.Now().Truncate(time.Second))
	return cart
}
