package cscart

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"time"
)

// A listing is a call of ListCarts that has been read.
type listing struct {
	company int64
	filter  filter
	bounds  bounds
	sorting sorting
	page    int64
	size    int64 // 0: no limit
}

// listing reads a query. A page counts from 1 (reading CC-3); past the end it is
// empty (reading CC-21).
func (s *Server) listing(q *query, company int64, now time.Time) listing {
	l := listing{company: company, page: 1, size: s.settings.perPage(), sorting: s.readSorting(q)}
	l.bounds = s.settings.periodOf(q, now)
	l.filter = s.readFilter(q, l.bounds)
	if p := q.parameter("items_per_page"); p != nil && p.value.list == nil {
		if blank(p.value.text) {
			l.size = 0
		} else if n := cast(p.value.text); n > 0 {
			l.size = n
		}
	}
	if l.size > 0 {
		l.page = max(cast(q.text("page")), 1)
	}
	return l
}

// readSorting reads sort_by and sort_order; whatever is unknown gives the default
// (reading CC-1).
func (s *Server) readSorting(q *query) sorting {
	o := sorting{s.settings.sortBy, s.settings.sortOrder}
	if by := q.text("sort_by"); s.sortsBy(by) {
		o.by = by
	}
	if order := q.text("sort_order"); order == ascending || order == descending {
		o.order = order
	}
	return o
}

func (s *Server) sortsBy(by string) bool {
	return by == byDate || by == byCustomer || by == byCompany && s.settings.edition == Ultimate
}

// window is the part of all matches that the page shows.
func (l *listing) window() (from, to int) {
	if l.size == 0 {
		return 0, math.MaxInt
	}
	if l.page-1 > (math.MaxInt-l.size)/l.size {
		return math.MaxInt, math.MaxInt
	}
	return int((l.page - 1) * l.size), int(l.page * l.size)
}

// A hit is a cart of the answer, with the time of its newest row that matched.
type hit struct {
	cart *Cart
	kept kept
	date int64
}

// find gives the carts of the page and the number of all that match. What can be
// served by an index is; the rest is one walk over an order. The hits are to be
// released.
func (s *Server) find(l *listing) (hits []hit, total int) {
	f := &l.filter
	switch {
	case f.none:
		return nil, 0
	case f.owner != nil:
		return s.pick(l, []int64{*f.owner})
	case f.rows.products != nil:
		if ids, few := s.withProducts(f.rows.products); few {
			return s.pick(l, ids)
		}
	}
	in := s.stretch(l)
	rows := &f.rows
	sorted := l.sorting.by == byDate && rows.any() // what matches may stand elsewhere than by its newest row
	switch {
	case !f.carts() && !rows.any():
		return s.cut(l, in), in.count()
	case !f.texts() && !f.sums() && rows.products == nil && rows.period == always:
		return s.classed(l, in)
	case f.sums() && !f.texts() && !f.contact && f.guests == nil && !rows.any():
		return s.summed(l, in)
	case sorted && !f.carts() && !rows.typed() && rows.products == nil:
		return s.within(l, in)
	case sorted:
		return s.gather(l, s.recent(l, in))
	}
	return s.walk(l, in)
}

