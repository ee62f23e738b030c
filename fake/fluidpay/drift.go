package fluidpay

import (
	"github.com/cartdouble/cartdouble/fake"
)

// page is which page a search reads, for the fault page-drift: pages are as long
// as its limit. Lists have none.
func (s *Server) page(c *fake.Call) int {
	switch c.Op {
	case SearchCarts:
		return s.carts.pageOf(c)
	case SearchProducts:
		return s.products.pageOf(c)
	}
	return 0
}

// drift lets records come, go and change before a page of a search is read.
func (s *Server) drift(c *fake.Call, d fake.Drift) {
	switch c.Op {
	case SearchCarts:
		cart := blankCart()
		cart.Type, cart.Name = Normal, "drift"
		s.carts.drift(c, d, cart)
	case SearchProducts:
		s.products.drift(c, d, Product{SKU: "drift", Name: "drift"})
	}
}

func unnoted(string, string) {}

func (k *kind[T]) pageOf(c *fake.Call) int {
	body, err := object(c)
	if err != nil {
		return 0
	}
	q, err := k.query(merchant(c), body, unnoted)
	if err != nil {
		return 0
	}
	return int(min(q.offset, int64(k.records.Count()))/q.limit) + 1
}

// drift deletes and touches the first records that the search found on the pages
// before, in the order of lists. What comes is a copy of one of them, so that it
// fits the search too; where there is none it is plain.
func (k *kind[T]) drift(c *fake.Call, d fake.Drift, plain T) {
	body, _ := object(c) // page has read both
	q, _ := k.query(merchant(c), body, unnoted)
	var before []hit[T]
	if q.offset > 0 {
		q.limit, q.offset = min(q.offset, int64(k.records.Count())), 0
		before, _ = k.find(q)
	}
	if len(before) > 0 {
		plain, _ = k.records.Find(*k.common(before[0].record).id)
	}
	gone := min(d.Delete, len(before))
	for _, h := range before[:gone] {
		if v, err := k.records.Find(*k.common(h.record).id); err == nil {
			k.bury(c, v)
		}
	}
	for _, h := range before[gone:min(gone+d.Touch, len(before))] {
		if v, err := k.records.Find(*k.common(h.record).id); err == nil {
			*k.common(&v).updated = seconds(c.Now())
			k.records.Update(c, v)
		}
	}
	for range d.Insert {
		k.store(c, clonePointer(&plain))
	}
}
