package cartly

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
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
	case "not-saved":
		for _, word := range []string{"persisted", "echo", "word"} {
			if f.Has(word) {
				return fmt.Errorf("%s=: this API answers a refused save with a code and a message, and shows no record", word)
			}
		}
	case "throttled-in-200":
		if f.Has("cost") {
			return errors.New("cost=: no answer of this API tells what a call costs; code= is the message of the refusal")
		}
	case "taken":
		if field := f.Get("field"); f.Has("field") && field != "email" && field != "code" {
			return fmt.Errorf("field=%s: customers clash in their email, discounts in their code", field)
		}
	case "silently-dropped":
		if !f.Has("fields") {
			return errors.New("want fields=, names of what a body sets: note, first_name, quantity")
		}
	case "dst":
		return errors.New("the times of this API are in UTC, whose offset never changes; clock-skew moves them")
	case "shape-drift":
		if f.Get("bool") == "native" || f.Get("id") == "int" || f.Get("null") == "null" {
			return errors.New("booleans and null of this API are native, and ids are texts that are no numbers; want bool=string, null=absent or extra=")
		}
		if f.Get("id") == "string" {
			return errors.New("id=string: ids of this API are texts already")
		}
	}
	return nil
}

// acceptedLater is the answer to a write that tells nothing of what it made: a
// deletion. All others are answered with the record.
func (s *Server) acceptedLater(c *fake.Call) (fake.Reply, bool) {
	return fake.Reply{Status: http.StatusAccepted}, c.Op == DeleteWebhook
}

// takes lets somebody else have the address or the code that a save asks for, as
// a first attempt has whose answer was lost; for the fault taken.
func (s *Server) takes(c *fake.Call, field string) bool {
	body, err := c.JSON()
	if err != nil {
		return false
	}
	given, t := fields{}, shopOf(c)
	for key, value := range fake.Members(body) {
		given[key] = value
	}
	switch {
	case field != "code" && (c.Op == CreateCustomer || c.Op == UpdateCustomer):
		twin := Customer{CreatedAt: now(c), UpdatedAt: now(c)}
		if mergeCustomer(&twin, given) != nil || len(t.withEmail(twin.Email)) > 0 {
			return false
		}
		t.Customers.Insert(nil, twin)
		return true
	case field != "email" && c.Op == CreateDiscount:
		twin, err := readDiscount(given)
		if err != nil || len(t.Discounts.Lookup(byCode, foldCode(twin.Code))) > 0 {
			return false
		}
		twin.CreatedAt = now(c)
		t.Discounts.Insert(nil, twin)
		return true
	}
	return false
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

// staleRead tells whether a reading call is to see old records, by the fault of
// that name. One whose scope is the lists does not hit other calls.
func staleRead(c *fake.Call, scope string) (fault fake.Fault, stale bool) {
	fault, planned := c.Planned("stale-read")
	if !planned || scope == "all" && fault.Get("scope") != "all" {
		return fault, false
	}
	return c.Fault("stale-read")
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
