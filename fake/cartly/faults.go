package cartly

import (
	"errors"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/cartdouble/cartdouble/fake"
)

// vet says which faults this API cannot have.
func vet(f fake.Fault) error {
	switch f.Name() {
	case "batch-stops", "limited-after-part":
		return errors.New("this API has no batches")
	case "cursor-expired", "cursor-loop":
		return errors.New("this API has no cursors")
	}
	return nil
}

// expire ends the caller's token, for the fault token-expired. What the next
// refresh of its grant does is what the fault says: ok is the usual.
func expire(c *fake.Call, in time.Duration, refresh string) {
	token := tokenOf(c)
	token.expires, token.next = c.Now().Add(in), refresh
}

// swap puts a caller into another shop, for the fault token-swapped: one by its
// id, name or domain, or the second.
func (s *Server) swap(account string) (any, error) {
	for i, t := range s.shops {
		if account == t.shop.ID || account == t.shop.Name || account == t.shop.Domain || account == "" && i == 1 {
			return &accessToken{grant: &grant{app: s.app, shop: t}}, nil
		}
	}
	if account == "" {
		return nil, errors.New("there is one shop only")
	}
	return nil, errors.New("there is no such shop")
}

// lagOf is how old the records of a reading call are to be, by the fault
// stale-read. One whose scope is the lists does not hit other calls.
func lagOf(c *fake.Call, scope string) (lag time.Duration, stale bool) {
	fault, planned := c.Planned("stale-read")
	if !planned || scope == "all" && fault.Get("scope") != "all" {
		return 0, false
	}
	c.Fault("stale-read")
	lag, _ = time.ParseDuration(fault.Get("lag"))
	return lag, true
}

// withoutDropped are the given fields but those that the fault silently-dropped
// names: these are checked, and not stored.
func withoutDropped(c *fake.Call, given fields) (kept fields, thinned bool) {
	fault, planned := c.Planned("silently-dropped")
	if !planned {
		return given, false
	}
	kept = maps.Clone(given)
	for name := range strings.SplitSeq(fault.Get("fields"), ",") {
		delete(kept, strings.TrimSpace(name))
	}
	if len(kept) == len(given) {
		return given, false
	}
	c.Fault("silently-dropped")
	return kept, true
}

// listedPage is the page of customers that a call reads, for the fault
// page-drift: how many windows of its size stand before it, and one.
func (s *Server) listedPage(c *fake.Call) int {
	if c.Op != ListCustomers {
		return 0
	}
	offset, limit := s.window(c)
	return offset/limit + 1
}

// drift lets customers come, go and change before a page is read. Gone and
// changed are those of the pages before; new ones are drift-1@example.com and so
// on, as if they had registered in the shop.
func (s *Server) drift(c *fake.Call, d fake.Drift) {
	t := shopOf(c)
	offset, _ := s.window(c)
	for _, id := range t.firstMade(min(d.Delete, offset)) {
		t.Customers.Delete(c, id)
	}
	for _, id := range t.firstMade(min(d.Touch, offset)) {
		if touched, err := t.Customers.Find(id); err == nil {
			touched.UpdatedAt = now(c)
			t.Customers.Update(c, touched)
		}
	}
	for range d.Insert {
		added := Customer{CreatedAt: now(c), UpdatedAt: now(c)}
		for added.Email == "" || len(t.withEmail(added.Email)) > 0 {
			added.Email = "drift-" + strconv.FormatInt(c.NewID("drift"), 10) + "@example.com"
		}
		t.Customers.Insert(c, added)
	}
}

// firstMade are the ids of the first n customers.
func (t *ShopHandle) firstMade(n int) []string {
	var ids []string
	for customer := range t.Customers.By(byMaking).Range(0, n) {
		ids = append(ids, customer.ID)
	}
	return ids
}
