package cartfunnel

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cartdouble/cartdouble/fake"
)

// pageOf is the body of one page.
func (s *Server) pageOf(t *Tenant, page int) []byte {
	count := t.Customers.Count()
	from, to := s.before(page, count), s.before(page+1, count)
	if s.settings.newestFirst {
		from, to = count-from, count-to
	}
	return t.Customers.Array(from, to)
}

// before is how many of count records stand on the pages before this one.
func (s *Server) before(page, count int) int {
	size := s.settings.pageSize
	if page-1 > count/size { // far behind the end, where the product could overflow
		return count
	}
	return min((page-1)*size, count)
}

// pageNumber is the page that a request asks for. What is no whole number from
// 1 counts as 1 and is odd; a number too large for any table stays large.
func pageNumber(c *fake.Call) (page int, odd bool) {
	if c.Request.URL.RawQuery == "" {
		return 1, false
	}
	values, given := c.Query()["page"]
	if !given {
		return 1, false
	}
	digits := strings.TrimLeft(values[0], "0")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 1, true
	}
	if len(digits) > 9 {
		return 1e9, false
	}
	page, _ = strconv.Atoi(digits)
	return page, false
}

// noteParameters notes the query parameters that the API leaves out: all but
// page.
func noteParameters(c *fake.Call) {
	if c.Request.URL.RawQuery == "" {
		return
	}
	var names []string
	for name := range c.Query() {
		if name != "page" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		c.Note("ignored-parameter", name)
	}
}

// listedPage is the page that a call reads, for the fault page-drift.
func listedPage(c *fake.Call) int {
	if c.Op != ListCustomers {
		return 0
	}
	page, _ := pageNumber(c)
	return page
}

// drift lets customers come, go and change before a page is read. Gone and
// changed are those of the pages before, in the order of the list; new ones are
// drift-1@example.com and so on, as from checkout.
func (s *Server) drift(c *fake.Call, d fake.Drift) {
	t := account(c)
	read := s.before(listedPage(c), t.Customers.Count())
	for _, id := range s.firstListed(t, min(d.Delete, read)) {
		t.Customers.Delete(c, id)
	}
	for _, id := range s.firstListed(t, min(d.Touch, read, t.Customers.Count())) {
		if touched, err := t.Customers.Find(id); err == nil {
			touched.UpdatedAt = now(c)
			t.Customers.Update(c, touched)
		}
	}
	for range d.Insert {
		added := Customer{CreatedAt: now(c), UpdatedAt: now(c)}
		for added.Email == "" || t.taken(&added) {
			added.Email = "drift-" + strconv.FormatInt(c.NewID("drift"), 10) + "@example.com"
		}
		t.Customers.Insert(c, added)
	}
}

// firstListed are the ids of the first n customers of the list.
func (s *Server) firstListed(t *Tenant, n int) []int64 {
	if n <= 0 {
		return nil
	}
	from, to := 0, n
	if s.settings.newestFirst {
		from, to = t.Customers.Count(), t.Customers.Count()-n
	}
	var ids []int64
	for customer := range t.Customers.Range(from, to) {
		ids = append(ids, customer.ID)
	}
	return ids
}
