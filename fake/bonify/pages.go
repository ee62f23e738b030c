package bonify

import (
	"slices"
	"sort"

	"github.com/cartdouble/cartdouble/fake"
)

// otherPage is the answer to a list where the fault short-page or unstable-order
// makes another page of it.
func (s *Server) otherPage(c *fake.Call, q *search, from *cursor, at cursor) (body []byte, is bool) {
	t, size := q.shop, s.settings.pageSize
	if _, planned := c.Planned("short-page"); planned && (from == nil || !from.empty) {
		all, _ := q.count(nil)
		if full := q.page(from, size); len(full.rows) > 0 {
			if short, is := c.ShortPage(size, all); is && short == 0 {
				return t.leadOn(full, at), true
			} else if is {
				return t.list(q.page(from, short), at, ""), true
			}
		}
	}
	if _, planned := c.Planned("unstable-order"); planned && from != nil {
		if p := q.mixed(from, size); !slices.EqualFunc(p.rows, q.page(from, size).rows, func(a, b row) bool { return a.customer == b.customer }) {
			c.Fault("unstable-order")
			return t.list(p, at, ""), true
		}
	}
	return nil, false
}

// leadOn is the answer to a list with an empty page in front of a full one, or
// behind it where the client goes back. Its cursors say that it was seen, so that
// none of them is the one with which the client has asked.
func (t *Shop) leadOn(full page, at cursor) []byte {
	first, last := t.place(full.rows[0].customer), t.place(full.rows[len(full.rows)-1].customer)
	next, prev := cursor{place: place{first.value, first.id - 1}, empty: true}, cursor{place: first, prev: true}
	before, after := full.before, true
	if at.prev {
		next, prev = cursor{place: last}, cursor{place: place{last.value, last.id + 1}, prev: true, empty: true}
		before, after = true, full.after
	}
	dst := []byte(`{"status":"okay"`)
	for _, way := range []struct {
		is   bool
		key  string
		from cursor
	}{{before, prevPage, prev}, {after, nextPage, next}} {
		if way.is {
			way.from.filtered, way.from.filters = at.filtered && t.server.settings.cursorFilters != Forget, at.filters
			dst = append(t.appendCursor(append(dst, `,"`+way.key+`":"`...), way.from), '"')
		}
	}
	return append(dst, `,"customers":[]}`...)
}

// mixed is a page of the list in which customers of one time stand the other way
// round than on the page before: some are seen twice, and others never.
func (q *search) mixed(u *cursor, size int) page {
	if q.shop.server.settings.order == ByID { // which no two share
		return q.page(u, size)
	}
	turned := func(p place) place { return place{p.value, -p.id} }
	rows := slices.Clone(q.all())
	slices.SortFunc(rows, func(a, b row) int {
		return turned(q.shop.place(a.customer)).compare(turned(q.shop.place(b.customer)))
	})
	v := cursor{place: turned(u.place), prev: u.prev}
	at := sort.Search(len(rows), func(i int) bool { return !v.behind(turned(q.shop.place(rows[i].customer))) })
	from, to := at, min(at+size, len(rows))
	if u.prev {
		from, to = max(at-size, 0), at
	}
	return page{rows[from:to], from < to && from > 0, from < to && to < len(rows)}
}

// takes lets somebody else have the first address that a write asks for, as a
// first attempt has whose answer was lost; for the fault taken.
func (s *Server) takes(c *fake.Call, _ string) bool {
	body, err := c.JSON()
	if err != nil {
		return false
	}
	t := shopOf(c)
	for _, r := range body.Get("customers").Array() {
		twin := Customer{Email: r.Get("email").Str, CreatedAt: now(c), UpdatedAt: now(c)}
		if !validEmail(twin.Email) || t.taken(&twin) {
			continue
		}
		tidyCustomer(&twin, now(c))
		t.Customers.Insert(nil, twin)
		return true
	}
	return false
}
