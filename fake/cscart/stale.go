package cscart

import (
	"iter"

	"github.com/cartdouble/cartdouble/fake"
)

// stale tells whether the fault stale-read hits a call. Lists lag always, single
// carts with scope=all only.
func stale(c *fake.Call) (f fake.Fault, is bool) {
	f, planned := c.Planned("stale-read")
	if !planned || c.Op != ListCarts && f.Get("scope") != "all" {
		return f, false
	}
	return c.Fault("stale-read") // it has an effect here
}

// scan looks at all of these carts, whatever their order.
func (s *Server) scan(l *listing, carts iter.Seq2[*Cart, []byte]) ([]hit, int) {
	hits := s.hits[:0]
	for cart, wire := range carts {
		if cart.CompanyID == l.company && kept(wire).visible() && !l.filter.none {
			hits = l.keep(hits, cart, wire)
		}
	}
	s.sort(l, hits)
	return s.page(l, hits), len(hits)
}

// look is the cart of an id with its wire form, nil where there is none.
func (s *Server) look(c *fake.Call, id int64) (*Cart, kept) {
	f, is := stale(c)
	if !is {
		cart, wire := s.Carts.Look(id)
		return cart, wire
	}
	for cart, wire := range s.Carts.Lagging(c, f) {
		if cart.UserID == id {
			return cart, wire
		}
	}
	return nil, nil
}
