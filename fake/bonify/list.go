package bonify

import (
	"strconv"

	"github.com/cartdouble/cartdouble/fake"
)

// pageSize is how many customers a page has at most ("GET /customers", reading
// BF-10).
const pageSize = 50

// listCustomers answers GET /customers: at most a page of customers that fit all
// filters, with cursors to the pages beside it where there are any ("GET
// /customers"). There are no counts (reading BF-4), and the end of the list is
// that next_page is absent (reading BF-5).
func (s *Server) listCustomers(c *fake.Call) (fake.Reply, error) {
	t := shopOf(c)
	noteParameters(c, []string{nextPage, prevPage, filterList})
	p, ok := readParameters(c)
	if !ok {
		return fake.Reply{}, invalid(textBadQuery)
	}
	at, given, err := t.startOf(c, p)
	if err != nil {
		return fake.Reply{}, err
	}
	q, err := t.search(c, at, p.filters != "")
	if err != nil {
		return fake.Reply{}, err
	}
	var from *cursor
	if given != "" {
		from = &at
	}
	if given != "" && s.loops(c) {
		return s.answer(t.list(q.page(from, s.settings.pageSize), at, given)), nil
	}
	if body, is := s.otherPage(c, q, from, at); is {
		return s.answer(body), nil
	}
	if at.filtered || q.past != nil {
		return s.answer(t.list(q.page(from, s.settings.pageSize), at, "")), nil
	}
	return s.answer(t.whole(q, from)), nil
}

// A pageKey is which page of the whole list was read, when the shop had so many
// customers.
type pageKey struct {
	from  cursor
	first bool
	count int
}

// mostPages is how many answers a shop remembers.
const mostPages = 16

// whole is the answer to a list without filters. A page that is read again
// before anything changes is the same memory, and the journal holds it once.
func (t *Shop) whole(q *search, from *cursor) []byte {
	key := pageKey{first: from == nil, count: t.Customers.Count()}
	if from != nil {
		key.from = *from
	}
	if body, known := t.pages[key]; known {
		return body
	}
	body := t.list(q.page(from, t.server.settings.pageSize), key.from, "")
	if t.pages == nil || len(t.pages) == mostPages {
		t.pages = map[pageKey][]byte{}
	}
	t.pages[key] = body
	return body
}

// startOf reads where a list begins: the cursor, in either parameter (reading
// BF-6), and the filters, which the cursor remembers (reading BF-7). given is
// the cursor's text, "" for the first page.
func (t *Shop) startOf(c *fake.Call, p parameters) (at cursor, given string, err error) {
	given = p.next + p.prev
	if given == "" {
		return cursor{filtered: p.filters != "", filters: p.filters}, "", nil
	}
	at, ok := cursor{}, p.next == "" || p.prev == ""
	if ok {
		if at, ok = t.readCursor(given); !ok {
			noteCursor(c, given)
		}
	}
	if _, expired := c.Fault("cursor-expired"); expired || !ok {
		return at, given, invalid(textBadCursor)
	}
	switch t.server.settings.cursorFilters {
	case Forget:
		at.filtered, at.filters = p.filters != "", p.filters
	case Strict:
		ok = p.filters == ""
	default:
		ok = p.filters == "" || at.filtered && at.filters == p.filters
	}
	if !ok {
		return at, given, invalid(textOtherFilters)
	}
	return at, given, nil
}

// search understands the filters of a list. What the API leaves out and what
// clients get wrong is noted where they were sent, and not on every page that a
// cursor repeats them for. A filtered list can lag behind, others are current
// (reading BF-31).
func (t *Shop) search(c *fake.Call, at cursor, sent bool) (*search, error) {
	q := &search{shop: t}
	if at.filtered {
		for p := range phrases(at.filters) {
			u, wrong := t.understand(p)
			if wrong != "" {
				refused := t.server.settings.badFilters == Reject
				if sent || refused {
					c.Note("bad-filter", wrong)
				}
				if refused {
					return nil, invalid(wrong)
				}
				continue
			}
			if u.loose && sent {
				c.Note("loose-equals", p.field)
			}
			q.conditions = append(q.conditions, u)
		}
		if t.server.settings.lag > 0 {
			q.past = t.Customers.AsOf(c.Now().Add(-t.server.settings.lag))
		}
	}
	if f, stale := staleRead(c, false); stale {
		q.past = t.Customers.Lagging(c, f)
	}
	return q, nil
}

