package cscart

import "strconv"

// The echo, member "params" of a list: what was sent, and what was made of it.

// echoed is a member of the echo: a value as it was sent, or a number.
type echoed struct {
	name   string
	value  value
	number int64
	plain  bool // it is the number
}

// echo is an object in which a member keeps the place where it was first set.
type echo []echoed

// set replaces a member where it stands, or adds it at the end.
func (e *echo) set(m echoed) {
	for i := range *e {
		if (*e)[i].name == m.name {
			(*e)[i] = m
			return
		}
	}
	*e = append(*e, m)
}

func (e *echo) text(name, text string) { e.set(echoed{name: name, value: value{text: text}}) }

func (e *echo) number(name string, n int64) { e.set(echoed{name: name, number: n, plain: true}) }

// echoLength is about how long the echo is without the query.
const echoLength = 200

// appendEcho adds the echo of a list ("Response Format", readings CC-4, CC-23 and
// CC-37). Page and size are numbers, but without a limit they stay as sent; the
// number of all matches is a text.
func (s *Server) appendEcho(dst []byte, q *query, l *listing, total int) []byte {
	e := s.echo[:0]
	e.number("page", 1)
	e.number("items_per_page", s.settings.perPage())
	for i := range q.list {
		switch p := &q.list[i]; p.name {
		case "page", "items_per_page":
			e.set(echoed{name: p.name, value: p.value})
		case "online_only":
		default: // a query has each name once
			e = append(e, echoed{name: p.name, value: p.value})
		}
	}
	if s.settings.edition == MultiVendor {
		e.number("company_id", 0)
	} else {
		e.text("company_id", digitsOf(l.company))
	}
	e.text("sort_order", l.sorting.order)
	e.text("sort_by", l.sorting.by)
	e.text("sort_order_rev", reverse(l.sorting.order))
	if l.bounds.on {
		s.echoBounds(&e, q, l.bounds)
	}
	if l.size > 0 {
		e.number("page", l.page)
		e.number("items_per_page", l.size)
		e.text("total_items", strconv.Itoa(total))
	}
	dst = append(dst, '{')
	for i := range e {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(spelling.AppendString(dst, e[i].name), ':')
		if e[i].plain {
			dst = strconv.AppendInt(dst, e[i].number, 10)
		} else {
			dst = e[i].value.appendJSON(dst)
		}
	}
	s.echo = e[:0]
	return append(dst, '}')
}

// echoBounds sets time_from and time_to to the ends of the period. Under C, and
// codes that are read as C, what was a number or was not understood stays as it
// was sent.
func (s *Server) echoBounds(e *echo, q *query, b bounds) {
	if !b.custom || understood(q, "time_from") {
		e.number("time_from", b.from)
	}
	if !b.custom || understood(q, "time_to") {
		e.number("time_to", b.to)
	}
}

// understood tells whether a bound was made into another number.
func understood(q *query, name string) bool {
	p := q.parameter(name)
	return p == nil || p.value.list == nil && (blank(p.value.text) || slashed(p.value.text) != nil)
}

func reverse(order string) string {
	if order == ascending {
		return descending
	}
	return ascending
}

func digitsOf(n int64) string { return strconv.FormatInt(n, 10) }