// withProducts are the ids of the carts that hold one of the products, unless
// they are so many that a walk is cheaper.
func (s *Server) withProducts(products []int64) (ids []int64, few bool) {
	for _, product := range products {
		ids = append(ids, s.Carts.Lookup(byProduct, digitsOf(product))...)
		if len(ids) > 64 && len(ids) > s.Carts.Count()/8 {
			return nil, false
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), true
}

// pick looks at these carts only.
func (s *Server) pick(l *listing, ids []int64) ([]hit, int) {
	hits := s.hits[:0]
	for _, id := range ids {
		cart, wire := s.Carts.Look(id)
		if cart != nil && cart.CompanyID == l.company && kept(wire).visible() {
			hits = l.keep(hits, cart, wire)
		}
	}
	s.sort(l, hits)
	return s.page(l, hits), len(hits)
}

// keep adds a cart to the hits if it matches.
func (l *listing) keep(hits []hit, cart *Cart, wire kept) []hit {
	if !l.filter.passes(cart, wire) {
		return hits
	}
	date, enough := wire.newest(), true
	if l.filter.rows.any() {
		date, enough = l.filter.rows.match(cart)
	}
	if !enough {
		return hits
	}
	return append(hits, hit{cart, wire, date})
}

// cut is the page of a list without filters: a stretch of an order.
func (s *Server) cut(l *listing, in stretch) []hit {
	from, to := l.window()
	hits := s.hits[:0]
	if from < in.count() {
		for cart, wire := range in.in.Range(in.from+from, in.from+min(to, in.count())) {
			hits = append(hits, hit{cart, wire, kept(wire).newest()})
		}
	}
	s.hits = hits
	return hits
}

// walk goes over an order that is the order of the answer too, and keeps the page
// only.
func (s *Server) walk(l *listing, in stretch) ([]hit, int) {
	from, to := l.window()
	hits, total := s.hits[:0], 0
	for cart, wire := range s.candidates(l, in) {
		before := len(hits)
		if hits = l.keep(hits, cart, wire); len(hits) == before {
			continue
		}
		if total < from || total >= to {
			hits = hits[:before]
		}
		total++
	}
	s.hits = hits
	return hits, total
}

// gather collects all that match, and sorts them if they have moved.
func (s *Server) gather(l *listing, in stretch) ([]hit, int) {
	hits := s.hits[:0]
	for cart, wire := range s.candidates(l, in) {
		hits = l.keep(hits, cart, wire)
	}
	s.sort(l, hits)
	return s.page(l, hits), len(hits)
}

// within is a list by date with a period and no other filter. Carts whose newest
// row lies in the period stand as they do without it; of those with a newer row,
// some have another one in there.
func (s *Server) within(l *listing, in stretch) ([]hit, int) {
	inside := s.inside(l, in)
	later := s.part(bySpread, rank{company: l.company}, false).between(
		func(*Cart) bool { return false },
		func(c *Cart) bool {
			date, _ := s.newest(c)
			return s.spread(c) && date > l.bounds.to
		})
	moved := s.hits[:0]
	for cart, wire := range later.all() {
		if kept(wire).oldest() <= l.bounds.to {
			moved = l.keep(moved, cart, wire)
		}
	}
	s.hits = moved
	total := inside.count() + len(moved)
	if len(moved) == 0 {
		return s.cut(l, inside), total
	}
	s.sort(l, moved)
	from, to := l.window()
	from, to = min(from, total), min(to, total)
	// so many of the moved ones stand before the page
	before := sort.Search(len(moved), func(i int) bool { return i+s.ahead(l, inside, moved[i]) >= from })
	inside.from += from - before
	return s.merge(l, inside, moved[before:], 0, to-from), total
}

// merge gives a part of what matches in an order and of what has moved.
func (s *Server) merge(l *listing, in stretch, moved []hit, from, to int) []hit {
	var hits, one []hit
	at := 0
	emit := func(h hit) {
		if at >= from && at < to {
			hits = append(hits, h)
		}
		at++
	}
	for cart, wire := range in.all() {
		if at >= to {
			return hits
		}
		if one = l.keep(one[:0], cart, wire); len(one) == 0 {
			continue
		}
		if l.sorting.by == byDate && one[0].date != kept(wire).newest() {
			continue // it is among the moved
		}
		for len(moved) > 0 && l.compare(s, moved[0], one[0]) < 0 {
			emit(moved[0])
			moved = moved[1:]
		}
		emit(one[0])
	}
	for _, h := range moved {
		emit(h)
	}
	return hits
}

// ahead is how many carts of a stretch stand before a hit.
func (s *Server) ahead(l *listing, in stretch, h hit) int {
	return in.first(func(c *Cart) bool {
		date, _ := s.newest(c)
		return l.compare(s, hit{cart: c, date: date}, h) < 0
	}) - in.from
}

// inside is the part of an order by date that lies in the period.
func (s *Server) inside(l *listing, in stretch) stretch {
	part := in
	if l.sorting.order == descending {
		part.from = in.firstDate(func(date int64) bool { return date > l.bounds.to })
		part.to = in.firstDate(func(date int64) bool { return date >= l.bounds.from })
	} else {
		part.from = in.firstDate(func(date int64) bool { return date < l.bounds.from })
		part.to = in.firstDate(func(date int64) bool { return date <= l.bounds.to })
	}
	return part
}

// recent leaves out carts whose newest row is older than the period.
func (s *Server) recent(l *listing, in stretch) stretch {
	if l.sorting.order == descending {
		in.to = in.firstDate(func(date int64) bool { return date >= l.bounds.from })
	} else {
		in.from = in.firstDate(func(date int64) bool { return date < l.bounds.from })
	}
	return in
}

// compare compares two hits by the order of the list.
func (l *listing) compare(s *Server, a, b hit) int {
	return cmp.Or(l.order(s, a, b), cmp.Compare(a.cart.UserID, b.cart.UserID))
}

// order is compare without the id that tells equal carts apart.
func (l *listing) order(s *Server, a, b hit) int {
	if l.sorting.by != byDate {
		return s.compare(l.sorting, a.cart, b.cart)
	}
	if l.sorting.order == descending {
		a, b = b, a
	}
	return cmp.Compare(a.date, b.date)
}

// sort brings hits into the order of the list; most often they are.
func (s *Server) sort(l *listing, hits []hit) {
	compare := func(a, b hit) int { return l.compare(s, a, b) }
	if !slices.IsSortedFunc(hits, compare) {
		slices.SortFunc(hits, compare)
	}
	s.hits = hits
}

// page cuts the page out of all hits.
func (s *Server) page(l *listing, hits []hit) []hit {
	from, to := l.window()
	return hits[min(from, len(hits)):min(to, len(hits))]
}

// release forgets the hits, so that no cart is kept alive by them.
func (s *Server) release() {
	clear(s.hits)
	s.hits = s.hits[:0]
}