// list is the answer to a list: the cursors only where they lead somewhere,
// prev_page first (reading BF-6). A loop is the cursor that a fault puts in the
// place of the next one.
func (t *Shop) list(p page, at cursor, loop string) []byte {
	length := 384 + 2*len(loop) + 4*len(at.filters) // with two cursors
	for _, r := range p.rows {
		length += len(r.wire) + len(",")
	}
	dst := append(make([]byte, 0, length), `{"status":"okay"`...)
	at.filtered, at.empty = at.filtered && t.server.settings.cursorFilters != Forget, false
	if p.before {
		at.prev, at.place = true, t.place(p.rows[0].customer)
		dst = t.appendCursor(append(dst, `,"prev_page":"`...), at)
		dst = append(dst, '"')
	}
	switch {
	case loop != "":
		dst = fake.AppendString(append(dst, `,"next_page":`...), loop)
	case p.after:
		at.prev, at.place = false, t.place(p.rows[len(p.rows)-1].customer)
		dst = t.appendCursor(append(dst, `,"next_page":"`...), at)
		dst = append(dst, '"')
	}
	return append(appendRows(append(dst, ','), p.rows), '}')
}

func appendRows(dst []byte, rows []row) []byte {
	dst = append(dst, `"customers":[`...)
	for i, r := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, r.wire...)
	}
	return append(dst, ']')
}

// listCustomersV1 answers the list of the old version: with counts, and with
// numbers for pages ("Migrating from REST API V1?", readings BF-4 and BF-32).
func (s *Server) listCustomersV1(c *fake.Call) (fake.Reply, error) {
	t := shopOf(c)
	noteParameters(c, []string{nextPage, filterList})
	p, ok := readParameters(c)
	if !ok {
		return fake.Reply{}, invalid(textBadQuery)
	}
	number, ok := pageNumber(p.next)
	if !ok {
		return fake.Reply{}, invalid(textBadCursor)
	}
	q, err := t.search(c, cursor{filtered: p.filters != "", filters: p.filters}, true)
	if err != nil {
		return fake.Reply{}, err
	}
	all, size := q.all(), s.settings.pageSize
	pages := (len(all) + size - 1) / size
	body := strconv.AppendInt([]byte(`{"status":"okay","page_count":`), int64(pages), 10)
	body = strconv.AppendInt(append(body, `,"total_count":`...), int64(len(all)), 10)
	if number < pages {
		body = strconv.AppendInt(append(body, `,"next_page":`...), int64(number)+1, 10)
	}
	from := len(all)
	if number <= pages {
		from = (number - 1) * size
	}
	to := min(from+size, len(all))
	if first, end, short := c.ShiftedPage(size, len(all)); short {
		from, to = first, end
	}
	body = appendRows(append(body, ','), all[from:to])
	return s.answer(append(body, '}')), nil
}

// pageNumber reads the number of a page of the old version, from 1.
func pageNumber(text string) (n int, ok bool) {
	if text == "" {
		return 1, true
	}
	if !digits(text) {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	if err != nil || n > 1<<40 {
		return 1 << 40, true // far behind any end
	}
	return n, n > 0
}

// staleRead tells whether a read is to lag behind, by a fault: lists, or with the
// scope all every read.
func staleRead(c *fake.Call, single bool) (f fake.Fault, is bool) {
	f, planned := c.Planned("stale-read")
	if !planned || single && f.Get("scope") != "all" {
		return f, false
	}
	return c.Fault("stale-read")
}
