package cscart

import (
	"cmp"
	"iter"
	"unicode"
	"unicode/utf8"

	"github.com/cartdouble/cartdouble/fake"
)

// What lists can be sorted by, and how.
const (
	byDate     = "date"
	byCustomer = "customer"
	byCompany  = "company_id" // Ultimate only

	ascending  = "asc"
	descending = "desc"
)

// A sorting is an order of a list. Equal carts go by user_id ascending in either
// direction (reading CC-28).
type sorting struct{ by, order string }

// Further orders that filters are served from.
const (
	byClass  = "class"
	bySum    = "sum"
	bySpread = "spread"
)

// orders are the orders that carts are kept in once they were asked for: the
// companies one after the other, what can be seen before what cannot, guests
// before registered users where lists of one type are asked for, and in there
// the order of the list.
func (s *Server) orders() map[string]func(a, b *Cart) int {
	all := map[string]func(a, b *Cart) int{}
	within := func(name string, typed bool, compare func(a, b *Cart) int) {
		all[name] = func(a, b *Cart) int {
			if order := s.rank(a).compare(s.rank(b), typed); order != 0 {
				return order
			}
			return compare(a, b)
		}
	}
	for _, by := range []string{byDate, byCustomer, byCompany} {
		for _, order := range []string{ascending, descending} {
			o := sorting{by, order}
			compare := func(a, b *Cart) int { return s.compare(o, a, b) }
			within(o.name(false), false, compare)
			within(o.name(true), true, compare)
		}
	}
	within(byClass, false, func(a, b *Cart) int { return s.class(a) - s.class(b) })
	within(bySum, false, func(a, b *Cart) int { return cmp.Compare(sum(a), sum(b)) })
	within(bySpread, false, func(a, b *Cart) int {
		return cmp.Or(boolean(s.spread(b))-boolean(s.spread(a)), s.compare(sorting{byDate, descending}, a, b))
	})
	return all
}

func (o sorting) name(typed bool) string {
	name := o.by + " " + o.order
	if typed {
		return "users_type " + name
	}
	return name
}

// A rank is the part of the carts that a list is taken from.
type rank struct {
	company    int64
	hidden     bool
	registered bool
}

func (s *Server) rank(c *Cart) rank {
	visible := s.wishlist // then every row can be seen, and there is one
	if !visible {
		_, visible = s.newest(c)
	}
	return rank{c.CompanyID, !visible, c.User != nil}
}

func (r rank) compare(other rank, typed bool) int {
	order := cmp.Or(cmp.Compare(r.company, other.company), boolean(r.hidden)-boolean(other.hidden))
	if order == 0 && typed {
		return boolean(r.registered) - boolean(other.registered)
	}
	return order
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// compare compares two carts by an order; equal ones are told apart elsewhere.
func (s *Server) compare(o sorting, a, b *Cart) int {
	order := 0
	switch o.by {
	case byDate:
		before, _ := s.newest(a)
		after, _ := s.newest(b)
		order = cmp.Compare(before, after)
	case byCustomer:
		order = compareOwners(a.User, b.User)
	case byCompany:
		order = cmp.Compare(a.CompanyID, b.CompanyID)
	}
	if o.order == descending {
		return -order
	}
	return order
}

// compareOwners compares last name and first name without a space between, letter
// case aside. Guests have no name and come before all.
func compareOwners(a, b *User) int {
	if a == nil || b == nil {
		return boolean(a != nil) - boolean(b != nil)
	}
	left, right := letters{a.LastName, a.FirstName}, letters{b.LastName, b.FirstName}
	for {
		l, more := left.next()
		r, other := right.next()
		if !more || !other {
			return boolean(more) - boolean(other)
		}
		if l != r {
			return cmp.Compare(l, r)
		}
	}
}

// letters goes over the folded letters of two texts, one behind the other.
type letters struct{ text, then string }

func (l *letters) next() (rune, bool) {
	if l.text == "" {
		l.text, l.then = l.then, ""
	}
	if l.text == "" {
		return 0, false
	}
	r, n := utf8.DecodeRuneInString(l.text)
	l.text = l.text[n:]
	return unicode.ToLower(r), true
}

// class is what sort of cart it is: of a guest, a registered user, or one with an
// e-mail (in fours), with rows in the cart, of both types, or on the wishlist.
func (s *Server) class(c *Cart) int {
	inCart, wish := false, false
	for i := range c.Products {
		if p := &c.Products[i]; p.Type == InCart {
			inCart = true
		} else if s.wishlist {
			wish = true
		}
	}
	class := 0
	if c.User != nil {
		class = 4
		if c.User.Email != "" {
			class = 8
		}
	}
	switch {
	case inCart && wish:
		return class + classBoth
	case wish:
		return class + classWish
	}
	return class + classCart
}

const classCart, classBoth, classWish = 0, 1, 2

// spread tells whether the rows that can be seen have several times.
func (s *Server) spread(c *Cart) bool {
	newest, _ := s.newest(c)
	for i := range c.Products {
		if p := &c.Products[i]; s.sees(p) && p.Timestamp.Unix() != newest {
			return true
		}
	}
	return false
}

// A stretch is a part of an order, by positions: that of one rank, or less.
type stretch struct {
	server   *Server
	in       *fake.Ordered[int64, Cart]
	rank     rank
	typed    bool
	base     int // where the rank begins
	from, to int
}

// stretch is where the carts of a list stand that can be seen, of one type of
// users where that is asked for.
func (s *Server) stretch(l *listing) stretch {
	r, typed := rank{company: l.company}, l.filter.guests != nil
	if typed {
		r.registered = !*l.filter.guests
	}
	return s.part(l.sorting.name(typed), r, typed)
}

// part is where the carts of a rank stand in an order.
func (s *Server) part(order string, r rank, typed bool) stretch {
	in := stretch{server: s, in: s.Carts.By(order), rank: r, typed: typed}
	in.to = in.in.Count()
	in = in.between(func(*Cart) bool { return false }, func(*Cart) bool { return true })
	in.base = in.from
	return in
}

// between is a part of a stretch: behind the carts for which before holds, up to
// the last for which upto does.
func (in stretch) between(before, upto func(*Cart) bool) stretch {
	part := in
	part.from, part.to = in.first(before), in.first(upto)
	return part
}

func (in stretch) count() int { return in.to - in.from }

func (in stretch) all() iter.Seq2[*Cart, []byte] { return in.in.Range(in.from, in.to) }

// first is the first position in a stretch for which before does not hold, which
// holds for a beginning of it.
func (in stretch) first(before func(*Cart) bool) int {
	position := in.in.Position(func(c *Cart) bool {
		side := in.server.rank(c).compare(in.rank, in.typed)
		return side < 0 || side == 0 && before(c)
	})
	return min(max(position, in.from), in.to)
}

// firstDate is first for an order by date.
func (in stretch) firstDate(before func(date int64) bool) int {
	return in.first(func(c *Cart) bool {
		date, _ := in.server.newest(c)
		return before(date)
	})
}

// knows tells whether a company is the store's own, or some cart is its.
func (s *Server) knows(company int64) bool {
	if company == s.settings.company {
		return true
	}
	carts := s.Carts.By(sorting{byDate, descending}.name(false))
	from := carts.Position(func(c *Cart) bool { return c.CompanyID < company })
	return from < carts.Position(func(c *Cart) bool { return c.CompanyID <= company })
}
