package bonify

import (
	"strconv"

	"github.com/cartdouble/cartdouble/fake"
)

// listedPage is the number of the page that a call reads, from 1: how many pages
// of what it asks for lie before its cursor. 0 is no list, or one that is
// refused.
func (s *Server) listedPage(c *fake.Call) int {
	t, known := c.Caller.Tenant.(*Shop)
	if !known || c.Op != ListCustomers && c.Op != ListCustomersV1 {
		return 0
	}
	p, ok := readParameters(c)
	if !ok {
		return 0
	}
	if c.Op == ListCustomersV1 {
		n, _ := pageNumber(p.next)
		return n
	}
	q, u := t.asked(p)
	switch {
	case q == nil:
		return 0
	case u == nil:
		return 1
	}
	_, before := q.count(u)
	pages := (before + s.settings.pageSize - 1) / s.settings.pageSize
	if u.prev {
		return max(pages, 1)
	}
	return pages + 1
}

// asked is the search of a list, and its cursor, without a word about what is
// wrong with it; nil where it is refused.
func (t *Shop) asked(p parameters) (*search, *cursor) {
	q, text := &search{shop: t}, p.filters
	var from *cursor
	if given := p.next + p.prev; given != "" {
		u, ok := t.readCursor(given)
		if !ok {
			return nil, nil
		}
		if from = &u; u.filtered {
			text = u.filters
		}
	}
	if text == "" {
		return q, from
	}
	for p := range phrases(text) {
		u, wrong := t.understand(p)
		if wrong == "" {
			q.conditions = append(q.conditions, u)
		} else if t.server.settings.badFilters == Reject {
			return nil, nil
		}
	}
	return q, from
}

// loops tells whether a fault lets the list stand still on this page.
func (s *Server) loops(c *fake.Call) bool {
	f, planned := c.Planned("cursor-loop")
	if !planned || s.listedPage(c) < number(f, "from") {
		return false
	}
	c.Fault("cursor-loop")
	return true
}

// drift lets customers come, go and change before a page is read. Gone and
// changed are those of the pages before, in the order of the list; new ones are
// drift-1@example.com and so on, as from checkout. What was changed moves to the
// end of the list (reading BF-9).
func (s *Server) drift(c *fake.Call, d fake.Drift) {
	t := c.Caller.Tenant.(*Shop)
	p, _ := readParameters(c)
	q, u := t.asked(p)
	if q == nil {
		return
	}
	read := q.readBefore(u, (s.listedPage(c)-1)*s.settings.pageSize)
	for i, id := range read {
		switch {
		case i < d.Delete:
			t.Customers.Delete(c, id)
		case i < d.Delete+d.Touch:
			if touched, err := t.Customers.Find(id); err == nil {
				touched.UpdatedAt = now(c)
				t.Customers.Update(c, touched)
			}
		}
	}
	for range d.Insert {
		added := Customer{CreatedAt: now(c), UpdatedAt: now(c)}
		for added.Email == "" || t.taken(&added) {
			added.Email = "drift-" + strconv.FormatInt(c.NewID("drift"), 10) + "@example.com"
		}
		tidyCustomer(&added, now(c))
		t.Customers.Insert(c, added)
	}
}

// readBefore are the ids of the customers on the pages before: those in front of
// a cursor, or the first most.
func (q *search) readBefore(u *cursor, most int) (ids []int64) {
	order, first, end := q.stretch()
	for c := range order.Range(first, end) {
		if u != nil && !u.behind(q.shop.place(c)) || u == nil && len(ids) >= most {
			break
		}
		if q.holds(c) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}
