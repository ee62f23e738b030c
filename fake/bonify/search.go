package bonify

import (
	"iter"
	"slices"
	"sort"

	"github.com/cartdouble/cartdouble/fake"
)

// A search is a shop's list as a call asks for it.
type search struct {
	shop       *Shop
	conditions []condition                  // all must hold; none: the whole list
	past       iter.Seq2[*Customer, []byte] // the list as it was; nil: as it is
}

// A row is a customer on its way into a page.
type row struct {
	customer *Customer
	wire     []byte
}

// A page is a part of a list, and whether there is more of it on either side.
type page struct {
	rows          []row
	before, after bool
}

func (q *search) holds(c *Customer) bool {
	for i := range q.conditions {
		if !q.conditions[i].holds(c) {
			return false
		}
	}
	return true
}

// page finds the page that a cursor stands for, nil for the first: at most size
// of the customers for whom the conditions hold. Records are looked at in the
// order of the list, until the page is full and one more is found, unless an
// index knows the few that can be meant.
func (q *search) page(u *cursor, size int) page {
	if some, few := q.few(); few {
		return q.cut(some, u, size)
	}
	order, first, end := q.stretch()
	from := first
	if u != nil {
		from = order.Position(func(c *Customer) bool { return u.behind(q.shop.place(c)) })
		from = min(max(from, first), end)
	}
	var p page
	if u == nil || !u.prev {
		p.rows, p.after = q.take(order.Range(from, end), size)
		p.before = len(p.rows) > 0 && from > first && q.any(order.Range(from, first))
	} else if from > first {
		p.rows, p.before = q.take(order.Range(from, first), size)
		slices.Reverse(p.rows)
		p.after = len(p.rows) > 0 && q.any(order.Range(from, end))
	}
	return p
}

// behind tells whether the cursor's page, or for a page before it the cursor
// itself, lies behind a place.
func (u *cursor) behind(p place) bool {
	d := p.compare(u.place)
	return d < 0 || d == 0 && !u.prev
}

// take is the first size customers that are meant, and whether there are more.
func (q *search) take(records iter.Seq2[*Customer, []byte], size int) (rows []row, more bool) {
	rows = make([]row, 0, min(size, pageSize))
	for c, wire := range records {
		if !q.holds(c) {
			continue
		}
		if len(rows) == size {
			return rows, true
		}
		rows = append(rows, row{c, wire})
	}
	return rows, false
}

func (q *search) any(records iter.Seq2[*Customer, []byte]) bool {
	for c := range records {
		if q.holds(c) {
			return true
		}
	}
	return false
}

// stretch is the order of the list, and the positions between which all lie that
// can be meant.
func (q *search) stretch() (order *fake.Ordered[int64, Customer], first, end int) {
	if q.shop.server.settings.order == ByID {
		order = q.shop.Customers.By(byID)
		return order, 0, order.Count()
	}
	order = q.shop.Customers.By(byUpdated)
	end = order.Count()
	for _, u := range q.conditions {
		if u.dated {
			first = max(first, order.Position(func(c *Customer) bool { return c.UpdatedAt.Unix() < u.from }))
			end = min(end, order.Position(func(c *Customer) bool { return c.UpdatedAt.Unix() < u.to }))
		}
	}
	return order, min(first, end), end
}

// few are all that are meant, in the order of the list, where an index knows
// them and they are few: looking at each costs less than going through the list
// until a page is full. A list of the past is made anew each time.
func (q *search) few() (rows []row, few bool) {
	if q.past != nil {
		for c, wire := range q.past {
			rows = append(rows, row{c, wire})
		}
		return q.sorted(rows), true
	}
	var ids []int64
	for i := range q.conditions {
		var known []int64
		switch u := &q.conditions[i]; {
		case u.byID:
			known = []int64{u.id}
		case u.index != "":
			known = q.shop.Customers.Lookup(u.index, u.key)
		default:
			continue
		}
		if !few || len(known) < len(ids) {
			ids, few = known, true
		}
	}
	if !few || len(ids) > pageSize && len(ids)*len(ids)/pageSize > q.shop.Customers.Count() {
		return nil, false
	}
	for _, id := range ids {
		if c, wire := q.shop.Customers.Look(id); c != nil {
			rows = append(rows, row{c, wire})
		}
	}
	return q.sorted(rows), true
}

// sorted are those of the rows that are meant, in the order of the list.
func (q *search) sorted(rows []row) []row {
	rows = slices.DeleteFunc(rows, func(r row) bool { return !q.holds(r.customer) })
	slices.SortFunc(rows, func(a, b row) int { return q.shop.place(a.customer).compare(q.shop.place(b.customer)) })
	return rows
}

// cut is a page of rows that are all meant.
func (q *search) cut(rows []row, u *cursor, size int) page {
	from, to := 0, min(size, len(rows))
	if u != nil {
		at := sort.Search(len(rows), func(i int) bool { return !u.behind(q.shop.place(rows[i].customer)) })
		if from, to = at, min(at+size, len(rows)); u.prev {
			from, to = max(at-size, 0), at
		}
	}
	return page{rows[from:to], from < to && from > 0, from < to && to < len(rows)}
}

// count is how many are meant, and how many of them lie before a cursor's place
// or at it.
func (q *search) count(u *cursor) (all, before int) {
	order, first, end := q.stretch()
	for c := range order.Range(first, end) {
		if q.holds(c) {
			all++
			if u != nil && u.behind(q.shop.place(c)) {
				before++
			}
		}
	}
	return all, before
}

// all are all that are meant, in the order of the list.
func (q *search) all() []row {
	if some, few := q.few(); few {
		return some
	}
	order, first, end := q.stretch()
	rows, _ := q.take(order.Range(first, end), order.Count())
	return rows
}
