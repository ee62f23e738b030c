package cscart

import (
	"slices"
	"strings"
)

// A filter is what a list asks for. A cart is in the list if it passes the tests
// of carts, and keeps at least one row after the tests of rows.
type filter struct {
	none   bool   // nothing can match
	owner  *int64 // user_id
	guests *bool  // users_type: guests only, or registered only

	names    []like // cname: one part of either name, or two words
	words    bool   // two words: the first name, then the last
	anyOrder bool   // or the last name, then the first
	email    like
	byEmail  bool
	contact  bool // with_info_only
	least    *int64
	most     *int64

	rows rowFilter
}

// A rowFilter says which rows match; each row is looked at on its own.
type rowFilter struct {
	wishlist     bool // rows on the wishlist can be seen
	inCart, wish bool // rows of this type only; both: of either
	period       period
	products     []int64 // sorted, without twins; nil: any
	atLeast      int     // so many rows must match
}

// readFilter reads the filters of a query ("Pagination, Sorting, and Filtering").
// No value is ever refused.
func (s *Server) readFilter(q *query, within bounds) filter {
	f := filter{rows: rowFilter{wishlist: s.wishlist, period: within.period, atLeast: 1}}
	f.none = within.on && within.from > within.to
	if text := q.text("user_id"); !blank(text) { // reading CC-35
		id := cast(text)
		f.owner = &id
	}
	switch q.text("users_type") { // user_type of the document's example is no filter (reading CC-2)
	case "R":
		f.guests = new(bool)
	case "G":
		yes := true
		f.guests = &yes
	}
	s.readNames(&f, q)
	f.contact = on(q, "with_info_only")
	f.least, f.most = bound(q, "total_from"), bound(q, "total_to") // reading CC-43
	f.rows.inCart, f.rows.wish = on(q, "product_type_c"), on(q, "product_type_w")
	s.readProducts(&f, q)
	if f.texts() || f.contact { // guests have neither name nor e-mail
		f.none = f.none || f.guests != nil && *f.guests
		f.guests = new(bool)
	}
	return f
}

func (s *Server) readNames(f *filter, q *query) {
	if name := trim(q.text("cname")); name != "" {
		words := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' })
		if f.words = len(words) == 2; f.words {
			f.names = []like{newLike(words[0]), newLike(words[1])}
			f.anyOrder = s.settings.engine == Engine420
		} else {
			f.names = []like{newLike(name)}
		}
	}
	if email := trim(q.text("email")); email != "" {
		f.email, f.byEmail = newLike(email), true
	}
}

// readProducts reads p_ids: a text with commas, or a list. Any of the products
// will do, but in the Multi-Vendor of the document's age a cart needs as many
// rows as there are ids (readings CC-17 and CC-18).
func (s *Server) readProducts(f *filter, q *query) {
	p := q.parameter("p_ids")
	if p == nil || p.value.list == nil && blank(p.value.text) {
		return
	}
	var ids []int64
	for _, part := range productIDs(p.value) {
		ids = append(ids, cast(part))
	}
	if p.value.list != nil && s.settings.arrayIDs == ArrayNoMatch {
		ids = []int64{0}
	}
	if s.settings.edition == MultiVendor && s.settings.engine == EngineDocument {
		f.rows.atLeast = len(ids)
	}
	slices.Sort(ids)
	f.rows.products = slices.Compact(ids)
}

// productIDs are the parts of p_ids as texts. A list inside the list is 0.
func productIDs(v value) []string {
	if v.list == nil {
		return strings.Split(v.text, ",")
	}
	parts := make([]string, len(v.list.values))
	for i, inner := range v.list.values {
		parts[i] = inner.text
	}
	return parts
}

// on tells whether a filter that is set to true is switched on: by anything but
// "" and "0" (reading CC-13).
func on(q *query, name string) bool { return !blank(q.text(name)) }

// bound is a bound of the total in hundredths, nil where there is none.
func bound(q *query, name string) *int64 {
	text := q.text(name)
	if blank(text) || !numeric(text) {
		return nil
	}
	n := hundredths(text)
	return &n
}

// carts tells whether there are tests of carts beyond the type of the user, which
// an order serves.
func (f *filter) carts() bool {
	return f.texts() || f.sums() || f.contact || f.owner != nil
}

func (f *filter) texts() bool { return f.names != nil || f.byEmail }

func (f *filter) sums() bool { return f.least != nil || f.most != nil }

// passes makes the tests of carts.
func (f *filter) passes(cart *Cart, k kept) bool {
	switch {
	case f.guests != nil && *f.guests == k.registered(),
		f.contact && !k.contact(),
		f.least != nil && k.sum() < *f.least,
		f.most != nil && k.sum() > *f.most,
		f.owner != nil && cart.UserID != *f.owner,
		f.texts() && !(k.registered() && f.spelt(k.first(), k.last(), k.email())):
		return false
	}
	return true
}

// spelt makes the tests of names and e-mail.
func (f *filter) spelt(first, last, email []byte) bool {
	return (f.names == nil || f.named(first, last)) && (!f.byEmail || f.email.in(email))
}

func (f *filter) named(first, last []byte) bool {
	switch {
	case !f.words:
		return f.names[0].in(first) || f.names[0].in(last)
	case f.anyOrder:
		return f.names[0].in(first) && f.names[1].in(last) || f.names[1].in(first) && f.names[0].in(last)
	}
	return f.names[0].in(first) && f.names[1].in(last)
}

// any tells whether the rows have tests at all.
func (r *rowFilter) any() bool { return r.typed() || r.products != nil || r.period != always }

// typed tells whether the rows are to be of a type, or of either.
func (r *rowFilter) typed() bool { return r.inCart || r.wish }

// match gives the newest time of the rows that pass, and whether they are enough
// (reading CC-32).
func (r *rowFilter) match(c *Cart) (date int64, enough bool) {
	n := 0
	for i := range c.Products {
		p := &c.Products[i]
		if p.Type == OnWishlist && (!r.wishlist || r.inCart && !r.wish) || p.Type == InCart && r.wish && !r.inCart {
			continue
		}
		at := p.Timestamp.Unix()
		if at < r.period.from || at > r.period.to {
			continue
		}
		if r.products != nil {
			if _, wanted := slices.BinarySearch(r.products, p.ProductID); !wanted {
				continue
			}
		}
		if n++; n == 1 || at > date {
			date = at
		}
	}
	return date, n >= r.atLeast
}
