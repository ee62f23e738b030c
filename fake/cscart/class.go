package cscart

// Lists whose total an index can tell: of users with an e-mail, of carts with
// rows of a type, of carts with a sum in some range.

// classed is a list of some classes of carts.
func (s *Server) classed(l *listing, in stretch) ([]hit, int) {
	f := &l.filter
	one := f.rows.inCart != f.rows.wish // rows of one type only: what has both may stand elsewhere
	first, last := classCart, classWish
	switch {
	case one && f.rows.inCart:
		last = classBoth
	case one:
		first = classBoth
	}
	classes := s.part(byClass, rank{company: l.company}, false)
	if classes.count() == 0 {
		return nil, 0
	}
	var parts []stretch
	var moved []hit
	total := 0
	for class := 0; class <= 8; class += 4 {
		if f.contact && class != 8 || f.guests != nil && *f.guests != (class == 0) {
			continue
		}
		part := classes.classes(class+first, class+last)
		total += part.count()
		parts = append(parts, part)
		if one && l.sorting.by == byDate {
			for cart, wire := range classes.classes(class+classBoth, class+classBoth).all() {
				moved = l.keep(moved, cart, wire)
				if at := len(moved) - 1; moved[at].date == kept(wire).newest() {
					moved = moved[:at] // it stands where it would
				}
			}
		}
	}
	s.sort(l, moved)
	return s.counted(l, in, parts, moved, total), total
}

// classes is the part of the order of classes from one to another.
func (in stretch) classes(first, last int) stretch {
	s := in.server
	return in.between(
		func(c *Cart) bool { return s.class(c) < first },
		func(c *Cart) bool { return s.class(c) <= last })
}

// summed is a list of carts with a sum in some range.
func (s *Server) summed(l *listing, in stretch) ([]hit, int) {
	part := s.part(bySum, rank{company: l.company}, false)
	least, most := l.filter.least, l.filter.most
	part = part.between(
		func(c *Cart) bool { return least != nil && sum(c) < *least },
		func(c *Cart) bool { return most == nil || sum(c) <= *most })
	part.to = max(part.from, part.to)
	return s.counted(l, in, []stretch{part}, nil, part.count()), part.count()
}

// counted is the page of a list whose carts are known to stand in these parts of
// another order. Where they are many, the page is soon found on the way through
// the list's own order; where they are few, they are looked at and sorted.
func (s *Server) counted(l *listing, in stretch, parts []stretch, moved []hit, total int) []hit {
	from, to := l.window()
	if from >= total {
		return nil
	}
	to = min(to, total)
	if way := in.count() / total * to; total < way/4 || in.count() <= 64 {
		hits := s.hits[:0]
		for _, part := range parts {
			for cart, wire := range part.all() {
				hits = l.keep(hits, cart, wire)
			}
		}
		s.sort(l, hits)
		return s.page(l, hits)
	}
	return s.merge(l, in, moved, from, to)
}
